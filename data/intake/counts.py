"""Import of counts: votes of each grade by unit and group, wide (a column per grade) or long (等级, 票数).

A counts file is small (units x groups x indicators), so its rows are read one by one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from data.intake import marked_names, section_sums
from data.intake.categories import other_than_registered
from data.intake.claimed_fields import CHECKED_OF_COUNTS, judge_claimed
from data.intake.context import Context
from data.intake.contradictions import other_points
from data.intake.control_figures_of_counts import VALID, differences, is_share_of_grade, number_of
from data.intake.count_columns import CountColumns, read_columns
from data.intake.fault_limit import FaultLimit
from data.intake.headers import Header
from data.intake.line_of_totals import LineOfTotals
from data.intake.meaning import Meaning, shortened
from data.intake.profile import profiles
from data.intake.source import TextTable
from data.intake.table import LoadedTable, unknown_columns
from data.intake.values import (
    EVERYONE,
    Judgement,
    alone,
    is_totals_row,
    judge_grade,
    judge_group,
    judge_indicator,
    judge_round,
    judge_unit,
    scored_indicators,
    totals_word,
    whole_number,
)
from data.model.contract import header_of
from data.model.facts import frame_digest
from data.model.names import match_key, tidy
from data.model.register import ONLY_CATEGORY, RESERVED
from data.model.spellings import other_spellings, spellings_of
from problems import Place, Problem

COLUMNS = ["unit", "category", "group_name", "indicator", "grade", "votes"]
_WORD = re.compile(r"\w")  # a dash or a slash says that there is none
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
    meaning: Meaning = field(default_factory=Meaning)
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
        self.limit = FaultLimit()
        # Texts repeat from row to row, and each is judged once.
        self.judge_unit = cache(lambda text: judge_unit(text, context, self.codes))
        self.judge_group = cache(self._group)
        self.judge_indicator = cache(lambda text: judge_indicator(text, self.rules))
        self.judge_grade = cache(lambda text: judge_grade(text, "", "", self.rules))
        self.seen: dict[tuple[str, str, str, str], _Cell] = {}
        self.cells: list[tuple[str, str, str, str, str, int]] = []
        self.categories: dict[str, str] = {}
        self.blank: dict[str, _Cell] = {}  # unit -> its first empty cell of a category
        self.categories_in_file: dict[str, str] = {}  # categories in the file, where a register gives them too
        self.spelled: dict[str, dict[str, str]] = {}
        self.alone: frozenset[str] = frozenset()
        self.known: frozenset[str] = frozenset({*self.codes, *(self.groups or ())})
        self.totals: dict[str, LineOfTotals] = {}
        self.grades: set[tuple[str, str]] = set()  # each text for a grade, and the grade
        self.printed: list[tuple[tuple[str, str, str], _Cell]] = []  # totals of a unit in the long form, by its texts
        self.by_text: list[tuple[tuple[str, str, str], int]] = []
        self.empty: dict[str, list[tuple[int, str]]] = {}  # lines without any count, by file
        self.set_aside = 0
        self.ignored = 0

    def spellings(self, header: Header, records: list[list[str]]) -> None:
        """Find, before the rows are read, which spellings of names that no list gives mean the same."""
        free = {
            "category": True,
            "unit_code": not self.codes,
            "group_code": self.groups is None,
            "indicator_code": True,
        }
        if self.context.earlier:
            return
        for name in (name for name, is_free in free.items() if is_free and name in header.fields):
            self.spelled[name] = spellings_of(tidy(record[header.fields[name]]) for record in records)
        self.intake.joined |= other_spellings(*self.spelled.values())
        self.alone = alone(record[header.fields["unit_code"]] for record in records)
        self.known = frozenset({*self.codes, *(self.groups or ()), *self.alone})

    def _usual(self, name: str, text: str | None) -> str | None:
        return None if text is None else self.spelled.get(name, {}).get(text, text)

    def row(self, header: Header, columns: CountColumns, file: str, row: int, values: list[str]) -> None:
        """Read a record: its unit, group and indicator, then each grade's count."""
        texts = {name: values[column] for name, column in header.fields.items()}
        group_text, earlier = texts.get("group_code", ""), self.context.earlier
        sums = totals_word(values, texts["unit_code"], group_text, self.known, earlier=earlier)
        if sums:
            self._sums(header, columns, file, row, values, sums)
            return
        if self._is_total(texts):
            cell = _Cell(file, row, header.text_of("counts", "grade_code"), texts["grade_code"])
            self._note(cell, Judgement(None, "totals_row", warning=True))
            key = (texts["unit_code"], group_text, texts.get("indicator_code", ""))
            self.printed.append((key, _Cell(file, row, header.text_of("counts", "count"), texts["count"])))
            self.set_aside += _votes_of(header, columns, values)
            return
        place = {name: _Cell(file, row, header.text_of("counts", name), text) for name, text in texts.items()}
        unit = self._accept(place["unit_code"], self.judge_unit(texts["unit_code"]))
        unit = self._usual("unit_code", unit)
        group = (
            self._accept(place["group_code"], self.judge_group(texts["group_code"]))
            if "group_code" in place
            else EVERYONE
        )
        group = self._usual("group_code", group)
        for column in sorted(columns.rounds):
            cell = _Cell(file, row, header.cells[column], values[column])
            self._accept(cell, judge_round(cell.value, self.context.round_id))
        for name in () if self.context.earlier else CHECKED_OF_COUNTS:
            if name in place:
                self._accept(place[name], judge_claimed("counts", name, texts[name]))
        asked = _Cell(file, row, header.text_of("counts", "indicator_code"), texts.get("indicator_code", ""))
        indicator = self._usual("indicator_code", self._accept(asked, self.judge_indicator(asked.value)))
        if unit is None or group is None or indicator is None:
            return
        self._category(unit, place.get("category"))
        counted: dict[str, int] = {}
        by_column: dict[str, int] = {}
        for column, above, grade_cell, count_cell in self._grade_cells(header, columns, place, file, row, values):
            printed = self.judge_indicator(above).kept if above else indicator
            key = (unit, columns.groups.get(column, group), printed or above)
            grade, votes = self._count(key, grade_cell, count_cell)
            counted[grade] = counted.get(grade, 0) + votes
            by_column[count_cell.column] = votes
        self.totals.setdefault(file, LineOfTotals(file)).add(by_column)
        if self.context.register is None and not any(values[column].strip() for column in _counted(header, columns)):
            self.empty.setdefault(file, []).append((row, unit))
        key = (texts["unit_code"], group_text, texts.get("indicator_code", ""))
        self.by_text.append((key, sum(by_column.values())))
        if not (columns.indicators or columns.groups):  # else a figure may belong to any of them
            self._figures(header, columns, counted, file, row, values)

    def _sums(self, header: Header, columns: CountColumns, file: str, row: int, values: list[str], word: str) -> None:
        """Set a line of sums aside; in the long form its number is that of a grade, which no column adds up."""
        cell = _Cell(file, row, header.text_of("counts", "unit_code"), word)
        self._note(cell, Judgement(None, "totals_row", warning=True))
        self.set_aside += _votes_of(header, columns, values)
        grade = values[header.fields["grade_code"]] if "grade_code" in header.fields else ""
        if not tidy(grade):
            cells = dict(zip(header.cells, values, strict=True))
            self.totals.setdefault(file, LineOfTotals(file)).set_aside(row, word, cells)

    def _is_total(self, texts: Mapping[str, str]) -> bool:
        """Return whether a line of the long form holds the sum of the grades of its unit: 合计 as the grade."""
        grade = texts.get("grade_code", "")
        if "count" not in texts or self.context.former or not is_totals_row(grade):
            return False
        return match_key(grade) not in self.rules.grade_words()

    def of_all_lines(self) -> list[Problem]:
        """Note the printed totals that the counts contradict."""
        notes = [note for total in self.totals.values() for note in total.notes()]
        votes: dict[tuple[str, str, str], int] = {}
        for key, number in self.by_text:
            votes[key] = votes.get(key, 0) + number
        for key, cell in self.printed:
            printed, found = whole_number(cell.value), votes.get(key, 0)
            if printed is not None and printed != found:
                facts = {"printed": cell.value.strip(), "found": str(found), "figures": True}
                notes.append(
                    Problem("figure_differs", "note", cell.file, None, cell.row, cell.column, cell.value, facts)
                )
        return notes

    def _figures(
        self, header: Header, columns: CountColumns, votes: dict[str, int], file: str, row: int, values: list[str]
    ) -> None:
        """Note the printed figures that the counts of the line contradict."""
        kinds = {header.cells[column]: kind for column, kind in columns.figures.items()}
        base = header.fields.get("base_n")
        if base is not None and "count" not in header.fields and not self.context.former:
            kinds = {header.cells[base]: VALID, **kinds}  # 有效票数 is claimed for a share, which the line lacks
        printed = {name: values[header.cells.index(name)] for name in kinds}
        for name, text in () if self.context.former else printed.items():
            if _WORD.search(text) and number_of(text) is None:
                self.intake.problems.append(Problem("no_number", "note", file, None, row, name, text))
        for differs in differences(printed, kinds, votes, self.rules):
            facts = {"printed": differs.printed, "found": differs.found}
            self.intake.problems.append(
                Problem("figure_differs", "note", file, None, row, differs.column, differs.printed, facts)
            )

    def _group(self, text: str) -> Judgement:
        if match_key(text) == "all":
            return Judgement(EVERYONE) if self.groups is None else judge_group(text, self.groups)
        return judge_group(text, self.groups)

    def _category(self, unit: str, cell: _Cell | None) -> None:
        if cell is None:
            return
        if not tidy(cell.value):
            self.blank.setdefault(unit, cell)
            return
        if match_key(cell.value) in RESERVED and not self.context.former:
            self._note(cell, Judgement(None, "reserved_category", {}))
        if self.context.register is not None:
            self.categories_in_file[unit] = tidy(cell.value)
            return
        own = self._usual("category", tidy(cell.value)) or ""
        usual = self.categories.setdefault(unit, own)
        if usual != own:
            self._note(
                cell,
                Judgement(None, "unit_in_two_categories", {"categories": [own, usual]}),
            )

    def blank_categories(self) -> None:
        """Refuse units without a category where others have a category: they would be ranked by themselves."""
        if self.categories and not self.context.former:
            for unit in self.blank.keys() - self.categories.keys():
                self._note(self.blank[unit], Judgement(None, "missing_value"))

    def _grade_cells(
        self, header: Header, columns: CountColumns, place: dict[str, _Cell], file: str, row: int, values: list[str]
    ) -> Iterator[tuple[int, str, _Cell, _Cell]]:
        """Yield (column, indicator above it, grade, count): once in the long form, per grade column in the wide."""
        if "grade_code" in place and "count" in place:
            yield header.fields["count"], "", place["grade_code"], place["count"]
            return
        for column, grade in columns.grades.items():
            name = header.cells[column]
            cell = _Cell(file, row, name, values[column])
            yield column, columns.indicators.get(column, ""), _Cell(file, row, name, grade), cell

    def _count(self, key: tuple[str, str, str], grade_cell: _Cell, count_cell: _Cell) -> tuple[str, int]:
        """Take the votes of a cell; return its grade and its votes, none where the cell is refused."""
        grade = self._accept(grade_cell, self.judge_grade(grade_cell.value))
        self.grades.add((grade_cell.value, grade or ""))
        votes = self._whole(count_cell)
        if grade is None or votes is None:
            return grade or "", 0
        earlier = self.seen.setdefault((*key, grade), count_cell)
        if earlier is not count_cell:
            facts: dict[str, object] = {"earlier": Place(earlier.file, earlier.row)}
            self._note(count_cell, Judgement(None, "duplicate_count", facts))
            return grade, 0
        self.cells.append((*key[:1], "", *key[1:], grade, votes))
        return grade, votes

    def _whole(self, cell: _Cell) -> int | None:
        """Return the count as an integer, or None; an empty cell means that nothing was counted."""
        text = unicodedata.normalize("NFKC", cell.value).strip().lstrip("'")
        if not text:
            return 0
        number = whole_number(cell.value)
        if number is not None:
            return number
        code = "count_negative" if _SIGNED.fullmatch(text.removesuffix(".0")) else "count_not_whole"
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

    def doubtful(self) -> list[Problem]:
        """Ask about lines that may be sums of others and, without a register, about names with numbers or marks."""
        found = other_points(None, None, sorted(self.grades), self.rules)
        for file in dict.fromkeys(cell.file for cell in self.seen.values()):
            lines, places = self._lines(file)
            found += section_sums.question(file, [places[at] for at in section_sums.sums_among(lines)])
        for file, empty in self.empty.items():
            units = [unit for _, unit in empty]
            facts: dict[str, object] = {"columns": units, "shown": shortened(units), "count": len(units)}
            found.append(Problem("confirm_empty", "warning", file, None, empty[0][0], facts=facts))
        return found + ([] if self.codes else marked_names.question(None, [cell[0] for cell in self.cells]))

    def _lines(self, file: str) -> tuple[list[tuple[int, ...]], list[tuple[int, str]]]:
        """Return the votes of each unit and group of a file in its order, with the first row and the name of each."""
        votes = {(unit, *key): number for unit, _, *key, number in self.cells}
        keys = [key for key, cell in self.seen.items() if cell.file == file]
        columns = sorted({key[2:] for key in keys})
        lines = dict.fromkeys(key[:2] for key in keys)
        first = {key[:2]: self.seen[key].row for key in reversed(keys)}
        rows = [tuple(votes.get((*line, *column), 0) for column in columns) for line in lines]
        return rows, [(first[line], self._name(*line)) for line in lines]

    def _name(self, unit: str, group: str) -> str:
        """Return the name by which a line is shown."""
        name = self.context.register.name_of(unit) if self.context.register else unit
        return name if group == EVERYONE else f"{name} · {group}"

    def frame(self) -> pd.DataFrame:
        """Return all cells with votes, in canonical order."""
        rows = [
            (unit, self.categories.get(unit, ""), group, indicator, grade, votes)
            for unit, _, group, indicator, grade, votes in sorted(self.cells)
        ]
        return pd.DataFrame(rows, columns=COLUMNS)


