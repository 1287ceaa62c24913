"""Vote in the hall against public score: posts high in either and low in the other, beyond the uncertainty of both.

The two scores come from different people with different grades, so their points are not subtracted. Each score is
compared with the mean of its category in the same year, with the interval of that gap: the two axes of the two-by-two.
A post is named only when it is above the mean on one axis and below it on the other, each beyond its uncertainty
(`analytics.standing.opposite`), with Holm's method over all posts compared in the round: the chance that any post is
named wrongly is at most 1 - level. All others are indistinguishable, whatever their points. No hall counts as more
certain than the ballots of its category are within their halls (`floored`), and the hall's side must also be confirmed
when those ballots are permuted (`exchanged`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.standing import DEALS, FEWEST, Sides, Standing, exchanged, floored, opposite, standing
from analytics.verdicts import holm
from data.store.release import Round, per_round
from results.pledges.vote_scores import WHOLE, VoteScores, vote_scores
from results.ranking.family import Family, families

NO_VOTE, NO_PUBLIC, NOT_RANKED, FEW = "no_vote_score", "no_public_score", "not_ranked", "few_compared"
VOTE_HIGHER, PUBLIC_HIGHER = "vote_higher", "public_higher"

NOT_SURE = "not_sure"
FLOOR = 2 / (DEALS + 1)
"""Smallest two-sided p-value that a permutation can give; a p-value this small is only an upper bound."""

PUBLIC = ("unit_code", "public_n", "public_score", "public_low", "public_high", "ranked")
GAPS = ("vote_gap", "vote_gap_low", "vote_gap_high", "public_gap", "public_gap_low", "public_gap_high")
ERRORS = ("vote_gap_se", "vote_gap_df", "public_gap_se", "public_gap_df")
ROWS = (
    *("unit_code", "unit_name", "category", "post", "vote_n", "vote_score", "vote_low", "vote_high"),
    *("public_n", "public_score", "public_low", "public_high", *GAPS, *ERRORS, "p"),
    *("p_at_most", "differs", "reason"),
)


@dataclass(frozen=True)
class TwoByTwo:
    """Vote against public score of a round.

    rows : ROWS and roster_no, a row a post that was voted on, in the order of the votes. Scores in points, each on
        its scale. Gaps: points above (positive) or below the mean of the compared posts (units) of the category, with
        limits, one post at a time; the two-by-two plots them, its cross at 0. _se, _df: standard error (the
        hall's floored) and Satterthwaite's degrees of freedom of the gap. p: after Holm. p_at_most: p is an upper
        bound, because the permutation reached its smallest p-value for this post, or for the post whose p Holm's
        method takes over. differs: vote_higher, public_higher, or None: not distinguishable. reason: why a post is not
        compared: no_vote_score, no_public_score, not_ranked, few_compared (fewer than three in the category); None for
        those compared.
    level : of the intervals and of the naming.
    """

    release: str
    round: str
    level: float
    rows: pd.DataFrame

    @property
    def named(self) -> pd.DataFrame:
        """Return the posts that differ beyond their uncertainty, surest first."""
        # The surest first: when only some are named, they are those that most probably differ.
        return self.rows[self.rows["differs"].notna()].sort_values(["p", "roster_no"], ignore_index=True)


def public_scores(ranked_together: list[Family]) -> pd.DataFrame:
    """Return PUBLIC: every unit's score in the mass evaluation with its interval; NaN where it is not defined."""
    parts = []
    for family in ranked_together:
        low, high = family.scores.interval(family.rules.uncertainty.level)
        columns = (family.members["unit_code"], family.scores.n.sum(axis=1), family.scores.score, low, high)
        parts.append(pd.DataFrame(dict(zip(PUBLIC, (*columns, family.ranked), strict=True))))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(PUBLIC))


