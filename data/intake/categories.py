"""Categories that may be one under two names: ranked apart, each is placed among too few. A person settles them."""

import re
from collections.abc import Collection, Iterable
from itertools import combinations

from data.intake.meaning import shortened
from data.model.names import match_key
from problems import Problem

FEWEST_SIGNS = 3  # of a name in which a different sign may be a slip; 甲类 and 乙类 differ on purpose
MOST_MISSING = 2  # signs: 政府部门 and 政府组成部门
_SUFFIX = re.compile(r"(?:部门|单位|机关|类别?|系统|序列|组别?|板块|口)+$")
# Signs that distinguish categories on purpose: numbers, ranks and levels.
_TELLS_APART = frozenset(
    "0123456789一二三四五六七八九十甲乙丙丁戊己庚辛上中下大小东南西北内外前后正副国省市州盟县区旗乡镇村街直属有民公私非高低"
    "abcdefghijklmnopqrstuvwxyz"
)


def look_alike(first: str, second: str) -> bool:
    """Return whether two categories may be the same: equal but for 部门 or 类, a single sign, or a word inside.

    Spellings with one key are one category already and are not asked about.
    """
    one, two = sorted((match_key(first), match_key(second)), key=len)
    if one == two or not one:
        return False
    if _SUFFIX.sub("", one) == _SUFFIX.sub("", two):
        return True
    missing = len(two) - len(one)
    if not missing:
        return _one_slip(one, two)
    if missing > MOST_MISSING or len(one) < FEWEST_SIGNS or not _inside(one, two):
        return False
    return not set(_left_over(one, two)) & _TELLS_APART


def _one_slip(one: str, two: str) -> bool:
    different = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    return len(one) >= FEWEST_SIGNS and len(different) == 1 and not set(different[0]) & _TELLS_APART


def _inside(one: str, two: str) -> bool:
    """Return whether the signs of one stand in two in their order."""
    signs = iter(two)
    return all(sign in signs for sign in one)


def _left_over(one: str, two: str) -> str:
    for sign in one:
        two = two.replace(sign, "", 1)
    return two


def alike(own: Collection[str], others: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the pairs of categories that may be the same, within a file and between it and earlier uploads."""
    pairs = [*combinations(sorted(own), 2), *((a, b) for a in sorted(own) for b in sorted(set(others) - set(own)))]
    return [pair for pair in pairs if look_alike(*pair)]


def question(file: str | None, pairs: Iterable[tuple[str, str]]) -> list[Problem]:
    """Return the question about pairs of categories; none without a pair."""
    names = [" / ".join(pair) for pair in dict.fromkeys(pairs)]
    if not names:
        return []
    facts = {"columns": names, "shown": shortened(names), "count": len(names)}
    return [Problem("confirm_category", "warning", file, facts=facts)]


def other_than_registered(file: str | None, pairs: Iterable[tuple[str, str]]) -> list[Problem]:
    """Return the question about units whose category differs between a file and the register: (file's, register's)."""
    different = [(own, registered) for own, registered in pairs if own and match_key(own) != match_key(registered)]
    names = [f"{own} → {registered}" for own, registered in dict.fromkeys(different)]
    if not names:
        return []
    facts = {"columns": names, "shown": shortened(names), "count": len(different)}
    return [Problem("confirm_registered_category", "warning", file, facts=facts)]