def _votes_of(header: Header, columns: CountColumns, values: list[str]) -> int:
    """Return what the counts of a row add up to."""
    return sum(whole_number(values[column]) or 0 for column in _counted(header, columns))


def _counted(header: Header, columns: CountColumns) -> list[int]:
    """Return the columns that hold votes."""
    return [header.fields["count"]] if "count" in header.fields else list(columns.grades)


def read_counts(tables: list[tuple[TextTable, Header]], context: Context) -> CountIntake:
    """Read counts files that belong to one upload."""
    intake = CountIntake()
    reader = _Reader(context, intake)
    for number, (text, header) in enumerate(tables):
        columns = _columns(text, header, context, intake)
        reader.ignored += columns.votes_ignored
        if "group_code" not in header.fields and not columns.groups and reader.groups is not None:
            missing: dict[str, object] = {"missing": [header_of("counts", "group_code")], "found": list(header.cells)}
            intake.problems.append(Problem("missing_columns", file=text.name, row=header.row, facts=missing))
            continue
        loaded = LoadedTable(context.con, f"count_raw_{number}")
        width = len(header.cells)
        intake.problems += loaded.add(text, header, ", ".join(f"c{i}" for i in range(width)))
        intake.blank += loaded.blank if loaded.placements else 0
        if loaded.placements:
            _read_rows(loaded, header, columns, reader, intake, text.name)
    if not reader.cells and not intake.problems:
        intake.problems += [Problem("header_only", file=text.name) for text, _ in tables]
    reader.blank_categories()
    _check_indicators(reader, intake, tables)
    _tally(reader, intake.meaning, context)
    intake.problems += _of_register(reader, context)
    intake.problems += reader.doubtful()
    intake.problems += reader.of_all_lines()
    intake.places = {key: (cell.file, cell.row, cell.column) for key, cell in reader.seen.items()}
    intake.problems = reader.limit.listed(intake.problems)
    if not any(problem.level == "error" for problem in intake.problems):
        intake.frame = reader.frame()
        intake.digest = frame_digest("counts", intake.frame)
    return intake


