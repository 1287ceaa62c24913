"""The command line as scripts and acceptance checks call it."""

import csv
import io
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from cli.main import run
from data.store.release import METHOD_VERSION
from formats.spreadsheet import Sheet, csv_bytes, safe_text, xlsx_bytes
from i18n import ROOT
from results.ranking.ranking import FIELDS
from tests.support.stores import snapshot
from tests.support.town import TOWN_RULES

WRONG = [
    ["nonsense"],
    ["ranking"],
    ["ranking", "--round", "1999"],
    ["ranking", "--round", "2025", "--category", "没有"],
    ["ranking", "--round", "2025", "--format", "pdf"],
    ["ranking", "--round", "2025", "--release", "zz"],
    ["ranking", "--round", "2025", "--release", ""],
    ["import", "sheep", "x.csv", "--round", "2025"],
    ["import", "pledges", "x.csv", "--round", "2025"],
    ["import", "grade_count", "x.csv", "--round", "2025"],
    ["import", "ballots", "missing.csv", "--round", "2025"],
    ["unit", "ZY999"],
    ["rules", "show", "none"],
    ["rules", "add", "missing.toml"],
    ["replay", "zz"],
    ["rollback", "zz", "--reason", "x"],
    ["bottom", "--round", "1999"],
    ["bottom", "--round", "2025", "-k", "0"],
    ["bottom", "--round", "2025", "--category", "没有"],
    ["pledges", "--round", "1999"],
    ["pledges", "--round", "2025", "--by", "name"],
    ["pledges", "--round", "2025", "--as-of", "今天"],
    ["pledges", "--round", "2025", "--category", "没有"],
    ["export", "ranking"],
    ["demo"],
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_is_a_sentence_and_exit_2(words, town):
    before = snapshot(town.store)
    assert town(*words, code=2) == b""
    assert town.err.strip() and "Traceback" not in town.err
    assert snapshot(town.store) == before


def test_csv_for_readers(town):
    content = town("ranking", "--round", "2025")
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\n") == content.count(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {"单位编码", "得分", "名次", "n:普通群众"} <= set(rows[0])
    assert {row["数据"] for row in rows} == {"演示数据"}
    assert "免评" in {row["备注"] for row in rows}
    english = csv.reader(io.StringIO(town("ranking", "--round", "2025", lang="en").decode("utf-8-sig")))
    assert set(FIELDS) - {"n_by_group"} <= set(next(english))


def test_json_does_not_depend_on_the_language(town):
    words = ("ranking", "--round", "2025", "--format", "json")
    assert town(*words, lang="zh") == town(*words, lang="en")
    answer = town.json("ranking", "--round", "2025")
    assert list(answer) == ["release", "round", "rules", "demo", "rows"]
    assert len(answer["release"]) == 64 and list(answer["rows"][0]) == list(FIELDS)


@pytest.mark.sweep
def test_one_unit_has_its_rounds(town):
    answer = town.json("unit", "ZY001")
    assert [row["round"] for row in answer["rounds"]] == ["2025", "2024", "2023"]


def test_a_workbook_is_the_same_bytes_each_time(town, tmp_path):
    words = ("ranking", "--round", "2025", "--format", "xlsx", "-o")
    for name in ("1.xlsx", "2.xlsx"):
        assert town(*words, tmp_path / name) == b""
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_what_if_with_the_same_rules_is_the_same_ranking(town, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(TOWN_RULES, "utf-8")
    published = town.json("ranking", "--round", "2025")["rows"]
    trial = town.json("ranking", "--round", "2025", "--what-if", path)
    assert trial["rows"] == published and trial["what_if"] is True
    other = tmp_path / "other.toml"
    other.write_text(TOWN_RULES.replace('"基本满意" = 60', '"尚可" = 60'), "utf-8")
    town("ranking", "--round", "2025", "--what-if", other, code=3)


LONG_NUMBER = re.compile(rb"\d+\.\d{9,}(e-\d+)?")


def ten_digits(number):
    return f"{float(number[0]):.10g}".encode()


def test_the_demonstration_ranking_is_as_it_was(demo, golden):
    """To ten digits: processors add in an order of their own, which moves the sixteenth."""
    golden("ranking_2025_demo.csv", LONG_NUMBER.sub(ten_digits, demo("ranking", "--round", "2025")))


def test_our_bug_is_70_and_no_traceback(town, monkeypatch):
    def broken(self):
        raise ZeroDivisionError

    monkeypatch.setattr("data.store.store.Store.history", broken)
    town("releases", code=70)
    assert "Traceback" not in town.err and "ZeroDivisionError@" in town.err
    monkeypatch.setenv("BIAOCHI_DEBUG", "1")
    town("releases", code=70)
    assert "Traceback" in town.err


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "|a", "%a", "\t=1", " =1", "　＝1", "\u200b=1", "＠a"])
def test_formulas_are_neutralised(text):
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "市公安局", "a=1", "1-2", "（市）", "2025", "普通 = 群众", "'x", "%", " ％", "95.2%"]
)
def test_other_text_stays(text):
    assert safe_text(text) == text


