"""Every file that goes wrong in an office, small and through the real command line.

`bad_inputs.csv` beside this file says what should come of each: A accepted, W asks for a confirmation (exit 4),
R refused (exit 3), I already there. What is no matter of a file's content is tested where `ELSEWHERE` says.
"""

import csv
import gzip
import io
import random
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter

from tests.support.opendocument import CELL, opendocument
from tests.support.paths import FIXTURES, ROOT
from tests.support.stores import SMALL, Biaochi, snapshot, table

LISTED = list(csv.DictReader(Path(__file__).with_name("bad_inputs.csv").read_text(encoding="utf-8").splitlines()))
EXIT = {"A": 0, "I": 0, "W": 4, "R": 3}
NUMERIC = SMALL.split("[points]")[0] + "[numeric]\nlow = 0\nhigh = 100\n[weights]" + SMALL.split("[weights]", 1)[1]
# What is no matter of a file's content, and where its test stands; open until the part it belongs to has one.
ELSEWHERE = {
    "UNI02": "tests/data/intake/test_unit_names.py::test_a_name_confirmed_once_is_read_from_then_on",
    "FIL24": "tests/browser/test_upload.py::test_a_file_of_the_inbox_is_read_from_disk",
    "RAC01": "tests/results/test_release_diff.py::test_one_of_two_publishers_wins_and_the_other_is_told_who_and_when",
    "RAC02": "tests/results/test_release_diff.py::test_two_processes_importing_the_same_file_make_one_upload",
    "RAC03": "tests/results/test_release_diff.py::test_readers_see_the_old_release_while_another_is_made",
    "RAC05": "tests/data/intake/test_bad_inputs.py::test_the_same_file_twice_at_once_is_loaded_once",
    "RAC06": "tests/data/intake/test_bad_inputs.py::test_a_full_disk_is_told_beforehand",
    "RAC04": "tests/browser/test_upload_lost.py::test_an_upload_that_is_cut_off_leaves_nothing",
    "RAC07": "tests/browser/test_upload_lost.py::test_an_upload_whose_session_ends_is_not_stored",
    "RAC08": "tests/slow/test_kill9.py::test_a_killed_writer_leaves_the_old_release_or_the_new",
    "RAC09": "tests/results/test_release_diff.py::test_what_was_not_compared_is_not_published",
}

REGISTER = table("""
    单位编码 | 单位全称 | 单位简称 | 建制序号 | 类别 | 参评状态
    U1       | 市公安局 | 公安局   | 1        | 政府 | 参评
    U2       | 市财政局 | 财政局   | 2        | 政府 | 参评
    U3       | A局      |          | 3        | 政府 | 参评
    U4       | 市人社局 | 人社局   | 4        | 政府 | 参评
    U5       | 市图书馆 |          | 5        | 政府 | 免评
""")
BALLOTS = table("""
    票号 | 评议主体     | 参评单位 | 评价
    1    | 普通群众     | 市公安局 | 满意
    1    | 普通群众     | 市财政局 | 不满意
    2    | 普通群众     | 市人社局 | 基本满意
    3    | 服务对象     | 市公安局 | 满意
    3    | 服务对象     | 市财政局 | 不了解
    4    | 服务对象     | A局      | 满意
    5    | 两代表一委员 | 市公安局 | 不满意
    5    | 两代表一委员 | A局      | 弃权
""")
HEAD, *LINES = BALLOTS.splitlines(keepends=True)
SCORES = table("""
    票号 | 评议主体     | 参评单位 | 打分
    1    | 普通群众     | 市公安局 | 88
    2    | 服务对象     | 市公安局 | 90
    3    | 两代表一委员 | 市公安局 | 91.5
    4    | 普通群众     | 市财政局 | 70
""")


@dataclass(frozen=True)
class Case:
    """One file: what it holds, the rows its findings name, and the store that it meets."""

    content: str | bytes | Callable[[Path], str | bytes]
    rows: tuple[int | None, ...] = ()
    same_as: str | None = None
    name: str = "票.csv"
    kind: str = "ballots"
    rules: str = SMALL
    before: tuple[tuple[str, str | bytes], ...] = ()
    options: tuple[str, ...] = ()

    def bytes(self, folder: Path) -> bytes:
        """The file's content."""
        content = self.content(folder) if callable(self.content) else self.content
        return content.encode() if isinstance(content, str) else content


def ballots(old: str, new: str) -> str:
    assert old in BALLOTS
    return BALLOTS.replace(old, new, 1)


