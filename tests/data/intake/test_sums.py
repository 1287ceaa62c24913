"""Lines of sums and means around a table: set aside and shown, in every kind of table by the same rule."""

from itertools import product

import pytest

from data.intake.values import is_totals_row, is_totals_unit
from tests.support.desk import Desk
from tests.support.stores import SMALL, table

SUMS = (
    *(
        "合计",
        "总计",
        "小计",
        "合 计：",
        "总计（张）",
        "全市平均",
        "合计(人)",
        "小 计",
        "合　计",
        "合计:",
        "合计。",
        "【合计】",
    ),
    *(
        "（小计）",
        "全市合计",
        "本页小计",
        "党群部门小计",
        "各单位平均",
        "普通群众小计",
        "平均分",
        "平均得分(分)",
        "平均满意率",
        "总平均",
    ),
    *(
        "累计",
        "共计",
        "合计票数",
        "合计（单位：张）",
        "合计（含弃权）",
        "总 计.",
        "—合计—",
        "“合计”",
        "Total",
        "Grand Total",
    ),
)
UNITS = (
    *(
        "市统计局",
        "合计村",
        "市审计局",
        "总工会",
        "县总计划办公室",
        "平均村",
        "小计村委会",
        "合计镇",
        "市公共资源交易中心",
    ),
    *(
        "合计村(分)",
        "市会计中心",
        "平均律师事务所",
        "总分行",
        "共计里社区",
        "市统计局小计算中心",
        "累计台乡",
        "均分堂",
        "合计合作社",
    ),
    *("", " ", "：", "()", "1", "市均值研究所", "全市平均物价监测中心", "总部"),
)
BELOW = ("合 计：", "总计（张）", "全市平均", "合计(人)", "小 计", "合计.")
HEAD = "票号,评议主体,参评单位,评价\n"
LINES = "1,普通群众,{0},满意\n2,服务对象,{0},不满意\n3,两代表一委员,市公安局,满意\n"


@pytest.mark.parametrize("word", SUMS)
def test_a_word_for_a_sum_is_told(word):
    assert is_totals_row(word)


@pytest.mark.parametrize("word", UNITS)
def test_a_name_that_holds_such_a_word_is_a_name(word):
    assert not is_totals_row(word)


@pytest.fixture
def read(small, files):
    """read(kind, text) imports in two steps: the findings, then with all of them accepted the ranking's votes."""

    def run(kind: str, text: str) -> tuple[list[tuple[str, int, str]], dict[str, int]]:
        call = ("import", kind, files("a.csv", text), "--round", "2025")
        problems = small.json(*call, code=4)["problems"]
        found = [(p["code"], p["row"], p["value"]) for p in problems if not p["code"].startswith("confirm_")]
        assert small.confirmed(*call[1:], "--accept-warnings", "看过")["stored"]
        small.publish()
        rows = small.json("ranking", "--round", "2025")["rows"]
        return found, {row["unit_name"]: row["n"] for row in rows}

    return run


def not_set_aside(kind: str, text: str, sums: list[list[str]], desk: Desk) -> list[object]:
    """The lines of sums that, below the table, are not told by their word or change its facts."""
    plain = desk.read(kind, text).content
    wrong: list[object] = []
    for row in sums:
        report = desk.read(kind, text + ",".join(row) + "\n")
        found = [(p.code, p.row) for p in report.problems if p.code != "unknown_column" and p.value in (*BELOW, None)]
        if (found, report.content) != ([("totals_row", text.count("\n") + 1)], plain):
            wrong.append((row, report.problems))
    return wrong


@pytest.mark.sweep
def test_in_ballots_whichever_column_says_so(desk):
    rows = [[*[""] * place, word, *[""] * (2 - place), "3"] for word in BELOW for place in range(3)]
    assert not_set_aside("ballots", HEAD + LINES.format("市财政局"), rows, desk) == []


def test_in_ballots_before_the_columns_that_are_read(read):
    lines = "".join(f"{n},{line}\n" for n, line in enumerate(LINES.format("市财政局").splitlines(), start=1))
    found, votes = read("ballots", f"序号,{HEAD}{lines}合 计：,,,,3\n4,,,,\n")
    assert found == [("unknown_column", 1, "序号"), ("totals_row", 5, "合 计：")]
    assert votes == {"市财政局": 2, "市公安局": 1}


def test_in_ballots_of_the_wide_form(read):
    lines = "1,普通群众,市公安局,满意,满意\n2,服务对象,市公安局,满意,\n合 计：,,,2,1\n"
    assert read("ballots", "票号,评议主体,参评单位,总体评价,服务态度\n" + lines) == (
        [("totals_row", 4, "合 计：")],
        {"市公安局": 2},
    )


def test_in_counts_whichever_column_says_so(desk):
    text = "序号,参评单位,评议主体,满意,不满意\n1,市公安局,普通群众,3,2\n2,市公安局,服务对象,2,1\n"
    places = (["{}", "", ""], ["", "{}", ""], ["", "市公安局", "{}"])  # the last is of one unit, over all groups
    rows = [[cell.format(word) for cell in (*cells, "5", "3")] for word in BELOW for cells in places]
    assert not_set_aside("counts", text, rows, desk) == []


