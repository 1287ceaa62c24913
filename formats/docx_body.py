"""Text of a document as WordprocessingML: headings, paragraphs, tables, and the parts of an official paper.

A template receives these pieces complete and cannot take them apart: the line of a unit is one table row with votes,
interval and verdict, and a heading of a tier comes with the units below it. Looks come from named styles.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from formats.document import Document, Form, Row, Section, Table
from formats.official_page import (
    CHARACTER_MM,
    LEFT_MM,
    LINE_MM,
    MARK_MM,
    TEXT_MM,
    ems,
    mark_points,
    signature_spaces,
    widths_mm,
)
from formats.table_kinds import KINDS

TWIPS = 1440 / 25.4  # in a millimetre
LINE, CHARACTER, WIDTH = round(LINE_MM * TWIPS), CHARACTER_MM * TWIPS, round(TEXT_MM[0] * TWIPS)
STYLES = (
    *("heading 1", "heading 2", "heading 3", "Origin", "Before table", "After table"),
    *("Table head", "Table text", "Table number", "Table statement"),
    *("Head", "Copy number", "Classification", "Paper number", "Recipients", "Annex", "Signature", "Imprint"),
)
"""Names of the styles that the pieces use; a template that lacks one borrows it from the shipped template."""
GREY = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>'
KEEP = "<w:keepNext/>"
_MARGINS = "".join(
    f'<w:{side} w:w="{twips}" w:type="dxa"/>'
    for side, twips in (("top", 40), ("left", 51), ("bottom", 40), ("right", 51))
)
_SIDE = 280  # twips left and right of the imprint: one of its characters
_RULES = "".join(
    f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="000000"/>'
    for side, eighths in (("top", 8), ("bottom", 8), ("insideH", 6))
)
"""Rules of the imprint in eighths of a point: 0.35 mm, and 0.25 mm between its lines."""
_EDGES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)

Ids = Mapping[str, str]
"""Name of a style -> its id in the template."""


def body(document: Document, ids: Ids, width: int = WIDTH) -> str:
    """Return every section of the document, in order; `width`: twips that a table may take."""
    share = min(1.0, width / WIDTH)
    widths = {kind: [share * one for one in given] for kind, given in widths_mm(document).items()}
    return "".join(_section(section, document, widths, ids) for section in document.sections)


def head(document: Document, ids: Ids, width: int = WIDTH) -> str:
    """Return copy number, classification, name of the office in red, number, signer and the red line."""
    form = document.form
    secret = "★".join(filter(None, (form.classification, form.term)))
    mark = form.mark or form.office
    lines = [("Copy number", form.copy_number), ("Classification", secret)]
    first = "".join(_paragraph(text, style, ids) for style, text in lines if mark or text)
    blank = _paragraph("", "Copy number", ids)
    return first + (_mark(mark, form, ids) + _number(document, ids) + blank if mark else "") + blank


def recipients(document: Document, ids: Ids, width: int = WIDTH) -> str:
    """Return to whom the paper is sent."""
    return _paragraph(document.form.recipients, "Recipients", ids) if document.form.recipients else ""


def annexes(document: Document, ids: Ids, width: int = WIDTH) -> str:
    """Return the names of the annexes, numbered if there are several; a second line begins below the first name."""
    label, names = document.labels.get("attachments", ""), document.form.attachments
    many = len(names) > 1
    numbers = [f"{at}. " if many else "" for at in range(1, len(names) + 1)]
    hanging = round((ems(label) + (1 if many else 0)) * CHARACTER)
    left = round(2 * CHARACTER) + hanging
    found = []
    for at, (number, name) in enumerate(zip(numbers, names, strict=True)):
        pull = hanging if at == 0 else round(CHARACTER) if many else 0
        before = _spacing(before=LINE) if at == 0 else ""
        own = f'{before}<w:ind w:left="{left}" w:hanging="{pull}"/>'
        found.append(_paragraph((label if at == 0 else "") + number + name, "Annex", ids, own))
    return "".join(found)


def signature(document: Document, ids: Ids, width: int = WIDTH) -> str:
    """Return office and date, a blank line below the text, with the blanks of GB/T 9704 on their right."""
    form, free = document.form, signature_spaces(document.form)
    lines = [(text, blank) for text, blank in ((form.office, free.office), (form.date, free.date)) if text]
    return "".join(
        _paragraph(
            text,
            "Signature",
            ids,
            (_spacing(before=LINE) if at == 0 else "") + f'<w:ind w:right="{round(blank * CHARACTER)}"/>',
        )
        for at, (text, blank) in enumerate(lines)
    )


def imprint(document: Document, ids: Ids, width: int = WIDTH) -> str:
    """Return copies and printing line between rules, a table at the foot of the last page.

    It is placed from the edge of the page: LibreOffice moves a table as wide as the text in no other case.
    """
    form, wide = document.form, min(width, WIDTH)
    rows = [_copies(document, ids)] if form.copies_to else []
    if form.printed_by or form.printed_on:
        tab = f'<w:tabs><w:tab w:val="right" w:pos="{wide - _SIDE}"/></w:tabs><w:ind w:left="{_SIDE}"/>'
        printed = f"{_run(form.printed_by)}<w:r><w:tab/></w:r>{_run(form.printed_on)}"
        rows.append(_paragraph_of(printed, "Imprint", ids, tab))
    if not rows:
        return ""
    left = round(LEFT_MM * TWIPS)
    place = f'w:vertAnchor="margin" w:horzAnchor="page" w:tblpX="{left}" w:tblpYSpec="bottom"'
    cells = [f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/></w:tcPr>{row}</w:tc>' for row in rows]
    margins = '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
    return (
        f'<w:tbl><w:tblPr><w:tblpPr {place}/><w:tblW w:w="{wide}" w:type="dxa"/><w:tblBorders>{_RULES}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr><w:tblGrid><w:gridCol w:w="{wide}"/></w:tblGrid>'
        f"{''.join(map(_row, cells))}</w:tbl>{_paragraph('', 'After table', ids)}"
    )


PIECES: Mapping[str, Callable[[Document, Ids, int], str]] = {
    "head": head,
    "recipients": recipients,
    "body": body,
    "annexes": annexes,
    "signature": signature,
    "imprint": imprint,
}
"""What a template may place, always complete."""


def _section(section: Section, document: Document, widths: Mapping[str, Sequence[float]], ids: Ids) -> str:
    parts = [_paragraph(section.heading, f"heading {section.level}", ids)] if section.heading else []
    last = len(section.paragraphs) - 1
    for at, text in enumerate(section.paragraphs):
        origin = section.paragraphs == document.about
        before_table = at == last and section.table is not None
        parts.append(_paragraph(text, "Origin" if origin else "Before table" if before_table else "", ids))
    if section.table is not None:
        gap = _paragraph("", "After table", ids)
        parts += [_paragraph("", "After table", ids, KEEP), _table(section.table, widths[section.table.kind], ids), gap]
    return "".join(parts)


def _table(table: Table, widths: Sequence[float], ids: Ids) -> str:
    """Return a table with its header on every page; the drawn range of the PDF leaves its room to places."""
    if KINDS[table.kind].range_width:
        places = list(table.headers).index("places")
        widths = (*widths[:places], widths[places] + widths[places + 1], *widths[places + 2 :])
    twips = [round(width * TWIPS) for width in widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in twips)
    first = "".join(
        _cell(text, width, "Table head", ids, GREY) for text, width in zip(table.headers.values(), twips, strict=True)
    )
    rows = "".join(_line(row, table, twips, ids) for row in table.rows)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_EDGES}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{_MARGINS}</w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{first}</w:tr>{rows}</w:tbl>"
    )


def _line(row: Row, table: Table, twips: Sequence[int], ids: Ids) -> str:
    """Return one unit: all its cells in a row and, below it, the permitted statements."""
    keys, written = list(table.headers), KINDS[table.kind].written
    own = zip(keys, twips, strict=True)
    spanned = '<w:vMerge w:val="restart"/>' if row.statement else ""
    cells = "".join(
        _cell(
            row.cells[key],
            width,
            "Table text" if key in written else "Table number",
            ids,
            spanned if at == 0 else "",
            bool(row.statement),
        )
        for at, (key, width) in enumerate(own)
    )
    below = ""
    if row.statement:
        under = _cell(row.statement, sum(twips[1:]), "Table statement", ids, f'<w:gridSpan w:val="{len(keys) - 1}"/>')
        below = _row(_cell("", twips[0], "Table number", ids, "<w:vMerge/>") + under)
    return _row(cells) + below


def _row(cells: str) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _cell(text: str, width: int, style: str, ids: Ids, own: str = "", keep: bool = False) -> str:
    """Return a cell; `own` are its properties in the order of the schema: span, then shade."""
    looks = f'<w:tcW w:w="{width}" w:type="dxa"/>{own}<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{looks}</w:tcPr>{_paragraph(text, style, ids, KEEP if keep else '')}</w:tc>"


def _mark(mark: str, form: Form, ids: Ids) -> str:
    """Return the name of the office with its upper edge 35 mm below the top of the text; two lines are above it."""
    size = mark_points(form)
    own = _spacing(before=round(MARK_MM * TWIPS) - 2 * LINE, exactly=round(size * 20))
    if not (form.number or form.signer):
        own = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="20" w:color="C00000"/></w:pBdr>{own}'
    return _paragraph(mark, "Head", ids, own, f'<w:sz w:val="{round(2 * size)}"/>')


def _number(document: Document, ids: Ids) -> str:
    """Return number and signer two lines below the name of the office; the style draws the red line below them."""
    form = document.form
    if not (form.number or form.signer):
        return ""
    before = _spacing(before=2 * LINE)
    if not form.signer:
        return _paragraph(form.number, "Paper number", ids, f'{before}<w:jc w:val="center"/>')
    own = f'<w:tabs><w:tab w:val="right" w:pos="{round(27 * CHARACTER)}"/></w:tabs>{before}'
    blank = "\u3000"  # the line has no indent: its red line is as wide as the text
    name = _run(form.signer, '<w:rFonts w:eastAsia="楷体_GB2312"/>')
    line = f"{_run(blank + form.number)}<w:r><w:tab/></w:r>{_run(document.labels.get('signer', ''))}{name}"
    return _paragraph_of(line, "Paper number", ids, f'{own}<w:jc w:val="left"/>')


def _copies(document: Document, ids: Ids) -> str:
    label = document.labels.get("copies_to", "")
    hanging = round(ems(label) * _SIDE)
    own = f'<w:ind w:left="{_SIDE + hanging}" w:right="{_SIDE}" w:hanging="{hanging}"/>'
    return _paragraph(label + document.form.copies_to, "Imprint", ids, own)


def _spacing(*, before: int = 0, after: int = 0, exactly: int = 0) -> str:
    line = f' w:line="{exactly}" w:lineRule="exact"' if exactly else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{line}/>'


def _paragraph(text: str, style: str, ids: Ids, own: str = "", looks: str = "") -> str:
    return _paragraph_of(_run(text, looks), style, ids, own)


def _paragraph_of(runs: str, style: str, ids: Ids, own: str) -> str:
    named = f'<w:pStyle w:val="{escape(ids[style])}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{own}</w:pPr>{runs}</w:p>"


def _run(text: str, looks: str = "") -> str:
    if not text:
        return ""
    properties = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
