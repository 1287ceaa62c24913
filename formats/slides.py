"""The brief as slides (.pptx): native charts and tables that PowerPoint and WPS edit; same content, same bytes."""

import io
import math
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pptx
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from formats.brief import CELLS, MOVED_CELLS, Brief, Finding, Moved, Named
from formats.document import CREATED
from formats.slide_chart import COLOURS, add_chart
from formats.zip import zip_bytes

PROGRAM = "Biaochi"
WIDTH, HEIGHT = 13.333, 7.5
"""Inches of a slide, 16:9."""
EDGE, TOP, BOTTOM = 0.55, 1.45, 0.55
TITLE_ONLY = 5
"""Layout of every slide: screen readers announce its title."""
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
EAST_ASIAN = "Microsoft YaHei"
INK, FAINT, RED = RGBColor(0x1F, 0x29, 0x33), RGBColor(0x52, 0x60, 0x6D), RGBColor(0xA0, 0x24, 0x14)
PALE, WHITE = RGBColor(0xEE, 0xF1, 0xF4), RGBColor(0xFF, 0xFF, 0xFF)
SIGNS = {"confirmed": "◆", "undecided": "○", "rose": "▲", "fell": "▼"}
ROWS = 11
"""Lines of a table on a slide; more lines take a further slide."""
ROW_HEIGHT = 0.4
LINE = 1.2
"""Height of a line of text in heights of its type."""
UNIT_WIDTHS = (1.9, 3.2, 1.0, 1.0, 1.9, 0.9, 1.2)
MOVED_WIDTHS = (1.5, 3.1, 2.0, 2.2, 1.2, 2.2)
NARROW_WIDTHS = (1.35, 1.75, 0.65, 1.2, 0.9)
NARROW = ("verdict", "unit", "n", "interval", "places")


def slides_bytes(brief: Brief) -> bytes:
    """Return the brief as .pptx."""
    deck = _empty_deck()
    for number, page in enumerate(pages := list(_pages(brief)), 1):
        slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
        _frame(slide, brief, number, len(pages))
        page(slide)
    return _packed(deck, brief)


def _empty_deck() -> Any:
    """Return a presentation of 16:9 whose placeholders are as wide as its slides."""
    deck = pptx.Presentation()
    stretch = WIDTH / (deck.slide_width / 914400)
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for part in (deck.slide_master, *deck.slide_layouts):
        for shape in part.placeholders:
            if shape.left is not None:
                shape.left, shape.width = round(shape.left * stretch), round(shape.width * stretch)
    return deck


# --- the slides -----------------------------------------------------------------------------------------


def _pages(brief: Brief) -> Iterator[Callable[[Any], None]]:
    """Yield for each slide what fills it."""
    yield partial(_first, brief=brief)
    confirmed = [unit for found in brief.findings for unit in found.confirmed]
    if not confirmed:
        yield partial(_bullets, brief=brief, title=brief.words["confirmed"], lines=[brief.words["nobody"]])
    for units in _pieces(confirmed):
        yield partial(_names, brief=brief, units=units)
    for found in brief.findings:
        for units in list(_pieces([*found.confirmed, *found.undecided])) or [[]]:
            yield partial(_category, brief=brief, found=found, units=units)
    yield partial(_bullets, brief=brief, title=brief.words["cannot"], lines=brief.cannot)
    yield partial(_bullets, brief=brief, title=brief.words["change"], lines=brief.change)
    for moved in _pieces(brief.moved):
        yield partial(_changes, brief=brief, moved=moved)
    yield partial(_last, brief=brief)


def _pieces(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(rows), ROWS):
        yield rows[first : first + ROWS]


