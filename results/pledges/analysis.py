"""Association between pledge outcomes: rank correlation, paired shift, trend, severity of the hall's groups.

Every result is a number with its interval or a sentence why there is no number. Headline and routine items are never
combined in a number, and no test treats one outcome as a measurement of another.
"""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.association import (
    FEW,
    FEWEST_FOR_INTERVAL,
    FEWEST_NONZERO,
    FEWEST_UNITS,
    FEWEST_YEARS,
    NO_INTERVAL,
    Association,
    Shift,
    Trend,
    rank_association,
    shift,
    trend,
)
from analytics.moments import Moments
from analytics.scores import scores_from_moments
from analytics.severity import NO_OVERLAP, ONE_GROUP, without_severity
from data.model.record_keys import year_of
from data.model.rule_sets import RuleSet
from data.store.release import Release
from i18n import N_, translate
from results.comparison.method_breaks import rule_breaks
from results.pledges.by_year import YEARS, PledgeYear, post_through_years, posts_of
from results.pledges.register import KINDS
from results.pledges.vote_scores import KEY, NO_POINTS, VoteScores, one_group, within

VOTE, PUBLIC = "vote_gap", "public_gap"
VOTE_SCORE, PUBLIC_SCORE = "vote_score", "public_score"
AGREEMENTS = (
    (VOTE, PUBLIC),
    *((f"{kind}_verified_completion", PUBLIC) for kind in KINDS),
    *((f"{kind}_verified_completion", VOTE) for kind in KINDS),
    *((f"{kind}_same_reported_completion", f"{kind}_same_verified_completion") for kind in KINDS),
)
SHIFTS = tuple((f"{kind}_same_reported_completion", f"{kind}_same_verified_completion") for kind in KINDS)
TRENDS = (
    *(f"{kind}_{sort}_completion" for kind in KINDS for sort in ("reported", "verified")),
    *(VOTE_SCORE, PUBLIC_SCORE),
)
SEVERITY = ("unit_code", "unit_name", "post", "n", "score", "adjusted", "adjusted_low", "adjusted_high")

SENTENCES = {
    "agreement_few": N_("Fewer than {fewest} posts have both figures; there is nothing to compare."),
    "agreement_no_interval": N_(
        "Fewer than {fewest} posts have both figures: the correlation is given without an interval."
    ),
    "agreement_constant": N_("One of the two figures is the same for all posts; a correlation is not defined."),
    "agreement_perfect": N_("The two orders are identical or exactly reversed, so no interval can be calculated."),
    "shift_few": N_("Posts that differ between the two figures: {n}; a test needs {fewest}."),
    "shift_no_interval": N_("Posts that differ between the two figures: {n}; an interval at this level needs more."),
    "shift_other_points": N_("The grades of the votes have other points in the other round; they are not compared."),
    "trend_few": N_("A trend needs {fewest} years with this figure; there are {n}."),
    "trend_other_rules": N_("The rules that make this figure changed within these years; a trend would mix them."),
    "severity_one_group": N_("Only one group scored; there is no severity of groups to take out."),
    "severity_no_overlap": N_(
        "The groups {groups} did not score any post in common, so their severity cannot be separated from "
        "differences between the posts."
    ),
    "severity_withheld": N_("Every hall has a group whose ballots may not be shown; severity would reveal them."),
    "severity_no_points": N_(
        "The rule set gives no points for the grades of these votes; there are no scores to adjust."
    ),
}


@dataclass(frozen=True)
class Unavailable:
    """Reason why a result is missing: a code and facts of a sentence in SENTENCES."""

    code: str
    facts: dict[str, object]

    def sentence(self, language: str) -> str:
        """Return the reason in the reader's language."""
        return translate(SENTENCES[self.code], language).format(**self.facts)


@dataclass(frozen=True)
class AssociationOf:
    """Spearman's correlation of two figures over the posts of a round.

    unavailable: why (part of) it is missing, or None.
    """

    first: str
    second: str
    found: Association
    unavailable: Unavailable | None


