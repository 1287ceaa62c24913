"""Year cards of a round: for each category, whether it can rank and what would give more certainty."""

from collections.abc import Mapping

import streamlit as st

from i18n import PUNCTUATION
from results.ranking.statements import RELIABILITY, STATISTICIAN
from results.ranking.year_card import YearCard
from ui import layout, tables
from ui.i18n import _, language

PER_ROW = 2
MOST_CARDS = 8  # four rows; with more categories a single card is shown, of a chosen category


def show(cards: Mapping[str, YearCard], round_id: str) -> None:
    """Show a card for every category, or for a chosen category if there are many."""
    chosen = list(cards)
    if len(chosen) > MOST_CARDS:
        chosen = [st.selectbox(_("Category"), chosen, format_func=layout.category_name, key="card_category", width=420)]
    for start in range(0, len(chosen), PER_ROW):
        columns = st.columns(PER_ROW)
        for column, name in zip(columns, chosen[start : start + PER_ROW], strict=False):
            with column.container(border=True, height="stretch"):
                _card(name, cards[name], round_id)


def _card(name: str, card: YearCard, round_id: str) -> None:
    st.markdown(f"**{layout.plain(layout.category_name(name))}**")
    tiers = f"◆ {card.confirmed}　○ {card.undecided}　● {card.cleared}"
    st.markdown(
        f"### {tiers}", help=_("◆ confirmed at the bottom, ○ not enough evidence, ● confirmed not at the bottom")
    )
    st.markdown(layout.plain(card.sentence(language())))
    if card.ranked > 1:
        st.caption(layout.plain(PUNCTUATION[language()].gap.join(_facts(card))))
        if unknown := card.on_unknown(language()):
            st.caption(layout.plain(unknown))
        with st.expander(_(STATISTICIAN)):
            st.caption(_(RELIABILITY).format(share=tables.percent(card.reliability, 0)))
            for sentence in card.on_sites(language()):
                st.caption(layout.plain(sentence))
    query = {"category": name, "round": round_id, "lang": language()}
    layout.page_link("act/bottom.py", _("Bottom list"), query)


def _facts(card: YearCard) -> list[str]:
    """Return how well the data distinguish the scores, and what would improve it."""
    facts = [card.seen(language())]
    if card.more is not None:
        facts.append(card.more.sentence(language()))
    return facts
