"""Filling a Word template: texts, complete pieces, and parts that appear only if there is a text.

The language is small so that nothing can be taken apart: `{{ name }}` for a text, `{{p name }}` alone in a paragraph
for a piece, `{%p if name %}` and `{%p endif %}` around paragraphs or tables. There are no filters, loops or attributes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{\{|\}\}|\{%|%\}")
_TEXT = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PIECE = re.compile(r"\{\{p\s+(\w+)\s*\}\}")
_IF = re.compile(r"\{%p\s+if\s+(\w+)\s*%\}")
_END = re.compile(r"\{%p\s+endif\s*%\}")


class PlaceholderError(Exception):
    """Error in a placeholder: `unknown` is its name if only the name is wrong; place: the words around it."""

    def __init__(self, place: str, unknown: str = "") -> None:
        super().__init__(place)
        self.place, self.unknown = " ".join(place.split())[:80], unknown


@dataclass(frozen=True)
class Filled:
    """What a part received. texts: (name, run), pieces: (name, its elements)."""

    texts: tuple[tuple[str, Any], ...]
    pieces: tuple[tuple[str, tuple[Any, ...]], ...]


def fill(part: Any, texts: Mapping[str, str], pieces: Mapping[str, str]) -> Filled:
    """Fill the document, a header or a footer in place. Raises PlaceholderError.

    pieces: name -> WordprocessingML of complete paragraphs and tables; only the document itself has them.
    """
    _drop_absent(part, texts)
    found = [(name, paragraph) for paragraph in part.iter(qn("w:p")) if (name := _piece_name(paragraph, pieces))]
    placed = tuple((name, _put(paragraph, pieces[name])) for name, paragraph in found)
    ours = {own for _, elements in placed for own in elements}
    own = [p for p in part.iter(qn("w:p")) if ours.isdisjoint((p, *p.iterancestors()))]
    return Filled(tuple(one for paragraph in own for one in _fill_texts(paragraph, texts)), placed)


def paragraph_text(paragraph: Any) -> str:
    """Return the text of a paragraph without that of text boxes inside it."""
    return "".join(own.text or "" for own in _texts(paragraph))


def _texts(paragraph: Any) -> list[Any]:
    return [own for own in paragraph.iter(qn("w:t")) if next(own.iterancestors(qn("w:p"))) is paragraph]


def _drop_absent(part: Any, texts: Mapping[str, str]) -> None:
    """Remove the marks of conditions, and what is between them if the text is empty."""
    while (first := next((p for p in part.iter(qn("w:p")) if "{%" in paragraph_text(p)), None)) is not None:
        _drop_one(first, texts)


def _drop_one(first: Any, texts: Mapping[str, str]) -> None:
    text = paragraph_text(first).strip()
    match = _IF.fullmatch(text)
    if not match:
        raise PlaceholderError(text)
    if match[1] not in texts:
        raise PlaceholderError(text, match[1])
    inside, depth = [], 1
    for own in first.itersiblings():
        mark = paragraph_text(own).strip() if own.tag == qn("w:p") else ""
        depth += bool(_IF.fullmatch(mark)) - bool(_END.fullmatch(mark))
        if depth == 0:
            break
        inside.append(own)
    else:
        raise PlaceholderError(text)
    for gone in (first, own, *(inside if not texts[match[1]] else ())):
        if gone.find(f".//{qn('w:sectPr')}") is not None:
            raise PlaceholderError(text)
        gone.getparent().remove(gone)


def _piece_name(paragraph: Any, pieces: Mapping[str, str]) -> str:
    """Return the piece that a paragraph asks for, else ''; a piece is alone in its paragraph, in the text."""
    text = paragraph_text(paragraph)
    if "{{p" not in text:
        return ""
    match = _PIECE.fullmatch(text.strip())
    if not match or paragraph.getparent().tag != qn("w:body") or paragraph.find(f".//{qn('w:sectPr')}") is not None:
        raise PlaceholderError(text)
    if match[1] not in pieces:
        raise PlaceholderError(text, match[1])
    return match[1]


def _put(paragraph: Any, xml: str) -> tuple[Any, ...]:
    made = tuple(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))
    for own in made:
        paragraph.addprevious(own)
    paragraph.getparent().remove(paragraph)
    return made


def _fill_texts(paragraph: Any, texts: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Put texts where their placeholders stand, last first; each goes into the run where its placeholder begins."""
    parts = _texts(paragraph)
    text = "".join(own.text or "" for own in parts)
    for found in reversed(list(PLACEHOLDER.finditer(text))):
        match = _TEXT.fullmatch(found[0])
        if not match:
            raise PlaceholderError(text)
        if match[1] not in texts:
            raise PlaceholderError(text, match[1])
        yield match[1], _replace(parts, found.start(), found.end(), texts[match[1]])


def _replace(parts: list[Any], start: int, end: int, text: str) -> Any:
    """Replace the characters from start to end of all parts together; return the run that has the new text."""
    at, run = 0, None
    for own in parts:
        words = own.text or ""
        low, high = max(start - at, 0), min(end - at, len(words))
        if low < high:
            own.text = words[:low] + (text if run is None else "") + words[high:]
            own.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run = run if run is not None else own.getparent()
        at += len(words)
    return run
