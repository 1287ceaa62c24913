"""Commands `public`, `kit` and `bundle`: packages of a round or unit, recorded in the audit log."""

import hashlib
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import CommandError, Output, ReleaseId, RoundId, checked_round, progress, session
from cli.form_options import asked_form, with_form
from cli.notice_options import asked_notice, with_notice
from cli.output import check_binary, check_choice, write
from cli.results import open_release, which_unit
from i18n import N_

if TYPE_CHECKING:
    from data.store.release import Round
    from formats.document import Form
    from reports.notice_parts import NoticeParts
    from reports.public_export import PublicExport


PUBLIC_FORMS = ("html", "csv", "codebook")


@app.command(help=N_("Write the public page of a round, an HTML file for the government website, or its data."))
@with_notice
def public(
    round_id: RoundId,
    release: ReleaseId = None,
    form: Annotated[
        str,
        typer.Option("--format", help=N_("html: the page; csv: its table of units; codebook: what the columns mean.")),
    ] = "html",
    nothing_later: Annotated[
        str | None,
        typer.Option(
            metavar="REASON", help=N_("After a restore: nothing became public after the backup, or it is here; why.")
        ),
    ] = None,
    output: Output = None,
    *,
    notice: "NoticeParts",
) -> None:
    """`biaochi public`."""
    from data.store.audit_log import PAGE
    from data.store.public_sets import state_nothing_later
    from reports.public_export import prepare
    from schemes import OTHER_SCHEMES

    check_choice("--format", form, PUBLIC_FORMS)
    with open_release(release) as chosen:
        if nothing_later is not None:
            for judged in (round_id, *(f"{scheme.name}-{round_id}" for scheme in OTHER_SCHEMES)):
                state_nothing_later(session.path, judged, nothing_later)
        with progress(N_("Computing")):
            export = prepare(session.store(), chosen.round(round_id), notice, OTHER_SCHEMES if form == "html" else ())
            content = _in_form(export, form)
        note = _kept(export, notice=form == "html")
        export.log_measures(session.store(), hashlib.sha256(content).hexdigest())
        _log_and_write(content, output, f"{PAGE} {round_id}", chosen.round(round_id), note)


def _in_form(export: "PublicExport", form: str) -> bytes:
    if form == "html":
        return export.page()
    return export.table(session.language) if form == "csv" else export.codebook(session.language)


def _kept(export: "PublicExport", *, notice: bool) -> str:
    """Say what is withheld because of earlier pages and which these are; keep the set, and return the note of it.

    notice : say as well what is missing in the notice.
    """
    from data.store.public_sets import noted

    for sentence in [*export.sentences(session.language), *(export.to_mend(session.language) if notice else [])]:
        print(sentence, file=sys.stderr)
    if export.earlier:
        session.say(N_("Public before it: {digests}"), digests=", ".join(export.earlier))
    return noted(export.keep(session.store()))


@app.command(help=N_("Write the verification kit of a unit (internal), which recomputes its score, rank and verdict."))
def kit(
    code: Annotated[str, typer.Argument(metavar="UNIT")],
    round_id: RoundId,
    release: ReleaseId = None,
    output: Output = None,
) -> None:
    """`biaochi kit`."""
    from data.store.audit_log import KIT, kits_noted
    from reports.verification_kit import MemberNotFoundError, kit_bytes, kits_digest

    check_binary(output)
    with open_release(release) as chosen:
        try:
            with progress(N_("Computing")):
                content = kit_bytes(chosen.round(round_id), code)
                note = kits_noted(kits_digest(chosen.round(round_id)))
        except MemberNotFoundError as error:
            session.say(error.message, **error.facts)
            raise which_unit(chosen, code, [round_id]) from None
        _log_and_write(content, output, f"{KIT} {code} {round_id}", chosen.round(round_id), note)


@app.command(help=N_("Pack a round into a ZIP: tables, bulletin, rule set and checksums, without ballots."))
@with_form
def bundle(
    round_id: RoundId,
    public: Annotated[bool, typer.Option("--public", help=N_("For everybody: small numbers are withheld."))] = False,
    release: ReleaseId = None,
    output: Output = None,
    *,
    form: "Form",
) -> None:
    """`biaochi bundle`."""
    from data.store.audit_log import INTERNAL_BUNDLE, PUBLIC_BUNDLE
    from formats.pdf import fonts_here
    from reports.bundle import changes_since, internal_bundle
    from reports.public_export import prepare
    from results.ranking.what_if import what_if
    from schemes import OTHER_SCHEMES

    name = checked_round(round_id)
    if public and form != asked_form():
        raise CommandError(
            N_(
                "--office and the other parts of a paper are for the internal bundle; the public bundle contains none "
                "to sign."
            )
        )
    check_binary(output)
    warning = note = ""
    with open_release(release) as chosen:
        with progress(N_("Computing")) as report:
            if public:
                export = prepare(session.store(), chosen.round(name), asked_notice(), OTHER_SCHEMES)
                content = export.bundle(session.language)
                note = _kept(export, notice=True)
                export.log_measures(session.store(), hashlib.sha256(content).hexdigest())
            else:
                recount = partial(what_if, session.store())
                found = changes_since(chosen.round(name), recount) if chosen.round(name).has_units else []
                content = internal_bundle(
                    chosen.round(name),
                    session.language,
                    changes_found=found,
                    schemes=OTHER_SCHEMES,
                    form=form,
                    progress=report,
                )
                warning = fonts_here().warning(session.language)
        if warning:
            print(warning, file=sys.stderr)
        what = f"{PUBLIC_BUNDLE if public else INTERNAL_BUNDLE} {name}"
        _log_and_write(content, output, what, chosen.round(name), note)


def _log_and_write(content: bytes, output: Path | None, what: str, round_: "Round", note: str = "") -> None:
    """Log the file, then write it: what cannot be logged is not written. note: the digest that binds it to others."""
    from data.store.audit_log import log_export

    digest = hashlib.sha256(content).hexdigest()
    log_export(session.path, what, release=round_.release.id, round_id=round_.id, sha256=digest, note=note)
    write(content, output)
