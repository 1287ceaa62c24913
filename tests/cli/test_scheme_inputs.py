"""Bad files of schemes through the command: an error is exit 3, a warning 4, a note 0, a wrong call 2."""

import pytest

from tests.support.stores import snapshot, table

FILES = {
    "units": "单位编码 | 单位全称\n A | 市公安局\n B | 市城管局",
    "place": """
        地点编码 | 名称     | 类型   | 上级编码
        KZ       | 康庄社区 | 村社区 |
        KZ-1     | 第一网格 | 网格   | KZ
    """,
}
HEAD = "意见编号,收到时间,来源渠道,网格,承办单位,答复时间,办理结果\n"
ONE = "HY-1,2026-03-02 09:00,热线,KZ-1,市城管局,,\n"
TWO = "HY-2,2026-03-03 09:00,茶馆,KZ-1,市公安局,2026-03-05 10:00,已解决\n"
THREE = "HY-3,2026-03-04 09:00,热线,KZ-1,市公安局,,\n"


@pytest.fixture
def office(biaochi, tmp_path, made_once):
    """A command over a store with units, places and the register of opinions as of 31 March."""

    def fill():
        for kind, drawing in FILES.items():
            path = tmp_path / f"{kind}.csv"
            path.write_text(table(drawing), encoding="utf-8")
            biaochi("import", kind, path, "--round", "2026")
        path = tmp_path / "first.csv"
        path.write_text(HEAD + ONE + TWO + THREE, encoding="utf-8")
        biaochi("import", "opinion", path, "--round", "2026", "--as-of", "2026-03-31")

    made_once(fill)
    return biaochi


def brought(office, tmp_path, content, code, *words, day="2026-04-30"):
    """Import a register of opinions; codes of its problems and notes."""
    path = tmp_path / "登记簿.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    as_of = ("--as-of", day) if day else ()
    found = office.json("import", "opinion", path, "--round", "2026", *as_of, *words, code=code)
    return [problem["code"] for name in ("problems", "notes") for problem in found.get(name, [])]


REFUSED = {
    "8 answered before it was received": (ONE.replace(",,\n", ",2026-03-01,已解决\n"), "before_start"),
    "9 answered without a result": (ONE.replace(",,\n", ",2026-03-20,\n"), "missing_because"),
    "10 no day of any calendar": (ONE.replace("2026-03-02 09:00", "2026-13-05"), "not_a_date"),
    "11 received after the as-of day": (ONE.replace("2026-03-02", "2026-05-02"), "date_in_future"),
    "14 the same number twice": (ONE + ONE, "duplicate_key"),
    "34 a grid that is not in the register": (ONE.replace("KZ-1", "KZ-7"), "unknown_place"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_error_is_exit_3_and_nothing_is_stored(office, tmp_path, what):
    rows, code = REFUSED[what]
    before = snapshot(office.store)
    assert code in brought(office, tmp_path, HEAD + rows.replace("HY-1", "HY-9"), 3)
    assert snapshot(office.store) == before


def test_17_other_rows_as_of_the_same_day_are_exit_3(office, tmp_path):
    assert brought(office, tmp_path, HEAD + ONE.replace("市城管局", "市公安局"), 3, day="2026-03-31") == [
        "record_in_other_upload"
    ]


def test_20_a_past_that_changed_is_exit_4_until_a_reason_is_given(office, tmp_path):
    moved = HEAD + ONE.replace("2026-03-02", "2026-03-01") + TWO + THREE
    assert brought(office, tmp_path, moved, 4) == ["past_changed"]
    office("import", "opinion", tmp_path / "登记簿.csv", "--round", "2026", "--as-of", "2026-04-30", code=4)
    assert "2026-03-01" in office.err and "2026-03-02" in office.err, "old and new"
    assert brought(office, tmp_path, moved, 0, "--accept-warnings", "收件日期登记有误") == ["past_changed"]


def test_19_known_numbers_that_a_complete_register_lacks_are_listed_by_exit_4(office, tmp_path):
    """Three are known and none of them is in the file."""
    content = HEAD + ONE.replace("HY-1", "HY-4")
    assert brought(office, tmp_path, content, 0, "--dry-run") == []
    assert brought(office, tmp_path, content, 4, "--complete") == ["row_vanished"]
    office(
        "import", "opinion", tmp_path / "登记簿.csv", "--round", "2026", "--as-of", "2026-04-30", "--complete", code=4
    )
    assert all(number in office.err for number in ("HY-1", "HY-2", "HY-3"))


def test_18_an_older_day_is_exit_0_with_a_note(office, tmp_path):
    older = HEAD + TWO.replace("2026-03-05 10:00,已解决", ",")
    assert brought(office, tmp_path, older, 0, day="2026-03-04") == ["snapshot_older"]


def test_22_the_same_rows_in_another_order_and_encoding_change_nothing_and_are_exit_0(office, tmp_path):
    before = snapshot(office.store)
    for content in (HEAD + THREE + ONE + TWO, (HEAD + TWO + ONE + THREE).encode("gb18030")):
        assert brought(office, tmp_path, content, 0, day="2026-03-31") == []
        after = snapshot(office.store)
        assert {name: after[name] for name in before if name.startswith("uploads")} == {
            name: before[name] for name in before if name.startswith("uploads")
        }
        assert len([name for name in after if name.endswith("upload.json")]) == len(
            [name for name in before if name.endswith("upload.json")]
        )


def test_15_a_register_without_a_day_and_84_more_answers_than_asked_are_exit_2(office, tmp_path):
    path = tmp_path / "登记簿.csv"
    path.write_text(HEAD + ONE, encoding="utf-8")
    office("import", "opinion", path, "--round", "2026", code=2)
    assert "--as-of" in office.err
    office("scheme", "approval", "what-if", "--yes", "5", "--n", "3", code=2)
    assert office.err.strip()
