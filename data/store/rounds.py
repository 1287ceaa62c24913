"""Assembly of a round from its uploads in force: register, ballots and counts.

Ballots of several uploads, or of units renamed by a later register, are recoded as if they were a single file. A
single upload is used unchanged. This module does not use points or weights.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import duckdb
import numpy as np
import pandas as pd

from data.duckdb_access import read_sql
from data.intake.ballots import dictionaries_of, join_ballot_numbers, name_categories, sorted_keys
from data.intake.context import READING_OF_MEANINGS, Stored
from data.intake.units import COLUMNS as UNIT_COLUMNS
from data.model.contract import RECORD_KINDS, ROUND_BALLOTS, TABLE_OF, TABLES
from data.model.facts import (
    Dictionaries,
    Lines,
    StoredLines,
    ballots_digest,
    frame_digest,
    has_double,
    lines_digest,
    read_dictionaries,
)
from data.model.names import match_key
from data.model.record_keys import year_of
from data.model.register import PARTICIPATION, Register, RegisteredUnit
from data.model.spellings import spellings_of
from data.store.uploads import Upload, reporting_damage
from errors import ProblemsError
from problems import Place, Problem

KINDS_OF_REGISTERS = ("units", "unit_lineage", "unit_round", "unit_alias", "round")
"""Kinds of uploads that a register is read from."""
MOST_LINES_HELD = 4_000_000
"""Lines of a round up to which they are held as arrays; more are read in pieces."""
MOST_KEPT = 20_000  # rows of tables whose keys are kept between two imports


class _Marked:
    """Uploads as the argument of a function whose answers are kept: equal if their facts are."""

    def __init__(self, uploads: list[Upload]) -> None:
        self.uploads, self._marks = uploads, tuple(upload.mark() for upload in uploads)

    def __hash__(self) -> int:
        return hash(self._marks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Marked) and other._marks == self._marks


HeldLines: TypeAlias = Lines | StoredLines
"""Lines as arrays, or as a table where they are many."""


class RoundConflictError(ProblemsError):
    """Uploads of a round contradict each other; see `problems`."""


@dataclass(frozen=True)
class RoundFacts:
    """All facts of a round, before any rule is applied.

    lines, dictionaries: of the ballots, or None; table `ballot` of the connection holds the ballots.
    counts: frame of `intake.counts.COLUMNS` with resolved units. records: kind, number, content of the other tables
    of the evaluation. digest: of the canonical content of the evaluation. frozen: of the part that closes with the
    status of the round: all but its evidence, such as pledges.
    """

    round_id: str
    register: Register | None
    dictionaries: Dictionaries | None
    lines: HeldLines | None
    counts: pd.DataFrame
    records: pd.DataFrame
    digest: str
    frozen: str

    @property
    def is_evaluated(self) -> bool:
        """Return whether the round has a register, ballots or counts, so that it can be ranked."""
        return self.register is not None or self.lines is not None or len(self.counts) > 0


def read_register(uploads: list[Upload], round_id: str) -> Register | None:
    """Return the register of a round, merged from all its uploads; None if there is no register.

    Aliases and names of other rounds come from all uploads visible to the round.
    """
    own = [upload for upload in visible_to(uploads, round_id) if upload.kind in KINDS_OF_REGISTERS]
    return _read_register(_Marked(own), round_id)


@lru_cache(maxsize=16)
def _read_register(marked: "_Marked", round_id: str) -> Register | None:
    """Return the register of a round from uploads that are visible to it; an import asks for it three times."""
    uploads = marked.uploads
    registers = [upload for upload in uploads if upload.kind == "units"]
    units = _units_of([upload for upload in registers if upload.round_id == round_id])
    if not units:
        return None
    others = sorted((u for u in registers if u.round_id != round_id), key=lambda u: (u.round_id, u.number))
    spellings = [(match_key(t), u.unit_code) for u in _units_of(others) for t in (u.unit_name, u.short_name) if t]
    known = {unit.unit_code for unit in units}
    reforms = sorted(contents(uploads, "unit_lineage"), key=lambda row: str(row["date"]))
    renamed = {str(row["from_code"]): str(row["to_code"]) for row in reforms if row["change"] == "更名"}
    taken_over = {str(row["from_code"]): str(row["to_code"]) for row in reforms}
    former = {key: _followed(code, renamed, known) for key, code in spellings}
    successors = {key: _followed(code, taken_over, known) for key, code in spellings if former[key] not in known}
    listed = {str(row["unit_code"]): row for row in contents(uploads, "unit_round", round_id)}
    units = [_as_listed(unit, listed.get(unit.unit_code)) for unit in units]
    own = [upload for upload in registers if upload.round_id == round_id]
    spelled = spellings_of(unit.category for unit in units) if _joins(own) else {}
    return Register(
        tuple(replace(unit, category=spelled.get(unit.category, unit.category)) for unit in units),
        aliases(uploads, round_id),
        former,
        {key: code for key, code in successors.items() if code in known},
    )


def visible_to(uploads: list[Upload], round_id: str) -> list[Upload]:
    """Return the uploads that may affect a round. Trials of other rounds do not affect a formal round."""
    is_trial = any(upload.trial for upload in uploads if upload.round_id == round_id)
    return [upload for upload in uploads if is_trial or not upload.trial]


def _units_of(uploads: list[Upload]) -> list[RegisteredUnit]:
    return [
        RegisteredUnit(str(code), str(name), str(short), int(roster), str(category), str(participation))
        for upload in uploads
        for code, name, short, roster, category, participation in upload.frame()[UNIT_COLUMNS].to_numpy(dtype=object)
    ]


def _joins(uploads: list[Upload]) -> bool:
    """Return whether spellings with one key are one name, which they were not in uploads of version 0.1.0 alone."""
    return any(upload.choices.reading >= READING_OF_MEANINGS for upload in uploads)


def _followed(code: str, links: Mapping[str, str], known: set[str]) -> str:
    """Return the first successor among the known units, or the code itself if there is no such successor."""
    current, seen = code, set()
    while current not in known and current in links and current not in seen:
        seen.add(current)
        current = links[current]
    return current if current in known else code


def _as_listed(unit: RegisteredUnit, row: Mapping[str, object] | None) -> RegisteredUnit:
    """Return the unit with category and participation of the round's list, which override the register."""
    if row is None:
        return unit
    state = PARTICIPATION[str(row["status"])] if row.get("status") else unit.participation
    return replace(unit, category=str(row["category"]), participation=state)


