"""Chart of the home page: the lowest units of every category, each named with its evidence above its interval."""

from collections.abc import Iterable
from dataclasses import dataclass

import plotly.graph_objects as go

from results.home.cards import HomeCard, NamedUnit
from results.labels import VERDICTS
from ui import layout
from ui.charts.base import INK, PALE, TIER_COLOURS, label, tier_marker
from ui.i18n import _, language

LINE = 56
"""Height of a unit in pixels: its name, its evidence in small type, and its interval, one below the other."""
HEAD = 30
MOST_OF_CATEGORY = 6
MOST_DRAWN = 40


@dataclass(frozen=True)
class Drawn:
    """Units of the chart by category, and how many that may be at the bottom are left out."""

    units: tuple[tuple[str, tuple[NamedUnit, ...]], ...]
    left_out: int


def lowest(cards: Iterable[HomeCard]) -> Drawn:
    """Return the confirmed and undecided units to draw, a few of each category, confirmed first."""
    found: list[tuple[str, tuple[NamedUnit, ...]]] = []
    drawn = every = 0
    for card in cards:
        units = (*card.confirmed, *card.undecided)
        shown = units[: min(MOST_OF_CATEGORY, max(MOST_DRAWN - drawn, 0))]
        every, drawn = every + len(units), drawn + len(shown)
        if shown:
            found.append((card.category, shown))
    return Drawn(tuple(found), every - drawn)


def lowest_units(drawn: Drawn) -> go.Figure:
    """Draw score and interval of each unit; the text above the interval is the evidence that its name needs."""
    y, texts, marks = 0.0, [], []
    for category, units in drawn.units:
        texts.append(_text(y, f"<b>{label(layout.category_name(category), 40)}</b>", 15))
        y += HEAD
        for unit in units:
            texts += [
                _text(y, f"<b>{label(unit.name)}</b>  {_(VERDICTS[unit.verdict])}", 14),
                _text(y + 17, unit.evidence(language()), 11.5),
            ]
            marks.append(_mark(unit, y + 33))
            y += LINE
    fig = go.Figure(marks, {"annotations": texts})  # at once: to add them one by one took 4 ms each
    fig.update_yaxes(range=[y, -14], visible=False, fixedrange=True)
    fig.update_xaxes(title=_("Score"), gridcolor=PALE, zeroline=False, fixedrange=True)
    fig.update_layout(height=int(y) + 70, showlegend=False, margin={"l": 4, "r": 8, "t": 4, "b": 10})
    return fig


def _mark(unit: NamedUnit, y: float) -> go.Scatter:
    score, low, high = (float(str(unit.row[name])) for name in ("score", "score_low", "score_high"))
    return go.Scatter(
        x=[score],
        y=[y],
        mode="markers",
        marker=tier_marker(unit.verdict, 11),
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - score],
            "arrayminus": [score - low],
            "color": TIER_COLOURS[unit.verdict],
            "thickness": 3,
            "width": 0,
        },
        hovertext=[f"{label(unit.name)}<br>{unit.evidence(language())}"],
        hoverinfo="text",
    )


def _text(y: float, text: str, size: float) -> dict[str, object]:
    font = {"size": size, "color": INK}
    return {"x": 0, "xref": "paper", "y": y, "text": text, "showarrow": False, "xanchor": "left", "font": font}
