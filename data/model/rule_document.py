"""A rule set as tables that a person fills in, and back as TOML: what the form of the page shows and stores.

Percentages are of 100 here and shares of 1 in the file. Nothing is judged: `parse_rules` reports what is wrong.
"""

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

import tomli_w

from data.model.rule_features import SECTIONS
from data.model.rule_sets import UNSCORED_KINDS

FURTHER = (*SECTIONS, "pledges")
"""Sections that the form shows as they are."""
Rows: TypeAlias = tuple[tuple[Any, ...], ...]

SCORED = "scored"
HEADER = ("name", "title", "source", "why", "authored_by", "checked_by")
GRADES, NUMBERS = "grades", "numbers"
PERCENT = frozenset({"share", "limit"})
SETTINGS = ("rule", "k", "share", "rounding", "line", "limit")
"""Settings of a bottom rule, in the order of the columns of `RuleTables.bottom` after the category."""


@dataclass(frozen=True)
class RuleTables:
    """A rule set as its form shows it. An empty category means all that no other row names.

    header : HEADER by name. scale : GRADES or NUMBERS. grades : (grade, SCORED or one of UNSCORED_KINDS, points or
    None). numeric : low, high, step or None. order : group or pooled. weights : (category, group, percent).
    indicators : (indicator, weight). bottom : (category, *SETTINGS), percent for PERCENT, None where it is not given.
    population : (round, category, group, people). minimum, uncertainty, presentation : settings by name.
    votes : (grade, points). more : sections that the form shows as they are, and never changes.
    """

    header: Mapping[str, str]
    date: datetime.date | None = None
    scale: str = GRADES
    grades: Rows = ()
    numeric: tuple[Any, ...] = (None, None, None)
    order: str = "group"
    weights: Rows = ()
    indicators: Rows = ()
    bottom: Rows = ()
    minimum: Mapping[str, Any] = field(default_factory=dict)
    uncertainty: Mapping[str, Any] = field(default_factory=dict)
    population: Rows = ()
    presentation: Mapping[str, Any] = field(default_factory=dict)
    votes: Rows = ()
    more: Mapping[str, Any] = field(default_factory=dict)


EMPTY = RuleTables({name: "" for name in HEADER}, bottom=(("", "last", 1, None, None, None, None),))
"""The tables of a rule set that begins with nothing."""


def tables_of(text: str) -> RuleTables:
    """Return the tables of the text of a rule set, which `parse_rules` accepts."""
    document = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    numeric = document.get("numeric", {})
    uncertainty = dict(document.get("uncertainty", {}))
    population = uncertainty.pop("population", {})
    return RuleTables(
        header={name: str(document.get(name, "")) for name in HEADER},
        date=document.get("date"),
        scale=NUMBERS if numeric else GRADES,
        grades=_grades(document),
        numeric=tuple(numeric.get(name) for name in ("low", "high", "step")),
        order=document.get("averaging", {}).get("order", "group"),
        weights=_weights(document),
        indicators=tuple(document.get("indicators", {}).items()),
        bottom=_bottoms(document.get("bottom", {})),
        minimum=document.get("minimum", {}),
        uncertainty=uncertainty,
        population=_population(population),
        presentation=document.get("presentation", {}),
        votes=tuple(document.get("votes", {}).get("points", {}).items()),
        more={name: document[name] for name in FURTHER if name in document},
    )


def text_of(tables: RuleTables) -> str:
    """Return the tables as the TOML of a rule set."""
    return tomli_w.dumps(_document(tables))


def _grades(document: Mapping[str, Any]) -> Rows:
    scored = [(grade, SCORED, points) for grade, points in document.get("points", {}).items()]
    unscored = document.get("unscored", {})
    return (*scored, *((grade, kind, None) for kind in UNSCORED_KINDS for grade in unscored.get(kind, ())))


