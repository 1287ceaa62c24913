"""One import, from files to an upload: read, judged, compared with what is stored, kept.

The job writes into a scratch folder and puts the upload in place by one rename; data/store/store.py holds the lock.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from data.duckdb_access import working_memory
from data.intake.ballots import read_ballots, unscored
from data.intake.context import Context
from data.intake.corrections import FaultyCell, apply_to_file, faulty_cells
from data.intake.counts import CountIntake, read_counts
from data.intake.encoding import unproven
from data.intake.headers import Header, first_records, merged_cells, read_header, units_as_columns
from data.intake.records import RecordIntake, read_records, twice_imported
from data.intake.refusal import FileRefusedError
from data.intake.source import TextTable, display_name, open_source
from data.intake.table import with_formulas
from data.intake.units import UnitIntake, read_units
from data.model.contract import RECORD_KINDS, header_words
from data.model.progress import ProgressReporter
from data.model.register import Register
from data.model.rule_sets import RuleSet
from data.store.atomic_write import copy_to_disk, move_atomically
from data.store.column_mappings import remembered, words
from data.store.earlier_lines import Found, Line, with_places
from data.store.history import now, user
from data.store.rounds import RoundConflictError, alias_conflicts, read_register, read_round
from data.store.uploads import (
    EVIDENCE,
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
from problems import Problem, has_errors

Source = Path | tuple[str, bytes]
PREVIEW_ROWS = 5
LARGEST_IN_MEMORY = 100 << 20  # bytes of a corrected table that a page hands back as a download
MOST_FAULTY = 10_000  # cells that are looked up for correction; a file with more is mended where it came from
SPARE_SPACE = 3  # times the size of the files: evidence, text copy, facts


@dataclass(frozen=True)
class FoundHeader:
    """What the header of a file is taken for. fields: column text -> field, of those recognised. shape: the texts by
    which another file of the same shape is known."""

    row: int
    cells: tuple[str, ...]
    fields: dict[str, str]
    shape: tuple[str, ...]

    @classmethod
    def of(cls, header: Header) -> "FoundHeader":
        """From the header as read, complete or not."""
        fields = {header.cells[at]: name for name, at in header.fields.items()}
        return cls(header.row, header.cells, fields, header.shape)


@dataclass
class ImportReport:
    """What came of an import; the job fills it step by step.

    rows: records read. stored: whether an upload was added. same_as: the upload (or the round's content) that holds
    the same already. preview: the first records as read. needs_acceptance: only warnings stand in the way.
    faulty: the cells that may be corrected in place. headers: file name -> what its header is taken for.
    remembered: column -> field, as somebody decided for an earlier file of that shape. corrected: the table after
    the edits of this import, as CSV. blank_rows: rows without content, which are no records. delimiters: of each text
    file, what parts its columns. unscored: ballot lines that are kept and not scored, by the word they carry ('' where
    the cell is empty). unregistered: whether names of units were read without a register to check them against.
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
    unregistered: bool = False

    @property
    def refused(self) -> bool:
        """Whether errors kept the files out."""
        return has_errors(self.problems)


@dataclass(frozen=True)
class _Kept:
    """One file of an import: the name it came under, where it is read from, where its bytes are kept."""

    name: str
    source: Path
    path: Path


@dataclass(frozen=True)
class ImportOptions:
    """What a person chose for an import, from the door to the job.

    rules: name of the rule set of a scored kind; None takes the round's. replace: the files correct all earlier uploads
    of their kind and round. dry_run: judge and store nothing. accept_warnings: the reason, None to stop at warnings.
    mapping: column -> field; None takes what was remembered for files of that shape. sheet: of a workbook. fill_down:
    merged cells are read as filled. edits: corrections of a single file. demo: demonstration data. trial: the round is
    tried out; it takes trial uploads only, until it is cleared.
    """

    rules: str | None = None
    replace: bool = False
    dry_run: bool = False
    accept_warnings: str | None = None
    mapping: Mapping[str, str] | None = None
    sheet: str = ""
    fill_down: bool = False
    edits: tuple[EditLog, ...] = ()
    demo: bool = False
    trial: bool = False


DEFAULTS = ImportOptions()


@dataclass(frozen=True)
class Request:
    """An import as the store hands it to the job; `rules`: the rule set that a scored kind is read under."""

    kind: str
    round_id: str
    rules: RuleSet | None
    options: ImportOptions


class ImportJob:
    """One import from files to an upload folder. known: every upload of the store; in_force: those that count."""

    def __init__(
        self,
        path: Path,
        staging: Path,
        request: Request,
        known: list[Upload],
        in_force: list[Upload],
        watch: ProgressReporter,
        threads: int | None,
    ) -> None:
        self.path, self.staging, self.request, self.watch, self.threads = path, staging, request, watch, threads
        self.known, self.in_force = known, in_force
        self.kind, self.round_id, self.options = request.kind, request.round_id, request.options
        self.mapping = dict(self.options.mapping or {})
        self.header_words = header_words() | words(path, self.kind) | set(self.mapping)
        self.tables: list[tuple[TextTable, Header]] = []
        self.report = ImportReport()
        self.folder = staging / "upload"
        self.folder.mkdir()
        self.con = working_memory(staging, threads=threads)
        self.checksums: dict[Path, str] = {}
        self.places: dict[str, tuple[str, int]] = {}
        self.lines: Callable[[Sequence[Line]], Found] = lambda lines: {}

    def run(self, sources: Sequence[Source]) -> ImportReport:
        """Read, judge, and store unless something stands in the way."""
        try:
            with self._keeping_evidence(sources) as evidence:
                digest = self._judge(evidence)
            if digest is not None and self._may_be_stored(digest):
                self._store(evidence, digest)
            return self._finish()
        finally:
            self.con.close()

    def _judge(self, evidence: list[_Kept]) -> str | None:
        """Read the files and check every value; the digest of the content, None where errors keep the files out."""
        tables = self.tables = self._tables(evidence)
        if has_errors(self.report.problems) or not tables:
            return None
        self.watch.step(0.4, N_("Checking every value"))
        digest, self.report.rows = self._read(tables)
        mended = {(log.edit.row, log.edit.column) for log in self.options.edits}
        for text, header in tables:
            self.report.problems = with_formulas(text, header, self.report.problems, mended)
        return digest

    def _may_be_stored(self, digest: str) -> bool:
        """Compare with what is stored; the report says what stands in the way."""
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
        report.needs_acceptance = bool(report.problems) and self.options.accept_warnings is None
        return not report.needs_acceptance and not self.options.dry_run

    def _store(self, evidence: list[_Kept], digest: str) -> None:
        """Move the upload into its place by one rename."""
        self.watch.step(0.95, N_("Storing"))
        upload = self._upload(evidence, digest, self.report.rows, self.options.accept_warnings or "")
        write_manifest(self.folder, upload)
        move_atomically(self.folder, self.path / "uploads" / upload.upload_id)
        self.report.stored, self.report.upload = True, upload.upload_id

    def _finish(self) -> ImportReport:
        """The report with its problems in the order of the file, and the cells that can be corrected in place."""
        report = self.report
        report.problems = sorted(report.problems, key=lambda p: (p.file or "", p.row or 0, p.column or "", p.code))
        report.faulty = self._faulty(report.problems)
        return report

    def _faulty(self, problems: list[Problem]) -> list[FaultyCell]:
        """The cells that can be corrected in place: of one file at a time."""
        if len(self.tables) != 1 or not has_errors(problems):
            return []
        text, header = self.tables[0]
        return faulty_cells(text.path, text.delimiter, header, problems[:MOST_FAULTY])

    # --- files ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _keeping_evidence(self, sources: Sequence[Source]) -> Iterator[list[_Kept]]:
        """Copy the files into the upload while they are read (a copy of half a gigabyte takes as long as reading
        it). What was read and what is kept must be the same bytes: a file that changed meanwhile is refused."""
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
                raise UsageError("The file {name} changed while it was read. Import it again.", name=kept.name)

    def _check_space(self, sources: Sequence[Source]) -> None:
        size = sum(s.stat().st_size if isinstance(s, Path) else len(s[1]) for s in sources)
        free = shutil.disk_usage(self.staging).free
        if free < SPARE_SPACE * size:
            raise UsageError(
                "The disk has {free} MB left; this import needs {needed} MB. Make room and try again.",
                free=free >> 20,
                needed=SPARE_SPACE * size >> 20,
            )

    def _tables(self, evidence: list[_Kept]) -> list[tuple[TextTable, Header]]:
        """Each file as text with its header. What is remembered of any of them holds for all: the upload keeps one
        mapping, and a replay reads every file with it."""
        texts = self._texts(evidence)
        first = [(text, first_records(text.path, text.delimiter)) for text in texts]
        for _, records in first:
            self._mapping_for(records)
        tables = []
        for text, records in first:
            header = read_header(self.kind, records, self.mapping, text.name)
            self.report.headers[text.name] = FoundHeader.of(header)
            if has_errors(header.problems):
                register = self._register() if self.kind == "ballots" else None
                self.report.problems += units_as_columns(header, register.codes()) if register else header.problems
                continue
            self.report.problems += header.problems
            self.report.problems += [] if self.options.fill_down else merged_cells(text, header)
            if not len(self.report.preview):
                self.report.preview = _preview(records, header)
            tables.append((text, header))
        return tables

    def _texts(self, evidence: list[_Kept]) -> list[TextTable]:
        """Each file that is a table, as text under its own name, corrected where a person did so."""
        texts = []
        for number, kept in enumerate(evidence):
            workdir = self.staging / f"text-{number}"
            workdir.mkdir()
            self.watch.step(0.3 * number / len(evidence), N_("Reading the file"))
            try:
                text = open_source(kept.source, workdir, self.header_words, self.options.sheet)
                text = replace(text, name=kept.name)
                text = self._corrected(text, workdir) if self.options.edits else text
            except FileRefusedError as refusal:
                self.report.problems += refusal.in_file(kept.name).problems
                continue
            if self.options.sheet and text.sheet is None:
                raise UsageError(
                    "The file {name} is no workbook and has no sheets; leave the sheet out.", name=kept.name
                )
            self.report.encodings[kept.name] = text.encoding
            if text.sheet is None:
                self.report.delimiters[kept.name] = text.delimiter
            self.checksums[kept.path] = text.sha256
            self.report.problems += [replace(warning, file=kept.name) for warning in text.warnings]
            texts.append(text)
        return texts

    def _mapping_for(self, records: list[list[str]]) -> dict[str, str]:
        """What was asked for, else what was decided for an earlier file of this shape."""
        if self.options.mapping is None:
            found = remembered(self.path, self.kind, records)
            self.report.remembered |= found
            self.mapping |= found
        return self.mapping

    def _corrected(self, text: TextTable, workdir: Path) -> TextTable:
        """The text after the edits, kept beside the evidence; name, checksum and encoding stay the original's."""
        records = first_records(text.path, text.delimiter)
        header = read_header(self.kind, records, self._mapping_for(records), text.name)
        if has_errors(header.problems):
            return text
        target = self.folder / "corrected-0.csv"
        apply_to_file(text.path, target, [edit.edit for edit in self.options.edits], header, text.delimiter)
        if target.stat().st_size <= LARGEST_IN_MEMORY:
            self.report.corrected = target.read_bytes()
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
            without_value=text.without_value,
        )

    # --- content -------------------------------------------------------------------------------------------------

    def _read(self, tables: list[tuple[TextTable, Header]]) -> tuple[str, int]:
        """Facts of the kind into the upload folder; returns their digest and the records read."""
        context = self._context()
        registered = context.register is not None
        doubtful = [text for text, _ in tables if unproven(text.encoding, self.kind, registered=registered)]
        if doubtful:
            self.report.problems += [Problem("big5_unproven", file=text.name) for text in doubtful]
            return "", 0
        if self.kind == "ballots":
            ballots = read_ballots(tables, context)
            self.report.problems += ballots.problems
            self.report.unregistered = not registered
            self.report.blank_rows = ballots.blank
            self.lines = ballots.places.of if ballots.places else self.lines
            if ballots.facts is None:
                return "", ballots.rows
            self.report.unscored = unscored(ballots.facts, context)
            write_ballot_facts(self.con, self.folder, ballots.facts)
            return ballots.facts.digest, ballots.rows
        small = self._read_small(tables, context)
        self.report.problems += small.problems
        self.report.blank_rows = small.blank
        if small.frame is not None:
            write_frame(self.con, self.folder, small.frame)
        return small.digest, small.rows

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
        return Context(
            self.con, self.staging, self.round_id, self.request.rules, self._register(), self.mapping, self.watch
        )

    def _register(self) -> Register | None:
        return read_register(self.in_force, self.round_id) if self.kind != "units" else None

    def _others(self, *kinds: str) -> list[Upload]:
        """Uploads in force of this round, of some kinds."""
        return [upload for upload in self.in_force if upload.round_id == self.round_id and upload.kind in kinds]

    def _same(self, digest: str) -> str | None:
        """The upload in force with this content already, read under the same rules."""
        rules = self.request.rules.name if self.request.rules else ""
        for upload in self._others(self.kind):
            if (upload.digest, upload.rules_name) == (digest, rules) and not (
                self.options.replace and len(self._others(self.kind)) > 1
            ):
                return upload.upload_id
        return None

    def _conflicts(self, digest: str) -> list[Problem]:
        """What keeps this upload from standing beside the others of its round."""
        draft = replace(self._upload([], digest, 0, ""), folder=self.folder)
        together = active([*self.in_force, draft])
        if self.kind in RECORD_KINDS:
            return self._record_conflicts(draft, together)
        own = [u for u in together if u.round_id == self.round_id and u.kind in ("ballots", "counts", "units")]
        alone = sum(upload.kind == self.kind for upload in own) == 1
        if alone and (self.kind != "units" or len(own) == 1):
            return []  # names were resolved against the register while reading
        con = working_memory(self.staging, threads=self.threads)
        try:
            read_round(con, self.round_id, together)
        except RoundConflictError as conflict:
            return conflict.problems
        finally:
            con.close()
        return []

    def _with_places(self, conflicts: list[Problem]) -> list[Problem]:
        """Conflicts with other uploads, with the file and row of both lines."""
        others = self._others(self.kind)
        return with_places(conflicts, self.lines, others, self._context(), self.header_words) if conflicts else []

    def _record_conflicts(self, draft: Upload, together: list[Upload]) -> list[Problem]:
        """Records that another upload in force has already, and aliases that would mean two units."""
        same = [u for u in together if (u.kind, u.round_id) == (self.kind, self.round_id) and u.number != draft.number]
        problems = twice_imported(self.kind, self.places, [(u.upload_id, u.frame()) for u in same])
        return problems or (alias_conflicts(together) if self.kind == "unit_alias" else [])

    def _upload(self, evidence: list[_Kept], digest: str, rows: int, accepted: str) -> Upload:
        rules = self.request.rules
        files = tuple(Evidence(kept.name, kept.path.stat().st_size, self.checksums[kept.path]) for kept in evidence)
        numbers = [upload.number for upload in self.known]
        return Upload(
            number=max(numbers, default=0) + 1,
            kind=self.kind,
            round_id=self.round_id,
            rules_name=rules.name if rules else "",
            digest=digest,
            lines=rows,
            replaces=self.options.replace,
            files=files,
            mapping=self.mapping,
            choices=Choices(self.options.sheet, self.options.fill_down),
            edits=self.options.edits,
            accepted_warnings=accepted,
            demo=self.options.demo,
            trial=self.options.trial,
            imported_at=now(),
            imported_by=user(),
        )


def _labels(sources: Sequence[Source]) -> list[str]:
    """A name for each file, fit to be shown and no two alike: of files with one name the folder is told too."""
    names = [display_name(source.name if isinstance(source, Path) else source[0]) for source in sources]
    found: list[str] = []
    for number, (source, name) in enumerate(zip(sources, names, strict=True), start=1):
        if names.count(name) > 1 and isinstance(source, Path):
            name = display_name(f"{source.absolute().parent.name}-{name}")
        found.append(name if name not in found else display_name(f"{number}-{name}"))
    return found


def _stamp(source: Source) -> tuple[int, int]:
    """What changes when a file does."""
    if not isinstance(source, Path):
        return 0, len(source[1])
    status = source.stat()
    return status.st_mtime_ns, status.st_size


def _preview(records: list[list[str]], header: Header) -> pd.DataFrame:
    """The first records below the header, as read."""
    width = len(header.cells)
    rows = [record for record in records[header.row :] if len(record) == width][:PREVIEW_ROWS]
    names = [cell or f"({number})" for number, cell in enumerate(header.cells, start=1)]
    return pd.DataFrame(rows, columns=names)
