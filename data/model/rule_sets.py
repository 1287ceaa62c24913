"""Scoring rules as data: parser of a rule set's TOML, which reports every problem at once.

What a setting means is written in docs/method/README.md; nothing here scores a vote.
"""

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from data.model.names import match_key
from data.model.rule_features import Features, check_together, read_features, refuse_reserved, score_span
from data.model.rule_section import Section, same_word
from errors import ProblemsError
from problems import Problem

UNSCORED_KINDS = ("dont_know", "abstain", "blank", "invalid")
BOTTOM_NEEDS = {
    "last": ("k",),
    "share": ("share",),
    "below": ("line",),
    "last_and_below": ("k", "line"),
    "share_and_below": ("share", "line"),
    "dissatisfied_over": ("limit",),
}
ORDERS = ("group", "pooled", "indicator")
MISSED, APART = CANCELLED_WAYS = ("missed", "apart")
"""A cancelled item counts as not met, or is counted apart like an item adjusted for objective reasons."""
LONGEST_NAME = 40
WEIGHT_TOLERANCE = Decimal("1e-9")
MOST_DRAWS = 1_000_000


class InvalidRulesError(ProblemsError):
    """Error for a text that is not a rule set of this version; `problems` lists everything that is wrong."""


@dataclass(frozen=True)
class Numeric:
    """Scores instead of grades, in hundredths of a point."""

    low: int
    high: int
    step: int | None


@dataclass(frozen=True)
class Minimum:
    """Numbers of votes that a unit and a group need."""

    per_unit: int = 30
    per_group: int = 10
    missing_group: str = "not_ranked"


@dataclass(frozen=True)
class Bottom:
    """Rule that names the bottom; settings that the rule does not use are None."""

    rule: str
    k: int | None = None
    share: float | None = None
    rounding: str = "nearest"
    line: float | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Population:
    """People whom the result of a round is about, by evaluator group: of the round, and of categories that differ."""

    groups: Mapping[str, int]
    by_category: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Uncertainty:
    """Confidence level and simulation settings. population : round -> people whom its result is about."""

    level: float = 0.95
    draws: int = 20000
    cluster: str = "site"
    population: Mapping[str, Population] = field(default_factory=dict)


@dataclass(frozen=True)
class Presentation:
    """Rounding and small cells, for display only."""

    decimals: int = 2
    smallest_cell: int = 5


_Own = TypeVar("_Own")


def _of(category: str | None, own: Mapping[str, _Own], all_others: _Own) -> _Own:
    """Return the setting of a category, by any spelling of its name, else the setting of all others."""
    key = match_key(category or "")
    return next((value for name, value in own.items() if match_key(name) == key), all_others) if key else all_others


