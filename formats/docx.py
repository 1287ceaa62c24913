"""Word files of documents: docxtpl fills formats/templates/bulletin.docx, or a template of the office.

Texts are escaped, so that markup and placeholders in a name stay text. A template of the office may omit things, but
nothing is written if a unit's name would appear without its votes, interval and verdict.
"""

import io
import re
import traceback
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docx import Document as open_docx
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from errors import UsageError
from formats.document import CHANGES, LEFT_OUT, PLEDGES, Document, Table
from formats.docx_bytes import packed
from i18n import N_

TEMPLATE = Path(__file__).with_name("templates") / "bulletin.docx"
"""Source of the layout: an office edits it in Word or WPS; docs/how-to/word-template lists its placeholders."""
LARGEST = 50 * 1024 * 1024
"""Bytes of a template unpacked; ours has 0.2 million."""
NEEDED: Mapping[str, Sequence[str]] = {
    CHANGES: ("n", "interval", "verdict"),
    LEFT_OUT: ("round", "reason"),
    PLEDGES: ("target", "reported", "verified"),
}
TOO_LARGE = N_("The template {path} is larger than {limit} MB. Remove the pictures.")
NO_WORD_FILE = N_("The template {path} cannot be read as a Word file. Save it in Word or WPS as .docx.")
UNKNOWN = N_(
    "The template {path} has a placeholder “{name}”, which is not available, near “{place}”. The guide to "
    "templates lists the placeholders."
)
MISSPELT = N_(
    "A placeholder in the template {path} is not written correctly, near “{place}” ({detail}). The guide to "
    "templates explains the syntax."
)
BARE_NAME = N_(
    "With the template {path}, the unit {unit} would appear without its votes, interval and verdict: “{place}”. "
    "Put them on the same line."
)
OF_A_UNIT = ("n", "interval", "verdict")


class InvalidTemplateError(UsageError):
    """Error in a template: what is wrong, and where."""


def word_bytes(document: Document, template: Path = TEMPLATE) -> bytes:
    """Return the document as .docx. Raises InvalidTemplateError."""
    filled = _Template(io.BytesIO(_readable(template)))
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        filled.render(_given(document), environment)
    except (TemplateError, TypeError, ArithmeticError) as error:  # a placeholder may add a text and a number
        raise _refused(template, error, filled.lines) from error
    except (ValueError, KeyError, PackageNotFoundError) as error:
        raise _no_template(template) from error
    content = packed(filled.docx, document.title, document.language)
    if template != TEMPLATE:
        _check_names(open_docx(io.BytesIO(content)), document, template)
    return content


class _Template(DocxTemplate):
    """docxtpl template without its later changes to texts: it replaces {_{ by {{, and tabs and line feeds by Word's."""

    lines: Sequence[str] = ()

    def render_xml_part(self, src_xml: str, part: Any, context: dict[str, Any], jinja_env: Any = None) -> str:
        source = re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml)  # a paragraph a line: an error has a place
        self.lines = source.splitlines()
        rendered: str = jinja_env.from_string(source).render(context)
        return re.sub(r"\n<w:p([ >])", r"<w:p\1", rendered)


def _given(document: Document) -> dict[str, object]:
    """Return what a template may use: the fields of the document; a row is its cells and its statement."""
    given = document.as_data()
    given["sections"] = [
        {
            "heading": section.heading,
            "level": section.level,
            "paragraphs": section.paragraphs,
            "table": _table(section.table) if section.table is not None else None,
        }
        for section in document.sections
    ]
    return given


def _table(table: Table) -> dict[str, object]:
    rows = [{**row.cells, "statement": row.statement} for row in table.rows]
    return {"kind": table.kind, "headers": table.headers, "rows": rows}


def _readable(template: Path) -> bytes:
    """Return the bytes of a template that can be a Word file."""
    try:
        content = template.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST:
                raise InvalidTemplateError(TOO_LARGE, path=template.name, limit=LARGEST >> 20)
            parts.getinfo("word/document.xml")
    except (OSError, zipfile.BadZipFile, KeyError):
        raise _no_template(template) from None
    return content


def _no_template(template: Path) -> InvalidTemplateError:
    return InvalidTemplateError(NO_WORD_FILE, path=template.name)


def _refused(template: Path, error: Exception, lines: Sequence[str]) -> InvalidTemplateError:
    """Return an error for a placeholder, with the words of its paragraph."""
    if isinstance(error, TemplateSyntaxError):
        number = error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        number = next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == "<template>"), 0)
    place = re.sub(r"<[^>]+>", "", lines[number - 1]) if 0 < number <= len(lines) else ""
    place = " ".join(place.split())[:80] or "?"
    said = (error.message if isinstance(error, TemplateError) else str(error)) or type(error).__name__
    if isinstance(error, UndefinedError):
        name = re.findall(r"'([^']*)'", said)
        return InvalidTemplateError(UNKNOWN, path=template.name, name=name[-1] if name else said, place=place)
    return InvalidTemplateError(MISSPELT, path=template.name, place=place, detail=said)


def _check_names(made: Any, document: Document, template: Path) -> None:
    """Refuse a document in which the name of a unit appears without its figures."""
    figures: dict[str, list[set[str]]] = {}
    for table in document.tables():
        for row in table.rows:
            if "unit" in row.cells:
                needed = {row.cells[key] for key in NEEDED.get(table.kind, OF_A_UNIT)}
                figures.setdefault(row.cells["unit"], []).append(needed)
    longest_first = sorted(figures, key=len, reverse=True)  # the name of one unit may be a part of another's
    ours = _own_texts(document)
    for words in (" ".join(line) for line in _lines_of(made)):
        if words in ours:
            continue
        rest = words
        for name in (name for name in longest_first if name in words):
            if name in rest and not any(all(text in words for text in needed) for needed in figures[name]):
                raise InvalidTemplateError(BARE_NAME, path=template.name, unit=name, place=words[:80])
            rest = rest.replace(name, " ")


def _own_texts(document: Document) -> set[str]:
    """Return the texts of the document itself; they may contain a name that is also a common word."""
    texts = {document.title, document.footer, document.secrecy, document.stamp, document.office, document.date}
    for section in document.sections:
        texts |= {section.heading, *section.paragraphs}
        if section.table is not None:
            texts |= {" ".join(section.table.headers.values()), *(row.statement for row in section.table.rows)}
    return texts


def _lines_of(made: Any) -> Iterator[list[str]]:
    """Yield every line of a document, with headers and footers: a paragraph, or the cells of a table's row."""
    places = [made.element.body]
    for section in made.sections:
        heads = (section.header, section.first_page_header, section.even_page_header)
        feet = (section.footer, section.first_page_footer, section.even_page_footer)
        places += [edge._element for edge in (*heads, *feet) if not edge.is_linked_to_previous]
    for place in places:
        for row in place.iter("{*}tr"):
            yield ["".join(text.text or "" for text in cell.iter("{*}t")) for cell in row.iter("{*}tc")]
        for paragraph in place.iter("{*}p"):
            if next(paragraph.iterancestors("{*}tc"), None) is None:
                yield ["".join(text.text or "" for text in paragraph.iter("{*}t"))]
