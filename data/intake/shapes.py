"""The shape of a table: what two files of the same office have in common when their rows differ."""

import hashlib

from data.intake.names import match_key


def shape_of(cells: tuple[str, ...], kind: str) -> str:
    """SHA-256 (hex) of the header cells as they are matched, and of the kind of upload."""
    keys = "\x1f".join(match_key(cell) for cell in cells)
    return hashlib.sha256(f"{kind}\x1e{keys}".encode()).hexdigest()
