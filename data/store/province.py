"""A province: releases of a round of the units of many cities, from the facts that the cities published.

No ballot grades units of two cities, so sums of different cities stay apart; ballots and evaluators of a group are
added up. A city whose facts cannot be used is named with the reason, and the release is built from the others.

Cities whose rules make scores alike are in one round of the release, and can be ranked together. With one rule set for
all there is one such round; otherwise the other cities are in further rounds, named with MARK and a number.

A province is a folder: `releases/ID/` as in a store, with `cities.json`; `rounds/ROUND.json` names the release of a
round, and who is not in it.
"""

import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from data.duckdb_access import working_memory, write_database
from data.model.rule_sets import RuleSet
from data.model.score_rules import score_digest
from data.store.city_facts import (
    DAMAGED,
    EARLIER,
    LATE,
    MARK,
    MISSING,
    NEWER,
    UNFIT,
    CityFacts,
    UnusableFactsError,
    make_folder,
    newest_facts,
    read_facts,
)
from data.store.history import now
from data.store.release import METHOD_VERSION, RELEASE, RESULTS
from data.store.release_builder import tables_of_facts
from data.store.uploads import file_sha256
from errors import BiaochiError, EngineError, UsageError
from i18n import N_

CITIES = "cities.json"
RELEASES, ROUNDS = "releases", "rounds"
ADVICE = {
    MISSING: N_("Ask the city to publish the round and to run: biaochi facts export"),
    DAMAGED: N_("Ask the city to run “biaochi facts export” again. The new export replaces the damaged files."),
    EARLIER: N_("Ask the city to update the program, and to run “biaochi facts export” again."),
    NEWER: N_("Update the program here, and build the release again."),
    LATE: N_("Let it count by a later day: biaochi province build --until DATE"),
    UNFIT: N_("Ask the city to check its facts, or give other rules: biaochi province build --rules FILE.toml"),
}
"""Why a city is not in a release -> what to do."""
SUMS = {
    "cell_moment": {"total": 1, "squares": 2, "own_minus_ballot": 1},
    "vote_score": {"score": 1},
    "site_moment": {"total": 1},
    "pair_moment": {"total_a": 1, "total_b": 1, "product": 2},
    "ballot_link": {"within": 2},
}
"""Columns in steps of the score, by the power of the step."""


@dataclass(frozen=True)
class LeftOut:
    """A city that is not in a release, and why: a message with its facts. code: a key of ADVICE."""

    city: str
    why: str
    facts: dict[str, object]
    code: str

    @classmethod
    def of(cls, city: str, error: BiaochiError) -> "LeftOut":
        """Return a city that an error keeps out."""
        code = error.code if isinstance(error, UnusableFactsError) else UNFIT
        return cls(city, error.message, dict(error.facts), code)


@dataclass(frozen=True)
class ProvinceReport:
    """A release that was built. folder: holds it. rounds: its rounds, each with its cities; the largest first."""

    release: str
    folder: Path
    cities: tuple[CityFacts, ...]
    left_out: tuple[LeftOut, ...]
    rounds: Mapping[str, tuple[str, ...]]


@dataclass
class _Part:
    """Cities whose scores can be compared. rules: those that most of them have."""

    round_id: str
    rules: RuleSet
    cities: list[tuple[CityFacts, RuleSet]]
    tables: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.tables)


def build_province(
    shared: Path,
    target: Path,
    round_id: str,
    *,
    expected: Sequence[str] = (),
    until: str = "",
    rules: RuleSet | None = None,
) -> ProvinceReport:
    """Build a release of all usable cities in a folder of its id below `target`, and make it that of the round.

    expected: cities that must be there, besides those that published anything. until: UTC time after which facts are
    late. rules: for all cities; by default those of each city. Raises UsageError if no city is usable, and
    EngineError, with nothing built, if the engine cannot work.
    """
    cities, left_out = usable_cities(shared, round_id, expected, until)
    if not cities:
        raise UsageError("No city has usable facts for round {round}.", round=round_id)
    releases = target / RELEASES
    make_folder(target)
    draft = Path(tempfile.mkdtemp(prefix=".province-", dir=target))
    try:
        parts = _parts(round_id, [(facts, rules or facts.rules) for facts in cities])
        for part in parts:
            left_out += _read(draft, part)
        parts = [part for part in parts if part.tables]
        if not parts:
            raise UsageError("No city has usable facts for round {round}.", round=round_id)
        release_id = _write(draft, round_id, parts)
        if not (releases / release_id).is_dir():
            releases.mkdir(exist_ok=True)
            draft.rename(releases / release_id)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    used = tuple(facts for part in parts for facts, _ in part.cities if facts.city in part.tables)
    gone = tuple(sorted(left_out, key=lambda found: found.city))
    _point_to(target, round_id, release_id, gone)
    by_round = {part.round_id: part.names for part in parts}
    return ProvinceReport(release_id, releases / release_id, used, gone, by_round)


