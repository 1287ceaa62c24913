"""An office's own Word template may look as it likes. It cannot leave out, hide, cover or take apart what a paper says.

HOSTILE lists what was tried, each with a part of the sentence that refuses it; a new trick is a new line.
"""

import io
import re
from dataclasses import replace

import pytest
from docx import Document as open_docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls

from formats.docx import RED_HEAD, TEMPLATES, InvalidTemplateError, word_bytes
from formats.docx_looks import contrast
from tests.support.papers import docx_paragraphs, docx_tables
from tests.support.word_templates import (
    NAMES,
    NUMBERED,
    added,
    anchored,
    cell,
    dropped,
    field,
    honest,
    in_header,
    in_run,
    label,
    page,
    paper,
    paragraph_format,
    part,
    replaced,
    run_format,
    saved,
    settings,
    shape,
    style,
    xml,
)

STAMP = "{{ stamp }}"
WHITE, BLACK = '<w:color w:val="FFFFFF"/>', '<w:color w:val="000000"/>'
VANISH = "<w:rPr><w:vanish/></w:rPr>"
PICTURE = '<a:prstGeom prst="rect"/>'


def first(text):
    """An element before all others."""
    return lambda made: made.element.body.insert(0, xml(text))


def comment(made):
    """The placeholder is in a comment only."""
    dropped(STAMP)(made)
    made.add_comment(made.paragraphs[0].runs[0], text=STAMP)


def embedded_font(made):
    """A font of its own, whose letters may be empty."""
    part = Part(PackURI("/word/fonts/font1.odttf"), "application/octet-stream", b"0", made.part.package)
    made.part.relate_to(part, RELATIONSHIP_TYPE.FONT)


def linked_template(made):
    """Styles that Word fetches when it opens the file."""
    made.part.rels.get_or_add_ext_rel(
        RELATIONSHIP_TYPE.STYLES.replace("styles", "attachedTemplate"), "file:///c:/white.dotx"
    )


def vertical_text(made):
    """The name of a unit, a letter a paragraph."""
    added(*NAMES[0])(made)


