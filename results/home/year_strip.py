"""Steps of a year from the register to the letters: what is done and since when, what is next and where it is done.

The state of every step follows from the store. Steps that other rooms know better, such as objections and letters, are
handed in as `StepFacts` and replace what the calendar alone can say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from data.model.working_days import Deadline
from data.store.history import Event
from data.store.release import Round
from data.store.review import preview_of, step_of
from data.store.round_status import ANNOUNCED, DRAFT, FINAL, TRIAL, WITHDRAWN, RoundStatus
from i18n import N_, translate
from results.public_notice import Notice, shown_day

DONE, CURRENT, COMING = "done", "current", "coming"
STATES = {DONE: N_("done"), CURRENT: N_("now"), COMING: N_("to come")}
REGISTER, RULES, BALLOTS, CHECKS, FINALISED, PREVIEWED, ANNOUNCEMENT, NOTICE, OBJECTIONS, LETTERS = (
    *("register", "rules", "ballots", "checks", "finalised", "previewed", "announced"),
    *("notice", "objections", "letters"),
)
STEPS = {
    REGISTER: N_("Register"),
    RULES: N_("Rules"),
    BALLOTS: N_("Ballots"),
    CHECKS: N_("Checks"),
    FINALISED: N_("Finalise"),
    PREVIEWED: N_("Preview"),
    ANNOUNCEMENT: N_("Announce"),
    NOTICE: N_("Public notice"),
    OBJECTIONS: N_("Objections"),
    LETTERS: N_("Letters"),
}
PLACES = {
    REGISTER: "manage/upload.py",
    RULES: "manage/rules.py",
    BALLOTS: "manage/upload.py",
    CHECKS: "browse/home.py",
    FINALISED: "manage/releases.py",
    PREVIEWED: "act/objections.py",
    ANNOUNCEMENT: "manage/releases.py",
    NOTICE: "act/bulletin.py",
    OBJECTIONS: "act/objections.py",
    LETTERS: "act/objections.py",
}
"""Page where a step is done, below pages/."""

UNITS = N_("units: {count}")
LINES = N_("lines: {count}")
NOTES = N_("notes to read: {count}")
NO_NOTES = N_("no notes")
UNTIL = N_("until {day}")
ENDED = N_("ended {day}")
NOT_YET = N_("not yet")
NOT_GIVEN = N_("not given")
NEXT = {
    REGISTER: N_("Upload the register of units: names are taken from the ballots without a check."),
    RULES: N_("Add the scoring rules of the round."),
    BALLOTS: N_("Upload the ballots of the round, then publish."),
    CHECKS: N_("Read the notes on the data."),
    FINALISED: N_("Check the list, then set the round to finalised."),
    PREVIEWED: N_("Show their figures to the units that are named or undecided: begin the term for objections."),
    ANNOUNCEMENT: N_("Announce the results: set the round to announced and state the days of notice."),
    NOTICE: N_("Keep the notice up until {day}, and take requests for a review."),
    OBJECTIONS: N_("Answer the requests for a review that arrive until {day}."),
    LETTERS: N_("The review period is over: send the results to the units."),
}
NEXT_TRIAL = N_("This is a trial of the procedure. Clear it before the formal ballots are uploaded.")
NEXT_WITHDRAWN = N_(
    "The results are withdrawn. Set the round back to draft, with a reason, before anything is corrected."
)


@dataclass(frozen=True)
class StepFacts:
    """What a room that knows a step says of it, in both languages.

    state : DONE, CURRENT or COMING. detail : language -> a few words, such as "2 open". next : language -> what to do;
    empty if nothing. page : where, below pages/.
    """

    state: str
    detail: Mapping[str, str]
    next: Mapping[str, str]
    page: str
    day: date | None = None


@dataclass(frozen=True)
class Step:
    """A step of the year. day : of its end, or of its last day; None if it has none. facts : of its words.

    last : the day of the facts where a calendar computed it: words mark it while it is provisional.
    """

    code: str
    state: str
    detail: str
    facts: Mapping[str, str]
    next: str
    page: str
    day: date | None = None
    handed_in: StepFacts | None = None
    last: Deadline | None = None

    def title(self, language: str) -> str:
        """Return the name of the step."""
        return translate(STEPS[self.code], language)

    def words(self, language: str) -> str:
        """Return the date or the amount that belongs to the state."""
        if self.handed_in:
            return self.handed_in.detail[language]
        return self._in_words(self.detail, language)

    def what_next(self, language: str) -> str:
        """Return what has to be done in this step; empty if nothing."""
        if self.handed_in:
            return self.handed_in.next[language]
        return self._in_words(self.next, language)

    def _in_words(self, message: str, language: str) -> str:
        day = {"day": shown_day(self.last, language)} if self.last else {}
        return translate(message, language).format(**{**self.facts, **day}) if message else ""


@dataclass(frozen=True)
class YearFacts:
    """What the store knows of a round. history : newest first. notes : facts to read before the scores."""

    round_: Round
    history: list[Event]
    status: RoundStatus
    notes: int
    notice: Notice | None


def year_strip(facts: YearFacts, today: date, handed_in: Mapping[str, StepFacts] | None = None) -> list[Step]:
    """Return the steps of a round on a day, in order; the first that is not done is current.

    handed_in : code of a step -> what another room knows of it.
    """
    known = handed_in or {}
    steps = [*_prepared(facts), *_published(facts, today)]
    steps = [_replaced(step, known[step.code]) if step.code in known else step for step in steps]
    first = next((step.code for step in steps if step.state != DONE), None)
    return [_current(step) if step.code == first else step for step in steps]


def next_step(steps: list[Step]) -> Step | None:
    """Return the step that asks for something now; None when everything is done."""
    return next((step for step in steps if step.state == CURRENT), None)


def _prepared(facts: YearFacts) -> list[Step]:
    """Return the steps up to the checks."""
    round_ = facts.round_
    about, units = round_.about, len(round_.units)
    rules, lines = round_.rules, int(about["lines"])
    notes = {"count": f"{facts.notes:,}"}
    return [
        _step(REGISTER, bool(about["registered"]), UNITS, {"count": f"{units:,}"}),
        _step(RULES, rules is not None, "{name}" if rules else NOT_YET, {"name": rules.name if rules else ""}),
        _step(BALLOTS, lines > 0, LINES if lines else NOT_YET, {"count": f"{lines:,}"}),
        # Notes never keep a round from being finalised: the step is done once ballots were checked.
        _step(CHECKS, lines > 0, (NOTES if facts.notes else NO_NOTES) if lines else NOT_YET, notes),
    ]


def _published(facts: YearFacts, today: date) -> list[Step]:
    """Return the steps that follow from the status of the round and the periods of its announcement."""
    code, notice = facts.status.code, facts.notice
    days = {status: _day_of(facts, status) for status in (FINAL, ANNOUNCED)}
    final, announced = code in (FINAL, ANNOUNCED), code == ANNOUNCED
    ends = notice.notice_ends if notice else None
    until = notice.review_until if notice else None
    next_step = NEXT_TRIAL if code == TRIAL else NEXT_WITHDRAWN if code == WITHDRAWN else NEXT[FINALISED]
    over = until is not None and today > until.day
    return [
        _dated(FINALISED, final, days[FINAL] or days[ANNOUNCED], next_step),
        _preview(facts, announced),
        _dated(ANNOUNCEMENT, announced, days[ANNOUNCED], NEXT[ANNOUNCEMENT]),
        _period(NOTICE, ends, today),
        _period(OBJECTIONS, until, today),
        Step(LETTERS, COMING, NOT_YET, {}, NEXT[LETTERS] if over else "", PLACES[LETTERS]),
    ]


def _step(code: str, done: bool, detail: str, facts: Mapping[str, str]) -> Step:
    return Step(code, DONE if done else COMING, detail, facts, "" if done else NEXT[code], PLACES[code])


def _dated(code: str, done: bool, day: date | None, what_next: str) -> Step:
    """Return a step that ends on the day of an entry of the history."""
    shown = {"day": day.isoformat() if day else ""}
    detail = "{day}" if done and day else NOT_YET
    return Step(code, DONE if done else COMING, detail, shown, "" if done else what_next, PLACES[code], day)


def _preview(facts: YearFacts, announced: bool) -> Step:
    """Return the step of the preview as the history has it; its objections are handed in while it holds."""
    given = preview_of(facts.history, facts.round_.id)
    shown = {"day": step_of(given).day if given else ""}
    detail = "{day}" if given else NOT_GIVEN if announced else NOT_YET
    state, next_step = (DONE, "") if announced or given else (COMING, NEXT[PREVIEWED])
    return Step(PREVIEWED, state, detail, shown, next_step, PLACES[PREVIEWED])


def _period(code: str, last: Deadline | None, today: date) -> Step:
    """Return a step that runs until a day, which counts."""
    if last is None:
        return Step(code, COMING, NOT_YET, {"day": ""}, "", PLACES[code])
    over, page = today > last.day, PLACES[code]
    detail, asked = (ENDED, "") if over else (UNTIL, NEXT[code])
    return Step(code, DONE if over else COMING, detail, {"day": last.day.isoformat()}, asked, page, last.day, last=last)


def _replaced(step: Step, facts: StepFacts) -> Step:
    return Step(step.code, facts.state, "", {}, "", facts.page, facts.day, facts)


def _current(step: Step) -> Step:
    return replace(step, state=CURRENT)


def _day_of(facts: YearFacts, status: str) -> date | None:
    """Return the day of the newest entry that gave the round a status, unless it was set back since."""
    if facts.status.code == DRAFT:
        return None
    for event in facts.history:
        if event.round == facts.round_.id and event.action == "status" and event.status == status:
            return datetime.fromisoformat(event.time).astimezone().date()
    return None
