"""Assemblies: quorum and majority in integers, levies and their term, receipts and balances in fen, roads in metres.

The base of a majority is who is present, not who voted: an abstention is no yes. Without a quorum there is no decision.
Everything is counted; nothing here has an interval.

Frames, with the fields of the tables of the scheme: `meeting`, `motion`, `project` (with `levy_until`, the last day of
the term of the levy, from the clock) and `fund_entry`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

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

PASSED, SHORT, NO_QUORUM, REFUSED = "passed", "short", "no_quorum", "refused"
RESULTS = (PASSED, SHORT, NO_QUORUM, REFUSED)
PRESENT, ALL_ENTITLED = "present", "entitled"
WITHIN, OVER, UNTESTED = "within", "over", "not_tested"
LEVY = "筹资"
INCOME, SPENDING = "收入", "支出"
LEVY_SOURCE, LOAN = "集资", "借款"
CONCRETE, GRAVEL = "水泥路", "泥结碎石路"
MOTIONS = (
    *("meeting_no", "item", "place_code", "date", "quorum", "yes", "no", "abstain", "did_not_vote", "base", "needed"),
    *("short", "result"),
)
FUNDS = ("project_no", "raised", "spent", "balance", "without_receipt", "overspent")
LEVIES = ("project_no", "place_code", "levy_until", "agreed", "paid", "short", "reached", "cap")
ATTENTION = ("what", "key", "place_code", "day", "days")


class Line(NamedTuple):
    """A line: numerator / denominator of a base. over : it must be exceeded (过半); else reaching it is enough."""

    numerator: int
    denominator: int
    over: bool
    of: str

    def needed(self, base: int) -> int:
        """Return the smallest number that meets the line."""
        if self.over:
            return self.numerator * base // self.denominator + 1
        return -(-self.numerator * base // self.denominator)


REPRESENTED = "representing"
QUORUMS = {
    "村民过半": Line(1, 2, True, PRESENT),
    "户代表三分之二": Line(2, 3, False, PRESENT),
    "代表会议(代表三分之二户)": Line(2, 3, False, REPRESENTED),
    "代表会议组成人员三分之二": Line(2, 3, False, PRESENT),
    "代表五分之四": Line(4, 5, False, PRESENT),
}
"""Quorum rules: of those entitled. Only in the third the households that are represented are counted."""
MAJORITIES = {
    "到会过半": Line(1, 2, True, PRESENT),
    "到会三分之二": Line(2, 3, False, PRESENT),
    "全体过半": Line(1, 2, True, ALL_ENTITLED),
    "全体三分之二": Line(2, 3, False, ALL_ENTITLED),
}


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. cap : fen per person and year, 0 for none; a project's cap is taken before it.

    levy_months : term of a levy, for the clock. notice_days : before an assembly. post_days : from acceptance to the
    posting of the accounts. start_days : from the assembly to the beginning of the work.
    """

    cap: int = setting(0, low=0, high=1_000_000)
    levy_months: int = setting(1, low=1, high=24)
    notice_days: int = setting(10, low=0, high=60)
    post_days: int = setting(30, low=1, high=365)
    start_days: int = setting(90, low=1, high=730)


class Decision(NamedTuple):
    """Result of a motion. needed : votes yes; short : votes that lack; did_not_vote : None if votes exceed people."""

    quorum: bool | None
    base: int
    needed: int | None
    short: int
    did_not_vote: int | None
    result: str


def quorum(rule: str, entitled: int, present: int, representing: int | None = None) -> bool:
    """Return whether enough are present. Raises ValueError for an unknown rule or a missing number of households."""
    line = QUORUMS.get(_rule(rule))
    number = representing if line is not None and line.of == REPRESENTED else present
    if line is None or number is None:
        raise ValueError(f"no quorum rule {rule!r} for present {present} and representing {representing}")
    return number >= line.needed(entitled)


