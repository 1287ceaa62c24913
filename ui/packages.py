"""Other files of a round: bundles, public page and verification kit, each created on request."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from data.model.progress import Progress
from data.store.audit_log import INTERNAL_BUNDLE, KIT, PAGE, PUBLIC_BUNDLE, kits_noted, log_export
from data.store.public_sets import kept_sets, noted
from data.store.release import Round
from errors import BiaochiError
from formats.document import Form
from i18n import N_
from reports.notice_parts import NoticeParts
from reports.public_parts import PublicParts, to_mend
from reports.verification_kit import kits_digest
from results.contributions import Scheme
from ui import cached, downloads, layout
from ui.i18n import _, language
from ui.notice import ask_notice

if TYPE_CHECKING:
    from reports.public_export import PublicExport

FILES = {
    "internal": (N_("Make the internal bundle"), N_("Download the internal bundle")),
    "public": (N_("Make the public bundle"), N_("Download the public bundle")),
    "page": (N_("Make the public page"), N_("Download the public page")),
    "data": (N_("Make the data of the page"), N_("Download the data of the page")),
    "codebook": (N_("Make the codebook"), N_("Download the codebook")),
}
LOGGED = {"internal": INTERNAL_BUNDLE, "public": PUBLIC_BUNDLE, "page": PAGE, "data": PAGE, "codebook": PAGE}
ENDINGS = {"internal": "zip", "public": "zip", "page": "html", "data": "csv", "codebook": "csv"}
KIT_LABELS = (N_("Make the verification kit (internal)"), N_("Download the verification kit"))


def offer(round_: Round, form: Form, schemes: Sequence[Scheme] = ()) -> None:
    """Offer the bundles and the public page of a round. schemes : whose measures of the year go into the bundle."""
    st.caption(
        _(
            "The internal bundle contains the full results of the round, its bulletin, and all imported tables "
            "except ballots. The public page and bundle are for publication: small numbers are withheld, and so "
            "are numbers from which they could be calculated."
        )
    )
    for sentence in _withheld_over_time(round_, _public_before(round_), language()):
        st.info(sentence)
    notice = ask_notice()
    for sentence in to_mend(PublicParts(notice), language()):
        st.caption(layout.plain(sentence))
    with st.container(horizontal=True):
        for name, labels in FILES.items():
            asked = (
                round_.release.id,
                round_.id,
                round_.status,
                round_.head,
                language(),
                form if name == "internal" else notice,
            )
            with st.container(width="content"):
                downloads.on_request(
                    f"file_{name}",
                    (_(labels[0]), _(labels[1])),
                    asked,
                    partial(_make, name, round_, language(), form, notice, schemes),
                    f"{name}-{round_.id}",
                    ENDINGS[name],
                    _log_download(
                        f"{LOGGED[name]} {round_.id}",
                        round_,
                        _note(name, round_),
                        _of_schemes(name, round_, notice, schemes),
                    ),
                    right="internal" if name == "internal" else "public",
                )


def _public_before(round_: Round) -> tuple[str, ...]:
    return tuple(kept.digest for kept in kept_sets(cached.store().path, round_.id))


@cached.answers(32)
def _withheld_over_time(round_: Round, before: tuple[str, ...], words: str) -> list[str]:
    """Return what the public files will withhold because of `before`, or why none can be written."""
    from reports.public_export import prepare

    if not before:
        return []  # the first page of a round is judged alone
    try:
        return prepare(cached.store(), round_).sentences(words)
    except BiaochiError as refusal:
        return refusal.sentences(words)


def offer_kit(round_: Round, code: str) -> None:
    """Offer the verification kit of a unit, which recomputes score, places and verdict without this product."""
    downloads.on_request(
        "file_kit",
        (_(KIT_LABELS[0]), _(KIT_LABELS[1])),
        (round_.release.id, round_.id, round_.status, round_.head, code),
        partial(_make_kit, round_, code),
        f"kit-{round_.id}-{code}",
        "zip",
        _log_download(f"{KIT} {code} {round_.id}", round_, lambda: kits_noted(kits_digest(round_))),
        right="kit",
    )


def _make(
    name: str,
    round_: Round,
    words: str,
    form: Form,
    notice: NoticeParts,
    schemes: Sequence[Scheme],
    tell: Progress,
    stopped: Callable[[], bool],
) -> bytes:
    """Create the file; runs in the thread of a job."""
    from reports.bundle import changes_since, internal_bundle
    from reports.public_export import prepare
    from results.ranking.what_if import what_if

    tell(0.1, N_("Computing"))
    if name != "internal":
        export = prepare(cached.store(), round_, notice, schemes if name in ("page", "public") else ())
        content = _public(export, name, words)
        export.keep(cached.store())
        return content
    found = changes_since(round_, partial(what_if, cached.store()))
    return internal_bundle(round_, words, changes_found=found, schemes=schemes, form=form, progress=tell)


def _public(export: "PublicExport", name: str, words: str) -> bytes:
    if name == "page":
        return export.page()
    if name == "public":
        return export.bundle(words)
    return export.table(words) if name == "data" else export.codebook(words)


def _make_kit(round_: Round, code: str, tell: Progress, stopped: Callable[[], bool]) -> bytes:
    from reports.verification_kit import kit_bytes

    tell(0.1, N_("Computing"))
    return kit_bytes(round_, code)


def _log_download(
    what: str, round_: Round, note: Callable[[], str], further: Callable[[str, str], None] | None = None
) -> Callable[[str], None]:
    """Log the download. note: returns the digest that binds it to others. Runs on the click, outside the page.

    further: logs what else left with the file, given its SHA-256 and who took it.
    """
    store, who = cached.store().path, layout.user()

    def tell(sha256: str) -> None:
        if further is not None:
            further(sha256, who or "")
        about = {"release": round_.release.id, "round_id": round_.id, "note": note()}
        log_export(store, what, sha256=sha256, who=who or "", **about)

    return tell


def _of_schemes(
    name: str, round_: Round, notice: NoticeParts, schemes: Sequence[Scheme]
) -> Callable[[str, str], None] | None:
    """Return what logs the measures of the schemes that leave with the page or the public bundle."""
    if name not in ("page", "public") or not notice.measures:
        return None
    store = cached.store()

    def tell(sha256: str, who: str) -> None:
        from reports.public_parts import log_measures, measures_of

        log_measures(store, round_.release, measures_of(store, round_, schemes), sha256, who)

    return tell


def _note(name: str, round_: Round) -> Callable[[], str]:
    """Return what names the set of a public file, which was kept with the file; '' for an internal file."""
    return (lambda: "") if name == "internal" else partial(_note_of_set, cached.store().path, round_)


def _note_of_set(store: Path, round_: Round) -> str:
    from reports.public_facts import set_of

    kept = (one for one in kept_sets(store, round_.id) if set_of(one.content).release == round_.release.id)
    return next((noted(one.digest) for one in kept), "")
