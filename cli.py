"""The command line: `biaochi [--store DIR] [--lang zh|en] COMMAND`.

Results go to stdout, messages to stderr. The exit codes are a contract with scripts: see EXIT below.
Heavy libraries are imported inside the commands, so that help and wrong usage answer at once.
"""

import os
import secrets
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

import settings
from words import LANGUAGES, N_, ngettext, translate

if TYPE_CHECKING:
    from data.export import Cell, Sheet
    from data.problems import Problem
    from data.release import Release
    from data.store import ImportReport, Store

DONE, CHECK_FAILED, WRONG_USAGE, FILE_PROBLEMS, WARNINGS, BUSY, NOT_ALLOWED = range(7)
OUR_BUG = 70
INTERRUPTED = 130
FORMATS = ("csv", "json", "xlsx")
LONGEST_ROUND = 40
LATER = (
    *("export", "bulletin", "bundle", "kit", "public"),
    *("rebuild", "backup", "restore", "audit"),
)

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
rules_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules", help=N_("Scoring rules: add, list, show."))


class Refusal(Exception):
    """A call that is not carried out; says why in a sentence of ours."""

    def __init__(self, message: str, code: int = WRONG_USAGE, **facts: object) -> None:
        super().__init__(message)
        self.message, self.code, self.facts = message, code, facts


class Session:
    """What one call works with: the store, the language, and where its words go."""

    def __init__(self, store: Path, language: str, threads: int) -> None:
        self.path, self.language, self.threads = store, language, threads

    def store(self) -> "Store":
        """The store of this call."""
        from data.store import Store

        return Store(self.path, threads=self.threads)

    def say(self, message: str, **facts: object) -> None:
        """One message to stderr."""
        print(translate(message, self.language).format(**facts), file=sys.stderr)


_session = Session(Path(), "zh", 1)

Round = Annotated[str, typer.Option("--round", help=N_("Round, for instance 2025."))]
Format = Annotated[str, typer.Option("--format", help=N_("csv, json or xlsx."))]
Output = Annotated[Path | None, typer.Option("-o", "--output", help=N_("Write to this file, not to stdout."))]


# --- entry -------------------------------------------------------------------------------------------------------


def main() -> None:
    """The command `biaochi`."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Carry out one call and return its exit code; never raises."""
    global _session
    debug = False
    try:
        known = settings.load()
        debug = known.debug
        _session = Session(known.store, _language(arguments, known.language), known.threads)
        command = typer.main.get_command(app)
        _translate_help(command, _session.language)
        code = command.main(list(arguments), prog_name="biaochi", standalone_mode=False)
        return int(code or DONE)
    except settings.SettingsRefused as refused:
        print(refused, file=sys.stderr)
        return WRONG_USAGE
    except (KeyboardInterrupt, typer.Abort):
        _session.say(N_("Interrupted. Nothing is left half done."))
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    except Exception as error:
        return _failed(error, debug)


def _failed(error: Exception, debug: bool) -> int:
    """The exit code of an exception, its sentence on stderr."""
    if isinstance(error, TyperException):
        return _wrong_usage(error)
    if isinstance(error, Refusal):
        _session.say(error.message, **error.facts)
        return error.code
    try:
        code = _known_failure(error)
    except Exception as second:
        return _unexpected(second, debug)
    return _unexpected(error, debug) if code is None else code


def _known_failure(error: Exception) -> int | None:
    """Exit code of what the data layer refuses; None for what nobody foresaw."""
    from data.rounds import RoundConflict
    from data.rule_sets import RulesRefused
    from data.store import NameTaken, StoreBusy, TwoRuleSets, UsageError
    from results.family import NoSuchRound

    if isinstance(error, UsageError):
        _session.say(error.message, **error.facts)
        return WRONG_USAGE
    if isinstance(error, RulesRefused | RoundConflict):
        return _say_problems(error.problems)
    if isinstance(error, NameTaken | TwoRuleSets):
        return _say_problems([error.problem])
    if isinstance(error, StoreBusy):
        _session.say(N_("The store {path} is busy: another import or publication runs."), path=error)
        if error.holder:
            _session.say(N_("It was begun by {user} at {time}."), user=error.holder[0], time=error.holder[1])
        return BUSY
    if isinstance(error, NoSuchRound):
        _session.say(N_("The release has no such round or category: {name}."), name=error)
        return WRONG_USAGE
    if isinstance(error, PermissionError):
        _session.say(N_("This is not allowed: {path}"), path=error.filename or "")
        return NOT_ALLOWED
    return None


