"""Names of units with a number before them or the mark of a footnote behind: 1.市财政局 and 市财政局*.

Without a register each spelling would be another unit, so a person is asked.
"""

import re
from collections.abc import Iterable

from data.intake.meaning import shortened
from data.model.names import tidy
from problems import Problem

_NUMBER = re.compile(
    r"^(?:[(（【\[]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）】\].、．:：]+\s*(?=\D)|[①-⑳]\s*|\d{1,3}\s+(?=\D))"
)
_MARK = re.compile(r"(?:[*＊★☆△▲▽▼※†‡§¹²³⁰-⁹①-⑳]+|[(（\[【](?:注|备注)?\d{0,2}[)）\]】])$")
_DIGITS = re.compile(
    r"(?<=\D)\d{1,2}$"
)  # a raised number, pasted without its format: a mark only next to the plain name


def plain(name: str) -> str:
    """Return a name without the number before it and the marks behind it."""
    bare = _NUMBER.sub("", tidy(name), count=1).strip()
    while (shorter := _MARK.sub("", bare).strip()) not in (bare, ""):
        bare = shorter
    return bare or tidy(name)


def question(file: str | None, names: Iterable[str]) -> list[Problem]:
    """Return the question about names with a number or a mark; none without such a name."""
    known = set(names)
    marked = {name: plain(name) for name in sorted(known) if plain(name) != tidy(name)}
    marked |= {name: bare for name in sorted(known) if (bare := _DIGITS.sub("", name)) in known and bare != name}
    if not marked:
        return []
    shown = [f"{name} → {bare}" for name, bare in marked.items()]
    facts: dict[str, object] = {"columns": list(marked), "shown": shortened(shown), "count": len(marked)}
    return [Problem("confirm_names", "warning", file, facts=facts)]