HIDES = {
    "hidden text": run_format("<w:vanish/>"),
    "hidden by a style of letters": (style("h", VANISH, kind="character"), run_format('<w:rStyle w:val="h"/>')),
    "hidden by a style that a style is based on": (
        style("a", VANISH),
        style("b", "", based="a"),
        paragraph_format('<w:pStyle w:val="b"/>'),
    ),
    "hidden as the joint of two styles": run_format("<w:specVanish/>"),
    "hidden row": replaced(cell(in_run(STAMP), row="<w:hidden/>")),
}
FAINT = {
    "white": run_format(WHITE),
    "nearly white": run_format('<w:color w:val="F4F4F4"/>'),
    "light grey": run_format('<w:color w:val="BFBFBF"/>'),
    "white by the theme": run_format('<w:color w:val="000000" w:themeColor="background1"/>'),
    "black tinted to white": run_format('<w:color w:val="000000" w:themeColor="text1" w:themeTint="0A"/>'),
    "black that the settings exchange for white": (
        lambda made: [
            made.settings.element.remove(own) for own in made.settings.element.findall("{*}clrSchemeMapping")
        ],
        settings('<w:clrSchemeMapping w:bg1="dark1" w:t1="light1"/>'),
        run_format('<w:color w:val="000000" w:themeColor="text1"/>'),
    ),
    "black on a black shade": run_format(BLACK, '<w:shd w:val="clear" w:color="auto" w:fill="000000"/>'),
    "black on a solid pattern": run_format(BLACK, '<w:shd w:val="solid" w:color="111111" w:fill="FFFFFF"/>'),
    "black on a black highlight": run_format(BLACK, '<w:highlight w:val="black"/>'),
    "black in a black paragraph": (run_format(BLACK), paragraph_format('<w:shd w:val="clear" w:fill="0A0A0A"/>')),
    "black in a black cell": replaced(
        cell(
            f"<w:p><w:r><w:rPr>{BLACK}</w:rPr><w:t>{STAMP}</w:t></w:r></w:p>",
            looks='<w:shd w:val="clear" w:fill="000000"/>',
        )
    ),
    "white by a style": (style("w", f"<w:rPr>{WHITE}</w:rPr>"), paragraph_format('<w:pStyle w:val="w"/>')),
    "the lines of units white": style("Table text", f"<w:rPr>{WHITE}</w:rPr>"),
}
SMALL = {
    "5.5 points": run_format('<w:sz w:val="11"/>'),
    "1 point by a style": (style("s", '<w:rPr><w:sz w:val="2"/></w:rPr>'), paragraph_format('<w:pStyle w:val="s"/>')),
    "the numbers of units tiny": style("Table number", '<w:rPr><w:sz w:val="4"/></w:rPr>'),
}
NO_ROOM = {
    "a line of a twentieth of a point": paragraph_format('<w:spacing w:line="1" w:lineRule="exact"/>'),
    "a row of a point": replaced(cell(in_run(STAMP), row='<w:trHeight w:val="20" w:hRule="exact"/>')),
    "a cell swallowed by the cell above": replaced(cell(in_run(STAMP), looks="<w:vMerge/>")),
    "left of the page": paragraph_format('<w:ind w:left="-9000"/>'),
    "an indent wider than the line": paragraph_format('<w:ind w:left="9000"/>'),
    "an indent in characters": paragraph_format('<w:ind w:leftChars="9000"/>'),
    "lines of units of no height": style("Table text", '<w:pPr><w:spacing w:line="2" w:lineRule="exact"/></w:pPr>'),
    "a table left of the page": replaced(cell(in_run(STAMP), table='<w:tblInd w:w="-9000" w:type="dxa"/>')),
}
ODD = {
    "struck out": run_format("<w:strike/>"),
    "no fill": run_format("<w14:textFill><w14:noFill/></w14:textFill>"),
    "squeezed into a twip": run_format('<w:fitText w:val="1"/>'),
    "a hundredth of its width": run_format('<w:w w:val="1"/>'),
    "letters over each other": run_format('<w:spacing w:val="-400"/>'),
    "raised over the page": run_format('<w:position w:val="3000"/>'),
    "two colours, of which programs read either": run_format(BLACK, WHITE),
    "signs in place of letters": run_format('<w:rFonts w:ascii="Wingdings" w:eastAsia="Wingdings"/>'),
}
BOXED = {
    "in a shape": replaced(shape(STAMP)),
    "deleted": replaced(f'<w:p><w:del w:id="1" w:author="a"><w:r><w:t>{STAMP}</w:t></w:r></w:del></w:p>'),
    "inserted, not yet accepted": replaced(
        f'<w:p><w:ins w:id="1" w:author="a"><w:r><w:t>{STAMP}</w:t></w:r></w:ins></w:p>'
    ),
    "in a content control": replaced(f"<w:sdt><w:sdtContent>{in_run(STAMP)}</w:sdtContent></w:sdt>"),
    "what a field shows until it is computed": replaced(field("PAGE", STAMP)),
}
MISSING = {
    "no stamp": dropped(STAMP),
    "no secrecy": dropped("{{ secrecy }}"),
    "no release and rule set": lambda made: setattr(made.sections[0].footer.paragraphs[0], "text", "— 1 —"),
    "the rule set without the release": lambda made: setattr(
        made.sections[0].footer.paragraphs[0], "text", "{{ rules }}"
    ),
    "on the first page only": (
        in_header("first_page"),
        lambda made: setattr(made.sections[0], "different_first_page_header_footer", True),
    ),
    "on even pages that there are not": in_header("even_page"),
    "on odd pages only": (in_header(""), settings("<w:evenAndOddHeaders/>")),
    "only if something is there that is not": (
        dropped(STAMP),
        added("{%p if number %}", STAMP, "{%p endif %}"),
    ),
    "in a comment": comment,
    "typed by hand": (dropped(STAMP), added("草稿")),
}
WRONG = {
    "a unit's name": added("{{ row.unit }}"),
    "a loop over lines": added("{%p for row in rows %}", "{{ row }}", "{%p endfor %}"),
    "a filter": added("{{ title | list | join(' ') }}"),
    "letter by letter": added("{{ title[0] }}{{ title[1] }}"),
    "an attribute": added("{{ body.__class__ }}"),
    "a macro": added("{% macro m() %}{% endmacro %}"),
    "a condition on what a text says": added("{%p if stamp == '' %}", "定稿", "{%p endif %}"),
    "an expression": added("{{ 'a' ~ title }}"),
    "the body inside a cell": replaced(cell(in_run("{{p body }}")), text="{{p body }}"),
    "the body beside other words": added("拟问责单位：{{p body }}"),
    "a condition without an end": added("{%p if date %}"),
    "the body in a text box": replaced(
        shape("{{p body }}"),
        text="{{p body }}",
    ),
}
UNKNOWN = {"a name that is not available": added("{{ unit }}"), "rows as a piece": added("{{p rows }}")}
NO_BODY = {
    "no body": dropped("{{p body }}"),
    "a body that goes with an empty condition": replaced(
        *map(in_run, ("{%p if number %}", "{{p body }}", "{%p endif %}")), text="{{p body }}"
    ),
}
FLOATING = {
    "a frame by a style": style("Table text", '<w:pPr><w:framePr w:w="1" w:h="1" w:hRule="exact"/></w:pPr>'),
    "a picture over the text": lambda made: made.element.body.insert(0, xml(anchored(PICTURE))),
    "a picture under the text": lambda made: made.element.body.insert(0, xml(anchored(PICTURE, behind=1))),
    "a thick line over the text": lambda made: made.element.body.insert(
        0, xml(anchored('<a:prstGeom prst="line"/><a:ln w="6000000"/>'))
    ),
    "twenty thin lines": lambda made: [
        made.element.body.insert(0, xml(anchored('<a:prstGeom prst="line"/><a:ln w="9525"/>'))) for _ in range(20)
    ],
    "an old shape over the text": lambda made: made.element.body.insert(
        0, xml('<w:p><w:r><w:pict><v:rect style="position:absolute;width:9in;height:9in"/></w:pict></w:r></w:p>')
    ),
    "a table with a place of its own": lambda made: made.element.body.insert(
        0, xml(cell(in_run(" "), table='<w:tblpPr w:tblpX="1" w:tblpY="1"/>'))
    ),
    "a frame with a ground": paragraph_format('<w:framePr w:w="9000" w:h="9000"/>', text="{{ title }}"),
}
FOREIGN = {
    "a field that repeats a name": lambda made: made.element.body.insert(0, xml(field('STYLEREF "Table text"', ""))),
    "a field that spells a name": lambda made: made.element.body.insert(0, xml(field('QUOTE "市" "公" "安" "局"', ""))),
    "a file within the file": lambda made: made.element.body.insert(0, xml('<w:altChunk r:id="rId99"/>')),
    "styles from elsewhere": linked_template,
    "styles that follow a template": settings("<w:linkStyles/>"),
    "a font of its own": embedded_font,
    "two styles with one id": (style("x", ""), style("x", VANISH)),
    "two default styles of tables": style("t", f"<w:rPr>{WHITE}</w:rPr>", kind="table", default=True),
    "a number that takes the line back": (label("免予问责%1"), style("Table text", NUMBERED)),
    "letters that are merged when it is opened": settings("<w:mailMerge><w:query w:val='x'/></w:mailMerge>"),
    "a text that data fills in": lambda made: made.element.body.insert(
        0, xml('<w:sdt><w:sdtPr><w:dataBinding w:xpath="/r"/></w:sdtPr><w:sdtContent/></w:sdt>')
    ),
    "a workbook within the file": part("/word/embeddings/a.xlsx", "PK", "package"),
}
PAGE = {
    "a page of 5 cm": page("pgSz", w="2835"),
    "text below the page": page("pgMar", top="30000"),
    "a header off the page": page("pgMar", header="-3000"),
    "two columns": page("cols", num="2"),
}
OWN_NAME = {
    "a name typed by hand": added(f"拟问责单位：{NAMES[0]}"),
    "a name a letter a paragraph": vertical_text,
    "a name with points between": added("·".join(NAMES[0])),
    "a name as a bookmark": first(f'<w:p><w:bookmarkStart w:id="5" w:name="{NAMES[0]}"/></w:p>'),
    "a name that a pointer shows": first(f'<w:p><w:hyperlink w:anchor="a" w:tooltip="{NAMES[0]}"/></w:p>'),
    "a name in an address": lambda made: made.part.rels.get_or_add_ext_rel(RELATIONSHIP_TYPE.HYPERLINK, NAMES[0]),
    "a name as a variable": settings(f'<w:docVars><w:docVar w:name="a" w:val="{NAMES[0]}"/></w:docVars>'),
    "a name in data behind the text": part("/customXml/item9.xml", f"<r><n>{NAMES[0]}</n></r>", "customXml"),
    "a name from the right to the left": added("\u202e" + NAMES[0][::-1]),
    "a name over its reading": first(
        f"<w:p><w:r><w:ruby><w:rt>{in_run(NAMES[0])}</w:rt><w:rubyBase>{in_run('甲')}</w:rubyBase></w:ruby></w:r></w:p>"
    ),
    "a name where old programs read": first(
        f'<w:p xmlns:m="http://schemas.openxmlformats.org/markup-compatibility/2006"><m:AlternateContent>'
        f"<m:Fallback><w:r><w:t>{NAMES[0]}</w:t></w:r></m:Fallback></m:AlternateContent></w:p>"
    ),
    "a name in a footnote": part(
        "/word/footnotes.xml", f"<w:footnotes {nsdecls('w')}>{in_run(NAMES[0])}</w:footnotes>", "footnotes"
    ),
    "a name in a comment": lambda made: made.add_comment(made.paragraphs[0].runs[0], text=NAMES[0]),
}
OWN_TIER = {"a heading of a tier by hand": added("以下为建议按规定问责（确认末位）的单位：")}
HOSTILE = {
    "隐藏文字": HIDES,
    "与底色几乎没有差别": FAINT,
    "小于6磅": SMALL,
    "行、单元格或边距留不出位置": NO_ROOM,
    "可能无法辨认": ODD,
    "文本框、图文框": BOXED,
    "必须始终标明状态": MISSING,
    "占位符写法不对": WRONG,
    "不可用，位置在": UNKNOWN,
    "里没有正文": NO_BODY,
    "浮于文字": FLOATING,
    "可能替换或遮住": FOREIGN,
    "版面留不出": PAGE,
    "自己写了单位": OWN_NAME,
    "自己写了标题": OWN_TIER,
}
"""A part of the sentence -> name of the trick -> changes to an honest template."""


