"""Year card: whether this year's data support a ranking at all, and what it would take to conclude more."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analytics.differences import Differences
from analytics.pairs import honest_pairs
from analytics.resolution import growth, settling_deviate, smallest_difference
from analytics.scores import UnitScores, scores_from_moments
from analytics.shrinkage import shrink
from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED
from data.store.release import Round
from i18n import N_, PUNCTUATION, translate
from results import number_format
from results.labels import REASON_SENTENCES
from results.ranking.agreement_in_sites import sites_in_words
from results.ranking.bottom_list import BottomList
from results.ranking.family import COUNTED, Family
from results.ranking.rows import records
from results.ranking.statements import Rule, withheld
from results.ranking.unknown import many_in_words

ONE_PAIR = 1.959964
"""Critical value for two units chosen in advance, two-sided 5%."""
SETTLED, SOME, NOBODY, NOTHING, NO_LIST = "settled", "some", "nobody", "nothing", "no_list"
SENTENCES = {
    SETTLED: N_("The bottom is settled: {confirmed} confirmed, everyone else is cleared."),
    SOME: N_(
        "{confirmed} confirmed at the bottom; the votes are inconclusive for {undecided} more; {cleared} cleared."
    ),
    NOBODY: N_(
        "Nobody can be named: no unit is confirmed at the bottom; the votes are inconclusive for {undecided}; "
        "{cleared} cleared."
    ),
    NOTHING: N_(
        "This year cannot rank {family}: the scores differ no more than chance alone would explain. No list is "
        "offered as a finding."
    ),
}
SEEN = N_("Differences that can be seen: {one} points between two units chosen beforehand, {all} among all.")
NOT_SEEN = N_("Too few people voted for any difference between the units to be seen.")
MORE = {
    "enough": N_("The border between {above} and {below} could be settled with about as many ballots as there are."),
    "plan": N_(
        "To settle the border between {above} and {below} ({difference} points apart) takes about {ballots} more "
        "ballots, at best split as follows: {plan}."
    ),
    "out_of_reach": N_(
        "Settling the border between {above} and {below} ({difference} points apart) is not within reach: it would "
        "take more ballots than can be collected."
    ),
    "never": N_(
        "{above} and {below} are at the border and practically equal: no achievable number of ballots would "
        "separate them."
    ),
}
MOST_GROWTH = 10.0
"""Factor on the ballots of a year that is still a plan. The demonstration asked for 307,000 more, 55 times as many."""
PLAN = N_("{group} +{ballots} (now {now})")


@dataclass(frozen=True)
class MoreBallots:
    """Ballots that would settle the border: kind is a key of MORE.

    above, below : names of the two units at the border, difference of their scores in points. plan : group -> ballots
        now and ballots more, the fewest in all; only groups that need more.
    """

    kind: str
    above: str
    below: str
    difference: float
    plan: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Return the finding as a sentence."""
        words = translate(PLAN, language)
        comma = PUNCTUATION[language].listed
        parts = [words.format(group=g, ballots=f"{more:,}", now=f"{now:,}") for g, (now, more) in self.plan.items()]
        return translate(MORE[self.kind], language).format(
            above=self.above,
            below=self.below,
            difference=f"{self.difference:.2f}",
            ballots=f"{sum(more for _, more in self.plan.values()):,}",
            plan=comma.join(parts),
        )


