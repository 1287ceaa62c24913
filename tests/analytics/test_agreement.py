"""Agreement of evaluators against published examples, and what it refuses."""

import numpy as np
import pytest
from scipy import stats

from analytics.agreement import icc, kendall_w, krippendorff_alpha

NAN = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
"""Krippendorff (2011), "Computing Krippendorff's alpha-reliability", example C: 12 units, 4 observers."""
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
"""Shrout and Fleiss (1979), table 2: 6 targets, 4 judges."""
KENDALL = np.array(
    [
        [1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10],
        [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5],
        [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
    ]
).T
"""Kendall, Rank Correlation Methods, chapter 6: three rankings of 10 with ties."""


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_krippendorffs_example(metric, published):
    found = krippendorff_alpha(KRIPPENDORFF, metric=metric)
    assert found.value == pytest.approx(published, abs=1e-3)
    assert found.low <= found.value <= found.high and (found.units, found.raters) == (11, 4)


@pytest.mark.parametrize(
    ("form", "published", "low", "high"),
    [
        ("1,1", 0.166, -0.133, 0.723),
        ("2,1", 0.290, 0.019, 0.761),
        ("3,1", 0.715, 0.342, 0.946),
        ("1,k", 0.443, -0.884, 0.912),
        ("2,k", 0.620, 0.071, 0.927),
        ("3,k", 0.909, 0.676, 0.986),
    ],
)
def test_icc_of_shrout_and_fleiss(form, published, low, high):
    found = icc(SHROUT_FLEISS, form)
    assert (found.value, found.low, found.high) == pytest.approx((published, low, high), abs=1e-3)


def test_w_of_kendalls_example():
    found = kendall_w(KENDALL)
    assert found.value == pytest.approx(0.828, abs=1e-3)
    friedman = stats.friedmanchisquare(*KENDALL).statistic  # units are its samples, raters its blocks
    assert found.value == pytest.approx(friedman / (3 * 9), abs=1e-12)
    assert np.isnan(found.low)  # three raters


@pytest.mark.sweep
def test_intervals_hold_what_raters_have_in_common():
    """40 raters of 12 units, 60 years; truth: the coefficient of 4,000 raters of the same kind."""
    rng = np.random.default_rng(3)
    unit = rng.normal(size=12)

    def graded(raters):
        return np.digitize(unit[:, None] + 1.5 * rng.normal(size=(12, raters)), [-1, 0, 1])

    many = graded(300)
    truth = krippendorff_alpha(many).value
    held = 0
    for year in range(60):
        found = krippendorff_alpha(graded(40), seed=year)
        held += found.low <= truth <= found.high
    assert held >= 51  # 57 expected; fewer than 51 come once in 100 times


def test_copies_do_not_agree_with_themselves():
    """Raters without any agreement: the interval of resampled raters is around 0, not above it."""
    noise = np.random.default_rng(4).integers(0, 4, (30, 12))
    assert krippendorff_alpha(noise).low < 0 < krippendorff_alpha(noise).high
    assert kendall_w(noise).low <= 1 / 12 <= kendall_w(noise).high


def test_what_has_no_agreement_is_refused():
    same = np.full((4, 3), 2.0)
    assert [krippendorff_alpha(same).refused, icc(same).refused, kendall_w(same).refused] == ["constant"] * 3
    one = np.array([[1.0], [2.0]])
    assert [krippendorff_alpha(one).refused, icc(one).refused, kendall_w(one).refused] == ["few"] * 3
    with pytest.raises(ValueError, match="metric"):
        krippendorff_alpha(same, metric="ratio")
    with pytest.raises(ValueError, match="form"):
        icc(same, "4,1")
    with pytest.raises(ValueError, match="units in rows"):
        kendall_w([1.0, 2.0])
    perfect = np.tile(np.arange(5.0)[:, None], 3)
    assert kendall_w(perfect).value == pytest.approx(1) and icc(perfect).value == pytest.approx(1)
