"""biaochi export: every table of a round as a file, told to the audit log; what was imported comes back the same."""

import csv
import io
import json
import math
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from data.store import Store
from data.store.audit_log import read_log
from formats.spreadsheet import xlsx_bytes
from reports import pledge_table
from reports.ranking_table import unit_as_sheet
from reports.tables import BY_CATEGORY, CHANGES, RANKING, RESULTS, TABLES, changes_sheet, export_sheet
from results.comparison.year_on_year import changes
from results.pledges.by_year import pledge_year
from results.ranking.family import ALL
from results.ranking.rows import unit_rounds
from tests.support.papers import store_of
from tests.support.stores import BALLOTS, Biaochi
from tests.support.town import TOWN_RULES, city_files

NUMERIC = """
name = "numeric"
title = "打分"
source = "测试"
why = "测试"
authored_by = "甲"
checked_by = "乙"
date = 2025-11-01
[numeric]
low = 0
high = 10
[unscored]
dont_know = ["不了解"]
[averaging]
order = "pooled"
[minimum]
per_unit = 1
per_group = 1
[bottom]
rule = "last"
k = 1
"""
SCORES = "票号,评议主体,参评单位,测评指标,打分,有效性,会场\n" + "".join(
    f"{n},群众,{unit},{what},{'' if n == 3 else n / 4},{'不了解' if n == 3 else ''},{'甲厅' if n % 2 else ''}\n"
    for n in range(1, 7)
    for unit in ("市公安局", "市财政局")
    for what in ("作风", "效能")
)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def other(biaochi, name):
    return Biaochi(biaochi.store.with_name(name), biaochi.capture)


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("table", RESULTS)
def test_a_table_of_results_says_what_it_is_made_of(table, language, own_town, tmp_path):
    path = tmp_path / "t.xlsx"
    own_town("export", table, "--round", "2025", "--format", "xlsx", "-o", path, lang=language)
    book = CalamineWorkbook.from_path(str(path))
    first, about = (book.get_sheet_by_index(n).to_python() for n in (0, 1))
    release = own_town.json("releases")["rows"][0]["release"]
    assert release in [row[1] for row in about] and len(first) > 1
    told = own_town("export", table, "--round", "2025", lang=language)
    assert len(rows_of(told)) == len(first) - 1
    assert len(own_town.json("export", table, "--round", "2025")["rows"]) == len(first) - 1
    assert [entry.what for entry in read_log(own_town.store)][-3:] == [f"{table}.{f}" for f in ("xlsx", "csv", "json")]


def sheet_of(round_, table, language, category):
    if table != CHANGES:
        return export_sheet(round_, table, language, category=category)
    found = changes(round_.release.round("2024"), round_, category)
    return changes_sheet(round_.release, [found], language, category)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_second_sheet_means_every_column_and_names_the_category(language, town_path):
    """Of one release, ranked once, rather than by the command line, which ranks for every call."""
    release, missing = Store(town_path, threads=2).release(), []
    for table in RESULTS:
        one = "党群部门" if table in BY_CATEGORY else None
        content = xlsx_bytes(sheet_of(release.round("2025"), table, language, one))
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        headers = book.get_sheet_by_index(0).to_python()[0]
        second = book.get_sheet_by_index(1).to_python()
        told = {row[0]: row[1] for row in second}
        missing += [(table, header) for header in headers if not told["n:…" if header.startswith("n:") else header]]
        missing += [(table, one)] if one and one not in [row[1] for row in second] else []
    release.close()
    assert missing == []


def test_a_bottom_list_by_another_k_says_so_on_every_line(town):
    official, other = rows_of(town("bottom", "--round", "2025")), rows_of(town("bottom", "--round", "2025", "-k", "5"))
    assert {row["数据"] for row in official} == {"演示数据"}
    assert {row["数据"] for row in other} == {"演示数据；按其他规则测算，未发布"}
    assert town.err.strip() and town.json("bottom", "--round", "2025", "-k", "5")["what_if"] is True


VERDICTS = {"confirmed": "Confirmed", "undecided": "Undecided", "cleared": "Cleared", "not_ranked": "Not ranked"}
NUMBERS = ("n", "score", "score_low", "score_high", "rank", "rank_best", "rank_worst", "p_bottom", "confirm_p")


def assert_the_workbook_is_the_ranking(biaochi, path) -> int:
    """Every row of the workbook, in its order, against `ranking --format json`; the number of rows."""
    biaochi("ranking", "--round", "2025", "--format", "xlsx", "-o", path, lang="en")
    header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    wanted = biaochi.json("ranking", "--round", "2025")["rows"]
    assert [row[header.index("unit_code")] for row in rows] == [row["unit_code"] for row in wanted]
    for row, own in zip(rows, wanted, strict=True):
        assert row[header.index("verdict")] == VERDICTS[own["verdict"]]
        for name in NUMBERS:
            found = row[header.index(name)]
            assert found == ("" if own[name] is None else pytest.approx(own[name], rel=1e-12))
        for group, n in own["n_by_group"].items():
            assert row[header.index(f"n:{group}")] == n
    return len(rows)


