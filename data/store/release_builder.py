"""Building of a release: counts and moments of all rounds from the uploads in force, under their rules."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.duckdb_access import (
    append_frames,
    engine_at_work,
    new_database_of,
    part_of,
    read_sql,
    working_memory,
)
from data.engines import engine_of
from data.engines.fact_tables import FactTables, fact_tables
from data.model.facts import Dictionaries, Lines
from data.model.register import ONLY_CATEGORY, Register
from data.model.rule_sets import RuleSet, channel_group
from data.moments.pieces import Scoring
from data.moments.vote_moments import VoteMoments, moments_of_counts
from data.moments.vote_scores import clusters_of_ballots, no_sites, votes_by_score
from data.moments.vote_sums import Ballots
from data.moments.votes import (
    count_table,
    kind_of_grade,
    lowest_score,
    points_and_weights,
    points_of_grade,
    scored_indicators,
)
from data.store.book_tables import add_books, add_records, month_records
from data.store.release import METHOD_VERSION, RELEASE, RESULTS
from data.store.release_id import id_with_origins
from data.store.rounds import RoundFacts, read_round
from data.store.uploads import Upload, file_sha256

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class RoundTables:
    """The rows of a round for the tables of a release.

    digest: of the facts of its evaluation and its rules. frozen: the same without evidence that comes later.
    """

    digest: str
    frozen: str
    tables: dict[str, pd.DataFrame]


def build_release(
    staging: Path,
    uploads: list[Upload],
    rule_sets: dict[str, RuleSet],
    threads: int | None = None,
    origins: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write `release.json` and `results.duckdb` into `staging` and return the release id (64 hex digits).

    origins: round -> the release with whose id its draws begin: that in which it was announced. Raises
    RoundConflictError if uploads of a round contradict each other.
    """
    parts: list[RoundTables] = []
    digests: dict[str, str] = {}
    frozen: dict[str, str] = {}
    months: dict[str, str] = {}
    files: dict[str, Path] = {}
    with engine_at_work(staging, threads=threads) as memory:
        for number, round_id in enumerate(sorted({upload.round_id for upload in uploads})):
            rules = _rules_of_round([upload for upload in uploads if upload.round_id == round_id], rule_sets)
            with part_of(memory, f"round_{number}") as con:
                parts.append(_build_round(con, read_round(con, round_id, uploads), rules, staging))
                path, digest = month_records(con, staging, round_id, uploads)
            digests[round_id], frozen[round_id] = parts[-1].digest, parts[-1].frozen
            if path is not None:
                months[round_id], files[round_id] = digest, path
        trials = sorted({upload.round_id for upload in uploads if upload.trial})
        known = {name: origin for name, origin in origins.items() if name in digests}
        release_id, kept = id_with_origins(digests, trials, months, known)
        tables = {name: _stacked([part.tables[name] for part in parts]) for name in parts[0].tables}
        tables["rule_set"] = _rule_set_table(uploads, rule_sets)
        tables["upload"] = _upload_table(uploads)
        _write_results(memory, staging / RESULTS, tables, files)
    contents = {
        "id": release_id,
        "results_sha256": file_sha256(staging / RESULTS),
        "method_version": METHOD_VERSION,
        "rounds": digests,
        "frozen": frozen,
        **({"months": months} if months else {}),
        **({"origins": kept} if kept else {}),
        "trial_rounds": trials,
        "uploads": [upload.upload_id for upload in uploads],
    }
    text = json.dumps(contents, ensure_ascii=False, indent=1, sort_keys=True)
    (staging / RELEASE).write_text(text, encoding="utf-8")
    return release_id


def _write_results(
    memory: duckdb.DuckDBPyConnection, path: Path, tables: dict[str, pd.DataFrame], files: dict[str, Path]
) -> None:
    """Write the database of a release. files: round -> its records that close by month, which are deleted then."""
    with new_database_of(memory, path, "build/schema") as con:
        append_frames(con, tables)
        for round_id, records in files.items():
            add_records(con, round_id, records)
            records.unlink()
        add_books(con)


