"""Meanings of the fields of uploads in both languages, with two invented examples: the words are in `meanings.csv`."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    with MEANINGS.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def meanings(kind: str) -> dict[str, Meaning]:
    """Return the meanings of the fields of a kind of upload."""
    rows = [row for row in _rows() if row["kind"] == kind]
    return {row["field"]: Meaning(row["zh"], row["en"], (row["example_1"], row["example_2"])) for row in rows}
