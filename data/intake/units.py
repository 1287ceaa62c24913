"""Import of the register of units of a round: code, name, category, roster number and participation."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pandas as pd

from data.intake import marked_names
from data.intake.context import Context
from data.intake.counts import context_rows
from data.intake.headers import Header, round_columns
from data.intake.identifiers import Numbers, damage
from data.intake.meaning import Meaning, of_fields
from data.intake.register_columns import faulty, unused
from data.intake.source import TextTable
from data.intake.table import LoadedTable
from data.intake.values import judge_round, totals_word
from data.model.facts import frame_digest
from data.model.names import CONTROL, LONGEST_NAME, match_key, tidy
from data.model.register import ONLY_CATEGORY, PARTICIPATION, RESERVED, RegisteredUnit
from data.model.spellings import other_spellings, spellings_of
from problems import Place, Problem

COLUMNS = ["unit_code", "unit_name", "short_name", "roster_no", "category", "participation"]


@dataclass
class UnitIntake:
    """Accepted units (columns COLUMNS, in roster order) or the problems that prevent them."""

    frame: pd.DataFrame | None = None
    digest: str = ""
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    blank: int = 0
    meaning: Meaning = field(default_factory=Meaning)
    joined: dict[str, list[str]] = field(default_factory=dict)


class _Reader:
    """Reader of register rows in order, remembering every spelling taken."""

    def __init__(self, intake: UnitIntake, context: Context) -> None:
        self.intake, self.round_id, self.earlier = intake, context.round_id, context.earlier
        self.former = context.former
        self.units: list[RegisteredUnit] = []
        self.spellings: dict[str, tuple[RegisteredUnit, Place]] = {}
        self.rosters: dict[int, Place] = {}
        self.numbers = Numbers()
        self.without_category: list[tuple[Header, str, int]] = []

    def row(self, header: Header, file: str, row: int, values: list[str]) -> None:
        """Read a unit."""
        texts = {name: tidy(values[column]) for name, column in header.fields.items()}
        self.place = (header, file, row)
        sums = totals_word(values, texts["unit_name"], earlier=self.earlier)
        if sums:
            self._note("totals_row", "unit_name", sums, level="warning")
            return
        if not self.former:
            self.intake.problems += faulty(file, header, row, values)
        for column in set() if self.earlier else round_columns("units", header):
            self._round(header, column, values[column])
        name = texts["unit_name"]
        if not name:
            self._note("missing_value", "unit_name", "")
            return
        if CONTROL.search(name):
            self._note("control_character", "unit_name", name, character="")
        if len(name) > LONGEST_NAME:
            self._note("name_too_long", "unit_name", name, length=len(name), limit=LONGEST_NAME)
        damaged = {} if self.earlier else damage(texts.get("unit_code", ""), self.numbers)
        if damaged:
            self._note("damaged_identifier", "unit_code", texts["unit_code"], level="error", **damaged)
        unit = RegisteredUnit(
            unit_code=texts.get("unit_code") or name,
            unit_name=name,
            short_name=texts.get("short_name", ""),
            roster_no=self._roster(texts.get("roster_no", "")),
            category=texts.get("category") or ONLY_CATEGORY,
            participation=self._participation(texts.get("participation", "")),
        )
        self._spellings(unit, Place(file, row))
        self.units.append(unit)
        if match_key(unit.category) in RESERVED and not self.former:
            self._note("reserved_category", "category", unit.category)
        if "category" in header.fields and not texts["category"] and not unit.participation:
            self.without_category.append(self.place)

    def blank_categories(self) -> None:
        """Refuse ranked units without a category where others have a category, as below the first row of a block."""
        if self.former or all(unit.category == ONLY_CATEGORY for unit in self.units):
            return
        for place in self.without_category:
            self.place = place
            self._note("missing_value", "category", "")

    def _round(self, header: Header, column: int, text: str) -> None:
        """Refuse a row of another round than the import's."""
        judgement = judge_round(text, self.round_id)
        if judgement.code:
            _, file, row = self.place
            facts = judgement.facts
            self.intake.problems.append(
                Problem(judgement.code, "error", file, None, row, header.cells[column], text, facts)
            )

    def _roster(self, text: str) -> int:
        """Return the roster number, or the position in the file if the register has none."""
        if not text:
            return len(self.units) + 1
        if not text.removesuffix(".0").isdigit():
            self._note("count_not_whole", "roster_no", text)
            return 0
        number = int(text.removesuffix(".0"))
        if number in self.rosters:
            self._note("duplicate_roster_no", "roster_no", text, earlier=self.rosters[number])
        self.rosters.setdefault(number, Place(*self.place[1:]))
        return number

    def _participation(self, text: str) -> str:
        if not text:
            return ""
        if text not in PARTICIPATION:
            self._note("unknown_participation", "participation", text, known=list(PARTICIPATION))
            return ""
        return PARTICIPATION[text]

    def _spellings(self, unit: RegisteredUnit, place: Place) -> None:
        """Check that a spelling means one unit; refuse two units that look alike after normalising."""
        keys = {match_key(text) for text in (unit.unit_code, unit.unit_name, unit.short_name) if text}
        taken = sorted(key for key in keys if key in self.spellings)
        if taken:
            self._taken(unit, *self.spellings[taken[0]])
            return
        for key in keys:
            self.spellings[key] = (unit, place)

    def _taken(self, unit: RegisteredUnit, other: RegisteredUnit, earlier: Place) -> None:
        """Report a unit that occurs twice, one code for two names, or two units with one spelling."""
        code, name = unit.unit_code, unit.unit_name
        if match_key(name) == match_key(other.unit_name):
            self._note("duplicate_unit", "unit_name", name, earlier=earlier)
        elif match_key(code) == match_key(other.unit_code):
            self._note("duplicate_unit", "unit_code", code, earlier=earlier, other=other.unit_name, second=name)
        else:
            self._note("duplicate_unit", "unit_name", name, earlier=earlier, other=other.unit_name)

    def _note(self, code: str, name: str, value: str, level: str = "error", **facts: object) -> None:
        header, file, row = self.place
        column = header.text_of("units", name)
        self.intake.problems.append(Problem(code, level, file, None, row, column, value, facts))


