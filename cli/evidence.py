"""Whether a finding survives a challenge: ballots to flip, classes, integrity of ballots, next year, recount."""


from cli.app import app
from cli.context import Category, Format, Output, ReleaseId, RoundId, progress, session
from cli.output import check_form, emit_json, emit_sheet
from cli.results import open_release
from i18n import N_



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
