"""Persons in free text: a corpus of sentences with and without them, and what becomes of a file that has any."""

import csv
from pathlib import Path

import pytest

from data.intake.free_text import hidden_text, sorts_in_text
from data.store import ImportOptions, Store
from tests.support.stores import snapshot

with Path(__file__).with_name("free_text.csv").open(encoding="utf-8") as file:
    CORPUS = list(csv.DictReader(file))
OF_SORT = {sort: [row["text"] for row in CORPUS if row["sort"] == sort] for sort in ("number", "home", "name", "")}
NUMBERS = {"telephone numbers", "identity numbers", "bank card numbers", "number plates", "account names"}
NUMBERS |= {"e-mail addresses", "WeChat accounts"}
PLACES = "地点编码,名称,类型\nKZ,康庄社区,村社区\n"
HEAD = "意见编号,收到时间,来源渠道,网格,承办单位,办理内容"


def test_every_number_is_found_and_almost_nothing_else():
    missed = [text for text in OF_SORT["number"] if not NUMBERS & {sort for sort, _ in sorts_in_text(text)}]
    assert missed == [] and len(OF_SORT["number"]) >= 70
    false_alarms = [text for text in OF_SORT[""] if sorts_in_text(text)]
    assert len(false_alarms) <= 0.02 * len(OF_SORT[""]), false_alarms
    assert len(CORPUS) >= 200 and len(OF_SORT[""]) >= 100


def test_addresses_and_names_are_found_by_the_words_around_them():
    assert [text for text in OF_SORT["home"] if not sorts_in_text(text)] == []
    assert [text for text in OF_SORT["name"] if "names of persons" not in dict(sorts_in_text(text))] == []


def test_a_hidden_text_has_none_of_them_left():
    for sort in ("number", "home", "name"):
        for text in OF_SORT[sort]:
            hidden = hidden_text(text)
            parts = [part for _, part in sorts_in_text(text)]
            assert sorts_in_text(hidden) == () and [part for part in parts if part in hidden] == [], text
    assert [text for text in OF_SORT[""] if text not in false_alarms() and hidden_text(text) != text] == []


def false_alarms():
    return [text for text in OF_SORT[""] if sorts_in_text(text)]


@pytest.fixture
def store(store_path):
    made = Store(store_path, threads=2)
    assert made.import_files("place", [("p.csv", PLACES.encode())], "2026").stored
    return made


def read(store, *rows, head=HEAD, kind="opinion"):
    text = "\n".join([head, *rows]) + "\n"
    options = ImportOptions(as_of="2026-03-31") if kind == "opinion" else ImportOptions()
    return store.import_files(kind, [("登记簿.csv", text.encode())], "2026", options)


def test_a_person_in_a_text_is_named_by_row_and_column_and_kept_nowhere(store):
    before = snapshot(store.path)
    secrets = ("13912345678", "3栋2单元", "510101199001011234")
    report = read(
        store,
        "A-1,2026-03-02,热线,KZ,市公安局,路灯不亮",
        "A-2,2026-03-02,热线,KZ,市公安局,张三 家住3栋2单元 电话13912345678",
        "A-3,2026-03-02,热线,KZ,市公安局,身份证５１０１０１１９９００１０１１２３４",
    )
    (problem,) = report.problems
    assert (problem.code, problem.level, problem.column, problem.row) == ("personal_text", "error", "办理内容", 3)
    assert problem.facts["rows"] == ["3-4"] and report.is_personal and not report.stored
    told = [problem.message(lang) + problem.suggestion(lang) for lang in ("zh", "en")] + [str(problem.as_dict("zh"))]
    assert [secret for secret in secrets if secret in "".join(told)] == []
    assert {name: text for name, text in snapshot(store.path).items() if before.get(name) != text} == {}
    copy = report.cleaned.content.decode("utf-8-sig")
    assert [secret for secret in secrets if secret in copy] == [] and "路灯不亮" in copy
    assert store.import_files(
        "opinion", [("副本.csv", copy.encode())], "2026", ImportOptions(as_of="2026-03-31")
    ).stored


def test_a_code_is_no_number_of_a_person_and_no_hash_of_one(store):
    for code in ("510101199001011234", "13912345678", "a" * 31 + "3", "b" * 40, "c0" * 32):
        report = read(
            store, f"V-1,2026-03-02,G031,KZ,{code}", head="走访编号,走访日期,走访人代码,网格,户代码", kind="visit"
        )
        codes = {problem.code for problem in report.problems if problem.column == "户代码"}
        assert codes == {"personal_text"}, code
        assert code not in "".join(problem.message("zh") for problem in report.problems)


def test_a_column_of_names_is_refused_and_the_column_for_a_code_is_named(store):
    for header in ("诉求人", "联系方式", "户主", "信访人"):
        row = "A-1,2026-03-02,热线,KZ,市公安局,路灯不亮,某某"
        (problem,) = [p for p in read(store, row, head=f"{HEAD},{header}").problems if p.code == "personal_column"]
        assert problem.column == header and "转达人代码" in problem.message("zh")


@pytest.mark.sweep
def test_a_long_register_is_searched_to_its_last_row(store):
    """Above 128 kB one query asks all cells first; what it lets through is read cell by cell."""
    rows = [f"A-{n:05d},2026-03-02,热线,KZ,市公安局,路灯不亮已有{n % 90}天，希望尽快修好" for n in range(2_000)]
    assert read(store, *rows).stored
    for secret, extra in (("13912345678", ""), ("我叫王建国", ""), ("13812345678", ",多一格")):
        last = f"B-1,2026-03-02,热线,KZ,市公安局,{secret}{extra}"
        report = read(store, *(row.replace("A-", "C-") for row in rows), last)
        assert report.is_personal and not report.stored, secret
        assert secret not in "".join(problem.message("zh") for problem in report.problems)
