"""Opinions and their answers, satisfaction of those asked back, days of visits, and households reached.

The clock sets the due day before: `opinion` has the columns `due` (day), `paused`, `late_before` (late in an earlier
cycle) and `provisional`. The calendar comes as the frame `calendar`: date, worked, provisional.

Frames: `opinion`, `visit`, `person`, `place`, `calendar`, with the fields of the scheme's tables. Spans are half-open:
`valid_to` is the first day out of service.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from analytics.deadlines import BASE, LATE, ON_TIME, OPEN, OVERDUE, PAUSED, states
from analytics.two_thirds import verdict
from schemes.dossier import Narrowed, dossier_rows, events
from schemes.frame import (
    ALL,
    ATTENTION,
    COUNTED,
    KEY_COLUMN,
    NOT_RANDOM,
    NOT_TESTED,
    SHARE,
    Asked,
    Frames,
    Measure,
    Period,
    answers,
    counts,
    days,
    flags,
    once,
    parts_of,
    records,
    setting,
    share,
    shares,
    texts,
    totals,
)

MET, MISSED, EXEMPT = "met", "missed", "exempt"
SATISFIED_WORDS = ("满意", "基本满意", "不满意")
WEEKS = (
    *(
        "person_code",
        "place_code",
        "week",
        "monday",
        "days",
        "available",
        "target",
        "result",
        "missed_by",
        "provisional",
    ),
)
DIVIDED = ("unit", "place", "channel", "topic", "month", "quarter")
_READ = (
    *("received_at", "due", "answered_at", "paused", "late_before", "duplicate_of", "withdrawn"),
    *("feedback", "feedback_asked"),
)
WALL, MESSENGER = "回音墙", "民情信使"
SIX_DAYS = pd.Timedelta(days=6)
URGENCY = ("overdue", "due_soon", "paused_long", "weeks_missed", "needy", "not_posted")
_NOTHING = pd.DataFrame(columns=list(ATTENTION), dtype=object)


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. days : working days for an answer; days_by : others, by nature or channel.

    max_extensions : extensions of a term that count, each of at most max_days. visit_days : of a week.

    visitors : roles that have a target of visits. counting : results of a visit that count. satisfied : grades that
    count as satisfied. feedback_drawn : those asked back were drawn at random. needy : kinds of households that may not
    wait longer than needy_days. pause_days : a longer pause is listed. due_within : days ahead that are listed.
    """

    days: int = setting(7, low=1, high=60)
    days_by: Mapping[str, int] = field(default_factory=dict, metadata={"low": 1, "high": 60, "choices": ()})
    max_extensions: int = setting(1, low=0, high=10)
    max_days: int = setting(7, low=1, high=60)
    visit_days: int = setting(3, low=1, high=7)
    visitors: tuple[str, ...] = (
        "社区工作者",
        "居民代表",
        "议事会成员",
        "监事会成员",
        "院委会成员",
        "党员骨干",
        "网格长",
        "网格员",
    )
    counting: tuple[str, ...] = setting(("见面",), choices=("见面", "无人在家", "电话"))
    satisfied: tuple[str, ...] = setting(("满意", "基本满意"), choices=SATISFIED_WORDS)
    feedback_drawn: bool = False
    level: float = setting(0.95, low=0.5, high=0.9999)
    needy: tuple[str, ...] = ("困难", "独居老人", "残疾")
    needy_days: int = setting(30, low=1, high=365)
    pause_days: int = setting(30, low=1, high=365)
    due_within: int = setting(2, low=0, high=30)


SETTINGS = Settings()


def counted(opinions: pd.DataFrame) -> pd.DataFrame:
    """Return the opinions without duplicates and withdrawn ones, which are in no sum."""
    return opinions[(texts(opinions, "duplicate_of") == "") & ~flags(opinions, "withdrawn")]


def opinion_states(opinions: pd.DataFrame, as_of: date) -> pd.Series:
    """Return the state of each opinion on a day (`analytics.deadlines.STATES`)."""
    due, answered = (days(opinions, name).to_numpy() for name in ("due", "answered_at"))
    paused, before = (flags(opinions, name).to_numpy() for name in ("paused", "late_before"))
    return pd.Series(states(due, answered, as_of, paused=paused, late_before=before), opinions.index, dtype=object)


