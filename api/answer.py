"""An answer of the API: rows with their evidence, as JSON and as CSV.

The rows are those of the command line; what a line needs to be read alone (release, rules, round) is added to each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from data.store.release import Release, Round
from data.store.round_status import STATUSES
from formats.spreadsheet import Cell, Sheet, csv_bytes, json_bytes
from i18n import N_, translate
from results.fields import columns
from schemes.words import REASON_WORDS, VERDICT_WORDS

COUNTED = "counted"
"""Verdict of a line that was counted, and the reason why it has no interval."""


@dataclass(frozen=True)
class Evidence:
    """Which fields of a line are its evidence. why: say why there is no interval or no verdict, if there is none."""

    n: str = "n"
    low: str = "low"
    high: str = "high"
    verdict: str = "verdict"
    why: tuple[str, ...] = ("why_no_interval",)


@dataclass(frozen=True)
class Answer:
    """Rows of a release or of the store.

    head: facts of all rows. added: fields that each row gets, one value for all or one for each row. sheet: the same
    rows in a language, for CSV. scope: release and round, for the log.
    """

    head: Mapping[str, object]
    rows: Sequence[Mapping[str, object]]
    added: Mapping[str, object]
    sheet: Callable[[str], Sheet]
    release: str = ""
    round: str = ""

    def json(self) -> bytes:
        """Return the answer as JSON, with field names and codes, in full precision."""
        extra = self._extra()
        rows = [{**row, **more} for row, more in zip(self.rows, extra, strict=True)]
        return json_bytes({**self.head, "rows": rows})

    def csv(self, language: str) -> bytes:
        """Return the answer as CSV: the columns of the command line, then those that it lacks."""
        sheet, extra = self.sheet(language), self._extra()
        titles = {name: column.title(language) for name, column in columns("evidence").items()}
        more = [name for name in self.added if titles[name] not in sheet.headers]
        cells = [
            [*row, *(_worded(name, given[name], language) for name in more)]
            for row, given in zip(sheet.rows, extra, strict=True)
        ]
        return csv_bytes(replace(sheet, headers=[*sheet.headers, *(titles[name] for name in more)], rows=cells))

    def _extra(self) -> list[dict[str, object]]:
        count = len(self.rows)
        spread = {name: value if isinstance(value, list) else [value] * count for name, value in self.added.items()}
        return [{name: values[at] for name, values in spread.items()} for at in range(count)]


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) else None


def _worded(name: str, value: object, language: str) -> Cell:
    """Return the value of an added field in words of a language."""
    words = {"round_status": STATUSES, "verdict": VERDICT_WORDS, "why_no_interval": REASON_WORDS}.get(name, {})
    if isinstance(value, bool):
        return translate(N_("yes") if value else N_("no"), language)
    return translate(words[value], language) if isinstance(value, str) and value in words else _cell(value)


def plain_sheet(title: str, table: str, rows: Sequence[Mapping[str, object]], language: str) -> Sheet:
    """Return rows as a sheet under the headers of a table of `results/fields.csv`."""
    known = columns(table)
    headers = [column.title(language) for column in known.values()]
    return Sheet(translate(title, language), headers, [[_cell(row[name]) for name in known] for row in rows])


def basis(release: Release, round_: Round | None, rules: str) -> dict[str, object]:
    """Return what every row of a round says of itself."""
    status = round_.status if round_ is not None else ""
    named = {"round": round_.id, "round_status": status or "draft"} if round_ is not None else {}
    return {"release": release.id, "rules": rules, "demo": release.is_demo, **named}


NO_INTERVAL: dict[str, object] = {"low": None, "high": None, "why_no_interval": COUNTED, "verdict": COUNTED}
"""Evidence of rows that were counted and estimate nothing."""
