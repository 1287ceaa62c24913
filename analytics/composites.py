"""Official scores of which the ballots are a part: components, points added and taken off, coefficients of volume.

y_j = a_j x_j + b_j, with x_j the ballots' score, a_j its weight, and b_j all other parts. What was counted completely
has no sampling error: a difference or a line of y is a difference or a line of x moved by known points, so that the
votes decide it exactly as they decide x. A part that was sampled, as a share of a register's cases, adds its variance.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analytics.laws import Floats
from analytics.scores import UnitScores


@dataclass(frozen=True)
class Parts:
    """Parts of the official scores of p units besides the ballots, in points. All of shape (p,).

    weight : of the ballots' score, after coefficients. constant : sum of all other parts; NaN where a part is missing,
    so that the unit has no score. variance : of the sampled parts, 0 where there are none; points squared. low, high :
    sum of the other parts at the ends of the intervals of those that were sampled.
    """

    weight: Floats
    constant: Floats
    variance: Floats
    low: Floats
    high: Floats

    def select(self, rows: ArrayLike) -> "Parts":
        """Select units."""
        at = np.asarray(rows, dtype=np.int64)
        return Parts(self.weight[at], self.constant[at], self.variance[at], self.low[at], self.high[at])


def composed(scores: UnitScores, parts: Parts) -> UnitScores:
    """Return the official scores: those of the ballots with the other parts, and what both do to every error."""
    a, there = parts.weight, ~np.isnan(parts.constant)
    score = np.where(there, a * scores.score + parts.constant, np.nan)
    both = np.outer(a, a)
    extra = np.diag(parts.variance)
    sampling, adjusted = (both * table + extra for table in (scores.covariance, scores.covariance_adjusted))
    df, df_score = scores.df.copy(), scores.df_score.copy()
    for matrix in (sampling, adjusted, df):
        matrix[~there, :] = np.nan
        matrix[:, ~there] = np.nan
    df_score[~there] = np.nan
    evidence = scores.evidence
    if evidence is not None:
        shift = np.where(there, parts.constant, 0.0)
        evidence = replace(
            evidence,
            weight=evidence.weight * a[:, None],
            shift=shift,
            extra=parts.variance,
            reach=(shift - parts.low, parts.high - shift),
            df_score=df_score,
        )
    return replace(
        scores,
        score=score,
        covariance=sampling,
        covariance_adjusted=adjusted,
        df=df,
        df_score=df_score,
        evidence=evidence,
    )


def on_lines(share: ArrayLike, points: tuple[tuple[float, float], ...]) -> Floats:
    """Return points of shares on straight lines between given pairs; flat beyond the first and the last."""
    at: Floats = np.asarray(share, dtype=np.float64)
    found: Floats = np.interp(at, [first for first, _ in points], [second for _, second in points])
    return found


def in_steps(value: ArrayLike, steps: tuple[tuple[float, float], ...]) -> Floats:
    """Return the second number of the last pair whose first is not above the value; the first pair's below all."""
    firsts = np.array([first for first, _ in steps])
    at = np.maximum(np.searchsorted(firsts, np.asarray(value, dtype=np.float64), side="right") - 1, 0)
    found: Floats = np.array([second for _, second in steps])[at]
    return found


def share_variance(met: ArrayLike, base: ArrayLike) -> Floats:
    """Return the variance of a share with two more met and two more not (Agresti and Coull 1998): never 0 at an end."""
    n = np.asarray(base, dtype=np.float64) + 4
    p = (np.asarray(met, dtype=np.float64) + 2) / n
    variance: Floats = p * (1 - p) / n
    return variance