def _say_problems(problems: "Sequence[Problem]") -> int:
    for problem in problems:
        print(_line(problem, _session.language), file=sys.stderr)
    return FILE_PROBLEMS


def _unexpected(error: Exception, debug: bool) -> int:
    """Our bug: a reference for the report; the traceback only where someone asked for it."""
    if debug:
        traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    reference = f"{type(error).__name__}@{Path(place.filename).name}:{place.lineno}"
    _session.say(
        N_("Something went wrong inside the program. Reference for the report: {reference}"),
        reference=f"{secrets.token_hex(4)} {reference}",
    )
    return OUR_BUG


# Typer's own sentences, by the class that says them.
_USAGE = {
    "MissingParameter": N_("{name} must be given."),
    "NoSuchOption": N_("There is no option {name}."),
    "BadParameter": N_("{name} does not fit: {detail}"),
}


def _wrong_usage(error: TyperException) -> int:
    kind = type(error).__name__
    detail = error.format_message() if hasattr(error, "format_message") else str(error)
    if kind == "NoArgsIsHelpError":
        print(detail, file=sys.stderr)
        return WRONG_USAGE
    parameter = getattr(error, "param", None)
    name = getattr(error, "option_name", None) or (parameter and _spelled(parameter)) or ""
    if kind in _USAGE and name:
        _session.say(_USAGE[kind], name=name, detail=detail)
    else:
        _session.say(N_("This call is not understood: {detail}"), detail=detail)
    _session.say(N_("See: biaochi --help"))
    return WRONG_USAGE


def _spelled(parameter: object) -> str:
    options = getattr(parameter, "opts", None) or [getattr(parameter, "name", "")]
    first = str(options[-1])
    return first if first.startswith("-") else first.upper()


def _language(arguments: Sequence[str], default: str) -> str:
    """The language asked for, before the arguments are parsed: help needs it."""
    for number, word in enumerate(arguments):
        value = word.removeprefix("--lang=")
        if word == "--lang" and number + 1 < len(arguments):
            value = arguments[number + 1]
        if value in LANGUAGES and word.startswith("--lang"):
            return value
    return default


def _translate_help(command: object, language: str) -> None:
    """Put the help of a command and of everything below it into the language."""
    for name in ("help", "short_help"):
        text = getattr(command, name, None)
        if text:
            setattr(command, name, translate(text, language))
    for part in (*getattr(command, "params", ()), *getattr(command, "commands", {}).values()):
        _translate_help(part, language)


@app.callback(help=N_("Honest ranking of departments from mass-evaluation ballots."))
def _common(
    store: Annotated[Path | None, typer.Option("--store", help=N_("Folder of the store."))] = None,
    lang: Annotated[str | None, typer.Option("--lang", help=N_("zh or en."))] = None,
) -> None:
    if store is not None:
        _session.path = store.expanduser().absolute()
    if lang is not None and lang not in LANGUAGES:
        raise Refusal(N_("--lang should be one of: {known}."), known=", ".join(LANGUAGES))
    if _session.path.exists() and not _session.path.is_dir():
        raise Refusal(N_("The store {path} is not a folder."), path=_session.path)


# --- rules and data ----------------------------------------------------------------------------------------------


@app.command(help=N_("Fill an empty store with the demonstration city and publish it."))
def demo() -> None:
    """`biaochi demo`."""
    from data.sample.load import load_demo

    with _progress(N_("Loading demonstration data")):
        report = load_demo(_session.store())
    _session.say(N_("The store holds demonstration data now; every page and file says so."))
    _print(report.release)


