"""A formula whose result was never saved is not a blank ballot, in no format and no column that is read."""

import io
import struct
from dataclasses import replace

import pytest
import xlsxwriter

from data.intake.corrections import Edit
from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.uploads import EditLog
from tests.support.opendocument import CELL, SPACES, opendocument
from tests.support.paths import FIXTURES

XLS = FIXTURES / "formulas.xls"
EMPTY = struct.pack("<Q", 0xFFFF000000000003)  # the result of a formula that was never computed, or gave ""
COMPUTED = SPACES | {"calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"}
WIDE = [
    ["票号", "评议主体", "参评单位", "总体评价", "服务态度", "旁注"],
    ["1", "普通群众", "市公安局", "满意", "满意", ""],
]
NEVER = '<table:table-cell table:formula="of:=[.D2]"/>'


def xlsx(formulas: dict[tuple[int, int], object], rows: list[list[str]] = WIDE) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("票")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for (row, column), value in formulas.items():
            sheet.write_formula(row, column, "=D2", None, value)
    return out.getvalue()


def ods(*cells: str) -> bytes:
    """The ballots as an OpenDocument; `cells` are the XML of the last row's grade, and of what follows."""
    lines = [[CELL.format(cell) for cell in row] for row in WIDE]
    lines.append([*(CELL.format(text) for text in ("2", "服务对象", "市公安局")), *cells])
    return opendocument(lines, COMPUTED)


@pytest.fixture
def found(small, files):
    """found(name, content, kind): code, row and column of every error."""

    def run(name: str, content: bytes, kind: str = "ballots") -> list[tuple[str, int, str]]:
        report = small.json("import", kind, files(name, content), "--round", "2025", code=None)
        return [(p["code"], p["row"], p["column"]) for p in report["problems"] if p["level"] == "error"]

    return run


def test_in_an_indicator_that_no_contract_knows(found):
    rows = [*WIDE, ["2", "服务对象", "市公安局", "满意", "", ""]]
    assert found("a.xlsx", xlsx({(2, 4): ""}, rows)) == [("formula_without_value", 3, "服务态度")]
    assert found("b.xlsx", xlsx({(2, 4): "满意"}, rows)) == []


def test_in_a_column_that_is_left_out_it_does_not_matter(found):
    rows = [*WIDE, ["2", "服务对象", "市公安局", "满意", "", ""]]
    assert found("a.xlsx", xlsx({(2, 5): ""}, rows)) == []


def test_a_count_is_not_zero_because_nobody_computed_it(found):
    rows = [["参评单位", "评议主体", "满意", "不满意"], ["市公安局", "普通群众", "3", ""]]
    assert found("a.xlsx", xlsx({(1, 3): ""}, rows), "counts") == [("formula_without_value", 2, "不满意")]


@pytest.mark.sweep
def test_in_an_open_document(found):
    assert found("a.ods", ods(NEVER)) == [("formula_without_value", 3, "总体评价")]
    good = '<table:table-cell office:value-type="string"><text:p>满意</text:p></table:table-cell>'
    assert found("b.ods", ods(good, NEVER)) == [("formula_without_value", 3, "服务态度")]
    repeated = '<table:table-cell table:number-columns-repeated="1"/>'
    assert found("c.ods", ods(good, repeated, NEVER)) == [], "in 旁注, which is left out"


def test_a_computed_empty_text_of_an_open_document_is_blank(found):
    empty = '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string" office:string-value=""/>'
    assert found("a.ods", ods(empty)) == []


def test_an_error_of_an_open_document_is_an_error(found):
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    assert found("a.ods", ods(error)) == [("excel_error", 3, "总体评价")]


def test_in_an_old_workbook_that_nobody_computed(found):
    assert found("a.xls", XLS.read_bytes()) == [("formula_without_value", 4, "评价")]


def test_in_an_old_workbook_that_was_computed_an_empty_text_is_blank(found):
    """The other formula has a result, so somebody's program computed the sheet and this one gave an empty text."""
    data = XLS.read_bytes()
    assert data.count(EMPTY) == 2
    computed = data[: data.rindex(EMPTY)] + struct.pack("<d", 3.0) + data[data.rindex(EMPTY) + 8 :]
    assert found("a.xls", computed) == []


def test_a_name_that_was_never_computed_is_one_finding(found):
    rows = [WIDE[0], ["1", "普通群众", "", "满意", "满意", ""]]
    assert found("a.xlsx", xlsx({(1, 2): ""}, rows)) == [("formula_without_value", 2, "参评单位")]
    rows.append(["2", "普通群众", "市公安局", "满意", "满意", ""])
    assert found("b.xlsx", xlsx({(1, 2): "#REF!"}, rows)) == [("excel_error", 2, "参评单位")]


def test_a_corrected_cell_is_a_value(small, files):
    rows = [*WIDE, ["2", "服务对象", "市公安局", "满意", "", ""]]
    store = Store(small.store)
    source = [("a.xlsx", xlsx({(2, 4): ""}, rows))]
    report = store.import_files("ballots", source, "2025")
    assert [(cell.row, cell.column) for cell in report.faulty] == [(3, "服务态度")]
    edit = EditLog(Edit(3, "服务态度", "", "不满意"), "2025-12-01T00:00:00+00:00", "甲")
    options = ImportOptions(edits=(edit,), accept_warnings="旁注")
    options = replace(options, confirm=store.import_files("ballots", source, "2025", options).meaning.digest)
    assert store.import_files("ballots", source, "2025", options).stored
    assert replay(store, store.publish().release) == []
