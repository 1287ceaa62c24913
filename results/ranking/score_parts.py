"""What each part adds to the official scores of a family, next to places and verdicts of the ballots alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.ranks import competition_ranks
from data.store.release import Round
from results.ranking.family import Family, families
from results.ranking.other_parts import COMPONENT
from results.ranking.verdicts import verdicts

ROWS = (
    *("unit_code", "unit_name", "category", "n", "score", "score_low", "score_high", "rank", "verdict"),
    *("ballots", "ballots_weight"),
    *("ballots_points", "ballots_rank", "ballots_verdict", "moved"),
)
PARTS = ("unit_code", "unit_name", "kind", "part", "weight", "value", "base", "points", "evidence")


@dataclass(frozen=True)
class ScoreParts:
    """Parts of the scores of a family.

    rows : ROWS, best first. ballots : score of the ballots; ballots_points : what it adds. ballots_rank,
    ballots_verdict : if the ballots alone were the score. moved : places by which the parts moved the unit, down is
    positive. parts : PARTS, a row a unit and part, evidence included.
    """

    family: Family
    rows: pd.DataFrame
    parts: pd.DataFrame

    @property
    def decided(self) -> list[str]:
        """Return names of units that are confirmed although the ballots alone would not confirm them."""
        own = self.rows[(self.rows["verdict"] == "confirmed") & (self.rows["ballots_verdict"] != "confirmed")]
        return [str(name) for name in own["unit_name"]]


def score_parts(round_: Round, category: str | None = None) -> list[ScoreParts]:
    """Return the parts of each family whose score has parts; empty where the ballots are all.

    Raises RoundNotFoundError.
    """
    return [parts_of(family) for family in families(round_, category) if family.others is not None]


def parts_of(family: Family) -> ScoreParts:
    """Return the parts of a family that has them."""
    others = family.others
    assert others is not None, family.name
    with_parts, alone = verdicts(family).rows, verdicts(family.of_ballots).rows
    low, high = family.scores.interval(family.rules.uncertainty.level)
    rows = family.members[["unit_code", "unit_name", "category"]].assign(
        n=family.scores.n.sum(axis=1),
        score_low=low,
        score_high=high,
        score=family.scores.score,
        rank=with_parts["rank"],
        verdict=with_parts["verdict"],
        ballots=family.ballots.score,
        ballots_weight=others.parts.weight,
        ballots_points=others.parts.weight * family.ballots.score,
        ballots_rank=alone["rank"],
        ballots_verdict=alone["verdict"],
    )
    rows["moved"] = _moved(family)
    rows = rows.sort_values(["rank", "unit_code"], na_position="last", ignore_index=True)
    names = dict(zip(family.members["unit_code"], family.members["unit_name"], strict=True))
    table = others.table.assign(unit_name=others.table["unit_code"].map(names))
    return ScoreParts(family, rows[list(ROWS)], table[list(PARTS)])


def _moved(family: Family) -> pd.Series:
    """Return places among the ranked units that the parts moved each down; null where not ranked."""
    with_parts, _ = competition_ranks(family.ranked_score)
    alone, _ = competition_ranks(np.where(family.ranked, family.ballots.score, np.nan))
    moved = [int(one - two) if one and two else None for one, two in zip(with_parts, alone, strict=True)]
    return pd.Series(moved, dtype="Int64")


def components_of(parts: pd.DataFrame) -> list[str]:
    """Return the names of the components other than the ballots, in the order of the rule set."""
    return list(dict.fromkeys(parts.loc[parts["kind"] == COMPONENT, "part"].astype(str)))