def round_tables(
    staging: Path, uploads: list[Upload], round_id: str, rules: RuleSet, without: Array | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables of a round under rules other than the published rules (what-if).

    without : codes of ballots that are left out, as `data.store.round_ballots` numbers them.
    """
    con = working_memory(staging)
    try:
        facts = read_round(con, round_id, uploads)
        if without is not None and len(without) and facts.lines is not None:
            con.execute(read_sql("build/leave_out"), {"ballots": [int(code) for code in without]})
            lines = facts.lines.loaded()
            kept = ~np.isin(lines.ballot, without)
            parts = (lines.unit, lines.ballot, lines.indicator, lines.grade)
            facts = replace(facts, lines=Lines(*(part[kept] for part in parts)))
        return _build_round(con, facts, rules, staging).tables
    finally:
        con.close()


def tables_of_facts(
    con: duckdb.DuckDBPyConnection, facts: RoundFacts, rules: RuleSet, staging: Path
) -> dict[str, pd.DataFrame]:
    """Return the tables of a round from its facts, wherever they come from; `con` holds its lines and ballots."""
    return _build_round(con, facts, rules, staging).tables


def _rules_of_round(uploads: list[Upload], rule_sets: dict[str, RuleSet]) -> RuleSet | None:
    names = {upload.rules_name for upload in uploads if upload.rules_name}
    return rule_sets[names.pop()] if names else None


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _build_round(
    con: duckdb.DuckDBPyConnection, facts: RoundFacts, rules: RuleSet | None, staging: Path
) -> RoundTables:
    """Return the counts and moments of a round. staging: where an engine may put copies of the facts for a while."""
    units = _unit_table(facts)
    has_votes = facts.lines is not None or len(facts.counts) > 0
    if rules is None or not has_votes:
        # As before a round without votes could have a rule set, so that release ids stay.
        named = rules.digest if rules else ""
        digest = hashlib.sha256(f"{facts.digest}|{named}".encode()).hexdigest()
        frozen = hashlib.sha256(f"{facts.frozen}|{named}".encode()).hexdigest()
        return RoundTables(digest, frozen, _empty_tables(facts, units))
    _set_apart(con, facts, rules)
    groups = _group_names(con, facts)
    with _fact_tables(con, facts, groups, staging) as fact_tables:
        grade_counts = _grade_counts(fact_tables, facts, rules)
        site_grades = _site_grades(fact_tables, facts, rules)
        scored = _scored(fact_tables, facts, rules, list(units["unit_code"]), groups)
    moments, step, lowest = scored.moments, scored.step, scored.lowest
    evaluators = (
        con.execute(read_sql("build/evaluator_count")).df()
        if facts.lines is not None
        else pd.DataFrame({"group_name": groups, "evaluators": [0] * len(groups)})
    )
    cells, pairs = _moment_tables(moments, list(units["unit_code"]), groups, step)
    links = _link_table(moments[0], groups, step)
    tables = {
        "round": _round_table(facts, rules.name, evaluators, grade_counts, cells, step),
        "unit": units,
        "grade_count": grade_counts,
        "cell_moment": cells,
        "vote_score": _with_names(scored.scores, units, groups),
        "site_moment": _with_names(scored.sites, units, groups),
        "pair_moment": pairs,
        "ballot_link": links,
        "evaluator_count": evaluators,
        "lowest_votes": pd.DataFrame({"unit_code": units["unit_code"], "votes": lowest}),
        "site_grade": site_grades,
        "record": facts.records,
    }
    digest = hashlib.sha256(f"{facts.digest}|{rules.digest}".encode()).hexdigest()
    frozen = hashlib.sha256(f"{facts.frozen}|{rules.digest}".encode()).hexdigest()
    return RoundTables(digest, frozen, {name: _of_round(frame, facts) for name, frame in tables.items()})


def _set_apart(con: duckdb.DuckDBPyConnection, facts: RoundFacts, rules: RuleSet) -> None:
    """Make a group of the ballots of each channel that the rules keep apart."""
    if facts.lines is not None:
        for channel in rules.features.apart.channels:
            con.execute(read_sql("build/set_apart"), {"channel": channel, "group_name": channel_group(channel)})


def _of_round(frame: pd.DataFrame, facts: RoundFacts) -> pd.DataFrame:
    if "round_id" in frame:
        return frame
    return frame.assign(round_id=facts.round_id)


def _empty_tables(facts: RoundFacts, units: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables of a round without votes. A round with records only gets no row in table `round`."""
    columns = {
        "grade_count": [
            "unit_code",
            "group_name",
            "indicator",
            "grade",
            "kind",
            "points",
            "scored",
            "lines",
        ],
        "cell_moment": ["unit_code", "group_name", "votes", "total", "squares", "own_minus_ballot"],
        "vote_score": ["unit_code", "group_name", "score", "votes"],
        "site_moment": ["group_name", "site", "part", "unit_code", "votes", "total"],
        "pair_moment": ["group_name", "unit_a", "unit_b", "votes", "total_a", "total_b", "product", "linked"],
        "ballot_link": ["group_name", "ballots", "votes", "within"],
        "evaluator_count": ["group_name", "evaluators"],
        "lowest_votes": ["unit_code", "votes"],
        "site_grade": ["group_name", "site", "grade", "lines"],
    }
    tables = {name: pd.DataFrame(columns=["round_id", *names]) for name, names in columns.items()}
    empty = (
        pd.DataFrame({"evaluators": [0]}),
        pd.DataFrame({"lines": [0]}),
        pd.DataFrame({"votes": [0]}),
    )
    about = _round_table(facts, "", *empty, 1)
    tables["record"] = facts.records.assign(round_id=facts.round_id)
    return {"round": about if facts.is_evaluated else about.head(0), "unit": units, **tables}


def _round_table(
    facts: RoundFacts,
    rules_name: str,
    evaluators: pd.DataFrame,
    grade_counts: pd.DataFrame,
    cells: pd.DataFrame,
    step: int,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "round_id": [facts.round_id],
            "rules_name": [rules_name],
            "registered": [facts.register is not None],
            "counts_only": [facts.lines is None],
            "has_counts": [len(facts.counts) > 0],
            "evaluators": [int(evaluators["evaluators"].sum())],
            "lines": [int(grade_counts["lines"].sum())],
            "votes": [int(cells["votes"].sum())],
            "score_step": [step],
            "facts_digest": [facts.digest],
        }
    )


