"""What is exported is imported again to the same content."""

from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from data.model import names
from data.model.books import is_book
from data.model.contract import RECORD_KINDS, SCHEME_RULES
from data.store import ImportOptions, Store
from formats import spreadsheet
from formats.spreadsheet import csv_bytes, xlsx_bytes
from reports.record_tables import NothingToExportError, record_sheet
from reports.templates import Choices, example_rows, template_fields
from tests.data.intake.test_records import REAL, REGISTER, TABLES
from tests.support.referred import in_order
from tests.support.stores import BALLOTS, RULES, table

COUNTS = """
    参评单位 | 评议主体     | 满意 | 基本满意 | 不满意 | 不了解
    市公安局 | 普通群众     | 50   | 20       | 3      | 7
    市公安局 | 服务对象     | 12   | 0        | 1      | 0
    市卫健委 | 普通群众     | 40   | 22       | 9      | 2
    市卫健委 | 两代表一委员 | 8    | 1        | 0      | 0
"""


def made(path):
    """A store with rules."""
    store = Store(path, threads=2)
    store.add_rules(RULES)
    return store


def registered(path):
    """A store with rules and the register of 2025."""
    store = made(path)
    put(store, "units", "2025", "units.csv", table(REGISTER).encode())
    return store


def put(store, kind, round_id, name, content):
    options = ImportOptions(as_of="2026-03-31" if is_book(kind) else "")
    report = store.import_files(kind, [(name, content)], round_id, options)
    assert report.stored, (kind, round_id, [problem.message("en") for problem in report.problems])


def digests(store):
    return {(upload.kind, upload.round_id): upload.digest for upload in store.uploads()}


@contextmanager
def opened(store):
    """The release of what is in the store."""
    store.publish()
    release = store.release()
    try:
        yield release
    finally:
        release.close()


def sheet_of(store, kind, language="zh", round_id="2025"):
    with opened(store) as release:
        return record_sheet(release.round(round_id), kind, language)


def assert_the_same(first, second):
    ours, theirs = digests(first), digests(second)
    assert [key for key in ours | theirs if ours.get(key) != theirs.get(key)] == []
    with opened(first) as one, opened(second) as other:
        assert one.id == other.id


UPLOADED = in_order([kind for kind in RECORD_KINDS if kind != SCHEME_RULES])
FORMS = {"csv": csv_bytes, "xlsx": xlsx_bytes}
WAYS = {f"20{at}": (language, form) for at, (language, form) in enumerate(product(("zh", "en"), FORMS), 11)}
"""A round for every language and form, so that one release has them all."""


def assert_it_comes_back_in_every_language_and_form(kind, content, folder, *, registered):
    """The same table in a round for each; exported each in its way and imported again."""
    first, second = made(folder / "one"), made(folder / "two")
    for store, round_id in product((first, second), WAYS if registered else ()):
        put(store, "units", round_id, "units.csv", table(REGISTER).encode())
    for round_id in WAYS:
        put(first, kind, round_id, "a.csv", content)
    with opened(first) as release:
        for round_id, (language, form) in WAYS.items():
            sheet = record_sheet(release.round(round_id), kind, language)
            put(second, kind, round_id, f"b.{form}", FORMS[form](sheet))
    assert_the_same(first, second)


def example_of(kind):
    """Rows of a kind: of the test of records, else the examples that the table of a scheme gives."""
    if kind in TABLES:
        return table(TABLES[kind])
    header = ",".join(field.header for field in template_fields(kind))
    return "\n".join([header, *(",".join(row) for row in example_rows(kind, Choices(), "zh"))]) + "\n"


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory):
    """A store with a register and a record table of every kind, published."""
    first = registered(tmp_path_factory.mktemp("every") / "one")
    for kind in UPLOADED:
        put(first, kind, "2025", "a.csv", example_of(kind).encode("gb18030"))
    first.publish()
    return first


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("language", "form"),
    [
        ("zh", "csv"),
        ("en", "xlsx"),
        pytest.param("zh", "xlsx", marks=pytest.mark.slow),
        pytest.param("en", "csv", marks=pytest.mark.slow),
    ],
)
def test_every_record_table_comes_back_to_the_same_release(tmp_path, every_kind, language, form):
    second = registered(tmp_path / "two")
    with opened(every_kind) as release:
        sheets = {kind: record_sheet(release.round("2025"), kind, language) for kind in UPLOADED}
    for kind, sheet in sheets.items():
        put(second, kind, "2025", f"b.{form}", FORMS[form](sheet))
    assert_the_same(every_kind, second)


