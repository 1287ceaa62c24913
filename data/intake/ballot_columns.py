"""What each column of a ballots file is taken for: field, unit, indicator, tick under a grade, or not read.

Forms: a line a grade (long); a column an indicator (wide); a row a respondent with a column a unit, as survey tools
export; units over indicators in two header rows; ticks under the grades. Headings and
content decide, before any line is read.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from data.intake.context import Context
from data.intake.contradictions import (
    in_other_words,
    names_other_round,
    other_points,
    other_scale,
    void_marks,
)
from data.intake.headers import Header
from data.intake.headings import (
    describes_evaluator,
    is_generic,
    is_of_tool,
    is_skipped,
    named_first,
    names_in,
    names_part,
    option_scores,
    parts_of,
    stem_of,
    subject_of,
    topic_of,
    unit_named,
    without_number,
)
from data.intake.meaning import FIELD, GRADE, IGNORED, INDICATOR, UNIT, ColumnMeaning, shortened
from data.intake.profile import ColumnProfile
from data.intake.values import NUMBER, is_totals_row, judge_grade, judge_unit
from data.model.names import match_key, tidy
from data.model.rule_sets import RuleSet
from problems import Problem

# Set in the column of a grade; TRUE and FALSE are what the check boxes of spreadsheets store, 选中 is of survey tools.
MARKS = (
    *("√", "✓", "✔", "✔️", "☑", "☑️", "✅", "■", "○", "●", "勾", "打勾", "对", "是", "选中", "已选"),
    *("1", "1.0", "１", "v", "V", "Ｖ", "y", "Y", "Ｙ", "T", "t", "+", "＋", "TRUE", "True"),
)
# In a column that the evaluator did not choose.
NO_MARKS = (
    *("0", "0.0", "０", "×", "✗", "✘", "❌", "x", "X", "Ｘ", "□", "☐", "否", "错", "未选中", "未选", "未勾选"),
    *("N", "n", "F", "f", "FALSE", "False", "-", "—", "——", "/", "／"),
)
CIRCLES = ("●", "○")  # each is a mark in a file without the other
FEWEST_UNITS = 3  # columns of grades that are taken for units without a register; fewer may be indicators
MOSTLY = 0.5  # share of ticks, or of numbers in a column that is not read, which decides; a remark may hold a few
OVERALL = "总体评价"


@dataclass(frozen=True)
class ValueColumn:
    """A column of grades, or the ticks under several.

    name: its heading in the file, by which the files of an upload are matched. unit, indicator: what its heading says,
    '' where the line itself says it. ticks: heading of each column that may be ticked, and its grade.
    """

    name: str
    unit: str = ""
    indicator: str = ""
    ticks: tuple[tuple[int, str], ...] = ()


@dataclass
class BallotColumns:
    """Reading of one file: columns of grades, the role of every column, and what is wrong or must be confirmed."""

    values: list[ValueColumn] = field(default_factory=list)
    meanings: list[ColumnMeaning] = field(default_factory=list)
    ignored: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def read_columns(
    file: str, header: Header, profile: Mapping[int, ColumnProfile], context: Context, *, long: bool
) -> BallotColumns:
    """Decide on every column that no field claims. long: a column of the file holds the grade of each line."""
    return _Reader(file, header, profile, context).read(long=long)


class _Reader:
    """Reader of the headings of one file."""

    def __init__(self, file: str, header: Header, profile: Mapping[int, ColumnProfile], context: Context) -> None:
        assert context.rules is not None, "ballots are read under a rule set"
        self.file, self.header, self.context, self.rules = file, header, context, context.rules
        self.profile = {column: profile.get(column, ColumnProfile()) for column in header.other}
        self.graded = {column: _graded(of, context.rules) for column, of in self.profile.items()}
        self.codes = context.register.codes() if context.register else {}
        self.unit_first = False  # whether headings such as 市财政局—服务态度 begin with the unit
        self.known = set(context.mapping)
        self.result = BallotColumns()

    def read(self, *, long: bool) -> BallotColumns:
        """Return the reading: each column gets the first role that fits."""
        rest = dict(self.header.other)
        if self.context.earlier:
            self.result.problems = []
            rest = rest if long else self._of_0_1(rest)
            self.result.ignored = set(rest)
            return self.result
        if not long:
            rest = self._ticks(rest)
            by_unit = "unit_code" not in self.header.fields
            rest = self._units(rest) if by_unit else self._indicators(rest)
        self._ignored(rest)
        self._contradicted()
        self.result.meanings = [*self._fields(), *self.result.meanings]
        return self.result

    def _of_0_1(self, rest: dict[int, str]) -> dict[int, str]:
        """Take the columns that version 0.1.0 took: ticks under any heading, else every column with a grade."""
        texts = list(rest.values())
        grades = {c: judge_grade(text, "", "", self.rules).kept for c, text in rest.items()}
        over: dict[str, list[tuple[int, str]]] = {}
        for column, heading in self.header.above.items():
            if grades.get(column):
                over.setdefault(heading, []).append((column, str(grades[column])))
        for heading, columns in over.items():
            self.result.values.append(ValueColumn(heading, indicator=heading, ticks=tuple(columns)))
        if over:
            taken = {column for columns in over.values() for column, _ in columns}
            return {column: text for column, text in rest.items() if column not in taken}
        for column, text in rest.items():
            if any(judge_grade(value, "", "", self.rules).kept for value in self.profile[column].values):
                cell = self.header.cells[column]
                self.result.values.append(ValueColumn(cell, indicator=text if texts.count(text) == 1 else cell))
        taken = {c for c in rest if self.header.cells[c] in {value.name for value in self.result.values}}
        return {column: text for column, text in rest.items() if column not in taken}

    def _fields(self) -> list[ColumnMeaning]:
        cells = self.header.cells
        return [ColumnMeaning(self.file, cells[at], FIELD, name) for name, at in self.header.fields.items()]

    def _mean(self, column: int, role: str, means: str = "") -> None:
        cell, of = self.header.cells[column], self.profile[column]
        self.result.meanings.append(ColumnMeaning(self.file, cell, role, means, of.filled, self.graded[column]))

    # --- ticks -----------------------------------------------------------------------------------------------------

    def _ticks(self, rest: dict[int, str]) -> dict[int, str]:
        """Take the columns that are headed by a grade and ticked; return the others.

        One ticked column decides for all under its heading: a sum below the table may fill a column nobody ticked.
        """
        over: dict[str, list[tuple[int, str]]] = {}
        for column, text in rest.items():
            grade = judge_grade(text, "", "", self.rules)
            if grade.kept:
                over.setdefault(self.header.above.get(column, ""), []).append((column, grade.kept))
        over = {
            heading: columns
            for heading, columns in over.items()
            if heading or any(_ticked(self.profile[column]) for column, _ in columns)
        }
        self._two_marks([column for columns in over.values() for column, _ in columns])
        for heading, columns in over.items():
            named = self._heading(heading, alone=len(over) == 1)
            name = heading or self.header.cells[columns[0][0]]
            self.result.values.append(ValueColumn(name, indicator=named, ticks=tuple(columns)))
            for column, grade_text in columns:
                self._mean(column, GRADE, grade_text)
        self._lone_heading(over)
        self.result.problems += other_points(
            self.file,
            self.header.row,
            [(rest[c], grade) for columns in over.values() for c, grade in columns],
            self.rules,
        )
        asked = [value for value in self.result.values if value.indicator and not self._listed(value.indicator)]
        self._ask_indicators({value.name: self._votes_of(value) for value in asked} if len(over) > 1 else {})
        taken = {column for columns in over.values() for column, _ in columns}
        return {column: text for column, text in rest.items() if column not in taken}

    def _two_marks(self, columns: Sequence[int]) -> None:
        """Refuse ● next to ○: the circle may mark a choice, or a cell that was not chosen."""
        found = {mark: [c for c in columns if mark in self.profile[c].values] for mark in CIRCLES}
        if all(found.values()) and not self.context.former:
            facts = {"marks": list(CIRCLES)}
            cell = self.header.cells[found[CIRCLES[1]][0]]
            self.result.problems.append(
                Problem("two_marks", "error", self.file, None, self.header.row, cell, CIRCLES[1], facts)
            )

    def _lone_heading(self, over: Mapping[str, list[tuple[int, str]]]) -> None:
        """Ask about the only heading over all ticks, where it may name a part of the votes and is no indicator."""
        heading = next(iter(over)) if len(over) == 1 else ""
        if heading and not self._listed(heading) and names_part(heading):
            self._ask("confirm_heading", {heading: sum(self.profile[c].filled for c, _ in over[heading])})

    def _votes_of(self, value: ValueColumn) -> int:
        return sum(self.profile[column].filled for column, _ in value.ticks)

    def _heading(self, heading: str, *, alone: bool) -> str:
        """Return the indicator that a heading over grades names: one of the rule set, or one of several headings."""
        listed = self._listed(heading)
        if listed:
            return listed
        return "" if alone or is_generic(heading) else without_number(heading)

    def _listed(self, text: str) -> str:
        """Return the indicator of the rule set that a heading names, or ''."""
        known = {match_key(name): name for name in self.rules.indicators or {}}
        return next((known[match_key(name)] for name in names_in(text) if match_key(name) in known), "")

    # --- units as columns --------------------------------------------------------------------------------------------

    def _units(self, rest: dict[int, str]) -> dict[int, str]:
        """Take the columns that are headed by a unit; return the others."""
        graded = sorted(column for column in rest if self._holds_grades(column) and not self._is_figure(rest[column]))
        graded = graded or self._headed_by_units(rest)
        texts = [self.header.other[column] for column in graded]
        self.unit_first = not self.context.former and self.context.register is None and named_first(texts)
        named = {column: self._unit_of(column) for column in graded} if self._are_units(graded) else {}
        values = {column: pair for column, pair in named.items() if pair is not None}
        if values or self._name_units(graded):
            self._not_units([column for column in graded if column not in values])
        counts = Counter(unit for unit, _ in values.values())
        several = any(count > 1 for count in counts.values())
        from_rows = len({self.header.above[column] for column in values if column in self.header.above}) > 1
        for column in sorted(values):
            unit, other = values[column]
            indicator = self._listed(other) or ("" if is_generic(other) or not (several or from_rows) else other)
            self.result.values.append(ValueColumn(self.header.cells[column], unit, indicator))
            self._mean(column, UNIT, f"{unit} · {indicator}" if indicator else unit)
        asked = {self.header.cells[column]: self.graded[column] for column in sorted(values)}
        if self.unit_first:  # another question than before such headings were read so
            asked = {f"{self.header.cells[c]}={values[c][0]}": self.graded[c] for c in sorted(values)}
        own = self.result.values[-len(values) :] if values else []
        shown = [(value.unit, value.indicator) for value in own]
        if asked and not self._mapped([self.header.cells[column] for column in values]):
            self._ask("confirm_units", asked, shown=shortened([" · ".join(filter(None, pair)) for pair in shown]))
        return {column: text for column, text in rest.items() if column not in values}

    def _is_figure(self, text: str) -> bool:
        """Return whether a column next to those of units has sums or means of the line: 平均分."""
        names = (topic_of(text), without_number(tidy(text)))
        return not self.context.former and any(map(is_totals_row, names))

    def _are_units(self, graded: Sequence[int]) -> bool:
        """Return whether columns of grades may be units where no register says so: enough of them, or one question."""
        texts = [self.header.other[column] for column in graded]
        one_question = len(texts) > 1 and len({stem_of(text) for text in texts} - {""}) == 1
        return self.context.register is not None or len(graded) >= FEWEST_UNITS or one_question

    def _headed_by_units(self, rest: Mapping[int, str]) -> list[int]:
        """Return the columns that units head where no column holds a grade: their cells are refused, one by one."""
        if self.context.former:
            return []
        filled = [
            column for column, text in sorted(rest.items()) if self.profile[column].filled and not is_of_tool(text)
        ]
        headed = [column for column in filled if unit_named(rest[column], self.codes)]
        return headed if len(headed) >= FEWEST_UNITS else []

    def _name_units(self, graded: Sequence[int]) -> bool:
        """Return whether most headings of grades hold the name of a registered unit, though none can be cut out."""
        keys = [match_key(self.header.other[column]) for column in graded]
        named = [key for key in keys if any(len(name) > 1 and name in key for name in self.codes)]
        return not self.context.former and len(named) > MOSTLY * len(keys)

    def _unit_of(self, column: int) -> tuple[str, str] | None:
        """Return the unit that a column is headed by, and the rest of its heading; without a register any topic."""
        lower, upper = self.header.other[column], self.header.above.get(column, "")
        if self.context.register is None:
            if upper:
                return tidy(upper), topic_of(lower)
            first, last = parts_of(lower)
            return (first, last) if self.unit_first and last else (subject_of(lower), stem_of(lower))
        for text, other in ((lower, upper or stem_of(lower)), (upper, topic_of(lower))):
            found = unit_named(text, self.codes) if text else None
            if found is not None:
                name, stem = match_key(found[0]), match_key(other)
                is_stem = name in stem and name not in match_key(topic_of(lower)) and not upper
                is_stem = is_stem and not self.context.former
                return found[0], topic_of(lower) if is_stem else other
        return None

    def _not_units(self, columns: Sequence[int]) -> None:
        """Refuse columns of grades whose headings name no registered unit: their votes would be lost."""
        for column in columns:
            name = topic_of(self.header.other[column])
            judgement = judge_unit(name, self.context, self.codes)
            facts = {**judgement.facts, "value": name}
            cell = self.header.cells[column]
            self.result.problems.append(
                Problem(judgement.code or "unknown_unit", "error", self.file, None, self.header.row, cell, name, facts)
            )

    # --- indicators --------------------------------------------------------------------------------------------------

    def _indicators(self, rest: dict[int, str]) -> dict[int, str]:
        """Take the columns that hold grades as indicators; return the others."""
        graded = [column for column in sorted(rest) if self._holds_grades(column)]
        texts = [rest[column] for column in graded]
        stems = {stem_of(text) for text in texts}
        shared = len(graded) > 1 and len(stems) == 1 and stems != {""}
        asked: dict[str, int] = {}
        for column in graded:
            cell = rest[column] if texts.count(rest[column]) == 1 else self.header.cells[column]
            plain = topic_of(cell) if shared else without_number(tidy(cell))
            name = self._listed(cell) or plain
            self.result.values.append(ValueColumn(self.header.cells[column], indicator=name))
            self._mean(column, INDICATOR, name)
            if not self._listed(cell) and match_key(cell) != match_key(OVERALL) and not self._mapped([cell]):
                asked[self.header.cells[column]] = self.graded[column]
        if len(graded) + len([value for value in self.result.values if value.ticks]) > 1:
            self._ask_indicators(asked)
        return {column: text for column, text in rest.items() if column not in graded}

    def _ask_indicators(self, asked: Mapping[str, int]) -> None:
        if asked:
            self._ask("confirm_indicators", asked)

    def _holds_grades(self, column: int) -> bool:
        """Return whether a column holds votes: by the choice of a person, else by its heading and its cells."""
        text = self.header.other[column]
        mapped = self.context.mapping.get(self.header.cells[column], self.context.mapping.get(text))
        if mapped is not None:
            return mapped in ("indicator", "unit")
        if self._listed(text):
            return self.graded[column] > 0 or not self.profile[column].filled or self._in_other_words(column)
        if self._in_other_words(column) and "unit_code" not in self.header.fields and unit_named(text, self.codes):
            return True
        return self.graded[column] > 0 and not describes_evaluator(text) and not is_of_tool(text)

    # --- what is not read --------------------------------------------------------------------------------------------

    def _ignored(self, rest: Mapping[int, str]) -> None:
        """List the columns that are left out; ask about those that hold grades or numbers."""
        for column, text in rest.items():
            self.result.ignored.add(column)
            self._mean(column, IGNORED)
            void = void_marks(text, self.profile[column])
            if void:
                self._ask("confirm_void", {self.header.cells[column]: sum(void.values())}, words=sorted(void))
                continue
            if self._mapped([text, self.header.cells[column]]) or is_of_tool(text):
                continue
            if self._in_other_words(column) and not describes_evaluator(text):
                self._ask("confirm_ignored", {self.header.cells[column]: in_other_words(self.profile[column])})
                continue
            votes = max(self.graded[column], _numbers(self.profile[column]))
            words = self.graded[column] > 0 and self.rules.numeric is None
            if votes and (words or votes >= MOSTLY * self.profile[column].filled):
                self._ask("confirm_ignored", {self.header.cells[column]: votes})

    def _in_other_words(self, column: int) -> bool:
        """Return whether most cells of a column hold grades of another scale: 好 and 差 where the rules say 满意."""
        of = self.profile[column]
        return of.filled > 0 and not self.context.former and in_other_words(of) >= MOSTLY * of.filled

    def _contradicted(self) -> None:
        """Refuse grades under a heading of another year, and scores under a heading of another scale."""
        if self.context.former:
            return
        names = {value.name for value in self.result.values}
        read = {column for column, cell in enumerate(self.header.cells) if cell in names}
        read |= {at for name, at in self.header.fields.items() if name in ("grade_code", "score")}
        for column in sorted(read):
            scale = other_scale(self.header.cells[column], self.rules.numeric)
            if scale and self.rules.numeric is not None:
                low, high = (f"{edge / 100:g}" for edge in (self.rules.numeric.low, self.rules.numeric.high))
                self._refuse("scale_differs", column, found=scale, low=low, high=high)
        ticks = {column for value in self.result.values for column, _ in value.ticks}
        for column in sorted(ticks):
            if names_other_round(self.header.above.get(column, ""), self.context.round_id):
                self._refuse("wrong_round", column, round=self.context.round_id)

    def _refuse(self, code: str, column: int, **facts: object) -> None:
        cell = self.header.cells[column]
        self.result.problems.append(Problem(code, "error", self.file, None, self.header.row, cell, cell, facts))

    def _mapped(self, texts: Sequence[str] | Mapping[str, int]) -> bool:
        return any(text in self.known for text in texts)

    def _ask(self, code: str, columns: Mapping[str, int], **facts: object) -> None:
        names = list(columns)
        about = {
            "columns": names,
            "shown": shortened(names),
            "count": len(names),
            "votes": sum(columns.values()),
            **facts,
        }
        self.result.problems.append(Problem(code, "warning", self.file, None, self.header.row, facts=about))


def _graded(profile: ColumnProfile, rules: RuleSet) -> int:
    """Return the number of cells that hold a grade of the rule set, or a number inside its band."""
    numbers = option_scores(profile.values) if rules.numeric else {}
    return sum(
        cells
        for value, cells in profile.values.items()
        if not is_skipped(value) and judge_grade(numbers.get(value, value), "", "", rules).kept
    )


def _numbers(profile: ColumnProfile) -> int:
    return sum(cells for value, cells in profile.values.items() if NUMBER.fullmatch(value))


def _ticked(profile: ColumnProfile) -> bool:
    """Return whether at least half of the filled cells of a column are ticks; others are refused line by line."""
    ticks = sum(cells for value, cells in profile.values.items() if value in (*MARKS, *NO_MARKS))
    return ticks > 0 and ticks >= MOSTLY * profile.filled


def merged(files: Sequence[BallotColumns]) -> tuple[ValueColumn, ...]:
    """Return the columns of grades of all files, each once, in the order of the files."""
    found: dict[str, ValueColumn] = {}
    for file in files:
        for value in file.values:
            found.setdefault(value.name, replace(value, ticks=()))
    return tuple(found.values())
