"""What the public may know of the review of a round: its terms, how many objections there were, and every correction.

Verdicts and reasons only, never a figure: which figures may be printed is judged by `reports.disclosure_control`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data.store.history import Event, local_time
from data.store.kept_entries import content_of
from data.store.review import CORRECTION, Term, counts, objections, terms
from data.store.round_status import WITHDRAWN
from data.store.store import Store


@dataclass(frozen=True)
class CorrectedVerdict:
    """A unit of a corrected release: its verdict before and after, codes of `results.labels.VERDICTS`."""

    unit_code: str
    unit_name: str
    category: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Return whether the verdict is another."""
        return self.before != self.after


@dataclass(frozen=True)
class PublicCorrection:
    """A corrected release. reasons : as they may be published. before, after : ids of the releases.

    units : those whose figures changed, and of them only code, name, category and verdicts.
    """

    day: str
    before: str
    after: str
    reasons: tuple[str, ...]
    units: tuple[CorrectedVerdict, ...]


@dataclass(frozen=True)
class PublicState:
    """The review of a round for its public page.

    status : code of `data.store.round_status`. since : day of that status, "" if it was never set. withdrawn : the
    reason, "" unless it is withdrawn. terms : oldest first. objections : lifted, upheld, late, withdrawn, open -> how
    many. corrections : oldest first.
    """

    round: str
    status: str
    since: str
    withdrawn: str
    terms: tuple[Term, ...]
    objections: Mapping[str, int]
    corrections: tuple[PublicCorrection, ...]

    @property
    def corrected(self) -> bool:
        """Return whether a corrected release was published."""
        return bool(self.corrections)


def public_state(store: Store, round_id: str, today: date | None = None) -> PublicState:
    """Return the public state of a round on a day, by default today. Raises StoreDamagedError."""
    history, calendar, day = store.history(), store.calendar(), today or date.today()
    status, times = store.status(round_id), terms(history, round_id, calendar)
    states = [one.state(times, calendar, day) for one in objections(history, round_id)]
    made = [event for event in reversed(history) if (event.round, event.action) == (round_id, CORRECTION)]
    return PublicState(
        round_id,
        status.code,
        _day(status.given),
        status.given.note if status.given and status.code == WITHDRAWN else "",
        tuple(times),
        counts(states),
        tuple(_correction(store, event) for event in made),
    )


def _correction(store: Store, event: Event) -> PublicCorrection:
    kept = content_of(store.path, event)
    units = [
        CorrectedVerdict(
            row["unit_code"], row["unit_name"], row["category"], row["before"]["verdict"], row["after"]["verdict"]
        )
        for row in kept["units"]
    ]
    return PublicCorrection(_day(event), kept["before"], kept["after"], tuple(kept["reasons"]), tuple(units))


def _day(event: Event | None) -> str:
    return local_time(event.time)[:10] if event else ""