def _unit_table(facts: RoundFacts) -> pd.DataFrame:
    """Return every unit of the round, in roster order."""
    frame = _registered(facts.register) if facts.register is not None else _provisional(facts)
    return frame.assign(round_id=facts.round_id)


def _registered(register: Register) -> pd.DataFrame:
    frame = pd.DataFrame([unit.__dict__ for unit in register.units])
    return frame.assign(provisional=False)


def _provisional(facts: RoundFacts) -> pd.DataFrame:
    """Return the units named in the files of a round without a register; the code is the name."""
    categories: dict[str, str] = dict(zip(facts.counts["unit"], facts.counts["category"], strict=True))
    if facts.dictionaries is not None:
        texts = facts.dictionaries
        categories |= dict(zip(texts.units, texts.categories, strict=True))
    names = sorted(categories)
    return pd.DataFrame(
        {
            "unit_code": names,
            "unit_name": names,
            "short_name": "",
            "roster_no": range(1, len(names) + 1),
            "category": [categories[name] or ONLY_CATEGORY for name in names],
            "participation": "",
            "provisional": True,
        }
    )


def _group_names(con: duckdb.DuckDBPyConnection, facts: RoundFacts) -> list[str]:
    names = set(facts.counts["group_name"])
    if facts.lines is not None:
        names |= set(con.execute(read_sql("build/evaluator_count")).df()["group_name"])
    return sorted(names)


@contextmanager
def _fact_tables(
    con: duckdb.DuckDBPyConnection, facts: RoundFacts, groups: list[str], staging: Path
) -> Iterator[FactTables | None]:
    """Yield the ballots of a round as an engine takes them; None if the round has none."""
    if facts.lines is None:
        yield None
        return
    places = con.table("ballot").order("ballot").project("ballot, group_name, site").df().set_index("ballot")
    places = places.reindex(range(int(places.index.max()) + 1))  # ballots may be left out
    group_at = pd.Categorical(places["group_name"], categories=groups).codes.astype(np.int64)
    found = clusters_of_ballots(places)
    ballots = Ballots(group_at) if found is None else Ballots(group_at, *found)
    with fact_tables(con, facts.lines, ballots, staging) as tables:
        yield tables


def _texts_of(facts: RoundFacts) -> Dictionaries:
    assert facts.dictionaries is not None, f"{facts.round_id} has no ballots"
    return facts.dictionaries


def _grade_counts(tables: FactTables | None, facts: RoundFacts, rules: RuleSet) -> pd.DataFrame:
    """Return the number of lines by unit, group, indicator and grade, ballots and counts combined."""
    frames = []
    if tables is not None:
        frames.append(_line_counts(tables, _texts_of(facts), rules))
    if len(facts.counts):
        table = count_table(facts.counts, rules).rename(columns={"unit": "unit_code", "votes": "lines"})
        frames.append(table.drop(columns="category"))
    lines = pd.concat(frames, ignore_index=True)
    key = ["unit_code", "group_name", "indicator", "grade", "kind", "points", "scored"]
    return lines.groupby(key, dropna=False, sort=True)["lines"].sum().reset_index()


