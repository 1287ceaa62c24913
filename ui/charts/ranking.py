"""Charts of all units of a round: scores with intervals, places with ranges."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ui.charts.base import LONGEST_NAME, PALE, ROW, TIER_COLOURS, TIER_NAMES, label, reach, span, tier_marker
from ui.i18n import _

NARROW = 9
"""Signs of a name on a phone, where its range of places follows it."""


def ranked_units(rows: pd.DataFrame, *, narrow: bool = False) -> go.Figure:
    """Draw score with interval and place with range of every ranked unit, best on top, by category.

    narrow : for a phone, with the range of places after the name in place of a second panel.
    """
    at, heads = _positions(rows["category"])
    widths = [1.0] if narrow else [0.55, 0.45]
    fig = make_subplots(cols=len(widths), shared_yaxes=True, column_widths=widths, horizontal_spacing=0.03)
    for verdict in TIER_NAMES:
        part = rows[rows["verdict"] == verdict]
        y = [at[i] for i in part.index]
        _add_units(fig, part, y, verdict, narrow)
    for category, y_head in heads:
        fig.add_annotation(
            x=0, xref="paper", y=y_head, text=f"<b>{label(category)}</b>", showarrow=False, xanchor="left"
        )
    places = rows["places" if narrow else "place"]
    longest = NARROW if narrow else LONGEST_NAME
    ticks = [f"{label(name, longest)}  {p}" for name, p in zip(rows["unit_name"], places, strict=True)]
    last = max(at, default=0)
    fig.update_yaxes(tickvals=at, ticktext=ticks, range=[last + 1, -1], showgrid=True, gridcolor=PALE, zeroline=False)
    fig.update_xaxes(showgrid=True, gridcolor=PALE, zeroline=False, side="top")
    fig.update_xaxes(title=_("Score"), col=1)
    if not narrow:
        most = int(rows["rank_worst"].max())
        fig.update_xaxes(title=_("Places"), range=[0.3, most + 0.7], col=2)
    fig.update_layout(
        height=140 + ROW * (last + 1),
        margin={"l": 10, "r": 20, "t": 100, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
    )
    return fig


def _add_units(fig: go.Figure, part: pd.DataFrame, y: list[int], verdict: str, narrow: bool) -> None:
    """Add the units of a verdict to each panel."""
    colour, marker = TIER_COLOURS[verdict], tier_marker(verdict, 8)
    names = [label(unit) for unit in part["unit_name"]]
    about = list(zip(names, part["n"], part["interval"], part["places"], strict=True))
    common = {"y": y, "mode": "markers", "marker": marker, "customdata": about, "hovertemplate": _hover()}
    common |= {"legendgroup": verdict}
    fig.add_trace(
        go.Scatter(x=part["score"], name=_(TIER_NAMES[verdict]), error_x=reach(part, colour), **common), row=1, col=1
    )
    if narrow:
        return
    places = span(part["rank"], part["rank_best"], part["rank_worst"], colour)
    fig.add_trace(go.Scatter(x=part["rank"], error_x=places, showlegend=False, **common), row=1, col=2)


def _positions(categories: pd.Series) -> tuple[list[int], list[tuple[str, int]]]:
    """Return the row numbers of a chart, with a row for each category name if there are several."""
    several = categories.nunique() > 1
    at: list[int] = []
    heads: list[tuple[str, int]] = []
    before, y = None, 0
    for category in categories:
        if several and category != before:
            heads.append((category, y))
            y += 1
        at.append(y)
        before, y = category, y + 1
    return at, heads


def _hover() -> str:
    score, places, votes = _("Score"), _("Places"), _("Votes")
    return (
        f"%{{customdata[0]}}<br>{score} %{{customdata[2]}}<br>{places} %{{customdata[3]}}"
        f"<br>{votes} %{{customdata[1]}}<extra></extra>"
    )
