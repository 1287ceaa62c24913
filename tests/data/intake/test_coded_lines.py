"""Large ballot files are read as codes: the same facts and the same findings as of a table of texts."""

import itertools

import pytest

from data.intake import coded_lines
from data.store import Store
from data.store.import_job import ImportOptions
from tests.support.stores import BALLOTS, SMALL

HEAD = "票号,评议主体,参评单位,评价\n"
WITH_ALL = "备注文件\n票号,评议主体,参评单位,测评指标,评价,会场,渠道\n"
SITES = [
    f"{b},普通群众,单位{u},{i},满意,会场{b % 2},线上\n" for b in range(9) for u in "甲乙" for i in ("总体评价", "作风")
]
FILES = {
    "sound": BALLOTS,
    "windows": "\ufeff" + BALLOTS.replace("\n", "\r\n"),
    "semicolons": BALLOTS.replace(",", ";"),
    "sites, another order": WITH_ALL + "".join(reversed(SITES)),
    "spellings": HEAD
    + "1,普通群众,市公安局,满意\n 1 ,普通群众, 市公安局 ,不满意\n２,普通群众,市公安局,满意\n2,普通群众,市财政局,\n",
    "two groups": HEAD + "1,普通群众,市公安局,满意\n1,服务对象,市财政局,满意\n1,服务对象,市水利局,满意\n",
    "twice": HEAD + "1,普通群众,市公安局,满意\n2,普通群众,市公安局,满意\n1,普通群众,市公安局,不满意\n",
    "unknown": HEAD + "1,普通群众,市公安局,很好\n2,路人,市公安局,满意\n,普通群众,市公安局,满意\n",
    "totals": HEAD + "1,普通群众,市公安局,满意\n合计,,,1\n",
    "blank rows": HEAD + "1,普通群众,市公安局,满意\n,,,\n,,,\n2,普通群众,市公安局,满意\n",
    "short row": HEAD + "1,普通群众,市公安局,满意\n2,普通群众\n",
    "cut": HEAD + "1,普通群众,市公安局,满意\n2,普通群众,市公安局,",
    "remark": HEAD + "1,普通群众,市公安局,满意\n备注：无,,,\n",
    "person": HEAD + "1,普通群众,市公安局,满意\n13900001234,普通群众,市公安局,满意\n",
    "categories": "票号,评议主体,参评单位,单位类别,评价\n"
    "1,两代表,甲,部门,满意\n2,两代表,甲,乡镇,满意\n3,两代表,乙,,满意\n",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = Store(tmp_path_factory.mktemp("coded") / "var", threads=1)
    made.add_rules(SMALL)
    return made


def found(store, text):
    """All that an import says of a file, and the digest of its facts."""
    report = store.import_files("ballots", [("a.csv", text.encode())], "2025", ImportOptions(dry_run=True))
    problems = [(p.code, p.level, p.row, p.column, p.value, repr(p.facts)) for p in report.problems]
    return problems, report.rows, report.blank_rows, report.content, report.joined, report.unscored, report.meaning


@pytest.mark.parametrize("name", FILES)
def test_codes_and_texts_give_the_same_facts_and_findings(store, name, monkeypatch):
    as_text = found(store, FILES[name])
    monkeypatch.setattr(coded_lines, "LARGE", 0)
    assert found(store, FILES[name]) == as_text


def test_a_file_of_many_blocks_keeps_its_places(store, monkeypatch):
    """Ballots that return in later blocks, in another order of texts, and a fault in the last."""
    grades = itertools.cycle(("满意", "基本满意", "不满意"))
    lines = [f"{b},普通群众,单位{u},{next(grades)}\n" for u in range(40) for b in range(60)]
    text = HEAD + "".join(lines) + "7,服务对象,单位40,满意\n"
    as_text = found(store, text)
    monkeypatch.setattr(coded_lines, "LARGE", 0)
    monkeypatch.setattr(coded_lines, "BLOCK", 4096)
    monkeypatch.setattr(coded_lines, "LINES_AT_ONCE", 100)
    monkeypatch.setattr(coded_lines, "MOST_SHORT", 20)
    assert found(store, text) == as_text
    assert [(code, row) for code, _, row, *_ in as_text[0]] == [("ballot_in_two_groups", len(lines) + 2)]
