"""Files as they come, through the real command line: what is refused, what is the same, what adds up."""

import gzip
import random

import pytest
import xlsxwriter

from data.sample.city import demo_files, demo_units
from tests.support.faults import planted_faults
from tests.support.stores import BALLOTS, LISTED, SMALL, snapshot, table

CODES = {
    "unknown_unit": "unknown_unit",
    "unknown_group": "unknown_group",
    "unknown_grade": "unknown_grade",
    "indicator_too_long": "name_too_long",
    "empty_ballot": "missing_value",
    "empty_unit": "missing_value",
    "empty_group": "missing_value",
    "duplicate_line": "duplicate_line",
    "ballot_in_two_groups": "ballot_in_two_groups",
    "control_character": "control_character",
    "lookalike": "unknown_unit",
    "too_long": "name_too_long",
    "excel_error": "excel_error",
    "formula": "formula_text",
    "personal_value": "personal_ballot_id",
}
REGISTER = table("""
    单位编码 | 单位全称     | 单位简称 | 建制序号 | 类别
    U1       | 市公安局     | 公安局   | 1        | 政府
    U2       | 市财政局     | 财政局   | 2        | 政府
    U3       | 市图书馆     | 图书馆   | 3        | 服务
""")


def workbook(path, rows):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def rows_of(text):
    return [line.split(",") for line in text.splitlines()]


# --- refused -----------------------------------------------------------------------------------------------------


def test_five_hundred_planted_faults_are_five_hundred_findings(biaochi, tmp_path, files):
    biaochi.rules(tmp_path, LISTED)
    register = next(f for f in demo_files() if f.round_id == "2025" and f.kind == "units")
    biaochi("import", "units", files("名录.csv", register.content), "--round", "2025")
    content, faults = planted_faults(500)
    path, before = files("票.csv", content), snapshot(biaochi.store)
    reports = {
        lang: biaochi.json("import", "ballots", path, "--round", "2025", code=3, lang=lang) for lang in ("zh", "en")
    }
    assert snapshot(biaochi.store) == before
    problems = reports["zh"]["problems"]
    found = [(p["row"], p["column"], p["code"]) for p in problems]
    assert sorted(found) == sorted((row, column, CODES[kind]) for row, column, kind in faults)
    assert all(p["value"] is not None and p["file"] == "票.csv" for p in problems)
    for lang, report in reports.items():
        assert report["stored"] is False and len(report["problems"]) == 500
        for problem in report["problems"]:
            words = problem["message"] + problem["suggestion"]
            assert problem["message"] and problem["suggestion"]
            assert any("\u4e00" <= c <= "\u9fff" for c in words) or lang == "en"
            assert "\x07" not in words


