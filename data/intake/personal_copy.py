"""Copy of a refused file without its personal data, offered to the person who brought the file."""

import csv
import io
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from data.intake.free_text import hidden_text
from data.intake.personal import BALLOT_ID, Columns, PersonalColumn, personal_columns, records
from data.intake.personal_values import HIDDEN, hidden, is_personal_code, sorts_in
from data.intake.source import TextTable
from i18n import N_, translate
from problems import joined

RENUMBERED = "NEW-{:05d}"


@dataclass(frozen=True)
class CleanedFile:
    """Copy of a refused file without personal data, as CSV.

    dropped: names of columns left out. hidden: names of columns in which values were replaced. renumbered: how many
    ballots have a new number.
    """

    name: str
    content: bytes
    dropped: tuple[str, ...]
    hidden: tuple[str, ...]
    renumbered: int = 0


def differences(copy: CleanedFile, language: str) -> list[str]:
    """Return what the copy lacks, a sentence for each sort."""
    sentences = []
    if copy.dropped:
        sentences.append((N_("Left out: {columns}."), {"columns": joined(list(copy.dropped), language)}))
    if copy.hidden:
        words = {"columns": joined(list(copy.hidden), language), "sign": HIDDEN}
        sentences.append((N_("Replaced by {sign} in single cells of: {columns}."), words))
    if copy.renumbered:
        sentences.append((N_("Ballots with a new number: {count}."), {"count": f"{copy.renumbered:,}"}))
    return [translate(sentence, language).format(**words) for sentence, words in sentences]


def cleaned(text: TextTable, columns: Columns) -> CleanedFile:
    """Return a copy without the columns that identify a person, and without personal data in the others."""
    found = personal_columns(text, columns)
    dropped = columns.personal | {at for at in found if at in columns.unread and not _may_hold_votes(text, at, columns)}
    numbers = _NewNumbers(found, columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row, record in records(text):
        writer.writerow(_cleaned(row, record, dropped, found, numbers, columns))
    kept = [at for at in found if at not in dropped and at != numbers.at]
    return CleanedFile(
        text.name,
        out.getvalue().encode("utf-8-sig"),
        tuple(hidden(columns.name(at)) for at in sorted(dropped)),
        tuple(hidden(columns.name(at)) for at in kept),
        len(numbers.given),
    )


def _may_hold_votes(text: TextTable, column: int, columns: Columns) -> bool:
    """Return whether most cells of a column are votes or figures: personal data in them are an accident."""
    if not columns.wide:
        return False
    cells = [record[column] for row, record in records(text) if row > columns.row and column < len(record)]
    filled = [cell for cell in cells if cell.strip()]
    return 2 * sum(bool(sorts_in(cell)) for cell in filled) < len(filled)


class _NewNumbers:
    """New numbers for ballots whose number identifies a person, the same for all lines of a ballot."""

    def __init__(self, found: Mapping[int, PersonalColumn], columns: Columns) -> None:
        self.at = columns.fields.get(BALLOT_ID) if columns.kind == "ballots" else None
        cells = found[self.at].cells if self.at is not None and self.at in found else []
        self.rows = {row for row, _ in cells}
        self.given: dict[str, str] = {}

    def of(self, row: int, value: str) -> str:
        """Return the number of a ballot in this row."""
        if row not in self.rows:
            return value
        return self.given.setdefault(value, RENUMBERED.format(len(self.given) + 1))


def _hidden(value: str, columns: Columns, at: int) -> str:
    """Return a cell without personal data; a hash is nothing else."""
    if at in columns.codes and is_personal_code(value.strip()):
        return HIDDEN
    return hidden_text(value) if at in columns.texts else hidden(value)


def _cleaned(
    row: int,
    record: Sequence[str],
    dropped: Container[int],
    found: Container[int],
    numbers: _NewNumbers,
    columns: Columns,
) -> list[str]:
    cells = [numbers.of(row, value) if at == numbers.at else value for at, value in enumerate(record)]
    return [
        _hidden(value, columns, at) if at in found and at != numbers.at else value
        for at, value in enumerate(cells)
        if at not in dropped
    ]