def _frame(slide: Any, brief: Brief, number: int, count: int) -> None:
    """Put secrecy and stamp above, source, day and number below; a loose slide has them too."""
    top = [(brief.secrecy, INK, PP_ALIGN.LEFT, EDGE), (brief.stamp, RED, PP_ALIGN.RIGHT, WIDTH / 2)]
    for words, colour, side, left in top:
        if words:
            _text(slide, (left, 0.12, WIDTH / 2 - EDGE, 0.35), [words], 14, colour=colour, side=side)
    at = brief.words["page"].format(number=number, count=count)
    foot = " · ".join((brief.footer, brief.words["as_of"], at))
    _text(slide, (EDGE, HEIGHT - 0.48, WIDTH - 2 * EDGE, 0.34), [foot], 11, colour=FAINT)


def _first(slide: Any, brief: Brief) -> None:
    _title(slide, brief, brief.headline, 34, (EDGE, 2.0, WIDTH - 2 * EDGE, 2.0))
    _text(slide, (EDGE, 1.35, WIDTH - 2 * EDGE, 0.6), [brief.title], 20, colour=FAINT)
    signed = [text for text in (brief.form.office, brief.form.date) if text]
    _text(slide, (EDGE, 4.1, WIDTH - 2 * EDGE, 2.2), [brief.promise, *signed], 18, colour=FAINT)


def _names(slide: Any, brief: Brief, units: Sequence[Named]) -> None:
    _title(slide, brief, brief.words["confirmed"])
    rows = [
        {**unit.cells, "unit": "\n".join(filter(None, (unit.cells["unit"], unit.note))), "tier": unit.tier}
        for unit in units
    ]
    _table(slide, brief, (EDGE, TOP), CELLS, UNIT_WIDTHS, rows, 14)


def _category(slide: Any, brief: Brief, found: Finding, units: Sequence[Named]) -> None:
    colon = "：" if brief.language == "zh" else ": "
    _title(slide, brief, colon.join(filter(None, (found.name, found.sentence))), 26)
    sentences = [sentence for sentence in (found.cure, found.more) if sentence]
    if not units:
        _text(slide, (EDGE, TOP, WIDTH - 2 * EDGE, 4.0), sentences, 22)
        return
    add_chart(slide, brief, units, (Inches(EDGE), Inches(TOP), Inches(6.1), Inches(5.3)))
    rows = [{**unit.cells, "tier": unit.tier} for unit in units]
    below = _table(slide, brief, (6.85, TOP), NARROW, NARROW_WIDTHS, rows, 11, 0.34) + 0.15
    _text(slide, (6.85, below, WIDTH - EDGE - 6.85, HEIGHT - BOTTOM - below), sentences, 14)


def _bullets(slide: Any, brief: Brief, title: str, lines: Sequence[str], height: float = 4.8) -> None:
    _title(slide, brief, title)
    _text(slide, (EDGE, TOP, WIDTH - 2 * EDGE, height), lines, 22, apart=14)


def _changes(slide: Any, brief: Brief, moved: Sequence[Moved]) -> None:
    _title(slide, brief, brief.words["change"])
    rows = [{**one.cells, "tier": one.tier} for one in moved]
    _table(slide, brief, (EDGE, TOP), MOVED_CELLS, MOVED_WIDTHS, rows, 14)


def _last(slide: Any, brief: Brief) -> None:
    colon = "：" if brief.language == "zh" else ": "
    _bullets(slide, brief, brief.words["steps"], [f"{name}{colon}{state}" for name, state in brief.steps], 3.8)
    _text(slide, (EDGE, 5.4, WIDTH - 2 * EDGE, 1.4), [brief.words["source"], *brief.about], 11, colour=FAINT)


# --- parts of a slide -----------------------------------------------------------------------------------

Box = tuple[float, float, float, float]
"""Left, top, width and height in inches."""


def _title(slide: Any, brief: Brief, words: str, points: float = 28, box: Box | None = None) -> None:
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = map(Inches, box or (EDGE, 0.5, WIDTH - 2 * EDGE, 0.9))
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
    frame.text = words
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    _dress(frame.paragraphs[0].runs[0], points, INK, bold=True)


