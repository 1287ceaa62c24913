"""Bottom chart: the places that the votes allow, the line of the last k, the strength of the evidence."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from results.ranking.statements import ENOUGH, STRONGEST
from ui.charts.base import INK, PALE, TIER_COLOURS, TIER_NAMES, label, reach, span, tier_marker
from ui.i18n import _

BOTTOM_SHOWN = 20
"""Rows of ROW pixels: at 1366 x 768 the lower end of a longer chart is off the screen."""
BESIDE = 5
"""Number of cleared units drawn for comparison, nearest to the line first."""
ROW = 28
SHOWN = 2 * STRONGEST
"""Right end of the evidence: ">300" takes 45 of the panel's 156 pixels at 150 %, and has half of them."""
LABEL = 75
"""Width of a figure of three digits in units of the evidence: 30 pixels of 280 with its gap, which show SHOWN units."""


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to draw: units not cleared and the nearest cleared units, at most BOTTOM_SHOWN."""
    cleared = (rows["verdict"] == "cleared").to_numpy(dtype=bool)
    keep = ~cleared | (cleared.cumsum() <= BESIDE)
    return rows[keep].head(BOTTOM_SHOWN).reset_index(drop=True)


PANELS, ROOM = (0.72, 0.28), 88
"""Shares of places and evidence; room above them. A phone shows places alone, under a legend of three lines."""
NARROW_ROOM = 165


def bottom_chart(
    rows: pd.DataFrame, line: float | None, k: int, points: float | None, *, narrow: bool = False
) -> go.Figure:
    """Draw the lowest units of a family, worst on top, so that it is visible without scrolling.

    rows: worst first, with places and strength of evidence in words. line: position between two places where the last k
    begin. points: the limit of a rule that tests the score. narrow: for a phone, without the panel of the evidence.
    """
    rows = drawn(rows)
    by_score = line is None and points is not None
    widths = [1.0] if narrow else list(PANELS)
    fig = make_subplots(cols=len(widths), shared_yaxes=True, column_widths=widths, horizontal_spacing=0.02)
    for verdict in TIER_NAMES:
        part = rows[rows["verdict"] == verdict]
        _add_ranges(fig, part, verdict, by_score)
        if not narrow:
            _add_strength(fig, part, verdict)
    _mark_line(fig, points if by_score else line, k, by_score)
    ticks = [label(name) for name in rows["unit_name"]]
    fig.update_yaxes(tickvals=list(rows.index), ticktext=ticks, range=[len(rows) - 0.4, -0.6], zeroline=False)
    fig.update_yaxes(showgrid=True, gridcolor=PALE, tickfont={"size": 15})
    _title(fig, "x", _("Score") if by_score else _("Places that the votes allow<br>(right: last)"))
    fig.update_xaxes(showgrid=False, zeroline=False, col=1)
    if not narrow:
        _title(fig, "x2", _("Evidence"))
        fig.add_vline(ENOUGH, line={"dash": "dash", "width": 2, "color": INK}, row=1, col=2)
        fig.update_xaxes(col=2, range=[0, SHOWN], tickvals=[0, ENOUGH], zeroline=False, showgrid=False)
    room = NARROW_ROOM if narrow else ROOM
    fig.update_layout(
        height=room + 52 + ROW * len(rows),
        margin={"l": 10, "r": 10, "t": room, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"size": 15}},
        bargap=0.3,
        barmode="overlay",
    )
    return fig


def _title(fig: go.Figure, axis: str, text: str) -> None:
    """Write the title of a panel above it, since its lower edge may be off the screen."""
    place = {"x": 0.5, "xref": f"{axis} domain", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 24}
    fig.add_annotation(text=text, showarrow=False, font={"size": 15, "color": INK}, **place)


def _add_ranges(fig: go.Figure, part: pd.DataFrame, verdict: str, by_score: bool) -> None:
    colour = TIER_COLOURS[verdict]
    bars = reach(part, colour, 4) if by_score else span(part["rank"], part["rank_best"], part["rank_worst"], colour, 4)
    names = [label(name) for name in part["unit_name"]]
    votes, score, places = _("Votes"), _("Score"), _("Places")
    fig.add_trace(
        go.Scatter(
            x=part["score"] if by_score else part["rank"],
            y=list(part.index),
            name=_(TIER_NAMES[verdict]),
            legendgroup=verdict,
            showlegend=True,
            mode="markers",
            marker=tier_marker(verdict, 12),
            error_x=bars,
            customdata=list(zip(names, part["n"], part["interval"], part["places"], strict=True)),
            hovertemplate=(
                f"%{{customdata[0]}}<br>{places} %{{customdata[3]}}<br>{score} %{{customdata[2]}}"
                f"<br>{votes} %{{customdata[1]}}<extra></extra>"
            ),
        ),
        row=1,
        col=1,
    )


def _short(strength: float) -> str:
    """Return the strength of evidence as `gauge` prints it, in as few characters as a bar leaves room for."""
    return f">{STRONGEST}" if strength > STRONGEST else f"{strength:.0f}"


def _add_strength(fig: go.Figure, part: pd.DataFrame, verdict: str) -> None:
    hollow = verdict == "undecided"
    colour = TIER_COLOURS[verdict]
    fig.add_trace(
        go.Bar(
            x=part["evidence"],
            y=list(part.index),
            orientation="h",
            marker={
                "color": "rgba(166,95,0,0.2)" if hollow else colour,
                "line": {"color": colour, "width": 2 if hollow else 0},
            },
            hoverinfo="skip",
            showlegend=False,
            legendgroup=verdict,
        ),
        row=1,
        col=2,
    )
    fig.add_trace(
        go.Scatter(
            x=_clear_of_line(part["evidence"]),
            y=list(part.index),
            mode="text",
            text=[f" {_short(value)}" for value in part["evidence"]],
            textposition="middle right",
            textfont={"size": 14, "color": INK},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
            legendgroup=verdict,
        ),
        row=1,
        col=2,
    )


def _clear_of_line(evidence: pd.Series) -> pd.Series:
    """Return where the figures begin: after the bar, or after the line where the figure would lie across it."""
    return evidence.where((evidence <= ENOUGH - LABEL) | (evidence > ENOUGH), ENOUGH)


def _mark_line(fig: go.Figure, at: float | None, k: int, by_score: bool) -> None:
    """Draw the dashed line where the last k begin, or at the score limit of the rule."""
    if at is None:
        return
    text = _("{points} points").format(points=f"{at:g}") if by_score else _("last {k}").format(k=k)
    fig.add_vline(at, line={"dash": "dash", "width": 2, "color": INK}, row=1, col=1)
    fig.add_annotation(
        x=at,
        xref="x",
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"<b>{text}</b>",
        showarrow=False,
        font={"size": 15, "color": INK},
    )
