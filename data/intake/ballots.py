"""Import of ballots, in the long form (a line per grade) or the wide form (a column per indicator).

Distinct values are judged once each (`values.py`); lines become integers in one join; sorting those integers both
orders the facts and makes duplicate lines adjacent.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.duckdb_access import read_sql
from data.intake import marked_names
from data.intake.anonymous import equal_rows, number_rows
from data.intake.ballot_columns import MARKS, NO_MARKS, BallotColumns, ValueColumn, merged, read_columns
from data.intake.categories import other_than_registered
from data.intake.claimed_fields import CHECKED_OF_BALLOTS, is_one, judge_claimed
from data.intake.coded_lines import SIDE, TAIL, CodedTable, coded_table
from data.intake.context import Context
from data.intake.contradictions import other_points
from data.intake.fault_limit import MOST_LISTED, more_faults
from data.intake.headers import Header, round_columns
from data.intake.headings import is_of_tool, is_skipped, option_scores, question_of
from data.intake.identifiers import (
    DASHED,
    DIGITS_KEPT,
    FEWEST_LONG,
    ISO,
    SURELY_LONG,
    SUSPECT,
    Numbers,
    damage,
)
from data.intake.meaning import Meaning
from data.intake.personal import looks_personal, personal_cells, unread_looks_personal
from data.intake.personal_values import sorts_in
from data.intake.profile import ColumnProfile, profiles
from data.intake.source import TextTable
from data.intake.table import LoadedTable, cut_last_row, unknown_columns
from data.intake.values import (
    EVERYONE,
    Judgement,
    alone,
    forces_kind,
    is_totals_row,
    is_totals_unit,
    judge_date,
    judge_grade,
    judge_group,
    judge_indicator,
    judge_round,
    judge_unit,
    scored_indicators,
)
from data.model.contract import fields, header_of
from data.model.facts import Bits, Dictionaries, PackedLines, ballots_digest, has_double, lines_digest
from data.model.names import CONTROL, EXCEL_ERRORS, LONGEST_NAME, match_key
from data.model.register import ONLY_CATEGORY, RESERVED
from data.model.spellings import one_spelling, other_spellings
from i18n import N_
from problems import Place, Problem, Term

# field of the contract -> column of line_text, in the order of the table
LINE_COLUMNS = {
    "ballot_id": "ballot_id",
    "group_code": "group_name",
    "unit_code": "unit",
    "category": "category",
    "indicator_code": "indicator",
    "grade_code": "grade",
    "score": "score",
    "validity": "validity",
    "round_id": "round",
    "cast_date": "cast_date",
    "channel": "channel",
    "site": "site",
    "invalid_reason": "invalid_reason",
    "weight": "weight",
    "row_no": "row_no",
    "file_id": "file_id",
}
# what the headings of the columns of grades name, a text for each of the lines that a record gives
LINE_LISTS = {
    "unit_code": "unnest((SELECT list(name) FROM of_unit)) AS unit",
    "indicator_code": "unnest((SELECT list(name) FROM of_indicator)) AS indicator",
}
ROWS_OF_0_1 = 2000  # rows in which version 0.1.0 looked for grades to tell which columns are indicators
NOT_ASKED = "\x1a"  # in a column of grades that a file lacks: not on its form, so there is no line
SERIALS = frozenset(match_key(word) for word in ("序号", "答卷序号", "答卷编号", "编号", "Response ID", "id"))
ROW_NUMBER = "[0-9]{1,9}"
UNLIKELY = 0.001  # chance below which a group that always gives the same is shown to a person
FEWEST_UNIFORM = 5  # ballots, and UNITS_UNIFORM units: the small tables of a check by hand are often alike on purpose
UNITS_UNIFORM = 3
CHECKING = N_("Checking every value")
MAP_TYPES = {"code": "int64", "known": "bool"}
Distinct = dict[str, list[dict[Any, Any]]]
# Spellings that are counted in one query each, and the columns that they come from.
SPELLED = {"units": ("unit", "category"), "groups": ("group_name",), "grades": ("grade", "score", "validity")}


@dataclass(frozen=True)
class BallotFacts:
    """Accepted ballots of one upload: codes, their texts, and table `ballot` in the connection."""

    dictionaries: Dictionaries
    lines: PackedLines
    digest: str


@dataclass
class BallotIntake:
    """Result of an import: facts if there is no error, and every problem in either case."""

    facts: BallotFacts | None = None
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    blank: int = 0
    places: "LinePlaces | None" = None
    meaning: Meaning = field(default_factory=Meaning)
    joined: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Form:
    """Form of the files. values: the columns of grades, none in the long form; names: file -> heading of each there."""

    headers: dict[str, Header]
    values: tuple[ValueColumn, ...] = ()
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Return the number of lines that a record gives."""
        return max(1, len(self.values))

    def value_header(self, place: int, file: str, name: str) -> str:
        """Return the header of the cell that holds a line's grade."""
        if self.values:
            return self.names[file][place % self.width]
        return self.headers[file].text_of("ballots", name)


