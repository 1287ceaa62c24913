"""Figures that a table prints twice are recomputed; a difference is a note with both numbers, kept with the upload."""

import json

import pytest

from data.store import Store
from data.store.replay import replay
from tests.data.intake.test_meaning import POOLED, Office
from tests.support.stores import table

RESULTS = {
    "changes against last period": (
        """
        单位     | 得分  | 名次 | 上年得分 | 较上年增减 | 上年名次 | 名次变化
        市财政局 | 95.00 | 1    | 93.00    | 2.00       | 3        | ↑2
        市教育局 | 94.00 | 2    | 95.00    | +1.00      | 1        | -1
        市水务局 | 93.00 | 3    | 93.00    | 持平       | 2        | ↓2
        """,
        {(3, "较上年增减"): ("+1.00", "-1.00"), (4, "名次变化"): ("↓2", "-1")},
    ),
    "parts with maxima": (
        """
        单位     | 基础(40) | 满意度(60) | 总得分(100) | 名次
        市财政局 | 38.5     | 57.0       | 95.5        | 1
        市教育局 | 37.0     | 56.0       | 94.0        | 2
        """,
        {(3, "总得分(100)"): ("94.0", "93.0")},
    ),
    "parts with weights": (
        """
        单位     | 服务态度(30%) | 办事效率(70%) | 得分
        市财政局 | 90            | 100           | 97.0
        市教育局 | 80            | 90            | 85.0
        市水务局 | 27            | 63            | 90.0
        """,
        {(3, "得分"): ("85.0", "87.0")},
    ),
    "rates of votes": (
        """
        单位     | 满意 | 基本满意 | 有效票 | 满意率 | 不满意率 | 得分
        市财政局 | 60   | 20       | 100    | 60%    | 20%      | 95
        市教育局 | 50   | 30       | 100    | 80.00% | 20%      | 94
        市水务局 | 50   | 30       | 100    | 85%    | 20%      | 93
        """,
        {(4, "满意率"): ("85%", "50%")},
    ),
    "ranks": (
        """
        单位     | 得分 | 名次
        市财政局 | 95   | 1
        市教育局 | 93   | 2
        市水务局 | 94   | 3
        市公安局 | 90   | 4
        """,
        {(3, "名次"): ("2", "3"), (4, "名次"): ("3", "2")},
    ),
    "nothing wrong, and two rates never added": (
        """
        单位     | 满意率(%) | 回收率(%) | 得分 | 名次
        市财政局 | 95        | 90        | 95   | 1
        市教育局 | 95        | 80        | 95   | 1
        市水务局 | 70        | 99        | 90   | 2
        市公安局 | 60        | 99        | 80   | 3
        """,
        {},
    ),
}
RETURNED = """
    主体     | 发放数 | 收回数 | 有效数 | 无效数 | 回收率 | 有效率
    普通群众 | 100    | 90     | 80     | 10     | 90%    | 88.9%
    服务对象 | 200    | 100    | 90     | 10     | 55%    | 0.9
    企业     | 50     | 40     | 40     | 0      | 80.0   | 90%
    合计     | 350    | 240    | 210    | 20     |        |
"""
COUNTS = """
    单位     | 主体 | 满意 | 基本满意 | 不满意 | 不满意率 | 基本满意占比 | 平均分
    市财政局 | 群众 | 50   | 30       | 20     | 20%      | 30%          | 79
    市教育局 | 群众 | 60   | 20       | 20     | 25%      | 20%          | 90.0
    合计     |      | 110  | 60       | 40     |          |              |
"""


@pytest.fixture
def office(biaochi, tmp_path, made_once):
    return Office(biaochi, tmp_path, made_once, POOLED)


def differences(office: Office, text: str, kind: str) -> dict[tuple[int, str], str]:
    report = office.read(table(text), kind=kind)
    assert not [p for p in report["problems"] if p["level"] == "error"], report
    return {(n["row"], n["column"]): n["message"] for n in report.get("notes", []) if n["code"] == "figure_differs"}


def test_results_are_recomputed_line_by_line(office):
    wrong = {}
    for name, (text, expected) in RESULTS.items():
        found = differences(office, text, "results")
        fits = set(found) == set(expected) and all(all(n in found[k] for n in both) for k, both in expected.items())
        if not fits:
            wrong[name] = found
    assert not wrong


def test_rates_of_return_and_totals_are_recomputed(office):
    found = differences(office, RETURNED, "issue_return")
    assert set(found) == {(3, "回收率"), (4, "有效率"), (5, "收回数")}
    assert "55%" in found[3, "回收率"] and "50%" in found[3, "回收率"]
    assert "240" in found[5, "收回数"] and "230" in found[5, "收回数"]


def test_shares_means_and_totals_of_counts_are_recomputed(office):
    found = differences(office, COUNTS, "counts")
    assert set(found) == {(3, "不满意率"), (3, "平均分"), (4, "基本满意")}
    assert "25%" in found[3, "不满意率"] and "20%" in found[3, "不满意率"]
    assert "90.0" in found[3, "平均分"] and "82.0" in found[3, "平均分"]


def test_notes_are_kept_with_the_upload_and_shown_again(office):
    path = office.file("r.csv", table(RETURNED))
    office.biaochi("import", "issue_return", path, "--round", "2025", "--accept-warnings", "看过")
    rows = json.loads(office.biaochi("uploads", "--round", "2025", "--format", "json"))["rows"]
    assert [row["row"] for row in rows if row["kind"] == "issue_return"] == [3, 4, 5]
    assert "50%" in rows[-3]["note"] and len(Store(office.biaochi.store).uploads()[-1].notes) == 3
    assert replay(Store(office.biaochi.store), office.biaochi.publish()) == []
