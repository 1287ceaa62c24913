"""Rounds in which somebody looks twenty times while votes come in, and how often a claim at any look is false."""

import numpy as np

from analytics.early_look import early_claims
from analytics.pairs import honest_pairs
from analytics.verdicts import CLEARED, CONFIRMED, bottom_claims_of
from tests.support.grades import LAWS, POINTS, multinomial, scores_of_counts

LOOKS = 20
SCALE = 5.0


def rounds(law, *, lower, gap, units, a_look, years, seed, plain=False):
    """Return the shares of rounds with a false confirmation, with a false clearing, and with a true confirmation.

    lower : units that get `gap` of the best grade moved to the grade below; they are the bottom. With gap 0 all units
    are equal, so that no clearing is right; the confirmation of a unit that is not `lower` counts as false.
    """
    laws = np.tile(np.asarray(LAWS[law], dtype=float) / sum(LAWS[law]), (units, 1, 1))
    laws[:lower, 0, -1] -= gap
    laws[:lower, 0, -2] += gap
    wrong_confirm = wrong_clear = right = 0
    for year in range(years):
        rng = np.random.default_rng([seed, year])
        counts, seen = 0, [False, False, False]
        for _ in range(LOOKS):
            counts = counts + multinomial(laws, a_look, rng)
            scores = scores_of_counts(POINTS, counts, None)
            votes = counts.sum(axis=(1, 2))
            if plain:
                verdict = bottom_claims_of(scores, lower).verdict
            else:
                pairs = honest_pairs(scores).differences
                verdict = early_claims(pairs, lower, votes, scale=SCALE, level=0.95).verdict
            seen[0] |= bool((verdict[lower:] == CONFIRMED).any())
            seen[1] |= bool((verdict[:lower] == CLEARED).any() or (gap == 0 and (verdict == CLEARED).any()))
            seen[2] |= bool((verdict[:lower] == CONFIRMED).any())
        wrong_confirm, wrong_clear, right = wrong_confirm + seen[0], wrong_clear + seen[1], right + seen[2]
    return wrong_confirm / years, wrong_clear / years, right / years
