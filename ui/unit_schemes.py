"""Section of the page of a unit: what all schemes say of it, as lanes over three years and as a table."""

from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from i18n import N_
from reports import unit_dossier as words_of
from results.unit_dossier import Dossier
from ui import charts, finished, layout, markup, tables
from ui.charts.lanes import lanes_chart
from ui.i18n import _, language

ALT = N_("Events of the unit by scheme, over three years; a line joins the events of one matter.")
CAPTION = N_(
    "Each lane is a scheme. Bars: places that the votes of a round allow, first place on top. A thin line joins what "
    "belongs to one matter. Dotted: the as-of day. What a scheme has no record of is not zero."
)
COLUMNS = ("scheme", "counted", "value", "base", "evidence", "period", "as_of", "release")
"""Value, base and evidence come before the days, so that a screen of 1,366 shows them without scrolling."""


def section(found: Dossier, depends: tuple[str, ...]) -> None:
    """Show the dossier of a unit over all schemes. depends : release and unit that it is of."""
    st.subheader(_("All schemes"))
    if len(found.events):
        charts.show_kept(depends, partial(_lanes, found), "lanes", _(ALT))
        markup.show(markup.source(depends[0][:16], len(found.events), _(CAPTION), of=markup.EVENTS))
    finished.part((*depends, "lines"), partial(_lines, found))


def _lanes(found: Dossier) -> go.Figure:
    events = found.events.assign(words=[_(str(text)) for text in found.events["words"]])
    lanes = {name: _(title) for name, title in found.lanes.items()}
    return lanes_chart(events, lanes, found.first, found.as_of)


def _lines(found: Dossier) -> None:
    lines = [words_of.cells(line, language()) for line in found.lines]
    heads = {name: _(words_of.HEADERS[name]) for name in COLUMNS}
    table = pd.DataFrame(lines, columns=list(heads)).rename(columns=heads)
    tables.written(table, _("Lines of the dossier of the unit."))
    for sentence in words_of.sentences(found, language()):
        finished.caption(layout.plain(sentence))
    finished.caption(layout.plain(_(words_of.INTERNAL)))
