"""Measures of a scheme that may be published: small numbers withheld, and judged with all that was public before.

A measure of a year is a table of its keys by what is met and what is not, with totals, so that it is judged like the
grades of a round: alone (`analytics.suppression`) and over time (`reports.disclosure_over_time`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.suppression import is_small, suppress, table
from data.store.audit_log import PAGE
from data.store.public_sets import check_complete, keep_set, kept_sets
from data.store.release import Release
from data.store.store import Store
from reports.disclosure_over_time import NEW, REPEATED, Judgement, judge
from reports.measure_words import FEN, METRES, SHARE
from reports.public_facts import BETWEEN, Facts, PublicSet, UnitFacts, set_of
from results.contributions import Scheme, counts_of
from results.missing import is_missing

SMALLEST = 5
"""Least number that is published; a share needs as many that are met and as many that are not, or none of them."""
MET, REST = f"{BETWEEN}met", f"{BETWEEN}rest"
ALL = "all"
WITHHELD, WAITS = "withheld", "waits"
"""Reasons: a small number would follow from it; it changed by too few since it was last public."""


@dataclass(frozen=True)
class PublicMeasures:
    """Rows that may be published, with value and base of those that are withheld left out; and the set to keep."""

    rows: pd.DataFrame
    set: PublicSet
    round: str

    def keep(self, store: Store) -> str:
        """Keep the set and return its digest. Raises UsageError if another set came in between."""
        return keep_set(store.path, self.round, self.set.content)

    @property
    def logged(self) -> str:
        """What the audit log calls the export."""
        return f"{PAGE} {self.round}"


def prepare_measures(store: Store, scheme: Scheme, release: Release, year: int, rows: pd.DataFrame) -> PublicMeasures:
    """Judge the public rows of a year with everything public of them before; the same release gives the same again.

    rows : of public measures, in total and divided. Raises SetMissingError or RestoredError if the store may not know
    all that became public.
    """
    name = f"{scheme.name}-{year}"
    check_complete(store.path, name, release.id)
    before = [set_of(kept.content) for kept in kept_sets(store.path, name)]
    known = next((one for one in before if one.release == release.id), None)
    if known is None:
        known = judged(scheme, rows, name, release.id, before)
    return PublicMeasures(_filled(rows, known), known, name)


def judged(
    scheme: Scheme, rows: pd.DataFrame, name: str, release: str, before: Sequence[PublicSet], smallest: int = SMALLEST
) -> PublicSet:
    """Return what may be printed of the rows, given all that is public of them."""
    facts = _facts(scheme, rows)
    judgement = judge(facts, before, smallest)
    printed: dict[str, Mapping[str, Any]] = {}
    in_order = sorted(judgement.categories.items(), key=lambda item: (not item[0].endswith(f"|{ALL}"), item[0]))
    for category, verdict in in_order:  # totals first: what is withheld elsewhere depends on whether they are public
        own = facts.of_category(category)
        if verdict.how == REPEATED and verdict.against is not None:
            printed |= {code: row for code, row in before[verdict.against].rows.items() if code in own}
        elif verdict.how == NEW:
            total = f"{category.partition('|')[0]}|{ALL}|"
            shown = _shown(own, total in printed and not category.endswith(f"|{ALL}"), smallest)
            printed |= {code: row for code, row in _figures(rows).items() if code in shown}
    how = {category: verdict.how for category, verdict in judgement.categories.items()}
    printed = _without_linked(facts, printed, how, _linked(scheme, rows))
    waiting = tuple(c for c, verdict in judgement.categories.items() if verdict.how not in (NEW, REPEATED))
    since = _since(judgement, before, release)
    earlier = tuple(one.digest for one in before)
    return PublicSet(name, release, earlier, facts, printed, [], waiting, {}, None, since)


def _linked(scheme: Scheme, rows: pd.DataFrame) -> dict[str, str]:
    """Return measure -> the measures that tell of its numbers: of the same base, or whose base is what another counts.

    Receptions are the base of the people received, and the matters raised there the base of those solved.
    """
    known, counts = rows.drop_duplicates("measure"), counts_of(scheme)
    pairs = zip(known["measure"], known["of_what"], strict=True)
    base = {str(measure): str(measure) if is_missing(of_what) else str(of_what) for measure, of_what in pairs}
    counted = {f"{counts[measure]}_{measure}": measure for measure in base}
    return {measure: base.get(counted.get(of_what, ""), of_what) for measure, of_what in base.items()}


def _without_linked(
    facts: Facts, printed: Mapping[str, Mapping[str, Any]], how: Mapping[str, str], linked: Mapping[str, str]
) -> dict[str, Mapping[str, Any]]:
    """Return the printed rows without new ones of a unit or place that a linked measure withholds.

    Two measures with a base in common, each with another unit withheld, would give both bases away.
    """
    withheld = {
        _in_group(code, linked)
        for code, unit in facts.units.items()
        if code not in printed and how[unit.category] in (NEW, REPEATED) and not unit.category.endswith(f"|{ALL}")
    }
    return {
        code: row
        for code, row in printed.items()
        if how[facts.units[code].category] != NEW or _in_group(code, linked) not in withheld
    }


def _in_group(code: str, linked: Mapping[str, str]) -> tuple[str, str, str]:
    measure, by, key = code.split("|", 2)
    return linked[measure], by, key


def _since(judgement: Judgement, before: Sequence[PublicSet], release: str) -> dict[str, str]:
    return {
        name: before[verdict.against].release if verdict.against is not None else release
        for name, verdict in judgement.categories.items()
    }


def _code(row: Mapping[str, Any]) -> str:
    return f"{row['measure']}|{row['by']}|{row['key']}"


def _category(row: Mapping[str, Any]) -> str:
    return f"{row['measure']}|{row['by']}"


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _facts(scheme: Scheme, rows: pd.DataFrame) -> Facts:
    """Return each row as numbers: what is met and what is not (`_numbers`); of money or a length the base alone."""
    known, units = counts_of(scheme), {}
    for row in _records(rows):
        numbers = _numbers(row, known[row["measure"]])
        counts = {grade: number for grade, number in zip((MET, REST), numbers, strict=True) if number}
        units[_code(row)] = UnitFacts(str(row["key"]), _category(row), "", {"": counts} if counts else {})
    return Facts(units, str(rows["rules"].iloc[0]) if len(rows) else "", {}, {}, 0, 0)


def _numbers(row: Mapping[str, Any], counts: str) -> tuple[int, int]:
    """Return the two numbers that a row tells of.

    A share or a part of its base (matters solved, of the matters raised) is what is met and what is not. A number of
    something else (people, of receptions) is that number and its base.
    """
    n = int(row["n"])
    if is_missing(row["value"]) or counts in (FEN, METRES):
        return n, 0
    if counts == SHARE:
        met = round(float(row["value"]) * n)
        return met, n - met
    value, base = int(row["value"]), str(row["of_what"])
    if base == counts or base.startswith(f"{counts}_"):
        return value, n - value
    return value, n


def _shown(own: Mapping[str, UnitFacts], total_is_public: bool, smallest: int) -> set[str]:
    """Return the rows of a measure of which no number is withheld, alone or to protect another."""
    codes = list(own)
    counts = np.array([[own[c].counts.get("", {}).get(grade, 0) for grade in (MET, REST)] for c in codes])
    cells = table(counts, row_totals=False, column_totals=total_is_public)
    alike = counts == counts.sum(axis=1, keepdims=True)
    small = np.zeros(len(cells.counts), dtype=bool)
    small[: counts.size] = is_small(counts, smallest, alike).ravel()
    found = suppress(cells, small, smallest)
    if len(found.exposed):  # no choice of rows protects them
        return set()
    hidden = found.cells[: counts.size].reshape(counts.shape)
    return {code for code, row in zip(codes, hidden, strict=True) if not row.any()}


def _figures(rows: pd.DataFrame) -> dict[str, dict[str, Any]]:
    found = {}
    for row in _records(rows):
        value = None if is_missing(row["value"]) else row["value"]
        found[_code(row)] = {"value": value, "n": int(row["n"]), "as_of": str(row["as_of"])}
    return found


def _filled(rows: pd.DataFrame, known: PublicSet) -> pd.DataFrame:
    """Return the rows with the printed figures; a row that is withheld says why, and has neither value nor base."""
    printed = []
    for row in _records(rows):
        figures, category = known.rows.get(_code(row)), _category(row)
        if figures is None:
            reason = WAITS if category in known.waiting else WITHHELD
            row |= {"value": None, "n": None, "low": None, "high": None, "reason": reason, "why_no_interval": reason}
            row["verdict"] = "not_tested"
        else:
            row |= figures
        printed.append({**row, "release": known.since.get(category, known.release)})
    return pd.DataFrame(printed, columns=list(rows.columns), dtype=object)
