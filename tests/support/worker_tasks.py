"""Pieces of work for a process apart. It imports this module, so the module needs little itself."""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from data.model.progress import CancelledError, Progress, ProgressReporter
from data.store import people


def facts(progress: Progress, cancelled: Callable[[], bool]) -> dict[str, object]:
    print("a library prints")
    os.write(1, b"also below Python\n")
    return {"process": os.getpid(), "nice": os.nice(0), "person": people.person()}


def doing(progress: Progress, cancelled: Callable[[], bool]) -> str:
    progress(0.25, "Reading the file")
    progress(0.75, "Publishing")
    return "done"


def ended_by_the_system(progress: Progress, cancelled: Callable[[], bool]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def not_to_be_sent(progress: Progress, cancelled: Callable[[], bool]) -> None:
    raise ValueError(threading.Lock())


@dataclass(frozen=True)
class Refused:
    error: Exception

    def __call__(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        raise self.error


@dataclass(frozen=True)
class UntilStopped:
    """Work that goes on until it is stopped, and leaves a file for each end."""

    folder: str

    def __call__(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        with open(os.path.join(self.folder, "pid"), "w") as file:
            file.write(str(os.getpid()))
        progress(0.5, "Reading the file")
        watch = ProgressReporter(progress, cancelled)
        try:
            while True:
                watch.check()
                time.sleep(0.01)
        except CancelledError:
            with open(os.path.join(self.folder, "cleaned"), "w"):
                raise
