"""Which row is the header and which column is which field.

A header is matched on its key (`names.match_key`) against the contract's names and synonyms; a mapping given by the
user comes first. What is not recognised is handed on: in the wide form those columns are indicators or grades.
"""

import csv
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.contract import REQUIRED, field_of_header, header_of
from data.intake.names import match_key
from data.problems import Problem

HEADER_WITHIN = 10  # rows: deeper than this is not a title any more
MOST_COLUMNS = 200
SERIAL = "序号"
_MAXIMUM = re.compile(r"\(\d+(\.\d+)?分?\)$|[(]?%[)]?$")
PERSONAL_HEADERS = {
    match_key(word)
    for word in (
        *("姓名", "名字", "联系人", "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话"),
        *(
            "身份证",
            "身份证号",
            "身份证号码",
            "证件号码",
            "openid",
            "微信号",
            "微信",
            "ip",
            "ip地址",
        ),
        *(
            "设备号",
            "家庭住址",
            "住址",
            "name",
            "phone",
            "mobile",
            "id_card",
            "评议人姓名",
            "填写人",
        ),
    )
}


@dataclass(frozen=True)
class Header:
    """The header of one file.

    row: as Excel counts. cells: the header texts. fields: field name -> column index.
    other: column index -> header text of columns that no field claims.
    """

    row: int
    cells: tuple[str, ...]
    fields: dict[str, int]
    other: dict[int, str]
    problems: list[Problem] = field(default_factory=list)

    def text_of(self, kind: str, name: str) -> str:
        """The header as the file spells it, or the contract's word where the file lacks the column."""
        column = self.fields.get(name)
        return header_of(kind, name) if column is None else self.cells[column]

    def without_other(self, columns: set[int]) -> "Header":
        """The same header with some unclaimed columns set aside."""
        return replace(self, other={c: t for c, t in self.other.items() if c not in columns})


def first_records(path: Path, delimiter: str, most: int = HEADER_WITHIN + 3) -> list[list[str]]:
    """The first records of a text table, as Excel would number them (blank lines included)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(1 << 20).replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(head.split("\n"), delimiter=delimiter)
    return [record for record, _ in zip(reader, range(most), strict=False)]


def read_header(kind: str, records: list[list[str]], mapping: dict[str, str], file: str) -> Header | list[Problem]:
    """The header among the first records, or every problem that keeps it from being one."""
    known = {match_key(column): name for column, name in mapping.items()} | {
        key: name for key, name in field_of_header(kind).items() if key not in {match_key(column) for column in mapping}
    }
    counts = [sum(_means(kind, cell, known) is not None for cell in record) for record in records]
    if not counts or max(counts[:HEADER_WITHIN]) == 0:
        expected = [header_of(kind, name) for name in REQUIRED[kind]]
        return [Problem("no_header", file=file, row=1, facts={"expected": expected})]
    index = counts.index(max(counts[:HEADER_WITHIN]))
    cells = tuple(cell.strip() for cell in records[index])
    header, problems = _claim(kind, cells, index + 1, known, file)
    problems += _title_rows(records[:index], index + 1, file)
    if any(problem.level == "error" for problem in problems):
        return problems
    return replace(header, problems=problems)


def _claim(
    kind: str, cells: tuple[str, ...], row: int, known: dict[str, str], file: str
) -> tuple[Header, list[Problem]]:
    """Give each column to the field its header means; note doubles, persons and what is missing."""
    problems: list[Problem] = []
    fields: dict[str, int] = {}
    other: dict[int, str] = {}
    if len(cells) > MOST_COLUMNS:
        facts = {"found": len(cells), "limit": MOST_COLUMNS}
        problems.append(Problem("too_many_columns", file=file, row=row, facts=facts))
        return Header(row, cells, fields, other), problems
    seen: dict[str, int] = {}
    for column, cell in enumerate(cells):
        key = match_key(cell)
        name = _means(kind, cell, known)
        if kind == "results" and (name in fields or (key == SERIAL and _has_rank(cells, known))):
            name = None  # a part beside the total, a serial number beside the rank: kept under its own header
        if key and (key in seen or (name is not None and name in fields)):
            problems.append(Problem("duplicate_header", file=file, row=row, column=cell, value=cell))
        elif name is not None:
            fields[name] = column
        elif key in PERSONAL_HEADERS and kind != "units":
            problems.append(Problem("personal_column", file=file, row=row, column=cell, value=cell))
        elif key:
            other[column] = cell
        seen.setdefault(key, column)
    problems += _missing(kind, cells, fields, row, file)
    return Header(row, cells, fields, other), problems


def _has_rank(cells: tuple[str, ...], known: dict[str, str]) -> bool:
    """Whether a column other than 序号 gives the rank: lists often number their lines and rank them too."""
    return any(known.get(match_key(cell)) == known.get(SERIAL) and match_key(cell) != SERIAL for cell in cells)


def _means(kind: str, cell: str, known: dict[str, str]) -> str | None:
    """The field that a header names. Published tables print maxima and units inside headers: 总得分(100), 满意率%."""
    name = known.get(match_key(cell))
    if name is None and kind == "results":
        name = known.get(_MAXIMUM.sub("", match_key(cell)))
    return name


def _missing(kind: str, cells: tuple[str, ...], fields: dict[str, int], row: int, file: str) -> list[Problem]:
    missing = [header_of(kind, name) for name in REQUIRED[kind] if name not in fields]
    if not missing:
        return []
    facts = {"missing": missing, "found": [cell for cell in cells if cell]}
    return [Problem("missing_columns", file=file, row=row, facts=facts)]


def _title_rows(records: list[list[str]], header_row: int, file: str) -> list[Problem]:
    """Rows above the header are set aside and shown, never dropped in silence."""
    return [
        Problem(
            "title_row",
            "warning",
            file=file,
            row=number,
            value=" ".join(filter(None, record)),
            facts={"header_row": header_row},
        )
        for number, record in enumerate(records, start=1)
        if any(cell.strip() for cell in record)
    ]