def refusal_of(changes, folder) -> str:
    """What a template is told; '' if it passes."""
    steps = changes if isinstance(changes, tuple) else (changes,)
    try:
        word_bytes(paper(), saved(honest(*steps), folder))
    except InvalidTemplateError as error:
        return error.sentence("zh")
    return ""


ELSEWHERE = {
    "the lines of units white": "“示范市公安局”附近",
    "lines of units of no height": "“示范市公安局”附近",
    "the numbers of units tiny": "“1”附近",
    "a frame by a style": "样式“Table text”附近",
    "a frame with a ground": "正文“{{ title }}”附近",
    "no secrecy": "{{ secrecy }} 写入正文",
    "no release and rule set": "{{ release }} 写入正文",
    "the rule set without the release": "{{ release }} 写入正文",
    "a name in an address": "链接",
    "a name as a variable": "文档设置",
    "a name in data behind the text": "数据",
    "a name in a footnote": "脚注",
    "a name in a comment": "批注",
    "a page of 5 cm": "左边距",
    "text below the page": "上边距",
    "a header off the page": "页眉",
    "two columns": "分栏",
    "styles from elsewhere": "attachedTemplate",
    "styles that follow a template": "文档设置含有 linkStyles",
    "a font of its own": "font1.odttf",
    "two styles with one id": "样式含有 w:style x",
    "two default styles of tables": "样式含有 w:style w:default table",
    "a number that takes the line back": "编号含有 lvlText 免予问责%1",
    "letters that are merged when it is opened": "文档设置含有 mailMerge",
    "a workbook within the file": "a.xlsx",
}
PLACES = {
    **dict.fromkeys(("隐藏文字", "与底色几乎没有差别", "小于6磅", "行、单元格或边距留不出位置"), "“草稿”附近"),
    **dict.fromkeys(("可能无法辨认", "文本框、图文框"), "“草稿”附近"),
    "必须始终标明状态": "{{ stamp }} 写入正文",
    "占位符写法不对": "位置在“",
    "不可用，位置在": "附近",
    "里没有正文": "{{p body }}",
    "浮于文字": "正文“{{ mark }}文件”附近",
    "可能替换或遮住": "正文含有",
    "自己写了单位": "正文",
    "自己写了标题": "正文",
}
"""Where a template is said to be wrong: by the sentence, but for the tricks of ELSEWHERE."""


