"""The description of the method: docs/method/{zh,en}.md with the numbers of the worked example.

`[[name]]` is a number of the example; a line `[[table: name]]` is a table or chart that a page draws.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from i18n import ROOT
from results.worked_examples import six_units

FOLDER = ROOT / "docs" / "method"
PLACEHOLDER = re.compile(r"\[\[(\w+)\]\]")
TABLE = re.compile(r"\[\[table: (\w+)\]\]")


@cache
def source(language: str) -> str:
    """Return the text as it is written, from its first section on."""
    text = (FOLDER / f"{language}.md").read_text(encoding="utf-8")
    return text[text.index("## ") :].strip()


def blocks(language: str, escape: Callable[[str], str] = str) -> list[str]:
    """Return headings, paragraphs, lists, tables and formulas in order, with their numbers filled in.

    escape : for the values, which may hold signs of Markdown.
    """
    known = values()
    return [_filled(part, known, escape) for part in source(language).split("\n\n")]


def in_five_sentences(language: str) -> list[str]:
    """Return the sentences of the first section, without their numbers."""
    numbered = next(part for part in source(language).split("\n\n") if part.startswith("1. "))
    return [line.partition(". ")[2] for line in numbered.splitlines()]


def _filled(part: str, known: Mapping[str, str], escape: Callable[[str], str]) -> str:
    return PLACEHOLDER.sub(lambda match: escape(known[match[1]]), part)


def values() -> dict[str, str]:
    """Return the numbers of the worked example by placeholder."""
    example = six_units()
    chain = example.chain
    return {
        "standard_error": str(example.standard_error),
        "difference_error": str(example.difference_error),
        "k": str(example.k),
        "unit": str(chain["unit"]),
        "t": _listed(chain["t"]),
        "sorted": _listed(chain["sorted"]),
        "second": str(chain["second_smallest"]),
        "tail": str(chain["tail"]),
        "p": str(chain["p"]),
        "holm": str(chain["holm"][0]),
        "error": f"{1 - example.level:.2f}",
        "critical": str(example.critical),
    }


def _listed(numbers: list[float]) -> str:
    return ", ".join(f"{number:.4f}" for number in numbers)
