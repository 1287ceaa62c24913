"""How a chart is shown: fonts, colours, the translated toolbar. What a chart says is in the
functions below it.
"""

import plotly.graph_objects as go
import streamlit as st

from ui.words import language

FONTS = "'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Segoe UI', Arial, sans-serif"
INK = "#1F2933"
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
    st.plotly_chart(fig, key=key, theme=None, config=toolbar(), alt=alt)