@per_round
def two_by_two(round_: Round) -> TwoByTwo:
    """Compare the votes of a round with its mass evaluation; cached with the round."""
    votes = vote_scores(round_)
    if votes.rows.empty:
        return TwoByTwo(votes.release, votes.round, votes.level, pd.DataFrame(columns=[*ROWS, "roster_no"]))
    ranked_together = families(round_) if round_.has_units else []
    rows = votes.rows.rename(
        columns={"n": "vote_n", "score": "vote_score", "score_low": "vote_low", "score_high": "vote_high"}
    )
    rows = rows.drop(columns="reason").merge(public_scores(ranked_together), on="unit_code", how="left")
    rows = rows.assign(**dict.fromkeys((*GAPS, *ERRORS), np.nan), p=np.nan, side=0, reason=_reasons(rows))
    for family in ranked_together:
        _compare(rows, votes, family)
    rows["p"], rows["p_at_most"] = _after_holm(rows["p"])
    sure = rows["p"] <= 1 - votes.level
    rows["differs"] = rows["side"].map({1: VOTE_HIGHER, -1: PUBLIC_HIGHER}).where(sure)
    return TwoByTwo(votes.release, votes.round, votes.level, rows[[*ROWS, "roster_no"]])


def _after_holm(p: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return adjusted p-values, and whether each is an upper bound; Holm's method passes p and bound to later posts."""
    adjusted = pd.Series(holm(p), index=p.index)
    return adjusted, adjusted.isin(adjusted[p <= FLOOR])


def _reasons(rows: pd.DataFrame) -> pd.Series:
    """Return why a post is not compared, the first reason that applies."""
    reason = pd.Series(None, index=rows.index, dtype=object)
    reason[~rows["ranked"].fillna(False).astype(bool)] = NOT_RANKED
    reason[rows["public_score"].isna()] = NO_PUBLIC
    reason[rows["vote_score"].isna()] = NO_VOTE
    return reason


def _compare(rows: pd.DataFrame, votes: VoteScores, family: Family) -> None:
    """Fill the gaps and p-values of a category, in place."""
    codes = list(family.members["unit_code"])
    at = np.flatnonzero(rows["reason"].isna() & rows["unit_code"].isin(codes))
    places = {code: place for place, code in enumerate(codes)}
    unit = np.array([places[code] for code in rows["unit_code"].iloc[at]], dtype=np.int64)
    if votes.scores is None or len(np.unique(unit)) < FEWEST:
        rows.loc[rows.index[at], "reason"] = FEW
        return
    counts, points = _ballots(votes, rows.iloc[at])
    score, covariance, df = _selected(votes.scores.score, votes.scores.covariance_adjusted, votes.scores.df_score, at)
    hall = standing(score, floored(covariance, counts, points), df)
    there = np.unique(unit)
    scores = family.scores
    public = standing(*_selected(scores.score, scores.covariance_adjusted, scores.df_score, there))
    public = _of_posts(public, np.searchsorted(there, unit))
    p, side = _opposite(hall.sides, public.sides, counts, points, votes.level, family.seed)
    where = rows.index[at]
    for name, values in (("p", p), ("side", side), ("vote_gap", hall.gap), ("public_gap", public.gap)):
        rows.loc[where, name] = values
    for name, found in (("vote_gap", hall), ("public_gap", public)):
        rows.loc[where, f"{name}_se"], rows.loc[where, f"{name}_df"] = found.se, found.df
        rows.loc[where, f"{name}_low"], rows.loc[where, f"{name}_high"] = found.interval(votes.level)


def _opposite(
    hall: Sides, public: Sides, counts: np.ndarray, points: np.ndarray, level: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return p-values and sides; ballots are permuted only for posts that the t test would name."""
    plain, _ = opposite(hall, public)
    dealt = exchanged(counts, points, hall, np.flatnonzero(plain <= 1 - level), seed=seed)
    return opposite(dealt, public)


def _ballots(votes: VoteScores, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return ballots of some posts by grade, shape (posts, grades), and the points of the grades."""
    whole = votes.grades[votes.grades["group"] == WHOLE]
    counts = whole.pivot(index=["unit_code", "post"], columns="grade", values="count").fillna(0)
    points = whole.groupby("grade")["points"].first().reindex(counts.columns)
    known = points.index[points.notna()]
    at = pd.MultiIndex.from_frame(rows[["unit_code", "post"]])
    return counts.loc[at, known].to_numpy(dtype=np.int64), points[known].to_numpy(dtype=np.float64)


def _selected(
    score: np.ndarray, covariance: np.ndarray, df: np.ndarray, at: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores of some units with their covariance and degrees of freedom."""
    return score[at], covariance[np.ix_(at, at)], df[at]


def _of_posts(units: Standing, at: np.ndarray) -> Standing:
    """Return the standing of each post's unit; two posts of a unit have the same public score."""
    return Standing(units.gap[at], units.se[at], units.df[at])
