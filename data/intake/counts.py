"""Import of counts: votes of each grade by unit and group, wide (a column per grade) or long (等级, 票数).

A counts file is small (units x groups x indicators), so its rows are read one by one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from data.intake.claimed_fields import CHECKED_OF_COUNTS, judge_claimed
from data.intake.context import Context
from data.intake.headers import Header, round_columns
from data.intake.source import TextTable
from data.intake.table import LoadedTable, unknown_columns
from data.intake.values import (
    Judgement,
    alone,
    judge_grade,
    judge_group,
    judge_indicator,
    judge_round,
    judge_unit,
    totals_word,
)
from data.model.contract import header_of
from data.model.facts import frame_digest
from data.model.names import match_key, tidy
from data.model.spellings import spellings_of, told
from problems import Place, Problem

COLUMNS = ["unit", "category", "group_name", "indicator", "grade", "votes"]
_WHOLE = re.compile(r"\d{1,15}")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.0)?")
_SIGNED = re.compile(r"-\d+")


@dataclass
class CountIntake:
    """Accepted counts (columns COLUMNS, a row per cell) or the problems that prevent them.

    places: unit, group, indicator and grade -> file, row and column.
    """

    frame: pd.DataFrame | None = None
    digest: str = ""
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    blank: int = 0
    places: dict[tuple[str, ...], tuple[str, int, str]] = field(default_factory=dict)
    joined: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cell:
    """Cell of the file with its place."""

    file: str
    row: int
    column: str
    value: str


class _Reader:
    """Reader of rows in order, remembering the earlier row of every key."""

    def __init__(self, context: Context, intake: CountIntake) -> None:
        assert context.rules is not None, "counts are read under a rule set"
        self.context, self.intake, self.rules = context, intake, context.rules
        self.codes = context.register.codes() if context.register else {}
        names = self.rules.group_names()
        self.groups = None if names is None else {match_key(name): name for name in names}
        self.seen: dict[tuple[str, str, str, str], _Cell] = {}
        self.cells: list[tuple[str, str, str, str, str, int]] = []
        self.categories: dict[str, str] = {}
        self.spelled: dict[str, dict[str, str]] = {}
        self.alone: frozenset[str] = frozenset()

    def spellings(self, header: Header, records: list[list[str]]) -> None:
        """Find, before the rows are read, which spellings of names that no list gives mean the same."""
        free = {
            "category": True,
            "unit_code": not self.codes,
            "group_code": self.groups is None,
            "indicator_code": True,
        }
        for name in (name for name, is_free in free.items() if is_free and name in header.fields):
            self.spelled[name] = spellings_of(tidy(record[header.fields[name]]) for record in records)
        self.intake.joined |= told(*self.spelled.values())
        self.alone = alone(record[header.fields["unit_code"]] for record in records)

    def _usual(self, name: str, text: str | None) -> str | None:
        return None if text is None else self.spelled.get(name, {}).get(text, text)

    def row(self, header: Header, file: str, row: int, values: list[str]) -> None:
        """Read a record: its unit, group and indicator, then each grade's count."""
        texts = {name: values[column] for name, column in header.fields.items()}
        known = {*self.codes, *(self.groups or ()), *self.alone}
        sums = totals_word(values, texts["unit_code"], texts.get("group_code", ""), known)
        if sums:
            cell = _Cell(file, row, header.text_of("counts", "unit_code"), sums)
            self._note(cell, Judgement(None, "totals_row", warning=True))
            return
        place = {name: _Cell(file, row, header.text_of("counts", name), text) for name, text in texts.items()}
        unit = self._accept(place["unit_code"], judge_unit(texts["unit_code"], self.context, self.codes))
        unit = self._usual("unit_code", unit)
        group = self._accept(place["group_code"], self._group(texts["group_code"])) if "group_code" in place else "ALL"
        group = self._usual("group_code", group)
        for column in round_columns("counts", header):
            cell = _Cell(file, row, header.cells[column], values[column])
            self._accept(cell, judge_round(cell.value, self.context.round_id))
        for name in CHECKED_OF_COUNTS:
            if name in place:
                self._accept(place[name], judge_claimed("counts", name, texts[name]))
        asked = _Cell(file, row, header.text_of("counts", "indicator_code"), texts.get("indicator_code", ""))
        indicator = self._usual("indicator_code", self._accept(asked, judge_indicator(asked.value, self.rules)))
        if unit is None or group is None or indicator is None:
            return
        self._category(unit, place.get("category"))
        for above, grade_cell, count_cell in self._grade_cells(header, place, file, row, values):
            printed = judge_indicator(above, self.rules).kept if above else indicator
            self._count((unit, group, printed or above), grade_cell, count_cell)

    def _group(self, text: str) -> Judgement:
        if match_key(text) == "all":
            return Judgement("ALL") if self.groups is None else judge_group(text, self.groups)
        return judge_group(text, self.groups)

    def _category(self, unit: str, cell: _Cell | None) -> None:
        if cell is None or self.context.register is not None or not tidy(cell.value):
            return
        own = self._usual("category", tidy(cell.value)) or ""
        usual = self.categories.setdefault(unit, own)
        if usual != own:
            self._note(
                cell,
                Judgement(None, "unit_in_two_categories", {"categories": [own, usual]}),
            )

    def _grade_cells(
        self, header: Header, place: dict[str, _Cell], file: str, row: int, values: list[str]
    ) -> Iterator[tuple[str, _Cell, _Cell]]:
        """Yield (indicator above the column, grade, count): once in the long form, per grade column in the wide."""
        if "grade_code" in place and "count" in place:
            yield "", place["grade_code"], place["count"]
            return
        for column, cell in header.other.items():
            if column in round_columns("counts", header):
                continue
            name = header.cells[column]
            yield header.above.get(column, ""), _Cell(file, row, name, cell), _Cell(file, row, name, values[column])

    def _count(self, key: tuple[str, str, str], grade_cell: _Cell, count_cell: _Cell) -> None:
        grade = self._accept(grade_cell, judge_grade(grade_cell.value, "", "", self.rules))
        votes = self._whole(count_cell)
        if grade is None or votes is None:
            return
        earlier = self.seen.setdefault((*key, grade), count_cell)
        if earlier is not count_cell:
            facts: dict[str, object] = {"earlier": Place(earlier.file, earlier.row)}
            self._note(count_cell, Judgement(None, "duplicate_count", facts))
            return
        self.cells.append((*key[:1], "", *key[1:], grade, votes))

    def _whole(self, cell: _Cell) -> int | None:
        """Return the count as an integer, or None; an empty cell means that nothing was counted."""
        text = unicodedata.normalize("NFKC", cell.value).strip().lstrip("'")
        if not text:
            return 0
        if _THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        if text.endswith(".0"):
            text = text[:-2]
        if _WHOLE.fullmatch(text):
            return int(text)
        code = "count_negative" if _SIGNED.fullmatch(text) else "count_not_whole"
        self._note(cell, Judgement(None, code))
        return None

    def _accept(self, cell: _Cell, judgement: Judgement) -> str | None:
        if judgement.code:
            self._note(cell, judgement)
        return judgement.kept

    def _note(self, cell: _Cell, judgement: Judgement) -> None:
        level = "warning" if judgement.warning else "error"
        self.intake.problems.append(
            Problem(
                judgement.code,
                level,
                cell.file,
                None,
                cell.row,
                cell.column,
                cell.value,
                judgement.facts,
            )
        )

    def frame(self) -> pd.DataFrame:
        """Return all cells with votes, in canonical order."""
        rows = [
            (unit, self.categories.get(unit, ""), group, indicator, grade, votes)
            for unit, _, group, indicator, grade, votes in sorted(self.cells)
        ]
        return pd.DataFrame(rows, columns=COLUMNS)


