"""Import of record tables: every table of the contract whose rows are kept as they are, read by its fields.

A row becomes one canonical JSON text, so that order, encoding and header words do not affect the digest. Rules across
columns (one date before another, parts that add up) are in `record_rules.py`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.duckdb_access import read_sql
from data.intake import section_sums
from data.intake.cells import Reading, is_formula, number_in, plain_number, read_cell, without_text_mark
from data.intake.coded_values import MOST_COMPARED, read_coded
from data.intake.context import Context, Stored
from data.intake.control_figures_of_counts import RATES_OF_RETURN, Difference, kind_of_figure
from data.intake.control_figures_of_results import PrintedLine, of_line, of_return, ranks
from data.intake.fault_limit import FaultLimit
from data.intake.headers import Header, round_columns
from data.intake.identifiers import Numbers, damage
from data.intake.line_of_totals import LineOfTotals
from data.intake.meaning import Meaning, of_fields
from data.intake.other_rows import OtherRows
from data.intake.pledge_direction import (
    LOWER_IS_BETTER,
    confirm_direction,
    read_by_default,
    suggests_lower,
    suggests_nothing,
)
from data.intake.record_columns import CONTENT, KEY, SPAN, Asked, ColumnReader, Read, Texts, rows_at
from data.intake.record_places import Places
from data.intake.record_rules import Fault, after_day, row_faults, rules_of
from data.intake.registers_by_month import ACROSS_ROWS, Entry, across_rows
from data.intake.related_rows import RelatedRows
from data.intake.shares import settle_share
from data.intake.source import TextTable
from data.intake.table import LoadedTable
from data.intake.values import Judgement, alone, is_totals_row, judge_group, judge_round, judge_unit, totals_word
from data.intake.wide_rows import WideColumns, apart, wide_columns
from data.model.books import book_digest
from data.model.checks import OF_OTHER_ROWS, SHARE
from data.model.contract import (
    AGREED_WITHOUT,
    KEYS,
    KIND_NAMES,
    MONTH,
    REQUIRED,
    TABLE_OF,
    TABLE_OF_KIND,
    Field,
    fields,
    header_of,
)
from data.model.facts import frame_digest, ordered_digest
from data.model.names import match_key, tidy
from data.model.record_keys import canonical, key_of, shown_key, year_of
from data.model.register import Register
from data.model.spellings import other_spellings, spellings_of
from problems import Place, Problem, Term, has_errors

COLUMNS = [KEY, CONTENT]
FEW_ROWS = 5_000  # read one by one: a table of 2,000 opinions takes 0.15 s so, and 0.2 s by columns
MOST_READINGS = 1 << 16  # of different cells; most cells of a register repeat: units, places, days, words of a list
NAMES = frozenset({"alias", "unit_text", "group_code"})
RETURNED = ("issued", "returned", "valid", "invalid")
SPELLED = frozenset({"category", "group_code", "site"})
LINEAGE = frozenset({"from_code", "to_code"})
_RANK = re.compile(r"(?:并列)?第?(\d{1,6})名?(?:\(?并列\)?)?")
_DIGIT = re.compile(r"\d")
_OPEN_END = frozenset({"", "今", "现在"})


@dataclass
class RecordIntake:
    """Accepted records or the problems that prevent them.

    facts: file with a row per record and columns COLUMNS, in canonical order. places: where each record comes from.
    """

    facts: Path | None = None
    digest: str = ""
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    blank: int = 0
    meaning: Meaning = field(default_factory=Meaning)
    places: Places = field(default_factory=Places)
    joined: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    """Record of a file with its place."""

    file: str
    number: int
    header: Header
    texts: Mapping[str, str]
    cells: list[str]


class _Reader:
    """Reader of records in order, remembering the earlier row of every key."""

    def __init__(self, kind: str, context: Context, intake: RecordIntake, *, only_file: bool) -> None:
        self.kind, self.intake, self.stored = kind, intake, cache(context.references)
        self.context = context
        self.other_rows = OtherRows(kind, context)
        self.related = RelatedRows(TABLE_OF[kind], context.rows)
        self.codes = context.register.codes() if context.register else {}
        self.year = year_of(context.round_id)
        self.fields = fields(kind)
        self.self_references = [
            (own, check.reference[1])
            for own in self.fields
            for check in own.checks
            if check.reference and check.reference[0] == TABLE_OF_KIND[kind]
        ]
        self.shares = [(own, check) for own in self.fields for check in own.checks if check.sort == SHARE]
        self.own: dict[str, dict[str, str]] = {}
        self.predecessors: set[str] = set()
        self.numbers: dict[str, Numbers] = {}
        self.spelled: dict[str, dict[str, str]] = {}
        self.alone: frozenset[str] = frozenset()
        self.known: frozenset[str] = frozenset(self.codes)
        self.limit = FaultLimit()
        self.seen: dict[str, Place] = {}
        self.lines: list[tuple[str, str]] = []  # canonical text and key; as dictionaries, 500,000 rows took 0.7 GB
        self.linked: list[tuple[_Row, dict[str, object]]] = []
        self.readings: dict[tuple[str, str], Reading] = {}
        self.numbered = ""  # the key that rows get from their content, as their file has no column for it
        self.alike: Counter[str] = Counter()
        self.lower: dict[str, list[tuple[int, str]]] = {}
        self.higher: dict[str, list[tuple[int, str]]] = {}
        self.totals: dict[str, LineOfTotals] = {}
        self.printed: list[tuple[_Row, PrintedLine]] = []
        self.returned: dict[str, list[tuple[tuple[int, ...], int, str]]] = {}
        self.only_file = only_file
        self.refuses_formulas = TABLE_OF[kind].lock == MONTH  # others keep texts as they always did
        self.tables: list[tuple[LoadedTable, pa.ChunkedArray]] = []
        self.lines_by_columns: list[Path] = []
        self.count_by_columns = self.at = 0  # at: rows of the tables before
        self.doubled: list[int] = []

    def rows(self, loaded: LoadedTable, text: TextTable, header: Header, wide: WideColumns | None) -> int:
        """Read a table row by row; return the number of rows with content."""
        rows = list(_rows(loaded, text, header, wide))
        if self.kind != "results":
            known = round_columns(self.kind, header) | _rates_of_return(self.kind, header)
            own = header.without_other(known)
            filled = {at: sum(bool(row.cells[at].strip()) for row in rows) for at in own.other}
            self.intake.problems += _unknown_columns(text, own, filled)
        self.predecessors |= {match_key(row.texts.get("from_code", "")) for row in rows}
        for name in set() if self.context.earlier else SPELLED & set(header.fields):
            self.spelled[name] = spellings_of(tidy(row.texts[name]) for row in rows)
        self.intake.joined |= other_spellings(*self.spelled.values())
        self.alone = alone(row.texts.get("unit_text", row.texts.get("unit_code", "")) for row in rows)
        for name in () if self.context.earlier else identifiers(self.kind, header):
            self.numbers[name] = Numbers.of([row.texts.get(name, "") for row in rows])
        self.begin(header, lambda name: (row.texts.get(name, "") for row in rows))
        for row in rows:
            self._limited(row)
        return len(rows)

    def columns(self, loaded: LoadedTable, text: TextTable, header: Header) -> int:
        """Read a large table by columns, and row by row where anything could be wrong; return as `rows`."""
        con, texts = self.context.con, Texts(self.context.con, loaded.name, header.fields)
        self.alone = alone(texts.of("unit_text" if "unit_text" in header.fields else "unit_code"))
        for name in identifiers(self.kind, header):
            self.numbers[name] = Numbers.of(texts.telling(name))
        by = {own.name for own, _ in self.self_references}
        self.begin(header, partial(texts.referred, by=by, first=MOST_COMPARED) if self.only_file else texts.in_order)
        read = ColumnReader(self._asked(header)).read(con, loaded.name, self.context.workdir, self.at)
        self.intake.problems += _unknown_columns(
            text, header.without_other(round_columns(self.kind, header)), read.filled
        )
        doubtful = np.union1d(np.concatenate(read.doubtful), self._doubled(loaded, read))
        for position, cells in rows_at(con, loaded.name, doubtful):
            row = _row_of(text.name, loaded.place(position)[1], header, cells)
            if row is not None:
                self._limited(row)
            if self.limit.is_full:
                break
        self.lines_by_columns += read.lines
        self.count_by_columns += read.rows - len(doubtful)
        self.at += loaded.count
        return read.rows

    @property
    def count(self) -> int:
        """Return the number of accepted records."""
        return len(self.lines) + self.count_by_columns

    def _asked(self, header: Header) -> Asked:
        codes = {
            own.name for own in self.fields if own.type == "text" and [check.sort for check in own.checks] == ["code"]
        }
        padded = {name: numbers.padded for name, numbers in self.numbers.items() if name in codes}
        names_it = {at: self._names_round for at in round_columns(self.kind, header)}
        selves = tuple((own.name, name) for own, name in self.self_references)
        return Asked(self.kind, header, rules_of(self.kind), self.reading, padded, self.context.as_of, names_it, selves)

    def _names_round(self, text: str) -> bool:
        return not judge_round(text, self.context.round_id).code

    def _doubled(self, loaded: LoadedTable, read: Read) -> NDArray[np.int64]:
        """Return the positions of rows whose key comes again, also in an earlier file, whose place is noted then."""
        keys = read.all_keys()
        coded = keys.combine_chunks().dictionary_encode()
        numbers = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        again = np.bincount(numbers[numbers >= 0], minlength=len(coded.dictionary)) > 1
        earlier = Places(self.seen, self.tables)
        there = earlier.of(coded.dictionary.to_pylist()) if not self.only_file else {}
        self.seen |= {key: self.seen.get(key, Place(*place)) for key, place in there.items()}
        again |= np.isin(coded.dictionary.to_numpy(zero_copy_only=False), list(there))
        self.tables.append((loaded, keys))
        found = np.flatnonzero((numbers >= 0) & again[numbers]) if len(again) else np.array([], dtype=np.int64)
        self.doubled += (found + self.at).tolist()
        return found

    def _limited(self, row: _Row) -> None:
        """Read a record, unless no further fault would be listed."""
        if not self.limit.is_full:
            before = len(self.intake.problems)
            self.row(row)
            self.limit.settle(self.intake.problems, before)

    def row(self, row: _Row) -> None:
        """Read a record: each field by itself, then rules across fields, then whether it is a duplicate."""
        if self._is_sum(row):
            return
        faults = len(self.intake.problems)
        content: dict[str, object] = {}
        for kind in self.fields:
            self._field(row, kind, content)
        if self.kind == "results":
            self._as_printed(row, content)
        if self.kind == "unit_lineage" and content.get("carry_rank") is None:
            content["carry_rank"] = content.get("change") == "更名"
        if self.kind == "unit_alias":
            self._registered_otherwise(row, content)
        if self.kind == "pledges":
            self._direction(row, content)
        for column in set() if self.context.earlier else round_columns(self.kind, row.header):
            self._round(row, column)
        misread = {problem.column for problem in self.intake.problems[faults:]}
        of_shares = list(self._of_shares(row, content))
        related = self.related.with_related(content)
        of_others = self.other_rows.faults(content)
        for fault in (*of_shares, *row_faults(self.kind, related), *self._own_faults(content), *of_others):
            if not (fault.code.startswith("missing_") and row.header.text_of(self.kind, fault.name) in misread):
                self._note(row, fault.name, fault.code, fault.facts, fault.level)
        if any(problem.level == "error" for problem in self.intake.problems[faults:]):
            return
        self._figures(row, content)
        if self.numbered:
            content[self.numbered] = self._number(content)
        self._key(row, content)

    def _of_shares(self, row: _Row, content: dict[str, object]) -> Iterator[Fault]:
        """Settle the numbers that are given as shares; yield why they cannot be read."""
        for own, check in self.shares:
            header = row.header.text_of(self.kind, check.other)
            yield from settle_share(own, check, content, row.texts.get(check.other, ""), header)

    def _own_faults(self, content: Mapping[str, object]) -> Iterator[Fault]:
        """Yield entries after the as-of day of the file, checks before the year, and rows that refer to themselves."""
        if self.context.as_of:
            yield from after_day(self.kind, content, self.context.as_of)
        if self.kind == "progress" and not self.context.former and self._is_before_year(content["check_date"]):
            yield Fault("check_date", "wrong_round", {"round": self.context.round_id})
        for own, name in self.self_references:
            if content[own.name] is not None and content[own.name] == content[name]:
                yield Fault(own.name, "unknown_reference", {"table": Term(KIND_NAMES[self.kind])})

    def _is_before_year(self, day: object) -> bool:
        """Return whether a pledge would be checked before the year of its round began."""
        return self.year is not None and day is not None and int(str(day)[:4]) < self.year

    def _number(self, content: Mapping[str, object]) -> str:
        """Return a number for a row that has none: of its content, and of how many equal rows came before it."""
        text = canonical(content)
        self.alike[text] += 1
        return f"N-{hashlib.sha256(f'{text}|{self.alike[text]}'.encode()).hexdigest()[:12]}"

    def equal_rows(self, file: str) -> list[Problem]:
        """Return the warning of rows without numbers that are equal to an earlier row."""
        lines, count = self.alike.total(), self.alike.total() - len(self.alike)
        facts = {"records": True, "lines": f"{lines:,}", "count": f"{count:,}"}
        return [Problem("equal_rows", "warning", file, facts=facts)] if count else []

    def begin(self, header: Header, texts: Callable[[str], Iterable[str]]) -> None:
        """Let the rows of a file refer to each other, and to those of earlier files. texts: of a field, in order."""
        self.numbered = _numbered(self.kind, header)
        for _, name in self.self_references:
            named = filter(None, map(tidy, texts(name)))
            self.own.setdefault(name, {}).update({match_key(text): text for text in named})
        self.context = replace(self.context, references=cache(self._references))
        self.readings.clear()
        self.known = frozenset({*self.codes, *self.alone})

    def _references(self, table: str, name: str) -> Mapping[str, str]:
        stored = self.stored(table, name)
        return {**stored, **self.own.get(name, {})} if table == TABLE_OF_KIND[self.kind] else stored

    def _figures(self, row: _Row, content: Mapping[str, object]) -> None:
        """Note the printed figures of a line that its other figures contradict."""
        other = {header: row.cells[column] for column, header in row.header.other.items()}
        if self.kind == "issue_return":
            self._differs(row, of_return(content, other))
            numbers = {
                row.header.text_of(self.kind, name): number
                for name in RETURNED
                if isinstance(number := content[name], int)
            }
            self.totals.setdefault(row.file, LineOfTotals(row.file)).add(numbers)
            counted = tuple(number if isinstance(number := content[name], int) else 0 for name in RETURNED)
            name = " · ".join(str(content[part]) for part in ("group_code", "site") if content.get(part))
            self.returned.setdefault(row.file, []).append((counted, row.number, name))
        if self.kind == "results":
            line = _printed_line(row, content)
            self.printed.append((row, line))
            self._differs(row, of_line(line))

    def _differs(self, row: _Row, found: Iterable[Difference]) -> None:
        for differs in found:
            facts = {"printed": differs.printed, "found": differs.found, "figures": True}
            self.intake.problems.append(
                Problem("figure_differs", "note", row.file, None, row.number, differs.column, differs.printed, facts)
            )

    def of_all_lines(self) -> None:
        """Note the printed ranks and totals that do not follow from the lines."""
        for at, differs in ranks([line for _, line in self.printed]).items():
            self._differs(self.printed[at][0], [differs])
        self.intake.problems += [note for total in self.totals.values() for note in total.notes()]
        if self.kind in ACROSS_ROWS:
            self._across_rows()

    def _across_rows(self) -> None:
        """Note the rules across rows that the rows break."""
        entries = {Place(row.file, row.number): (row, content) for row, content in self.linked}
        listed = [Entry(place, content) for place, (_, content) in entries.items()]
        stored: Mapping[str, Stored] = {}
        rows = partial(self.context.rows, TABLE_OF_KIND[self.kind])
        faults = across_rows(self.kind, listed, (lambda: stored) if self.context.replaying else rows)
        for entry, fault in faults:
            self._note(entries[entry.place][0], fault.name, fault.code, fault.facts, fault.level)

    def _round(self, row: _Row, column: int) -> None:
        """Refuse a row of another round than the import's."""
        judgement = judge_round(row.cells[column], self.context.round_id)
        if judgement.code:
            self.intake.problems.append(
                Problem(
                    judgement.code,
                    file=row.file,
                    row=row.number,
                    column=row.header.cells[column],
                    value=row.cells[column],
                    facts=judgement.facts,
                )
            )

    def _is_sum(self, row: _Row) -> bool:
        """Return whether a row holds totals: their word is its unit, group or site, or first if no unit is named."""
        units = [row.texts[name] for name in ("unit_code", "unit_text") if name in row.texts]
        unit = next((text for text in units if text.strip()), "")
        parts = [name for name in ("group_code", "site") if is_totals_row(row.texts.get(name, ""))]
        known = self.known
        part = row.texts[parts[0]] if parts else ""
        sums = totals_word(row.cells, unit, part, known, earlier=self.context.earlier)
        if sums:
            name = next((name for name, text in row.texts.items() if text == sums), self.fields[0].name)
            about: dict[str, object] = {"value": sums}
            self._note(row, name, "totals_row", about, "warning")
            cells = dict(zip(row.header.cells, row.cells, strict=True))
            self.totals.setdefault(row.file, LineOfTotals(row.file)).set_aside(row.number, sums, cells)
        return bool(sums)

    def _field(self, row: _Row, kind: Field, content: dict[str, object]) -> None:
        text = row.texts.get(kind.name, "")
        reading = self.readings.get((kind.name, text))
        if reading is None:
            reading = self.reading(kind, text)
            if len(self.readings) < MOST_READINGS:
                self.readings[kind.name, text] = reading
        if reading.code:
            self._note(row, kind.name, reading.code, reading.facts, "warning" if reading.warning else "error")
        missing = reading.kept is None and not reading.code and kind.name in REQUIRED[self.kind]
        if missing and kind.name != self.numbered and not kind.has(SHARE):
            self._note(row, kind.name, "missing_value")
        spelled = self.spelled.get(kind.name, {})
        content[kind.name] = spelled.get(reading.kept, reading.kept) if isinstance(reading.kept, str) else reading.kept

    def reading(self, kind: Field, text: str) -> Reading:
        """Return what a cell of a field is read as."""
        if kind.name == "round_id" or (kind.name == "year" and self.kind != "round"):
            return self._own_round(kind, text)
        if not tidy(text):
            return read_cell(kind, text, self.year)
        damaged = damage(text, self.numbers[kind.name]) if kind.name in self.numbers else {}
        if damaged:
            return Reading(code="damaged_identifier", facts=damaged)
        coded = read_coded(kind, text, self.context, self.codes)
        if coded is not None:
            return coded
        if kind.name in LINEAGE:
            return self._lineage_unit(kind, text)
        if kind.name in NAMES:
            return _of(judge_group(text, None))
        if self.kind == "results" and kind.name in ("score", "rank", "recomputed"):
            return Reading()  # read from the printed text below
        if kind.type == "text" and self.refuses_formulas and is_formula(text):
            return Reading(code="formula_text")
        return read_cell(kind, text, self.year)

    def _own_round(self, kind: Field, text: str) -> Reading:
        """Read the round; a row that names another round than the import's is refused."""
        year = kind.name == "year"
        own: object = self.year if year else self.context.round_id
        written = match_key(text).removesuffix("度").removesuffix("年")
        if written and own is not None and written != match_key(str(own)):
            return Reading(code="wrong_round", facts={"round": self.context.round_id})
        return Reading(own if year or (self.kind == "round" and written) else None)

    def _lineage_unit(self, kind: Field, text: str) -> Reading:
        """Read a unit of any register; a predecessor may be older than all registers, and a successor a predecessor."""
        register = self.context.register
        known = {} if register is None else {**register.former, **self.codes}
        code = known.get(match_key(text))
        if code is None and known and kind.name == "to_code" and match_key(text) not in self.predecessors:
            return _of(judge_unit(text, self.context, self.codes))
        return Reading(code) if code is not None else _of(judge_group(text, None))

    def _registered_otherwise(self, row: _Row, content: Mapping[str, object]) -> None:
        """Refuse an alias that is the registered name of another unit: it would never be used."""
        register = self.context.register
        registered = Register(register.units).codes() if register else {}
        unit = registered.get(match_key(str(content["alias"])))
        if unit is not None and unit != content["unit_code"]:
            self._note(row, "alias", "alias_taken", {"unit": unit})

    def _direction(self, row: _Row, content: dict[str, object]) -> None:
        """Read a pledge by the direction that its numbers suggest, once confirmed."""
        written = row.texts.get("direction", "").strip()
        if self.context.reads_directions and not written and suggests_lower(content["target"], content["baseline"]):
            content["direction"] = LOWER_IS_BETTER
            self.lower.setdefault(row.file, []).append((row.number, str(content["pledge_id"] or "")))
        if not written and suggests_nothing(content["target"], content["baseline"]):
            self.higher.setdefault(row.file, []).append((row.number, str(content["pledge_id"] or "")))

    def questions(self) -> list[Problem]:
        """Return what a person must confirm or should know: directions of pledges, ballots returned that are sums."""
        found = [confirm_direction(file, rows) for file, rows in self.lower.items()]
        found += [read_by_default(file, rows) for file, rows in self.higher.items()]
        for file, lines in self.returned.items():
            sums = section_sums.sums_among([counted for counted, _, _ in lines])
            found += section_sums.question(file, [lines[at][1:] for at in sums])
        return found

    def _as_printed(self, row: _Row, content: dict[str, object]) -> None:
        """Add the printed texts of a published line, their numbers, and every other column under its printed header."""
        for text_name, name in (("score_text", "score"), ("rank_text", "rank")):
            shown = text_name if row.texts.get(text_name, "").strip() else name
            printed = without_text_mark(row.texts.get(shown, "").strip())
            content[text_name] = printed or None
            header = row.header.text_of(self.kind, shown)
            if name == "score":
                number = number_in(printed)
                self._no_number(row, shown, printed, is_read=number is not None)
                content[name] = None if number is None else plain_number(number)
                content["score_header"] = header if printed and maximum_of(header) else None
            else:
                found = _RANK.fullmatch("".join(printed.split()).replace("（", "(").replace("）", ")"))
                self._no_number(row, shown, printed, is_read=found is not None)
                content[name] = int(found[1]) if found else None
        figures = {header: without_text_mark(row.cells[column].strip()) for column, header in row.header.other.items()}
        content["figures"] = {header: text for header, text in figures.items() if text} or None
        if not {"rank_text", "rank"} & set(row.header.fields):
            content["printed_no"] = len(self.lines) + 1  # where no rank is printed, the order gives it

    def _no_number(self, row: _Row, name: str, printed: str, *, is_read: bool) -> None:
        """Refuse a printed number that cannot be read, such as 95,2 and 94*; tell of words in its place (未参评)."""
        if is_read or not printed or self.context.former:
            return
        code, level = ("not_a_number", "error") if _DIGIT.search(printed) else ("no_number", "note")
        column = row.header.text_of(self.kind, name)
        self.intake.problems.append(Problem(code, level, row.file, None, row.number, column, printed))

    def _key(self, row: _Row, content: dict[str, object]) -> None:
        key = key_of(self.kind, content)
        place = Place(row.file, row.number)
        earlier = self.seen.setdefault(key, place)
        if earlier is not place:
            named = [name for name in KEYS[self.kind] if name in row.header.fields and row.texts.get(name)]
            name = named[-1] if named else KEYS[self.kind][-1]
            self._note(row, name, "duplicate_key", {"earlier": earlier, "value": shown_key(key)})
            return
        self.lines.append((canonical(content), key))
        if self.kind in ACROSS_ROWS:
            self.linked.append((row, content))

    def _note(
        self, row: _Row, name: str, code: str, facts: Mapping[str, object] | None = None, level: str = "error"
    ) -> None:
        column = row.header.text_of(self.kind, name)
        value = row.texts.get(name, "")
        self.intake.problems.append(Problem(code, level, row.file, None, row.number, column, value, facts or {}))

    def facts(self) -> tuple[Path, str]:
        """Write all records in canonical order; return the file and its digest."""
        rows, con = sorted(self.lines), self.context.con
        frame = pd.DataFrame({KEY: [key for _, key in rows], CONTENT: [text for text, _ in rows]}, dtype="str")
        path = self.context.workdir / "records.parquet"
        if not self.lines_by_columns:
            _write(frame, path)
            return path, frame_digest(self.kind, frame)
        by_rows = self.context.workdir / "by_rows.parquet"
        _write(frame.assign(position=-1), by_rows)
        files = [str(by_rows), *map(str, self.lines_by_columns)]
        lines = con.sql(read_sql("intake/record_lines"), params={"files": files, "doubled": self.doubled})
        lines.write_parquet(str(path), compression="zstd")
        ordered = con.sql(read_sql("intake/record_json"), params={"file": str(path)})
        return path, ordered_digest(self.kind, COLUMNS, ordered)


