"""Word files of documents: texts and complete pieces put into formats/templates/bulletin.docx, or an office's template.

A template gets no names and no numbers, only pieces: the lines of units are in `body`, each with its votes, interval
and verdict, below the heading of its tier. `formats/docx_guard.py` sees to it that a reader sees them.
"""

import io
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from docx import Document as open_docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from formats import docx_body, docx_guard
from formats.document import Document
from formats.docx_bytes import packed
from formats.docx_guard import InvalidTemplateError
from formats.docx_looks import looks_of
from formats.docx_template import Filled, PlaceholderError, fill
from i18n import N_

FOLDER = Path(__file__).with_name("templates")
TEMPLATES: Mapping[str, Path] = {"zh": FOLDER / "bulletin.docx", "en": FOLDER / "bulletin-en.docx"}
"""Layout of a Chinese and of an English paper; docs/how-to/word-template lists the placeholders."""
RED_HEAD = FOLDER / "red-head.docx"
"""A start for the template of an office, with a printed head."""
LARGEST = 50 * 1024 * 1024
"""Bytes of a template unpacked; ours has 0.1 million."""
TOO_LARGE = N_("The template {path} is larger than {limit} MB. Remove the pictures.")
NO_WORD_FILE = N_("The template {path} cannot be read as a Word file. Save it in Word or WPS as .docx.")
UNKNOWN = N_(
    "The template {path} has a placeholder “{name}”, which is not available, near “{place}”. The guide to "
    "templates lists the placeholders."
)
MISSPELT = N_(
    "A placeholder in the template {path} is not written correctly, near “{place}”. A template has texts "
    "{{{{ name }}}}, pieces {{{{p name }}}} alone in a paragraph, and {{%p if name %}} … {{%p endif %}}; it has no "
    "filters, loops or parts of names."
)


def word_bytes(document: Document, template: Path | None = None) -> bytes:
    """Return the document as .docx, in the given template of the office, if any. Raises InvalidTemplateError."""
    path = template or TEMPLATES[document.language]
    word = _opened(path)
    if template is None:
        _fill(word, document, path)
    else:
        _fill_own(word, document, path)
    return packed(word, document.title, document.language)


def _fill_own(word: Any, document: Document, path: Path) -> None:
    """Fill a template of the office between the checks of the template and of the result."""
    try:
        roots = docx_guard.roots_of(word)
    except SyntaxError as error:
        raise InvalidTemplateError(NO_WORD_FILE, path=path.name) from error
    docx_guard.check_package(word, roots, path.name)
    width = docx_guard.text_width(word, path.name)
    docx_guard.check_words(word, roots, document, path.name)
    looks = looks_of(word, width)
    docx_guard.check_filled(word, _fill(word, document, path, width), looks, path.name)


def _fill(word: Any, document: Document, path: Path, width: int = docx_body.WIDTH) -> dict[Any, Filled]:
    """Put texts and pieces into the document, its headers and footers; return what each received."""
    ids = _style_ids(word)
    pieces = {name: write(document, ids, width) for name, write in docx_body.PIECES.items()}
    texts = _texts(document)
    edges = [one.target_part for one in word.part.rels.values() if one.reltype.endswith(("/header", "/footer"))]
    try:
        return {
            word.element: fill(word.element, texts, pieces),
            **{part.element: fill(part.element, texts, {}) for part in edges},
        }
    except PlaceholderError as error:
        if error.unknown:
            raise InvalidTemplateError(UNKNOWN, path=path.name, name=error.unknown, place=error.place) from error
        raise InvalidTemplateError(MISSPELT, path=path.name, place=error.place) from error


def _texts(document: Document) -> dict[str, str]:
    """Return the texts that a template may use; none of them names a unit."""
    form = {name: value for name, value in vars(document.form).items() if isinstance(value, str)}
    own = ("title", "secrecy", "stamp", "release", "rules", "footer")
    return {
        **form,
        **{name: str(getattr(document, name)) for name in own},
        "mark": document.form.mark or document.form.office,
    }


def _style_ids(word: Any) -> dict[str, str]:
    """Return the ids of the styles of pieces; missing styles are borrowed from the shipped template."""
    own = word.styles.element
    known = {str(one.find(qn("w:name")).get(qn("w:val"))).lower(): one for one in own.iter(qn("w:style"))}
    lent = _shipped_styles()
    ids = {}
    for name in docx_body.STYLES:
        if name.lower() not in known:
            known[name.lower()] = _lend(own, lent[name.lower()])
        ids[name] = str(known[name.lower()].get(qn("w:styleId")))
    return ids


def _lend(styles: Any, style: Any) -> Any:
    """Add a shipped style to a template, based on the default style of the template."""
    made = deepcopy(style)
    made.set(qn("w:styleId"), f"Biaochi{made.get(qn('w:styleId'))}")
    based = made.find(qn("w:basedOn"))
    default = next((s for s in styles.iter(qn("w:style")) if _is_default_paragraph(s)), None)
    if based is not None and default is not None:
        based.set(qn("w:val"), default.get(qn("w:styleId")))
    for name in ("w:next", "w:link"):
        for gone in made.findall(qn(name)):
            made.remove(gone)
    styles.append(made)
    return made


def _is_default_paragraph(style: Any) -> bool:
    return style.get(qn("w:type")) == "paragraph" and style.get(qn("w:default")) == "1"


@lru_cache(maxsize=1)
def _shipped_styles() -> dict[str, Any]:
    styles = open_docx(str(TEMPLATES["zh"])).styles.element
    return {str(one.find(qn("w:name")).get(qn("w:val"))).lower(): one for one in styles.iter(qn("w:style"))}


def _opened(template: Path) -> Any:
    """Return a template as a Word file of python-docx."""
    try:
        content = template.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST:
                raise InvalidTemplateError(TOO_LARGE, path=template.name, limit=LARGEST >> 20)
            parts.getinfo("word/document.xml")
        return open_docx(io.BytesIO(content))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, PackageNotFoundError, SyntaxError):
        raise InvalidTemplateError(NO_WORD_FILE, path=template.name) from None
