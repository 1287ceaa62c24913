"""What the first person to open the home page would wait for, computed when the server starts and after publications.

Places, verdicts and changes of a release take five seconds for a city of 60 units, on one core; afterwards they are at
hand for every session.
"""

import logging
import threading
from datetime import date

from data.store.release import Release
from ui import cached, home

EVERY = 5.0
"""Seconds between two looks at the release in force; a publication on the command line is noticed as well."""
LOG = logging.getLogger("biaochi")


class Warmer:
    """A thread that computes the newest round of each release in force, while the server runs."""

    def __init__(self) -> None:
        self._end = threading.Event()
        self._seen = ""
        self._thread = threading.Thread(target=self._run, name="warm", daemon=True)

    def start(self) -> None:
        """Begin; the server answers meanwhile."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; what it computes at that moment may go on."""
        self._end.set()

    def look(self) -> bool:
        """Compute the release in force unless it was computed last time; return whether that was done."""
        release = cached.release()
        if release is None or release.id == self._seen:
            return False
        self._seen = release.id
        compute(release)
        return True

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                self.look()
            except Exception:  # a page that is opened says what is wrong, and to whom
                LOG.debug("nothing was computed ahead", exc_info=True)
            self._end.wait(EVERY)


def compute(release: Release) -> None:
    """Compute what the home page shows of the newest round."""
    rounds = cached.rounds(release)
    if rounds:
        home.compute(cached.round_of(release, rounds[0]), date.today())