def _write(frame: pd.DataFrame, path: Path) -> None:
    """Write a small file; the engine takes eight times as long for it."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    pq.write_table(table, path, compression="zstd")


def _with_span(texts: dict[str, str]) -> dict[str, str]:
    """Split a single column 起止 into start and end: 2019-01-01至今 has no end yet."""
    start, *end = SPAN.split(texts.get("valid_from", ""), maxsplit=1)
    if not end:
        return texts
    return {**texts, "valid_from": start, "valid_to": "" if end[0].strip() in _OPEN_END else end[0]}


def _of(judgement: Judgement) -> Reading:
    return Reading(judgement.kept, judgement.code, judgement.facts, judgement.warning)


def _printed_line(row: _Row, content: Mapping[str, object]) -> PrintedLine:
    named = {
        name: row.header.text_of("results", text if text in row.header.fields else name)
        for name, text in (("score", "score_text"), ("rank", "rank_text"))
    }
    figures = content["figures"] if isinstance(content["figures"], dict) else {}
    rank = content["rank"]
    return PrintedLine(
        str(content["category"] or ""),
        str(content["score_text"] or ""),
        rank if isinstance(rank, int) else None,
        maximum_of(named["score"]),
        named["score"],
        named["rank"],
        figures,
    )


def maximum_of(header: str) -> float | None:
    """Return the maximum in brackets at the end of a header, such as 总得分(100), or None."""
    found = re.search(r"[(（]\s*(\d+(?:\.\d+)?)\s*分?[)）]\s*$", header)
    return float(found[1]) if found else None


def read_records(
    kind: str, tables: list[tuple[TextTable, Header]], context: Context, few: int = FEW_ROWS
) -> RecordIntake:
    """Read the files of one upload of a record kind. few: rows up to which a table is read row by row."""
    intake = RecordIntake()
    reader = _Reader(kind, context, intake, only_file=len(tables) == 1)
    for number, (text, header) in enumerate(tables):
        if kind == "results" and "recomputed" in header.fields and not context.former:
            header = header.releasing("recomputed")  # kept as it is printed, like every other column
        loaded = LoadedTable(context.con, f"record_raw_{number}")
        intake.problems += loaded.add(text, header, ", ".join(f"c{i}" for i in range(len(header.cells))))
        intake.blank += loaded.blank if loaded.placements else 0
        wide = None if context.former else wide_columns(kind, header.cells, header.fields, header.other)
        header = _without_wide(header, wide)
        by_columns = loaded.count > few and wide is None and reads_by_columns(kind, header)
        intake.rows += reader.columns(loaded, text, header) if by_columns else reader.rows(loaded, text, header, wide)
        intake.meaning.columns += of_fields(text.name, header.cells, header.fields, header.other.values())
        of_words = wide.columns.values() if wide else ()
        intake.meaning.columns += [m for own in of_words for m in of_fields(text.name, header.cells, own, ())]
    reader.of_all_lines()
    intake.problems += reader.equal_rows(tables[0][0].name) if tables else []
    intake.problems += reader.questions()
    if not reader.count and not has_errors(intake.problems):
        intake.problems += [Problem("header_only", file=text.name) for text, _ in tables]
    intake.problems = reader.limit.listed(intake.problems)
    if not any(problem.level == "error" for problem in intake.problems):
        intake.facts, intake.digest = reader.facts()
        if context.as_of:
            intake.digest = book_digest(intake.digest, context.as_of, complete=context.complete)
        intake.places = Places(reader.seen, reader.tables)
    return intake


def reads_by_columns(kind: str, header: Header) -> bool:
    """Return whether a large table may be read by columns: one with no rules but those of the contract."""
    checks = [check for own in TABLE_OF[kind].fields for check in own.checks]
    in_row = not any(check.named or check.related or check.when or check.sort in OF_OTHER_ROWS for check in checks)
    is_plain = in_row and TABLE_OF[kind].lock == MONTH and kind not in ACROSS_ROWS
    return is_plain and not _numbered(kind, header) and not SPELLED & set(header.fields)


def _numbered(kind: str, header: Header) -> str:
    """Return the key that rows get from their content, as their file has no column for it; "" if it has."""
    key = KEYS[kind][0]
    return key if key in AGREED_WITHOUT.get(kind, ()) and key not in header.fields else ""


def identifiers(kind: str, header: Header) -> list[str]:
    """Return the fields of a file that identify something and are not looked up in the register."""
    read_otherwise = NAMES | LINEAGE | {"round_id"}
    return [
        field.name
        for field in fields(kind)
        if (field.name.endswith(("_id", "_code")) or field.has("code"))
        and field.name in header.fields
        and field.name not in read_otherwise
        and not field.has("unit")
    ]


def _without_wide(header: Header, wide: WideColumns | None) -> Header:
    """Return the header without the columns of words; a column that is for no word among several is not read."""
    if wide is None:
        return header
    for name in wide.doubtful:
        header = header.releasing(name)
    return header.without_other(wide.claimed())


def _rows(loaded: LoadedTable, text: TextTable, header: Header, wide: WideColumns | None) -> Iterator[_Row]:
    """Yield the records of a file that have any content; a line with columns of words makes several."""
    headers = (
        {word: replace(header, fields={**header.fields, **own}) for word, own in wide.columns.items()} if wide else {}
    )
    for position, record in enumerate(loaded.records() if loaded.placements else []):
        cells = ["" if value is None else str(value) for value in record]
        row = _row_of(text.name, loaded.place(position)[1], header, cells)
        if row is None or wide is None:
            yield from [] if row is None else [row]
            continue
        for word, own in apart(row.texts, cells, wide):
            yield _Row(row.file, row.number, headers[word], own, cells)


def _row_of(file: str, number: int, header: Header, cells: list[str]) -> _Row | None:
    """Return a record with its place; None if it has no content."""
    if not any(cell.strip() for cell in cells):
        return None
    return _Row(
        file, number, header, _with_span({name: cells[column] for name, column in header.fields.items()}), cells
    )


def _rates_of_return(kind: str, header: Header) -> set[int]:
    """Return the columns of printed rates, which are recomputed."""
    if kind != "issue_return":
        return set()
    return {at for at, text in header.other.items() if kind_of_figure(text) in RATES_OF_RETURN}


def _unknown_columns(text: TextTable, header: Header, filled: Mapping[int, int]) -> list[Problem]:
    """Warn of the columns that are not read. filled: their cells with content."""
    return [
        Problem("unknown_column", "warning", text.name, None, header.row, cell, cell, {"cells": filled[at]})
        for at, cell in header.other.items()
    ]


def twice_imported(
    kind: str, places: Places, others: Iterable[tuple[str, Collection[str]]], as_of: str = ""
) -> list[Problem]:
    """Report records at `places` whose key is already in another upload (id, keys) of the kind and round.

    as_of: the as-of day of these uploads, if they are of a book.
    """
    found = []
    for upload, keys in others:
        for key, (file, row) in sorted(places.of(keys).items()):
            shown = shown_key(key)
            column = header_of(kind, KEYS[kind][-1])
            facts: dict[str, object] = {"upload": upload, "earlier": Place(""), "line": (key,)}
            facts |= {"as_of": as_of} if as_of else {}
            found.append(Problem("record_in_other_upload", "error", file, None, row, column, shown, facts))
    return found
