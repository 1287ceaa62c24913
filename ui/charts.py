"""How a chart is shown: fonts, colours, the translated toolbar. What a chart says is in the
functions below it.
"""

import html
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ui.words import _, language

FONTS = "'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Segoe UI', Arial, sans-serif"
INK = "#1F2933"
BLUE, ORANGE, GREY, PALE = "#0072B2", "#E69F00", "#8A949E", "#E4E8EC"
GRADE_COLOURS = ("#0072B2", "#56B4E9", "#CFE6F5", "#F6D28C", "#E69F00", "#B87A00")  # best to worst
ROW = 24  # pixels of a row in a chart of units
LONGEST_NAME = 18
MOST_GRADES = 9
MOST_ROWS = 300  # more are not drawn: nobody reads them on one sheet
HINTS_ZH = {
    "Autoscale": "自动缩放",
    "Box Select": "框选",
    "Lasso Select": "圈选",
    "Draw rectangle": "画矩形",
    "Compare data on hover": "悬停时比较数据",
    "Show closest data on hover": "悬停时显示最近的数据",
    "Double-click on legend to isolate one trace": "双击图例只看这一项",
    "Double-click to zoom back out": "双击恢复原大小",
    "Download plot": "下载图片",
    "Download plot as a png": "下载图片（PNG）",
    "Download plot as a PNG": "下载图片（PNG）",
    "Copy plot to clipboard": "复制图片",
    "Pan": "平移",
    "Zoom": "缩放",
    "Zoom in": "放大",
    "Zoom out": "缩小",
    "Reset": "重置",
    "Reset axes": "重置坐标轴",
    "Toggle Spike Lines": "显示或隐藏坐标线",
    "Toggle show closest data on hover": "切换悬停显示",
    "Snapshot succeeded": "图片已保存",
    "Taking snapshot - this may take a few seconds": "正在生成图片，请稍候",
    "Sorry, there was a problem downloading your snapshot!": "图片下载失败，请再试一次",
    "Produced with Plotly.js": "由 Plotly.js 绘制",
    "trace": "数据项",
    "max:": "最大：",
    "mean ± σ:": "均值 ± σ：",
    "mean:": "均值：",
    "median:": "中位数：",
    "min:": "最小：",
    "q1:": "下四分位：",
    "q3:": "上四分位：",
    "lower fence:": "下边界：",
    "upper fence:": "上边界：",
}
MONTHS_ZH = [f"{month}月" for month in range(1, 13)]
DAYS_ZH = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"]
LOCALES = {
    "zh-CN": {
        "dictionary": HINTS_ZH,
        "format": {
            "days": DAYS_ZH,
            "shortDays": [day[-1] for day in DAYS_ZH],
            "months": MONTHS_ZH,
            "shortMonths": MONTHS_ZH,
            "date": "%Y-%m-%d",
            "decimal": ".",
            "thousands": ",",
            "grouping": [3],
        },
    }
}


def toolbar() -> dict:
    """The settings of Plotly's toolbar in the session's language."""
    config = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}
    if language() == "zh":
        config |= {"locale": "zh-CN", "locales": LOCALES}
    return config


