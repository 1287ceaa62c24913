"""Documents that leave the house say what the ranking says, in the words that may be said, as plain text."""

import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document as new_docx
from docx.oxml.ns import qn
from pypdf import PdfReader

from data.store import Store
from data.store.audit_log import read_log
from errors import UsageError
from formats.document import Form, Section
from formats.docx import RED_HEAD, TEMPLATES, InvalidTemplateError, word_bytes
from formats.docx_body import PIECES
from formats.fonts import WANTED, NoChineseFontError, fonts_of
from formats.pdf import fonts_here, typeset
from formats.table_kinds import CHANGES, LEFT_OUT, UNITS
from i18n import translate
from reports.documents import (
    bottom_list,
    bulletin,
    circular,
    dossier,
    full_ranking,
    round_results,
    year_on_year,
)
from reports.documents.bulletin import ACCOUNTABLE, NO_FINDING
from reports.documents.common import chinese, is_internal, numbered
from results import number_format
from results.comparison.year_on_year import changes
from results.labels import VERDICTS
from results.pledges.progress import WARNINGS, quarter_report
from results.ranking.ranking import ranking
from results.ranking.unit import detail, unit
from tests.support.papers import ODD_NAMES, docx_paragraphs, docx_parts, docx_tables, pdf_rows, pdf_text, store_of
from tests.support.paths import ROOT
from tests.support.word_templates import added, honest, saved


@pytest.fixture(scope="module")
def findings(town_path):
    """The findings of the town."""
    release = Store(town_path, threads=2).release()
    yield round_results(release.round("2025"))
    release.close()


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """The findings of a round whose units have odd names, 100 units in all."""
    names = [*ODD_NAMES, *(f"第{n}局" for n in range(100 - len(ODD_NAMES)))]
    release = store_of(tmp_path_factory.mktemp("odd") / "var", names, 100).release()
    yield round_results(release.round("2025"))
    release.close()


DOCUMENTS: dict[tuple[str, str], list] = {}


def every_document(found, language="zh"):
    """One of each kind; made once, read by several tests."""
    key = (found.release.id, language)
    if key not in DOCUMENTS:
        DOCUMENTS[key] = list(_every_document(found, language))
    return DOCUMENTS[key]


def _every_document(found, language):
    release, round_id = found.release, found.ranking.round
    yield bulletin(found, language, Form("中共示范市委群众工作局", "2026年1月15日"))
    yield full_ranking(found, language)
    yield bottom_list(found, language)
    code = str(found.lists[-1].rows["unit_code"].iloc[0])
    rankings = [ranking(release.round(name)) for name in release.rounds()]
    yield dossier(found, unit(release, code, rankings), detail(release.round(round_id), code), language)
    if len(release.rounds()) > 1:
        compared = [
            changes(release.round(release.rounds()[1]), release.round(round_id), one.family.name) for one in found.lists
        ]
        yield year_on_year(found, compared, language)


def wanted(rows: list[dict], decimals: int = 2) -> list[list[str]]:
    """What a line of a document must say of each row of `ranking --format json`, blanks left out."""
    lines = []
    for row in rows:
        shared = row["rank"] is not None and row["rank"] != row["rank_tied_to"]
        place = "–" if row["rank"] is None else f"并列{row['rank']}" if shared else str(row["rank"])
        verdict = translate(VERDICTS[row["verdict"]], "zh")
        told = (
            place,
            row["unit_name"],
            f"{row['n']:,}",
            number_format.number(row["score"], decimals),
            number_format.interval(row["score_low"], row["score_high"], decimals),
            number_format.places(row["rank_best"], row["rank_worst"]),
            verdict,
        )
        lines.append([re.sub(r"\s+", "", text) for text in told])
    return lines


def without_remark(rows: list[list[str]]) -> list[list[str]]:
    """Rows whose verdict is cut before its remark in brackets."""
    return [
        [*(re.sub(r"\s+", "", text) for text in row[:-1]), re.sub(r"\s+", "", row[-1]).split("（")[0]] for row in rows
    ]


# --- what is in them is what the ranking says ---------------------------------------------------------------------


