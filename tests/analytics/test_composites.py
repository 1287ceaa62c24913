"""Scores with other parts than the ballots: constants move nothing but the score, sampled parts widen every error."""

import numpy as np
import pytest

from analytics.composites import Parts, composed, in_steps, on_lines, share_variance
from analytics.ranks import rank_sets_of
from analytics.result_classes import Line, class_sizes, classes_of
from analytics.scores import score_units
from analytics.shares import exact_interval
from analytics.verdicts import bottom_claims_of, line_claims

GRADES = np.array([100.0, 60.0, 0.0])


def scores_of(units=8, people=60, seed=1, best=0.8, groups=("a", "b")):
    draw = np.random.default_rng(seed)
    rows = []
    for group in groups:
        for person in range(people):
            for unit in draw.permutation(units)[: units // 2]:
                share = best - 0.05 * unit
                grade = draw.choice(GRADES, p=[share, (1 - share) / 2, (1 - share) / 2])
                rows.append((f"{group}{person}", unit, group, grade))
    weights = {group: 1 / len(groups) for group in groups}
    return score_units(*map(np.array, zip(*rows, strict=True)), weights)


def parts(units, weight=1.0, constant=0.0, variance=0.0, low=None, high=None):
    ends = (constant if low is None else low, constant if high is None else high)
    return Parts(
        *(
            np.broadcast_to(np.asarray(value, dtype=float), units).copy()
            for value in (weight, constant, variance, *ends)
        )
    )


def test_the_same_constant_for_all_moves_scores_and_intervals_and_no_claim():
    plain = scores_of()
    moved = composed(plain, parts(8, 0.5, 20.0))
    assert moved.score == pytest.approx(0.5 * plain.score + 20)
    assert np.array(moved.interval()) == pytest.approx(0.5 * np.array(plain.interval()) + 20, abs=1e-6)
    for one, other in ((bottom_claims_of(plain, 2), bottom_claims_of(moved, 2)),):
        assert other.confirm_p == pytest.approx(one.confirm_p) and other.clear_p == pytest.approx(one.clear_p)
    sets = rank_sets_of(plain, seed=1), rank_sets_of(moved, seed=1)
    assert sets[0].best.tolist() == sets[1].best.tolist() and sets[0].worst.tolist() == sets[1].worst.tolist()


@pytest.mark.parametrize("line", [45.0, 60.0, 75.0, 99.0])
def test_a_line_of_the_score_is_a_line_of_the_ballots(line):
    plain = scores_of()
    moved = line_claims(composed(plain, parts(8, 0.5, 20.0)), 0.5 * line + 20)
    expected = line_claims(plain, line)
    assert moved.confirm_raw == pytest.approx(expected.confirm_raw, abs=1e-9)
    assert moved.clear_raw == pytest.approx(expected.clear_raw, abs=1e-9)


def test_constants_of_units_decide_pairs_like_points_on_the_ballots():
    plain = scores_of()
    points = np.zeros(8)
    points[0] = -60.0
    moved = composed(plain, parts(8, 1.0, points))
    assert np.argmin(moved.score) == 0
    claims = bottom_claims_of(moved, 1)
    assert claims.confirm_p[0] < 0.001 and claims.verdict[0] == "confirmed"
    assert moved.se == pytest.approx(plain.se)


def test_a_sampled_part_widens_intervals_and_weakens_every_claim():
    plain = scores_of()
    exact = composed(plain, parts(8, 0.8, 10.0))
    wide = composed(plain, parts(8, 0.8, 10.0, 4.0, 6.0, 14.0))
    low, high = exact.interval()
    wider = wide.interval()
    assert (wider[0] < low).all() and (wider[1] > high).all()
    assert wide.score - wider[0] == pytest.approx(np.hypot(exact.score - low, 4.0))
    for line in (60.0, 80.0):
        one, other = line_claims(exact, line), line_claims(wide, line)
        assert (np.minimum(other.confirm_raw, other.clear_raw) >= np.minimum(one.confirm_raw, one.clear_raw)).all()
    one, other = bottom_claims_of(exact, 2), bottom_claims_of(wide, 2)
    assert other.clear_raw.min() > one.clear_raw.min() and other.confirm_raw.min() >= one.confirm_raw.min()


def test_a_missing_part_leaves_the_unit_without_a_score_and_the_others_as_they_are():
    plain = scores_of()
    constant = np.full(8, 5.0)
    constant[3] = np.nan
    found = composed(plain, parts(8, 0.5, constant))
    assert np.isnan(found.score[3]) and np.isnan(found.interval()[0][3])
    rest = [at for at in range(8) if at != 3]
    assert (~np.isnan(found.score[rest])).all()
    assert np.isnan(bottom_claims_of(found, 1).confirm_p[3])


SHARES = pytest.StashKey[dict]()
YEARS, PARTS = 200, 4
"""Years of six units: 1,200 intervals, a Monte Carlo error of about 0.006 at 0.95. Each part is a test of its own."""


def covered(runs, seed):
    """Share of intervals that hold 0.7 x + 30 q, and of years with a wrong claim about a line on the true score."""
    hits = wrong = total = 0
    for run in range(runs):
        draw = np.random.default_rng((seed, run))
        p, n, base = 6, 60, 40
        best, q = draw.uniform(0.5, 0.95, p), draw.uniform(0.6, 0.97, p)
        unit = np.repeat(np.arange(p), n)
        grade = np.where(draw.random(p * n) < best[unit], 100.0, 0.0)
        plain = score_units(np.arange(p * n), unit, np.zeros(p * n, dtype=int), grade)
        met = draw.binomial(base, q)
        share, ends = met / base, exact_interval(met, np.full(p, base), 0.95)
        other = Parts(
            np.full(p, 0.7), 30 * share, 900 * share_variance(met, np.full(p, base)), 30 * ends[0], 30 * ends[1]
        )
        truth = 70 * best + 30 * q
        scores = composed(plain, other)
        low, high = scores.interval()
        hits, total = hits + int(((low <= truth) & (truth <= high)).sum()), total + p
        for at in range(p):
            claims = line_claims(scores.select([at]), float(truth[at]))  # a line is tested of each unit by itself
            wrong += bool(min(claims.confirm_raw[0], claims.clear_raw[0]) <= 0.05)
    return hits / total, wrong / total


@pytest.mark.sweep
def test_intervals_of_sampled_parts_cover_and_lines_are_rarely_wrong():
    cover, wrong = covered(40, 1)
    assert cover >= 0.93 and wrong <= 0.10 + 2 * np.sqrt(0.1 * 0.9 / 240)  # each direction 5%


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_intervals_of_sampled_parts_cover_in_many_years(part, request):
    """Both shares with their Monte Carlo error (`-s` prints them), of which the bounds allow two; the last part judges
    all that were run.
    """
    known = request.config.stash.setdefault(SHARES, {})
    known[part] = covered(YEARS // PARTS, 2 + part)
    print(f"part {part}: cover {known[part][0]:.4f}, a line wrong {known[part][1]:.4f}")
    if part == PARTS - 1:
        runs = YEARS * len(known) // PARTS
        cover, wrong = np.mean(list(known.values()), axis=0)
        errors = [np.sqrt(share * (1 - share) / (6 * runs)) for share in (cover, wrong)]
        print(f"{runs} years: cover {cover:.4f} ± {errors[0]:.4f}, a line wrong {wrong:.4f} ± {errors[1]:.4f}")
        assert 0.95 - 2 * errors[0] <= cover <= 0.995 and wrong <= 0.10 + 2 * np.sqrt(0.1 * 0.9 / (6 * runs))


def test_lines_and_steps_of_the_rules():
    assert on_lines([0.5, 0.75, 0.95, 1.2], ((0.6, 0), (0.9, 100))).tolist() == pytest.approx([0, 50, 100, 100])
    assert in_steps([-1, 0, 999, 1000, 5000], ((0, 0.9), (1000, 1.0))).tolist() == [0.9, 0.9, 0.9, 1.0, 1.0]
    assert share_variance(40, 40) > 0


@pytest.mark.parametrize(
    ("rounding", "sizes"),
    [("down", [38, 76, 12]), ("nearest", [38, 77, 13]), ("up", [39, 77, 13]), ("remainder", [38, 76, None])],
)
def test_sizes_of_classes_for_128_units(rounding, sizes):
    assert class_sizes(128, [0.3, 0.6, 0.1], rounding) == sizes


def test_of_equal_remainders_the_better_class_comes_first():
    """1.4, 4.4 and 4.2 of ten units: in binary 4.4 - 4 is the larger."""
    assert class_sizes(10, [0.14, 0.44, 0.42], "largest") == [2, 4, 4]
    assert class_sizes(10, [0.25, 0.25, 0.5], "largest") == [3, 2, 5]


def test_largest_remainders_always_add_up():
    for units in range(1, 200):
        assert sum(class_sizes(units, [0.3, 0.6, 0.1], "largest")) == units


def test_a_capped_class_leaves_the_rest_to_the_next_and_never_splits_a_tie():
    score = np.array([95.0, 92.0, 92.0, 80.0, np.nan, 50.0])
    found, tied = classes_of(score, [Line(90, 0.4), Line(60), Line()], [2, None, None])
    assert found.tolist() == [0, 1, 1, 1, -1, 2]
    assert tied.tolist() == [False, True, True, False, False, False]