def _read_rows(
    loaded: LoadedTable, header: Header, columns: CountColumns, reader: _Reader, intake: CountIntake, file: str
) -> None:
    records = [["" if value is None else str(value) for value in record] for record in context_rows(loaded)]
    reader.spellings(header, records)
    for position, values in enumerate(records):
        if any(value.strip() for value in values) and not reader.limit.is_full:
            before = len(intake.problems)
            reader.row(header, columns, file, loaded.place(position)[1], values)
            reader.limit.settle(intake.problems, before)
            intake.rows += 1


def context_rows(loaded: LoadedTable) -> list[tuple[object, ...]]:
    """Return every record of a small loaded table, in file order."""
    return loaded.con.table(loaded.name).fetchall()


def _columns(text: TextTable, header: Header, context: Context, intake: CountIntake) -> CountColumns:
    """Read the headings of a file; list what is left out, and refuse a file without a column of grades."""
    profile = profiles(context.con, text, header, list(header.other))
    columns = read_columns(text.name, header, profile, context)
    refused = {problem.column for problem in columns.problems}
    left_out = {column for column in columns.ignored if header.cells[column] not in refused}
    intake.problems += [*columns.problems, *unknown_columns(context.con, text, header, left_out)]
    intake.meaning.columns += columns.meanings
    explained = any(problem.code == "measure_differs" for problem in columns.problems)
    if not (columns.grades or explained or {"grade_code", "count"} <= set(header.fields)):
        assert context.rules is not None, "counts are read under a rule set"
        facts: dict[str, object] = {
            "missing": list(context.rules.points) or ["评价等级", "票数"],
            "found": [cell for cell in header.cells if cell],
        }
        shares = [header.cells[at] for at in columns.figures if is_share_of_grade(header.cells[at], _grades(context))]
        code = "share_without_base" if shares and not context.former else "missing_columns"
        named = shares[0] if shares else None
        intake.problems.append(Problem(code, "error", text.name, None, header.row, named, named, facts))
    return columns


