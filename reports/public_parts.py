"""All that a public page prints around the results of a round: the notice, its days, corrections, and further parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from data.model.record_keys import year_of
from data.model.working_days import WORKING_DAYS, Deadline
from data.store.audit_log import log_export
from data.store.history import Event, read_history
from data.store.public_sets import noted
from data.store.release import Release, Round
from data.store.released_texts import texts_until
from data.store.round_status import ANNOUNCED, WITHDRAWN
from data.store.store import Store
from i18n import LANGUAGES, N_, translate
from reports.documents.official_form import official_day
from reports.notice_parts import NoticeParts
from reports.public_measures import PublicMeasures, prepare_measures
from reports.public_review import review_of
from reports.public_state import PublicState
from results.contributions import PostedList, Scheme
from results.evidence.integrity import public_decision
from results.public_notice import Notice, notice_of

TERMS = {
    "office": N_("Notice given by"),
    "number": N_("Number of the notice"),
    "period": N_("Period of the notice"),
    "until": N_("Objections until"),
    "objection": N_("How to object"),
    "contact": N_("Contact"),
}
HOW_TO_OBJECT = N_(
    "In writing and signed, to this office, within the term: the unit, the figure or finding, the reasons and the "
    "evidence. It is answered in writing."
)
PERIOD = N_("{first} to {end} ({days} calendar days after the announcement, ending on a working day)")
PERIOD_OF_WORKING_DAYS = N_("{first} to {end} ({days} working days; the day of announcing is not counted)")
UNTIL = N_("{until}, that day included ({days} working days)")
NOT_YET = N_("Not announced yet; the first and the last day stand here once it is.")
OVER = N_("Withdrawn on {day}; no term runs.")
PROVISIONAL = N_("{day} (provisional: the holidays of that year are not announced yet)")
NO_OFFICE = N_("The notice names no office; a public notice should.")
NO_CONTACT = N_("The notice does not say whom to ask; a public notice should.")


@dataclass(frozen=True)
class NoticeChange:
    """What became of a notice. withdrawn : the day. replaces : day and release of an announced one before it.
    replaced : the day on which another release was announced in its place."""

    withdrawn: date | None = None
    replaces: tuple[date, str] | None = None
    replaced: date | None = None


@dataclass(frozen=True)
class SchemeMeasures:
    """The judged measures of a scheme for a year, with the names of units and places."""

    scheme: Scheme
    judged: PublicMeasures
    names: Mapping[str, str]


@dataclass(frozen=True)
class Wall:
    """A list that a scheme posts, with the texts that two people released, by key. last : number of the newest text."""

    scheme: Scheme
    lists: Mapping[str, PostedList]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class PublicParts:
    """Everything around the results. days : of the notice, None unless the round is announced.

    ballots : language -> what two people decided on listed ballots, "" if nothing.
    """

    notice: NoticeParts = field(default_factory=NoticeParts)
    days: Notice | None = None
    change: NoticeChange = field(default_factory=NoticeChange)
    state: PublicState = field(default_factory=PublicState)
    measures: Sequence[SchemeMeasures] = ()
    walls: Sequence[Wall] = ()
    ballots: Mapping[str, str] = field(default_factory=dict)


PLAIN = PublicParts()
"""A page of results alone."""


def parts_of(
    store: Store,
    round_: Round,
    notice: NoticeParts,
    schemes: Sequence[Scheme] = (),
    state: PublicState | None = None,
) -> PublicParts:
    """Return what a page of a round prints around its results. state : of objections; that of the store if None.

    Raises what `prepare_measures` raises.
    """
    status = store.status(round_.id)
    return PublicParts(
        notice,
        notice_of(status.given, store.calendar()),
        change_of(read_history(store.path), round_.id, round_.release.id),
        review_of(store, round_.id) if state is None else state,
        measures_of(store, round_, schemes) if notice.measures else (),
        tuple(_walls(store, round_, schemes, notice.wall)) if notice.wall is not None else (),
        {language: public_decision(round_, language) for language in LANGUAGES},
    )


def change_of(history: Sequence[Event], round_id: str, release: str) -> NoticeChange:
    """Return what became of the notice of a release. history : newest first."""
    given = [event for event in history if event.round == round_id and event.action == "status"]
    announced = [event for event in given if event.status == ANNOUNCED]
    if not announced:
        return NoticeChange()
    withdrawn = _day(given[0]) if given[0].status == WITHDRAWN else None
    newest = announced[0]
    before = next((event for event in announced if event.release != newest.release), None)
    older = newest.release != release and any(event.release == release for event in announced)
    return NoticeChange(
        withdrawn,
        (_day(before), before.release) if before and not older else None,
        _day(newest) if older else None,
    )


def _day(event: Event) -> date:
    return datetime.fromisoformat(event.time).astimezone().date()


def measures_of(store: Store, round_: Round, schemes: Iterable[Scheme]) -> tuple[SchemeMeasures, ...]:
    """Return the public measures of the year of a round, judged with everything public of them before."""
    year, found = year_of(round_.id), []
    if year is None:
        return ()
    for scheme in schemes:
        if scheme.latest_day(round_.release) is None:
            continue
        rows = scheme.public_rows(round_.release, year)
        if len(rows) and rows["n"].gt(0).any():
            judged = prepare_measures(store, scheme, round_.release, year, rows)
            found.append(SchemeMeasures(scheme, judged, scheme.names(round_.release, date(year, 12, 31))))
    return tuple(found)


def log_measures(
    store: Store, release: Release, measures: Iterable[SchemeMeasures], sha256: str, who: str = ""
) -> None:
    """Log that the measures of schemes left with a file: what is judged later has to know it."""
    for one in measures:
        about = {"release": release.id, "round_id": one.judged.round, "note": noted(one.judged.set.digest)}
        log_export(store.path, one.judged.logged, sha256=sha256, who=who, **about)


def _walls(store: Store, round_: Round, schemes: Iterable[Scheme], last: int) -> Iterable[Wall]:
    year = year_of(round_.id)
    if year is None:
        return
    for scheme in schemes:
        lists = {language: scheme.posted(round_.release, year, language) for language in ("zh", "en")}
        kept = {language: posted for language, posted in lists.items() if posted is not None and posted.rows}
        if kept:
            yield Wall(scheme, kept, texts_until(store.path, scheme.name, last))


def notice_lines(parts: PublicParts, language: str) -> list[tuple[str, str]]:
    """Return term and text of the notice, without what the office left out."""
    notice = parts.notice
    texts = {
        "office": notice.office,
        "number": notice.number,
        "period": period_words(parts, language),
        "until": until_words(parts, language),
        "objection": notice.objection or translate(HOW_TO_OBJECT, language),
        "contact": notice.contact,
    }
    return [(translate(TERMS[name], language), text) for name, text in texts.items() if text]


def period_words(parts: PublicParts, language: str) -> str:
    """Return first and last day of the notice; why there are none if it is not announced."""
    days = parts.days
    if parts.change.withdrawn is not None:
        return translate(OVER, language).format(day=long_day(parts.change.withdrawn, language))
    if days is None:
        return translate(NOT_YET, language)
    message = PERIOD_OF_WORKING_DAYS if days.periods.counted == WORKING_DAYS else PERIOD
    facts = {"first": long_day(days.first, language), "end": _deadline(days.notice_ends, language)}
    return translate(message, language).format(**facts, days=days.periods.notice)


def until_words(parts: PublicParts, language: str) -> str:
    """Return the last day to object; empty unless the round is announced."""
    if parts.days is None:
        return ""
    until = _deadline(parts.days.review_until, language)
    return translate(UNTIL, language).format(until=until, days=parts.days.periods.review)


def _deadline(deadline: Deadline, language: str) -> str:
    day = long_day(deadline.day, language)
    return translate(PROVISIONAL, language).format(day=day) if deadline.provisional else day


def long_day(day: date, language: str) -> str:
    """Return a day as an official paper prints it."""
    return official_day(day.isoformat(), language)


def to_mend(parts: PublicParts, language: str) -> list[str]:
    """Return what is missing in the notice; for the office, not for the page."""
    missing = [(parts.notice.office, NO_OFFICE), (parts.notice.contact, NO_CONTACT)]
    return [translate(message, language) for text, message in missing if not text]
