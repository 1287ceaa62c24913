"""The shape of a table: what two files of the same office have in common when their rows differ."""

import hashlib
from collections.abc import Sequence

from data.model.names import match_key


def shape_of(cells: Sequence[str], kind: str) -> str:
    """SHA-256 (hex) of the header cells as they are matched, and of the kind of upload; empty cells at the end of a
    row, which spreadsheets add and drop as they like, are no part of it."""
    keys = [match_key(cell) for cell in cells]
    while keys and not keys[-1]:
        keys.pop()
    return hashlib.sha256(f"{kind}\x1e{chr(0x1F).join(keys)}".encode()).hexdigest()


def joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Two header rows as one, the same for merged cells and for empty ones: what stands above, then what below."""
    width = max(len(upper), len(lower))
    texts: list[str] = []
    over = ""
    for top, low in zip(padded(upper, width), padded(lower, width), strict=True):
        over = top or over
        alone = not low or match_key(low) == match_key(top)
        texts.append(top if alone else f"{over}/{low}" if over else low)
    return tuple(texts)


def padded(record: Sequence[str], width: int) -> list[str]:
    """The record without outer white space, as wide as asked."""
    return [cell.strip() for cell in record] + [""] * (width - len(record))
