"""Initials of Chinese names in Pinyin (市公安局: SGAJ), for a search by letters.

The order of all characters by Pinyin is part of the engine (ICU), so no list of readings is kept here. It knows a
single reading of a character; `OTHER_READINGS` has the second ones that occur in names of offices and places.
"""

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from data.duckdb_access import sort_keys
from data.model.names import match_key

LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"
FIRST_OF_LETTER = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他穵夕丫帀"
"""The first character of every letter in the order of ICU; no syllable begins with I, U or V."""
OTHER_READINGS = {
    **{"会": "K", "行": "H", "重": "C", "乐": "Y", "调": "T", "藏": "Z", "单": "S", "朝": "Z", "省": "X", "参": "S"},
    **{"传": "Z", "弹": "T", "给": "J", "系": "J", "校": "J", "石": "D", "率": "S", "盛": "C", "种": "C", "属": "Z"},
    **{"厦": "X", "长": "C", "曾": "Z", "畜": "X", "伺": "S", "咳": "K", "茄": "Q", "辟": "B", "泊": "B", "埔": "P"},
    **{
        "脯": "F",
        "匙": "C",
        "吁": "Y",
        "咯": "K",
        "轧": "Z",
        "槛": "J",
        "蛤": "G",
        "降": "X",
        "解": "X",
        "洗": "X",
        "番": "P",
    },
    **{"车": "J", "尉": "Y", "蔚": "Y", "六": "L", "台": "T", "柏": "B", "繁": "P", "隆": "L", "万": "M", "术": "Z"},
    **{"折": "S", "查": "Z", "仇": "Q", "区": "O", "尺": "C", "奇": "J", "扎": "Z", "提": "D", "敦": "D", "枞": "Z"},
}
"""Character -> initial of its other reading: 会计 (KJ), 银行 (YH), 重庆 (CQ), 长江 (CJ), 厦门 (XM)."""


@cache
def _borders() -> tuple[str, ...]:
    keys = sort_keys(FIRST_OF_LETTER)
    return tuple(keys[character] for character in FIRST_OF_LETTER)


def initials(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return for every name the letters that each of its characters may begin with, in small letters.

    A digit or Latin letter is kept; other signs are left out, so "市12345热线" gives s, 1, 2, 3, 4, 5, r, x.
    """
    keyed = [match_key(name) for name in names]
    keys = sort_keys({character for name in keyed for character in name if _is_chinese(character)})
    letters = {character: _letters(character, key) for character, key in keys.items()}
    return [tuple(found for c in name if (found := letters.get(c) or (c if c.isalnum() else ""))) for name in keyed]


def begins_or_holds(typed: str, letters: tuple[str, ...]) -> int | None:
    """Return the place at which typed letters begin in the initials of a name; None where they do not occur."""
    asked = match_key(typed)
    for place in range(len(letters) - len(asked) + 1):
        if asked and all(letter in found for letter, found in zip(asked, letters[place:], strict=False)):
            return place
    return None


def _letters(character: str, key: str) -> str:
    place = bisect_right(_borders(), key)
    first = LETTERS[place - 1] if place else ""
    return "".join(dict.fromkeys(first + OTHER_READINGS.get(character, ""))).casefold()


def _is_chinese(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character == "〇" or character >= "\U00020000"
