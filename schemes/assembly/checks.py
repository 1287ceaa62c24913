"""What an import checks beyond a row: votes on the people present, levies on their motion, payments on the money.

Each check reads the tables with the rows of the file and names the rows of the file only.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from datetime import date, timedelta
from typing import Any

import pandas as pd

from data.model.across_tables import Finding, Tables
from schemes.assembly.measures import LINK, SETTINGS, Settings, decisions
from schemes.assembly.money import (
    INCOME,
    LEVY,
    LEVY_SOURCE,
    LOAN,
    OVER,
    SUBSIDY_SOURCE,
    by_source,
    cap_of,
    cap_state,
    entries_by,
    fen_of,
    largest_share,
    without_receipt,
)
from schemes.assembly.votes import NO_QUORUM, OF_HOUSEHOLDS, PASSED, REFUSED, SHORT, VOTES, counted, quorum_needed
from schemes.frame import Frames, numbers, records, whole

MOST_SHOWN = 50  # entries in a sentence
PRINTED = {"通过": True, "未通过": False}
Found = Iterator[Finding]


def _frames(tables: Tables, *names: str) -> Frames:
    return {name: tables(name) for name in names}


def of_meetings(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Check assemblies: the notice in time, no part twice, and no votes on record that exceed the people."""
    held = tables("meeting")
    entire = set(held.loc[held["part"].isna(), "meeting_no"])
    divided = set(held.loc[held["part"].notna(), "meeting_no"])
    for key, row in _rows(held, keys):
        notice, day = row.get("notice_on"), date.fromisoformat(str(row["date"])[:10])
        latest = day - timedelta(days=settings.notice_days)
        if notice is not None and date.fromisoformat(str(notice)[:10]) > latest:
            yield _warning("short_notice", "notice_on", key, days=settings.notice_days, latest=latest.isoformat())
        if row["meeting_no"] in entire & divided:
            yield Finding("part_and_whole", "error", "part", key, {"key": row["meeting_no"]})
    own = {row["meeting_no"]: key for key, row in _rows(held, keys)}
    decided = decisions(_frames(tables, "meeting", "motion"))
    for motion in records(decided[decided["result"] == REFUSED].drop_duplicates("meeting_no")):
        if motion["meeting_no"] in own:
            yield _exceeds(motion, "present", own[motion["meeting_no"]])