@pytest.mark.sweep
def test_the_pdf_of_the_ranking_is_the_ranking(own_demo, tmp_path):
    path = tmp_path / "r.pdf"
    own_demo("bulletin", "--round", "2025", "--kind", "ranking", "-o", path)
    rows = own_demo.json("ranking", "--round", "2025")["rows"]
    assert without_remark(pdf_rows(path.read_bytes())) == wanted(rows)


def test_the_word_file_of_the_ranking_is_the_ranking(own_town, tmp_path):
    path = tmp_path / "r.docx"
    own_town("bulletin", "--round", "2025", "--kind", "ranking", "-o", path)
    rows = own_town.json("ranking", "--round", "2025")["rows"]
    told = [row for _, table in docx_tables(path.read_bytes()) for row in table[1:]]
    assert without_remark(told) == wanted(rows)


def all_rows(found) -> list[dict]:
    from results.ranking.rows import records

    return records(found.ranking.rows)


@pytest.mark.sweep
def test_a_hundred_units_in_both_files(odd):
    made = full_ranking(odd, "zh")
    told = wanted(all_rows(odd))
    assert len(told) == 100
    assert without_remark(pdf_rows(typeset(made).content)) == told
    assert without_remark([row for _, table in docx_tables(word_bytes(made)) for row in table[1:]]) == told


@pytest.mark.slow
def test_three_thousand_units_in_both_files(tmp_path):
    release = store_of(tmp_path / "var", [f"第{n:04d}号单位" for n in range(3_000)]).release()
    found = round_results(release.round("2025"))
    made = full_ranking(found, "zh")
    told = wanted(all_rows(found))
    assert len(told) == 3_000
    assert without_remark(pdf_rows(typeset(made).content)) == told
    assert without_remark([row for _, table in docx_tables(word_bytes(made)) for row in table[1:]]) == told
    release.close()


def test_one_mean_has_one_interval(town_path):
    """Where one indicator makes the score, the table by indicator repeats the table by group."""
    release = Store(town_path, threads=2).release()
    for code in ("ZY009", "ZY039", "ZY076"):
        found = detail(release.round("2025"), code)
        (scored,) = found.scored_indicators
        by_group = found.groups.set_index("group")[["n", "mean", "low", "high"]]
        same = found.indicators[found.indicators["indicator"] == scored].set_index("group")
        assert len(by_group) == 3
        for group, row in by_group.iterrows():
            assert same.loc[group, list(row.index)].astype(float).tolist() == pytest.approx(row.tolist(), rel=1e-12)
    release.close()


# --- the names guard ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_no_unit_is_named_without_votes_interval_and_verdict(findings, language):
    names = set(findings.ranking.rows["unit_name"])
    words = {translate(word, language) for word in VERDICTS.values()}
    for made in every_document(findings, language):
        assert made.rows() > 0
        for section in made.sections:
            told = (made.title, made.footer, section.heading, *section.paragraphs)
            assert not [text for text in told for name in names if name in text]
        for table in made.tables():
            for row in table.rows:
                assert not [name for name in names if name in row.statement]
                assert set(row.cells) >= set(table.headers)
                if table.kind == UNITS:
                    assert row.cells["n"] != "–" and row.cells["verdict"].split("（")[0].split(" (")[0] in words
                    assert row.cells["interval"] != "–" or "（" in row.cells["verdict"] or "(" in row.cells["verdict"]
                elif table.kind == CHANGES:
                    assert "–" not in row.cells["n"] and row.cells["interval"] != "–" and row.cells["verdict"]
                elif table.kind == LEFT_OUT:
                    assert row.cells["reason"]


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_no_file_names_a_unit_anywhere_else(findings, language):
    """As often as the lines of the document name it, and no more; in the PDF and in the Word file."""
    everyone = set(findings.ranking.rows["unit_name"])
    names = {name for name in everyone if not any(name in other for other in everyone - {name})}
    assert len(names) > 25
    for made in every_document(findings, language):
        named = "".join(text for table in made.tables() for row in table.rows for text in row.cells.values())
        read = pdf_text(typeset(made).content)
        content = word_bytes(made)
        assert not [text for text in docx_paragraphs(content) for name in names if name in text]
        cells = "".join(text for _, table in docx_tables(content) for row in table[1:] for text in row)
        for name in names:
            assert read.count(name) == cells.count(name) == named.count(name), (made.kind, name)


