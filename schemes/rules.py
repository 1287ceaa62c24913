"""Reader of a scheme's settings: `rules.toml`, in which every number has a reason.

    [days]
    value = 7
    source = "text"
    why = "..."

The defaults of a scheme say of what kind a setting is, `schemes.frame.setting` what it may be. Every problem is
reported at once.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from errors import ProblemsError
from i18n import N_
from problems import Problem, Term

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")
PARTS = ("value", "why", "source")


class InvalidSettingsError(ProblemsError):
    """Error for settings that a scheme cannot use; `problems` lists everything that is wrong."""


@dataclass(frozen=True)
class Rules(Generic[S]):
    """Settings of a scheme with the reason and source of each, and their name, which documents print."""

    name: str
    settings: S
    why: Mapping[str, str]
    source: Mapping[str, str]


def default_rules(scheme: str, defaults: S) -> Rules[S]:
    """Return the settings that a scheme comes with, from its folder."""
    text = files(f"schemes.{scheme}").joinpath("rules.toml").read_text(encoding="utf-8")
    return read_rules(text, defaults)


def read_rules(text: str, defaults: S) -> Rules[S]:
    """Return the settings of a text; InvalidSettingsError lists every problem at once.

    defaults : settings that the text does not name are taken from here. A setting that it names needs a reason.
    """
    document, problems = _document(text), Problems()
    known = {item.name: item for item in fields(defaults)}
    name = problems.text(document, "name", "name")
    problems.unknown(document, [*known, "name"], "")
    sections = {key: problems.section(key, document[key]) for key in known if key in document}
    values = {
        key: problems.value(known[key], getattr(defaults, key), section["value"])
        for key, section in sections.items()
        if "value" in section
    }
    if problems.listed:
        raise InvalidSettingsError(problems.listed)
    why, source = ({key: str(section[part]) for key, section in sections.items()} for part in PARTS[1:])
    return Rules(name, replace(defaults, **values), why, source)


def _document(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        lines = text.splitlines() or [""]
        line, column = (int(place[1]), int(place[2])) if place else (len(lines), len(lines[-1]) + 1)
        facts = {"line": line, "column_number": column}
        raise InvalidSettingsError([Problem("rules_settings_not_toml", facts=facts)]) from None


class Problems:
    """What is wrong with a text of settings, gathered while it is read."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []

    def section(self, key: str, given: object) -> Mapping[str, object]:
        """Return value, why and source of a setting; a value without a table is read too, and lacks its reason."""
        section = given if isinstance(given, dict) and set(given) & set(PARTS) else {"value": given}
        self.unknown(section, PARTS, f"{key}.")
        for part in PARTS[1:]:
            self.text(section, part, f"{key}.{part}")
        if "value" not in section:
            self._missing(f"{key}.value")
        return section

    def text(self, section: Mapping[str, object], part: str, key: str) -> str:
        """Return a text, which must not be empty."""
        value = section.get(part)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self._missing(key)
        return ""

    def unknown(self, section: Mapping[str, object], known: Iterable[str], prefix: str) -> None:
        """Report every key that is not known."""
        names = list(known)
        for key in section:
            if key not in names:
                close = [prefix + name for name in difflib.get_close_matches(key, names, n=1)]
                self.listed.append(Problem("rules_unknown_key", facts={"key": prefix + key, "close": close}))

    def value(self, item: "Field[Any]", default: object, given: object) -> object:
        """Return a value as its default is; a wrong value is reported, and the default returned."""
        expected, read = _KINDS[next(kind for kind in _KINDS if isinstance(default, kind))]
        value = read(given)
        if value is None:
            facts = {"key": item.name, "expected": Term(expected)}
            self.listed.append(Problem("rules_setting_type", value=_as_written(given), facts=facts))
            return default
        for single in _singles(value):
            self._limits(item, single)
        return value

    def _limits(self, item: "Field[Any]", value: Any) -> None:
        """Report a number out of its range, or a word that is not listed."""
        low, high, choices = (item.metadata.get(part) for part in ("low", "high", "choices"))
        if low is not None and not low <= value <= high:
            facts = {"key": item.name, "low": str(low), "high": str(high)}
            self.listed.append(Problem("rules_out_of_range", value=str(value), facts=facts))
        if choices and value not in choices:
            close = difflib.get_close_matches(str(value), choices, n=1)
            listed = {"key": item.name, "known": choices, "close": close}
            self.listed.append(Problem("rules_not_one_of", value=str(value), facts=listed))

    def _missing(self, key: str) -> None:
        self.listed.append(Problem("rules_setting_missing", facts={"key": key}))


def _singles(value: object) -> list[object]:
    """Return the members of a list or table, else the value itself."""
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, tuple) else [value]


def _whole(given: object) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _share(given: object) -> Fraction | None:
    """Return a fraction written "2/3"; None for other text and for a 0 below the line."""
    match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", given) if isinstance(given, str) else None
    return Fraction(int(match[1]), int(match[2])) if match and int(match[2]) else None


def _number(given: object) -> float | None:
    return float(given) if isinstance(given, int | Decimal) and not isinstance(given, bool) else None


def _words(given: object) -> tuple[str, ...] | None:
    return tuple(given) if isinstance(given, list) and all(isinstance(item, str) for item in given) else None


def _wholes(given: object) -> dict[str, int] | None:
    numbers = given if isinstance(given, dict) else None
    return numbers if numbers is not None and None not in map(_whole, numbers.values()) else None


_KINDS: dict[type, tuple[str, Callable[[object], object]]] = {
    bool: (N_("true or false"), lambda given: given if isinstance(given, bool) else None),
    int: (N_("a whole number"), _whole),
    float: (N_("a number"), _number),
    Fraction: (N_('a fraction in quotation marks, such as "2/3"'), _share),
    str: (N_("text in quotation marks"), lambda given: given if isinstance(given, str) else None),
    tuple: (N_("a list of texts in quotation marks"), _words),
    Mapping: (N_("a table of whole numbers"), _wholes),
}
"""Kinds of a setting, known from its default: the words for what is expected, and the reader."""


def _as_written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
