"""A project as page and documents show it: what it is, its vote, its money by source and use, and how far it is."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from schemes.assembly.measures import CANCELLED, CONCRETE, GRAVEL, with_decision
from schemes.assembly.money import INCOME, LOAN, SPENDING, by_source, fen_of, funds
from schemes.frame import Frames, days, records, whole

SHOWN_SOURCES = ("集资", "捐款", "项目补助", "集体", "以资代劳", "其他")
"""Sources of receipts; whatever else is received is shown under the last."""
USES = ("材料", "人工", "机械", "其他")
"""Uses of payments; whatever else is paid is shown under the last."""
STATES = (
    ("posted", "posted_on"),
    ("accepted", "accepted_on"),
    ("finished", "finished_on"),
    ("under_way", "started_on"),
    ("approved", "approved_on"),
)
"""States of a project with the day since which it is in it, the furthest first."""
OTHER = "其他"


def projects_shown(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return a row for every project up to a day, by the day of its assembly: name, vote, fen by source, spent, state.

    metres : of a road that is accepted. A project without an assembly on record is placed by the day of its review.
    """
    if "project" not in frames:
        return pd.DataFrame()
    tables = {**_empty_if_missing(frames), "project": frames["project"]}
    projects = with_decision(tables)
    money = funds(tables, as_of).set_index("project_no")
    received = _spread(tables, as_of, INCOME, SHOWN_SOURCES)
    first = days(projects, "date").fillna(days(projects, "approved_on"))
    lines = []
    for row in records(projects.assign(first=first).sort_values(["first", "project_no"], kind="stable")):
        own = money.loc[row["project_no"]]
        lines.append(
            {
                **{name: row.get(name) for name in ("project_no", "name", "kind", "place_code", "meeting_no", "item")},
                **{name: row.get(name) for name in ("result", "yes", "present", "matter_no")},
                **{
                    "first": row["first"],
                    "metres": whole(row.get("length_m")) or 0,
                    "budget": fen_of(row.get("budget")),
                },
                **{source: received.get((row["project_no"], source), 0) for source in SHOWN_SOURCES},
                **{name: int(own[name]) for name in ("raised", "spent", "balance")},
                "state": state_of(row),
            }
        )
    return pd.DataFrame(lines)


def _empty_if_missing(frames: Frames) -> dict[str, pd.DataFrame]:
    """Return the tables besides projects, without rows where they were never delivered."""
    columns = {
        "meeting": ("meeting_no", "date"),
        "motion": ("meeting_no", "item"),
        "fund_entry": ("project_no", "date", "direction", "source", "amount"),
    }
    return {
        name: frames[name] if name in frames else pd.DataFrame(columns=list(own), dtype=object)
        for name, own in columns.items()
    }


def _spread(frames: Frames, as_of: date, direction: str, known: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """Return fen by project and source or use, loans left out; what is not listed counts as the last."""
    sums = by_source(frames, as_of)
    sums = sums[(sums["direction"] == direction) & (sums["source"] != LOAN)]
    named = sums["source"].where(sums["source"].isin(known), OTHER)
    grouped = sums.assign(source=named).groupby(["project_no", "source"])["fen"].sum().reset_index()
    return {(str(row["project_no"]), str(row["source"])): int(row["fen"]) for row in records(grouped)}


def accounts_of(frames: Frames, project: str, as_of: date) -> dict[str, dict[str, int]]:
    """Return received and spent of a project up to a day, fen by source and by use, and its loans; no payers."""
    tables = {**_empty_if_missing(frames), "project": frames["project"]}
    found = {}
    for name, direction, known in (("received", INCOME, SHOWN_SOURCES), ("spent", SPENDING, USES)):
        sums = _spread(tables, as_of, direction, known)
        found[name] = {source: sums[project, source] for source in known if (project, source) in sums}
    loans = by_source(tables, as_of)
    loans = loans[(loans["project_no"] == project) & (loans["source"] == LOAN)]
    found["loans"] = {str(row["direction"]): int(row["fen"]) for row in records(loans)}
    return found


def state_of(project: Mapping[str, Any]) -> str:
    """Return how far a project is."""
    if project.get("status") in CANCELLED:
        return "cancelled"
    return next((state for state, day in STATES if project.get(day) is not None), "decided")


def sums_of(shown: pd.DataFrame) -> dict[str, int]:
    """Return the sums over projects: fen by source, raised and spent, metres of concrete and gravel road accepted."""
    built = shown[shown["state"].isin(("accepted", "posted"))]
    metres = built.groupby("kind")["metres"].sum()
    money = {name: int(shown[name].sum()) for name in (*SHOWN_SOURCES, "raised", "spent")}
    return {**money, "concrete": int(metres.get(CONCRETE, 0)), "gravel": int(metres.get(GRAVEL, 0))}


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals; below zero with the sign in front."""
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{rest // 100:,}.{rest % 100:02}"
