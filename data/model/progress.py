"""Progress reporting and cancellation for long tasks."""

from collections.abc import Callable
from dataclasses import dataclass


class CancelledError(Exception):
    """Cancellation of a task by a person; what the task had begun is removed."""


Progress = Callable[[float, str], None]


def no_progress(share: float, doing: str) -> None:
    """Report nothing."""


def not_cancelled() -> bool:
    """Return False: never cancelled."""
    return False


@dataclass(frozen=True)
class ProgressReporter:
    """Observer of a task. progress(share done 0 to 1, what is being done: an English message of the catalogues)."""

    progress: Progress = no_progress
    cancelled: Callable[[], bool] = not_cancelled

    def step(self, share: float, doing: str) -> None:
        """Report that a new part of the task begins; raise CancelledError if the task should stop."""
        self.check()
        self.progress(share, doing)

    def check(self) -> None:
        """Raise CancelledError if cancellation was requested."""
        if self.cancelled():
            raise CancelledError
