"""Command `bulletin`: the documents of a round. Each is recorded in the audit log before it is written."""

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

import settings
from cli.app import app
from cli.context import (
    Category,
    CommandError,
    Output,
    ReleaseId,
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
    from datetime import date

    from data.store.release import Release, Round
    from formats.brief import Brief
    from formats.document import Document, Form
    from reports.documents import RoundResults
    from results.comparison.year_on_year import Changes
    from results.home.year_strip import Step

FORMATS = ("pdf", "docx")
BRIEFS = {"brief": "pdf", "slides": "pptx"}
"""Kind of brief for leaders -> its only format."""
KINDS = ("bulletin", "ranking", "bottom", "unit", "changes", "pledges", "pledge-letter", *BRIEFS)
OF_A_UNIT = ("unit", "pledge-letter")
NO_BALLOTS = N_("The round {round} holds a register but no ballots yet.")
NEEDED = N_("--kind {kind} needs --round, for instance 2025.")
PERIODS = {"month": "{year}-{month:02}", "quarter": "{year}Q{quarter}", "year": "{year}"}
"""Kind of document -> its period when none is named: that of the newest day of the scheme."""


@app.command(help=N_("Write the bulletin of a round, or a part of it, as PDF or Word."))
@with_form
def bulletin(
    round_id: Annotated[str, typer.Option("--round", help=N_("Round, for instance 2025."))] = "",
    category: Category = None,
    kind: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help=N_(
                "bulletin (all parts), ranking, bottom, unit, changes, pledges, pledge-letter, brief (a page for "
                "leaders), slides, or SCHEME-month, SCHEME-year …"
            ),
        ),
    ] = "bulletin",
    unit: Annotated[str, typer.Option(metavar="CODE", help=N_("The unit of --kind unit, or of a scheme's."))] = "",
    period: Annotated[
        str, typer.Option(metavar="P", help=N_("Month, quarter or year of a scheme's: 2026-03, 2026Q1 or 2026."))
    ] = "",
    item: Annotated[
        str, typer.Option(metavar="NO", help=N_("What a scheme's document is about; all of the period if left out."))
    ] = "",
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="ROUND", help=N_("Earlier round of the changes.")),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=N_("As it stood on this day; else today."))
    ] = None,
    file_format: Annotated[
        str, typer.Option("--format", help=N_("pdf or docx, for slides pptx; by default by the ending of the file."))
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

    ending = _format(kind, file_format, output, template)
    _check_kind(kind, unit)
    _check_options(kind, category, since, as_of, period, item)
    name = _about(kind, round_id)
    made: Document | Brief
    with open_release(release) as chosen:
        with progress(N_("Computing")):
            if kind in BRIEFS:
                made = _brief(chosen.round(name), kind, as_of, form)
            elif kind in KINDS:
                made = _of_round(chosen.round(name), kind, category, unit, since, as_of, form)
            else:
                made = _of_scheme(chosen, kind, period, as_of, unit, item, form)
        with progress(N_("Typesetting")):
            content = _written(made, ending, template)
        digest = hashlib.sha256(content).hexdigest()
        log_export(session.path, f"{kind}.{ending}", release=chosen.id, round_id=name, sha256=digest)
    write(content, output)


def _format(kind: str, file_format: str, output: Path | None, template: Path | None) -> str:
    """Return the format: as asked for, else by the ending of the file, else by whether a template is given."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    known = (BRIEFS[kind],) if kind in BRIEFS else FORMATS
    found = file_format or (ending if ending in known else "") or ("docx" if template else known[0])
    check_choice("--format", found, known)
    if template is not None:
        if found != "docx":
            raise CommandError(N_("--template is for --format docx."))
        check_files([template])
    check_binary(output)
    return found


def scheme_kinds() -> dict[str, tuple[str, str]]:
    """Return scheme and document of each kind, such as NAME-month."""
    from schemes import SCHEMES

    return {f"{scheme.name}-{document}": (scheme.name, document) for scheme in SCHEMES for document in scheme.documents}


def kinds_of_items() -> tuple[str, ...]:
    """Return the kinds of document that may be about a single item."""
    from schemes import SCHEMES

    return tuple(f"{scheme.name}-{document}" for scheme in SCHEMES for document in scheme.items)


def _about(kind: str, round_id: str) -> str:
    """Return the round of a document; a document of a scheme has none."""
    if kind not in KINDS:
        return ""
    if not round_id:
        raise CommandError(NEEDED, kind=kind)
    return checked_round(round_id)


def _check_kind(kind: str, unit: str) -> None:
    if kind not in KINDS:
        check_choice("--kind", kind, (*KINDS, *scheme_kinds()))
        return
    if (kind in OF_A_UNIT) != bool(unit):
        raise CommandError(N_("--unit CODE goes with --kind unit and pledge-letter, and these need it."))


def _check_options(
    kind: str, category: str | None, since: str | None, as_of: str | None, period: str, item: str
) -> None:
    """Refuse an option that would have no effect on this kind of document."""
    own = () if kind in KINDS else (kind,)
    periodic = own or (tuple(scheme_kinds()) if period else ())
    for option, given, kinds in (
        ("--period", period or None, periodic),
        ("--item", item or None, kinds_of_items()),
        ("--category", category, ("bulletin", "ranking", "bottom", "changes")),
        ("--from", since, ("changes",)),
        ("--as-of", as_of, (*BRIEFS, "pledges", "pledge-letter", *own)),
    ):
        if given is not None and kind not in kinds:
            raise CommandError(N_("{option} goes with --kind {kinds}."), option=option, kinds=" | ".join(kinds))


def _of_round(
    round_: "Round",
    kind: str,
    category: str | None,
    unit: str,
    since: str | None,
    as_of: str | None,
    form: "Form",
) -> "Document":
    if kind == "pledges":
        return _circular(round_, as_of, form)
    if kind == "pledge-letter":
        return _pledge_letter(round_, unit, as_of, form)
    return _document(round_, kind, category, unit, since, form)


def _of_scheme(
    release: "Release", kind: str, period: str, as_of: str | None, unit: str, item: str, form: "Form"
) -> "Document":
    """A document of a scheme: over the period named, else over that of its newest day."""
    from cli.schemes import NO_TABLES, period_of
    from schemes import scheme_of
    from schemes.chosen import choose

    name, document = scheme_kinds()[kind]
    scheme = scheme_of(name)
    newest = scheme.latest_day(release)
    if newest is None:
        raise CommandError(NO_TABLES, tables=", ".join(scheme.tables))
    day = parsed_date("--as-of", as_of) if as_of else newest
    facts = {"year": day.year, "month": day.month, "quarter": (day.month + 2) // 3}
    asked = period_of(period or PERIODS.get(document, PERIODS["month"]).format(**facts))
    chosen = choose(scheme, release, asked, day, unit=unit)
    if item:
        check_choice("--item", item, tuple(scheme.items[document](chosen)))
    return cast("Document", scheme.documents[document](chosen, session.language, form, *filter(None, [item])))


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
        raise CommandError(NO_BALLOTS, round=round_.id)
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


def _pledge_letter(round_: "Round", code: str, as_of: str | None, form: "Form") -> "Document":
    """The letter to a unit on what is due in the quarter of a day, or overdue."""
    from datetime import date

    from reports.documents.pledge_letter import pledge_letter, to_warn
    from results.pledges.progress import quarter_report
    from results.pledges.register import default_as_of

    day = parsed_date("--as-of", as_of) if as_of else default_as_of(round_, date.today())
    days, calendar = settings.load().report_days, session.store().calendar()
    report = quarter_report(round_, day, days)
    check_choice("--unit", code, tuple(unit for unit, _ in to_warn(report)))
    return pledge_letter(round_.release, report, code, calendar, days, session.language, form)


def _dossier(found: "RoundResults", code: str, form: "Form") -> "Document":
    """One unit in all formal rounds, or in all trials, as its page shows it."""
    from reports.documents import dossier
    from results.ranking.ranking import ranking
    from results.ranking.unit import UnitNotFoundError, detail
    from results.ranking.unit import unit as history
    from schemes import OTHER_SCHEMES
    from schemes.of_unit import unit_dossier

    release, round_ = found.release, found.release.round(found.ranking.round)
    own = [name for name in release.rounds() if (name in release.trial_rounds) == round_.is_trial]
    try:
        known = history(release, code, [ranking(release.round(name)) for name in own])
        of_schemes = unit_dossier(release, code, known.rounds, OTHER_SCHEMES)
        return dossier(found, known, detail(round_, code), session.language, form, of_schemes)
    except UnitNotFoundError as error:
        session.say(error.message, **error.facts)
        raise which_unit(release, code, [round_.id]) from None


def _changes(found: "RoundResults", since: str | None) -> "list[Changes]":
    """Each family of the round against an earlier round."""
    from cli.export import compared

    round_ = found.release.round(found.ranking.round)
    return [compared(round_, one.family.name, since) for one in found.lists]


def _brief(round_: "Round", kind: str, as_of: str | None, form: "Form") -> "Brief":
    """The brief for leaders, with the steps of the year as of a day."""
    from datetime import date

    from cli.export import compared_by_category
    from reports.documents import Outlook, brief, round_results
    from results.comparison.year_on_year import round_before
    from results.home.round_cards import round_cards

    found = round_results(round_)
    if not found.lists:
        raise CommandError(NO_BALLOTS, round=round_.id)
    before = round_before(round_)
    compared = compared_by_category(round_, None, before) if before else []
    day = parsed_date("--as-of", as_of) if as_of else date.today()
    outlook = Outlook(round_cards(round_, found.lists), before, compared, _steps(round_, day), day)
    return brief(found, outlook, session.language, form, kind)


def _steps(round_: "Round", day: "date") -> "list[Step]":
    """The steps of the year on a day."""
    from results.home.year_strip import YearFacts, year_strip
    from results.overview import overview
    from results.public_notice import notice_of

    store = session.store()
    status = store.status(round_.id)
    notes = len(overview(round_).notes)
    return year_strip(YearFacts(round_, store.history(), status, notes, notice_of(status.given, store.calendar())), day)


def _written(made: "Document | Brief", ending: str, template: Path | None) -> bytes:
    from formats.brief import Brief

    if ending == "pptx":
        from formats.slides import slides_bytes

        assert isinstance(made, Brief), "slides are of a brief"
        return slides_bytes(made)
    if ending == "pdf":
        return _pdf(made)
    assert not isinstance(made, Brief), "a brief is no Word file"
    return _docx(made, template)


def _pdf(made: "Document | Brief") -> bytes:
    """The PDF; on stderr what it could not be set in."""
    from formats import brief_pdf, pdf
    from formats.brief import Brief

    done = brief_pdf.typeset(made) if isinstance(made, Brief) else pdf.typeset(made)
    if warning := done.fonts.warning(session.language):
        print(warning, file=sys.stderr)
    return done.content


def _docx(made: "Document", template: Path | None) -> bytes:
    from formats.docx import word_bytes

    return word_bytes(made) if template is None else word_bytes(made, template)