def _grades(context: Context) -> list[str]:
    assert context.rules is not None, "counts are read under a rule set"
    return [*context.rules.points, *context.rules.unscored]


def _tally(reader: _Reader, meaning: Meaning, context: Context) -> None:
    """Add up the votes by indicator, grade and group, and the units by category. What is not read is counted in votes
    as well: in lines of sums, and in columns that were left out.
    """
    units: dict[str, str] = {}
    registered = {unit.unit_code: unit.category for unit in context.register.units} if context.register else {}
    votes = {"votes": 0, "unscored": 0, "set_aside": reader.set_aside, "ignored": reader.ignored}
    for unit, _, group, _indicator, grade, count in reader.cells:
        meaning.grades[grade] = meaning.grades.get(grade, 0) + count
        meaning.groups[group] = meaning.groups.get(group, 0) + count
        votes["unscored" if grade in reader.rules.unscored else "votes"] += count
        units[unit] = registered.get(unit, reader.categories.get(unit, "")) or ONLY_CATEGORY
    meaning.scored = scored_indicators(sorted({cell[3] for cell in reader.cells}), reader.rules)
    meaning.categories = dict(sorted(Counter(units.values()).items()))
    meaning.cells = votes


def _of_register(reader: _Reader, context: Context) -> list[Problem]:
    """Ask about units to which the file gives another category than the register."""
    registered = {unit.unit_code: unit.category for unit in context.register.units} if context.register else {}
    return other_than_registered(None, [(own, registered[unit]) for unit, own in reader.categories_in_file.items()])


def _check_indicators(reader: _Reader, intake: CountIntake, tables: list[tuple[TextTable, Header]]) -> None:
    """Refuse counts of several scored indicators: they do not show which belong to one vote; 总体评价 is needed."""
    indicators = {cell[3] for cell in reader.cells}
    listed = set(reader.rules.indicators or {})
    scored = indicators & listed if listed else indicators
    if len(scored) > 1 and (listed or "总体评价" not in indicators):
        facts: dict[str, object] = {"indicators": sorted(scored)}
        intake.problems.append(Problem("counts_need_overall", file=tables[0][0].name, facts=facts))
