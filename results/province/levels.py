"""A round of a province by levels: the province, its cities, their counties, and the units.

Figures of a city are those that it published, with its release and its day; the province adds up, and judges nothing
again. A ranking across cities is a separate family of the release of the province.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.verdicts import CLEARED, CONFIRMED, NOT_RANKED, UNDECIDED
from data.model.rule_sets import RuleSet, parse_rules
from data.store.city_facts import MARK
from data.store.province import ADVICE, CITIES, BuiltRound, LeftOut, built_rounds
from data.store.release import Release, Round
from errors import UsageError
from i18n import PUNCTUATION, translate
from results.comparison.method_breaks import Break, rule_breaks
from results.province.published import NAMED
from results.ranking.family import ALL

PROVINCE, CITY, COUNTY = "province", "city", "county"
LEVELS = (
    *("level", "city", "county", "state", "units", "ranked", "ballots", "votes"),
    *(CONFIRMED, UNDECIDED, CLEARED, "rules", "release", "published"),
)
LISTED = (
    *("city", "county", "unit_code", "unit_name", "category", "n", "score", "score_low", "score_high"),
    *("rank", "rank_best", "rank_worst", "verdict", "reason", NAMED, "rules", "release", "published"),
)
IN = "in"
"""State of a city that is in the release; the others have a code of `data.store.province.ADVICE`."""
VERDICTS = (CONFIRMED, UNDECIDED, CLEARED)


@dataclass(frozen=True)
class City:
    """A city or county as it published a round. name: with MARK and the county. round_id: of the province's release.

    public: texts of the sets behind its public pages, oldest first.
    """

    name: str
    release: str
    round_id: str
    rules: RuleSet
    results: dict[str, Any]
    public: tuple[str, ...]

    @property
    def parts(self) -> tuple[str, str]:
        """Return city and county; the county is '' for a city itself."""
        city, _, county = self.name.partition(MARK)
        return city, county

    @property
    def published(self) -> str:
        """Return the day on which the city published, '' if it is unknown."""
        return str(self.results["time"])[:10]

    def rows(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return its rows as published, worst first, of a kind of units or of all."""
        found = self.results["categories"]
        return [row for name in sorted(found) if kind in (None, name) for row in found[name]["rows"]]


@dataclass(frozen=True)
class Refused:
    """A city whose units of a kind are not ranked with the others, and why."""

    city: str
    breaks: tuple[Break, ...]

    def sentence(self, language: str) -> str:
        """Return the reasons."""
        return PUNCTUATION[language].gap.join(own.sentence(language) for own in self.breaks)


