"""Fields of ballots and counts that no figure uses are checked or refused by name, never left out without a word."""

import pytest

from tests.support.cases import CASES, codes, found
from tests.support.stores import table

PLAIN = table("""
    票号 | 评议主体 | 单位     | 评价   | FIELD
    1    | 服务对象 | 市财政局 | 满意   | VALUE
    2    | 普通群众 | 市教育局 | 不满意 | VALUE
""")


def with_field(header: str, value: str) -> str:
    return PLAIN.replace("FIELD", header).replace("VALUE", value)


def test_sampling_weights_are_refused_by_name(office):
    (problem,) = found(office, "ballots", CASES / "v120.csv", 3)
    assert (problem["code"], problem["column"], problem["row"]) == ("sampling_weight", "抽样权重", 2)
    assert "2.5" in problem["message"]


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("抽样权重", "1", None),
        ("权数", "1.00", None),
        ("weight", "", None),
        ("抽样权重", "0.5", "sampling_weight"),
        ("权数", "一", "sampling_weight"),
        ("weight", "0", "sampling_weight"),
    ],
)
def test_weights_of_one_change_nothing(header, value, code, office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text(with_field(header, value), encoding="utf-8")
    problems = found(office, "ballots", path, 3 if code else 0)
    assert codes(problems) == ([(code, 2)] if code else [])


def test_a_channel_outside_the_list_is_refused(office):
    problems = found(office, "ballots", CASES / "v121.csv", 3)
    assert {(p["code"], p["column"], p["value"]) for p in problems} == {("unknown_choice", "渠道", "乱写")}
    assert [problem["row"] for problem in problems] == list(range(2, 20))


@pytest.mark.sample
@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("渠道", "扫码", None),
        ("评议方式", " 现场 纸票", None),
        ("渠道", "微信", "unknown_choice"),
        ("无效原因", "涂改", None),
        ("废票原因", "看不清", "unknown_choice"),
        ("会场", "一楼大厅", None),
        ("会场", "厅" * 101, "name_too_long"),
        ("站点", "#REF!", "excel_error"),
        ("有效性", "可疑", "unknown_choice"),
        ("评议日期", "明天", "not_a_date"),
        ("行号", "7", None),
        ("行号", "七", "not_a_number"),
    ],
)
def test_every_field_of_ballots_is_checked(header, value, code, office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text(with_field(header, value), encoding="utf-8")
    problems = found(office, "ballots", path, 3 if code else 0)
    assert [(p["code"], p["column"], p["row"]) for p in problems] == (
        [(code, header, n) for n in (2, 3)] if code else []
    )


def test_fields_are_checked_in_the_wide_form_once_a_cell(office, tmp_path):
    path = tmp_path / "票.csv"
    path.write_text("票号,主体,单位,渠道,作风,效率\n1,普通群众,市财政局,乱写,满意,满意\n", encoding="utf-8")
    assert codes(found(office, "ballots", path, 3)) == [("unknown_choice", 2)]


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("占比%", "50", None),
        ("占比%", "多数", "not_a_number"),
        ("占比%", "150", "out_of_range"),
        ("样本量", "约30", "not_a_number"),
        ("是否推算", "否", None),
        ("是否推算", "大概", "unknown_choice"),
    ],
)
def test_every_field_of_counts_is_checked(header, value, code, office, tmp_path):
    path = tmp_path / "汇总.csv"
    path.write_text(f"单位,主体,等级,票数,{header}\n市财政局,普通群众,满意,30,{value}\n", encoding="utf-8")
    problems = found(office, "counts", path, 3 if code else 0)
    assert [(p["code"], p["column"], p["row"]) for p in problems] == ([(code, header, 2)] if code else [])
