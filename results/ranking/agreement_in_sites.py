"""What ballots that are filled in together do to the verdicts of a family: measured where sites allow it, else assumed.

In one hall people hear the same and look at each other's ballots. With 30 ballots a hall, a correlation of 0.02 between
hall and unit makes the rank sets hold in 56% of years instead of 95%.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.clusters import FEWEST_SITES, Clusters
from analytics.pairs import FEWEST_VOTES, honest_pairs
from analytics.verdicts import CLEARED, CONFIRMED, bottom_p, holm, share_claims, t_line_claims
from i18n import N_, PUNCTUATION, translate
from results.ranking.family import BY_GRADE, LINED, Family

Floats: TypeAlias = NDArray[np.float64]
Held: TypeAlias = tuple[int, int]

CORRELATIONS = (0.02, 0.05)
"""Correlations of votes of one site on one unit that are tried: 0.03 is typical of interviewers (Statistics Canada
12-001-x 2022001), halls have 0.02 to 0.10."""
USUAL_SITE = 30
"""Ballots of a site that are assumed where no site is given: a meeting room."""

MEASURED = N_(
    "{group}: ballots from {count} sites. Votes of one site on one unit have an intra-class correlation of {within}; "
    "the design effect is {effect}, that is, {ballots} ballots count as much as {worth} that are independent."
)
PRICE = N_(
    "The price of counting by sites: two units are only separated at a difference of 6.0 standard errors with 10 sites "
    "and 4.6 with 20, instead of 3.7 without sites."
)
UNMEASURED = {
    True: N_(
        "{groups}: fewer than {fewest} sites are named, too few to measure how much people at one site agree. The "
        "verdicts assume that they do not."
    ),
    False: N_(
        "{groups}: no sites are named or used, so it is not measured how much people at one place agree. The verdicts "
        "assume that they do not."
    ),
}
WOULD_REMAIN = N_(
    "With a correlation of {correlation} ({size} ballots a site), {confirmed} of {all_confirmed} confirmed and "
    "{cleared} of {all_cleared} cleared units would remain so."
)
NOTHING_TO_LOSE = N_("No unit is confirmed or cleared; agreement would change nothing about that.")
FEW_PEOPLE = N_(
    "{group}: {count} people. With fewer than {fewest}, the votes of a group separate nothing: a difference would have "
    "to exceed 71 standard errors."
)
ALL_GROUPS = N_("All evaluator groups")


@dataclass(frozen=True)
class Unmeasured:
    """Groups whose sites are too few, or not given.

    given : whether they name any site. size : ballots of a site, given or assumed. held : correlation -> confirmed and
    cleared units of which the verdict would remain.
    """

    groups: tuple[str, ...]
    given: bool
    size: float
    held: dict[float, Held]


def sites_in_words(family: Family, verdict: NDArray[Any], language: str) -> list[str]:
    """Return what is known of agreement inside sites; `verdict` of every member, in the order of the family."""
    if not family.ranked.any():
        return []
    sentences = [*_few_people(family, language), *_measured(family, language)]
    now = int((verdict == CONFIRMED).sum()), int((verdict == CLEARED).sum())
    for lacking in unmeasured(family, verdict):
        groups = PUNCTUATION[language].listed.join(_named(group, language) for group in lacking.groups)
        sentences.append(translate(UNMEASURED[lacking.given], language).format(groups=groups, fewest=FEWEST_SITES))
        sentences += _would_remain(lacking, now, language)
    return sentences


def unmeasured(family: Family, verdict: NDArray[Any]) -> list[Unmeasured]:
    """Return groups without enough sites: those that name some, and those that name none."""
    clusters = clusters_of(family)
    counted = _counted_groups(family)
    count = np.zeros(len(counted), dtype=np.int64) if clusters is None else clusters.count
    found = []
    for given in (True, False):
        lacking = counted & (count < FEWEST_SITES) & ((count > 0) == given)
        if lacking.any():
            size = _size(clusters, lacking) if given and clusters is not None else float(USUAL_SITE)
            effects = {rho: _effect(family, lacking, 1 + (size - 1) * rho) for rho in CORRELATIONS}
            held = {rho: held_verdicts(family, verdict, effect) for rho, effect in effects.items()}
            found.append(Unmeasured(_names(family, lacking), given, size, held))
    return found


def held_verdicts(family: Family, verdict: NDArray[Any], effect: float) -> Held:
    """Return how many confirmed and how many cleared units remain so if all votes count `effect` times less."""
    confirm, clear = _p_values(family, effect)
    alpha = 1 - family.rules.uncertainty.level + 1e-12
    return (
        int(((verdict == CONFIRMED) & (confirm <= alpha)).sum()),
        int(((verdict == CLEARED) & (clear <= alpha)).sum()),
    )


def clusters_of(family: Family) -> Clusters | None:
    """Return the sites of the family's groups; None where ballots count one by one."""
    return None if family.scores.evidence is None else family.scores.evidence.clusters


