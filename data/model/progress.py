"""What a long task says while it runs, and how it is told to stop. Nothing here draws anything."""

from collections.abc import Callable
from dataclasses import dataclass


class CancelledError(Exception):
    """Somebody asked the task to stop; what it had begun is taken away."""


Progress = Callable[[float, str], None]


def no_progress(share: float, doing: str) -> None:
    """Nobody watches."""


def not_cancelled() -> bool:
    """Nobody stops it."""
    return False


@dataclass(frozen=True)
class ProgressReporter:
    """Who looks on. progress(share done 0 to 1, what is being done: an English message of the catalogues)."""

    progress: Progress = no_progress
    cancelled: Callable[[], bool] = not_cancelled

    def step(self, share: float, doing: str) -> None:
        """A new part of the task begins; raises CancelledError when it should not."""
        self.check()
        self.progress(share, doing)

    def check(self) -> None:
        """Raise CancelledError when somebody asked for it."""
        if self.cancelled():
            raise CancelledError
