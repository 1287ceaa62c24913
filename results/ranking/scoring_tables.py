"""Inputs to the scoring of a round: its stored tables, and the moments and links computed from them."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.laws import VoteCounts
from analytics.leniency import Links
from analytics.moments import SCALE, Moments, Pairs, SiteSums
from data.model.rule_sets import RuleSet
from data.store.release import Round, per_round

Array: TypeAlias = NDArray[Any]

SEPARATOR = "\x1f"
"""Between names of groups in a parameter of a query; no name has it."""


@dataclass(frozen=True)
class ScoringTables:
    """Tables of a round: of a release, or recomputed under other rules (what-if)."""

    units: pd.DataFrame
    cells: pd.DataFrame
    pairs: pd.DataFrame
    links: pd.DataFrame
    dont_know: pd.DataFrame
    lowest: pd.DataFrame
    scores: pd.DataFrame
    sites: pd.DataFrame
    score_step: int


def all_moments(round_: Round) -> Moments:
    """Return the moments of all votes of a round, those that its rules keep apart included."""
    return moments_of(_tables(round_, frozenset()))


def tables_of(round_: Round, rules: RuleSet | None = None) -> ScoringTables:
    """Return the stored tables of a round, without the votes that its rules keep apart.

    Not kept with it; `scored_units` keeps the result. rules : those of the round, unless it was recounted under others.
    """
    used = rules or round_.rules
    return _tables(round_, frozenset() if used is None else frozenset(used.apart_groups))


def _tables(round_: Round, apart: frozenset[str]) -> ScoringTables:

    def counted(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[~rows["group_name"].isin(apart)].reset_index(drop=True) if apart else rows

    return ScoringTables(
        round_.units,
        counted(round_.cells),
        counted(round_.query("pair_moments")),
        counted(round_.query("ballot_links")),
        round_.query("dont_know_lines", apart=SEPARATOR.join(sorted(apart))),
        round_.query("lowest_votes"),
        counted(round_.query("vote_scores")),
        counted(round_.query("site_moments")),
        int(round_.about["score_step"]),
    )


@dataclass(frozen=True)
class ScoredUnits:
    """All units of a round in roster order, with the moments of their votes.

    members : the columns of ScoringTables.units, dont_know_share and lowest_votes.
    """

    members: pd.DataFrame
    moments: Moments


@per_round
def scored_units(round_: Round) -> ScoredUnits:
    """Return the units of a round as published; families, units and adjusted scores are selected from them."""
    return units_of(tables_of(round_))


def units_of(tables: ScoringTables) -> ScoredUnits:
    """Return the scored units of given tables."""
    lowest = tables.lowest.set_index("unit_code")["votes"].reindex(tables.units["unit_code"])
    members = tables.units.assign(dont_know_share=_dont_know_share(tables), lowest_votes=lowest.to_numpy())
    return ScoredUnits(members, moments_of(tables))


def _dont_know_share(tables: ScoringTables) -> Array:
    """Return don't-know lines / (scored + don't-know lines) of each unit; NaN without either."""
    counts = tables.dont_know.set_index("unit_code").reindex(tables.units["unit_code"])
    base = counts["scored"] + counts["dont_know"]
    return (counts["dont_know"] / base.where(base > 0)).to_numpy(dtype=float)


def moments_of(tables: ScoringTables) -> Moments:
    """Return moments of the entire round, in ten-thousandths of a point, for all units in roster order."""
    units = tuple(tables.units["unit_code"])
    groups = tuple(sorted(set(tables.cells["group_name"])))
    unit_at = _codes(tables.cells["unit_code"], units)
    group_at = _codes(tables.cells["group_name"], groups)
    step = tables.score_step
    n, total, squares = (
        _grid(tables.cells[name], unit_at, group_at, (len(units), len(groups)))
        for name in ("votes", "total", "squares")
    )
    total, squares = _scaled(total, step), _scaled(squares, step * step)
    pairs = Pairs(
        _codes(tables.pairs["group_name"], groups),
        _codes(tables.pairs["unit_a"], units),
        _codes(tables.pairs["unit_b"], units),
        tables.pairs["votes"].to_numpy(dtype=np.int64),
        _scaled(tables.pairs["total_a"].to_numpy(dtype=np.int64), step),
        _scaled(tables.pairs["total_b"].to_numpy(dtype=np.int64), step),
        _scaled(tables.pairs["product"].to_numpy(dtype=np.int64), step * step),
    )
    sums = [_sums(part) for part in (n, total, squares)]
    shape = (len(units), len(groups))
    rows = tables.scores
    counts = VoteCounts.of_rows(
        _codes(rows["unit_code"], units),
        _codes(rows["group_name"], groups),
        rows["score"].to_numpy(dtype=np.int64) * step / SCALE,
        rows["votes"].to_numpy(dtype=np.float64),
        shape,
    )
    sites = _sites_of(tables, units, groups)
    return Moments(units, groups, n, total, squares, pairs, *sums, counts=counts, sites=sites)


def _sites_of(tables: ScoringTables, units: tuple[str, ...], groups: tuple[str, ...]) -> SiteSums | None:
    """Return votes by site, None where no ballot names a site."""
    if not len(tables.sites):
        return None
    places = tables.sites[["group_name", "site", "part"]]
    row, keys = pd.factorize(pd.MultiIndex.from_frame(places), sort=True)
    named = pd.DataFrame(list(keys), columns=list(places))
    shape = (len(named), len(units))
    unit_at = _codes(tables.sites["unit_code"], units)
    n = _grid(tables.sites["votes"], row, unit_at, shape)
    total = _grid(tables.sites["total"], row, unit_at, shape) * tables.score_step
    site = pd.factorize(pd.MultiIndex.from_frame(named[["site", "part"]]), sort=True)[0]
    has_site = (named["site"] != "").to_numpy()
    # A ballot without a site belongs to one group, so that numbers of other groups never meet.
    site = np.where(has_site, site, len(named) + np.arange(len(named)))
    return SiteSums(_codes(named["group_name"], groups), site, has_site, n, total)


def links_of(tables: ScoringTables) -> Links:
    """Return the links between units of the entire round through ballots, in the order of `moments_of`."""
    units = tuple(tables.units["unit_code"])
    groups = tuple(sorted(set(tables.cells["group_name"])))
    step = tables.score_step
    linked = np.zeros((len(groups), len(units), len(units)))
    group = _codes(tables.pairs["group_name"], groups)
    first, second = (_codes(tables.pairs[name], units) for name in ("unit_a", "unit_b"))
    linked[group, first, second] = linked[group, second, first] = tables.pairs["linked"]
    own = np.zeros((len(units), len(groups)))
    at = _codes(tables.cells["unit_code"], units), _codes(tables.cells["group_name"], groups)
    own[at] = tables.cells["own_minus_ballot"] * step
    sums = tables.links.set_index("group_name").reindex(list(groups))
    ballots, votes = (sums[name].to_numpy(dtype=np.int64) for name in ("ballots", "votes"))
    return Links(groups, linked, own, ballots, votes, sums["within"].to_numpy(dtype=np.float64) * step**2)


def _codes(values: pd.Series, names: tuple[str, ...]) -> Array:
    return pd.Categorical(values, categories=list(names)).codes.astype(np.int64)


def _grid(
    values: pd.Series,
    rows: Array,
    columns: Array,
    shape: tuple[int, int],
) -> Array:
    out = np.zeros(shape, dtype=np.int64)
    out[rows, columns] = values.to_numpy(dtype=np.int64)
    return out


def _scaled(values: Array, step: int) -> Array:
    """Return values * step, exact: as Python ints where 64 bits would not hold them."""
    largest = int(np.abs(values).max(initial=0)) * step
    return values.astype(object) * step if largest >= 2**62 else values * step


def _sums(part: Array) -> tuple[int, ...]:
    return tuple(sum(int(value) for value in column) for column in part.T)
