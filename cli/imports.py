"""Into the store: demonstration data, files, names that a person confirmed."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import (
    DONE,
    FILE_PROBLEMS,
    WARNINGS,
    CommandError,
    Output,
    RoundId,
    check_files,
    checked_round,
    progress,
    session,
)
from cli.errors import sentence
from cli.explain import explain_meaning, field_word
from cli.output import check_form, check_output, emit_json, emit_rows, print_line, write
from i18n import N_, join, ngettext, translate

if TYPE_CHECKING:
    from data.model.grouped_problems import ProblemGroup
    from data.store.import_job import ImportReport
    from problems import Problem

MOST_SENTENCES = 50  # findings of one kind that are printed


Tampered = Annotated[
    bool, typer.Option("--tampered", help=N_("With copied, punishing and careless ballots, to try the checks on."))
]


@app.command(help=N_("Fill an empty store with the demonstration city and publish it."))
def demo(tampered: Tampered = False) -> None:
    """`biaochi demo`."""
    from data.sample.load import load_demo
    from schemes.demonstration import scheme_files

    with progress(N_("Loading demonstration data")):
        report = load_demo(session.store(), scheme_files(), tampered=tampered)
    session.say(N_("The store holds demonstration data now; every page and file says so."))
    if tampered:
        _say_planted()
    print_line(report.release)


PLANTED = N_(
    "Round {round} has ballots with known faults: {copies} copies of a ballot in {hall}, {punishing} ballots that "
    "punish {units}, and {careless} careless ballots. biaochi ballot-integrity --round {round} lists them."
)


def _say_planted() -> None:
    from data.sample.city import ROUNDS, demo_units
    from data.sample.tampered import planted

    truth = planted()
    names = [unit.name for unit in demo_units() if unit.code in truth.units]
    counts = {name: len(getattr(truth, name)) for name in ("copies", "punishing", "careless")}
    session.say(PLANTED, round=ROUNDS[-1], hall=truth.hall, units=join(names, session.language), **counts)


Replace = Annotated[bool, typer.Option("--replace", help=N_("Correct all earlier uploads of kind and round."))]
AcceptWarnings = Annotated[str | None, typer.Option(metavar="REASON", help=N_("Store in spite of warnings."))]
Mapped = Annotated[list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help=N_("Name a column."))]
Values = Annotated[list[str] | None, typer.Option("--value", metavar="WORD=GRADE", help=N_("Read a word as a grade."))]
Explain = Annotated[bool, typer.Option("--explain", help=N_("Show what each column is taken for; store nothing."))]
Confirm = Annotated[str, typer.Option(metavar="DIGEST", help=N_("Confirm what --explain showed, by its digest."))]
CleanCopy = Annotated[
    Path | None,
    typer.Option("--clean-copy", metavar="FILE", help=N_("Write a copy of a file refused for personal data.")),
]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DAY", help=N_("Day whose state a register gives; else from its title."))
]
Complete = Annotated[bool, typer.Option("--complete", help=N_("The register holds every entry of the round."))]
FillDown = Annotated[bool, typer.Option("--fill-down", help=N_("Read all cells of a merged area with its value."))]


@app.command("import", help=N_("Import files as one upload of a kind and round."))
def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=N_("ballots, counts, units or another table"))],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    round_id: RoundId,
    rules: Annotated[str | None, typer.Option(help=N_("Name of the rule set."))] = None,
    replace: Replace = False,
    trial: Annotated[bool, typer.Option("--trial", help=N_("The round is tried out; clear it later."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Check only."))] = False,
    accept_warnings: AcceptWarnings = None,
    mapping: Mapped = None,
    values: Values = None,
    explain: Explain = False,
    confirm: Confirm = "",
    sheet: Annotated[str, typer.Option(metavar="NAME", help=N_("Sheet of a workbook to read."))] = "",
    fill_down: FillDown = False,
    as_of: AsOf = "",
    complete: Complete = False,
    clean_copy: CleanCopy = None,
    form: Annotated[str | None, typer.Option("--format", help=N_("csv, json or xlsx."))] = None,
    output: Output = None,
) -> None:
    """`biaochi import`."""
    from data.store import ImportOptions
    from schemes import checks as scheme_checks

    check_kind(kind)
    check_files(files)
    _check_outputs(form, output, clean_copy)
    if accept_warnings is not None and not accept_warnings.strip():
        raise CommandError(N_("Accepting warnings needs a reason."))
    with progress(N_("Reading")) as reporter:
        store = session.store()
        report = store.import_files(
            kind,
            files,
            checked_round(round_id),
            ImportOptions(
                rules=rules,
                replace=replace,
                dry_run=dry_run or explain,
                accept_warnings=accept_warnings,
                mapping=_mapping(kind, mapping) if mapping else None,
                values=_values(values or ()),
                confirm=confirm.strip(),
                sheet=sheet,
                fill_down=fill_down,
                trial=trial,
                as_of=as_of.strip(),
                complete=complete,
            ),
            progress=reporter,
            checks=scheme_checks(store),
        )
    if report.remembered:
        _say_remembered(kind, report.remembered)
    _show(report, kind, form, output, explain=explain, confirm=confirm)
    if clean_copy is not None:
        _write_clean_copy(report, clean_copy)
    raise typer.Exit(_import_code(report))


def _show(
    report: "ImportReport", kind: str, form: str | None, output: Path | None, *, explain: bool, confirm: str
) -> None:
    """Print what the columns are taken for where that was asked, and the outcome."""
    if explain and form != "json":
        explain_meaning(report.meaning, kind, form, output)
    shown = form == "json" or not explain
    _show_import(report, form if shown else None, output if shown else None, explain=explain, confirm=confirm)


def _check_outputs(form: str | None, output: Path | None, clean_copy: Path | None) -> None:
    """Refuse a form or a file that cannot be written before anything is read."""
    check_form(form or "csv", output)
    check_output(output)
    check_output(clean_copy)


def _say_remembered(kind: str, remembered: dict[str, str]) -> None:
    """Say which columns are read as decided for an earlier file."""
    columns = ", ".join(f"{column} = {field_word(kind, name) if name else '—'}" for column, name in remembered.items())
    session.say(
        N_("Columns are read as decided earlier for files with this header: {columns}. --map decides otherwise."),
        columns=columns,
    )


def _write_clean_copy(report: "ImportReport", path: Path) -> None:
    """Write the copy without personal data and say what it lacks."""
    from data.intake.personal_copy import differences

    if report.cleaned is None:
        session.say(N_("No copy was written: only a single file that is refused for personal data has a copy."))
        return
    write(report.cleaned.content, path)
    session.say(N_("Copy without personal data: {path}"), path=path)
    for line in differences(report.cleaned, session.language):
        print(line, file=sys.stderr)


@app.command(help=N_("Record an alias for a registered unit."))
def alias(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    code: Annotated[str, typer.Argument(metavar="CODE")],
    kind: Annotated[str, typer.Option(metavar="KIND", help=N_("Kind of name, a word of the contract."))] = "简称",
    valid_from: Annotated[str, typer.Option("--from", metavar="DATE", help=N_("First day on which it holds."))] = "",
    by: Annotated[str, typer.Option(help=N_("Who confirmed it; else the user."))] = "",
    round_id: Annotated[
        str | None, typer.Option("--round", metavar="R", help=N_("Round whose register is meant; else the newest."))
    ] = None,
) -> None:
    """`biaochi alias`."""
    report = session.store().confirm_alias(name, code, kind, by, valid_from, round_id=round_id)
    _show_import(report, None, None)
    raise typer.Exit(_import_code(report))


def check_kind(kind: str) -> None:
    """Refuse a kind of upload that there is not."""
    from data.store.policy import refuse_kind

    if refusal := refuse_kind(kind):
        raise refusal


def _mapping(kind: str, pairs: Sequence[str]) -> dict[str, str]:
    """COLUMN=FIELD pairs; FIELD is a field of the contract, by its name or a header that files may carry, or what a
    column of grades is: a unit, an indicator, or not read.
    """
    from data.intake.meaning import role_words
    from data.model.contract import field_of_header, fields
    from data.model.names import match_key

    known = role_words(kind) | field_of_header(kind)
    known |= {match_key(word): field.name for field in fields(kind) for word in (field.header, field.name)}
    found = {}
    for pair in pairs:
        column, _, word = pair.rpartition("=")
        name = known.get(match_key(word))
        if not column or name is None:
            named = [
                f"{field.header}[{field.name}]" if session.language == "zh" else field.name for field in fields(kind)
            ]
            choices = join([*named, *dict.fromkeys(role_words(kind).values())], session.language)
            raise CommandError(N_("--map should be COLUMN=FIELD; FIELD one of: {known}."), known=choices)
        found[column] = name
    return found


def _values(pairs: Sequence[str]) -> dict[str, str]:
    """WORD=GRADE pairs: how a word of the file is read."""
    found = {}
    for pair in pairs:
        word, _, grade = pair.rpartition("=")
        if not word.strip() or not grade.strip():
            raise CommandError(N_("--value should be WORD=GRADE, such as 较满意=基本满意."))
        found[word.strip()] = grade.strip()
    return found


def _import_code(report: "ImportReport") -> int:
    if report.refused:
        return FILE_PROBLEMS
    return WARNINGS if report.needs_acceptance or report.needs_confirmation else DONE


def _show_import(
    report: "ImportReport", form: str | None, output: Path | None, *, explain: bool = False, confirm: str = ""
) -> None:
    """Findings and outcome: as a table or JSON if asked for, else sentences and the upload's id."""
    language = session.language
    findings = [problem.as_dict(language) for problem in report.problems]
    if form == "json":
        content: dict[str, object] = {
            "problems": findings,
            "rows": report.rows,
            "stored": report.stored,
        }
        if report.notes:
            content["notes"] = [note.as_dict(language) for note in report.notes]
        if explain or report.needs_confirmation:
            content |= {"digest": report.meaning.digest, "meaning": report.meaning.as_dict()}
        emit_json(content, output)
    elif form is not None or output is not None:
        from results.fields import headers

        emit_rows(findings, headers("problems"), N_("Findings"), form or "csv", output)
    else:
        _print_findings([*report.problems, *report.notes])
        if report.stored and report.upload:
            print_line(report.upload)
    _say_outcome(report)
    if confirm and report.needs_confirmation:
        session.say(
            N_("--confirm {given} is the digest of another reading; the current digest is {digest}."),
            given=confirm,
            digest=report.meaning.digest,
        )


