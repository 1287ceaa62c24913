"""Encodings: each file is made here, byte by byte."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intake.refusal import FileRefusedError
from data.intake.source import TextTable, open_source
from tests.support.examples import examples

WORDS = frozenset({"单位", "評分", "评分", "單位", "unit", "score"})
TABLE = "单位,评分\n市公安局,9\n市教育局,8\n市卫生健康委员会,7\n"
MARKS = {
    "utf-8": b"",
    "utf-8-sig": b"\xef\xbb\xbf",
    "gb18030": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}


def opened(data: bytes, folder: Path, words: frozenset[str] = WORDS) -> TextTable:
    return open_source(("ballots.csv", data), folder, words)


def refusal(data: bytes, folder: Path, words: frozenset[str] = WORDS) -> list[object]:
    with pytest.raises(FileRefusedError) as caught:
        opened(data, folder, words)
    (problem,) = caught.value.problems
    assert problem.file == "ballots.csv"
    return [problem.code, problem.row, problem.facts.get("position")]


def encoded(text: str, encoding: str) -> bytes:
    return MARKS[encoding] + text.encode(encoding.removesuffix("-sig"))


def text_of(table: TextTable) -> str:
    return table.path.read_bytes()[table.skip_bytes :].decode()


@pytest.mark.parametrize("encoding", MARKS)
def test_each_encoding_is_named_and_read(encoding: str, tmp_path: Path) -> None:
    table = opened(encoded(TABLE, encoding), tmp_path)
    assert (table.encoding, text_of(table), table.newline_count) == (encoding, TABLE, 4)


def test_four_byte_characters_of_gb18030(tmp_path: Path) -> None:
    text = "单位,评分\n𠮷㐀镇,9\n"
    assert text_of(opened(text.encode("gb18030"), tmp_path)) == text


def test_big5_needs_a_known_header_word(tmp_path: Path) -> None:
    text = "單位,評分\n衛生局,9\n經濟發展局,8\n"
    table = opened(text.encode("big5"), tmp_path)
    assert (table.encoding, text_of(table)) == ("big5", text)
    assert refusal(text.encode("big5"), tmp_path, frozenset({"单位"}))[0] == "unknown_encoding"


def test_gb18030_needs_a_known_header_word(tmp_path: Path) -> None:
    assert refusal("甲,乙\n市公安局,9\n".encode("gb18030"), tmp_path) == ["unknown_encoding", 1, 1]


def test_english_header_over_simplified_rows(tmp_path: Path) -> None:
    assert opened("unit,score\n市公安局,9\n".encode("gb18030"), tmp_path).encoding == "gb18030"
    assert refusal("unit,score\n衛生局,9\n經濟發展局,8\n".encode("big5"), tmp_path)[0] == "unknown_encoding"


def test_gbk_header_over_utf8_rows(tmp_path: Path) -> None:
    header, rows = TABLE.split("\n", 1)
    assert refusal(header.encode("gbk") + b"\n" + rows.encode(), tmp_path)[:2] == [
        "mixed_encoding",
        2,
    ]


def test_gbk_rows_appended_to_utf8_rows(tmp_path: Path) -> None:
    assert refusal(TABLE.encode() + "市民政局,5\n".encode("gbk"), tmp_path)[:2] == [
        "mixed_encoding",
        5,
    ]


def test_mark_over_gbk_rows(tmp_path: Path) -> None:
    assert refusal(b"\xef\xbb\xbf" + TABLE.encode("gbk"), tmp_path)[0] == "mixed_encoding"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_cut_inside_the_last_character(encoding: str, tmp_path: Path) -> None:
    assert refusal(encoded(TABLE + "市公安局", encoding)[:-1], tmp_path)[0] == "truncated_character"


def test_a_stray_byte_is_named_by_position_and_line(tmp_path: Path) -> None:
    start = TABLE.encode() + b"caf"
    assert refusal(start + b"\xe9,5\n", tmp_path) == ["unknown_encoding", 5, len(start) + 1]


def test_a_stray_byte_in_gb18030(tmp_path: Path) -> None:
    start = TABLE.encode("gb18030") + b"caf"
    assert refusal(start + b"\xe9,5\n", tmp_path) == ["unknown_encoding", 5, len(start) + 1]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark(encoding: str, tmp_path: Path) -> None:
    assert refusal(TABLE.encode(encoding), tmp_path)[0] == "utf16_without_mark"


def test_nul_inside_a_name(tmp_path: Path) -> None:
    data = TABLE.encode().replace("市教".encode(), "市\0教".encode())
    assert refusal(data, tmp_path) == ["nul_character", 3, data.index(b"\0") + 1]


def test_nothing_but_nuls(tmp_path: Path) -> None:
    assert refusal(b"\0" * 1000, tmp_path) == ["nul_character", 1, 1]


def test_nul_in_utf16(tmp_path: Path) -> None:
    assert refusal(encoded(TABLE + "a\0b,1\n", "utf-16-le"), tmp_path)[:2] == ["nul_character", 5]


CHINESE = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"])
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    min_size=1,
    max_size=40,
)


@examples(150)
@given(
    st.lists(CHINESE, min_size=1, max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]),
)
def test_any_text_survives_in_unicode(names: list[str], encoding: str) -> None:
    _round_trip(names, encoding)


HANZI = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("𠮷㐀·（）"),
    min_size=1,
)


@examples(150)
@given(st.lists(HANZI, min_size=1, max_size=8))
def test_any_chinese_text_survives_in_gb18030(names: list[str]) -> None:
    _round_trip(["单位名称", *names], "gb18030")


def _round_trip(names: list[str], encoding: str) -> None:
    text = "单位,评分\n" + "".join(f"{name},1\n" for name in names)
    with tempfile.TemporaryDirectory() as folder:
        table = opened(encoded(text, encoding), Path(folder))
        assert (table.encoding, text_of(table)) == (encoding, text)