@dataclass(frozen=True)
class RuleSet:
    """Rules for scoring, ranking and naming the bottom. Points are hundredths, as integers."""

    name: str
    title: str
    source: str
    why: str
    authored_by: str
    checked_by: str
    date: date
    points: Mapping[str, int]  # grade -> hundredths, in the order of the file; empty if numeric
    unscored: Mapping[str, str]  # grade -> one of UNSCORED_KINDS
    numeric: Numeric | None
    group_weights: Mapping[str, float] | None  # None if pooled
    category_weights: Mapping[str, Mapping[str, float]]
    indicators: Mapping[str, float] | None
    order: str  # of ORDERS
    minimum: Minimum
    bottom: Bottom
    category_bottom: Mapping[str, Bottom]
    uncertainty: Uncertainty
    presentation: Presentation
    votes_points: Mapping[str, int]
    features: Features
    text: str  # as given, comments and all
    words: Mapping[str, str] = field(default_factory=dict)  # other words for grades in a file, as confirmed
    cancelled: str = "missed"  # of CANCELLED_WAYS: how a pledged item that was cancelled counts

    def grade_words(self) -> dict[str, str]:
        """Map the match key of every word for a grade to the grade: those of the rules, then those of a person."""
        listed = {match_key(name): name for name in (*self.points, *self.unscored)}
        mapped = {match_key(word): listed.get(match_key(grade), grade) for word, grade in self.words.items()}
        return {**mapped, **listed}

    def weights(self, category: str | None = None) -> dict[str, float] | None:
        """Map evaluator groups to their weight in a category; None when all votes are pooled."""
        if self.group_weights is None:
            return None
        return dict(_of(category, self.category_weights, self.group_weights))

    def group_names(self) -> list[str] | None:
        """Return every evaluator group that has a weight; None when any group may vote."""
        if self.group_weights is None:
            return None
        listed = [self.group_weights, *self.category_weights.values()]
        weighed = dict.fromkeys(group for weights in listed for group in weights)
        return list(dict.fromkeys((*weighed, *self.features.apart.groups)))

    @property
    def apart_groups(self) -> tuple[str, ...]:
        """Return the groups whose votes are in no score; ballots of a channel that is kept apart form a group."""
        apart = self.features.apart
        return (*apart.groups, *(channel_group(channel) for channel in apart.channels))

    def population(self, round_id: str, category: str | None = None) -> dict[str, int]:
        """Map evaluator groups to their number of people in a round; empty where the rules give none."""
        own = _of(round_id, self.uncertainty.population, None)
        return {} if own is None else {**own.groups, **_of(category, own.by_category, {})}

    def bottom_for(self, category: str | None = None) -> Bottom:
        """Return the bottom rule of a category; None asks for the rule of the entire round."""
        return _of(category, self.category_bottom, self.bottom)

    @property
    def scale(self) -> tuple[float, float]:
        """Return the fewest and the most points that an answer can have."""
        values = [self.numeric.low, self.numeric.high] if self.numeric else list(self.points.values())
        return min(values) / 100, max(values) / 100

    @property
    def score_range(self) -> tuple[float, float]:
        """Return the fewest and the most points that an official score can have, all its parts together."""
        low, high = score_span(self.features, (Decimal(str(self.scale[0])), Decimal(str(self.scale[1]))))
        return float(low), float(high)

    @property
    def pooled(self) -> bool:
        """Return whether all votes count as a single group."""
        return self.order == "pooled"

    @property
    def lowest_grade(self) -> str | None:
        """Return the scored grade with the fewest points; None for numeric scores."""
        return min(self.points, key=lambda grade: self.points[grade], default=None)

    @cached_property
    def canonical(self) -> str:
        """Return the content as JSON with sorted keys: same rules, same text, whatever the layout."""
        content = {key: value for key, value in asdict(self).items() if key not in ("text", "words")}
        content["date"] = self.date.isoformat()
        del content["features"]  # as before there were any, so that release ids stay; so too the populations
        if self.features.canonical:
            content["features"] = self.features.canonical
        if self.cancelled == MISSED:
            del content["cancelled"]  # as before there was the choice
        if not self.uncertainty.population:
            content["uncertainty"].pop("population")
        # Sorting loses the order of equal points only; ranks of grades come from their points.
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical content, 64 hex digits."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


def channel_group(channel: str) -> str:
    """Return the group under which the ballots of a channel that is kept apart are counted."""
    return f"{channel}（另计）"


def parse_rules(text: str) -> RuleSet:
    """Parse the TOML text of a rule set; InvalidRulesError lists every problem at once."""
    problems: list[Problem] = []
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        lines = text.splitlines() or [""]
        detail: dict[str, object] = {
            "line": int(place[1]) if place else len(lines),
            "column_number": int(place[2]) if place else len(lines[-1]) + 1,
        }
        raise InvalidRulesError([Problem("rules_not_toml", facts=detail)]) from None
    fields = _fields(Section(document, "", problems))
    if problems:
        raise InvalidRulesError(problems)
    return RuleSet(**fields, text=text)


def _fields(top: Section) -> dict[str, Any]:
    """Return every field of a RuleSet except its text; a wrong field is reported and may be anything."""
    fields: dict[str, Any] = {"name": _name(top)}
    fields |= {key: top.text(key) for key in ("title", "source", "why", "authored_by", "checked_by")}
    fields["date"] = top.date("date")
    fields["points"], fields["numeric"] = _scale(top)
    fields["unscored"] = _unscored(top, fields["points"])
    fields["order"] = _order(top)
    fields["group_weights"], fields["category_weights"] = _weights(top, fields["order"])
    fields["indicators"] = _shares(top.section("indicators")) or None
    fields["minimum"] = _minimum(top.section("minimum"))
    fields["features"] = read_features(top)
    fields["bottom"], fields["category_bottom"] = _bottoms(top, score_span(fields["features"], _range(fields)))
    fields["cancelled"] = _cancelled(top.section("pledges"))
    fields["uncertainty"] = _uncertainty(top.section("uncertainty"), fields)
    fields["presentation"] = _presentation(top.section("presentation"))
    votes = top.section("votes")
    fields["votes_points"] = _points(votes.section("points"))
    votes.refuse_others()
    check_together(top, fields)
    refuse_reserved(top)
    top.refuse_others()
    return fields


