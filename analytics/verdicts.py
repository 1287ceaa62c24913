"""Claim tests for the bottom of a ranking, with one error rate for the entire list.

"In the bottom k" is true of a unit when fewer than k units are strictly below it. Two claims are tested for every
unit, that it is and that it is not; Holm's method (1979) holds the chance of any false claim of a kind at 1 - level.
The statistic is that of the direct procedure of Mogstad, Romano, Shaikh and Wilhelm (2024); the bound on its
p-value is Bonferroni's in place of a bootstrap over all subsets of k units: no simulation, the same every time.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics.differences import TIE, Bools, Differences, standardised
from analytics.pairs import honest_pairs, too_few
from analytics.scores import UnitScores

Floats: TypeAlias = NDArray[np.float64]

CONFIRMED, UNDECIDED, CLEARED, NOT_RANKED = "confirmed", "undecided", "cleared", "not_ranked"
FEWEST_FOR_LINE = 30
"""Votes of each group that counts below which a line decides nothing. Years with a wrong clearing, agreeing and divided
units on the line: 10 votes 24%, 20 votes 12%, 30 to 100 votes at most 6%; groups of 200, 60 and 5 votes 12%. The worst
law seen at 30 votes, 10 units all alike next to 10 of two grades, all on the line: 9.5% (400 years)."""

FEW_FOR_TWO = 5
"""Ranked units below which each of two conditions that clear a unit counts. Wrong clearings, 2 to 4 units on
the line: up to 7% (400 years; 9% were seen of 2 units), doubled up to 5%. From 5 on Holm over the units has room."""


@dataclass(frozen=True)
class BottomClaims:
    """Claims about every unit, all shape (units,), in the order given; NaN for units without a score.

    confirm_p, clear_p : p-values after Holm over the units with a score; small speaks for the claim.
    confirm_raw, clear_raw : the same for a single unit, as if only this unit had been asked about.
    verdict : "confirmed" (confirm_p <= 1 - level), "cleared" (clear_p <= 1 - level), else "undecided";
        "not_ranked" without a score.
    """

    confirm_p: Floats
    clear_p: Floats
    confirm_raw: Floats
    clear_raw: Floats
    verdict: NDArray[Any]


def bottom_claims(
    score: ArrayLike,
    covariance: ArrayLike,
    k: int,
    *,
    level: float = 0.95,
    df: ArrayLike | None = None,
) -> BottomClaims:
    """Test which units are among the k worst, which are not, and which remain undecided.

    Parameters
    ----------
    score : shape (units,), points; larger is better; NaN is left out.
    covariance : shape (units, units), points squared.
    k : places at the bottom. k <= 0 or k >= units with a score: nothing can be claimed, every p-value is 1.
    level : 1 - level is the chance of any false claim of a kind.
    df : shape (units, units), degrees of freedom of each difference; None is normal theory.

    Raises
    ------
    ValueError
        If level is not inside (0, 1), shapes differ or `covariance` is not a valid covariance matrix.
    """
    confirm, clear = bottom_p(standardised(score, covariance, df), k)
    return claims_of(confirm, clear, level)


def bottom_claims_of(scores: UnitScores, k: int, *, level: float = 0.95) -> BottomClaims:
    """Test the bottom k with a variance and degrees of freedom of each pair (`analytics.pairs`).

    Parameters as for `bottom_claims`. With k = 1 the adjusted p-value of the claim "is the worst" is 2 Phi(-z), z the
    smallest standardised difference to the others, without Holm: only the observed minimum can be confirmed, and the
    chance that it is wrongly so is at most that. Proof: docs/method/naming-the-last.en.md. For k > 1 Holm's correction
    stays, for no bound without it is proven.
    """
    differences = honest_pairs(scores).differences
    confirm, clear = bottom_p(differences, k)
    claims = claims_of(confirm, clear, level)
    if k != 1 or differences.present.sum() < 2:
        return claims
    adjusted = np.minimum(1.0, 2 * confirm)  # NaN stays
    return _with_verdicts(replace(claims, confirm_p=adjusted), level)


def bottom_p(pairs: Differences, k: int) -> tuple[Floats, Floats]:
    """Return p-values of "is among the k worst" and "is not" for single units, shape (units,)."""
    p = int(pairs.present.sum())
    confirm, clear = np.ones(p), np.ones(p)
    if 0 < k < p:
        above = _others(pairs.z)  # row j: the other units against j, positive where they scored higher
        kth = np.partition(above, k - 1, axis=1)[:, k - 1]  # also, negated, the k-th largest of those below
        confirm = np.minimum(1.0, k * special.ndtr(-kth))
        clear = np.minimum(1.0, (p - k) * special.ndtr(kth))
    return _spread_out(confirm, pairs.present), _spread_out(clear, pairs.present)


def line_claims(scores: UnitScores, line: float, *, level: float = 0.95) -> BottomClaims:
    """Test which units are below a line and which are not, from the votes by score.

    The p-value is the largest of three tests of skewed grades (`analytics.evidence.Evidence.tails`); with sites also of
    the t test clustered on sites, and for adjusted scores of the t test of the model. Adjusted p-values after Holm over
    the units with a score.

    Parameters
    ----------
    scores : NaN is left out. line : points. A score on the line, or a unit with too few votes (`too_few_for_line`),
        decides nothing.
    """
    plain = t_line_claims(scores.score, scores.se, scores.df_score, line, level=level)
    if scores.evidence is None:
        return plain
    confirm, clear = scores.evidence.tails(scores.score, line)
    in_sites = scores.evidence.clusters is not None and bool(scores.evidence.clusters.used.any())
    if in_sites or scores.model is not None:
        confirm, clear = np.maximum(confirm, plain.confirm_raw), np.maximum(clear, plain.clear_raw)
    nothing = (np.abs(scores.score - line) <= TIE) | too_few(scores) | too_few_for_line(scores)
    confirm[nothing], clear[nothing] = np.fmax(confirm[nothing], 0.5), np.fmax(clear[nothing], 0.5)
    return claims_of(confirm, clear, level)


def too_few_for_line(scores: UnitScores) -> Bools:
    """Mark units with a score and fewer than 30 votes of a group that counts, unless all of the group voted.

    Shape (units,). None of the tests of a line holds there: a divided unit that by luck drew no low grade shows nothing
    of it. False where only sums are known.
    """
    evidence = scores.evidence
    if evidence is None:
        return np.zeros(scores.score.shape, dtype=bool)
    counts = (evidence.weight > 0) & (evidence.n > 0) & np.isfinite(evidence.size)
    few: Bools = ~np.isnan(scores.score) & (counts & (evidence.n < FEWEST_FOR_LINE)).any(axis=1)
    return few


def t_line_claims(
    score: ArrayLike, standard_error: ArrayLike, df: ArrayLike, line: float, *, level: float = 0.95
) -> BottomClaims:
    """Test which units are below a line and which are not: one-sided t tests of each score.

    Parameters
    ----------
    score, standard_error, df : shape (units,), points and degrees of freedom of each score; NaN is left out.
    line : points. Without any variance the score itself decides; a score on the line decides nothing.
    """
    x, se = np.asarray(score, dtype=np.float64), np.asarray(standard_error, dtype=np.float64)
    apart = np.where(np.abs(x - line) <= TIE, 0.0, x - line)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(apart == 0, apart, apart / se)
    nu = np.where(se > 0, df, 1.0)  # without variance t is 0 or infinite, whatever the degrees of freedom
    return claims_of(special.stdtr(nu, t), special.stdtr(nu, -t), level)


def share_claims(
    low: ArrayLike, votes: ArrayLike, limit: float, *, level: float = 0.95, effect: float = 1.0
) -> BottomClaims:
    """Test which units exceed a share of lowest grades and which do not: exact one-sided binomial tests.

    They invert to the interval of Clopper and Pearson (1934).

    Parameters
    ----------
    low, votes : shape (units,), scored votes with the lowest grade, and all scored votes; no votes is left out.
    limit : share, 0 to 1.
    effect : design effect by which both counts are divided, at least 1.
    """
    x, n = np.asarray(low, dtype=np.float64) / effect, np.asarray(votes, dtype=np.float64) / effect
    asked = n > 0
    with np.errstate(invalid="ignore"):  # betainc is defined for counts that are no integers
        confirm = np.where(x > 0, special.betainc(np.maximum(x, 1e-300), n - x + 1, limit), 1.0)
        clear = np.where(x < n, special.betaincc(x + 1, np.maximum(n - x, 1e-300), limit), 1.0)
    return claims_of(np.where(asked, confirm, np.nan), np.where(asked, clear, np.nan), level)


def both(first: BottomClaims, second: BottomClaims, *, level: float = 0.95, k: int = 0) -> BottomClaims:
    """Combine claims about units that must meet two conditions: the larger p to confirm, the smaller to clear.

    Either condition clears a unit, so among fewer than FEW_FOR_TWO units the smaller p is doubled.
    k : places of the first condition. With k = 1 the larger adjusted p-value holds as well: if the worst unit is below
    the line, a false confirmation is one of "is the worst", else it is one of "is below the line".
    """
    confirm = np.maximum(first.confirm_raw, second.confirm_raw)
    ways = ways_to_clear(int((~np.isnan(confirm)).sum()))
    claims = claims_of(confirm, np.minimum(1.0, ways * np.minimum(first.clear_raw, second.clear_raw)), level)
    if k != 1:
        return claims
    return _with_verdicts(replace(claims, confirm_p=np.maximum(first.confirm_p, second.confirm_p)), level)


def ways_to_clear(units: int) -> int:
    """Return what the smaller of two p-values to clear is multiplied by, among so many ranked units."""
    return 2 if units < FEW_FOR_TWO else 1


def claims_of(confirm_raw: Floats, clear_raw: Floats, level: float) -> BottomClaims:
    """Apply Holm over the units of each direction, and return the verdicts."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    confirm_p, clear_p = holm(confirm_raw), holm(clear_raw)
    verdict = np.full(confirm_raw.shape, UNDECIDED)
    return _with_verdicts(BottomClaims(confirm_p, clear_p, confirm_raw, clear_raw, verdict), level)


