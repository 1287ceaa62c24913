"""Settings of a rule set that few offices use: what is trimmed, added, vetoed, divided into classes or kept apart.

A rule set without them is the same as before there were any: same canonical text, same release id.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from data.model.names import match_key
from data.model.register import RESERVED
from data.model.rule_section import Section

RECORDS = "component_score"
"""First word of a source that is a row of the table of other scores; other sources are SCHEME.MEASURE."""
MISSING = ("not_ranked", "renormalise")
VETO_EFFECTS = ("not_ranked", "lowest_class")
ROUNDINGS = ("down", "nearest", "up", "largest", "remainder")
"""Of the number of units of a class. largest: largest remainders. remainder: down, and the rest to the last class."""
SECTIONS = (
    *("trimming", "components", "deductions", "bonus", "veto", "classes", "volume", "apart", "publication"),
    *("alternatives", "counted_twice"),
)
"""Sections of the document that hold them; `presentation.ranks` is the only other setting."""
COMPETITION, DENSE = "competition", "dense"


@dataclass(frozen=True)
class Trimming:
    """Votes of each unit and group that are left out at both ends: numbers of votes, or a share of each end."""

    highest: int = 0
    lowest: int = 0
    share: float = 0.0


@dataclass(frozen=True)
class Component:
    """Part of the official score.

    source : None for the score of the ballots; else "component_score:NAME" or "SCHEME.MEASURE". full : full marks that
    stand for the top of `points`, where a row has none. points : straight lines from the share of the full marks to
    points. minimum : smallest base of a measure. missing : of MISSING.
    """

    name: str
    weight: float
    source: str | None = None
    full: float = 100.0
    points: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 100.0))
    minimum: int = 1
    missing: str = "not_ranked"
    declared: date | None = None


@dataclass(frozen=True)
class Adjustment:
    """Points added to or taken off the score, from rows of the table of other scores, at most so many."""

    source: str
    most: float | None = None


@dataclass(frozen=True)
class Veto:
    """Rows of the table of other scores that veto a unit, and what follows: of VETO_EFFECTS."""

    source: str
    effect: str = "not_ranked"


@dataclass(frozen=True)
class ScoreClass:
    """Class of results. from_score : lowest score of it. share : of the ranked units, at most. None: any."""

    name: str
    from_score: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class Volume:
    """Coefficient of the ballots' score by the number of services: steps of (from so many services, coefficient)."""

    source: str
    steps: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Apart:
    """Votes that are counted and shown apart and are in no score: of evaluator groups, and of channels."""

    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publication:
    """How many of the first and of the last places of a category are published."""

    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Alternative:
    """Rule that was declared as equally defensible in advance: what differs from the rule set, the others None."""

    name: str
    why: str
    weights: Mapping[str, float] | None = None
    pooled: bool = False
    per_unit: int | None = None


@dataclass(frozen=True)
class CountedTwice:
    """Matters that may be behind two parts of the score of a unit, and why."""

    matters: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Features:
    """All of them; what a rule set does not name is empty."""

    trimming: Trimming | None = None
    components: tuple[Component, ...] = ()
    deductions: Adjustment | None = None
    bonus: Adjustment | None = None
    veto: Veto | None = None
    classes: tuple[ScoreClass, ...] = ()
    class_rounding: str = "nearest"
    volume: Volume | None = None
    apart: Apart = field(default_factory=Apart)
    ranks: str = COMPETITION
    publication: Publication | None = None
    alternatives: tuple[Alternative, ...] = ()
    counted_twice: CountedTwice = field(default_factory=CountedTwice)

    @property
    def adjusted(self) -> bool:
        """Return whether the official score is more than the mean of votes: components, points or coefficients."""
        return bool(self.components or self.deductions or self.bonus or self.volume)

    @property
    def canonical(self) -> dict[str, Any]:
        """Return what differs from a rule set without any of them."""
        plain, own = asdict(Features()), asdict(self)
        return {name: value for name, value in own.items() if value != plain[name]}