def test_a_workbook_has_the_rows_order_and_verdicts_of_the_ranking(town, tmp_path):
    assert_the_workbook_is_the_ranking(town, tmp_path / "r.xlsx")


@pytest.mark.sweep
@pytest.mark.parametrize("units", [100, pytest.param(3_000, marks=pytest.mark.slow)])
def test_a_workbook_of_many_units_is_the_ranking(units, biaochi, tmp_path):
    store_of(biaochi.store, [f"第{n:04d}号单位" for n in range(units)])
    assert assert_the_workbook_is_the_ranking(biaochi, tmp_path / "r.xlsx") == units


def test_what_is_printed_has_the_decimals_of_the_rules(town, tmp_path):
    from openpyxl import load_workbook

    path = tmp_path / "r.xlsx"
    town("ranking", "--round", "2025", "--format", "xlsx", "-o", path)
    page = load_workbook(path).worksheets[0]
    formats = {cell.value: page.cell(2, cell.column).number_format for cell in page[1]}
    assert formats["得分"] == "0.00" and formats["不了解占比"] == "0.0%"
    assert page.freeze_panes == "A2" and page.auto_filter.ref and page.print_title_rows == "$1:$1"
    assert page.page_setup.orientation == "landscape" and page.page_setup.paperSize == 9
    assert page.column_dimensions["E"].hidden and not page.column_dimensions["B"].hidden


def printed_width(path) -> float:
    """Characters across a printed page of a workbook: columns that are not folded away, over pages side by side."""
    from openpyxl import load_workbook

    page = load_workbook(path).worksheets[0]
    shown = [own for own in page.column_dimensions.values() if not own.hidden]
    whole = sum((own.width - 5 / 7) * (own.max - own.min + 1) for own in shown)  # a column has 5 pixels more than text
    return whole / (page.page_setup.fitToWidth or 1)


@pytest.mark.sweep
def test_a_printed_workbook_is_not_shrunk_beyond_reading(demo_release, tmp_path):
    from openpyxl import load_workbook

    # 149 characters of the usual type fill a page of A4 across; at 215 it is printed in 7.6 points.
    round_ = demo_release.round("2025")
    year = pledge_year(round_, date(2025, 12, 31))
    rounds_of_unit = unit_rounds(demo_release, "ZY030")
    for language in ("zh", "en"):
        sheets = {
            "ranking": sheet_of(round_, RANKING, language, None),
            "changes": sheet_of(round_, CHANGES, language, ALL),
            "unit": unit_as_sheet(demo_release, "ZY030", rounds_of_unit, language),
            "posts": pledge_table.as_sheet(pledge_table.table(year, "post"), demo_release, language),
        }
        for name, sheet in sheets.items():
            path = tmp_path / f"{name}.xlsx"
            path.write_bytes(xlsx_bytes(sheet))
            assert 60 < printed_width(path) <= 215, (name, language)
        assert load_workbook(tmp_path / "posts.xlsx").worksheets[0].print_title_cols == "$A:$B"


def test_a_long_name_takes_a_higher_row_of_a_workbook(biaochi, tmp_path):
    from openpyxl import load_workbook

    store_of(biaochi.store, ["市局", "市信访局（市长公开电话受理中心）与市联席会议办公室合署"])
    biaochi("ranking", "--round", "2025", "--format", "xlsx", "-o", tmp_path / "r.xlsx")
    page = load_workbook(tmp_path / "r.xlsx").worksheets[0]
    heights = {len(page.cell(row, 2).value): page.row_dimensions[row].height for row in (2, 3)}
    assert heights[max(heights)] > (heights[2] or page.sheet_format.defaultRowHeight) >= 15
    assert page.column_dimensions["A"].hidden, "without a register the code is the name"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ballots_come_back_to_the_same_release(form, small, files, tmp_path):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    release = small.publish()
    small("export", "ballots", "--round", "2025", "--format", form, "-o", tmp_path / f"b.{form}")
    again = other(small, "again")
    again("rules", "add", tmp_path / "rules-to-add.toml")
    again("import", "ballots", tmp_path / f"b.{form}", "--round", "2025", "--accept-warnings", "第二张表是说明")
    assert again.publish() == release


@pytest.mark.sweep
def test_numeric_ballots_with_sites_and_two_uploads_come_back(biaochi, files, tmp_path):
    rules = files("rules-to-add.toml", NUMERIC)
    biaochi("rules", "add", rules)
    head, *lines = SCORES.splitlines(keepends=True)
    biaochi("import", "ballots", files("1.csv", head + "".join(lines[:12])), "--round", "2025")
    biaochi("import", "ballots", files("2.csv", head + "".join(lines[12:])), "--round", "2025")
    release = biaochi.publish()
    biaochi("export", "ballots", "--round", "2025", "-o", tmp_path / "b.csv")
    again = other(biaochi, "again")
    again("rules", "add", rules)
    again("import", "ballots", tmp_path / "b.csv", "--round", "2025")
    assert again.publish() == release