def decide(meeting: Mapping[str, Any], motion: Mapping[str, Any]) -> Decision:
    """Return the result of a motion in integers.

    meeting : quorum_rule, entitled, present, representing. motion : majority_rule, yes, no, abstain. More votes than
    people, or more people than are entitled, refuse the record.
    """
    entitled, present = int(meeting["entitled"]), int(meeting["present"])
    yes, no, abstain = (whole(motion.get(name)) or 0 for name in ("yes", "no", "abstain"))
    line = MAJORITIES[str(motion["majority_rule"])]
    base = present if line.of == PRESENT else entitled
    if yes + no + abstain > present or present > entitled:
        return Decision(None, base, None, 0, None, REFUSED)
    met = quorum(str(meeting["quorum_rule"]), entitled, present, whole(meeting.get("representing")))
    needed = line.needed(base)
    short = max(needed - yes, 0)
    word = NO_QUORUM if not met else SHORT if short else PASSED
    return Decision(met, base, needed, short, present - yes - no - abstain, word)


def _rule(text: str) -> str:
    """Return the rule with the brackets that the list has."""
    return text.replace("（", "(").replace("）", ")")


def decisions(frames: Frames) -> pd.DataFrame:
    """Return MOTIONS, a row for every motion of a meeting that is on record."""
    meetings = {row["meeting_no"]: row for row in records(frames["meeting"])}
    rows = []
    for motion in records(frames["motion"]):
        meeting = meetings.get(motion["meeting_no"])
        if meeting is not None:
            rows.append({**motion, **meeting, **decide(meeting, motion)._asdict()})
    return pd.DataFrame(rows, columns=list(MOTIONS), dtype=object)


def fen(amounts: pd.Series) -> pd.Series:
    """Return amounts of yuan as fen. Raises ValueError for a part of a fen."""
    exact = [Decimal(str(amount)) * 100 for amount in amounts]
    if any(value != int(value) for value in exact):
        raise ValueError("an amount has at most two decimals")
    return pd.Series([int(value) for value in exact], index=amounts.index, dtype="int64")


