"""Table of a rule set's TOML document, whose settings are taken out and checked one by one."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from i18n import N_
from problems import Problem, Term

# How offices and earlier papers call a setting -> its name in a rule set.
OTHER_NAMES = {
    **dict.fromkeys(("trim", "trimmed"), "trimming"),
    **dict.fromkeys(("volume_weights", "volume_weight"), "volume"),
    **dict.fromkeys(("component", "parts"), "components"),
    **dict.fromkeys(("deduction", "penalty", "penalties"), "deductions"),
    **dict.fromkeys(("dense", "dense_ranks"), 'presentation.ranks = "dense"'),
    **dict.fromkeys(("quota", "quotas", "grades", "class"), "classes"),
    **dict.fromkeys(("indicator_order", "per_indicator", "per_indicator_order"), 'averaging.order = "indicator"'),
    **dict.fromkeys(("publish", "published"), "publication"),
    "alternative": "alternatives",
    "vetoes": "veto",
    **dict.fromkeys(("insider", "insiders", "self_selected", "channels"), "apart"),
}
# Seen in practice and left out on purpose: a rule that would silently not apply is refused by name, with its reason.
OUT_OF_SCOPE = {
    "validity": N_(
        "ballots must not be taken out because of the answers they give. Ballots with one answer throughout are shown "
        "apart, with the scores without them, and people decide"
    ),
    "consecutive": N_(
        "what follows from two years at the end is a decision on persons and not a score; the page of two years shows "
        "both verdicts, with reforms of the units between them"
    ),
    "sanctions": N_(
        "a list has one border, for which its promise holds. For a harsher step ask again: biaochi bottom -k 2, or "
        "ranking --what-if with the other limit"
    ),
}


class Section:
    """Table of the document, whose settings are taken out and checked; keeps those not yet taken."""

    def __init__(self, values: Mapping[str, Any], name: str, problems: list[Problem]) -> None:
        self.values = values
        self.name = name
        self.problems = problems
        self.known: set[str] = set()
        self.wrong: set[str] = set()

    def path(self, key: str) -> str:
        """Return the key as a person writes it: bottom.k"""
        return f"{self.name}.{key}" if self.name else key

    def report(self, code: str, *, value: str | None = None, **facts: object) -> None:
        self.problems.append(Problem(code, value=value, facts=facts))

    def section(self, key: str) -> "Section":
        """Return the table under a key, empty when it is not given."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            self._wrong_type(key, N_("a table"), value)
            value = None
        return Section(value or {}, self.path(key), self.problems)

    def text(self, key: str) -> str:
        """Return a required text, which must not be empty."""
        value = self._take(key, required=True)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong_type(key, N_("text in quotation marks"), value)
            return ""
        if not value.strip():
            self.report("rules_empty_text", key=self.path(key))
        return value.strip()

    def texts(self, key: str) -> list[str]:
        """Return an optional list of texts."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._wrong_type(key, N_("a list of texts in quotation marks"), value)
            return []
        return value

    def pairs(self, key: str) -> list[tuple[Decimal, Decimal]] | None:
        """Return an optional list of pairs of numbers; empty when it is wrong."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(map(_is_pair, value)):
            self._wrong_type(key, N_("a list of pairs of numbers, such as [[0, 0], [1, 100]]"), value)
            return []
        return [(Decimal(first), Decimal(second)) for first, second in value]

    def paths(self, keys: Iterable[str]) -> list[str]:
        """Return keys as a person writes them."""
        return [self.path(key) for key in keys]

    def date(self, key: str, *, required: bool = True) -> date | None:
        value = self._take(key, required=required)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self._wrong_type(key, N_("a date without quotation marks, such as 2025-11-01"), value)
            return None
        return value

    def number(
        self,
        key: str,
        *,
        low: int | Decimal | None = None,
        high: int | Decimal | None = None,
        required: bool = False,
    ) -> Decimal | None:
        """Return a finite number, exact as written; None when absent or wrong."""
        value = self._take(key, required=required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self._wrong_type(key, N_("a number"), value)
            return None
        number = Decimal(value)
        if not number.is_finite():
            self._wrong_type(key, N_("a number"), value)
            return None
        too_low = low is not None and number < low
        if too_low or (high is not None and number > high):
            self._out_of_range(key, number, "0" if low is None else str(low), str(high))
            return None
        return number

    def hundredths(self, key: str, *, required: bool = True) -> int | None:
        """Return points with at most two decimals, as hundredths."""
        number = self.number(key, low=-(10**6), high=10**6, required=required)
        if number is None:
            return None
        if number * 100 != int(number * 100):
            self.wrong.add(key)
            self.report("rules_points_too_precise", key=self.path(key), value=str(number))
            return None
        return int(number * 100)

    def whole(self, key: str, low: int, high: int, default: Any) -> Any:
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong_type(key, N_("a whole number"), value)
            return default
        if not low <= value <= high:
            self._out_of_range(key, Decimal(value), str(low), str(high))
            return default
        return value

    def choice(self, key: str, known: tuple[str, ...], default: str, *, required: bool = False) -> str:
        value = self._take(key, required=required)
        if value is None:
            return default
        if not isinstance(value, str):
            self._wrong_type(key, N_("text in quotation marks"), value)
            return default
        if value not in known:
            facts = {"known": known, "close": difflib.get_close_matches(value, known, n=1)}
            self.wrong.add(key)
            self.report("rules_not_one_of", key=self.path(key), value=value, **facts)
            return default
        return value

    def no_key_twice(self) -> None:
        """Report names that differ only in width or spaces: to a reader they are the same name."""
        seen: set[str] = set()
        for key in self.values:
            if same_word(key) in seen:
                self.report("rules_grade_twice", value=key, sections=[self.name])
            seen.add(same_word(key))

    def refuse_others(self) -> None:
        """Report every key not taken: of a later version, or misspelt."""
        for key in self.values:
            if key in self.known:
                continue
            if key in OUT_OF_SCOPE:
                self.report("rules_out_of_scope", key=self.path(key), reason=Term(OUT_OF_SCOPE[key]))
            elif key in OTHER_NAMES:
                self.report("rules_other_name", key=self.path(key), name=OTHER_NAMES[key])
            else:
                self._unknown(key)

    def _unknown(self, key: str) -> None:
        close = difflib.get_close_matches(key, sorted(self.known), n=1)
        self.report("rules_unknown_key", key=self.path(key), close=self.paths(close))

    def _take(self, key: str, *, required: bool = False) -> Any:
        self.known.add(key)
        value = self.values.get(key)
        if value is None and required:
            self.wrong.add(key)
            self.report("rules_missing", key=self.path(key))
        return value

    def _wrong_type(self, key: str, expected: str, value: object) -> None:
        self.wrong.add(key)
        facts = {"key": self.path(key), "expected": Term(expected)}
        self.report("rules_wrong_type", value=_as_written(value), **facts)

    def _out_of_range(self, key: str, number: Decimal, low: str, high: str) -> None:
        self.wrong.add(key)
        facts = {"key": self.path(key), "low": low, "high": high}
        self.report("rules_out_of_range", value=str(number), **facts)


def _is_pair(value: object) -> bool:
    """Return whether a TOML value is a list of two finite numbers."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, int | Decimal) and not isinstance(one, bool) for one in value)
        and all(Decimal(one).is_finite() for one in value)
    )


def _as_written(value: object) -> str:
    """Return a TOML value much as its author wrote it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def same_word(text: str) -> str:
    """Return the key that two spellings of a word share."""
    return "".join(unicodedata.normalize("NFKC", text).split())
