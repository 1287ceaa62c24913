"""Every other table of the contract: read by its fields, kept like ballots, found again in the release."""

import random

import pandas as pd
import pytest

from data.model.contract import (
    CONTRACT,
    KEYS,
    RECORD_KINDS,
    REQUIRED,
    SCHEME_RULES,
    contract_files,
    fields,
    read_tables,
)
from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.verify import check
from tests.support.paths import REAL
from tests.support.stores import RULES, table

REGISTER = """
    单位编码 | 单位全称           | 单位简称 | 类别
    A        | 市公安局           | 公安局   | 执法
    B        | 市卫生健康委员会   | 市卫健委 | 政府
"""
TABLES = {
    "round": """
        批次编号 | 评议年度 | 周期 | 开始日期   | 截止日期   | 状态   | 口径变化 | 口径说明
        2025     | 2025     | 年度 | 2025-10-08 | 2025年11月30日 | 已定稿 | 是 | 等级由四档改为三档
    """,
    "unit_lineage": """
        原单位编码 | 现单位编码 | 变化类型 | 生效日期   | 依据
        B0         | B          | 更名     | 2018/11/1  | 机构改革方案
        B1         | B          | 合并     | 2019.3.1   |
    """,
    "unit_round": """
        参评单位 | 参评类别 | 是否参评 | 原因         | 办件量
        公安局   | 窗口服务 | 参评     |              | １２，０００
        市卫健委 | 政府     | 免评     | 当年新组建   |
    """,
    "issue_return": """
        评议主体 | 会场   | 发放数 | 收回 | 有效 | 废票
        普通群众 | 一会场 | 500    | 510  | 505  | 5
        服务对象 |        | 300    | 290  | 280  | 10
    """,
    "component_score": """
        单位     | 项目     | 得分 | 满分 | 依据
        市公安局 | 目标考核 | 88.50 | 100 |
        市公安局 | 扣分     | -2   |      | 市通报〔2025〕3号
    """,
    "suggestion": """
        票号    | 单位     | 意见建议
        P000001 | 市公安局 | 窗口排队时间太长
        P000001 |          | 希望多开几场座谈会
        P000002 | 市卫健委 | 希望把办事指南放到网上
    """,
    "evaluator_group": """
        主体编码 | 主体名称   | 是否利益相关 | 抽样方式
        G1       | 普通群众   | 否           | 分层随机
        G2       | 本单位职工 | 是           | 全体
    """,
    "work_calendar": """
        日期      | 是否工作日 | 类型     | 名称
        2027/1/1  | 否         | 法定节假日 | 元旦
        2027-1-3  | 是         | 调休上班 | 元旦
    """,
    "pledges": """
        承诺编号 | 年度 | 承诺单位 | 党组织书记 | 承诺内容           | 重点 | 目标值 | 方向 | 完成时限
        P1       | 2025 | 公安局   | 局党委书记 | 新建社区警务室8个 | 是   | 8      | 越高越好 | 10月底前
        P2       | 2025年度 | 市卫健委 | 党组书记 | 家庭医生签约率     |      | 75.50  | 越高越好 | 年底前
    """,
    "progress": """
        承诺编号 | 核查日期   | 自报值 | 核实值 | 完成情况 | 完成率%
        P1       | 2025-06-30 | 5      |        | 推进中   | 62.5%
        P1       | 2025-09-30 | 8      | 7      | 部分完成 | 87.5
    """,
    "votes": """
        年度 | 单位   | 述职人职务 | 述职形式 | 参评人员 | 测评等次 | 票数
        2025 | 公安局 | 局党委书记 | 现场     | 党员     | 好       | 30
        2025 | 公安局 | 局党委书记 | 现场     | 党员     | 较好     | 4
    """,
    "place": """
        地点编码 | 名称     | 类型   | 上级编码 | 户数 | 统计日期
        KZ       | 康庄社区 | 村社区 |          | 2860 | 2025-12-31
        KZ-1     | 第一网格 | 网格   | KZ       | 478  | 2025-12-31
    """,
    "person": """
        人员代码 | 单位   | 身份     | 级别 | 起         | 止
        G031     | 公安局 | 机关干部 | 无   | 2025-01-01 | 2026-05-31
        L01      |        | 领导干部 | 县级 | 2025-01-01 |
    """,
    "unit_alias": """
        别名     | 单位编码 | 别名类型 | 起止             | 确认人
        市卫计委 | B        | 曾用名   | 2014-05-01至今   | 张主任科员
    """,
    "results": """
        排名  | 单位     | 总得分(100) | 社会评议得分 (60) | 等次(原文)
        1     | 市公安局 | 96.40      | 58              | 优秀
        并列2 | 市卫健委 | 90         | 55.5            | 良好
        并列2 | 市档案馆 | 90         | 56              | 良好
    """,
}


