"""Shape of a table's header, by which later files of the same form are recognised."""

import hashlib
from collections.abc import Sequence

from data.model.names import match_key


def shape_of(cells: Sequence[str], kind: str) -> str:
    """Return the SHA-256 (hex) of the header cells as matched, and of the kind of upload.

    Empty cells at the end of a row are ignored, because spreadsheets add and drop them.
    """
    keys = [match_key(cell) for cell in cells]
    while keys and not keys[-1]:
        keys.pop()
    return hashlib.sha256(f"{kind}\x1e{chr(0x1F).join(keys)}".encode()).hexdigest()


def joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Join two header rows, alike for merged and for empty cells: the upper text, then the lower."""
    width = max(len(upper), len(lower))
    texts: list[str] = []
    over = ""
    for top, low in zip(padded(upper, width), padded(lower, width), strict=True):
        over = top or over
        alone = not low or match_key(low) == match_key(top)
        texts.append(top if alone else f"{over}/{low}" if over else low)
    return tuple(texts)


def padded(record: Sequence[str], width: int) -> list[str]:
    """Return the record without outer white space, padded to this width."""
    return [cell.strip() for cell in record] + [""] * (width - len(record))
