"""Rules of a scheme that an office has added: rows of a table, so that they are published, replayed and kept like any.

A term that has begun is not changed by rules of a later day, so all rules of a scheme are kept with their first days.
"""

import csv
import io
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.model.contract import SCHEME_RULES, fields
from errors import BiaochiError
from i18n import N_
from schemes.rules import Rules, read_rules
from schemes.scheme import Scheme

if TYPE_CHECKING:
    from data.store import Store
    from data.store.import_job import ImportReport
    from data.store.release import Release


class RulesTakenError(BiaochiError):
    """Error for rules of a name or a first day that other rules of the scheme have."""

    message = N_("Rules of this scheme named {name} begin on {day} already. Choose another name and another day.")


@dataclass(frozen=True)
class DatedRules:
    """Rules with their first day; None for those that the scheme comes with."""

    first: date | None
    rules: Rules[Any]


def dated_rules(scheme: Scheme, rows: pd.DataFrame) -> tuple[DatedRules, ...]:
    """Return the rules of a scheme in the order of their first days, after those that it comes with.

    rows : of the kind `scheme_rules`.
    """
    found = [DatedRules(None, scheme.default_rules)]
    if not len(rows):  # most stores: to group no rows took a tenth of an import of seven ballots
        return tuple(found)
    own = rows[rows["scheme"] == scheme.name].sort_values(["valid_from", "name"], kind="stable")
    for (first, _), part in own.groupby(["valid_from", "name"], sort=True):
        found.append(DatedRules(date.fromisoformat(str(first)[:10]), read_rules(_as_text(part), scheme.settings)))
    return tuple(found)


def rules_on(dated: Sequence[DatedRules], day: date) -> Rules[Any]:
    """Return the rules that apply on a day."""
    return [item.rules for item in dated if item.first is None or item.first <= day][-1]


def rules_of_release(release: "Release", scheme: Scheme) -> tuple[DatedRules, ...]:
    """Return the rules of a scheme that a release was published with."""
    return dated_rules(scheme, release.records(SCHEME_RULES))


def rules_of_store(store: "Store", scheme: Scheme) -> tuple[DatedRules, ...]:
    """Return the rules of a scheme that a store holds, published or not."""
    from data.store.rounds import contents

    columns = [field.name for field in fields(SCHEME_RULES)]
    rows = contents(store.uploads_in_force(), SCHEME_RULES)
    return dated_rules(scheme, pd.DataFrame(rows, columns=columns, dtype="object"))


def add_rules(store: "Store", scheme: Scheme, text: str, first: date) -> tuple[Rules[Any], "ImportReport"]:
    """Keep rules that apply from a day on. Raises InvalidSettingsError for every fault at once, RulesTakenError."""
    from data.store.import_job import ImportOptions

    rules = read_rules(text, scheme.settings)
    for item in rules_of_store(store, scheme):
        same = item.rules.name == rules.name and item.first == first and _sections(item.rules) == _sections(rules)
        if not same and (item.first == first or item.rules.name == rules.name):
            raise RulesTakenError(name=item.rules.name, day=item.first or first)
    source = (f"{scheme.name}-{rules.name}.csv", _as_table(scheme, text, first))
    return rules, store.import_files(SCHEME_RULES, [source], str(first.year), ImportOptions(checked=True))


def _sections(rules: Rules[Any]) -> tuple[object, ...]:
    return rules.settings, dict(rules.why), dict(rules.source)


def _as_table(scheme: Scheme, text: str, first: date) -> bytes:
    """Return the rows of a text that has been checked."""
    document = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    name = document.pop("name")
    file = io.StringIO(newline="")
    lines = csv.writer(file)
    lines.writerow([field.header for field in fields(SCHEME_RULES)])
    for key, part in document.items():
        lines.writerow([scheme.name, name, first.isoformat(), key, literal(part["value"]), part["why"], part["source"]])
    return file.getvalue().encode()


def _as_text(rows: pd.DataFrame) -> str:
    """Return the rules as a text that `read_rules` reads."""
    parts = [f"name = {literal(rows['name'].iloc[0])}"]
    for row in rows.itertuples():
        texts = (f"{part} = {literal(getattr(row, part))}" for part in ("why", "source"))
        parts.append("\n".join([f"[{row.setting}]", f"value = {row.value}", *texts]))
    return "\n\n".join(parts) + "\n"


def as_text(rules: Rules[Any]) -> str:
    """Return rules as the text of a file, with the reason and source of each setting that has them."""
    parts = [f"name = {literal(rules.name)}"]
    for key, why in rules.why.items():
        value = literal(getattr(rules.settings, key))
        parts.append(f"[{key}]\nvalue = {value}\nwhy = {literal(why)}\nsource = {literal(rules.source[key])}")
    return "\n\n".join(parts) + "\n"


def literal(value: object) -> str:
    """Return a value as TOML writes it; a fraction is a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{literal(key)} = {literal(item)}" for key, item in value.items()) + " }"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(str(value), ensure_ascii=False)