def test_every_document_says_where_it_comes_from(findings):
    for made in every_document(findings):
        assert made.secrecy == "内部" and made.stamp == "演示数据"
        assert findings.release.short in made.footer and "demo-2025" in made.footer
        assert f"biaochi replay {findings.release.short}" in "".join(made.sections[-1].paragraphs)
        assert "biaochi audit verify --head " in made.sections[-1].paragraphs[-1]
        assert str(made.rows()) in made.sections[-1].paragraphs[0]


@pytest.mark.sweep
def test_only_confirmed_units_stand_under_the_heading_of_accountability(findings):
    verdicts = dict(zip(findings.ranking.rows["unit_name"], findings.ranking.rows["verdict"], strict=True))
    accountable, nothing_found = (translate(heading, "zh") for heading in (ACCOUNTABLE, NO_FINDING))
    seen = {"confirmed": set(), "undecided": set()}
    for made in (bottom_list(findings, "zh"), bulletin(findings, "zh")):
        for heading, table in docx_tables(word_bytes(made)):
            named = {row[1] for row in table[1:] if len(row) > 2}
            if accountable in heading:
                assert {verdicts[name] for name in named} == {"confirmed"}
                seen["confirmed"] |= named
            elif nothing_found in heading:
                assert {verdicts[name] for name in named} == {"undecided"}
                seen["undecided"] |= named
    for verdict, named in seen.items():
        assert named == {name for name, own in verdicts.items() if own == verdict}
    told = "".join(
        text for _, table in docx_tables(word_bytes(bottom_list(findings, "zh"))) for row in table for text in row
    )
    assert not [name for name, verdict in verdicts.items() if verdict == "cleared" and name in told]


def test_a_document_is_internal_until_its_round_is_announced():
    assert [is_internal("bulletin", status) for status in ("", "draft", "final", "announced")] == [
        True,
        True,
        True,
        False,
    ]
    assert not is_internal("ranking", "announced")
    assert all(is_internal(kind, "announced") for kind in ("bottom", "unit", "changes"))


@pytest.mark.sweep
def test_the_status_of_the_round_is_stamped(own_town, tmp_path):
    for status, stamp in (("草稿", "草稿"), ("已定稿", "未公布")):
        own_town("status", "2025", status, "--reason", "试")
        path = tmp_path / f"{status}.docx"
        own_town("bulletin", "--round", "2025", "-o", path)
        parts = docx_parts(path.read_bytes())
        headers = [name for name in parts if re.search(r"word/header\d+\.xml", name)]
        assert len(headers) == 2 and all(stamp in parts[name].decode() for name in headers)


# --- plain text everywhere ----------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_markup_and_placeholders_in_names_come_out_as_plain_text(odd):
    for made in (full_ranking(odd, "zh"), bulletin(odd, "zh", Form("#strong[机关] {{ 1+1 }} <b>", "$x$ *日*"))):
        read = pdf_text(typeset(made).content)
        content = word_bytes(made)
        cells = {text for _, table in docx_tables(content) for row in table for text in row}
        for name in ODD_NAMES:
            assert re.sub(r"\s+", "", name) in read, name
            assert name in cells, name
        if made.form.office:
            assert "#strong[机关]{{1+1}}<b>" in read and "$x$*日*" in read
            assert {made.form.office, made.form.date} < set(docx_paragraphs(content))


def test_control_characters_in_a_name_are_blanks():
    from formats.document import plain

    assert plain("\t市\x00公\n安\u2028局 ") == "市 公 安 局"


