"""Assemblies: quorum and majority in integers, levies and their term, receipts and balances in fen, roads in metres.

The base of a majority is who is present, not who voted: an abstention is no yes. Without a quorum there is no decision.
Everything is counted; nothing here has an interval.

Frames, with the fields of the tables of the scheme: `meeting`, `motion`, `project` (with `levy_until`, the last day of
the term of the levy, from the clock) and `fund_entry`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeAlias

import pandas as pd

from schemes.assembly.money import (
    INCOME,
    LOAN,
    OVER,
    SPENDING,
    UNTESTED,
    entries_by,
    levies,
    without_receipt,
)
from schemes.assembly.votes import INCOMPLETE, PASSED, REFUSED, VOTES, decide, quorum, undecided
from schemes.frame import (
    ALL,
    ATTENTION,
    SHARE,
    Asked,
    Frames,
    Measure,
    Period,
    counts,
    days,
    measure_rows,
    numbers,
    parts_of,
    records,
    setting,
    shares,
    sums,
    texts,
    whole,
)

CONCRETE, GRAVEL = "水泥路", "泥结碎石路"
CANCELLED = ("取消", "停建")
PEOPLE = ("entitled", "present", "representing")
LINK = ("meeting_no", "item")
BALLOT, MONEY = ("meeting", "motion"), ("project", "fund_entry")
URGENCY = ("levy_short", "not_posted", "not_started", "no_monitors")
FIRST = date(1949, 10, 1)  # before the first record
_NOTHING = pd.DataFrame(columns=list(ATTENTION), dtype=object)
MEETINGS = (
    *("meeting_no", "place_code", "date", "notice_on", "quorum_rule", "entitled", "present", "representing"),
    *("parts", "missing_parts"),
)
MOTIONS = (
    *("meeting_no", "item", "topic", "matter_no", "place_code", "date", "quorum_rule", "entitled", "present"),
    *("representing", "majority_rule", "quorum", "yes", "no", "abstain", "did_not_vote", "base", "needed"),
    *("short", "result", "printed", "minutes", "signed_households"),
)


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. cap : fen per person and year, 0 for none; a project's cap is taken before it.

    levy_months : term of a levy, for the clock. roll : whether a last day that is not worked moves to the next worked
    day. notice_days : before an assembly. post_days : from acceptance to the
    posting of the accounts. start_days : from the assembly to the beginning of the work.
    """

    cap: int = setting(0, low=0, high=1_000_000)
    levy_months: int = setting(1, low=1, high=24)
    roll: bool = setting(True)
    notice_days: int = setting(10, low=0, high=60)
    post_days: int = setting(30, low=1, high=365)
    start_days: int = setting(90, low=1, high=730)


SETTINGS = Settings()
EVENTS = ("day", "lane", "mark", "words", "matter_no")


class Narrowed(Protocol):
    """A question about a unit."""

    @property
    def scheme(self) -> Any: ...
    @property
    def asked(self) -> Asked: ...
    @property
    def frames(self) -> Frames: ...
    @property
    def settings(self) -> Any: ...


def meetings(frames: Frames) -> pd.DataFrame:
    """Return MEETINGS, a row for every assembly; if it was held in parts, with the sums of its parts, each once.

    A row without a number of its part is the entire assembly, whatever parts are on record. missing_parts : how many
    of its parts are not.
    """
    found: dict[str, dict[str, Any]] = {}
    for number, rows in _together(frames["meeting"], "meeting_no"):
        summed = _summed(rows, PEOPLE)
        last = max(rows, key=lambda row: str(row["date"]))
        listed = 0 if rows[0].get("part") is None else max((whole(row.get("parts")) or 1) for row in rows) - len(rows)
        found[number] = {**last, **summed, "missing_parts": max(listed, 0)}
    return pd.DataFrame(list(found.values()), columns=list(MEETINGS), dtype=object)