@dataclass(frozen=True)
class ShiftOf:
    """Paired shift from the first figure to the second over the posts of a round (or the same posts in two rounds)."""

    first: str
    second: str
    found: Shift
    unavailable: Unavailable | None


@dataclass(frozen=True)
class TrendOf:
    """Theil-Sen slope of a figure per year."""

    figure: str
    found: Trend
    unavailable: Unavailable | None


@dataclass(frozen=True)
class SeverityOf:
    """Vote scores without the severity of the groups, next to the official scores, never instead of them.

    Computed from posts whose groups may all be shown: score and severity together would reveal a withheld group.

    rows : SEVERITY, a row for each of these posts, points, limits at the level of the rule set; empty when refused.
    groups : group, severity: points that a group gives more than the groups do on average (positive: milder);
        NaN for a group absent from all these halls.
    """

    rows: pd.DataFrame
    groups: pd.DataFrame
    unavailable: Unavailable | None


def associations(year: PledgeYear) -> list[AssociationOf]:
    """Return AGREEMENTS of a round over its posts. Scores are gaps to the mean of their category."""
    wide = _figures(year)
    found = []
    for first, second in AGREEMENTS:
        seed = _seed(year.book.release, year.book.round, first, second)
        one = rank_association(wide[first], wide[second], level=year.votes.level, seed=seed)
        found.append(AssociationOf(first, second, one, _of_agreement(one)))
    return found


def shifts(year: PledgeYear) -> list[ShiftOf]:
    """Return SHIFTS of a round: is what was verified systematically below what was reported?"""
    wide = _figures(year)
    return [_shift(first, second, wide[first], wide[second], year.votes.level) for first, second in SHIFTS]


def vote_shift(before: PledgeYear, after: PledgeYear) -> ShiftOf:
    """Compare the vote score of the same posts (unit and name of the post) in two rounds."""
    pair = before.votes.rows.merge(after.votes.rows, on=["unit_code", "post"], suffixes=("_before", "_after"))
    found = _shift(VOTE_SCORE, VOTE_SCORE, pair["score_before"], pair["score_after"], after.votes.level)
    if _points(before.rules) == _points(after.rules):
        return found
    nan = float("nan")
    nothing = replace(found.found, p=nan, median=nan, low=nan, high=nan, refused="other_points")
    return ShiftOf(VOTE_SCORE, VOTE_SCORE, nothing, Unavailable("shift_other_points", {}))


def trends(release: Release, years: list[PledgeYear], unit_code: str, post: str) -> list[TrendOf]:
    """Return TRENDS of a post over all given years."""
    rows = post_through_years(release, years, unit_code, post)
    rules = {year.book.round: year.rules for year in years}
    level = years[0].votes.level if years else 0.95
    return [_trend(figure, rows, rules, level) for figure in TRENDS]


def _trend(figure: str, rows: pd.DataFrame, rules: dict[str, RuleSet | None], level: float) -> TrendOf:
    own = rows[rows[figure].notna()]
    one = trend(
        pd.Series([year_of(name) for name in own["round"]], dtype=float), own[figure].astype(float), level=level
    )
    if one.refused:
        return TrendOf(figure, one, Unavailable("trend_few", {"n": one.n, "fewest": FEWEST_YEARS}))
    used = [found for name in own["round"] if (found := rules[name]) is not None]
    if _changed(figure, used, str(own["category"].iloc[0])):
        nan = float("nan")
        one = replace(one, slope=nan, low=nan, high=nan, refused="other_rules")
        return TrendOf(figure, one, Unavailable("trend_other_rules", {}))
    return TrendOf(figure, one, None)