@pytest.mark.sweep
@pytest.mark.parametrize("form", FORMS)
def test_published_tables_come_back_as_printed(tmp_path, form):
    first, second = registered(tmp_path / "one"), registered(tmp_path / "two")
    printed = {"2011": "sichuan_prefectures_2011", "2010": "fujian_systems_2010", "2006": "qingdao_2006"}
    for round_id, name in printed.items():
        (path,) = Path(REAL).glob(f"{name}_r*.csv")
        put(first, "results", round_id, path.name, path.read_bytes())
    with opened(first) as release:
        for round_id in printed:
            put(
                second,
                "results",
                round_id,
                f"b.{form}",
                FORMS[form](record_sheet(release.round(round_id), "results", "zh")),
            )
    assert_the_same(first, second)


@pytest.mark.sweep
def test_a_register_comes_back(tmp_path):
    register = """
        单位编码 | 单位全称   | 单位简称 | 建制序号 | 类别 | 参评状态
        B        | 市财政局   | 财政局   | 2        | 政府 | 免评
        A        | 市公安局   |          | 1        | 执法 | 参评
        C        | 市旅游局   |          | 7        | 政府 | 撤并
    """
    assert_it_comes_back_in_every_language_and_form("units", table(register).encode(), tmp_path, registered=False)


@pytest.mark.sweep
@pytest.mark.parametrize("registered", [True, False])
def test_counts_come_back(tmp_path, registered):
    content = table(COUNTS).encode()
    assert_it_comes_back_in_every_language_and_form("counts", content, tmp_path, registered=registered)


def test_texts_that_look_like_formulas_come_back_too(tmp_path):
    text = "承诺编号,承诺单位,承诺内容,措施\nP1,市公安局,-5%以内,=SUM(A1)\nP2,市公安局,'引号开头,+10\n"
    first, second = registered(tmp_path / "one"), registered(tmp_path / "two")
    put(first, "pledges", "2025", "a.csv", text.encode())
    put(second, "pledges", "2025", "b.csv", csv_bytes(sheet_of(first, "pledges")))
    assert digests(first) == digests(second)


def test_ballots_come_back_from_the_kept_original(tmp_path):
    """Ballots have no export of their own; the file that came in is kept as it was."""
    first, second = made(tmp_path / "one"), made(tmp_path / "two")
    assert first.import_files("ballots", [("a.csv", BALLOTS.encode("gb18030"))], "2025").stored
    ((file, path),) = first.uploads()[-1].evidence()
    assert second.import_files("ballots", [(file.name, path.read_bytes())], "2025").stored
    assert first.publish().release == second.publish().release


def test_what_is_not_there_is_not_exported(tmp_path):
    with opened(registered(tmp_path / "one")) as release:
        for kind in ("pledges", "counts", "ballots"):
            with pytest.raises(NothingToExportError):
                record_sheet(release.round("2025"), kind, "zh")


def test_the_reader_takes_away_the_apostrophe_before_every_sign_that_exports_mark():
    """Two sets in two rooms that may not import each other: a sign in one alone would come back changed."""
    assert names.FORMULA_SIGNS == spreadsheet.FORMULA_SIGNS


def test_a_round_that_is_held_exports_the_same_again(demo_release):
    """An export once put its words into the kept records: the next file of the same server was in two languages."""
    round_ = demo_release.round("2025")
    for kind in ("pledges", "progress", "votes"):
        first, _english, again = (csv_bytes(record_sheet(round_, kind, language)) for language in ("zh", "en", "zh"))
        assert first == again