@dataclass(frozen=True)
class LinePlaces:
    """Positions of imported lines in their files, available while the connection is open."""

    con: duckdb.DuckDBPyConnection
    loaded: LoadedTable
    form: _Form

    def of(self, lines: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, int, str]]:
        """Return file, row and unit column for each (ballot, unit, indicator) that exists."""
        self.con.register("wanted_line", pd.DataFrame(lines, columns=["ballot", "unit", "indicator"], dtype="str"))
        rows = self.con.execute(read_sql("intake/places_of_lines")).fetchall()
        self.con.unregister("wanted_line")
        width = self.form.width
        places = {}
        for *line, place in rows:
            file, row = self.loaded.place(place // width)
            places[tuple(line)] = (file, row, self.form.headers[file].text_of("ballots", "unit_code"))
        return places


def read_ballots(tables: list[tuple[TextTable, Header]], context: Context) -> BallotIntake:
    """Read ballot files that belong to one upload."""
    intake = BallotIntake()
    loaded, form, distinct = _load(tables, context, intake)
    if loaded is None:
        return intake
    context.watch.step(0.55, CHECKING)
    distinct = _set_aside(loaded, form, context, intake, distinct)
    _Judge(loaded, form, context, intake, distinct).judge()
    intake.places = LinePlaces(context.con, loaded, form)
    context.watch.step(0.7, CHECKING)
    if not any(problem.level == "error" for problem in intake.problems):
        _encode(loaded, form, context, intake)
        intake.problems += _uniform_groups(intake.facts, context)
    else:
        intake.problems += _double_lines(loaded, form, context.con)
    return intake


# --- loading -----------------------------------------------------------------------------------------------------


def _load(
    tables: list[tuple[TextTable, Header]], context: Context, intake: BallotIntake
) -> tuple[LoadedTable | None, _Form, Distinct]:
    """Load all files into `line_raw` and create the columns of `line_text`; return the spellings that were counted."""
    con = context.con
    long = any({"grade_code", "score"} & set(header.fields) for _, header in tables)
    tables = [(text, without_tool_fields(header)) for text, header in tables]
    most = ROWS_OF_0_1 if context.earlier else None
    content = [(text, header, profiles(con, text, header, list(header.other), most)) for text, header in tables]
    content = [(text, claimed(header, of, context), of) for text, header, of in content]
    tables = [(text, header) for text, header, _ in content]
    files = [read_columns(text.name, header, of, context, long=long) for text, header, of in content]
    form = _form(tables, files)
    intake.meaning.columns = [column for file in files for column in file.meanings]
    intake.meaning.cells = {"votes": 0, "unscored": 0, "set_aside": 0, "ignored": 0}
    for (_, _, of), file in zip(content, files, strict=True):
        intake.meaning.cells["set_aside"] += _unasked(of, file)
        intake.meaning.cells["ignored"] += sum(of[column].filled for column in file.ignored)
    named = {problem.file for file in files for problem in file.problems if problem.code == "unknown_unit"}
    intake.problems += [
        lack
        for text, header in tables
        if text.name not in named
        for lack in _lacking(text, header, form, context, long=long)
    ]
    if _refused(intake):
        return None, form, {}
    for (text, header), file in zip(tables, files, strict=True):
        intake.problems += [*file.problems, *_left_out(con, text, header, file)]
    if _refused(intake):
        return None, form, {}
    present = [name for name in LINE_COLUMNS if any(name in h.fields for _, h in tables)]
    coded, distinct = _as_codes(tables, form, present, context)
    asked = list(present)
    loaded: LoadedTable = coded or LoadedTable(con, "line_raw" if long else "wide_raw")
    if coded is not None:
        ends = zip(tables, coded.placements, strict=True)
        intake.problems += [problem for of, placed in ends for problem in cut_last_row(*of, placed)]
    else:
        for (text, header), file in zip(tables, files, strict=True):
            intake.problems += loaded.add(text, header, _projection(header, present, form.values, file, context))
        if _refused(intake):
            return None, form, {}
        if loaded.count and "ballot_id" not in present:
            number_rows(con, loaded.name)
            present = ["ballot_id", *present]
            intake.problems.append(equal_rows(con, loaded.name, tables[0][0].name))
        if loaded.count:
            _name_columns(con, present, form.values, _skipped([of for _, _, of in content]))
            # In the wide form lines without a grade are left out already, and their cells would not be searched.
            distinct = {} if form.values else {what: _spellings(con, what) for what in SPELLED}
    if not context.earlier:
        intake.problems += _personal(content, loaded, asked, context, files, intake.problems, distinct)
    if loaded.count == 0:
        intake.problems += [Problem("header_only", file=text.name) for text, _ in tables]
        return None, form, {}
    return loaded, form, distinct


def _as_codes(
    tables: list[tuple[TextTable, Header]], form: _Form, present: list[str], context: Context
) -> tuple[CodedTable | None, Distinct]:
    """Load large regular files in the long form as numbers; None if they have lines to set aside, such as totals."""
    if form.values or context.earlier or "ballot_id" not in present:
        return None, {}
    loaded = coded_table(context.con, tables, {name: LINE_COLUMNS[name] for name in present})
    if loaded is None:
        return None, {}
    distinct = {what: _spellings(context.con, what) for what in SPELLED}
    units, groups = ([row["value"] for row in distinct[what]] for what in ("units", "groups"))
    if "" in units or _header_words(units, groups, form) or _words_of_sums(context.con, units, groups, context):
        loaded.discard()
        return None, {}
    return loaded, distinct


def _personal(
    content: list[tuple[TextTable, Header, dict[int, ColumnProfile]]],
    loaded: LoadedTable,
    present: list[str],
    context: Context,
    files: list[BallotColumns],
    known: list[Problem],
    distinct: Distinct,
) -> list[Problem]:
    """Report personal data. Cells are located only if a distinct value, an unread column or a remark has some.

    present: the fields that were loaded; the profiles tell of all other columns. known: the problems so far, among
    them the remarks around the table. distinct: spellings that are counted already and need no other query.
    """
    counted = {column for what in distinct for column in SPELLED[what]}
    names = [column for name in present if (column := LINE_COLUMNS[name]) not in counted]
    texts = {str(text) for rows in distinct.values() for row in rows for name, text in row.items() if name != "lines"}
    suspicious = any(map(sorts_in, texts)) or (
        bool(loaded.placements and names)
        and any(
            looks_personal(context.con, table, own, {LINE_COLUMNS["ballot_id"]})
            for table, own in _columns_by_table(loaded, names).items()
        )
    )
    remarks = [p.value for source in (known, *(header.problems for _, header, _ in content)) for p in source if p.value]
    suspicious = suspicious or any(map(sorts_in, remarks))
    found = []
    for (text, header, of), file in zip(content, files, strict=True):
        unread = set(range(len(header.cells))) - {*header.fields.values(), *(set(header.other) - file.ignored), *of}
        flagged = suspicious or any(column.looks_personal for column in of.values())
        if flagged or unread_looks_personal(context.con, text, len(header.cells), unread):
            found += personal_cells(text, header.columns("ballots"))
    return found


def _columns_by_table(loaded: LoadedTable, names: list[str]) -> dict[str, list[str]]:
    """Return table -> those of the columns whose values it has."""
    if not isinstance(loaded, CodedTable):
        return {loaded.name: names}
    parts = {"line_head": ("ballot_id",), "line_side": SIDE, "line_tail": TAIL}
    found = {table: [name for name in names if name in of] for table, of in parts.items()}
    return {table: own for table, own in found.items() if own}


def _refused(intake: BallotIntake) -> bool:
    return any(problem.level == "error" for problem in intake.problems)


def _form(tables: list[tuple[TextTable, Header]], files: list[BallotColumns]) -> _Form:
    values = merged(files)
    names = {}
    for (text, _), file in zip(tables, files, strict=True):
        own = {(value.unit, value.indicator): value.name for value in file.values}
        names[text.name] = tuple(own.get((value.unit, value.indicator), value.name) for value in values)
    return _Form({text.name: header for text, header in tables}, values, names)


def without_tool_fields(header: Header) -> Header:
    """Return the header of a survey export without the field of the channel: its 来源 is 微信 or 链接, the way in which
    the tool was opened, and not how the office collected the ballot.
    """
    column = header.fields.get("channel")
    from_tool = "unit_code" not in header.fields and column is not None and is_of_tool(header.cells[column])
    return header.releasing("channel") if from_tool else header


def claimed(header: Header, profile: Mapping[int, ColumnProfile], context: Context) -> Header:
    """Return the header with the fields that only their content or form tells: the group, by its answers, a column of
    years, and the number of the answer, where each row is one respondent.
    """
    assert context.rules is not None, "ballots are read under a rule set"
    groups = {match_key(name) for name in context.rules.group_names() or ()}
    if "group_code" not in header.fields and groups:
        answers = [c for c, of in profile.items() if of.values and {match_key(v) for v in of.values} <= groups]
        header = header.claiming("group_code", answers[0]) if len(answers) == 1 else header
    rounds = set() if context.former else round_columns("ballots", header)
    if rounds and "round_id" not in header.fields:
        header = header.claiming("round_id", min(rounds))
    serial = [column for column, text in header.other.items() if match_key(question_of(text)) in SERIALS]
    if "unit_code" not in header.fields and "ballot_id" not in header.fields and len(serial) == 1:
        header = header.claiming("ballot_id", serial[0])
    return header


def _lacking(text: TextTable, header: Header, form: _Form, context: Context, *, long: bool) -> list[Problem]:
    """Report the columns without which the lines of a file cannot be read."""
    needed = [] if _is_of_everyone(form, context) else ["group_code"]
    needed += [] if any(value.unit for value in form.values) else ["unit_code"]
    needed += [] if long or form.values else ["grade_code"]
    numbered = any("ballot_id" in other.fields for other in form.headers.values())
    needed += ["ballot_id"] if numbered else []
    return [_without(text, header, [name for name in needed if name not in header.fields])] * (
        not set(needed) <= set(header.fields)
    )


def _is_of_everyone(form: _Form, context: Context) -> bool:
    """Return whether the evaluators are one group: the rules pool all votes, and no file says who gave them."""
    assert context.rules is not None, "ballots are read under a rule set"
    return context.rules.group_names() is None and not any("group_code" in h.fields for h in form.headers.values())


def _left_out(con: duckdb.DuckDBPyConnection, text: TextTable, header: Header, file: BallotColumns) -> list[Problem]:
    """List the columns that are not read and that no question names."""
    asked = {name for problem in file.problems for name in _names(problem)}
    return unknown_columns(con, text, header, {c for c in file.ignored if header.cells[c] not in asked})


def _names(problem: Problem) -> Sequence[str]:
    columns = problem.facts.get("columns")
    return columns if isinstance(columns, list) else [problem.column or ""]


def _skipped(content: Sequence[Mapping[int, ColumnProfile]]) -> set[str]:
    """Return the answers by which survey tools say that a question was not put."""
    return {value for of in content for column in of.values() for value in column.values if is_skipped(value)}


def _unasked(profile: Mapping[int, ColumnProfile], file: BallotColumns) -> int:
    """Return the number of cells in columns of grades that say that the question was not put."""
    graded = [of for column, of in profile.items() if column not in file.ignored]
    return sum(cells for of in graded for value, cells in of.values.items() if is_skipped(value))


def _projection(
    header: Header, present: list[str], values: tuple[ValueColumn, ...], file: BallotColumns, context: Context
) -> str:
    """Return the SQL projection of a file onto our column names; a column that the file lacks is empty, but a column
    of grades that it lacks was not on its form.
    """

    def column(index: int | None, name: str) -> str:
        source = "NULL::VARCHAR" if index is None else f"c{index}"
        return f"{source} AS {name}"

    parts = [column(header.fields.get(name), LINE_COLUMNS[name]) for name in present]
    parts.append(f"{_lead(header, file)} AS lead")
    positions = {cell: index for index, cell in enumerate(header.cells)}
    own = {(value.unit, value.indicator): value for value in file.values}
    for number, value in enumerate(values):
        found = own.get((value.unit, value.indicator))
        if found is None:
            parts.append(column(None, f"v{number}") if context.earlier else f"'{NOT_ASKED}' AS v{number}")
        elif found.ticks:
            parts.append(f"{_marks(found.ticks, strict=not context.former)} AS v{number}")
        else:
            parts.append(column(positions[found.name], f"v{number}"))
    return ", ".join(parts)


def _lead(header: Header, file: BallotColumns) -> str:
    """Return the SQL for the unread cells (such as 序号) of a line without a unit: they may contain 合计."""
    words = [
        f"CASE WHEN regexp_matches(c{column}, '(?i)[计均总]|total|average|mean|sum') THEN c{column} END"
        for column in range(len(header.cells))
        if column in file.ignored or column not in {*header.fields.values(), *header.other}
    ]
    if not words:
        return "NULL::VARCHAR"
    unit = header.fields.get("unit_code", header.fields.get("ballot_id"))
    missing = "true" if unit is None else f"c{unit} IS NULL"
    return f"CASE WHEN {missing} THEN coalesce({', '.join(words)}) END"


def _marks(columns: Sequence[tuple[int, str]], *, strict: bool) -> str:
    """Return the SQL for the grade ticked; several ticks give a text outside every scale, so that it is refused.

    A cell that is neither a tick nor empty is passed on unchanged; strict: the name of another grade below a grade is
    refused as two ticks are.
    """
    quoted = [(f"c{column}", "'" + grade.replace("'", "''") + "'") for column, grade in columns]
    marks, none = (", ".join(f"'{mark}'" for mark in signs) for signs in (MARKS, ("", *NO_MARKS)))
    cells = [
        f"CASE WHEN trim({cell}) IN ({marks}) THEN {grade} WHEN trim({cell}) IN ({_others(grade, quoted, strict)})"
        f" THEN concat_ws('+', {grade}, {cell}) WHEN trim({cell}) NOT IN ({none}) THEN {cell} END"
        for cell, grade in quoted
    ]
    return f"nullif(concat_ws('+', {', '.join(cells)}), '')"


def _others(grade: str, quoted: Sequence[tuple[str, str]], strict: bool) -> str:
    """Return the names of the other grades as SQL; of none, if they are read as votes."""
    return ", ".join(other for _, other in quoted if other != grade and strict) or "NULL"


def _named_by(values: Sequence[ValueColumn]) -> dict[str, bool]:
    """Return which of unit and indicator the headings of the columns of grades name."""
    return {
        "unit_code": any(value.unit for value in values),
        "indicator_code": any(value.indicator for value in values),
    }


def _name_columns(
    con: duckdb.DuckDBPyConnection, present: list[str], values: tuple[ValueColumn, ...], skipped: Collection[str]
) -> None:
    """Create view `line_text`: every column of LINE_COLUMNS, and the place of the line in file order."""
    own = [name for name, has in _named_by(values).items() if has]
    if values:
        kept = [LINE_COLUMNS[name] for name in present if name not in own]
        numbers = ", ".join(f"v{number}" for number in range(len(values)))
        named = []
        for name in own:
            texts = [value.unit if name == "unit_code" else value.indicator for value in values]
            con.register(f"of_{LINE_COLUMNS[name]}", pd.DataFrame({"name": texts}))
            named.append(LINE_LISTS[name])
        con.table("wide_raw").project(", ".join([*kept, "lead", *named, f"unnest([{numbers}]) AS grade"])).create(
            "line_raw"
        )
        present = [*(name for name in present if name not in own), *own, "grade_code"]
    empty = "NULL::VARCHAR AS {}"
    columns = [LINE_COLUMNS[name] if name in present else empty.format(LINE_COLUMNS[name]) for name in LINE_COLUMNS]
    named_by_record = "NULL::VARCHAR AS named" if "unit_code" in own else "unit AS named"
    lines = con.table("line_raw").project(", ".join(["rowid AS place", *columns, named_by_record, "lead"]))
    if values:
        grade = duckdb.ColumnExpression("grade")
        absent = [duckdb.ConstantExpression(word) for word in sorted({NOT_ASKED, *skipped})]
        lines = lines.filter(grade.isnull() | grade.isnotin(*absent))
    lines.create_view("line_text")
    con.execute(read_sql("intake/text_parts"))


def _without(text: TextTable, header: Header, names: Sequence[str]) -> Problem:
    facts = {
        "missing": [header_of("ballots", name) for name in names],
        "found": [cell for cell in header.cells if cell],
    }
    return Problem("missing_columns", file=text.name, row=header.row, facts=facts)


# --- judging -----------------------------------------------------------------------------------------------------


def _set_aside(
    loaded: LoadedTable, form: _Form, context: Context, intake: BallotIntake, distinct: Distinct
) -> Distinct:
    """Leave out totals (listed) and blank records (counted); refuse a header repeated among the rows.

    Returns the spellings examined, if no line was left out.
    """
    con = context.con
    distinct = distinct or {what: _spellings(con, what) for what in ("units", "groups")}
    units = [row["value"] for row in distinct["units"]]
    groups = [row["value"] for row in distinct["groups"]]
    words = _header_words(units, groups, form)
    repeated = {word["value"] for word in words}
    words += _words_of_sums(con, units, groups, context)
    intake.rows = loaded.count
    intake.blank = sum(placement.blank for placement in loaded.placements)
    if not words and "" not in units and not any(value.unit for value in form.values):
        return distinct
    con.register("totals_word", pd.DataFrame(words, columns=["field", "value"], dtype="str"))
    rows = con.execute(read_sql("intake/set_aside")).fetchall()
    width = form.width
    records = {place // width: value for place, value in reversed(rows)}
    for record, value in sorted(records.items()):
        file, row = loaded.place(record)
        if value in repeated:
            intake.problems.append(Problem("header_repeated", file=file, row=row))
        elif value is not None:
            intake.problems.append(Problem("totals_row", "warning", file=file, row=row, value=value))
    intake.rows -= len(records)
    intake.blank += sum(value is None for value in records.values())
    con.register("aside", pd.DataFrame({"place": [place for place, _ in rows]}, dtype="int64"))
    intake.meaning.cells["set_aside"] += _filled_aside(con)
    con.execute(read_sql("intake/delete_set_aside"))
    con.unregister("totals_word")
    con.unregister("aside")
    return {}


def _header_words(units: list[str], groups: list[str], form: _Form) -> list[dict[str, str]]:
    """Return the cells that repeat the header: the name of the unit's column, or of the group's where a row is a
    respondent.
    """
    by_row = any(value.unit for value in form.values)
    name, values = ("group_code", groups) if by_row else ("unit_code", units)
    headings = {match_key(header.text_of("ballots", name)) for header in form.headers.values()}
    return [{"field": LINE_COLUMNS[name].removesuffix("_name"), "value": v} for v in values if match_key(v) in headings]


def _filled_aside(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of lines to set aside whose cell of the grade or score holds anything."""
    (filled,) = con.execute(read_sql("intake/filled_aside")).fetchall()[0]
    return int(filled)


def _spellings(con: duckdb.DuckDBPyConnection, what: str) -> list[dict[Any, Any]]:
    """Return the distinct values of one sort, each with the columns of its query."""
    found = con.execute(read_sql(f"intake/distinct_{what}"))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _words_of_sums(
    con: duckdb.DuckDBPyConnection, units: list[str], groups: list[str], context: Context
) -> list[dict[str, str]]:
    """Return the words for totals that replace a unit or a group, or begin a line without a unit."""
    assert context.rules is not None, "ballots are read under a rule set"
    codes = context.register.codes() if context.register else {}
    listed = {match_key(name) for name in context.rules.group_names() or ()}
    leads = [value for (value,) in con.execute(read_sql("intake/distinct_leads")).fetchall()]
    asked: list[tuple[str, list[str], Container[str], Callable[[str], bool]]] = [
        ("unit", units, {*codes, *alone(units)}, is_totals_row if context.earlier else is_totals_unit),
        ("group", groups, listed, is_totals_row),
        ("lead", leads, (), is_totals_row),
    ]
    return [
        {"field": field, "value": value}
        for field, values, known, is_sum in asked
        for value in values
        if is_sum(value) and match_key(value) not in known
    ]


class _Judge:
    """Judge of distinct values: keeps the maps from spelling to code, and lists the refused cells."""

    def __init__(
        self, loaded: LoadedTable, form: _Form, context: Context, intake: BallotIntake, distinct: Distinct
    ) -> None:
        self.loaded, self.form, self.context, self.intake = loaded, form, context, intake
        self.distinct = distinct
        self.con = context.con
        self.bad: list[dict[str, object]] = []
        self.judgements: list[Judgement] = []
        self.refused: dict[str, int] = {}  # field -> number of its spellings that were refused
        self.more = False  # whether more cells have faults than are listed

    def judge(self) -> None:
        """Fill the maps unit_map, group_map, indicator_map, grade_map and ballot_map."""
        self._units()
        self._groups()
        self._indicators()
        self._grades()
        self._ballots()
        self._rounds()
        self._dates()
        self._claimed()
        self._weights()
        self._faulty_cells()
        self._two_groups()
        self._reserved_categories()
        self._two_categories()
        self.intake.problems += [more_faults()] if self.more else []

    def _refuse(self, name: str, value: str, judgement: Judgement, **key: str) -> None:
        self.refused[name] = self.refused.get(name, 0) + 1
        if self.refused[name] > MOST_LISTED and not judgement.warning:
            self.more = True
            return
        row = {"number": len(self.judgements), "field": name, "value": value}
        self.bad.append({**row, "score": key.get("score", ""), "validity": key.get("validity", "")})
        self.judgements.append(judgement)

    def _keep(self, table: str, rows: Sequence[tuple[object, ...]], columns: list[str]) -> None:
        frame = pd.DataFrame(rows, columns=columns)
        frame = frame.astype({column: MAP_TYPES.get(column, "str") for column in columns})
        self.con.from_df(frame).create(table)

    def _join(self, kept: dict[str, str], lines: dict[str, int]) -> None:
        """Give names that differ in spaces, width or case only the spelling that most lines have."""
        if self.context.earlier:
            return
        counts: dict[str, int] = {}
        for value, name in kept.items():
            counts[name] = counts.get(name, 0) + lines[value]
        spelled = one_spelling(counts)
        kept.update({value: spelled[name] for value, name in kept.items() if name in spelled})
        self.intake.joined |= other_spellings(spelled)

    def _distinct(self, what: str) -> list[dict[Any, Any]]:
        if what not in self.distinct:
            self.distinct[what] = _spellings(self.con, what)
        return self.distinct[what]

    def _units(self) -> None:
        codes = self.context.register.codes() if self.context.register else {}
        kept: dict[str, str] = {}
        for value in sorted({row["value"] for row in self._distinct("units")}):
            if self.more:
                break
            judgement = judge_unit(value, self.context, codes)
            if judgement.kept is not None:
                kept[value] = judgement.kept
            if judgement.code:
                self._refuse("unit_code", value, judgement)
        if self.context.register is None:
            lines = {row["value"]: row["lines"] for row in self._distinct("units")}
            self._join(kept, lines)
            self.intake.problems += marked_names.question(None, kept.values())
        order = {name: code for code, name in enumerate(sorted(set(kept.values())))}
        rows = [(value, order[name], name) for value, name in kept.items()]
        self._keep("unit_map", rows, ["value", "code", "name"])

    def _groups(self) -> None:
        rules = self.context.rules
        assert rules is not None, "ballots are read under a rule set"
        names = rules.group_names()
        known = None if names is None else {match_key(name): name for name in names}
        of_everyone = _is_of_everyone(self.form, self.context)
        rows: list[tuple[object, ...]] = []
        for entry in self._distinct("groups"):
            judgement = Judgement(EVERYONE) if of_everyone else judge_group(entry["value"], known)
            if judgement.kept is None:
                self._refuse("group_code", entry["value"], judgement)
            # A refused group keeps its name, so that its ballots can be judged too.
            known_group = judgement.kept is not None
            rows.append((entry["value"], judgement.kept or entry["value"], known_group))
        kept = {str(value): str(name) for value, name, _ in rows}
        lines = {entry["value"]: entry["lines"] for entry in self._distinct("groups")}
        if known is None:
            self._join(kept, lines)
        rows = [(value, kept[str(value)], is_known) for value, _, is_known in rows]
        for value, count in lines.items():
            _add(self.intake.meaning.groups, kept[value], count)
        self._keep("group_map", rows, ["value", "name", "known"])

    def _indicators(self) -> None:
        rules = self.context.rules
        assert rules is not None, "ballots are read under a rule set"
        kept: dict[str, str] = {}
        for entry in self._distinct("indicators"):
            judgement = judge_indicator(entry["value"], rules)
            if judgement.kept is None:
                self._refuse("indicator_code", entry["value"], judgement)
            else:
                kept[entry["value"]] = judgement.kept
        self._join(kept, {entry["value"]: entry["lines"] for entry in self._distinct("indicators")})
        order = {name: code for code, name in enumerate(sorted(set(kept.values())))}
        self.intake.meaning.scored = scored_indicators(order, rules)
        rows = [(value, order[name], name) for value, name in kept.items()]
        self._keep("indicator_map", rows, ["value", "code", "name"])

    def _grades(self) -> None:
        rules = self.context.rules
        assert rules is not None, "ballots are read under a rule set"
        kept: dict[tuple[str, str, str], Judgement] = {}
        answers = (entry["value"] for entry in self._distinct("grades"))
        numbers = option_scores(answers) if rules.numeric and self.form.values else {}
        for entry in self._distinct("grades"):
            if self.more:  # the file is refused, and no further fault would be listed
                break
            key = (entry["value"], entry["score"], entry["validity"])
            judgement = judge_grade(numbers.get(key[0], key[0]), *key[1:], rules)
            if judgement.kept is None:
                name = "grade_code" if entry["value"] or not entry["score"] else "score"
                name = "validity" if judgement.code == "unknown_choice" else name
                self._refuse(name, key[0], judgement, score=key[1], validity=key[2])
            else:
                kept[key] = judgement
                self._tally(entry, judgement)
        printed = {(key[0], str(judgement.kept)) for key, judgement in kept.items() if key[0]}
        self.intake.problems += other_points(None, None, sorted(printed), rules)
        # The kind is kept only where the validity column forced it: else it follows from the rule set, and a column
        # that says 有效 of every line would make other facts of the same votes.
        grade = {key: (str(j.kept), j.kind if forces_kind(key[2]) else "") for key, j in kept.items()}
        order = {pair: code for code, pair in enumerate(sorted(set(grade.values())))}
        rows = [(*key, order[pair], *pair) for key, pair in grade.items()]
        self._keep("grade_map", rows, ["value", "score", "validity", "code", "name", "kind"])

    def _tally(self, entry: dict[Any, Any], judgement: Judgement) -> None:
        """Count the lines of a grade, as votes or as not scored; an empty cell is neither."""
        meaning, name = self.intake.meaning, str(judgement.kept)
        _add(meaning.grades, name, entry["lines"])
        if entry["value"] or entry["score"]:
            _add(meaning.cells, "unscored" if judgement.kind else "votes", entry["lines"])

    def _ballots(self) -> None:
        self.con.sql(read_sql("intake/ballot_map")).create("ballot_map")
        earlier = self.context.earlier
        categories = name_categories(self.con, joins=not earlier)
        others = () if earlier else (join_sites(self.con), join_ballot_numbers(self.con))
        self.intake.joined |= other_spellings(categories, *others)
        errors = [] if self.context.former else sorted(EXCEL_ERRORS)
        for value, code in self.con.execute(read_sql("intake/bad_ballots"), {"errors": errors}).fetchall():
            self._refuse("ballot_id", value, Judgement(None, code, _ballot_facts(value)))
        if not earlier:
            self._damaged_numbers()

    def _damaged_numbers(self) -> None:
        """Refuse ballot numbers that a spreadsheet changed: several ballots would be joined."""
        common = {"kept": DIGITS_KEPT, "fewest": FEWEST_LONG, "surely": SURELY_LONG, "dashed": DASHED, "iso": ISO}
        numbers = Numbers(*self.con.execute(read_sql("intake/ballot_numbers"), common).fetchall()[0])
        asked = {"suspect": SUSPECT, "padded": numbers.padded, "kept": DIGITS_KEPT if numbers.rounded else 0}
        for (value,) in self.con.execute(read_sql("intake/suspect_ballots"), asked).fetchall():
            facts = damage(value, numbers)
            if facts:
                self._refuse("ballot_id", value, Judgement(None, "damaged_identifier", facts))

    def _rounds(self) -> None:
        """Report rows that all name another round as a single problem: the wrong round was chosen."""
        found = self._distinct("rounds")
        judged = [(entry, judge_round(entry["value"], self.context.round_id)) for entry in found]
        wrong = [(entry, judgement) for entry, judgement in judged if judgement.kept is None]
        if len(wrong) == len(found) == 1:
            self._note_first("round_id", *wrong[0])
            return
        for entry, judgement in wrong:
            rounds = [self.context.round_id, *(other["value"] for other, _ in wrong)]
            self._refuse(
                "round_id", entry["value"], Judgement(None, "two_rounds", {**judgement.facts, "rounds": rounds})
            )

    def _dates(self) -> None:
        """Check dates, which are not kept; show a serial number as its date once."""
        for entry in self._distinct("dates"):
            judgement = judge_date(entry["value"], self.context.round_id)
            if judgement.warning:
                self._note_first("cast_date", entry, judgement)
            elif judgement.kept is None:
                self._refuse("cast_date", entry["value"], judgement)

    def _claimed(self) -> None:
        """Check the fields that no figure uses."""
        for name in () if self.context.earlier else CHECKED_OF_BALLOTS:
            for value in self._values_of(name):
                judgement = judge_claimed("ballots", name, value)
                if judgement.kept is None:
                    self._refuse(name, value, judgement)

    def _values_of(self, name: str) -> list[str]:
        """Return the distinct values of a field; none where no file has the column."""
        if not any(name in header.fields for header in self.form.headers.values()):
            return []
        column = duckdb.ColumnExpression(LINE_COLUMNS[name])
        plain = duckdb.FunctionExpression("regexp_full_match", column, duckdb.ConstantExpression(ROW_NUMBER))
        lines = self.con.table("line_side" if LINE_COLUMNS[name] in SIDE else "line_tail")
        lines = lines.filter(~plain) if name == "row_no" else lines  # every row has another number
        return sorted(value for (value,) in lines.select(column).distinct().fetchall() if value is not None)

    def _weights(self) -> None:
        """Refuse sampling weights: no rule says how they count."""
        weights = [value for value in self._values_of("weight") if not is_one(value)]
        if not weights or self.context.earlier:
            return
        weight = duckdb.ColumnExpression("weight")
        lines = self.con.table("line_text").filter(weight.isin(*map(duckdb.ConstantExpression, weights)))
        place, value = lines.order("place").limit(1).select("place", "weight").fetchall()[0]
        self._note_first("weight", {"place": place, "value": value}, Judgement(None, "sampling_weight"))

    def _note_first(self, name: str, entry: dict[Any, Any], judgement: Judgement) -> None:
        file, row = self._place(entry["place"])
        header = self.form.headers[file].text_of("ballots", name)
        level = "warning" if judgement.warning else "error"
        self.intake.problems.append(
            Problem(judgement.code, level, file, None, row, header, entry["value"], judgement.facts)
        )

    def _place(self, place: int) -> tuple[str, int]:
        return self.loaded.place(place // self.form.width)

    def _faulty_cells(self) -> None:
        """Report each faulty cell once; in the wide form the lines of a record share its cells."""
        if not self.bad:
            return
        self.con.register("bad_value", pd.DataFrame(self.bad))
        seen: set[tuple[str, int, str]] = set()
        for place, name, value, number, total in self.con.execute(
            read_sql("intake/faulty_cells"), {"most": MOST_LISTED}
        ).fetchall():
            self.more = self.more or total > MOST_LISTED
            judgement = self.judgements[number]
            file, row = self._place(place)
            header = self.form.headers[file].text_of("ballots", name)
            if name in ("grade_code", "score"):
                header = self.form.value_header(place, file, name)
            if (file, row, header) in seen:
                continue
            seen.add((file, row, header))
            level = "warning" if judgement.warning else "error"
            shown = str(judgement.facts.get("value", value))
            self.intake.problems.append(Problem(judgement.code, level, file, None, row, header, shown, judgement.facts))
        self.con.unregister("bad_value")

    def _two_groups(self) -> None:
        (any_two_groups,) = self.con.execute(read_sql("intake/any_two_groups")).fetchall()[0]
        rows = self.con.execute(read_sql("intake/two_groups")).fetchmany(MOST_LISTED + 1) if any_two_groups else []
        self.more = self.more or len(rows) > MOST_LISTED
        for place, ballot, group, usual in rows[:MOST_LISTED]:
            file, row = self._place(place)
            header = self.form.headers[file].text_of("ballots", "group_code")
            facts = {"value": ballot, "group": group, "other_group": usual}
            self.intake.problems.append(Problem("ballot_in_two_groups", "error", file, None, row, header, group, facts))

    def _reserved_categories(self) -> None:
        """Refuse a category under a word that means all of them."""
        if self.context.former or not any("category" in header.fields for header in self.form.headers.values()):
            return
        for category, place in self.con.execute(read_sql("intake/categories_used")).fetchall():
            if match_key(category) in RESERVED:
                file, row = self._place(place)
                header = self.form.headers[file].text_of("ballots", "category")
                self.intake.problems.append(Problem("reserved_category", "error", file, None, row, header, category))

    def _two_categories(self) -> None:
        if self.context.register is not None:
            return
        (any_unit,) = self.con.execute(read_sql("intake/any_two_categories")).fetchall()[0]
        rows = self.con.execute(read_sql("intake/two_categories")).fetchall() if any_unit else []
        for place, unit, category, usual in rows:
            file, row = self._place(place)
            header = self.form.headers[file].text_of("ballots", "category")
            facts = {"value": unit, "categories": [category, usual]}
            self.intake.problems.append(
                Problem("unit_in_two_categories", "error", file, None, row, header, category, facts)
            )
        if self.context.former or not any("category" in header.fields for header in self.form.headers.values()):
            return
        for (place,) in self.con.execute(read_sql("intake/no_category")).fetchall():
            file, row = self._place(place)
            header = self.form.headers[file].text_of("ballots", "category")
            self.intake.problems.append(Problem("missing_value", "error", file, None, row, header, ""))


def _add(counts: dict[str, int], name: str, number: int) -> None:
    counts[name] = counts.get(name, 0) + int(number)


def _ballot_facts(value: str) -> dict[str, object]:
    control = CONTROL.search(value)
    return {
        "length": len(value),
        "limit": LONGEST_NAME,
        "character": control.group() if control else "",
    }


def unscored(facts: BallotFacts, context: Context) -> dict[str, int]:
    """Count the lines of each word that is kept but not scored, such as 不了解 or 弃权; '' for an empty cell."""
    assert context.rules is not None, "ballots are read under a rule set"
    many = len(facts.dictionaries.grades)
    lines = np.zeros(many, dtype=np.int64)
    for piece in facts.lines.pieces():
        lines += np.bincount(piece.grade, minlength=many)
    found: dict[str, int] = {}
    for (name, kind), count in zip(facts.dictionaries.grades, lines.tolist(), strict=True):
        if kind or not name or name in context.rules.unscored:
            found[name] = found.get(name, 0) + count
    return found


def _uniform_groups(facts: BallotFacts | None, context: Context) -> list[Problem]:
    """Report groups whose ballots all give every unit the same grade, where that is unlikely.

    With the share p of the grade among the other groups (one line added on either side), n ballots agree by chance
    with probability p to the power of n.
    """
    rules = context.rules
    if facts is None or rules is None:
        return []
    grades = facts.dictionaries.grades
    scored = np.array([bool(text) and not kind and text not in rules.unscored for text, kind in grades], dtype=bool)
    groups = context.con.execute(read_sql("intake/ballots_by_group")).fetchall()
    of_ballot = np.repeat(np.arange(len(groups)), [count for _, count in groups])
    cells = np.zeros(len(groups) * len(grades), dtype=np.int64)
    units = np.zeros((len(groups), len(facts.dictionaries.units)), dtype=bool)
    for piece in facts.lines.pieces():
        of_line = of_ballot[piece.ballot]
        cells += np.bincount(of_line * len(grades) + piece.grade, minlength=len(cells))
        units[of_line, piece.unit] = True
    votes = cells.reshape(len(groups), len(grades)) * scored
    problems = []
    for place, (name, ballots) in enumerate(groups):
        if np.count_nonzero(votes[place]) != 1 or ballots < FEWEST_UNIFORM:
            continue
        if np.count_nonzero(units[place]) < UNITS_UNIFORM:
            continue
        grade = int(votes[place].argmax())
        others = votes.sum(axis=0) - votes[place]
        share = (others[grade] + 1) / (others.sum() + 2)
        if share**ballots < UNLIKELY:
            about = {"count": ballots, "grade": grades[grade][0]}
            problems.append(Problem("group_gives_one_score", "warning", value=name, facts=about))
    return problems


# --- facts -------------------------------------------------------------------------------------------------------


def _encode(loaded: LoadedTable, form: _Form, context: Context, intake: BallotIntake) -> None:
    """Turn the lines into sorted codes, in which duplicate lines are adjacent."""
    con = context.con
    dictionaries = dictionaries_of(con)
    con.sql(read_sql("intake/ballot")).create("ballot")
    keys, bits = sorted_keys(con, dictionaries, len(con.table("ballot")), loaded)
    context.watch.step(0.85, CHECKING)
    if has_double(keys, bits):
        intake.problems += _double_lines(loaded, form, con)
        return
    lines = PackedLines(keys, bits)
    intake.meaning.categories = _categories(dictionaries, context)
    intake.problems += _of_register(dictionaries, context)
    digest = lines_digest(dictionaries, ballots_digest(con), lines)
    intake.facts = BallotFacts(dictionaries, lines, digest)


def _categories(dictionaries: Dictionaries, context: Context) -> dict[str, int]:
    """Return the number of units that have ballots in each category: of the register, else of the file."""
    found: dict[str, int] = {}
    registered = {unit.unit_code: unit.category for unit in context.register.units} if context.register else {}
    for unit, category in zip(dictionaries.units, dictionaries.categories, strict=True):
        _add(found, registered.get(unit, category) or ONLY_CATEGORY, 1)
    return dict(sorted(found.items()))


def _of_register(dictionaries: Dictionaries, context: Context) -> list[Problem]:
    """Ask about units to which the file gives another category than the register."""
    registered = {unit.unit_code: unit.category for unit in context.register.units} if context.register else {}
    given = zip(dictionaries.units, dictionaries.categories, strict=True)
    return other_than_registered(None, [(own, registered[unit]) for unit, own in given if unit in registered])


def sorted_keys(
    con: duckdb.DuckDBPyConnection, dictionaries: Dictionaries, ballots: int, loaded: LoadedTable | None = None
) -> tuple[NDArray[np.int64], Bits]:
    """Return every line of `line_text` as a single integer, sorted. loaded: the table behind it."""
    bits = Bits.for_sizes(len(dictionaries.units), ballots, len(dictionaries.indicators), len(dictionaries.grades))
    shifts = {
        "unit_shift": bits.unit_shift,
        "ballot_shift": bits.ballot_shift,
        "indicator_shift": bits.indicator_shift,
    }
    keys = loaded.keys(shifts) if isinstance(loaded, CodedTable) else _keys_of_texts(con, shifts)
    keys.sort()
    return keys, bits


def _keys_of_texts(con: duckdb.DuckDBPyConnection, shifts: dict[str, int]) -> NDArray[np.int64]:
    # The keys are sorted afterwards, so DuckDB need not keep the order of the file (8 million lines: 0.1 s less).
    con.execute("SET preserve_insertion_order = false")
    keys = con.execute(read_sql("intake/encode"), shifts).fetchnumpy()["key"]
    con.execute("SET preserve_insertion_order = true")
    return np.asarray(keys, dtype=np.int64)


def name_categories(con: duckdb.DuckDBPyConnection, *, joins: bool = True) -> dict[str, str]:
    """Create table category_map: each spelling of a category with the usual spelling; return those that differ.

    joins: whether spellings with one key are one category, which they were not in version 0.1.0.
    """
    lines: dict[str, int] = dict(con.execute(read_sql("intake/distinct_categories")).fetchall())
    trimmed: dict[str, int] = {}
    for value, count in lines.items():
        trimmed[value.strip(" ")] = trimmed.get(value.strip(" "), 0) + count
    spelled = one_spelling(trimmed) if joins else {}
    rows = [(value, spelled.get(value.strip(" "), value.strip(" "))) for value in lines]
    con.from_df(pd.DataFrame(rows, columns=["value", "name"], dtype="str")).create("category_map")
    return spelled


def join_sites(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Give the sites of ballot_map one spelling each; return the spellings that changed."""
    spelled = one_spelling(dict(con.execute(read_sql("intake/distinct_sites")).fetchall()))
    for other, usual in spelled.items():
        con.execute(read_sql("intake/respell_site"), {"other": other, "usual": usual})
    return spelled


def join_ballot_numbers(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Give the numbers of ballot_map one spelling each; return the spellings that changed."""
    spelled = one_spelling(dict(con.execute(read_sql("intake/doubtful_numbers")).fetchall()))
    if spelled:
        con.register("ballot_spelling", pd.DataFrame(list(spelled.items()), columns=["other", "usual"], dtype="str"))
        con.sql(read_sql("intake/respelled_ballots")).create("respelled_ballots")
        con.execute(read_sql("intake/replace_ballot_map"))
        con.unregister("ballot_spelling")
    return spelled


def dictionaries_of(con: duckdb.DuckDBPyConnection) -> Dictionaries:
    """Return the texts behind the codes of the maps in the connection."""
    units = con.execute(read_sql("intake/unit_dictionary")).fetchall()
    indicators = con.execute(read_sql("intake/indicator_dictionary")).fetchall()
    grades = con.execute(read_sql("intake/grade_dictionary")).fetchall()
    return Dictionaries(
        tuple(name for name, _ in units),
        tuple(category for _, category in units),
        tuple(name for (name,) in indicators),
        tuple((name, kind) for name, kind in grades),
    )


def _double_lines(loaded: LoadedTable, form: _Form, con: duckdb.DuckDBPyConnection) -> list[Problem]:
    width = form.width
    found = con.execute(read_sql("intake/double_lines")).fetchmany(MOST_LISTED + 1)
    problems = [more_faults()] if len(found) > MOST_LISTED else []
    for place, unit, earlier, *grades in found[:MOST_LISTED]:
        file, row = loaded.place(place // width)
        earlier_file, earlier_row = loaded.place(earlier // width)
        header = form.headers[file].text_of("ballots", "unit_code")
        facts: dict[str, object] = {"earlier": Place(earlier_file, earlier_row)}
        if grades[0] != grades[1]:
            facts |= zip(("grade", "other_grade"), (grade or Term(N_("empty")) for grade in grades), strict=True)
        problems.append(Problem("duplicate_line", "error", file, None, row, header, unit, facts))
    return problems


assert set(LINE_COLUMNS) <= {field.name for field in fields("ballots")}, "contract changed"
