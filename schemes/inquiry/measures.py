"""Petitions and inquiries: repetitions, what counts against a unit, shares in time, decisions and persons.

The clock sets the last days before (`due_days.py`): `petition` has the columns `accept_due`, `handle_due` (missing
while not accepted) and `inquiry_due`. Person-times are decisions, persons are different codes: persons of a year are
no sum of its months.

Frames, with the fields of the tables of the scheme: `petition`, `inquiry`, `inquiry_measure`. Codes of several persons
are separated by spaces, commas or semicolons of either width.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analytics.deadlines import BASE, ON_TIME, OPEN, OVERDUE, states
from schemes.dossier import Narrowed, dossier_rows, events
from schemes.frame import (
    ATTENTION,
    SHARE,
    Asked,
    Frames,
    Measure,
    Period,
    counts,
    days,
    distinct,
    flags,
    numbers,
    parts_of,
    records,
    setting,
    shares,
    texts,
    whole,
)

NAME = "inquiry"
PETITION, INQUIRY, DECISION, REVIEW, REWARD = TABLES = (
    *("petition", "inquiry", "inquiry_measure", "quarter_review", "year_reward"),
)
LEVELS = ("村社区", "乡镇街道", "县区", "市", "省", "国家")
VISIT = "来访"
FIRST, REPEAT, DUPLICATE = KIND_NAMES = "first", "repeat", "duplicate"
STILL_OPEN, NOT_SOLVED, INSIDE_TERM, SOLVED, NOT_ACCEPTED = (
    *("still_open", "not_solved", "inside_term", "solved_or_explained", "not_accepted"),
)
WHY = (STILL_OPEN, NOT_SOLVED, INSIDE_TERM, SOLVED, NOT_ACCEPTED)
UNSOLVED, NOT_ADMITTED = "合理未解决", "不予受理"
EXAMINED, FOUND = "核查中", ("属实", "部分属实")
ACCIDENT, CIRCULATED, TALK, ADMONITION = "责任事故", "通报", "约谈", "诫勉"
SANCTIONS = ("停职检查", "调整职务", "责令辞职", "免职", "降职", "改组", "党纪处分", "政务处分", "移送")
ADDITIONAL = ("取消评优", "扣减绩效")
MENDED, DECIDED, CARRIED_OUT = "限期整改", "已决定", "已兑现"
JUDGED = ("kind", "number", "counted_with", "skip_level", "group", "against", "why", "why_due")


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme.

    accept_days, handle_days, extended_days, review_days : calendar days, for the clock. roll : a last day that is not
    worked moves to the next worked day, for the clock too. group_from : people who make a visit collective. sanctions :
    measures that hold a person responsible. inquiry_days : working days within which an inquiry is opened. open_days :
    an inquiry open for longer is listed. due_within : days ahead that are listed.
    """

    accept_days: int = setting(15, low=1, high=60)
    handle_days: int = setting(60, low=1, high=180)
    extended_days: int = setting(30, low=0, high=90)
    review_days: int = setting(30, low=1, high=90)
    roll: bool = True
    group_from: int = setting(5, low=2, high=1000)
    sanctions: tuple[str, ...] = setting(SANCTIONS, choices=SANCTIONS + ADDITIONAL)
    inquiry_days: int = setting(5, low=1, high=60)
    open_days: int = setting(30, low=1, high=365)
    due_within: int = setting(3, low=0, high=30)


SETTINGS = Settings()


def codes(text: object) -> frozenset[str]:
    """Return the codes of a list; none for a missing list."""
    if isinstance(text, list | tuple):
        return frozenset(map(str, text))
    return frozenset(re.split(r"[\s,;，；、]+", str(text).strip())) - {""} if text else frozenset()


