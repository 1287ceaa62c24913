"""Command `bulletin`: the documents of a round. Each is recorded in the audit log before it is written."""

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import settings
from cli.app import app
from cli.context import (
    Category,
    CommandError,
    Output,
    ReleaseId,
    RoundId,
    check_files,
    checked_round,
    progress,
    session,
)
from cli.form_options import with_form
from cli.output import check_binary, check_choice, parsed_date, write
from cli.results import open_release, which_unit
from i18n import N_

if TYPE_CHECKING:
    from data.store.release import Round
    from formats.document import Document, Form
    from reports.documents import RoundResults
    from results.comparison.year_on_year import Changes

FORMATS = ("pdf", "docx")
KINDS = ("bulletin", "ranking", "bottom", "unit", "changes", "pledges")


@app.command(help=N_("Write the bulletin of a round, or a part of it, as PDF or Word."))
@with_form
def bulletin(
    round_id: RoundId,
    category: Category = None,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help=N_("bulletin (all parts), ranking, bottom, unit, changes or pledges."))
    ] = "bulletin",
    unit: Annotated[str, typer.Option(metavar="CODE", help=N_("The unit of --kind unit."))] = "",
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="ROUND", help=N_("Earlier round of the changes.")),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=N_("As it stood on this day; else today."))
    ] = None,
    file_format: Annotated[
        str, typer.Option("--format", help=N_("pdf or docx; by default by the ending of the file."))
    ] = "",
    template: Annotated[
        Path | None, typer.Option(metavar="FILE.docx", help=N_("A Word template of the office."))
    ] = None,
    release: ReleaseId = None,
    output: Output = None,
    *,
    form: "Form",
) -> None:
    """`biaochi bulletin`."""
    from data.store.audit_log import log_export

    ending = _format(file_format, output, template)
    _check_kind(kind, unit)
    _check_options(kind, category, since, as_of)
    name = checked_round(round_id)
    with open_release(release) as chosen:
        with progress(N_("Computing")):
            if kind == "pledges":
                made = _circular(chosen.round(name), as_of, form)
            else:
                made = _document(chosen.round(name), kind, category, unit, since, form)
        with progress(N_("Typesetting")):
            content = _pdf(made) if ending == "pdf" else _docx(made, template)
        digest = hashlib.sha256(content).hexdigest()
        log_export(session.path, f"{kind}.{ending}", release=chosen.id, round_id=name, sha256=digest)
    write(content, output)


def _format(file_format: str, output: Path | None, template: Path | None) -> str:
    """pdf or docx: as asked for, else by the file's ending, else by whether a template is given."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    found = file_format or (ending if ending in FORMATS else "") or ("docx" if template else "pdf")
    check_choice("--format", found, FORMATS)
    if template is not None:
        if found != "docx":
            raise CommandError(N_("--template is for --format docx."))
        check_files([template])
    check_binary(output)
    return found


def _check_kind(kind: str, unit: str) -> None:
    check_choice("--kind", kind, KINDS)
    if (kind == "unit") != bool(unit):
        raise CommandError(N_("--unit CODE goes with --kind unit, and --kind unit needs it."))


def _check_options(kind: str, category: str | None, since: str | None, as_of: str | None) -> None:
    """Refuse an option that would have no effect on this kind of document."""
    for option, given, kinds in (
        ("--category", category, ("bulletin", "ranking", "bottom", "changes")),
        ("--from", since, ("changes",)),
        ("--as-of", as_of, ("pledges",)),
    ):
        if given is not None and kind not in kinds:
            raise CommandError(N_("{option} goes with --kind {kinds}."), option=option, kinds=" | ".join(kinds))


def _document(
    round_: "Round",
    kind: str,
    category: str | None,
    unit: str,
    since: str | None,
    form: "Form",
) -> "Document":
    from reports.documents import bottom_list, bulletin, full_ranking, round_results, year_on_year

    found = round_results(round_, category)
    if not found.lists:
        raise CommandError(N_("The round {round} holds a register but no ballots yet."), round=round_.id)
    language = session.language
    if kind == "unit":
        return _dossier(found, unit, form)
    if kind == "changes":
        return year_on_year(found, _changes(found, since), language, form)
    write_up = {"bulletin": bulletin, "ranking": full_ranking, "bottom": bottom_list}[kind]
    return write_up(found, language, form)


def _circular(round_: "Round", as_of: str | None, form: "Form") -> "Document":
    """What needs attention in the quarter of a day."""
    from datetime import date

    from reports.documents import circular
    from results.pledges.progress import quarter_report
    from results.pledges.register import default_as_of

    day = parsed_date("--as-of", as_of) if as_of else default_as_of(round_, date.today())
    return circular(round_.release, quarter_report(round_, day, settings.load().report_days), session.language, form)


def _dossier(found: "RoundResults", code: str, form: "Form") -> "Document":
    """One unit in all formal rounds, or in all trials, as its page shows it."""
    from reports.documents import dossier
    from results.ranking.ranking import ranking
    from results.ranking.unit import UnitNotFoundError, detail
    from results.ranking.unit import unit as history
    from schemes import SCHEMES
    from schemes.of_unit import unit_dossier

    release, round_ = found.release, found.release.round(found.ranking.round)
    own = [name for name in release.rounds() if (name in release.trial_rounds) == round_.is_trial]
    try:
        known = history(release, code, [ranking(release.round(name)) for name in own])
        of_schemes = unit_dossier(release, code, known.rounds, SCHEMES)
        return dossier(found, known, detail(round_, code), session.language, form, of_schemes)
    except UnitNotFoundError as error:
        session.say(error.message, **error.facts)
        raise which_unit(release, code, [round_.id]) from None


def _changes(found: "RoundResults", since: str | None) -> "list[Changes]":
    """Each family of the round against an earlier round."""
    from cli.export import compared

    round_ = found.release.round(found.ranking.round)
    return [compared(round_, one.family.name, since) for one in found.lists]


def _pdf(made: "Document") -> bytes:
    """The PDF; on stderr what it could not be set in."""
    from formats.pdf import typeset

    done = typeset(made)
    if warning := done.fonts.warning(session.language):
        print(warning, file=sys.stderr)
    return done.content


def _docx(made: "Document", template: Path | None) -> bytes:
    from formats.docx import word_bytes

    return word_bytes(made) if template is None else word_bytes(made, template)
