"""Makes formats/templates/bulletin.docx, the template of the Word document: `python -m formats.docx_template`.

The page is that of GB/T 9704. The office may change the template in Word or WPS or give its own with `--template`;
docs/how-to/word-template.en.md lists the placeholders. Same code, same bytes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docx import Document as new_docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from formats.document import CHANGES, COLUMNS, GROUPS, INDICATORS, LEFT_OUT, PLEDGES, ROUNDS, UNITS
from formats.docx_bytes import packed

TEMPLATE = Path(__file__).with_name("templates") / "bulletin.docx"
LATIN, TITLE, BODY, HEADING, KAI = "Times New Roman", "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LINE = Pt(225 / 25.4 * 72 / 22)  # 22 lines in 225 mm
SMALL = Pt(9)
NUMBER_IN = Pt(14)  # a page number stands a character from the edge
RED = RGBColor(0xC0, 0, 0)
WIDTHS: Mapping[str, Sequence[int]] = {
    UNITS: (13, 40, 14, 15, 27, 20, 27),
    ROUNDS: (34, 17, 16, 17, 28, 20, 24),
    GROUPS: (38, 18, 20, 28, 22, 30),
    INDICATORS: (32, 30, 14, 16, 25, 16, 23),
    CHANGES: (30, 18, 25, 13, 27, 23, 20),
    LEFT_OUT: (50, 22, 84),
    PLEDGES: (27, 32, 17, 16, 15, 16, 16, 17),
}
"""Millimetres of each column; 156 in all."""
TEXTS = frozenset({"unit", "group", "indicator", "round", "verdict", "reason", "item", "warning"})


def template_bytes() -> bytes:
    """The template."""
    made = new_docx()
    _styles(made)
    _page(made)
    _control(made, "{%p if office %}")
    _line(made, "{{ office }}", "Head")
    _control(made, "{%p endif %}")
    _line(made, "{{ title }}", "Title")
    _control(made, "{%p for section in sections %}")
    for level in (1, 2, 3):
        _control(made, f"{{%p if section.heading and section.level == {level} %}}")
        _line(made, "{{ section.heading }}", f"Heading {level}")
        _control(made, "{%p endif %}")
    _control(made, "{%p for text in section.paragraphs %}")
    _control(made, "{%p if section.paragraphs == about %}")
    _line(made, "{{ text }}", "Origin")
    _control(made, "{%p elif loop.last and section.table %}")
    _line(made, "{{ text }}", "Before table")
    _control(made, "{%p else %}")
    _line(made, "{{ text }}", "Normal")
    _control(made, "{%p endif %}")
    _control(made, "{%p endfor %}")
    for kind in COLUMNS:
        _control(made, f"{{%p if section.table and section.table.kind == '{kind}' %}}")
        _table(made, kind)
        _line(made, "", "After table")
        _control(made, "{%p endif %}")
    _control(made, "{%p endfor %}")
    _control(made, "{%p if office or date %}")
    _line(made, "", "Origin")
    _control(made, "{%p endif %}")
    for name in ("office", "date"):
        _control(made, f"{{%p if {name} %}}")
        _line(made, f"{{{{ {name} }}}}", "Signature")
        _control(made, "{%p endif %}")
    return packed(made, "", "")


def _styles(made: Any) -> None:
    """Fonts by name; the machine that opens the file has them or not."""
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")  # else the shapes and punctuation of another region
    normal = made.styles["Normal"]
    _font(normal, BODY, Pt(16))
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = LINE
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.first_line_indent = Pt(32)
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for level, font in ((1, HEADING), (2, KAI), (3, BODY)):
        style = made.styles[f"Heading {level}"]
        _font(style, font, Pt(16), bold=level == 3)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(0), Pt(3)
        style.paragraph_format.keep_with_next = True
    title = made.styles["Title"]
    _font(title, TITLE, Pt(22))
    _no_border(title)
    title.paragraph_format.first_line_indent = Pt(0)
    title.paragraph_format.line_spacing = Pt(34)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(29)
    head = _style(made, "Head", TITLE, Pt(36))
    head.font.color.rgb = RED
    head.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.line_spacing = Pt(48)
    _rule_below(head)
    for name, font, align in (
        ("Table text", BODY, WD_ALIGN_PARAGRAPH.LEFT),
        ("Table number", BODY, WD_ALIGN_PARAGRAPH.CENTER),
        ("Table head", HEADING, WD_ALIGN_PARAGRAPH.CENTER),
        ("Table statement", KAI, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        style = _style(made, name, font, SMALL)
        style.paragraph_format.alignment = align
        style.paragraph_format.line_spacing = Pt(13)
    edge = _style(made, "Page edge", BODY, Pt(8))
    edge.paragraph_format.line_spacing = Pt(18)
    origin = made.styles.add_style("Origin", 1)
    origin.base_style = normal
    origin.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT  # ids are long words
    origin.paragraph_format.keep_with_next = True  # and the signature never stands alone on a page
    before = made.styles.add_style("Before table", 1)
    before.base_style = normal
    before.paragraph_format.keep_with_next = True
    before.paragraph_format.space_after = Pt(6)
    after = _style(made, "After table", BODY, Pt(4))
    after.paragraph_format.line_spacing = Pt(8)
    signature = _style(made, "Signature", BODY, Pt(16))
    signature.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    signature.paragraph_format.right_indent = Pt(64)
    signature.paragraph_format.keep_together = signature.paragraph_format.keep_with_next = True


def _style(made: Any, name: str, font: str, size: Any) -> Any:
    style = made.styles.add_style(name, 1) if name not in made.styles else made.styles[name]
    style.base_style = made.styles["Normal"]
    _font(style, font, size)
    style.paragraph_format.first_line_indent = Pt(0)
    return style


def _font(style: Any, name: str, size: Any, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN, size, bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), name)


def _no_border(style: Any) -> None:
    for border in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(border)


def _rule_below(style: Any) -> None:
    border = _element("w:pBdr")
    border.append(_element("w:bottom", val="single", sz="12", space="12", color="C00000"))
    style.element.get_or_add_pPr().insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _page(made: Any) -> None:
    """A4; 37 mm above, 28 mm left, 156 x 225 mm of text; numbers outside, as — 1 —."""
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(23), Mm(22)
    made.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        line = header.paragraphs[0]
        _tabs(line)
        _run(line, "{{ secrecy }}", HEADING, Pt(14))
        _run(line, "\t", HEADING, Pt(11))
        _run(line, "{{ stamp }}", HEADING, Pt(11)).font.color.rgb = RED
    odd, even = section.footer, section.even_page_footer
    for footer, number_first in ((odd, False), (even, True)):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        _tabs(line, 0 if number_first else NUMBER_IN)
        if number_first:
            line.paragraph_format.left_indent = NUMBER_IN
            _number(line)
            _run(line, "\t", BODY, Pt(8))
        _run(line, "{{ footer }}", BODY, Pt(8))
        if not number_first:
            _run(line, "\t", BODY, Pt(8))
            _number(line)


def _tabs(line: Any, before_edge: int = 0) -> None:
    """Two things on one line, the second at the right edge of the text or so far before it."""
    line.style = "Page edge"
    line.paragraph_format.tab_stops.add_tab_stop(Mm(156) - before_edge, WD_TAB_ALIGNMENT.RIGHT)


def _number(line: Any) -> None:
    """— 1 —, a field that Word and WPS fill in."""
    _run(line, "— ", BODY, Pt(14))
    for kind in ("begin", "", "end"):
        run = _run(line, "", BODY, Pt(14))
        if kind:
            run._r.append(_element("w:fldChar", fldCharType=kind))
        else:
            code = _element("w:instrText")
            code.text = "PAGE"
            run._r.append(code)
    _run(line, " —", BODY, Pt(14))


def _run(line: Any, text: str, font: str, size: Any) -> Any:
    run = line.add_run(text)
    run.font.name, run.font.size = LATIN, size
    run._r.rPr.rFonts.set(qn("w:eastAsia"), font)
    return run


def _line(made: Any, text: str, style: str) -> None:
    made.add_paragraph(text, style=style)


def _control(made: Any, words: str) -> None:
    """A line of the template that is no line of the document."""
    made.add_paragraph(words, style="After table")


def _table(made: Any, kind: str) -> None:
    """Header (on every page), then for each row of the document a row, and one with its sentence where it has one."""
    keys, widths = COLUMNS[kind], WIDTHS[kind]
    grid = made.add_table(rows=0, cols=len(keys))
    grid.style, grid.alignment, grid.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="51", type="dxa"))  # 0.9 mm
    grid._tbl.tblPr.append(margins)
    _row(
        grid, [f"{{{{ section.table.headers.{key} }}}}" for key in keys], ["Table head"] * len(keys), widths, head=True
    )
    _whole_row(grid, "{%tr for row in section.table.rows %}", widths)
    styles = ["Table text" if key in TEXTS else "Table number" for key in keys]
    cells = [f"{{{{ row.{key} }}}}" for key in keys]
    if kind == UNITS:
        _whole_row(grid, "{%tr if row.statement %}", widths)
        _row(grid, cells, styles, widths, with_next=True)
        _whole_row(grid, "{{ row.statement }}", widths, "Table statement")
        _whole_row(grid, "{%tr else %}", widths)
    _row(grid, cells, styles, widths)
    if kind == UNITS:
        _whole_row(grid, "{%tr endif %}", widths)
    _whole_row(grid, "{%tr endfor %}", widths)


def _row(
    grid: Any,
    texts: Sequence[str],
    styles: Sequence[str],
    widths: Sequence[int],
    *,
    head: bool = False,
    with_next: bool = False,
) -> None:
    row = grid.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit"))
    if head:
        properties.append(_element("w:tblHeader"))
    for cell, text, style, width in zip(row.cells, texts, styles, widths, strict=True):
        cell.width = Mm(width)
        cell.paragraphs[0].style = style
        cell.paragraphs[0].add_run(text)
        if head or with_next:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
        if head:
            cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill="EDEDED"))


def _whole_row(grid: Any, text: str, widths: Sequence[int], style: str = "Table text") -> None:
    row = grid.add_row()
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    cell = row.cells[0].merge(row.cells[-1])
    cell.width = Mm(sum(widths))
    cell.paragraphs[0].style = style
    cell.paragraphs[0].add_run(text)


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


if __name__ == "__main__":
    TEMPLATE.write_bytes(template_bytes())
