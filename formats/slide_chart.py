"""A native chart of scores with their intervals, whose figures PowerPoint and WPS open as a sheet."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.util import Pt

from formats.brief import CONFIRMED, UNDECIDED, Brief, Named

COLOURS = {CONFIRMED: "A02414", UNDECIDED: "A65F00", "rose": "005A94", "fell": "A02414"}
MARKERS = {CONFIRMED: XL_MARKER_STYLE.DIAMOND, UNDECIDED: XL_MARKER_STYLE.CIRCLE}
CREATED = datetime(2000, 1, 1)
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
AFTER_BARS = ("cat", "val", "smooth", "extLst")
"""Elements of a series that follow its error bars (ECMA-376, CT_LineSer)."""


def add_chart(slide: Any, brief: Brief, units: Sequence[Named], box: tuple[int, int, int, int]) -> None:
    """Put a chart of these units on a slide: the mark is the score, the bar its interval, a series a verdict."""
    tiers = [tier for tier in (CONFIRMED, UNDECIDED) if any(unit.tier == tier for unit in units)]
    data = CategoryChartData(number_format="0.00")
    data.categories = [_label(brief, unit) for unit in units]
    for tier in tiers:
        name = next(unit.cells["verdict"] for unit in units if unit.tier == tier)
        data.add_series(name, [unit.score if unit.tier == tier else None for unit in units])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *box, data)
    frame.name = brief.words["chart"]
    _describe(frame, brief, units)
    chart = frame.chart
    _axes(chart, brief)
    _legend(chart)
    for at, (tier, series) in enumerate(zip(tiers, chart.plots[0].series, strict=True)):
        _mark(series, tier)
        _interval(series, units, tier, at)
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(brief, units, tiers))


def _label(brief: Brief, unit: Named) -> str:
    return brief.words["votes_of"].format(unit=unit.cells["unit"], n=unit.cells["n"])


def _describe(frame: Any, brief: Brief, units: Sequence[Named]) -> None:
    """Give the chart a description for screen readers: every unit with its verdict, score and interval."""
    gap = "；" if brief.language == "zh" else "; "
    names = ("verdict", "score", "interval")
    described = gap.join(" ".join([_label(brief, unit), *(unit.cells[name] for name in names)]) for unit in units)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", described)


def _axes(chart: Any, brief: Brief) -> None:
    low, high = brief.axis
    values, names = chart.value_axis, chart.category_axis
    values.minimum_scale, values.maximum_scale, values.major_unit = low, high, 5 if high - low <= 50 else 10
    values.has_major_gridlines, values.has_title = True, True
    values.axis_title.text_frame.text = brief.words["axis"]
    values.axis_title.text_frame.paragraphs[0].runs[0].font.size = Pt(12)
    values.major_gridlines.format.line.color.rgb = RGBColor(0xD5, 0xDB, 0xE1)
    values.tick_labels.font.size, names.tick_labels.font.size = Pt(12), Pt(11)
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = "0", False


def _legend(chart: Any) -> None:
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.legend.font.size = Pt(12)


def _mark(series: Any, tier: str) -> None:
    """Draw no line between units: they have no order in time. The mark is that of the verdict everywhere."""
    colour = RGBColor.from_string(COLOURS[tier])
    series.smooth = False
    series.format.line.fill.background()
    series.marker.style, series.marker.size = MARKERS[tier], 10
    series.marker.format.line.color.rgb = colour
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = colour if tier == CONFIRMED else RGBColor(0xFF, 0xFF, 0xFF)
    labels = series.data_labels
    labels.show_value, labels.position = True, XL_LABEL_POSITION.RIGHT
    labels.number_format, labels.number_format_is_linked = "0.0", False
    labels.font.size = Pt(12)


# --- intervals ------------------------------------------------------------------------------------------


def _interval(series: Any, units: Sequence[Named], tier: str, at: int) -> None:
    """Add the interval of every unit of a series as error bars, whose lengths are in the sheet of the chart."""
    element = series._element
    bars = etree.SubElement(element, f"{{{CHART}}}errBars")
    for name, value in (("errDir", "y"), ("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, f"{{{CHART}}}{name}", val=value)
    for side, column in (("plus", _columns(at)[0]), ("minus", _columns(at)[1])):
        _lengths(bars, side, column, [_length(unit, side) if unit.tier == tier else None for unit in units])
    shape = etree.SubElement(bars, f"{{{CHART}}}spPr")
    line = etree.SubElement(shape, f"{{{DRAWING}}}ln", w="25400")
    fill = etree.SubElement(line, f"{{{DRAWING}}}solidFill")
    etree.SubElement(fill, f"{{{DRAWING}}}srgbClr", val=COLOURS[tier])
    later = next(child for child in element if etree.QName(child).localname in AFTER_BARS)
    later.addprevious(bars)


def _length(unit: Named, side: str) -> float:
    return round(unit.high - unit.score if side == "plus" else unit.score - unit.low, 10)


def _columns(at: int) -> tuple[str, str]:
    """Return the columns of the sheet that hold the lengths of a series: three a series after the names."""
    return chr(ord("E") + 2 * at), chr(ord("F") + 2 * at)


def _lengths(bars: Any, side: str, column: str, values: Sequence[float | None]) -> None:
    reference = etree.SubElement(etree.SubElement(bars, f"{{{CHART}}}{side}"), f"{{{CHART}}}numRef")
    etree.SubElement(reference, f"{{{CHART}}}f").text = f"Sheet1!${column}$2:${column}${len(values) + 1}"
    kept = etree.SubElement(reference, f"{{{CHART}}}numCache")
    etree.SubElement(kept, f"{{{CHART}}}formatCode").text = "0.00"
    etree.SubElement(kept, f"{{{CHART}}}ptCount", val=str(len(values)))
    for at, value in enumerate(values):
        if value is not None:
            point = etree.SubElement(kept, f"{{{CHART}}}pt", idx=str(at))
            etree.SubElement(point, f"{{{CHART}}}v").text = repr(value)


def _workbook(brief: Brief, units: Sequence[Named], tiers: Sequence[str]) -> bytes:
    """Return the sheet behind the chart: names, scores by verdict, and the lengths of the intervals."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet("Sheet1")
        sheet.write_column(1, 0, [_label(brief, unit) for unit in units])
        for at, tier in enumerate(tiers):
            own = [unit if unit.tier == tier else None for unit in units]
            name = next(unit.cells["verdict"] for unit in units if unit.tier == tier)
            sheet.write(0, 1 + at, name)
            sheet.write_column(1, 1 + at, [unit.score if unit else None for unit in own])
            for column, side in zip(_columns(at), ("plus", "minus"), strict=True):
                sheet.write(f"{column}1", f"{brief.words[side]} ({name})")
                sheet.write_column(f"{column}2", [_length(unit, side) if unit else None for unit in own])
    return out.getvalue()