@pytest.fixture
def store(store_path):
    made = Store(store_path, threads=2)
    made.add_rules(RULES)
    assert made.import_files("units", [("单位名录.csv", table(REGISTER).encode())], "2025").stored
    return made


def read(store, kind, text, **options):
    round_id = options.pop("round_id", "2025")
    return store.import_files(
        kind, [(f"{kind}.csv", table(text).encode("gb18030"))], round_id, ImportOptions(**options)
    )


def records(store, kind, round_id="2025"):
    store.publish()
    release = store.release()
    try:
        return release.round(round_id).records(kind)
    finally:
        release.close()


def test_every_kind_has_an_example_and_a_key_of_its_own():
    of_schemes = {table.kind for path in contract_files() if path != CONTRACT for table in read_tables(path)}
    evaluation = {"pledges", "progress"}  # a scheme holds their tables, and the evaluation has always taken them
    assert set(TABLES) == set(RECORD_KINDS) - (of_schemes - evaluation) - {SCHEME_RULES}
    for kind in RECORD_KINDS:
        names = {field.name for field in fields(kind)}
        assert set(KEYS[kind]) <= names and set(REQUIRED[kind]) <= names


@pytest.mark.sample
@pytest.mark.parametrize("kind", TABLES)
def test_a_table_is_taken_and_found_in_the_release(store, kind):
    report = read(store, kind, TABLES[kind])
    assert report.problems == [] and report.stored
    found = records(store, kind)
    assert len(found) == report.rows == len(TABLES[kind].strip().splitlines()) - 1


@pytest.mark.sample
@pytest.mark.parametrize("kind", TABLES)
def test_order_encoding_and_name_of_the_file_do_not_matter(store, kind):
    first = read(store, kind, TABLES[kind])
    header, *rows = table(TABLES[kind]).splitlines()
    cells = [line.split(",") for line in (header, *rows)]
    order = random.Random(1).sample(range(len(cells[0])), len(cells[0]))
    turned = [",".join(line[place] for place in order) for line in (cells[0], *reversed(cells[1:]))]
    again = store.import_files(kind, [("另存.csv", "\r\n".join(turned).encode("utf-8-sig"))], "2025")
    assert (again.stored, again.same_as) == (False, first.upload)


def test_values_are_typed_by_the_contract(store):
    for kind in ("pledges", "progress", "round", "unit_round", "unit_lineage", "unit_alias", "votes"):
        assert read(store, kind, TABLES[kind]).problems == []
    pledges = records(store, "pledges").set_index("pledge_id")
    assert pledges["due"].tolist() == ["2025-10-31", "2025-12-31"]
    assert pledges["headline"].tolist() == [True, False]
    assert pledges["target"].tolist() == [8.0, 75.5] and pledges["year"].tolist() == [2025, 2025]
    assert pledges["unit_code"].tolist() == ["A", "B"]
    assert pledges["direction"].tolist() == ["越高越好"] * 2
    progress = records(store, "progress").set_index("check_date")
    assert progress["verified"].isna().tolist() == [True, False]  # empty is unknown, never zero
    assert progress["completion_pct"].tolist() == [62.5, 87.5]
    (about,) = records(store, "round").to_dict("records")
    assert about["end_date"] == "2025-11-30" and about["method_break"]
    assert records(store, "unit_round").set_index("unit_code")["service_volume"].dropna().to_dict() == {"A": 12000}
    assert records(store, "unit_lineage").set_index("change")["carry_rank"].to_dict() == {"更名": True, "合并": False}
    (alias,) = records(store, "unit_alias").to_dict("records")
    assert alias["valid_from"] == "2014-05-01" and pd.isna(alias["valid_to"])


