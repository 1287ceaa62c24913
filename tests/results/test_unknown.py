"""Bounds of scores where many answered "don't know": around every score, and told only above the limit."""

import numpy as np

from analytics.bounds import LIMIT
from data.store import Store
from results.ranking.family import families
from results.ranking.unknown import bounds_in_words, bounds_of


def test_every_score_is_inside_its_bounds_and_only_many_unknown_answers_are_told(town):
    round_ = Store(town.store).release().round("2025")
    told = 0
    for family in families(round_):
        found, score = bounds_of(round_, family), family.scores.score
        known = ~np.isnan(found.low) & ~np.isnan(score)
        assert known.any()
        assert (found.low[known] <= score[known] + 1e-9).all() and (score[known] <= found.high[known] + 1e-9).all()
        assert np.allclose((found.high - found.low)[known], 100 * found.share[known])
        for at, code in enumerate(family.members["unit_code"]):
            said = bounds_in_words(round_, family, code, "zh")
            assert bool(said) == bool(family.ranked[at] and family.members["dont_know_share"].iloc[at] > LIMIT)
            told += "不了解" in said
    assert told
