"""Channels and the mix of ballots: the same units by channel, and scores at the mix of all votes.

Ballots name a channel and a site, but no kind of site; the kind here is whether the ballot names a site at all.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analytics.composition import mix_adjusted, mode_effect
from analytics.ranks import competition_ranks
from analytics.scores import UnitScores, score_units
from results.evaluators.agreement import Row, bounded
from results.evaluators.words import MIX, MODES, NO_STRATUM, WITHHELD

RARE = 0.05
"""Share of all votes below which a kind of ballot is left out: at 1%, a unit of 60 votes would have none of it."""


def mode_rows(votes: pd.DataFrame, groups: Sequence[str], smallest: int, level: float) -> list[Row]:
    """Return differences of each channel to the commonest channel of the group: the mean, then unit by unit.

    Only units with at least `smallest` votes through both channels enter. votes : of `RoundBallots`; a vote without a
    channel is left out.
    """
    given = votes[votes["channel"] != ""]
    by_group = dict(list(given.groupby("group_name")))
    return [row for group in groups if group in by_group for row in _modes_of(group, by_group[group], smallest, level)]


def _modes_of(group: str, votes: pd.DataFrame, smallest: int, level: float) -> Iterator[Row]:
    commonest, *others = (
        votes["channel"]
        .value_counts(sort=True)
        .sort_index(kind="stable")
        .sort_values(ascending=False, kind="stable")
        .index
    )
    for channel in others:
        pair = votes[votes["channel"].isin((channel, commonest))]
        counts = pair.groupby(["unit_code", "channel"]).size().unstack(fill_value=0)
        both = counts.index[(counts >= max(smallest, 2)).all(axis=1)]
        if len(both):
            yield from _differences(group, channel, str(commonest), pair[pair["unit_code"].isin(both)], level)


def _differences(group: str, channel: str, commonest: str, pair: pd.DataFrame, level: float) -> Iterator[Row]:
    effect = mode_effect(*(_scored(pair[pair["channel"] == name]) for name in (channel, commonest)), level=level)
    head: Row = {"part": MODES, "group": group, "channel": channel, "other_channel": commonest}
    sizes: Row = {"drawn": pair["ballot"].nunique(), "units": len(effect.units), "votes": len(pair)}
    mean = bounded(effect.mean, effect.mean_low, effect.mean_high)
    yield {**head, **sizes, "figure": "mean_difference", **mean}
    by_unit = pair.groupby("unit_code")["ballot"].agg(["size", "nunique"])
    for at, code in enumerate(effect.units.tolist()):
        figure = bounded(float(effect.difference[at]), float(effect.low[at]), float(effect.high[at]))
        votes, people = (int(by_unit.loc[code, name]) for name in ("size", "nunique"))
        yield {**head, "figure": "difference", "unit_code": code, "votes": votes, "drawn": people, **figure}


def _scored(votes: pd.DataFrame) -> UnitScores:
    site = votes["site"].to_numpy(dtype=str) if (votes["site"] != "").any() else None
    return score_units(
        votes["ballot"].to_numpy(),
        votes["unit_code"].to_numpy(dtype=str),
        np.zeros(len(votes), dtype=np.int64),
        votes["score"].to_numpy(),
        site=site,
    )


def with_kind(votes: pd.DataFrame) -> pd.DataFrame:
    """Return votes with `kind`: channel, and whether a site is named; without kinds below RARE of all votes."""
    at_site = np.where(votes["site"] != "", "+", "")
    kinds = votes.assign(kind=votes["channel"] + at_site)
    share = kinds["kind"].value_counts(normalize=True)
    return kinds[kinds["kind"].map(share) >= RARE]


def mix_rows(kinds: pd.DataFrame, units: pd.DataFrame, smallest: int, level: float) -> list[Row]:
    """Return the plain score of each unit and its score at the mix of all votes, with places in its category.

    All votes count alike in both, whatever the evaluator group, so that the mix is the only difference. Places are
    among the units of a category that have both scores. kinds : of `with_kind`. units : of the round.
    """
    result = mix_adjusted(
        kinds["ballot"].to_numpy(),
        kinds["unit_code"].to_numpy(dtype=str),
        kinds["kind"].to_numpy(dtype=str),
        kinds["score"].to_numpy(),
        level=level,
    )
    counts = kinds.groupby(["unit_code", "kind"]).size().unstack(fill_value=0)
    votes, least = counts.sum(axis=1), counts.min(axis=1)
    rows = pd.DataFrame(
        {"plain": result.crude, "value": result.score, "low": result.low, "high": result.high},
        index=pd.Index(result.units, name="unit_code"),
    )
    rows.loc[least < smallest, ["value", "low", "high"]] = np.nan
    rows = units[["unit_code", "category", "participation"]].merge(rows, on="unit_code")
    rows = rows[rows["participation"] == ""].reset_index(drop=True)
    places = _with_places(rows)
    return [_mixed(row, int(votes[str(row["unit_code"])]), smallest) for _, row in places.iterrows()]


def _with_places(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(place=0, adjusted_place=0)
    for _, at in rows.groupby("category").groups.items():
        adjusted = rows.loc[at, "value"]
        rows.loc[at, "place"] = competition_ranks(rows.loc[at, "plain"].where(adjusted.notna()))[0]
        rows.loc[at, "adjusted_place"] = competition_ranks(adjusted)[0]
    return rows


def _mixed(row: pd.Series, votes: int, smallest: int) -> Row:
    head: Row = {"part": MIX, "figure": "adjusted", "unit_code": row["unit_code"]}
    if votes < smallest:
        return {**head, "reason": WITHHELD}
    sizes: Row = {**head, "votes": votes, "plain": row["plain"]}
    if pd.isna(row["value"]):
        return {**sizes, "reason": NO_STRATUM}
    return {**sizes, **{name: row[name] for name in ("value", "low", "high", "place", "adjusted_place")}}
