"""Common style of the charts: fonts, colours, the translated toolbar, and shared elements."""

import html
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from results.labels import VERDICT_COLOURS, VERDICTS
from ui import cached, guard
from ui.i18n import language

FONTS = "'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Segoe UI', Arial, sans-serif"
INK = "#1F2933"
BLUE, ORANGE, RED, GREY, PALE = "#0072B2", "#E69F00", "#C04F00", "#6B757F", "#E4E8EC"
GRADE_COLOURS = ("#0072B2", "#56B4E9", "#CFE6F5", "#F6D28C", "#E69F00", "#B87A00")  # best to worst
ROW = 24  # height of a row in a chart of units, pixels
LONGEST_NAME = 18
TIER_NAMES = {verdict: VERDICTS[verdict] for verdict in ("confirmed", "undecided", "cleared")}
TIER_COLOURS = VERDICT_COLOURS
TIER_SYMBOLS = {"confirmed": "diamond", "undecided": "circle-open", "cleared": "circle"}
"""Shape, fill and colour all differ, so grey prints and colour-blind readers can tell the verdicts apart."""
MOST_GRADES = 9
MOST_ROWS = 300  # more are not drawn, because the chart would be unreadable
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
    """Return the settings of Plotly's toolbar in the language of the session."""
    config = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}
    if language() == "zh":
        config |= {"locale": "zh-CN", "locales": LOCALES}
    return config


class KeptFigure(go.Figure):
    """A finished chart: Plotly copies a figure deeply for every page that shows it, 10 ms for 90 units."""

    def keep(self) -> "KeptFigure":
        """Remember the figure as it is now; later changes are not shown."""
        self._kept = super().to_dict()
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return what `keep` remembers; the parts are shared and not to be changed."""
        return {**self._kept, "layout": dict(self._kept["layout"])}


def show_kept(depends: tuple[str, ...], draw: Callable[[], go.Figure], key: str, alt: str) -> None:
    """Show a chart that is drawn once for all sessions. depends : release, round and choices of the chart."""
    screen = "narrow" if guard.on_phone() else "wide"
    figure = cached.figure((language(), screen, key, *depends), lambda: KeptFigure(styled(draw())).keep())
    st.plotly_chart(figure, key=key, theme=None, config=toolbar(), alt=alt)


def show(fig: go.Figure, key: str, alt: str) -> None:
    """Show a chart in the common style; `alt` describes it for screen readers."""
    st.plotly_chart(styled(fig), key=key, theme=None, config=toolbar(), alt=alt)


def styled(fig: go.Figure) -> go.Figure:
    """Return a chart with the fonts and colours that all charts share."""
    fig.update_layout(
        font={"family": FONTS, "size": 14, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        hoverlabel={"font": {"family": FONTS}},
    )
    fig.update_xaxes(automargin=True)
    fig.update_yaxes(automargin=True, title_standoff=14)
    return fig


def label(name: object, longest: int = LONGEST_NAME) -> str:
    """Return a name from a file, escaped because Plotly interprets tags, and shortened if it is long."""
    text = " ".join(str(name).split())
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return html.escape(short, quote=False)


def reach(part: pd.DataFrame, colour: str, thickness: float = 2) -> dict:
    """Return error bars from score_low to score_high around score."""
    return span(part["score"], part["score_low"], part["score_high"], colour, thickness)


def span(middle: pd.Series, low: pd.Series, high: pd.Series, colour: str, thickness: float = 2) -> dict:
    """Return error bars from low to high around middle."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (high - middle).astype(float),
        "arrayminus": (middle - low).astype(float),
        "color": colour,
        "thickness": thickness,
        "width": 0,
    }


def tier_marker(verdict: str, size: int = 10) -> dict:
    """Return the marker of a verdict."""
    hollow = TIER_SYMBOLS[verdict].endswith("open")
    colour = TIER_COLOURS[verdict]
    return {
        "size": size + 2 * (verdict == "confirmed"),
        "symbol": TIER_SYMBOLS[verdict],
        "color": colour,
        "line": {"width": 2.5 if hollow else 0, "color": colour},
    }


def low_layout(fig: go.Figure, rows: int) -> go.Figure:
    """Return the layout of a small chart with a legend above it."""
    fig.update_layout(
        height=120 + 44 * max(rows, 1),
        margin={"l": 10, "r": 20, "t": 50, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
    )
    return fig
