"""Word templates of offices, honest and hostile, and a small paper to put into them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from docx import Document as new_docx
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from formats.document import Document, Form, Row, Section, Table
from formats.table_kinds import UNITS

NAMES = ("示范市公安局", "示范市交通运输局", "示范市教育局")
VERDICTS = ("confirmed", "undecided", "cleared")
WORDS = ("确认末位", "证据不足", "确认不在末位")
HEADERS = ("名次", "单位", "评价数", "得分", "区间", "名次区间", "认定")
SPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}
Change = Callable[[Any], object]


KEYS = ("rank", "unit", "n", "score", "interval", "places", "verdict")


def line_of(at: int) -> Row:
    """The line of a unit with its votes, interval and verdict."""
    cells = (str(at + 1), NAMES[at], "220", "71.68", f"66.1{at} – 76.61", "2 – 3", WORDS[at])
    return Row(dict(zip(KEYS, cells, strict=True)), None, "", VERDICTS[at])


def paper() -> Document:
    """A paper of three units, one of each tier."""
    headers = dict(zip(KEYS, HEADERS, strict=True))
    tiers = [
        Section(heading, 3, (), Table(UNITS, headers, (line_of(at),)), VERDICTS[at])
        for at, heading in enumerate(("1．建议按规定问责（确认末位）", "2．证据不足，不作认定"))
    ]
    every = Section("一、排名", 1, (), Table(UNITS, headers, tuple(map(line_of, range(3)))))
    return Document(
        *("bulletin", "zh", "关于群众评议结果的通报", "内部", "草稿"),
        sections=(*tiers, every),
        about=("发布版 3d957e41c5235388",),
        footer="标尺 发布版 3d957e41c5235388 · 计分规则 demo-2025",
        release="3d957e41c5235388",
        rules="demo-2025",
        form=Form(office="示范市委群众工作局", date="2026年1月15日"),
        labels={"attachments": "附件：", "copies_to": "抄送：", "signer": "签发人："},
    )


def honest(*changes: Change) -> Any:
    """An office's own template: red head, status and secrecy in the text, source in the footer; then the changes."""
    made = new_docx()
    head = made.add_paragraph().add_run("{{ mark }}文件")
    head.font.size, head.font.color.rgb = 457_200, parse_colour("C00000")
    for text in ("{{ secrecy }}", "{{ stamp }}", "{{ title }}", "{{p body }}", "{{p signature }}"):
        made.add_paragraph(text)
    made.sections[0].footer.paragraphs[0].text = "{{ footer }}"
    for change in changes:
        change(made)
    return made


def parse_colour(digits: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(digits)


def saved(made: Any, folder: Path) -> Path:
    path = folder / "本单位.docx"
    made.save(str(path))
    return path


def xml(text: str) -> Any:
    """An element of a Word file."""
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in SPACES.items())
    return parse_xml(f"<w:root {nsdecls('w', 'r', 'wp', 'a')} {spaces}>{text}</w:root>")[0]


def paragraph(made: Any, text: str = "{{ stamp }}") -> Any:
    return next(one for one in made.paragraphs if one.text == text)


def run_format(*properties: str, text: str = "{{ stamp }}") -> Change:
    """Give the run of a placeholder these properties."""

    def change(made: Any) -> None:
        own = paragraph(made, text).runs[0]._r.get_or_add_rPr()
        own.extend(xml(one) for one in properties)

    return change


def paragraph_format(*properties: str, text: str = "{{ stamp }}") -> Change:
    def change(made: Any) -> None:
        own = paragraph(made, text)._p.get_or_add_pPr()
        own.extend(xml(one) for one in properties)

    return change


def style(name: str, inside: str, based: str = "", kind: str = "paragraph", default: bool = False) -> Change:
    """Add a style."""
    under = f'<w:basedOn w:val="{based}"/>' if based else ""
    first = ' w:default="1"' if default else ""
    text = f'<w:style w:type="{kind}"{first} w:styleId="{name}"><w:name w:val="{name}"/>{under}{inside}</w:style>'
    return lambda made: made.styles.element.append(xml(text))


