"""What became of the pledges: items, posts, units, the quarter's circular."""

from datetime import date
from typing import Annotated

import typer

import settings
from cli.app import app
from cli.context import Category, CommandError, Format, Output, ReleaseId, RoundId, progress, session
from cli.output import check_choice, check_form, emit_json, emit_sheet, parsed_date
from cli.results import open_release
from i18n import N_


@app.command(help=N_("Compare pledges with outcomes, by item, post or unit."))
def pledges(
    round_id: RoundId,
    category: Category = None,
    by: Annotated[str, typer.Option(metavar="BY", help=N_("One row per item, post or unit."))] = "item",
    circular: Annotated[
        bool, typer.Option("--circular", help=N_("The circular of the quarter: items with what needs attention."))
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help=N_("As it stood on this day; else today or the day of the last check, inside the year."),
        ),
    ] = None,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi pledges`."""
    from reports.pledge_table import BY, BY_ITEM, as_json, as_sheet, table
    from results.pledges.by_year import pledge_year
    from results.pledges.notes import pledge_notes
    from results.pledges.progress import QuarterReport, quarter_report
    from results.pledges.register import default_as_of

    check_form(form, output)
    check_choice("--by", by, BY)
    if circular and by != BY_ITEM:
        raise CommandError(N_("--circular has one row per item; leave out --by {by}."), by=by)
    named = None if as_of is None else parsed_date("--as-of", as_of)
    with open_release(release) as chosen:
        with progress(N_("Computing")):
            day = named or default_as_of(chosen.round(round_id), date.today())
            answer = (
                quarter_report(chosen.round(round_id), day, settings.load().report_days)
                if circular
                else pledge_year(chosen.round(round_id), day)
            )
            found = table(answer, by, category)
        votes = None if isinstance(answer, QuarterReport) else answer.votes
        for note in pledge_notes(answer.book, votes):
            session.say(N_("Note: {note}"), note=note.sentence(session.language))
        if form == "json":
            emit_json(as_json(found, chosen), output)
        else:
            emit_sheet(as_sheet(found, chosen, session.language), form, output)
