"""Whether a reader sees a run of text of a Word file: its formats with all they inherit, and its place on the page.

Strict on purpose: only formats known to be harmless count as visible.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from formats.official_page import TABLE_TEXT

HIDDEN, FAINT, SMALL, BOXED, NO_ROOM, ODD = REASONS = ("hidden", "faint", "small", "boxed", "no_room", "odd")
"""Hidden text; hardly any contrast; below 6 points; in a box, field, note or revision; no room; any other format."""

LEAST_HALF_POINTS = 12
LEAST_CONTRAST = 3.0
"""Of two colours by WCAG: red of a head has 6.5 and grey 808080 3.9 on white; a light grey BFBFBF has 1.8."""
LEAST_LINE = 0.7  # of the size of the letters
LEAST_WIDTH = 400  # twips of a cell; 0.7 cm
EDGE = 567  # twips by which a text may stand outside of its column; 1 cm
NARROWEST = 1134  # twips that the indents leave; 2 cm
PLACES = frozenset(map(qn, ("w:r", "w:p", "w:tc", "w:tr", "w:tbl", "w:body", "w:document", "w:hdr", "w:ftr")))
HARMLESS = frozenset(
    map(
        qn,
        (
            *("w:rStyle", "w:rFonts", "w:b", "w:bCs", "w:i", "w:iCs", "w:caps", "w:smallCaps", "w:u", "w:em", "w:lang"),
            *("w:kern", "w:color", "w:sz", "w:szCs", "w:highlight", "w:shd", "w:bdr", "w:snapToGrid", "w:noProof"),
            *("w:rtl", "w:cs", "w:eastAsianLayout", "w:spacing", "w:w", "w:position"),
        ),
    )
)
SWITCHED_OFF = frozenset(map(qn, ("w:strike", "w:dstrike", "w:outline", "w:shadow", "w:emboss", "w:imprint")))
HIDES = frozenset(map(qn, ("w:vanish", "w:specVanish", "w:webHidden")))
SIGNS = ("wingdings", "webdings", "symbol", "blank", "barcode", "mt extra", "marlett")
HIGHLIGHTS = {
    **{"black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF", "red": "FF0000"},
    **{"yellow": "FFFF00", "white": "FFFFFF", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000"},
    **{"darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080"},
    "lightGray": "C0C0C0",
}
MAPPED = {
    "background1": "bg1",
    "text1": "t1",
    "background2": "bg2",
    "text2": "t2",
    "followedHyperlink": "followedHyperlink",
}
SCHEME = {
    "light1": "lt1",
    "dark1": "dk1",
    "light2": "lt2",
    "dark2": "dk2",
    "hyperlink": "hlink",
    "followedHyperlink": "folHlink",
}
"""Name of a theme colour in a run -> in the mapping of the settings -> in the theme itself."""


@dataclass(frozen=True)
class Looks:
    """Styles and colours of a Word file. page: colour behind the text. width: twips of a line of text."""

    styles: Mapping[str, Any]
    defaults: tuple[Any, ...]
    theme: Mapping[str, str]
    page: str
    width: int

    def why_unseen(self, run: Any) -> tuple[str, str]:
        """Return why a reader does not see a run, as one of REASONS and its detail; ('', '') if a reader does."""
        above = list(run.iterancestors())
        if any(own.tag not in PLACES for own in above) or _in_field(run):
            return BOXED, ""
        cell = next((own for own in above if own.tag == qn("w:tc")), None)
        for check in (self._row_reason, self._format_reason, self._room_reason):
            if found := check(run, above, cell):
                return (found, "") if found in REASONS else (ODD, found)
        return "", ""

    def _format_reason(self, run: Any, above: list[Any], cell: Any) -> str:
        levels = list(self._levels(run, above))
        if len(run.findall(qn("w:rPr"))) > 1 or len(above[0].findall(qn("w:pPr"))) > 1:
            return "rPr, pPr"  # programs differ on which of two holds
        for properties in levels:
            if len({item.tag for item in properties}) < len(properties):
                return "rPr"
            for item in properties:
                if reason := _item_reason(item):
                    return reason
        size = _last(levels, "w:sz", "w:val") or "20"
        if not size.isdecimal() or int(size) < LEAST_HALF_POINTS:
            return SMALL
        return self._colour_reason(run, levels, above)

    def _levels(self, run: Any, above: list[Any]) -> Iterator[Any]:
        """Yield the run properties that apply, weakest first: defaults, table, paragraph, character, direct."""
        yield from (own for own in self.defaults if own.tag == qn("w:rPr"))
        for style in self._paragraph_styles(above):
            yield from style.iter(qn("w:rPr"))
        direct = run.find(qn("w:rPr"))
        if direct is not None:
            named = direct.find(qn("w:rStyle"))
            if named is not None:
                for style in self.chain(named.get(qn("w:val"), "")):
                    yield from style.iter(qn("w:rPr"))
            yield direct

    def _paragraph_styles(self, above: list[Any]) -> Iterator[Any]:
        """Yield the styles of table and paragraph with what they are based on, weakest first."""
        for table in (own for own in reversed(above) if own.tag == qn("w:tbl")):
            yield from self.chain(_value(table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")), "table")
        yield from self.chain(_value(above[0].find(f"{qn('w:pPr')}/{qn('w:pStyle')}")), "paragraph")

    def chain(self, style_id: str, kind: str = "") -> list[Any]:
        """Return a style after all that it is based on; without an id the default style of the kind."""
        if not style_id or style_id not in self.styles:
            style_id = next((name for name, own in self.styles.items() if _is_default(own, kind)), "")
        found: list[Any] = []
        while style_id in self.styles and self.styles[style_id] not in found:
            found.insert(0, self.styles[style_id])
            style_id = _value(self.styles[style_id].find(qn("w:basedOn")))
        return found

    def _colour_reason(self, run: Any, levels: list[Any], above: list[Any]) -> str:
        colours = [own for properties in levels if (own := properties.find(qn("w:color"))) is not None]
        if not colours or (colours[-1].get(qn("w:val")) == "auto" and colours[-1].get(qn("w:themeColor")) is None):
            return ""  # Word chooses black or white by the background
        ink = self._colour(colours[-1], "val", "theme")
        grounds = self._grounds(levels, above)
        if ink is None or None in grounds:
            return FAINT
        return FAINT if any(contrast(ink, str(ground)) < LEAST_CONTRAST for ground in grounds) else ""

    def _grounds(self, levels: list[Any], above: list[Any]) -> list[str | None]:
        """Return the colours behind a run: the shades, and a highlight if any."""
        shades = [own for properties in levels for own in properties.iter(qn("w:shd"), qn("w:highlight"))]
        shades += [own for style in self._paragraph_styles(above) for own in style.iter(qn("w:shd"))]
        shades += [
            own for place in above for own in place.findall(f"{{*}}{_PROPERTIES.get(place.tag, 'none')}/{qn('w:shd')}")
        ]
        grounds: list[str | None] = [one for own in shades for one in self._ground(own)]
        return grounds or [self.page]

    def _ground(self, shade: Any) -> list[str | None]:
        """Return the colours that a shade or highlight may show; None for an unknown colour."""
        if shade.tag == qn("w:highlight"):
            named = _value(shade)
            return [] if named == "none" else [HIGHLIGHTS.get(named)]
        pattern = _value(shade)
        found = [self._colour(shade, "fill", "themeFill")] if pattern != "solid" else []
        if pattern not in ("clear", "nil", ""):
            found.append(self._colour(shade, "color", "theme", otherwise="000000"))
        return [one for one in found if one != ""]

    def _colour(self, item: Any, name: str, theme: str, otherwise: str = "") -> str | None:
        """Return six hex digits, `otherwise` for auto, None for an unknown colour."""
        asked = item.get(qn(f"w:{'themeColor' if theme == 'theme' else theme}"))
        if asked is not None:
            base = self.theme.get(asked)
            tint, shade = (item.get(qn(f"w:{theme}{part}")) for part in ("Tint", "Shade"))
            return _mixed(base, tint, shade) if base else None
        value = str(item.get(qn(f"w:{name}")) or "auto")
        if value == "auto":
            return otherwise
        return value.upper() if _is_colour(value) else None

    def _row_reason(self, run: Any, above: list[Any], cell: Any) -> str:
        for row in (own for own in above if own.tag == qn("w:tr")):
            if row.find(f"{qn('w:trPr')}/{qn('w:hidden')}") is not None:
                return HIDDEN
            height = row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
            if height is not None and height.get(qn("w:hRule")) == "exact" and _number(height, "w:val") < 240:
                return NO_ROOM
        for own in (own for own in above if own.tag == qn("w:tbl")):
            if own.find(f"{qn('w:tblPr')}/{qn('w:tblpPr')}") is not None:
                return BOXED
            if not -EDGE <= _number(own.find(f"{qn('w:tblPr')}/{qn('w:tblInd')}"), "w:w") <= self.width - NARROWEST:
                return NO_ROOM
        return _cell_reason(cell) if cell is not None else ""

    def _room_reason(self, run: Any, above: list[Any], cell: Any) -> str:
        """Return why the paragraph leaves no room: a low line, indents, a frame."""
        properties = [*(own for own in self.defaults if own.tag == qn("w:pPr"))]
        properties += [own for style in self._paragraph_styles(above) for own in style.iter(qn("w:pPr"))]
        properties += above[0].findall(qn("w:pPr"))
        if any(own.find(qn("w:framePr")) is not None for own in properties):
            return BOXED
        size = int(_last(list(self._levels(run, above)), "w:sz", "w:val") or 20) * 10
        line, rule = _last(properties, "w:spacing", "w:line"), _last(properties, "w:spacing", "w:lineRule")
        least = size * LEAST_LINE if rule == "exact" else 120 if rule in ("", "auto") else 0
        if line and float(line) < least:
            return NO_ROOM
        width = _number(cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}"), "w:w") if cell is not None else self.width
        return _indent_reason(properties, int(width) or self.width)


def looks_of(word: Any, width: int) -> Looks:
    """Return styles and colours of an opened Word file (python-docx)."""
    styles, settings = word.styles.element, word.settings.element
    ground = word.element.find(qn("w:background"))
    page = str(ground.get(qn("w:color"), "auto")) if ground is not None else "auto"
    return Looks(
        {str(own.get(qn("w:styleId"))): own for own in styles.iter(qn("w:style"))},
        tuple(styles.findall(f"{qn('w:docDefaults')}/*/*")),
        _theme(word.part, settings.find(qn("w:clrSchemeMapping"))),
        page.upper() if _is_colour(page) else "FFFFFF",
        width,
    )


def _theme(part: Any, mapping: Any) -> dict[str, str]:
    """Return the colours that runs may name; the settings may exchange light and dark ones."""
    blobs = [one.target_part.blob for one in part.rels.values() if one.reltype.endswith("/theme")]
    scheme = {}
    for own in (place for blob in blobs for place in parse_xml(blob).iter("{*}clrScheme")):
        scheme = {str(item.tag).rsplit("}", 1)[-1]: item[0].get("lastClr") or item[0].get("val") for item in own}
    mapped = {name.rsplit("}", 1)[-1]: value for name, value in mapping.attrib.items()} if mapping is not None else {}
    names = (*SCHEME, *MAPPED, *(f"accent{at}" for at in range(1, 7)))
    usual = {"bg1": "light1", "t1": "dark1", "bg2": "light2", "t2": "dark2"} | mapped
    found = {name: scheme.get(_scheme_name(name, usual)) for name in names}
    return {name: colour.upper() for name, colour in found.items() if colour and _is_colour(colour)}


def _scheme_name(name: str, mapped: Mapping[str, str]) -> str:
    known = mapped.get(MAPPED.get(name, name), name)
    return SCHEME.get(known, known)


def _in_field(run: Any) -> bool:
    """Return whether a run is between the begin and the end of a field, which Word may compute again."""
    marks = run.xpath("preceding::w:fldChar/@w:fldCharType")
    return list(marks).count("begin") > list(marks).count("end")


_PROPERTIES = {qn("w:p"): "pPr", qn("w:tc"): "tcPr", qn("w:tbl"): "tblPr", qn("w:tr"): "none"}


def contrast(ink: str, ground: str) -> float:
    """Return the contrast of two colours by WCAG, 1 to 21."""
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _mixed(base: str, tint: str | None, shade: str | None) -> str:
    """Return a theme colour nearer to white (tint) or black (shade), as Word mixes it."""
    kept = int(tint or shade or "FF", 16) / 255
    towards = 255 if tint else 0
    parts = (round(int(base[at : at + 2], 16) * kept + towards * (1 - kept)) for at in (0, 2, 4))
    return "".join(f"{part:02X}" for part in parts)


def _is_colour(value: str) -> bool:
    return len(value) == 6 and all(c in "0123456789abcdefABCDEF" for c in value)


def _item_reason(item: Any) -> str:
    """Return why a single run property makes text unseen; of an unknown property its tag."""
    on = item.get(qn("w:val")) not in ("0", "false", "off", "none", "baseline")
    name = str(item.tag).rsplit("}", 1)[-1]
    if item.tag in HIDES:
        return HIDDEN if on else ""
    if item.tag in SWITCHED_OFF or name in ("effect", "vertAlign", "fitText"):
        return name if on else ""
    if name in ("ligatures", "numForm", "numSpacing", "cntxtAlts", "stylisticSets", "rPrChange"):
        return ""
    if item.tag not in HARMLESS:
        return name
    return _amount_reason(item, name)


def _amount_reason(item: Any, name: str) -> str:
    value = _number(item, "w:val")
    if (name == "spacing" and value < -20) or (name == "position" and abs(value) > 24) or (name == "w" and value < 50):
        return name
    fonts = [str(font).lower() for font in item.attrib.values()] if name == "rFonts" else []
    return next((font for font in fonts if any(sign in font for sign in SIGNS)), "")


def _cell_reason(cell: Any) -> str:
    properties = cell.find(qn("w:tcPr"))
    if properties is None:
        return ""
    merged = properties.find(qn("w:vMerge"))
    if (merged is not None and _value(merged) != "restart") or properties.find(qn("w:tcFitText")) is not None:
        return NO_ROOM
    wide = properties.find(qn("w:tcW"))
    if wide is not None and wide.get(qn("w:type")) == "dxa" and _number(wide, "w:w") < LEAST_WIDTH:
        return NO_ROOM
    margins = properties.find(qn("w:tcMar"))
    sides = sum(_number(side, "w:w") for side in margins) if margins is not None else 0
    return NO_ROOM if sides > EDGE else ""


def _indent_reason(properties: list[Any], width: int) -> str:
    sides = {}
    for name in ("left", "start", "right", "end", "firstLine", "hanging"):
        twips = float(_last(properties, "w:ind", f"w:{name}") or 0)
        characters = float(_last(properties, "w:ind", f"w:{name}Chars") or 0)
        sides[name] = max(twips, characters / 100 * TABLE_TEXT * 20, key=abs)
    left, right = sides["left"] + sides["start"], sides["right"] + sides["end"]
    if min(left + sides["firstLine"] - sides["hanging"], left, right) < -EDGE:
        return NO_ROOM
    return NO_ROOM if width - left - right - max(0.0, sides["firstLine"]) < min(NARROWEST, width / 2) else ""


def _last(levels: list[Any], tag: str, attribute: str) -> str:
    """Return the strongest value of an attribute, '' if no level has it."""
    found = [own.get(qn(attribute)) for level in levels for own in level.findall(qn(tag))]
    return next((value for value in reversed(found) if value is not None), "")


def _value(item: Any) -> str:
    return str(item.get(qn("w:val"), "")) if item is not None else ""


def _number(item: Any, attribute: str) -> float:
    try:
        return float(item.get(qn(attribute), 0)) if item is not None else 0.0
    except ValueError:
        return 0.0


def _is_default(style: Any, kind: str) -> bool:
    return style.get(qn("w:type")) == kind and style.get(qn("w:default")) in ("1", "true", "on")
