"""Documents read back by independent readers: rows of a PDF by where they stand, rows of a Word file."""

import io
import re
import zipfile
from pathlib import Path

from docx import Document as open_docx
from pypdf import PdfReader

from data.sample.load import RULES_FILE
from data.store import Store

MM = 72 / 25.4
UNITS = (13, 36, 12, 12, 25, 14, 23, 21)  # of the table of units, mm; with the drawing of the range
TABLE_TEXT = 9.0
GRADES = ("满意", "基本满意", "不满意")
ODD_NAMES = (
    '局=HYPERLINK("http://x.y","z")',
    "局#set text(fill: red)",
    "局{{ 7*7 }}",
    "局{% for a in b %}{% endfor %}",
    "局<script>alert(1)</script>",
    "局*粗* _斜_ $x^2$ `raw` @ref <label>",
    "局\\n\\u{41} // /* */ #",
    "局{_{ x }_} {_% y %_} &amp; & <w:t>",
    "局“引号”'单'\"双\" ~ -- --- ...",
    "市信访局(“12345”市长公开电话受理中心)[区档案局、区委保密办（区保密局）]",
    "㙦䢺㑇䶮街道",
    "㙦䢺㑇䶮街道社区",
)
"""Names that a careless writer takes for a formula, a command, a placeholder or markup."""


def store_of(path: Path, names: list[str], category_of: int = 250, *, followed: bool = False) -> Store:
    """A published store of so many units, in categories of so many, from counts; made quickly.

    followed: with a year before that was a little better, and a pledge of every unit, most of them late.
    """
    store = Store(path, threads=2)
    store.add_rules(RULES_FILE.read_text(encoding="utf-8"))
    files = {("counts", "2025"): _counts_file(names, category_of)}
    if followed:
        files = {("counts", "2024"): _counts_file(names, category_of, 0.2), **files}
        files["pledges", "2025"] = "承诺编号,单位,承诺事项,重点,目标值,基期值,计量单位,方向,完成时限\n" + "".join(
            f"{at + 1},{_quoted(name)},修建农村公路,是,{10 + at % 7},5,公里,越高越好,2025-{6 + at % 6:02d}-30\n"
            for at, name in enumerate(names)
        )
    for (kind, year), content in files.items():
        told = store.import_files(kind, [(f"{kind}.csv", content.encode())], year)
        assert told.stored, [problem.message("en") for problem in told.problems]
    store.publish()
    return store


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _counts_file(names: list[str], category_of: int, share: float = 0.3) -> str:
    """Counts of grades; share: of the lowest grade at the worst unit, less 0.05."""
    lines = ["参评单位,类别,评议主体,测评指标," + ",".join(GRADES)]
    for at, name in enumerate(names):
        for group, size in (("普通群众", 120), ("服务对象", 60), ("两代表一委员", 40)):
            bad = min(size, round(size * (0.05 + share * ((at * 37) % len(names)) / len(names))) + (at * 7) % 3)
            fair = (size - bad) // 3
            counts = ",".join(map(str, (size - bad - fair, fair, bad)))
            lines.append(f"{_quoted(name)},第{at // category_of + 1}类,{group},总体评价,{counts}")
    return "\n".join(lines)


def pdf_text(content: bytes) -> str:
    """All text of a PDF without blanks, so that line breaks do not matter."""
    return re.sub(r"\s+", "", "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def pdf_rows(content: bytes, widths: tuple[int, ...] = UNITS) -> list[list[str]]:
    """The rows of the tables of units without sentences below them, cell by cell, blanks left out."""
    rows = []
    for page in PdfReader(io.BytesIO(content)).pages:
        cells = _cells(page, [28 * MM + sum(widths[:n]) * MM for n in range(len(widths))])
        centres = sorted({y for column, y, text in cells if column == 2 and not text.startswith("评")}, reverse=True)
        columns = [_column([own for own in cells if own[0] == n], centres, cells) for n in (0, 1, 2, 3, 4, 5, 7)]
        rows += [list(row) for row in zip(*columns, strict=True)]
    return rows


def _column(own: list[tuple[int, float, str]], centres: list[float], cells: list[tuple[int, float, str]]) -> list[str]:
    """The text of one column in each row: its lines stand as far above the middle of the row as below it."""
    left = sorted(((y, text) for _, y, text in own if not _is_header(y, cells)), key=lambda line: -line[0])
    told = []
    for centre in centres:
        above = left[0][0] - centre if left else 0.0
        told.append("".join(text for y, text in left if y > centre - above - 2))
        left = [line for line in left if line[0] <= centre - above - 2]
    return told


def _cells(page, edges: list[float]) -> list[tuple[int, float, str]]:
    """Texts in the size of tables: column, height, text."""
    found = []

    def visit(text, matrix, text_matrix, _font, size):
        if text.strip() and round(size, 1) == TABLE_TEXT:
            x = text_matrix[4] * matrix[0] + matrix[4]
            y = text_matrix[5] * matrix[3] + matrix[5]
            column = max((n for n, edge in enumerate(edges) if x >= edge - 0.5), default=0)
            found.append((column, round(y, 1), re.sub(r"\s+", "", text)))

    page.extract_text(visitor_text=visit)
    return found


def _is_header(y: float, cells: list[tuple[int, float, str]]) -> bool:
    return any(own == y and text == "评价数" for _, own, text in cells)


def docx_tables(content: bytes) -> list[tuple[str, list[list[str]]]]:
    """Each table with the heading it stands under; merged cells once."""
    body = open_docx(io.BytesIO(content)).element.body
    heading, found = "", []
    for part in body.iterchildren():
        if part.tag.endswith("}p"):
            style = part.find(".//{*}pStyle")
            if style is not None and "Heading" in style.values()[0]:
                heading = _text(part)
        elif part.tag.endswith("}tbl"):
            rows = [[_text(cell) for cell in row.iterchildren("{*}tc")] for row in part.iterchildren("{*}tr")]
            found.append((heading, rows))
    return found


def docx_paragraphs(content: bytes) -> list[str]:
    """The paragraphs that are in no table."""
    return [paragraph.text for paragraph in open_docx(io.BytesIO(content)).paragraphs]


def docx_parts(content: bytes) -> dict[str, bytes]:
    """The files inside a Word file."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _text(element) -> str:
    return "".join(text.text or "" for text in element.iter("{*}t"))
