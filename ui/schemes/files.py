"""Documents and files of the page of a scheme."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from formats.document import Document, Form
from formats.spreadsheet import Sheet
from results.contributions import Chosen
from ui import documents as papers
from ui import downloads
from ui.i18n import _, language


def documents(chosen: Chosen, known: Mapping[str, Callable[[Any, str, Form], Document]]) -> None:
    """Let the user pick a document; show it and offer it as PDF and Word. known : `DOCUMENTS` of the scheme."""
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
    made = known[kind](chosen, language(), papers.ask_form())
    papers.preview(made)
    papers.offer_of(made, chosen.registers.release, period_of(chosen))


def tables(chosen: Chosen, sheet: Callable[[], Sheet]) -> None:
    """Offer the measures of the page as a workbook and as CSV. sheet : built on the click."""
    asked = chosen.asked
    depends = (asked.as_of.isoformat(), period_of(chosen), chosen.place, chosen.unit)
    downloads.table(f"scheme-{chosen.scheme.name}", chosen.registers.release, sheet, depends=depends)


def period_of(chosen: Chosen) -> str:
    """Return the period as part of the name of a file."""
    period = chosen.asked.period
    return f"{period.first.isoformat()}-{period.last.isoformat()}"
