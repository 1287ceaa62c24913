"""Whether the store can be trusted: recompute, verify, make again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import CHECK_FAILED, progress, session
from cli.output import print_line
from errors import StoreDamagedError
from i18n import N_, translate

ACCOUNT_DIFFERS = N_(
    "Account {name}: the log has the role {logged}, the file of accounts {found}. Somebody changed the file by hand; "
    "give the role again with “biaochi user role”, or remove the account."
)
TOKEN_DIFFERS = N_(
    "Token {name}: the log has {logged}, the file of tokens {present}. Somebody changed the file by hand; revoke the "
    "token with “biaochi token revoke” and add another."
)

if TYPE_CHECKING:
    from data.store.verify import Damage


@app.command(help=N_("Recompute a release from the stored evidence and compare every table."))
def replay(release: Annotated[str, typer.Argument(metavar="RELEASE")]) -> None:
    """`biaochi replay`."""
    from data.store.replay import replay as recompute

    with progress(N_("Computing")):
        differences = [*recompute(session.store(), release), *_register_differs(release)]
    _answer(differences, N_("Equal: every table is the same, byte for byte."))


def _register_differs(prefix: str) -> "list[Damage]":
    """Return where the register of objections gives other corrected figures than the release."""
    from data.store.objections import corrections_to
    from data.store.verify import Damage
    from results.comparison.reviewed_figures import contradicted

    store = session.store()
    release = store.open_release(prefix)
    try:
        units = [unit for kept in corrections_to(store, release.id) for unit in contradicted(kept, release)]
    finally:
        release.close()
    return [
        Damage("Register of objections: its corrected figures of {unit} are others.", {"unit": unit}) for unit in units
    ]


@app.command(help=N_("Verify every checksum of the store."))
def check() -> None:
    """`biaochi check`."""
    from data.store.verify import check as verify

    with progress(N_("Checking")):
        damaged = verify(session.store())
    _answer([*damaged, *_of_accounts()], N_("Sound: every checksum holds."))


def _of_accounts() -> "list[Damage]":
    """Return where the files of accounts and tokens are not as the log has them: somebody changed them by hand."""
    from access.accounts import AccountError, differing, states_logged
    from access.tokens import differing_tokens, token_states_logged
    from data.store.audit_log import read_log
    from data.store.verify import Damage

    chosen = session.settings
    if not chosen.login or (session.named and not chosen.accounts.is_dir()):
        return []  # a store that was moved has its accounts elsewhere
    try:
        log = read_log(session.path)
        states = states_logged((entry.what, entry.note) for entry in log if entry.action == "account")
        found = differing(chosen.accounts, states)
        kept = token_states_logged((entry.what, entry.note) for entry in log if entry.action == "token")
        tokens = differing_tokens(chosen.accounts, kept)
    except StoreDamagedError:
        return []  # reported already
    except AccountError as refusal:
        return [Damage(refusal.message, refusal.facts)]
    of_accounts = [
        Damage(ACCOUNT_DIFFERS, {"name": name, "logged": logged or "–", "found": now or "–"})
        for name, logged, now in found
    ]
    of_tokens = [
        Damage(TOKEN_DIFFERS, {"name": name, "logged": logged or "–", "present": now or "–"})
        for name, logged, now in tokens
    ]
    return [*of_accounts, *of_tokens]


@app.command(help=N_("Rebuild damaged or missing derived files from the stored originals."))
def rebuild() -> None:
    """`biaochi rebuild`."""
    from data.store.replay import rebuild as make_again

    with progress(N_("Computing")):
        rebuilt = make_again(session.store())
    for name in rebuilt.made:
        session.say(N_("Rebuilt: {name}"), name=name)
    _answer(rebuilt.left, N_("Sound: every derived file is as it was."))


def _answer(findings: "Sequence[Damage]", fine: str) -> None:
    """Print the findings and exit with 1; without findings print that all is well."""
    if findings:
        for finding in findings:
            print_line(finding.sentence(session.language))
        raise typer.Exit(CHECK_FAILED)
    print_line(translate(fine, session.language))
