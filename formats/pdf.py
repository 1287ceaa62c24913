"""PDF/A files of documents, set by Typst from formats/templates/bulletin.typ: same content and fonts, same bytes.

Texts reach the template as data, so that markup in a name stays text. PDF/A (2a: archivable, readable aloud) refuses a
character that no font here has, so that no empty box is ever printed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from errors import UsageError
from formats import official_page
from formats.document import CREATED, Document
from formats.fonts import FontChoice, choose, fonts_of
from formats.table_kinds import KINDS

if TYPE_CHECKING:
    from typst import PDFStandard

TEMPLATE = Path(__file__).with_name("templates") / "bulletin.typ"
STANDARD: "PDFStandard" = "a-2a"
_NO_GLYPH = re.compile(r'the text `"(?P<text>.*)"` could not be displayed')


@dataclass(frozen=True)
class Typeset:
    """Result of typesetting. content: the PDF. fonts: those in use, and those missing."""

    content: bytes
    fonts: FontChoice


def fonts_here(folder: Path | None = None) -> FontChoice:
    """Return the fonts of a PDF written on this machine. Raises NoChineseFontError."""
    return choose(fonts_of(folder))


def typeset(document: Document, fonts: Path | None = None) -> Typeset:
    """Return the document as PDF; `fonts`: a folder whose fonts are used in place of the machine's.

    Raises NoChineseFontError, and UsageError for a character that no font here has.
    """
    given = {
        "document": document.as_data(),
        "kinds": {table.kind: _kind(table.kind) for table in document.tables()},
        "layout": _layout(document),
    }
    return compiled(TEMPLATE, given, fonts)


def compiled(template: Path, given: Mapping[str, object], fonts: Path | None = None) -> Typeset:
    """Return a template filled with data as PDF; the data reach it by name, with the fonts to use as `fonts`.

    Raises NoChineseFontError, and UsageError for a character that no font here has.
    """
    known = fonts_of(fonts)
    chosen = choose(known)
    data = {**given, "fonts": {"latin": chosen.latin, **chosen.families}}
    compiler = typst.Compiler(
        template.read_bytes(),
        font_paths=known,
        ignore_system_fonts=fonts is not None,
        sys_inputs={name: json.dumps(value, ensure_ascii=False) for name, value in data.items()},
    )
    try:
        content = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=int(CREATED.timestamp()))
    except typst.TypstError as error:
        raise _refused(error) from error
    assert isinstance(content, bytes), "one PDF is one piece"
    return Typeset(content, chosen)


def _kind(name: str) -> dict[str, object]:
    """Return how the columns of a kind of table are set."""
    kind = KINDS[name]
    return {
        "columns": kind.names,
        "written": sorted(kind.written),
        "draws": kind.range_width > 0,
        "at_blanks": kind.at_blanks,
    }


def _layout(document: Document) -> dict[str, object]:
    """Return the measures that the Word file has too."""
    return {
        "widths": official_page.widths_mm(document),
        "mark": official_page.mark_points(document.form),
        "spaces": asdict(official_page.signature_spaces(document.form)),
    }


def _refused(error: typst.TypstError) -> Exception:
    """Return a UsageError for a character without a glyph; any other error is our bug and is returned unchanged."""
    match = _NO_GLYPH.search(error.message)
    if not match:
        return error
    return UsageError(
        "No font on this machine has the characters “{text}” of a name. Install a font that has them. The Word "
        "document does not need it.",
        text=match["text"],
    )