def _with_verdicts(claims: BottomClaims, level: float) -> BottomClaims:
    """Return the claims with the verdicts that their adjusted p-values give."""
    alpha = 1 - level + 1e-12  # 1 - 0.95 falls short of 0.05 by rounding
    verdict = np.select(
        [np.isnan(claims.confirm_raw), claims.confirm_p <= alpha, claims.clear_p <= alpha],
        [NOT_RANKED, CONFIRMED, CLEARED],
        UNDECIDED,
    )
    return replace(claims, verdict=verdict)


def holm(p: ArrayLike) -> Floats:
    """Return the adjusted p-values of Holm (1979), shape (tests,); NaN is no test and stays NaN."""
    raw = np.asarray(p, dtype=np.float64)
    out = np.full(raw.shape, np.nan)
    tests = np.flatnonzero(~np.isnan(raw))
    order = tests[np.argsort(raw[tests], kind="stable")]
    steps = raw[order] * np.arange(len(order), 0, -1)
    out[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return out


def _others(z: Floats) -> Floats:
    """Return in row j the z of every other unit against unit j, shape (p, p - 1)."""
    p = len(z)
    keep = ~np.eye(p, dtype=bool)
    return z.T[keep].reshape(p, p - 1)


def _spread_out(values: Floats, present: NDArray[np.bool_]) -> Floats:
    out = np.full(len(present), np.nan)
    out[present] = values
    return out