def read_units(tables: list[tuple[TextTable, Header]], context: Context) -> UnitIntake:
    """Read register files that belong to one upload."""
    intake = UnitIntake()
    reader = _Reader(intake, context)
    for number, (text, header) in enumerate(tables):
        loaded = LoadedTable(context.con, f"unit_raw_{number}")
        width = len(header.cells)
        intake.problems += loaded.add(text, header, ", ".join(f"c{i}" for i in range(width)))
        intake.blank += loaded.blank if loaded.placements else 0
        intake.meaning.columns += of_fields(text.name, header.cells, header.fields, header.other.values())
        found = context_rows(loaded) if loaded.placements else []
        records = [["" if value is None else str(value) for value in record] for record in found]
        if not context.earlier:
            intake.problems += unused(text.name, header, records, context.mapping)
        if "unit_code" in header.fields:
            reader.numbers = Numbers.of([record[header.fields["unit_code"]] for record in records])
        for position, values in enumerate(records):
            if any(value.strip() for value in values):
                reader.row(header, text.name, loaded.place(position)[1], values)
    reader.blank_categories()
    intake.problems += marked_names.question(None, [unit.unit_name for unit in reader.units])
    if not reader.units and not intake.problems:
        intake.problems += [Problem("header_only", file=text.name) for text, _ in tables]
    spelled = {} if context.earlier else spellings_of(unit.category for unit in reader.units)
    intake.joined = other_spellings(spelled)
    reader.units = [replace(unit, category=spelled.get(unit.category, unit.category)) for unit in reader.units]
    intake.meaning.categories = dict(sorted(Counter(unit.category for unit in reader.units).items()))
    if not any(problem.level == "error" for problem in intake.problems):
        intake.frame = pd.DataFrame([unit.__dict__ for unit in reader.units], columns=COLUMNS)
        intake.frame = intake.frame.sort_values(["roster_no", "unit_code"], ignore_index=True)
        intake.digest = frame_digest("units", intake.frame)
    intake.rows = len(reader.units)
    return intake
