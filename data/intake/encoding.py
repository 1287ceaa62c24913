"""Encoding of text files, without guessing: mark, strict UTF-8, strict GB18030, strict Big5.

A file in Big5 also decodes as GB18030 without an error, so the last two count only when a known header word
can be read. A file that mixes two encodings is refused with the first line that differs.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from data.intake.byte_scan import BOMS, Scan, blocks
from data.intake.refusal import FileRefusedError, refuse
from data.model.contract import fields

HEAD = 64 << 10  # bytes, enough for HEADER_LINES
HEADER_LINES = 10  # as HEADER_WITHIN of headers.py
TRANSCODE_BLOCK = 1 << 20  # characters
# Lines of GB18030 with few Chinese characters can be valid UTF-8 by accident; with more, two encodings were joined.
ACCIDENTAL_SHARE = 0.01
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))


@dataclass(frozen=True)
class TextCounts:
    """Properties of a converted copy."""

    line_feeds: int
    has_quotes: bool
    is_blank: bool


def normal(text: str) -> str:
    """Return the form in which words are compared: NFKC, no white space, nothing invisible, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).translate(INVISIBLE).split()).casefold()


def words_in(line: str, header_words: frozenset[str]) -> int:
    """Count the known header words in a line; a word of one character must fill its cell."""
    plain = normal(line)
    cells = {cell.strip('"') for cell in plain.replace(";", ",").split(",")}
    cells |= {normal(cell).strip('"') for cell in line.split("\t")}
    return sum(1 for word in _normal_words(header_words) if word in cells or (len(word) > 1 and word in plain))


@cache
def _normal_words(header_words: frozenset[str]) -> frozenset[str]:
    """Return the words in the form in which they are compared: some 300 words, asked for up to ten lines of a file."""
    return frozenset(filter(None, map(normal, header_words)))


def find_encoding(path: Path, seen: Scan, header_words: frozenset[str]) -> str:
    """Return the encoding of a text file, or raise a refusal that names the place of the fault."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if seen.bom in ("utf-16-le", "utf-16-be"):
        return seen.bom
    if seen.nul_at is not None:
        raise _refuse_nul(path, seen.nul_at, head)
    if seen.is_utf8:
        return seen.bom or "utf-8"
    if seen.ends_inside_character and not _ascii_before(path, seen.bad_utf8_at or 0):
        raise refuse(
            "truncated_character",
            row=_line_at(path, seen.bad_utf8_at or 0),
            position=_from_one(seen),
        )
    return _chinese_encoding(path, seen, head, header_words)


def unproven(encoding: str, kind: str, *, registered: bool) -> bool:
    """Return whether nothing confirms Big5. A register does confirm it, since names that it lacks are refused."""
    judged = kind != "units" and any(field.name == "unit_code" for field in fields(kind))
    return encoding == "big5" and not (judged and registered)


def convert(path: Path, encoding: str, target: Path) -> TextCounts:
    """Write the text as UTF-8 with LF line ends to `target`; refuse what cannot be decoded."""
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    decoder = codecs.getincrementaldecoder(codec)("strict")
    tidy = _Newlines()
    line_feeds, has_quotes, is_blank, position = 0, False, True, 0
    skip = len(BOMS.get(encoding, b""))
    with target.open("wb") as out:
        for block, last in _with_last(path):
            data = block[skip:]
            position, skip = position + skip, 0
            text = tidy.add(_decode(decoder, data, last, path, position), last)
            position += len(data)
            if "\0" in text:
                raise refuse("nul_character", row=line_feeds + text[: text.index("\0")].count("\n") + 1)
            line_feeds += text.count("\n")
            has_quotes = has_quotes or '"' in text
            is_blank = is_blank and not text.strip()
            out.write(text.encode())
    return TextCounts(line_feeds, has_quotes, is_blank)


class _Decoder(Protocol):
    def decode(self, data: bytes, final: bool = False, /) -> str: ...

    def getstate(self) -> tuple[bytes, int]: ...


class _Newlines:
    """Converter of CRLF and lone CR to LF, also across block borders."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, text: str, last: bool) -> str:
        text = self._held + text
        self._held = ""
        if text.endswith("\r") and not last:
            text, self._held = text[:-1], "\r"
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _with_last(path: Path) -> Iterable[tuple[bytes, bool]]:
    """Yield blocks, then an empty block that is marked as the last."""
    for block in blocks(path, TRANSCODE_BLOCK):
        yield block, False
    yield b"", True


def _decode(decoder: _Decoder, data: bytes, last: bool, path: Path, position: int) -> str:
    held = len(decoder.getstate()[0])
    try:
        return decoder.decode(data, last)
    except UnicodeDecodeError as error:
        at = max(position - held + error.start, 0)
        code = "truncated_character" if last else "unknown_encoding"
        raise refuse(code, row=_line_at(path, at), position=at + 1, line=_line_at(path, at)) from None


