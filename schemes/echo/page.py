"""Page of opinions and visits: weeks of the grids as tiles, below them the wall of open opinions."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics.deadlines import OPEN, OVERDUE
from schemes.chosen import Chosen, attention, rows
from schemes.echo import measures
from schemes.echo.words import PICTURE_WORDS as WORDS
from schemes.echo.words import STATE_WORDS
from schemes.frame import Period, days, records, texts
from schemes.registers import CALENDAR, PLACE
from ui import layout
from ui import schemes as parts
from ui.charts.base import INK, PALE, RED, label
from ui.i18n import _

GLANCE = ("received", "on_time", "overdue", "weeks_met")
STEPS = ((1.0, "#08519C"), (0.9, "#3182BD"), (0.8, "#6BAED6"), (0.6, "#BDD7E7"), (0.0, "#EFF3FF"))
"""Lowest share of a step and its shade: one hue, dark is more. From 0.9 on the number in the tile is white."""
WHITE_FROM = 0.9
MOST_WEEKS, MOST_ON_WALL, ROW = 13, 40, 42
COLUMNS = ("opinion_no", "received_at", "channel", "place_code", "topic", "unit_code", "answered_at", "result")


def view(chosen: Chosen) -> None:
    """Show the page."""
    parts.glance(chosen, parts.kept(chosen, "rows", rows), GLANCE)
    tiles = parts.kept(chosen, "tiles", tiles_of)
    if len(tiles):
        words = {name: _(text) for name, text in WORDS.items()}
        caption = words["tiles_caption"]
        parts.picture(
            tile_chart(tiles, words), tile_table(tiles, words), key="tiles", alt=words["tiles"], caption=caption
        )
    if "person" in chosen.frames:
        st.caption(layout.plain(people_words(chosen, _(WORDS["people"]))))
    wall = parts.kept(chosen, "wall", wall_of)
    parts.attention(chosen, parts.kept(chosen, "attention", attention))
    if len(wall):
        show_wall(chosen, wall)
    parts.register(chosen, "opinion", COLUMNS)


def show_wall(chosen: Chosen, wall: pd.DataFrame) -> None:
    """Show the open opinions from receipt to their due day."""
    words = {name: _(text) for name, text in WORDS.items()}
    idle = idle_spans(chosen, wall["received"].min().date(), wall["end"].max().date())
    fig = wall_chart(wall.head(MOST_ON_WALL), idle, chosen.asked.as_of, words)
    shown = wall.assign(**{name: wall[name].dt.strftime("%Y-%m-%d") for name in ("received", "due")})
    shown = shown.assign(state=[_(STATE_WORDS[state]) for state in wall["state"]])
    names = {name: words[name] for name in ("opinion_no", "received", "due", "state")}
    table = shown[list(names)].rename(columns=names)
    parts.picture(fig, table, key="wall", alt=words["wall"], caption=words["wall_caption"], title=words["wall"])


def tiles_of(chosen: Chosen) -> pd.DataFrame:
    """Return a row for each grid and week that is over: met, base, provisional; and the households visited.

    Columns: place_code, name, week, met, base, provisional, visited, households.
    """
    frames, settings = chosen.frames, chosen.settings
    if not all(table in frames for table in measures.VISITS):
        return pd.DataFrame()
    period = Period(chosen.asked.period.first, min(chosen.asked.period.last, chosen.asked.as_of))
    weeks = measures.weeks_over(frames, chosen.asked, settings)
    weeks = weeks[weeks["week"].isin(sorted(set(weeks["week"]))[-MOST_WEEKS:])]
    weeks = weeks.assign(met=weeks["result"] == measures.MET, base=weeks["result"] != measures.EXEMPT)
    tiles = weeks.groupby(["place_code", "week"], as_index=False).agg(
        met=("met", "sum"), base=("base", "sum"), provisional=("provisional", "max")
    )
    places = frames[PLACE] if PLACE in frames else pd.DataFrame(columns=["place_code", "name", "households"])
    reached = measures.coverage(frames["visit"], places, period, settings)
    named = dict(zip(places["place_code"], places["name"], strict=True))
    tiles = tiles.merge(reached, on="place_code", how="left")
    return tiles.assign(name=[named.get(code, code) for code in tiles["place_code"]])


def people_words(chosen: Chosen, sentence: str) -> str:
    """Return how many people have a target of visits, in how many places, and how many are messengers."""
    day, people = pd.Timestamp(chosen.asked.as_of), chosen.frames["person"]
    last = days(people, "valid_to")
    serving = people[~(days(people, "valid_from") > day) & ~(last <= day)]
    visitors = serving[texts(serving, "role").isin(chosen.settings.visitors)]
    messengers = serving.loc[texts(serving, "role") == measures.MESSENGER, "person_code"]
    return sentence.format(
        day=day.date().isoformat(),
        visitors=f"{visitors['person_code'].nunique():,}",
        places=f"{visitors['place_code'].nunique():,}",
        messengers=f"{messengers.nunique():,}",
    )


def tile_table(tiles: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return the rows of the picture: a grid, its weeks met of those with a target, households visited, each week."""
    lines = []
    for _code, own in tiles.groupby("place_code", sort=True):
        met, base = int(own["met"].sum()), int(own["base"].sum())
        weeks = {_week(row["week"], words): tile_words(row) for row in records(own)}
        reached = reached_words(records(own)[0])
        lines.append(
            {words["grid"]: own["name"].iloc[0], words["met"]: f"{met}/{base}", words["coverage"]: reached, **weeks}
        )
    return pd.DataFrame(lines)


