"""Whether a finding survives a challenge: ballots to flip, classes, integrity of ballots, next year, recount."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import Category, CommandError, Format, Output, ReleaseId, RoundId, checked_round, progress, session
from cli.output import check_form, emit_json, emit_rows, emit_sheet
from cli.results import open_release
from i18n import N_

if TYPE_CHECKING:
    from data.store.ballot_decisions import Judgement
    from data.store.release import Round
    from results.evidence.integrity import Integrity, SideBySide


@app.command(help=N_("How many ballots left out, changed or added would alter a finding about each unit."))
def flip(
    round_id: RoundId,
    category: Category = None,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi flip`."""
    from reports.evidence_table import evidence_json, evidence_sheet
    from results.evidence.flips import flips

    check_form(form, output)
    with open_release(release) as chosen:
        round_ = chosen.round(round_id)
        with progress(N_("Computing")):
            rows = flips(round_, category)
        if form == "json":
            emit_json(evidence_json(round_, rows), output)
        else:
            emit_sheet(evidence_sheet(round_, "flip", N_("Ballots to flip"), rows, session.language), form, output)


@app.command("ballot-integrity", help=N_("List ballots for two people to judge, and the list with and without them."))
def ballot_integrity(
    round_id: RoundId,
    without: Annotated[
        bool, typer.Option("--without", help=N_("The ranking with and without the listed ballots, next to each other."))
    ] = False,
    decide: Annotated[str | None, typer.Option("--decide", metavar="keep|correct", help=N_("Keep a decision."))] = None,
    reason: Annotated[str, typer.Option("--reason", help=N_("Why; shown on papers."))] = "",
    second: Annotated[str, typer.Option("--second", metavar="NAME", help=N_("The second person."))] = "",
    public_reason: Annotated[
        str, typer.Option(metavar="TEXT", help=N_("The reason as the public notice prints it, if it shall."))
    ] = "",
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi ballot-integrity`."""
    from data.store.ballot_decisions import Judgement
    from reports.evidence_table import evidence_json, evidence_sheet, integrity_sheet
    from results.evidence.integrity import decision_in_words, integrity, moved_in_words, side_by_side

    check_form(form, output)
    with open_release(release) as chosen:
        round_ = chosen.round(round_id)
        with progress(N_("Computing")):
            found = integrity(round_)
        if found is None:
            raise CommandError(N_("The round {round} has no ballots, only counts or records."), round=round_id)
        if without or decide is not None:
            with progress(N_("Computing")):
                both = side_by_side(session.store(), round_, found)
        if decide is not None:
            _judge(round_, found, both, Judgement(decide, reason, second, public_reason))
        if without:
            sheet = evidence_sheet(
                round_, "with_without", N_("With and without the listed ballots"), both.rows, session.language
            )
            rows = both.rows
        else:
            sheet, rows = integrity_sheet(round_, found, session.language), found.rows
        if form == "json":
            emit_json(evidence_json(round_, rows, listed=len(found.flagged), ballots=found.ballots), output)
        else:
            emit_sheet(sheet, form, output)
        sentences = [moved_in_words(both, session.language)] if without else []
        sentences.append(decision_in_words(round_, session.language))
        for sentence in filter(None, sentences):
            session.say("{sentence}", sentence=sentence)


def _judge(round_: "Round", found: "Integrity", both: "SideBySide", judgement: "Judgement") -> None:
    """Keep a decision of two people, or ask for the second where the settings say so."""
    from dataclasses import asdict

    from cli.requests import wait_for_second
    from data.store.ballot_decisions import check_judgement, decide
    from results.evidence.integrity import listed_of

    listed = listed_of(round_, found, both)
    check_judgement(judgement)
    given = {"listed": asdict(listed), "judgement": asdict(judgement)}
    wait_for_second("decide_ballots", "ballots", judgement.reason, round_id=round_.id, **given)
    decide(session.store(), listed, judgement)


@app.command("early-look", help=N_("How much is decided while ballots still come in; valid at any time, no names."))
def show_early_look(round_id: RoundId, form: Format = "csv", output: Output = None) -> None:
    """`biaochi early-look`."""
    from results.evidence.early_look import caution, early_look, headline
    from results.fields import headers
    from results.ranking.statements import family_name

    check_form(form, output)
    name, store = checked_round(round_id), session.store()
    with progress(N_("Computing")):
        found = early_look(store, name)
    rows = [look.row() for look in found]
    if form == "json":
        emit_json({"round": name, "rows": rows}, output)
    else:
        named = [{**row, "category": family_name(str(row["category"]), session.language)} for row in rows]
        emit_rows(named, headers("early_look"), N_("Early look"), form, output)
    session.say("{sentence}", sentence=headline(found, session.language))
    for look in found:
        session.say("{sentence}", sentence=look.sentence(session.language))
        if outlook := look.outlook(session.language):
            session.say("  {sentence}", sentence=outlook)
    session.say("{sentence}", sentence=caution(found, session.language))


@app.command("suggestions", help=N_("Themes of suggestions in free text, for the office: a theme from five people."))
def show_suggestions(
    round_id: RoundId,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi suggestions`."""
    from reports.evidence_table import evidence_json, suggestions_sheet
    from results.evidence.suggestions import about, suggestions

    check_form(form, output)
    with open_release(release) as chosen:
        round_ = chosen.round(round_id)
        with progress(N_("Computing")):
            found = suggestions(round_) if round_.rules else None
        if found is None:
            raise CommandError(N_("The round {round} has no suggestions in free text."), round=round_id)
        if form == "json":
            emit_json(evidence_json(round_, found.rows, people=found.people, waiting=found.waiting), output)
        else:
            emit_sheet(suggestions_sheet(round_, found, session.language), form, output)
        for sentence in about(found, session.language):
            session.say("{sentence}", sentence=sentence)


@app.command("design", help=N_("Plan next year's votes by unit and group, for a difference or a number of votes."))
def next_year(
    round_id: RoundId,
    category: Category = None,
    difference: Annotated[
        float | None, typer.Option("--difference", metavar="POINTS", help=N_("Points that shall be distinguished."))
    ] = None,
    votes: Annotated[
        float | None,
        typer.Option("--votes", metavar="N", help=N_("Votes of each category, or the budget with --cost.")),
    ] = None,
    cost: Annotated[
        list[str] | None, typer.Option("--cost", metavar="GROUP=NUMBER", help=N_("Cost of a vote of a group; else 1."))
    ] = None,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi design`."""
    import pandas as pd

    from reports.evidence_table import evidence_json, evidence_sheet
    from results.evidence.next_year import plans

    check_form(form, output)
    prices = dict(_price(text) for text in cost or [])
    if len(prices) < len(cost or []):
        raise CommandError(N_("--cost names a group twice."))
    with open_release(release) as chosen:
        round_ = chosen.round(round_id)
        with progress(N_("Computing")):
            found = plans(round_, category, difference=difference, votes=votes, cost=prices)
        rows = pd.concat([plan.rows for plan in found], ignore_index=True)
        if form == "json":
            about = [
                {"category": p.family, "difference_now": _number(p.difference_now), "difference": _number(p.difference)}
                | {"cost": p.votes, "equal_cost": p.equal_votes}
                for p in found
            ]
            emit_json(evidence_json(round_, rows, plans=about), output)
        else:
            emit_sheet(
                evidence_sheet(round_, "design", N_("Design of next year"), rows, session.language), form, output
            )
        for plan in found:
            session.say("{sentence}", sentence=plan.sentence(session.language))


def _number(value: float) -> float | None:
    return value if value == value else None


def _price(text: str) -> tuple[str, float]:
    """Return group and cost of GROUP=NUMBER."""
    group, _, number = text.rpartition("=")
    try:
        return group, float(number)
    except ValueError:
        raise CommandError(N_("--cost should be GROUP=NUMBER, not {text}."), text=text) from None