def _weights(document: Mapping[str, Any]) -> Rows:
    general = {"": document.get("weights", {})}
    tables = {**general, **document.get("weights_by_category", {})}
    return tuple(
        (category, group, _hundred(weight)) for category, weights in tables.items() for group, weight in weights.items()
    )


def _bottoms(section: Mapping[str, Any]) -> Rows:
    tables = {"": section, **section.get("by_category", {})}
    return tuple((category, *(_shown(name, own.get(name)) for name in SETTINGS)) for category, own in tables.items())


def _population(section: Mapping[str, Any]) -> Rows:
    rows = []
    for round_id, groups in section.items():
        tables = {"": {name: people for name, people in groups.items() if name != "by_category"}}
        tables |= groups.get("by_category", {})
        rows += [(round_id, category, *own) for category, people in tables.items() for own in people.items()]
    return tuple(rows)


def _document(tables: RuleTables) -> dict[str, Any]:
    """Return the document; what is not filled in is left out, so that its default holds."""
    parts: dict[str, Any] = {name: tables.header.get(name, "").strip() for name in HEADER}
    parts["date"] = tables.date
    if tables.scale == NUMBERS:
        parts["numeric"] = _given(zip(("low", "high", "step"), tables.numeric, strict=True))
    else:
        parts["points"] = _given((grade, points) for grade, use, points in tables.grades if use == SCORED)
    parts["unscored"] = {kind: [row[0] for row in tables.grades if row[1] == kind] for kind in UNSCORED_KINDS}
    parts["unscored"] = {kind: grades for kind, grades in parts["unscored"].items() if grades}
    if tables.order != "pooled":
        parts |= _weight_sections(tables.weights)
    parts["indicators"] = _given(tables.indicators)
    parts["averaging"] = {"order": tables.order}
    parts["minimum"] = dict(tables.minimum)
    parts["bottom"] = _bottom_section(tables.bottom)
    parts["uncertainty"] = {**tables.uncertainty, "population": _population_section(tables.population)}
    parts["presentation"] = dict(tables.presentation)
    parts["votes"] = {"points": _given(tables.votes)}
    return {**_filled(parts), **tables.more}


def _weight_sections(rows: Rows) -> dict[str, Any]:
    by_category: dict[str, dict[str, Any]] = {}
    for category, group, percent in rows:
        if percent is not None:
            by_category.setdefault(category or "", {})[group] = _one(percent)
    return {"weights": by_category.pop("", {}), "weights_by_category": by_category}


def _bottom_section(rows: Rows) -> dict[str, Any]:
    tables = {row[0] or "": _given((name, _kept(name, value)) for name, value in _settings(row)) for row in rows}
    general = tables.pop("", {})
    return {**general, "by_category": tables}


def _settings(row: tuple[Any, ...]) -> Iterable[tuple[str, Any]]:
    return zip(SETTINGS, row[1:], strict=True)


def _population_section(rows: Rows) -> dict[str, Any]:
    section: dict[str, dict[str, Any]] = {}
    for round_id, category, group, people in rows:
        own = section.setdefault(round_id, {})
        if category:
            own = own.setdefault("by_category", {}).setdefault(category, {})
        own[group] = people
    return section


def _given(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if name and value is not None}


def _filled(parts: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, and empty sections below; an empty text is kept, since it is reported as missing."""
    kept = {name: _filled(value) if isinstance(value, dict) else value for name, value in parts.items()}
    return {name: value for name, value in kept.items() if value is not None and value != {}}


def _shown(name: str, value: Any) -> Any:
    return _hundred(value) if name in PERCENT else value


def _kept(name: str, value: Any) -> Any:
    return _one(value) if name in PERCENT and value is not None else value


def _hundred(share: Any) -> Any:
    """Return a share as percent, exactly: 0.07 is 7 and not 7.000000000000001."""
    return None if share is None else (Decimal(str(share)) * 100).normalize()


def _one(percent: Any) -> Decimal:
    return Decimal(str(percent)) / 100