def late_by(opinions: pd.DataFrame) -> pd.Series:
    """Return working days after the due day, counted by the clock: `late`, else `used` over `term`; 0 if in time."""
    if "late" in opinions:
        return opinions["late"].astype("int64")
    return (pd.to_numeric(opinions["used"]) - pd.to_numeric(opinions["term"])).clip(lower=0).astype("int64")


@once
def _slim(opinions: pd.DataFrame) -> pd.DataFrame:
    """Return what measures read of all opinions, days without their times: half a million rows are cut ten times."""
    divided = [KEY_COLUMN[by] for by in DIVIDED if by in KEY_COLUMN]
    kept = opinions[[name for name in (*divided, *_READ) if name in opinions]]
    named = {name: kept[name].astype("category") for name in divided if name in kept}
    dated = {name: days(kept, name) for name in ("received_at", "due", "answered_at")}
    return kept.assign(**named, **dated)


@once
def _slim_counted(opinions: pd.DataFrame) -> pd.DataFrame:
    return counted(_slim(opinions))


_states_on = once(opinion_states)


def _received(frames: Frames, asked: Asked) -> pd.DataFrame:
    opinions = _slim_counted(frames["opinion"])
    return _keys(opinions, asked, asked.period.holds(opinions["received_at"]))


def _keys(opinions: pd.DataFrame, asked: Asked, inside: pd.Series) -> pd.DataFrame:
    """Return the column by which opinions are divided; to cut the others takes longer than to count."""
    return opinions.loc[inside, [KEY_COLUMN.get(asked.by, "received_at")]]


