"""Funnel plot of a family: scores against effective ballots, with limits, centre and over-dispersion."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.funnel import FEWEST, Funnel
from analytics.funnel import funnel_of as units_in_funnel
from data.store.release import Round, per_round
from results.ranking.family import Family, families

__all__ = ["FEWEST", "FunnelPlot", "funnel", "funnel_of"]

POINTS = 120
"""Points of a curve: 7 pixels apart on a plot of 820."""
MARGIN = 1.15
"""Factor by which curves extend beyond the units at both ends."""


@dataclass(frozen=True)
class FunnelPlot:
    """Funnel of the ranked units of a family; empty frames where no unit can be placed.

    limits : centre, over-dispersion and limits, in the order of the family.
    rows : unit_code, unit_name, n, score, effective, z, place, lowest score first; units without a score or without
        any variance are not in it.
    curves : effective, low_3, low_2, high_2, high_3, from few to many effective ballots.
    """

    release: str
    round: str
    category: str
    limits: Funnel
    rows: pd.DataFrame
    curves: pd.DataFrame


@per_round
def funnel(round_: Round, category: str) -> FunnelPlot | None:
    """Return the funnel of a category, or of ALL; None for a round without votes. Raises RoundNotFoundError."""
    found = families(round_, category)
    return funnel_of(found[0]) if found else None


def funnel_of(family: Family) -> FunnelPlot:
    """Return the funnel of a family."""
    family = family.of_ballots  # a funnel compares votes
    ballots = family.scores.n.sum(axis=1)
    found = units_in_funnel(family.ranked_scores)
    rows = pd.DataFrame(
        {
            "unit_code": family.members["unit_code"],
            "unit_name": family.members["unit_name"],
            "n": ballots,
            "score": family.ranked_score,
            "effective": found.effective,
            "z": found.z,
            "place": found.place,
        }
    )
    rows = rows[rows["place"] != ""].sort_values("score", kind="stable", ignore_index=True)
    return FunnelPlot(family.release, family.round, family.name, found, rows, _curves(found, rows["effective"]))


def _curves(found: Funnel, effective: pd.Series) -> pd.DataFrame:
    """Return limits at evenly spread numbers of effective ballots around those of the units."""
    if effective.empty:
        return pd.DataFrame(columns=["effective", "low_3", "low_2", "high_2", "high_3"])
    at = np.linspace(effective.min() / MARGIN, effective.max() * MARGIN, POINTS)
    limits = found.limits(at)
    ends = {name: getattr(limits, name) for name in ("low_3", "low_2", "high_2", "high_3")}
    return pd.DataFrame({"effective": at, **ends})
