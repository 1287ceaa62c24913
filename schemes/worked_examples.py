"""Worked examples of the schemes: `spec.csv` of each folder, which tests recompute and the method page shows.

Inputs and expected values are written "name=value; name=value"; a list has spaces between its members.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from i18n import N_, PUNCTUATION, translate
from reports.measure_words import QUARTER
from schemes.example_words import NAMES, SECTIONS, VALUES


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


def in_words(example: Example, language: str) -> tuple[str, str, str]:
    """Return section, inputs and results of an example in the reader's language."""
    section = translate(SECTIONS.get(example.section, example.section), language)
    return section, _listed(example.inputs, language), _listed(example.expected, language)


def _listed(named: Mapping[str, str], language: str) -> str:
    words = {name: translate(NAMES.get(name, _time(name, language)), language) for name in named}
    return PUNCTUATION[language].semicolon.join(f"{words[name]} {_value(named[name], language)}" for name in named)


def _value(text: str, language: str) -> str:
    """Return a value with its codes in words; a list keeps its blanks."""
    parts = (translate(VALUES[part], language) if part in VALUES else _time(part, language) for part in text.split(" "))
    return " ".join(parts)


def _time(text: str, language: str) -> str:
    """Return a quarter or a week in words; any other text as it is."""
    if match := re.fullmatch(r"(\d{4})Q([1-4])", text):
        return translate(QUARTER, language).format(year=match[1], quarter=match[2])
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", text):
        return translate(WEEK, language).format(year=match[1], number=int(match[2]))
    return text


WEEK = N_("week {number} of {year}")