@pytest.mark.sweep
def test_the_demonstration_year_comes_back(own_town, tmp_path):
    """Everything that the last round holds, exported table by table and imported into an empty store."""
    again = other(own_town, "again")
    again.rules(tmp_path, TOWN_RULES)
    kinds = [kind for kind in TABLES if kind not in RESULTS]
    held = {file.kind for file in city_files() if file.round_id == "2025"}
    taken = set()
    for kind in sorted(kinds, key=lambda kind: kind != "units"):
        path = tmp_path / f"{kind}.csv"
        own_town("export", kind, "--round", "2025", "-o", path, code=None)
        if path.is_file():
            taken.add(kind)
            again("import", kind, path, "--round", "2025", "--accept-warnings", "往返")
    assert taken >= held
    again.publish()
    first, second = (store.json("ranking", "--round", "2025")["rows"] for store in (own_town, again))
    for one, two in zip(first, second, strict=True):
        assert (one["unit_code"], one["n_by_group"], one["verdict"]) == (
            two["unit_code"],
            two["n_by_group"],
            two["verdict"],
        )
        assert one["score"] is two["score"] or math.isclose(one["score"], two["score"], rel_tol=1e-12)


@pytest.mark.parametrize(
    "words",
    [
        ["sheep", "--round", "2025"],
        ["counts", "--round", "2025"],
        ["results", "--round", "2025"],
        ["ballots", "--round", "1999"],
        ["ranking", "--round", "1999"],
        ["changes", "--round", "2023"],
        ["changes", "--round", "2025", "--from", "2025"],
        ["ranking", "--round", "2025", "--format", "pdf"],
    ],
    ids=" ".join,
)
def test_what_there_is_not_is_said(words, own_town):
    before = len(read_log(own_town.store))
    assert own_town("export", *words, code=2) == b""
    assert own_town.err.strip() and len(read_log(own_town.store)) == before


@pytest.mark.parametrize(
    "words",
    [["ranking"], ["ranking", "--format", "xlsx"], ["ballots"], ["ballots", "--format", "json"]],
    ids=" ".join,
)
def test_what_cannot_be_logged_does_not_leave(words, own_town, tmp_path):
    log = own_town.store / "audit" / "log.jsonl"
    log.write_bytes(log.read_bytes() + b"torn\n")
    path = tmp_path / "t"
    own_town("export", *words, "--round", "2025", "-o", path, code=1)
    assert not path.exists() and own_town.err.strip()


@pytest.mark.sweep
def test_changes_have_codes_for_programs(own_town):
    found = own_town.json("export", "changes", "--round", "2025", "--from", "2024")
    assert found["tested"] in (True, False) and found["from"] == "2024"
    assert {row["statement"] for row in found["rows"]} <= {"rose", "fell", "not_distinguishable", None}
    json.dumps(found, allow_nan=False)


def test_a_bar_that_begins_below_zero_is_drawn_on_both_sides(tmp_path):
    from openpyxl import load_workbook

    from formats.spreadsheet import SHADES, Chart, Sheet

    rows = [["甲局", 2.0, -0.5, 4.5], ["乙局", 3.0, 2.5, 3.5]]
    chart = Chart("图", "单位", "得分", "下限", "上限", 0, 2, ("甲局（证据不足）", "乙局"))
    path = tmp_path / "c.xlsx"
    path.write_bytes(xlsx_bytes(Sheet("表", ["单位", "得分", "下限", "上限"], rows, charts=(chart,))))
    page = load_workbook(path).worksheets[-1]
    assert [[page.cell(row, column).value for column in (9, 10)] for row in (1, 2)] == [[2.0, 2.5], [0.5, 0.5]]
    first = page._charts[0].series[0]
    assert [page.cell(row, 11).value for row in (1, 2)] == ["甲局（证据不足）", "乙局"]  # printed beside the bars
    assert first.cat.strRef.f.endswith("$K$1:$K$2")
    assert [(point.idx, point.spPr.solidFill.srgbClr) for point in first.dPt] == [(0, SHADES[0].strip("#"))]


def test_charts_are_printed_without_the_lengths_of_their_bars(tmp_path):
    from openpyxl import load_workbook

    from formats.spreadsheet import Chart, Sheet

    rows = [["甲局", 82.0, 80.5, 83.5], ["乙局", 81.0, 80.0, 82.0], ["丙局", 70.0, 69.0, 71.0]]
    charts = (Chart("图一", "单位", "得分", "下限", "上限", 0, 2), Chart("图二", "单位", "得分", "下限", "上限", 2, 1))
    path = tmp_path / "c.xlsx"
    path.write_bytes(xlsx_bytes(Sheet("表", ["单位", "得分", "下限", "上限"], rows, charts=charts, charts_title="图")))
    page = load_workbook(path).worksheets[-1]
    lengths = [cell.coordinate for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {name[0] for name in lengths} == {"I", "J"} and len(lengths) == 6
    first, last = page.print_area.replace("$", "").rpartition("!")[2].split(":")
    assert first == "A1" and last[0] == "H"
    assert int(last[1:]) > max(chart.anchor._from.row for chart in page._charts) + 90 // 20