def _together(table: pd.DataFrame, *key: str) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Yield each key with its rows: only the row of the entire assembly if there is such a row, else all parts."""
    grouped: dict[Any, list[dict[str, Any]]] = {}
    for row in records(table):
        grouped.setdefault(tuple(row[name] for name in key) if len(key) > 1 else row[key[0]], []).append(row)
    for name, rows in grouped.items():
        entire = [row for row in rows if row.get("part") is None]
        yield name, entire[:1] or rows


def _summed(rows: list[dict[str, Any]], names: Iterable[str]) -> dict[str, int | None]:
    """Return the sums of the parts; what no part gives stays unknown."""
    known = {name: [number for row in rows if (number := whole(row.get(name))) is not None] for name in names}
    return {name: sum(numbers) if numbers else None for name, numbers in known.items()}


def decisions(frames: Frames) -> pd.DataFrame:
    """Return MOTIONS, a row for every motion of an assembly that is on record, with the votes of all its parts."""
    held = {row["meeting_no"]: row for row in records(meetings(frames))}
    parts = frames["meeting"]["meeting_no"].value_counts()
    rows = []
    for (number, _item), given in _together(frames["motion"], "meeting_no", "item"):
        meeting = held.get(number)
        if meeting is None:
            continue
        motion = {**given[0], **_summed(given, (*VOTES, "signed_households"))}
        lacking = meeting["missing_parts"] or (given[0].get("part") is not None and len(given) < parts[number])
        decision = undecided(meeting) if lacking else decide(meeting, motion)
        rows.append({**motion, **meeting, **decision._asdict(), "printed": motion.get("result")})
    return pd.DataFrame(rows, columns=list(MOTIONS), dtype=object)


def with_decision(frames: Frames) -> pd.DataFrame:
    """Return the projects with the `result`, `needed` and other numbers of the motion that decided on them."""
    decided = decisions(frames)
    decided = decided[["meeting_no", "item", "date", "yes", "present", "base", "needed", "quorum", "result"]]
    projects = frames["project"].reindex(columns=[*frames["project"], *(set(LINK) - set(frames["project"]))])
    keys = {name: projects[name].astype(object) for name in LINK}
    return projects.assign(**keys).merge(decided, on=list(LINK), how="left")


def attention(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION: levies short after their term, what was passed and not begun, accounts not posted, no monitors.

    day : the last day that it had, days : calendar days left. A table that was never delivered has nothing to be done.
    """
    today = pd.Timestamp(asked.as_of)
    parts = [_of_projects(frames, asked, settings)] if all(name in frames for name in MONEY) else []
    if all(name in frames for name in BALLOT):
        parts.append(_without_project(frames, settings))
    listed = pd.concat([part.reindex(columns=list(ATTENTION)).astype(object) for part in parts] or [_NOTHING])
    listed = listed[~(days(listed, "day") >= today)]
    listed = listed.assign(days=(days(listed, "day") - today).dt.days.astype(object))
    order = {what: place for place, what in enumerate(URGENCY)}
    by = ["what", "day", "key"]
    return listed.sort_values(by, key=lambda c: c.map(order) if c.name == "what" else c, ignore_index=True)


