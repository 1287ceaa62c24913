"""Printing of what a file's columns are taken for."""

from pathlib import Path
from typing import TYPE_CHECKING

from cli.context import session
from cli.output import emit_rows, print_line
from i18n import N_, translate

if TYPE_CHECKING:
    from data.intake.meaning import ColumnMeaning, Meaning


def explain_meaning(meaning: "Meaning", kind: str, form: str | None, output: Path | None) -> None:
    """Print the reading: a table if a format is asked for, else a line a column and the sums below."""
    if form is not None or output is not None:
        from results.fields import headers

        rows = [_row(column) for column in meaning.columns]
        emit_rows(rows, headers("meaning"), N_("Columns of the file"), form or "csv", output)
        return
    for column in meaning.columns:
        print_line(_sentence(column, kind))
    from data.intake.meaning import sums_in_words

    for sentence in sums_in_words(meaning, session.language):
        print_line(sentence)
    print_line(_filled(N_("Digest: {digest}"), digest=meaning.digest))


def _filled(sentence: str, **facts: object) -> str:
    return translate(sentence, session.language).format_map(facts)


def _row(column: "ColumnMeaning") -> dict[str, str | int | float | bool | None]:
    from data.intake.meaning import ROLES

    return {
        "file": column.file,
        "column": column.column,
        "role": translate(ROLES[column.role], session.language),
        "means": column.means,
        "cells": column.cells,
        "votes": column.votes,
    }


def _sentence(column: "ColumnMeaning", kind: str) -> str:
    from data.intake.meaning import FIELD

    row = _row(column)
    if column.role == FIELD:
        row["means"] = field_word(kind, column.means)
    sentence = N_("{column} → {role} {means}; votes: {votes}") if column.votes else N_("{column} → {role} {means}")
    return translate(sentence, session.language).format_map(row)


def field_word(kind: str, name: str) -> str:
    """Return a field as people call it: its header in Chinese, its name in English."""
    from data.model.contract import fields

    headers = {field.name: field.header for field in fields(kind)} if session.language == "zh" else {}
    return headers.get(name, name)
