"""Rows of a ranking as plain values, and rows of a unit through its rounds."""

from collections.abc import Iterable

import pandas as pd

from data.store.release import Release
from results.fields import WHOLE, having
from results.missing import is_missing
from results.ranking.lineage import codes_of
from results.ranking.ranking import FIELDS, Ranking, ranking


def records(rows: pd.DataFrame, fields: Iterable[str] = FIELDS) -> list[dict[str, object]]:
    """Return rows with plain Python values; None for what is missing."""
    names = list(fields)
    columns = [[_plain(name, value) for value in rows[name].tolist()] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def unit_rounds(release: Release, code: str) -> list[dict[str, object]]:
    """Return ranking rows of a unit, newest round first, each with its round; empty for an unknown code.

    Renamings that gave the unit another code are followed.
    """
    found = []
    codes = codes_of(release, code)
    for round_id in release.rounds():
        round_ = release.round(round_id)
        units = round_.units.set_index("unit_code")["category"]
        for own in (own for own in codes if own in units.index):
            found += rows_of_unit(ranking(round_, str(units[own])), own)
    return found


def rows_of_unit(ranking: Ranking, code: str) -> list[dict[str, object]]:
    """Return the row of a unit with its round; empty when the ranking has no such row."""
    own = ranking.rows[ranking.rows["unit_code"] == code]
    return [{"round": ranking.round, **row} for row in records(own)]


def _plain(name: str, value: object) -> object:
    if isinstance(value, dict):
        return {str(key): int(count) for key, count in value.items()}
    if is_missing(value):
        return None
    return int(str(value)) if name in having("ranking", WHOLE) else value
