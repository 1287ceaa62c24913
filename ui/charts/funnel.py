"""The funnel plot: scores against effective ballots, with the limits within which units usually lie."""

import pandas as pd
import plotly.graph_objects as go

from ui.charts.base import BLUE, GREY, INK, ORANGE, PALE, RED, label
from ui.words import _
from words import N_

SIDES = {
    "below": (N_("Below the limits"), ("below_3", "below_2"), {"symbol": "diamond", "color": RED, "size": 12}),
    "inside": (N_("Within the limits"), ("inside",), {"symbol": "circle", "color": GREY, "size": 7}),
    "above": (N_("Above the limits"), ("above_2", "above_3"), {"symbol": "square", "color": BLUE, "size": 10}),
}
CURVES = (
    (("low_2", "high_2"), "dot", N_("95% limits")),
    (("low_3", "high_3"), "dash", N_("99.8% limits")),
)
MOST_LABELS = 5
HEIGHT = 480
PLOT_HEIGHT = 370
"""Pixels of the plot without its margins and axis titles."""
LINE = 20
"""Pixels from one name to the next."""


def funnel_chart(rows: pd.DataFrame, curves: pd.DataFrame, centre: float) -> go.Figure:
    """Units as marks by side of the limits, four limits and the centre; the lowest outside by name, at most five.

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
    _name_lowest(fig, rows, (low - room, high + room))
    left, right = curves["effective"].iloc[0], curves["effective"].iloc[-1]
    fig.update_yaxes(title=_("Score"), range=[low - room, high + room], gridcolor=PALE, zeroline=False)
    fig.update_xaxes(title=_("Effective ballots"), range=[left, right], gridcolor=PALE, zeroline=False)
    fig.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 20, "t": 60, "b": 10},
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


def _name_lowest(fig: go.Figure, rows: pd.DataFrame, span: tuple[float, float]) -> None:
    """Names of the lowest units outside, beside their marks; moved up from one another so that none overlap."""
    lowest = rows[rows["place"].isin(SIDES["below"][1])].head(MOST_LABELS)
    middle = (rows["effective"].min() + rows["effective"].max()) / 2
    before = -float("inf")
    for unit in lowest.itertuples():
        at = (unit.score - span[0]) / (span[1] - span[0]) * PLOT_HEIGHT
        level = max(at, before + LINE)
        before = level
        to_the_right = unit.effective <= middle
        fig.add_annotation(
            x=unit.effective,
            y=unit.score,
            text=label(unit.unit_name),
            ax=24 if to_the_right else -24,
            ay=-(level - at),
            xanchor="left" if to_the_right else "right",
            arrowcolor=GREY,
            arrowhead=0,
            arrowwidth=1,
            standoff=6,
            bgcolor="rgba(255,255,255,0.85)",
        )
