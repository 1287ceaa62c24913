"""Figures that a table of results or of ballots returned prints twice, recomputed from the rest of the line or table.

A difference is a note with both numbers; nothing is corrected. Rates of one line are never added: their bases differ.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from data.intake.cells import number_in
from data.intake.control_figures_of_counts import (
    INVALID_RATE,
    ISSUED,
    RETURN_RATE,
    RETURNED,
    VALID,
    VALID_RATE,
    Difference,
    is_rounded_from,
    kind_of_figure,
    number_of,
    printed_like,
)
from data.intake.headers import MAXIMUM
from data.model.names import match_key

_LAST = r"(?:上年度?|去年|上期|上季度?|上半年|上月|上次|上一[年季期轮]度?|前[一次]期?)"
_CHANGE = re.compile(
    rf"(?:同比|环比|(?:较|比|与|同)?{_LAST}?(?:相?比|较|度)?)?(?:得分|分数|名次|排名|位次|满意[率度])?(?:增减|变化|升降|差[值距异]?|提升|提高|增长|变动)"
    r"(?:情况|幅度|值|数|分|位|量)?|(?:同比|环比)(?:增减|变化|增长)?|与?第一名?(?:的)?(?:差距|分差)"
)
_OF_LAST = re.compile(rf"{_LAST}的?(?:得分|分数|成绩|总分|名次|排名|位次|满意[率度])?")
_RANK = re.compile("名次|排名|位次")
_WEIGHT = re.compile(r"(.+?)[(（\[【]\s*(?:权重|占比?)?\s*[:：]?\s*(\d+(?:\.\d+)?)\s*[%％]\s*[)）\]】]")
_RATE = re.compile(r"(.*?)(?:率|占比|比例|比重)?[(（]?[%％]?[)）]?")
_COUNTED = r"(?:票数?|人数|人次|份数|张数|数)?"
_SIGNED = ((re.compile(r"[↑▲⬆升]|上升|提高|增加|进"), 1), (re.compile(r"[↓▼⬇降]|下降|下滑|减少|退"), -1))
_SAME = frozenset({"-", "—", "持平", "不变", "→", "0"})
_BASES = ("有效票", "有效票数", "有效数", "有效", "总票数", "票数合计", "合计", "样本量", "样本数", "参评人数")


@dataclass(frozen=True)
class PrintedLine:
    """Line of a published table: the printed score and rank with the maximum of the score, and the other columns."""

    category: str
    score: str
    rank: int | None
    maximum: float | None
    score_name: str
    rank_name: str
    figures: Mapping[str, str]


def of_line(line: PrintedLine) -> Iterator[Difference]:
    """Yield the figures of a published line that the other figures of the line contradict."""
    yield from _changes(line)
    yield from _total(line)
    yield from _rates({**line.figures, line.score_name: line.score})


def _changes(line: PrintedLine) -> Iterator[Difference]:
    """Yield changes against the last period that are not this period's figure less the last one's."""
    last = {bool(_RANK.search(name)): text for name, text in line.figures.items() if _is_last(name)}
    rank = None if line.rank is None else Decimal(line.rank)
    for name, text in line.figures.items():
        if not _CHANGE.fullmatch(_key(name)) or "第一" in name:
            continue
        of_rank = bool(_RANK.search(name))
        before, now = number_of(last.get(of_rank, "")), rank if of_rank else number_of(line.score)
        printed = _signed(text)
        if before is None or now is None or printed is None:
            continue
        expected = [before - now, now - before] if of_rank else [now - before]
        expected += [(now - before) / before] if before and not of_rank else []
        plain = re.sub(r"[^\d.%％]", "", text) or "0"
        if not any(is_rounded_from(printed, value, plain) for value in expected):
            yield Difference(name, text.strip(), _with_sign(expected[0], plain))


def _is_last(name: str) -> bool:
    return _OF_LAST.fullmatch(_key(name)) is not None


def _key(name: str) -> str:
    return re.sub(r"[(（][%％分位名]?[)）]$", "", match_key(name))


def _signed(text: str) -> Decimal | None:
    """Return a printed change: +3, -2.5, ↑3, 下降2, 持平."""
    plain = match_key(text)
    if plain in _SAME:
        return Decimal(0)
    sign = next((sign for pattern, sign in _SIGNED if pattern.search(plain)), 1)
    number = number_of(re.sub(r"[^\d.%+-]", "", plain))
    return None if number is None else sign * number


def _with_sign(number: Decimal, plain: str) -> str:
    shown = printed_like(abs(number), plain)
    return f"-{shown}" if number < 0 else shown


def _total(line: PrintedLine) -> Iterator[Difference]:
    """Yield a score that is not the sum of parts whose maxima add up to its maximum, or their weighted mean."""
    score = number_in(line.score)
    if score is None:
        return
    numbers = {name: number for name, text in line.figures.items() if (number := number_in(text)) is not None}
    maxima = {name: Decimal(found[2]) for name in line.figures if (found := MAXIMUM.fullmatch(name.strip()))}
    weights = {name: Decimal(found[2]) for name in line.figures if (found := _WEIGHT.fullmatch(name.strip()))}
    expected: list[Decimal] = []
    if line.maximum and sum(maxima.values()) == Decimal(str(line.maximum)) and set(maxima) <= set(numbers):
        expected = [sum((numbers[name] for name in maxima), Decimal())]
    elif sum(weights.values()) == 100 and set(weights) <= set(numbers):
        expected = [sum((numbers[name] * weight for name, weight in weights.items()), Decimal()) / 100]
        if all(numbers[name] <= weight for name, weight in weights.items()):  # parts that are weighted already
            expected.append(sum((numbers[name] for name in weights), Decimal()))
    if expected and not any(_near(score, value, line.score) for value in expected):
        yield Difference(line.score_name, line.score, printed_like(expected[0], line.score))


def _near(printed: Decimal, found: Decimal, text: str) -> bool:
    places = len(match_key(text).rstrip("%分").partition(".")[2])
    return abs(printed - found) <= Decimal(1).scaleb(-places) / 2


def _rates(figures: Mapping[str, str]) -> Iterator[Difference]:
    """Yield rates that are not the votes of their name over the ballots of the line."""
    counts = {match_key(name): number for name, text in figures.items() if (number := _count(name, text)) is not None}
    base = next((counts[name] for name in _BASES if counts.get(name)), None)
    known = {kind_of_figure(name): number for name, number in counts.items() if kind_of_figure(name)}
    for name, text in figures.items():
        printed, kind = number_of(text), kind_of_figure(name)
        expected = _of_return(kind, known) or ([] if base is None else _shares(name, counts, base))
        if printed is None or not expected or not _is_rate(name, text):
            continue
        if not any(is_rounded_from(printed, value, text) for value in expected):
            yield Difference(name, text.strip(), printed_like(expected[0], text))


def _is_rate(name: str, text: str) -> bool:
    return match_key(name).rstrip("%()").endswith(("率", "占比", "比例", "比重")) or match_key(text).endswith("%")


def _count(name: str, text: str) -> Decimal | None:
    """Return a number of ballots; rates and shares are none and are never added."""
    number = number_in(text)
    return None if number is None or _is_rate(name, text) or "%" in match_key(name) else number


def _shares(name: str, counts: Mapping[str, Decimal], base: Decimal) -> list[Decimal]:
    """Return what the share of a grade may be; offices count 基本满意 in or not."""
    found = _RATE.fullmatch(match_key(name))
    grade = found[1] if found else ""
    own = next((n for text, n in counts.items() if grade and re.fullmatch(re.escape(grade) + _COUNTED, text)), None)
    if own is None:
        return []
    near = [
        n for text, n in counts.items() if re.fullmatch(f"(?:非常|很|比较|较|基本){re.escape(grade)}{_COUNTED}", text)
    ]
    sums = [own]
    for votes in near:
        sums += [total + votes for total in sums]
    return [total / base for total in sums]


def _of_return(kind: str, known: Mapping[str, Decimal]) -> list[Decimal]:
    """Return what a rate of ballots issued, returned and valid must be; none where the line does not tell."""
    parts = {
        RETURN_RATE: (known.get(RETURNED), known.get(ISSUED)),
        VALID_RATE: (known.get(VALID), known.get(RETURNED)),
        INVALID_RATE: (known.get("invalid"), known.get(RETURNED)),
    }
    part, whole = parts.get(kind, (None, None))
    return [part / whole] if part is not None and whole else []


def of_return(numbers: Mapping[str, object], printed: Mapping[str, str]) -> Iterator[Difference]:
    """Yield the printed rates of a line of ballots issued and returned that its numbers contradict."""
    known = {name: Decimal(str(numbers[name])) for name in (ISSUED, RETURNED, VALID, "invalid") if numbers.get(name)}
    for name, text in printed.items():
        found, expected = number_of(text), _of_return(kind_of_figure(name), known)
        if found is not None and expected and not is_rounded_from(found, expected[0], text):
            yield Difference(name, text.strip(), printed_like(expected[0], text))


def ranks(lines: Sequence[PrintedLine]) -> dict[int, Difference]:
    """Map the places of lines to the ranks that do not follow from the printed scores.

    In the category or in the entire table, ties sharing the first rank or without gaps: whichever fits most lines.
    """
    ranked = {at: (line, number_in(line.score)) for at, line in enumerate(lines) if line.rank is not None}
    scored = {at: (line, score) for at, (line, score) in ranked.items() if score is not None}
    readings = [_expected_ranks(scored, whole=whole, dense=dense) for whole in (False, True) for dense in (False, True)]
    wrong = [[at for at, rank in reading.items() if rank != lines[at].rank] for reading in readings]
    best = min(range(len(readings)), key=lambda number: len(wrong[number]))
    return {at: Difference(lines[at].rank_name, str(lines[at].rank), str(readings[best][at])) for at in wrong[best]}


def _expected_ranks(scored: Mapping[int, tuple[PrintedLine, Decimal]], *, whole: bool, dense: bool) -> dict[int, int]:
    found = {}
    for at, (line, score) in scored.items():
        higher = [
            other for peer, other in scored.values() if (whole or peer.category == line.category) and other > score
        ]
        found[at] = 1 + len(set(higher) if dense else higher)
    return found
