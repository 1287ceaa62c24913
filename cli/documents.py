"""What leaves the house as a document: the bulletin of a round and its parts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.answers import write
from cli.app import app
from cli.call import Output, Refusal, Round, check_files, progress, session
from cli.results import open_release
from words import N_, translate

if TYPE_CHECKING:
    from data.document import Document
    from data.release import Release
    from results.documents import Signature

FORMATS = ("pdf", "docx")
KINDS = ("bulletin", "ranking", "bottom", "unit", "changes")


@app.command(help=N_("The bulletin of a round, or a part of it, as PDF or as a Word file to be edited."))
def bulletin(
    round_id: Round,
    category: Annotated[str | None, typer.Option(metavar="C|ALL", help=N_("Category."))] = None,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help=N_("bulletin (the whole), ranking, bottom, unit or changes."))
    ] = "bulletin",
    unit: Annotated[str, typer.Option(metavar="CODE", help=N_("The unit of --kind unit."))] = "",
    against: Annotated[
        str, typer.Option(metavar="ROUND", help=N_("The earlier round of --kind changes; by default the one before."))
    ] = "",
    form: Annotated[str, typer.Option("--format", help=N_("pdf or docx; by default by the ending of the file."))] = "",
    template: Annotated[
        Path | None, typer.Option(metavar="FILE.docx", help=N_("The office's own Word template."))
    ] = None,
    office: Annotated[str, typer.Option(metavar="NAME", help=N_("Who signs, for the red head and the signature."))] = "",
    date: Annotated[str, typer.Option(metavar="DATE", help=N_("The date below the signature, as it is written."))] = "",
    release: Annotated[str | None, typer.Option(metavar="ID", help=N_("Release."))] = None,
    output: Output = None,
) -> None:
    """`biaochi bulletin`."""
    import hashlib

    from data.audit import log_export
    from results.documents import Signature

    chosen_form = _form(form, output, template)
    _check_kind(kind, unit)
    with open_release(release) as chosen:
        with progress(N_("Computing")):
            made = _document(chosen, kind, round_id, category, unit, against, Signature(office, date))
        with progress(N_("Typesetting")):
            content = _bytes(made, chosen_form, template)
        digest = hashlib.sha256(content).hexdigest()
        name = output.name if output else chosen_form
        log_export(session.path, f"{kind} {name}", release=chosen.id, round_id=round_id, sha256=digest)
    write(content, output)


def _form(form: str, output: Path | None, template: Path | None) -> str:
    """pdf or docx: as asked for, else by the file's ending, else by whether a template is given."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    found = form or (ending if ending in FORMATS else "") or ("docx" if template else "pdf")
    if found not in FORMATS:
        raise Refusal(N_("--format should be one of: {known}."), known=", ".join(FORMATS))
    if template is not None:
        if found != "docx":
            raise Refusal(N_("--template is for --format docx."))
        check_files([template])
    if output is None:
        import sys

        if sys.stdout.isatty():
            raise Refusal(N_("A document is not shown on a terminal; name a file with -o FILE."))
    return found


def _check_kind(kind: str, unit: str) -> None:
    if kind not in KINDS:
        raise Refusal(N_("--kind should be one of: {known}."), known=", ".join(KINDS))
    if (kind == "unit") != bool(unit):
        raise Refusal(N_("--unit CODE goes with --kind unit, and --kind unit needs it."))


def _document(
    release: "Release", kind: str, round_id: str, category: str | None, unit: str, against: str, signed: "Signature"
) -> "Document":
    from results.documents import bottom_list, bulletin, findings, full_ranking

    found = findings(release, round_id, category)
    if not found.lists:
        raise Refusal(N_("The round {round} holds a register but no votes yet."), round=round_id)
    language = session.language
    if kind == "unit":
        return _dossier(release, round_id, unit, language, signed)
    if kind == "changes":
        return _changes(release, round_id, against, category, language, signed)
    write_up = {"bulletin": bulletin, "ranking": full_ranking, "bottom": bottom_list}[kind]
    return write_up(found, language, signed)
