"""Search for a unit in all rounds of a release: by name, short name, earlier name, alias, code or Pinyin initials."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from data.model.initials import begins_or_holds, initials
from data.model.names import match_key
from data.store.release import Release
from i18n import N_
from results.ranking.lineage import codes_of

NAME, EARLIER, SHORT, ALIAS, CODE, LETTERS, SIMILAR = (
    *("name", "earlier", "short", "alias"),
    *("code", "letters", "similar"),
)
WHY = {
    NAME: N_("name"),
    EARLIER: N_("earlier name {text}"),
    SHORT: N_("short name {text}"),
    ALIAS: N_("other name {text}"),
    CODE: N_("code"),
    LETTERS: N_("initials"),
    SIMILAR: N_("similar name"),
}
MOST_FOUND = 50
SIMILARITY = 0.5  # of difflib; lower values offered units with a single character in common


@dataclass(frozen=True)
class ListedUnit:
    """A unit of a release under its newest code.

    codes : its code in every round, newest first. names : (name, key of WHY), the newest name first. letters : initials
    of each name.
    """

    codes: tuple[str, ...]
    name: str
    category: str
    names: tuple[tuple[str, str], ...]
    letters: tuple[tuple[str, ...], ...]

    @property
    def code(self) -> str:
        """Return its newest code."""
        return self.codes[0]


@dataclass(frozen=True)
class Match:
    """A unit that a text may mean, and why: a key of WHY with the name that matched."""

    unit: ListedUnit
    why: str
    text: str


@dataclass(frozen=True)
class Directory:
    """Every unit of a release, in the order of the newest register."""

    units: tuple[ListedUnit, ...]

    def find(self, text: str) -> list[Match]:
        """Return the units that a text may mean, likeliest first, at most MOST_FOUND; none for an empty text.

        Names that are only similar are offered where nothing else fits.
        """
        if not match_key(text):
            return []
        ranked = [(found[0], place, found[1]) for place, unit in enumerate(self.units) if (found := _match(unit, text))]
        best = [match for _rank, _place, match in sorted(ranked, key=lambda found: found[:2])]
        return (best or self._similar(text))[:MOST_FOUND]

    def _similar(self, text: str) -> list[Match]:
        keys = {match_key(name): (unit, name) for unit in self.units for name, _kind in unit.names}
        close = get_close_matches(match_key(text), keys, n=5, cutoff=SIMILARITY)
        return [Match(unit, SIMILAR, name) for unit, name in (keys[key] for key in close)]


def directory(release: Release) -> Directory:
    """Return the units of all rounds of a release; a unit that a reform renamed is listed once, with both names."""
    listed: dict[str, dict[str, str]] = {}
    about: dict[str, tuple[str, str]] = {}
    newest: dict[str, str] = {}
    for round_id in release.rounds():
        for row in release.round(round_id).units.to_dict("records"):
            code, name = str(row["unit_code"]), str(row["unit_name"])
            if code not in newest:
                newest |= dict.fromkeys(codes_of(release, code), code) | {code: code}
                about[code] = (name, str(row["category"]))
                listed[code] = {}
            listed[newest[code]].setdefault(name, NAME if name == about[newest[code]][0] else EARLIER)
    others = [(row["unit_code"], row["short_name"], SHORT) for row in release.query("short_names").to_dict("records")]
    others += [(row["unit_code"], row["alias"], ALIAS) for row in release.records("unit_alias").to_dict("records")]
    for code, name, kind in others:
        if str(code) in newest:
            listed[newest[str(code)]].setdefault(str(name), kind)
    codes = {code: tuple(old for old, new in newest.items() if new == code and old != code) for code in listed}
    return Directory(tuple(_units(listed, about, codes)))


def _units(
    listed: dict[str, dict[str, str]], about: dict[str, tuple[str, str]], older: dict[str, tuple[str, ...]]
) -> Iterator[ListedUnit]:
    every = [name for names in listed.values() for name in names]
    letters = dict(zip(every, initials(every), strict=True))
    for code, names in listed.items():
        own = tuple(letters[name] for name in names)
        yield ListedUnit((code, *older[code]), *about[code], tuple(names.items()), own)


def _match(unit: ListedUnit, text: str) -> tuple[int, Match] | None:
    """Return how near a unit is (0 is nearest) and why; None where the text does not fit it."""
    asked = match_key(text)
    found = [_by_name(name, kind, asked) for name, kind in unit.names]
    found += [(0 if asked == match_key(code) else 4, CODE, code) for code in unit.codes if asked in match_key(code)]
    found += [
        (5 + (place > 0), LETTERS, name)
        for (name, _kind), letters in zip(unit.names, unit.letters, strict=True)
        if (place := begins_or_holds(text, letters)) is not None and len(asked) > 1
    ]
    near = min((one for one in found if one), key=lambda one: one[0], default=None)
    return None if near is None else (near[0], Match(unit, near[1], near[2]))


def _by_name(name: str, kind: str, asked: str) -> tuple[int, str, str] | None:
    """Return how near a name is: the same, begins with the text, holds it, or holds its characters in order."""
    key = match_key(name)
    if key == asked:
        return (0 if kind == NAME else 1), kind, name
    if asked in key:
        return (2 if key.startswith(asked) else 3), kind, name
    rest = iter(key)
    in_order = len(asked) > 1 and all(character in rest for character in asked)
    return (7, kind, name) if in_order else None
