"""Charts of pledges: promise and outcome, hall and public, quarters, and a post over the years."""

import itertools

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from results.pledges.labels import PLEDGE_KINDS
from ui.charts.base import BLUE, GREY, INK, PALE, RED, label, span
from ui.i18n import _

MOST_POSTS = 20
"""Rows of LINE pixels, 520 in all: more do not fit a screen of 768 with the axes."""
MOST_NAMED = 8
"""Names on the chart; with more they touch each other. The table names every post."""
PROMISED = 100
LINE = 26  # pixels of a row
COLUMN = 0.3
"""Width reserved for the signed differences with their items, as a share of the range of the markers."""
AWAY = (24, -28, 52, -56)
"""Distance of names from their markers, pixels; alternating, so that neighbours do not overlap."""
CROWD = 100
"""Number of posts from which lines of posts without a clear difference are drawn pale."""
ROOM = 1.22  # beyond the outermost interval, for names of posts and corners
LEAST_SIDE = 0.45
"""Smallest length of the shorter side of an axis, as a share of the longer side."""
LEAST_SPAN = 24
"""Smallest range of a score axis, in points, so that a small change does not look large."""
OUTCOME_COLOURS = {True: BLUE, False: RED}
OUTCOME_SYMBOLS = {True: "circle", False: "triangle-left"}
"""Kept or short of the promise: shape and side of the tick both differ, for grey prints."""


MEASURED, MET_ONLY, SILENT = "measured", "met_only", "silent"
"""States of a row: a verified completion; outcomes without a percentage (targets of zero, yes or no); nothing."""
MOST_SILENT = MOST_POSTS // 2
"""Rows without a verified outcome that are always drawn, so that silence does not hide behind large shortfalls."""


def with_states(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the state of each. rows: verified, met."""
    state = pd.Series(SILENT, index=rows.index, dtype=object)
    state[rows["met"].notna()] = MET_ONLY
    state[rows["verified"].notna()] = MEASURED
    return rows.assign(state=state)


def drawn_outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to draw, at most MOST_POSTS: silent rows on top, then those not met, then by shortfall."""
    silent = rows[rows["state"] == SILENT]
    others = rows[rows["state"] != SILENT]
    missed = others["met"].notna() & ~others["met"].fillna(True).astype(bool)
    others = pd.concat([others[missed], others[~missed]])
    room = max(MOST_SILENT, MOST_POSTS - len(others))
    silent = silent.head(room)
    return pd.concat([silent, others.head(MOST_POSTS - len(silent))], ignore_index=True)


def outcomes_chart(rows: pd.DataFrame, panels: dict[str, str], *, narrow: bool = False) -> go.Figure:
    """Draw promise and outcome, first row on top, and to the right each score with interval on a separate scale.

    rows: name, verified and reported of the same items, alone (reported, nothing verified; per cent of the promise),
    met (outcomes without a percentage), state, difference (text), about (hover text), and for each name of `panels` its
    _score, _low, _high, _n; index from 0. panels: name -> title of the panel. narrow: for a phone, without the panels
    of scores, which the table has.
    """
    panels = {} if narrow else panels
    widths = [1.0] if not panels else [0.5, *[0.5 / len(panels)] * len(panels)]
    fig = make_subplots(cols=len(widths), shared_yaxes=True, column_widths=widths, horizontal_spacing=0.03)
    _dumbbells(fig, rows)
    _panel_title(fig, "x", _("Completion, % of promise"))
    for column, (name, title) in enumerate(panels.items(), start=2):
        _scores(fig, rows, name, column)
        _panel_title(fig, f"x{column}", title)
    ticks = [label(name, 8 if narrow else 24) for name in rows["name"]]
    fig.update_yaxes(tickvals=list(rows.index), ticktext=ticks, range=[len(rows) - 0.4, -0.6], zeroline=False)
    fig.update_yaxes(showgrid=True, gridcolor=PALE, tickfont={"size": 14})
    fig.update_xaxes(showgrid=True, gridcolor=PALE, zeroline=False)
    if narrow:  # the title is wider than the panel
        fig.update_annotations(x=0, xref="paper", xanchor="left")
    room, inner = 190 if narrow else 76, 50 + LINE * len(rows)
    fig.update_layout(height=room + inner, margin={"l": 10, "r": 10, "t": TITLES, "b": 10})
    # Above the titles of the panels, however many rows it takes: Plotly makes the margin as large as it needs.
    fig.update_layout(legend=_legend() | {"y": 1 + TITLES / inner, "yref": "paper", "yanchor": "bottom"})
    return fig


TITLES = 34
"""Pixels that the titles of the panels take."""


def _legend() -> dict:
    return {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"size": 14}}


