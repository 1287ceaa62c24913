"""Recognition of the header row and of the field of each column.

A header is matched on its key (`names.match_key`) against the contract's names and synonyms; a mapping given by the
user comes first. Columns that are not recognised are passed on: in the wide form they are indicators or grades. Two
header rows, as forms print an indicator over its grades, are merged.
"""

import csv
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.intake.header_rows import SurveyHeader, is_split, survey_header, third_row
from data.intake.header_shape import joined, padded
from data.intake.headings import is_of_tool, question_of
from data.intake.meaning import ROLES
from data.intake.personal import Columns, names_maker, names_person, names_voter
from data.intake.personal_values import hidden
from data.intake.source import TextTable
from data.intake.wide_rows import given_otherwise
from data.model.contract import AGREED_WITHOUT, REQUIRED, field_of_header, fields, header_of
from data.model.names import match_key
from problems import Problem

HEADER_WITHIN = 10  # rows: deeper than this is not a title any more
MOST_COLUMNS = 200  # the widest form has a column per unit, 90 in the demonstration city; more are stray formats
MAXIMUM = re.compile(r"(.+?)[(（\[【]\s*(?:满分|最高)?\s*(\d+(?:\.\d+)?)\s*分?\s*[)）\]】]")
# 1 市公安局 95.2 2 市教育局 94.1: names and scores of several units in one cell, as web pages print them.
GLUED = re.compile(r"(?:\s*(?:\d{1,3}[.、\s])?\s*[一-鿿（）()、]{2,}\s*\d{1,3}(?:\.\d+)?分?[\s,，;；、。]*){2,}")
_UNIT = re.compile(r"[(]?%[)]?$")
SERIAL = "序号"
ROUND_HEADERS = {
    match_key(word)
    for word in ("批次编号", "年", "年度", "年份", "批次", "评议年度", "测评年度", "考核年度", "year", "round_id")
}
_OF_YEAR = re.compile("(?:评议|测评|评价|考核|考评|统计|所属|报告|数据|调查|任务|计划)(?:年度|年份|年|批次|期次|届次)")
# Kinds whose rows tell of other years too: a reform of 2019 belongs into the lineage of 2025.
OF_ANY_YEAR = ("round", "unit_alias", "unit_lineage", "work_calendar")


@dataclass(frozen=True)
class Header:
    """Header of a file.

    row: as Excel counts, the lower of two. cells: the header texts. fields: field name -> column index.
    other: column index -> header text of columns that no field claims. above: column index -> the text over it, where
    two rows make the header. maxima: column index -> the highest value that the header names, 100 of "总得分(100)".
    shape: the texts by which another file of the same shape is recognised. problems: with an error among them, the
    columns are incomplete. personal: columns that identify a person. named: the rows in which the header texts stand,
    as Excel counts; () without a header.
    """

    row: int
    cells: tuple[str, ...]
    fields: dict[str, int]
    other: dict[int, str]
    above: dict[int, str] = field(default_factory=dict)
    maxima: dict[int, float] = field(default_factory=dict)
    shape: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    personal: frozenset[int] = frozenset()
    named: tuple[int, ...] = ()

    def columns(self, kind: str) -> Columns:
        """Return what the search for personal data must know of the columns."""
        return Columns(kind, self.row, self.cells, self.fields, self.personal)

    def text_of(self, kind: str, name: str) -> str:
        """Return the header as the file spells it, or the contract's word where the file lacks the column."""
        column = self.fields.get(name)
        return header_of(kind, name) if column is None else self.cells[column]

    def claiming(self, name: str, column: int) -> "Header":
        """Return the header with a column that is a field by its content."""
        other = {place: text for place, text in self.other.items() if place != column}
        return replace(self, fields={**self.fields, name: column}, other=other)

    def releasing(self, name: str) -> "Header":
        """Return the header with the column of a field left unclaimed."""
        column = self.fields[name]
        fields = {field: place for field, place in self.fields.items() if field != name}
        return replace(self, fields=fields, other={**self.other, column: self.cells[column]})

    def without_other(self, columns: set[int]) -> "Header":
        """Return the header without some unclaimed columns."""
        return replace(self, other={c: t for c, t in self.other.items() if c not in columns})


