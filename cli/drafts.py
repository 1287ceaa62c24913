"""Unfinished uploads: list and discard them."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import CommandError, Format, Output, session
from cli.output import emit_rows
from i18n import N_, translate

if TYPE_CHECKING:
    from data.store.drafts import Draft
    from formats.spreadsheet import Cell


@app.command(help=N_("List the unfinished uploads of the upload page, or discard them."))
def drafts(
    discard: Annotated[str, typer.Option(metavar="ID", help=N_("Discard this unfinished upload."))] = "",
    discard_all: Annotated[bool, typer.Option("--discard-all", help=N_("Discard every unfinished upload."))] = False,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi drafts`."""
    from data.store.drafts import drafts as known
    from data.store.drafts import find_draft
    from results.fields import headers

    if discard and discard_all:
        raise CommandError(N_("Give either --discard ID or --discard-all."))
    if discard:
        return _discard([find_draft(session.path, discard)])
    if discard_all:
        return _discard(known(session.path))
    rows = [_row(draft, as_words=form != "json") for draft in known(session.path)]
    emit_rows(rows, headers("drafts"), N_("Unfinished uploads"), form, output)


def _discard(chosen: "list[Draft]") -> None:
    from data.store.drafts import discard_draft
    from data.store.history import user

    for draft in chosen:
        discard_draft(session.path, draft, user())
    session.say(N_("Unfinished uploads discarded: {count}."), count=len(chosen))


def _row(draft: "Draft", *, as_words: bool) -> "dict[str, Cell]":
    from data.model.contract import KIND_NAMES
    from data.store.history import local_time

    return {
        "draft": draft.draft_id,
        "kind": translate(KIND_NAMES[draft.kind], session.language) if as_words else draft.kind,
        "round": draft.round_id,
        "file": draft.name,
        "size": draft.size,
        "errors": draft.errors,
        "questions": draft.questions,
        "warnings": draft.warnings,
        "corrections": len(draft.options.edits) + len(draft.typed),
        "time": local_time(draft.time) if as_words else draft.time,
        "user": draft.user,
    }
