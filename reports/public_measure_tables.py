"""Public measures of schemes and posted lists as tables of the public page, and measures as files of the bundle."""

from collections.abc import Iterator, Mapping

from data.store.release import Release
from formats.spreadsheet import Sheet
from i18n import N_, translate
from reports.measure_table import as_sheet, filled
from reports.measure_words import base_words, evidence_words, value_words
from reports.public_numbers import HIDDEN
from reports.public_parts import PublicParts, SchemeMeasures, Wall

ALL = "all"
MEASURE, OF_WHOM, VALUE, BASE = N_("What is measured"), N_("Of"), N_("Value"), N_("Base")
EVIDENCE = N_("Interval, or why there is none")
TOTAL = N_("all")
CAPTION = N_("From {first} to {last}, as of {day}. Rules: {rules}.")
DIVIDED = N_("By unit and place ({count} lines)")
WITHHELD = N_(
    "{sign}: withheld, because a number below 5 would follow from it, or because it changed by so few since it was "
    "last public that these few could be worked out."
)
TEXT = N_("What it says (redacted)")
POSTED = N_("Entries: {count}. Anonymous; a text is printed only if two people released it in redacted form.")
BASIS = N_("Basis")


def measure_sections(parts: PublicParts, language: str) -> list[dict[str, object]]:
    """Return a section for each scheme with public measures: rows in total, then the divided ones to open."""
    return [_section(measures, language) for measures in parts.measures]


def _section(measures: SchemeMeasures, language: str) -> dict[str, object]:
    rows = filled(measures.judged.rows, measures.scheme, measures.names, language)
    first = rows[0]
    facts = {"first": first["period_from"], "last": first["period_to"], "day": first["as_of"], "rules": first["rules"]}
    totals, divided = ([row for row in rows if (row["by"] == ALL) is whole] for whole in (True, False))
    return {
        "code": measures.scheme.name,
        "title": translate(measures.scheme.title, language),
        "caption": translate(CAPTION, language).format(**facts),
        "headers": [translate(head, language) for head in (MEASURE, OF_WHOM, VALUE, BASE, EVIDENCE, BASIS)],
        "rows": [_row(row, measures, language) for row in totals],
        "divided_title": translate(DIVIDED, language).format(count=len(divided)),
        "divided": [_row(row, measures, language) for row in divided],
        "withheld": translate(WITHHELD, language).format(sign=HIDDEN),
    }


def _row(row: Mapping[str, object], measures: SchemeMeasures, language: str) -> dict[str, object]:
    scheme = measures.scheme
    hidden = row["n"] is None
    counts, message = str(row["counts"]), scheme.word(str(row["of_what"]), "of_what")

    def word(code: str) -> str:
        return scheme.word(code, "verdict" if code == row["verdict"] else "reason")

    return {
        "code": f"{row['measure']}|{row['by']}|{row['key']}",
        "release": str(row["release"])[:16],
        "cells": [
            translate(scheme.word(str(row["measure"]), "measure"), language),
            str(row["key_name"] or row["key"]) if row["by"] != ALL else translate(TOTAL, language),
            HIDDEN if hidden else value_words(row, counts, language),
            HIDDEN if hidden else base_words(row, counts, message, language),
            translate(word(str(row["reason"])), language) if hidden else evidence_words(row, counts, word, language),
        ],
    }


def wall_sections(parts: PublicParts, language: str) -> list[dict[str, object]]:
    """Return a section for each list that a scheme posts, with the released texts."""
    return [_wall(wall, language) for wall in parts.walls if language in wall.lists]


def _wall(wall: Wall, language: str) -> dict[str, object]:
    posted = wall.lists[language]
    texts = {item: text for item, text in wall.texts.items() if item in posted.rows}
    headers = [*posted.headers, *([translate(TEXT, language)] if texts else [])]
    return {
        "code": wall.scheme.name,
        "title": posted.title,
        "caption": posted.basis,
        "counted": translate(POSTED, language).format(count=len(posted.rows)),
        "headers": headers,
        "rows": [
            {"code": item, "release": "", "cells": [*cells, *([texts.get(item, "")] if texts else [])]}
            for item, cells in posted.rows.items()
        ],
    }


def measure_sheets(parts: PublicParts, release: Release, language: str) -> Iterator[tuple[str, Sheet]]:
    """Yield the judged measures of each scheme as a sheet, for the bundle."""
    for measures in parts.measures:
        yield measures.scheme.name, as_sheet(measures.judged.rows, measures.scheme, measures.names, release, language)