def of_motions(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Check votes: not more than people, with a quorum, as announced, with minutes."""
    motions = tables("motion")
    decided = {_link(row): row for row in records(decisions(_frames(tables, "meeting", "motion")))}
    for key, row in _rows(motions, keys):
        decision = decided.get(_link(row))
        if decision is not None:
            yield from _of_decision(key, decision)
        if row.get("minutes") is False:
            yield _warning("no_minutes", "minutes", key)


def _of_decision(key: str, decision: Mapping[str, Any]) -> Found:
    result = decision["result"]
    if result == REFUSED:
        yield _exceeds(decision, VOTES[0], key)
    if result == NO_QUORUM:
        rule = str(decision["quorum_rule"])
        number = counted(rule, int(decision["present"]), whole(decision["representing"]))
        facts = {"rule": rule, "needed": quorum_needed(rule, int(decision["entitled"])), "present": number}
        yield Finding("no_quorum", "note", "yes", key, facts)
    announced = PRINTED.get(str(decision["printed"]))
    if result in (PASSED, SHORT) and announced is not None and announced != (result == PASSED):
        facts = {"yes": int(decision["yes"]), "needed": int(decision["needed"])}
        yield Finding("result_differs", "note", "result", key, facts)


def _exceeds(decision: Mapping[str, Any], name: str, key: str) -> Finding:
    """Return the error for votes that exceed the people present."""
    total = sum(whole(decision[vote]) or 0 for vote in VOTES)
    facts = {"parts": ["赞成", "反对", "弃权"], "sum": total, "whole": "实到", "most": int(decision["present"])}
    return Finding("sum_exceeds", "error", name, key, facts)


def of_projects(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Check projects: a levy within its cap, on a motion that was passed, signed by all; reported sums as received."""
    projects = tables("project")
    decided = {_link(row): row for row in records(decisions(_frames(tables, "meeting", "motion")))}
    households = dict(zip(tables("place")["place_code"], numbers(tables("place"), "households"), strict=True))
    received = by_source(_frames(tables, "fund_entry"), date.max) if len(tables("fund_entry")) else None
    for key, row in _rows(projects, keys):
        decision = decided.get(_link(row))
        yield from _of_levy(key, row, decision, households, settings)
        if row.get("meeting_no") is not None and row.get("item") is not None and decision is None:
            yield Finding("unknown_motion", "error", "item", key, {"meeting": row["meeting_no"]})
        if received is not None:
            yield from _as_received(key, row, received[received["project_no"] == row["project_no"]])


def _of_levy(
    key: str, row: Mapping[str, Any], decision: Mapping[str, Any] | None, households: Mapping[str, int], rules: Settings
) -> Found:
    if cap_state(row, rules.cap) == OVER:
        yield _warning(
            "levy_over_cap", "direct_share", key, share=_yuan(largest_share(row)), cap=_yuan(cap_of(row, rules.cap))
        )
    if decision is None or not largest_share(row):
        return
    if decision["result"] != PASSED:
        yield _warning("not_passed", "item", key, meeting=row["meeting_no"], item=row["item"])
    if row.get("share_kind") == LEVY:
        asked = decision["entitled"] if decision["quorum_rule"] in OF_HOUSEHOLDS else households.get(row["place_code"])
        signed = whole(decision["signed_households"])
        if asked and signed is not None and signed < int(asked):
            yield _warning("few_signatures", "item", key, signed=signed, households=int(asked))


def _as_received(key: str, row: Mapping[str, Any], received: pd.DataFrame) -> Found:
    """Note sums of a register of projects that are not those of the receipts on record."""
    came = received[(received["direction"] == INCOME) & (received["source"] != LOAN)]
    sums = {"raised": came, "subsidy": came[came["source"] == SUBSIDY_SOURCE]}
    for name, part in sums.items():
        if row.get(name) is not None and fen_of(row[name]) != int(part["fen"].sum()):
            facts = {"printed": _yuan(fen_of(row[name])), "found": _yuan(int(part["fen"].sum())), "receipts": True}
            yield Finding("figure_differs", "note", name, key, facts)


def of_entries(keys: Set[str], tables: Tables, settings: Settings = SETTINGS) -> Found:
    """Check receipts and payments: nothing spent that is not there, each with a receipt, payments of several shares."""
    frames = _frames(tables, "project", "fund_entry")
    entries = entries_by(frames, date.max)
    new = entries[entries.index.isin(keys)]
    for project in new["project_no"].unique():
        yield from _overspent(str(project), entries[entries["project_no"] == project], keys)
    lacking = new[without_receipt(new)]
    if len(lacking):
        yield Finding("no_receipt", "warning", "receipt", "", _listed(lacking["entry_no"]))
    shares = {row["project_no"]: largest_share(row) for row in records(frames["project"])}
    levied = new[(new["direction"] == INCOME) & (new["source"] == LEVY_SOURCE)]
    share = levied["project_no"].map(shares).fillna(0).astype("int64")
    several = levied[(share > 0) & (levied["fen"] > share)]
    if len(several):
        yield Finding("several_shares", "note", "amount", "", _listed(several["entry_no"]))


def _overspent(project: str, entries: pd.DataFrame, keys: Set[str]) -> Found:
    """Find the first payment of the file with which more is spent than came in by its day, without a loan by then."""
    days_first = entries.sort_values(["day", "direction"], kind="stable")
    days_first = days_first.assign(came=days_first["direction"] == INCOME, loan=days_first["source"] == LOAN)
    own = days_first["fen"].where(~days_first["loan"], 0)
    by_day = pd.DataFrame(
        {
            "raised": own.where(days_first["came"], 0).groupby(days_first["day"]).sum().cumsum(),
            "spent": own.where(~days_first["came"], 0).groupby(days_first["day"]).sum().cumsum(),
            "borrowed": (days_first["loan"] & days_first["came"]).groupby(days_first["day"]).sum().cumsum(),
        }
    )
    short = records(by_day[(by_day["spent"] > by_day["raised"]) & (by_day["borrowed"] == 0)].reset_index())
    paid = days_first[days_first.index.isin(keys) & ~days_first["came"] & ~days_first["loan"]]
    for key, day in paid["day"].items():
        first = next((row for row in short if row["day"] >= day), None)
        if first is not None:
            facts = {"project": project, "day": first["day"].date().isoformat()}
            facts |= {name: _yuan(int(first[name])) for name in ("spent", "raised")}
            yield Finding("more_than_whole", "error", "amount", str(key), facts)
            return


def _rows(table: pd.DataFrame, keys: Set[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of the file with their keys."""
    own = table[table.index.isin(keys)]
    return list(zip(map(str, own.index), records(own), strict=True))


def _link(row: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(row.get(name) for name in LINK)


def _warning(code: str, name: str, key: str, **facts: object) -> Finding:
    return Finding(code, "warning", name, key, facts)


def _listed(entries: Collection[object]) -> dict[str, object]:
    shown = [str(entry) for entry in entries][:MOST_SHOWN]
    return {"count": f"{len(entries):,}", "shown": [*shown, *(["…"] if len(entries) > MOST_SHOWN else [])]}


def _yuan(amount: int) -> str:
    return f"{amount // 100:,}.{amount % 100:02}"


CHECKS: Mapping[str, Callable[..., Found]] = {
    "meeting": of_meetings,
    "motion": of_motions,
    "project": of_projects,
    "fund_entry": of_entries,
}
