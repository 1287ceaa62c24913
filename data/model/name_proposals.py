"""Proposals for unknown names of units, each with its reason; a person must confirm every match.

Exact spellings, confirmed aliases and names of other rounds are handled in `intake/values.py`. This module covers the
ways in which clerks shorten, lengthen and mistype names.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import TypeAlias

from data.model.names import match_key, tidy
from data.model.register import Register
from i18n import N_
from problems import Proposal

MOST = 3
ALIKE = 0.6  # of difflib: 市财证局 and 市财政局 have 0.75, 市科技局 and 市科协 0.57
QUOTES = "“”‘’\"'「」『』《》"
BRACKETS = str.maketrans("【[〔{】]〕}", "(((())))")
# Look-alike characters that NFKC does not unify.
LOOK_ALIKE = str.maketrans("巿囯囗⺠⻔⻋АВЕКМНОРСТХаеорсух", "市国口民门车ABEKMHOPCTXaeopcyx")
_PLACE = re.compile(r"^.{0,6}?[市区县州]委?")
_PLATES = re.compile(r"[()、,，/]+")

Spellings: TypeAlias = frozenset[str]
Fits: TypeAlias = Callable[[str, Spellings, Spellings], bool]


def proposals(written: str, register: Register) -> list[Proposal]:
    """Return the units that an unknown name may mean, the likeliest first, each with the reason; at most MOST."""
    text = _plain(written)
    former: dict[str, set[str]] = {}
    for key, code in register.former.items():
        former.setdefault(code, set()).add(_plain(key))
    likeness = SequenceMatcher(None, b=unicodedata.normalize("NFKC", tidy(written)))
    spellings = [
        (
            unit.unit_name,
            frozenset(_plain(name) for name in (unit.unit_name, unit.short_name) if name),
            frozenset(former.get(unit.unit_code, ())),
        )
        for unit in register.units
    ]
    codes = {unit.unit_name: unit.unit_code for unit in register.units}
    found: dict[str, Proposal] = {}
    successor = register.successors.get(match_key(written))
    if successor is not None:
        name = register.name_of(successor)
        found[name] = Proposal(name, TAKEN_OVER, successor)
    for reason, fits in WAYS:
        names = [name for name, own, earlier in spellings if fits(text, own, earlier)]
        # 市委办 is 市委办公室 rather than 市委编办: a common beginning counts more than similarity.
        for name in sorted(names, key=lambda name: (not name.startswith(text), -_ratio(likeness, name), name)):
            found.setdefault(name, Proposal(name, reason, codes[name]))
    alike = ((max(_quick_ratio(likeness, one) for one in (name, *own)), name) for name, own, _ in spellings)
    for ratio, name in sorted(alike, key=lambda pair: (-pair[0], pair[1])):
        if ratio >= ALIKE:
            found.setdefault(name, Proposal(name, SIMILAR, codes[name]))
    return list(found.values())[:MOST]


def without_quotes(text: str) -> str:
    """Return the name without quotation marks around it."""
    return tidy(text).strip(QUOTES)


def _plain(text: str) -> str:
    return match_key(without_quotes(text)).translate(BRACKETS)


def _looks_like(text: str, own: Spellings, _: Spellings) -> bool:
    meant = text.translate(LOOK_ALIKE)
    return meant != text and _but_for_the_place(meant, own, own)


def _but_for_the_place(text: str, own: Spellings, _: Spellings) -> bool:
    return not _placeless(text).isdisjoint(part for name in own for part in _placeless(name))


def _by_a_plate(text: str, own: Spellings, _: Spellings) -> bool:
    return not _plates(text).isdisjoint(own) or any(text in _plates(name) for name in own)


def _short_form(text: str, own: Spellings, _: Spellings) -> bool:
    whole = {part for name in own for part in _placeless(name.split("(")[0])}
    return any(_shortens(short, name) for short in _placeless(text.split("(")[0]) for name in whole)


def _by_an_earlier_name(text: str, _: Spellings, earlier: Spellings) -> bool:
    return text in earlier or _but_for_the_place(text, earlier, earlier) or _short_form(text, earlier, earlier)


TAKEN_OVER = N_("{unit} (took over in a reform)")
SIMILAR = N_("{unit} (similar spelling)")
# In the order of trust.
WAYS: tuple[tuple[str, Fits], ...] = (
    (N_("{unit} (a similar-looking character)"), _looks_like),
    (N_("{unit} (with or without the name of the place)"), _but_for_the_place),
    (N_("{unit} (another name in brackets)"), _by_a_plate),
    (N_("{unit} (a short form)"), _short_form),
    (N_("{unit} (former name)"), _by_an_earlier_name),
)


def _placeless(name: str) -> set[str]:
    """Return the name, and the name without its place: 资阳市财政局, 市财政局 and 财政局."""
    return {name, _PLACE.sub("", name, count=1)} - {""}


def _plates(name: str) -> set[str]:
    """Return the names before, in and between brackets; empty for a name without brackets."""
    return {part for part in _PLATES.split(name) if len(part) > 2} if "(" in name else set()


def _shortens(short: str, whole: str) -> bool:
    """Return whether the short form is a subsequence of the full name, with its first and its last character."""
    if not 2 <= len(short) < len(whole) or short[0] != whole[0]:
        return False
    letters = iter(whole)
    return all(letter in letters for letter in short) and short[-1] in _ends(whole)


def _ends(whole: str) -> Iterator[str]:
    """Yield the full name up to each character that a short form may end in: 卫生健康委员会 is 卫健委."""
    yield whole[-1]
    if whole.endswith("委员会"):
        yield "委"
    if whole.endswith("办公室"):
        yield "办"


def _ratio(likeness: SequenceMatcher[str], name: str) -> float:
    likeness.set_seq1(name)
    return likeness.ratio()


def _quick_ratio(likeness: SequenceMatcher[str], name: str) -> float:
    """Return the ratio, or 0 where its upper bounds are below ALIKE already."""
    likeness.set_seq1(name)
    if likeness.real_quick_ratio() < ALIKE or likeness.quick_ratio() < ALIKE:
        return 0.0
    return likeness.ratio()
