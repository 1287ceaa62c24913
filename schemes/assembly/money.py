"""Money of projects in fen: receipts and payments by source, balances, levies and their term, the cap of a share.

A loan is neither raised nor spent; with a loan on record the balance may be below zero.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from schemes.frame import Frames, days, records, texts, whole

WITHIN, OVER, UNTESTED = "within", "over", "not_tested"
LEVY, HOUSEHOLDS = "筹资", "户"
INCOME, SPENDING = "收入", "支出"
LEVY_SOURCE, SUBSIDY_SOURCE, LOAN = "集资", "项目补助", "借款"
NO = "否"
FUNDS = ("project_no", "raised", "spent", "balance", "without_receipt", "overspent")
LEVIES = ("project_no", "place_code", "levy_until", "agreed", "paid", "short", "reached", "cap")
SOURCES = ("project_no", "direction", "source", "fen")
_WHO = ("direct", "indirect")


def fen(amounts: pd.Series) -> pd.Series:
    """Return amounts of yuan as fen. Raises ValueError for a part of a fen."""
    exact = [Decimal(str(amount)) * 100 for amount in amounts]
    if any(value != int(value) for value in exact):
        raise ValueError("an amount has at most two decimals")
    return pd.Series([int(value) for value in exact], index=amounts.index, dtype="int64")


def fen_of(value: object) -> int:
    """Return an amount of yuan of a record as fen; a missing amount is none."""
    return 0 if value is None else int(Decimal(str(value)) * 100)


def entries_by(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return the receipts and payments up to a day, with their amount in fen."""
    entries = frames["fund_entry"]
    entries = entries[days(entries, "date") <= pd.Timestamp(as_of)]
    return entries.assign(fen=fen(entries["amount"]), day=days(entries, "date"))


def without_receipt(entries: pd.DataFrame) -> pd.Series:
    """Return which entries have no receipt, or do not say whether they have."""
    return texts(entries, "receipt").isin(("", False, NO))


def by_source(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return SOURCES: the sum of each project, direction and source, fen, loans among them."""
    entries = entries_by(frames, as_of)
    summed = entries.groupby(["project_no", "direction", "source"], sort=True)["fen"].sum()
    return summed.reset_index()[list(SOURCES)]


def funds(frames: Frames, as_of: date) -> pd.DataFrame:
    """Return FUNDS of every project, fen: raised over all sources, spent, balance, receipts that lack.

    overspent : more was spent than raised, without a loan on record.
    """
    entries = entries_by(frames, as_of)
    sums = {
        (row["project_no"], row["direction"], row["source"]): row["fen"] for row in records(by_source(frames, as_of))
    }
    borrowed = {project for project, direction, source in sums if (direction, source) == (INCOME, LOAN)}
    lacking = entries.loc[without_receipt(entries), "project_no"].value_counts()
    rows = []
    for project in frames["project"]["project_no"]:
        raised, spent = (
            sum(
                int(part) for (of, way, source), part in sums.items() if (of, way) == (project, side) and source != LOAN
            )
            for side in (INCOME, SPENDING)
        )
        overspent = spent > raised and project not in borrowed
        rows.append((project, raised, spent, raised - spent, int(lacking.get(project, 0)), overspent))
    return pd.DataFrame(rows, columns=list(FUNDS))


def agreed_sum(project: Mapping[str, Any]) -> int:
    """Return persons (or households) times share, direct and indirect, fen."""
    return sum(number * share for number, share in shares_of(project))


def shares_of(project: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return how many persons (or households) agreed to a share, and the share in fen; direct, then indirect."""
    given = [(whole(project.get(f"{who}_persons")) or 0, fen_of(project.get(f"{who}_share"))) for who in _WHO]
    return [(number, share) for number, share in given if number and share]


def largest_share(project: Mapping[str, Any]) -> int:
    """Return the largest share of a person or household, fen."""
    return max(fen_of(project.get(f"{who}_share")) for who in _WHO)


def cap_of(project: Mapping[str, Any], default: int) -> int:
    """Return the cap of a project, else the default, fen; 0 where a voluntary share or one per household has none."""
    if project.get("share_kind") != LEVY or project.get("share_per") == HOUSEHOLDS:
        return 0
    return fen_of(project.get("cap")) or default


def cap_state(project: Mapping[str, Any], default: int) -> str:
    """Return whether the largest share keeps within the cap per person. default : cap of the settings, fen."""
    cap = cap_of(project, default)
    return UNTESTED if not cap else OVER if largest_share(project) > cap else WITHIN


def levies(frames: Frames, as_of: date, default_cap: int) -> pd.DataFrame:
    """Return LEVIES of every project with agreed shares, fen.

    paid : receipts of the levy dated up to the last day of its term, or up to the day asked about where no assembly
    is named and so no term runs. cap : "within", "over" or "not_tested".
    """
    entries = entries_by(frames, as_of)
    entries = entries[(entries["source"] == LEVY_SOURCE) & (entries["direction"] == INCOME)]
    rows = []
    for project in records(frames["project"]):
        agreed = agreed_sum(project)
        if not agreed:
            continue
        until = str(project["levy_until"])[:10] if project.get("levy_until") is not None else None
        paid = entries[entries["project_no"] == project["project_no"]]
        paid = paid if until is None else paid[paid["day"] <= pd.Timestamp(until)]
        short = max(agreed - int(paid["fen"].sum()), 0)
        cap = cap_state(project, default_cap)
        row = (project["project_no"], project.get("place_code"), until, agreed, int(paid["fen"].sum()), short)
        rows.append((*row, short == 0, cap))
    return pd.DataFrame(rows, columns=list(LEVIES))