def _week(week: str, words: dict[str, str]) -> str:
    return words["week"].format(number=int(week[-2:]))


def tile_words(row: dict[str, object]) -> str:
    """Return met of base; a dash in a week without a target."""
    return f"{row['met']}/{row['base']}" if row["base"] else "–"


def reached_words(row: dict[str, object]) -> str:
    """Return households visited of households; a dash if the register does not count them."""
    known = row["households"] is not None
    return f"{int(str(row['visited']).split('.')[0])}/{int(str(row['households']).split('.')[0])}" if known else "–"


def tile_chart(tiles: pd.DataFrame, words: dict[str, str]) -> go.Figure:
    """Return the tiles: grids by weeks, with the number in each; on the right the households visited."""
    weeks, grids = sorted(set(tiles["week"])), sorted(set(tiles["place_code"]), reverse=True)
    place = {week: at for at, week in enumerate(weeks)}
    row_of = {code: at for at, code in enumerate(grids)}
    fig = go.Figure()
    for code, own in tiles.groupby("place_code"):
        fig.add_trace(_row_of_tiles(own, place, row_of[code]))
    for row in records(tiles[tiles["provisional"].astype(bool)]):
        x, y = place[row["week"]], row_of[row["place_code"]]
        frame = {"x0": x - 0.47, "x1": x + 0.47, "y0": y - 0.44, "y1": y + 0.44}
        fig.add_shape(type="rect", line={"color": INK, "width": 2, "dash": "dash"}, **frame)
    names = dict(zip(tiles["place_code"], tiles["name"], strict=True))
    heads = [str(int(week[-2:])) for week in weeks]
    reached = {row["place_code"]: reached_words(row) for row in records(tiles)}
    fig.add_trace(go.Scatter(x=[None], y=[None], yaxis="y2"))  # without a trace the axis on the right is not drawn
    rows, plain = list(row_of.values()), {"showgrid": False, "zeroline": False, "range": [-0.5, len(grids) - 0.5]}
    fig.update_layout(
        height=70 + ROW * len(grids),
        margin={"l": 10, "r": 10, "t": 10, "b": 0},
        showlegend=False,
        barmode="overlay",
        xaxis={"tickvals": list(place.values()), "ticktext": heads, "side": "top", "range": [-0.6, len(weeks) - 0.4]},
        yaxis={"tickvals": rows, "ticktext": [label(names[code], 8) for code in grids], **plain},
        yaxis2={"tickvals": rows, "ticktext": [reached[code] for code in grids], "overlaying": "y", "side": "right"},
    )
    fig.update_layout(
        yaxis2={**plain, "title": {"text": words["coverage"], "font": {"size": 12}}}, yaxis={"automargin": True}
    )
    fig.update_xaxes(title={"text": words["weeks"], "standoff": 14, "font": {"size": 12}}, tickangle=0, showgrid=False)
    fig.update_xaxes(zeroline=False, tickfont={"size": 11})
    return fig


