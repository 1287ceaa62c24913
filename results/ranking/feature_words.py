"""A sentence for each setting that few rule sets have: what is trimmed, added, vetoed, classed or kept apart."""

from collections.abc import Iterator

from data.model.rule_features import DENSE, RECORDS, Component, Features, ScoreClass
from data.model.rule_sets import RuleSet
from i18n import N_, join, translate

WORDS = {
    "trimmed_number": N_(
        "Of the votes of each group on a unit the {highest} highest and the {lowest} lowest are left out. Such a score "
        "has a place; nothing is known of its error, so nobody is confirmed or cleared."
    ),
    "trimmed_share": N_(
        "Of the votes of each group on a unit {share}% are left out at each end. Such a score has a place; nothing is "
        "known of its error, so nobody is confirmed or cleared."
    ),
    "indicator": N_(
        "Each indicator is averaged by itself, then the indicators by their weights. Where ballots lack lines, nothing "
        "is known of the error of such a score, and nobody is confirmed or cleared."
    ),
    "ballots": N_("Component {name}: {weight}% of the score, the score of the ballots."),
    "records": N_(
        "Component {name}: {weight}% of the score, from the table of other scores ({source}); counted completely, it "
        "has no sampling error. Without it {missing}."
    ),
    "measure": N_(
        "Component {name}: {weight}% of the score, from the measure {source} of at least {minimum} cases; its error "
        "is added to that of the ballots. Without it {missing}."
    ),
    "curve": N_("Component {name}: from share of the full marks to points {pairs}, straight lines between."),
    "deductions": N_("Points are taken off for each row {source} of the table of other scores, {most}."),
    "bonus": N_("Points are added for each row {source} of the table of other scores, {most}."),
    "veto_not_ranked": N_("A row {source} of the table of other scores vetoes a unit: it is not ranked."),
    "veto_class": N_("A row {source} of the table of other scores vetoes a unit: it falls to the last class {name}."),
    "classes": N_("Classes, the best first: {classes}. {rounding} Units of equal score stay together."),
    "volume": N_(
        "The score of the ballots is multiplied by a coefficient of the number of services ({source}): {steps}."
    ),
    "apart_groups": N_("Votes of these groups are counted and shown apart and are in no score: {names}."),
    "apart_channels": N_("Ballots of these channels are counted and shown apart and are in no score: {names}."),
    "dense": N_("Places are dense: after a tie the next place follows without a gap."),
    "published": N_(
        "Places published of each category: {ends}; whoever is confirmed at the bottom is named in any case."
    ),
    "alternative": N_("Declared in advance as equally defensible: {name} ({change}), because {why}"),
    "counted_twice": N_("Matters that may be behind two parts of the score of a unit: {matters}. Reason: {why}"),
}
MISSING = {"not_ranked": N_("a unit is not ranked"), "renormalise": N_("the other components share its weight")}
ROUNDING = {
    "down": N_("Numbers of units are rounded down."),
    "nearest": N_("Numbers of units are rounded to the nearest, halves up."),
    "up": N_("Numbers of units are rounded up."),
    "largest": N_("Numbers of units are rounded by the largest remainders."),
    "remainder": N_("Numbers of units are rounded down; all that are left are in the last class."),
}
AT_MOST, NO_LIMIT = N_("at most {most} points"), N_("without a limit")
CLASS_WORDS = {
    (True, True): N_("{name} (from {line} points, at most {share}%)"),
    (True, False): N_("{name} (from {line} points)"),
    (False, True): N_("{name} ({share}%)"),
    (False, False): N_("{name} (the others)"),
}
STEP = N_("from {number} on {coefficient}")
FIRST, LAST = N_("the first {n}"), N_("the last {n}")
OTHER_WEIGHTS, ALIKE, AT_LEAST = N_("weights {weights}"), N_("all votes alike"), N_("at least {n} votes")


def feature_sentences(rules: RuleSet, language: str) -> dict[tuple[str, ...], str]:
    """Return a sentence for every such setting, by the setting and the name it is about; empty for most rule sets."""
    return {key: translate(WORDS[code], language).format(**facts) for key, code, facts in _sentences(rules, language)}


_Told = tuple[tuple[str, ...], str, dict[str, object]]


