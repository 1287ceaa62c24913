"""Guard of the Word template of an office, by structure: what may never be left out, hidden, covered or added.

Stamp, secrecy, release and rule set are seen on every page or in the text; the text of the document is complete and
seen; nothing floats above or below it; the words of the template name no unit and no tier.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from errors import Reason, UsageError
from formats.document import Document
from formats.docx_looks import BOXED, FAINT, HIDDEN, NO_ROOM, ODD, SMALL, Looks
from formats.docx_template import Filled, paragraph_text
from i18n import N_

REQUIRED = ("stamp", "secrecy", "release", "rules")
HOLDS: Mapping[str, tuple[str, ...]] = {"release": ("release", "footer"), "rules": ("rules", "footer")}
"""What must be seen -> the placeholders that show it."""
PAGE_FIELDS = re.compile(r"\s*(PAGE|NUMPAGES|SECTION|SECTIONPAGES)\b[^{}]*")
FRAME_TEXT = re.compile(r"[\s\d—\-–·/]*")
LINES, LINE_EMU, LINE_POINTS = 4, 76_200, 6.0  # as many drawn lines, at most 6 points thick, for a head in red
SHORTEST_NAME = 3  # characters; a shorter name is also a common word
LEAST_WIDTH = 7000  # twips of a line of text; our tables have 8,844 and are narrowed to it
LARGEST_EDGE = 0.35  # of the page, that a margin, header or footer may take

MISSING = N_(
    "A paper always shows its status, secrecy, release and rule set. The template {path} shows “{name}” neither in the "
    "text nor on every page. Write {{{{ {name} }}}} into the text, or into every header or footer that is in use."
)
UNSEEN = {
    HIDDEN: N_("In the template {path}, “{name}” is hidden text, near “{place}”. Show it."),
    FAINT: N_(
        "In the template {path}, “{name}” has hardly any contrast with its background, near “{place}”. Make it black "
        "or red on white."
    ),
    SMALL: N_("In the template {path}, “{name}” is smaller than 6 points, near “{place}”. Make it larger."),
    BOXED: N_(
        "In the template {path}, “{name}” is in a text box, frame, field, content control, note or tracked change, "
        "near “{place}”, where a reader may not see it. Put it into the text, a header or a footer."
    ),
    NO_ROOM: N_(
        "In the template {path}, “{name}” is in a line, cell or margin without room for it, near “{place}”. Set usual "
        "line spacing, indents and widths."
    ),
    ODD: N_(
        "In the template {path}, “{name}” has the format “{detail}”, under which it may not be legible, near "
        "“{place}”. Remove the format."
    ),
}
NO_BODY = N_(
    "The template {path} does not contain the text of the paper. Write {{{{p body }}}} alone into a paragraph, outside "
    "of tables and text boxes."
)
FLOATING = N_(
    "The template {path} has a picture, shape, frame or table that floats over or under the text, in {part} near "
    "“{place}” ({tag}). Place it in line with the text; up to {lines} thin lines may float."
)
FOREIGN = N_(
    "The template {path} contains {place} in {part}, which may replace or hide text after the guard looked. Remove it."
)
PAGE = N_("The page of the template {path} leaves no room for the text: {place}. Set the usual margins and one column.")
OWN_NAME = N_(
    "The template {path} itself contains the name of the unit {unit}, in {part}. A unit is named only on its line with "
    "votes, interval and verdict; for the issuing office write {{{{ office }}}} or {{{{ mark }}}}."
)
OWN_TIER = N_(
    "The template {path} itself contains the heading “{place}” in {part}; it belongs to the units below it. Remove it."
)
PARTS = {
    "document": N_("the text"),
    "hdr": N_("a header"),
    "ftr": N_("a footer"),
    "comments": N_("a comment"),
    "footnotes": N_("a footnote"),
    "endnotes": N_("an endnote"),
    "settings": N_("the settings of the file"),
    "styles": N_("a style"),
    "numbering": N_("the numbering"),
}
LINK, DATA = N_("a link"), N_("data within the file")
"""Where in the file something is, by the root of its part."""
EDGES = {
    "top": N_("the top margin"),
    "bottom": N_("the bottom margin"),
    "header": N_("the distance of the header"),
    "footer": N_("the distance of the footer"),
    "left": N_("the left margin"),
}
SIDES, COLUMNS = N_("the margins at the sides, or the width of the paper"), N_("more than one column")
NO_PAGE = N_("its size or its margins are missing")


_TOLD = " | ".join(
    (
        "//*[local-name()='t' or local-name()='delText' or local-name()='instrText']/text()",
        *(f"//@*[local-name()='{name}']" for name in ("string", "descr", "title", "alt", "instr", "tooltip")),
        *(f"//*[local-name()='{name}']/@*" for name in ("docVar", "bookmarkStart", "lvlText", "alias", "tag")),
        "//*[local-name()='listItem']/@*",
    )
)
_ALL = "//text() | //@*"
LABEL = re.compile(r"(?:%\d|[^\w]|[_第条章节款项目编篇附件o]|chapter|section|article|part|annex)*", re.IGNORECASE)
"""Labels of numbered paragraphs: numbers, bullets and words of a count; other words would be read with the text."""
DEFAULT = ("1", "true", "on")


class InvalidTemplateError(UsageError):
    """Error in a template: what is wrong, and where."""


def roots_of(word: Any) -> list[Any]:
    """Return the root of every XML part: document, headers, footers, notes, comments, drawings, styles, settings, data.

    The properties of the file are replaced. Raises SyntaxError.
    """
    parts = (part for part in word.part.package.iter_parts() if str(part.partname).endswith(".xml"))
    known = (part for part in parts if not str(part.partname).startswith("/docProps/core"))
    return [part.element if hasattr(part, "element") else parse_xml(part.blob) for part in known]


def _part(root: Any) -> Reason:
    """Return in which part of the file an element is, in words."""
    return Reason(PARTS.get(str(root.tag).rsplit("}", 1)[-1], DATA))


def check_package(word: Any, roots: Sequence[Any], path: str) -> None:
    """Refuse what could cover text, or change it after it was checked."""
    for part in word.part.package.iter_parts():
        name = str(part.partname).rsplit("/", 1)[-1]
        if "vbaProject" in name or "/embeddings/" in part.partname or name.endswith(".odttf"):
            raise _foreign(path, name)
        for relation in part.rels.values():
            if relation.is_external and not relation.reltype.endswith("/hyperlink"):
                raise _foreign(path, relation.reltype.rsplit("/", 1)[-1])
    for root in roots:
        for tag in ("altChunk", "subDoc", "linkStyles", "object", "dataBinding", "mailMerge"):
            if root.find(f".//{{*}}{tag}") is not None:
                raise _foreign(path, tag, root)
        _check_fields(root, path)
        for label in root.iter(qn("w:lvlText")):
            if not LABEL.fullmatch(label.get(qn("w:val"), "")):
                raise _foreign(path, f"lvlText {label.get(qn('w:val'))}", root)
    _check_styles(word.styles.element, path)
    _check_floating(roots, path)


def _foreign(path: str, what: str, root: Any = None) -> InvalidTemplateError:
    part = Reason(DATA) if root is None else _part(root)
    return InvalidTemplateError(FOREIGN, path=path, place=what, part=part)


def _check_floating(roots: Sequence[Any], path: str) -> None:
    floating = [(own, root) for root in roots for own in _floating(root)]
    others = [(own, root) for own, root in floating if not _is_thin_line(own)]
    if not others and len(floating) <= 2 * LINES:  # a line is kept twice, for old and for new programs
        return
    own, root = (others or floating[-1:])[0]
    tag = str(own.tag).rsplit("}", 1)[-1]
    raise InvalidTemplateError(FLOATING, path=path, part=_part(root), place=_near(own), tag=tag, lines=LINES)


def _near(own: Any) -> str:
    """Return the text of the paragraph or table around an element, else what follows; of a style its name."""
    around = next(own.iterancestors(qn("w:p"), qn("w:tbl"), qn("w:style")), own)
    texts = ("".join(text.text or "" for text in one.iter(qn("w:t"))) for one in (around, *around.itersiblings()))
    return next((" ".join(text.split())[:40] for text in texts if text.strip()), str(around.get(qn("w:styleId"), "")))


def _check_styles(styles: Any, path: str) -> None:
    """Refuse two styles of one id, and two defaults of a kind, of which programs take either."""
    every = list(styles.iter(qn("w:style")))
    ids = [str(style.get(qn("w:styleId"))) for style in every]
    ids += [f"w:default {style.get(qn('w:type'))}" for style in every if style.get(qn("w:default")) in DEFAULT]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise _foreign(path, f"w:style {twice[0]} × 2", styles)


def text_width(word: Any, path: str) -> int:
    """Return the twips of a line of text; refuse a page that leaves no room for it."""
    widths = [_width_of(section, path) for section in word.element.iter(qn("w:sectPr"))]
    if not widths:
        raise InvalidTemplateError(PAGE, path=path, place=Reason(NO_PAGE))
    return min(widths)


def check_words(word: Any, roots: Sequence[Any], document: Document, path: str) -> None:
    """Refuse the name of a unit or the heading of a tier in the words of the template itself, however they are cut."""
    relations = (one for part in word.part.package.iter_parts() for one in part.rels.values())
    links = [unquote(one.target_ref) for one in relations if one.is_external]
    words = [(_squeezed(_words(root)), _part(root)) for root in roots]
    words += [(_squeezed(link), Reason(LINK)) for link in links]

    def part_with(name: str) -> Reason | None:  # from the right to the left it is read the other way round
        return next((part for text, part in words if name in text or name[::-1] in text), None)

    for section in document.sections:
        heading = _squeezed(re.sub(r"^[\d.．、\s]+", "", section.heading)) if section.tier else ""
        if heading and (part := part_with(heading)):
            raise InvalidTemplateError(OWN_TIER, path=path, place=section.heading, part=part)
    units = {row.cells["unit"] for table in document.tables() for row in table.rows if "unit" in row.cells}
    for unit in sorted({*units, document.subject}, key=len, reverse=True):
        short = _squeezed(unit)
        if len(short) >= SHORTEST_NAME and (part := part_with(short)):
            raise InvalidTemplateError(OWN_NAME, path=path, unit=unit, part=part)


def check_filled(word: Any, filled: Mapping[Any, Filled], looks: Looks, path: str) -> None:
    """Refuse a template that leaves out or hides the text of the paper, or one of REQUIRED."""
    document = filled[word.element]
    pieces = dict(document.pieces)
    if not pieces.get("body"):
        raise InvalidTemplateError(NO_BODY, path=path)
    for name, elements in document.pieces:
        if name != "imprint":  # it floats at the foot of the page on purpose
            _check_pieces(elements, looks, path)
    for name in REQUIRED:
        _check_required(word, name, filled, looks, path)


def _check_pieces(elements: Sequence[Any], looks: Looks, path: str) -> None:
    """Check one run of each look: 1,128 units have 8,000 cells and a dozen looks."""
    seen: dict[tuple[object, ...], Any] = {}
    for run in (run for own in elements for run in own.iter(qn("w:r")) if run.find(qn("w:t")) is not None):
        paragraph = run.getparent()
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        key = (style.get(qn("w:val")) if style is not None else "", paragraph.getparent().tag)
        seen.setdefault(key, run)
    for (style, _place), run in seen.items():
        reason, detail = looks.why_unseen(run)
        if reason:
            raise _unseen(path, str(style) or "Normal", reason, detail, run)


def _check_required(word: Any, name: str, filled: Mapping[Any, Filled], looks: Looks, path: str) -> None:
    """Refuse a template in which a required text is not seen in the text, nor on every page."""
    wanted = HOLDS.get(name, (name,))
    runs = [(root, run) for root, one in filled.items() for text, run in one.texts if text in wanted]
    reasons = {id(run): looks.why_unseen(run) for _root, run in runs}
    seen = [root for root, run in runs if not reasons[id(run)][0]]
    if word.element in seen or all(any(root in seen for root in edges) for edges in _edges(word)):
        return
    for _root, run in runs:
        reason, detail = reasons[id(run)]
        if reason:
            raise _unseen(path, name, reason, detail, run)
    raise InvalidTemplateError(MISSING, path=path, name=name)


def _unseen(path: str, name: str, reason: str, detail: str, run: Any) -> InvalidTemplateError:
    place = " ".join(paragraph_text(next(run.iterancestors(qn("w:p")))).split())[:40]
    return InvalidTemplateError(UNSEEN[reason], path=path, name=name, detail=detail, place=place)


def _edges(word: Any) -> Iterator[list[Any]]:
    """Yield header and footer of every kind of page in use: odd, even and first pages of each section."""
    parts = word.part.rels
    settings = word.settings.element
    kinds = ["default", *(["even"] if settings.find(qn("w:evenAndOddHeaders")) is not None else [])]
    known: dict[tuple[str, str], Any] = {}
    for section in word.element.iter(qn("w:sectPr")):
        for own in section.iter(qn("w:headerReference"), qn("w:footerReference")):
            known[str(own.tag), own.get(qn("w:type"))] = parts[own.get(qn("r:id"))].target_part.element
        first = ["first"] if section.find(qn("w:titlePg")) is not None else []
        for kind in (*kinds, *first):
            yield [root for (_tag, of), root in known.items() if of == kind]


def _words(root: Any) -> str:
    """Return every text of a part, also deleted, computed or drawn ones, and descriptions of pictures."""
    ours = "openxmlformats.org/wordprocessingml" in str(root.tag)
    return " ".join(root.xpath(_TOLD if ours else _ALL))


def _squeezed(text: str) -> str:
    """Return letters and digits only: blanks, points or marks between the letters of a name do not hide it."""
    return "".join(c for c in text if c.isalnum()).casefold()


def _check_fields(root: Any, path: str) -> None:
    """Refuse a field that Word computes from other text, such as STYLEREF, which would print a name alone."""
    simple = [own.get(qn("w:instr"), "") for own in root.iter(qn("w:fldSimple"))]
    split, depth = "", 0
    for own in root.iter(qn("w:fldChar"), qn("w:instrText")):
        if own.tag == qn("w:instrText"):
            split += own.text or ""
            continue
        kind = own.get(qn("w:fldCharType"))
        depth += (kind == "begin") - (kind == "end")
        if depth == 0:
            simple, split = [*simple, split], ""
    for instruction in (*simple, *([split] if split else [])):
        if not PAGE_FIELDS.fullmatch(instruction):
            raise _foreign(path, " ".join(instruction.split())[:40] or "fldChar", root)


def _floating(root: Any) -> Iterator[Any]:
    """Yield what is over or under text: anchored drawings, old shapes, positioned tables and frames."""
    yield from root.iter("{*}anchor", qn("w:tblpPr"))
    for own in root.iter("{urn:schemas-microsoft-com:vml}*"):
        if "position:absolute" in own.get("style", "").replace(" ", "") or own.tag.endswith("}line"):
            yield own
    for own in root.iter(qn("w:framePr")):
        if not _is_page_number(own):
            yield own


def _is_page_number(frame: Any) -> bool:
    """Return whether a frame holds a page number only, as Word itself writes it."""
    paragraph = next(frame.iterancestors(qn("w:p")), None)
    if paragraph is None or frame.get(qn("w:wrap")) not in ("around", "auto", None):
        return False
    shaded = paragraph.find(f".//{qn('w:shd')}") is not None or paragraph.find(f".//{qn('w:pBdr')}") is not None
    return not shaded and bool(FRAME_TEXT.fullmatch(paragraph_text(paragraph)))


def _is_thin_line(own: Any) -> bool:
    if own.tag == "{urn:schemas-microsoft-com:vml}line":
        weight = re.fullmatch(r"([\d.]+)(pt)?", own.get("strokeweight", "1pt"))
        return weight is not None and float(weight[1]) <= LINE_POINTS
    shapes = own.findall(".//{*}prstGeom")
    widths = [float(line.get("w", 9525)) for line in own.iter("{*}ln")]
    held = own.find(".//{*}txbx") is None and own.find(".//{*}blip") is None
    straight = len(shapes) == 1 and shapes[0].get("prst") in ("line", "straightConnector1")
    return held and straight and all(width <= LINE_EMU for width in widths)


def _width_of(section: Any, path: str) -> int:
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    columns = section.find(qn("w:cols"))
    if size is None or margins is None:
        raise InvalidTemplateError(PAGE, path=path, place=Reason(NO_PAGE))
    if columns is not None and columns.get(qn("w:num"), "1") != "1":
        raise InvalidTemplateError(PAGE, path=path, place=Reason(COLUMNS))
    wide, high = (float(size.get(qn(f"w:{name}"))) for name in ("w", "h"))
    for name, whole in (("top", high), ("bottom", high), ("header", high), ("footer", high), ("left", wide)):
        if not 0 <= float(margins.get(qn(f"w:{name}"), 720)) <= LARGEST_EDGE * whole:
            raise InvalidTemplateError(PAGE, path=path, place=Reason(EDGES[name]))
    left, right, gutter = (float(margins.get(qn(f"w:{name}"), 0)) for name in ("left", "right", "gutter"))
    if min(right, gutter) < 0 or wide - left - right - gutter < LEAST_WIDTH:
        raise InvalidTemplateError(PAGE, path=path, place=Reason(SIDES))
    return round(wide - left - right - gutter)
