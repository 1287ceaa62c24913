"""The comparison of two releases as a sheet or as JSON."""

from data.model.contract import KIND_NAMES
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from results.comparison.release_diff import (
    CHANGES,
    GROUP_COLUMNS,
    RECORD_COLUMNS,
    UNIT_COLUMNS,
    Comparison,
    plain_rows,
    verdict_word,
)
from results.fields import columns


def as_json(found: Comparison) -> dict[str, object]:
    """Return a comparison with field names and codes."""
    return {
        "release": found.after,
        "in_force": found.before or None,
        "rounds": [
            {
                "round": one.round,
                "change": one.change,
                "trial": one.trial,
                "votes_from": one.votes[0],
                "votes_to": one.votes[1],
                "units": plain_rows(one.units),
                "groups": plain_rows(one.groups),
                "records": plain_rows(one.records),
            }
            for one in found.rounds
        ],
    }


def as_sheet(found: Comparison, language: str) -> Sheet:
    """Return a sheet with a row for each round, unit, group and record table that differs."""
    fields = (
        *("round", "about", "change", "unit_code", "unit_name", "group"),
        *(*UNIT_COLUMNS[3:], *GROUP_COLUMNS[2:], *RECORD_COLUMNS[1:]),
    )
    rows: list[dict[str, object]] = []
    for one in found.rounds:
        head = {"round": one.round, "about": N_("Round"), "change": one.change}
        rows.append({**head, "votes_from": one.votes[0], "votes_to": one.votes[1]})
        rows += [{"round": one.round, "about": N_("Evaluator group"), **row} for row in plain_rows(one.groups)]
        rows += [{"round": one.round, "about": N_("Unit"), **row} for row in plain_rows(one.units)]
        rows += [{"round": one.round, "about": KIND_NAMES[str(row["kind"])], **row} for row in plain_rows(one.records)]
    headers = [columns("release_diff")[name].title(language) for name in fields]
    cells = [[_cell(name, row.get(name), language) for name in fields] for row in rows]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), found.after),
        (translate(N_("Release before"), language), found.before),
    ]
    return Sheet(translate(N_("What would change"), language), headers, cells, facts, translate(N_("About"), language))


def _cell(name: str, value: object, language: str) -> Cell:
    if name.startswith("verdict"):
        return verdict_word(value, language)
    if name in ("about", "change"):
        return translate(CHANGES.get(str(value), str(value)), language)
    return value if isinstance(value, str | int | float) else None
