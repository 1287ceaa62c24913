"""Background jobs of a page: a thread works, and the page polls its progress and can ask it to stop.

Long work goes to a process apart (`ui.worker_process`), and the thread waits for it.
"""

import ctypes
import gc
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeAlias, TypeVar

import streamlit as st

from data.model.progress import CancelledError, Progress
from data.store import people
from ui import worker_process
from ui.i18n import _

QUIET_SECONDS = 1.5  # a shorter job shows no bar
LOOK_EVERY = 0.5  # seconds between two looks at a running job; each look reruns part of the page
MMAP_THRESHOLD = -3  # of mallopt, from malloc.h
LARGE_BLOCK = 1 << 20  # bytes, see keep_memory_whole
T = TypeVar("T")
Work: TypeAlias = Callable[[Progress, Callable[[], bool]], T]


class Job(Generic[T]):
    """A background job. `work` gets a function that reports progress and a function that returns whether to stop.

    long: whether a process apart does the work, which then has to be fit for `ui.worker_process.run`.
    """

    def __init__(self, asked: object, work: Work[T], *, stop_before: float = 1.0, long: bool = False) -> None:
        self.asked = asked
        self.share, self.doing = 0.0, ""
        self._results: list[T] = []
        self.error: Exception | None = None
        self.stop_before = stop_before  # from this share on the job cannot be stopped
        self._stop = threading.Event()
        self._person = people.person()  # the thread has no page that could say who asked
        done = partial(worker_process.run, work) if long else work
        self._thread = threading.Thread(target=self._run, args=(done,), daemon=True)
        self._thread.start()

    def _run(self, work: Work[T]) -> None:
        try:
            with people.acting(self._person):
                self._results.append(work(self._tell, self._stop.is_set))
        except Exception as error:  # raised again in the page, which translates it
            self.error = error
        finally:
            del work
            _give_back()

    def _tell(self, share: float, doing: str) -> None:
        self.share, self.doing = share, doing

    @property
    def done(self) -> bool:
        """Return whether the job has ended, with success or failure."""
        return not self._thread.is_alive()

    @property
    def may_stop(self) -> bool:
        """Return whether the job can still be stopped."""
        return self.share < self.stop_before

    @property
    def cancelled(self) -> bool:
        """Return whether the job ended because it was asked to stop."""
        return isinstance(self.error, CancelledError)

    def stop(self) -> None:
        """Ask the job to stop at its next step."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait briefly; return whether the job is done."""
        self._thread.join(seconds)
        return self.done

    def answer(self) -> T:
        """Return the result of the job, or raise its exception."""
        if self.error is not None:
            raise self.error
        return self._results[0]


def _give_back() -> None:
    """Return freed memory to the system."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def keep_memory_whole() -> None:
    """Make freed large blocks of memory return to the system. Called once, when the server starts.

    By default glibc raises the threshold to 32 MB as blocks are freed, and serves smaller blocks from heaps that
    never shrink: after six imports of 20 MB, 75 MB stayed allocated; with a fixed threshold, 1 MB.
    """
    fix = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if fix is not None:
        fix(MMAP_THRESHOLD, LARGE_BLOCK)


def the_job(key: str, asked: object, work: Work[T], *, stop_before: float = 1.0, long: bool = False) -> Job[T]:
    """Return the session's job for a question; a new question stops the old job and starts another."""
    job: Job[T] | None = st.session_state.get(key)
    if job is None or job.asked != asked:
        if job is not None:
            job.stop()
            job.wait(QUIET_SECONDS)
        job = st.session_state[key] = Job(asked, work, stop_before=stop_before, long=long)
    return job


def finished(key: str, job: Job[T]) -> bool:
    """Return whether a job is done; until then show its progress and a stop button."""
    if job.wait(QUIET_SECONDS):
        return True
    _watch(key, job)
    return False


@st.fragment(run_every=LOOK_EVERY)
def _watch(key: str, job: Job[T]) -> None:
    """Show the progress bar, in a fragment that reruns without the rest of the page."""
    if job.done:
        st.rerun()
    st.progress(min(job.share, 1.0), text=_(job.doing) if job.doing else _("Reading the file"))
    if st.button(_("Stop"), key=f"{key}_stop", disabled=not job.may_stop):
        job.stop()
        st.caption(_("Stopping…"))