ENC08 = "票号,评议主体,参评单位,评价\n".encode("gbk") + "1,普通群众,市公安局,满意\n".encode()
REFUSED = {
    "mixed.csv": ENC08,
    "utf16.csv": BALLOTS.encode("utf-16-le"),
    "empty.csv": b"",
    "mark.csv": b"\xef\xbb\xbf",
    "header.csv": "票号,评议主体,参评单位,评价\n",
    "report.csv": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "nul.csv": BALLOTS.replace("市财政局", "市\0财政局", 1),
    "cut.csv": BALLOTS.encode()[:-2],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_table_gets_one_sentence(name, small, files):
    before = snapshot(small.store)
    path = files(name, REFUSED[name])
    report = small.json("import", "ballots", path, "--round", "2025", code=3)
    assert len(report["problems"]) == 1, report
    assert report["problems"][0]["message"] and not report["stored"]
    assert snapshot(small.store) == before


def test_a_cell_in_the_last_corner_is_refused(small, tmp_path):
    path = tmp_path / "corner.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows_of(BALLOTS)):
            sheet.write_row(number, 0, row)
        sheet.write(1_048_575, 16_383, "x")
    report = small.json("import", "ballots", path, "--round", "2025", code=3)
    assert [p["code"] for p in report["problems"]] == ["workbook_cell_far_away"]


# --- the same ----------------------------------------------------------------------------------------------------


def _shuffled():
    head, *lines = BALLOTS.splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    return head + "".join(lines)


FORMS = {
    "utf-8": lambda w: [w("a.csv", BALLOTS)],
    "mark": lambda w: [w("a.csv", BALLOTS.encode("utf-8-sig"))],
    "gb18030": lambda w: [w("a.csv", BALLOTS.encode("gb18030"))],
    "gz": lambda w: [w("a.csv.gz", gzip.compress(BALLOTS.encode()))],
    "other order": lambda w: [w("a.csv", _shuffled())],
    "other columns": lambda w: [w("a.csv", "".join(",".join(reversed(r)) + "\n" for r in rows_of(BALLOTS)))],
    "xlsx": lambda w: [workbook(w("a.xlsx", ""), rows_of(BALLOTS))],
    "two files": lambda w: [
        w("b.csv", "".join(BALLOTS.splitlines(keepends=True)[:6])),
        w("a.csv", BALLOTS.split("\n")[0] + "\n" + "\n".join(BALLOTS.split("\n")[6:])),
    ],
}


@pytest.mark.sample
@pytest.mark.parametrize(
    ("register_first", "forms"), [(True, FORMS), (False, ("utf-8", "two files")), (None, ("utf-8", "xlsx"))]
)
def test_the_same_ballots_are_the_same_release(register_first, forms, capsysbinary, files, tmp_path):
    from tests.support.stores import Biaochi

    seen = set()
    register = files("units.csv", REGISTER)
    for number, write in enumerate(FORMS[form] for form in forms):
        store = Biaochi(tmp_path / f"store-{number}", capsysbinary)
        store.rules(tmp_path, SMALL)
        if register_first is True:
            store("import", "units", register, "--round", "2025")
        store("import", "ballots", *write(files), "--round", "2025")
        if register_first is False:
            store("import", "units", register, "--round", "2025")
        seen.add((store.publish(), store("ranking", "--round", "2025")))
    assert len(seen) == 1


def test_the_register_may_come_before_or_after(capsysbinary, files, tmp_path):
    from tests.support.stores import Biaochi

    units, ballots = files("units.csv", REGISTER), files("ballots.csv", BALLOTS)
    ids = set()
    for number, order in enumerate([("units", "ballots"), ("ballots", "units")]):
        store = Biaochi(tmp_path / f"order-{number}", capsysbinary)
        store.rules(tmp_path, SMALL)
        for kind in order:
            path = units if kind == "units" else ballots
            store("import", kind, path, "--round", "2025")
        ids.add((store.publish(), store("ranking", "--round", "2025")))
    assert len(ids) == 1


@pytest.mark.sweep
def test_threads_change_nothing(capsysbinary, files, tmp_path, monkeypatch):
    """A round of the town, 9,000 lines, imported and published with one thread and with two."""
    from tests.support.stores import Biaochi
    from tests.support.town import TOWN_RULES, town_files

    units, ballots = (
        next(file.content for file in town_files() if (file.kind, file.round_id) == (kind, "2025"))
        for kind in ("units", "ballots")
    )
    told = []
    for threads in ("1", "2"):
        monkeypatch.setenv("BIAOCHI_THREADS", threads)
        store = Biaochi(tmp_path / threads, capsysbinary)
        store.rules(tmp_path, TOWN_RULES)
        store("import", "units", files("u.csv", units), "--round", "2025")
        store("import", "ballots", files("b.csv", ballots), "--round", "2025")
        told.append((store.publish(), store("ranking", "--round", "2025")))
    assert told[0] == told[1]


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "2"])
def test_threads_change_nothing_in_the_city(threads, capsysbinary, demo, tmp_path, files, monkeypatch):
    from tests.support.stores import Biaochi

    expected = demo("ranking", "--round", "2025")
    monkeypatch.setenv("BIAOCHI_THREADS", threads)
    store = Biaochi(tmp_path / "threads", capsysbinary)
    released = store("demo").decode().splitlines()[-1]
    assert released == demo.json("ranking", "--round", "2025")["release"]
    assert store("ranking", "--round", "2025") == expected