def first_records(path: Path, delimiter: str, most: int = HEADER_WITHIN + 3) -> list[list[str]]:
    """Return the first records of a text table, as Excel would number them (blank lines included)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(1 << 20).replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(head.split("\n"), delimiter=delimiter)
    return [record for record, _ in zip(reader, range(most), strict=False)]


def read_header(
    kind: str,
    records: list[list[str]],
    mapping: dict[str, str],
    file: str,
    *,
    earlier: bool = False,
    former: bool = False,
) -> Header:
    """Return the header among the first records, with every problem that makes it unusable.

    earlier, former: the file was stored by a version that looked for fewer columns that identify a person.
    """
    found = _header(kind, records, mapping, file, earlier=earlier)
    return found if earlier or former else _without_makers(found, file)


def _without_makers(header: Header, file: str) -> Header:
    """Refuse the columns that no field claims and that name officials, such as 制表人."""
    makers = {column: text for column, text in header.other.items() if names_maker(text)}
    if not makers:
        return header
    refused = [
        Problem("personal_column", file=file, row=header.row, column=header.cells[column], value=header.cells[column])
        for column in makers
    ]
    personal = header.personal | set(makers)
    return replace(header.without_other(set(makers)), personal=personal, problems=[*header.problems, *refused])


def _header(kind: str, records: list[list[str]], mapping: dict[str, str], file: str, *, earlier: bool) -> Header:
    mapped = {match_key(column): "" if name in ROLES else name for column, name in mapping.items()}
    known = mapped | {key: name for key, name in field_of_header(kind).items() if key not in mapped}
    survey = survey_header(records, lambda cell: _means(kind, cell, known) is not None)
    if survey is not None:
        return _survey(kind, survey, records, known, file)
    counts = [sum(_means(kind, cell, known) is not None for cell in record) for record in records]
    if kind == "ballots" and not any(counts[:HEADER_WITHIN]):  # an export may name nothing but what its tool adds
        counts = [sum(is_of_tool(cell) for cell in record if cell.strip()) for record in records]
    if not counts or max(counts[:HEADER_WITHIN]) == 0:
        return _unknown_header(kind, records, file)
    index = counts.index(max(counts[:HEADER_WITHIN]))
    first, last, texts, above = _one_header(records, index, known)
    header, problems = _claim(kind, texts, above, last + 1, known, file, as_today=not earlier)
    problems += _title_rows(records[:first], first + 1, file)
    if last == first + 2 and not above:
        problems += _title_rows([[], *records[first + 1 : last]], last + 1, file, first)
    shape = texts if first == last else joined(records[first], records[last])
    return replace(header, shape=shape, problems=problems, named=tuple(sorted({first + 1, last + 1})))


def _survey(kind: str, header: SurveyHeader, records: list[list[str]], known: dict[str, str], file: str) -> Header:
    """Return the header of a survey export; its other header rows are set aside and reported."""
    found, problems = _claim(kind, header.texts, {}, header.last + 1, known, file)
    aside = [[] if row == header.named else record for row, record in enumerate(records[: header.last + 1])]
    problems += _title_rows(aside, header.named + 1, file)
    return replace(found, shape=header.texts, problems=problems, named=(header.named + 1,))


def _unknown_header(kind: str, records: list[list[str]], file: str) -> Header:
    """Return the first row with two cells as a header for a person to map."""
    filled = [n for n, record in enumerate(records, start=1) if sum(bool(cell.strip()) for cell in record) > 1]
    row = next(iter(filled), 1)
    cells = tuple(cell.strip() for cell in records[row - 1]) if records else ()
    expected = [header_of(kind, name) for name in REQUIRED[kind]]
    found = _glued(records, file) or [Problem("no_header", file=file, row=1, facts={"expected": expected})]
    return Header(row, cells, {}, {}, shape=cells, problems=found)


def without_maximum(text: str) -> tuple[str, float | None]:
    """Split a header from the maximum that forms print behind it."""
    found = MAXIMUM.fullmatch(text.strip())
    return (found[1].strip(), float(found[2])) if found else (text, None)


def is_glued(text: str) -> bool:
    """Return whether a cell holds several units with their scores."""
    return GLUED.fullmatch(text.strip()) is not None


def _glued(records: list[list[str]], file: str) -> list[Problem]:
    """Report rows in which several units share a cell, in a text without a header."""
    lines = [(row, " ".join(filter(None, record))) for row, record in enumerate(records, start=1)]
    return [Problem("glued_units", file=file, row=row, value=line) for row, line in lines if is_glued(line)]


def _one_header(
    records: list[list[str]], index: int, known: dict[str, str]
) -> tuple[int, int, tuple[str, ...], dict[int, str]]:
    """Return the first and last row of the header, its texts, and the text above each column of a lower row."""
    divided = _is_lower(records, index, known) or is_split(records, index, known)
    third = third_row(records, index, known) if divided else None
    if third is not None:
        return index, index + 2, *third
    if _is_lower(records, index, known):
        first, last = index, index + 1
    elif index and _is_upper(records[index - 1], records[index], known):
        first, last = index - 1, index
    else:
        return index, index, tuple(cell.strip() for cell in records[index]), {}
    width = max(len(records[first]), len(records[last]))
    upper, lower = (padded(records[row], width) for row in (first, last))
    texts: list[str] = []
    above: dict[int, str] = {}
    over = ""
    for column, (top, low) in enumerate(zip(upper, lower, strict=True)):
        over = top or over
        if not low or match_key(low) == match_key(top):
            texts.append(top)
            continue
        texts.append(low)
        if over and match_key(over) not in known:  # 测评指标 over the indicators adds no information
            above[column] = over
    return first, last, tuple(texts), above


def _is_lower(records: list[list[str]], index: int, known: dict[str, str]) -> bool:
    """Return whether the row below belongs to the header: it names parts of columns and holds no data."""
    if index + 1 >= len(records):
        return False
    width = max(len(records[index]), len(records[index + 1]))
    upper, lower = (padded(records[row], width) for row in (index, index + 1))
    named = [column for column, low in enumerate(lower) if low and match_key(low) != match_key(upper[column])]
    kept = [column for column, top in enumerate(upper) if match_key(top) in known and column not in named]
    words = [lower[column] for column in named if not re.fullmatch(r"[\d.,%％-]+", lower[column])]
    spread = any(upper[column] in ("", upper[column - 1]) for column in named if column)
    return len(words) == len(named) >= 2 and bool(kept) and spread


def _is_upper(upper: list[str], lower: list[str], known: dict[str, str]) -> bool:
    """Return whether the row above belongs to the header: without it a column would have no name or a shared name."""
    if len({cell.strip() for cell in upper if cell.strip()}) < 2:
        return False  # a title
    keys = [match_key(cell) for cell in lower if match_key(cell) and match_key(cell) not in known]
    width = max(len(upper), len(lower))
    nameless = [
        top for top, low in zip(padded(upper, width), padded(lower, width), strict=True) if top and not low
    ]  # 填报单位：某局 over an empty cell is a line about the table
    return len(set(keys)) < len(keys) or (
        bool(nameless) and not any(mark in top for top in nameless for mark in ":：。")
    )


def round_columns(kind: str, header: Header) -> set[int]:
    """Return columns without a field that name the round of the rows; they are compared with the import's round."""
    if kind in OF_ANY_YEAR:
        return set()
    return {column for column, cell in header.other.items() if _names_round(cell)}


