"""A large table read by columns gives what the same table gives row by row: every problem, the digest and the file."""

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.duckdb_access import working_memory
from data.intake.context import Context
from data.intake.headers import first_records, read_header
from data.intake.records import read_records
from data.intake.source import open_source
from data.model.contract import TABLES
from data.model.register import Register, RegisteredUnit

UNITS = [RegisteredUnit(code, name, short, at, "", "") for at, (code, name, short) in enumerate(
    [("A", "市公安局", "公安局"), ("B", "市城管局", "城管局"), ("C", "合计村", "")])]  # fmt: skip
KNOWN = {
    ("place", "place_code"): {"kz-1": "KZ-1", "kz-2": "KZ-2", "第一网格": "KZ-1"},
    ("person", "person_code"): {"r017": "R017", "g031": "G031"},
    ("opinion", "opinion_no"): {f"old-{n}": f"OLD-{n}" for n in range(5)},
}
GOOD = {
    "opinion": {
        "意见编号": ["HY-{n:04d}"],
        "收到时间": ["2026-01-06 09:30", "2026-01-{d:02d}", "2026/1/7 8:05", "2026年1月8日", "2026-01-09T10:00"],
        "来源渠道": ["民情信使", "热线", " 茶 馆 ", "回音墙"],
        "转达人代码": ["", "", "r017"],
        "网格": ["KZ-1", "第一网格", "kz-2"],
        "承办单位": ["公安局", "市城管局", "C", "B"],
        "办理内容": ["路灯不亮", '他说"没人管"，已有{d}天', "", "'=1+1", "a\\b"],
        "答复时间": ["", "2026-02-{d:02d}", "2026-02-{d:02d} 10:00:30"],
        "办理结果": ["", "已解决"],
        "重复于": ["", "", "", "OLD-3", "hy-0001"],
        "是否回访": ["是", "否", "", "Y"],
        "备注列": ["", "x", "　"],
    },
    "visit": {
        "走访编号": ["V-{n:05d}", "{n:08d}"],
        "走访日期": ["2026-03-{d:02d}"],
        "走访人代码": ["G031", "R017"],
        "网格": ["KZ-1"],
        "户代码": ["H{d}", ""],
        "反映数": ["2", "3.0", "", "１"],
        "当场解决数": ["1", "0", ""],
        "转办意见": ["", "OLD-1；OLD-2", "OLD-1"],
        "年度": ["2026", "2026年"],
    },
}
BAD = {
    "opinion": {
        "意见编号": [
            "",
            "1.0E+17",
            "HY 1/2",
            "2026-01-05",
            "合计",
            "HY-0001",
            "x" * 33,
            "Jan-12",
            "12",
            "0012",
            "#REF!",
        ],
        "收到时间": ["2026-13-05", "2026-04-01", "46000", "昨天", "2026-01-06 25:00", "", "2026-01-06 10:00\x07"],
        "来源渠道": ["贴吧", ""],
        "转达人代码": ["R999", "r017"],
        "网格": ["KZ-9", ""],
        "承办单位": ["川剧团", "合计", "全市平均", "公 安 局\n", ""],
        "答复时间": ["2025-12-01", "2026-01-01 08:00", "not a day"],
        "办理结果": ["已解决", "解决了"],
        "重复于": ["{n}", "HY-{n:04d}", "ZZ-9"],
        "是否回访": ["也许"],
    },
    "visit": {
        "走访编号": ["7", "", "V-00001", "总计"],
        "走访日期": ["2026-02-30"],
        "反映数": ["-1", "两个", "1.5"],
        "当场解决数": ["9", "x"],
        "转办意见": ["OLD-1；ZZ"],
        "年度": ["2025", "明年"],
    },
}


