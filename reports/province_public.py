"""The public table of a province: votes by city and category, by group and by grade, judged over levels and over time.

It holds sums only. Verdicts and lists are published by the cities; a ranking across cities stays in the office.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.store.city_facts import MARK
from data.store.public_sets import keep_set, kept_sets
from errors import UsageError
from formats.spreadsheet import Cell, Sheet
from i18n import N_, join, translate
from reports.disclosure_over_time import REPEATED, WAITING, judge
from reports.province_disclosure import GRADES, GROUPS, VOTES, Key, PublicPlace, public_sums
from reports.province_table import LEVEL_WORDS
from reports.public_facts import Facts, PublicSet, UnitFacts, set_of
from results.fields import columns, meanings
from results.province.levels import CITY, COUNTY, PROVINCE, City, Province

TABLE = "province_public"
FIELDS = ("level", "city", "county", "category", "group_name", "grade", "votes", "withheld")


@dataclass(frozen=True)
class PublicTable:
    """What a province may publish of a round.

    set: what is kept of it. numbers: None is withheld. waiting: categories of which too few votes changed since an
    earlier table. without: cities that are not in it, since their public page is missing or of another release.
    """

    release: str
    round: str
    set: PublicSet
    numbers: Mapping[Key, int | None]
    waiting: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def rows(self) -> list[dict[str, object]]:
        """Return a row for every number, with the fields FIELDS."""
        return [_row(key, n) for key, n in sorted(self.numbers.items())]


def public_table(province: Province, folder: Path, *, joint: bool = True) -> PublicTable:
    """Return the public table of a round. folder: of the province, where earlier tables are kept. Raises UsageError."""
    round_id = province.built.round_id or province.round.id
    before = [kept.content for kept in kept_sets(folder, round_id)]
    places = {city.name: _place(city) for city in province.cities}
    there = [place for place in places.values() if place is not None]
    without = tuple(name for name, place in places.items() if place is None)
    if not there:
        raise UsageError(
            "No city has a public page of the release that it published to the province. The cities write it with "
            "“biaochi public”, and run “biaochi facts export” after it."
        )
    sets = [set_of(content) for content in before]
    for known in sets:
        if known.release == province.release.id:
            return PublicTable(known.release, round_id, known, _numbers_of(known), known.waiting, without)
    smallest = max(city.rules.presentation.smallest_cell for city in province.cities if city.name not in without)
    facts = _facts(there)
    judged = judge(facts, sets if joint else [], smallest).categories
    numbers: dict[Key, int | None] = {}
    for name, verdict in judged.items():
        if verdict.how == REPEATED:
            numbers |= {key: n for key, n in _numbers_of(sets[verdict.against or 0]).items() if key[1] == name}
    waiting = tuple(sorted(name for name, verdict in judged.items() if verdict.how == WAITING))
    judged_now = [name for name, verdict in judged.items() if verdict.how not in (REPEATED, WAITING)]
    fresh = public_sums(there, judged_now, smallest, joint=joint)
    numbers |= {key: n for key, n in fresh.items() if key[0] != GRADES or judged[key[1]].grades}
    moved = _of_other_places(facts, sets) if joint else set()
    numbers |= {key: None for key in fresh if key[0] in (GROUPS, GRADES) and key[1] in moved}
    kept = _set(province, round_id, sets, facts, numbers, waiting)
    return PublicTable(province.release.id, round_id, kept, numbers, waiting, without)


def keep(table: PublicTable, folder: Path) -> str:
    """Keep what a table prints before it leaves, and return its digest."""
    return keep_set(folder, table.round, table.set.content)


def _place(city: City) -> PublicPlace | None:
    """Return a city with its public page; None without a page of the release that it published to the province."""
    page = set_of(city.public[-1]) if city.public else None
    if page is None or page.release != city.release:
        return None
    counted = {
        str(row["unit_code"]): {str(group): int(n) for group, n in row["n_by_group"].items()} for row in city.rows()
    }
    return PublicPlace(city.name, page, counted)


def _facts(places: list[PublicPlace]) -> Facts:
    """Return what was counted, a city and category in place of a unit: what changes between two tables."""
    units: dict[str, UnitFacts] = {}
    points: dict[str, float] = {}
    for place in places:
        facts = place.page.facts
        points |= facts.points
        for category in facts.categories:
            counts: dict[str, dict[str, int]] = {}
            for code in place.codes(category):
                for group, by_grade in facts.units[code].counts.items():
                    added = counts.setdefault(group, {})
                    for key, n in by_grade.items():
                        added[key] = added.get(key, 0) + n
            if counts:
                name = place.name + MARK + category
                units[name] = UnitFacts(name, category, "", counts)
    rules = hashlib.sha256("\n".join(place.page.facts.rules for place in places).encode()).hexdigest()
    weights = {category: None for category in {unit.category for unit in units.values()}}
    return Facts(units, rules, points, weights, max(place.page.facts.decimals for place in places), 0)


def _of_other_places(facts: Facts, earlier: list[PublicSet]) -> set[str]:
    """Return the categories of which an earlier table printed sums of other cities.

    The difference of two sums by group or grade is the city that came or went, which its page may withhold.
    """
    return {
        category
        for known in earlier
        for category in {key.split("\t")[1] for key in known.rows}
        if _places_of(known.facts, category) != _places_of(facts, category)
    }


def _places_of(facts: Facts, category: str) -> set[str]:
    return {unit.name for unit in facts.units.values() if unit.category == category}


def _set(
    province: Province,
    round_id: str,
    sets: list[PublicSet],
    facts: Facts,
    numbers: Mapping[Key, int | None],
    waiting: tuple[str, ...],
) -> PublicSet:
    rows = {"\t".join(key): {"n": n} for key, n in numbers.items()}
    graded = sorted({key[1] for key in numbers if key[0] == GRADES})
    tables: list[dict[str, Any]] = [{"indicator": "", "counts": {name: [] for name in graded}}] if graded else []
    earlier = tuple(one.digest for one in sets)
    return PublicSet(round_id, province.release.id, earlier, facts, rows, tables, waiting, {}, None, {})


def _numbers_of(kept: PublicSet) -> dict[Key, int | None]:
    return {tuple(key.split("\t")): row["n"] for key, row in kept.rows.items()}


def _row(key: Key, n: int | None) -> dict[str, object]:
    what, category, *item = key
    city, _mark, county = item[0].partition(MARK) if what == VOTES and item else ("", "", "")
    return {
        "level": COUNTY if county else CITY if city else PROVINCE,
        "city": city,
        "county": county,
        "category": category,
        "group_name": item[0] if what == GROUPS else "",
        "grade": item[0] if what == GRADES else "",
        "votes": n,
        "withheld": n is None,
    }


def public_json(table: PublicTable) -> dict[str, object]:
    """Return the table with field names and codes."""
    head: dict[str, object] = {"release": table.release, "round": table.round, "set": table.set.digest}
    return {**head, "waiting": list(table.waiting), "without": list(table.without), "rows": table.rows}


def public_sheet(table: PublicTable, language: str) -> Sheet:
    """Return the table in the reader's language; a withheld number is ×."""
    known = columns(TABLE)
    names = [name for name in FIELDS if name != "withheld"]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release of the province"), language), table.release),
        (translate(N_("Round"), language), table.round),
        (translate(N_("Cities not in the table"), language), join(table.without, language)),
        (translate(N_("Categories that wait"), language), join(table.waiting, language)),
    ]
    return Sheet(
        translate(N_("Public table of the province"), language),
        [known[name].title(language) for name in names],
        [[_cell(name, row, language) for name in names] for row in table.rows],
        facts,
        translate(N_("About"), language),
        [(known[name].title(language), translate(meaning, language)) for name, meaning in meanings(TABLE, names)],
    )


def _cell(name: str, row: Mapping[str, object], language: str) -> Cell:
    if name == "level":
        return translate(LEVEL_WORDS[str(row[name])], language)
    value = row[name]
    return "×" if value is None else value if isinstance(value, str | int) else str(value)