def read_features(top: Section) -> Features:
    """Read the sections; every fault is reported."""
    return Features(
        trimming=_trimming(top.section("trimming")),
        components=_components(top),
        deductions=_adjustment(top, "deductions"),
        bonus=_adjustment(top, "bonus"),
        veto=_veto(top),
        classes=_classes(top.section("classes")),
        class_rounding=top.section("classes").choice("rounding", ROUNDINGS, "nearest"),
        volume=_volume(top),
        apart=_apart(top.section("apart")),
        ranks=top.section("presentation").choice("ranks", (COMPETITION, DENSE), COMPETITION),
        publication=_publication(top),
        alternatives=_alternatives(top.section("alternatives")),
        counted_twice=_counted_twice(top.section("counted_twice")),
    )


def score_span(features: Features, span: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    """Return the fewest and most points that an official score can have, given those of a vote."""
    low, high = span
    if features.volume:
        steps = [Decimal(str(step)) for _, step in features.volume.steps]
        low, high = min(low * step for step in steps), max(high * step for step in steps)
    if features.components:
        parts = [(Decimal(str(part.weight)), _ends(part, (low, high))) for part in features.components]
        low, high = (sum((weight * ends[at] for weight, ends in parts), Decimal(0)) for at in (0, 1))
    return low - _most(features.deductions), high + _most(features.bonus)


def _most(adjustment: Adjustment | None) -> Decimal:
    """Return the most points of an adjustment; 100 where the rules name no limit."""
    if adjustment is None:
        return Decimal(0)
    return Decimal(100) if adjustment.most is None else Decimal(str(adjustment.most))


def _ends(part: Component, ballots: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if part.source is None:
        return ballots
    values = [Decimal(str(points)) for _, points in part.points]
    return min(values), max(values)


def _trimming(section: Section) -> Trimming | None:
    if not section.values:
        return None
    share = section.number("share", low=0, high=Decimal("0.49"))
    found = Trimming(
        section.whole("highest", 0, 1000, 0), section.whole("lowest", 0, 1000, 0), float(share) if share else 0.0
    )
    section.refuse_others()
    if not (found.share or found.highest or found.lowest):
        section.report("rules_nothing_set", key=section.name, keys=section.paths(("highest", "lowest", "share")))
    elif found.share and (found.highest or found.lowest):
        section.report("rules_one_of", key=section.name, keys=section.paths(("share", "highest")))
    return found


def _components(top: Section) -> tuple[Component, ...]:
    sections = top.section("components")
    sections.no_key_twice()
    found = [_component(sections.section(name), name) for name in sections.values]
    if not found:
        return ()
    total = sum((Decimal(str(part.weight)) for part in found), Decimal(0))
    if abs(total - 1) > Decimal("1e-9"):
        top.report("rules_weights_sum", key="components", sum=str(total))
    ballots = [part for part in found if part.source is None]
    if len(ballots) != 1:
        top.report("rules_ballots_once", found=len(ballots))
    return tuple(found)


def _component(section: Section, name: str) -> Component:
    weight = section.number("weight", low=0, high=1, required=True)
    if weight is not None and weight <= 0:
        section.report("rules_not_positive", key=section.path("weight"), value=str(weight))
    full = section.number("full", low=Decimal("0.01"), high=10**6)
    found = Component(
        name,
        float(weight or 0),
        _source(section, required=False, schemes=True, default=name),
        100.0 if full is None else float(full),
        _lines(section, "points", Component.points, "rules_lines_rise"),
        section.whole("minimum", 1, 10**9, 1),
        section.choice("missing", MISSING, "not_ranked"),
        section.date("declared", required=False),
    )
    section.refuse_others()
    if found.source is None and (set(section.values) & {"full", "points", "minimum", "missing", "declared"}):
        section.report("rules_ballots_plain", key=section.name)
    return found


def _source(section: Section, *, required: bool, schemes: bool, default: str) -> str | None:
    """Read a source: `component_score`, `component_score:NAME` or, where allowed, SCHEME.MEASURE."""
    if "source" not in section.values and not required:
        return None
    text = section.text("source")
    table, _, name = text.partition(":")
    if table == RECORDS:
        return f"{RECORDS}:{name or default}"
    words = text.split(".")
    if text and not (schemes and len(words) == 2 and all(words)):
        known = (f"{RECORDS}:{default}", *(("echo.on_time",) if schemes else ()))
        section.report("rules_not_one_of", key=section.path("source"), value=text, known=known, close=[])
    return text


def _lines(section: Section, key: str, default: tuple[tuple[float, float], ...], code: str) -> Any:
    """Read pairs of numbers of which the first rise."""
    pairs = section.pairs(key)
    if pairs is None:
        return default
    firsts = [first for first, _ in pairs]
    if not pairs or any(later <= earlier for earlier, later in pairwise(firsts)):
        section.report(code, key=section.path(key))
    return tuple((float(first), float(second)) for first, second in pairs)


def _adjustment(top: Section, key: str) -> Adjustment | None:
    section = top.section(key)
    if not section.values:
        return None
    default = {"deductions": "扣分", "bonus": "创新加分"}[key]
    source = _source(section, required=True, schemes=False, default=default)
    most = section.number("most", low=0, high=10**6)
    section.refuse_others()
    return Adjustment(source or "", None if most is None else float(most))


def _veto(top: Section) -> Veto | None:
    section = top.section("veto")
    if not section.values:
        return None
    source = _source(section, required=True, schemes=False, default="一票否决")
    effect = section.choice("effect", VETO_EFFECTS, "not_ranked")
    section.refuse_others()
    if effect == "lowest_class" and not top.values.get("classes"):
        section.report("rules_needs_section", key=section.path("effect"), section="classes")
    return Veto(source or "", effect)


def _classes(section: Section) -> tuple[ScoreClass, ...]:
    names = [name for name in section.values if name != "rounding"]
    if not names:
        if section.values:
            section.report("rules_nothing_set", key=section.name, keys=[section.path("…")])
        return ()
    found = [_class(section.section(name), name, last=name == names[-1]) for name in names]
    section.no_key_twice()
    if len(found) < 2:
        section.report("rules_two_classes")
    shares = [one.share for one in found]
    total = sum((Decimal(str(share)) for share in shares if share is not None), Decimal(0))
    if None not in shares and total != 1:
        section.report("rules_weights_sum", key=section.name, sum=str(total))
    elif total > 1:
        section.report("rules_out_of_range", value=str(total), key=section.name, low="0", high="1")
    lines = [one.from_score for one in found if one.from_score is not None]
    if any(later >= earlier for earlier, later in pairwise(lines)):
        section.report("rules_lines_fall", key=section.name)
    return tuple(found)


def _class(section: Section, name: str, *, last: bool) -> ScoreClass:
    line = section.number("from", low=-(10**6), high=10**6)
    share = section.number("share", low=0, high=1)
    section.refuse_others()
    if last and line is not None:
        section.report("rules_last_class", key=section.path("from"))
    elif not last and line is None and share is None:
        section.report("rules_nothing_set", key=section.name, keys=section.paths(("from", "share")))
    return ScoreClass(name, None if line is None else float(line), None if share is None else float(share))


def _volume(top: Section) -> Volume | None:
    section = top.section("volume")
    if not section.values:
        return None
    source = _source(section, required=True, schemes=False, default="业务量")
    if "steps" not in section.values:
        section.report("rules_missing", key=section.path("steps"))
    steps = _lines(section, "steps", ((0.0, 1.0),), "rules_lines_rise")
    section.refuse_others()
    if any(not 0 < coefficient <= 10 for _, coefficient in steps):
        section.report("rules_out_of_range", value=str(steps), key=section.path("steps"), low="0", high="10")
    return Volume(source or "", steps)


def _apart(section: Section) -> Apart:
    found = Apart(tuple(section.texts("groups")), tuple(section.texts("channels")))
    section.refuse_others()
    return found


def _publication(top: Section) -> Publication | None:
    section = top.section("publication")
    if not section.values:
        return None
    found = Publication(section.whole("first", 0, 10**6, 0), section.whole("last", 0, 10**6, 0))
    section.refuse_others()
    if not (found.first or found.last):
        section.report("rules_nothing_set", key=section.name, keys=section.paths(("first", "last")))
    return found


def _alternatives(sections: Section) -> tuple[Alternative, ...]:
    sections.no_key_twice()
    return tuple(_alternative(sections.section(name), name) for name in sections.values)


def _alternative(section: Section, name: str) -> Alternative:
    weights = section.section("weights")
    given = {group: weights.number(group, low=0, high=1) for group in weights.values}
    total = sum((weight for weight in given.values() if weight is not None), Decimal(0))
    if given and None not in given.values() and abs(total - 1) > Decimal("1e-9"):
        weights.report("rules_weights_sum", key=weights.name, sum=str(total))
    order = section.choice("order", ("group", "pooled"), "group")
    per_unit = section.whole("per_unit", 1, 10**9, None)
    found = Alternative(
        name,
        section.text("why"),
        {group: float(weight or 0) for group, weight in given.items()} or None,
        order == "pooled",
        per_unit,
    )
    section.refuse_others()
    changes = [found.weights is not None, found.pooled, found.per_unit is not None]
    if not any(changes):
        section.report("rules_nothing_set", key=section.name, keys=section.paths(("weights", "order", "per_unit")))
    if found.pooled and found.weights is not None:
        section.report("rules_one_of", key=section.name, keys=section.paths(("weights", "order")))
    return found


def refuse_reserved(top: Section) -> None:
    """Report categories and groups under a word that means all of them."""
    bottom, uncertainty = top.section("bottom"), top.section("uncertainty")
    named = [top.section(name) for name in ("weights", "weights_by_category")]
    named += [top.section("weights_by_category").section(name) for name in named[1].values]
    named.append(bottom.section("by_category"))
    population = uncertainty.section("population")
    named += [population.section(name).section("by_category") for name in population.values]
    for section in named:
        for word in section.values:
            if match_key(word) in RESERVED:
                section.report("rules_reserved_word", value=word, key=section.name)
    apart = top.section("apart").values.get("groups")
    for word in apart if isinstance(apart, list) else ():
        if match_key(str(word)) in RESERVED:
            top.report("rules_reserved_word", value=str(word), key="apart.groups")


def check_together(top: Section, fields: Mapping[str, Any]) -> None:
    """Report settings that exclude each other, and groups that are apart and have a weight as well."""
    features: Features = fields["features"]
    if features.trimming and fields["order"] == "indicator":
        top.report("rules_one_of", key="trimming", keys=["trimming", "averaging.order"])
    if features.apart.channels and fields["order"] == "indicator":
        top.report("rules_one_of", key="apart.channels", keys=["apart.channels", "averaging.order"])
    apart = {match_key(group) for group in features.apart.groups}
    weights = [fields["group_weights"] or {}, *fields["category_weights"].values()]
    for group in dict.fromkeys(group for own in weights for group in own):
        if match_key(group) in apart:
            top.report("rules_apart_weight", value=group)
    known = {match_key(group) for own in weights for group in own}
    for alternative in features.alternatives:
        for group in alternative.weights or {}:
            if match_key(group) not in known:
                listed = tuple(fields["group_weights"] or {})
                key = f"alternatives.{alternative.name}.weights"
                top.report("rules_not_one_of", key=key, value=group, known=listed, close=[])


def _counted_twice(section: Section) -> CountedTwice:
    if not section.values:
        return CountedTwice()
    found = CountedTwice(tuple(section.texts("matters")), section.text("why"))
    section.refuse_others()
    if not found.matters:
        section.report("rules_nothing_set", key=section.name, keys=section.paths(("matters",)))
    return found