def rows_of(kind, count, faults, seed):
    """Rows of a kind, of whose cells some are replaced by faulty ones, with a few blank rows among them."""
    dice, lines = random.Random(seed), []
    for number in range(count):
        cells = {
            name: dice.choice(words).format(n=number, d=1 + dice.randrange(28)) for name, words in GOOD[kind].items()
        }
        for _ in range(faults and dice.random() < faults):
            name = dice.choice(list(BAD[kind]))
            cells[name] = dice.choice(BAD[kind][name]).replace("{n:04d}", f"{number:04d}").replace("{n}", str(number))
        if kind == "opinion":
            cells["转达人代码"] *= cells["来源渠道"] != "回音墙" or dice.random() < faults
            cells["办理结果"] = cells["办理结果"] if cells["答复时间"] else dice.choice(["", "已解决"])
            cells["办理结果"] = cells["办理结果"] or ("已解决" if cells["答复时间"] and dice.random() >= faults else "")
        if kind == "visit" and not faults:
            cells["当场解决数"] *= bool(cells["反映数"])
        lines.append([""] * len(cells) if dice.random() < faults / 20 else list(cells.values()))
    return lines


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell


def write(path, kind, lines):
    text = [list(GOOD[kind]), *lines]
    path.write_text("".join(",".join(map(quoted, line)) + "\n" for line in text), encoding="utf-8")
    return path


def read(folder: Path, kind, paths, few, as_of="2026-03-31"):
    folder.mkdir()
    con = working_memory(folder)
    context = Context(con, folder, "2026", None, Register(tuple(UNITS)), as_of=as_of if kind == "opinion" else "",
                      references=lambda table, name: KNOWN.get((table, name), {}))  # fmt: skip
    tables = []
    for number, path in enumerate(paths):
        workdir = folder / str(number)
        workdir.mkdir()
        text = open_source(path, workdir, frozenset(GOOD[kind]))
        tables.append((text, read_header(kind, first_records(text.path, text.delimiter), {}, text.name)))
    found = read_records(kind, tables, context, few)
    content = pq.read_table(found.facts).to_pylist() if found.facts else []
    answer = (found.problems, found.digest, content, found.rows, found.blank, found.meaning, found.places.all())
    con.close()
    return answer


@pytest.mark.sample
@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(("faults", "seed"), [(0, 1), (0.02, 2), (0.3, 3), (0.9, 4)])
def test_columns_find_what_rows_find(tmp_path, kind, faults, seed):
    path = write(tmp_path / "登记簿.csv", kind, rows_of(kind, 400, faults, seed))
    by_rows = read(tmp_path / "rows", kind, [path], few=10**9)
    by_columns = read(tmp_path / "columns", kind, [path], few=0)
    assert by_columns[0] == by_rows[0]
    assert by_columns[1:] == by_rows[1:]
    assert bool(by_rows[1]) == (faults == 0) and (faults or len(by_rows[6]) == 400)


def test_a_number_that_comes_again_names_the_first_row_also_of_another_file(tmp_path):
    lines = rows_of("opinion", 200, 0, 5)
    first = write(tmp_path / "a.csv", "opinion", [*lines[:120], lines[3]])
    second = write(tmp_path / "b.csv", "opinion", [lines[7], *lines[120:], lines[150], lines[150]])
    by_rows = read(tmp_path / "rows", "opinion", [first, second], few=10**9)
    assert read(tmp_path / "columns", "opinion", [first, second], few=0) == by_rows
    assert read(tmp_path / "mixed", "opinion", [first, second], few=150) == by_rows
    assert [p.code for p in by_rows[0] if p.level == "error"] == ["duplicate_key"] * 4
    apart = [write(tmp_path / "c.csv", "opinion", lines[:120]), write(tmp_path / "d.csv", "opinion", lines[120:])]
    assert read(tmp_path / "apart", "opinion", apart, few=0) == read(tmp_path / "apart_rows", "opinion", apart, few=999)


def test_numbers_that_a_spreadsheet_damaged_are_found_among_thousands(tmp_path):
    lines = rows_of("visit", 300, 0, 6)
    for at, line in enumerate(lines):
        line[0] = f"{at:08d}" if at != 250 else "250"
    path = write(tmp_path / "走访.csv", "visit", lines)
    by_columns = read(tmp_path / "columns", "visit", [path], few=0)
    assert [(p.code, p.row) for p in by_columns[0] if p.level == "error"] == [("damaged_identifier", 252)]
    assert by_columns == read(tmp_path / "rows", "visit", [path], few=10**9)


def test_the_tables_of_this_test_know_the_contract():
    for kind, columns in GOOD.items():
        known = {field.header for field in TABLES[kind].fields}
        assert len(set(columns) - known) == 1 and len(set(columns) & known) >= 8
