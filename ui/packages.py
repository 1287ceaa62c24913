"""Other files of a round: bundles, public page and verification kit, each created on request."""

from functools import partial

import streamlit as st

from data.store.audit_log import INTERNAL_BUNDLE, KIT, PAGE, PUBLIC_BUNDLE, log_export
from i18n import N_
from reports.documents import Signature
from ui import cached, downloads, layout
from ui.i18n import _, language

FILES = {
    "internal": (N_("Make the internal bundle"), N_("Download the internal bundle")),
    "public": (N_("Make the public bundle"), N_("Download the public bundle")),
    "page": (N_("Make the public page"), N_("Download the public page")),
}
LOGGED = {"internal": INTERNAL_BUNDLE, "public": PUBLIC_BUNDLE, "page": PAGE}
KIT_LABELS = (N_("Make the verification kit (internal)"), N_("Download the verification kit"))


def offer(release, round_id: str, signature: Signature) -> None:
    """Offer the bundles and the public page of a round."""
    st.caption(
        _(
            "The internal bundle contains the full results of the round, its bulletin, and all imported tables "
            "except ballots. The public page and bundle are for publication: small numbers are withheld, and so "
            "are numbers from which they could be calculated."
        )
    )
    with st.container(horizontal=True):
        for name, labels in FILES.items():
            asked = (
                release.id,
                round_id,
                release.status(round_id),
                language(),
                signature if name == "internal" else "",
            )
            with st.container(width="content"):
                downloads.on_request(
                    f"file_{name}",
                    (_(labels[0]), _(labels[1])),
                    asked,
                    partial(_make, name, release, round_id, language(), signature),
                    f"{name}-{round_id}",
                    "html" if name == "page" else "zip",
                    _told(f"{LOGGED[name]} {round_id}", release, round_id),
                )


def offer_kit(release, round_id: str, code: str) -> None:
    """Offer the verification kit of a unit, which recomputes score, places and verdict without this product."""
    downloads.on_request(
        "file_kit",
        (_(KIT_LABELS[0]), _(KIT_LABELS[1])),
        (release.id, round_id, release.status(round_id), code),
        partial(_make_kit, release, round_id, code),
        f"kit-{round_id}-{code}",
        "zip",
        _told(f"{KIT} {code} {round_id}", release, round_id),
    )


def _make(name: str, release, round_id: str, words: str, signature: Signature, tell, stopped) -> bytes:
    """Create the file; runs in the thread of a job."""
    from reports.bundle import changes_since, internal_bundle, public_bundle
    from reports.public_page import public_page
    from results.ranking.what_if import what_if

    tell(0.1, N_("Computing"))
    if name == "page":
        return public_page(release, round_id)
    if name == "public":
        return public_bundle(release, round_id, words)
    found = changes_since(release, round_id, partial(what_if, cached.store()))
    return internal_bundle(release, round_id, words, changes_found=found, signed=signature, progress=tell)


def _make_kit(release, round_id: str, code: str, tell, stopped) -> bytes:
    from reports.verification_kit import kit_bytes

    tell(0.1, N_("Computing"))
    return kit_bytes(release, round_id, code)


def _told(what: str, release, round_id: str):
    """Log the download. Runs on the click, outside the page."""
    store, who = cached.store().path, layout.user()

    def tell(sha256: str) -> None:
        log_export(store, what, release=release.id, round_id=round_id, sha256=sha256, who=who or "")

    return tell