def test_in_a_workbook_texts_stay_as_they_are_and_are_no_formulas():
    """A text cell of a workbook is never calculated, so an apostrophe there would only be one more sign to read."""
    texts = ['=HYPERLINK("http://x","局")', "+1", "@a", "%", "%a", "-1"]
    sheet = Sheet("表", ["=单位", "得分"], [[text, 1.5] for text in texts], facts=[("=名", "=值")])
    content = xlsx_bytes(sheet)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert [row[0] for row in book.get_sheet_by_index(0).to_python()] == ["=单位", *texts]
    assert book.get_sheet_by_index(1).to_python()[0] == ["=名", "=值"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "sheets/" in name and b"<f>" in parts.read(name)]
    rows = csv_bytes(sheet).decode("utf-8-sig").splitlines()
    assert rows[0].startswith('"\'=单位"') and rows[2].startswith('"\'+1"')
    assert rows[4].startswith('"%"') and rows[5].startswith('"\'%a"')


def test_a_text_longer_than_a_cell_of_a_workbook_is_cut_with_a_sign_and_whole_as_csv():
    """Excel opens no longer one; before, the whole cell was missing without a word."""
    text = "证" * 40_000
    sheet = Sheet("表", ["佐证"], [[text]])
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(sheet)))
    cell = book.get_sheet_by_index(0).to_python()[1][0]
    assert len(cell) == 32_767 and text.startswith(cell[:-1]) and cell.endswith("…")
    assert text in csv_bytes(sheet).decode("utf-8-sig")


def test_help_is_fast_to_import():
    heavy = "duckdb,pandas,numpy,streamlit,scipy"
    code = f"import cli.main,sys; sys.exit(any(m in sys.modules for m in '{heavy}'.split(',')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
    assert run(["--help"]) == 0


TYPED_WRONG = [
    (["foo"], "foo 这个命令"),
    (["rules", "add"], "必须写明 FILE.toml"),
    (["ranking", "2025", "--round", "2025"], "多出了内容：2025"),
    (["ranking", "--round"], "--round 之后须写明取值"),
    (["bottom", "--round", "2025", "-k", "x"], "-k 应为整数"),
    (["import", "--dry-run=3", "ballots", "x.csv", "--round", "2025"], "--dry-run 之后不带取值"),
    (["ranking", "--roud", "2025"], "--roud"),
]


@pytest.mark.parametrize(("words", "told"), TYPED_WRONG, ids=lambda value: str(value))
def test_slips_of_the_keyboard_are_told_in_the_language(words, told, biaochi):
    biaochi(*words, code=2)
    assert told in biaochi.err
    sentences = re.sub("biaochi [a-z ]*--help", "", biaochi.err)
    assert not re.search("[a-z]{3,} [a-z]{3,}", sentences), sentences


