"""Two groups, three units, eleven votes: every figure worked by hand."""

import numpy as np
import pytest

from analytics.scores import score_units

WEIGHTS = {"A": 0.6, "B": 0.4}
VOTES = [
    # group A: weight 0.6
    ("a1", "X", "A", 100),
    ("a1", "Y", "A", 60),
    ("a2", "X", "A", 60),
    ("a2", "Y", "A", 0),
    ("a3", "Z", "A", 100),
    ("a4", "Z", "A", 100),
    # group B: weight 0.4
    ("b1", "X", "B", 100),
    ("b1", "Y", "B", 100),
    ("b2", "X", "B", 0),
    ("b2", "Y", "B", 60),
    ("b2", "Z", "B", 60),
]


@pytest.fixture
def scores():
    return score_units(*zip(*VOTES, strict=True), WEIGHTS)


def test_scores_are_weighted_means_of_group_means(scores):
    # X: A (100+60)/2 = 80, B (100+0)/2 = 50      -> 0.6*80 + 0.4*50  = 68
    # Y: A (60+0)/2 = 30,   B (100+60)/2 = 80     -> 0.6*30 + 0.4*80  = 50
    # Z: A (100+100)/2 = 100, B 60                -> 0.6*100 + 0.4*60 = 84
    assert scores.units.tolist() == ["X", "Y", "Z"]
    assert scores.n.tolist() == [[2, 2], [2, 2], [2, 1]]
    np.testing.assert_allclose(scores.score, [68, 50, 84], rtol=1e-14)


def test_covariance_counts_evaluators_who_judge_both(scores):
    # s2 with n-1: X_A 2*20^2 = 800, X_B 2*50^2 = 5000; Y_A 2*30^2 = 1800, Y_B 2*20^2 = 800; Z: 0
    # XX: 0.36*800/2 + 0.16*5000/2 = 144 + 400 = 544
    # YY: 0.36*1800/2 + 0.16*800/2 = 324 + 64 = 388
    # XY: A 0.36*(20*30 + 20*30)/(2*2)*sqrt(2)*sqrt(2) = 216
    #   B 0.16*(50*20 + 50*20)/4*2 = 160 -> 376
    # Z deviates nowhere: b2 is its only vote in B, A is unanimous
    expected = [[544, 376, 0], [376, 388, 0], [0, 0, 0]]
    np.testing.assert_allclose(scores.covariance, expected, atol=1e-9)


def test_small_cells_borrow_variance_from_their_group(scores):
    # Group A: mean 420/6 = 70, mean square 37200/6 = 6200. Group B: 320/5 = 64, 27200/5 = 5440.
    # X_A: (2*6800 + 2*6200)/4 - ((2*80 + 2*70)/4)^2 = 6500 - 5625 = 875, *2 = 1750 > 800
    # X_B: (2*5000 + 2*5440)/4 - ((2*50 + 2*64)/4)^2 = 5220 - 3249 = 1971, *2 = 3942 < 5000
    x_a, x_b = 0.36 * 1750 / 2, 0.16 * 5000 / 2  # 315, 400
    # Y_A: (2*1800 + 2*6200)/4 - 50^2 = 1500, *2 = 3000 > 1800;  Y_B: 6120 - 72^2 = 936, *2 = 1872
    y_a, y_b = 0.36 * 3000 / 2, 0.16 * 1872 / 2  # 540, 149.76
    # Z_A: (2*10000 + 2*6200)/4 - 85^2 = 875, *2 = 1750;  Z_B (n = 1, no factor):
    #   (3600 + 2*5440)/3 - ((60 + 128)/3)^2 = 43440/9 - 35344/9 = 8096/9
    z_a, z_b = 0.36 * 1750 / 2, 0.16 * 8096 / 9  # 315, 143.93
    diagonal = [x_a + x_b, y_a + y_b, z_a + z_b]
    np.testing.assert_allclose(np.diagonal(scores.covariance_adjusted), diagonal, rtol=1e-12)
    assert scores.covariance_adjusted[0, 1] == pytest.approx(376)
    np.testing.assert_allclose(scores.se, np.sqrt(diagonal), rtol=1e-12)
    # degrees of freedom n - 1 + 2: 3 everywhere, 2 for Z_B
    spread = {"X": (x_a**2 + x_b**2) / 3, "Z": z_a**2 / 3 + z_b**2 / 2}
    assert scores.df_score[0] == pytest.approx(715**2 / spread["X"])  # 5.916
    pair = (diagonal[0] + diagonal[2]) ** 2 / (spread["X"] + spread["Z"])
    assert scores.df[0, 2] == scores.df[2, 0] == pytest.approx(pair)


def test_pooled_takes_all_votes_as_one_group():
    # X: (100+60+100+0)/4 = 65;  Y: (60+0+100+60)/4 = 55;  Z: (100+100+60)/3 = 86.67
    pooled = score_units(*zip(*VOTES, strict=True))
    np.testing.assert_allclose(pooled.score, [65, 55, 260 / 3], rtol=1e-14)
    # XY: deviations a1 35*5, a2 -5*-55, b1 35*45, b2 -65*5 -> 175+275+1575-325 = 1700; /16*4/3
    assert pooled.covariance[0, 1] == pytest.approx(1700 / 16 * 4 / 3)
