"""How many faults of a file are listed: nobody reads more, and a million take a gigabyte."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from problems import Problem

MOST_LISTED = 20_000


def more_faults() -> Problem:
    """Return the problem of a file that has more faulty cells than are listed."""
    return Problem("more_faults", facts={"limit": MOST_LISTED})


@dataclass
class FaultLimit:
    """Keeps the first place of every kind of fault among the problems of a table, and of others as many as fit."""

    _known: set[Hashable] = field(default_factory=set)
    _again: list[Problem] = field(default_factory=list)
    _dropped: bool = False

    @property
    def is_full(self) -> bool:
        """Return whether a further kind of fault would not be listed, so that no more rows need to be read."""
        return len(self._known) > MOST_LISTED

    def settle(self, problems: list[Problem], start: int) -> None:
        """Drop those of the errors from `start` on that will not be listed, once the problems of a row are complete."""
        for place in range(len(problems) - 1, start - 1, -1):
            problem = problems[place]
            if problem.level == "error" and not self._is_kept(problem):
                del problems[place]

    def _is_kept(self, problem: Problem) -> bool:
        kind = problem.code, problem.column, problem.value
        if kind not in self._known:
            self._known.add(kind)
        elif len(self._again) < MOST_LISTED:
            self._again.append(problem)
        else:
            self._dropped = True
            return False
        return True

    def listed(self, problems: list[Problem]) -> list[Problem]:
        """Return the problems that are listed, and last that there are more, if there are."""
        room = max(MOST_LISTED - len(self._known), 0)
        if len(self._again) <= room and not self._dropped and not self.is_full:
            return problems
        left_out = {id(problem) for problem in self._again[room:]}
        return [problem for problem in problems if id(problem) not in left_out] + [more_faults()]
