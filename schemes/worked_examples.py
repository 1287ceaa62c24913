"""Worked examples of the schemes: `spec.csv` of each folder, which tests recompute and the method page shows.

Inputs and expected values are written "name=value; name=value"; a list has spaces between its members.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Example:
    """An example. section : of the specification, such as "two_thirds". case : its number there."""

    section: str
    case: str
    inputs: Mapping[str, str]
    expected: Mapping[str, str]


def worked_examples(scheme: str) -> list[Example]:
    """Return every example of a scheme, in the order of its file."""
    text = files(f"schemes.{scheme}").joinpath("spec.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [Example(row["section"], row["case"], pairs(row["inputs"]), pairs(row["expected"])) for row in rows]


def pairs(text: str) -> dict[str, str]:
    """Return the names and values of a cell."""
    split = (part.split("=", 1) for part in text.split(";") if part.strip())
    return {name.strip(): value.strip() for name, value in split}
