"""What leaves the house: tables as files. The audit log is told first: what cannot be logged does not leave."""

import hashlib
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.answers import check_form, sheet_bytes, write
from cli.app import app
from cli.call import Category, Format, Output, Refusal, ReleaseId, Round, checked_round, progress, session
from cli.results import open_release
from words import N_, translate

if TYPE_CHECKING:
    from data.release import Release
    from results.changes import Changes


@app.command(help=N_("One table of a round as a file; what was imported comes back under its own headers."))
def export(
    table: Annotated[str, typer.Argument(metavar="TABLE", help=N_("ranking, bottom, changes, groups, ballots, …"))],
    round_id: Round,
    category: Category = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="ROUND", help=N_("Earlier round of the changes.")),
    ] = None,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi export`."""
    from results.exports import BALLOTS, TABLES

    check_form(form)
    if table not in TABLES:
        raise Refusal(N_("There is no table {table}. Known: {known}."), table=table, known=", ".join(TABLES))
    name = checked_round(round_id)
    with open_release(release) as chosen, progress(N_("Computing")):
        told = partial(_tell, chosen, table, name, form)
        if table == BALLOTS:
            return _ballots(chosen, name, form, output, told)
        content = _table(chosen, table, name, category, since, form)
        told(hashlib.sha256(content).hexdigest())
        write(content, output)


def _table(release: "Release", table: str, round_id: str, category: str | None, since: str | None, form: str) -> bytes:
    """The file of every table but the ballots."""
    from data.export import json_bytes
    from results.exports import CHANGES, as_json, changes_json, changes_sheet, export_sheet
    from results.record_sheets import NothingToExport

    try:
        if table == CHANGES:
            found = compared(release, round_id, category, since)
            if form == "json":
                return json_bytes(changes_json(release, found))
            return sheet_bytes(changes_sheet(release, found, session.language), form)
        if form == "json":
            return json_bytes(as_json(release, table, round_id, category))
        return sheet_bytes(export_sheet(release, table, round_id, session.language, category=category), form)
    except NothingToExport:
        raise _nothing(release, table, round_id) from None


def _nothing(release: "Release", table: str, round_id: str) -> Refusal:
    """The round has no such table; says which it has."""
    from results.exports import tables_of

    known = ", ".join(tables_of(release, round_id))
    return Refusal(
        N_("The round {round} of this release has no table {table}. It has: {known}."),
        table=table,
        round=round_id,
        known=known,
    )


def compared(release: "Release", round_id: str, category: str | None, since: str | None) -> "Changes":
    """The round against an earlier one; one category at a time, ALL for all as one."""
    from results.changes import TrialBesideFormal, changes
    from results.family import ALL
    from results.what_if import what_if

    older = [name for name in release.rounds() if name < round_id]
    before = since or next(iter(older), None)
    if before is None:
        raise Refusal(N_("There is no round before {round}. Name one with --from ROUND."), round=round_id)
    if before == round_id:
        raise Refusal(N_("Two different rounds are needed, not {round} twice."), round=round_id)
    try:
        return changes(
            release,
            before,
            round_id,
            category or ALL,
            lambda name, rules: what_if(session.store(), release, name, rules),
        )
    except TrialBesideFormal:
        raise Refusal(N_("One of the two rounds is a trial; it is not compared with formal ones.")) from None


def _ballots(release: "Release", round_id: str, form: str, output: Path | None, told: Callable[[str], None]) -> None:
    """All ballots of a round, written a piece at a time; the log is told of the SHA-256 of the file."""
    from data.ballot_file import ballot_file
    from data.export import Sheet, csv_pieces, json_bytes

    with ballot_file(release, round_id, "en" if form == "json" else session.language) as (headers, rows):
        if not headers:
            raise _nothing(release, "ballots", round_id)
        if form == "csv":
            return _pieces(csv_pieces(headers, rows), output, told)
        if form == "json":
            head = {"release": release.id, "round": round_id}
            content = json_bytes({**head, "rows": [dict(zip(headers, row, strict=True)) for row in rows]})
        else:
            facts = [(translate(N_("Release"), session.language), release.id)]
            title, about = (translate(word, session.language) for word in (N_("Ballots"), N_("About")))
            content = sheet_bytes(Sheet(title, headers, list(rows), facts, about), form)
    told(hashlib.sha256(content).hexdigest())
    write(content, output)


def _pieces(pieces: Iterable[bytes], output: Path | None, told: Callable[[str], None]) -> None:
    """Write piece by piece; a file that could not be finished, or of which the log could not be told, does not stay."""
    digest = hashlib.sha256()
    try:
        target = sys.stdout.buffer if output is None else output.open("wb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise Refusal(N_("The file {path} cannot be written."), path=output) from None
    try:
        for piece in pieces:
            target.write(piece)
            digest.update(piece)
        told(digest.hexdigest())
    except BaseException:
        if output is not None:
            target.close()
            output.unlink(missing_ok=True)
        raise
    if output is not None:
        target.close()


def _tell(release: "Release", table: str, round_id: str, form: str, digest: str) -> None:
    from data.audit import log_export

    log_export(session.path, f"{table}.{form}", release=release.id, round_id=round_id, sha256=digest)