def replaced(*contents: str, text: str = "{{ stamp }}") -> Change:
    """Put other elements in the place of a placeholder's paragraph."""

    def change(made: Any) -> None:
        own = paragraph(made, text)._p
        for content in contents:
            own.addprevious(xml(content))
        own.getparent().remove(own)

    return change


def added(*texts: str) -> Change:
    """Write paragraphs before the body."""
    return lambda made: [paragraph(made, "{{p body }}").insert_paragraph_before(text) for text in texts]


def dropped(text: str) -> Change:
    return lambda made: paragraph(made, text)._p.getparent().remove(paragraph(made, text)._p)


def in_header(kind: str, text: str = "{{ stamp }}") -> Change:
    """Move a placeholder from the text into one kind of header only."""

    def change(made: Any) -> None:
        dropped(text)(made)
        header = getattr(made.sections[0], f"{kind}_header" if kind else "header")
        header.is_linked_to_previous = False
        header.paragraphs[0].text = text

    return change


def in_run(content: str) -> str:
    return f"<w:p><w:r><w:t>{content}</w:t></w:r></w:p>"


def cell(inside: str, *, row: str = "", looks: str = "", table: str = "") -> str:
    """A table of one cell."""
    wide = 'w:w="5000" w:type="dxa"'
    return (
        f"<w:tbl><w:tblPr><w:tblW {wide}/>{table}</w:tblPr><w:tblGrid><w:gridCol w:w='5000'/></w:tblGrid><w:tr>"
        f"<w:trPr>{row}</w:trPr><w:tc><w:tcPr><w:tcW {wide}/>{looks}</w:tcPr>{inside}</w:tc></w:tr></w:tbl>"
    )


def shape(text: str) -> str:
    """A text box of the old kind."""
    box = f"<w:txbxContent>{in_run(text)}</w:txbxContent>"
    return f"<w:p><w:r><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r></w:p>"


def anchored(shape: str, behind: int = 0) -> str:
    """A drawing that floats over the text, or under it."""
    return (
        f'<w:p><w:r><w:drawing><wp:anchor behindDoc="{behind}" distT="0" distB="0" distL="0" distR="0" simplePos="0" '
        'relativeHeight="1" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="page"><wp:posOffset>0</wp:posOffset></wp:positionH>'
        '<wp:positionV relativeFrom="page"><wp:posOffset>0</wp:posOffset></wp:positionV>'
        '<wp:extent cx="6000000" cy="6000000"/><wp:wrapNone/>'
        '<wp:docPr id="1" name="1"/><a:graphic><a:graphicData uri="u"><wps:wsp><wps:spPr>'
        f"{shape}</wps:spPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r></w:p>"
    )


def settings(*contents: str) -> Change:
    return lambda made: made.settings.element.extend(xml(one) for one in contents)


def page(tag: str, **values: str) -> Change:
    """Change the set-up of the page."""

    def change(made: Any) -> None:
        own = made.element.body.sectPr.find(qn(f"w:{tag}"))
        for name, value in values.items():
            own.set(qn(f"w:{name}"), value)

    return change


def field(instruction: str, result: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return f"<w:p>{marks[0]}{told}{marks[1]}<w:r><w:t>{result}</w:t></w:r>{marks[2]}</w:p>"


def part(name: str, content: str, relation: str, sort: str = "application/xml") -> Change:
    """Add a part to the file, which the document refers to."""

    def change(made: Any) -> None:
        own = Part(PackURI(name), sort, content.encode(), made.part.package)
        made.part.relate_to(own, f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{relation}")

    return change


def label(text: str) -> Change:
    """Add a numbering with this label; NUMBERED gives it to a paragraph or style."""
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{text}"/></w:lvl>'

    def change(made: Any) -> None:
        own = made.part.numbering_part.element
        own.insert(0, xml(f'<w:abstractNum w:abstractNumId="77">{level}</w:abstractNum>'))
        own.append(xml('<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))

    return change


NUMBERED = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr></w:pPr>'
