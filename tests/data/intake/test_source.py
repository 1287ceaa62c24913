"""What a file is, by its content."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from data.intake.refusal import FileRefusedError
from data.intake.source import TextTable, display_name, open_source

WORDS = frozenset({"单位", "评分"})
TABLE = "单位,评分\n市公安局,9\n市教育局,8\n"


def opened(data: bytes | str, folder: Path, name: str = "a.csv") -> TextTable:
    return open_source((name, data.encode() if isinstance(data, str) else data), folder, WORDS)


def refusal(data: bytes | str, folder: Path, name: str = "a.csv") -> str:
    with pytest.raises(FileRefusedError) as caught:
        opened(data, folder, name)
    (problem,) = caught.value.problems
    return problem.code + "".join(f" {problem.facts[fact]}" for fact in ("content", "found") if fact in problem.facts)


def zipped(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("_dot_", "."), text)
    return packed.getvalue()


def broken_odf() -> bytes:
    """An OpenDocument file whose packed part "mimetype" cannot be unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text" * 9)
    data = bytearray(packed.getvalue())
    data[38:58] = bytes([0xFF] * 20)  # 30 bytes of header and 8 of the name: here the packed bytes begin
    return bytes(data)


def test_a_clean_file_is_used_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "ballots.csv"
    path.write_bytes(TABLE.encode())
    work = tmp_path / "work"
    work.mkdir()
    table = open_source(path, work, WORDS)
    assert (table.path, list(work.iterdir())) == (path, [])
    assert table.sha256 == hashlib.sha256(TABLE.encode()).hexdigest()
    assert (table.size, table.newline_count, table.has_quotes, table.has_bom) == (
        len(TABLE.encode()),
        3,
        False,
        False,
    )


def test_nothing_is_written_beside_an_original_that_is_read_record_by_record(small, files, tmp_path: Path) -> None:
    """The folder may be read-only, or it is the stored upload that a later import compares with."""
    path = files("注.csv", "票号,评议主体,参评单位,评价\n1,普通群众,甲局,满意\n注：不了解不计分。,,,\n")
    before = {entry for entry in path.parent.iterdir() if entry.is_file()}
    for words in (["--accept-warnings", "看过"], []):  # the second finds the first among the stored uploads
        small("import", "ballots", path, "--round", "2025", *words, code=None)
    stored = [entry.name for entry in (tmp_path / "var").rglob("*") if "regular" in entry.name]
    assert {entry for entry in path.parent.iterdir() if entry.is_file()} == before and not stored


def test_a_name_with_pattern_characters_is_never_handed_on(tmp_path: Path) -> None:
    path = tmp_path / "[ab].csv"
    path.write_bytes(TABLE.encode())
    work = tmp_path / "work"
    work.mkdir()
    table = open_source(path, work, WORDS)
    assert (table.path, table.name) == (work / "original", "[ab].csv")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../x.exe", "x.exe"),
        ("a\\b.csv", "b.csv"),
        ("a\u202egpj.csv", "agpj.csv"),
        ("长" * 4096, "长" * 100),
    ],
)
def test_a_name_is_only_a_label(name: str, label: str) -> None:
    assert display_name(name) == label


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_read_off_the_header(delimiter: str, tmp_path: Path) -> None:
    title = "2025年度,机关;评议\n"
    assert opened(title + TABLE.replace(",", delimiter), tmp_path).delimiter == delimiter


def test_full_width_comma(tmp_path: Path) -> None:
    assert refusal(TABLE.replace(",", "，"), tmp_path) == "fullwidth_delimiter"


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_one_kind_of_line_end_is_left_alone(newline: str, tmp_path: Path) -> None:
    table = opened(TABLE.replace("\n", newline), tmp_path)
    assert table.path.read_bytes().decode() == TABLE.replace("\n", newline)
    assert (table.newline_count, table.has_cr_only) == (3, False)


