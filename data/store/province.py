"""A province release: one round of the units of many cities, from the facts that the cities published.

No ballot grades units of two cities, so sums of different cities stay apart: only ballots and evaluators of a group are
added up. A city whose facts cannot be used is named with the reason, and the province is built from the others.
"""

import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.duckdb_access import working_memory, write_database
from data.model.rule_sets import RuleSet
from data.store.city_facts import CityFacts, UnusableFactsError, newest_facts, read_facts
from data.store.release import METHOD_VERSION, RELEASE, RESULTS
from data.store.release_builder import tables_of_facts
from data.store.uploads import file_sha256
from errors import BiaochiError, UsageError
from i18n import N_

MARK = "／"
"""Between a city and the code or name of its unit; no register uses it."""
FACTS = "cities.json"
CITIES_AT_MOST = 1000
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
    """A city that is not in a release, and why: a message with its facts."""

    city: str
    why: str
    facts: dict[str, object]


@dataclass(frozen=True)
class ProvinceReport:
    """A release that was built. folder: holds it."""

    release: str
    folder: Path
    cities: tuple[CityFacts, ...]
    left_out: tuple[LeftOut, ...]


def build_province(
    shared: Path,
    target: Path,
    round_id: str,
    *,
    expected: Sequence[str] = (),
    until: str = "",
    rules: RuleSet | None = None,
) -> ProvinceReport:
    """Build a release of all usable cities in a folder of its id under `target`.

    expected: cities that must be there, besides those that published anything. until: UTC time after which facts are
    late. rules: for all cities; by default the rule set that every city has. Raises UsageError if no city is usable.
    """
    cities, left_out = usable_cities(shared, round_id, expected, until)
    common, others = _one_rule_set(cities, rules)
    left_out += others
    gone = {found.city for found in left_out}
    cities = [facts for facts in cities if facts.city not in gone]
    target.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".province-", dir=target))
    try:
        parts: list[tuple[CityFacts, dict[str, pd.DataFrame]]] = []
        for facts in cities:
            try:
                parts.append((facts, _tables_of_city(draft, facts, common)))
            except BiaochiError as error:
                left_out.append(LeftOut(facts.city, error.message, dict(error.facts)))
        if not parts:
            raise UsageError("No city has usable facts for round {round}.", round=round_id)
        return _kept(draft, target, round_id, common, parts, sorted(left_out, key=lambda found: found.city))
    finally:
        shutil.rmtree(draft, ignore_errors=True)


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
            left_out.append(LeftOut(city, error.message, dict(error.facts)))
            continue
        if until and facts.exported_at > until:
            left_out.append(LeftOut(city, N_("late: published at {time}"), {"time": facts.exported_at}))
        else:
            found.append(facts)
    return found, left_out


def _one_rule_set(cities: list[CityFacts], rules: RuleSet | None) -> tuple[RuleSet, list[LeftOut]]:
    """Return the rule set for all, and the cities whose rules, and so whose scores, differ."""
    if not cities:
        raise UsageError("No city has published usable facts.")
    if rules is not None:
        return rules, []
    digests = [facts.rules.digest for facts in cities]
    most = max(sorted(set(digests)), key=digests.count)
    common = next(facts.rules for facts in cities if facts.rules.digest == most)
    why = N_("its rule set is {name}, and the others have {common}; give --rules to use one for all")
    return common, [
        LeftOut(facts.city, why, {"name": facts.rules.name, "common": common.name})
        for facts in cities
        if facts.rules.digest != most
    ]


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


def _kept(
    draft: Path,
    target: Path,
    round_id: str,
    rules: RuleSet,
    parts: list[tuple[CityFacts, dict[str, pd.DataFrame]]],
    left_out: list[LeftOut],
) -> ProvinceReport:
    """Write the release and move it into place by one rename."""
    cities = {facts.city: facts.digest for facts, _ in parts}
    about = {"method": METHOD_VERSION, "province": cities, "round": round_id, "rules": rules.digest}
    release_id = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    tables = _joined([tables for _, tables in parts])
    tables["rule_set"] = pd.DataFrame({"name": [rules.name], "digest": [rules.digest], "content": [rules.text]})
    write_database(draft / RESULTS, tables, "build/schema")
    contents = {
        "id": release_id,
        "results_sha256": file_sha256(draft / RESULTS),
        "method_version": METHOD_VERSION,
        "rounds": {round_id: release_id},
        "frozen": {round_id: release_id},
        "trial_rounds": [],
        "uploads": [],
    }
    (draft / RELEASE).write_text(json.dumps(contents, indent=1, sort_keys=True), encoding="utf-8")
    listed = {
        "round": round_id,
        "rules": rules.name,
        "cities": {facts.city: {"release": facts.release, "digest": facts.digest} for facts, _ in parts},
        "left_out": {found.city: {"why": found.why, "facts": found.facts} for found in left_out},
    }
    (draft / FACTS).write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")
    place = target / release_id
    if not place.is_dir():
        draft.chmod(0o755)
        draft.rename(place)
    return ProvinceReport(release_id, place, tuple(facts for facts, _ in parts), tuple(left_out))


def _joined(parts: list[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Return the tables of all cities as those of one round, in one step of the score."""
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
        parts_alone = pd.MultiIndex.from_arrays([sites["unit_code"].str.partition(MARK)[0], sites["part"]])
        sites.loc[alone, "part"] = pd.factorize(parts_alone[alone])[0] + 1
    return tables


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
