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
from cli.output import check_binary, write
from cli.results import open_release, which_unit
from i18n import N_

if TYPE_CHECKING:
    from data.store.release import Round
    from formats.document import Form


@app.command(help=N_("Write the public page of a round, an HTML file for the government website."))
def public(
    round_id: RoundId,
    release: ReleaseId = None,
    output: Output = None,
) -> None:
    """`biaochi public`."""
    from data.store.audit_log import PAGE
    from reports.public_page import public_page

    with open_release(release) as chosen:
        with progress(N_("Computing")):
            page = public_page(chosen.round(round_id))
        _log_and_write(page, output, f"{PAGE} {round_id}", chosen.round(round_id))


@app.command(help=N_("Write the verification kit of a unit (internal), which recomputes its score, rank and verdict."))
def kit(
    code: Annotated[str, typer.Argument(metavar="UNIT")],
    round_id: RoundId,
    release: ReleaseId = None,
    output: Output = None,
) -> None:
    """`biaochi kit`."""
    from data.store.audit_log import KIT
    from reports.verification_kit import MemberNotFoundError, kit_bytes

    check_binary(output)
    with open_release(release) as chosen:
        try:
            with progress(N_("Computing")):
                content = kit_bytes(chosen.round(round_id), code)
        except MemberNotFoundError as error:
            session.say(error.message, **error.facts)
            raise which_unit(chosen, code, [round_id]) from None
        _log_and_write(content, output, f"{KIT} {code} {round_id}", chosen.round(round_id))


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
    from reports.bundle import changes_since, internal_bundle, public_bundle
    from results.ranking.what_if import what_if

    name = checked_round(round_id)
    if public and form != asked_form():
        raise CommandError(
            N_("The parts of a paper are for the internal bundle; the public bundle contains no paper to sign.")
        )
    check_binary(output)
    warning = ""
    with open_release(release) as chosen:
        with progress(N_("Computing")) as report:
            if public:
                content = public_bundle(chosen.round(name), session.language)
            else:
                found = changes_since(chosen.round(name), partial(what_if, session.store()))
                content = internal_bundle(
                    chosen.round(name), session.language, changes_found=found, form=form, progress=report
                )
                warning = fonts_here().warning(session.language)
        if warning:
            print(warning, file=sys.stderr)
        _log_and_write(content, output, f"{PUBLIC_BUNDLE if public else INTERNAL_BUNDLE} {name}", chosen.round(name))


def _log_and_write(content: bytes, output: Path | None, what: str, round_: "Round") -> None:
    """Log the file, then write it: what cannot be logged is not written."""
    from data.store.audit_log import log_export

    digest = hashlib.sha256(content).hexdigest()
    log_export(session.path, what, release=round_.release.id, round_id=round_.id, sha256=digest)
    write(content, output)