def show(fig: go.Figure, key: str, alt: str) -> None:
    """A chart in the house style. `alt` says in words what the chart shows, for those who
    cannot see it.
    """
    fig.update_layout(
        font={"family": FONTS, "size": 14, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        hoverlabel={"font": {"family": FONTS}},
    )
    fig.update_xaxes(automargin=True)
    fig.update_yaxes(automargin=True, title_standoff=14)
    st.plotly_chart(fig, key=key, theme=None, config=toolbar(), alt=alt)


def label(name: object) -> str:
    """A name from a file for a chart: Plotly would read tags in it, and long ones are shortened."""
    text = " ".join(str(name).split())
    short = text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"
    return html.escape(short, quote=False)


def ranked_scores(rows: pd.DataFrame) -> go.Figure:
    """Score and interval of every ranked unit, best on top, each category under its name."""
    at, heads = _positions(rows["category"])
    fig = go.Figure()
    for listed, name in ((False, _("Not on the list")), (True, _("On the bottom rule's list"))):
        part = rows[rows["mark"].notna() == listed]
        fig.add_trace(_dots(part, [at[i] for i in part.index], listed, name))
    for i, j in pairwise(rows.index):
        border = rows["mark"].isna()[i] and rows["mark"].notna()[j]
        if border and rows["category"][i] == rows["category"][j]:
            fig.add_hline((at[i] + at[j]) / 2, line={"dash": "dash", "width": 1.5, "color": INK})
    for category, y in heads:
        fig.add_annotation(x=0, xref="paper", y=y, text=f"<b>{label(category)}</b>", showarrow=False, xanchor="left")
    ticks = [f"{label(n)}  {p}" for n, p in zip(rows["unit_name"], rows["place"], strict=True)]
    last = max(at, default=0)
    fig.update_yaxes(tickvals=at, ticktext=ticks, range=[last + 1, -1], showgrid=True, gridcolor=PALE, zeroline=False)
    fig.update_xaxes(title=_("Score"), showgrid=True, gridcolor=PALE, zeroline=False, side="top")
    fig.update_layout(
        height=130 + ROW * (last + 1),
        margin={"l": 10, "r": 20, "t": 90, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
    )
    return fig


def _positions(categories: pd.Series) -> tuple[list[int], list[tuple[str, int]]]:
    """Row numbers of a chart, with a row for the name of each category when there are several."""
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


def _dots(part: pd.DataFrame, y: list[int], listed: bool, name: str) -> go.Scatter:
    """Dots with intervals: blue and filled, or orange and hollow for the rule's list."""
    colour = ORANGE if listed else BLUE
    names = [label(unit) for unit in part["unit_name"]]
    return go.Scatter(
        x=part["score"],
        y=y,
        name=name,
        mode="markers",
        marker={
            "size": 9,
            "symbol": "circle-open" if listed else "circle",
            "color": colour,
            "line": {"width": 2.5 if listed else 0, "color": colour},
        },
        error_x=_reach(part, colour),
        customdata=list(zip(names, part["n"], part["interval"], strict=True)),
        hovertemplate=_hover(),
    )


def _reach(part: pd.DataFrame, colour: str) -> dict:
    return {
        "type": "data",
        "symmetric": False,
        "array": (part["score_high"] - part["score"]).astype(float),
        "arrayminus": (part["score"] - part["score_low"]).astype(float),
        "color": colour,
        "thickness": 2,
        "width": 0,
    }


def _hover() -> str:
    return "%{customdata[0]}<br>" + f"{_('Score')} %{{customdata[2]}}<br>{_('Votes')} %{{customdata[1]}}<extra></extra>"


def score_spread(rows: pd.DataFrame) -> go.Figure:
    """All ranked units, categories side by side, best first: how far apart the scores are."""
    fig = go.Figure()
    ticks: list[float] = []
    names: list[str] = []
    start = 0
    for category, part in rows.groupby("category", sort=False):
        x = list(range(start, start + len(part)))
        fig.add_trace(_standing(part, x))
        ticks.append(start + (len(part) - 1) / 2)
        names.append(f"{label(category)}<br>{len(part)}")
        start += len(part) + 3
    fig.update_xaxes(tickvals=ticks, ticktext=names, showgrid=False, zeroline=False)
    fig.update_yaxes(title=_("Score"), gridcolor=PALE, zeroline=False)
    fig.update_layout(height=380, showlegend=False, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    return fig


def _standing(part: pd.DataFrame, x: list[int]) -> go.Scatter:
    listed = part["mark"].notna()
    return go.Scatter(
        x=x,
        y=part["score"],
        mode="markers",
        marker={
            "size": 8 if len(x) <= 60 else 5,
            "color": [ORANGE if own else BLUE for own in listed],
            "symbol": ["circle-open" if own else "circle" for own in listed],
            "line": {"width": 2},
        },
        error_y={**_reach(part, GREY), "thickness": 1},
        customdata=list(zip([label(u) for u in part["unit_name"]], part["n"], part["interval"], strict=True)),
        hovertemplate=_hover(),
    )


def group_means(means: pd.DataFrame) -> go.Figure:
    """The unit's mean in every group with its interval, and the span of its category."""
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
    reach = shown.rename(columns={"mean": "score", "low": "score_low", "high": "score_high"})
    fig.add_trace(
        go.Scatter(
            x=shown["mean"],
            y=names,
            mode="markers",
            name=_("This unit, with interval"),
            marker={"size": 11, "color": BLUE},
            error_x=_reach(reach, BLUE),
            customdata=shown["n"],
            hovertemplate=f"%{{x:.2f}}<br>{_('Votes')} %{{customdata}}<extra></extra>",
        )
    )
    fig.update_xaxes(title=_("Score"), gridcolor=PALE, zeroline=False)
    fig.update_yaxes(autorange="reversed", showgrid=False, type="category")
    return _low(fig, len(names))


def grade_bars(grades: pd.DataFrame) -> go.Figure:
    """Grades of each group as diverging bars: better grades to the left of the centre, worse to the right."""
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
    fig.add_vline(0, line={"color": INK, "width": 1})
    fig.update_xaxes(visible=False)
    fig.update_yaxes(autorange="reversed", type="category")
    fig.update_layout(barmode="overlay", bargap=0.35)
    fig.update_legends(traceorder="normal")
    return _low(fig, len(groups))


def _colours(count: int) -> list[str]:
    """Colours from best to worst; the middle of an odd number of grades is pale."""
    known = {2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
    steps = known.get(count) or [round(i * 5 / max(count - 1, 1)) for i in range(count)]
    return [GRADE_COLOURS[step] for step in steps]


def rounds(history: list[dict]) -> go.Figure:
    """Score with interval, round after round."""
    rows = pd.DataFrame([row for row in reversed(history) if row["score"] is not None])
    fig = go.Figure(
        go.Scatter(
            x=rows["round"],
            y=rows["score"],
            mode="lines+markers",
            line={"color": PALE, "width": 2},
            marker={"color": BLUE, "size": 11},
            error_y=_reach(rows, BLUE),
            customdata=rows["n"],
            hovertemplate=f"%{{y:.2f}}<br>{_('Votes')} %{{customdata}}<extra></extra>",
        )
    )
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(title=_("Score"), gridcolor=PALE, zeroline=False)
    fig.update_layout(height=260, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    return fig


def _low(fig: go.Figure, rows: int) -> go.Figure:
    """The layout of a small chart with a legend above it."""
    fig.update_layout(
        height=120 + 44 * max(rows, 1),
        margin={"l": 10, "r": 20, "t": 50, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
    )
    return fig