def test_wide_ballots_are_long_ballots(capsysbinary, files, tmp_path):
    from tests.support.stores import Biaochi

    long = "票号,评议主体,参评单位,测评指标,评价\n"
    wide = "票号,评议主体,参评单位,总体评价,服务态度,办事效率\n"
    grades = ["满意", "基本满意", "不满意", "不了解", ""]
    for ballot in range(1, 13):
        group = ["普通群众", "服务对象", "两代表一委员"][ballot % 3]
        for unit in ("市公安局", "市财政局"):
            own = [grades[(ballot * 7 + len(unit) * i + ballot * i) % 5] for i in range(3)]
            names = zip(("总体评价", "服务态度", "办事效率"), own, strict=True)
            long += "".join(f"{ballot},{group},{unit},{item},{g}\n" for item, g in names)
            wide += f"{ballot},{group},{unit},{','.join(own)}\n"
    ids = []
    for name, text in (("long", long), ("wide", wide)):
        store = Biaochi(tmp_path / name, capsysbinary)
        store.rules(tmp_path, SMALL)
        store.confirmed("ballots", files(f"{name}.csv", text), "--round", "2025")
        ids.append((store.publish(), store("ranking", "--round", "2025")))
    assert ids[0] == ids[1]


def test_wide_counts_are_long_counts(capsysbinary, files, tmp_path):
    from tests.support.stores import Biaochi

    grades = ("满意", "基本满意", "不满意", "不了解")
    counts = {"市公安局": (40, 5, 3, 2), "市财政局": (30, 9, 0, 1)}
    wide = f"参评单位,评议主体,{','.join(grades)}\n"
    long = "参评单位,评议主体,评价等级,票数\n"
    for unit, numbers in counts.items():
        for group in ("普通群众", "服务对象", "两代表一委员"):
            wide += f"{unit},{group},{','.join(map(str, numbers))}\n"
            pairs = zip(grades, numbers, strict=True)
            long += "".join(f"{unit},{group},{grade},{n}\n" for grade, n in pairs)
    ids = []
    for name, text in (("long", long), ("wide", wide)):
        store = Biaochi(tmp_path / name, capsysbinary)
        store.rules(tmp_path, SMALL)
        store("import", "counts", files(f"{name}.csv", text), "--round", "2025")
        ids.append((store.publish(), store("ranking", "--round", "2025")))
    assert ids[0] == ids[1]


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_unit_is_found_by_code_name_or_short_name(column, small, files):
    small("import", "units", files("units.csv", REGISTER), "--round", "2025")
    spelled = BALLOTS
    for row in rows_of(REGISTER)[1:]:
        spelled = spelled.replace(row[1], row[column])
    small("import", "ballots", files("ballots.csv", spelled), "--round", "2025")
    small.publish()
    rows = small.json("ranking", "--round", "2025")["rows"]
    assert {row["unit_code"]: row["n"] for row in rows} == {"U1": 4, "U2": 3, "U3": 0}


# --- counted apart -----------------------------------------------------------------------------------------------


