"""Command `export`: tables as files. Each is recorded in the audit log first; what cannot be logged is not written."""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import Category, CommandError, Format, Output, ReleaseId, RoundId, checked_round, progress, session
from cli.output import check_form, check_output, parsed_date, sheet_bytes, write, writing_to
from cli.results import open_release
from i18n import N_, translate

if TYPE_CHECKING:
    from data.store.release import Round
    from results.comparison.year_on_year import Changes


@app.command(help=N_("Export a table of a round; imported tables keep their headers."))
def export(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help=N_("ranking, bottom, changes, groups, evaluators, ballots, …"))
    ],
    round_id: RoundId,
    category: Category = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="ROUND", help=N_("Earlier round of the changes.")),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=N_("State on this day, of a register that lives on."))
    ] = None,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi export`."""
    from data.model.books import is_book
    from data.store.records import LAST_DAY
    from reports.tables import BALLOTS, BY_CATEGORY, CHANGES, TABLES

    check_form(form, output)
    check_output(output)
    if table not in TABLES:
        raise CommandError(N_("There is no table {table}. Known: {known}."), table=table, known=", ".join(TABLES))
    if since is not None and table != CHANGES:
        raise CommandError(N_("--from ROUND is for the table changes."))
    if category is not None and table not in BY_CATEGORY:
        raise CommandError(N_("--category is for the tables: {known}."), known=", ".join(BY_CATEGORY))
    if as_of is not None and not is_book(table):
        raise CommandError(N_("--as-of is for registers whose rows live on, not for {table}."), table=table)
    day = parsed_date("--as-of", as_of).isoformat() if as_of else LAST_DAY
    name = checked_round(round_id)
    with open_release(release) as chosen, progress(N_("Computing")):
        if table == BALLOTS and form == "csv":
            return _long_ballots(chosen.round(name), output)
        if table == BALLOTS:
            content = _ballots(chosen.round(name), form)
        else:
            content = _table(chosen.round(name), table, category, since, form, day)
        _log(chosen.round(name), table, form, hashlib.sha256(content).hexdigest())
        write(content, output)


def _table(round_: "Round", table: str, category: str | None, since: str | None, form: str, as_of: str) -> bytes:
    """The file of every table but the ballots."""
    from formats.spreadsheet import json_bytes
    from reports.record_tables import NothingToExportError
    from reports.tables import CHANGES, as_json, changes_json, changes_sheet, export_sheet

    try:
        if table == CHANGES:
            found = compared_by_category(round_, category, since)
            if form == "json":
                return json_bytes(changes_json(round_.release, found, category))
            return sheet_bytes(changes_sheet(round_.release, found, session.language, category), form)
        if form == "json":
            return json_bytes(as_json(round_, table, category, as_of))
        return sheet_bytes(export_sheet(round_, table, session.language, category=category, as_of=as_of), form)
    except NothingToExportError:
        raise _nothing(round_, table) from None


def _nothing(round_: "Round", table: str) -> CommandError:
    """The round has no such table; says which it has."""
    from reports.tables import tables_of

    known = ", ".join(tables_of(round_))
    return CommandError(
        N_("The round {round} of this release has no table {table}. It has: {known}."),
        table=table,
        round=round_.id,
        known=known,
    )


def compared_by_category(round_: "Round", category: str | None, since: str | None) -> "list[Changes]":
    """Compare the round with an earlier round category by category, as every paper does; one category if it is named.

    All units of a round as one family gave another finding for 5 of 86 units than the papers of the same release.
    """
    from results.ranking.family import families

    if category is not None:
        return [compared(round_, category, since)]
    return [compared(round_, family.name, since) for family in families(round_)]


def compared(round_: "Round", category: str, since: str | None) -> "Changes":
    """Compare the round with an earlier round, in one category or in all together (ALL)."""
    from results.comparison.year_on_year import changes, round_before
    from results.ranking.what_if import what_if

    before = since or round_before(round_)
    if before is None:
        raise CommandError(N_("There is no round before {round}. Name one with --from ROUND."), round=round_.id)
    if before == round_.id:
        raise CommandError(N_("Two different rounds are needed, not {round} twice."), round=round_.id)
    return changes(
        round_.release.round(before),
        round_,
        category,
        lambda earlier, rules: what_if(session.store(), earlier, rules),
    )


def _ballots(round_: "Round", form: str) -> bytes:
    """All ballots of a round as JSON or as a workbook."""
    from formats.spreadsheet import Sheet, json_bytes
    from reports.ballots import ballot_file

    with ballot_file(round_, "en" if form == "json" else session.language) as (headers, rows):
        if not headers:
            raise _nothing(round_, "ballots")
        if form == "json":
            head = {"release": round_.release.id, "round": round_.id}
            return json_bytes({**head, "rows": [dict(zip(headers, row, strict=True)) for row in rows]})
        facts = [(translate(N_("Release"), session.language), round_.release.id)]
        title, about = (translate(word, session.language) for word in (N_("Ballots"), N_("About")))
        return sheet_bytes(Sheet(title, headers, list(rows), facts, about), form)


def _long_ballots(round_: "Round", output: Path | None) -> None:
    """Write all ballots of a round as CSV, piece by piece.

    A temporary file is completed first: its checksum must be in the log before the output begins, and an unfinished
    file must not replace an earlier output.
    """
    from formats.spreadsheet import csv_pieces
    from reports.ballots import ballot_file

    with tempfile.TemporaryFile() as complete:
        with ballot_file(round_, session.language) as (headers, rows):
            if not headers:
                raise _nothing(round_, "ballots")
            digest = _pieces(csv_pieces(headers, rows), complete)
        _log(round_, "ballots", "csv", digest)
        complete.seek(0)
        if output is None:
            sys.stdout.flush()
            shutil.copyfileobj(complete, sys.stdout.buffer)
            return
        with writing_to(output) as file:
            shutil.copyfileobj(complete, file)


def _pieces(pieces: Iterable[bytes], target: IO[bytes]) -> str:
    """Write piece by piece and return the SHA-256 of all pieces."""
    digest = hashlib.sha256()
    for piece in pieces:
        target.write(piece)
        digest.update(piece)
    return digest.hexdigest()


def _log(round_: "Round", table: str, form: str, digest: str) -> None:
    from data.store.audit_log import log_export

    log_export(session.path, f"{table}.{form}", release=round_.release.id, round_id=round_.id, sha256=digest)
