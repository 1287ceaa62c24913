"""The one way in which intake says no to a whole file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from errors import ProblemsError
from problems import Problem


class FileRefusedError(ProblemsError):
    """The file is not taken; `problems` says why, all reasons at once."""

    def in_file(self, name: str) -> FileRefusedError:
        """The same refusal with the file's name in every problem."""
        return FileRefusedError([replace(problem, file=name) for problem in self.problems])


def refuse(code: str, *, row: int | None = None, sheet: str | None = None, **facts: Any) -> FileRefusedError:
    """A refusal with one problem: `raise refuse("empty_file")`."""
    return FileRefusedError([Problem(code, row=row, sheet=sheet, facts=facts)])
