"""Funnel plot: scores against effective ballots, with the limits of usual variation."""

from typing import TypeAlias

import pandas as pd
import plotly.graph_objects as go

from i18n import N_
from ui.charts.base import BLUE, GREY, INK, ORANGE, PALE, RED, label
from ui.i18n import _

SIDES = {
    "below": (N_("Below the limits"), ("below_3", "below_2"), {"symbol": "diamond", "color": RED, "size": 12}),
    "inside": (N_("Within the limits"), ("inside",), {"symbol": "circle", "color": GREY, "size": 7}),
    "above": (N_("Above the limits"), ("above_2", "above_3"), {"symbol": "square", "color": BLUE, "size": 10}),
}
CURVES = (
    (("low_2", "high_2"), "dot", N_("95% limits")),
    (("low_3", "high_3"), "dash", N_("99.8% limits")),
)
MOST_LABELS = 5  # the lowest units outside the limits; with more names they cover markers
HEIGHT = 500
PLOT = (820, 370)
"""Size of the plot on a laptop without margins, pixels. Python does not know the width in the browser, so names may
touch markers on other screens."""
SIGN, LINE, MARK = 15, 20, 9
"""Width of a wide letter, height of a line of text, and radius of a marker, pixels."""
AWAY = (0, -1, 1, -2, 2, -3, 3, -4, 4)
"""Vertical offsets of a name from its marker, in lines, nearest first; up is negative."""


def funnel_chart(rows: pd.DataFrame, curves: pd.DataFrame, centre: float) -> go.Figure:
    """Draw units by position against the limits, four limits and the centre; name at most five low outliers.

    rows: lowest score first. curves: effective, low_3, low_2, high_2, high_3.
    """
    fig = go.Figure()
    for names, dash, text in CURVES:
        for name in names:
            fig.add_trace(
                go.Scatter(
                    x=curves["effective"],
                    y=curves[name],
                    mode="lines",
                    line={"color": INK, "width": 1.5, "dash": dash},
                    name=_(text),
                    legendgroup=dash,
                    showlegend=name == names[0],
                    hoverinfo="skip",
                )
            )
    fig.add_trace(_centre_line(curves, centre))
    for text, places, marker in SIDES.values():
        fig.add_trace(_units(rows[rows["place"].isin(places)], _(text), marker))
    low = min(rows["score"].min(), curves["low_3"].min())
    high = max(rows["score"].max(), curves["high_3"].max())
    room = 0.06 * (high - low)
    across = (curves["effective"].iloc[0], curves["effective"].iloc[-1])
    upright = (low - 2 * room, high + room)
    _name_lowest(fig, rows, across, upright)
    fig.update_yaxes(title=_("Score"), range=upright, gridcolor=PALE, zeroline=False)
    fig.update_xaxes(title=_("Effective ballots"), range=across, gridcolor=PALE, zeroline=False)
    fig.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 20, "t": 80, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
    )
    return fig


def _centre_line(curves: pd.DataFrame, centre: float) -> go.Scatter:
    return go.Scatter(
        x=[curves["effective"].iloc[0], curves["effective"].iloc[-1]],
        y=[centre, centre],
        mode="lines",
        line={"color": ORANGE, "width": 2},
        name=_("Centre {score}").format(score=f"{centre:.2f}"),
        hoverinfo="skip",
    )


def _units(part: pd.DataFrame, name: str, marker: dict) -> go.Scatter:
    score, effective, votes = _("Score"), _("Effective ballots"), _("Votes")
    return go.Scatter(
        x=part["effective"],
        y=part["score"],
        mode="markers",
        name=f"{name} ({len(part)})",
        marker=marker,
        customdata=list(zip([label(unit) for unit in part["unit_name"]], part["n"], strict=True)),
        hovertemplate=(
            f"%{{customdata[0]}}<br>{score} %{{y:.2f}}<br>{effective} %{{x:.0f}}"
            f"<br>{votes} %{{customdata[1]}}<extra></extra>"
        ),
    )


def _name_lowest(fig: go.Figure, rows: pd.DataFrame, across: tuple[float, float], upright: tuple[float, float]) -> None:
    """Write the names of the lowest outliers next to their markers, without overlap where there is room."""
    x = (rows["effective"] - across[0]) / (across[1] - across[0]) * PLOT[0]
    y = (upright[1] - rows["score"]) / (upright[1] - upright[0]) * PLOT[1]
    taken = [(a - MARK, b - MARK, a + MARK, b + MARK) for a, b in zip(x, y, strict=True)]
    lowest = rows[rows["place"].isin(SIDES["below"][1])].head(MOST_LABELS)
    for at, unit in zip(lowest.index, lowest.itertuples(), strict=True):
        text = label(unit.unit_name)
        places = [_beside(x[at], y[at], len(text) * SIGN, side, lines) for lines in AWAY for side in (1, -1)]
        side, lines, box = next((place for place in places if _is_free(place[2], taken)), places[0])
        taken.append(box)
        fig.add_annotation(
            x=unit.effective,
            y=unit.score,
            text=text,
            ax=2 * MARK * side,
            ay=LINE * lines,
            xanchor="left" if side > 0 else "right",
            arrowcolor=GREY,
            arrowhead=0,
            arrowwidth=1,
            standoff=6,
        )


Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, foot, in pixels


def _beside(x: float, y: float, width: float, side: int, lines: int) -> tuple[int, int, Box]:
    """Return a place for a name to one side of a marker: side, offset in lines, box."""
    near, far = x + side * 2 * MARK, x + side * (2 * MARK + width)
    middle = y + LINE * lines
    return side, lines, (min(near, far), middle - LINE / 2, max(near, far), middle + LINE / 2)


def _is_free(box: Box, taken: list[Box]) -> bool:
    """Return whether a box is inside the plot and overlaps nothing."""
    left, top, right, foot = box
    inside = left >= 0 and right <= PLOT[0] and top >= 0 and foot <= PLOT[1]
    return inside and all(left >= c or right <= a or top >= d or foot <= b for a, b, c, d in taken)