def _names_round(cell: str) -> bool:
    """Return whether a header is of the round or its year; 上年度 and 成立年份 are of others."""
    return match_key(cell) in ROUND_HEADERS or _OF_YEAR.fullmatch(match_key(cell)) is not None


def merged_cells(text: TextTable, header: Header) -> list[Problem]:
    """Report merged areas below the header: each of their cells is read with the area's value, once confirmed."""
    return [
        Problem(
            "merged_cells",
            "warning",
            file=text.name,
            sheet=text.sheet,
            row=area.top,
            column=header.cells[area.left - 1] if area.left <= len(header.cells) else None,
            facts={"area": str(area)},
        )
        for area in text.merged
        if area.top > header.row
    ]


def _claim(
    kind: str,
    texts: tuple[str, ...],
    above: dict[int, str],
    row: int,
    known: dict[str, str],
    file: str,
    *,
    as_today: bool = True,
) -> tuple[Header, list[Problem]]:
    """Assign each column to the field of its header; report duplicates, personal data and missing columns."""
    problems: list[Problem] = []
    fields: dict[str, int] = {}
    other: dict[int, str] = {}
    maxima: dict[int, float] = {}
    cells = tuple(f"{above[column]}/{text}" if column in above else text for column, text in enumerate(texts))
    if len(cells) > MOST_COLUMNS:
        facts = {"found": len(cells), "limit": MOST_COLUMNS}
        problems.append(Problem("too_many_columns", file=file, row=row, facts=facts))
        return Header(row, cells, fields, other), problems
    seen: dict[str, int] = {}
    usual = field_of_header(kind)
    personal: set[int] = set()
    for column, cell in enumerate(cells):
        key = match_key(cell)
        maximum = without_maximum(cell)[1]
        if maximum is not None:
            maxima[column] = maximum
        name = _means(kind, cell, known)
        if name is None and texts.count(texts[column]) == 1:
            name = _means(kind, texts[column], known)  # 评议主体 below a separate heading
        name = name or None  # '' marks a column that is no field
        if name in fields and kind == "results" and as_today and _is_whole(column, fields[name], maxima):
            other[fields[name]] = texts[fields[name]]  # 满意度(60) before 总得分(100) is a part of it
            del fields[name]
        if name is not None and key not in known and name in fields:
            name = None  # a part with its maximum, next to the column itself
        if kind == "results" and (name in fields or (key == SERIAL and _has_rank(cells, known))):
            name = None  # a part next to the total, a serial number next to the rank: kept under its printed header
        if key and as_today and _is_personal(kind, texts[column], cell, usual, claimed=name is not None):
            personal.add(column)
            shown = hidden(cell)
            problems.append(_personal(kind, file, row, shown))
        elif key and key in seen:
            problems.append(Problem("duplicate_header", file=file, row=row, column=cell, value=cell))
        elif key and name is not None and name in fields:
            both: dict[str, object] = {"other": cells[fields[name]], "meaning": header_of(kind, name)}
            problems.append(Problem("same_meaning", file=file, row=row, column=cell, value=cell, facts=both))
        elif name is not None:
            fields[name] = column
        elif key:
            other[column] = texts[column]
        seen.setdefault(key, column)
    problems += _missing(kind, cells, fields, other, row, file)
    return Header(row, cells, fields, other, above, maxima, personal=frozenset(personal)), problems


