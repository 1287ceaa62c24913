"""Picture of the dossier of a unit: a lane for the evaluation and for each scheme, three years from left to right."""

from collections.abc import Mapping
from datetime import date
from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go

from results.missing import is_missing
from ui.charts.base import GREY, INK, PALE, TIER_COLOURS, label

HEIGHT, ROOM = 62, 74  # pixels of a lane, and around them
BAR = 0.36  # half of the height that a range of places takes in its lane
WIDTH = 18  # letters of a line of a title; half as many characters
OFFSET = {"tick": 0.0, "check": 0.33}
ABOVE = -0.12  # of other marks: what belongs to a matter is drawn a little above the ticks of every day
MARKS: Mapping[str, Mapping[str, object]] = {
    "dot": {"symbol": "circle", "size": 9, "color": INK},
    "ring": {"symbol": "circle-open", "size": 9, "color": INK, "line": {"width": 1.5}},
    "diamond": {"symbol": "diamond", "size": 11, "color": INK},
    "block": {"symbol": "square", "size": 11, "color": INK},
    "cleared": {"symbol": "triangle-up", "size": 11, "color": TIER_COLOURS["cleared"]},
    "undecided": {"symbol": "triangle-up-open", "size": 11, "color": TIER_COLOURS["undecided"], "line": {"width": 2}},
    "confirmed": {"symbol": "triangle-down", "size": 12, "color": TIER_COLOURS["confirmed"]},
    "tick": {"symbol": "line-ns-open", "size": 9, "color": GREY, "line": {"width": 1.2, "color": GREY}},
    "square": {"symbol": "square-open", "size": 10, "color": INK, "line": {"width": 2}},
    "check": {"symbol": "cross-thin-open", "size": 8, "color": GREY, "line": {"width": 1.5, "color": GREY}},
}
"""Shape and fill differ, so that grey prints can be read; colour only repeats the verdict of an assessment."""


def lanes_chart(events: pd.DataFrame, lanes: Mapping[str, str], first: date, last: date) -> go.Figure:
    """Return the lanes, the first on top.

    events : `results.unit_dossier.EVENTS`, words translated. lanes : name -> title.
    """
    fig, place = go.Figure(), {name: at for at, name in enumerate(lanes)}
    known = events[events["lane"].isin(place)]
    heights = [place[lane] + OFFSET.get(mark, ABOVE) for lane, mark in zip(known["lane"], known["mark"], strict=True)]
    placed = known.assign(y=heights)
    _links(fig, placed)
    for mark, own in placed[placed["mark"] != "bar"].groupby("mark", sort=False):
        _marks(fig, str(mark), own)
    _places(fig, placed[placed["mark"] == "bar"], place)
    _axes(fig, lanes, first, last)
    fig.add_vline(x=pd.Timestamp(last), line={"color": INK, "width": 1, "dash": "dot"})
    legend = {"orientation": "h", "x": 0, "y": -0.08, "yanchor": "top", "font": {"size": 12}}
    margin = {"l": 10, "r": 10, "t": 10, "b": 10}
    fig.update_layout(height=ROOM + HEIGHT * len(place), margin=margin, legend=legend, showlegend=True)
    return fig


def _marks(fig: go.Figure, mark: str, own: pd.DataFrame) -> None:
    """Draw the events of a mark; its name is shown on hovering and in the legend."""
    hovered = zip(own["day"], own["words"], own["matter_no"], strict=True)
    text = [_hover(day, words, matter) for day, words, matter in hovered]
    name = label(" / ".join(dict.fromkeys(own["words"])), 30)
    marker, points = dict(MARKS.get(mark, MARKS["tick"])), {"x": list(own["day"]), "y": list(own["y"])}
    fig.add_trace(go.Scatter(mode="markers", marker=marker, name=name, text=text, hoverinfo="text", **points))


def _axes(fig: go.Figure, lanes: Mapping[str, str], first: date, last: date) -> None:
    """Set the axes: lanes by their titles, years from the first day to a little after the last."""
    names = ["<br>".join(label(line) for line in title_lines(title)) for title in lanes.values()]
    fig.update_yaxes(
        tickvals=list(range(len(lanes))),
        ticktext=names,
        range=[len(lanes) - 0.45, -0.6],
        zeroline=False,
        gridcolor=PALE,
    )
    years = [pd.Timestamp(year, 1, 1) for year in range(first.year, last.year + 2)]
    fig.update_xaxes(
        range=[pd.Timestamp(first), pd.Timestamp(last) + pd.Timedelta(days=20)],
        tickvals=years,
        tickformat="%Y",
        gridcolor=PALE,
    )


def title_lines(title: str) -> list[str]:
    """Return the title of a lane on at most two lines: a phone leaves it a third of its width."""
    lines = (
        wrap(title, WIDTH)
        if title.isascii()
        else [title[at : at + WIDTH // 2] for at in range(0, len(title), WIDTH // 2)]
    )
    return [lines[0], f"{lines[1]}…"] if len(lines) > 2 else lines


def _links(fig: go.Figure, placed: pd.DataFrame) -> None:
    """Join the marks of a matter by a thin line, in the order of their days."""
    for _matter, own in placed[placed["matter_no"].fillna("") != ""].groupby("matter_no", sort=False):
        if len(own) > 1:
            ordered = own.sort_values("day", kind="stable")
            line = {"color": INK, "width": 0.8}
            fig.add_trace(
                go.Scatter(
                    x=list(ordered["day"]),
                    y=list(ordered["y"]),
                    mode="lines",
                    line=line,
                    hoverinfo="skip",
                    showlegend=False,
                )
            )


def _places(fig: go.Figure, rounds: pd.DataFrame, place: Mapping[str, int]) -> None:
    """Draw the places that the votes of each round allow: the lane from top to bottom is first to last place."""
    for row in rounds.to_dict("records"):
        if is_missing(row["best"]):
            continue
        top, last = place[row["lane"]] - BAR, max(int(row["of"]), 2)
        low, high = (top + 2 * BAR * (int(row[name]) - 1) / (last - 1) for name in ("best", "worst"))
        day = pd.Timestamp(row["day"])
        frame = {"color": PALE, "width": 9}
        for ends, line in (((top, top + 2 * BAR), frame), ((low, max(high, low + 0.03)), {"color": INK, "width": 5})):
            fig.add_trace(
                go.Scatter(x=[day, day], y=list(ends), mode="lines", line=line, hoverinfo="skip", showlegend=False)
            )
        words = f"{int(row['best'])}–{int(row['worst'])}/{int(row['of'])}"
        fig.add_annotation(
            x=day, y=top + 0.1, text=words, showarrow=False, xanchor="right", xshift=-8, font={"size": 11}
        )


def _hover(day: object, words: object, matter: object) -> str:
    return " · ".join(
        filter(None, (pd.Timestamp(str(day)).date().isoformat(), str(words), "" if is_missing(matter) else str(matter)))
    )
