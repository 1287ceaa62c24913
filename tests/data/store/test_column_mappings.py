"""Columns that a person explained once are read so in every later file of that shape, with one header row or two."""

import csv
import io

import pytest
import xlsxwriter

from data.model.contract import field_of_header
from data.store import ImportOptions, Store
from data.store.replay import replay

# 考评机关 and 票源 are words that no contract knows; one of them stands in the upper row alone.
FORM = """某县2025年测评汇总表,,,,,
考评机关,票源,总体评价,,,
,,满意,基本满意,不满意,不了解
县公安局,普通群众,40,20,3,5
县教育局,普通群众,50,10,2,6
"""
MEANT = {"考评机关": "unit_code", "票源": "group_code"}
NEXT = (
    FORM.replace("40,20", "41,19")
    .replace("2025年", "2025年第二批")
    .replace("县公安局", "县司法局")
    .replace("县教育局", "县水务局")
)
# The lower row knows more words than the upper one; 考评机关 stands over an empty cell.
LOWER = """考评机关,基本情况,,票数,,
,评议主体,类别,满意,基本满意,不满意
县公安局,普通群众,政府,40,20,3
县教育局,服务对象,政府,50,10,2
"""


def merged_workbook(text: str) -> bytes:
    """The form with its header merged as a person merges it: down over the units, across over the grades."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("汇总")
        for number, record in enumerate(csv.reader(text.splitlines())):
            sheet.write_row(number, 0, record)
        sheet.merge_range(1, 0, 2, 0, "考评机关")
        sheet.merge_range(1, 1, 2, 1, "票源")
        sheet.merge_range(1, 2, 1, 5, "总体评价")
    return out.getvalue()


@pytest.fixture
def counts(small):
    """counts(text, code) imports counts and hands back the report of the command line."""

    def run(name: str, content: str | bytes, code: int, *options: str) -> dict:
        path = small.store.parent / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return small.json("import", "counts", path, "--round", "2025", *options, code=code)

    return run


def explained(store: Store, text: str, meant: dict[str, str]) -> tuple[str, ...]:
    """What the page does: the first reading shows the columns, the person explains them, the import remembers it."""
    source = [("a.csv", text.encode())]
    shown = store.import_files("counts", source, "2025", ImportOptions(dry_run=True)).headers["a.csv"]
    assert set(meant) <= set(shown.cells), "the page offers every word that has to be explained"
    kept = store.import_files("counts", source, "2025", ImportOptions(mapping=meant, accept_warnings="表题"))
    assert kept.stored, [problem.message("en") for problem in kept.problems]
    store.remember_mapping("counts", kept.headers["a.csv"].shape, meant)
    return kept.headers["a.csv"].shape


@pytest.mark.parametrize("form", ["csv", "xlsx", "spaced", "other title"])
def test_a_header_of_two_rows_is_explained_once(form, small, counts):
    explained(Store(small.store), FORM, MEANT)
    changed = {
        "csv": NEXT,
        "xlsx": merged_workbook(NEXT),
        "spaced": NEXT.replace("考评机关,票源", " 考评 机关　,票\u3000源").replace("\n", ",,\n"),
        "other title": NEXT.replace("某县", "资阳市某县，", 1).replace("汇总表", "汇总表（第二张）"),
    }[form]
    report = counts("b.xlsx" if form == "xlsx" else "b.csv", changed, 0, "--accept-warnings", "表题")
    assert report["stored"] and not [p for p in report["problems"] if p["level"] == "error"]
    assert Store(small.store).uploads()[-1].mapping == MEANT
    assert "考评机关" in small.err, "the command line says that it remembers"


def test_full_width_letters_and_brackets_are_the_same_shape(small, counts):
    one = "单位Ａ（全称）,票源,满意,基本满意,不满意\n县公安局,普通群众,4,2,3\n"
    meant = {"单位Ａ（全称）": "unit_code", "票源": "group_code"}
    explained(Store(small.store), one, meant)
    assert counts("b.csv", one.replace("Ａ（全称）", "a(全称)").replace("公安", "教育"), 0)["stored"]


def test_another_shape_is_not_read_so(small, counts):
    explained(Store(small.store), FORM, MEANT)
    other = FORM.replace("票源,总体评价", "票源,服务态度")
    assert [problem["code"] for problem in counts("b.csv", other, 3)["problems"]] == ["no_header"]
    one_row = "考评机关,票源,满意,基本满意,不满意\n县公安局,普通群众,4,2,3\n"
    assert counts("c.csv", one_row, 3)["problems"]


def test_a_word_over_an_empty_cell_belongs_to_the_header(small, counts):
    shape = explained(Store(small.store), LOWER, {"考评机关": "unit_code"})
    assert shape[0] == "考评机关" and shape[3] == "票数/满意"
    report = counts("b.csv", LOWER.replace("公安", "司法").replace("教育", "水务"), 0)
    assert report == {"problems": [], "rows": 2, "stored": True}


def test_a_known_word_over_an_empty_cell_needs_no_explanation(counts):
    assert counts("a.csv", LOWER.replace("考评机关", "参评单位"), 0)["stored"]


def test_a_line_about_the_table_over_an_unnamed_column_is_a_title(counts):
    text = "填报单位：县委办,,,,制表日期：2025-12-01\n参评单位,评议主体,满意,不满意,\n县公安局,普通群众,4,3,\n"
    report = counts("a.csv", text, 4)
    assert [(problem["code"], problem["row"]) for problem in report["problems"]] == [("title_row", 1)]


def test_what_is_known_already_is_offered_as_known(small):
    """A header that lacks a column still says which of the others it knows: the form must not unsay them."""
    text = "考评机关,评议主体,满意,不满意\n县公安局,普通群众,4,3\n".encode()
    report = Store(small.store).import_files("counts", [("a.csv", text)], "2025", ImportOptions(dry_run=True))
    assert report.refused
    assert report.headers["a.csv"].fields == {"评议主体": "group_code"}
    assert field_of_header("counts")["评议主体"] == "group_code"


@pytest.mark.sweep
def test_decisions_of_several_files_are_read_again_the_same(small):
    """Two files of one upload, one of them explained: a replay reads both as the import did."""
    store = Store(small.store)
    one = "考评机关,评议主体,满意,不满意,指标\n县公安局,普通群众,4,3,x\n"
    two = one.replace("考评机关", "参评单位").replace("公安", "教育").replace(",x", ",总体评价")
    decision = {
        "考评机关": "unit_code",
        "指标": "",
    }  # 指标 is a field elsewhere: the order of the files must not matter
    store.remember_mapping("counts", tuple(one.splitlines()[0].split(",")), decision)
    for name, files in (("2025", (one, two)), ("2026", (two, one))):
        sources = [(f"{number}.csv", text.encode()) for number, text in enumerate(files)]
        assert store.import_files("counts", sources, name, ImportOptions(accept_warnings="指标列不用")).stored
    assert replay(store, store.publish().release) == []