def _name(top: Section) -> str:
    name = top.text("name")
    if name and not re.fullmatch(rf"(?!\.)[\w.-]{{1,{LONGEST_NAME}}}(?<!\.)", name):
        top.report("rules_bad_name", value=name, limit=LONGEST_NAME)
    return name


def _scale(top: Section) -> tuple[dict[str, int], Numeric | None]:
    """Read grades with points, or a band of numbers: exactly one of the two."""
    if "points" in top.values and "numeric" in top.values:
        top.report("rules_two_scales")
    elif "points" not in top.values and "numeric" not in top.values:
        top.report("rules_no_scale")
    section = top.section("points")
    points = _points(section)
    if "points" in top.values and len(section.values) < 2:
        top.report("rules_no_points", found=len(section.values))
    numeric = _numeric(top.section("numeric")) if "numeric" in top.values else None
    return points, numeric


def _points(section: Section) -> dict[str, int]:
    points = {grade: section.hundredths(grade) for grade in section.values}
    section.no_key_twice()
    return {grade: value for grade, value in points.items() if value is not None}


def _numeric(section: Section) -> Numeric | None:
    low, high = section.hundredths("low"), section.hundredths("high")
    step = section.hundredths("step", required=False)
    section.refuse_others()
    if low is None or high is None:
        return None
    if low >= high:
        section.report("rules_numeric_order", low=low / 100, high=high / 100)
    elif step is not None and (step <= 0 or (high - low) % step):
        ends = {"low": low / 100, "high": high / 100}
        section.report("rules_numeric_step", value=f"{step / 100:g}", **ends)
    return Numeric(low, high, step)


def _unscored(top: Section, points: Mapping[str, int]) -> dict[str, str]:
    """Map grades to kinds; report a grade that is also scored, or of two kinds."""
    section = top.section("unscored")
    places: dict[str, list[str]] = {same_word(grade): ["points"] for grade in points}
    kinds: dict[str, str] = {}
    for kind in UNSCORED_KINDS:
        for grade in section.texts(kind):
            places.setdefault(same_word(grade), []).append(f"unscored.{kind}")
            kinds[grade] = kind
    for grade, sections in places.items():
        if len(sections) > 1:
            top.report("rules_grade_twice", value=grade, sections=sections)
    section.refuse_others()
    return kinds


def _cancelled(section: Section) -> str:
    way = section.choice("cancelled", CANCELLED_WAYS, MISSED)
    section.refuse_others()
    return way


def _order(top: Section) -> str:
    section = top.section("averaging")
    order = section.choice("order", ORDERS, "group")
    section.refuse_others()
    return order


def _weights(top: Section, order: str) -> tuple[dict[str, float] | None, dict[str, dict[str, float]]]:
    groups, categories = top.section("weights"), top.section("weights_by_category")
    if order == "pooled":
        return None, {}
    if not groups.values and "weights" not in top.wrong:
        top.report("rules_weights_missing")
    base = _summing_to_one(groups, "weights") if groups.values else {}
    by_category = {
        category: _summing_to_one(categories.section(category), f"weights_by_category.{category}")
        for category in categories.values
    }
    return base, by_category


def _summing_to_one(section: Section, key: str) -> dict[str, float]:
    exact = {group: section.number(group, high=1) for group in section.values}
    given = {group: weight for group, weight in exact.items() if weight is not None}
    _all_positive(section, given)
    section.no_key_twice()
    total = sum(given.values(), Decimal(0))
    readable = section.values and len(given) == len(exact)
    if readable and abs(total - 1) > WEIGHT_TOLERANCE:
        section.report("rules_weights_sum", key=key, sum=str(total))
    return {group: float(weight) for group, weight in given.items()}


def _shares(section: Section) -> dict[str, float]:
    """Read indicator weights: proportions, which need not add up to 1."""
    exact = {name: section.number(name) for name in section.values}
    given = {name: weight for name, weight in exact.items() if weight is not None}
    _all_positive(section, given)
    section.no_key_twice()
    return {name: float(weight) for name, weight in given.items()}


def _all_positive(section: Section, given: Mapping[str, Decimal]) -> None:
    for name, weight in given.items():
        if weight <= 0:
            section.report("rules_not_positive", key=section.path(name), value=str(weight))


