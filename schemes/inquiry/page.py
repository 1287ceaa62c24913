"""Page of inquiries: the ladder of units by month, what has to be done, figures of the period, the registers."""

from calendar import monthrange
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from reports import measure_words
from results import number_format
from results.contributions import counts_of
from schemes.chosen import Chosen, attention, rows
from schemes.frame import records
from schemes.inquiry import ladder as ladders
from schemes.inquiry.measures import INQUIRY, PETITION
from schemes.inquiry.words import PICTURE_WORDS as WORDS
from ui import layout, tables
from ui import schemes as parts
from ui.charts.base import GREY, INK, PALE, RED, label
from ui.i18n import _, language

GLANCE = ("received", "handled_in_time", "against", "found")
FIGURES = {
    "received": "against",
    "repeated": "against",
    "skip_level": "against_skip_level",
    "group": "against_group",
    "accepted_in_time": "",
    "handled_in_time": "",
    "opened": "",
    "found": "",
    "incidents": "",
    "talks_and_admonitions": "",
    "decisions": "",
}
"""Measures of the view of a period, each with the measure of how many of these count against a unit."""
OF_A_YEAR = ("persons", "in_effect", "carried_out")
PETITIONS = (
    *("petition_no", "matter_no", "received_on", "form", "people", "level", "unit_code"),
    *("accepted_on", "closed_on", "result"),
)
INQUIRIES = ("inquiry_no", "matter_no", "opened_on", "month", "source", "direction", "unit_code", "finding", "grade")
RIGHT = 14.0
ROW_HEIGHT = 38


def view(chosen: Chosen) -> None:
    """Show the page."""
    figures = parts.kept(chosen, "rows", rows)
    parts.glance(chosen, figures, GLANCE)
    steps = parts.kept(chosen, "ladder", ladders.ladder)
    words = {name: _(text) for name, text in WORDS.items()}
    if len(steps):
        show_ladder(chosen, steps, words)
    else:
        st.success(layout.plain(words["nothing"].format(year=chosen.asked.period.first.year)))
    parts.attention(chosen, parts.kept(chosen, "attention", attention))
    show_figures(chosen, figures, words)
    parts.register(chosen, PETITION, PETITIONS)
    parts.register(chosen, INQUIRY, INQUIRIES)


def show_ladder(chosen: Chosen, steps: pd.DataFrame, words: dict[str, str]) -> None:
    """Show the ladder with the table of its rows; the units of the last month first if the reader asks for it."""
    last = chosen.asked.as_of.month if chosen.asked.as_of.year == chosen.asked.period.first.year else 12
    if st.session_state.get("inquiry_last_month"):
        steps = last_month_first(steps, last)
    caption = words["ladder_caption"].format(day=chosen.asked.as_of.isoformat())
    figure = ladder_chart(steps, chosen.asked.period.first.year, chosen.asked.as_of, words)
    parts.picture(figure, ladder_table(steps, words), key="ladder", alt=words["ladder"], caption=caption)
    st.toggle(words["last_month_first"], key="inquiry_last_month")


def last_month_first(steps: pd.DataFrame, last: int) -> pd.DataFrame:
    """Return the units with a petition that counts in the last month before the others, each in roster order."""
    months = list(steps["months"])
    return steps.iloc[sorted(range(len(months)), key=lambda at: not months[at][last - 1])]


def ladder_chart(steps: pd.DataFrame, year: int, as_of: date, words: dict[str, str]) -> go.Figure:
    """Return units by months: the number that counts in figures, below it the marks; the year's sums on the right."""
    fig = go.Figure()
    lines = records(steps)
    for place, row in enumerate(reversed(lines)):
        for month, (number, marks) in enumerate(zip(row["months"], row["marks"], strict=True), start=1):
            _cell(fig, month, place, number, marks)
        sums = f"{against_words(row)}<br>{in_time_words(row)}"
        fig.add_annotation(x=RIGHT, y=place, text=sums, showarrow=False, font={"size": 11, "color": INK})
    fig.add_trace(_hover(lines, words))
    if as_of.year == year:
        fig.add_vline(x=_place_of(as_of), line={"color": INK, "width": 1, "dash": "dot"})
    heads = [*map(str, range(1, 13)), f"{words['against_of_received']}<br>{words['in_time_of_due']}"]
    fig.update_xaxes(tickvals=[*range(1, 13), RIGHT], ticktext=heads, side="top", range=[0.4, 15.4], tickangle=0)
    names = [label(row["name"], 9) for row in reversed(lines)]
    fig.update_yaxes(tickvals=list(range(len(lines))), ticktext=names, range=[-0.6, len(lines) - 0.4])
    fig.update_xaxes(showgrid=False, zeroline=False, tickfont={"size": 11}, fixedrange=True)
    fig.update_yaxes(showgrid=False, zeroline=False, tickfont={"size": 12}, fixedrange=True)
    height = 60 + ROW_HEIGHT * max(len(lines), 3)
    fig.update_layout(height=height, margin={"l": 10, "r": 10, "t": 40, "b": 6}, showlegend=False)
    return fig