# --- the same bytes -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_bytes_under_other_settings(own_demo, tmp_path, language):
    settings = (
        {
            "TZ": "Asia/Shanghai",
            "LANG": "zh_CN.UTF-8",
            "LC_ALL": "C.UTF-8",
            "BIAOCHI_THREADS": "1",
            "PYTHONHASHSEED": "1",
        },
        {"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "BIAOCHI_THREADS": "4", "PYTHONHASHSEED": "2"},
    )
    made = []
    for number, changed in enumerate(settings):
        paths = [tmp_path / f"{number}.{form}" for form in ("pdf", "docx")]
        for path in paths:
            command = [sys.executable, "-m", "cli", "--store", own_demo.store, "--lang", language, "bulletin"]
            command += ["--round", "2025", "-o", path]
            subprocess.run(list(map(str, command)), cwd=ROOT, env={**os.environ, **changed}, check=True)
        for kind, path in (("brief", tmp_path / f"{number}-brief.pdf"), ("slides", tmp_path / f"{number}.pptx")):
            words = ["--round", "2025", "--kind", kind, "--as-of", "2026-01-15", "-o", path]
            command = [sys.executable, "-m", "cli", "--store", own_demo.store, "--lang", language, "bulletin", *words]
            subprocess.run(list(map(str, command)), cwd=ROOT, env={**os.environ, **changed}, check=True)
            paths.append(path)
        made.append([path.read_bytes() for path in paths])
    assert made[0] == made[1]
    here = tmp_path / "here.pdf"
    own_demo("bulletin", "--round", "2025", "-o", here, lang=language)
    assert here.read_bytes() == made[0][0]


def test_the_templates_have_the_page_of_gb_t_9704():
    """A4, 37 mm above, 28 mm left, 156 x 225 mm of text; 22 lines of 28 characters; numbers on the outer edge."""
    for template in (TEMPLATES["zh"], RED_HEAD):
        made = new_docx(str(template))
        (section,) = made.sections
        sizes = {
            "page": (section.page_width, section.page_height),
            "top, bottom": (section.top_margin, section.bottom_margin),
            "left, right": (section.left_margin, section.right_margin),
        }
        assert {name: tuple(round(size.mm) for size in pair) for name, pair in sizes.items()} == {
            "page": (210, 297),
            "top, bottom": (37, 35),
            "left, right": (28, 26),
        }
        assert made.settings.odd_and_even_pages_header_footer
        body, grid = made.styles["Normal"], section._sectPr.find(qn("w:docGrid"))
        lines = 22 * body.paragraph_format.line_spacing.twips
        assert 12_753 <= lines <= section.page_height.twips - section.top_margin.twips - section.bottom_margin.twips
        pitch = body.font.size.pt + int(grid.get(qn("w:charSpace"))) / 4096
        assert grid.get(qn("w:type")) == "linesAndChars" and round(28 * pitch / 72 * 25.4) == 156
        properties = body.element.pPr
        assert all(properties.find(qn(name)).get(qn("w:val")) == "0" for name in ("w:autoSpaceDE", "w:autoSpaceDN"))
        fonts = {name: made.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in ("Normal", "Title")}
        assert fonts == {"Normal": "仿宋_GB2312", "Title": "方正小标宋简体"}
        for footer in (section.footer, section.even_page_footer):
            assert [code.text for code in footer._element.iter(qn("w:instrText"))] == ["PAGE"]


def test_the_templates_place_every_piece():
    for template in (*TEMPLATES.values(), RED_HEAD):
        xml = "".join(
            content.decode() for name, content in docx_parts(template.read_bytes()).items() if "word/" in name
        )
        named = set(re.findall(r"{{p? ?(\w+) }}", xml))
        head = {"mark", "number"} if template == RED_HEAD else {"head"}
        assert named == {"title", "secrecy", "stamp", "footer"} | head | set(PIECES) - {"head"}


# --- the official page --------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_the_pdf_is_an_archive_file_of_official_pages(findings):
    reader = PdfReader(io.BytesIO(typeset(bulletin(findings, "zh")).content))
    assert reader.xmp_metadata.pdfaid_part == "2" and reader.xmp_metadata.pdfaid_conformance == "A"
    assert reader.metadata.title == "关于2025年度群众评议结果的通报"
    assert reader.trailer["/Root"]["/Lang"].startswith("zh")
    for number, page in enumerate(reader.pages, start=1):
        width, height = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
        assert (round(width), round(height)) == (210, 297)
        text = page.extract_text()
        assert f"— {number} —" in text and "内部" in text and "演示数据" in text
    inside = [page.extract_text() for page in reader.pages if "名次区间" in page.extract_text()]
    assert len(inside) > 3


@pytest.mark.sweep
def test_a_line_of_text_has_28_characters(findings):
    """Twenty-eight characters a line and twenty-two lines a page are what GB/T 9704 asks for."""
    made = replace(bulletin(findings, "zh"), sections=(Section("", 1, ("评" * 28 * 40,)),), form=Form())
    pages = PdfReader(io.BytesIO(typeset(made).content)).pages
    lines = [line for line in pages[1].extract_text().splitlines() if line.startswith("评评")]
    assert {len(line) for line in lines[:-1]} == {28} or len(lines) == 1
    full = [line for page in pages for line in page.extract_text().splitlines() if line == "评" * 28]
    assert full
    assert len([line for line in pages[1].extract_text().splitlines() if line.startswith("评")]) <= 22


@pytest.mark.sweep
def test_the_word_page_is_official_and_its_headers_repeat(findings):
    content = word_bytes(bulletin(findings, "zh"))
    document = new_docx(io.BytesIO(content))
    section = document.sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(side.mm) for side in sides] == [210, 297, 37, 28]
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156
    assert round(section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm) == 225
    for table in document.tables:
        assert table._tbl.findall(".//{*}tblHeader") and len(table.rows[0]._tr.findall("./{*}trPr/{*}tblHeader")) == 1
    assert "仿宋_GB2312" in docx_parts(content)["word/styles.xml"].decode()
    assert (
        document.core_properties.created.year == 2000
        and document.core_properties.title == "关于2025年度群众评议结果的通报"
    )


