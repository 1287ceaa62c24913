"""Chart of changes between two rounds: every unit with the interval of its change, largest rise on top."""

import pandas as pd
import plotly.graph_objects as go

from results.comparison.year_on_year import FELL, ROSE, SAME, STATEMENT_NAMES
from ui.charts.base import BLUE, GREY, INK, PALE, RED, ROW, label, span
from ui.i18n import _

COLOURS = {ROSE: BLUE, FELL: RED, SAME: GREY}
SYMBOLS = {ROSE: "triangle-up", FELL: "triangle-down", SAME: "circle-open"}
"""Shape, fill and colour all differ, so that findings remain distinct in grey print."""


def changes_chart(rows: pd.DataFrame) -> go.Figure:
    """Draw tested changes in the order given, first on top, with the line of no change.

    rows: unit_name, change, low, high, statement, and interval, scores, votes and p in words; index from 0.
    """
    fig = go.Figure()
    for statement, name in STATEMENT_NAMES.items():
        part = rows[rows["statement"] == statement]
        if len(part):
            fig.add_trace(_units(part, statement, _(name)))
    fig.add_vline(0, line={"width": 1.5, "color": INK})
    names = [label(name) for name in rows["unit_name"]]
    fig.update_yaxes(tickvals=list(rows.index), ticktext=names, range=[len(rows) - 0.4, -0.6], zeroline=False)
    fig.update_yaxes(showgrid=True, gridcolor=PALE)
    fig.update_xaxes(title=_("Change of the score, points"), showgrid=True, gridcolor=PALE, zeroline=False, side="top")
    fig.update_layout(
        height=140 + ROW * len(rows),
        margin={"l": 10, "r": 20, "t": 100, "b": 10},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"size": 15}},
    )
    return fig


def _units(part: pd.DataFrame, statement: str, name: str) -> go.Scatter:
    colour, hollow = COLOURS[statement], statement == SAME
    names = [label(unit) for unit in part["unit_name"]]
    change, score, votes, chance = _("Change"), _("Score"), _("Votes"), _("p for all units together:")
    return go.Scatter(
        x=part["change"],
        y=list(part.index),
        name=name,
        mode="markers",
        marker={
            "size": 9 if hollow else 13,
            "symbol": SYMBOLS[statement],
            "color": colour,
            "line": {"width": 2 if hollow else 0, "color": colour},
        },
        error_x=span(part["change"], part["low"], part["high"], colour),
        customdata=list(zip(names, part["interval"], part["scores"], part["votes"], part["p_words"], strict=True)),
        hovertemplate=(
            f"%{{customdata[0]}}<br>{change} %{{x:+.2f}} (%{{customdata[1]}})<br>{score} %{{customdata[2]}}"
            f"<br>{votes} %{{customdata[3]}}<br>{chance} %{{customdata[4]}}<extra></extra>"
        ),
    )