def _of_projects(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return what has to be done about projects, with its last day; what is not over yet is among them."""
    projects = with_decision(frames)
    projects = projects[~texts(projects, "status").isin(CANCELLED)]
    passed = days(projects, "date").where(projects["result"] == PASSED)
    start = days(projects, "approved_on").fillna(passed) + pd.Timedelta(days=settings.start_days)
    post = days(projects, "accepted_on") + pd.Timedelta(days=settings.post_days)
    owed = owing(frames, asked.as_of)
    never = pd.Series(pd.NaT, index=projects.index, dtype="datetime64[s]")
    posted = days(projects, "posted_on").notna()
    chosen = {
        "levy_short": (days(projects, "levy_until"), projects["project_no"].isin(owed)),
        "not_started": (start, days(projects, "started_on").isna()),
        "not_posted": (post, ~posted),
        "no_monitors": (never, (numbers(projects, "monitors") == 0) & ~posted),
    }
    listed = [
        projects.assign(what=name, key=projects["project_no"], day=day)[rows & (day.notna() | (name == "no_monitors"))]
        for name, (day, rows) in chosen.items()
    ]
    return pd.concat(listed, ignore_index=True)


def owing(frames: Frames, as_of: date) -> list[str]:
    """Return the projects whose agreed shares are not paid in full by a day, whenever they were paid."""
    paid = levies({**_only(frames, "fund_entry"), "project": frames["project"].assign(levy_until=None)}, as_of, 0)
    return [str(project) for project in paid.loc[paid["short"] > 0, "project_no"]]


def _only(frames: Frames, name: str) -> dict[str, pd.DataFrame]:
    return {name: frames[name]}


def _without_project(frames: Frames, settings: Settings) -> pd.DataFrame:
    """Return the motions with a matter that were passed and became no project, with the day to begin."""
    decided = decisions(frames)
    decided = decided[(decided["result"] == PASSED) & (texts(decided, "matter_no") != "")]
    projects = frames["project"] if "project" in frames else pd.DataFrame(columns=["matter_no"])
    waiting = decided[~decided["matter_no"].isin(texts(projects, "matter_no"))]
    day = days(waiting, "date") + pd.Timedelta(days=settings.start_days)
    return waiting.assign(what="not_started", key=waiting["matter_no"], day=day)


def _meetings(frames: Frames, asked: Asked) -> pd.DataFrame:
    held = meetings(frames)
    return held[asked.period.holds(days(held, "date"))]


def _held(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(_meetings(frames, asked), asked)


def _with_quorum(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    held = _meetings(frames, asked)
    held = held[held["missing_parts"] == 0]
    met = [
        quorum(row["quorum_rule"], int(row["entitled"]), int(row["present"]), whole(row.get("representing")))
        for row in records(held)
    ]
    return shares(held, asked, pd.Series(met, index=held.index, dtype=bool))


def _passed(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = decisions(frames)
    table = table[asked.period.holds(days(table, "date")) & ~table["result"].isin((REFUSED, INCOMPLETE))]
    return shares(table, asked, table["result"] == PASSED)


def _entries(frames: Frames, asked: Asked) -> pd.DataFrame:
    """Return the receipts and payments of the period with the place and kind of their project."""
    entries = entries_by(frames, asked.as_of)
    about = frames["project"].reindex(columns=["project_no", "place_code", "kind"])
    return entries[asked.period.holds(entries["day"])].merge(about, on="project_no")


def _money(direction: str) -> "Answer":
    """Return a measure: fen received or spent in the period, loans and their repayment apart."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        entries = _entries(frames, asked)
        return sums(entries[(entries["direction"] == direction) & (entries["source"] != LOAN)], asked, "fen")

    return measure


def _with_receipt(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    entries = _entries(frames, asked)
    return shares(entries, asked, ~without_receipt(entries))


def in_all(measure: "Answer") -> "Answer":
    """Return a measure from the first record up to the last day of the period, or to the as-of day if it is earlier."""

    def answer(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        return measure(frames, replace(asked, period=Period(FIRST, asked.period.last)), settings)

    return answer


def _accepted(frames: Frames, asked: Asked) -> pd.DataFrame:
    projects = frames["project"]
    day = days(projects, "accepted_on")
    return projects[asked.period.holds(day) & (day <= pd.Timestamp(asked.as_of))]


def _length(*kinds: str) -> "Answer":
    """Return a measure: metres of road of these kinds that were accepted in the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        projects = _accepted(frames, asked)
        return sums(projects[texts(projects, "kind").isin(kinds)], asked, "length_m")

    return measure


def _posted(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    projects = _accepted(frames, asked)
    return shares(projects, asked, days(projects, "posted_on") <= pd.Timestamp(asked.as_of))


def _levies_reached(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of levies paid within their term, of those whose term ended in the period."""
    table = levies(frames, asked.as_of, settings.cap)
    ended = days(table, "levy_until")
    table = table[asked.period.holds(ended) & (ended <= pd.Timestamp(asked.as_of))]
    return shares(table, asked, table["reached"].astype(bool))


def _over_cap(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = levies(frames, asked.as_of, settings.cap)
    table = table[asked.period.holds(days(table, "levy_until")) & (table["cap"] != UNTESTED)]
    return parts_of(table, asked, table["cap"] == OVER)


Answer: TypeAlias = Callable[[Frames, Asked, Settings], pd.DataFrame]
TIMES = ("month", "quarter")
OF_PROJECTS = ("place", "project", "kind", *TIMES)
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("held", "assemblies", "assemblies", ("place", *TIMES), _held, BALLOT[:1], public=True),
    Measure("with_quorum", SHARE, "assemblies", ("place", *TIMES), _with_quorum, BALLOT[:1], good="high"),
    Measure("passed", SHARE, "motions", ("place", *TIMES), _passed, BALLOT, public=True),
    Measure("raised", "fen", "receipts", OF_PROJECTS, _money(INCOME), MONEY, public=True),
    Measure("spent", "fen", "payments", OF_PROJECTS, _money(SPENDING), MONEY, public=True),
    Measure(
        "raised_in_all", "fen", "receipts", ("place", "project", "kind"), in_all(_money(INCOME)), MONEY, public=True
    ),
    Measure(
        "spent_in_all", "fen", "payments", ("place", "project", "kind"), in_all(_money(SPENDING)), MONEY, public=True
    ),
    Measure("with_receipt", SHARE, "entries", OF_PROJECTS, _with_receipt, MONEY, good="high"),
    Measure(
        "concrete_road", "metres", "projects_accepted", ("place", *TIMES), _length(CONCRETE), MONEY[:1], public=True
    ),
    Measure("gravel_road", "metres", "projects_accepted", ("place", *TIMES), _length(GRAVEL), MONEY[:1], public=True),
    Measure(
        "concrete_in_all",
        "metres",
        "projects_accepted_in_all",
        ("place",),
        in_all(_length(CONCRETE)),
        MONEY[:1],
        public=True,
    ),
    Measure(
        "gravel_in_all",
        "metres",
        "projects_accepted_in_all",
        ("place",),
        in_all(_length(GRAVEL)),
        MONEY[:1],
        public=True,
    ),
    Measure("posted", SHARE, "projects_accepted", ("place", *TIMES), _posted, MONEY[:1], good="high", public=True),
    Measure("levies_reached", SHARE, "levies", ("place", *TIMES), _levies_reached, MONEY, good="high"),
    Measure("levies_over_cap", "levies", "levies_with_cap", ("place", *TIMES), _over_cap, MONEY, good="low"),
)

DOSSIER = ("passed", "raised_in_all", "spent_in_all", "concrete_in_all", "gravel_in_all", "posted")


def of_unit(frames: Frames) -> Frames:
    """Return the tables of the places in which the unit has posts. frames : those of the unit."""
    posts = set(texts(frames["person"], "place_code")) - {""} if "person" in frames else set()
    above = (
        dict(zip(frames["place"]["place_code"], texts(frames["place"], "parent_code"), strict=True)) if posts else {}
    )
    found = posts
    while more := {code for code, parent in above.items() if parent in found} - found:
        found = found | more
    tables = {name: frames[name] for name in (*BALLOT, *MONEY) if name in frames}
    return {
        name: rows[rows["place_code"].isin(found)] if "place_code" in rows else rows for name, rows in tables.items()
    }


def dossier(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the rows of a unit, about the places in which it has posts; none without records of them."""
    frames = of_unit(chosen.frames)
    known = [name for name in ("meeting", "project") if len(frames.get(name, _NOTHING))]
    measures = [measure for measure in MEASURES if measure.name in DOSSIER and set(measure.tables) & set(known)]
    found = measure_rows(chosen.scheme.name, measures, frames, replace(chosen.asked, by=ALL), chosen.settings)
    found = found.assign(by="unit", key=unit)
    place = found["measure"].map({name: at for at, name in enumerate(DOSSIER)})
    return found.loc[place.sort_values(kind="stable").index].reset_index(drop=True)


def timeline(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return EVENTS: assemblies that passed a motion with a matter, projects accepted."""
    frames = of_unit(chosen.frames)
    rows: list[tuple[object, ...]] = []
    if all(name in frames for name in BALLOT):
        decided = decisions(frames)
        passed = decided[(decided["result"] == PASSED) & (texts(decided, "matter_no") != "")]
        rows += [(row["date"], "tick", "motion_passed", row["matter_no"]) for row in records(passed)]
    if "project" in frames:
        accepted = frames["project"][days(frames["project"], "accepted_on").notna()]
        rows += [(row["accepted_on"], "square", "project_accepted", row["matter_no"]) for row in records(accepted)]
    events = pd.DataFrame(rows, columns=["day", "mark", "words", "matter_no"], dtype=object).assign(
        lane=chosen.scheme.name
    )
    return events.assign(day=days(events, "day")).sort_values("day", kind="stable")[list(EVENTS)]