# --- fonts --------------------------------------------------------------------------------------------------------


def test_without_any_chinese_font_there_is_a_sentence_and_no_document(findings, tmp_path):
    with pytest.raises(NoChineseFontError) as refused:
        typeset(full_ranking(findings, "zh"), fonts=tmp_path)
    told = translate(refused.value.message, "zh").format(**refused.value.facts)
    assert told.startswith("本机没有任何中文字体") and "方正小标宋" in told
    assert word_bytes(full_ranking(findings, "zh"))


@pytest.mark.sweep
def test_missing_fonts_are_named_with_what_stands_in(findings, tmp_path):
    stand_in = next(font for font in fonts_of(None).fonts() if font.family == fonts_here().families["body"][-1])
    (tmp_path / Path(stand_in.path).name).write_bytes(Path(stand_in.path).read_bytes())
    done = typeset(bulletin(findings, "zh"), fonts=tmp_path)
    assert set(done.fonts.missing) == {names[0] for names in WANTED.values()}
    assert "仿宋_GB2312（以" in done.fonts.warning("zh")
    assert "市" in pdf_text(done.content)


@pytest.mark.sweep
def test_a_character_that_no_font_has_is_told_instead_of_a_box(findings):
    with pytest.raises(UsageError) as refused:
        typeset(bulletin(findings, "zh", Form(office="局\U000f0000")))
    assert "本机没有含" in translate(refused.value.message, "zh")


# --- the office's own template: what it may and may not, see test_word_templates --------------------------------------


def test_a_broken_template_writes_nothing(own_town, tmp_path):
    template = saved(honest(added("{{ titel }}")), tmp_path)
    before = len(read_log(own_town.store))
    path = tmp_path / "r.docx"
    own_town("bulletin", "--round", "2025", "--kind", "ranking", "--template", template, "-o", path, code=2)
    assert "“titel”不可用，位置在“{{ titel }}”附近" in own_town.err, own_town.err
    assert not path.exists() and len(read_log(own_town.store)) == before


def test_a_template_that_is_no_word_file_is_told(findings, tmp_path):
    path = tmp_path / "t.docx"
    for content in (b"", b"PK\x03\x04 broken", b"no zip"):
        path.write_bytes(content)
        with pytest.raises(InvalidTemplateError):
            word_bytes(full_ranking(findings, "zh"), path)


# --- the command --------------------------------------------------------------------------------------------------


