"""The command of a scheme: the same rows as a table to read and as files, its rules, its template, its own commands."""

import csv
import io
import json

import openpyxl
import pytest

from reports.templates import Choices, example_rows
from schemes import SCHEMES
from schemes.frame import ROW
from tests.reports.test_templates import lists
from tests.support.stores import table

FILES = {
    "units": "单位编码 | 单位全称\n U1 | 市公安局\n U2 | 市财政局",
    "place": """
        地点编码 | 名称     | 类型   | 上级编码 | 户数
        KZ       | 康庄社区 | 村社区 |          |
        KZ-1     | 第一网格 | 网格   | KZ       | 300
    """,
    "opinion": """
        意见编号 | 收到时间         | 来源渠道 | 网格 | 承办单位 | 答复时间   | 办理结果
        HY-1     | 2026-02-11 20:15 | 回音墙   | KZ-1 | U1       | 2026-02-27 | 已解决
        HY-2     | 2026-03-02 09:00 | 热线     | KZ-1 | U2       |            |
        HY-3     | 2026-03-25 09:00 | 热线     | KZ   | U2       |            |
    """,
}
RULES = """
name = "qingyang-2026"
[days]
value = 5
why = "本区规定五个工作日"
source = "区办发〔2026〕3号"
[days_by]
value = { "热线" = 2 }
why = "热线两个工作日"
source = "区办发〔2026〕3号"
"""


@pytest.fixture
def filled(biaochi, tmp_path, made_once):
    def fill():
        for kind, drawing in FILES.items():
            path = tmp_path / f"{kind}.csv"
            path.write_text(table(drawing), encoding="utf-8")
            day = ["--as-of", "2026-03-31"] if kind == "opinion" else []
            biaochi("import", kind, path, "--round", "2026", *day)
        biaochi.publish()

    made_once(fill)
    return biaochi


def test_rows_are_the_same_as_a_table_to_read_and_as_files(filled, tmp_path):
    whole = filled.json("scheme", "echo", "--month", "2026-03")
    (share,) = [row for row in whole["rows"] if row["measure"] == "on_time"]
    assert set(ROW) <= set(share) and share["release"] == whole["release"] and share["rules"] == "echo-default"
    assert (share["value"], share["n"], share["shown"], share["as_of"]) == (0.0, 1, "0 / 1 = 0.00%", "2026-03-31")
    read = filled("scheme", "echo", "--month", "2026-03", lang="en").decode()
    assert "Answered on time" in read and "0 / 1 = 0.00%" in read and whole["release"][:16] in read
    assert "As of: 2026-03-31" in read and "Rules: echo-default" in read
    rows = list(
        csv.DictReader(
            io.StringIO(filled("scheme", "echo", "--month", "2026-03", "--format", "csv").decode("utf-8-sig"))
        )
    )
    assert len(rows) == len(whole["rows"]) and {row["截至"] for row in rows} == {"2026-03-31"}


def test_a_row_of_a_unit_or_a_place_has_all_that_a_row_must_say(filled):
    for by in ("unit", "place"):
        rows = filled.json("scheme", "echo", "--by", by)["rows"]
        named = {row["key_name"] for row in rows if row["reason"] != "no_records"}
        assert named == ({"市公安局", "市财政局"} if by == "unit" else {"康庄社区", "第一网格"})
        for row in rows:
            assert row["n"] is not None and row["of_what"] and row["verdict"] and row["rules"] and row["release"]
            assert row["low"] is not None or row["why_no_interval"]
    only = filled.json("scheme", "echo", "--unit", "U1")["rows"]
    assert [row["value"] for row in only if row["measure"] == "received"] == [1]


