"""Chart of a few units against their categories: every unit as a marker, the chosen ones named with interval."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from ui import layout
from ui.charts.base import GREY, INK, PALE, TIER_COLOURS, label, tier_marker
from ui.i18n import _

ROW = 46


def units_in_category(rows: pd.DataFrame, codes: Sequence[str], *, named: bool = True) -> go.Figure:
    """Draw the scores of the category of each unit as a strip, and the unit on it with its interval.

    rows : ranking rows of the round. named : write the name of each unit above its strip.
    """
    fig = go.Figure()
    shown = rows[rows["score"].notna()].set_index(rows.loc[rows["score"].notna(), "unit_code"].astype(str))
    drawn = [code for code in codes if code in shown.index]
    for place, code in enumerate(drawn):
        unit = shown[shown.index == code].iloc[0]
        others = rows[(rows["category"] == unit["category"]) & rows["rank"].notna() & (rows["unit_code"] != code)]
        _strip(fig, others, place)
        _unit(fig, unit, place, named=named)
    fig.update_yaxes(range=[len(drawn) - 0.5, -0.75], visible=False, fixedrange=True)
    fig.update_xaxes(title=_("Score"), gridcolor=PALE, zeroline=False, fixedrange=True)
    fig.update_layout(height=70 + ROW * max(len(drawn), 1), showlegend=False, margin={"l": 6, "r": 6, "t": 4, "b": 10})
    return fig


def _strip(fig: go.Figure, others: pd.DataFrame, y: int) -> None:
    names = [label(name) for name in others["unit_name"]]
    fig.add_trace(
        go.Scatter(
            x=others["score"],
            y=[y] * len(others),
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 14, "color": GREY, "line": {"width": 1.5, "color": GREY}},
            customdata=list(zip(names, others["n"], strict=True)),
            hovertemplate=(
                f"%{{customdata[0]}}<br>{_('Score')} %{{x:.2f}}<br>{_('Votes')} %{{customdata[1]}}<extra></extra>"
            ),
        )
    )


def _unit(fig: go.Figure, unit: pd.Series, y: int, *, named: bool) -> None:
    tier = str(unit["verdict"])
    known = tier in TIER_COLOURS
    colour = TIER_COLOURS[tier] if known else INK
    fig.add_trace(
        go.Scatter(
            x=[unit["score"]],
            y=[y],
            mode="markers",
            marker=tier_marker(tier, 13) if known else {"symbol": "x", "size": 12, "color": INK},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [float(unit["score_high"]) - float(unit["score"])],
                "arrayminus": [float(unit["score"]) - float(unit["score_low"])],
                "color": colour,
                "thickness": 4,
                "width": 0,
            },
            hoverinfo="skip",
        )
    )
    if named:
        text = f"<b>{label(unit['unit_name'])}</b>  {label(layout.category_name(str(unit['category'])), 30)}"
        fig.add_annotation(
            x=0, xref="paper", xanchor="left", y=y - 0.42, text=text, showarrow=False, font={"size": 13, "color": INK}
        )