def _panel_title(fig: go.Figure, axis: str, text: str) -> None:
    place = {"x": 0.5, "xref": f"{axis} domain", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6}
    fig.add_annotation(text=f"<b>{text}</b>", showarrow=False, font={"size": 14, "color": INK}, **place)


def _dumbbells(fig: go.Figure, rows: pd.DataFrame) -> None:
    """Draw a tick at the promise, the verified outcome with its signed distance, the reported outcome as a ring."""
    known = rows[rows["state"] == MEASURED]
    values = pd.concat([rows["reported"], rows["alone"], rows["verified"], pd.Series([float(PROMISED)])]).dropna()
    values = values.astype(float)
    room = max(values.max() - values.min(), 10) * COLUMN
    x, y = [], []
    for at, value in known["verified"].items():
        x += [PROMISED, value, None]
        y += [at, at, None]
    line = {"color": GREY, "width": 3}
    fig.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False), row=1, col=1)
    tick = {"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": INK}}
    fig.add_trace(_marks(rows.assign(x=PROMISED), tick, _("Promised")), row=1, col=1)
    ring = {"symbol": "circle-open", "size": 11, "color": INK, "line": {"width": 1.6, "color": INK}}
    fig.add_trace(_marks(rows.assign(x=rows["reported"]), ring, _("As reported, same items")), row=1, col=1)
    for kept, name in ((True, _("Verified, promise kept")), (False, _("Verified, short of the promise"))):
        part = known[(known["verified"] >= PROMISED) == kept]
        marker = {"symbol": OUTCOME_SYMBOLS[kept], "size": 12, "color": OUTCOME_COLOURS[kept]}
        fig.add_trace(_marks(part.assign(x=part["verified"]), marker, name), row=1, col=1)
        fig.add_trace(_differences(part, values.max() + room, OUTCOME_COLOURS[kept]), row=1, col=1)
    _without_percentage(fig, rows[rows["state"] == MET_ONLY], values.max() + room, values.min())
    _silent(fig, rows[rows["state"] == SILENT], values.max() + room)
    fig.update_xaxes(range=[values.min() - room / 3, values.max() + 1.1 * room], col=1)


def _without_percentage(fig: go.Figure, rows: pd.DataFrame, right: float, left: float) -> None:
    """Draw outcomes without a percentage: a diamond at the promise where all were met, a cross on the left else."""
    for met, name in ((True, _("Verified, met (no percentage)")), (False, _("Verified, not met (no percentage)"))):
        part = rows[rows["met"].astype(bool) == met]
        if part.empty:
            continue
        marker = {"symbol": "diamond" if met else "x", "size": 11, "color": OUTCOME_COLOURS[met]}
        fig.add_trace(_marks(part.assign(x=PROMISED if met else left), marker, name), row=1, col=1)
        fig.add_trace(_differences(part, right, OUTCOME_COLOURS[met]), row=1, col=1)


