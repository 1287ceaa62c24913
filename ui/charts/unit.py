"""Charts of a unit: groups, grades and rounds."""

import pandas as pd
import plotly.graph_objects as go

from ui.charts.base import BLUE, GRADE_COLOURS, GREY, INK, PALE, label, low_layout, reach
from ui.i18n import _


def group_means(means: pd.DataFrame) -> go.Figure:
    """Draw the unit's mean in every group with its interval, and the range of its category."""
    shown = means[~means["too_few"].astype(bool)]
    names = [label(f"{row.indicator} {row.group}") for row in shown.itertuples()]
    fig = go.Figure()
    for row, name in zip(shown.itertuples(), names, strict=True):
        fig.add_shape(
            type="line",
            x0=row.category_min,
            x1=row.category_max,
            y0=name,
            y1=name,
            layer="below",
            line={"color": PALE, "width": 14},
        )
    fig.add_trace(
        go.Scatter(
            x=shown["category_mean"],
            y=names,
            mode="markers",
            name=_("Category mean (bar: lowest to highest)"),
            marker={"symbol": "line-ns-open", "size": 16, "color": GREY, "line": {"width": 3, "color": GREY}},
            hovertemplate="%{x:.2f}<extra></extra>",
        )
    )
    own = shown.rename(columns={"mean": "score", "low": "score_low", "high": "score_high"})
    fig.add_trace(
        go.Scatter(
            x=shown["mean"],
            y=names,
            mode="markers",
            name=_("This unit, with interval"),
            marker={"size": 11, "color": BLUE},
            error_x=reach(own, BLUE),
            customdata=shown["n"],
            hovertemplate=f"%{{x:.2f}}<br>{_('Votes')} %{{customdata}}<extra></extra>",
        )
    )
    fig.update_xaxes(title=_("Score"), gridcolor=PALE, zeroline=False)
    fig.update_yaxes(autorange="reversed", showgrid=False, type="category")
    return low_layout(fig, len(names))


def grade_bars(grades: pd.DataFrame) -> go.Figure:
    """Draw the grades of each group as diverging bars: better to the left of the centre, worse to the right."""
    scored = grades[grades["kind"] == "scored"]
    order = list(scored.groupby("grade")["points"].max().sort_values(ascending=False).index)
    groups = list(dict.fromkeys(scored["group"]))
    shares = scored.pivot_table(index="group", columns="grade", values="share", aggfunc="sum", fill_value=0.0)
    shares = 100 * shares.reindex(index=groups, columns=order, fill_value=0.0)
    left = -shares.iloc[:, : len(order) // 2].sum(axis=1)
    if len(order) % 2:
        left -= shares[order[len(order) // 2]] / 2
    fig = go.Figure()
    for grade, colour in zip(order, _colours(len(order)), strict=True):
        fig.add_trace(
            go.Bar(
                x=shares[grade],
                base=left,
                y=[label(group) for group in groups],
                orientation="h",
                name=label(grade),
                marker={"color": colour, "line": {"color": "white", "width": 1}},
                text=[f"{value:.0f}%" if value >= 5 else "" for value in shares[grade]],
                textposition="inside",
                insidetextanchor="middle",
                customdata=shares[grade],
                hovertemplate="%{customdata:.1f}%<extra>%{fullData.name}</extra>",
            )
        )
        left = left + shares[grade]
    fig.add_vline(0, line={"color": INK, "width": 1}, layer="below")  # above the bars it would strike out a percentage
    fig.update_xaxes(visible=False)
    fig.update_yaxes(autorange="reversed", type="category")
    fig.update_layout(barmode="overlay", bargap=0.35)
    fig.update_legends(traceorder="normal")
    return low_layout(fig, len(groups))


def _colours(count: int) -> list[str]:
    """Return colours from best to worst; the middle of an odd number of grades is pale."""
    known = {2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
    steps = known.get(count) or [round(i * 5 / max(count - 1, 1)) for i in range(count)]
    return [GRADE_COLOURS[step] for step in steps]


def rounds(history: list[dict]) -> go.Figure:
    """Draw score with interval by round."""
    rows = pd.DataFrame([row for row in reversed(history) if row["score"] is not None])
    fig = go.Figure(
        go.Scatter(
            x=rows["round"],
            y=rows["score"],
            mode="lines+markers",
            line={"color": PALE, "width": 2},
            marker={"color": BLUE, "size": 11},
            error_y=reach(rows, BLUE),
            customdata=rows["n"],
            hovertemplate=f"%{{y:.2f}}<br>{_('Votes')} %{{customdata}}<extra></extra>",
        )
    )
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(title=_("Score"), gridcolor=PALE, zeroline=False)
    fig.update_layout(height=260, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    return fig
