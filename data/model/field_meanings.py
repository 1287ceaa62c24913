"""Meanings of the fields of uploads in both languages, with two invented examples: the words are in `meanings.csv`.

Tables of schemes hold theirs themselves, in `schemes/*/tables.csv`.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.model.contract import CONTRACT, contract_files

MEANINGS = Path(__file__).with_name("meanings.csv")


@dataclass(frozen=True)
class Meaning:
    """Meaning of a field for the person who fills it in."""

    zh: str
    en: str
    examples: tuple[str, str]

    def text(self, language: str) -> str:
        """Return the meaning in a language."""
        return self.zh if language == "zh" else self.en


@cache
def _rows() -> tuple[dict[str, str], ...]:
    return (
        *_read(MEANINGS),
        *(_as_meaning(row) for path in contract_files() if path != CONTRACT for row in _read(path)),
    )


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _as_meaning(row: dict[str, str]) -> dict[str, str]:
    """Return a row of the tables of a scheme, which hold the meanings themselves, as one of `meanings.csv`."""
    own = {"kind": row["kind"], "field": row["field"], "zh": row["meaning_zh"], "en": row["meaning_en"]}
    return {**own, "example_1": row["example_1"], "example_2": row["example_2"]}


@cache
def meanings(kind: str) -> dict[str, Meaning]:
    """Return the meanings of the fields of a kind of upload."""
    rows = [row for row in _rows() if row["kind"] == kind]
    return {row["field"]: Meaning(row["zh"], row["en"], (row["example_1"], row["example_2"])) for row in rows}
