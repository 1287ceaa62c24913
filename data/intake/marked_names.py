"""Names of units with a number before them or the mark of a footnote behind, 1.市财政局 and 市财政局*, and texts that
are hardly names: 审核人： and ——.

Without a register each would be a unit, so a person is asked.
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
_REMARK = re.compile(
    r"(?:其中|备?注|说明|备注说明|审核|填表|制表|签[字名章]|负责人|数据来源|统计口径|四舍五入)(?:人|时间|日期)?(?:[:：].*)?|.*[:：]"
)
_DIGITS = re.compile(
    r"(?<=\D)\d{1,2}$"
)  # a raised number, pasted without its format: a mark only next to the plain name


def plain(name: str) -> str:
    """Return a name without the number before it and the marks behind it."""
    bare = _NUMBER.sub("", tidy(name), count=1).strip()
    while (shorter := _MARK.sub("", bare).strip()) not in (bare, ""):
        bare = shorter
    return bare or tidy(name)


def _is_no_name(name: str) -> bool:
    """Return whether a text has no letter, or is worded as a remark."""
    return not any(map(str.isalnum, name)) or _REMARK.fullmatch(tidy(name)) is not None


def question(file: str | None, names: Iterable[str]) -> list[Problem]:
    """Return the question about names with a number or a mark; none without such a name."""
    known = set(names)
    marked = {name: plain(name) for name in sorted(known) if plain(name) != tidy(name)}
    marked |= {name: bare for name in sorted(known) if (bare := _DIGITS.sub("", name)) in known and bare != name}
    marked |= {name: "" for name in sorted(known) if _is_no_name(name)}
    if not marked:
        return []
    shown = [f"{name} → {bare}" if bare else name for name, bare in marked.items()]
    facts: dict[str, object] = {"columns": list(marked), "shown": shortened(shown), "count": len(marked)}
    return [Problem("confirm_names", "warning", file, facts=facts)]