def usable_cities(
    shared: Path, round_id: str, expected: Sequence[str] = (), until: str = ""
) -> tuple[list[CityFacts], list[LeftOut]]:
    """Return the newest facts of each city, by name, and the cities without usable facts."""
    present = {path.name for path in shared.iterdir() if path.is_dir() and not path.name.startswith(".")}
    found, left_out = [], []
    for city in sorted({*present, *expected}):
        try:
            facts = newest_facts(shared, city, round_id)
        except UnusableFactsError as error:
            left_out.append(LeftOut.of(city, error))
            continue
        if until and facts.exported_at > until:
            left_out.append(LeftOut(city, N_("late: published at {time}"), {"time": facts.exported_at}, LATE))
        else:
            found.append(facts)
    return found, left_out


def _parts(round_id: str, cities: list[tuple[CityFacts, RuleSet]]) -> list[_Part]:
    """Return the cities by what makes their scores, most cities first."""
    alike: dict[str, list[tuple[CityFacts, RuleSet]]] = {}
    for facts, rules in cities:
        alike.setdefault(score_digest(rules), []).append((facts, rules))
    ordered = [alike[digest] for digest in sorted(alike, key=lambda digest: (-len(alike[digest]), digest))]
    names = [round_id, *(f"{round_id}{MARK}{number}" for number in range(2, len(ordered) + 1))]
    return [_Part(name, _usual_rules(own), own) for name, own in zip(names, ordered, strict=True)]


def _usual_rules(cities: list[tuple[CityFacts, RuleSet]]) -> RuleSet:
    digests = [rules.digest for _, rules in cities]
    most = max(sorted(set(digests)), key=digests.count)
    return next(rules for _, rules in cities if rules.digest == most)


def _read(draft: Path, part: _Part) -> list[LeftOut]:
    """Count and add the votes of each city, and return the cities whose facts turn out to be unfit."""
    left_out = []
    for facts, rules in part.cities:
        try:
            part.tables[facts.city] = _tables_of_city(draft, facts, rules)
        except EngineError:
            raise  # the engine fails all cities, and a release without them would look complete
        except BiaochiError as error:
            left_out.append(LeftOut.of(facts.city, error))
    return left_out


def _tables_of_city(staging: Path, facts: CityFacts, rules: RuleSet) -> dict[str, pd.DataFrame]:
    """Return the tables of a city with its name in front of every unit and site."""
    con = working_memory(staging)
    try:
        tables = tables_of_facts(con, read_facts(con, facts), rules, staging)
    finally:
        con.close()
    return {name: _of_city(name, frame, facts.city) for name, frame in tables.items()}


def _of_city(name: str, frame: pd.DataFrame, city: str) -> pd.DataFrame:
    named = [column for column in ("unit_code", "unit_a", "unit_b", "unit_name") if column in frame]
    frame = frame.assign(**{column: city + MARK + frame[column].astype(str) for column in named})
    if name == "unit":
        return frame.assign(short_name="")
    if name in ("site_moment", "site_grade") and len(frame):
        return frame.assign(site=(city + MARK + frame["site"].astype(str)).where(frame["site"].astype(str) != "", ""))
    return frame


def _write(draft: Path, round_id: str, parts: list[_Part]) -> str:
    """Write the release into a folder, and return its id."""
    used = [(facts, rules, part) for part in parts for facts, rules in part.cities if facts.city in part.tables]
    about = {
        "method": METHOD_VERSION,
        "province": {facts.city: facts.digest for facts, _, _ in used},
        "rules": {facts.city: rules.digest for facts, rules, _ in used},
        "published": {facts.city: [facts.published, facts.public] for facts, _, _ in used},
        "round": round_id,
    }
    release_id = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    joined = [_joined(part) for part in parts]
    tables = {name: pd.concat([own[name] for own in joined], ignore_index=True) for name in joined[0]}
    write_database(draft / RESULTS, tables, "build/schema")
    rounds = {part.round_id: release_id for part in parts}
    contents = {
        "id": release_id,
        "results_sha256": file_sha256(draft / RESULTS),
        "method_version": METHOD_VERSION,
        "rounds": rounds,
        "frozen": rounds,
        "trial_rounds": [],
        "uploads": [],
    }
    (draft / RELEASE).write_text(json.dumps(contents, indent=1, sort_keys=True), encoding="utf-8")
    listed = {facts.city: _about(facts, rules, part) for facts, rules, part in used}
    content = json.dumps({"round": round_id, "cities": listed}, ensure_ascii=False, sort_keys=True)
    (draft / CITIES).write_text(content, encoding="utf-8")
    return release_id


