"""Funnel plot: scores against their number of ballots, with limits that widen where ballots are few.

Spiegelhalter (2005, Statistics in Medicine 24; "Funnel plots for comparing institutional performance"), additive
random effects with winsorised z scores. Without winsorising, the variance between units is that of DerSimonian and
Laird (1986). A point outside the limits should be examined; the funnel does not rank units.

`funnel` takes variances as given. `funnel_of` is for scores with their votes: as in a funnel of proportions, a unit has
the variance that it would have at the centre, and limits are as skewed as the ballots are there (r*,
`analytics.signed_root`). With the variance of its votes as they are, a unit that drew no low grade has hardly any,
moves the centre to itself and is outside. 30 equal units of 30 to 300 votes with 95% best grades: with such variances
3.5% were above the limits of 95% and 1.1% above those of 99.8%, and in 45% of years there was a variance between
units; here 1.4%, 0.1% and 3%.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.differences import TIE
from analytics.evidence import INSIDE as MARGIN
from analytics.evidence import PSEUDO, Evidence
from analytics.laws import Ints, Tilted
from analytics.scores import UnitScores
from analytics.signed_root import multipliers

Floats: TypeAlias = NDArray[np.float64]

FEWEST = 10
"""Units below which over-dispersion is not estimated: winsorising a tenth of nine units touches none."""
INNER, OUTER = 1.96, 3.09
"""Normal deviates of 95% and 99.8%."""
BELOW_3, BELOW_2, INSIDE, ABOVE_2, ABOVE_3 = "below_3", "below_2", "inside", "above_2", "above_3"


@dataclass(frozen=True)
class Limits:
    """The four curves, in points, each of the shape asked for: 99.8% below, 95% below, 95% above, 99.8% above."""

    low_3: Floats
    low_2: Floats
    high_2: Floats
    high_3: Floats


STEPS = np.sinh(np.linspace(-4.0, 4.0, 401))
"""Multipliers, in standard errors, at which the law of a typical unit is tabulated: dense in the middle, up to 27."""
CENTRINGS = 4
"""The centre weighs units by variances at the centre; after 4 rounds it moves by less than 1e-6 points."""


@dataclass(frozen=True)
class Ballot:
    """Law of the score of a typical unit at the centre, tilted: how skewed limits are.

    effective : ballots of that unit. score : shape (steps,), ascending. root, slope : shape (steps,); signed root of
    the likelihood ratio and u of each score against the centre (`analytics.signed_root`). step : half a grade step of
    one effective ballot, points. ends : lowest and highest score there is.
    """

    effective: float
    score: Floats
    root: Floats
    slope: Floats
    step: float
    ends: tuple[float, float]

    def deviates(self, effective: float) -> tuple[Floats, Floats]:
        """Return scores and their r* for a number of effective ballots, the scores inside by half a step."""
        half = min(self.step / effective, (self.ends[1] - self.ends[0]) / 2)
        kept = (self.score >= self.ends[0] + half) & (self.score <= self.ends[1] - half)
        root, slope = (np.sqrt(effective / self.effective) * part[kept] for part in (self.root, self.slope))
        far = np.abs(root) > 1e-3
        ratio = np.divide(slope, root, out=np.ones_like(root), where=far)
        correction = np.divide(np.log(np.maximum(ratio, 1e-300)), root, out=np.zeros_like(root), where=far)
        return self.score[kept], np.maximum.accumulate(root + correction)

    def limit(self, effective: float, deviate: float) -> float:
        """Return the score with this deviate; an end of the scale where no score has it."""
        score, found = self.deviates(effective)
        if not len(score) or not found[0] <= deviate <= found[-1]:
            return self.ends[0] if deviate < 0 else self.ends[1]
        return float(np.interp(deviate, found, score))

    def deviate(self, effective: float, value: float) -> float:
        """Return the deviate of a score."""
        score, found = self.deviates(effective)
        return float(np.interp(value, score, found)) if len(score) else 0.0


@dataclass(frozen=True)
class Funnel:
    """Position of each unit relative to the limits; arrays have shape (units,), in the order given.

    theta0 : centre, points: mean of the scores weighted with 1 / variance. NaN without any unit.
    tau2 : variance between units beyond chance, points squared; 0 below 10 units.
    phi : mean of the squared winsorised z; 1 is chance alone. NaN below 10 units.
    ballot_variance : of one ballot, pooled over the units, points squared.
    effective : ballots of a simple sample that would give the unit's variance; NaN for units left out.
    z : (score - theta0) / standard error, r* where the votes are known; before over-dispersion and winsorising.
    place : "below_3" (outside 99.8%), "below_2" (outside 95%), "inside", "above_2", "above_3"; "" for units left
        out (no score, or no variance to set limits by).
    """

    theta0: float
    tau2: float
    phi: float
    ballot_variance: float
    effective: Floats
    z: Floats
    place: NDArray[Any]
    ballot: Ballot | None = None

    def limits(self, effective: ArrayLike) -> Limits:
        """Return the limits for these numbers of effective ballots, with over-dispersion."""
        ballots = np.asarray(effective, dtype=np.float64)
        if self.ballot is not None:
            wider = np.sqrt(1 + self.tau2 * ballots / self.ballot_variance)
            curves = [
                np.array([self.ballot.limit(e, reach * w) for e, w in zip(ballots, wider, strict=True)])
                for reach in (-OUTER, -INNER, INNER, OUTER)
            ]
            return Limits(*curves)
        spread = np.sqrt(self.ballot_variance / ballots + self.tau2)
        low_3, low_2, high_2, high_3 = (self.theta0 + reach * spread for reach in (-OUTER, -INNER, INNER, OUTER))
        return Limits(low_3, low_2, high_2, high_3)


def funnel(score: ArrayLike, variance: ArrayLike, n: ArrayLike, *, winsorise: float = 0.1) -> Funnel:
    """Identify scores outside the range that chance and the usual spread between units explain.

    Parameters
    ----------
    score : shape (units,), points; larger is better; NaN is left out.
    variance : shape (units,), squared standard errors; 0 is left out.
    n : shape (units,), ballots.
    winsorise : share of the z at each end that is set to the limit of the rest; 0 leaves all as they are.

    Raises
    ------
    ValueError
        If shapes differ, winsorise is not in [0, 0.5), or a unit with a score has a variance that is negative or
        not finite, or no ballots.
    """
    x, v, ballots = (np.asarray(a, dtype=np.float64) for a in (score, variance, n))
    if x.ndim != 1 or not x.shape == v.shape == ballots.shape:
        raise ValueError(f"score, variance and n must have one shape, got {x.shape}, {v.shape}, {ballots.shape}")
    if not 0 <= winsorise < 0.5:
        raise ValueError(f"winsorise must lie in [0, 0.5), got {winsorise}")
    scored = ~np.isnan(x)
    if not (np.isfinite(v[scored]).all() and (v[scored] >= 0).all() and (ballots[scored] >= 1).all()):
        raise ValueError("a unit with a score needs a finite variance of 0 or more and at least one ballot")
    kept = scored & (v > 0)
    effective, z = np.full(len(x), np.nan), np.full(len(x), np.nan)
    place = np.full(len(x), "", dtype=object)
    if not kept.any():
        return Funnel(float("nan"), 0.0, float("nan"), float("nan"), effective, z, place)
    weight = 1 / v[kept]
    theta0 = float((weight * x[kept]).sum() / weight.sum())
    z[kept] = (x[kept] - theta0) / np.sqrt(v[kept])
    phi, tau2 = _over_dispersion(z[kept], weight, winsorise)
    ballot_variance = float((ballots[kept] ** 2 * v[kept]).sum() / ballots[kept].sum())
    effective[kept] = ballot_variance / v[kept]
    place[kept] = _places((x[kept] - theta0) / np.sqrt(v[kept] + tau2))
    return Funnel(theta0, tau2, phi, ballot_variance, effective, z, place)


def funnel_of(scores: UnitScores, *, winsorise: float = 0.1) -> Funnel:
    """Identify scores outside the range that chance and the usual spread between units explain, from the votes.

    scores : NaN is left out; from sums alone, `funnel` with their variances. A unit without sampling error (a group
    that voted completely, or no spread in the round) is left out.
    """
    evidence = scores.evidence
    ballots = np.where(np.isnan(scores.score), 0, scores.n.sum(axis=1)).astype(np.float64)
    if evidence is None:
        return funnel(scores.score, scores.se**2, ballots, winsorise=winsorise)
    kept, centre, variance = _at_centre(scores.score, evidence)
    if not len(kept):
        nothing = np.full(len(ballots), np.nan)
        return funnel(nothing, nothing, ballots, winsorise=winsorise)
    total = ballots[kept]
    ballot_variance = float((total**2 * variance).sum() / total.sum())
    effective = ballot_variance / variance
    law = _typical(evidence, kept, centre, ballot_variance)
    z = np.array([law.deviate(e, x) for e, x in zip(effective, scores.score[kept], strict=True)])
    phi, tau2 = _over_dispersion(z, 1 / variance, winsorise)
    columns = np.full(len(ballots), np.nan), np.full(len(ballots), np.nan)
    for column, part in zip(columns, (effective, z), strict=True):
        column[kept] = part
    place = np.full(len(ballots), "", dtype=object)
    found = Funnel(centre, tau2, phi, ballot_variance, *columns, place, law)
    place[kept] = _among(scores.score[kept], found.limits(effective))
    return found


def _at_centre(score: Floats, evidence: Evidence) -> tuple[Ints, float, Floats]:
    """Return the units that can be placed, the centre, and their variances if their scores were the centre.

    The larger of two: that of the group's votes, and that of the unit's votes with 20 of the group, since a unit may be
    more divided than the others.
    """
    laws = evidence.law(np.inf), evidence.law(PSEUDO)
    rows = np.flatnonzero(~np.isnan(score) & (evidence.size > 0).any(axis=1))
    ends = [law.range_of(rows) for law in laws]
    low, high = np.maximum(ends[0][0], ends[1][0]), np.minimum(ends[0][1], ends[1][1])
    apart = high > low
    rows, low, high = rows[apart], low[apart], high[apart]
    if not len(rows):
        return rows, float("nan"), np.zeros(0)
    margin = MARGIN * (high - low)
    weight = np.ones(len(rows))
    for _ in range(CENTRINGS):
        centre = float((weight * score[rows]).sum() / weight.sum())
        at = np.clip(centre, low + margin, high - margin)
        found = [law.cumulants(multipliers(law, at, rows), rows)[2] for law in laws]
        variance = np.maximum(*found)
        weight = 1 / variance
    return rows, centre, variance


def _typical(evidence: Evidence, kept: Ints, centre: float, ballot_variance: float) -> Ballot:
    """Return the law of a unit with the mean number of effective votes of each group."""
    groups = evidence.counts.group_count
    share = groups / np.maximum(groups.sum(axis=-1, keepdims=True), 1)
    size, weight = (part[kept].mean(axis=0, keepdims=True) for part in (evidence.size, evidence.weight))
    mean = evidence.mean[kept].mean(axis=0, keepdims=True)
    law, row = Tilted(share[None], evidence.counts.value, weight, size, mean), np.array([0])
    lowest, highest = (float(end[0]) for end in law.range_of(row))
    margin = MARGIN * (highest - lowest)
    at = multipliers(law, np.array([min(max(centre, lowest + margin), highest - margin)]), row)
    variance = float(law.cumulants(at, row)[2][0])
    reach = STEPS / np.sqrt(variance)
    rows = np.zeros(len(STEPS), dtype=np.int64)
    before, after = law.cumulants(np.full(len(STEPS), at[0]), rows), law.cumulants(at[0] + reach, rows)
    root = np.sign(reach) * np.sqrt(2 * np.maximum(reach * after[1] - after[0] + before[0], 0.0))
    effective = ballot_variance / variance
    step = evidence.counts.step / 2
    return Ballot(effective, after[1], root, reach * np.sqrt(after[2]), step, (lowest, highest))


def _among(score: Floats, limits: Limits) -> NDArray[Any]:
    """Classify units by the limits at their effective ballots."""
    low_3, low_2 = limits.low_3 - TIE, limits.low_2 - TIE  # nobody is beyond an end of the scale by rounding
    steps = [score < low_3, score < low_2, score <= limits.high_2 + TIE, score <= limits.high_3 + TIE]
    return np.select(steps, [BELOW_3, BELOW_2, INSIDE, ABOVE_2], ABOVE_3)


def _over_dispersion(z: Floats, weight: Floats, winsorise: float) -> tuple[float, float]:
    """Return phi and tau2; (NaN, 0) below 10 units."""
    p = len(z)
    if p < FEWEST:
        return float("nan"), 0.0
    low, high = np.quantile(z, [winsorise, 1 - winsorise])
    phi = float((np.clip(z, low, high) ** 2).mean())
    excess = p * phi - (p - 1)
    if excess <= 0:
        return phi, 0.0
    return phi, float(excess / (weight.sum() - (weight**2).sum() / weight.sum()))


def _places(distance: Floats) -> NDArray[Any]:
    """Classify units by their distance from the centre, in standard errors that include over-dispersion."""
    steps = [distance < -OUTER, distance < -INNER, distance <= INNER, distance <= OUTER]
    return np.select(steps, [BELOW_3, BELOW_2, INSIDE, ABOVE_2], ABOVE_3)
