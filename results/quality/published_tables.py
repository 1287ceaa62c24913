"""Recomputation of published tables: figures printed twice must agree. Nothing is corrected.

A printed number may be off by half a unit of its last printed decimal; percentages by 0.01.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from data.intake.cells import number_in
from data.intake.records import maximum_of
from data.model.names import match_key
from results.notes import Note

COUNTS = ("单位数", "单位个数", "样本数", "样本量", "有效票数")
"""Headers of figures that count what a printed mean is taken over."""
SHARE_TOLERANCE = Decimal("0.01")
SORTED = 0.8
"""Least share of neighbours in descending order for a list without ranks to count as a ranking."""


@dataclass(frozen=True)
class Line:
    """A printed line: its numbers as decimals, its figures by header."""

    unit: str
    category: str
    score: Decimal | None
    rank: int | None
    maximum: float | None
    figures: Mapping[str, Decimal]
    order: int | None

    @property
    def tolerance(self) -> Decimal:
        """Return half a unit of the last printed decimal of the score."""
        return half_unit(self.score)


def half_unit(number: Decimal | None) -> Decimal:
    """Return half a unit of the last printed decimal of a number."""
    exponent = 0 if number is None else int(number.as_tuple().exponent)
    return Decimal(5).scaleb(min(exponent, 0) - 1)


def lines_of(results: pd.DataFrame) -> list[Line]:
    """Return records of kind `results` as lines, in the order of their printed ranks."""
    lines = [
        Line(
            str(row["unit_text"]),
            "" if pd.isna(row["category"]) else str(row["category"]),
            None if pd.isna(row["score_text"]) else number_in(str(row["score_text"])),
            None if pd.isna(row["rank"]) else int(row["rank"]),
            maximum_of(row["score_header"]) if isinstance(row["score_header"], str) else None,
            _numbers(row["figures"]),
            None if pd.isna(row["printed_no"]) else int(row["printed_no"]),
        )
        for row in results.to_dict("records")
    ]
    return sorted(lines, key=lambda line: (line.rank or line.order or len(lines) + 1, line.unit))


def _numbers(figures: object) -> dict[str, Decimal]:
    if not isinstance(figures, dict):
        return {}
    found = {str(header): number_in(str(text)) for header, text in figures.items()}
    return {header: number for header, number in found.items() if number is not None}


def inside(lines: list[Line]) -> Iterator[Note]:
    """Check the table against itself."""
    yield from _of_differences("printed_total", _totals(lines))
    wrong = _ranks(lines)
    if wrong:
        yield Note("printed_rank", units=wrong)
    wrong = _order(lines)
    if wrong:
        yield Note("printed_order", units=wrong)
    yield from _of_differences("printed_mean", _means(lines))
    over = tuple(line.unit for line in lines if _shares(line) > 100 + SHARE_TOLERANCE)
    if over:
        yield Note("printed_share", units=over)


def against(lines: list[Line], rows: pd.DataFrame, names: Mapping[str, str]) -> Iterator[Note]:
    """Check the table against the ranking of the round. names: match key of a spelling -> unit code."""
    score_of, rank_of = (rows.set_index("unit_code")[name].dropna().to_dict() for name in ("score", "rank"))
    scores: dict[str, Decimal] = {}
    places = []
    for line in lines:
        code = names.get(match_key(line.unit))
        if line.score is not None and code in score_of:
            difference = abs(line.score - Decimal(repr(float(score_of[code]))))
            if difference > line.tolerance:
                scores[line.unit] = difference
        if line.rank is not None and code in rank_of and line.rank != int(rank_of[code]):
            places.append(line.unit)
    yield from _of_differences("printed_score", scores)
    if places:
        yield Note("printed_place", units=tuple(places))


def _of_differences(code: str, found: Mapping[str, Decimal]) -> Iterator[Note]:
    if found:
        largest = max(found.values()).quantize(Decimal("0.0001")).normalize()
        order = sorted(found, key=lambda name: (-found[name], name))
        yield Note(code, {"number": f"{largest:f}"}, tuple(order))


def _totals(lines: list[Line]) -> dict[str, Decimal]:
    """Return lines whose parts do not add up to the total although their maxima add up to its maximum."""
    found = {}
    for line in lines:
        parts = {header: maximum_of(header) for header in line.figures}
        maxima = [maximum for maximum in parts.values() if maximum is not None]
        if line.score is None or line.maximum is None or not maxima or abs(sum(maxima) - line.maximum) > 1e-9:
            continue
        total = sum((line.figures[header] for header, maximum in parts.items() if maximum is not None), Decimal(0))
        if abs(total - line.score) > line.tolerance:
            found[line.unit] = abs(total - line.score)
    return found


def _ranks(lines: list[Line]) -> tuple[str, ...]:
    """Return lines whose rank is not 1 + the lines with a higher score: in the category, or in the entire table."""
    printed = [line for line in lines if line.rank is not None and line.score is not None]
    wrong: dict[bool, list[str]] = {True: [], False: []}
    for line in printed:
        assert line.score is not None, "chosen above"
        for whole in wrong:
            peers = [peer for peer in printed if whole or peer.category == line.category]
            if line.rank != 1 + sum(peer.score > line.score for peer in peers if peer.score is not None):
                wrong[whole].append(line.unit)
    return tuple(wrong[len(wrong[True]) <= len(wrong[False])])


def _order(lines: list[Line]) -> tuple[str, ...]:
    """Return lines with a higher score than the line above, in a list without ranks that is clearly sorted."""
    wrong, pairs = [], 0
    printed = sorted((line for line in lines if line.order is not None), key=lambda line: line.order or 0)
    for above, below in pairwise(printed):
        if above.category == below.category and above.score is not None and below.score is not None:
            pairs += 1
            if below.score > above.score:
                wrong.append(below.unit)
    return tuple(wrong) if pairs and len(wrong) <= (1 - SORTED) * pairs else ()


def _means(lines: list[Line]) -> dict[str, Decimal]:
    """Return lines that sum up all lines of another category (counts add up) and are not their weighted mean."""
    found: dict[str, Decimal] = {}
    by_category: dict[str, list[Line]] = {}
    for line in lines:
        by_category.setdefault(line.category, []).append(line)
    for whole in (own[0] for own in by_category.values() if len(own) == 1):
        for parts in by_category.values():
            if len(parts) > 1 and _count(whole) and sum(map(_count, parts)) == _count(whole):
                difference = _off_the_mean(whole, parts)
                if difference:
                    found[whole.unit] = max(difference, found.get(whole.unit, Decimal(0)))
    return found


def _count(line: Line) -> Decimal:
    return next((line.figures[header] for header in COUNTS if header in line.figures), Decimal(0))


def _off_the_mean(whole: Line, parts: list[Line]) -> Decimal:
    """Return the largest difference, beyond rounding, of a line's printed numbers from the means of its parts."""
    worst = Decimal(0)
    for header in (None, *(header for header in whole.figures if header not in COUNTS)):
        values = [(part.score if header is None else part.figures.get(header), _count(part)) for part in parts]
        printed = whole.score if header is None else whole.figures[header]
        if printed is None or any(value is None for value, _ in values):
            continue
        mean = sum((value * count for value, count in values if value is not None), Decimal(0)) / _count(whole)
        if abs(mean - printed) > half_unit(printed):
            worst = max(worst, abs(mean - printed))
    return worst


def _shares(line: Line) -> Decimal:
    """Return the sum of the printed percentages of a line, those whose header ends in %."""
    shares = [number for header, number in line.figures.items() if header.strip().endswith(("%", "％"))]
    return sum(shares, line.score or Decimal(0)) if shares else Decimal(0)
