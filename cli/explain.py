"""Printing of what a file's columns are taken for."""

from pathlib import Path
from typing import TYPE_CHECKING

from cli.context import session
from cli.output import emit_rows, print_line
from i18n import N_, join, translate

if TYPE_CHECKING:
    from data.intake.meaning import ColumnMeaning, Meaning


def explain_meaning(meaning: "Meaning", form: str | None, output: Path | None) -> None:
    """Print the reading: a table if a format is asked for, else a line a column and the sums below."""
    if form is not None or output is not None:
        from results.fields import headers

        rows = [_row(column) for column in meaning.columns]
        emit_rows(rows, headers("meaning"), N_("Columns of the file"), form or "csv", output)
        return
    for column in meaning.columns:
        print_line(_sentence(column))
    for title, counts in _sums(meaning):
        if counts:
            language = session.language
            words = join((f"{name} {number:,}" for name, number in counts.items()), language)
            print_line(
                translate(N_("{title}: {words}"), language).format(title=translate(title, language), words=words)
            )
    print_line(_filled(N_("Digest: {digest}"), digest=meaning.digest))


def _filled(sentence: str, **facts: object) -> str:
    return translate(sentence, session.language).format_map(facts)


def _sums(meaning: "Meaning") -> list[tuple[str, dict[str, int]]]:
    scored = {name: int(is_scored) for name, is_scored in meaning.scored.items()}
    return [
        (N_("Scored indicators (1) and others (0)"), scored),
        (N_("Lines by grade"), meaning.grades),
        (N_("Lines by evaluator group"), meaning.groups),
        (N_("Units by category"), meaning.categories),
        (N_("Cells"), meaning.cells),
    ]


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


def _sentence(column: "ColumnMeaning") -> str:
    row = _row(column)
    sentence = N_("{column} → {role} {means}; votes: {votes}") if column.votes else N_("{column} → {role} {means}")
    return translate(sentence, session.language).format_map(row)