def wider(header: str, cell: str) -> str:
    """The ballots with one column more."""
    return HEAD.replace("\n", f",{header}\n") + "".join(line.replace("\n", f",{cell}\n") for line in LINES)


def score(text: str) -> Case:
    return Case(SCORES.replace("91.5", text), rows=(4,), rules=NUMERIC)


def unit(name: str, register: bool = True) -> Case:
    """One line about a unit of this name."""
    before = (("units", REGISTER),) if register else ()
    return Case(_quoted([*rows(BALLOTS), ["9", "普通群众", name, "满意"]]), rows=(10,), before=before)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def _quoted(records: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(records)
    return out.getvalue()


def spelled(old: str, new: str) -> Case:
    """The register's own name in another spelling: accepted as the same unit."""
    return Case(ballots(old, new), same_as=BALLOTS, before=(("units", REGISTER),))


def book(fill: Callable[[xlsxwriter.Workbook], None] | None = None, records: str = BALLOTS) -> bytes:
    """A workbook of the ballots, with something done to it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet("票")
        for number, record in enumerate(rows(records)):
            sheet.write_row(number, 0, record)
        if fill:
            fill(workbook)
    return out.getvalue()


def workbook(fill: Callable[[xlsxwriter.Workbook], None], *found: int | None, **more: object) -> Case:
    return Case(lambda _: book(fill), rows=found, name="票.xlsx", **more)


def changed(part: str, change: Callable[[bytes], bytes]) -> Case:
    """A workbook with one part of its zip changed or added."""

    def content(_: Path) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in {*old.namelist(), part}:
                data = old.read(name) if name in old.namelist() else b""
                new.writestr(name, change(data) if name == part else data)
        return out.getvalue()

    return Case(content, rows=(None,), name="票.xlsx")


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def ole(stream: str) -> bytes:
    """The least of an OLE file: its mark and a directory with one stream."""
    name = (stream + "\0").encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + name.ljust(64, b"\0") + bytes([len(name)]) + bytes(63)


def ods(records: str) -> bytes:
    return opendocument([CELL.format(text) for text in record] for record in rows(records))


def merged(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.get_worksheet_by_name("票")
    sheet.merge_range(1, 1, 2, 1, "普通群众")


def in_sheet(row: int, column: int, value: object) -> Callable[[xlsxwriter.Workbook], None]:
    return lambda workbook: workbook.get_worksheet_by_name("票").write(row, column, value)


def many_rows(_: Path, count: int = 1_048_575) -> bytes:
    """As many rows as a sheet holds, packed: 1,048,576 with the header."""
    lines = (f"{i},普通群众,市公安局,{('满意', '不满意')[i % 2]}\n" for i in range(count))
    return gzip.compress((HEAD + "".join(lines)).encode(), 1)


def equal_scores() -> str:
    units = ("市公安局", "市财政局", "市人社局")
    lines = [
        f"{i},{group},{unit},{100 if group == '服务对象' else 60 + i}\n" for i, group in _groups(36) for unit in units
    ]
    return SCORES.splitlines(keepends=True)[0] + "".join(lines)


def _groups(count: int) -> list[tuple[int, str]]:
    return [(i, ("普通群众", "服务对象", "两代表一委员")[i % 3]) for i in range(count)]


SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
YEARS = HEAD.replace("票号", "年度,票号")


def dated(*years: str) -> str:
    return YEARS + "".join(f"{year},{line}" for year, line in zip(years, LINES, strict=False))


CASES = {
    "ENC01": Case(BALLOTS, same_as=BALLOTS),
    "ENC02": Case(BALLOTS.encode("utf-8-sig"), same_as=BALLOTS),
    "ENC03": Case(BALLOTS.encode("gbk"), same_as=BALLOTS),
    "ENC04": Case(ballots("A局", "𠮷㐀局").encode("gb18030"), same_as=ballots("A局", "𠮷㐀局")),
    "ENC05": Case("票號,評議主體,參評單位,評價\n1,普通群眾,市公安局,滿意\n".encode("big5"), rows=(1,)),
    "ENC06": Case(b"\xff\xfe" + BALLOTS.encode("utf-16-le"), same_as=BALLOTS),
    "ENC07": Case(b"\xfe\xff" + BALLOTS.encode("utf-16-be"), same_as=BALLOTS),
    "ENC08": Case(HEAD.encode("gbk") + "".join(LINES).encode(), rows=(2,)),
    "ENC09": Case(BALLOTS.encode()[:-2], rows=(9,)),
    "ENC10": Case(BALLOTS.encode() + b"\xe9,9,9,9\n", rows=(10,)),
    "ENC11": Case(ballots("市人社局", "市\0人社局"), rows=(4,)),
    "ENC12": Case(bytes(1000), rows=(1,)),
    "ENC13": Case(b"\xef\xbb\xbf", rows=(None,)),
    "DEL01": Case(BALLOTS.replace(",", ";"), same_as=BALLOTS),
    "DEL02": Case(BALLOTS.replace(",", "\t"), same_as=BALLOTS),
    "DEL03": Case(BALLOTS.replace(",", "，"), rows=(None,)),
    "DEL04": Case(BALLOTS.replace("\n", "\r\n"), same_as=BALLOTS),
    "DEL05": Case(BALLOTS.replace("\n", "\r"), same_as=BALLOTS),
    "DEL06": Case(BALLOTS.replace("\n", "\r\n", 3).replace("满意\n", "满意\r", 1), same_as=BALLOTS),
    "QUO01": Case(_quoted([[c.replace("A局", "A,B局") for c in r] for r in rows(BALLOTS)])),
    "QUO02": Case(ballots("市人社局", '"市人\n社局"'), rows=(4,), before=(("units", REGISTER),)),
    "QUO03": Case(ballots("市人社局", '"市人社局'), rows=(4,)),
    "QUO04": Case(ballots("市人社局", "“市人社局”"), rows=(4,), before=(("units", REGISTER),)),
    "ROW01": Case(ballots("市人社局,基本满意", "市人社局"), rows=(4,)),
    "ROW02": Case(ballots("市人社局,", "市人社局,旁,"), rows=(4,)),
    "ROW03": Case(BALLOTS.replace("\n", "\n\n"), same_as=BALLOTS),
    "ROW04": Case(BALLOTS + ",,,\n", same_as=BALLOTS),
    "ROW05": Case(HEAD + "".join(random.Random(1).sample(LINES, len(LINES))), same_as=BALLOTS),
    "ROW06": Case("".join(",".join(reversed(record)) + "\n" for record in rows(BALLOTS)), same_as=BALLOTS),
    "ROW07": Case(BALLOTS.replace(LINES[4], "\n" * 3 + LINES[4], 1), rows=(6,)),
    "ROW08": Case(BALLOTS.removesuffix("弃权\n"), rows=(9,)),
    "HEA01": Case(wider("评价", "满意"), rows=(1,)),
    "HEA02": Case("".join(LINES), rows=(1,)),
    "HEA03": Case("某市2025年度群众评议,,,\n" + BALLOTS, rows=(1,)),
    "HEA04": Case(BALLOTS.replace("评价", " 评 价 ", 1), same_as=BALLOTS),
    "HEA05": Case(BALLOTS + "合计,,,8\n,,平均分,75\n", rows=(10, 11)),
    "HEA06": Case(HEAD + LINES[0] + HEAD + "".join(LINES[1:]), rows=(3,)),
    "HEA07": Case(wider("旁注", "x"), rows=(1,)),
    "HEA08": Case(BALLOTS.replace("参评单位", "旁注", 1), rows=(1,)),
    "HEA09": workbook(merged, 2),
    "HEA10": workbook(lambda b: b.add_worksheet("旧").hide(), None),
    "EMP01": Case(b"", rows=(None,)),
    "EMP02": Case(HEAD, rows=(None,)),
    "EMP03": Case(" \n\t\r\n\u3000\n", rows=(None,)),
    "YEA01": Case(dated(*["2024"] * 8), rows=(2,)),
    "YEA02": Case(dated(*["2025"] * 4, *["2024"] * 4), rows=(6, 7, 8, 9)),
    "YEA03": Case(dated(*["2099"] * 8), rows=(2,)),
    "YEA04": Case(dated(*["25"] * 8), rows=(2,)),
    "YEA05": Case(wider("评议日期", '"45,992"'), rows=(2,)),
    "DUP01": Case(BALLOTS + LINES[0], rows=(10,)),
    "DUP02": Case("评议主体,参评单位,评价\n" + "普通群众,市公安局,满意\n" * 3 + "服务对象,市公安局,满意\n",
                  rows=(None,)),
    "DUP03": Case(BALLOTS, before=(("ballots", BALLOTS),)),
    "DUP04": Case(BALLOTS, before=(("ballots", BALLOTS),), name="另一份.csv"),
    "DUP05": Case((HEAD + "".join(reversed(LINES))).encode("gb18030"), before=(("ballots", BALLOTS),)),
    "DUP06": Case(ballots("市公安局,满意", "市公安局,不满意"), before=(("ballots", BALLOTS),), options=("--replace",)),
    "DUP07": Case(HEAD + "".join(LINES[:5]) + "77,普通群众,市公安局,满意\n", rows=(None,),
                  before=(("ballots", BALLOTS),)),
    "UNI01": unit("市人社厅"),
    "UNI03": unit("市人事劳动局"),
    "UNI04": spelled("市人社局", "市\u200b人社局\ufeff"),
    "UNI05": spelled("市人社局", "市人\u00a0社局\u3000"),
    "UNI06": spelled("A局", "Ａ局"),
    "UNI07": spelled("市人社局", "市⼈社局"),
    "UNI08": unit("巿公安局"),
    "UNI09": unit("А局"),
    "UNI10": unit("\u202e局安公市"),
    "UNI11": Case(REGISTER + "U6,Ａ局,,6,政府,参评\n", rows=(7,), kind="units"),
    "UNI12": unit("长" * 3_000_000),
    "UNI13": Case(ballots("市人社局", "市图书馆"), before=(("units", REGISTER),)),
    "GRA01": Case(ballots("基本满意", "优秀+").replace("1,普通群众,市公安局,满意", "1,普通群众,市公安局,较 满意"),
                  rows=(2, 4)),
    "GRA02": Case(ballots("基本满意", "88"), rows=(4,)),
    "GRA03": Case(HEAD + "".join(f"{i},普通群众,市公安局,{word}\n" for i, word in enumerate(("弃权", "/", "—", ""))),
                  rules=SMALL.replace('abstain = ["弃权"]', 'abstain = ["弃权", "/", "—"]')),
    "GRA04": Case(HEAD + "".join(f"{i},普通群众,市公安局,{word}\n" for i, word in enumerate(
        ("NULL", "None", "N/A", "nan", "/", "—"))), rows=(2, 3, 4, 5, 6, 7)),
    "GRA05": Case(ballots("基本满意", "#DIV/0!"), rows=(4,)),
    "NUM01": Case(SCORES.replace("91.5", "９１．５"), same_as=SCORES, rules=NUMERIC),
    "NUM02": score("-5"),
    "NUM03": score("150"),
    "NUM04": score("1e308"),
    "NUM05": score("inf"),
    "NUM06": score("1_0"),
    "NUM07": score("88分"),
    "NUM08": score("1,234"),
    "NUM09": score("八十八"),
    "NUM10": score("88.4999999999999999999"),
    "NUM11": Case(SCORES.replace("91.5", "'91.5"), same_as=SCORES, rules=NUMERIC),
    "NUM12": score("TRUE"),
    "NUM13": Case(equal_scores(), rows=(None,), rules=NUMERIC),
    "INJ01": unit('=HYPERLINK("http://x","局")', register=False),
    "INJ02": unit("@SUM(A1)", register=False),
    "INJ03": unit("+cmd|' /C calc'!A0", register=False),
    "INJ04": unit("-2+3", register=False),
    "INJ05": unit("\t=1+1", register=False),
    "INJ06": unit("\r=1+1", register=False),
    "INJ07": unit("＝1+1", register=False),
    "INJ08": unit("<script>alert(1)</script>", register=False),
    "INJ09": unit("<img src=x onerror=alert(1)>", register=False),
    "INJ10": unit("<svg onload=alert(1)>", register=False),
    "INJ11": unit("[局](javascript:alert(1))", register=False),
    "INJ12": unit("![局](http://192.0.2.1/x.png)", register=False),
    "INJ13": unit("'); DROP TABLE ballot; --"),
    "INJ14": unit("{0} {{7*7}} %s", register=False),
    "FIL01": Case(BALLOTS, same_as=BALLOTS, name=".._.._x.exe"),
    "FIL02": Case(BALLOTS, same_as=BALLOTS, name="[ab].csv"),
    "FIL03": Case(BALLOTS, same_as=BALLOTS, name="\u202e" + "长" * 60 + ".csv"),
    "FIL04": Case(b"\x89PNG\r\n\x1a\n\0\0", rows=(None,)),
    "FIL05": Case(b"%PDF-1.7\n1 0 obj\n", rows=(None,)),
    "FIL06": Case("<html><table><tr><td>票号</td></tr></table></html>", rows=(None,), name="票.xls"),
    "FIL07": Case(lambda _: (FIXTURES / "ballots.xls").read_bytes(), same_as=BALLOTS, name="票.xls"),
    "FIL08": Case(ods(BALLOTS), same_as=BALLOTS, name="票.ods"),
    "FIL09": Case(ole("Workbook"), rows=(None,), name="票.et"),
    "FIL10": Case(zipped(a_csv=BALLOTS.encode()), rows=(None,), name="票.zip"),
    "FIL11": Case(ole("EncryptedPackage"), rows=(None,), name="票.xlsx"),
    "FIL12": changed(SHEET, lambda data: data + b" " * (20 << 20)),
    "FIL13": changed("xl/sharedStrings.xml", lambda data: data.replace("市公安局".encode(), b"a" * (20 << 20))),
    "FIL14": changed(SHEET, lambda data: data.replace(b"<worksheet", LAUGHS + b"<worksheet", 1)),
    "FIL15": changed(SHEET, lambda data: data.replace(b"<worksheet", ENTITY + b"<worksheet", 1)),
    "FIL16": changed("../../x.exe", lambda data: b"x"),
    "FIL17": workbook(in_sheet(1_048_575, 16_383, "x"), None),
    "FIL18": Case(many_rows, name="票.csv.gz"),
    "FIL19": Case(lambda _: book()[:-40], rows=(None,), name="票.xlsx"),
    "FIL20": Case(b"PK\x03\x04 no zip", rows=(None,), name="票.xlsx"),
    "FIL21": changed("xl/vbaProject.bin", lambda data: b"x"),
    "FIL22": workbook(lambda b: b.get_worksheet_by_name("票").write_formula(3, 3, "=D2", None, ""), 4),
    "FIL23": workbook(lambda b: b.add_worksheet("二月").write(0, 0, "x"), None),
    "FIL25": Case(",".join(f"列{i}" for i in range(20_000)) + "\n1\n", rows=(None,)),
    "FIL26": Case(wider("姓名,手机号", "x,y"), rows=(1, 1)),
    "FIL27": Case(wider("备注", "请回电13800138000"), rows=(2,)),
}  # fmt: skip


# What the Chinese message and suggestion must say, beside the code: the figure, the name to choose, the way out.
SAYS = {
    "ENC08": ("第 2 行",),
    "ENC09": ("完整",),
    "ENC10": ("个字节",),
    "DEL03": ("，",),
    "QUO04": ("市人社局",),
    "ROW01": ("4", "3"),
    "ROW02": ("4", "5", "引号"),
    "HEA02": ("选票编号",),
    "HEA03": ("第 2 行",),
    "HEA07": ("旁注",),
    "HEA08": ("单位",),
    "HEA09": ("B2:B3",),
    "HEA10": ("旧",),
    "YEA01": ("2024", "2025"),
    "YEA02": ("2024", "2025"),
    "YEA05": ("2025-12-01",),
    "DUP01": ("“票.csv”第 2 行",),
    "DUP02": ("4", "2"),
    "DUP07": ("83%", "before-0.csv"),
    "UNI01": ("市人社局", "U4"),
    "UNI03": ("名录",),
    "UNI08": ("市公安局[U1]", "形近"),
    "UNI09": ("A局[U3]", "形近"),
    "UNI10": ("<U+202E>",),
    "UNI12": ("100",),
    "GRA01": ("优秀+", "满意、基本满意、不满意"),
    "GRA02": ("88",),
    "GRA05": ("#DIV/0!",),
    "NUM03": ("0", "100", "150"),
    "NUM07": ("88分", "不带"),
    "NUM08": ("引号",),
    "NUM10": ("2",),
    "NUM13": ("12", "服务对象", "100"),
    "FIL06": ("另存",),
    "FIL09": ("另存",),
    "FIL10": ("解压",),
    "FIL11": ("密码",),
    "FIL12": ("MB",),
    "FIL21": ("xlsx",),
    "FIL23": ("二月", "--sheet"),
    "FIL25": ("200", "20000"),
    "FIL26": ("姓名",),
    "FIL27": ("8", "备注"),
}


def test_every_case_has_its_test():
    assert set(SAYS) <= set(CASES)
    assert {row["id"] for row in LISTED} == {*CASES, *ELSEWHERE}
    assert {row["id"] for row in LISTED if row["outcome"]} == set(CASES)
    for place in ELSEWHERE.values():
        path, name = place.split("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


PREPARED: dict[tuple[str, tuple], tempfile.TemporaryDirectory] = {}


def store_of(case: Case, biaochi: Biaochi, folder: Path) -> None:
    """Rules and register as the case wants them; made once, then copied: 150 cases share some five stores."""
    kept = PREPARED.get((case.rules, case.before))
    if kept is None:
        prepare(case, biaochi, folder)
        kept = PREPARED[case.rules, case.before] = tempfile.TemporaryDirectory()
        shutil.copytree(biaochi.store, kept.name, dirs_exist_ok=True)
    else:
        shutil.copytree(kept.name, biaochi.store)


def prepare(case: Case, biaochi: Biaochi, folder: Path) -> None:
    biaochi.rules(folder, case.rules)
    for number, (kind, content) in enumerate(case.before):
        path = folder / f"before-{number}.csv"
        path.write_text(content, encoding="utf-8")
        biaochi("import", kind, path, "--round", "2025")


TRIED = [row for row in LISTED if row["id"] in CASES]
SLOW = {"FIL18": [pytest.mark.slow]}  # 5 CPU-seconds; a quarter of its rows come with every run, below


def with_marks(row: dict, at: int):
    """Every second row comes with every run, the others in the sweeps: 150 rows take a minute of a core, UNI12 5 s."""
    marks = SLOW.get(row["id"], [pytest.mark.sweep] if at % 2 or row["id"] == "UNI12" else [])
    return pytest.param(row, marks=marks, id=row["id"])


@pytest.mark.parametrize("listed", [with_marks(row, at) for at, row in enumerate(TRIED)])
def test_bad_input(listed, biaochi, tmp_path):
    case = CASES[listed["id"]]
    store_of(case, biaochi, tmp_path)
    path = tmp_path / case.name
    path.write_bytes(case.bytes(tmp_path))
    before = snapshot(biaochi.store)
    call = ("import", case.kind, path, "--round", "2025", *case.options)
    report = biaochi.json(*call, code=EXIT[listed["outcome"]])
    found = [problem for problem in report["problems"] if problem["code"] == listed["code"]]
    assert {problem["level"] for problem in report["problems"]} <= {"error" if listed["outcome"] == "R" else "warning"}
    assert tuple(problem["row"] for problem in found) == case.rows if listed["code"] else not report["problems"]
    assert report["stored"] is (listed["outcome"] == "A")
    assert report["stored"] or snapshot(biaochi.store) == before
    told = "".join(problem["message"] + problem["suggestion"] for problem in found)
    assert [word for word in SAYS.get(listed["id"], ()) if word not in told] == [], told
    assert "13800138000" not in told, "a person's number is never repeated"
    if listed["outcome"] == "W":
        assert biaochi.json(*call, "--accept-warnings", "已看过")["stored"]
    if case.same_as is not None:
        plain = tmp_path / "plain.csv"
        plain.write_text(case.same_as, encoding="utf-8")
        assert biaochi.json("import", case.kind, plain, "--round", "2025") == {**report, "stored": False}


@pytest.mark.sweep
def test_more_rows_than_the_engine_holds_in_a_block_are_all_read(biaochi, tmp_path):
    """DuckDB keeps 122,880 rows in a block, and works on blocks in several threads."""
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv.gz"
    path.write_bytes(many_rows(tmp_path, 250_000))
    report = biaochi.json("import", "ballots", path, "--round", "2025")
    assert (report["stored"], report["rows"], report["problems"]) == (True, 250_000, [])


@pytest.mark.parametrize(("case", "count"), [("ROW03", 9), ("ROW04", 1)])
def test_blank_rows_are_counted(case, count, biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    path.write_bytes(CASES[case].bytes(tmp_path))
    biaochi("import", "ballots", path, "--round", "2025", lang="en")
    assert f"Blank rows left out: {count}." in biaochi.err


def test_a_header_repeated_inside_a_register_is_no_unit(biaochi, tmp_path):
    head, *lines = REGISTER.splitlines(keepends=True)
    path = tmp_path / "名录.csv"
    path.write_text(head + lines[0] + head + "".join(lines[1:]), encoding="utf-8")
    problems = biaochi.json("import", "units", path, "--round", "2025", code=3)["problems"]
    assert [(problem["code"], problem["row"]) for problem in problems] == [("header_repeated", 3)]


def test_an_old_workbook_with_macros_is_refused(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.xls"
    path.write_bytes(ole("_VBA_PROJECT_CUR"))
    problems = biaochi.json("import", "ballots", path, "--round", "2025", code=3)["problems"]
    assert [problem["code"] for problem in problems] == ["macro_workbook"]


@pytest.mark.parametrize(("years", "code"), [("2025,2025", 0), ("2024,2024", 3), ("2025,25", 3)])
def test_counts_name_the_round_they_are_of(years, code, biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    lines = zip(years.split(","), ("市公安局", "市财政局"), strict=True)
    path = tmp_path / "汇总.csv"
    path.write_text("年度,单位,主体,满意,不满意\n" + "".join(f"{y},{unit},普通群众,30,10\n" for y, unit in lines))
    problems = biaochi.json("import", "counts", path, "--round", "2025", code=code)["problems"]
    assert [problem["code"] for problem in problems] == ["wrong_round"] * (2 - years.split(",").count("2025"))


def test_merged_cells_are_filled_where_a_person_says_so_beforehand(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.xlsx"
    path.write_bytes(book(merged))
    call = ("import", "ballots", path, "--round", "2025")
    assert biaochi.json(*call, code=4)["stored"] is False
    assert biaochi.json(*call, "--fill-down")["problems"] == []
    plain = tmp_path / "plain.csv"
    plain.write_text(BALLOTS, encoding="utf-8")
    assert biaochi.json("import", "ballots", plain, "--round", "2025")["stored"] is False


@pytest.mark.sweep
def test_the_sheet_is_chosen_by_name_and_hidden_ones_never(biaochi, tmp_path):
    def fill(workbook):
        sheet = workbook.add_worksheet("二月")
        for number, record in enumerate(rows(ballots("市人社局", "市图书馆"))):
            sheet.write_row(number, 0, record)
        workbook.add_worksheet("旧").hide()

    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.xlsx"
    path.write_bytes(book(fill))
    call = ("import", "ballots", path, "--round", "2025")
    asked = biaochi.json(*call, code=4)["problems"]
    assert [problem["code"] for problem in asked] == ["hidden_sheet", "several_sheets"]
    assert [p["code"] for p in biaochi.json(*call, "--sheet", "旧", code=3)["problems"]] == ["sheet_not_found"]
    chosen = (*call, "--sheet", "二月", "--accept-warnings", "旧表不用")
    assert biaochi.json(*chosen)["stored"]
    units = {row["unit_name"] for row in _published(biaochi)["rows"]}
    assert "市图书馆" in units and "市人社局" not in units
    biaochi("replay", _published(biaochi)["release"])


def _published(biaochi: Biaochi) -> dict:
    biaochi("publish")
    return biaochi.json("ranking", "--round", "2025")


def test_hidden_rows_are_named(biaochi, tmp_path):
    def hide(workbook):
        sheet = workbook.get_worksheet_by_name("票")
        for row in (2, 3, 5):
            sheet.set_row(row, None, None, {"hidden": True})

    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.xlsx"
    path.write_bytes(book(hide))
    (problem,) = biaochi.json("import", "ballots", path, "--round", "2025", code=4)["problems"]
    assert (problem["code"], problem["row"]) == ("hidden_rows", 3)
    assert "3-4、6" in problem["message"]


def test_hidden_rows_of_an_old_workbook_are_named(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    call = ("import", "ballots", FIXTURES / "hidden_rows.xls", "--round", "2025")
    problems = biaochi.json(*call, code=4)["problems"]
    assert [(problem["code"], problem["row"]) for problem in problems] == [("hidden_sheet", None), ("hidden_rows", 3)]
    assert "3-4、6" in problems[1]["message"]


def test_hidden_rows_and_merged_cells_of_an_open_document(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    rows = ods(BALLOTS)
    path = tmp_path / "票.ods"
    first = "<table:table-row>"
    path.write_bytes(_rewritten(rows, lambda text: text.replace(first, first[:-1] + ' table:visibility="filter">', 2)))
    problems = biaochi.json("import", "ballots", path, "--round", "2025", code=4)["problems"]
    assert [(problem["code"], problem["row"]) for problem in problems] == [("hidden_rows", 1)]
    group, empty = "<text:p>普通群众</text:p></table:table-cell>", '<table:table-cell office:value-type="string"/>'
    spanned = '<table:table-cell table:number-rows-spanned="2" office:value-type="string">' + group

    def merge(text: str) -> str:
        cell = '<table:table-cell office:value-type="string">' + group
        return text.replace(cell, spanned, 1).replace(cell, empty, 1)

    path.write_bytes(_rewritten(rows, merge))
    problems = biaochi.json("import", "ballots", path, "--round", "2025", code=4)["problems"]
    assert [(problem["code"], problem["row"]) for problem in problems] == [("merged_cells", 2)]


def _rewritten(data: bytes, change: Callable[[str], str]) -> bytes:
    """The OpenDocument with its content changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if name == "content.xml" else text)
    return out.getvalue()


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "![局](http://192.0.2.1/x.png)", "{0} {{7*7}} %s"])
def test_a_strange_name_comes_back_letter_by_letter(name, biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    path.write_text(_quoted([[name if cell == "A局" else cell for cell in row] for row in rows(BALLOTS)]))
    biaochi("import", "ballots", path, "--round", "2025")
    assert name in {row["unit_name"] for row in _published(biaochi)["rows"]}


def test_a_unit_that_takes_no_part_is_shown_and_not_ranked(biaochi, tmp_path):
    store_of(CASES["UNI13"], biaochi, tmp_path)
    path = tmp_path / "票.csv"
    path.write_bytes(CASES["UNI13"].bytes(tmp_path))
    biaochi("import", "ballots", path, "--round", "2025")
    (library,) = (row for row in _published(biaochi)["rows"] if row["unit_name"] == "市图书馆")
    assert (library["rank"], library["verdict"], library["reason"]) == (None, "not_ranked", "exempt")


@pytest.mark.parametrize(
    ("case", "words"), [("DEL01", ["分号"]), ("DEL02", ["制表符"]), ("GRA03", ["弃权 1", "/ 1", "— 1", "空白 1"])]
)
def test_what_was_recognised_is_shown(case, words, biaochi, tmp_path):
    """Accepted, and the person sees what the columns are parted by and what is kept and not scored."""
    store_of(CASES[case], biaochi, tmp_path)
    path = tmp_path / "票.csv"
    path.write_bytes(CASES[case].bytes(tmp_path))
    biaochi("import", "ballots", path, "--round", "2025")
    assert [word for word in words if word not in biaochi.err] == [], biaochi.err


@pytest.mark.parametrize(("ballots", "found"), [(5, ["group_gives_one_score"]), (4, [])])
def test_a_group_of_five_that_gives_everyone_the_same_is_shown(ballots, found, biaochi, tmp_path):
    biaochi.rules(tmp_path, NUMERIC)
    units = ("市公安局", "市财政局", "市人社局")
    lines = [f"A{n},服务对象,{unit},100\n" for n in range(ballots) for unit in units]
    lines += [f"B{n},普通群众,{unit},{60 + n}\n" for n in range(20) for unit in units]
    path = tmp_path / "票.csv"
    path.write_text(SCORES.splitlines(keepends=True)[0] + "".join(lines), encoding="utf-8")
    report = biaochi.json("import", "ballots", path, "--round", "2025", code=4 if found else 0)
    assert [problem["code"] for problem in report["problems"]] == found


@pytest.mark.parametrize(("grade", "found"), [("", []), ("100", ["group_gives_one_score"])])
def test_blank_cells_are_no_grade_that_a_group_gives(grade, found, biaochi, tmp_path):
    """A group that leaves everything blank gives nothing; one that gives 100 and leaves one cell blank gives 100."""
    biaochi.rules(tmp_path, NUMERIC)
    units = ("市公安局", "市财政局", "市人社局")
    given = [(n, unit) for n in range(12) for unit in units]
    lines = [f"A{n},服务对象,{unit},{grade if place else ''}\n" for place, (n, unit) in enumerate(given)]
    lines += [f"B{n},普通群众,{unit},{60 + n}\n" for n, unit in given]
    path = tmp_path / "票.csv"
    path.write_text(SCORES.splitlines(keepends=True)[0] + "".join(lines), encoding="utf-8")
    report = biaochi.json("import", "ballots", path, "--round", "2025", code=4 if found else 0)
    assert [problem["code"] for problem in report["problems"]] == found


def test_a_correction_is_a_new_version_and_the_old_stays_readable(biaochi, tmp_path):
    case = CASES["DUP06"]
    store_of(case, biaochi, tmp_path)
    old = _published(biaochi)
    path = tmp_path / "票.csv"
    path.write_bytes(case.bytes(tmp_path))
    biaochi("import", "ballots", path, "--round", "2025", "--replace")
    new = _published(biaochi)
    assert new["release"] != old["release"]
    assert biaochi.json("ranking", "--round", "2025", "--release", old["release"]) == old


def test_the_same_file_twice_at_once_is_loaded_once(biaochi, tmp_path):
    """One is told that the store is busy; when it tries again it hears that the content is there already."""
    from filelock import FileLock

    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    path.write_text(BALLOTS, encoding="utf-8")
    call = ("import", "ballots", path, "--round", "2025")
    with FileLock(biaochi.store / "lock"):
        biaochi(*call, code=5)
    assert [biaochi.json(*call)["stored"] for _ in range(2)] == [True, False]


def test_a_full_disk_is_told_beforehand(biaochi, tmp_path, monkeypatch):
    import shutil
    from collections import namedtuple

    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    path.write_text(BALLOTS, encoding="utf-8")
    before = snapshot(biaochi.store)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1 << 30, 1 << 30, 10))
    biaochi("import", "ballots", path, "--round", "2025", code=2)
    assert snapshot(biaochi.store) == before