@pytest.mark.sample
@pytest.mark.parametrize("kind", ["bulletin", "ranking", "bottom", "unit", "changes", "pledges"])
def test_every_kind_is_written_and_told_to_the_log(kind, own_town, tmp_path):
    import hashlib

    path = tmp_path / "d.docx"
    more = ("--unit", "ZY009") if kind == "unit" else ()
    own_town("bulletin", "--round", "2025", "--kind", kind, *more, "-o", path)
    entry = read_log(own_town.store)[-1]
    assert (entry.action, entry.what, entry.round) == ("export", f"{kind}.docx", "2025")
    assert entry.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.sweep
@pytest.mark.parametrize(
    "words",
    [
        ("--kind", "all"),
        ("--kind", "unit"),
        ("--unit", "ZY009"),
        ("--kind", "unit", "--unit", "nobody"),
        ("--format", "odt"),
        ("--format", "pdf", "--template", "x.docx"),
        ("--template", "nowhere.docx"),
        ("--kind", "changes", "--from", "2025"),
        ("--category", "nothing"),
    ],
)
def test_wrong_calls_are_told(words, own_town, tmp_path):
    path = tmp_path / "d.bin"
    own_town("bulletin", "--round", "2025", *words, "-o", path, code=2)
    assert own_town.err and not path.exists()


@pytest.mark.sweep
def test_the_official_form_is_asked_for_once_and_remembered(own_town, tmp_path):
    """Every part of a paper is an option; what stays the same is kept for the next paper, in PDF and Word alike."""
    once = (
        "--office",
        "示范市委群众工作局",
        "--to",
        "市直各单位",
        "--copies-to",
        "市人大常委会办公室",
        "--sealed",
        "--remember",
    )
    each = ("--number", "示群发[2026]3号", "--date", "2026-01-05", "--copy-number", "7", "--signer", "李明")
    each += ("--classification", "秘密", "--term", "1年", "--annex", "计分办法", "--annex", "名单")
    each += ("--printed-by", "示范市委办公室", "--printed-on", "2026 年 1 月 6 日")
    paths = [tmp_path / name for name in ("a.docx", "b.docx", "b.pdf")]
    for path, options in zip(paths, ((*once, *each), each, each), strict=True):
        own_town("bulletin", "--round", "2025", "--kind", "ranking", *options, "-o", path)
    told = [" ".join(docx_paragraphs(path.read_bytes())) for path in paths[:2]]
    assert told[0] == told[1]
    tables = " ".join(text for _, table in docx_tables(paths[0].read_bytes()) for row in table for text in row)
    pdf = pdf_text(paths[2].read_bytes())
    parts = ("示范市委群众工作局", "市直各单位：", "示群发〔2026〕3号", "2026年1月5日", "000007", "李明", "秘密★1年")
    assert [part for part in (*parts, "1. 计分办法", "2. 名单") if part not in told[0]] == []
    assert [
        part for part in ("抄送：市人大常委会办公室。", "示范市委办公室", "2026年1月6日印发") if part not in tables
    ] == []
    assert [part for part in (*parts, "抄送：市人大常委会办公室。", "2026年1月6日印发") if part not in pdf] == []


def test_one_category_and_all_as_one(own_town, tmp_path):
    for category, count in (("公共服务单位", 10), ("ALL", 43)):
        path = tmp_path / "d.docx"
        own_town("bulletin", "--round", "2025", "--kind", "ranking", "--category", category, "-o", path)
        tables = docx_tables(path.read_bytes())
        assert len(tables) == 1 and len(tables[0][1]) == 1 + count


def test_copies_begin_on_the_line_of_their_label(findings):
    """The label stood beside the last of several lines, because the imprint is placed at the foot."""
    names = "市人大常委会办公室，市政府办公室，市政协办公室，市纪委监委机关，市委组织部"
    made = bottom_list(findings, "zh", Form("示范市委群众工作局", "2026年1月5日", copies_to=names))
    heights = {}

    def visit(text, matrix, text_matrix, _font, _size):
        height = round(text_matrix[5] * matrix[3] + matrix[5], 1)
        heights.update({begins: height for begins in ("抄送", "市人大", "监委") if begins in text})

    PdfReader(io.BytesIO(typeset(made).content)).pages[-1].extract_text(visitor_text=visit)
    assert heights["抄送"] == heights["市人大"] != heights["监委"]