def _p_values(family: Family, effect: float) -> tuple[Floats, Floats]:
    """Return adjusted p-values of both claims with every standard error larger by the root of `effect`."""
    bottom, scores = family.bottom, replace(family.scores, score=family.ranked_score)
    if bottom.rule == BY_GRADE:
        low = np.where(family.ranked, family.members["lowest_votes"], 0)
        votes = np.where(family.ranked, family.moments.n.sum(axis=1), 0)
        claims = share_claims(low, votes, bottom.limit or 0.0, effect=effect)
        return claims.confirm_p, claims.clear_p
    differences = honest_pairs(scores).differences
    confirm, clear = bottom_p(replace(differences, z=differences.z / np.sqrt(effect)), family.places)
    if bottom.rule in LINED:
        line = t_line_claims(scores.score, scores.se * np.sqrt(effect), scores.df_score, bottom.line or 0.0)
        both = bottom.rule != "below"
        confirm = np.maximum(confirm, line.confirm_raw) if both else line.confirm_raw
        clear = np.minimum(clear, line.clear_raw) if both else line.clear_raw
    elif family.places == 1:
        return np.minimum(1.0, 2 * confirm), holm(clear)
    return holm(confirm), holm(clear)


def _effect(family: Family, lacking: NDArray[np.bool_], effect: float) -> float:
    """Return the factor on the variance of scores if that of the groups `lacking` grows by `effect`."""
    moments = family.moments
    n = np.maximum(moments.n, 1).astype(np.float64)
    mean, squares = (np.asarray(part, dtype=np.float64) / n for part in (moments.total, moments.squares))
    weight = n / n.sum(axis=1, keepdims=True)
    if family.weights is not None:
        weight = np.array([[family.weights.get(str(group), 0.0) for group in moments.groups]])
    part = (weight**2 * np.maximum(squares - mean**2, 0.0) / n).sum(axis=0)
    if lacking.all() or part.sum() <= 0 or len(part) != len(lacking):
        return effect
    return float((part * np.where(lacking, effect, 1.0)).sum() / part.sum())


def _size(clusters: Clusters, lacking: NDArray[np.bool_]) -> float:
    sizes = clusters.size[lacking]
    known = sizes[np.isfinite(sizes)]
    return float(known.max()) if len(known) else float(USUAL_SITE)


def _counted_groups(family: Family) -> NDArray[np.bool_]:
    """Mark groups that count in the score; a single one if all votes are pooled."""
    if family.weights is None:
        return np.ones(1, dtype=bool)
    return np.array([family.weights.get(str(group), 0.0) > 0 for group in family.moments.groups], dtype=bool)


def _names(family: Family, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    groups = ("",) if family.weights is None else tuple(map(str, family.moments.groups))
    return tuple(group for group, own in zip(groups, chosen, strict=True) if own)


def _named(group: str, language: str) -> str:
    return group or translate(ALL_GROUPS, language)


def _few_people(family: Family, language: str) -> Iterator[str]:
    """Return the groups of too few people to separate units: nobody gives a unit more than one vote."""
    n = family.moments.n if family.weights is not None else family.moments.n.sum(axis=1, keepdims=True)
    people = n.max(axis=0, initial=0)
    for at in np.flatnonzero(_counted_groups(family) & (people < FEWEST_VOTES)).tolist():
        own = np.arange(len(people)) == at
        group = _named(_names(family, own)[0], language)
        yield translate(FEW_PEOPLE, language).format(group=group, count=int(people[at]), fewest=FEWEST_VOTES)


def _measured(family: Family, language: str) -> Iterator[str]:
    clusters = clusters_of(family)
    if clusters is None or not clusters.used.any():
        return
    for at in np.flatnonzero(clusters.used & _counted_groups(family)).tolist():
        effect = max(1.0, float(clusters.effect[at]))
        yield translate(MEASURED, language).format(
            group=_named(_names(family, np.arange(len(clusters.used)) == at)[0], language),
            count=int(clusters.count[at]),
            within=f"{clusters.within[at]:.3f}",
            effect=f"{clusters.effect[at]:.2f}",
            ballots=100,
            worth=round(100 / effect),
        )
    yield translate(PRICE, language)


def _would_remain(lacking: Unmeasured, now: Held, language: str) -> Iterator[str]:
    if not any(now):
        yield translate(NOTHING_TO_LOSE, language)
        return
    for correlation, (confirmed, cleared) in lacking.held.items():
        yield translate(WOULD_REMAIN, language).format(
            correlation=f"{correlation:.2f}",
            size=f"{lacking.size:.0f}",
            confirmed=confirmed,
            all_confirmed=now[0],
            cleared=cleared,
            all_cleared=now[1],
        )