def test_what_is_not_scored_is_counted_apart(small, files):
    small("import", "ballots", files("ballots.csv", BALLOTS), "--round", "2025")
    small.publish()
    police, finance = (r for r in small.json("ranking", "--round", "2025")["rows"])
    assert [police["unit_code"], finance["unit_code"]] == ["市公安局", "市财政局"]
    assert police["n"] == 4 and finance["n"] == 3
    assert police["score"] == pytest.approx(0.4 * 80 + 0.3 * 100 + 0.3 * 0, abs=1e-12)
    assert finance["score"] == pytest.approx(0.4 * 0 + 0.3 * 100 + 0.3 * 60, abs=1e-12)
    assert finance["dont_know_share"] == pytest.approx(1 / 4)
    from data.store import Store

    release = Store(small.store).release()
    kinds = release.round("2025").query("lines_by_kind")
    release.close()
    lines = kinds.groupby("kind")["lines"].sum().to_dict()
    assert lines == {"scored": 7, "dont_know": 1, "blank": 1, "abstain": 1, "invalid": 1}


# --- adding up ---------------------------------------------------------------------------------------------------


def test_uploads_add_up_and_a_line_is_imported_once(small, files):
    first = "".join(BALLOTS.splitlines(keepends=True)[:6])
    head, rest = BALLOTS.splitlines()[0], BALLOTS.splitlines()[6:]
    one = small("import", "ballots", files("1.csv", first), "--round", "2025").decode().strip()
    again = small.json("import", "ballots", files("2.csv", first), "--round", "2025")
    assert again["stored"] is False and again["problems"] == []
    assert one in small.err
    double = "\n".join([head, BALLOTS.splitlines()[1], *rest]) + "\n"
    before = snapshot(small.store)
    report = small.json("import", "ballots", files("3.csv", double), "--round", "2025", code=3)
    codes = [p["code"] for p in report["problems"]]
    assert codes == ["already_imported_line"] and one in report["problems"][0]["message"]
    assert snapshot(small.store) == before
    small("import", "ballots", files("4.csv", "\n".join([head, *rest]) + "\n"), "--round", "2025")
    added = small.publish()
    small("import", "ballots", files("5.csv", BALLOTS), "--round", "2025", "--replace")
    assert small.publish() == added


def test_replace_corrects_everything_before(small, files):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    old = small.publish()
    corrected = BALLOTS.replace("市公安局,不满意", "市公安局,满意")
    small("import", "ballots", files("2.csv", corrected), "--round", "2025", "--replace")
    assert small.publish() != old
    rows = small.json("ranking", "--round", "2025")["rows"]
    assert rows[0]["score"] == pytest.approx(92)


def test_a_dry_run_stores_nothing(small, files):
    path, before = files("1.csv", BALLOTS), snapshot(small.store)
    report = small.json("import", "ballots", path, "--round", "2025", "--dry-run")
    assert report == {"problems": [], "rows": 11, "stored": False}
    assert snapshot(small.store) == before


def test_warnings_wait_for_a_reason(small, files):
    text = BALLOTS + "合计,,,\n"
    titled = files("1.csv", "某市评议票,,,\n" + text)
    path = files("2.csv", "票号,评议主体,参评单位,评价,旁注\n" + BALLOTS.split("\n", 1)[1].replace("\n", ",x\n"))
    for warned in (titled, path):
        before = snapshot(small.store)
        report = small.json("import", "ballots", warned, "--round", "2025", code=4)
        assert {p["level"] for p in report["problems"]} == {"warning"} and not report["stored"]
        small("import", "ballots", warned, "--round", "2025", "--dry-run", code=4)
        assert snapshot(small.store) == before
    small("import", "ballots", path, "--round", "2025", "--accept-warnings", " ", code=2)
    accepted = ("--accept-warnings", "旁注不需要")
    assert small.json("import", "ballots", path, "--round", "2025", *accepted)["stored"]


def test_a_column_can_be_named(small, files):
    path = files("1.csv", BALLOTS.replace("参评单位", "测评对象甲"))
    small("import", "ballots", path, "--round", "2025", code=3)
    small("import", "ballots", path, "--round", "2025", "--map", "测评对象甲=unit_code")
    small("import", "ballots", path, "--round", "2025", "--map", "测评对象甲=nothing", code=2)
    assert "单位[unit_code]" in small.err and "主体[group_code]" in small.err
    small("import", "ballots", path, "--round", "2025", "--map", "测评对象甲=nothing", code=2, lang="en")
    assert "unit_code, " in small.err and "单位" not in small.err
    small("import", "ballots", path, "--round", "2024", "--map", "测评对象甲=单位")
    small("import", "ballots", path, "--round", "2023", "--map", "测评对象甲=参评单位")