@pytest.mark.sweep
def test_every_hostile_template_is_refused_with_the_reason_and_the_place(tmp_path):
    tried = [(said, name, changes) for said, tricks in HOSTILE.items() for name, changes in tricks.items()]
    assert len(tried) >= 75 and not set(ELSEWHERE) - {name for _said, name, _changes in tried}
    wrong = {}
    for said, name, changes in tried:
        answer, place = refusal_of(changes, tmp_path), ELSEWHERE.get(name) or PLACES[said]
        if not all(part in answer for part in (said, place, "本单位.docx")):
            wrong[name] = answer
    assert not wrong


def test_the_shipped_templates_and_an_honest_one_pass(tmp_path):
    """Each shows every line with its figures and verdict, the tiers in order, and what a paper always shows."""
    own = saved(honest(), tmp_path)
    for template in (None, *TEMPLATES.values(), RED_HEAD, own):
        content = word_bytes(paper(), template)
        rows = [row for _heading, table in docx_tables(content) for row in table[1:] if len(row) > 1]
        assert len(rows) == 5 and all({"220", "71.68"} < set(row) for row in rows)
        headings = [heading for heading, _table in docx_tables(content)][:3]
        assert ["问责" in heading for heading in headings] == [True, False, False], headings
        edges = open_docx(io.BytesIO(content)).sections[0]
        told = " ".join([*docx_paragraphs(content), edges.header.paragraphs[0].text, edges.footer.paragraphs[0].text])
        assert all(text in told for text in ("内部", "草稿", "3d957e41c5235388", "demo-2025")), template
    assert "示范市委群众工作局文件" in docx_paragraphs(word_bytes(paper(), own))