def _line_counts(tables: FactTables, texts: Dictionaries, rules: RuleSet) -> pd.DataFrame:
    codes = engine_of(tables.url).count(tables, "build/line_counts")
    scored = scored_indicators(texts.indicators, rules)
    kinds = [kind_of_grade(name, forced, rules) for name, forced in texts.grades]
    points = [
        points_of_grade(name, rules) if kind == "scored" else None
        for (name, _), kind in zip(texts.grades, kinds, strict=True)
    ]
    grade, indicator = codes["grade"].to_numpy(), codes["indicator"].to_numpy()
    in_score = np.array([name in scored for name in texts.indicators], dtype=bool)
    is_scored = np.array([kind == "scored" for kind in kinds], dtype=bool)
    return pd.DataFrame(
        {
            "unit_code": np.array(texts.units, dtype=object)[codes["unit"].to_numpy()],
            "group_name": codes["group_name"],
            "indicator": np.array(texts.indicators, dtype=object)[indicator],
            "grade": np.array([name for name, _ in texts.grades], dtype=object)[grade],
            "kind": np.array(kinds, dtype=object)[grade],
            "points": pd.array(points, dtype="Int64")[grade],
            "scored": in_score[indicator] & is_scored[grade],
            "lines": codes["lines"],
        }
    )


def _site_grades(tables: FactTables | None, facts: RoundFacts, rules: RuleSet) -> pd.DataFrame:
    """Return the scored lines by group, site and grade; empty without ballots or sites."""
    if tables is None:
        return pd.DataFrame(columns=["group_name", "site", "grade", "lines"])
    counts = engine_of(tables.url).count(tables, "build/site_counts")
    grades = _texts_of(facts).grades
    scored = np.array([kind_of_grade(name, forced, rules) == "scored" for name, forced in grades], dtype=bool)
    counts = counts[scored[counts["grade"].to_numpy()]]
    return counts.assign(grade=np.array([name for name, _ in grades], dtype=object)[counts["grade"].to_numpy()])


@dataclass(frozen=True)
class _Scored:
    """Votes of a round, for all its units and groups.

    moments : ballots and counts separately. step : greatest common divisor of all scores. lowest : shape (units,),
    votes with the lowest score. scores, sites : votes by score and by site, units and groups as positions and scores in
    steps; sites are empty in a round that also has counts, whose sites are unknown.
    """

    moments: list[VoteMoments]
    step: int
    lowest: Array
    scores: pd.DataFrame
    sites: pd.DataFrame