def test_the_circular_names_the_items_that_need_attention(own_town, tmp_path):
    path = tmp_path / "c.docx"
    own_town("bulletin", "--round", "2025", "--kind", "pledges", "--as-of", "2025-09-30", "-o", path)
    told = [row for _, rows in docx_tables(path.read_bytes()) for row in rows[1:]]
    words = ("--round", "2025", "--circular", "--as-of", "2025-09-30")
    rows = own_town.json("pledges", *words)["rows"]
    wanted_rows = [row for row in rows if any(row[name] for name in WARNINGS)]
    assert len(told) == len(wanted_rows) > 20
    assert {(row[0].split("（")[0], row[1]) for row in told} == {(row["unit_name"], row["item"]) for row in wanted_rows}
    assert all(all(row) for row in told)
    paragraphs = docx_paragraphs(path.read_bytes())
    assert "完成率按事项逐项核算，不涉及抽样误差。" in paragraphs
    assert not [text for text in paragraphs for row in wanted_rows if row["unit_name"] in text]


def test_the_circular_writes_its_day_as_official_papers_do(town_path):
    release = Store(town_path, threads=2).release()
    report = quarter_report(release.round("2025"), date(2025, 9, 30))
    for language, day in (("zh", "截至2025年9月30日，"), ("en", "As it stood on 2025-09-30:")):
        assert circular(release, report, language).sections[0].paragraphs[0].startswith(day)
    release.close()


@pytest.mark.sweep
def test_a_round_of_counts_claims_no_ballots(odd):
    opening = bulletin(odd, "zh").sections[1].paragraphs
    assert opening[0] == "本次共评议1个类别的100个单位，对各单位的评价合计22,000份。各单位全部参与排名。"
    assert "本批次报送的是票数汇总，按各份评价相互独立处理，区间可能偏窄。" in opening


@pytest.mark.sweep
@pytest.mark.parametrize("lines", range(8, 24, 3))
def test_a_signature_never_stands_alone_on_a_page(lines, findings):
    made = bulletin(findings, "zh", Form("中共示范市委群众工作局", "2026年1月15日"))
    filled = replace(made, sections=(Section("", 1, ("评",) * lines), made.sections[-1]))
    last = PdfReader(io.BytesIO(typeset(filled).content)).pages[-1].extract_text()
    assert all(words in re.sub(r"\s+", "", last) for words in ("数据来源与复核", "biaochireplay", "2026年1月15日"))


# --- small parts --------------------------------------------------------------------------------------------------


def test_chinese_numbers():
    assert [chinese(n) for n in (1, 10, 11, 20, 21, 99, 100)] == ["一", "十", "十一", "二十", "二十一", "九十九", "100"]


def test_headings_are_numbered_as_in_official_documents():
    sections = [Section("a", 1), Section("b", 2), Section("c", 3), Section("", 1), Section("d", 2), Section("e", 1)]
    assert [one.heading for one in numbered(sections, "zh")] == ["一、a", "（一）b", "1．c", "", "（二）d", "二、e"]
    assert [one.heading for one in numbered(sections, "en")] == ["1. a", "1.1. b", "1.1.1. c", "", "1.2. d", "2. e"]


def test_figures_are_rounded_half_up_and_missing_ones_are_dashes():
    assert [number_format.number(value) for value in (0.125, 2.675, -0.005, None, float("nan"))] == [
        *("0.13", "2.68", "-0.01"),
        *("–", "–"),
    ]
    assert (
        number_format.number(72.5, 0) == "73"
        and number_format.signed(-0.5, 1) == "−0.5"
        and number_format.signed(0.25, 1) == "+0.3"
    )
    assert number_format.signed(-0.004) == number_format.signed(0.004) == "0.00"
    assert (
        number_format.places(3, 3) == "3"
        and number_format.interval(1, 2, 1) == "1.0 – 2.0"
        and number_format.percent(0.1234) == "12.3%"
    )


# --- few votes ----------------------------------------------------------------------------------------------------