def contents(uploads: list[Upload], kind: str, round_id: str | None = None) -> list[dict[str, object]]:
    """Return the records of a kind, for a single round or for all rounds."""
    return [
        json.loads(text)
        for upload in uploads
        if upload.kind == kind and round_id in (None, upload.round_id)
        for text in upload.frame()["content"]
    ]


def aliases(uploads: list[Upload], round_id: str) -> dict[str, str]:
    """Return match key -> unit code of the aliases that are valid on the last day of the round."""
    ends = [row["end_date"] for row in contents(uploads, "round", round_id) if row.get("end_date")]
    year = year_of(round_id)
    day = str(ends[0]) if ends else f"{year}-12-31" if year else ""
    return {
        match_key(str(row["alias"])): str(row["unit_code"])
        for row in contents(uploads, "unit_alias")
        if not day or str(row.get("valid_from", "")) <= day < str(row.get("valid_to", "9999"))
    }


def alias_of(uploads: list[Upload], name: str, day: str) -> tuple[str, str] | None:
    """Return the unit code of an alias on a day ('' = no start date) and the upload that records it, or None."""
    for upload in uploads:
        for row in contents([upload], "unit_alias"):
            if match_key(str(row["alias"])) == match_key(name) and _meet(row, {"valid_from": day}):
                return str(row["unit_code"]), upload.upload_id
    return None


def alias_conflicts(uploads: list[Upload]) -> list[Problem]:
    """Return a problem for each alias that would refer to two units on the same day."""
    taken: dict[str, list[dict[str, object]]] = {}
    problems = []
    for row in contents(uploads, "unit_alias"):
        key = match_key(str(row["alias"]))
        for other in taken.get(key, ()):
            if other["unit_code"] != row["unit_code"] and _meet(row, other):
                facts: dict[str, object] = {"unit": other["unit_code"]}
                problems.append(Problem("alias_taken", value=str(row["alias"]), facts=facts))
        taken.setdefault(key, []).append(row)
    return problems


