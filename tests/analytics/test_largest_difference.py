"""The largest difference of a draw is found without looking at every pair, and is the same as if all were looked at."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import largest_difference
from analytics.differences import spread_of
from analytics.largest_difference import LargestDifference, cholesky_factor, normal_blocks

DRAWS = 80


def plain(sigma, spread, seed):
    """Every pair of every draw: the largest standardised difference, and all of them by (draw, above, below)."""
    blocks = np.hstack(list(normal_blocks(cholesky_factor(sigma), DRAWS, seed)))
    largest, every = np.zeros(DRAWS), {}
    for draw, z in enumerate(blocks.T):
        for j, k in zip(*np.nonzero(spread > 0), strict=True):
            value = (z[j] - z[k]) * (1.0 / spread[min(j, k), max(j, k)])
            if value > 0:
                largest[draw] = max(largest[draw], value)
                every[draw, int(j), int(k)] = value
    return largest, every


def covariance_of(kind, units, rng):
    """Covariances of real years and the odd ones: shared errors, no error, twins, one precise among vague units."""
    shared = rng.normal(0, 1, (units, 3))
    sigma = np.diag(rng.uniform(0.1, 4, units)) + shared @ shared.T
    if kind == "some without error":
        sigma[::3], sigma[:, ::3] = 0.0, 0.0
    if kind == "twins":
        sigma[1::2], sigma[:, 1::2] = sigma[: units - units % 2 : 2], sigma[:, : units - units % 2 : 2]
    if kind == "one precise":
        sigma *= 100.0
        sigma[0], sigma[:, 0] = 0.0, 0.0
        sigma[0, 0] = 1e-6
    return sigma


@pytest.mark.parametrize(
    ("block", "kept", "pairs"),
    [
        pytest.param(1 << 17, 1 << 24, 1 << 18, id="unit by unit", marks=pytest.mark.sweep),
        pytest.param(16, 1 << 24, 1 << 18, id="draw by draw"),
        pytest.param(16, 0, 6, id="drawn again, few pairs at a time", marks=pytest.mark.sweep),
    ],
)
@given(
    kind=st.sampled_from(["shared", "some without error", "twins", "one precise"]),
    units=st.sampled_from([2, 4, 10]),
    seed=st.integers(0, 2**32),
)
def test_no_larger_difference_is_missed(block, kept, pairs, kind, units, seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(largest_difference, "BLOCK", block)
        patch.setattr(largest_difference, "DRAWS_KEPT", kept)
        patch.setattr(largest_difference, "PAIRS_AT_ONCE", pairs)
        compare_with_every_pair(kind, units, seed)


def compare_with_every_pair(kind, units, seed):
    sigma = covariance_of(kind, units, np.random.default_rng(seed))
    spread = spread_of(sigma)
    found = LargestDifference(sigma, spread.copy(), DRAWS, seed)
    largest, every = plain(sigma, spread, seed)
    assert found.critical(1.0) == largest.max()
    for level in (0.5, 0.9):
        floor = found.critical(level)
        assert floor == np.sort(largest)[int(np.ceil(level * DRAWS)) - 1]
        beyond = found.exceedances(floor)
        entries = zip(beyond.draw.tolist(), beyond.above.tolist(), beyond.below.tolist(), strict=True)
        expected = {place: value for place, value in every.items() if value > floor}
        assert dict(zip(entries, beyond.value.tolist(), strict=True)) == expected


def test_units_that_all_share_their_error_have_no_difference():
    sigma = np.ones((5, 5))
    found = LargestDifference(sigma, spread_of(sigma), DRAWS, 1)
    assert found.critical(1.0) == 0.0
    assert len(found.exceedances(0.0).draw) == 0


def test_a_root_gives_the_covariance_back():
    sigma = covariance_of("twins", 8, np.random.default_rng(3))
    assert cholesky_factor(sigma) @ cholesky_factor(sigma).T == pytest.approx(sigma, abs=1e-12)
