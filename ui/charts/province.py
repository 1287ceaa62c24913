"""Bottom lists of the cities of a province as small multiples: a panel a city, its places, its line."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ui.charts.base import INK, PALE, TIER_COLOURS, TIER_NAMES, label, span, tier_marker
from ui.i18n import _

MOST_CITIES = 24
"""Panels of a chart; a province of more cities shows the others in the table."""
MOST_UNITS = 6
"""Units of a panel: those that the city did not clear come first."""
ROW, HEAD, FOOT = 26, 58, 40
LEGEND = {"narrow": 96, "wide": 56}
LONGEST = 12


@dataclass(frozen=True)
class CityList:
    """What a panel shows. rows: as the city published them, worst first. line: where the last k begin, if anywhere."""

    city: str
    rows: pd.DataFrame
    ranked: int
    line: float | None

    @property
    def shown(self) -> pd.DataFrame:
        """Return the rows to draw: not cleared first, then the nearest cleared ones."""
        ranked = self.rows[self.rows["rank"].notna()]
        return ranked.head(MOST_UNITS).reset_index(drop=True)


def lists_by_city(lists: list[CityList], *, narrow: bool = False) -> go.Figure:
    """Draw the lower end of the ranking of each city, worst on top. narrow: for a phone, a panel below the other."""
    columns = 1 if narrow else 2
    lines = -(-len(lists) // columns)
    height = HEAD + FOOT + ROW * max((len(own.shown) for own in lists), default=1)
    room = LEGEND["narrow" if narrow else "wide"]
    fig = make_subplots(
        rows=lines,
        cols=columns,
        subplot_titles=[_title(own) for own in lists],
        horizontal_spacing=0.16,
        vertical_spacing=(HEAD + FOOT) / (lines * height) if lines > 1 else 0,
    )
    named: set[str] = set()
    for at, own in enumerate(lists):
        _panel(fig, own, at // columns + 1, at % columns + 1, named)
    fig.update_annotations(font={"size": 15, "color": INK}, yshift=6)
    fig.update_layout(
        height=room + lines * height,
        margin={"l": 10, "r": 16, "t": room + 40, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"size": 14}},
    )
    return fig


def _title(own: CityList) -> str:
    return f"<b>{label(own.city, 24)}</b>"


def _panel(fig: go.Figure, own: CityList, row: int, column: int, named: set[str]) -> None:
    """Draw the units of a city. named: verdicts that the legend has already."""
    shown = own.shown
    for verdict in TIER_NAMES:
        part = shown[shown["verdict"] == verdict]
        if len(part):
            fig.add_trace(_units(part, verdict, first=verdict not in named), row=row, col=column)
            named.add(verdict)
    ticks = [label(name, LONGEST) for name in shown["unit_name"]]
    place = {"row": row, "col": column}
    fig.update_yaxes(tickvals=list(shown.index), ticktext=ticks, range=[max(len(shown), 1) - 0.4, -0.6], **place)
    fig.update_yaxes(showgrid=True, gridcolor=PALE, zeroline=False, **place)
    fig.update_xaxes(range=[0.3, own.ranked + 0.7], showgrid=False, zeroline=False, **place)
    fig.update_xaxes(tickvals=_ticks(own.ranked), **place)
    if own.line is not None and 0.5 < own.line < own.ranked + 0.5:
        fig.add_vline(own.line, line={"dash": "dash", "width": 1.5, "color": INK}, **place)


def _units(part: pd.DataFrame, verdict: str, *, first: bool) -> go.Scatter:
    names, words = [label(name) for name in part["unit_name"]], {"votes": _("Votes"), "places": _("Places")}
    return go.Scatter(
        x=part["rank"].astype(float),
        y=list(part.index),
        name=_(TIER_NAMES[verdict]),
        legendgroup=verdict,
        showlegend=first,
        mode="markers",
        marker=tier_marker(verdict, 10),
        error_x=span(part["rank"], part["rank_best"], part["rank_worst"], TIER_COLOURS[verdict], 3),
        customdata=list(zip(names, part["rank_best"], part["rank_worst"], part["n"], strict=True)),
        hovertemplate=(
            f"%{{customdata[0]}}<br>{words['places']} %{{customdata[1]}} – %{{customdata[2]}}"
            f"<br>{words['votes']} %{{customdata[3]}}<extra></extra>"
        ),
    )


def _ticks(ranked: int) -> list[int]:
    """Return the first place, the last, and the middle where there is room."""
    return sorted({1, *([(ranked + 1) // 2] if ranked > 8 else []), max(ranked, 1)})
