"""Ranking of all units of a round, each family by itself, with n, score, interval, range of places and verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data.store.release import Round, per_round
from results.ranking.family import ALL, Family, RoundNotFoundError, WhatIf, families
from results.ranking.verdicts import SetFacts, Verdicts, verdicts

__all__ = ["ALL", "FIELDS", "RoundNotFoundError", "Ranking", "WhatIf", "ranking"]

FIELDS = (
    *("unit_code", "unit_name", "category", "n", "n_by_group", "dont_know_share"),
    *("score", "se_sampling", "se", "score_low", "score_high"),
    *("rank", "rank_tied_to", "rank_best", "rank_worst", "p_bottom", "confirm_p", "clear_p"),
    *("verdict", "reason", "shrunken", "expected_rank"),
)
BESIDE = ("roster_no", "confirm_raw", "clear_raw")
"""Columns of `rows` that pages use and files leave out."""


@dataclass(frozen=True)
class Ranking:
    """Ranking of a round. `rows` has the columns FIELDS and `BESIDE`; nulls are NA.

    Rows are in order of category, rank, roster number and code; units that are not ranked come last.
    sets: family -> facts of its rank sets.
    """

    release: str
    round: str
    rules: str
    rows: pd.DataFrame
    sets: Mapping[str, SetFacts] = field(default_factory=dict)


def ranking(round_: Round, category: str | None = None, what_if: WhatIf | None = None) -> Ranking:
    """Rank the units of a round: every category by itself, a single category, or ALL together.

    Without `what_if` the ranking is cached with the round. Raises RoundNotFoundError.
    """
    if what_if is None:
        return _published(round_, category)
    return ranking_of(round_, families(round_, category, what_if))


@per_round
def _published(round_: Round, category: str | None) -> Ranking:
    return ranking_of(round_, families(round_, category))


def ranking_of(round_: Round, ranked_together: list[Family]) -> Ranking:
    """Return the rows of some families of a round."""
    if not ranked_together:
        return Ranking(round_.release.id, round_.id, "", pd.DataFrame(columns=[*FIELDS, *BESIDE]))
    judged = {family.name: verdicts(family) for family in ranked_together}
    parts = [_rows(family, judged[family.name]) for family in ranked_together]
    rows = pd.concat(parts, ignore_index=True)
    order = ["category", "rank", "roster_no", "unit_code"]
    if ranked_together[0].joint:
        order.remove("category")
    rows = rows.sort_values(order, ignore_index=True)
    sets = {name: found.sets for name, found in judged.items()}
    return Ranking(round_.release.id, round_.id, ranked_together[0].rules.name, rows, sets)


def _rows(family: Family, judged: Verdicts) -> pd.DataFrame:
    """Return rows of a family, in the order of its members."""
    scores = family.scores
    low, high = scores.interval(family.rules.uncertainty.level)
    known = np.where(family.no_error is None, 1.0, np.nan)
    groups = [str(group) for group in family.moments.groups]
    rows = pd.DataFrame(
        {
            **{name: family.members[name] for name in ("unit_code", "unit_name", "category")},
            "n": scores.n.sum(axis=1),
            "n_by_group": [dict(zip(groups, map(int, row), strict=True)) for row in scores.n],
            "dont_know_share": family.members["dont_know_share"],
            "score": scores.score,
            "se_sampling": scores.se_sampling * known,
            "se": scores.se * known,
            "score_low": low * known,
            "score_high": high * known,
            "roster_no": family.members["roster_no"],
        }
    )
    return pd.concat([rows, judged.rows], axis=1)[[*FIELDS, *BESIDE]]
