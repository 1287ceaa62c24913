"""An import from files to an upload: read, validate, compare with the store, and store.

The job writes into a temporary folder and moves the upload into place by a single rename. `Store` locks the store for
the move alone.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from data.duckdb_access import part_of
from data.intake.as_of_days import as_of_days
from data.intake.ballots import read_ballots, unscored
from data.intake.book_changes import book_problems
from data.intake.categories import alike, question
from data.intake.context import READING, READING_OF_MEANINGS, Claims, Context
from data.intake.corrections import WHOLE_ROW, FaultyCell, apply_to_file, faulty_cells
from data.intake.counts import CountIntake, read_counts
from data.intake.elsewhere import of_name
from data.intake.encoding import unproven
from data.intake.headers import Header, first_records, merged_cells, read_header
from data.intake.meaning import SETTLED_BY_CONFIRMING, UNIT, Meaning, digest_of, key_of, still_open, to_remember
from data.intake.merged_numbers import with_merged_numbers
from data.intake.personal import PERSONAL, is_clean, personal_cells, without_values
from data.intake.personal_copy import CleanedFile, cleaned
from data.intake.record_places import Places
from data.intake.records import RecordIntake, read_records, twice_imported
from data.intake.refusal import FileRefusedError
from data.intake.sheet_marks import below_the_header, row_of
from data.intake.source import TextTable, display_name, open_source
from data.intake.table import with_formulas, without_consequences
from data.intake.titles import contradictions
from data.intake.unit_sheets import BY_SHEETS, OF_SHEET, UnitSheets
from data.intake.unit_sheets import KINDS as UNIT_SHEETS
from data.intake.units import UnitIntake, read_units
from data.model.across_tables import NO_CHECKS, AcrossTables
from data.model.books import is_book
from data.model.contract import MONTH, RECORD_KINDS, TABLE_OF, header_words
from data.model.progress import ProgressReporter
from data.model.register import ONLY_CATEGORY, Register
from data.model.rule_sets import RuleSet
from data.store.across_tables import found_across
from data.store.atomic_write import copy_to_disk
from data.store.book_findings import book_findings
from data.store.column_mappings import Decision, remembered, words, write_decision
from data.store.earlier_lines import Found, Line, with_places
from data.store.history import now, user
from data.store.rounds import (
    RoundConflictError,
    alias_conflicts,
    newest_register,
    read_register,
    read_round,
    referable,
    rows_of,
)
from data.store.seals import store_for_good
from data.store.uploads import (
    EVIDENCE,
    FACTS,
    Choices,
    EditLog,
    Evidence,
    Upload,
    active,
    write_ballot_facts,
    write_frame,
    write_manifest,
)
from errors import UsageError
from i18n import N_
from problems import QUESTIONS, Problem, has_errors

Source = Path | tuple[str, bytes]
PREVIEW_ROWS = 5
LARGEST_IN_MEMORY = 100 << 20  # bytes of a corrected table that a page offers as a download
MOST_FAULTY = 10_000  # cells offered for correction; a file with more is corrected at its source
MOST_NOTES = 1000  # kept with an upload; a table has a few printed figures a line
UNKNOWN, CLEAN, IDENTIFIES = "unknown", "clean", "identifies"
SPARE_SPACE = 3  # times the size of the files: evidence, text copy, facts


@dataclass(frozen=True)
class FoundHeader:
    """The interpretation of a file's header.

    fields: column text -> field, for recognised columns. shape: the texts that identify files with the same header.
    """

    row: int
    cells: tuple[str, ...]
    fields: dict[str, str]
    shape: tuple[str, ...]

    @classmethod
    def of(cls, header: Header) -> "FoundHeader":
        """Return the interpretation of a header, complete or not."""
        fields = {header.cells[at]: name for name, at in header.fields.items()}
        return cls(header.row, header.cells, fields, header.shape)


@dataclass
class ImportReport:
    """The result of an import, filled step by step by the job.

    rows: records read. stored: whether an upload was added. same_as: the upload with the same content. preview: the
    first records as read. needs_acceptance: there are warnings to accept, but no errors. faulty: cells that can be
    corrected in place. headers: file name -> interpretation of its header. remembered: column -> field, from a saved
    mapping. corrected: the table after the edits of this import, as CSV. blank_rows: rows without content, which are
    not records. delimiters: file name -> delimiter, for text files. unscored: number of ballot lines that are stored
    but not scored, by their text ("" for an empty cell). joined: usual spelling of a name -> others, read as the same
    name. unregistered: whether unit names were read without a register to check them against. notes: what a person
    should know and need not decide. meaning: what the columns are taken for; needs_confirmation: a person must confirm
    it first. content: digest of the facts as read.
    cleaned: a copy without personal data of the file that was refused for them. search: what the search for personal
    data says of the entire content: CLEAN, IDENTIFIES, or UNKNOWN where the file could not be read to its end.
    """

    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    stored: bool = False
    upload: str | None = None
    same_as: str | None = None
    needs_acceptance: bool = False
    encodings: dict[str, str] = field(default_factory=dict)
    preview: pd.DataFrame = field(default_factory=pd.DataFrame)
    faulty: list[FaultyCell] = field(default_factory=list)
    headers: dict[str, FoundHeader] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    corrected: bytes | None = None
    blank_rows: int = 0
    delimiters: dict[str, str] = field(default_factory=dict)
    unscored: dict[str, int] = field(default_factory=dict)
    joined: dict[str, list[str]] = field(default_factory=dict)
    unregistered: bool = False
    meaning: Meaning = field(default_factory=Meaning)
    notes: list[Problem] = field(default_factory=list)
    needs_confirmation: bool = False
    content: str = ""
    cleaned: CleanedFile | None = None
    search: str = UNKNOWN

    @property
    def is_personal(self) -> bool:
        """Return whether the files were refused because they identify persons."""
        return any(problem.code in PERSONAL for problem in self.problems)

    @property
    def refused(self) -> bool:
        """Return whether the files were refused because of errors."""
        return has_errors(self.problems)


@dataclass(frozen=True)
class _Kept:
    """A file of an import: its display name, the path it is read from, and the path of the stored copy."""

    name: str
    source: Path
    path: Path


@dataclass(frozen=True)
class ImportOptions:
    """The user's options for an import.

    rules: name of the rule set of a scored kind; None takes the round's. replace: the files correct all earlier uploads
    of their kind and round. dry_run: judge and store nothing. accept_warnings: the reason, None to stop at warnings.
    mapping: column -> field; None takes what was remembered for files of that shape. values: word of the file -> grade.
    confirm: digest of the meaning that a person confirms; confirmed: answers given earlier. sheet: of a workbook.
    fill_down: merged cells are read as filled. edits: corrections of a single file. demo: demonstration data. trial:
    the round is tried out; it takes trial uploads only, until it is cleared. replaying: the files were stored before,
    so their meaning was confirmed then. reading: the checks under which they were read. as_of: ISO day of the state
    that a book gives; "" takes it from the title. complete: the book holds every row. checked: the rows are settings of
    a scheme, written by the program from a file that it has checked.
    """

    rules: str | None = None
    replace: bool = False
    dry_run: bool = False
    accept_warnings: str | None = None
    mapping: Mapping[str, str] | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    confirm: str = ""
    confirmed: tuple[str, ...] = ()
    sheet: str = ""
    fill_down: bool = False
    edits: tuple[EditLog, ...] = ()
    demo: bool = False
    trial: bool = False
    replaying: bool = False
    reading: int = READING
    as_of: str = ""
    complete: bool = False
    checked: bool = False


DEFAULTS = ImportOptions()


@dataclass(frozen=True)
class Request:
    """The parameters of an import job.

    rules: the rule set, for a scored kind. checks: by table. claims: of the release in force. named: rule set that a
    file of pledges or hall votes belongs to; it is read without, and scored by it.
    """

    kind: str
    round_id: str
    rules: RuleSet | None
    options: ImportOptions
    checks: Mapping[str, AcrossTables] = field(default_factory=lambda: NO_CHECKS)
    claims: Claims | None = None
    named: str = ""


class ImportJob:
    """An import from files to an upload folder.

    known: all uploads of the store. in_force: those in force. con: a connection in memory, for this import alone.
    """

    def __init__(
        self,
        path: Path,
        staging: Path,
        request: Request,
        known: list[Upload],
        in_force: list[Upload],
        watch: ProgressReporter,
        threads: int | None,
        con: duckdb.DuckDBPyConnection,
    ) -> None:
        self.path, self.staging, self.request, self.watch, self.threads = path, staging, request, watch, threads
        self.known, self.in_force = known, in_force
        self.earlier = request.options.reading < READING_OF_MEANINGS
        self.former = request.options.reading < READING
        self.kind, self.round_id, self.options = request.kind, request.round_id, request.options
        self.mapping = dict(self.options.mapping or {})
        self.values = dict(self.options.values)
        self.confirmed = set(self.options.confirmed)
        self.header_words = header_words() | words(path, self.kind) | set(self.mapping)
        self.tables: list[tuple[TextTable, Header]] = []
        self.opened: list[tuple[TextTable, Header]] = []
        self.by_unit: UnitSheets | None = None
        self.examined = False  # whether every cell was searched for personal data
        self.report = ImportReport()
        self.evidence: list[_Kept] = []
        self.folder = staging / "upload"
        self.folder.mkdir()
        self.con = con
        self.checksums: dict[Path, str] = {}
        self.places = Places()
        self.as_of = self.options.as_of
        self.lines: Callable[[Sequence[Line]], Found] = lambda lines: {}

    def read(self, sources: Sequence[Source]) -> bool:
        """Read and validate the files; return whether they may be stored: not with errors, conflicts or open warnings.

        The lock of the store is not needed, unless the state of the store changes until the files are stored.
        """
        with self._keeping_evidence(sources) as evidence:
            self.evidence, digest = evidence, self._judge(evidence)
        return digest is not None and self._may_be_stored(digest)

    def _judge(self, evidence: list[_Kept]) -> str | None:
        """Read the files and check every value; return the digest of the content, or None if there are errors."""
        tables = self.tables = self._tables(evidence)
        if has_errors(self.report.problems) or not tables:
            return None
        if is_book(self.kind):
            self.report.problems += self._day_of(tables)
        self.watch.step(0.4, N_("Checking every value"))
        self.report.problems += self._personal_cells(tables)
        digest, self.report.rows = self._read(tables)
        self.report.content = digest
        self.report.problems += self._across_tables(digest)
        self.report.problems += self._alike_categories()
        mended = {(log.edit.row, log.edit.column) for log in self.options.edits}
        for text, header in tables:
            self.report.problems = with_formulas(text, header, self.report.problems, mended)
            if not self.earlier:
                self.report.problems = with_merged_numbers(self.kind, text, header, self.report.problems)
        self.report.problems = without_consequences(self.report.problems)
        self._settle()
        return digest

    def _day_of(self, tables: list[tuple[TextTable, Header]]) -> list[Problem]:
        """Settle the as-of day of a book: as given, else as its title or file name says; never the day of import."""
        titles = [problem.value or "" for _, header in tables for problem in header.problems]
        named = as_of_days([*titles, *(text.name for text, _ in tables)])
        if not self.as_of and len(named) != 1:
            raise UsageError(
                "Say which day's state the file gives: with --as-of DAY on the command line, or on the upload page."
            )
        self.as_of = self.as_of or named[0].isoformat()
        others = [day.isoformat() for day in named if day.isoformat() != self.as_of]
        file = tables[0][0].name
        return [Problem("as_of_differs", "warning", file, facts={"titled": day, "day": self.as_of}) for day in others]

    def _alike_categories(self) -> list[Problem]:
        """Ask about categories of the round that may be one under two names; a register's stand for all others."""
        own = set(self.report.meaning.categories) - {ONLY_CATEGORY}
        if self.earlier or (self.kind != "units" and self._register() is not None):
            return []
        others = self._others("units", "ballots", "counts")
        kept = [upload for upload in others if not (self.options.replace and upload.kind == self.kind)]
        known = {name for upload in kept for name in upload.categories()} - {"", ONLY_CATEGORY}
        return question(None, alike(own, known))

    def _settle(self) -> None:
        """Take away the questions that a person has answered, now or earlier for files of this shape."""
        report = self.report
        rules = self.request.rules.name if self.request.rules else ""
        choices = {"mapping": self.mapping, "values": self.values}
        report.meaning.digest = digest_of(self.kind, rules, report.problems, choices)
        if self.options.replaying or self.options.confirm == report.meaning.digest:
            asked = [problem for problem in report.problems if problem.code in SETTLED_BY_CONFIRMING]
            self.confirmed |= {key_of(problem) for problem in asked}
        if has_errors(report.problems):  # those come first; the questions are asked of a file that can be read
            report.problems = [problem for problem in report.problems if problem.code not in QUESTIONS]
        report.problems = still_open(report.problems, self.confirmed)
        report.notes += [problem for problem in report.problems if problem.level == "note"]
        report.problems = [problem for problem in report.problems if problem.level != "note"]

    def _may_be_stored(self, digest: str) -> bool:
        """Return whether the upload may be stored; the report gives the reason if it may not."""
        self.watch.step(0.9, N_("Comparing with what is stored"))
        report = self.report
        if has_errors(report.problems):
            return False
        report.same_as = self._same(digest)
        if report.same_as:
            return False
        conflicts = self._with_places(self._conflicts(digest))
        report.problems += conflicts
        if conflicts:
            return False
        if is_book(self.kind):
            self._compare_with_book(digest)
        questions = [problem for problem in report.problems if problem.code in QUESTIONS]
        report.needs_confirmation = bool(questions)
        report.needs_acceptance = len(questions) < len(report.problems) and self.options.accept_warnings is None
        wanted = not (report.needs_confirmation or report.needs_acceptance or self.options.dry_run)
        if wanted:
            self.watch.step(0.95, N_("Storing"))
        return wanted

    def _compare_with_book(self, digest: str) -> None:
        """Report what the file says of the earlier states of the book: changed past entries, rows that are missing."""
        draft = replace(self._upload([], digest, 0, ""), folder=self.folder)
        others = [u for u in active([*self.in_force, draft]) if u.kind == self.kind and u.number != draft.number]
        found = book_findings(self.con, draft, others)
        known = {(problem.code, problem.row, problem.column) for problem in self.report.problems}
        of_book = book_problems(self.kind, found, self.as_of, self.places)
        self.report.problems += [p for p in of_book if (p.code, p.row, p.column) not in known]
        self.report.notes += [problem for problem in self.report.problems if problem.level == "note"]
        self.report.problems = [problem for problem in self.report.problems if problem.level != "note"]

    def store(self, staging: Path) -> str:
        """Move the upload into place by a single rename, and return its id. staging: of the writer of the store."""
        upload = self._upload(self.evidence, self.report.content, self.report.rows, self.options.accept_warnings or "")
        write_manifest(self.folder, upload)
        store_for_good(staging, self.folder, self.path, f"uploads/{upload.upload_id}")
        self.report.stored, self.report.upload = True, upload.upload_id
        if self.options.confirm or self.options.values or self.options.mapping:
            self._remember(staging)
        return upload.upload_id

    def _remember(self, staging: Path) -> None:
        """Save the confirmed meanings for later files with the same header."""
        for number, shape in enumerate({header.shape for _, header in self.tables}):
            decision = Decision(self.kind, shape, self.mapping, now(), user(), self.values, to_remember(self.confirmed))
            draft = staging / f"decision-{number}.json"
            place = write_decision(self.path, draft, decision).relative_to(self.path).as_posix()
            store_for_good(staging, draft, self.path, place)

    def finish(self) -> ImportReport:
        """Return the report with its problems in file order and the cells that can be corrected in place."""
        report = self.report
        report.problems = sorted(report.problems, key=lambda p: (p.file or "", p.row or 0, p.column or "", p.code))
        if report.is_personal:
            self._withhold()
        elif not self.examined:
            report.problems = [without_values(problem) for problem in report.problems]
        report.faulty = [] if report.is_personal else self._faulty(report.problems)
        searched = CLEAN if self.examined else self._searched(len(self.evidence))
        report.search = IDENTIFIES if report.is_personal else searched
        return report

    def _searched(self, files: int) -> str:
        """Search files that were refused for their columns; only small ones, since this takes 1 s per million cells."""
        if self.report.stored:  # read again as an earlier version read them, which searched less
            return UNKNOWN
        small = all(text.path.stat().st_size <= LARGEST_IN_MEMORY for text, _ in self.opened)
        if not small or len(self.opened) != files:
            return UNKNOWN
        found = any(personal_cells(text, header.columns(self.kind)) for text, header in self.opened)
        return IDENTIFIES if found else CLEAN

    def _withhold(self) -> None:
        """Repeat nothing of a file that identifies persons; offer a copy without them in its place."""
        report = self.report
        refused = {(p.file, p.column) for p in report.problems if p.code in PERSONAL}
        left = [p for p in report.problems if p.code != "unknown_column" or (p.file, p.column) not in refused]
        report.problems = [without_values(problem) for problem in left]
        report.preview, report.corrected, report.headers, report.notes = pd.DataFrame(), None, {}, []
        if len(self.opened) == 1 and self.opened[0][0].path.stat().st_size <= LARGEST_IN_MEMORY:
            text, header = self.opened[0]
            report.cleaned = cleaned(text, header.columns(self.kind))

    def _faulty(self, problems: list[Problem]) -> list[FaultyCell]:
        """Return the cells that can be corrected in place; only for an import of a single file."""
        if len(self.tables) != 1 or not has_errors(problems):
            return []
        text, header = self.tables[0]
        units = {column.column: column.means for column in self.report.meaning.columns if column.role == UNIT}
        return faulty_cells(text.path, text.delimiter, header, problems[:MOST_FAULTY], units)

    # --- files ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _keeping_evidence(self, sources: Sequence[Source]) -> Iterator[list[_Kept]]:
        """Copy the files into the upload while they are read, and refuse a file that changes meanwhile.

        Copying runs in parallel, because copying half a gigabyte takes as long as reading it. The bytes read and the
        bytes stored must be the same.
        """
        self._check_space(sources)
        evidence = [
            _Kept(
                label,
                source if isinstance(source, Path) else self.folder / f"{EVIDENCE}{number}",
                self.folder / f"{EVIDENCE}{number}",
            )
            for number, (source, label) in enumerate(zip(sources, _labels(sources), strict=True))
        ]
        before = [_stamp(source) for source in sources]
        for kept, source in zip(evidence, sources, strict=True):
            if not isinstance(source, Path):
                kept.path.write_bytes(source[1])
        with ThreadPoolExecutor(max_workers=1) as pool:
            copies = [pool.submit(copy_to_disk, kept.source, kept.path) for kept in evidence]
            yield evidence
            for copy in copies:
                copy.result()
        for kept, source, stamp in zip(evidence, sources, before, strict=True):
            if _stamp(source) != stamp:
                raise UsageError("The file {name} changed while it was being read. Import it again.", name=kept.name)

    def _check_space(self, sources: Sequence[Source]) -> None:
        size = sum(s.stat().st_size if isinstance(s, Path) else len(s[1]) for s in sources)
        free = shutil.disk_usage(self.staging).free
        if free < SPARE_SPACE * size:
            raise UsageError(
                "The disk has {free} MB free; this import needs {needed} MB. Free some space and try again.",
                free=free >> 20,
                needed=SPARE_SPACE * size >> 20,
            )

    def _tables(self, evidence: list[_Kept]) -> list[tuple[TextTable, Header]]:
        """Return each file as text with its header.

        A saved mapping for any file applies to all files: the upload stores a single mapping, which replay applies to
        every file.
        """
        texts = self._texts(evidence)
        first = [(text, first_records(text.path, text.delimiter)) for text in texts]
        for _, records in first:
            self._mapping_for(records)
        tables = []
        for text, records in first:
            header = self._header(records, self.mapping, text.name)
            self.report.headers[text.name] = FoundHeader.of(header)
            self.opened.append((text, header))
            if has_errors(header.problems):
                self.report.problems += header.problems
                continue
            self.report.problems += header.problems
            self.report.problems += below_the_header(text, header)
            self.report.problems += contradictions(self.kind, text, header, self.round_id, self.request.rules)
            self.report.problems += [] if self.options.fill_down else merged_cells(text, header)
            if not len(self.report.preview):
                self.report.preview = _preview(records, header)
            tables.append((text, header))
        return tables

    def _header(self, records: list[list[str]], mapping: dict[str, str], name: str) -> Header:
        return read_header(self.kind, records, mapping, name, earlier=self.earlier, former=self.former)

    def _texts(self, evidence: list[_Kept]) -> list[TextTable]:
        """Return each readable file as text with its display name, with the user's corrections applied."""
        texts: list[TextTable] = []
        self.by_unit = self._unit_sheets()
        for number, kept in enumerate(evidence):
            named = [] if self.former else of_name(kept.name)
            if named:
                self.report.problems += named
                continue
            workdir = self.staging / f"text-{number}"
            workdir.mkdir()
            self.watch.step(0.3 * number / len(evidence), N_("Reading the file"))
            try:
                opened = self._opened(kept, workdir)
                opened = [self._corrected(text, workdir) if self.options.edits else text for text in opened]
            except FileRefusedError as refusal:
                self.report.problems += _named_after(refusal.problems, kept.name)
                continue
            self._note_texts(kept, opened)
            texts += opened
        self.report.problems += self.by_unit.question() if self.by_unit else []
        return texts

    def _opened(self, kept: _Kept, workdir: Path) -> list[TextTable]:
        """Return the table of a file, or those of its sheets where each is one unit."""
        if self.by_unit is not None:
            return self.by_unit.open(kept.source, kept.name, workdir, self.header_words, self.options.sheet)
        printed = self.kind == "results"
        sheet, words = self.options.sheet, self.header_words
        text = open_source(kept.source, workdir, words, sheet, printed=printed, earlier=self.earlier, again=self.former)
        return [replace(text, name=kept.name)]

    def _note_texts(self, kept: _Kept, texts: list[TextTable]) -> None:
        """Enter into the report how a file was read."""
        for text in texts:
            if self.options.sheet and text.sheet is None:
                raise UsageError("The file {name} is not a workbook and has no sheets. Omit the sheet.", name=kept.name)
            self.report.encodings[kept.name] = text.encoding
            if text.sheet is None:
                self.report.delimiters[kept.name] = text.delimiter
            self.checksums[kept.path] = text.sha256
            self.report.problems += _named_after(text.warnings, kept.name)

    def _unit_sheets(self) -> UnitSheets | None:
        """Return the reader of tables without a column of units; files stored before it was there are read without."""
        asked = not self.options.replaying or any(key.startswith(BY_SHEETS) for key in self.confirmed)
        if self.kind not in UNIT_SHEETS or not asked:
            return None
        rules = self.request.rules
        groups = rules.group_names() if rules else None
        return UnitSheets(self.kind, self._register(), self._header_as_it_is, groups=groups, former=self.former)

    def _header_as_it_is(self, text: TextTable) -> Header:
        """Return the header of a table before it is decided whether the table is read."""
        records = first_records(text.path, text.delimiter)
        decision = None if self.options.replaying else remembered(self.path, self.kind, records)
        mapping = self.mapping if decision is None or self.options.mapping is not None else decision.mapping
        return read_header(self.kind, records, mapping, text.name)

    def _mapping_for(self, records: list[list[str]]) -> dict[str, str]:
        """Return the requested mapping, else the saved mapping for files with this header."""
        decision = remembered(self.path, self.kind, records)
        if decision is None or self.options.replaying:
            return self.mapping
        if self.options.mapping is None:
            self.report.remembered |= decision.mapping
            self.mapping |= decision.mapping
        self.values = {**decision.values, **self.values}
        self.confirmed |= set(decision.confirmed)
        return self.mapping

    def _corrected(self, text: TextTable, workdir: Path) -> TextTable:
        """Return the corrected text, stored next to the original; name, checksum and encoding are the original's."""
        records = first_records(text.path, text.delimiter)
        header = self._header(records, self._mapping_for(records), text.name)
        if has_errors(header.problems):
            return text
        target = self.folder / "corrected-0.csv"
        apply_to_file(text.path, target, [edit.edit for edit in self.options.edits], header, text.delimiter)
        if target.stat().st_size <= LARGEST_IN_MEMORY:
            self.report.corrected = target.read_bytes()
        left_out = {log.edit.row for log in self.options.edits if log.edit.column == WHOLE_ROW}
        workdir = workdir / "corrected"
        workdir.mkdir()
        return replace(
            open_source(target, workdir, self.header_words),
            name=text.name,
            sha256=text.sha256,
            size=text.size,
            encoding=text.encoding,
            sheet=text.sheet,
            warnings=text.warnings,
            merged=text.merged,
            merged_numbers=text.merged_numbers,
            struck=tuple(row for row in text.struck if row not in left_out),
            doubted=tuple(cell for cell in text.doubted if row_of(cell) not in left_out),
            noted=tuple(cell for cell in text.noted if row_of(cell) not in left_out),
            without_value=text.without_value,
        )

    # --- content -------------------------------------------------------------------------------------------------

    def _read(self, tables: list[tuple[TextTable, Header]]) -> tuple[str, int]:
        """Write the facts into the upload folder; return their digest and the number of records read."""
        context = self._context()
        registered = context.register is not None
        doubtful = [text for text, _ in tables if unproven(text.encoding, self.kind, registered=registered)]
        if doubtful:
            self.report.problems += [Problem("big5_unproven", file=text.name) for text in doubtful]
            return "", 0
        if self.kind == "ballots":
            ballots = read_ballots(tables, context)
            self.examined = ballots.places is not None
            self.report.problems += ballots.problems
            self.report.unregistered = not registered
            self.report.blank_rows = ballots.blank
            self.report.meaning = ballots.meaning
            self.report.joined = ballots.joined
            self.lines = ballots.places.of if ballots.places else self.lines
            if ballots.facts is None:
                return "", ballots.rows
            self.report.unscored = unscored(ballots.facts, context)
            write_ballot_facts(self.con, self.folder, ballots.facts)
            return ballots.facts.digest, ballots.rows
        small = self._read_small(tables, context)
        self.report.problems += small.problems
        self.report.blank_rows = small.blank
        self.report.meaning = small.meaning
        self.report.joined = small.joined
        if isinstance(small, RecordIntake):
            if small.facts is not None:
                small.facts.rename(self.folder / FACTS)
        elif small.frame is not None:
            write_frame(self.con, self.folder, small.frame)
        return small.digest, small.rows

    def _personal_cells(self, tables: list[tuple[TextTable, Header]]) -> list[Problem]:
        """Return the cells of a small table that identify persons; ballots are searched where they are loaded."""
        if self.kind == "ballots" or self.earlier:
            return []
        self.examined = True
        columns = [(text, header.columns(self.kind)) for text, header in tables]
        return [p for text, own in columns if not is_clean(self.con, text, own) for p in personal_cells(text, own)]

    def _read_small(
        self, tables: list[tuple[TextTable, Header]], context: Context
    ) -> CountIntake | UnitIntake | RecordIntake:
        if self.kind in RECORD_KINDS:
            records = read_records(self.kind, tables, context)
            self.places = records.places
            return records
        if self.kind == "units":
            return read_units(tables, context)
        counts = read_counts(tables, context)
        self.lines = lambda lines: counts.places
        return counts

    def _context(self) -> Context:
        rules = replace(self.request.rules, words=self.values) if self.request.rules else None
        asked = not self.options.replaying or any(key.startswith("confirm_direction") for key in self.confirmed)
        return Context(
            self.con,
            self.staging,
            self.round_id,
            rules,
            self._register(),
            self.mapping,
            reads_directions=asked,
            reading=self.options.reading,
            references=partial(referable, [upload for upload in self.in_force if not upload.trial]),
            rows=partial(rows_of, self._left_in_force()),
            claims=self.request.claims,
            replaying=self.options.replaying,
            as_of=self.as_of,
            complete=self.options.complete,
            watch=self.watch,
        )

    def _left_in_force(self) -> list[Upload]:
        """Return the uploads that this import leaves in force, but for those of rounds that are tried out."""
        replaced = self._others(self.kind) if self.options.replace else []
        return [upload for upload in self.in_force if not upload.trial and upload not in replaced]

    def _register(self) -> Register | None:
        if self.kind == "units":
            return None
        own = read_register(self.in_force, self.round_id)
        if own is not None or TABLE_OF[self.kind].lock != MONTH:
            return own
        return newest_register(self.in_force, self.round_id)

    def _others(self, *kinds: str) -> list[Upload]:
        """Return the uploads in force of this round and these kinds; of a book those of its as-of day in any round."""
        if self.as_of:
            return [u for u in self.in_force if u.kind in kinds and u.choices.as_of == self.as_of]
        return [upload for upload in self.in_force if upload.round_id == self.round_id and upload.kind in kinds]

    def _same(self, digest: str) -> str | None:
        """Return the id of an upload in force with the same content and rules, or None."""
        rules = self.request.rules.name if self.request.rules else self.request.named
        any_rules = self.request.rules is None and not self.request.named  # the file is read without them
        for upload in self._others(self.kind):
            same_rules = any_rules or upload.rules_name == rules
            if (
                upload.digest == digest
                and same_rules
                and not (self.options.replace and len(self._others(self.kind)) > 1)
            ):
                return upload.upload_id
        return None

    def _conflicts(self, digest: str) -> list[Problem]:
        """Return the conflicts of this upload with the other uploads of its round."""
        draft = replace(self._upload([], digest, 0, ""), folder=self.folder)
        together = active([*self.in_force, draft])
        if self.kind in RECORD_KINDS:
            return self._record_conflicts(together)
        of_round = [u for u in together if u.round_id == self.round_id and u.kind in ("ballots", "counts", "units")]
        alone = sum(upload.kind == self.kind for upload in of_round) == 1
        if alone and (self.kind != "units" or len(of_round) == 1):
            return []  # names were already resolved against the register
        with part_of(self.con, "conflicts") as con:
            try:
                read_round(con, self.round_id, together)
            except RoundConflictError as conflict:
                return conflict.problems
        return []

    def _with_places(self, conflicts: list[Problem]) -> list[Problem]:
        """Return the conflicts with the file and row of both lines."""
        others = self._others(self.kind)
        return with_places(conflicts, self.lines, others, self._context(), self.header_words) if conflicts else []

    def _across_tables(self, digest: str) -> list[Problem]:
        """Return what the schemes find in the rows together with other tables; a replay asks nothing again."""
        check = self.request.checks.get(TABLE_OF[self.kind].name)
        if check is None or not digest or self.options.replaying or has_errors(self.report.problems):
            return []
        draft = replace(self._upload([], digest, 0, ""), folder=self.folder)
        return found_across(self.con, check, draft, active([*self.in_force, draft]), self.places)

    def _record_conflicts(self, together: list[Upload]) -> list[Problem]:
        """Return problems for records of other uploads in force, and for aliases that would refer to two units."""
        same = [u for u in self._others(self.kind) if u in together]
        problems = twice_imported(self.kind, self.places, ((u.upload_id, u.keys()) for u in same), self.as_of)
        return problems or (alias_conflicts(together) if self.kind == "unit_alias" else [])

    def _upload(self, evidence: list[_Kept], digest: str, rows: int, accepted: str) -> Upload:
        rules = self.request.rules
        files = tuple(Evidence(kept.name, kept.path.stat().st_size, self.checksums[kept.path]) for kept in evidence)
        numbers = [upload.number for upload in self.known]
        return Upload(
            number=max(numbers, default=0) + 1,
            kind=self.kind,
            round_id=self.round_id,
            rules_name=rules.name if rules else self.request.named,
            digest=digest,
            lines=rows,
            replaces=self.options.replace,
            files=files,
            mapping=self.mapping,
            choices=Choices(
                self.options.sheet,
                self.options.fill_down,
                dict(self.values),
                tuple(sorted(self.confirmed)),
                self.options.reading,
                self.as_of,
                self.options.complete,
            ),
            edits=self.options.edits,
            accepted_warnings=accepted,
            demo=self.options.demo,
            trial=self.options.trial,
            notes=tuple(self.report.notes[:MOST_NOTES]),
            imported_at=now(),
            imported_by=user(),
        )