def _text(
    slide: Any,
    box: Box,
    sentences: Sequence[str],
    points: float,
    *,
    colour: RGBColor = INK,
    side: PP_ALIGN = PP_ALIGN.LEFT,
    apart: float = 4,
) -> None:
    frame = slide.shapes.add_textbox(*map(Inches, box)).text_frame
    frame.word_wrap = True
    for at, words in enumerate(sentences):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment, paragraph.space_after = side, Pt(apart)
        run = paragraph.add_run()
        run.text = words
        _dress(run, points, colour)


def _dress(run: Any, points: float, colour: RGBColor, *, bold: bool = False) -> None:
    run.font.size, run.font.bold, run.font.color.rgb = Pt(points), bold, colour


def _table(
    slide: Any,
    brief: Brief,
    corner: tuple[float, float],
    names: Sequence[str],
    widths: Sequence[float],
    rows: Sequence[dict[str, str]],
    points: float,
    height: float = ROW_HEIGHT,
) -> float:
    """Put a table on a slide and return where it ends; the first column has the verdict in its colour and its sign."""
    size = (sum(widths), height * (len(rows) + 1))
    grid = slide.shapes.add_table(len(rows) + 1, len(names), *map(Inches, (*corner, *size))).table
    for at, width in enumerate(widths):
        grid.columns[at].width = Inches(width)
    for at, name in enumerate(names):
        head = "finding" if names is MOVED_CELLS and name == "verdict" else "difference" if name == "change" else name
        _cell(grid.cell(0, at), brief.words[head], points, PALE, INK, left=at < 2, bold=True)
    for line, row in enumerate(rows, 1):
        for at, name in enumerate(names):
            words = f"{SIGNS[row['tier']]} {row[name]}" if name == "verdict" else row[name]
            colour = RGBColor.from_string(COLOURS[row["tier"]]) if name == "verdict" else INK
            _cell(grid.cell(line, at), words, points, WHITE, colour, left=at < 2, bold=name == "unit")
    for drawn in grid.rows:
        lines = max(_lines(cell.text, width, points) for cell, width in zip(drawn.cells, widths, strict=True))
        drawn.height = Inches(max(height, lines * points * LINE / 72 + 0.04))
    return corner[1] + sum(drawn.height for drawn in grid.rows) / Inches(1)


def _lines(words: str, width: float, points: float) -> int:
    """Return the lines that a text takes in a cell: programs make a row higher, and what is below it does not move."""
    room = width * 72 - 9
    return sum(max(1, math.ceil(_length(part) * points / room)) for part in words.split("\n"))


def _length(words: str) -> float:
    """Return the width of a text in widths of a Chinese character."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.55 for sign in words)


def _cell(cell: Any, words: str, points: float, fill: RGBColor, colour: RGBColor, *, left: bool, bold: bool) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = fill
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.text_frame.text = words
    for paragraph in cell.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT if left else PP_ALIGN.CENTER
        for run in paragraph.runs:
            _dress(run, points, colour, bold=bold)


# --- bytes ----------------------------------------------------------------------------------------------


def _packed(deck: Any, brief: Brief) -> bytes:
    """Return the presentation as bytes, without the time or the machine it was written on."""
    about = deck.core_properties
    about.title, about.language, about.author, about.last_modified_by = (
        *(brief.title, LANGUAGES[brief.language], PROGRAM, PROGRAM),
    )
    about.comments = about.keywords = about.subject = about.category = ""
    about.created = about.modified = CREATED.replace(tzinfo=None)
    about.revision = 1
    first = io.BytesIO()
    deck.save(first)
    with zipfile.ZipFile(first) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    return zip_bytes(
        {name: _own(name, content, brief.language) for name, content in files.items()},
        time=CREATED.timetuple()[:6],
        unix_mode=None,
    )


def _own(name: str, content: bytes, language: str) -> bytes:
    """Return a part with the East Asian font of the theme and the language of its texts."""
    if name.startswith("ppt/theme/"):
        return content.replace(b'<a:ea typeface=""/>', f'<a:ea typeface="{EAST_ASIAN}"/>'.encode())
    if name.startswith("ppt/slides/slide"):
        tag = f'<a:rPr lang="{LANGUAGES[language]}" '.encode()
        return content.replace(b"<a:rPr ", tag)
    return content