@pytest.mark.parametrize(
    ("text", "lone"),
    [
        (TABLE.replace("\n", "\r"), True),
        (TABLE.replace("\n", "\r\n", 1), False),
        (TABLE.replace("\n", "\r", 1), True),
    ],
)
def test_other_line_ends_become_line_feeds(text: str, lone: bool, tmp_path: Path) -> None:
    table = opened(text, tmp_path)
    assert (table.path.read_text(), table.newline_count, table.has_cr_only) == (TABLE, 3, lone)


def test_quotes_are_told(tmp_path: Path) -> None:
    assert opened('单位,评分\n"市公安局",9\n', tmp_path).has_quotes


@pytest.mark.parametrize(
    "data",
    [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", b"\xff\xfe", b"\xff\xfe \0\n\0"],
)
def test_empty(data: bytes, tmp_path: Path) -> None:
    assert refusal(data, tmp_path) == "empty_file"


@pytest.mark.parametrize("text", ["单位,评分", "单位,评分\n", "单位,评分\r\n\r\n", "\n单位,评分\n,,\n"])
def test_header_only(text: str, tmp_path: Path) -> None:
    assert refusal(text, tmp_path) == "header_only"


def test_too_many_columns(tmp_path: Path) -> None:
    assert refusal(",".join(f"列{i}" for i in range(201)) + "\n1\n", tmp_path) == "too_many_columns 201"
    opened(",".join(f"列{i}" for i in range(200)) + ",,,\n1\n", tmp_path)


def test_one_endless_cell(tmp_path: Path) -> None:
    assert opened("a" * 200_000 + "\nb\n", tmp_path).delimiter == ","


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\n1 0 obj", "not_a_table pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not_a_table image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not_a_table image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not_a_table ole"),
        (b"\xef\xbb\xbf\r\n<HTML><table>", "html_as_excel"),
        ("\ufeff<table><tr>".encode("utf-16-le"), "html_as_excel"),
        (b'<?xml version="1.0"?><Workbook>', "html_as_excel"),
        (zipped(a_dot_csv=TABLE), "csv_in_zip"),
        (zipped(mimetype="x", content_dot_xml="<x/>"), "not_a_table odf"),
        (broken_odf(), "not_a_table zip"),
        (zipped(photo="x"), "not_a_table zip"),
        (b"PK\x03\x04 not a zip", "workbook_unreadable"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.xlsx"])
def test_other_files_are_refused_by_content(data: bytes, expected: str, name: str, tmp_path: Path) -> None:
    assert refusal(data, tmp_path, name) == expected


def test_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(TABLE.encode("gb18030")) + gzip.compress("市民政局,7\n".encode("gb18030"))
    table = opened(packed, tmp_path)
    assert (table.encoding, table.newline_count, table.size) == ("gb18030", 4, len(packed))
    assert table.sha256 == hashlib.sha256(packed).hexdigest()


@pytest.mark.parametrize("cut", [-1, -9, 12, 3])
def test_gzip_cut_short(cut: int, tmp_path: Path) -> None:
    assert refusal(gzip.compress(TABLE.encode())[:cut], tmp_path) == "gz_broken"


def test_gzip_with_a_changed_byte(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TABLE.encode()))
    packed[-6] ^= 1
    assert refusal(bytes(packed), tmp_path) == "gz_broken"


def test_gzip_bomb(tmp_path: Path) -> None:
    assert refusal(gzip.compress(b"a,b\n" * (20 << 20), compresslevel=9), tmp_path) == "file_too_large"
    assert (tmp_path / "plain").stat().st_size < 70 << 20


@pytest.mark.parametrize(
    ("inside", "expected"),
    [(b"%PDF-1.7", "pdf"), (gzip.compress(b"a"), "gzip"), (b"PK\3\4", "zip")],
    ids=["pdf", "gzip", "zip"],  # of the bytes, the second holds the time, and two workers must name it alike
)
def test_gzip_of_something_else(inside: bytes, expected: str, tmp_path: Path) -> None:
    assert refusal(gzip.compress(inside), tmp_path) == f"not_a_table {expected}"
