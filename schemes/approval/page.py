"""Page of risk assessments: the forest of the line, a row for each matter with what its survey proves."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from reports.measure_words import period_words
from results import number_format
from schemes.approval import documents
from schemes.approval.surveys import Forecast, forest, primary_surveys, questions, to_prove
from schemes.approval.words import PICTURE_WORDS as WORDS
from schemes.approval.words import QUESTION_WORDS, VERDICT_MARKS, forecast_sentence
from schemes.chosen import Chosen, attention, rows
from schemes.frame import NOT_RANDOM, Period, days, records
from ui import layout
from ui import schemes as parts
from ui.charts.base import GREY, INK, PALE, TIER_COLOURS, TIER_SYMBOLS, label, span
from ui.i18n import _, language

GLANCE = ("assessed", "line_met", "vetoed", "approved_without_proof")
LINES = ("met", "more_answers", "not_met", "no_result")
MOST_ROWS = 30
ROW = 34  # pixels: two lines of text
FONT = 11
TICKS = {"满意": "triangle-down-open", "支持": "line-ns-open", "信心": "triangle-up-open"}
COLUMNS = (
    *("assess_no", "name", "class", "unit_code", "population", "started_on", "level", "decision", "decided_on"),
    *("doc_no", "filed_on", "filing_no"),
)
VOLUNTEERS = "volunteers"


def view(chosen: Chosen) -> None:
    """Show the page."""
    figures = parts.kept(chosen, "rows", rows)
    parts.glance(chosen, figures, GLANCE)
    st.caption(layout.plain(lines_sentence(chosen, figures, parts.kept(chosen, "all", rows_of_all))))
    found = parts.kept(chosen, "forest", forest_of)
    if len(found):
        show_forest(chosen, found)
    parts.attention(chosen, parts.kept(chosen, "attention", attention))
    parts.register(chosen, "assessment", COLUMNS)


def word(code: str) -> str:
    """Return a word of the picture in the reader's language."""
    return _(WORDS[code])


def verdict_word(verdict: str) -> str:
    """Return a verdict in the reader's language."""
    return _(VERDICT_MARKS[verdict])


def rows_of_all(chosen: Chosen) -> pd.DataFrame:
    """Return the measures of all days up to the as-of day."""
    if "assessment" not in chosen.frames:
        return rows(chosen)
    started = days(chosen.frames["assessment"], "started_on").min()
    first = chosen.asked.period.first if pd.isna(started) else min(started.date(), chosen.asked.period.first)
    return rows(chosen.over(Period(first, max(chosen.asked.as_of, first))))


def lines_sentence(chosen: Chosen, figures: pd.DataFrame, in_all: pd.DataFrame) -> str:
    """Return what became of the line in the period, and the refusals of the period and of all days."""
    own, every = ({row["measure"]: row for row in records(table)} for table in (figures, in_all))
    period = chosen.asked.period
    facts = {name: number_format.count(own[f"line_{name}"]["value"] or 0) for name in LINES}
    return word("lines").format(
        period=period_words(period.first, period.last, language()),
        n=number_format.count(own["line_met"]["n"]),
        refused=number_format.count(own["vetoed"]["value"] or 0),
        decided=number_format.count(own["vetoed"]["n"]),
        refused_all=number_format.count(every["vetoed"]["value"] or 0),
        decided_all=number_format.count(every["vetoed"]["n"]),
        **facts,
    )


def forest_of(chosen: Chosen) -> pd.DataFrame:
    """Return the rows of the picture, with the shares of the three questions."""
    found = forest(chosen.frames, chosen.asked, chosen.settings) if "assessment" in chosen.frames else pd.DataFrame()
    if found.empty:
        return found
    asked = questions(chosen.frames, chosen.asked, chosen.settings)
    shares = {
        (row["assess_no"], row["question"]): int(row["yes"]) / int(row["n"]) for row in records(asked) if row["n"]
    }
    ticks = {name: _numbers([shares.get((number, name)) for number in found["assess_no"]]) for name in TICKS}
    share = [None if not n else int(yes) / int(n) for yes, n in zip(found["yes"], found["n"], strict=True)]
    mark = found["verdict"].where(found["reason"] != NOT_RANDOM, VOLUNTEERS)
    return found.assign(share=pd.Series(share, index=found.index, dtype="Float64"), mark=mark).assign(**ticks)


def _numbers(values: list[float | None]) -> pd.Series:
    return pd.Series(values, dtype="float64")


def show_forest(chosen: Chosen, found: pd.DataFrame) -> None:
    """Show the picture with its table."""
    shown, line = found.head(MOST_ROWS), str(chosen.settings.line)
    caption = word("forest_caption")
    if len(found) > len(shown):
        caption += " " + word("shown").format(shown=len(shown), count=len(found))
    parts.picture(
        forest_chart(chosen, shown),
        forest_table(chosen, found),
        key="forest",
        alt=word("forest_alt").format(line=line),
        caption=caption,
    )


