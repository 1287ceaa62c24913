"""Page of visits and receptions: a dumbbell for each leader, visits planned by the day and visits done."""

import pandas as pd
import plotly.graph_objects as go

from i18n import PUNCTUATION
from results import number_format
from results.contributions import names_of
from schemes.chosen import Chosen, attention, rows
from schemes.contact import measures
from schemes.contact.words import PICTURE_WORDS
from schemes.frame import records
from ui import schemes as parts
from ui.charts.base import BLUE, GREY, INK, PALE, RED, label
from ui.i18n import _, language

GLANCE = (
    ("plan_met", "receptions"),
    ("people", "groups"),
    ("solved_there", "taken_over"),
    ("signed", "pairings"),
)
MOST_POSTS = 14
"""Rows of ROW pixels that fit the first screen of 768 below the figures."""
ROW, SPARE, WIDTH_OF_RESULTS = 18, 70, 0.19
COLUMNS = (
    *("reception_no", "date", "person_code", "place_code", "mode", "announced_on", "groups", "people", "raised"),
    *("solved_there", "taken_over"),
)
NUMBERS = ("planned", "planned_by_then", "done", "difference", "missing", "share", "results")


def view(chosen: Chosen) -> None:
    """Show the page."""
    parts.glance(chosen, parts.kept(chosen, "rows", rows), GLANCE)
    table = parts.kept(chosen, "posts", posts_of)
    if len(table):
        words = {name: _(text) for name, text in PICTURE_WORDS.items()}
        drawn = table.head(MOST_POSTS)
        shown, caption = posts_table(table, words), caption_of(table, words)
        parts.picture(posts_chart(drawn, words), shown, key="posts", alt=words["posts"], caption=caption)
    parts.attention(chosen, parts.kept(chosen, "attention", attention))
    parts.register(chosen, "reception", COLUMNS)


def posts_of(chosen: Chosen) -> pd.DataFrame:
    """Return the posts of the last year of the period, each with its name for people and the name of its unit."""
    if not all(table in chosen.frames for table in measures.VISITED):
        return pd.DataFrame()
    asked = chosen.asked
    last = min(asked.as_of, asked.period.last)
    table = measures.posts(chosen.frames, last.year, last)
    names = names_of(chosen)
    units = [names.get(str(code), "") for code in table["unit_code"]]
    posts = [" ".join(filter(None, (row["person_code"], row["rank"]))) for row in records(table)]
    return table.assign(unit=units, post=posts)


def posts_table(table: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return the rows of the picture, and those that it has no room for."""
    shown = table.assign(
        share=[number_format.percent(share) for share in table["share"]],
        difference=[number_format.signed(difference, 0) for difference in table["difference"]],
        results=[f"{row['raised']}/{row['solved_there']}" for row in records(table)],
    )
    return shown[["post", "unit", *NUMBERS, "points"]].rename(columns=words)


def caption_of(table: pd.DataFrame, words: dict[str, str]) -> str:
    """Return how to read the picture, how many posts it leaves out, and whether the calendar is provisional."""
    sentences = [words["posts_caption"]]
    if len(table) > MOST_POSTS:
        sentences.append(words["first_posts"].format(shown=MOST_POSTS, count=len(table)))
    if table["provisional"].any():
        sentences.append(words["provisional"])
    return PUNCTUATION[language()].gap.join(sentences)


def posts_chart(table: pd.DataFrame, words: dict[str, str]) -> go.Figure:
    """Return a dumbbell for each post, the first on top: hollow planned by the day, filled done, the difference."""
    fig, place = go.Figure(), list(range(len(table)))
    for row, y in zip(records(table), place, strict=True):
        colour = RED if row["difference"] < 0 else GREY
        ends = {"x0": row["planned_by_then"], "x1": row["done"], "y0": y, "y1": y}
        fig.add_shape(type="line", layer="below", line={"color": colour, "width": 3}, **ends)
        results = f"{row['raised']}/{row['solved_there']}"
        _at(fig, x=1, y=y, text=results, xref="paper", xanchor="right")
        furthest = max(row["planned_by_then"], row["done"])
        signed = number_format.signed(row["difference"], 0)
        _at(fig, x=furthest, y=y, text=f"<b>{signed}</b>", xanchor="left", xshift=9, font={"color": INK, "size": 12})
    _at(fig, x=1, y=-0.9, text=words["results"], xref="paper", xanchor="right")  # to its left is room on a phone
    hollow = {"symbol": "circle-open", "size": 11, "color": INK, "line": {"width": 2}}
    for name, marker in (("planned_by_then", hollow), ("done", {"symbol": "circle", "size": 10, "color": BLUE})):
        fig.add_trace(
            go.Scatter(x=list(table[name]), y=place, mode="markers", marker=marker, name=words[name], hoverinfo="x")
        )
    names = [label(f"{post} {unit}", 15) for post, unit in zip(table["post"], table["unit"], strict=True)]
    fig.update_yaxes(tickvals=place, ticktext=names, range=[len(table) - 0.4, -1.4], zeroline=False, gridcolor=PALE)
    most = max([*table["done"], *table["planned_by_then"], 1])
    axis = {"title": words["visits"], "range": [-0.03 * most, 1.22 * most], "domain": [0, 1 - WIDTH_OF_RESULTS]}
    fig.update_xaxes(gridcolor=PALE, zeroline=False, rangemode="tozero", **axis)
    legend = {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"}
    margin = {"l": 10, "r": 10, "t": 26, "b": 10}
    fig.update_layout(height=SPARE + ROW * (len(table) + 1), margin=margin, legend=legend)
    return fig


def _at(fig: go.Figure, **where: object) -> None:
    fig.add_annotation(**{"showarrow": False, "yanchor": "middle", "font": {"color": INK, "size": 12}, **where})
