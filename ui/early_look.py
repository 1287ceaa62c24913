"""Parts of the page of early looks: the rounds that are open, a look at a click, and what it may say."""

import pandas as pd
import streamlit as st

from data.store.round_status import DRAFT, TRIAL
from errors import BiaochiError
from i18n import N_, PUNCTUATION
from results.evidence.early_look import Look, caution, early_look, headline
from ui import address, cached, layout, printing
from ui.grids import whole
from ui.i18n import _, language

METHOD = N_(
    "Each pair of units has a p-value that holds at every look at once (a mixture over effects of 5% of the range of "
    "scores, half-normal; Robbins 1970, Waudby-Smith and others 2024). Bonferroni over the units that would have to be "
    "wrong, then Holm over all units. In the tests, with 20 looks a round, at most 5% of rounds had a false statement "
    "at any look. The price is width: a difference has to be 1.3 to 1.5 times as large as at a single look. The number "
    "of votes still needed enlarges the votes so far with all differences kept; it is no forecast and carries no level."
)
ABOUT = N_(
    "Look as often as you like: a statement holds at every look. Names stay hidden until the round is finalised, since "
    "a name that leaks early moves the votes still to come. Every look is entered in the log."
)
VOTES = ("ballots", "counts")
"""Kinds of uploads that have votes."""


def open_rounds() -> list[str]:
    """Return the rounds with votes whose ballots may still come in, newest first, published or not."""
    store = cached.store()
    if not store.path.exists():
        return []
    voted = {upload.round_id for upload in store.uploads_in_force() if upload.kind in VOTES}
    return [name for name in sorted(voted, reverse=True) if store.status(name).code in (DRAFT, TRIAL)]


def choose(rounds: list[str]) -> str:
    """Return the round in the address, else the newest; a choice changes the address."""
    return address.choose("round", rounds, st.selectbox, _("Round"), str, width=220)


def show(round_id: str) -> None:
    """Offer a look at a round and show what the last look of this session says."""
    st.markdown(_(ABOUT))
    key = f"early_{round_id}"
    if st.button(_("Look now"), key="look", type="primary"):
        with st.spinner(_("Counting the ballots that are in…")):
            try:
                st.session_state[key] = early_look(cached.store(), round_id, layout.user() or "")
            except BiaochiError as refusal:
                st.session_state.pop(key, None)
                layout.show_refusal(refusal)
    found: list[Look] = st.session_state.get(key, [])
    if found:
        _show_looks(found)


def _show_looks(found: list[Look]) -> None:
    st.markdown("**" + layout.plain(headline(found, language())) + "**")
    for look in found:
        parts = filter(None, (look.sentence(language()), look.outlook(language())))
        st.markdown("- " + layout.plain(PUNCTUATION[language()].gap.join(parts)))
    shown = pd.DataFrame(
        {
            _("Category"): [layout.category_name(look.category) for look in found],
            _("Votes"): whole(look.votes for look in found),
            _("Places at the bottom"): whole(look.places for look in found),
            _("Places decided"): whole(look.confirmed for look in found),
            _("Units cleared"): whole(look.cleared for look in found),
            _("Units undecided"): whole(look.undecided for look in found),
            _("Votes for all places"): whole(look.needed for look in found),
        }
    )
    printing.grid(shown, hide_index=True, key="early", alt=_("Early look"))
    st.caption(layout.plain(caution(found, language())))
    with st.expander(_("For the statistician")):
        st.markdown(layout.plain(_(METHOD)))