def _sentences(rules: RuleSet, language: str) -> Iterator[_Told]:
    """Yield key, code of WORDS and facts of every sentence, in the order of the score's arithmetic."""
    features = rules.features
    yield from _votes(rules, language)
    for part in features.components:
        yield from _component(part, language)
    for name, adjustment in (("deductions", features.deductions), ("bonus", features.bonus)):
        if adjustment is not None:
            limit = translate(NO_LIMIT if adjustment.most is None else AT_MOST, language)
            most = limit.format(most="" if adjustment.most is None else f"{adjustment.most:g}")
            yield (name,), name, {"source": _name(adjustment.source), "most": most}
    yield from _after(features, language)


def _votes(rules: RuleSet, language: str) -> Iterator[_Told]:
    """Yield what happens to votes before there is a score."""
    features, trimming = rules.features, rules.features.trimming
    for kind, names in (("apart_groups", features.apart.groups), ("apart_channels", features.apart.channels)):
        if names:
            yield (kind,), kind, {"names": join(names, language)}
    if trimming is not None:
        code = "trimmed_share" if trimming.share else "trimmed_number"
        facts = {"highest": trimming.highest, "lowest": trimming.lowest, "share": f"{100 * trimming.share:g}"}
        yield ("trimming",), code, facts
    if rules.order == "indicator":
        yield ("indicator",), "indicator", {}
    if features.volume is not None:
        words = translate(STEP, language)
        steps = [words.format(number=f"{n:g}", coefficient=f"{c:g}") for n, c in features.volume.steps]
        yield ("volume",), "volume", {"source": _name(features.volume.source), "steps": join(steps, language)}


def _component(part: Component, language: str) -> Iterator[_Told]:
    facts: dict[str, object] = {"name": part.name, "weight": f"{100 * part.weight:g}"}
    if part.source is None:
        yield ("component", part.name), "ballots", facts
        return
    missing = translate(MISSING[part.missing], language)
    facts |= {"source": _name(part.source), "minimum": part.minimum, "missing": missing}
    code = "records" if part.source.startswith(RECORDS) else "measure"
    yield ("component", part.name), code, facts
    if part.points != Component.points:
        pairs = join([f"{100 * share:g}% → {points:g}" for share, points in part.points], language)
        yield ("curve", part.name), "curve", {"name": part.name, "pairs": pairs}


def _after(features: Features, language: str) -> Iterator[_Told]:
    """Yield what follows from scores: vetoes, classes, places, publication, declared alternatives, matters twice."""
    if features.veto is not None:
        code = "veto_not_ranked" if features.veto.effect == "not_ranked" else "veto_class"
        last = features.classes[-1].name if features.classes else ""
        yield ("veto",), code, {"source": _name(features.veto.source), "name": last}
    if features.classes:
        named = [_class(own, language) for own in features.classes]
        rounding = translate(ROUNDING[features.class_rounding], language)
        yield ("classes",), "classes", {"classes": join(named, language), "rounding": rounding}
    if features.ranks == DENSE:
        yield ("ranks",), "dense", {}
    if features.publication is not None:
        given = ((FIRST, features.publication.first), (LAST, features.publication.last))
        ends = [translate(word, language).format(n=n) for word, n in given if n]
        yield ("publication",), "published", {"ends": join(ends, language)}
    for own in features.alternatives:
        change = []
        if own.weights is not None:
            weights = join([f"{group} {100 * weight:g}%" for group, weight in own.weights.items()], language)
            change.append(translate(OTHER_WEIGHTS, language).format(weights=weights))
        if own.pooled:
            change.append(translate(ALIKE, language))
        if own.per_unit is not None:
            change.append(translate(AT_LEAST, language).format(n=own.per_unit))
        facts: dict[str, object] = {"name": own.name, "why": own.why, "change": join(change, language)}
        yield ("alternative", own.name), "alternative", facts
    twice = features.counted_twice
    if twice.matters:
        yield ("counted_twice",), "counted_twice", {"matters": join(twice.matters, language), "why": twice.why}


def _class(own: ScoreClass, language: str) -> str:
    line = "" if own.from_score is None else f"{own.from_score:g}"
    share = "" if own.share is None else f"{100 * own.share:g}"
    words = translate(CLASS_WORDS[own.from_score is not None, own.share is not None], language)
    return words.format(name=own.name, line=line, share=share)


def _name(source: str) -> str:
    """Return the name of a row of the table of other scores, or of a measure."""
    table, _, name = source.partition(":")
    return name if table == RECORDS else source