def _silent(fig: go.Figure, rows: pd.DataFrame, right: float) -> None:
    """Draw rows without a verified outcome: what is reported as a hollow square, and that nothing is verified."""
    if rows.empty:
        return
    square = {"symbol": "square-open", "size": 10, "color": GREY, "line": {"width": 1.6, "color": GREY}}
    fig.add_trace(_marks(rows.assign(x=rows["alone"]), square, _("As reported, not verified")), row=1, col=1)
    fig.add_trace(_differences(rows, right, GREY), row=1, col=1)


def _differences(part: pd.DataFrame, x: float, colour: str) -> go.Scatter:
    """Return the signed distances as a separate column, where no marker overlaps them."""
    return go.Scatter(
        x=[x] * len(part),
        y=list(part.index),
        mode="text",
        text=part["difference"],
        textposition="middle left",
        textfont={"size": 14, "color": colour},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _marks(part: pd.DataFrame, marker: dict, name: str) -> go.Scatter:
    return go.Scatter(
        x=part["x"],
        y=list(part.index),
        mode="markers",
        marker=marker,
        name=name,
        customdata=part["about"],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _scores(fig: go.Figure, rows: pd.DataFrame, name: str, column: int) -> None:
    """Draw a score with its interval in a separate panel."""
    part = rows[rows[f"{name}_score"].notna()]
    votes = _("Votes")
    about = [
        f"{label(unit, 30)}<br>{low:.1f} – {high:.1f}<br>{votes} {n:,.0f}"
        for unit, low, high, n in zip(
            part["name"], part[f"{name}_low"], part[f"{name}_high"], part[f"{name}_n"], strict=True
        )
    ]
    fig.add_trace(
        go.Scatter(
            x=part[f"{name}_score"],
            y=list(part.index),
            mode="markers",
            marker={"size": 9, "symbol": "square", "color": INK},
            error_x=span(part[f"{name}_score"], part[f"{name}_low"], part[f"{name}_high"], INK),
            customdata=about,
            hovertemplate="%{x:.1f}<br>%{customdata}<extra></extra>",
            showlegend=False,
        ),
        row=1,
        col=column,
    )


def halls_chart(rows: pd.DataFrame) -> go.Figure:
    """Draw hall against public, as points from the category mean with intervals; name only significant posts.

    rows: unit_name, post, vote_gap, public_gap with _low and _high, differs, vote_n, public_n; the named first.
    """
    fig = go.Figure()
    other, named = rows[rows["differs"].isna()], rows[rows["differs"].notna()]
    hollow = {"symbol": "circle-open", "size": 8, "color": GREY, "line": {"width": 1.5, "color": GREY}}
    full = {"symbol": "diamond", "size": 14, "color": RED}
    fig.add_trace(
        _crosses(other, hollow, _("No clear difference") + f" ({len(other)})", GREY, 1 if len(other) <= CROWD else 0.5)
    )
    if len(named):
        fig.add_trace(_crosses(named, full, _("Significantly different") + f" ({len(named)})", RED, 2.5))
    for side in (1, -1):
        own = named.head(MOST_NAMED)
        own = own[own["public_gap"] * side > 0].sort_values("vote_gap")
        places = zip(own["unit_name"], own["vote_gap"], own["public_gap"], itertools.cycle(AWAY), strict=False)
        for name, x, y, lines in places:
            fig.add_annotation(**_name(name, x, y, -side * lines))
    line = {"width": 1.5, "color": INK}
    fig.add_vline(0, line=line)
    fig.add_hline(0, line=line)
    across, upright = _around(rows, "vote_gap"), _around(rows, "public_gap")
    for x, y, text in (
        (1, 1, _("high with the hall, high with the public")),
        (1, -1, _("high with the hall, low with the public")),
        (-1, 1, _("low with the hall, high with the public")),
        (-1, -1, _("low with the hall, low with the public")),
    ):
        fig.add_annotation(
            x=across[x > 0],
            y=upright[y > 0],
            text=text,
            showarrow=False,
            xanchor="right" if x > 0 else "left",
            yanchor="top" if y > 0 else "bottom",
            font={"size": 14, "color": "#5B6670"},
            bgcolor="rgba(255,255,255,0.7)",
        )
    grid = {"gridcolor": PALE, "zeroline": False, "ticksuffix": ""}
    fig.update_xaxes(title=_("Hall: points to the mean of the category"), range=across, **grid)
    fig.update_yaxes(title=_("Public: points to the mean of the category"), range=upright, **grid)
    fig.update_layout(height=560, margin={"l": 10, "r": 10, "t": 40, "b": 10}, legend=_legend(), showlegend=True)
    return fig


def _name(name: str, x: float, y: float, lines: int) -> dict[str, object]:
    """Return the label of a post, next to its marker towards the cross, some pixels below (negative: above)."""
    right = x < 0
    return {
        "x": x,
        "y": y,
        "text": f"<b>{label(name)}</b>",
        "ax": 34 if right else -34,
        "ay": lines,
        "xanchor": "left" if right else "right",
        "arrowcolor": INK,
        "arrowhead": 0,
        "arrowwidth": 1,
        "font": {"size": 15, "color": INK},
        "bgcolor": "rgba(255,255,255,0.8)",
    }


def _around(rows: pd.DataFrame, name: str) -> tuple[float, float]:
    """Return the range of an axis: all intervals, and enough room on both sides of the cross."""
    low, high = float(rows[f"{name}_low"].min()), float(rows[f"{name}_high"].max())
    least = LEAST_SIDE * max(-low, high)
    return ROOM * min(low, -least), ROOM * max(high, least)


def _crosses(part: pd.DataFrame, marker: dict, name: str, colour: str, thickness: float) -> go.Scatter:
    hall, public = _("Ballots of the hall"), _("Votes of the public")
    line = PALE if len(part) > CROWD else colour
    about = list(
        zip(
            [label(f"{unit} {post}", 30) for unit, post in zip(part["unit_name"], part["post"], strict=True)],
            part["vote_n"],
            part["public_n"],
            strict=True,
        )
    )
    return go.Scatter(
        x=part["vote_gap"],
        y=part["public_gap"],
        mode="markers",
        name=name,
        marker=marker,
        opacity=1 if colour == RED else 0.75,
        error_x=span(part["vote_gap"], part["vote_gap_low"], part["vote_gap_high"], line, thickness),
        error_y=span(part["public_gap"], part["public_gap_low"], part["public_gap_high"], line, thickness),
        customdata=about,
        hovertemplate=(
            f"%{{customdata[0]}}<br>{hall} %{{customdata[1]}}: %{{x:+.1f}}"
            f"<br>{public} %{{customdata[2]}}: %{{y:+.1f}}<extra></extra>"
        ),
    )


def quarters_chart(rows: pd.DataFrame) -> go.Figure:
    """Draw items met as reported, met as verified, and overdue by quarter; headline and routine side by side.

    rows: `results.pledges.counts.QUARTERS`.
    """
    fig = make_subplots(cols=len(PLEDGE_KINDS), horizontal_spacing=0.07)
    bars = (
        ("reported_met", _("Target met, as reported"), {"color": "white", "line": {"color": INK, "width": 1.6}}),
        ("verified_met", _("Target met, as verified"), {"color": BLUE}),
        (
            "overdue",
            _("Overdue"),
            {"color": RED, "pattern": {"shape": "/", "fillmode": "overlay", "fgcolor": "white", "size": 7}},
        ),
    )
    for column, (kind, word) in enumerate(PLEDGE_KINDS.items(), start=1):
        part = rows[rows["kind"] == kind]
        for name, title, marker in bars:
            fig.add_trace(
                go.Bar(
                    x=part["quarter"],
                    y=part[name],
                    name=title,
                    marker=marker,
                    legendgroup=name,
                    showlegend=column == 1,
                    text=part[name],
                    textposition="outside",
                    textfont={"size": 14, "color": INK},
                    cliponaxis=False,
                    hovertemplate="%{x} %{y}<extra>%{fullData.name}</extra>",
                ),
                row=1,
                col=column,
            )
        items = int(part["pledges"].max()) if len(part) else 0
        axis = "x" if column == 1 else f"x{column}"
        _panel_title(fig, axis, _("{kind} ({items})").format(kind=_(word), items=f"{items:,}"))
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(gridcolor=PALE, zeroline=False, rangemode="tozero", showticklabels=False)
    fig.update_layout(height=300, margin={"l": 10, "r": 10, "t": 80, "b": 10}, legend=_legend(), bargap=0.25)
    return fig


def years_chart(rows: pd.DataFrame, panels: dict[str, str]) -> go.Figure:
    """Draw a post over the rounds, each outcome in a separate panel.

    rows: oldest first, `results.pledges.by_year.YEARS` and label: the round, with the span of the holder. panels: name
    -> title; "headline" and "routine" are completion as reported and as verified, "vote" and "public" are scores with
    intervals.
    """
    fig = make_subplots(cols=len(panels), horizontal_spacing=0.06)
    for column, (name, title) in enumerate(panels.items(), start=1):
        if f"{name}_score" in rows:
            _year_scores(fig, rows, name, column)
        else:
            _year_completion(fig, rows, name, column)
        _panel_title(fig, "x" if column == 1 else f"x{column}", title)
    fig.update_xaxes(type="category", showgrid=False, categoryarray=list(rows["label"]), categoryorder="array")
    fig.update_yaxes(gridcolor=PALE, zeroline=False)
    fig.update_layout(height=290, margin={"l": 10, "r": 10, "t": 76, "b": 10}, legend=_legend())
    return fig


def _year_completion(fig: go.Figure, rows: pd.DataFrame, name: str, column: int) -> None:
    marks = (
        ("reported", _("As reported"), {"symbol": "circle-open", "size": 11, "color": INK, "line": {"width": 1.6}}),
        ("verified", _("Verified"), {"symbol": "circle", "size": 10, "color": BLUE}),
    )
    for sort, title, marker in marks:
        trace = go.Scatter(
            x=rows["label"],
            y=rows[f"{name}_{sort}_completion"],
            mode="lines+markers" if sort == "verified" else "markers",
            line={"color": PALE, "width": 2},
            marker=marker,
            name=title,
            legendgroup=sort,
            showlegend=column == 1,
            hovertemplate="%{y:.1f}%<extra>%{fullData.name}</extra>",
        )
        fig.add_trace(trace, row=1, col=column)
    values = rows[[f"{name}_reported_completion", f"{name}_verified_completion"]].astype(float)
    low, high = min(values.min().min(), 82), max(values.max().max(), 118)
    fig.update_yaxes(range=[low - 2, high + 2], row=1, col=column)
    fig.add_hline(PROMISED, line={"color": INK, "width": 1.5, "dash": "dash"}, row=1, col=column)


def _year_scores(fig: go.Figure, rows: pd.DataFrame, name: str, column: int) -> None:
    part, votes = rows[rows[f"{name}_score"].notna()], _("Votes")
    trace = go.Scatter(
        x=part["label"],
        y=part[f"{name}_score"],
        mode="lines+markers",
        line={"color": PALE, "width": 2},
        marker={"symbol": "square", "size": 10, "color": INK},
        error_y=span(part[f"{name}_score"], part[f"{name}_low"], part[f"{name}_high"], INK),
        showlegend=False,
        customdata=part[f"{name}_n"],
        hovertemplate=f"%{{y:.1f}}<br>{votes} %{{customdata:,.0f}}<extra></extra>",
    )
    fig.add_trace(trace, row=1, col=column)
    low, high = part[f"{name}_low"].min(), part[f"{name}_high"].max()
    room = max(2.0, (LEAST_SPAN - (high - low)) / 2)
    fig.update_yaxes(range=[low - room, high + room], row=1, col=column)