def _changed(figure: str, rules: list[RuleSet], category: str) -> bool:
    """Return whether the scoring rules differ between the years; completions do not depend on a rule set."""
    if figure == VOTE_SCORE:
        return any(_points(one) != _points(rules[0]) for one in rules)
    return figure == PUBLIC_SCORE and any(next(rule_breaks(rules[0], one, category), None) for one in rules)


def _points(rules: RuleSet | None) -> dict[str, int]:
    return dict(rules.votes_points) if rules else {}


def severity(votes: VoteScores) -> SeverityOf:
    """Remove the severity of the hall's groups from the vote scores, where groups overlap."""
    nothing = pd.DataFrame(columns=list(SEVERITY)), pd.DataFrame(columns=["group", "severity"])
    moments, scores = votes.moments, votes.scores
    if moments is None or scores is None:
        return SeverityOf(*nothing, Unavailable(f"severity_{NO_POINTS}", {}))
    cells = [scores_from_moments(one_group(moments, at), None) for at in range(len(moments.groups))]
    mean, variance = (np.stack(part, axis=1) for part in zip(*((one.score, one.se**2) for one in cells), strict=True))
    open_ = ~pd.MultiIndex.from_frame(votes.rows[KEY]).isin(pd.MultiIndex.from_frame(_withheld(votes)))
    if not open_.any():
        return SeverityOf(*nothing, Unavailable("severity_withheld", {}))
    found = without_severity(np.where(open_[:, None], moments.n, 0), mean, variance)
    if found.refused == ONE_GROUP:
        return SeverityOf(*nothing, Unavailable(f"severity_{ONE_GROUP}", {}))
    if found.refused == NO_OVERLAP:
        return SeverityOf(*nothing, Unavailable(f"severity_{NO_OVERLAP}", {"groups": _parts(moments, found.parts)}))
    reach = scores.interval(votes.level)[1] - scores.score
    reach = np.divide(reach, scores.se, out=np.zeros_like(reach), where=scores.se > 0) * found.se
    columns = {"adjusted": found.score, "adjusted_low": found.score - reach, "adjusted_high": found.score + reach}
    rows = within(votes.rows.assign(**columns), votes.scale, tuple(columns))[~np.isnan(found.score)]
    groups = pd.DataFrame({"group": moments.groups, "severity": found.severity})
    return SeverityOf(rows[list(SEVERITY)].reset_index(drop=True), groups, None)


def _withheld(votes: VoteScores) -> pd.DataFrame:
    """Return the posts (KEY) with a group that may not be shown: a fit would reveal its mean."""
    return votes.groups.loc[votes.groups["reason"].notna(), KEY]


def _figures(year: PledgeYear) -> pd.DataFrame:
    wide = posts_of(year)
    numbers = [name for name in YEARS if name.endswith("_completion")]
    return wide.astype(dict.fromkeys(numbers, "float64"))


def _of_agreement(one: Association) -> Unavailable | None:
    if one.refused is None:
        return None
    fewest = {FEW: FEWEST_UNITS, NO_INTERVAL: FEWEST_FOR_INTERVAL}
    return Unavailable(f"agreement_{one.refused}", {"fewest": fewest.get(one.refused)})


def _shift(first: str, second: str, before: pd.Series, after: pd.Series, level: float) -> ShiftOf:
    one = shift(before.astype(float), after.astype(float), level=level)
    said = (
        Unavailable(f"shift_{one.refused}", {"n": one.n - one.zeros, "fewest": FEWEST_NONZERO}) if one.refused else None
    )
    return ShiftOf(first, second, one, said)


def _parts(moments: Moments, parts: list[np.ndarray]) -> str:
    """Format connected groups, joined by a plus sign; separate parts are divided by a slash."""
    return " / ".join(" + ".join(str(moments.groups[at]) for at in part) for part in parts)


def _seed(*names: str) -> int:
    """Return the seed of draws on two figures: first 8 bytes of SHA-256 of release id, round and figures, by line."""
    return int.from_bytes(hashlib.sha256("\n".join(names).encode()).digest()[:8], "big")