def _minimum(section: Section) -> Minimum:
    default = Minimum()
    minimum = Minimum(
        section.whole("per_unit", 0, 10**9, default.per_unit),
        section.whole("per_group", 0, 10**9, default.per_group),
        section.choice("missing_group", ("not_ranked", "renormalise"), default.missing_group),
    )
    section.refuse_others()
    return minimum


def _uncertainty(section: Section, fields: Mapping[str, Any]) -> Uncertainty:
    default = Uncertainty()
    level = section.number("level", low=Decimal("0.5"), high=Decimal("0.9999"))
    found = Uncertainty(
        default.level if level is None else float(level),
        section.whole("draws", 100, MOST_DRAWS, default.draws),
        section.choice("cluster", ("ballot", "site"), default.cluster),
        _populations(section.section("population"), fields),
    )
    section.refuse_others()
    return found


def _populations(section: Section, fields: Mapping[str, Any]) -> dict[str, Population]:
    """Read the people of each round by group, and of the categories of which the electorate differs."""
    weights = [fields["group_weights"] or {}, *fields["category_weights"].values()]
    known = {match_key(group): group for own in weights for group in own}
    section.no_key_twice()
    return {round_id: _population(section.section(round_id), known) for round_id in section.values}


def _population(section: Section, known: Mapping[str, str]) -> Population:
    categories = section.section("by_category")
    own = _people(section, known)
    return Population(own, {name: _people(categories.section(name), known) for name in categories.values})


def _people(section: Section, known: Mapping[str, str]) -> dict[str, int]:
    """Read group -> number of people, under the spelling that the weights use; without weights any group may vote."""
    section.no_key_twice()
    people = {}
    for group in (key for key in section.values if key not in section.known):
        spelled = known.get(match_key(group), "" if known else group)
        number = section.whole(group, 1, 10**9, None)
        if not spelled:
            groups = tuple(known.values())
            close = difflib.get_close_matches(group, groups, n=1)
            section.report("rules_not_one_of", key=section.path(group), value=group, known=groups, close=close)
        elif number is not None:
            people[spelled] = number
    return people


def _presentation(section: Section) -> Presentation:
    default = Presentation()
    presentation = Presentation(
        section.whole("decimals", 0, 4, default.decimals),
        section.whole("smallest_cell", 0, 1000, default.smallest_cell),
    )
    section.known.add("ranks")  # read with the features
    section.refuse_others()
    return presentation


def _range(fields: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Return the lowest and highest possible score, for the line of the bottom rule."""
    numeric = fields["numeric"]
    values = [numeric.low, numeric.high] if numeric else list(fields["points"].values())
    if not values:
        return Decimal(-(10**9)), Decimal(10**9)
    return Decimal(min(values)) / 100, Decimal(max(values)) / 100


def _bottoms(top: Section, span: tuple[Decimal, Decimal]) -> tuple[Bottom | None, dict[str, Bottom]]:
    """Read the bottom rule and that of each category, which inherits the settings it omits."""
    if "bottom" not in top.values:
        top.report("rules_missing", key="bottom")
    section = top.section("bottom")
    if "bottom" not in top.values or "bottom" in top.wrong:
        return None, {}
    categories = section.section("by_category")
    base = _bottom(section, span, None)
    by_category = {name: _bottom(categories.section(name), span, base) for name in categories.values}
    return base, by_category


def _bottom(section: Section, span: tuple[Decimal, Decimal], base: Bottom | None) -> Bottom:
    default = base or Bottom(rule="")
    settings: dict[str, Any] = {
        "rule": section.choice("rule", tuple(BOTTOM_NEEDS), default.rule, required=base is None),
        "rounding": section.choice("rounding", ("down", "nearest", "up"), default.rounding),
        "k": section.whole("k", 1, 10**6, default.k),
    }
    for key, low, high in (("share", 0, 1), ("limit", 0, 1), ("line", *span)):
        value = section.number(key, low=low, high=high)
        settings[key] = getattr(default, key) if value is None else float(value)
    section.refuse_others()
    bottom = replace(default, **settings)
    for key in BOTTOM_NEEDS.get(bottom.rule, ()):
        if getattr(bottom, key) is None and key not in section.wrong:
            section.report("rules_bottom_incomplete", rule=bottom.rule, key=section.path(key))
    return bottom
