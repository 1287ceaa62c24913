"""Work in a process apart, which leaves the machine to the pages: a lower priority, and an interpreter lock to itself.

While a thread of the server read a file of 273 MB again and again, the slowest twentieth of the pages of 100 people
took 3 s in place of .14 s. The work goes to the process through its standard input, pickled, so that no copy of a file
is left on the disk; its progress and its answer come back through its standard output. When the server stops, the input
ends, and the work ends as if a person had stopped it.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import IO, TypeAlias, TypeVar, cast

from data.model.progress import CancelledError, Progress
from data.store import people
from errors import BiaochiError
from exit_codes import ExitCode
from i18n import N_
from settings import ROOT

T = TypeVar("T")
Work: TypeAlias = Callable[[Progress, Callable[[], bool]], T]
NICENESS = 10  # of 19: a thread of the pages gets nine times the time of one of the work
LOOK_EVERY = 0.2  # seconds between two looks at whether the work shall stop
START = "import sys; sys.path.insert(0, sys.argv[1]); from ui.worker_process import main; main()"
DOING, ANSWER, ERROR = "doing", "answer", "error"


class ProcessEndedError(BiaochiError):
    """The process ended without an answer, as when the system ran out of memory and ended it."""

    exit_code = ExitCode.CHECK_FAILED
    message = N_(
        "The process that worked on the file was ended from outside, as happens when memory runs short. Look at the "
        "stored uploads to see whether the file is among them; if not, close other programs and try again."
    )


def run(work: Work[T], progress: Progress, cancelled: Callable[[], bool]) -> T:
    """Do a piece of work in a process apart and return its answer, or raise its error.

    work: can be pickled; its functions live in modules that do not need Streamlit. progress, cancelled: as the work
    itself would get them.
    """
    with _process() as (tasks, messages):
        with contextlib.suppress(BrokenPipeError):  # it ended before it had read its task
            pickle.dump((people.person(), work), tasks, protocol=pickle.HIGHEST_PROTOCOL)
            tasks.flush()
        with _watched(tasks, cancelled):
            return cast(T, _answer(messages, progress))


@contextlib.contextmanager
def _process() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Start the process; yield its input and its output."""
    lower = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # of Windows; elsewhere the process lowers it itself
    child = subprocess.Popen(
        [sys.executable, "-c", START, str(ROOT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=lower
    )
    with child:
        tasks, messages = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
        try:
            yield tasks, messages
        finally:
            _close(tasks)


def _close(tasks: IO[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):
        tasks.close()


@contextlib.contextmanager
def _watched(tasks: IO[bytes], cancelled: Callable[[], bool]) -> Iterator[None]:
    """Close the input of the process as soon as the work shall stop."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY):
            if cancelled():
                return _close(tasks)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _answer(messages: IO[bytes], progress: Progress) -> object:
    """Return the answer of the process, or raise its error; pass its progress on until then."""
    while True:
        try:
            kind, content = pickle.load(messages)
        except (EOFError, pickle.UnpicklingError):  # nothing more, or half a message
            raise ProcessEndedError from None
        if kind == ERROR:
            raise content
        if kind == ANSWER:
            return content
        progress(*content)


def main() -> None:
    """Do the work that standard input names; called in the process apart."""
    messages = _only_messages()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the server as well, which then ends the input
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with os.fdopen(0, "rb", closefd=False) as tasks:
        person, work = pickle.load(tasks)

    def tell(kind: str, content: object) -> None:
        pickle.dump((kind, content), messages, protocol=pickle.HIGHEST_PROTOCOL)
        messages.flush()

    with contextlib.suppress(BrokenPipeError):  # the server is gone
        try:
            with people.acting(person):
                answer = work(lambda share, doing: tell(DOING, (share, doing)), _stopped())
        except Exception as error:  # the server raises it again
            tell(ERROR, _as_sent(error))
        else:
            tell(ANSWER, answer)


def _only_messages() -> IO[bytes]:
    """Return standard output, and lead to standard error what libraries print there."""
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return messages


def _stopped() -> Callable[[], bool]:
    """Return whether standard input has ended: a person stopped the work, or the server is gone."""
    ended = threading.Event()

    def wait() -> None:
        while os.read(0, 1):
            pass
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    return ended.is_set


def _as_sent(error: Exception) -> Exception:
    """Return an error that can be pickled; one of the program carries where it happened."""
    if not isinstance(error, BiaochiError | CancelledError):
        error.add_note(traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(traceback.format_exc())
    return error