def forest_table(chosen: Chosen, found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the picture in words: base and shortfall, interval, verdict, decision, what would prove it."""
    surveys = primary_surveys(chosen.frames)
    return pd.DataFrame([_table_row(chosen, row, to_prove(row, surveys[row["assess_no"]])) for row in records(found)])


def _table_row(chosen: Chosen, row: dict[str, Any], expected: Forecast | None) -> dict[str, str]:
    words, known = language(), bool(row["n"])
    counts = f"{number_format.count(row['yes'])} / {number_format.count(row['n'])}" if known else number_format.NONE
    return {
        word("matter"): str(row["name"]),
        word("base"): counts,
        word("share"): documents.share_words(chosen, row, words),
        word("line"): documents.line_words(row, words),
        word("verdict"): documents.evidence_words({**row, "low": None}, words),
        word("interval"): number_format.NONE if row["low"] is None else documents.interval_words(row),
        word("decision"): decision_words(row),
        word("forecast"): forecast_sentence(expected, words) if expected else "",
        word("number"): str(row["assess_no"]),
    }


def decision_words(row: dict[str, Any]) -> str:
    """Return the decision with its day."""
    if not row["decision"]:
        return word("undecided_yet")
    decided = documents.decision_words(row["decision"], language())
    return f"{decided} {pd.Timestamp(str(row['decided_on'])).date()}"


def forest_chart(chosen: Chosen, found: pd.DataFrame) -> go.Figure:
    """Return the forest: a bar and a mark for each matter, ticks of the three questions, and the line."""
    places = found.assign(y=range(len(found) - 1, -1, -1))
    fig = go.Figure()
    line = float(chosen.settings.line)
    fig.add_vline(x=line, line={"color": INK, "width": 1.5, "dash": "dash"})
    fig.add_annotation(x=line, y=1, yref="paper", yanchor="bottom", text=str(chosen.settings.line), showarrow=False)
    for mark, own in places.groupby("mark", sort=False):
        fig.add_trace(_marks(str(mark), own))
    for name, symbol in TICKS.items():
        fig.add_trace(_ticks(name, symbol, places))
    labels = [label(name, 8) for name in places["name"]]
    heads = {"tickvals": list(places["y"]), "range": [-0.7, len(places) - 0.2], "showgrid": False, "zeroline": False}
    fig.update_yaxes(ticktext=labels, tickfont={"size": 12}, **heads)
    texts = [beside(row) for row in records(places)]
    for y, text in zip(places["y"], texts, strict=True):
        place = {"x": 1.01, "y": y, "xref": "paper", "xanchor": "left", "align": "left"}
        fig.add_annotation(text=text, showarrow=False, **place)
    fig.update_annotations(font={"size": FONT})
    fig.update_xaxes(range=[0, 1], tickformat=".0%", tickvals=(0, 0.5, 1), tickangle=0, gridcolor=PALE, zeroline=False)
    legend = {"orientation": "h", "x": 0, "xref": "container", "y": 1, "yref": "container", "yanchor": "top"}
    fig.update_layout(
        height=130 + ROW * max(len(places), 3),
        margin={"l": 10, "r": 12 + max(map(wide, texts)), "t": 70, "b": 30},
        legend={**legend, "font": {"size": 12}},
    )
    return fig


def wide(text: str) -> int:
    """Return about how many pixels the longer line of a text takes: a Chinese character is a square."""
    return max(round(sum(FONT if char > "\u2e80" else 0.58 * FONT for char in line)) for line in text.split("<br>"))


def beside(row: dict[str, Any]) -> str:
    """Return what is written to the right of a row: yes / base, what lacks, and below it the decision with its day."""
    words = language()
    counts = f"{number_format.count(row['yes'])}/{number_format.count(row['n'])} " if row["n"] else ""
    return f"{label(counts + documents.line_words(row, words), 40)}<br>{label(decision_words(row), 40)}"


def _marks(mark: str, own: pd.DataFrame) -> go.Scatter:
    """Return the marks of a verdict with their bars; volunteers are hollow squares without a bar."""
    tested = mark in TIER_COLOURS
    colour = TIER_COLOURS.get(mark, GREY)
    symbol = TIER_SYMBOLS[mark] if tested else "square-open" if mark == VOLUNTEERS else "x-thin-open"
    low, high = (pd.to_numeric(own[name]) for name in ("low", "high"))
    share = pd.to_numeric(own["share"])
    return go.Scatter(
        x=share,
        y=own["y"],
        mode="markers",
        name=word(VOLUNTEERS) if mark == VOLUNTEERS else verdict_word(mark),
        marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
        error_x=span(share, low, high, colour, 2) if tested else None,
        hoverinfo="skip",
    )


def _ticks(name: str, symbol: str, places: pd.DataFrame) -> go.Scatter:
    """Return the shares of a question, a little above their rows."""
    return go.Scatter(
        x=places[name],
        y=places["y"] + 0.34,
        mode="markers",
        name=_(QUESTION_WORDS[name]),
        showlegend=False,  # the caption names them: seven entries would take seven lines
        marker={"symbol": symbol, "size": 6, "color": INK, "line": {"width": 1, "color": INK}},
        hoverinfo="skip",
    )