@dataclass(frozen=True)
class YearCard:
    """Summary of a family. Differences in points, at 80% power; NaN below two ranked units.

    outcome : SETTLED, SOME, NOBODY, NOTHING or NO_LIST. reliability : 0 to 1, share of the spread of scores that is not
    chance. smallest_pair : detectable difference between two units chosen in advance; smallest_all : between any two
    when all are compared at once. apart : share of the pairs that the rank sets distinguish.
    unknown : names of units with worst-case bounds.
    """

    bottom: BottomList
    outcome: str
    ranked: int
    not_ranked: int
    confirmed: int
    undecided: int
    cleared: int
    reliability: float
    smallest_pair: float
    smallest_all: float
    apart: float
    more: MoreBallots | None
    unknown: tuple[str, ...] = ()

    def on_unknown(self, language: str) -> str:
        """Return which units have worst-case bounds because of many don't-know answers; empty if none has."""
        return many_in_words(self.unknown, language)

    def on_sites(self, language: str) -> list[str]:
        """Return what ballots that were filled in together do to the verdicts."""
        family, rows = self.bottom.family, self.bottom.rows.set_index("unit_code")["verdict"]
        verdict = rows.reindex(family.members["unit_code"]).to_numpy(dtype=object, na_value="")
        return [] if self.bottom.no_list else sites_in_words(family, verdict, language)

    def seen(self, language: str) -> str:
        """Return the smallest differences that can be seen; there are none below four people who grade everything."""
        if self.bottom.family.no_error:
            return translate(REASON_SENTENCES[self.bottom.family.no_error], language)
        return seen_in_words(self.smallest_pair, self.smallest_all, language)

    def sentence(self, language: str) -> str:
        """Return the card as a sentence."""
        counts = {CONFIRMED: self.confirmed, UNDECIDED: self.undecided, CLEARED: self.cleared}
        return card_in_words(self.bottom.no_list or SENTENCES[self.outcome], self.bottom.rule, counts, language)


def card_in_words(message: str, rule: Rule, counts: Mapping[str, int], language: str) -> str:
    """Return the message of a card with the number of units of each verdict."""
    return translate(message, language).format(**rule.facts(language), **counts)


def seen_in_words(pair: float, everyone: float, language: str) -> str:
    """Return the smallest differences that can be seen between two units chosen beforehand, and among all."""
    if not math.isfinite(everyone):
        return translate(NOT_SEEN, language)
    return translate(SEEN, language).format(one=number_format.number(pair, 1), all=number_format.number(everyone, 1))


def ballots_of(round_: Round) -> dict[str, int]:
    """Return the ballots of each evaluator group of a round."""
    ballots = round_.ballots_by_group
    return {str(group): int(n) for group, n in zip(ballots["group_name"], ballots["evaluators"], strict=True)}


def year_card(bottom: BottomList, ballots: Mapping[str, int], unknown: tuple[str, ...] = ()) -> YearCard:
    """Return the card of a family.

    ballots : evaluators of each group in the round. unknown : of `results.ranking.unknown.units_with_bounds`.
    """
    family = bottom.family
    counts = {tier: len(bottom.tier(tier)) for tier in (CONFIRMED, UNDECIDED, CLEARED)}
    score, variance = family.ranked_score, np.where(family.ranked, family.scores.se**2, np.nan)
    pairs = honest_pairs(family.ranked_scores).differences
    upper = np.triu_indices(len(pairs.z), 1)
    beyond = np.abs(pairs.z[upper]) > bottom.sets.critical
    # What would confirm a unit that the rules forbid to name is more than chance, though no range of places shows it.
    shown = any(withheld(bottom.rule, row) for row in records(bottom.tier(UNDECIDED)))
    indistinct = not family.no_error and not shown and (shrink(score, variance).tau2 == 0 or not beyond.any())
    return YearCard(
        bottom,
        NO_LIST
        if bottom.no_list
        else outcome_of(counts, by_place=family.bottom.rule in COUNTED, indistinct=indistinct),
        bottom.count,
        len(bottom.not_ranked),
        counts[CONFIRMED],
        counts[UNDECIDED],
        counts[CLEARED],
        bottom.reliability,
        smallest_difference(pairs.spread, ONE_PAIR),
        smallest_difference(pairs.spread, bottom.sets.critical),
        float(beyond.mean()) if len(beyond) else float("nan"),
        _more_ballots(bottom, ballots) if counts[UNDECIDED] and not family.no_error else None,
        unknown,
    )