def judged(petitions: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return the petitions in order of day and number, with JUDGED.

    kind : "first", "repeat" or "duplicate" (registered twice, counted with `counted_with`). number : which petition of
    the same people on the same matter. against : counts against the unit; why, why_due : the reason and the last day
    it rests on. A petition is of the same people if it shares a code; without codes nothing is a repetition.
    """
    rows = records(petitions.assign(day=days(petitions, "received_on")))
    rows.sort(key=lambda row: (row["day"], str(row["petition_no"])))
    chains: dict[object, list[dict[str, Any]]] = {}
    for row in rows:
        chain = chains.setdefault(row["matter_no"], [])
        row["persons"] = codes(row.get("person_codes"))
        earlier = [other for other in chain if other["persons"] & row["persons"]]
        row.update(_judge(row, earlier, settings))
        if row["kind"] != DUPLICATE:
            chain.append(row)
    table = pd.DataFrame(rows, columns=[*petitions.columns, *JUDGED], dtype=object)
    return table.where(table.notna(), None)


def _judge(row: Mapping[str, Any], earlier: list[dict[str, Any]], settings: Settings) -> dict[str, object]:
    twin = next((other for other in earlier if _same_entry(other, row)), None)
    if twin is not None:
        return {"kind": DUPLICATE, "counted_with": twin["petition_no"]}
    why, due = _why(row, earlier) if earlier else (None, None)
    visit = row["form"] == VISIT
    skipped = visit and LEVELS.index(row["level"]) > LEVELS.index(row["responsible_level"]) + 1
    return {
        "kind": REPEAT if earlier else FIRST,
        "number": len(earlier) + 1,
        "skip_level": skipped,
        "group": visit and (whole(row.get("people")) or 0) >= settings.group_from,
        "against": why in (STILL_OPEN, NOT_SOLVED),
        "why": why,
        "why_due": due,
    }


def _same_entry(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Return whether a petition was registered twice; matter and a person are known to be shared."""
    return all(first[name] == second[name] for name in ("day", "form", "level"))


def _why(row: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> tuple[str, str | None]:
    """Return why a repetition counts against the unit or not, and the last day that it rests on.

    It counts while an earlier petition is accepted, open and past its last day, or after an earlier petition was
    closed as reasonable and not solved. Inside the term, or after a solution or explanation, the unit has no time or no
    duty to mend.
    """
    day = _iso(row["day"])
    terms, closed = [], []
    for other in earlier:
        ended = _iso(other.get("closed_on"))
        if ended and ended <= day:
            closed.append(other.get("result"))
        elif _iso(other.get("accepted_on")) and _iso(other.get("handle_due")):
            terms.append(_iso(other["handle_due"]))
    if terms and min(terms) < day:
        return STILL_OPEN, min(terms)
    if UNSOLVED in closed:
        return NOT_SOLVED, None
    if terms:
        return INSIDE_TERM, min(terms)
    return (SOLVED if closed else NOT_ACCEPTED), None


def _iso(value: object) -> str:
    return "" if value is None else str(value)[:10]


def _petitions(frames: Frames, settings: Settings) -> pd.DataFrame:
    """Return the judged petitions; a frame that was judged before is taken as it is, for judging compares them all."""
    table = frames["petition"]
    return table if set(JUDGED) <= set(table.columns) else judged(table, settings)


def _received(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the judged petitions of the period without those registered twice."""
    table = _petitions(frames, settings)
    return table[asked.period.holds(days(table, "received_on")) & (table["kind"] != DUPLICATE)]


def _number_received(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(_received(frames, asked, settings), asked)


def _registered_twice(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = _petitions(frames, settings)
    table = table[asked.period.holds(days(table, "received_on"))]
    return parts_of(table, asked, table["kind"] == DUPLICATE)


def _of_received(column: str, value: object = True) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: petitions with a value in a column of JUDGED, of those received in the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        table = _received(frames, asked, settings)
        return parts_of(table, asked, table[column] == value)

    return measure


def _counting(column: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: petitions with a mark of JUDGED that count against the unit, of those with the mark."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        table = _received(frames, asked, settings)
        marked = table[table[column].eq(REPEAT if column == "kind" else True)]
        return parts_of(marked, asked, marked["against"].eq(True))

    return measure


def acceptance_states(petitions: pd.DataFrame, as_of: date) -> pd.Series:
    """Return the state of the acceptance; a notice that a petition is not admitted answers it too."""
    refused = texts(petitions, "result") == NOT_ADMITTED
    accepted = days(petitions, "accepted_on")
    accepted = accepted.where(accepted.notna() | ~refused, days(petitions, "closed_on"))
    due = days(petitions, "accept_due").to_numpy()
    return pd.Series(states(due, accepted.to_numpy(), as_of), petitions.index, dtype=object)


def handling_states(petitions: pd.DataFrame, as_of: date) -> pd.Series:
    """Return the state of the handling; an extended petition is not overdue before its extended last day."""
    due, closed = (days(petitions, name).to_numpy() for name in ("handle_due", "closed_on"))
    return pd.Series(states(due, closed, as_of), petitions.index, dtype=object)


def _in_time(
    due: str, state_of: Callable[[pd.DataFrame, date], pd.Series]
) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: the share in time of petitions due in the period; overdue ones are in the base."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        table = _petitions(frames, settings)
        table = table[asked.period.holds(days(table, due)) & (table["kind"] != DUPLICATE)]
        state = state_of(table, asked.as_of)
        base = table[state.isin(BASE)]
        return shares(base, asked, state == ON_TIME)

    return measure


def _opened(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = frames["inquiry"]
    return counts(table[asked.period.holds(days(table, "opened_on"))], asked)


def _found(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Count findings that hold at least in part, of all findings of the period."""
    table = frames["inquiry"]
    table = table[asked.period.holds(days(table, "found_on"))]
    return parts_of(table, asked, texts(table, "finding").isin(FOUND))


def incidents(frames: Frames) -> pd.DataFrame:
    """Return the inquiries graded as accidents that were circulated, with the day of the first circular."""
    measures = frames["inquiry_measure"]
    circulars = measures[texts(measures, "measure") == CIRCULATED]
    first = circulars.assign(circulated_on=days(circulars, "decided_on")).groupby("inquiry_no")["circulated_on"].min()
    table = frames["inquiry"]
    return table[texts(table, "grade") == ACCIDENT].merge(first.reset_index(), on="inquiry_no")


def _incidents(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = incidents(frames)
    return counts(table[asked.period.holds(days(table, "circulated_on"))], asked)


def _decided(frames: Frames, asked: Asked) -> pd.DataFrame:
    table = frames["inquiry_measure"]
    return table[asked.period.holds(days(table, "decided_on"))]


def _measures(*kinds: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: decisions of these kinds in the period (person-times)."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        table = _decided(frames, asked)
        return counts(table[texts(table, "measure").isin(kinds)], asked)

    return measure


def _responsible(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the decisions of the period that hold a person responsible; decisions on bodies are not among them."""
    table = _decided(frames, asked)
    return table[texts(table, "measure").isin(settings.sanctions) & (texts(table, "person_code") != "")]


def _decisions(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(_responsible(frames, asked, settings), asked)


def _persons(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return distinct(_responsible(frames, asked, settings), asked, "person_code")


def _carried_out(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of the rewards and penalties decided for the year that have been carried out."""
    table = frames[REWARD]
    years = [year for year in sorted(set(numbers(table, "year"))) if _holds_year(asked.period, int(year))]
    settled = table[numbers(table, "year").isin(years) & texts(table, "state").isin((DECIDED, CARRIED_OUT))]
    return shares(settled, asked, texts(settled, "state") == CARRIED_OUT)


def _holds_year(period: Period, year: int) -> bool:
    return period.first <= date(year, 1, 1) and date(year, 12, 31) <= period.last


def _in_effect(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Count measures that are in effect on the last day of the period, or on the as-of day if it is earlier."""
    table = frames["inquiry_measure"]
    day = pd.Timestamp(min(asked.period.last, asked.as_of))
    running = (days(table, "decided_on") <= day) & (days(table, "effect_until") >= day)
    return counts(table[running], asked)


def attention(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION: terms overdue or due soon, repetitions without inquiry, long inquiries, hearings, effects.

    `inquiry_due` of a petition is the day by which an inquiry should be opened, from the clock. days : up to the day
    named, negative once it is over. A table that was never delivered has nothing to be done.
    """
    parts: list[pd.DataFrame] = []
    if PETITION in frames:
        table = _petitions(frames, settings)
        parts += _terms(table[table["kind"] != DUPLICATE], asked.as_of, settings)
        parts.append(_without_inquiry(table, frames.get(INQUIRY), asked.as_of))
    if INQUIRY in frames:
        parts.append(_open_for_long(frames[INQUIRY], asked.as_of, settings))
    if DECISION in frames:
        parts += _of_decisions(frames[DECISION], asked.as_of)
    listed = pd.concat([pd.DataFrame(columns=list(ATTENTION), dtype=object), *parts], ignore_index=True)
    return listed.assign(days=(days(listed, "day") - pd.Timestamp(asked.as_of)).dt.days.astype(object))


def _terms(table: pd.DataFrame, as_of: date, settings: Settings) -> Iterator[pd.DataFrame]:
    """Yield the acceptances and handlings that are overdue or due soon, and extensions that do not count."""
    ahead = pd.Timestamp(as_of) + pd.Timedelta(days=settings.due_within)
    for name, due, state_of in (
        ("acceptance", "accept_due", acceptance_states),
        ("handling", "handle_due", handling_states),
    ):
        state, last = state_of(table, as_of), days(table, due)
        yield _listed(f"{name}_overdue", table[state == OVERDUE], "petition_no", last)
        yield _listed(f"{name}_due", table[(state == OPEN) & (last <= ahead)], "petition_no", last)
    void = flags(table, "without_effect") & days(table, "closed_on").isna()
    yield _listed("extension_void", table[void], "petition_no", days(table, "handle_due"))


def _without_inquiry(table: pd.DataFrame, inquiries: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """Return petitions that count and that no inquiry covers: opened since, or still under way then."""
    due = days(table, "inquiry_due")
    late = table[table["against"].eq(True) & (due < pd.Timestamp(as_of))]
    if inquiries is not None and len(late):
        ended = days(inquiries, "closed_on").fillna(days(inquiries, "found_on")).fillna(pd.Timestamp.max.floor("D"))
        spans = pd.DataFrame({"matter_no": inquiries["matter_no"], "ended": ended})
        last = spans.groupby("matter_no")["ended"].max()
        late = late[~(late["matter_no"].map(last) >= days(late, "received_on"))]
    return _listed("no_inquiry", late, "petition_no", due)


def _open_for_long(inquiries: pd.DataFrame, as_of: date, settings: Settings) -> pd.DataFrame:
    last = days(inquiries, "opened_on") + pd.Timedelta(days=settings.open_days)
    examined = texts(inquiries, "finding").isin(("", EXAMINED))
    return _listed("inquiry_open", inquiries[examined & (last < pd.Timestamp(as_of))], "inquiry_no", last)


def _of_decisions(decisions: pd.DataFrame, as_of: date) -> Iterator[pd.DataFrame]:
    """Yield the decisions without a hearing, and those whose effect ends in the month of the day."""
    ends = days(decisions, "effect_until")
    this_month = ends.dt.to_period("M") == pd.Timestamp(as_of).to_period("M")
    unheard = decisions[days(decisions, "heard_on").isna()]
    yield _listed("not_heard", unheard, "measure_no", days(decisions, "decided_on"))
    yield _listed("effect_ends", decisions[this_month], "measure_no", ends)


def _listed(what: str, rows: pd.DataFrame, key: str, day: pd.Series) -> pd.DataFrame:
    """Return rows as ATTENTION, due first."""
    listed = rows.assign(what=what, key=rows[key], day=day.reindex(rows.index))
    return listed.sort_values("day", kind="stable").reindex(columns=list(ATTENTION)).astype(object)


DOSSIER = ("received", "accepted_in_time", "handled_in_time", "against", "found", "talks_and_admonitions", "decisions")
"""Measures of a unit's dossier, in this order."""
DOT, RING, DIAMOND, BLOCK = "dot", "ring", "diamond", "block"


def dossier(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the measures of a unit over the period asked; no rows if no petition, inquiry or decision names it."""
    return dossier_rows(chosen, unit, DOSSIER)


def timeline(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the events of a unit: petitions that count and that do not, circulars and decisions."""
    found = [*_petition_events(chosen, unit), *_decision_events(chosen.frames, unit)]
    return events(NAME, found)


Events = Iterator[tuple[object, str, str, str | None]]


def _petition_events(chosen: Narrowed, unit: str) -> Events:
    if PETITION not in chosen.frames:
        return
    table = _petitions(chosen.frames, chosen.settings)
    for row in records(table[(table["kind"] != DUPLICATE) & (table["unit_code"] == unit)]):
        mark, word = (DOT, "petition_counts") if row["against"] else (RING, "petition")
        yield row["received_on"], mark, word, row["matter_no"]


def _decision_events(frames: Frames, unit: str) -> Events:
    """Yield the decisions on a unit, each with the matter of its inquiry."""
    if DECISION not in frames:
        return
    known = frames[INQUIRY] if INQUIRY in frames else pd.DataFrame(columns=["inquiry_no", "matter_no"])
    matters = dict(zip(known["inquiry_no"], known["matter_no"], strict=True))
    decided = frames[DECISION]
    for row in records(decided[decided["unit_code"] == unit]):
        mark, word = (DIAMOND, "circular") if row["measure"] == CIRCULATED else (BLOCK, "decision")
        yield row["decided_on"], mark, word, matters.get(row["inquiry_no"])


_accepted_in_time = _in_time("accept_due", acceptance_states)
_handled_in_time = _in_time("handle_due", handling_states)
TIMES = ("month", "quarter")
DIVIDED = ("unit", *TIMES)
PETITIONS = ("petition",)
DECISIONS = ("inquiry_measure",)
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("received", "petitions", "petitions_received", DIVIDED, _number_received, PETITIONS),
    Measure("registered_twice", "petitions", "petitions_registered", DIVIDED, _registered_twice, PETITIONS),
    Measure("repeated", "petitions", "petitions_received", DIVIDED, _of_received("kind", REPEAT), PETITIONS),
    Measure("skip_level", "petitions", "petitions_received", DIVIDED, _of_received("skip_level"), PETITIONS),
    Measure("group", "petitions", "petitions_received", DIVIDED, _of_received("group"), PETITIONS),
    Measure("against", "petitions", "petitions_received", DIVIDED, _of_received("against"), PETITIONS),
    Measure("against_skip_level", "petitions", "skip_level", DIVIDED, _counting("skip_level"), PETITIONS),
    Measure("against_group", "petitions", "group", DIVIDED, _counting("group"), PETITIONS),
    Measure(
        "accepted_in_time", SHARE, "acceptances_due", DIVIDED, _accepted_in_time, PETITIONS, good="high", enters=True
    ),
    Measure("handled_in_time", SHARE, "handlings_due", DIVIDED, _handled_in_time, PETITIONS, good="high", enters=True),
    Measure("opened", "inquiries", "inquiries", DIVIDED, _opened, ("inquiry",)),
    Measure("found", "inquiries", "findings", DIVIDED, _found, ("inquiry",)),
    Measure("incidents", "inquiries", "incidents", DIVIDED, _incidents, ("inquiry", "inquiry_measure")),
    Measure("talks", "person_times", "decisions", DIVIDED, _measures(TALK), DECISIONS),
    Measure("admonitions", "person_times", "decisions", DIVIDED, _measures(ADMONITION), DECISIONS),
    Measure("talks_and_admonitions", "person_times", "decisions", DIVIDED, _measures(TALK, ADMONITION), DECISIONS),
    Measure("decisions", "person_times", "decisions", DIVIDED, _decisions, DECISIONS),
    Measure("persons", "persons", "decisions", DIVIDED, _persons, DECISIONS),
    Measure("in_effect", "person_times", "decisions", DIVIDED, _in_effect, DECISIONS),
    Measure("carried_out", SHARE, "rewards_decided", ("unit",), _carried_out, (REWARD,), good="high"),
)
