"""biaochi recount: draw, enter, status. The list of a category against its paper sheets."""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.app import app
from cli.context import CommandError, Format, Output, RoundId, check_files, session
from cli.output import check_form, emit_rows
from cli.results import open_release
from i18n import N_

recount_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(recount_app, name="recount", help=N_("Recount of paper sheets: draw, enter, status."))

OneCategory = Annotated[str, typer.Option("--category", metavar="C", help=N_("Category."))]
DRAWN, ENTERED = "recount drawn", "recount entered"


@recount_app.command("draw", help=N_("Draw the sheets to be read, by a public seed: the release and thrown dice."))
def draw(
    round_id: RoundId,
    category: OneCategory,
    dice: Annotated[str, typer.Option("--dice", metavar="NUMBERS", help=N_("Numbers thrown before witnesses."))],
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi recount draw`."""
    from data.store.audit_log import log_action
    from results.evidence.recount import recount_of

    check_form(form, output)
    if not re.fullmatch(r"\d+([-\s,，、]+\d+)*", dice.strip()):
        raise CommandError(N_("--dice needs the numbers that were thrown, such as 3-5-1-6-2-4."))
    with open_release(None) as release:
        found = recount_of(release.round(round_id), category)
        order = sorted(found.sheets.tolist()) if found.counts_all else found.order(_seed(release.id, dice))
        facts = {"category": category, "dice": dice.strip(), "needed": found.needed, "tickets": found.by_group}
        note = json.dumps(facts, ensure_ascii=False)
        log_action(session.path, DRAWN, f"recount {category}", release=release.id, round_id=round_id, note=note)
        rows: list[dict[str, Any]] = [
            {"draw": number, "ballot_id": str(sheet)} for number, sheet in enumerate(order, 1)
        ]
        session.say("{sentence}", sentence=found.sentence(session.language))
        if tickets := found.tickets_in_words(session.language):
            session.say("{sentence}", sentence=tickets)
    emit_rows(rows, {"draw": N_("Draw"), "ballot_id": N_("Number of the sheet")}, N_("Recount"), form, output)


@recount_app.command("enter", help=N_("Judge a file of what was read on the drawn sheets: 票号, 参评单位, 评价."))
def enter(file: Annotated[Path, typer.Argument(metavar="FILE.csv")], round_id: RoundId, category: OneCategory) -> None:
    """`biaochi recount enter`."""
    from data.store.audit_log import log_action
    from results.evidence.recount import paper_of, read_sheets, recount_of

    check_files([file])
    content = file.read_bytes()
    with open_release(None) as release:
        drawn = _newest(DRAWN, release.id, round_id, category)
        if drawn is None:
            raise CommandError(N_("No sheets are drawn for this category and release yet: biaochi recount draw"))
        round_ = release.round(round_id)
        found = recount_of(round_, category)
        if found.is_weighted and drawn.get("tickets") != found.by_group:
            raise CommandError(
                N_("The sheets were drawn with other tickets. Draw again with the same dice: biaochi recount draw")
            )
        reading = read_sheets(found, paper_of(content, round_), _seed(release.id, str(drawn["dice"])))
        note = {"category": category, "read": reading.read, "risk": reading.risk, "more": reading.more}
        text, digest = json.dumps(note, ensure_ascii=False), hashlib.sha256(content).hexdigest()
        log_action(
            session.path,
            ENTERED,
            f"recount {category}",
            release=release.id,
            round_id=round_id,
            note=text,
            sha256=digest,
        )
        session.say("{sentence}", sentence=reading.sentence(category, session.language))


@recount_app.command("status", help=N_("Show what is drawn and read of each category, from the audit log."))
def status(round_id: RoundId, form: Format = "csv", output: Output = None) -> None:
    """`biaochi recount status`."""
    check_form(form, output)
    with open_release(None) as release:
        notes = _entries(DRAWN, release.id, round_id)
        rows: list[dict[str, Any]] = []
        for category in dict.fromkeys(str(note["category"]) for note in notes):
            drawn = _newest(DRAWN, release.id, round_id, category) or {}
            read = _newest(ENTERED, release.id, round_id, category) or {}
            row = {"category": category, "dice": drawn.get("dice"), "needed": drawn.get("needed")}
            rows.append({**row, "read": read.get("read", 0), "risk": read.get("risk"), "more": read.get("more")})
    headers = {"category": N_("Category"), "dice": N_("Dice"), "needed": N_("Sheets to read")}
    headers |= {"read": N_("Sheets read"), "risk": N_("Risk"), "more": N_("Sheets still to read")}
    emit_rows(rows, headers, N_("Recount"), form, output)


def _seed(release: str, dice: str) -> str:
    return f"{release} {' '.join(dice.split())}"


def _entries(action: str, release: str, round_id: str) -> list[dict[str, object]]:
    from data.store.audit_log import read_log

    found = [e for e in read_log(session.path) if (e.action, e.release, e.round) == (action, release, round_id)]
    return [json.loads(entry.note) for entry in found]


def _newest(action: str, release: str, round_id: str, category: str) -> dict[str, object] | None:
    return next((n for n in reversed(_entries(action, release, round_id)) if n["category"] == category), None)