def _refuse_nul(path: Path, nul_at: int, head: bytes) -> FileRefusedError:
    """Return the refusal of a NUL: UTF-16 without its mark has NULs at every other byte; any other NUL is stray."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if _is_utf16(head, "utf-16-le" if odd > even else "utf-16-be", even, odd):
        return refuse("utf16_without_mark")
    return refuse("nul_character", row=_line_at(path, nul_at), position=nul_at + 1)


def _is_utf16(head: bytes, encoding: str, even: int, odd: int) -> bool:
    if max(even, odd) < 2 or min(even, odd) > 0.02 * max(even, odd):
        return False
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return max(even, odd) >= 0.05 * len(head) / 2 and any(mark in text for mark in ",;\t\n")


def _chinese_encoding(path: Path, seen: Scan, head: bytes, header_words: frozenset[str]) -> str:
    """Return GB18030 or Big5 if a header word can be read in it and the lines agree with each other."""
    lines = _study(path)
    if seen.bom == "utf-8-sig" or lines.first_is_utf8:
        raise _refuse_bytes_in_utf8(seen, lines, path)
    if lines.utf8 > ACCIDENTAL_SHARE * (lines.utf8 + lines.other):
        raise refuse("mixed_encoding", row=lines.first_utf8, line=lines.first_utf8)
    for encoding in ("gb18030", "big5"):
        if _header_is_known(head, encoding, header_words):
            return encoding
    line = _line_at(path, seen.bad_utf8_at or 0)
    raise refuse("unknown_encoding", row=line, position=_from_one(seen), line=line)


def _refuse_bytes_in_utf8(seen: Scan, lines: _Lines, path: Path) -> FileRefusedError:
    """Return the refusal: lines entirely in GB18030 come from another file; anything else is a damaged byte."""
    if lines.other and lines.other == lines.gb2312:
        return refuse("mixed_encoding", row=lines.first_other, line=lines.first_other)
    line = _line_at(path, seen.bad_utf8_at or 0)
    return refuse("unknown_encoding", row=line, position=_from_one(seen), line=line)


@dataclass
class _Lines:
    """Decoding results of the lines with non-ASCII bytes; line numbers count from 1."""

    utf8: int = 0
    other: int = 0
    gb2312: int = 0
    first_utf8: int = 0
    first_other: int = 0

    @property
    def first_is_utf8(self) -> bool:
        return bool(self.utf8) and (not self.other or self.first_utf8 < self.first_other)

    def add(self, line: bytes, number: int) -> None:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self.other += 1
            self.first_other = self.first_other or number
            self.gb2312 += _decodes(line, "gb2312")
            return
        if any("\u4e00" <= character <= "\u9fff" for character in text):
            self.utf8 += 1
            self.first_utf8 = self.first_utf8 or number


def _study(path: Path) -> _Lines:
    """Examine every line with non-ASCII bytes."""
    lines, number, rest = _Lines(), 0, b""
    for block, last in _with_last(path):
        parts = (rest + block).split(b"\n")
        rest = b"" if last else parts.pop()
        for line in parts:
            number += 1
            bare = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if not bare.isascii():
                lines.add(bare, number)
    return lines


def _header_is_known(head: bytes, encoding: str, header_words: frozenset[str]) -> bool:
    """Return whether any of the first lines has a header word in this encoding.

    English words read the same in both encodings: they are evidence for simplified Chinese only, and only when
    every character is in GB 2312, which Big5 text hardly ever is.
    """
    lines = head.replace(b"\r", b"\n").split(b"\n")[:HEADER_LINES]
    chinese = frozenset(word for word in header_words if not word.isascii())
    if any(words_in(line.decode(encoding), chinese) for line in lines if _decodes(line, encoding)):
        return True
    english = header_words - chinese
    known = any(words_in(line.decode(), english) for line in lines if line.isascii())
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    return known and encoding == "gb18030" and _decodes(whole_lines, "gb2312")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _from_one(seen: Scan) -> int:
    return (seen.bad_utf8_at or 0) + 1


def _ascii_before(path: Path, position: int) -> bool:
    return all(part.isascii() for part in _before(path, position))


def _line_at(path: Path, position: int) -> int:
    """Return the number of the line that holds this byte, counted from 1."""
    return 1 + sum(part.count(b"\n") for part in _before(path, position))


def _before(path: Path, position: int) -> Iterable[bytes]:
    for block in blocks(path):
        yield block[:position]
        position -= len(block)
        if position <= 0:
            return
