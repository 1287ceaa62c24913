"""The one way in which intake says no to a whole file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from problems import Problem


class FileRefusedError(Exception):
    """The file is not taken; `problems` says why, all reasons at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems: list[Problem] = list(problems)

    def in_file(self, name: str) -> FileRefusedError:
        """The same refusal with the file's name in every problem."""
        return FileRefusedError([replace(problem, file=name) for problem in self.problems])


def refuse(code: str, *, row: int | None = None, sheet: str | None = None, **facts: Any) -> FileRefusedError:
    """A refusal with one problem: `raise refuse("empty_file")`."""
    return FileRefusedError([Problem(code, row=row, sheet=sheet, facts=facts)])
