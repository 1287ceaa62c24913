"""What is in force: publish, compare, go back, clear a trial, give a round its status."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import settings
from cli.app import app
from cli.context import WARNINGS, CommandError, Format, Output, ReleaseId, checked_round, progress, session
from cli.output import check_form, emit_json, emit_rows, emit_sheet, print_line
from cli.requests import wait_for_second
from cli.results import open_release
from i18n import N_, PUNCTUATION, join, translate

if TYPE_CHECKING:
    from data.model.working_days import Periods
    from data.store.uploads import Upload
    from results.quality.before_publishing import Finding


@app.command(help=N_("Publish the imported uploads as the release in force."))
def publish(
    note: Annotated[str, typer.Option(help=N_("A note for the history."))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Say what would change; store nothing."))] = False,
    expect: Annotated[
        str | None, typer.Option(metavar="ID", help=N_("Publish only the release that --dry-run named."))
    ] = None,
    accept_warnings: Annotated[
        str | None, typer.Option(metavar="REASON", help=N_("Publish in spite of warnings."))
    ] = None,
    form: Annotated[str | None, typer.Option("--format", help=N_("csv, json or xlsx."))] = None,
    output: Output = None,
) -> None:
    """`biaochi publish`."""
    from results.quality.before_publishing import review

    if accept_warnings is not None and not accept_warnings.strip():
        raise CommandError(N_("Accepting warnings needs a reason."))
    if dry_run:
        return _what_would_change(form, output, accept_warnings)
    if form is not None or output is not None:
        raise CommandError(N_("--format and -o go with --dry-run: publishing itself prints the release only."))
    store = session.store()
    with progress(N_("Computing")):
        report = store.publish(
            note, expect=expect, review=lambda candidate: review(candidate, store, accept_warnings, say_findings)
        )
    session.say(N_("Published.") if report.new else N_("Nothing changed: this release is in force already."))
    print_line(report.release)


def say_findings(findings: "Sequence[Finding]") -> None:
    """Warnings and notes about the rounds that would change, one line a finding."""
    from problems import LEVELS

    for finding in findings:
        level = translate(LEVELS[finding.level], session.language)
        print(PUNCTUATION[session.language].colon.join((level, finding.sentence(session.language))), file=sys.stderr)


def _what_would_change(form: str | None, output: Path | None, accepted: str | None) -> None:
    """Compare the release in force with a candidate release: as a table with --format or -o, else in sentences."""
    from reports.release_diff_table import as_json, as_sheet
    from results.comparison.release_diff import compare
    from results.quality.before_publishing import findings_of, needs_reason

    store = session.store()
    with progress(N_("Computing")), store.candidate() as candidate:
        in_force = store.release()
        try:
            found = compare(in_force, candidate)
            findings = findings_of(candidate, store)
        finally:
            if in_force:
                in_force.close()
    if form == "json":
        warnings = [finding.as_dict(session.language) for finding in findings]
        emit_json({**as_json(found), "warnings": warnings}, output)
    elif form is not None or output is not None:
        emit_sheet(as_sheet(found, session.language), form or "csv", output)
    else:
        for sentence in found.sentences(session.language):
            print_line(sentence)
        print_line(found.after)
    say_findings(findings)
    session.say(
        N_("Nothing is stored. To publish exactly this: biaochi publish --expect {release}"), release=found.after
    )
    if needs_reason(findings) and accepted is None:
        session.say(N_("The warnings need --accept-warnings REASON."))
        raise typer.Exit(WARNINGS)


@app.command(help=N_("List the rounds of the release in force."))
def rounds(release: ReleaseId = None, form: Format = "csv", output: Output = None) -> None:
    """`biaochi rounds`."""
    from data.store.round_status import STATUSES
    from results.fields import headers
    from results.labels import DATA_HEADER, DEMO
    from results.overview import round_rows

    check_form(form, output)
    with open_release(release) as chosen:
        rows = round_rows(chosen)
        if form == "json":
            return emit_json({"release": chosen.id, "demo": chosen.is_demo, "rows": rows}, output)
        mark = {"data": translate(DEMO, session.language)} if chosen.is_demo else {}
    words = [{**row, "status": translate(STATUSES[str(row["status"])], session.language), **mark} for row in rows]
    titles = headers("rounds") | dict.fromkeys(mark, DATA_HEADER)
    emit_rows(words, titles, N_("Rounds of the release"), form, output)


@app.command(help=N_("List the uploads in force, and what was noted of their printed figures."))
def uploads(
    round_id: Annotated[str | None, typer.Option("--round", metavar="R", help=N_("Round, for instance 2025."))] = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi uploads`."""
    from results.fields import headers

    check_form(form, output)
    found = [upload for upload in session.store().uploads_in_force() if round_id in (None, upload.round_id)]
    rows = [row for upload in found for row in _upload_rows(upload)]
    if form == "json":
        return emit_json({"rows": rows}, output)
    emit_rows(rows, headers("uploads"), N_("Uploads in force"), form, output)