def test_what_has_to_be_done_is_stamped_and_logged_before_it_leaves(filled, tmp_path):
    path = tmp_path / "todo.csv"
    filled("scheme", "echo", "attention", "--format", "csv", "-o", path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [(row["对象"], row["天数或数量"]) for row in rows][:2] == [("HY-2", "-14"), ("HY-1", "")]
    assert {row["状态"] for row in rows} == {"内部·待核"} and all(row["发布版"] for row in rows)
    last = filled.json("audit")["rows"][-1]
    assert last["what"] == "scheme-echo-attention.csv"


@pytest.mark.sweep
def test_rules_of_an_office_apply_from_their_day_and_move_no_older_due_day(filled, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    assert filled("scheme", "echo", "rules", "add", path, "--from", "2026-03-01").decode() == "qingyang-2026\n"
    before = filled.json("scheme", "echo")["rows"][0]["rules"]
    filled.publish()
    assert (before, filled.json("scheme", "echo")["rows"][0]["rules"]) == ("echo-default", "qingyang-2026")
    assert filled.json("scheme", "echo", "--as-of", "2026-02-28")["rows"][0]["rules"] == "echo-default"
    due = {row["opinion_no"]: row["due"] for row in filled.json("scheme", "echo", "due", "--within", "60")["rows"]}
    assert due == {"HY-2": "2026-03-04", "HY-3": "2026-03-27"}
    (share,) = [r for r in filled.json("scheme", "echo", "--month", "2026-02")["rows"] if r["measure"] == "on_time"]
    assert share["value"] == 1.0  # received before the first day: seven days, not five
    shown = filled("scheme", "echo", "rules", "show").decode()
    assert 'name = "qingyang-2026"' in shown and '"热线" = 2' in shown and "本区规定五个工作日" in shown
    filled("scheme", "echo", "rules", "add", path, "--from", "2026-03-01")
    assert "已经保存过" in filled.err
    filled("scheme", "echo", "rules", "add", path, "--from", "2026-05-01", code=2)
    release = filled("publish", code=None) and filled("releases").decode()
    assert release and filled("check") is not None
    filled("replay", filled.json("scheme", "echo")["release"])


def test_wrong_rules_are_refused_all_at_once_and_nothing_is_stored(filled, tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('name = "x"\ndyas = 3\n[days]\nvalue = 0\nwhy = "w"\nsource = "s"\n', encoding="utf-8")
    filled("scheme", "echo", "rules", "add", path, "--from", "2026-01-01", code=3)
    assert "dyas" in filled.err and "days" in filled.err and "1" in filled.err
    assert "echo-default" in filled("scheme", "echo", "rules", "show").decode()
    filled("import", "scheme_rules", path, "--round", "2026", code=2)


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_a_template_of_every_table_has_headers_lists_and_examples_and_comes_back_without_rows(
    biaochi, tmp_path, scheme, language
):
    """The example row is in the sheet of notes, which is not read: nobody imports it by mistake."""
    for own in scheme.contract:
        kind, path = own.kind, tmp_path / f"{own.kind}.xlsx"
        biaochi("scheme", scheme.name, "template", kind, "-o", path, lang=language)
        book = openpyxl.load_workbook(path)
        data, notes = book.worksheets
        head = {field.name: field.header if language == "zh" else field.name for field in own.fields}
        head.pop("round_id", None)
        assert [[cell.value for cell in row] for row in data.iter_rows()] == [list(head.values())]
        allowed = {
            head[field.name]: list(field.choices) or ["是", "否"]
            for field in own.fields
            if field.name in head and (field.choices or field.type == "bool")
        }
        assert lists(path.read_bytes()) == allowed, kind
        lines = {row[0]: row for row in notes.iter_rows(values_only=True) if row[0] in head.values()}
        assert set(lines) == set(head.values()), kind
        (example,) = example_rows(kind, Choices(), language)[:1]
        assert [lines[name][5] or "" for name in head.values()] == example, kind
        required = [field.name for field in own.fields if field.required == "yes" and field.name in head]
        filled_in = dict(zip(head, example, strict=True))
        assert not [name for name in required if not filled_in[name]], kind
        day = ["--as-of", "2026-03-31"] if own.mode == "book" else []
        found = biaochi.json("import", kind, path, "--round", "2026", *day, code=3)
        assert [problem["code"] for problem in found["problems"]] == ["header_only"]
        printed = biaochi("import", kind, path, "--round", "2026", *day, code=3, lang=language) or biaochi.err.encode()
        assert {"zh": "表头下面应当有数据行，但一行也没有", "en": "there are none"}[
            language
        ] in printed.decode() + biaochi.err


def test_the_clock_prints_every_day_with_the_name_of_the_holiday(biaochi):
    days = biaochi.json("scheme", "echo", "clock", "2026-02-11")["rows"]
    assert (days[0]["day"], days[-1]["day"], days[-1]["number"]) == ("2026-02-11", "2026-02-27", 7)
    assert {day["name"] for day in days if day["why"] == "holiday"} == {"春节"}
    paused = biaochi.json("scheme", "echo", "clock", "2026-03-02", "--days", "7", "--pause", "2026-03-04:2026-03-09")[
        "rows"
    ]
    assert paused[-1]["day"] == "2026-03-16" and sum(day["why"] == "paused" for day in paused) == 3
    assert "放假" in biaochi("scheme", "echo", "clock", "2026-02-11").decode()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--month", "2026-13"), "--month"),
        (("--quarter", "2026Q5"), "--quarter"),
        (("--month", "2026-03", "--year", "2026"), "只能指定一项"),
        (("--by", "colour"), "--by"),
        (("--format", "pdf"), "--format"),
        (("--as-of", "yesterday"), "--as-of"),
        (("clock", "2026-02-30"), "2026-02-30"),
        (("clock", "2026-02-11", "--days", "0"), "60"),
        (("clock", "2026-03-02", "--pause", "2026-04-04:2026-04-06"), "不能补救超期"),
        (("template", "nothing"), "TABLE"),
    ],
)
def test_wrong_calls_are_refused_with_what_is_wrong(filled, words, says):
    filled("scheme", "echo", *words, code=2)
    assert says in filled.err


def test_a_store_without_the_tables_says_which_are_needed(biaochi, tmp_path):
    biaochi("scheme", "echo", code=2)
    path = tmp_path / "units.csv"
    path.write_text(table(FILES["units"]), encoding="utf-8")
    biaochi("import", "units", path, "--round", "2026")
    biaochi.publish()
    biaochi("scheme", "echo", code=2)
    assert "opinion, opinion_event, visit" in biaochi.err


def test_lists_are_json(filled):
    whole = filled.json("scheme", "echo", "attention")
    assert whole["internal"] and json.dumps(whole["rows"]) and {row["what"] for row in whole["rows"]}


def test_what_is_public_is_judged_kept_and_the_same_again(filled, store_path):
    first = filled("scheme", "echo", "public", "--year", "2026", "--format", "json")
    shares = [row for row in json.loads(first)["rows"] if row["measure"] == "on_time"]
    assert shares and {row["reason"] for row in shares} == {"withheld"} and {row["n"] for row in shares} == {None}
    assert filled("scheme", "echo", "public", "--year", "2026", "--format", "json") == first
    assert len(list((store_path / "public").glob("0*.json"))) == 1
    filled("scheme", "echo", "public", "--year", "2020", code=None)


def test_a_register_is_exported_as_it_stood_on_a_day(filled):
    assert len(filled("export", "opinion", "--round", "2026", "--as-of", "2026-03-31").splitlines()) == 4
    filled("export", "opinion", "--round", "2026", "--as-of", "2026-03-30", code=2)
    filled("export", "place", "--round", "2026", "--as-of", "2026-03-31", code=2)
