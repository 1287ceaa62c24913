"""Long tasks of a page: a thread does the work, the page looks at it from run to run and may ask it to stop."""

import ctypes
import gc
import sys
import threading
from collections.abc import Callable

import streamlit as st

from data.model.progress import CancelledError, Progress
from ui.i18n import _

QUIET_SECONDS = 1.5  # what is done sooner shows no bar
LOOK_EVERY = 0.5
MMAP_THRESHOLD = -3  # of mallopt, from malloc.h
LARGE_BLOCK = 1 << 20
Work = Callable[[Progress, Callable[[], bool]], object]


class Job:
    """One task. `work` is called with a function to tell progress and one that says whether to stop."""

    def __init__(self, asked: object, work: Work, *, stop_before: float = 1.0) -> None:
        self.asked = asked
        self.share, self.doing = 0.0, ""
        self.result: object = None
        self.error: Exception | None = None
        self.stop_before = stop_before  # from this share on the task is carried through
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Work) -> None:
        try:
            self.result = work(self._tell, self._stop.is_set)
        except Exception as error:  # handed to the page, which knows the sentences
            self.error = error
        finally:
            del work
            _give_back()

    def _tell(self, share: float, doing: str) -> None:
        self.share, self.doing = share, doing

    @property
    def done(self) -> bool:
        """Whether the task has ended, well or not."""
        return not self._thread.is_alive()

    @property
    def may_stop(self) -> bool:
        """Whether asking it to stop still has an effect."""
        return self.share < self.stop_before

    @property
    def cancelled(self) -> bool:
        """Whether it ended because somebody asked it to."""
        return isinstance(self.error, CancelledError)

    def stop(self) -> None:
        """Ask the task to end at its next step."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait a little; whether the task is done."""
        self._thread.join(seconds)
        return self.done

    def answer(self) -> object:
        """What the task brought; raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.result


def _give_back() -> None:
    """Return freed memory to the system."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def keep_memory_whole() -> None:
    """Once, when the server starts: large blocks go back to the system when they are freed.

    By itself the C library of Linux raises its limit to 32 MB as blocks are freed, and cuts larger ones out of heaps
    that never shrink: six imports of 20 MB left 75 MB more behind, with the limit fixed 1 MB.
    """
    fix = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if fix is not None:
        fix(MMAP_THRESHOLD, LARGE_BLOCK)


def the_job(key: str, asked: object, work: Work, *, stop_before: float = 1.0) -> Job:
    """The session's job for a question; a new question ends the old job and begins another."""
    job = st.session_state.get(key)
    if job is None or job.asked != asked:
        if job is not None:
            job.stop()
            job.wait(QUIET_SECONDS)
        job = st.session_state[key] = Job(asked, work, stop_before=stop_before)
    return job


def finished(key: str, job: Job) -> bool:
    """Whether a job is done; until then its progress is drawn, with the way to stop it."""
    if job.wait(QUIET_SECONDS):
        return True
    _watch(key, job)
    return False


@st.fragment(run_every=LOOK_EVERY)
def _watch(key: str, job: Job) -> None:
    """The bar. It draws itself again while the rest of the page rests."""
    if job.done:
        st.rerun()
    st.progress(min(job.share, 1.0), text=_(job.doing) if job.doing else _("Reading the file"))
    if st.button(_("Stop"), key=f"{key}_stop", disabled=not job.may_stop):
        job.stop()
        st.caption(_("Stopping…"))