def _personal(kind: str, file: str, row: int, shown: str) -> Problem:
    """Return the problem of a column that identifies a person; it names the column that takes a code instead."""
    coded = [own.header for own in fields(kind) if own.has("post") or own.name.startswith(("person_", "household_"))]
    facts: dict[str, object] = {"instead": coded[0]} if coded and names_person(shown, kind) else {}
    return Problem("personal_column", file=file, row=row, column=shown, value=shown, facts=facts)


def _is_whole(column: int, other: int, maxima: Mapping[int, float]) -> bool:
    """Return whether a column has a higher maximum than another of the same meaning."""
    return column in maxima and other in maxima and maxima[column] > maxima[other]


def _is_personal(kind: str, text: str, cell: str, usual: Container[str], *, claimed: bool) -> bool:
    """Return whether a column identifies a person by its name; the contract's names do not.

    claimed: the column is read as a field, by the contract or because somebody says so.
    """
    if match_key(cell) in usual or match_key(text) in usual:
        return False
    return names_person(text, kind) or (not claimed and names_voter(text)) or hidden(text) != text


def _has_rank(cells: tuple[str, ...], known: dict[str, str]) -> bool:
    """Return whether a column other than 序号 gives the rank: lists often number their lines and rank them too."""
    return any(known.get(match_key(cell)) == known.get(SERIAL) and match_key(cell) != SERIAL for cell in cells)


def _means(kind: str, cell: str, known: dict[str, str]) -> str | None:
    """Return the field of a header. Published tables print maxima and units in headers: 总得分(100), 满意率%."""
    name = known.get(match_key(cell), known.get(match_key(without_maximum(cell)[0])))
    if name is None and kind == "ballots":
        question = match_key(question_of(cell)).rstrip(":?*")
        name = known.get(question, known.get(question.rstrip(":?是为")))  # 1、您的身份是：
    if name is None and kind == "results":
        name = known.get(_UNIT.sub("", match_key(cell)))
    return name


def _missing(
    kind: str, cells: tuple[str, ...], fields: dict[str, int], other: Mapping[int, str], row: int, file: str
) -> list[Problem]:
    otherwise = {*AGREED_WITHOUT.get(kind, ()), *given_otherwise(kind, cells, fields, other)}
    needed = [name for name in REQUIRED[kind] if name not in otherwise]
    missing = [header_of(kind, name) for name in needed if name not in fields]
    if not missing:
        return []
    facts = {"missing": missing, "found": [cell for cell in cells if cell]}
    return [Problem("missing_columns", file=file, row=row, facts=facts)]


def _title_rows(records: list[list[str]], header_row: int, file: str, above: int = 0) -> list[Problem]:
    """Report rows above the header, which are set aside and never dropped silently; `above` come before `records`."""
    return [
        Problem(
            "title_row",
            "warning",
            file=file,
            row=number,
            value=" ".join(dict.fromkeys(cell.strip() for cell in record if cell.strip())),
            facts={"header_row": header_row},
        )
        for number, record in enumerate(records, start=above + 1)
        if any(cell.strip() for cell in record)
    ]