def _print_findings(problems: Sequence["Problem"]) -> None:
    """One line a kind with its count, and below it a line a finding, however many cells it is about."""
    from data.model.grouped_problems import LEVEL_WORDS, by_kind

    language = session.language
    left = 0
    for kind in by_kind(problems, language):
        if len(kind.groups) > 1:  # of a single finding, the line itself has count and place
            level = translate(LEVEL_WORDS[kind.level], language)
            words = translate(N_("{title} ({level})"), language).format(title=kind.title(language), level=level)
            print(words, file=sys.stderr)
        for finding in kind.groups[:MOST_SENTENCES]:
            _print_finding(finding)
        left += sum(finding.count for finding in kind.groups[MOST_SENTENCES:])
    if left:
        session.say(N_("{count} more findings of these kinds; --format csv -o FILE lists them all."), count=f"{left:,}")


def _print_finding(finding: "ProblemGroup") -> None:
    """Level, place, what is wrong and what to do; below it the command that settles it, if there is any."""
    from data.model.grouped_problems import LEVEL_WORDS, level_of

    language = session.language
    place = finding.place(language)
    if finding.count > 1:
        place = translate(N_("{place} ({count} places)"), language).format(place=place, count=f"{finding.count:,}")
    parts = [translate(LEVEL_WORDS[level_of(finding.first)], language), place]
    print(sentence(parts, finding.first, language), file=sys.stderr)
    command = _alias_command(finding.first)
    if command:
        session.say(N_("    If it is another name of the unit, confirm it once: {command}"), command=command)


