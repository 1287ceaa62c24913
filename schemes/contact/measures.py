"""Points, receptions, outings and pairings: planned against done, and what came of it.

A day counts once at a point, however many records it has. More done than planned is shown as it is in tables and
capped at 100% in shares.

Frames, with the fields of the tables of the scheme: `contact_point` with its `visits` and `reception` with the unit and
rank of its leader (both added by `due_days`), `outing`, `pairing`, `person`, `calendar`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from schemes.dossier import Narrowed, dossier_rows, events
from schemes.frame import (
    ATTENTION,
    MONTH,
    SHARE,
    Asked,
    Frames,
    Measure,
    Period,
    answers,
    counts,
    days,
    flags,
    groups,
    numbers,
    records,
    setting,
    share,
    shares,
    sums,
    texts,
)

LEADER, HOUSEHOLD = "领导干部", "户"
POINTS = (
    *(
        "point_no",
        "year",
        "person_code",
        "rank",
        "post_unit",
        "unit_code",
        "place_code",
        "matter_no",
        "planned",
        "done",
    ),
    *("planned_by_then", "difference", "missing", "share", "raised", "solved_there", "provisional"),
)
SUMMED = ("planned", "done", "planned_by_then", "difference", "missing", "raised", "solved_there")
POSTS = ("person_code", "rank", "unit_code", "points", *SUMMED, "share", "provisional")
PLAN = ("person_code", "unit_code", "rank", "first", "last", "due", "held", "met")


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. reception_months : rank to the months in which a leader receives people at least once.

    reception_day : of the month on which leaders receive, moved on to the next worked day. log_days : a pairing
    without a log for longer is listed.
    """

    reception_months: Mapping[str, int] = field(
        default_factory=lambda: {"市级": 3, "县级": 1}, metadata={"low": 1, "high": 12}
    )
    reception_day: int = setting(15, low=1, high=31)
    log_days: int = setting(90, low=1, high=400)


SETTINGS = Settings()


class Visit(NamedTuple):
    """A visit to a point: its day, the matters raised there and those solved on the spot."""

    day: date
    raised: int
    solved_there: int


@dataclass(frozen=True)
class Worked:
    """The worked days of the calendar frame, in order; provisional : the years whose notice is not loaded."""

    days: pd.DatetimeIndex
    provisional: frozenset[int]

    @classmethod
    def of(cls, calendar: pd.DataFrame) -> "Worked":
        """Return the worked days of a frame with date, worked and provisional."""
        every = days(calendar, "date")
        open_years = every[flags(calendar, "provisional")].dt.year
        return cls(pd.DatetimeIndex(every[flags(calendar, "worked")]).sort_values(), frozenset(open_years))

    def until(self, year: int, day: date) -> int:
        """Return the worked days of a year up to and including a day."""
        first, last = (self.days.searchsorted(pd.Timestamp(at), "left") for at in (date(year, 1, 1), _after(day)))
        return max(0, int(last - first))

    def of_year(self, year: int) -> int:
        """Return the worked days of a year."""
        return self.until(year, date(year, 12, 31))

    def moved_on(self, day: date) -> date:
        """Return the day itself if it is worked, else the next worked day; the day itself beyond the calendar."""
        at = self.days.searchsorted(pd.Timestamp(day), "left")
        return self.days[int(at)].date() if at < len(self.days) else day


def _after(day: date) -> date:
    return day + timedelta(days=1)


def planned_by_then(planned: int, elapsed: int, worked: int) -> int:
    """Return the visits that should be done after so many working days of the year, rounded down."""
    return planned * elapsed // worked if worked else 0


