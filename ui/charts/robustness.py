"""Chart of the alternative rules under which a unit is at the bottom."""

import pandas as pd
import plotly.graph_objects as go

from results.ranking.robustness import Robustness
from results.ranking.rule_grid import KINDS
from ui.charts.base import GREY, INK, PALE, RED, label
from ui.i18n import _, language

ROW = 32
MOST_STRIP = 40  # units; the table has all of them
GAP = 0.7  # columns between two kinds of rules


def robustness_strip(found: Robustness, rows: pd.DataFrame, *, narrow: bool = False) -> go.Figure:
    """Draw a row per unit and a column per rule, filled if the rule lists the unit; columns grouped by kind.

    The headings are turned: three kinds of one column each next to one another were printed over each other at 150 %.
    narrow: for a phone.
    """
    at, heads = _columns(found)
    fig = go.Figure()
    listed: list[tuple[float, int, str]] = []
    other: list[tuple[float, int, str]] = []
    for y, codes in enumerate(rows["listed_by"]):
        for x, rule in zip(at, found.rules, strict=True):
            (listed if rule.code in codes else other).append((x, y, rule.sentence(language())))
    for cells, name, marker in (
        (listed, _("At the bottom under this rule"), {"symbol": "square", "color": RED}),
        (other, _("Not at the bottom"), {"symbol": "square-open", "color": GREY}),
    ):
        fig.add_trace(
            go.Scatter(
                x=[cell[0] for cell in cells],
                y=[cell[1] for cell in cells],
                customdata=[label(cell[2], 80) for cell in cells],
                mode="markers",
                name=name,
                marker={"size": 15, **marker},
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    for y, (times, of) in enumerate(zip(rows["times"], rows["of"], strict=True)):
        text = f"{times} / {of}"
        fig.add_annotation(x=max(at) + 1.4, y=y, text=text, showarrow=False, xanchor="left", font={"color": INK})
    for x, kind in heads:
        text = _(KINDS[kind])
        fig.add_annotation(x=x, y=-0.6, text=text, showarrow=False, yanchor="bottom", font={"size": 13}, textangle=-90)
    ticks = [label(name) for name in rows["unit_name"]]
    fig.update_yaxes(tickvals=list(range(len(rows))), ticktext=ticks, range=[len(rows) - 0.4, -0.6], zeroline=False)
    fig.update_yaxes(showgrid=True, gridcolor=PALE)
    fig.update_xaxes(visible=False, range=[-0.8, max(at) + (7 if narrow else 3.2)])
    fig.update_layout(
        height=220 + ROW * len(rows),
        margin={"l": 10, "r": 10, "t": 170, "b": 10},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
    )
    return fig


def _columns(found: Robustness) -> tuple[list[float], list[tuple[float, str]]]:
    """Return the position of every rule, with a gap between kinds, and the middle of every kind."""
    at: list[float] = []
    by_kind: dict[str, list[float]] = {}
    x = 0.0
    for before, rule in zip([None, *found.rules], found.rules, strict=False):
        x += 0.0 if before is None else 1.0 + (GAP + 0.5) * (before.kind != rule.kind)
        at.append(x)
        by_kind.setdefault(rule.kind, []).append(x)
    return at, [(sum(places) / len(places), kind) for kind, places in by_kind.items()]