def test_two_rule_sets_in_one_round_are_refused(small, tmp_path, files):
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
    small.rules(tmp_path, SMALL.replace('"demo-2025"', '"other"'))
    head, row = BALLOTS.splitlines()[:2]
    more = files("2.csv", f"{head}\n9{row[1:]}\n")
    small("import", "ballots", more, "--round", "2025", "--rules", "other", code=3)
    small("import", "ballots", more, "--round", "2026", code=2)
    small("import", "ballots", more, "--round", "2025")


@pytest.mark.sweep
def test_a_correction_may_bring_other_rules_once_nothing_stands_under_the_old_ones(small, tmp_path, files):
    """What the refusal of a second rule set advises works: also where only the rules were wrong."""
    path = files("1.csv", BALLOTS)
    small("import", "ballots", path, "--round", "2025")
    small.publish()
    small.rules(tmp_path, SMALL.replace('"demo-2025"', '"other"').replace('"基本满意" = 60', '"基本满意" = 50'))
    assert small.json("import", "ballots", path, "--round", "2025", "--rules", "other", "--replace")["stored"]
    release = small.publish()
    assert small.json("ranking", "--round", "2025")["rules"] == "other"
    small("replay", release)
    small("check")
    assert not small.json("import", "ballots", path, "--round", "2025", "--rules", "other", "--replace")["stored"]
    counts = files("2.csv", "参评单位,评议主体,满意\n市公安局,服务对象,4\n")
    small("import", "counts", counts, "--round", "2025")
    small("import", "ballots", path, "--round", "2025", "--rules", "demo-2025", "--replace", code=3)
    assert "other" in small.err and "demo-2025" in small.err


# --- published counts --------------------------------------------------------------------------------------------

# Votes a published month: totals and averages as the service printed them.
MONTHS = {
    "2020-01": ((445832, 34635, 1638682, 210, 935), 2120294, "6.87"),
    "2021-01": ((5265520, 23409, 22773, 178, 613), 5312493, "9.97"),
    "2023-07": ((13431970, 10421, 18062, 295, 980), 13461728, "9.99"),
}
FIVE = """
name = "five"
title = "五档"
source = "公开数据"
why = "复算"
authored_by = "测试"
checked_by = "测试"
date = 2025-01-01
[points]
"非常满意" = 10
"满意" = 8
"基本满意" = 6
"不满意" = 4
"非常不满意" = 2
[averaging]
order = "pooled"
[bottom]
rule = "last"
k = 1
"""


@pytest.mark.sweep
def test_published_months_come_out_as_printed(biaochi, tmp_path, files):
    biaochi.rules(tmp_path, FIVE)
    head = "参评单位,评议主体,非常满意,满意,基本满意,不满意,非常不满意\n"
    for month, (counts, _, _) in MONTHS.items():
        line = f"全省,普通群众,{','.join(map(str, counts))}\n"
        biaochi("import", "counts", files(f"{month}.csv", head + line), "--round", month)
    biaochi.publish()
    for month, (counts, total, printed) in MONTHS.items():
        (row,) = biaochi.json("ranking", "--round", month)["rows"]
        exact = sum(n * p for n, p in zip(counts, (10, 8, 6, 4, 2), strict=True)) / total
        assert sum(counts) == row["n"] == total
        assert row["score"] == pytest.approx(exact, abs=1e-12)
        assert f"{row['score']:.2f}" == printed


def test_the_city_of_the_demonstration_is_invented():
    assert len({unit.code for unit in demo_units()}) == len(demo_units())
