"""Initials of names in Pinyin, against the order of GB 2312, which is another list of the same readings."""

from bisect import bisect_right

from data.model.initials import LETTERS, begins_or_holds, initials

FIRST_OF_GB2312 = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
"""The first of the 3,755 common characters of every letter: the standard lists them in the order of Pinyin."""


def common_characters() -> list[str]:
    codes = (bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    return [code.decode("gb2312") for code in codes if code <= b"\xd7\xf9"]


def test_every_common_character_has_the_letter_that_the_standard_has():
    borders = [character.encode("gb2312") for character in FIRST_OF_GB2312]
    characters = common_characters()
    letters = initials(characters)
    assert len(characters) == 3755
    wrong = [
        character
        for character, (found,) in zip(characters, letters, strict=True)
        if LETTERS[bisect_right(borders, character.encode("gb2312")) - 1].casefold() not in found
    ]
    assert wrong == []


def test_both_readings_fit_digits_stay_and_signs_go():
    accounting, bank, hotline = initials(["会计局", "人民银行", "市（12345）热线"])
    assert begins_or_holds("kjj", accounting) == 0 and begins_or_holds("hjj", accounting) == 0
    assert begins_or_holds("yh", bank) == 2 and begins_or_holds("RMYX", bank) == 0
    assert "".join(hotline) == "s12345rx"
    assert begins_or_holds("", bank) is None and begins_or_holds("zzz", bank) is None