def outcome_of(counts: Mapping[str, int], *, by_place: bool, indistinct: bool) -> str:
    """Return the outcome of a list with so many units of each verdict.

    by_place : the rule takes a number of places. indistinct : the scores differ no more than chance allows.
    """
    if counts[CONFIRMED]:
        return SOME if counts[UNDECIDED] else SETTLED
    if not counts[UNDECIDED]:
        return SETTLED
    return NOTHING if by_place and indistinct and not counts[CLEARED] else NOBODY


def _more_ballots(bottom: BottomList, ballots: Mapping[str, int]) -> MoreBallots | None:
    """Return what would separate the two units at the border of the last k; None without k or in a round of counts."""
    family, k = bottom.family, bottom.family.places
    if bottom.line is None:
        return None
    below, above = bottom.rows.iloc[k - 1], bottom.rows.iloc[k]
    parts = _variance_by_group(family, str(above["unit_code"]), str(below["unit_code"]))
    cast = {group: ballots.get(group, 0) if group else sum(ballots.values()) for group in parts}
    if not all(cast.values()):
        return None
    difference = float(above["score"] - below["score"])
    pairs = honest_pairs(family.ranked_scores)
    ranked = family.ranked_score[pairs.differences.present]
    level = family.rules.uncertainty.level
    spread = pairs.differences.spread
    deviate = settling_deviate(ranked, pairs.sigma, k, spread=spread, level=level, seed=family.seed)
    # The deviate counts in the error of the pair, which may be larger than that of the covariance of the two.
    error = _spread_of(family, pairs.differences, str(above["unit_code"]), str(below["unit_code"]))
    variance = np.array(list(parts.values()))
    variance *= error**2 / variance.sum() if variance.sum() > 0 else 1.0
    needed = growth(difference, variance, np.array(list(cast.values()), dtype=float), deviate)
    names = (str(above["unit_name"]), str(below["unit_name"]), difference)
    if not np.isfinite(needed.everyone):
        return MoreBallots("never", *names)
    more = {group: (n, _rounded((f - 1) * n)) for (group, n), f in zip(cast.items(), needed.plan, strict=True)}
    plan = {group: numbers for group, numbers in more.items() if numbers[1]}
    beyond = any(sum(numbers) > family.population.get(group, math.inf) for group, numbers in plan.items())
    if needed.everyone > MOST_GROWTH or beyond:
        return MoreBallots("out_of_reach", *names)
    return MoreBallots("plan" if plan else "enough", *names, plan)


def _rounded(ballots: float) -> int:
    """Round to two digits: the figure rests on the scatter of a single year."""
    if ballots < 1:
        return 0
    unit = 10 ** max(0, len(str(int(ballots))) - 2)
    return int(-(-ballots // unit) * unit)


def _variance_by_group(family: Family, first: str, second: str) -> dict[str, float]:
    """Return what each group adds to the squared standard error of the difference of two units.

    The covariance of the two is divided in proportion, so that the parts add up to the total.
    """
    codes = list(family.members["unit_code"])
    two = family.moments.select([codes.index(first), codes.index(second)])
    if family.weights is None:
        return {"": _squared(scores_from_moments(two, None))}
    whole = _squared(scores_from_moments(two, family.weights, renormalise=True))
    parts = {}
    for group, weight in family.weights.items():
        if weight > 0 and group in two.groups:
            alone = scores_from_moments(two, {name: float(name == group) for name in two.groups}, renormalise=True)
            parts[group] = weight**2 * float(np.nansum(alone.se**2))
    total = sum(parts.values())
    return {group: part * whole / total for group, part in parts.items()} if total > 0 else parts


def _spread_of(family: Family, pairs: Differences, first: str, second: str) -> float:
    """Return the standard error of the difference of two ranked units, as the claim tests take it."""
    codes = list(family.members["unit_code"][pairs.present])
    return float(pairs.spread[codes.index(first), codes.index(second)])


def _squared(scores: UnitScores) -> float:
    """Return the squared standard error of the difference of the two units."""
    covariance = scores.covariance_adjusted
    return float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
