"""Bounds of scores where many answered "don't know": around every score, and told only above the limit."""

from dataclasses import replace

import numpy as np

from analytics.bounds import LIMIT, UnknownBounds
from data.store import Store
from results.ranking.bottom_list import bottom_lists
from results.ranking.family import families
from results.ranking.unknown import bounds_in_words, bounds_of, shown, units_with_bounds
from results.ranking.year_card import ballots_of, year_card


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


def test_the_year_card_names_the_units_with_bounds_and_says_whom_verdicts_are_about(town):
    round_ = Store(town.store).release().round("2025")
    ballots, named = ballots_of(round_), 0
    for bottom in bottom_lists(round_):
        card = year_card(bottom, ballots, units_with_bounds(round_, bottom.family))
        codes = bottom.family.members.set_index("unit_name")["unit_code"]
        assert all(bounds_in_words(round_, bottom.family, codes[name], "en") for name in card.unknown)
        for language, about in (("zh", "只就作出评价的人而言"), ("en", "hold for those who gave a grade")):
            said = card.on_unknown(language)
            assert bool(said) == bool(card.unknown) and all(name in said for name in card.unknown)
            assert not said or about in said
        named += len(card.unknown)
    assert named


def test_a_small_group_hides_the_bounds(town):
    """With the score they would tell of the mean of a group whose votes may not be shown."""
    family = next(found for found in families(Store(town.store).release().round("2025")) if found.ranked.any())
    everything = UnknownBounds(*(np.full(len(family.ranked), part) for part in (1.0, 2.0, 0.5)), family.ranked)
    assert np.array_equal(shown(family, everything, limit=-1), family.ranked)
    rules = replace(family.rules, presentation=replace(family.rules.presentation, smallest_cell=10**6))
    assert not shown(replace(family, rules=rules), everything, limit=-1).any()