def _number_received(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(_received(frames, asked), asked)


def _answered_in(opinions: pd.DataFrame, asked: Asked) -> pd.Series:
    given = opinions["answered_at"]
    return asked.period.holds(given) & (given <= pd.Timestamp(asked.as_of))


def _answered(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    opinions = _slim_counted(frames["opinion"])
    return counts(_keys(opinions, asked, _answered_in(opinions, asked)), asked)


def _duplicates(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    opinions = _slim(frames["opinion"])
    inside = _keys(opinions, asked, asked.period.holds(opinions["received_at"]))
    return parts_of(inside, asked, _again(opinions))


@once
def _again(opinions: pd.DataFrame) -> pd.Series:
    return texts(opinions, "duplicate_of") != ""


def _in_state(*wanted: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: opinions of these states, of those received in the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        state = _states_on(_slim_counted(frames["opinion"]), asked.as_of)
        return parts_of(_received(frames, asked), asked, state.isin(wanted))

    return measure


def _on_time(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share answered on time, of those due in the period; overdue ones are in the base."""
    opinions = _slim_counted(frames["opinion"])
    state = _states_on(opinions, asked.as_of)
    due = _keys(opinions, asked, asked.period.holds(opinions["due"]) & state.isin(BASE))
    return shares(due, asked, state == ON_TIME)


def _satisfaction(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share satisfied, of those who were asked back and answered, by the month of the answer.

    It is counted if everybody was asked and answered, has an interval if those asked were drawn, else is not tested.
    """
    opinions = _slim_counted(frames["opinion"])
    closed = _keys(opinions, asked, _answered_in(opinions, asked))
    graded = (_graded(opinions, words) for words in (SATISFIED_WORDS, tuple(settings.satisfied)))
    columns = [totals(closed, asked.by, own) for own in (*graded, flags(opinions, "feedback_asked"))]
    rows = [
        {"key": key, **_satisfied(satisfied, replied, asked_back, size, settings)}
        for (key, replied, size), (_, satisfied, _), (_, asked_back, _) in zip(*columns, strict=True)
    ]
    return pd.DataFrame(rows)


@once
def _graded(opinions: pd.DataFrame, words: tuple[str, ...]) -> pd.Series:
    return texts(opinions, "feedback").isin(words)


def _satisfied(satisfied: int, replied: int, asked_back: int, closed: int, settings: Settings) -> dict[str, object]:
    """Return the share satisfied of those who replied. asked_back, closed : people asked, opinions answered."""
    row: dict[str, object] = {"value": share(satisfied, replied), "n": replied}
    if not replied or replied == closed:
        return row
    if not settings.feedback_drawn or asked_back < replied:
        return {**row, "verdict": NOT_TESTED, "reason": NOT_RANDOM, "why_no_interval": NOT_RANDOM}
    shown = verdict(satisfied, asked_back, asked_back - replied, closed, level=settings.level)
    return {**row, "low": shown.low, "high": shown.high, "verdict": NOT_TESTED, "reason": "no_line"}


def service_days(persons: pd.DataFrame, calendar: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return a row for every calendar day that a person with a target is in service.

    Columns: person_code, place_code, day, worked, provisional, leave. A leave is written from/until, several with
    spaces between them.
    """
    table = calendar.assign(day=days(calendar, "date"), worked=flags(calendar, "worked"))
    table = table.assign(provisional=flags(calendar, "provisional"))[["day", "worked", "provisional"]]
    parts = [_days_of(row, table) for row in records(persons[texts(persons, "role").isin(settings.visitors)])]
    columns = ["person_code", "place_code", "day", "worked", "provisional", "leave"]
    served = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    return served.astype({"day": "datetime64[s]", "worked": bool, "provisional": bool, "leave": bool})


def _days_of(person: Mapping[str, Any], calendar: pd.DataFrame) -> pd.DataFrame:
    inside = calendar[_inside(calendar["day"], person.get("valid_from"), person.get("valid_to"))]
    away = pd.Series(False, index=inside.index)
    for span in str(person.get("leave") or "").split():
        away |= _inside(inside["day"], *span.split("/"))
    return inside.assign(person_code=person["person_code"], place_code=person["place_code"], leave=away)


def _inside(day: pd.Series, start: object, end: object) -> pd.Series:
    """Return which days are in a half-open span; a missing end is open."""
    begun = day >= pd.Timestamp(str(start)) if start else pd.Series(True, index=day.index)
    return begun & (day < pd.Timestamp(str(end))) if end else begun


def person_weeks(frames: Frames, period: Period, settings: Settings) -> pd.DataFrame:
    """Return WEEKS: a row for every person and week that has its Thursday in the period.

    target : visit_days, or the worked days of the week in service and outside leave if they are fewer; 0 is exempt.
    days : different days of the week, Monday to Sunday, with a visit that counts; visits during leave count too.
    """
    # A week more on both sides, as weeks are complete: a calendar of twenty years for each of 93 persons takes seconds.
    near = Period(period.first - timedelta(days=7), period.last + timedelta(days=7))
    calendar = frames["calendar"]
    served = service_days(frames["person"], calendar[near.holds(days(calendar, "date"))], settings)
    served = served.assign(monday=_monday(served["day"]))
    served = served[period.holds(served["monday"] + pd.Timedelta(days=3))]
    visits = frames["visit"]
    kept = visits[texts(visits, "result").replace("", "见面").isin(settings.counting)]
    visited = pd.DataFrame({"person_code": kept["person_code"], "day": days(kept, "visit_date")}).drop_duplicates()
    served = served.merge(visited.assign(visited=True), on=["person_code", "day"], how="left")
    served["visited"] = served["visited"].notna()
    served["available"] = served["worked"] & ~served["leave"]
    weeks = served.groupby(["person_code", "monday"], as_index=False, sort=True).agg(
        place_code=("place_code", "last"),
        days=("visited", "sum"),
        available=("available", "sum"),
        provisional=("provisional", "max"),
    )
    return _judged(weeks, settings)


def _monday(day: pd.Series) -> pd.Series:
    monday: pd.Series = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    return monday


def _judged(weeks: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    weeks = weeks.assign(target=weeks["available"].clip(upper=settings.visit_days))
    weeks["missed_by"] = (weeks["target"] - weeks["days"]).clip(lower=0)
    weeks["result"] = (weeks["missed_by"] == 0).map({True: MET, False: MISSED})
    weeks.loc[weeks["target"] == 0, "result"] = EXEMPT
    weeks["week"] = weeks["monday"].astype("datetime64[s]").dt.strftime("%G-W%V")
    return weeks[list(WEEKS)]


def weeks_over(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return WEEKS of the period that are over on the as-of day: nobody has missed a week that still runs.

    Nor a week before the first visit on record: nothing was recorded then.
    """
    weeks = person_weeks(frames, Period(asked.period.first, min(asked.period.last, asked.as_of)), settings)
    end: pd.Series = weeks["monday"] + SIX_DAYS
    over: pd.DataFrame = weeks[(end <= pd.Timestamp(asked.as_of)) & (end >= days(frames["visit"], "visit_date").min())]
    return over


def _weeks_met(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of person-weeks that met their target, without exempt weeks."""
    weeks = weeks_over(frames, asked, settings)
    weeks = weeks[weeks["result"] != EXEMPT]
    return shares(weeks, asked, weeks["result"] == MET)


def coverage(visits: pd.DataFrame, places: pd.DataFrame, period: Period, settings: Settings) -> pd.DataFrame:
    """Return place_code, visited and households of every place with households, its lower places included.

    A household visited from two grids counts once in each grid and once in their community, which is no sum of grids.
    """
    kept = visits[texts(visits, "result").replace("", "见面").isin(settings.counting)]
    kept = kept[period.holds(days(kept, "visit_date")) & (texts(kept, "household_code") != "")]
    reached: dict[str, set[str]] = {}
    parents = dict(zip(places["place_code"], texts(places, "parent_code"), strict=True))
    for row in records(kept):
        for place in _upwards(str(row["place_code"]), parents):
            reached.setdefault(place, set()).add(str(row["household_code"]))
    known = places[pd.to_numeric(places["households"]).fillna(0) > 0]
    rows = [
        (row["place_code"], len(reached.get(row["place_code"], ())), int(row["households"])) for row in records(known)
    ]
    return pd.DataFrame(rows, columns=["place_code", "visited", "households"])


def _upwards(place: str, parents: Mapping[str, str]) -> Iterator[str]:
    """Yield a place and the places above it; a cycle ends the way."""
    seen: set[str] = set()
    while place and place not in seen:
        seen.add(place)
        yield place
        place = parents.get(place, "")


def _coverage(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of households visited: of each place, or of all places that have no place below them."""
    table = coverage(frames["visit"], frames["place"], asked.period, settings)
    table = table[table["place_code"].isin(_served(frames, settings))]
    if asked.by == ALL:
        roots = set(table["place_code"]) - _below(frames["place"], set(table["place_code"]))
        table = table[table["place_code"].isin(roots)]
        visited, households = int(table["visited"].sum()), int(table["households"].sum())
        return answers([("", share(visited, households), households)])
    return answers(
        (row["place_code"], share(row["visited"], row["households"]), row["households"]) for row in records(table)
    )


def _served(frames: Frames, settings: Settings) -> set[str]:
    """Return the places with a visitor or a visit, and those above them: a village of another scheme is not at 0%."""
    parents = dict(zip(frames["place"]["place_code"], texts(frames["place"], "parent_code"), strict=True))
    own = set(frames["visit"]["place_code"])
    if "person" in frames:
        people = frames["person"]
        own |= set(people.loc[texts(people, "role").isin(settings.visitors), "place_code"].dropna())
    return {above for place in own for above in _upwards(str(place), parents)}


def _below(places: pd.DataFrame, known: set[str]) -> set[str]:
    """Return the places that have a known place above them."""
    parents = dict(zip(places["place_code"], texts(places, "parent_code"), strict=True))
    return {place for place in known if set(list(_upwards(place, parents))[1:]) & known}


def needy_gaps(visits: pd.DataFrame, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return household_code, place_code, last_visit and days since of needy households that wait too long.

    Only households with a visit on record can be known; longest wait first.
    """
    kept = visits[texts(visits, "household_kind").isin(settings.needy) & (texts(visits, "household_code") != "")]
    kept = kept.assign(last_visit=days(kept, "visit_date"))
    kept = kept[
        (kept["last_visit"] <= pd.Timestamp(as_of)) & texts(kept, "result").replace("", "见面").isin(settings.counting)
    ]
    last = kept.sort_values("last_visit").groupby("household_code", as_index=False).last()
    last["days"] = (pd.Timestamp(as_of) - last["last_visit"]).dt.days
    waiting = last[last["days"] > settings.needy_days].sort_values(["days", "household_code"], ascending=[False, True])
    return waiting[["household_code", "place_code", "last_visit", "days"]].reset_index(drop=True)


def attention(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION: of opinions with their due day and working days left, of visits with the days that are missing.

    A table that was never delivered has nothing to be done.
    """
    parts = [*_opinions_waiting(frames["opinion"], asked.as_of, settings)] if "opinion" in frames else []
    if "visit" in frames:
        parts.append(needy_gaps(frames["visit"], asked.as_of, settings).assign(what="needy"))
        parts[-1] = parts[-1].rename(columns={"household_code": "key", "last_visit": "day"})
    if all(table in frames for table in VISITS):
        parts.append(_weeks_missed(frames, asked, settings))
    listed = pd.concat([part.reindex(columns=list(ATTENTION)).astype(object) for part in parts] or [_NOTHING])
    order = {what: place for place, what in enumerate(URGENCY)}
    return listed.sort_values(["what", "day", "key"], key=lambda c: c.map(order) if c.name == "what" else c)


def _opinions_waiting(opinions: pd.DataFrame, as_of: date, settings: Settings) -> Iterator[pd.DataFrame]:
    """Yield the opinions that are overdue, due soon, paused for too long, and answered but not on the wall."""
    kept = counted(opinions)
    state, due = opinion_states(kept, as_of), days(kept, "due")
    left = pd.to_numeric(kept["days_left"]) if "days_left" in kept else (due - pd.Timestamp(as_of)).dt.days
    since = days(kept, "paused_since")
    paused = (pd.Timestamp(as_of) - since).dt.days
    unposted = (texts(kept, "channel") == WALL) & state.isin((ON_TIME, LATE)) & days(kept, "posted_on").isna()
    for what, chosen, day, number in (
        ("overdue", state == OVERDUE, due, left),
        ("due_soon", (state == OPEN) & (left <= settings.due_within), due, left),
        ("paused_long", (state == PAUSED) & (paused > settings.pause_days), since, paused),
        ("not_posted", unposted, days(kept, "answered_at"), left.mask(unposted)),
    ):
        # All at once before the rows are chosen: a series assigned to a frame without rows adds them.
        yield kept.assign(what=what, key=kept["opinion_no"], day=day, days=number)[chosen]


def _weeks_missed(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the persons who missed their target in both of the last two weeks that are over."""
    as_of = asked.as_of
    monday = as_of - timedelta(days=as_of.weekday() + (0 if as_of.weekday() < 6 else -7))
    weeks = weeks_over(frames, asked.within(Period(monday - timedelta(days=14), monday - timedelta(days=1))), settings)
    missed = weeks[weeks["result"] == MISSED].groupby("person_code", as_index=False)
    found = missed.agg(
        place_code=("place_code", "last"), day=("monday", "min"), days=("missed_by", "sum"), n=("week", "size")
    )
    return found[found["n"] == 2].assign(what="weeks_missed").rename(columns={"person_code": "key"})


OPINIONS = ("opinion",)
VISITS = ("visit", "person", "calendar")
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("received", "opinions", "opinions_received", DIVIDED, _number_received, OPINIONS),
    Measure("answered", "opinions", "opinions_answered", DIVIDED, _answered, OPINIONS),
    Measure("duplicates", "opinions", "opinions_with_duplicates", DIVIDED, _duplicates, OPINIONS),
    Measure("on_time", SHARE, "opinions_due", DIVIDED, _on_time, OPINIONS, COUNTED, "high", True, True),
    Measure("overdue", "opinions", "opinions_received", DIVIDED, _in_state(OVERDUE), OPINIONS, good="low"),
    Measure("open", "opinions", "opinions_received", DIVIDED, _in_state(OPEN, OVERDUE), OPINIONS),
    Measure("paused", "opinions", "opinions_received", DIVIDED, _in_state(PAUSED), OPINIONS),
    Measure("satisfaction", SHARE, "opinions_asked_back", DIVIDED, _satisfaction, OPINIONS, None, "high", enters=True),
    Measure("weeks_met", SHARE, "person_weeks", ("place", "post", "month", "quarter"), _weeks_met, VISITS, good="high"),
    Measure("coverage", SHARE, "households", ("place", "month", "quarter"), _coverage, ("visit", "place"), good="high"),
)

DOSSIER = ("received", "on_time", "overdue", "satisfaction")


def dossier(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the rows of a unit: opinions received, answered on time, overdue now, and grades of those asked back."""
    return dossier_rows(chosen, unit, DOSSIER)


def timeline(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the opinions of a unit that belong to a matter, on the day of receipt; hundreds of others are a number."""
    if "opinion" not in chosen.frames:
        return events(chosen.scheme.name, [])
    kept = counted(chosen.frames["opinion"])
    received = kept.assign(day=days(kept, "received_at"))[texts(kept, "matter_no") != ""]
    return events(chosen.scheme.name, [(row["day"], "ring", "opinion", row["matter_no"]) for row in records(received)])
