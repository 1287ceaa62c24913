"""Documents and files of the page of a scheme."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from data.intake.free_text import hidden_text
from data.store.closing import closings
from data.store.history import user
from data.store.released_texts import LONGEST, newest_text, release_text, texts_until
from errors import BiaochiError
from formats.document import Document
from formats.spreadsheet import Sheet
from i18n import N_
from results.contributions import Chosen
from ui import cached, downloads, layout
from ui import documents as papers
from ui.i18n import _, language


def documents(
    chosen: Chosen,
    known: Mapping[str, Callable[..., Document]],
    items: Mapping[str, Callable[[Any], Mapping[str, str]]] = MappingProxyType({}),
    close: Callable[[str], object] | None = None,
) -> None:
    """Let the user pick a document; show it and offer it as PDF and Word.

    known, items : `DOCUMENTS` and `ITEMS` of the scheme; a document of items is about the item that the user picks.
    close : month -> closes it with the figures that its circular prints.
    """
    st.subheader(_("Documents"))
    kind = st.segmented_control(
        _("Document"),
        list(known),
        format_func=lambda name: _(chosen.scheme.document_word(name)),
        key=f"{chosen.scheme.name}_document",
        label_visibility="collapsed",
    )
    if kind is None:
        st.caption(_("Choose a document to see it and to make it as PDF or Word."))
        return
    item = _item(chosen, kind, items[kind](chosen)) if kind in items else ()
    made = known[kind](chosen, language(), papers.ask_form(), *item)
    papers.preview(made)
    papers.offer_of(made, chosen.registers.release, "-".join((period_of(chosen), *filter(None, item))))
    if kind == "month" and close is not None:
        _closing(chosen, close)


def _item(chosen: Chosen, kind: str, known: Mapping[str, str]) -> tuple[str]:
    """Return the item that a document is about; "" for all of them."""
    names = {"": _("All of the period"), **known}
    picked: str = st.selectbox(
        _("About"), list(names), format_func=names.__getitem__, key=f"{chosen.scheme.name}_{kind}_item"
    )
    return (picked,)


def _closing(chosen: Chosen, close: Callable[[str], object]) -> None:
    """Offer to close the month whose circular is shown, or say that it is closed."""
    period, store = chosen.asked.period, cached.store()
    month = f"{period.first:%Y-%m}"
    if month != f"{period.last:%Y-%m}":
        return
    closed = {own.month: own.time[:10] for own in closings(store, chosen.scheme.name)}
    if month in closed:
        st.caption(_("Closed on {day}: later documents say what has changed since.").format(day=closed[month]))
        return
    if st.button(_("Close the month"), key=f"{chosen.scheme.name}_close", help=_(CLOSING)):
        try:
            close(month)
        except BiaochiError as refusal:
            layout.show_refusal(refusal)
            return
        st.rerun()


CLOSING = N_("Keeps the figures as this circular prints them. Nothing is locked; later documents print corrections.")


def public_texts(chosen: Chosen, originals: Mapping[str, str], who: str) -> None:
    """Let two people release redacted texts of the posted list. originals : item -> its text as delivered."""
    store, scheme = cached.store().path, chosen.scheme
    released = texts_until(store, scheme.name, newest_text(store))
    with st.expander(_("Texts for the public list ({count} released)").format(count=len(released))):
        if not originals:
            st.caption(_("No entry of this list has been received in the year."))
            return
        item = st.selectbox(_("Entry"), list(originals), key=f"{scheme.name}_text_item")
        st.caption(_("As delivered, for internal use:"))
        st.text(originals[item] or "–")
        words = st.text_area(
            _("Redacted text"),
            value=released.get(item) or hidden_text(originals[item]),
            key=f"{scheme.name}_text_{item}",
            max_chars=LONGEST,
        )
        ticked = st.checkbox(
            _("I have read the text: nobody can be recognised by it."), key=f"{scheme.name}_tick_{item}"
        )
        second = st.text_input(_("Checked by (another person)"), key=f"{scheme.name}_text_second")
        release, take_back = st.columns([1, 3])
        if release.button(_("Release the text"), disabled=not (ticked and second.strip() and words.strip())):
            _release(scheme.name, item, words, who, second)
        if item in released and take_back.button(_("Take the text back"), disabled=not second.strip()):
            _release(scheme.name, item, "", who, second)


def _release(scheme: str, item: str, words: str, who: str, second: str) -> None:
    try:
        release_text(cached.store().path, scheme, item, words, who or user(), second)
    except BiaochiError as refusal:
        layout.show_refusal(refusal)
        return
    st.toast(_("Released.") if words else _("Taken back."))
    st.rerun()


def tables(chosen: Chosen, sheet: Callable[[], Sheet]) -> None:
    """Offer the measures of the page as a workbook and as CSV. sheet : built on the click."""
    asked = chosen.asked
    depends = (asked.as_of.isoformat(), period_of(chosen), chosen.place, chosen.unit)
    title = _(chosen.scheme.title) if language() == "zh" else ""
    downloads.table(f"scheme-{chosen.scheme.name}", chosen.registers.release, sheet, depends=depends, title=title)


def period_of(chosen: Chosen) -> str:
    """Return the period as part of the name of a file."""
    period = chosen.asked.period
    return f"{period.first.isoformat()}-{period.last.isoformat()}"
