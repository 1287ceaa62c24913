"""Headers of more than two rows: three rows of a form, and the rows that survey tools write above the answers."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from data.intake.header_shape import padded
from data.model.names import match_key

SURVEY_ID = re.compile(r'\{\s*"ImportId"\s*:.*\}', re.DOTALL)
_NUMERIC = re.compile(r"[\d.,%％-]+")


@dataclass(frozen=True)
class SurveyHeader:
    """Header of a survey export: its texts, the row that names the columns and the last header row, from 0."""

    texts: tuple[str, ...]
    named: int
    last: int


def survey_header(records: list[list[str]], is_known: Callable[[str], bool]) -> SurveyHeader | None:
    """Return the header above a row of import ids: codes of questions, their texts, or both; None without that row."""
    last = next((row for row, record in enumerate(records) if row and _holds_ids(record)), None)
    if last is None:
        return None
    width = max(len(record) for record in records[: last + 1])
    rows = [padded(record, width) for record in records[:last]]
    known = [sum(map(is_known, row)) for row in rows]
    named = known.index(max(known)) if max(known) else last - 1
    texts = []
    for column in range(width):
        other = [row[column] for row in rows if is_known(row[column])]
        texts.append(other[0] if other and not is_known(rows[named][column]) else rows[named][column])
    return SurveyHeader(tuple(texts), named, last)


def _holds_ids(record: list[str]) -> bool:
    filled = [cell for cell in record if cell.strip()]
    return len(filled) > 0 and all(SURVEY_ID.fullmatch(cell.strip()) for cell in filled)


def third_row(
    records: list[list[str]], index: int, known: Collection[str]
) -> tuple[tuple[str, ...], dict[int, str]] | None:
    """Return the texts of a header of three rows and the text above each; None where the third row holds data.

    The middle row is needed only where the lowest has a name twice: the grades of several indicators.
    """
    if index + 2 >= len(records):
        return None
    width = max(map(len, records[index : index + 3]))
    top, middle, low = (padded(record, width) for record in records[index : index + 3])
    whole = [column for column, text in enumerate(top) if match_key(text) in known and middle[column] in ("", text)]
    parts = [column for column in range(width) if low[column] and low[column] != top[column]]
    named = [low[column] for column in parts]
    if not whole or len(named) < 2 or set(whole) & set(parts) or any(map(_NUMERIC.fullmatch, named)):
        return None
    texts = tuple(low[column] or middle[column] or top[column] for column in range(width))
    if len(set(named)) == len(named):
        return texts, {}
    over = {column: _over(middle, column) for column in parts}
    if len({(over[column], low[column]) for column in parts}) < len(parts):  # 票数 over the grades of all indicators
        over = {column: _over(top, column) for column in parts}
    return texts, over


def is_split(records: list[list[str]], index: int, known: Collection[str]) -> bool:
    """Return whether two rows below divide the columns that no field claims, one column in the first row of the two
    for several in the second: 服务态度 over 票数 over the grades.
    """
    if index + 2 >= len(records):
        return False
    width = max(map(len, records[index : index + 3]))
    top, middle, low = (padded(record, width) for record in records[index : index + 3])
    fields = [column for column, text in enumerate(top) if match_key(text) in known]
    filled = [[text for text in row if text] for row in (middle, low)]
    no_data = not any(middle[column] or low[column] for column in fields)
    words = not any(map(_NUMERIC.fullmatch, [*filled[0], *filled[1]]))
    return bool(fields) and no_data and words and 2 <= len(filled[0]) < len(filled[1])


def _over(row: list[str], column: int) -> str:
    """Return the text over a column, which is in the first of the columns that it covers."""
    return next((text for text in reversed(row[: column + 1]) if text), "")