def _row_of_tiles(own: pd.DataFrame, place: dict[str, int], row: int) -> go.Bar:
    """Return the tiles of a grid: shaded by share, hatched in a week without a target."""
    shares = [met / base if base else None for met, base in zip(own["met"], own["base"], strict=True)]
    return go.Bar(
        x=[place[week] for week in own["week"]],
        y=[0.88] * len(own),
        base=[row - 0.44] * len(own),
        width=0.94,
        marker={
            "color": [shade(share) for share in shares],
            "line": {"width": 1, "color": "#9AA5B1"},
            "pattern": {
                "shape": ["/" if share is None else "" for share in shares],
                "fgcolor": INK,
                "size": 7,
                "fillmode": "overlay",
            },
        },
        # one above the other: side by side they are drawn tiny on a phone
        text=[tile_words(one).replace("/", "<br>") for one in records(own)],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"size": 12, "color": ["white" if (share or 0) >= WHITE_FROM else INK for share in shares]},
        hoverinfo="skip",
    )


def shade(share: float | None) -> str:
    """Return the shade of a share in five steps; white under the hatching of a week without a target."""
    return "white" if share is None else next(colour for low, colour in STEPS if share >= low)


def wall_of(chosen: Chosen) -> pd.DataFrame:
    """Return the open opinions by due day: opinion_no, received, due, end, state.

    end : the due day, or the as-of day of what is overdue.
    """
    if "opinion" not in chosen.frames:
        return pd.DataFrame()
    kept = measures.counted(chosen.frames["opinion"])
    state = measures.opinion_states(kept, chosen.asked.as_of)
    due, received = days(kept, "due"), days(kept, "received_at")
    wall = pd.DataFrame({"opinion_no": texts(kept, "opinion_no"), "received": received, "due": due, "state": state})
    wall = wall[state.isin((OPEN, OVERDUE)) & due.notna()].sort_values(["due", "opinion_no"], ignore_index=True)
    return wall.assign(end=wall["due"].where(wall["state"] == OPEN, pd.Timestamp(chosen.asked.as_of)))


def idle_spans(chosen: Chosen, first: date, last: date) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the spans of days that are not worked, from their first day to the day after."""
    calendar = chosen.registers.plain[CALENDAR]
    inside = calendar[Period(first, last).holds(days(calendar, "date")) & ~calendar["worked"]]
    return list(_spans(list(inside["date"])))


def _spans(idle: list[pd.Timestamp]) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    one = pd.Timedelta(days=1)
    start = None
    for at, day in enumerate(idle):
        start = day if start is None else start
        if at + 1 == len(idle) or idle[at + 1] != day + one:
            yield start, day + one
            start = None


def wall_chart(
    wall: pd.DataFrame, idle: list[tuple[pd.Timestamp, pd.Timestamp]], as_of: date, words: dict[str, str]
) -> go.Figure:
    """Return a line for each open opinion from receipt to due day; what is overdue is thick, and named in the table."""
    fig = go.Figure()
    for start, end in idle:
        fig.add_vrect(x0=start, x1=end, fillcolor=PALE, line_width=0, layer="below")
    numbers = list(wall["opinion_no"])
    for name, ends, style in (
        ("until_due", ("received", "due"), {"width": 2, "color": "#0072B2"}),
        ("overdue_part", ("due", "end"), {"width": 7, "color": RED}),
    ):
        rows = wall if name == "until_due" else wall[wall["state"] == OVERDUE]
        x = [value for start, end in zip(rows[ends[0]], rows[ends[1]], strict=True) for value in (start, end, None)]
        y = [value for number in rows["opinion_no"] for value in (number, number, None)]
        fig.add_trace(go.Scatter(x=x, y=y, mode="lines", line=style, name=words[name], hoverinfo="skip"))
    fig.add_vline(x=pd.Timestamp(as_of), line={"color": INK, "width": 1, "dash": "dot"})
    fig.update_yaxes(categoryorder="array", categoryarray=numbers[::-1], tickfont={"size": 11})
    fig.update_xaxes(tickformat="%m-%d", showgrid=True, gridcolor=PALE)
    legend = {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"}
    fig.update_layout(height=110 + 17 * max(len(wall), 4), margin={"l": 10, "r": 10, "t": 40, "b": 10}, legend=legend)
    return fig
