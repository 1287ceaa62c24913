"""Page of assemblies: what every project raised, by source, against its budget, and what of it is spent."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from i18n import PUNCTUATION
from reports.measure_words import kilometres
from results import number_format
from schemes.assembly.accounts import SHOWN_SOURCES, projects_shown, sums_of, yuan
from schemes.assembly.words import PICTURE_WORDS, STATE_WORDS
from schemes.chosen import Chosen, attention, rows
from schemes.frame import records
from ui import layout
from ui import schemes as parts
from ui.charts.base import GREY, INK, label
from ui.i18n import _, language

GLANCE = ("with_quorum", "passed", "levies_reached", "posted")
LOOKS = {
    "集资": ("#0072B2", ""),
    "捐款": ("#56B4E9", "/"),
    "项目补助": ("#009E73", "x"),
    "集体": ("#E69F00", "\\"),
    "以资代劳": ("#CC79A7", "."),
    "其他": ("#C9CED4", "-"),
}
"""Colour and pattern of each source: a grey print shows which is which."""
MOST_SHOWN = 30  # projects; more could not be read at a projector
ROW, LONGEST_NAME = 52, 12
SCALE = {"zh": 1_000_000, "en": 100_000_000}
"""Fen of a unit of the axis: ten thousand yuan, as Chinese counts, and a million yuan."""
PROJECT_COLUMNS = ("project_no", "name", "place_code", "kind", "approved_on", "started_on", "accepted_on", "posted_on")
ENTRY_COLUMNS = ("entry_no", "project_no", "date", "direction", "source", "amount", "receipt")


def view(chosen: Chosen) -> None:
    """Show the page."""
    parts.glance(chosen, parts.kept(chosen, "rows", rows), GLANCE)
    shown = parts.kept(chosen, "projects", lambda asked: projects_shown(asked.frames, asked.asked.as_of))
    if len(shown):
        words = {name: _(text) for name, text in PICTURE_WORDS.items()}
        st.markdown(layout.plain(sum_line(shown, chosen.asked.as_of.isoformat(), words, language())))
        drawn = shown.tail(MOST_SHOWN)
        parts.picture(
            *(fund_chart(drawn, words), fund_table(drawn, words)),
            key="funds",
            alt=words["funds"],
            caption=words["funds_caption"],
        )
    parts.attention(chosen, parts.kept(chosen, "attention", attention))
    if "project" in chosen.frames:
        parts.register(chosen, "project", PROJECT_COLUMNS)
    if "fund_entry" in chosen.frames and not chosen.place:  # entries name their project, and no place
        parts.register(chosen, "fund_entry", ENTRY_COLUMNS)


def sum_line(shown: pd.DataFrame, day: str, words: Mapping[str, str], reader: str) -> str:
    """Return the sums over all projects: raised by source, spent, km of concrete and of gravel road."""
    sums = sums_of(shown)
    listed = PUNCTUATION[reader].listed.join(
        f"{words[source]} {yuan(sums[source])}" for source in SHOWN_SOURCES if sums[source]
    )
    return words["sums"].format(
        projects=number_format.count(len(shown)),
        raised=yuan(sums["raised"]),
        sources=listed,
        spent=yuan(sums["spent"]),
        concrete=kilometres(sums["concrete"]),
        gravel=kilometres(sums["gravel"]),
        day=day,
    )


def fund_table(shown: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of the picture: project, votes, money by source, budget, spent, state."""
    lines = []
    for row in records(shown):
        money = {words[source]: yuan(row[source]) for source in SHOWN_SOURCES if shown[source].any()}
        lines.append(
            {
                words["project"]: row["name"],
                words["length"]: length_words(row, words),
                words["votes"]: votes_words(row, words),
                words["raised"]: yuan(row["raised"]),
                **money,
                words["budget"]: yuan(row["budget"]) if row["budget"] else number_format.NONE,
                words["spent"]: yuan(row["spent"]),
                words["state"]: state_words(row),
            }
        )
    return pd.DataFrame(lines)