@rules_app.command("add", help=N_("Keep a rule set; a name is never given other content."))
def rules_add(file: Annotated[Path, typer.Argument(metavar="FILE.toml")]) -> None:
    """`biaochi rules add`."""
    _print(_session.store().add_rules(_text_of(file)).name)


@rules_app.command("list", help=N_("All rule sets of the store."))
def rules_list(form: Format = "csv", output: Output = None) -> None:
    """`biaochi rules list`."""
    rows = [
        {"name": r.name, "title": r.title, "date": r.date.isoformat(), "digest": r.digest}
        for r in _session.store().rule_sets()
    ]
    headers = {
        "name": N_("Rule set"),
        "title": N_("Title"),
        "date": N_("Date"),
        "digest": N_("SHA-256"),
    }
    _emit_rows(rows, headers, N_("Rule sets"), form, output)


@rules_app.command("show", help=N_("The text of a rule set."))
def rules_show(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """`biaochi rules show`."""
    _print(_session.store().rule_set(name).text.rstrip("\n"))


@app.command("import", help=N_("Read files as one upload of one kind and round."))
def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=N_("ballots, counts, units or another table"))],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    round_id: Round,
    rules: Annotated[str | None, typer.Option(help=N_("Name of the rule set."))] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help=N_("Correct all earlier uploads of kind and round."))
    ] = False,
    trial: Annotated[bool, typer.Option("--trial", help=N_("The round is tried out; clear it later."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Check only."))] = False,
    accept_warnings: Annotated[
        str | None, typer.Option(metavar="REASON", help=N_("Store in spite of warnings."))
    ] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help=N_("Name a column."))
    ] = None,
    sheet: Annotated[str, typer.Option(metavar="NAME", help=N_("Sheet of a workbook to read."))] = "",
    fill_down: Annotated[
        bool, typer.Option("--fill-down", help=N_("Read all cells of a merged area with its value."))
    ] = False,
    form: Annotated[str | None, typer.Option("--format", help=N_("csv, json or xlsx."))] = None,
    output: Output = None,
) -> None:
    """`biaochi import`."""
    _check_kind(kind)
    _check_files(files)
    if accept_warnings is not None and not accept_warnings.strip():
        raise Refusal(N_("Accepting warnings needs a reason."))
    with _progress(N_("Reading")) as progress:
        report = _session.store().import_files(
            kind,
            files,
            _checked_round(round_id),
            rules=rules,
            replace=replace,
            dry_run=dry_run,
            accept_warnings=accept_warnings,
            mapping=_mapping(kind, mapping) if mapping else None,
            sheet=sheet,
            fill_down=fill_down,
            trial=trial,
            progress=progress,
        )
    if report.remembered:
        columns = ", ".join(f"{column} = {name}" for column, name in report.remembered.items())
        _session.say(
            N_("Columns are read as decided earlier for files with this header: {columns}. --map decides otherwise."),
            columns=columns,
        )
    _show_import(report, form, output)
    raise typer.Exit(_import_code(report))


@app.command(help=N_("Keep that a written name means a registered unit."))
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
    report = _session.store().confirm_alias(name, code, kind, by, valid_from, round_id=round_id)
    _show_import(report, None, None)
    raise typer.Exit(_import_code(report))


def _check_kind(kind: str) -> None:
    from data.contract import KINDS, tables

    if kind not in KINDS and kind in tables():
        raise Refusal(N_("This version does not read uploads of the kind {kind} yet."), kind=kind)
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise Refusal(N_("There is no kind of upload named {kind}. Known: {known}."), kind=kind, known=known)