def _cell(fig: go.Figure, month: int, place: int, number: int | None, marks: str) -> None:
    """Draw a month of a unit: nothing if it has not begun."""
    if number is None:
        return
    frame = {"x0": month - 0.46, "x1": month + 0.46, "y0": place - 0.46, "y1": place + 0.46}
    width, colour = (2, RED) if number else (1, PALE)
    fig.add_shape(type="rect", line={"color": colour, "width": width}, layer="below", **frame)
    figure = {"size": 14 if number else 11, "color": INK if number else GREY}
    fig.add_annotation(x=month, y=place + (0.16 if marks else 0), text=str(number), showarrow=False, font=figure)
    if marks:
        fig.add_annotation(x=month, y=place - 0.24, text=marks, showarrow=False, font={"size": 9, "color": INK})


def _hover(lines: list[dict[str, object]], words: dict[str, str]) -> go.Scatter:
    """Return invisible points that name unit, received and in-time numbers: annotations have no hover."""
    hidden = [f"{row['name']}<br>{words['against_of_received']} {against_words(row)}" for row in reversed(lines)]
    return go.Scatter(
        x=[RIGHT] * len(lines),
        y=list(range(len(lines))),
        mode="markers",
        marker={"opacity": 0, "size": 18},
        text=hidden,
        hovertemplate="%{text}<extra></extra>",
    )


def _place_of(day: date) -> float:
    """Return where a day is on the axis of months: the first of a month at its left edge."""
    return day.month - 0.5 + day.day / monthrange(day.year, day.month)[1]


def against_words(row: dict[str, object]) -> str:
    """Return how many count against the unit, of how many received."""
    return f"{row['against']}/{row['received']}"


def in_time_words(row: dict[str, object]) -> str:
    """Return how many were closed in time, of how many due, and the share; a dash for an empty base."""
    if row["in_time"] is None or not row["due"]:
        return number_format.NONE
    share = number_format.percent(int(str(row["in_time"])) / int(str(row["due"])), 0)
    return f"{row['in_time']}/{row['due']} {share}"


def ladder_table(steps: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return the rows of the picture; months that have not begun are blank."""
    lines = []
    for row in records(steps):
        cells = {
            words["month"].format(month=month): "" if number is None else f"{number} {marks}".strip()
            for month, (number, marks) in enumerate(zip(row["months"], row["marks"], strict=True), start=1)
        }
        sums = {words["against_of_received"]: against_words(row), words["in_time_of_due"]: in_time_words(row)}
        lines.append({words["unit"]: row["name"], **sums, **cells})
    return pd.DataFrame(lines)


def show_figures(chosen: Chosen, figures: pd.DataFrame, words: dict[str, str]) -> None:
    """Show the measures of the period and how many of each count; of a quarter also by unit with its grade."""
    period = measure_words.period_words(chosen.asked.period.first, chosen.asked.period.last, language())
    st.subheader(layout.plain(words["figures"].format(period=period)))
    tables.written(figure_table(chosen, figures, words), words["figures_alt"])
    about = words["counted"].format(period=period, day=chosen.asked.as_of.isoformat(), rules=chosen.asked.rules)
    st.caption(layout.plain(about))
    if ladders.quarter_of(chosen.asked.period):
        units = parts.kept(chosen, "units", ladders.by_unit)
        tables.written(unit_table(units, words), words["units_alt"])
        st.caption(layout.plain(f"{words['units_caption']} {about}"))


def figure_table(chosen: Chosen, figures: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return a line for each measure: value, base, and how many of these count against a unit."""
    by_name = {row["measure"]: row for row in records(figures)}
    year = (chosen.asked.period.last.month, chosen.asked.period.first.month) == (12, 1)
    lines = []
    for name in (*FIGURES, *(OF_A_YEAR if year else ())):
        row, counts = by_name[name], counts_of(chosen.scheme)[name]
        against = by_name.get(FIGURES.get(name, ""))
        lines.append(
            {
                words["measure"]: _(chosen.scheme.word(name)),
                words["value"]: measure_words.value_words(row, counts, language()),
                words["base"]: measure_words.base_words(row, counts, chosen.scheme.word(row["of_what"]), language()),
                words["of_these"]: "" if against is None else number_format.exact(against["value"]),
            }
        )
    return pd.DataFrame(lines)


def unit_table(units: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return the units in roster order with value and base of each measure, and the grade of the review."""
    shares = ("handled_in_time",)
    lines = []
    for row in records(units):
        cells = {words[name]: _of_base(row[name], share=name in shares) for name in ladders.QUARTER_MEASURES}
        lines.append({words["unit"]: row["name"], **cells, words["grade"]: row["grade"] or number_format.NONE})
    return pd.DataFrame(lines)


def _of_base(given: tuple[float | None, int] | None, *, share: bool) -> str:
    """Return a value with its base, such as 2/15; a dash without a base."""
    value, base = given or (None, 0)
    if value is None:
        return number_format.NONE
    return f"{round(value * base) if share else value}/{base}"