def _meet(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    """Return whether two half-open date ranges overlap; a missing end means no limit."""
    spans = [(str(row.get("valid_from", "")), str(row.get("valid_to", "9999"))) for row in (first, second)]
    return max(start for start, _ in spans) < min(end for _, end in spans)


def read_round(con: duckdb.DuckDBPyConnection, round_id: str, uploads: list[Upload]) -> RoundFacts:
    """Assemble a round from its uploads. Aliases and earlier names also come from uploads of other rounds.

    Raises RoundConflictError if a unit of the ballots is not in the register, or if two uploads contain the same line.
    """
    register = read_register(uploads, round_id)
    uploads = [upload for upload in uploads if upload.round_id == round_id]
    codes = register.codes() if register else None
    ballots = [upload for upload in uploads if upload.kind == "ballots"]
    counts = _read_counts([u for u in uploads if u.kind == "counts"], codes)
    dictionaries, lines = read_ballots(con, ballots, codes)
    records = _read_records(uploads)
    voted = _digest(con, register, dictionaries, lines, counts)
    closing = records[[TABLE_OF[kind].lock == ROUND_BALLOTS for kind in records["kind"]]].reset_index(drop=True)
    digest, frozen = _with_records(voted, records), _with_records(voted, closing)
    return RoundFacts(round_id, register, dictionaries, lines, counts, records, digest, frozen)


def _with_records(digest: str, records: pd.DataFrame) -> str:
    """Return the digest with records; without any it is the same as in versions before records existed."""
    if not len(records):
        return digest
    own = frame_digest("record", records)
    return frame_digest("records", pd.DataFrame({"round": [digest], "records": [own]}))


def _read_records(uploads: list[Upload]) -> pd.DataFrame:
    """Return kind, number and content of every record of an evaluation, numbered by kind in canonical order."""
    own = [upload for upload in uploads if upload.kind in RECORD_KINDS and upload.locks_with_round]
    pairs = sorted((upload.kind, str(text)) for upload in own for text in upload.frame()["content"])
    frame = pd.DataFrame(pairs, columns=["kind", "content"], dtype="str")
    frame.insert(1, "number", frame.groupby("kind").cumcount() + 1)
    return frame


def referable(uploads: list[Upload], table: str, name: str) -> dict[str, str]:
    """Return what a field may refer to: match key of a spelling -> the value of the other table's key.

    A place may also be named by its name, if no other place has it.
    """
    of_kind = _Marked([upload for upload in uploads if upload.kind == TABLES[table].kind])
    kept = sum(upload.lines for upload in of_kind.uploads) <= MOST_KEPT
    return _kept_referable(of_kind, table, name) if kept else _referable(of_kind, table, name)


@lru_cache(maxsize=32)
def _kept_referable(marked: _Marked, table: str, name: str) -> dict[str, str]:
    return _referable(marked, table, name)


def _referable(marked: _Marked, table: str, name: str) -> dict[str, str]:
    kind, of_kind = TABLES[table].kind, marked.uploads
    at = TABLES[table].key.index(name)
    keys = {str(key) for upload in of_kind for key in upload.frame()["key"]}
    values = {str(json.loads(key)[at]) for key in keys}
    found = {match_key(value): value for value in values}
    if table == "place":
        names = [(match_key(str(row["name"])), str(row[name])) for row in contents(of_kind, kind)]
        times = Counter(key for key, _ in names)
        found = {key: code for key, code in names if times[key] == 1} | found
    return found


def rows_of(uploads: list[Upload], table: str) -> dict[str, Stored]:
    """Return the rows of a table by key, of a book their last state, each with the name of its file."""
    kind = TABLES[table].kind
    found: dict[str, Stored] = {}
    of_kind = [upload for upload in uploads if upload.kind == kind]
    for upload in sorted(of_kind, key=lambda upload: (upload.choices.as_of, upload.number)):
        rows = upload.frame()
        texts = zip(map(str, rows["key"]), map(str, rows["content"]), strict=True)
        found |= {key: Stored(json.loads(text), _names_of(upload)) for key, text in texts}
    return found


def newest_register(uploads: list[Upload], round_id: str) -> Register | None:
    """Return the register of the newest round up to `round_id`, else of the newest: for tables that close by month."""
    rounds = sorted({upload.round_id for upload in uploads if upload.kind == "units" and not upload.trial})
    earlier = [name for name in rounds if name <= round_id]
    return read_register(uploads, (earlier or rounds)[-1]) if rounds else None


def _digest(
    con: duckdb.DuckDBPyConnection,
    register: Register | None,
    dictionaries: Dictionaries | None,
    lines: HeldLines | None,
    counts: pd.DataFrame,
) -> str:
    """Return the SHA-256 of the canonical facts of the round, independent of the division into files."""
    parts = pd.DataFrame(
        {
            "register": [frame_digest("units", pd.DataFrame([u.__dict__ for u in register.units])) if register else ""],
            "ballots": [
                lines_digest(dictionaries, ballots_digest(con), lines)
                if dictionaries is not None and lines is not None
                else ""
            ],
            "counts": [frame_digest("counts", counts) if len(counts) else ""],
        }
    )
    return frame_digest("round", parts)


def resolve(names: tuple[str, ...], codes: dict[str, str] | None) -> tuple[str, ...]:
    """Return the register's unit codes for names; without a register, return the names."""
    if codes is None:
        return names
    unknown = [name for name in names if match_key(name) not in codes]
    if unknown:
        raise RoundConflictError([Problem("unknown_unit", value=name) for name in unknown])
    return tuple(codes[match_key(name)] for name in names)


def _read_counts(uploads: list[Upload], codes: dict[str, str] | None) -> pd.DataFrame:
    columns = ["unit", "category", "group_name", "indicator", "grade", "votes"]
    if not uploads:
        return pd.DataFrame(columns=columns)
    counts = pd.concat([upload.frame().assign(part=part) for part, upload in enumerate(uploads)], ignore_index=True)
    counts["unit"] = list(resolve(tuple(counts["unit"]), codes))
    if codes is not None:
        counts["category"] = ""
    key = ["unit", "group_name", "indicator", "grade"]
    double = counts[counts.duplicated(key)]
    if len(double):
        first = counts.groupby(key)["part"].min()
        lines = [tuple(map(str, line)) for line in double[key].itertuples(index=False)]
        raise RoundConflictError([_already_there(line[0], line, uploads[int(first[line])]) for line in lines])
    counts = counts[columns]
    return counts.sort_values(key, ignore_index=True)


def read_ballots(
    con: duckdb.DuckDBPyConnection, uploads: list[Upload], codes: dict[str, str] | None
) -> tuple[Dictionaries | None, HeldLines | None]:
    """Return the ballot lines of a round's ballot uploads, coded as a single file; table `ballot` holds the ballots."""
    if not uploads:
        return None, None
    with reporting_damage(uploads):
        return _lines_of(con, uploads, codes)


def _lines_of(
    con: duckdb.DuckDBPyConnection, uploads: list[Upload], codes: dict[str, str] | None
) -> tuple[Dictionaries, HeldLines]:
    if len(uploads) == 1:
        texts = read_dictionaries(uploads[0].folder / "dictionaries.json")
        if resolve(texts.units, codes) == texts.units:
            if codes is not None:  # the category of the register overrides that of the ballots
                texts = replace(texts, categories=("",) * len(texts.units))
            return _as_stored(con, uploads[0].folder, texts)
    return _coded_anew(con, uploads, codes)


def _as_stored(con: duckdb.DuckDBPyConnection, folder: Path, texts: Dictionaries) -> tuple[Dictionaries, HeldLines]:
    con.read_parquet(str(folder / "ballots.parquet")).create("ballot")
    con.read_parquet(str(folder / "lines.parquet")).create_view("line")
    stored = StoredLines(con, len(con.table("line")))
    return texts, stored if len(stored) > MOST_LINES_HELD else stored.loaded()


def _coded_anew(
    con: duckdb.DuckDBPyConnection, uploads: list[Upload], codes: dict[str, str] | None
) -> tuple[Dictionaries, Lines]:
    """Convert all uploads back to text lines, then code them like a single file."""
    text_lines(con, uploads, codes)
    for what in ("unit", "indicator", "grade", "group"):
        con.sql(read_sql(f"build/{what}_map")).create(f"{what}_map")
    con.sql(read_sql("intake/ballot_map")).create("ballot_map")
    name_categories(con, joins=_joins(uploads))
    if _joins(uploads):
        join_ballot_numbers(con)
    if con.execute(read_sql("intake/any_two_groups")).fetchall()[0][0]:
        rows = con.execute(read_sql("intake/two_groups")).fetchall()
        raise RoundConflictError(
            [
                Problem(
                    "ballot_in_two_groups",
                    value=group,
                    facts={"value": ballot, "group": group, "other_group": usual},
                )
                for _, ballot, group, usual in rows
            ]
        )
    con.sql(read_sql("intake/ballot")).create("ballot")
    texts = dictionaries_of(con)
    keys, bits = sorted_keys(con, texts, len(con.table("ballot")))
    if has_double(keys, bits):
        raise RoundConflictError(_twice_imported(con, uploads))
    lines = Lines.from_keys(keys, bits)
    con.register("line_codes", pd.DataFrame(lines.__dict__))
    con.table("line_codes").create("line")
    con.unregister("line_codes")
    return texts, lines


def text_lines(con: duckdb.DuckDBPyConnection, uploads: list[Upload], codes: dict[str, str] | None) -> None:
    """Create table line_text: the ballot lines of several uploads of a round as text."""
    with reporting_damage(uploads):
        _part_tables(con, uploads, codes)
        con.sql(read_sql("build/line_text")).create("line_text")
        con.execute(read_sql("intake/text_parts"))


def _twice_imported(con: duckdb.DuckDBPyConnection, uploads: list[Upload]) -> list[Problem]:
    """Return a problem per duplicate line, and a summary problem per earlier upload with several duplicates."""
    rows = con.execute(read_sql("build/twice_imported")).fetchall()
    newest = len(con.table("part_line").filter(f"part = {len(uploads) - 1}"))  # sql: a number of ours
    shared = Counter(part for *_, part in rows)
    overlaps = [_overlap(uploads[part], count, newest) for part, count in sorted(shared.items()) if count > 1]
    return overlaps + [
        _already_there(ballot, (ballot, unit, indicator), uploads[part]) for ballot, unit, indicator, part in rows
    ]


def _overlap(earlier: Upload, count: int, lines: int) -> Problem:
    """Return the problem that states how much of the newest upload an earlier upload already contains."""
    facts: dict[str, object] = {"count": count, "lines": lines, "percent": round(100 * count / lines)}
    return Problem("upload_overlaps", facts={**facts, "upload": earlier.upload_id, "earlier": _files_of(earlier)})


def _already_there(value: str, line: tuple[str, ...], earlier: Upload) -> Problem:
    """Return the problem for a line of an earlier upload. `earlier_lines` adds the row, which needs the files."""
    facts: dict[str, object] = {"upload": earlier.upload_id, "earlier": _files_of(earlier), "line": line}
    return Problem("already_imported_line", value=value, facts=facts)


def _files_of(upload: Upload) -> Place:
    return Place(_names_of(upload))


def _names_of(upload: Upload) -> str:
    return "、".join(file.name for file in upload.files)


def _part_tables(con: duckdb.DuckDBPyConnection, uploads: list[Upload], codes: dict[str, str] | None) -> None:
    """Create tables part_line, part_ballot, part_unit, part_indicator and part_grade, with a part per upload."""
    exists = False
    for part, upload in enumerate(uploads):
        texts = read_dictionaries(upload.folder / "dictionaries.json")
        units = resolve(texts.units, codes)
        categories = texts.categories if codes is None else ("",) * len(units)
        frames = {
            "part_unit": _numbered(part, name=units, category=categories),
            "part_indicator": _numbered(part, name=texts.indicators),
            "part_grade": _numbered(part, name=[g for g, _ in texts.grades], kind=[k for _, k in texts.grades]),
        }
        for name, frame in frames.items():
            con.register("part_frame", frame)
            _append(con, con.table("part_frame"), name, exists)
            con.unregister("part_frame")
        for what in ("line", "ballot"):
            relation = con.read_parquet(str(upload.folder / f"{what}s.parquet"))
            _append(con, relation.project(f"{part} AS part, *"), f"part_{what}", exists)
        exists = True


def _append(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, name: str, made: bool) -> None:
    if made:
        relation.insert_into(name)
    else:
        relation.create(name)


def _numbered(part: int, **columns: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    frame.insert(0, "code", np.arange(len(frame), dtype=np.int32))
    frame.insert(0, "part", np.int32(part))
    return frame
