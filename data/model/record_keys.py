"""Keys that identify records within their kind, and the year of a round."""

import json
import re
from collections.abc import Mapping

from data.model.contract import KEYS

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_KEY = json.JSONEncoder(ensure_ascii=False, default=str).encode
_YEAR = re.compile(r"(20\d\d)(?!\d)")


def year_of(round_id: str) -> int | None:
    """Return the year that the name of a round begins with; the round of a yearly table is its year."""
    match = _YEAR.match(round_id)
    return int(match[1]) if match else None


def canonical(content: Mapping[str, object]) -> str:
    """Return the canonical text of a record: fields in the order of their names, without unknown values."""
    known = {name: value for name, value in content.items() if value is not None and value != ""}
    return _CANONICAL(known)


def key_of(kind: str, content: Mapping[str, object]) -> str:
    """Return the key that identifies a record within its kind, as a text.

    Holders of a post differ by their first day; records without that day keep the key of earlier versions.
    """
    key = [content.get(name) for name in KEYS[kind]]
    return _KEY([*key, *filter(None, [content.get("held_from")])])


def shown_key(key: str) -> str:
    """Return a key as people read it."""
    return " ".join(str(part) for part in json.loads(key) if part is not None)
