"""A rule set in words: its bottom rules, and what differs between two of them, setting by setting."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from data.model.rule_sets import BOTTOM_NEEDS, Bottom, RuleSet
from i18n import N_, translate
from results.number_format import percent
from results.ranking.feature_words import feature_sentences

BOTTOM_SENTENCES = {
    "last": N_("places at the end: {k}"),
    "share": N_("the last {share} of the ranked units"),
    "below": N_("every unit with a score below {line}"),
    "last_and_below": N_("places at the end: {k}, if the score is below {line}"),
    "share_and_below": N_("the last {share} of the ranked units, if the score is below {line}"),
    "dissatisfied_over": N_("every unit where more than {limit} of the votes have the lowest grade"),
}
assert set(BOTTOM_SENTENCES) == set(BOTTOM_NEEDS)
UNSCORED_NAMES = {
    "dont_know": N_("Don't know"),
    "abstain": N_("Abstained"),
    "blank": N_("Blank"),
    "invalid": N_("Invalid"),
}
ORDER_NAMES = {
    "group": N_("groups weighted"),
    "pooled": N_("all votes alike"),
    "indicator": N_("indicator by indicator, then groups weighted"),
}
MISSING_NAMES = {"not_ranked": N_("the unit is not ranked"), "renormalise": N_("the other groups share its weight")}
CLUSTER_NAMES = {"ballot": N_("ballots"), "site": N_("sites")}
CANCELLED_NAMES = {"missed": N_("count as not met"), "apart": N_("are counted apart")}
SETTINGS = {
    "scale": N_("Range of the scores"),
    "points": N_("Points of {0}"),
    "unscored": N_("{0}, not scored"),
    "order": N_("Averaging"),
    "weight": N_("Weight of {0}"),
    "category_weight": N_("Weight of {1} in {0}"),
    "indicator": N_("Weight of the indicator {0}"),
    "per_unit": N_("Votes needed for a unit"),
    "per_group": N_("Votes needed from a group"),
    "missing_group": N_("If a group did not vote"),
    "bottom": N_("Bottom rule"),
    "category_bottom": N_("Bottom rule of {0}"),
    "level": N_("Level of the intervals"),
    "draws": N_("Simulation draws"),
    "cluster": N_("Votes that belong together"),
    "population": N_("People of {1} in round {0}"),
    "category_population": N_("People of {2} in round {0}, {1}"),
    "decimals": N_("Decimals shown"),
    "smallest_cell": N_("Smallest number of votes shown"),
    "cancelled": N_("Cancelled pledges"),
    "votes_points": N_("Points of {0} in votes on duty reports"),
    "feature": N_("Also"),
}
CHANGES = {
    "changed": N_("{setting}: {before} → {after}"),
    "added": N_("{setting}: {after} (new)"),
    "removed": N_("{setting}: {before} (removed)"),
}


@dataclass(frozen=True)
class Difference:
    """A setting that differs, with the names it is about.

    setting : of SETTINGS. before, after : the value in words; None where there is no such setting.
    """

    setting: str
    names: tuple[str, ...]
    before: str | None
    after: str | None

    def sentence(self, language: str) -> str:
        """Return the setting with its value before and after."""
        change = "added" if self.before is None else "removed" if self.after is None else "changed"
        setting = translate(SETTINGS[self.setting], language).format(*self.names)
        return translate(CHANGES[change], language).format(setting=setting, before=self.before, after=self.after)


def bottom_words(bottom: Bottom, language: str) -> str:
    """Return in words which units the bottom rule lists."""
    return translate(BOTTOM_SENTENCES[bottom.rule], language).format(
        k=bottom.k, share=percent(bottom.share, 0), line=bottom.line, limit=percent(bottom.limit, 0)
    )


def differences(first: RuleSet, second: RuleSet, language: str) -> list[Difference]:
    """Return every setting that differs, in the order of the file; titles and reasons are not settings."""
    before, after = (dict(_values(rules, language)) for rules in (first, second))
    keys = dict.fromkeys((*before, *after))
    order = list(SETTINGS)
    changed = [key for key in keys if before.get(key) != after.get(key)]
    changed.sort(key=lambda key: order.index(key[0]))
    return [Difference(key[0], key[1:], before.get(key), after.get(key)) for key in changed]


def _values(rules: RuleSet, language: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every setting of a rule set as words: (setting, names...) and value."""

    def word(names: Mapping[str, str], code: str) -> str:
        return translate(names[code], language)

    if rules.numeric:
        yield ("scale",), f"{rules.numeric.low / 100:g}–{rules.numeric.high / 100:g}"
    yield from ((("points", grade), f"{value / 100:g}") for grade, value in rules.points.items())
    yield from ((("unscored", grade), word(UNSCORED_NAMES, kind)) for grade, kind in rules.unscored.items())
    yield ("order",), word(ORDER_NAMES, rules.order)
    yield from _weights(rules)
    yield from ((("indicator", name), f"{weight:g}") for name, weight in (rules.indicators or {}).items())
    yield ("per_unit",), str(rules.minimum.per_unit)
    yield ("per_group",), str(rules.minimum.per_group)
    yield ("missing_group",), word(MISSING_NAMES, rules.minimum.missing_group)
    yield ("bottom",), bottom_words(rules.bottom, language)
    yield from ((("category_bottom", name), bottom_words(own, language)) for name, own in rules.category_bottom.items())
    yield ("level",), f"{rules.uncertainty.level * 100:g}%"
    yield ("draws",), str(rules.uncertainty.draws)
    yield ("cluster",), word(CLUSTER_NAMES, rules.uncertainty.cluster)
    yield from _population(rules)
    yield ("decimals",), str(rules.presentation.decimals)
    yield ("smallest_cell",), str(rules.presentation.smallest_cell)
    yield ("cancelled",), word(CANCELLED_NAMES, rules.cancelled)
    yield from ((("votes_points", grade), f"{value / 100:g}") for grade, value in rules.votes_points.items())
    yield from ((("feature", *key), sentence) for key, sentence in feature_sentences(rules, language).items())


def _weights(rules: RuleSet) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from ((("weight", group), f"{weight * 100:g}%") for group, weight in (rules.group_weights or {}).items())
    for category, weights in rules.category_weights.items():
        yield from ((("category_weight", category, group), f"{weight * 100:g}%") for group, weight in weights.items())


def _population(rules: RuleSet) -> Iterator[tuple[tuple[str, ...], str]]:
    for round_id, own in rules.uncertainty.population.items():
        yield from ((("population", round_id, group), str(people)) for group, people in own.groups.items())
        for category, groups in own.by_category.items():
            yield from (
                (("category_population", round_id, category, group), str(people)) for group, people in groups.items()
            )
