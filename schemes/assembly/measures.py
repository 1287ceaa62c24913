"""Assemblies: quorum and majority in integers, levies and their term, receipts and balances in fen, roads in metres.

The base of a majority is who is present, not who voted: an abstention is no yes. Without a quorum there is no decision.
Everything is counted; nothing here has an interval.

Frames, with the fields of the tables of the scheme: `meeting`, `motion`, `project` (with `levy_until`, the last day of
the term of the levy, from the clock) and `fund_entry`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

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
    SHARE,
    Asked,
    Frames,
    Measure,
    counts,
    days,
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
ATTENTION = ("what", "key", "unit_code", "place_code", "day", "days")
CANCELLED = ("取消", "停建")
PEOPLE = ("entitled", "present", "representing")
LINK = ("meeting_no", "item")
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
    """Return ATTENTION: not started, accepted and not posted, levy short after its term, no monitors."""
    projects, today = with_decision(frames), pd.Timestamp(asked.as_of)
    projects = projects[~texts(projects, "status").isin(CANCELLED)]
    accepted = days(projects, "accepted_on")
    passed = days(projects, "date").where(projects["result"] == PASSED)
    since_passed = days(projects, "approved_on").fillna(passed)
    owed = levies(frames, asked.as_of, settings.cap)
    short = owed.loc[~owed["reached"].astype(bool), "project_no"]
    term = days(projects, "levy_until")
    chosen = {
        "levy_short": (term, projects["project_no"].isin(short) & (term < today)),
        "not_started": (since_passed, _over(since_passed, settings.start_days, today, days(projects, "started_on"))),
        "not_posted": (accepted, _over(accepted, settings.post_days, today, days(projects, "posted_on"))),
        "no_monitors": (pd.Series(pd.NaT, index=projects.index, dtype="datetime64[s]"), _unwatched(projects)),
    }
    parts = []
    for name, (day, rows) in chosen.items():
        listed = projects.assign(what=name, key=projects["project_no"], day=day, days=(today - day).dt.days)
        parts.append(listed[rows])
    return pd.concat(parts, ignore_index=True).reindex(columns=list(ATTENTION))


def _over(since: pd.Series, allowed: int, today: pd.Timestamp, done: pd.Series) -> pd.Series:
    """Return where more days than allowed have gone by and it is not done."""
    return (since + pd.Timedelta(days=allowed) < today) & done.isna()


def _unwatched(projects: pd.DataFrame) -> pd.Series:
    """Return the projects without monitors whose accounts are not posted; an unknown number has to be looked up too."""
    return (numbers(projects, "monitors") == 0) & days(projects, "posted_on").isna()


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
    return entries[asked.period.holds(entries["day"])].merge(about, on="project_no", how="left")


def _money(direction: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: fen received or spent in the period, loans and their repayment apart."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        entries = _entries(frames, asked)
        return sums(entries[(entries["direction"] == direction) & (entries["source"] != LOAN)], asked, "fen")

    return measure


def _with_receipt(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    entries = _entries(frames, asked)
    return shares(entries, asked, ~without_receipt(entries))


def _accepted(frames: Frames, asked: Asked) -> pd.DataFrame:
    projects = frames["project"]
    day = days(projects, "accepted_on")
    return projects[asked.period.holds(day) & (day <= pd.Timestamp(asked.as_of))]


def _length(*kinds: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
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


TIMES = ("month", "quarter")
OF_PROJECTS = ("place", "project", "kind", *TIMES)
MONEY = ("project", "fund_entry")
BALLOT = ("meeting", "motion")
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("held", "assemblies", "assemblies", ("place", *TIMES), _held, BALLOT[:1], public=True),
    Measure("with_quorum", SHARE, "assemblies", ("place", *TIMES), _with_quorum, BALLOT[:1], good="high"),
    Measure("passed", SHARE, "motions", ("place", *TIMES), _passed, BALLOT, public=True),
    Measure("raised", "fen", "receipts", OF_PROJECTS, _money(INCOME), MONEY, public=True),
    Measure("spent", "fen", "payments", OF_PROJECTS, _money(SPENDING), MONEY, public=True),
    Measure("with_receipt", SHARE, "entries", OF_PROJECTS, _with_receipt, MONEY, good="high"),
    Measure(
        "concrete_road", "metres", "projects_accepted", ("place", *TIMES), _length(CONCRETE), MONEY[:1], public=True
    ),
    Measure("gravel_road", "metres", "projects_accepted", ("place", *TIMES), _length(GRAVEL), MONEY[:1], public=True),
    Measure("posted", SHARE, "projects_accepted", ("place", *TIMES), _posted, MONEY[:1], good="high", public=True),
    Measure("levies_reached", SHARE, "levies", ("place", *TIMES), _levies_reached, MONEY, good="high"),
    Measure("levies_over_cap", "levies", "levies_with_cap", ("place", *TIMES), _over_cap, MONEY, good="low"),
)