@pytest.mark.parametrize("command", [[], ["alias"], ["import"], ["bottom"], ["rules", "add"]], ids=" ".join)
def test_help_is_in_the_language(command, biaochi):
    told = biaochi(*command, "--help").decode()
    assert "用法：" in told and "Show" not in told and "required" not in told and "default" not in told
    assert "Usage: " in biaochi(*command, "--help", lang="en").decode()


def test_the_history_is_in_words_for_people_and_in_codes_for_scripts(town):
    told = town("releases").decode("utf-8-sig")
    assert "发布" in told and "publish" not in told and "+00:00" not in told
    (row,) = town.json("releases")["rows"]
    assert row["action"] == "publish" and row["time"].endswith("+00:00")


def test_the_status_of_a_round_that_nobody_knows_says_so(town):
    town("status", "2099")
    assert "2099 没有有效的上传" in town.err


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["import", "--no-such"], "biaochi import"),
        (["rules", "add"], "biaochi rules add"),
        (["rules", "no-such"], "biaochi rules"),
        (["no-such"], "biaochi"),
    ],
    ids=str,
)
def test_wrong_usage_points_to_the_help_of_that_command(words, command, biaochi):
    biaochi(*words, code=2)
    assert f"用法见：{command} --help" in biaochi.err
    biaochi(*words, lang="en", code=2)
    assert f"See: {command} --help" in biaochi.err


def test_the_version_needs_no_store(tmp_path, capsys):
    missing = tmp_path / "missing"
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for words in (["--version"], ["--store", str(missing), "--lang", "en", "--version", "releases"]):
        assert run(words) == 0
        assert capsys.readouterr().out == f"biaochi {declared} · method {METHOD_VERSION}\n"
    assert not missing.exists()


def test_rounds_of_the_release_in_force(town):
    answer = town.json("rounds")
    assert [row["round"] for row in answer["rows"]] == ["2025", "2024", "2023"]
    for row in answer["rows"]:
        ranking = town.json("ranking", "--round", row["round"])["rows"]
        assert row["ranked"] == sum(unit["rank"] is not None for unit in ranking) < row["units"] == len(ranking)
        assert row["votes"] == sum(unit["n"] for unit in ranking)
        assert (row["rules"], row["status"]) == ("demo-2025", "draft")
    told = next(csv.DictReader(io.StringIO(town("rounds").decode("utf-8-sig"))))
    assert (told["批次"], told["状态"], told["计分规则"], told["数据"]) == ("2025", "草稿", "demo-2025", "演示数据")


def test_a_round_without_votes_is_listed_with_none(small, files):
    small("import", "units", files("u.csv", "单位编码,单位全称\nU1,市公安局\n"), "--round", "2025")
    small.publish()
    (row,) = small.json("rounds")["rows"]
    assert (row["round"], row["units"], row["ranked"], row["rules"]) == ("2025", 1, 0, "")
    assert not row["votes"]


def shell(*words, **environment):
    """Run the command in a process of its own, as a shell does when it completes a word."""
    code = "import sys; from cli.main import main; sys.argv[0] = 'biaochi'; main()"
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, check=False, text=True)


@pytest.mark.sweep
def test_the_shell_completes_commands_and_options():
    done = shell(_BIAOCHI_COMPLETE="complete_bash", COMP_WORDS="biaochi ro", COMP_CWORD="1")
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["rounds", "rollback"], "")
    done = shell(_BIAOCHI_COMPLETE="complete_bash", COMP_WORDS="biaochi ranking --ro", COMP_CWORD="2")
    assert (done.returncode, done.stdout.split()) == (0, ["--round"])
    wrong = shell(_BIAOCHI_COMPLETE="nonsense")
    assert wrong.returncode == 2 and "Traceback" not in wrong.stderr


def test_the_completion_script_is_printed_to_the_end():
    done = shell(_BIAOCHI_COMPLETE="source_bash")
    assert done.returncode == 0 and done.stdout.rstrip().endswith("complete -o default -F _biaochi_completion biaochi")