def _labels(sources: Sequence[Source]) -> list[str]:
    """Return a unique display name for each file. The folder is added where names are equal."""
    names = [display_name(source.name if isinstance(source, Path) else source[0]) for source in sources]
    labels: list[str] = []
    for number, (source, name) in enumerate(zip(sources, names, strict=True), start=1):
        if names.count(name) > 1 and isinstance(source, Path):
            name = display_name(f"{source.absolute().parent.name}-{name}")
        labels.append(name if name not in labels else display_name(f"{number}-{name}"))
    return labels


def _named_after(problems: Sequence[Problem], name: str) -> list[Problem]:
    """Return the problems with the file's label; those of a sheet among several keep theirs."""
    own = f"{name}{OF_SHEET}"
    return [problem if (problem.file or "").startswith(own) else replace(problem, file=name) for problem in problems]


def _stamp(source: Source) -> tuple[int, int]:
    """Return the modification time and size of a file, to detect changes."""
    if not isinstance(source, Path):
        return 0, len(source[1])
    status = source.stat()
    return status.st_mtime_ns, status.st_size


def _preview(records: list[list[str]], header: Header) -> pd.DataFrame:
    """Return the first records below the header, as read."""
    width = len(header.cells)
    rows = [record for record in records[header.row :] if len(record) == width][:PREVIEW_ROWS]
    names = [cell or f"({number})" for number, cell in enumerate(header.cells, start=1)]
    return pd.DataFrame(rows, columns=names)