def test_what_an_honest_office_may_do(tmp_path):
    """Its own fonts and colours, a thin drawn line, page numbers, conditions, placeholders cut by Word into runs."""
    line = '<a:prstGeom prst="line"><a:avLst/></a:prstGeom><a:ln w="28575"/>'
    frame = '<w:p><w:pPr><w:framePr w:wrap="around" w:vAnchor="text"/></w:pPr><w:r><w:t>— </w:t></w:r></w:p>'

    def cut(made):
        one = next(own for own in made.paragraphs if own.text == STAMP)
        one.runs[0].text = "{{ st"
        one.add_run("amp }}")

    made = honest(
        lambda made: made.element.body.insert(0, xml(anchored(line))),
        lambda made: made.sections[0].footer._element.append(xml(frame)),
        added("{%p if number %}", "文号：{{ number }}", "{%p endif %}", "{%p if date %}", "{{ date }}", "{%p endif %}"),
        style("Table text", '<w:rPr><w:color w:val="1F3864"/><w:sz w:val="20"/></w:rPr>'),
        run_format('<w:color w:val="C00000"/>', '<w:sz w:val="22"/>'),
        cut,
    )
    told = docx_paragraphs(word_bytes(paper(), saved(made, tmp_path)))
    assert "草稿" in told and "2026年1月15日" in told and not [text for text in told if "文号" in text or "{%" in text]


def test_what_a_template_says_around_the_pieces_takes_no_line_from_its_heading(tmp_path):
    """Harmless by construction: the tiers keep their headings, whatever stands above the text, and however often."""
    for changes in ((added("以下单位拟问责："),), (added("{{p body }}"),), (added("{{p head }}", "{{p imprint }}"),)):
        tables = docx_tables(word_bytes(paper(), saved(honest(*changes), tmp_path)))
        lines = [(heading, row) for heading, table in tables for row in table[1:] if len(row) == 7]
        assert len(lines) >= 5 and all({"220", "71.68", row[6]} < set(row) for _heading, row in lines)
        assert {row[6] for heading, row in lines if "问责" in heading} == {"确认末位"}


def test_a_file_that_cannot_be_read_to_its_end_is_refused(tmp_path):
    """And what programs write themselves is harmless: usual numbers, data without names, a dark page."""
    assert "无法" in refusal_of(part("/customXml/item9.xml", "<r>", "customXml"), tmp_path)
    dark = (first("<w:p/>"), lambda made: made.element.insert(0, xml('<w:background w:color="000000"/>')))
    for changes in (label("第%1条"), label("●"), part("/customXml/item9.xml", "<b/>", "customXml"), dark):
        assert refusal_of(changes, tmp_path) == ""


def test_a_text_that_looks_like_a_placeholder_stays_a_text(tmp_path):
    odd = replace(paper(), title="{{ stamp }} {%p if office %} <w:vanish/> &amp;")
    assert odd.title in docx_paragraphs(word_bytes(odd, saved(honest(), tmp_path)))


def test_a_heading_of_a_tier_has_no_units_of_another_tier():
    made = paper()
    accountable, open_, _every = made.sections
    with pytest.raises(ValueError, match="another verdict"):
        replace(accountable, table=open_.table)


def test_contrast_is_that_of_wcag():
    assert [round(contrast(ink, "FFFFFF"), 1) for ink in ("000000", "C00000", "808080", "BFBFBF")] == [
        21,
        6.5,
        3.9,
        1.8,
    ]
    assert re.fullmatch(r"1\.0+", f"{contrast('FFFFFF', 'FFFFFF'):.3f}")
