"""The work behind the upload page: reading a file, storing and publishing it. It runs in a process apart if it is long.

So nothing here needs Streamlit, and everything that it is given can be pickled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.model.across_tables import AcrossTables
from data.model.progress import Progress
from data.store import ImportOptions, PublishReport, Review, Store
from data.store.import_job import ImportReport, Source
from data.store.release import Release
from errors import StoreBusyError
from i18n import N_
from results.quality.before_publishing import Finding, FindingsError, review

LONG_FROM = 16 << 20
"""Bytes from which a file is read in a process apart, which takes 1 to 2 s to start; reading them takes 1 s."""


@dataclass(frozen=True)
class OneFile:
    """A file for a store, with everything that decides how it is read.

    checks: by table, what its rows must agree with in other tables.
    """

    store: Store
    kind: str
    source: Source
    round_id: str
    options: ImportOptions
    checks: Mapping[str, AcrossTables]

    @property
    def is_long(self) -> bool:
        """Return whether reading the file takes so long that a process apart should do it."""
        size = self.source.stat().st_size if isinstance(self.source, Path) else len(self.source[1])
        return size >= LONG_FROM

    def imported(self, progress: Progress, cancelled: Callable[[], bool]) -> ImportReport:
        """Read the file as the options say, and store it if they do."""
        return self.store.import_files(
            self.kind, [self.source], self.round_id, self.options, progress, cancelled, self.checks
        )

    def published(self, progress: Progress, cancelled: Callable[[], bool]) -> tuple[ImportReport, PublishReport | None]:
        """Store the file, and publish if nothing speaks against it."""
        kept = self.imported(_first_half(progress), cancelled)
        if not kept.stored:
            return kept, None
        progress(0.5, N_("Publishing"))
        try:
            return kept, self.store.publish(review=self._review)
        except (StoreBusyError, FindingsError):
            return kept, None

    def stored(self, progress: Progress, cancelled: Callable[[], bool]) -> tuple[ImportReport, PublishReport | None]:
        """Store the file; publish nothing."""
        return self.imported(_first_half(progress), cancelled), None

    def _review(self, candidate: Release) -> Review:
        return review(candidate, self.store, None, _stop_if_any)


def _stop_if_any(findings: Sequence[Finding]) -> None:
    """Stop before publishing if there is anything to read first; the page shows it below what would change."""
    if findings:
        raise FindingsError(findings)


def _first_half(progress: Progress) -> Progress:
    return lambda share, doing: progress(share / 2, doing)