def _check_files(files: Sequence[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise Refusal(N_("There is no file {path}."), path=file)


def _checked_round(round_id: str) -> str:
    name = round_id.strip()
    if not name or len(name) > LONGEST_ROUND or not name.isprintable():
        raise Refusal(N_("The name of a round has 1 to {limit} visible characters."), limit=LONGEST_ROUND)
    return name


def _mapping(kind: str, pairs: Sequence[str]) -> dict[str, str]:
    """COLUMN=FIELD pairs; FIELD is a field of the contract."""
    from data.contract import fields

    known = [field.name for field in fields(kind)]
    found = {}
    for pair in pairs:
        column, _, name = pair.rpartition("=")
        if not column or name not in known:
            raise Refusal(N_("--map should be COLUMN=FIELD; FIELD one of: {known}."), known=", ".join(known))
        found[column] = name
    return found


def _import_code(report: "ImportReport") -> int:
    if report.refused:
        return FILE_PROBLEMS
    return WARNINGS if report.needs_acceptance else DONE


def _show_import(report: "ImportReport", form: str | None, output: Path | None) -> None:
    """Findings and outcome: as a table or JSON if asked for, else sentences and the upload's id."""
    language = _session.language
    findings = [problem.as_dict(language) for problem in report.problems]
    if form == "json":
        content = {"problems": findings, "rows": report.rows, "stored": report.stored}
        _emit_json(content, output)
    elif form is not None or output is not None:
        _emit_rows(findings, PROBLEM_HEADERS, N_("Findings"), form or "csv", output)
    else:
        for problem in report.problems:
            print(_line(problem, language), file=sys.stderr)
        if report.stored and report.upload:
            _print(report.upload)
    _say_outcome(report)


PROBLEM_HEADERS = {
    "level": N_("Level"),
    "code": N_("Code"),
    "file": N_("File"),
    "sheet": N_("Sheet"),
    "row": N_("Row"),
    "column": N_("Column"),
    "value": N_("Value"),
    "message": N_("What is wrong"),
    "suggestion": N_("What to do"),
}


def _line(problem: "Problem", language: str) -> str:
    from data.problems import LEVELS

    colon, gap = ("：", "") if language == "zh" else (": ", " ")
    parts = [translate(LEVELS[problem.level], language), problem.place(language)]
    words = f"{problem.message(language)}{gap}{problem.suggestion(language)}"
    return colon.join([*filter(None, parts), words])


def _say_outcome(report: "ImportReport") -> None:
    if report.blank_rows:
        _session.say(N_("Blank rows left out: {count}."), count=report.blank_rows)
    errors = sum(problem.level == "error" for problem in report.problems)
    if report.stored:
        _session.say(N_("Stored: {rows} rows."), rows=report.rows)
    elif report.same_as:
        _session.say(
            N_("Nothing stored: the same content is already there as {upload}."),
            upload=report.same_as,
        )
        _say_who_uploaded(report.same_as)
    elif errors:
        sentence = ngettext(
            "Nothing stored: {count} error.",
            "Nothing stored: {count} errors.",
            errors,
            _session.language,
        )
        print(sentence.format(count=errors), file=sys.stderr)
    elif report.needs_acceptance:
        _session.say(N_("Nothing stored: the warnings need --accept-warnings REASON."))
    else:
        _session.say(N_("Nothing stored, as asked: {rows} rows are fit to import."), rows=report.rows)


def _say_who_uploaded(upload_id: str) -> None:
    from data.history import local_time

    for upload in _session.store().uploads():
        if upload.upload_id == upload_id:
            time = local_time(upload.imported_at)
            _session.say(N_("It was uploaded by {user} at {time}."), user=upload.imported_by, time=time)


# --- releases ----------------------------------------------------------------------------------------------------


@app.command(help=N_("Make the imported uploads the release in force."))
def publish(
    note: Annotated[str, typer.Option(help=N_("A note for the history."))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Say what would change; store nothing."))] = False,
    expect: Annotated[
        str | None, typer.Option(metavar="ID", help=N_("Publish only the release that --dry-run named."))
    ] = None,
    form: Annotated[str | None, typer.Option("--format", help=N_("csv, json or xlsx."))] = None,
    output: Output = None,
) -> None:
    """`biaochi publish`."""
    if dry_run:
        return _what_would_change(form, output)
    with _progress(N_("Computing")):
        report = _session.store().publish(note, expect=expect)
    _session.say(N_("Published.") if report.new else N_("Nothing new: this release is in force already."))
    _print(report.release)


def _what_would_change(form: str | None, output: Path | None) -> None:
    """The release in force against the one that publishing would make: as a table if asked for, else in sentences."""
    from results.compare import as_json, as_sheet, compare

    store = _session.store()
    with _progress(N_("Computing")), store.candidate() as candidate:
        in_force = store.release()
        try:
            found = compare(in_force, candidate)
        finally:
            if in_force:
                in_force.close()
    if form == "json":
        _emit_json(as_json(found), output)
    elif form is not None or output is not None:
        _emit_sheet(as_sheet(found, _session.language), form or "csv", output)
    else:
        for sentence in found.sentences(_session.language):
            _print(sentence)
        _print(found.after)
    _session.say(
        N_("Nothing is stored. To publish exactly this: biaochi publish --expect {release}"), release=found.after
    )


@app.command(help=N_("What was published, rolled back, cleared or given a status, newest first."))
def releases(form: Format = "csv", output: Output = None) -> None:
    """`biaochi releases`."""
    headers = {
        "number": N_("Number"),
        "action": N_("Action"),
        "release": N_("Release"),
        "previous": N_("Release before"),
        "note": N_("Note"),
        "time": N_("Time"),
        "user": N_("User"),
        "round": N_("Round"),
        "status": N_("Status"),
    }
    rows = [{name: getattr(event, name) for name in headers} for event in _session.store().history()]
    _emit_rows(rows, headers, N_("Releases"), form, output)


@app.command(help=N_("Make an older release the one in force again."))
def rollback(
    release: Annotated[str, typer.Argument(metavar="RELEASE")],
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the history."))],
) -> None:
    """`biaochi rollback`."""
    _print(_session.store().rollback(release, reason))


@app.command(help=N_("Take a trial round out of force; its files are kept."))
def clear(
    round_id: Annotated[str, typer.Argument(metavar="ROUND")],
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the history."))],
) -> None:
    """`biaochi clear`."""
    with _progress(N_("Computing")):
        in_force = _session.store().clear(round_id, reason)
    _session.say(N_("The trial round {round} is cleared."), round=round_id)
    if in_force:
        _print(in_force)
    else:
        _session.say(N_("Nothing is published any more."))


@app.command(help=N_("The status of a round; with a status: give it that one."))
def status(
    round_id: Annotated[str, typer.Argument(metavar="ROUND")],
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help=N_("draft, trial, final, announced or withdrawn"))
    ] = None,
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the history."))] = "",
) -> None:
    """`biaochi status`."""
    from data.history import local_time
    from data.round_status import CHINESE, DRAFT, PERMITS, STATUSES

    store, name = _session.store(), _checked_round(round_id)
    if new is not None:
        store.set_status(name, CHINESE.get(new, new), reason)
    found = store.status(name)
    _print(translate(STATUSES[found.code], _session.language))
    plain = found.given is None and found.code == DRAFT
    _session.say(N_("Nobody has given the round a status: uploads are free.") if plain else PERMITS[found.code])
    if found.given:
        time, who = local_time(found.given.time), found.given.user
        _session.say(N_("Set by {user} at {time}: {note}"), user=who, time=time, note=found.given.note)


@app.command(help=N_("Recompute a release from the kept evidence and compare every table."))
def replay(release: Annotated[str, typer.Argument(metavar="RELEASE")]) -> None:
    """`biaochi replay`."""
    with _progress(N_("Computing")):
        differences = _session.store().replay(release)
    _answer(differences, N_("Equal: every table is the same, byte for byte."))


@app.command(help=N_("Verify every checksum of the store."))
def check() -> None:
    """`biaochi check`."""
    with _progress(N_("Checking")):
        damaged = _session.store().check()
    _answer(damaged, N_("Sound: every checksum holds."))


def _answer(findings: Sequence[str], fine: str) -> None:
    if findings:
        for finding in findings:
            _print(finding)
        raise typer.Exit(CHECK_FAILED)
    _print(translate(fine, _session.language))


# --- results -----------------------------------------------------------------------------------------------------


@app.command(help=N_("All units of a round, each category ranked by itself; ALL ranks them as one."))
def ranking(
    round_id: Round,
    category: Annotated[str | None, typer.Option(metavar="C|ALL", help=N_("Category."))] = None,
    release: Annotated[str | None, typer.Option(metavar="ID", help=N_("Release."))] = None,
    what_if: Annotated[Path | None, typer.Option("--what-if", metavar="FILE.toml", help=N_("Other rules."))] = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi ranking`."""
    from results.columns import as_json, as_sheet
    from results.ranking import ranking as rank_units

    _check_form(form)
    with _release(release) as chosen:
        with _progress(N_("Computing")):
            other = _what_if(chosen, round_id, what_if) if what_if else None
            answer = rank_units(chosen, round_id, category, other)
        if form == "json":
            _emit_json(as_json(answer, chosen, what_if is not None), output)
        else:
            _emit_sheet(as_sheet(answer, chosen, _session.language, what_if is not None), form, output)
    if what_if is not None:
        _session.say(N_("Computed under other rules; nothing of this is published."))


@app.command(help=N_("Units that the bottom rule names or that are not cleared, worst first."))
def bottom(
    round_id: Round,
    category: Annotated[str | None, typer.Option(metavar="C|ALL", help=N_("Category."))] = None,
    k: Annotated[int | None, typer.Option("-k", metavar="K", help=N_("The last K, in place of the rule."))] = None,
    release: Annotated[str | None, typer.Option(metavar="ID", help=N_("Release."))] = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi bottom`."""
    from results.bottom import bottom as not_settled
    from results.columns import as_json, as_sheet

    _check_form(form)
    if k is not None and k < 1:
        raise Refusal(N_("-k must be a whole number from 1 on, not {k}."), k=k)
    with _release(release) as chosen:
        with _progress(N_("Computing")):
            answer = not_settled(chosen, round_id, category, k)
        if form == "json":
            _emit_json(as_json(answer, chosen), output)
        else:
            _emit_sheet(as_sheet(answer, chosen, _session.language, title=N_("Bottom list")), form, output)


def _what_if(release: "Release", round_id: str, file: Path) -> object:
    from data.rule_sets import parse_rules
    from results.family import NoSuchRound
    from results.what_if import what_if

    rules = parse_rules(_text_of(file))
    if round_id not in release.rounds():
        raise NoSuchRound(round_id)
    return what_if(_session.store(), release, round_id, rules)


@app.command(help=N_("One unit in every round."))
def unit(
    code: Annotated[str, typer.Argument(metavar="CODE")],
    release: Annotated[str | None, typer.Option(metavar="ID", help=N_("Release."))] = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi unit`."""
    from results.columns import unit_as_json, unit_as_sheet, unit_rounds

    _check_form(form)
    with _release(release) as chosen:
        rows = unit_rounds(chosen, code)
        if not rows:
            raise Refusal(N_("The release has no unit with the code {unit}."), unit=code)
        if form == "json":
            _emit_json(unit_as_json(chosen, code, rows), output)
        else:
            _emit_sheet(unit_as_sheet(chosen, code, rows, _session.language), form, output)


@app.command(help=N_("Pledge against outcome: the promised items of a round, or its posts or units."))
def pledges(
    round_id: Round,
    category: Annotated[str | None, typer.Option(metavar="C|ALL", help=N_("Category."))] = None,
    by: Annotated[str, typer.Option(metavar="BY", help=N_("One row per item, post or unit."))] = "item",
    circular: Annotated[
        bool, typer.Option("--circular", help=N_("The circular of the quarter: items with what needs attention."))
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=N_("As it stood on this day; else today."))
    ] = None,
    release: Annotated[str | None, typer.Option(metavar="ID", help=N_("Release."))] = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi pledges`."""
    from results import pledge_columns as words_of
    from results.pledge_progress import quarter_report
    from results.pledge_years import pledge_year
    from results.pledges import standing_day

    _check_form(form)
    if by not in words_of.BY:
        raise Refusal(N_("--by should be one of: {known}."), known=", ".join(words_of.BY))
    named = None if as_of is None else _day(as_of)
    with _release(release) as chosen:
        with _progress(N_("Computing")):
            day = named or standing_day(chosen, round_id, date.today())
            answer = quarter_report(chosen, round_id, day) if circular else pledge_year(chosen, round_id, day)
            table = words_of.table(answer, by, category)
        if form == "json":
            _emit_json(words_of.as_json(table, chosen), output)
        else:
            _emit_sheet(words_of.as_sheet(table, chosen, _session.language), form, output)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(N_("--as-of should be a day such as 2025-09-30, not {value}."), value=text) from None


@contextmanager
def _release(prefix: str | None) -> "Iterator[Release]":
    """A release, open while it is read."""
    found = _session.store().release(prefix)
    if found is None:
        raise Refusal(N_("Nothing is published yet."))
    try:
        if found.is_outdated:
            raise Refusal(OUTDATED, release=found.short)
        yield found
    finally:
        found.close()


OUTDATED = N_(
    "The release {release} was built by an earlier version of this program. Run `biaochi publish`: it builds the "
    "same files anew as a release of this version; the old one stays in the history."
)


# --- later -------------------------------------------------------------------------------------------------------


def _register_later(name: str) -> None:
    """A command that later versions have: says so instead of looking like a slip of the keyboard."""

    @app.command(
        name,
        hidden=True,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    def later() -> None:
        raise Refusal(N_("This version does not have the command {name} yet."), name=name)


for _name in LATER:
    _register_later(_name)


# --- writing -----------------------------------------------------------------------------------------------------


def _emit_rows(
    rows: "Sequence[dict[str, Cell]]",
    headers: dict[str, str],
    title: str,
    form: str,
    output: Path | None,
) -> None:
    """A small table: Chinese headers for zh, field names for en and JSON."""
    from data.export import Sheet

    _check_form(form)
    if form == "json":
        return _emit_json({"rows": list(rows)}, output)
    language = _session.language
    names = [translate(w, "zh") for w in headers.values()] if language == "zh" else list(headers)
    cells = [[row[name] for name in headers] for row in rows]
    facts = [(translate(N_("Rows"), language), len(rows))]
    about = translate(N_("About"), language)
    _emit_sheet(Sheet(translate(title, language), names, cells, facts, about), form, output)


def _check_form(form: str) -> None:
    if form not in FORMATS:
        raise Refusal(N_("--format should be one of: {known}."), known=", ".join(FORMATS))


def _emit_sheet(sheet: "Sheet", form: str, output: Path | None) -> None:
    from data.export import csv_bytes, xlsx_bytes

    _check_form(form)
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise Refusal(N_("A workbook is not shown on a terminal; name a file with -o FILE."))
    _write(csv_bytes(sheet) if form == "csv" else xlsx_bytes(sheet), output)


def _emit_json(content: "dict[str, object]", output: Path | None) -> None:
    from data.export import json_bytes

    _write(json_bytes(content), output)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise Refusal(N_("The file {path} cannot be written."), path=output) from None


def _print(line: str) -> None:
    """One line of results, in UTF-8 whatever the terminal's setting."""
    _write(f"{line}\n".encode(), None)


def _text_of(file: Path) -> str:
    """The text of a rules file."""
    _check_files([file])
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(N_("The file {path} should be UTF-8."), FILE_PROBLEMS, path=file) from None


@contextmanager
def _progress(what: str) -> Iterator[Callable[[float, str], None]]:
    """A bar on a terminal while something takes long, moved by what is yielded; nothing otherwise."""
    if not sys.stderr.isatty():
        yield lambda share, doing: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(translate(what, _session.language), total=None)
        yield lambda share, doing: bar.update(
            task, total=1.0, completed=share, description=translate(doing, _session.language)
        )


if __name__ == "__main__":
    main()