def counted(small, files, votes, announced=True):
    """A published round, announced if asked, from {unit: {group: (满意, 基本满意, 不满意)}}."""
    lines = ["参评单位,评议主体,满意,基本满意,不满意"]
    lines += [f"{unit},{group},{','.join(map(str, n))}" for unit, own in votes.items() for group, n in own.items()]
    small("import", "counts", files("c.csv", "\n".join(lines) + "\n"), "--round", "2025")
    small("publish")
    for status in ("final", "announced") if announced else ():
        small("status", "2025", status, "--reason", "试")


GROUPS = ("普通群众", "服务对象", "两代表一委员")


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_announced_bulletin_does_not_say_how_one_person_voted(language, small, files):
    """乙 has one vote of each group, and all three say 不满意; 丙 has nine that are all alike."""
    votes = {f"单位{at}": dict.fromkeys(GROUPS, (20 + at, 6, 5)) for at in range(4)}
    votes |= {"乙": dict.fromkeys(GROUPS, (0, 0, 1)), "丙": dict.fromkeys(GROUPS, (0, 3, 0))}
    counted(small, files, votes)
    release = Store(small.store).release()
    found = round_results(release.round("2025"))
    for made in (bulletin(found, language), full_ranking(found, language)):
        rows = [row for one in made.tables() for row in one.rows if row.cells["unit"] in ("乙", "丙")]
        assert rows and not made.secrecy
        for row in rows:
            below = {"乙": "5", "丙": "10"}[row.cells["unit"]]
            assert row.cells["n"] in (f"不足{below}", f"below {below}")
            assert row.cells["score"] == row.cells["interval"] == "–" and not row.statement
            assert re.search(r"[（(].+[）)]", row.cells["verdict"]), "the reason why there is no score"
        general = made.sections[1 if made.kind == "bulletin" else 0].paragraphs[0]
        assert str(sum(map(sum, (n for own in votes.values() for n in own.values())))) not in general
    release.close()


def test_an_internal_document_shows_every_number(small, files):
    """Before the round is announced the same papers are stamped 内部, and equal the ranking line by line."""
    votes = {f"单位{at}": dict.fromkeys(GROUPS, (20 + at, 6, 5)) for at in range(4)}
    votes |= {"乙": dict.fromkeys(GROUPS, (0, 0, 1)), "丙": dict.fromkeys(GROUPS, (0, 3, 0))}
    counted(small, files, votes, announced=False)
    release = Store(small.store).release()
    made = full_ranking(round_results(release.round("2025")), "zh")
    cells = {row.cells["unit"]: row.cells for one in made.tables() for row in one.rows}
    assert made.secrecy == "内部" and len(cells) == 6
    assert (cells["乙"]["n"], cells["乙"]["score"]) == ("3", "0.00") and cells["丙"]["n"] == "9"
    release.close()


def test_a_dossier_does_not_say_how_one_person_voted(small, files):
    """甲 has one vote of a group: score and the means of the other groups would give it. All means are withheld."""
    votes = {f"单位{at}": dict.fromkeys(GROUPS, (20 + at, 6, 5)) for at in range(4)}
    votes["甲"] = {"普通群众": (14, 4, 2), "服务对象": (8, 1, 1), "两代表一委员": (0, 0, 1)}
    counted(small, files, votes)
    release = Store(small.store).release()
    found = detail(release.round("2025"), "甲")
    assert (
        found.groups["mean"].isna().all() and found.groups["too_few"].all() and list(found.groups["n"]) == [1, 20, 10]
    )
    assert found.indicators["mean"].isna().all() and found.grades.empty
    assert detail(release.round("2025"), "单位0").groups["mean"].notna().all()
    made = dossier(
        round_results(release.round("2025")), unit(release, "甲", [ranking(release.round("2025"))]), found, "zh"
    )
    (groups,) = [section for section in made.sections if section.table and section.table.kind == "groups"]
    assert {row.cells["score"] for row in groups.table.rows} == {"不予显示"}
    assert "以免由得分推算出来" in groups.paragraphs[0]
    release.close()


def test_amounts_of_pledges_keep_every_digit():
    from reports.documents.circular import _value

    assert _value(1_234_567.0, "元", "zh") == "1,234,567元" and _value(123_456.75, "元", "zh") == "123,456.75元"
    assert _value(7.5, "公里", "zh") == "7.5公里" and _value(0.0, None, "en") == "0" and _value(None, "元", "zh") == "–"
