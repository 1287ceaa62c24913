"""Personal data beside the table of a workbook: refused by place, before the original is kept; no value is repeated."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from tests.data.intake.test_personal import IDENTITY, MOBILE
from tests.support.cases import ods
from tests.support.opendocument import CELL
from tests.support.stores import BALLOTS, SMALL, snapshot

ROWS = [line.split(",") for line in BALLOTS.splitlines()]


def book(fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None], name: str = "票") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet(name)
        for number, record in enumerate(ROWS):
            sheet.write_row(number, 0, record)
        fill(workbook, sheet)
    return out.getvalue()


def threaded(data: bytes) -> bytes:
    """The workbook with the text of its note in a threaded comment, as Excel 365 writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/comments1.xml":
                text = text.replace(MOBILE.encode(), b"see the comment")
            if name == "xl/worksheets/_rels/sheet1.xml.rels":
                link = b'<Relationship Id="r9" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
                text = text.replace(b"</Relationships>", link)
            target.writestr(name, text)
        comment = f'<ThreadedComments xmlns="x"><threadedComment ref="B3"><text>{MOBILE}</text></threadedComment>'
        target.writestr("xl/threadedComments/threadedComment1.xml", comment + "</ThreadedComments>")
    return out.getvalue()


def on_sheet(text: object, *, hide: bool = False) -> Callable:
    def fill(workbook, _sheet):
        other = workbook.add_worksheet("名单")
        other.write(4, 2, text)
        if hide:
            other.hide()

    return fill


def noted(text: str) -> Callable:
    return lambda _workbook, sheet: sheet.write_comment("B3", text, {"author": "某人"})


NOTE = CELL.format("满意").replace(
    "<text:p>", f"<office:annotation><text:p>电话{MOBILE}</text:p></office:annotation><text:p>", 1
)
REFUSED = {
    "another sheet": ("票.xlsx", book(on_sheet(f"联系人 {MOBILE}")), ("名单", "C5")),
    "a number on another sheet": ("票.xlsx", book(on_sheet(int(MOBILE))), ("名单", "C5")),
    "a hidden sheet": ("票.xlsx", book(on_sheet(IDENTITY, hide=True)), ("名单", "C5")),
    "a note on a cell": ("票.xlsx", book(noted(f"张某，{MOBILE}")), ("票", "B3")),
    "a threaded comment": ("票.xlsx", threaded(book(noted(MOBILE))), ("票", "B3")),
    "the name of a sheet": ("票.xlsx", book(lambda *_: None, f"票{MOBILE}"), ()),
    "the name of another sheet": ("票.xlsx", book(lambda workbook, _: workbook.add_worksheet(MOBILE).hide()), ()),
    "the name of the file": (f"{MOBILE}评议票.xlsx", book(lambda *_: None), ()),
    "the name of a text file": ("wang@example.com.csv", BALLOTS.encode(), ()),
    "the name of a file with an identity number": (f"票-{IDENTITY}.csv", BALLOTS.encode(), ()),
}
KEPT = {
    "notes without persons": book(noted("按2025年11月20日会议核对，第1.2.3.4条")),
    "numbers on another sheet": book(on_sheet(15000000000.5)),
    "an empty sheet": book(lambda workbook, _: workbook.add_worksheet("Sheet2")),
}


def test_personal_data_beside_the_table_are_refused_by_place(biaochi, tmp_path):
    """Nothing of the file is kept, and neither its message nor the store holds the value."""
    biaochi.rules(tmp_path, SMALL)
    before, wrong = snapshot(biaochi.store), {}
    for name, (file, content, places) in REFUSED.items():
        path = tmp_path / file
        path.write_bytes(content)
        report = biaochi.json("import", "ballots", path, "--round", "2025", code=3)
        message = json.dumps(report, ensure_ascii=False)
        codes = {problem["code"] for problem in report["problems"]}
        told = all(place in message for place in places)
        if codes != {"personal_elsewhere"} or not told or MOBILE in message or IDENTITY in message:
            wrong[name] = report
    assert not wrong
    assert snapshot(biaochi.store) == before


def test_an_annotation_of_an_open_document_is_found(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    plain = ods(ROWS)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            text = source.read(info.filename)
            if info.filename == "content.xml":
                text = text.replace(CELL.format("满意").encode(), NOTE.encode(), 1)
            target.writestr(info, text)
    path = tmp_path / "票.ods"
    path.write_bytes(out.getvalue())
    (problem,) = biaochi.json("import", "ballots", path, "--round", "2025", code=3)["problems"]
    assert problem["code"] == "personal_elsewhere" and MOBILE not in json.dumps(problem)


@pytest.mark.sweep
def test_what_names_nobody_is_read_as_before(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    wrong = {}
    for name, content in KEPT.items():
        path = tmp_path / "票.xlsx"
        path.write_bytes(content)
        report = biaochi.json("import", "ballots", path, "--round", "2025", "--dry-run", code=None)
        codes = {problem["code"] for problem in report["problems"]}
        if codes - {"several_sheets"}:
            wrong[name] = codes
    assert not wrong
