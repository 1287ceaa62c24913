"""biaochi objection: preview, add, list, rule, withdraw, correct."""

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import settings
from cli.app import app
from cli.context import CommandError, Format, Output, RoundId, check_files, checked_round, progress, session
from cli.output import check_form, emit_json, emit_rows, parsed_date, print_line
from cli.releases import say_findings
from cli.results import open_release, which_unit
from i18n import N_, PUNCTUATION, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.store.objections import Register
    from data.store.release import Release

objections_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(objections_app, name="objection", help=N_("Preview, objections, rulings and corrections of a round."))

ObjectionNo = Annotated[int, typer.Argument(metavar="N", help=N_("Number of the objection."))]


@objections_app.command("preview", help=N_("Begin the term in which units may object to the results of a round."))
def preview(
    round_id: RoundId,
    days: Annotated[
        int | None, typer.Option(metavar="N", help=N_("Working days of the term; else BIAOCHI_OBJECTION_DAYS, 5."))
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help=N_("Day on which the units got it; else today."))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Show the units; begin no term."))] = False,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi objection preview`."""
    from data.store.objections import give_preview, refused_preview, register
    from results.comparison.reviewed_figures import previewed
    from results.fields import headers

    check_form(form, output)
    name, store = checked_round(round_id), session.store()
    day = parsed_date("--from", first) if first else date.today()
    if refusal := refused_preview(store, name):
        raise refusal
    with open_release(None) as release, progress(N_("Computing")):
        rows = previewed(release.round(name))
        if not dry_run:
            term = settings.load().objection_days if days is None else days
            give_preview(store, name, rows, release.id, term, day)
    found = register(store, name, date.today())
    if found.last_term and not dry_run:
        last = found.last_term.last.day.isoformat()
        session.say(N_("Units may object to the figures of the round {round} until {day}."), round=name, day=last)
    if form == "json":
        return emit_json({"round": name, "rows": rows}, output)
    titles = {field: title for field, title in headers("ranking").items() if rows and field in rows[0]}
    emit_rows([_as_words(row) for row in rows], titles, N_("Units that get a preview"), form, output)


def _as_words(row: "Mapping[str, Any]") -> "dict[str, Any]":
    from results.labels import word

    return {name: word(name, value, session.language) for name, value in row.items()}


@objections_app.command("add", help=N_("Register an objection of a unit, with its evidence files."))
def add(
    round_id: RoundId,
    unit: Annotated[str, typer.Option(metavar="CODE", help=N_("Unit that objects."))],
    figure: Annotated[
        str, typer.Option(metavar="F", help=N_("What it is about: verdict, score, rank, n, data, register, other."))
    ],
    text: Annotated[str, typer.Option(help=N_("The grounds, as the unit gives them."))],
    by: Annotated[str, typer.Option(metavar="NAME", help=N_("Who objects for the unit."))],
    received: Annotated[
        str | None, typer.Option(metavar="DATE", help=N_("Day of receipt; else today. It is not counted."))
    ] = None,
    files: Annotated[
        list[Path] | None, typer.Option("--file", metavar="FILE", help=N_("Evidence; repeat it for several files."))
    ] = None,
) -> None:
    """`biaochi objection add`."""
    from data.store.kept_entries import HandedIn
    from data.store.objections import Claim, object_to, register
    from data.store.review import STATES

    check_files(files or [])
    name, store = checked_round(round_id), session.store()
    day = parsed_date("--received", received) if received else None
    handed_in = tuple(HandedIn(file.name, file.read_bytes()) for file in files or ())
    with open_release(None) as release:
        claim = Claim(unit_of(release, name, unit), figure, text, by, day, handed_in)
    event = object_to(store, name, claim, settings.load().ruling_days)
    line = register(store, name, date.today()).lines[-1]
    due = line.clock.due.isoformat() if line.clock.due else ""
    state = translate(STATES[line.state], session.language)
    message = N_("Objection {number}: {state}. The ruling is due on {day}.")
    session.say(message, number=line.number, state=state, day=due)
    print_line(str(event.step.objection if event.step else line.number))


def unit_of(release: "Release", round_id: str, code: str) -> tuple[str, str]:
    """Return code and name of a unit of a round; refuse a unit that it does not have."""
    units = release.round(round_id).units if release.round(round_id).has_units else None
    own = units[units["unit_code"] == code] if units is not None else None
    if own is None or own.empty:
        raise which_unit(release, code, [round_id])
    return code, str(own["unit_name"].iloc[0])


@objections_app.command("list", help=N_("List the objections of a round, or of all, with clock and state."))
def list_all(
    round_id: Annotated[str | None, typer.Option("--round", metavar="R", help=N_("Round, for instance 2025."))] = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi objection list`."""
    from data.store.objections import register
    from reports.objection_table import counted, rows
    from results.fields import headers

    check_form(form, output)
    store = session.store()
    names = [checked_round(round_id)] if round_id else _rounds_with_objections()
    found = [register(store, name, date.today()) for name in names]
    language = "" if form == "json" else session.language
    listed = [row for one in found for row in rows(one, language)]
    for one in found:
        _say_state(one)
        print(_about(one.round, counted(one, session.language)), file=sys.stderr)
    if form == "json":
        return emit_json({"rows": listed}, output)
    emit_rows(listed, headers("objections"), N_("Register of objections"), form, output)


def _rounds_with_objections() -> list[str]:
    from data.store.review import objections

    return sorted({one.registered.round for one in objections(session.store().history())})


def _about(round_id: str, sentence: str) -> str:
    return f"{round_id}{PUNCTUATION[session.language].colon}{sentence}"


def _say_state(found: "Register") -> None:
    """Say until when units may object, and which rulings wait for a correction."""
    if found.last_term:
        last = found.last_term.last.day.isoformat()
        session.say(
            N_("Units may object to the figures of the round {round} until {day}."), round=found.round, day=last
        )
    if found.awaiting:
        numbers = ", ".join(map(str, found.awaiting))
        session.say(
            N_(
                "Rulings that wait for a correction: objections {numbers}. Upload the corrected file with --replace, "
                "or withdraw the wrong upload; then: biaochi objection correct --round {round}"
            ),
            numbers=numbers,
            round=found.round,
        )


@objections_app.command("rule", help=N_("Record a ruling on an objection; two people make it."))
def rule_on(
    number: ObjectionNo,
    outcome: Annotated[str, typer.Option(metavar="O", help=N_("lifted (the figures stand) or upheld."))],
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the register."))],
    second: Annotated[str, typer.Option(metavar="NAME", help=N_("Second person, who confirms the ruling."))],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=N_("Who rules; else the user."))] = "",
    corrects: Annotated[bool, typer.Option("--corrects", help=N_("The ruling changes data of the round."))] = False,
    public_reason: Annotated[
        str, typer.Option(metavar="TEXT", help=N_("With --corrects: the reason as the public page prints it."))
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help=N_("Replace an earlier ruling that has not led to a corrected release."))
    ] = False,
) -> None:
    """`biaochi objection rule`."""
    from data.store.objections import Ruling, register, rule

    store = session.store()
    event = rule(store, number, Ruling(outcome, reason, second, corrects, public_reason, by, again=again))
    _say_state(register(store, event.round, date.today()))
    print_line(str(number))


@objections_app.command("withdraw", help=N_("Record that a unit withdrew its objection."))
def withdraw_objection(
    number: ObjectionNo, reason: Annotated[str, typer.Option(help=N_("Why; kept in the register."))]
) -> None:
    """`biaochi objection withdraw`."""
    from data.store.objections import take_back

    take_back(session.store(), number, reason)
    print_line(str(number))


@objections_app.command("correct", help=N_("Publish the corrected release that rulings ask for."))
def correct_round(
    round_id: RoundId,
    note: Annotated[str, typer.Option(help=N_("A note for the history."))] = "",
    accept_warnings: Annotated[
        str | None, typer.Option(metavar="REASON", help=N_("Publish in spite of warnings."))
    ] = None,
) -> None:
    """`biaochi objection correct`."""
    from data.store.objections import correct
    from results.comparison.reviewed_figures import corrected
    from results.quality.before_publishing import review

    if accept_warnings is not None and not accept_warnings.strip():
        raise CommandError(N_("Accepting warnings needs a reason."))
    name, store = checked_round(round_id), session.store()

    look = partial(review, store=store, reason=accept_warnings, show=say_findings)
    with progress(N_("Computing")):
        report = correct(store, name, corrected(name), note, look)
    print_line(report.release)
