"""Spellings of one name: names with the same match key are one name, under the spelling that most lines have."""

from collections import Counter
from collections.abc import Iterable, Mapping

from data.model.names import match_key


def one_spelling(lines: Mapping[str, int]) -> dict[str, str]:
    """Map each unusual spelling of a name to the usual spelling.

    The usual spelling has most lines; among equals it is the first in text order, so that the order of rows has no
    effect.
    """
    usual: dict[str, str] = {}
    for text in sorted(lines, key=lambda text: (-lines[text], text)):
        usual.setdefault(match_key(text), text)
    return {text: usual[match_key(text)] for text in lines if usual[match_key(text)] != text}


def spellings_of(texts: Iterable[str]) -> dict[str, str]:
    """Map the spellings of these texts that are unusual to the usual spellings."""
    return one_spelling(Counter(texts))


def other_spellings(*maps: Mapping[str, str]) -> dict[str, list[str]]:
    """Return, for each usual spelling, the other spellings that were joined with it."""
    found: dict[str, list[str]] = {}
    for spelled in maps:
        for other, usual in sorted(spelled.items()):
            found.setdefault(usual, []).append(other)
    return found
