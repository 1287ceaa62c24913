"""Kinds of table: a line that names somebody says the rest, and a new kind reaches both formats by its declaration."""

import io
import zipfile

import pytest

from formats.document import Document, Row, Section, Table
from formats.docx import word_bytes
from formats.pdf import typeset
from formats.table_kinds import BASE, INTERVAL, KINDS, NAME, VERDICT, WIDTH, Column, TableKind, declared

GUARDED = (
    Column("unit", 56, True, (NAME,)),
    Column("n", 40, says=(BASE,)),
    Column("evidence", 60, True, (INTERVAL, VERDICT)),
)


@pytest.mark.parametrize("missing", [1, 2])
def test_a_kind_that_names_units_without_the_rest_is_refused(missing):
    columns = [column for place, column in enumerate(GUARDED) if place != missing]
    with pytest.raises(ValueError, match="names units without"):
        TableKind("bare", tuple(columns))


def test_a_kind_is_as_wide_as_the_text():
    assert {sum(kind.widths) for kind in KINDS.values()} == {WIDTH}
    with pytest.raises(ValueError, match="take 96 mm"):
        TableKind("narrow", (Column("matter", 96, True),))


def test_another_kind_of_the_same_name_is_refused(monkeypatch):
    monkeypatch.setattr("formats.table_kinds._KINDS", dict(KINDS))
    assert declared("a_test", GUARDED) == declared("a_test", GUARDED) == "a_test"
    with pytest.raises(ValueError, match="another kind"):
        declared("a_test", GUARDED[::-1])


def test_a_declared_kind_is_set_in_pdf_and_word(monkeypatch):
    kinds = dict(KINDS)
    for module in ("official_page", "docx_body", "pdf"):
        monkeypatch.setattr(f"formats.{module}.KINDS", kinds)
    kinds["a_test"] = TableKind("a_test", GUARDED)
    cells = {"unit": "第一网格", "n": "480", "evidence": "全数统计"}
    table = Table("a_test", dict.fromkeys(cells, "表头"), (Row(cells),))
    document = Document("a_test", "zh", "标题", "", "", (Section("", 1, ("说明",), table),), (), "", "", "")
    assert typeset(document).content.startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(word_bytes(document))) as word:
        assert all(text in word.read("word/document.xml").decode() for text in cells.values())
