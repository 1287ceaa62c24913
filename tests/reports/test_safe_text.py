"""No text of an export runs as a formula when a spreadsheet opens it."""

import csv
import io

import pytest

from formats.spreadsheet import Sheet, csv_bytes, safe_text, xlsx_bytes


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u200b", "\ufeff"])
def test_a_text_that_begins_a_formula_gets_an_apostrophe(sign, before):
    text = f"{before}{sign}cmd|' /C calc'!A0"
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["市公安局", "A=B", "5-3", "%", " ％ ", "", "甲@乙"])
def test_any_other_text_stays_as_it_is(text):
    assert safe_text(text) == text


def test_headers_and_cells_of_csv_are_texts_and_numbers_stay_numbers():
    content = csv_bytes(Sheet("表", ["=1+1", "名"], [["@SUM(1)", -2.5], ["-甲", 3]])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content))) == [["'=1+1", "名"], ["'@SUM(1)", "-2.5"], ["'-甲", "3"]]


def test_a_workbook_keeps_such_a_text_as_text_without_an_apostrophe(tmp_path):
    from openpyxl import load_workbook

    path = tmp_path / "t.xlsx"
    path.write_bytes(xlsx_bytes(Sheet("表", ["=A", "名"], [["=1+1", "@x"]], facts=[("=2", "=3")])))
    for page in load_workbook(path).worksheets:
        assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert load_workbook(path).worksheets[0]["A2"].value == "=1+1"
