"""Refusal of a file by the intake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from errors import ProblemsError
from problems import Problem


class FileRefusedError(ProblemsError):
    """Refusal of a file; `problems` lists all reasons at once."""

    def in_file(self, name: str) -> FileRefusedError:
        """Return the same refusal with the file's name in every problem."""
        return FileRefusedError([replace(problem, file=name) for problem in self.problems])


def refuse(code: str, *, row: int | None = None, sheet: str | None = None, **facts: Any) -> FileRefusedError:
    """Return a refusal with a single problem: `raise refuse("empty_file")`."""
    return FileRefusedError([Problem(code, row=row, sheet=sheet, facts=facts)])