def length_words(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return kind and kilometres of a project."""
    kind = str(row["kind"] or "")
    return words["kind_length"].format(kind=kind, length=kilometres(row["metres"])) if row["metres"] else kind


def state_words(row: Mapping[str, Any]) -> str:
    """Return how far a project is, in the reader's language."""
    words = STATE_WORDS[str(row["state"])]
    return _(words)


def votes_words(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return yes of those present, and that the motion was not passed if so; a dash without a motion."""
    if row["result"] is None:
        return number_format.NONE
    counted = f"{row['yes']}/{row['present']}"
    return counted if row["result"] == "passed" else words["not_passed"].format(votes=counted)


def fund_chart(shown: pd.DataFrame, words: Mapping[str, str]) -> go.Figure:
    """Return a bar of receipts for each project, parted by source; a tick at the budget, a thick line for payments."""
    lines = records(shown)
    fig = go.Figure()
    for source in SHOWN_SOURCES:
        if shown[source].any():
            fig.add_trace(_bar(lines, source, words[source]))
    unit = SCALE[language()]
    ends = [(row["spent"] / unit, at + 0.34) for at, row in enumerate(lines)]
    fig.add_trace(
        go.Scatter(
            x=[x for spent, _at in ends for x in (0, spent, None)],
            y=[y for _spent, at in ends for y in (at, at, None)],
            mode="lines",
            line={"width": 6, "color": INK},
            name=words["spent"],
            hoverinfo="skip",
        )
    )
    budgets = [(row["budget"] / unit, at) for at, row in enumerate(lines) if row["budget"]]
    tick = {"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": "#D55E00"}}
    fig.add_trace(
        go.Scatter(
            x=[x for x, _at in budgets],
            y=[at for _x, at in budgets],
            mode="markers",
            marker=tick,
            name=words["budget"],
            hoverinfo="skip",
        )
    )
    return _laid_out(fig, lines, words)


def _bar(lines: list[dict[str, Any]], source: str, name: str) -> go.Bar:
    colour, pattern = LOOKS[source]
    return go.Bar(
        x=[row[source] / SCALE[language()] for row in lines],
        y=list(range(len(lines))),
        orientation="h",
        width=0.4,
        name=name,
        marker={
            "color": colour,
            "line": {"width": 1, "color": "white"},
            "pattern": {"shape": pattern, "fgcolor": "white", "size": 7, "solidity": 0.3, "fillmode": "overlay"},
        },
        hoverinfo="skip",
    )


def _laid_out(fig: go.Figure, lines: list[dict[str, Any]], words: Mapping[str, str]) -> go.Figure:
    """Place the names to the left, votes and state to the right, the earliest assembly on top."""
    names = [f"{label(str(row['name']), LONGEST_NAME)}<br>{length_words(row, words)}" for row in lines]
    for at, row in enumerate(lines):
        text = f"{votes_words(row, words)}<br>{state_words(row)}"
        fig.add_annotation(
            **{"x": 1, "xref": "paper", "xanchor": "left", "y": at, "text": text, "showarrow": False},
            **{"align": "left", "xshift": 6, "font": {"size": 11}},
        )
    fig.update_yaxes(
        **{"tickvals": list(range(len(lines))), "ticktext": names, "range": [len(lines) - 0.4, -0.6]},
        **{"showgrid": False, "zeroline": False, "tickfont": {"size": 12}},
    )
    fig.update_xaxes(
        **{"title": {"text": words["yuan"], "standoff": 4}, "rangemode": "tozero", "gridcolor": "#E4E8EC"},
        **{"tickformat": ",", "nticks": 5, "zerolinecolor": GREY},
    )
    legend = {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "traceorder": "normal"}
    fig.update_layout(
        **{"barmode": "stack", "height": max(330, ROW * len(lines) + 90), "legend": legend},
        margin={"l": 10, "r": 125, "t": 48, "b": 10},
    )
    return fig
