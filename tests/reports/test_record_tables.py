"""What is exported is imported again to the same content."""

import shutil
import tempfile
from pathlib import Path

import pytest

from data.model import names
from data.model.contract import RECORD_KINDS
from data.store import Store
from formats import spreadsheet
from formats.spreadsheet import csv_bytes, xlsx_bytes
from reports.record_tables import NothingToExportError, record_sheet
from tests.data.intake.test_records import REAL, REGISTER, TABLES
from tests.support.stores import BALLOTS, RULES, table

COUNTS = """
    参评单位 | 评议主体     | 满意 | 基本满意 | 不满意 | 不了解
    市公安局 | 普通群众     | 50   | 20       | 3      | 7
    市公安局 | 服务对象     | 12   | 0        | 1      | 0
    市卫健委 | 普通群众     | 40   | 22       | 9      | 2
    市卫健委 | 两代表一委员 | 8    | 1        | 0      | 0
"""


KEPT = {}


def made(path, *, registered=True):
    """A store with rules and, if asked, the register; made once, then copied."""
    if registered not in KEPT:
        KEPT[registered] = tempfile.TemporaryDirectory()
        store = Store(Path(KEPT[registered].name, "var"), threads=2)
        store.add_rules(RULES)
        if registered:
            assert store.import_files("units", [("units.csv", table(REGISTER).encode())], "2025").stored
    shutil.copytree(Path(KEPT[registered].name, "var"), path)
    return Store(path, threads=2)


def digests(store):
    return {upload.kind: upload.digest for upload in store.uploads()}


def sheet_of(store, kind, language="zh", round_id="2025"):
    store.publish()
    release = store.release()
    try:
        return record_sheet(release.round(round_id), kind, language)
    finally:
        release.close()


FORMS = {"csv": csv_bytes, "xlsx": xlsx_bytes}


@pytest.mark.parametrize(
    ("language", "form"),
    [
        ("zh", "csv"),
        ("en", "xlsx"),
        pytest.param("zh", "xlsx", marks=pytest.mark.slow),
        pytest.param("en", "csv", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_a_record_table_comes_back_to_the_same_release(tmp_path, kind, language, form):
    first, second = made(tmp_path / "one"), made(tmp_path / "two")
    assert first.import_files(kind, [("a.csv", table(TABLES[kind]).encode("gb18030"))], "2025").stored
    again = second.import_files(kind, [(f"b.{form}", FORMS[form](sheet_of(first, kind, language)))], "2025")
    assert again.stored, [problem.message("en") for problem in again.problems]
    assert digests(first) == digests(second)
    assert first.release().id == second.publish().release


@pytest.mark.parametrize("name", ["sichuan_prefectures_2011", "fujian_systems_2010", "qingdao_2006"])
@pytest.mark.parametrize("to_bytes", [csv_bytes, xlsx_bytes])
def test_a_published_table_comes_back_as_printed(tmp_path, name, to_bytes):
    (path,) = Path(REAL).glob(f"{name}_r*.csv")
    first, second = made(tmp_path / "one"), made(tmp_path / "two")
    assert first.import_files("results", [path], "2025").stored
    ending = "csv" if to_bytes is csv_bytes else "xlsx"
    content = to_bytes(sheet_of(first, "results"))
    again = second.import_files("results", [(f"b.{ending}", content)], "2025")
    assert again.stored, [problem.message("en") for problem in again.problems]
    assert digests(first) == digests(second)
    assert first.release().id == second.publish().release


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_register_comes_back(tmp_path, language, form):
    register = """
        单位编码 | 单位全称   | 单位简称 | 建制序号 | 类别 | 参评状态
        B        | 市财政局   | 财政局   | 2        | 政府 | 免评
        A        | 市公安局   |          | 1        | 执法 | 参评
        C        | 市旅游局   |          | 7        | 政府 | 撤并
    """
    first, second = (made(tmp_path / name, registered=False) for name in ("one", "two"))
    assert first.import_files("units", [("a.csv", table(register).encode())], "2025").stored
    content = FORMS[form](sheet_of(first, "units", language))
    assert second.import_files("units", [(f"b.{form}", content)], "2025").stored
    assert digests(first) == digests(second)
    assert first.release().id == second.publish().release


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("registered", [True, False])
def test_counts_come_back(tmp_path, registered, language, form):
    first, second = (made(tmp_path / name, registered=registered) for name in ("one", "two"))
    assert first.import_files("counts", [("a.csv", table(COUNTS).encode())], "2025").stored
    content = FORMS[form](sheet_of(first, "counts", language))
    again = second.import_files("counts", [(f"b.{form}", content)], "2025")
    assert again.stored, [problem.message("en") for problem in again.problems]
    assert first.release().id == second.publish().release


def test_texts_that_look_like_formulas_come_back_too(tmp_path):
    text = "承诺编号,承诺单位,承诺内容,措施\nP1,市公安局,-5%以内,=SUM(A1)\nP2,市公安局,'引号开头,+10\n"
    first, second = made(tmp_path / "one"), made(tmp_path / "two")
    assert first.import_files("pledges", [("a.csv", text.encode())], "2025").stored
    assert second.import_files("pledges", [("b.csv", csv_bytes(sheet_of(first, "pledges")))], "2025").stored
    assert digests(first) == digests(second)


def test_ballots_come_back_from_the_kept_original(tmp_path):
    """Ballots have no export of their own; the file that came in is kept as it was."""
    first, second = made(tmp_path / "one", registered=False), made(tmp_path / "two", registered=False)
    assert first.import_files("ballots", [("a.csv", BALLOTS.encode("gb18030"))], "2025").stored
    ((file, path),) = first.uploads()[-1].evidence()
    assert second.import_files("ballots", [(file.name, path.read_bytes())], "2025").stored
    assert first.publish().release == second.publish().release


def test_what_is_not_there_is_not_exported(tmp_path):
    store = made(tmp_path / "one")
    for kind in ("pledges", "counts", "ballots"):
        with pytest.raises(NothingToExportError):
            sheet_of(store, kind)


def test_the_reader_takes_away_the_apostrophe_before_every_sign_that_exports_mark():
    """Two sets in two rooms that may not import each other: a sign in one alone would come back changed."""
    assert names.FORMULA_SIGNS == spreadsheet.FORMULA_SIGNS


def test_a_round_that_is_held_exports_the_same_again(demo_release):
    """An export once put its words into the kept records: the next file of the same server was in two languages."""
    round_ = demo_release.round("2025")
    for kind in ("pledges", "progress", "votes"):
        first, _english, again = (csv_bytes(record_sheet(round_, kind, language)) for language in ("zh", "en", "zh"))
        assert first == again
