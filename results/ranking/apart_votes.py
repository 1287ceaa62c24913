"""Votes that a rule set keeps apart, of insiders or of channels that people choose themselves, next to the score."""

import numpy as np
import pandas as pd

from analytics.scores import scores_from_moments
from analytics.suppression import is_small
from data.store.release import Round, per_round
from results.ranking.family import families
from results.ranking.scoring_tables import all_moments

COLUMNS = ("unit_code", "unit_name", "category", "group", "n", "mean", "low", "high", "score", "difference")


@per_round
def apart_votes(round_: Round) -> pd.DataFrame:
    """Return COLUMNS, a row a unit and group that is kept apart; empty under rules that keep nothing apart.

    mean : of the votes of the group, with its interval; NaN below the smallest number of votes that is shown. score :
    of the ballots that count. difference : mean - score. Raises RoundNotFoundError.
    """
    rules = round_.rules
    if rules is None or not rules.apart_groups:
        return pd.DataFrame(columns=list(COLUMNS))
    moments = all_moments(round_)
    parts = []
    for family in families(round_):
        at = [moments.units.index(code) for code in family.members["unit_code"]]
        own = moments.select(at)
        for position, group in enumerate(own.groups):
            n = own.n[:, position]
            if str(group) not in rules.apart_groups or not n.any():
                continue
            scores = scores_from_moments(own, {name: float(name == group) for name in own.groups})
            low, high = scores.interval(rules.uncertainty.level)
            shown = np.where(is_small(n, rules.presentation.smallest_cell) | (n == 0), np.nan, 1.0)
            rows = family.members[["unit_code", "unit_name", "category"]].assign(
                group=str(group), n=n, mean=scores.score * shown, low=low * shown, high=high * shown
            )
            parts.append(rows.assign(score=family.ballots.score)[n > 0])
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return found.assign(difference=found["mean"] - found["score"])[list(COLUMNS)]