def test_a_subtotal_of_a_unit_is_not_counted_as_a_group_where_groups_are_pooled(biaochi, files, tmp_path):
    rules = SMALL.split("[weights]")[0] + '[averaging]\norder = "pooled"\n[minimum]' + SMALL.split("[minimum]", 1)[1]
    biaochi.rules(tmp_path, rules)
    text = "参评单位,评议主体,满意,不满意\n市公安局,普通群众,3,2\n市公安局,服务对象,2,1\n市公安局,小 计,5,3\n"
    call = ("import", "counts", files("a.csv", text), "--round", "2025", "--accept-warnings", "看过")
    (found,) = biaochi.json(*call)["problems"]
    assert (found["code"], found["row"], found["value"]) == ("totals_row", 4, "小 计")
    biaochi.publish()
    (row,) = biaochi.json("ranking", "--round", "2025")["rows"]
    assert row["n"] == 8


RECORDS = {
    "results": ("名次 | 单位 | 得分", "1 | 市公安局 | 95", ("全市平均 |  | 95", " | 平均(分) | 95")),
    "issue_return": ("主体 | 发放数 | 收回数", "普通群众 | 100 | 90", ("合 计： | 100 | 90", "总计（张） | 100 | 90")),
    "unit_round": ("单位 | 类别", "市公安局 | 政府", ("合 计 | 1", "合计(家) | 1")),
    "pledges": ("承诺编号 | 单位 | 承诺内容", "P1 | 市公安局 | 修路", ("合 计： |  | 1", " | 总计 | 1")),
}


@pytest.mark.parametrize("kind", RECORDS)
def test_in_record_tables(kind, desk):
    head, row, sums = RECORDS[kind]
    plain = desk.read(kind, table(f"{head}\n{row}")).content
    for below in sums:
        report = desk.read(kind, table(f"{head}\n{row}\n{below}"))
        assert [(p.code, p.row) for p in report.problems] == [("totals_row", 3)], below
        assert report.content == plain, below


def test_a_unit_is_never_set_aside_for_its_name(desk):
    for name in ["市统计局", "合计村", "小计村委会", "总分行"]:
        for kind, text in [
            ("ballots", HEAD + LINES.format(name)),
            ("counts", f"参评单位,评议主体,满意\n{name},普通群众,2\n"),
        ]:
            report = desk.read(kind, text)
            assert (report.problems, report.rows) == ([], text.count("\n") - 1), (kind, name)


@pytest.mark.parametrize("kind", ["ballots", "counts"])
def test_a_registered_unit_is_one_whatever_it_is_called(kind, small, files):
    register = "单位编码,单位全称,单位简称\nU1,合计合作社,合计\nU2,市公安局,\n"
    small("import", "units", files("units.csv", register), "--round", "2025")
    text = HEAD + LINES.format("合计") if kind == "ballots" else "参评单位,评议主体,满意\n合计,普通群众,2\n"
    assert small.json("import", kind, files("a.csv", text), "--round", "2025")["problems"] == []


def test_a_register_names_its_sums(small, files):
    text = "序号,单位全称\n1,市公安局\n,合 计：\n总计（家）,\n2,合计村\n"
    report = small.json("import", "units", files("a.csv", text), "--round", "2025", "--accept-warnings", "看过")
    assert [(p["code"], p["row"]) for p in report["problems"]] == [("totals_row", 3), ("totals_row", 4)]
    assert report["rows"] == 2


def test_alone_below_the_table(desk):
    """合 计： alone ends like a remark and is a line of sums all the same; what it says stands in quotation marks."""
    words = {"合 计：": "totals_row", "注：以上为全部单位。": "note_row"}
    tables = {"ballots": HEAD + LINES.format("市财政局"), "units": "单位\n市公安局\n"}
    for (kind, text), (word, code), commas in product(tables.items(), words.items(), ["", ",,,"]):
        (found,) = desk.read(kind, text + word + (commas if kind == "ballots" else "") + "\n").problems
        assert (found.code, found.row, found.value) == (code, text.count("\n") + 1, word)
        assert f"“{word}”" in found.message("zh")


def test_shares_carried_sums_and_changes_are_no_units():
    words = [
        "占比",
        "百分比",
        "所占比例",
        "权重",
        "满分",
        "票数合计",
        "人数小计",
        "小计（2个）",
        "合计（共12家）",
        "计",
        "∑",
    ]
    words += ["接上页", "承前页", "过次页", "比上年增减", "较去年同期", "比上期"]
    assert [word for word in words if not is_totals_unit(word)] == []
    units = ["计划科", "比例镇", "权重办", "满分学校", "票数审核科", "较场街道", "比上村", "接上村"]
    assert [unit for unit in units if is_totals_unit(unit)] == []
