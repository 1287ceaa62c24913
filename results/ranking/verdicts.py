"""Places of a family with their ranges and verdicts: the columns of a ranking that express its certainty."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import ranks
from analytics.differences import TIE
from analytics.ranks import RankSets, competition_ranks
from analytics.shrinkage import bottom_probability, shrink
from analytics.verdicts import (
    CONFIRMED,
    UNDECIDED,
    BottomClaims,
    both,
    bottom_claims_of,
    claims_of,
    line_claims,
    share_claims,
    too_few_for_line,
)
from results.ranking.family import BOTH, BY_GRADE, COUNTED, LINED, Family, lacks_a_group
from results.ranking.other_parts import PARTS_DECIDED, RENORMALISED

Array: TypeAlias = NDArray[Any]

KEPT_ABOVE = 100
"""Rank sets of more units than this are cached: 100 units take 0.3 s, 582 take 8 s (20,000 draws)."""
COLUMNS = (
    *("rank", "rank_tied_to", "rank_best", "rank_worst", "p_bottom", "confirm_p", "clear_p"),
    *("verdict", "reason", "shrunken", "expected_rank", "confirm_raw", "clear_raw"),
)


@dataclass(frozen=True)
class SetFacts:
    """Facts of the rank sets of a family.

    critical: value that a standardised difference must exceed when all units are compared at once (first step).
    borderline: comparisons so near to the critical value that other draws might decide otherwise.
    """

    critical: float
    borderline: int


@dataclass(frozen=True)
class Verdicts:
    """Verdicts on every member of a family.

    rows: COLUMNS for every member, in the order of the family; nulls are NA or NaN.

    A unit that the tests would confirm while `reason` forbids it (border_tie, small_group, missing_group, no_spread) is
    undecided, with unchanged p-values. confirm_raw and clear_raw are the p-values for a single unit, as if it were the
    only question.

    sets: facts of the rank sets.
    """

    rows: pd.DataFrame
    sets: SetFacts


def verdicts(family: Family) -> Verdicts:
    """Return places, rank sets, claims and empirical Bayes of a family."""
    claims = claims_by_rule(family)
    marks = marks_of(family)
    verdict = claims.verdict.astype(object)
    verdict[(verdict == CONFIRMED) & np.array([mark is not None for mark in marks])] = UNDECIDED
    rank, tied_to = competition_ranks(family.ranked_score)
    best, worst, facts = _every_place(rank) if family.no_error else _sets(family)
    places = {"rank": rank, "rank_tied_to": tied_to, "rank_best": best, "rank_worst": worst}
    rows = pd.DataFrame({name: _whole(values) for name, values in places.items()})
    rows["p_bottom"], rows["expected_rank"], rows["shrunken"] = _bayes(family)
    for name in ("confirm_p", "clear_p", "confirm_raw", "clear_raw"):
        rows[name] = getattr(claims, name)
    rows["verdict"] = pd.array(verdict, dtype="string")
    reason = [own or mark for own, mark in zip(family.reason, marks, strict=True)]
    decided = _decided_by_parts(family, verdict)
    reason = [PARTS_DECIDED if by_parts else why for by_parts, why in zip(decided, reason, strict=True)]
    rows["reason"] = pd.array(reason, dtype="string")
    return Verdicts(rows[list(COLUMNS)], facts)


def _sets(family: Family) -> tuple[Array, Array, SetFacts]:
    """Return best and worst place of every member, 0 where not ranked, and facts of the sets; cached if large.

    Only places are cached: verdicts are computed every time, so that no file can change a verdict.
    """
    cache = family.cache if family.ranked.sum() > KEPT_ABOVE else None
    name = _name_of_sets(family) if cache else ""
    kept = cache.get(name) if cache else None
    if isinstance(kept, dict) and len(kept["best"]) == len(family.members):
        facts = SetFacts(float(kept["critical"]), int(kept["borderline"]))
        return np.array(kept["best"]), np.array(kept["worst"]), facts
    sets = rank_sets_of(family)
    facts = SetFacts(float(np.asarray(sets.critical)), len(sets.borderline))
    if cache:
        cache.put(name, {"best": sets.best.tolist(), "worst": sets.worst.tolist(), **asdict(facts)})
    return sets.best, sets.worst, facts


def _decided_by_parts(family: Family, verdict: Array) -> NDArray[np.bool_]:
    """Mark units that are confirmed and that the ballots alone would not confirm, shape (units,)."""
    confirmed = np.asarray(verdict == CONFIRMED, dtype=bool)
    if family.others is None or not confirmed.any():
        return np.zeros(len(confirmed), dtype=bool)
    decided: NDArray[np.bool_] = confirmed & (claims_by_rule(family.of_ballots).verdict != CONFIRMED)
    return decided


def _every_place(rank: Array) -> tuple[Array, Array, SetFacts]:
    """Return sets of all places: nothing is known of the error of the scores."""
    ranked = int((rank > 0).sum())
    return np.where(rank > 0, 1, 0), np.where(rank > 0, ranked, 0), SetFacts(float("inf"), 0)


def rank_sets_of(family: Family, alone: int | None = None) -> RankSets:
    """Compute rank sets of all ranked members at once, or the marginal set of the member at position `alone`."""
    return ranks.rank_sets_of(
        family.ranked_scores,
        level=family.rules.uncertainty.level,
        draws=family.rules.uncertainty.draws,
        seed=family.seed,
        simultaneous=alone is None,
        only=None if alone is None else [alone],
    )


def _name_of_sets(family: Family) -> str:
    """Return a digest of all inputs of the rank sets, so that other scores or rules never match a cached result."""
    uncertainty, scores = family.rules.uncertainty, family.scores
    digest = hashlib.sha256(f"rank sets {uncertainty.level!r} {uncertainty.draws} {family.seed}".encode())
    arrays = [family.ranked_score, scores.covariance_adjusted, scores.df]
    if scores.evidence is not None:
        arrays += scores.evidence.arrays
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def claims_by_rule(family: Family) -> BottomClaims:
    """Return the claim tests that the family's bottom rule requires."""
    bottom, level, scores = family.bottom, family.rules.uncertainty.level, family.ranked_scores
    if bottom.rule == BY_GRADE:
        low = np.where(family.ranked, family.members["lowest_votes"], 0)
        votes = np.where(family.ranked, family.moments.n.sum(axis=1), 0)
        effect = float(scores.evidence.effect.max()) if scores.evidence is not None else 1.0
        return share_claims(low, votes, bottom.limit or 0.0, level=level, effect=effect)
    if family.no_error:
        nothing = np.where(np.isnan(family.ranked_score), np.nan, 1.0)
        return claims_of(nothing, nothing, level)
    last = bottom_claims_of(scores, family.places, level=level)
    if bottom.rule in ("last", "share"):
        return last
    below = line_claims(scores, bottom.line or 0.0, level=level)
    return below if bottom.rule == "below" else both(last, below, level=level, k=family.places)