class Province:
    """A round of a province, read from its release. Raises UsageError for a folder without a release of a province."""

    def __init__(self, built: BuiltRound) -> None:
        self.built = built
        try:
            listed = json.loads((built.folder / CITIES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UsageError("There is no release of a province in the folder {folder}.", folder=built.folder) from None
        self.held = str(listed["round"])
        """The round that it is of."""
        self.release = Release(built.folder)
        self.cities = tuple(_city(name, about) for name, about in sorted(listed["cities"].items()))

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Return who is not in the release."""
        return self.built.left_out

    @cached_property
    def kinds(self) -> list[str]:
        """Return the kinds of units, those of most cities first."""
        counted: dict[str, int] = {}
        for city in self.cities:
            for kind in city.results["categories"]:
                counted[kind] = counted.get(kind, 0) + 1
        return sorted(counted, key=lambda kind: (-counted[kind], kind))

    def of_kind(self, kind: str) -> list[City]:
        """Return the cities that have units of a kind."""
        return [city for city in self.cities if kind in city.results["categories"]]

    @property
    def round(self) -> Round:
        """Return the round in which most cities are."""
        return self.release.round(min(self.release.rounds(), key=lambda name: (len(name), name)))

    def round_of(self, kind: str) -> Round:
        """Return the round in which the units of a kind are ranked across most cities. Raises UsageError."""
        found = [city.round_id for city in self.of_kind(kind)]
        if not found:
            raise UsageError("No city has units of the category {category}.", category=kind)
        return self.release.round(max(sorted(set(found), key=lambda name: (len(name), name)), key=found.count))

    def refused(self, kind: str | None = None) -> list[Refused]:
        """Return the cities whose rules give scores that cannot be compared with those of the others.

        kind: of units; None asks for the round in which most cities are.
        """
        round_ = self.round if kind is None else self.round_of(kind)
        cities = self.cities if kind is None else self.of_kind(kind)
        rules = round_.scored_rules
        return [Refused(own.name, _breaks(own.rules, rules, kind)) for own in cities if own.round_id != round_.id]

    def close(self) -> None:
        """Close the release."""
        self.release.close()


def _city(name: str, about: dict[str, Any]) -> City:
    return City(
        name,
        str(about["release"]),
        str(about["round"]),
        parse_rules(about["rules"]),
        about["results"],
        tuple(about["public"]),
    )


def _breaks(own: RuleSet, others: RuleSet, kind: str | None) -> tuple[Break, ...]:
    """Return in what the rules differ for a kind; if in nothing, that they differ for others."""
    return tuple(rule_breaks(own, others, kind or ALL)) or (Break("elsewhere"),)


def levels(province: Province) -> pd.DataFrame:
    """Return a row for the province, every city and every county, with the columns LEVELS.

    Figures of a city include its counties, those of the province all cities.
    """
    rows = [_row(PROVINCE, "", "", province.cities, {})]
    for name in sorted({city.parts[0] for city in province.cities}):
        inside = [city for city in province.cities if city.parts[0] == name]
        rows.append(_row(CITY, name, "", inside, _stamp(inside, name)))
        counties = [city for city in inside if city.parts[1]]
        rows += [_row(COUNTY, name, own.parts[1], [own], _stamp([own], own.name)) for own in counties]
    for gone in province.left_out:
        name, _, county = gone.city.partition(MARK)
        empty: dict[str, object] = dict.fromkeys(LEVELS)
        rows.append(empty | {"level": COUNTY if county else CITY, "city": name, "county": county, "state": gone.code})
    return pd.DataFrame(rows, columns=list(LEVELS), dtype=object)


def _stamp(inside: Iterable[City], name: str) -> dict[str, object]:
    """Return rule set, release and day of the publisher of this name."""
    for city in inside:
        if city.name == name:
            return {"rules": city.results["rules"], "release": city.release[:16], "published": city.published}
    return {}


def _row(level: str, city: str, county: str, inside: Iterable[City], stamp: dict[str, object]) -> dict[str, object]:
    cities = list(inside)
    rows = [row for own in cities for row in own.rows()]
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    figures: dict[str, object] = {
        "units": len(rows),
        "ranked": sum(row["verdict"] != NOT_RANKED for row in rows),
        "ballots": sum(int(own.results["ballots"]) for own in cities),
        "votes": sum(int(row["n"]) for row in rows),
    }
    place = {"level": level, "city": city, "county": county, "state": IN}
    return {**place, **figures, **counts, "rules": "", "release": "", "published": "", **stamp}


def as_published(province: Province, kind: str | None = None, *, every: bool = False) -> pd.DataFrame:
    """Return the bottom lists as each city published them, with the columns LISTED; worst first in each city.

    every: all units, and not only those that the rule of the city names or that are not cleared.
    """
    rows = [
        {"city": city.parts[0], "county": city.parts[1], **row, **_stamp([city], city.name)}
        for city in province.cities
        for row in city.rows(kind)
        if every or _on_the_list(row)
    ]
    return pd.DataFrame(rows, columns=list(LISTED), dtype=object)


def _on_the_list(row: dict[str, Any]) -> bool:
    return bool(row[NAMED]) or row["verdict"] in (CONFIRMED, UNDECIDED)


def why(gone: LeftOut, language: str) -> str:
    """Return why a city is not in the release."""
    return translate(gone.why, language).format(**gone.facts)


def advice(gone: LeftOut, language: str) -> str:
    """Return what to do about it."""
    return translate(ADVICE[gone.code], language)


def province_of(folder: Path, round_id: str) -> Province:
    """Return a round of a province from its folder, or from the folder of one of its releases. Raises UsageError."""
    rounds = built_rounds(folder)
    release_of = folder.parent.parent if (folder / CITIES).is_file() else None
    if release_of is not None:
        known = [own for own in built_rounds(release_of).values() if own.folder == folder]
        found = Province(known[0] if known else BuiltRound(folder, round_id, "", ()))
        if found.held != round_id:
            raise UsageError(
                "The release in {folder} is of round {held}, not of round {round}.",
                folder=folder,
                held=found.held,
                round=round_id,
            )
        return found
    if round_id not in rounds:
        raise UsageError(
            "The province in {folder} has no round {round}. It has: {known}.",
            folder=folder,
            round=round_id,
            known=", ".join(rounds) or "–",
        )
    return Province(rounds[round_id])
