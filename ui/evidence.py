"""Classes of units on the ranking page."""

from functools import partial

import pandas as pd
import streamlit as st

from data.store.release import Round
from formats.spreadsheet import Sheet
from i18n import N_
from reports.evidence_table import classes_sheet
from results.evidence.classes import about, class_table, headline, meanings, word_of
from results.missing import named_rows
from ui import ballot_trust, downloads, layout, printing
from ui.grids import from_texts, whole
from ui.i18n import _, language

METHOD = N_(
    "The best rank of each simultaneous rank set is at most the true rank of its unit, for all units of the category "
    "at once at the level of the rules. Classes are intervals of best ranks, so that no unit is in a lower class than "
    "its true rank deserves, wherever the cuts lie; the cuts are natural breaks (Fisher 1958), at most five classes. "
    "The promise is tried in simulated years of every scenario of the tests."
)


def show_classes(round_: Round, category: str | None, search: str) -> None:
    """Show the classes of each category with what they say, and the file."""
    table = class_table(round_, category)
    st.caption(layout.plain(about(round_.scored_rules.uncertainty.level, language())))
    for name, part in table.groupby("category", sort=True):
        st.subheader(layout.plain(layout.category_name(str(name))))
        if conclusion := headline(part, language()):
            st.markdown("**" + layout.plain(conclusion) + "**")
        for sentence in meanings(part, language()):
            st.markdown(layout.plain(sentence))
        _show(part[layout.mentions(part, search)], str(name))
    ballot_trust.for_statisticians(METHOD)
    only = downloads.ask_for_filter(search)
    listed = table[layout.mentions(table, only)]
    holds = downloads.holds(round_.id, category or "", len(listed), only)
    sheet = partial(_sheet, round_, language(), category, tuple(listed["unit_code"]))
    downloads.table("classes", round_, sheet, depends=(category or "", only), holds=holds)


def _show(rows: pd.DataFrame, name: str) -> None:
    shown = pd.DataFrame(
        {
            _("Class"): [word_of(row) for row in named_rows(rows)],
            _("Unit"): rows["unit_name"].to_numpy(),
            _("Votes"): whole(rows["n"]),
            _("Better at least"): whole(rows["better_at_least"]),
        }
    )
    classes, formats = from_texts(shown[[_("Class")]])  # numbers, unless a class is a range
    shown = shown.assign(**classes)
    alt = _("Units by class.")
    printing.grid(shown, hide_index=True, key=f"classes_{name}", column_config=formats, alt=alt)


def _sheet(round_: Round, language: str, category: str | None, codes: tuple[str, ...]) -> Sheet:
    table = class_table(round_, category)
    return classes_sheet(round_, table[table["unit_code"].isin(codes)], language)
