"""Sensitivity of the bottom list to the weights: exact intervals, rank bounds, shares of all weights.

A score is linear in the weights, so the list of the k lowest stays the same exactly where every
listed unit scores less than every unit outside it: an intersection of half-spaces. Whether scores
differ significantly is not tested here; see `verdicts`.

Missing means of a group are NaN. A unit that lacks a group is left out: it has no score once
that group counts.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from analytics.scores import WEIGHTS_APART

__all__ = [
    "WeightIntervals",
    "bottom_under",
    "cut_intervals",
    "cut_lists",
    "dominance_bounds",
    "reversals",
    "simplex_share",
    "weight_intervals",
]

TOLERANCE = 1e-9
"""Scores no further apart than this, in points, are equal; the same as in the ranking."""

CELLS_AT_ONCE = 2_000_000
"""Scores held at a time when many weights are tried: 16 MB."""

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class WeightIntervals:
    """Region around the weights in use in which the list of the k lowest stays the same.

    low, high : shape (groups,); ends of each group's weight while the others keep their
        proportions. Strictly between them the list is the same; at an end inside (0, 1) two units
        are tied across the border, beyond it the list differs.
    smallest_change : the least change of weights at which a unit of the list meets one outside that
        can pass it, measured by the weight that moves most (L-infinity); inf: no weights do. Units
        that meet only where a weight is 0 and never pass are no change.
    first_out, first_in : units (positions in the input) of that pair, the listed one first;
        -1 when there is none.
    changed : shape (groups,); the weights at that change, NaN when there is none.
    bottom : shape (units,); the list under the weights in use.
    used : shape (units,); False for a unit that lacks a group and was left out.
    """

    low: Floats
    high: Floats
    smallest_change: float
    first_out: int
    first_in: int
    changed: Floats
    bottom: Bools
    used: Bools


def weight_intervals(group_means: ArrayLike, weights: ArrayLike, k: int) -> WeightIntervals:
    """Return how far the weights can move before the list of the k lowest changes.

    Interval of one weight: closed form, the nearest crossing of a listed unit with an unlisted unit.
    When the other weights are all 0 they have no proportions; they then share alike what is left.
    Smallest change: one linear programme (HiGHS) a pair, see `_smallest_change`.

    Special cases: a tie across the border at the weights in use is a margin of 0 (low and high are
    the weight itself, smallest change 0, first_out and first_in the tied units). k <= 0 or k >= units
    used: the list cannot change (0 to 1, inf). One group: its weight is 1 and cannot move, so the
    question does not apply (1 to 1, inf, tied or not).

    Parameters
    ----------
    group_means : shape (units, groups), in points; larger is better, NaN where the group is missing.
    weights : shape (groups,), not negative, adding to 1 within 1e-9.
    k : how many places the list has.

    Raises
    ------
    ValueError
        If the shapes do not fit, a mean is infinite, a weight is negative or not finite, or the
        weights do not add to 1.
    """
    means, used = _checked_means(group_means)
    weight = _checked_weights(weights, means.shape[1])
    score = np.where(used, np.where(used[:, None], means, 0.0) @ weight, np.nan)
    bottom = bottom_under(score, k)
    still = _unmoved(weight, bottom, used)
    if len(weight) == 1 or not 0 < k < np.count_nonzero(used):
        return still
    if np.count_nonzero(bottom) > k:
        order = np.argsort(score, kind="stable")  # NaN last
        here = weight.copy()
        return WeightIntervals(here, here, 0.0, int(order[k - 1]), int(order[k]), here, bottom, used)
    inside, outside = np.flatnonzero(bottom), np.flatnonzero(used & ~bottom)
    lead = means[outside][None, :, :] - means[inside][:, None, :]  # (in list, outside, groups)
    low, high = _one_at_a_time(lead.reshape(-1, len(weight)), weight)
    change, pair_at, changed = _smallest_change(lead.reshape(-1, len(weight)), weight)
    if pair_at < 0:
        return replace(still, low=low, high=high)
    first_out, first_in = inside[pair_at // len(outside)], outside[pair_at % len(outside)]
    return WeightIntervals(low, high, change, int(first_out), int(first_in), changed, bottom, used)


def dominance_bounds(group_means: ArrayLike) -> tuple[Ints, Ints]:
    """Return the best and worst rank that a unit can have under any weights.

    A unit that is better in every group is above under all weights; no other pair is fixed. The
    bounds hold for all weights; a single choice of weights need not reach them.

    Returns
    -------
    best, worst : shape (units,); rank 1 is the best; 0 for a unit that lacks a group.
    """
    means, used = _checked_means(group_means)
    above = _beats_in_all(means)
    best = np.where(used, 1 + above.sum(axis=0), 0)
    worst = np.where(used, np.count_nonzero(used) - above.sum(axis=1), 0)
    return best.astype(np.int64), worst.astype(np.int64)


def simplex_share(group_means: ArrayLike, k: int, *, draws: int = 20_000, seed: int) -> Floats:
    """Return the share of all possible weights under which a unit is among the k lowest.

    Up to three groups a grid that fills the weights evenly, so that nothing is drawn and `seed`
    does not matter: two groups, the midpoints of `draws` equal steps; three groups, the centres of
    floor(sqrt(draws))^2 equal triangles (141^2 = 19,881). More groups: `draws` points of the
    Dirichlet distribution with all parameters 1, standard error at most 0.0036 at 20,000.

    Returns
    -------
    shape (units,); between 0 and 1, ties across the border count for all; NaN for a unit that
    lacks a group.
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    means, used = _checked_means(group_means)
    points = _weight_points(means.shape[1], draws, seed)
    used_means = means[used]
    count = np.zeros(len(used_means), dtype=np.int64)
    step = max(1, CELLS_AT_ONCE // max(1, len(used_means)))
    for start in range(0, len(points), step):
        count += _bottom_rows(points[start : start + step] @ used_means.T, k).sum(axis=0)
    share = np.full(len(means), np.nan)
    share[used] = count / len(points)
    return share


def cut_lists(shares: ArrayLike, k: int) -> Bools:
    """Return which units are among the k lowest by "share of answers with this grade or better", for every cut.

    A unit that is among them for every cut is there whatever points the grades carry.

    Parameters
    ----------
    shares : shape (units, grades), grades from best to worst; share of the votes with each grade,
        already weighted over the groups. NaN: the unit is left out.

    Returns
    -------
    shape (units, grades - 1); column c counts grade c and better.
    """
    return _bottom_rows(_cumulative(shares).T, k).T


def cut_intervals(shares: ArrayLike, steps: ArrayLike, k: int) -> WeightIntervals:
    """Return how far the points of the grades can move before the list of the k lowest changes.

    The difference of two scores is the sum over cuts of the difference in "this grade or better"
    times the step in points from the next lower grade. So steps play the part of
    weights and the full range of points stays as it is. low, high, changed and smallest_change
    are in points; positions stand for cuts.

    Parameters
    ----------
    shares : shape (units, grades), as in `cut_lists`.
    steps : shape (grades - 1,), in points, not negative; they add to the full range.

    Raises
    ------
    ValueError
        If the shapes do not fit, a step is negative or not finite, or the range is 0.
    """
    step = np.asarray(steps, dtype=np.float64)
    if not (np.isfinite(step).all() and (step >= 0).all() and step.sum() > 0):
        raise ValueError(f"steps must be finite and not negative and add to more than 0, got {step.tolist()}")
    span = float(step.sum())
    found = weight_intervals(_cumulative(shares) * span, step / span, k)
    return replace(
        found,
        low=found.low * span,
        high=found.high * span,
        smallest_change=found.smallest_change * span,
        changed=found.changed * span,
    )


def bottom_under(scores: ArrayLike, k: int) -> Bools:
    """Mark the units among the k lowest: fewer than k units are strictly below them.

    A tie across the border is in for all its units, so the list may be longer than k. Scores
    within 1e-9 are equal; NaN is never listed.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"scores must have shape (units,), got {values.shape}")
    listed: NDArray[np.bool_] = _bottom_rows(values[None, :], k)[0]
    return listed


def reversals(group_means: ArrayLike, pooled_means: ArrayLike) -> Ints:
    """Return pairs of units whose order is reversed when all votes are pooled (Simpson's paradox).

    With fixed weights this cannot happen to the score; it explains why a plain mean of all votes
    disagrees. A difference within 1e-9 counts as neither; a unit that lacks a group is in no pair.

    Parameters
    ----------
    group_means : shape (units, groups); pooled_means : shape (units,); larger is better.

    Returns
    -------
    shape (pairs, 2); the first unit is better in every group, the second is better pooled; in
    the order of the first, then the second.
    """
    means, _ = _checked_means(group_means)
    pooled = np.asarray(pooled_means, dtype=np.float64)
    if pooled.shape != means.shape[:1]:
        raise ValueError(f"pooled means must have shape {means.shape[:1]}, got {pooled.shape}")
    worse = pooled[None, :] - pooled[:, None] > TOLERANCE
    return np.argwhere(_beats_in_all(means) & worse).astype(np.int64).reshape(-1, 2)


def _checked_means(group_means: ArrayLike) -> tuple[Floats, Bools]:
    """Return the means, shape (units, groups), and which units have all groups."""
    means = np.asarray(group_means, dtype=np.float64)
    if means.ndim != 2 or not means.shape[1]:
        raise ValueError(f"means must have shape (units, groups) with at least one group, got {means.shape}")
    if np.isinf(means).any():
        raise ValueError("means must not be infinite")
    used: Bools = ~np.isnan(means.sum(axis=1))
    return means, used


def _checked_weights(weights: ArrayLike, groups: int) -> Floats:
    weight = np.asarray(weights, dtype=np.float64)
    if weight.shape != (groups,):
        raise ValueError(f"weights must have shape ({groups},), got {weight.shape}")
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError(f"weights must be finite and not negative, got {weight.tolist()}")
    if abs(weight.sum() - 1) > WEIGHTS_APART:
        raise ValueError(f"weights must add to 1, they add to {float(weight.sum())!r}")
    return weight


def _unmoved(weight: Floats, bottom: Bools, used: Bools) -> WeightIntervals:
    """Return the result when no weights change the list."""
    lowest = np.zeros(len(weight)) if len(weight) > 1 else np.ones(1)
    return WeightIntervals(
        lowest, np.ones(len(weight)), float("inf"), -1, -1, np.full(len(weight), np.nan), bottom, used
    )


def _one_at_a_time(lead: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the ends of each weight, shape (groups,), from the leads of outside units, shape (pairs, groups).

    With r the lead under the other weights alone and d the lead in this group, the lead at weight
    t is (1 - t) r + t d. It is positive at the weight in use, so it crosses 0 below only when
    r < 0 and above only when d < 0, both times at r / (r - d), a quotient without cancellation.
    """
    low, high = np.zeros(len(weight)), np.ones(len(weight))
    for group, own in enumerate(weight):
        others = np.delete(weight, group)
        share = others / others.sum() if others.sum() > 0 else np.full(len(others), 1 / len(others))
        rest, here = np.delete(lead, group, axis=1) @ share, lead[:, group]
        below, above = (rest < 0) & (here > 0), (here < 0) & (rest > 0)
        low[group] = min(own, (rest[below] / (rest[below] - here[below])).max(initial=0.0))
        high[group] = max(own, (rest[above] / (rest[above] - here[above])).min(initial=1.0))
    return low, high


def _smallest_change(lead: Floats, weight: Floats) -> tuple[float, int, Floats]:
    """Return the least L-infinity change that closes a lead, the pair, and the weights; (inf, -1, NaN) if none.

    A pair is skipped when it leads in every group: its best corner gives no crossing. For the
    others a change of at most d moves the lead by at most d * sum |lead - median(lead)|, because
    changes add to 0 and the median is the best constant to subtract. So lead / that sum is a lower
    bound, and the exact answer while no weight meets 0. Pairs are solved from the smallest bound
    up, until the bound reaches the best solution so far: a handful of programmes instead of thousands.
    """
    nothing = np.full(len(weight), np.nan)
    best, pair, changed = float("inf"), -1, nothing
    could = np.flatnonzero((lead < 0).any(axis=1))
    reach = np.abs(lead[could] - np.median(lead[could], axis=1, keepdims=True)).sum(axis=1)
    bound = lead[could] @ weight / reach  # reach > 0: a lead that is negative somewhere and positive on average varies
    for at in np.lexsort((could, bound)):
        if bound[at] >= best:
            break
        change, there = _closing_change(lead[could[at]], weight)
        change = max(change, float(bound[at]))  # the solver may stop 1e-7 short, the bound does not
        if change < best:
            best, pair, changed = change, int(could[at]), there
    return best, pair, changed


def _closing_change(lead: Floats, weight: Floats) -> tuple[float, Floats]:
    """Return the least change d, and weights w, with |w - weight| <= d, w >= 0, sum 1 and lead . w <= 0."""
    groups = len(weight)
    column, eye = np.ones((groups, 1)), np.eye(groups)
    scaled = lead / np.abs(lead).max()  # the solver's tolerances are absolute
    upper = np.block([[eye, -column], [-eye, -column], [scaled[None, :], np.zeros((1, 1))]])
    limit = np.concatenate([weight, -weight, [0.0]])
    total = np.append(np.ones(groups), 0.0)[None, :]
    goal = np.append(np.zeros(groups), 1.0)
    found = linprog(goal, A_ub=upper, b_ub=limit, A_eq=total, b_eq=[1.0], bounds=(0, 1), method="highs")
    if not found.success:
        raise RuntimeError(f"linear programme not solved: {found.message}")
    return float(found.x[-1]), found.x[:-1]


def _bottom_rows(scores: Floats, k: int) -> Bools:
    """Apply `bottom_under` to every row, shape (rows, units)."""
    units = scores.shape[1]
    if k <= 0 or not units:
        return np.zeros(scores.shape, dtype=bool)
    filled = np.where(np.isnan(scores), np.inf, scores)
    border = np.partition(filled, min(k, units) - 1, axis=1)[:, [min(k, units) - 1]]
    return np.isfinite(filled) & (border >= filled - TOLERANCE)


def _beats_in_all(means: Floats) -> Bools:
    """Return, shape (units, units), where the row is better than the column in every group; False with NaN."""
    beats = np.ones((len(means), len(means)), dtype=bool)
    for column in means.T:
        beats &= column[:, None] - column[None, :] > TOLERANCE
    return beats


def _cumulative(shares: ArrayLike) -> Floats:
    """Return the share of votes with each grade or a better grade, shape (units, grades - 1)."""
    share = np.asarray(shares, dtype=np.float64)
    if share.ndim != 2 or share.shape[1] < 2:
        raise ValueError(f"shares must have shape (units, grades) with at least two grades, got {share.shape}")
    return np.cumsum(share, axis=1)[:, :-1]


def _weight_points(groups: int, draws: int, seed: int) -> Floats:
    """Return weights that fill the simplex, shape (points, groups)."""
    if groups == 1:
        return np.ones((1, 1))
    if groups == 2:
        first = (np.arange(draws) + 0.5) / draws
        return np.column_stack([first, 1 - first])
    if groups == 3:
        return _triangle_centres(int(np.sqrt(draws)))
    return np.random.Generator(np.random.PCG64(seed)).dirichlet(np.ones(groups), draws)


def _triangle_centres(side: int) -> Floats:
    """Return the centres of the side^2 equal triangles of a triangle, as weights of its corners."""
    first, second = (part.ravel() for part in np.indices((side, side)))
    upright = first + second <= side - 1
    turned = first + second <= side - 2
    a = np.concatenate([first[upright] + 1 / 3, first[turned] + 2 / 3]) / side
    b = np.concatenate([second[upright] + 1 / 3, second[turned] + 2 / 3]) / side
    return np.column_stack([a, b, 1 - a - b])