def entries_by(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return the receipts and payments up to a day, with their amount in fen."""
    entries = frames["fund_entry"]
    entries = entries[days(entries, "date") <= pd.Timestamp(as_of)]
    return entries.assign(fen=fen(entries["amount"]), day=days(entries, "date"))


def funds(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return FUNDS of every project, fen: raised over all sources, spent, balance, receipts that lack.

    overspent : more was spent than raised, without a loan on record.
    """
    entries = entries_by(frames, as_of)
    rows = []
    for project in frames["project"]["project_no"]:
        part = entries[entries["project_no"] == project]
        came = part["direction"] == INCOME
        raised, spent = int(part.loc[came, "fen"].sum()), int(part.loc[~came, "fen"].sum())
        lacking = int((texts(part, "receipt").isin(("", False, "否"))).sum())
        borrowed = bool((part["source"] == LOAN).any())
        rows.append((project, raised, spent, raised - spent, lacking, spent > raised and not borrowed))
    return pd.DataFrame(rows, columns=list(FUNDS))


def levies(frames: Frames, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return LEVIES of every project with agreed shares, fen.

    paid : receipts of the levy dated up to the last day of its term. cap : "within", "over" or "not_tested".
    """
    entries = entries_by(frames, as_of)
    rows = []
    for project in records(frames["project"]):
        agreed = agreed_sum(project)
        if agreed:
            until = str(project["levy_until"])[:10]
            own = (entries["project_no"] == project["project_no"]) & (entries["source"] == LEVY_SOURCE)
            in_time = own & (entries["direction"] == INCOME) & (entries["day"] <= pd.Timestamp(until))
            paid = int(entries.loc[in_time, "fen"].sum())
            short = max(agreed - paid, 0)
            cap = cap_state(project, settings)
            rows.append((project["project_no"], project.get("place_code"), until, agreed, paid, short, short == 0, cap))
    return pd.DataFrame(rows, columns=list(LEVIES))


def _yuan(value: object) -> int:
    """Return an amount of yuan as fen; a missing amount is none."""
    return 0 if value is None else int(Decimal(str(value)) * 100)


def agreed_sum(project: Mapping[str, Any]) -> int:
    """Return persons (or households) times share, direct and indirect, fen."""
    return sum((whole(project.get(f"{who}_persons")) or 0) * _yuan(project.get(f"{who}_share")) for who in _WHO)


_WHO = ("direct", "indirect")


def cap_state(project: Mapping[str, Any], settings: Settings) -> str:
    """Return whether the largest share keeps within the cap per person.

    A voluntary share, a share per household and a project without a cap are not tested.
    """
    cap = _yuan(project.get("cap")) or settings.cap
    if project.get("share_kind") != LEVY or project.get("share_per") == "户" or not cap:
        return UNTESTED
    return OVER if max(_yuan(project.get(f"{who}_share")) for who in _WHO) > cap else WITHIN


def attention(frames: Frames, as_of: date, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION: not started, accepted and not posted, levy short after its term, no monitors."""
    projects, today = frames["project"], pd.Timestamp(as_of)
    approved, accepted = days(projects, "approved_on"), days(projects, "accepted_on")
    short = levies(frames, as_of, settings)
    past = set(short.loc[~short["reached"].astype(bool) & (days(short, "levy_until") < today), "project_no"])
    chosen = {
        "not_started": (approved + pd.Timedelta(days=settings.start_days) < today)
        & days(projects, "started_on").isna(),
        "not_posted": (accepted + pd.Timedelta(days=settings.post_days) < today) & days(projects, "posted_on").isna(),
        "levy_short": projects["project_no"].isin(past),
        "no_monitors": numbers(projects, "monitors") == 0,
    }
    since = {"not_started": approved, "not_posted": accepted, "levy_short": days(projects, "levy_until")}
    parts = []
    for name, rows in chosen.items():
        day = since.get(name, pd.Series(pd.NaT, index=projects.index, dtype="datetime64[s]"))
        listed = projects.assign(what=name, key=projects["project_no"], day=day, days=(today - day).dt.days)
        parts.append(listed[rows])
    return pd.concat(parts, ignore_index=True).reindex(columns=list(ATTENTION))


def _meetings(frames: Frames, asked: Asked) -> pd.DataFrame:
    meetings = frames["meeting"]
    return meetings[asked.period.holds(days(meetings, "date"))]


def _held(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    return counts(_meetings(frames, asked), asked)


def _with_quorum(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    meetings = _meetings(frames, asked)
    met = [
        quorum(row["quorum_rule"], int(row["entitled"]), int(row["present"]), whole(row.get("representing")))
        for row in records(meetings)
    ]
    return shares(meetings, asked, pd.Series(met, index=meetings.index, dtype=bool))


def _passed(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = decisions(frames)
    table = table[asked.period.holds(days(table, "date")) & (table["result"] != REFUSED)]
    return shares(table, asked, table["result"] == PASSED)


def _money(direction: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: fen received or spent in the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        entries = entries_by(frames, asked.as_of)
        entries = entries[asked.period.holds(entries["day"]) & (entries["direction"] == direction)]
        about = frames["project"].reindex(columns=["project_no", "place_code", "kind"])
        return sums(entries.merge(about, on="project_no", how="left"), asked, "fen")

    return measure


def _with_receipt(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    entries = entries_by(frames, asked.as_of)
    entries = entries[asked.period.holds(entries["day"])]
    about = frames["project"].reindex(columns=["project_no", "place_code", "kind"])
    entries = entries.merge(about, on="project_no", how="left")
    return shares(entries, asked, ~texts(entries, "receipt").isin(("", False, "否")))


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
    table = levies(frames, asked.as_of, settings)
    ended = days(table, "levy_until")
    table = table[asked.period.holds(ended) & (ended <= pd.Timestamp(asked.as_of))]
    return shares(table, asked, table["reached"].astype(bool))


def _over_cap(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = levies(frames, asked.as_of, settings)
    table = table[asked.period.holds(days(table, "levy_until")) & (table["cap"] != UNTESTED)]
    return parts_of(table, asked, table["cap"] == OVER)


TIMES = ("month", "quarter")
OF_PROJECTS = ("place", "project", "kind", *TIMES)
MONEY = ("project", "fund_entry")
VOTES = ("meeting", "motion")
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("held", "assemblies", "assemblies", ("place", *TIMES), _held, VOTES[:1], public=True),
    Measure("with_quorum", SHARE, "assemblies", ("place", *TIMES), _with_quorum, VOTES[:1], good="high"),
    Measure("passed", SHARE, "motions", ("place", *TIMES), _passed, VOTES, public=True),
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