def points(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return POINTS, a row for every point of a year. difference : done minus planned by then, negative if behind.

    done : different days with an outing to the point, or a reception at its place by its leader. missing : of the plan
    of the year. share : of that plan, at most 1; None where nothing is planned. raised, solved_there : at these visits.
    """
    worked = Worked.of(frames["calendar"])
    rows = [_point(row, worked, as_of) for row in records(frames["contact_point"])]
    table = pd.DataFrame(rows, columns=list(POINTS), dtype=object)
    return table.where(table.notna(), None)


def _point(row: Mapping[str, Any], worked: Worked, as_of: date) -> dict[str, Any]:
    year, planned = int(row["year"]), int(row["planned"])
    made = [visit for visit in row["visits"] or () if visit.day.year == year and visit.day <= as_of]
    done = len({visit.day for visit in made})
    elapsed = worked.until(year, min(as_of, date(year, 12, 31)))
    due = planned_by_then(planned, elapsed, worked.of_year(year))
    return {
        **row,
        "year": year,
        "planned": planned,
        "done": done,
        "planned_by_then": due,
        "difference": done - due,
        "missing": max(0, planned - done),
        "share": share(min(done, planned), planned),
        "raised": sum(visit.raised for visit in made),
        "solved_there": sum(visit.solved_there for visit in made),
        "provisional": year in worked.provisional,
    }


def posts(frames: Frames, year: int, as_of: date) -> pd.DataFrame:
    """Return POSTS, a row for every leader with a point in the year, most missing visits first.

    unit_code : of the leader, not of the departments in charge of the points.
    """
    table = points(frames, as_of)
    rows = []
    for code, part in table[table["year"] == year].groupby("person_code", sort=True):
        added = {name: int(part[name].sum()) for name in SUMMED}
        of_plan, _ = _share_of_plan(part)
        about = {"person_code": code, "rank": part["rank"].iloc[0], "unit_code": part["post_unit"].iloc[0]}
        provisional = bool(part["provisional"].any())
        rows.append({**about, "points": len(part), **added, "share": of_plan, "provisional": provisional})
    found = pd.DataFrame(rows, columns=list(POSTS), dtype=object)
    order = found.assign(missing=-found["missing"].astype("int64"), difference=found["difference"].astype("int64"))
    return found.loc[order.sort_values(["missing", "difference", "person_code"], kind="stable").index].reset_index(
        drop=True
    )


class Post(NamedTuple):
    """A leader's post over a span of days, without `after`; away : spans of leave, without their last day."""

    unit_code: str | None
    rank: str
    first: date
    after: date
    away: tuple[tuple[date, date], ...]


def leaders(persons: pd.DataFrame) -> dict[str, list[Post]]:
    """Return the posts of every leader, earliest first."""
    found: dict[str, list[Post]] = {}
    rows = persons[texts(persons, "role") == LEADER]
    rows = rows.assign(first=days(rows, "valid_from"), after=days(rows, "valid_to"))
    for row in records(rows):
        first, after = (row[name].date() if row[name] is not None else None for name in ("first", "after"))
        away = tuple(_span_of_leave(span) for span in str(row.get("leave") or "").split())
        post = Post(row.get("unit_code"), str(row.get("rank") or ""), first or date.min, after or date.max, away)
        found.setdefault(str(row["person_code"]), []).append(post)
    return {code: sorted(held, key=lambda post: post.first) for code, held in sorted(found.items())}


def _span_of_leave(text: str) -> tuple[date, date]:
    first, _, after = text.partition("/")
    return date.fromisoformat(first), date.fromisoformat(after) if after else date.max


def _served(held: Sequence[Post], span: Period) -> Post | None:
    """Return the post on the last day of a span, if the leader served on each of its days and was not away on all."""
    at = next((post for post in held if post.first <= span.last < post.after), None)
    if at is None or not _covered([(post.first, post.after) for post in held], span):
        return None
    return None if _covered(sorted(leave for post in held for leave in post.away), span) else at


def _covered(spans: Sequence[tuple[date, date]], span: Period) -> bool:
    """Return whether every day of a span is in one of the spans, which are given earliest first."""
    day = span.first
    for first, after in spans:
        if first <= day < after:
            day = after
    return day > span.last


def reception_plan(frames: Frames, period: Period, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return PLAN: a row for every leader and span of months that ended in the period and was due by the as-of day.

    A span counts if the leader served on each of its days. It is met with a reception on any of them; where its last
    day is not worked, also with a reception up to the next worked day (`_received`).
    """
    plan = _all_spans(frames, period, settings)
    return plan[plan["due"] <= as_of].reset_index(drop=True)


def _all_spans(frames: Frames, period: Period, settings: Settings) -> pd.DataFrame:
    """Return PLAN of every span of the period, also of those that go on."""
    worked, receptions = Worked.of(frames["calendar"]), frames["reception"]
    on = days(receptions, "date").dt.date.groupby(receptions["person_code"]).agg(set).to_dict()
    rows = []
    for code, held in leaders(frames["person"]).items():
        for months in sorted({settings.reception_months.get(post.rank, 0) for post in held} - {0}):
            spans = list(_spans(period, months))
            received = _received(spans, sorted(on.get(code, ())), worked)
            for span in spans:
                post = _served(held, span)
                if span.last < period.first or post is None or settings.reception_months.get(post.rank) != months:
                    continue
                count = received[span.first]
                about = (code, post.unit_code, post.rank, span.first, span.last, worked.moved_on(span.last))
                rows.append((*about, count, count > 0))
    return pd.DataFrame(rows, columns=list(PLAN))


def _spans(period: Period, months: int) -> Iterator[Period]:
    """Yield the spans of so many months up to that of the period's last day, from the January before the period on."""
    years = Period(date(period.first.year - 1, 1, 1), period.last)
    for part in (Period.of(name) for name, _ in years.parts(MONTH)):
        if part.last.month % months == 0 and part.last <= period.last:
            yield Period(date(part.last.year, part.last.month - months + 1, 1), part.last)


def _received(spans: Sequence[Period], held: Sequence[date], worked: Worked) -> dict[date, int]:
    """Return the days of reception of each span, by its first day.

    A reception on the day to which the end of a span moves on is counted for that span if it has no other.
    """
    own = {span.first: {day for day in held if span.first <= day <= span.last} for span in spans}
    for span, following in pairwise([*spans, None]):
        late = [day for day in held if span is not None and span.last < day <= worked.moved_on(span.last)]
        if span is not None and late and not own[span.first]:
            own[span.first].add(late[0])
            if following is not None:
                own[following.first].discard(late[0])
    return {first: len(found) for first, found in own.items()}


def reception_days(frames: Frames, month: Period, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return person_code, unit_code, rank, place_code and day of the receptions to be held in a month.

    The day is the same for all, moved on where it is not worked. A leader with several months to a reception takes
    turns with the others of that rank, and is due in the last month in any case if none was held before.
    """
    worked = Worked.of(frames["calendar"])
    wanted = min(settings.reception_day, month.last.day)
    day = worked.moved_on(month.first.replace(day=wanted))
    turns: dict[int, int] = {}
    rows = []
    for code, held in leaders(frames["person"]).items():
        post = next((post for post in held if post.first <= day < post.after), None)
        months = settings.reception_months.get(post.rank, 0) if post is not None else 0
        if post is None or not months or any(first <= day < after for first, after in post.away):
            continue
        turn = turns.setdefault(months, -1) + 1
        turns[months] = turn
        if _is_due(frames, code, month, months, turn):
            rows.append((code, post.unit_code, post.rank, _place_of(frames, code, month.first.year), day))
    return pd.DataFrame(rows, columns=["person_code", "unit_code", "rank", "place_code", "day"])


def _is_due(frames: Frames, code: str, month: Period, months: int, turn: int) -> bool:
    """Return whether a leader receives in a month: by turns, or as the last month of a span without a reception."""
    at = (month.first.month - 1) % months
    if at == turn % months:
        return True
    first = month.first.replace(month=month.first.month - at)
    receptions = frames["reception"] if "reception" in frames else pd.DataFrame(columns=["person_code", "date"])
    before = Period(first, month.first - timedelta(days=1)).holds(days(receptions, "date"))
    return at == months - 1 and not bool((before & (receptions["person_code"] == code)).any())


def _place_of(frames: Frames, code: str, year: int) -> str:
    """Return the place of a leader's point of the year; "" where there is none."""
    if "contact_point" not in frames:
        return ""
    rows = frames["contact_point"]
    own = rows[
        (rows["person_code"] == code) & (rows["year"].astype("int64") == year) & (texts(rows, "place_code") != "")
    ]
    return str(own.sort_values("point_no")["place_code"].iloc[0]) if len(own) else ""


def live_pairings(pairings: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the pairings that are live on a day: start <= day < end."""
    day, end = pd.Timestamp(as_of), days(pairings, "end")
    return pairings[(days(pairings, "start") <= day) & (end.isna() | (end > day))]


def twice_paired(pairings: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the live pairings of households with several live pairings."""
    live = live_pairings(pairings, as_of)
    households = live[(live["partner_kind"] == HOUSEHOLD) & (texts(live, "partner_code") != "")]
    return households[households.duplicated("partner_code", keep=False)]


def idle_pairings(pairings: pd.DataFrame, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return the live pairings without a log for longer than the settings allow, with the day `since`.

    Since the latest log; where no day of it is known, since the start if there is no log at all.
    """
    live = live_pairings(pairings, as_of)
    last = days(live, "last_log")
    since = last.where(last.notna(), days(live, "start").where(numbers(live, "logs") == 0))
    waits: pd.Series = (pd.Timestamp(as_of) - since).dt.days
    return live.assign(since=since).loc[waits > settings.log_days]


def attention(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION of the running year, longest overdue first; days : left on the as-of day, negative when over."""
    today = asked.as_of
    given = [lists for tables, lists in _LISTS if all(table in frames for table in tables)]
    parts = [part for lists in given for part in lists(frames, today, settings)]
    listed = pd.concat([_listed(*part, today) for part in parts]) if parts else pd.DataFrame(columns=list(ATTENTION))
    return listed.sort_values(["days", "what", "key"], kind="stable", na_position="last").reset_index(drop=True)


def _not_announced(frames: Frames, today: date, settings: Settings) -> Iterator[tuple[str, pd.DataFrame]]:
    receptions = frames["reception"]
    held, announced = days(receptions, "date"), days(receptions, "announced_on")
    recent = Period(date(today.year, 1, 1), today).holds(held)
    late = receptions[recent & (announced.isna() | (announced > held))]
    yield "not_announced", late.assign(key=late["reception_no"], day=held.loc[late.index])


def _not_received(frames: Frames, today: date, settings: Settings) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the leaders who received nobody in a span that is over, and those who have to in the running span."""
    plan = _all_spans(frames, Period(date(today.year, 1, 1), date(today.year, 12, 31)), settings)
    plan = plan[~plan["met"].astype(bool)].assign(key=plan["person_code"], day=plan["due"])
    yield "no_reception", plan[plan["due"] <= today]
    yield "reception_due", plan[(plan["first"] <= today) & (today < plan["due"])]


def _not_visited(frames: Frames, today: date, settings: Settings) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the points without a visit although the calendar has reached the first visit of their plan."""
    worked, table = Worked.of(frames["calendar"]), points(frames, today)
    late = table[(table["year"] == today.year) & (table["done"] == 0) & (table["planned_by_then"].astype("int64") > 0)]
    year = worked.days[worked.days.year == today.year]
    first = [year[-(-len(year) // planned) - 1] for planned in late["planned"]]
    yield "no_visit", late.assign(key=late["point_no"], day=first)


def _not_logged(frames: Frames, today: date, settings: Settings) -> Iterator[tuple[str, pd.DataFrame]]:
    idle = idle_pairings(frames["pairing"], today, settings)
    yield "no_log", idle.assign(key=idle["pair_no"], day=idle["since"] + pd.Timedelta(days=settings.log_days))


_LISTS: tuple[tuple[tuple[str, ...], Callable[..., Iterator[tuple[str, pd.DataFrame]]]], ...] = (
    (("reception",), _not_announced),
    (("reception", "person", "calendar"), _not_received),
    (("contact_point", "calendar"), _not_visited),
    (("pairing",), _not_logged),
)


def _listed(what: str, rows: pd.DataFrame, today: date) -> pd.DataFrame:
    day = days(rows, "day")
    listed = rows.assign(what=what, day=day, days=(day - pd.Timestamp(today)).dt.days)
    return listed.reindex(columns=list(ATTENTION)).astype(object)


def held_in(frames: Frames, asked: Asked) -> pd.DataFrame:
    """Return the receptions of the period, up to the as-of day."""
    table = frames["reception"]
    day = days(table, "date")
    return table[asked.period.holds(day) & (day <= pd.Timestamp(asked.as_of))]


def _receptions(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(held_in(frames, asked), asked)


def _of_receptions(column: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: the sum of a column of the receptions of the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        return sums(held_in(frames, asked), asked, column)

    return measure


def _of_raised(column: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: the sum of a column of the receptions of the period, of the matters raised there."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        parts = groups(held_in(frames, asked), asked.by)
        return answers(
            (key, int(numbers(part, column).sum()), int(numbers(part, "raised").sum())) for key, part in parts
        )

    return measure


def _announced(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    held = held_in(frames, asked)
    return shares(held, asked, days(held, "announced_on") <= days(held, "date"))


def _plan_met(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    plan = reception_plan(frames, asked.period, asked.as_of, settings)
    return shares(plan, asked, plan["met"].astype(bool))


def _outings(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = frames["outing"]
    day = days(table, "date")
    return counts(table[asked.period.holds(day) & (day <= pd.Timestamp(asked.as_of))], asked)


def _points_of(frames: Frames, asked: Asked) -> pd.DataFrame:
    """Return the points of the years that the period touches, with a plan."""
    table = points(frames, min(asked.as_of, asked.period.last))
    years = table["year"].astype("int64").between(asked.period.first.year, asked.period.last.year)
    return table[years & (table["planned"] > 0)]


def _visits_done(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of planned visits done; more than planned at a point does not make up for another point."""
    table = _points_of(frames, asked)
    return answers((key, *_share_of_plan(part)) for key, part in groups(table, asked.by))


def _share_of_plan(part: pd.DataFrame) -> tuple[float | None, int]:
    planned = numbers(part, "planned")
    done = numbers(part, "done").clip(upper=planned)
    return share(int(done.sum()), int(planned.sum())), int(planned.sum())


def _live(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(live_pairings(frames["pairing"], min(asked.period.last, asked.as_of)), asked)


def _signed(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of logs that the household signed, of live pairings."""
    live = live_pairings(frames["pairing"], min(asked.period.last, asked.as_of))
    parts = [
        (key, int(numbers(part, "signed").sum()), int(numbers(part, "logs").sum()))
        for key, part in groups(live, asked.by)
    ]
    return answers((key, share(signed, logs), logs) for key, signed, logs in parts)


DOSSIER = ("receptions", "plan_met", "outings", "visits_done", "pairings", "signed")


def dossier(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the rows of a unit: receptions and outings, done of planned, and pairings with the share signed."""
    return dossier_rows(chosen, unit, DOSSIER)


def timeline(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the receptions of a unit's leaders and its outings, each on its day."""
    frames = chosen.frames
    lists = [
        (frames[table].assign(matter_no=frames[table].get(matters)), words)
        for table, matters, words in (("reception", "matter_nos", "reception"), ("outing", "", "outing"))
        if table in frames
    ]
    return events(
        chosen.scheme.name,
        [
            (row["date"], "tick", words, matter)
            for rows, words in lists
            for row in records(rows)
            for matter in row["matter_no"] or [""]
        ],
    )


TIMES = ("month", "quarter")
HELD = ("reception",)
OF_HELD = ("post", "unit", "place", *TIMES)
VISITED = ("contact_point", "outing", "reception", "calendar")
PLANNED = ("reception", "person", "calendar")
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("receptions", "receptions", "receptions", OF_HELD, _receptions, HELD, public=True),
    Measure("plan_met", SHARE, "leader_spans", ("post", "unit"), _plan_met, PLANNED, good="high"),
    Measure("announced", SHARE, "receptions", OF_HELD, _announced, HELD, good="high"),
    Measure("groups", "groups", "receptions", OF_HELD, _of_receptions("groups"), HELD, public=True),
    Measure("people", "people", "receptions", OF_HELD, _of_receptions("people"), HELD, public=True),
    Measure("raised", "matters", "receptions", OF_HELD, _of_receptions("raised"), HELD, public=True),
    Measure("solved_there", "matters", "matters_raised", OF_HELD, _of_raised("solved_there"), HELD, public=True),
    Measure("taken_over", "matters", "matters_raised", OF_HELD, _of_raised("taken_over"), HELD, public=True),
    Measure("outings", "outings", "outings", ("unit", "place", "kind", *TIMES), _outings, ("outing",)),
    Measure("visits_done", SHARE, "visits_planned", ("post", "unit", "place"), _visits_done, VISITED, good="high"),
    Measure("pairings", "pairings", "pairings", ("post", "unit"), _live, ("pairing",)),
    Measure("signed", SHARE, "logs", ("post", "unit"), _signed, ("pairing",), good="high"),
)
