"""Calls of the import that cannot be meant so say what to do instead."""

import pytest
import xlsxwriter

from data.store import Store
from tests.support.stores import BALLOTS, snapshot


def test_a_sheet_of_a_text_table_is_wrong_usage(small, files):
    before = snapshot(small.store)
    small("import", "ballots", files("票.csv", BALLOTS), "--round", "2025", "--sheet", "票", code=2)
    assert "票.csv" in small.err and "--sheet" in small.err
    assert snapshot(small.store) == before


def test_a_sheet_among_a_workbook_and_a_text_table_names_the_text_table(small, files, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "甲.xlsx")) as book:
        sheet = book.add_worksheet("票")
        for number, line in enumerate(BALLOTS.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    other = BALLOTS.replace("\n", "\n9")[: -len("9")]
    call = ("import", "ballots", tmp_path / "甲.xlsx", files("乙.csv", other), "--round", "2025", "--sheet", "票")
    small(*call, code=2)
    assert "乙.csv" in small.err and "甲.xlsx" not in small.err


def test_a_folder_is_told_apart_from_its_files(small, tmp_path):
    (tmp_path / "各单位").mkdir()
    small("import", "ballots", tmp_path / "各单位", "--round", "2025", code=2)
    assert "文件夹" in small.err and str(small.store / "inbox") in small.err and "/*.xlsx" in small.err


def test_two_columns_of_one_meaning_are_named_both(small, files):
    text = BALLOTS.replace("票号,", "批次编号,年度,票号,", 1).replace("\n", "\n2025,2025,")[: -len("2025,2025,")]
    (problem,) = small.json("import", "ballots", files("a.csv", text), "--round", "2025", code=3)["problems"]
    assert (problem["code"], problem["column"]) == ("same_meaning", "年度")
    assert problem["message"] == "“批次编号”列和“年度”列都表示“批次编号”；只能有一列。"


@pytest.mark.parametrize("options", [("--from", "昨天"), ("--from", "2025-13-01"), ("--kind", "昵称")])
def test_an_alias_is_refused_in_chinese_words(options, small, files):
    small("import", "units", files("u.csv", "单位编码,单位全称\nU1,市公安局\n"), "--round", "2025")
    small("alias", "公安", "U1", *options, code=2)
    assert "启用日期" in small.err or "昵称" in options
    assert not any(word in small.err for word in ("valid_from", "unit_code", "alias_", "kind"))


def test_remembered_columns_are_told_in_chinese_words(small, files):
    text = BALLOTS.replace("票号", "编号")
    store = Store(small.store)
    store.remember_mapping("ballots", tuple(text.splitlines()[0].split(",")), {"编号": "ballot_id"})
    small("import", "ballots", files("a.csv", text), "--round", "2025")
    assert "编号 = 选票编号" in small.err and "ballot_id" not in small.err
    small("import", "ballots", files("a.csv", text), "--round", "2025", lang="en")
    assert "编号 = ballot_id" in small.err


def test_two_files_of_one_name_are_told_apart(small, tmp_path):
    """Every department sends its 票.csv; a finding names the folder too."""
    for folder, grade in (("一组", "满意"), ("二组", "很好")):
        (tmp_path / folder).mkdir()
        text = f"票号,评议主体,参评单位,评价\n{folder},普通群众,市公安局,{grade}\n"
        (tmp_path / folder / "票.csv").write_text(text, encoding="utf-8")
    call = ("import", "ballots", tmp_path / "一组" / "票.csv", tmp_path / "二组" / "票.csv", "--round", "2025")
    (problem,) = small.json(*call, code=3)["problems"]
    assert (problem["file"], problem["row"]) == ("二组-票.csv", 2)


@pytest.mark.parametrize("name", ["\u202egnp.csv", "长" * 80 + ".csv", "a\nb.csv", "<img src=x>.csv"])
def test_a_strange_file_name_is_a_label_only(name, small, tmp_path):
    path = tmp_path / name
    path.write_text(BALLOTS.replace("不满意", "很好", 1), encoding="utf-8")
    problems = small.json("import", "ballots", path, "--round", "2025", code=3)["problems"]
    assert all(problem["file"].isprintable() and len(problem["file"]) <= 100 for problem in problems)
    assert "\u202e" not in small.err
    small("import", "ballots", path, "--round", "2025", code=3)
    assert "\u202e" not in small.err


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("PORT", "abc", "PORT 应为 1 至 65535 的整数，现为“abc”。", "a whole number 1 to 65535, not “abc”"),
        ("BIAOCHI_LANG", "fr", "BIAOCHI_LANG 应为 zh 或 en，现为“fr”。", "must be zh or en, not “fr”"),
        ("BIAOCHI_LOGIN", "{maybe}", "BIAOCHI_LOGIN 应为 1 或 0，现为“{maybe}”。", "must be 1 or 0, not “{maybe}”"),
        ("BIAOCHI_MEMORY_LIMIT", "much", "BIAOCHI_MEMORY_LIMIT 应写成 2GB 的样式", "must look like 2GB"),
    ],
)
def test_a_wrong_setting_is_refused_in_the_language_of_the_call(name, value, zh, en, small, monkeypatch):
    monkeypatch.setenv(name, value)
    small("releases", code=2, lang="zh")
    assert zh in small.err
    small("releases", code=2, lang="en")
    assert en in small.err and not any("一" <= sign <= "鿿" for sign in small.err)