def _about(facts: CityFacts, rules: RuleSet, part: _Part) -> dict[str, object]:
    """Return what a release keeps of a city besides its sums."""
    return {
        "release": facts.release,
        "digest": facts.digest,
        "round": part.round_id,
        "rules": rules.text,
        "ballots": int(part.tables[facts.city]["round"]["evaluators"].iloc[0]),
        "results": facts.results(),
        "public": facts.public_sets(),
    }


def _point_to(target: Path, round_id: str, release_id: str, left_out: Sequence[LeftOut]) -> None:
    """Make a release that of the round, by one rename."""
    gone = {found.city: {"why": found.why, "facts": found.facts, "code": found.code} for found in left_out}
    content = {"round": round_id, "release": release_id, "time": now(), "left_out": gone}
    place = target / ROUNDS / f"{round_id}.json"
    place.parent.mkdir(exist_ok=True)
    draft = place.with_name(f".{place.name}")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(place)


@dataclass(frozen=True)
class BuiltRound:
    """The release of a round of a province. time: when it was built, UTC. left_out: who is not in it."""

    folder: Path
    round_id: str
    time: str
    left_out: tuple[LeftOut, ...]


def built_rounds(target: Path) -> dict[str, BuiltRound]:
    """Return the rounds of a province, newest first."""
    found = (json.loads(path.read_text(encoding="utf-8")) for path in (target / ROUNDS).glob("[!.]*.json"))
    built = {str(one["round"]): _built(target, one) for one in found}
    return {name: built[name] for name in sorted(built, reverse=True)}


def _built(target: Path, content: Mapping[str, Any]) -> BuiltRound:
    left_out = tuple(LeftOut(city, **about) for city, about in content["left_out"].items())
    return BuiltRound(target / RELEASES / content["release"], str(content["round"]), str(content["time"]), left_out)


def _joined(whole: _Part) -> dict[str, pd.DataFrame]:
    """Return the tables of cities as those of one round, in one step of the score, with the rule set of the round."""
    parts = list(whole.tables.values())
    steps = [int(part["round"]["score_step"].iloc[0]) for part in parts]
    step = math.gcd(*steps)
    scaled = [_in_step(part, own // step) for part, own in zip(parts, steps, strict=True)]
    tables = {name: pd.concat([part[name] for part in scaled], ignore_index=True) for name in scaled[0]}
    tables["round"] = _round_row(tables["round"], step)
    tables["unit"]["roster_no"] = range(1, len(tables["unit"]) + 1)
    for name, sums in {"evaluator_count": ["evaluators"], "ballot_link": ["ballots", "votes", "within"]}.items():
        tables[name] = tables[name].groupby(["round_id", "group_name"], sort=True)[sums].sum().reset_index()
    sites = tables["site_moment"]
    if len(sites):
        alone = sites["site"] == ""
        parts_alone = pd.MultiIndex.from_arrays([sites["unit_code"].str.rpartition(MARK)[0], sites["part"]])
        sites.loc[alone, "part"] = pd.factorize(parts_alone[alone])[0] + 1
    named = whole.rules.name + whole.round_id.partition(MARK)[1] + whole.round_id.partition(MARK)[2]
    tables["round"] = tables["round"].assign(rules_name=named)
    tables["rule_set"] = pd.DataFrame({"name": [named], "digest": [whole.rules.digest], "content": [whole.rules.text]})
    return {name: _of_round(frame, whole.round_id) for name, frame in tables.items()}


def _of_round(frame: pd.DataFrame, round_id: str) -> pd.DataFrame:
    return frame.assign(round_id=round_id) if "round_id" in frame else frame


def _in_step(tables: dict[str, pd.DataFrame], times: int) -> dict[str, pd.DataFrame]:
    if times == 1:
        return tables
    return {
        name: frame.assign(**{column: frame[column] * times**power for column, power in SUMS.get(name, {}).items()})
        for name, frame in tables.items()
    }


def _round_row(rows: pd.DataFrame, step: int) -> pd.DataFrame:
    first = rows.head(1).assign(score_step=step, registered=bool(rows["registered"].all()))
    first = first.assign(counts_only=bool(rows["counts_only"].all()), has_counts=bool(rows["has_counts"].any()))
    return first.assign(**{name: int(rows[name].sum()) for name in ("evaluators", "lines", "votes")})