def read_counts(tables: list[tuple[TextTable, Header]], context: Context) -> CountIntake:
    """Read counts files that belong to one upload."""
    intake = CountIntake()
    reader = _Reader(context, intake)
    for number, (text, header) in enumerate(tables):
        header = _grade_columns(text, header, reader, intake)
        if "group_code" not in header.fields and reader.groups is not None:
            missing: dict[str, object] = {"missing": [header_of("counts", "group_code")], "found": list(header.cells)}
            intake.problems.append(Problem("missing_columns", file=text.name, row=header.row, facts=missing))
            continue
        loaded = LoadedTable(context.con, f"count_raw_{number}")
        width = len(header.cells)
        intake.problems += loaded.add(text, header, ", ".join(f"c{i}" for i in range(width)))
        intake.blank += loaded.blank if loaded.placements else 0
        if loaded.placements:
            _read_rows(loaded, header, reader, intake, text.name)
    if not reader.cells and not intake.problems:
        intake.problems += [Problem("header_only", file=text.name) for text, _ in tables]
    _check_indicators(reader, intake, tables)
    intake.places = {key: (cell.file, cell.row, cell.column) for key, cell in reader.seen.items()}
    if not any(problem.level == "error" for problem in intake.problems):
        intake.frame = reader.frame()
        intake.digest = frame_digest("counts", intake.frame)
    return intake


def _read_rows(loaded: LoadedTable, header: Header, reader: _Reader, intake: CountIntake, file: str) -> None:
    records = [["" if value is None else str(value) for value in record] for record in context_rows(loaded)]
    reader.spellings(header, records)
    for position, values in enumerate(records):
        if any(value.strip() for value in values):
            reader.row(header, file, loaded.place(position)[1], values)
            intake.rows += 1


def context_rows(loaded: LoadedTable) -> list[tuple[object, ...]]:
    """Return every record of a small loaded table, in file order."""
    return loaded.con.table(loaded.name).fetchall()


def _grade_columns(text: TextTable, header: Header, reader: _Reader, intake: CountIntake) -> Header:
    """List and leave out, in the wide form, columns whose header is no grade of the rule set."""
    if "grade_code" in header.fields and "count" in header.fields:
        unknown = set(header.other) - round_columns("counts", header)
    else:
        unknown = {
            column for column, cell in header.other.items() if judge_grade(cell, "", "", reader.rules).kept is None
        } - round_columns("counts", header)
        if unknown | round_columns("counts", header) == set(header.other):
            facts: dict[str, object] = {
                "missing": list(reader.rules.points) or ["评价等级", "票数"],
                "found": [cell for cell in header.cells if cell],
            }
            intake.problems.append(Problem("missing_columns", file=text.name, row=header.row, facts=facts))
    intake.problems += unknown_columns(reader.context.con, text, header, unknown)
    return header.without_other(unknown)


def _check_indicators(reader: _Reader, intake: CountIntake, tables: list[tuple[TextTable, Header]]) -> None:
    """Refuse counts of several scored indicators: they do not show which belong to one vote; 总体评价 is needed."""
    indicators = {cell[3] for cell in reader.cells}
    listed = set(reader.rules.indicators or {})
    scored = indicators & listed if listed else indicators
    if len(scored) > 1 and (listed or "总体评价" not in indicators):
        facts: dict[str, object] = {"indicators": sorted(scored)}
        intake.problems.append(Problem("counts_need_overall", file=tables[0][0].name, facts=facts))