BAD = {
    "pledges": (
        """
        承诺编号 | 年度 | 承诺单位 | 承诺内容 | 类别 | 重点 | 目标值 | 完成时限 | 分值
        P1       | 2024 | 市卫建委 |          | 民生 | 对   | 八个   | 下半年   | 5
        P2       | 2025 | 公安局   | 修路     |      |      | 7.5公里 | 2025-02-30 | -3
        """,
        {
            (2, "年度", "wrong_round"),
            (2, "承诺单位", "unknown_unit"),
            (2, "承诺内容", "missing_value"),
            (2, "类别", "unknown_choice"),
            (2, "重点", "unknown_choice"),
            (2, "目标值", "not_a_number"),
            (2, "完成时限", "not_a_date"),
            (3, "目标值", "not_a_number"),
            (3, "完成时限", "not_a_date"),
            (3, "分值", "below_lowest"),
        },
    ),
    "progress": (
        """
        承诺编号 | 核查日期   | 完成率%
        P1       | 2025-06-30 | 101
        P1       | 2025-07-30 | 50
        P1       | 2025/7/30  | 50
        """,
        {(2, "完成率%", "out_of_range"), (4, "核查日期", "duplicate_key")},
    ),
    "votes": (
        """
        单位   | 职务       | 测评主体 | 等次 | 票数     | 点评问题数
        公安局 | 局党委书记 | 党员     | 好   | -1       |
        公安局 | 局党委书记 | 党员     | 较好 | 10000001 |
        公安局 | 局党委书记 | 党员     | 一般 | 2.5      |
        公安局 | 局党委书记 | 党员     | 差   | 1        | -2
        """,
        {
            (2, "票数", "below_lowest"),
            (3, "票数", "out_of_range"),
            (4, "票数", "not_whole"),
            (5, "点评问题数", "below_lowest"),
        },
    ),
    "issue_return": (
        """
        评议主体 | 发放数 | 收回数 | 有效数 | 无效数
        普通群众 | -5     | 100    | 101    | 1
        服务对象 | 10.5   | 90     | 80     | 5
        """,
        {
            (2, "发放数", "below_lowest"),
            (2, "有效数", "more_than_whole"),
            (2, "收回数", "parts_differ"),
            (3, "发放数", "not_whole"),
            (3, "收回数", "parts_differ"),
        },
    ),
    "component_score": (
        """
        单位   | 项目     | 得分 | 满分 | 依据
        公安局 | 扣分     | 3    |      |
        公安局 | 目标考核 | 101  | 100  |
        """,
        {
            (2, "得分", "deduction_positive"),
            (2, "依据", "missing_value"),
            (3, "得分", "more_than_whole"),
        },
    ),
    "round": (
        """
        批次编号 | 评议年度 | 开始日期   | 截止日期   | 口径变化 | 口径说明
        2025     | 1925     | 2025-12-01 | 2025-11-30 | 是       |
        2024     | 2024     |            |            |          |
        """,
        {
            (2, "评议年度", "out_of_range"),
            (2, "截止日期", "before_start"),
            (2, "口径说明", "missing_value"),
            (3, "批次编号", "wrong_round"),
        },
    ),
    "unit_round": (
        """
        单位   | 类别 | 参评状态
        公安局 |      | 免评
        川剧团 | 其他 | 参评
        """,
        {
            (2, "类别", "missing_value"),
            (2, "原因", "missing_value"),
            (3, "单位", "unknown_unit"),
        },
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_every_problem_is_named_at_once_and_nothing_is_stored(store, kind):
    text, expected = BAD[kind]
    report = read(store, kind, text)
    assert {(p.row, p.column, p.code) for p in report.problems} == expected
    assert all(p.level == "error" and p.suggestion("zh") for p in report.problems)
    assert not report.stored and [upload.kind for upload in store.uploads()] == ["units"]


def test_a_double_record_names_its_whole_key_and_both_rows(store):
    (_, double) = read(store, "progress", BAD["progress"][0]).problems
    assert "P1 2025-07-30" in double.message("zh") and "3" in double.message("zh") and double.row == 4


def test_a_slip_in_a_short_name_is_proposed(store):
    unknown = next(p for p in read(store, "pledges", BAD["pledges"][0]).problems if p.code == "unknown_unit")
    assert unknown.facts["close"] == ["市卫生健康委员会"]


def test_a_day_number_of_excel_is_shown_before_it_is_taken(store):
    text = "承诺编号,核查日期\nP1,45992\n"
    asked = store.import_files("progress", [("a.csv", text.encode())], "2025")
    assert [(p.code, p.level) for p in asked.problems] == [("serial_date", "warning")]
    assert "2025-12-01" in asked.problems[0].message("zh") and asked.needs_acceptance
    assert store.import_files(
        "progress", [("a.csv", text.encode())], "2025", ImportOptions(accept_warnings="是日期")
    ).stored
    assert records(store, "progress")["check_date"].tolist() == ["2025-12-01"]


def test_uploads_add_up_a_record_comes_once_and_a_correction_replaces(store):
    assert read(store, "progress", TABLES["progress"]).stored
    later = TABLES["progress"].replace("2025-06-30", "2025-12-20").replace("2025-09-30", "2025-12-25")
    assert read(store, "progress", later).stored
    assert len(records(store, "progress")) == 4
    overlap = read(store, "progress", TABLES["progress"].replace("62.5%", "63"))
    assert {p.code for p in overlap.problems} == {"record_in_other_upload"} and not overlap.stored
    assert [p.row for p in overlap.problems] == [2, 3] and "P1 2025-06-30" in overlap.problems[0].message("zh")
    assert read(store, "progress", later.replace("87.5", "100"), replace=True).stored
    assert records(store, "progress")["completion_pct"].tolist() == [62.5, 100.0]


def test_a_record_changes_the_release_and_a_replay_gives_it_again(store):
    before = store.publish().release
    for kind, text in TABLES.items():
        assert read(store, kind, text).stored
    after = store.publish().release
    assert after != before
    assert replay(store, after) == []
    assert check(store) == []


def test_a_round_of_records_alone_is_no_round_to_rank(store):
    text = TABLES["work_calendar"]
    assert store.import_files("work_calendar", [("a.csv", table(text).encode())], "2027").stored
    store.publish()
    release = store.release()
    assert release.rounds() == ["2025"]
    assert len(release.records("work_calendar")) == len(release.round("2027").records("work_calendar")) == 2
    release.close()


def test_the_list_of_a_round_settles_category_and_participation(store):
    assert read(store, "unit_round", TABLES["unit_round"]).stored
    store.publish()
    release = store.release()
    units = release.round("2025").units.set_index("unit_code")
    release.close()
    assert units["category"].to_dict() == {"A": "窗口服务", "B": "政府"}
    assert units["participation"].to_dict() == {"A": "", "B": "exempt"}


def test_a_published_line_is_kept_as_printed(store):
    assert read(store, "results", TABLES["results"]).stored
    found = records(store, "results").set_index("unit_text")
    assert found["score_text"].to_dict() == {"市公安局": "96.40", "市卫健委": "90", "市档案馆": "90"}
    assert found["rank_text"].tolist().count("并列2") == 2 and sorted(found["rank"]) == [1, 2, 2]
    assert found.loc["市公安局", "figures"] == {"社会评议得分 (60)": "58"}
    assert set(found["score_header"]) == {"总得分(100)"}


def test_a_serial_number_is_the_rank_only_where_no_rank_is_printed(store):
    text = "序号,单位,得分,排名\n1,市公安局,88.1,2\n2,市卫健委,90.25,1\n"
    assert store.import_files("results", [("a.csv", text.encode())], "2025").stored
    found = records(store, "results").set_index("unit_text")
    assert found["rank"].to_dict() == {"市公安局": 2, "市卫健委": 1}
    assert found.loc["市公安局", "figures"] == {"序号": "1"}
    text = "序号,单位,得分\n1,市公安局,90.25\n"
    assert store.import_files("results", [("b.csv", text.encode())], "2025", ImportOptions(replace=True)).stored
    assert records(store, "results")["rank"].tolist() == [1]


def test_a_list_that_gives_only_the_order_keeps_it(store):
    text = "单位名称\n市公安局\n市卫健委\n市残联\n"
    assert store.import_files("results", [("名单.csv", text.encode())], "2025").stored
    found = records(store, "results").sort_values("printed_no")
    assert found["unit_text"].tolist() == ["市公安局", "市卫健委", "市残联"]
    turned = "单位名称\n市残联\n市卫健委\n市公安局\n"
    again = store.import_files("results", [("名单.csv", turned.encode())], "2025", ImportOptions(replace=True))
    assert again.stored  # another order is another result


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("name", "lines"),
    [("sichuan_prefectures_2011_results", 21), ("fujian_systems_2010_results", 37), ("qingdao_2006_rates", 9)],
)
def test_a_real_published_table_is_taken_as_it_stands(store, name, lines):
    path = REAL / f"{name}.csv"
    report = store.import_files("results", [path], "2011")
    assert report.problems == [] and report.stored and report.rows == lines
    found = records(store, "results", "2011")
    printed = pd.read_csv(path, dtype=str, keep_default_na=False)
    score = {"sichuan": "总得分(100)", "fujian": "得分", "qingdao": "满意率%"}[name.split("_")[0]]
    assert sorted(found["score_text"]) == sorted(printed[score])
    if name.startswith("sichuan"):
        assert sorted(found["rank_text"], key=int) == printed["排名"].tolist()
        assert sorted(found["rank"]).count(9) == 2 and 10 not in set(found["rank"])
        chengdu = found.set_index("unit_text")["figures"]["成都市"]
        assert (
            list(chengdu) == [column for column in sorted(printed.columns) if column in chengdu] and len(chengdu) == 5
        )
        assert chengdu["公开率得分 (3)"] == "3"


def test_an_unknown_table_is_refused_by_name(biaochi):
    biaochi("import", "grid_visit", __file__, "--round", "2025", code=2)
    assert "grid_visit" in biaochi.err
    biaochi("import", "grid_visits", __file__, "--round", "2025", code=2)
    biaochi("import", "indicator", __file__, "--round", "2025", code=2)  # in the contract, read from the rule set only
    assert "indicator" in biaochi.err and "还不能导入" in biaochi.err