def claims_without_pairs(family: Family) -> tuple[Array, Array]:
    """Return unadjusted p-values of both claims that need votes of the units themselves, shape (units,).

    With them and the votes of a unit, Holm's step of that unit can be recomputed. A place and a line with one place
    adjust their two conditions apart; what is returned to confirm is the line's.
    """
    claims = claims_by_rule(family)
    if family.bottom.rule in BOTH and family.places == 1:
        line = line_claims(family.ranked_scores, family.bottom.line or 0.0, level=family.rules.uncertainty.level)
        return line.confirm_raw, claims.clear_raw
    return claims.confirm_raw, claims.clear_raw


def marks_of(family: Family) -> list[str | None]:
    """Return why a ranked unit cannot be confirmed, the first reason that applies; None for the others."""
    scores, score = family.scores, family.ranked_score
    checks = {
        "no_spread": family.ranked & (scores.se == 0) & (family.bottom.rule != BY_GRADE),
        "few_for_line": too_few_for_line(family.ranked_scores) & (family.bottom.rule in LINED),
        "border_tie": border_ties(score, family.places),
        "small_group": family.ranked & lacks_a_group(family.moments, family.weights, family.rules.minimum.per_group),
    }
    if family.no_error and family.bottom.rule != BY_GRADE:
        checks = {family.no_error: family.ranked}
    if family.others is not None:
        checks = {RENORMALISED: family.ranked & family.others.left_out, **checks}
    carried = [why if ranked else None for why, ranked in zip(family.reason, family.ranked, strict=True)]
    marks: list[str | None] = []
    for at, why in enumerate(carried):
        marks.append(why or next((code for code, holds in checks.items() if holds[at]), None))
    return marks


def border_ties(score: Array, k: int) -> NDArray[np.bool_]:
    """Mark units in a tie that extends across the border of the k last places; shape (units,)."""
    rank, tied_to = competition_ranks(score)
    ranked = int((rank > 0).sum())
    return (rank > 0) & (ranked - tied_to < k) & (ranked - rank + 1 > k)


def _bayes(family: Family) -> tuple[Array, Array, Array]:
    """Return probability of the bottom, expected rank and shrunken score; NaN where undefined."""
    if family.no_error:
        nothing = np.full(len(family.ranked), np.nan)
        return nothing, nothing, nothing
    score, variance = family.ranked_score, np.where(family.ranked, family.scores.se**2, np.nan)
    draws, covariance = family.rules.uncertainty.draws, family.scores.covariance_adjusted
    found = bottom_probability(score, covariance, family.places, draws=draws, seed=family.seed)
    probability = found.probability
    if family.bottom.rule not in COUNTED:  # no k, so no last k
        probability = np.full(len(score), np.nan)
    return shared_by_ties(probability, score), found.expected_rank, shrink(score, variance).value


def shared_by_ties(probability: Array, score: Array) -> Array:
    """Return the probabilities with one for units of equal score, the mean of theirs; the sum stays as it was.

    Units at one place with 97% and 98% looked like two findings, and draws alone tell equal units apart.
    """
    shared = probability.copy()
    for value in score[~np.isnan(score)]:
        tied = np.abs(score - value) <= TIE
        if tied.sum() > 1:
            shared[tied] = probability[tied].mean()
    return shared


def _whole(values: Array) -> pd.Series:
    return pd.Series(pd.array([int(value) or None for value in values], dtype="Int64"))