def _alias_command(problem: "Problem") -> str:
    """The command that makes the unknown name another name of the unit it is most like; '' where it is not known."""
    from problems import Proposal

    close, name = problem.facts.get("close"), problem.value or ""
    if problem.code != "unknown_unit" or not isinstance(close, list) or not close or not name.isprintable():
        return ""
    nearest = close[0]
    code = nearest.code if isinstance(nearest, Proposal) and nearest.code else str(nearest)
    return f"biaochi alias {shlex.quote(name)} {shlex.quote(code)}"


def _say_outcome(report: "ImportReport") -> None:
    from data.model.grouped_problems import (
        JOINED,
        MARKS,
        MORE_JOINED,
        MOST_JOINED,
        UNREGISTERED,
        shown_spellings,
        unscored_words,
    )

    language = session.language
    for file, mark in report.delimiters.items():
        if mark != ",":
            session.say(
                N_("{file}: the columns are separated by {mark}."), file=file, mark=translate(MARKS[mark], language)
            )
    if report.unscored:
        session.say(N_("Kept but not scored: {words}."), words=unscored_words(report.unscored, language))
    for usual, others in list(report.joined.items())[:MOST_JOINED]:
        session.say(JOINED, name=usual, others=shown_spellings(others, language))
    if len(report.joined) > MOST_JOINED:
        session.say(MORE_JOINED, count=len(report.joined) - MOST_JOINED)
    if report.blank_rows:
        session.say(N_("Blank rows left out: {count}."), count=report.blank_rows)
    errors = sum(problem.level == "error" for problem in report.problems)
    if report.stored:
        session.say(N_("Stored: {rows} rows."), rows=report.rows)
        if report.unregistered:
            session.say(UNREGISTERED)
    elif report.same_as:
        session.say(
            N_("Nothing stored: the same content is already there as {upload}."),
            upload=report.same_as,
        )
        _say_who_uploaded(report.same_as)
    elif errors:
        sentence = ngettext(
            "Nothing stored: {count} error.",
            "Nothing stored: {count} errors.",
            errors,
            session.language,
        )
        print(sentence.format(count=errors), file=sys.stderr)
    elif report.needs_confirmation:
        session.say(
            N_(
                "Nothing stored: what the columns mean must be confirmed. --explain shows it; --confirm {digest} "
                "confirms it as it is read now."
            ),
            digest=report.meaning.digest,
        )
    elif report.needs_acceptance:
        session.say(N_("Nothing stored: the warnings need --accept-warnings REASON."))
    else:
        session.say(N_("Nothing stored, as asked: {rows} rows are fit to import."), rows=report.rows)


def _say_who_uploaded(upload_id: str) -> None:
    from data.store.history import local_time

    for upload in session.store().uploads():
        if upload.upload_id == upload_id:
            time = local_time(upload.imported_at)
            session.say(N_("It was uploaded by {user} at {time}."), user=upload.imported_by, time=time)
