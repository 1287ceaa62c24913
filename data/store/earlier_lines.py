"""Location of duplicate lines in earlier uploads, from re-reading the stored originals on demand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from data.duckdb_access import working_memory
from data.intake.ballots import read_ballots
from data.intake.context import READING, READING_OF_MEANINGS, Context
from data.intake.counts import read_counts
from data.intake.headers import Header, first_records, read_header
from data.intake.records import read_records
from data.intake.refusal import FileRefusedError
from data.intake.source import TextTable, open_source
from data.intake.unit_sheets import BY_SHEETS, UnitSheets
from data.store.uploads import Upload
from problems import Place, Problem

Line: TypeAlias = tuple[str, ...]
Found: TypeAlias = Mapping[Line, tuple[str, int, str]]
MOST = 10_000  # duplicate lines located at most; a file with more duplicates is the wrong file
TWICE = ("already_imported_line", "record_in_other_upload")


def with_places(
    problems: list[Problem],
    own: Callable[[Sequence[Line]], Found],
    uploads: Sequence[Upload],
    context: Context,
    words: frozenset[str],
) -> list[Problem]:
    """Return the problems with the file and row of each duplicate line, in the new files and in the earlier upload.

    `own`: locates lines in the new files. context: of the current import; unit names in the earlier files are resolved
    against the current register.
    """
    asked = [problem for problem in problems if problem.code in TWICE][:MOST]
    lines: dict[str, list[Line]] = {}
    for problem in asked:
        lines.setdefault(str(problem.facts["upload"]), []).append(_line(problem))
    here = own([line for some in lines.values() for line in some])
    there = {
        upload.upload_id: _places_in(upload, lines[upload.upload_id], context, words)
        for upload in uploads
        if upload.upload_id in lines
    }
    files = {upload.upload_id: Place("、".join(file.name for file in upload.files)) for upload in uploads}
    return [
        _placed(problem, here, there.get(str(problem.facts["upload"]), {}), files) if problem.code in TWICE else problem
        for problem in problems
    ]


def _line(problem: Problem) -> Line:
    line = problem.facts["line"]
    assert isinstance(line, tuple), "both codes of TWICE carry a tuple"
    return line


def _placed(problem: Problem, here: Found, there: Found, files: Mapping[str, Place]) -> Problem:
    line = _line(problem)
    earlier = Place(*there[line][:2]) if line in there else files[str(problem.facts["upload"])]
    problem = replace(problem, facts={**problem.facts, "earlier": earlier})
    if problem.row is None and line in here:
        file, row, column = here[line]
        problem = replace(problem, file=file, row=row, column=column)
    return problem


def _places_in(upload: Upload, lines: Sequence[Line], context: Context, words: frozenset[str]) -> Found:
    """Locate lines of an accepted upload in its stored files."""
    workdir = context.workdir / f"earlier-{upload.number}"
    workdir.mkdir()
    con = working_memory(workdir)
    try:
        tables = _tables_of(upload, workdir, words, context)
        rules = replace(context.rules, words=upload.choices.values) if context.rules else None
        context = replace(context, con=con, workdir=workdir, mapping=upload.mapping, rules=rules)
        context = replace(context, reading=upload.choices.reading)
        if upload.kind == "ballots":
            ballots = read_ballots(tables, context).places
            return ballots.of(lines) if ballots else {}
        if upload.kind == "counts":
            return read_counts(tables, context).places
        places = read_records(upload.kind, tables, context).places
        return {(key,): (file, row, "") for key, (file, row) in places.all().items()}
    except (FileRefusedError, OSError):
        # The stored file is damaged or missing, which `biaochi check` reports; the problem then names only the upload.
        return {}
    finally:
        con.close()


def _tables_of(
    upload: Upload, workdir: Path, words: frozenset[str], context: Context
) -> list[tuple[TextTable, Header]]:
    """Read the stored files as at import: with the recorded sheet, column mapping and corrections."""

    def header_of(text: TextTable) -> Header:
        records = first_records(text.path, text.delimiter)
        return read_header(upload.kind, records, upload.mapping, text.name, earlier=earlier, former=former)

    earlier, former = upload.choices.reading < READING_OF_MEANINGS, upload.choices.reading < READING
    words = words | set(upload.mapping)
    groups = context.rules.group_names() if context.rules else None
    by_unit = UnitSheets(upload.kind, context.register, header_of, groups=groups)
    has_unit_sheets = any(key.startswith(BY_SHEETS) for key in upload.choices.confirmed) and not upload.edits
    tables = []
    for number, (file, path) in enumerate(upload.evidence()):
        source, sheet = (upload.folder / "corrected-0.csv", "") if upload.edits else (path, upload.choices.sheet)
        folder = workdir / str(number)
        folder.mkdir()
        if has_unit_sheets:
            texts = by_unit.open(source, file.name, folder, words, sheet)
        else:
            texts = [replace(open_source(source, folder, words, sheet, earlier=earlier), name=file.name)]
        tables += [(text, header_of(text)) for text in texts]
    return tables