def _upload_rows(upload: "Upload") -> list[dict[str, str | int | float | bool | None]]:
    """Return a row for each note of an upload; one without a note has one row."""
    own: dict[str, str | int | float | bool | None] = {
        "upload": upload.upload_id,
        "kind": upload.kind,
        "round": upload.round_id,
        "file": "、".join(file.name for file in upload.files),
        "lines": upload.lines,
    }
    notes = [(note.file or own["file"], note.row, note.message(session.language)) for note in upload.notes]
    return [{**own, "file": file, "row": row, "note": note} for file, row, note in notes or [(own["file"], None, "")]]


@app.command(help=N_("List the releases and the changes of status, newest first."))
def releases(form: Format = "csv", output: Output = None) -> None:
    """`biaochi releases`."""
    from reports.history_table import as_json, as_sheet

    check_form(form, output)
    history = session.store().history()
    if form == "json":
        emit_json(as_json(history), output)
    else:
        emit_sheet(as_sheet(history, session.language), form, output)


@app.command(help=N_("Put an older release back in force."))
def rollback(
    release: Annotated[str, typer.Argument(metavar="RELEASE")],
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the history."))],
) -> None:
    """`biaochi rollback`."""
    before = session.store().in_force()
    wait_for_second("roll_back", "rollback", reason, release=session.store().find(release))
    found = session.store().rollback(release, reason)
    if found == before:
        session.say(N_("Nothing changed: this release is in force already."))
    print_line(found)


@app.command(help=N_("Withdraw a single upload; its file is kept, and the results change with the next publication."))
def withdraw(
    upload: Annotated[str, typer.Argument(metavar="UPLOAD", help=N_("Number or id, as “biaochi uploads” lists it."))],
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the history."))],
) -> None:
    """`biaochi withdraw`."""
    found = session.store().withdraw(upload, reason)
    names = translate(N_("{name} (round {round})"), session.language)
    names = names.format(name=join([file.name for file in found.files], session.language), round=found.round_id)
    session.say(N_("Withdrawn: {upload}. It counts until “biaochi publish” has been run."), upload=names)
    print_line(found.upload_id)


@app.command(help=N_("Clear a trial round; its files are kept."))
def clear(
    round_id: Annotated[str, typer.Argument(metavar="ROUND")],
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the history."))],
) -> None:
    """`biaochi clear`."""
    name = checked_round(round_id)
    with progress(N_("Computing")):
        in_force = session.store().clear(name, reason)
    session.say(N_("The trial round {round} is cleared."), round=name)
    if in_force:
        print_line(in_force)
    else:
        session.say(N_("Nothing is published any more."))


@app.command(help=N_("Show the status of a round, or set a new status."))
def status(
    round_id: Annotated[str, typer.Argument(metavar="ROUND")],
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help=N_("draft, trial, final, announced or withdrawn"))
    ] = None,
    reason: Annotated[str, typer.Option(help=N_("Why; kept in the history."))] = "",
    notice_days: Annotated[
        int | None, typer.Option(metavar="N", help=N_("Calendar days of the public notice, when announcing."))
    ] = None,
    objection_days: Annotated[
        int | None, typer.Option(metavar="N", help=N_("Working days to raise objections, when announcing."))
    ] = None,
    although: Annotated[
        str, typer.Option(metavar="REASON", help=N_("Announced before the term of objections ends; why."))
    ] = "",
) -> None:
    """`biaochi status`."""
    from access.roles import status_action
    from data.store.history import local_time
    from data.store.round_status import CHINESE, DRAFT, PERMITS, STATUSES

    store, name = session.store(), checked_round(round_id)
    if name not in store.rounds() and not any(event.round == name for event in store.history()):
        session.say(N_("The round {round} holds no uploads."), round=name)
    if new is not None:
        wanted = CHINESE.get(new, new)
        periods = _periods(new, notice_days, objection_days)
        given = {"periods": asdict(periods)} if periods else {}
        wait_for_second(
            status_action(wanted), "status", reason, round_id=name, status=wanted, although=although, **given
        )
        first = store.set_status(name, wanted, reason, periods, although=although)
        if first:
            session.say(N_("Nothing changed: the round has this status already."))
    found = store.status(name)
    print_line(translate(STATUSES[found.code], session.language))
    plain = found.given is None and found.code == DRAFT
    session.say(N_("Nobody has given the round a status: uploads are free.") if plain else PERMITS[found.code])
    if found.given:
        time, who = local_time(found.given.time), found.given.user
        session.say(N_("Set by {user} at {time}: {note}"), user=who, time=time, note=found.given.note)


def _periods(new: str, notice_days: int | None, objection_days: int | None) -> "Periods":
    """Return the periods of an announcement: as given, else the usual ones of the settings."""
    from data.model.working_days import Periods
    from data.store.round_status import ANNOUNCED, CHINESE

    given = [days for days in (notice_days, objection_days) if days is not None]
    if given and CHINESE.get(new, new) != ANNOUNCED:
        raise CommandError(N_("--notice-days and --objection-days go with the status announced."))
    usual = settings.load()
    notice = usual.notice_days if notice_days is None else notice_days
    objection = usual.objection_days if objection_days is None else objection_days
    return Periods(notice, objection, stated=bool(given))