def _scored(
    tables: FactTables | None,
    facts: RoundFacts,
    rules: RuleSet,
    units: list[str],
    groups: list[str],
) -> _Scored:
    """Return the exact moments of a round, and its votes by score and by site."""
    moments, step = [], 0
    scores: list[pd.DataFrame] = []
    sites = no_sites()
    if tables is not None:
        sums = engine_of(tables.url).add(tables, _scoring(facts, rules, units, groups))
        step = sums.step
        moments.append(sums.moments)
        scores.append(sums.scores)
        sites = sites if len(facts.counts) else sums.sites
    if len(facts.counts):
        table = count_table(facts.counts, rules)
        table = table[table["scored"]]
        points, number = (table[name].to_numpy(dtype=np.int64) for name in ("points", "votes"))
        unit_at, group_at = _positions(table["unit"], units), _positions(table["group_name"], groups)
        step = math.gcd(step, *points.tolist())
        moments.append(moments_of_counts(unit_at, group_at, points, number, len(units), len(groups)))
        scores.append(votes_by_score(unit_at, group_at, points, number, len(groups)))
    step = step or 1
    by_score = pd.concat(scores).groupby(["unit", "group", "score"], sort=True)["votes"].sum().reset_index()
    by_score = by_score[by_score["votes"] > 0]
    lowest = _lowest_votes(by_score, rules, len(units), groups)
    by_score = by_score.assign(score=lambda rows: rows["score"] // step)
    return _Scored(moments, step, lowest, by_score, sites.assign(total=lambda rows: rows["total"] // step))


def _scoring(facts: RoundFacts, rules: RuleSet, units: list[str], groups: list[str]) -> Scoring:
    texts = _texts_of(facts)
    unit_at = _positions(pd.Series(texts.units, dtype="object"), units)
    return Scoring(*points_and_weights(texts, rules), unit_at, len(units), len(groups))


def _lowest_votes(scores: pd.DataFrame, rules: RuleSet, n_units: int, groups: list[str]) -> Array:
    """Return the votes of each unit with the lowest grade on every line, without groups whose votes are in no score."""
    apart = np.isin(np.array(groups, dtype=object), list(rules.apart_groups))
    found = scores[(scores["score"] == lowest_score(rules)) & ~apart[scores["group"].to_numpy(dtype=np.int64)]]
    lowest = np.zeros(n_units, dtype=np.int64)
    np.add.at(lowest, found["unit"].to_numpy(dtype=np.int64), found["votes"].to_numpy(dtype=np.int64))
    return lowest


def _with_names(frame: pd.DataFrame, units: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Replace positions of units and groups by their codes and names."""
    codes = units["unit_code"].to_numpy(dtype=object)
    named = frame.assign(unit_code=codes[frame["unit"].to_numpy(dtype=np.int64)]).drop(columns="unit")
    if "group" in named:
        names = np.array(groups, dtype=object)
        named = named.assign(group_name=names[named["group"].to_numpy(dtype=np.int64)]).drop(columns="group")
    return named


def _positions(values: pd.Series, names: list[str]) -> Array:
    place = {name: position for position, name in enumerate(names)}
    return np.array([place[str(value)] for value in values], dtype=np.int64)


def _moment_tables(
    moments: list[VoteMoments], units: list[str], groups: list[str], step: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cells and pairs as tables, with all sums in units of `step`.

    The step is in ten-thousandths of a point and divides every score. It keeps sums of squares within 64 bits: at
    step 1, 13 million votes of 100 points overflow; with integer points the sums are a hundred-millionth of that.
    """
    names, group_names = np.array(units, dtype=object), np.array(groups, dtype=object)
    n: Array = np.sum([m.n for m in moments], axis=0)
    total: Array = np.sum([m.total.astype(object) for m in moments], axis=0)
    squares: Array = np.sum([m.squares.astype(object) for m in moments], axis=0)
    own_minus_ballot: Array = np.stack([link.own_minus_ballot for link in moments[0].links], axis=1) / step
    unit_at, group_at = np.nonzero(n)
    cells = pd.DataFrame(
        {
            "unit_code": names[unit_at],
            "group_name": group_names[group_at],
            "votes": n[unit_at, group_at],
            "total": (total[unit_at, group_at] // step).astype(np.int64),
            "squares": (squares[unit_at, group_at] // step**2).astype(np.int64),
            "own_minus_ballot": own_minus_ballot[unit_at, group_at],
        }
    )
    pair = moments[0]
    linked: Array = np.stack([link.linked for link in pair.links])
    pairs = pd.DataFrame(
        {
            "group_name": group_names[pair.pair_group],
            "unit_a": names[pair.pair_first],
            "unit_b": names[pair.pair_second],
            "votes": pair.pair_n,
            "total_a": (pair.pair_sum_first // step).astype(np.int64),
            "total_b": (pair.pair_sum_second // step).astype(np.int64),
            "product": (pair.pair_sum_product // step**2).astype(np.int64),
            "linked": linked[pair.pair_group, pair.pair_first, pair.pair_second],
        }
    )
    return cells, pairs


def _link_table(moments: VoteMoments, groups: list[str], step: int) -> pd.DataFrame:
    """Return the ballots with two or more votes by group, for the error of the unit + evaluator model."""
    return pd.DataFrame(
        {
            "group_name": groups,
            "ballots": [link.ballots for link in moments.links],
            "votes": [link.votes for link in moments.links],
            "within": [link.within / step**2 for link in moments.links],
        }
    )


def _rule_set_table(uploads: list[Upload], rule_sets: dict[str, RuleSet]) -> pd.DataFrame:
    names = sorted({upload.rules_name for upload in uploads if upload.rules_name})
    return pd.DataFrame(
        {
            "name": pd.Series(names, dtype="str"),
            "digest": pd.Series([rule_sets[name].digest for name in names], dtype="str"),
            "content": pd.Series([rule_sets[name].text for name in names], dtype="str"),
        }
    )


def _upload_table(uploads: list[Upload]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "number": [upload.number for upload in uploads],
            "upload_id": [upload.upload_id for upload in uploads],
            "kind": [upload.kind for upload in uploads],
            "round_id": [upload.round_id for upload in uploads],
            "rules_name": [upload.rules_name for upload in uploads],
            "files": [json.dumps([file.__dict__ for file in upload.files], ensure_ascii=False) for upload in uploads],
            "lines": [upload.lines for upload in uploads],
            "digest": [upload.digest for upload in uploads],
            "demo": [upload.demo for upload in uploads],
        }
    )
