"""Figures printed next to the counts, recomputed: totals, valid ballots, return rates, shares.

A difference is a note with both numbers: the counts are what is imported, and the printed figure shows that either of
them was copied wrongly. Nothing here changes a number.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from data.intake.headings import grade_texts, is_share, measured_in, without_number
from data.model.names import match_key
from data.model.rule_sets import RuleSet

TOTAL, ISSUED, RETURNED, VALID, INVALID = "total", "issued", "returned", "valid", "invalid"
SATISFIED, RETURN_RATE, VALID_RATE, INVALID_RATE = "satisfied_rate", "return_rate", "valid_rate", "invalid_rate"
RATES_OF_RETURN = frozenset({RETURN_RATE, VALID_RATE, INVALID_RATE})
MEAN, OTHER = "mean", "other"
_KINDS = (
    (TOTAL, r"(?:票数|总票|得票|投票|总)?(?:合计|总计|小计|共计|总数|总票数|票数)|(?:合计|总计)票数?|总票|total"),
    (ISSUED, r"应参[评加]人数|(?:发放|发出|下发|应发|应投|应收)(?:票|票数|数|数量|份数|张数|问卷数?|评议表数?)?"),
    (RETURNED, r"(?:收回|回收|实收|实投|返回)(?:票|票数|数|数量|份数|张数|问卷数?|评议表数?)?"),
    (INVALID, r"(?:无效|作废|废)(?:票|票数|数|份数|张数|问卷数?)?"),
    (
        VALID,
        r"有效(?:票|票数|数|份数|张数|问卷数?|样本数?)?|样本[数量]?|(?:参评|参与|参加|测评|评[价议]|投票)+人[数次]",
    ),
    (RETURN_RATE, r"(?:回收|收回|回票)率"),
    (VALID_RATE, r"有效率"),
    (INVALID_RATE, r"(?:无效|作废|废票)率"),
    (MEAN, r"(?:平均|综合|总|最终|评议|测评|满意度)?得分|平均分|评议分|总分"),
    (SATISFIED, r"(?:群众|总体|综合)?满意[率度]"),
    (
        OTHER,
        r".*[率比]|.*占比|.*比例|(?:平均|综合|总)?(?:得|评)?分|.*得分|平均分|名次|排名|位次|排序|应到|实到|应到人数|实到人数",
    ),
)
_SHARE = re.compile(r"(?:得?票数?|人数)?的?(?:[率比]|占比|比[例重率])$")
_AND = re.compile(r"[和与及加、+]")
_PIECES = re.compile(r"(?<=\d)(?:张|票|人|份|人次|分)$")
_UNIT = re.compile(r"[(（]?[%％]?[)）]?$|[(（](?:%|％|张|份|人|票|分)[)）]$")


@dataclass(frozen=True)
class Difference:
    """Printed figure that differs from the counts. column: its heading; both numbers as texts."""

    column: str
    printed: str
    found: str


def kind_of_figure(text: str) -> str:
    """Return which control figure a heading names, or ''."""
    key = _UNIT.sub("", match_key(without_number(text)))
    return next((kind for kind, pattern in _KINDS if re.fullmatch(pattern, key)), "")


def differences(
    printed: Mapping[str, str], columns: Mapping[str, str], votes: Mapping[str, int], rules: RuleSet
) -> Iterator[Difference]:
    """Yield the figures of a line that the counts contradict.

    printed: heading -> text; columns: heading -> kind; votes: grade -> votes of the line.
    """
    figures = {columns[name]: number for name, text in printed.items() if (number := number_of(text)) is not None}
    for name, text in printed.items():
        number = number_of(text)
        expected = _expected(columns[name], figures, votes, rules)
        graded = _shares_of(name, votes) if columns[name] == OTHER else ()
        if graded:
            expected = _share(sum(votes[grade] for grade in graded), votes, rules)
        if number is None or not expected:
            continue
        if not any(is_rounded_from(number, value, text) for value in expected):
            yield Difference(name, text.strip(), printed_like(expected[0], text))


def _share_of(text: str, votes: Mapping[str, int]) -> str:
    """Return the grade whose share a heading names: 不满意率, 满意票占比; '' for other figures."""
    upper, _, lower = match_key(text).rpartition("/")
    if upper and is_share(upper):  # 占比 over the grades
        upper, lower = lower, upper
    if upper and is_share(lower):  # 满意 over 票数 and 占比
        return next((grade for grade in votes if match_key(grade) in map(match_key, grade_texts(upper))), "")
    bare = _SHARE.sub("", _UNIT.sub("", match_key(without_number(text))))
    name, measure = measured_in(text)
    bare = match_key(name) if is_share(measure) else bare  # 满意（%）
    return next((grade for grade in votes if match_key(grade) == bare and bare != match_key(text)), "")


def _shares_of(text: str, votes: Mapping[str, int]) -> tuple[str, ...]:
    """Return the grades whose share a heading names, two of 满意和基本满意率; () for other figures."""
    grade = _share_of(text, votes)
    if grade:
        return (grade,)
    parts = _AND.split(_SHARE.sub("", _UNIT.sub("", match_key(without_number(text)))))
    known = {match_key(name): name for name in votes}
    return tuple(known[part] for part in parts) if len(parts) > 1 and set(parts) <= set(known) else ()


def is_share_of_grade(text: str, grades: Iterable[str]) -> bool:
    """Return whether a control figure is the share of a grade."""
    return bool(_share_of(text, dict.fromkeys(grades, 0)))


def _expected(kind: str, figures: Mapping[str, Decimal], votes: Mapping[str, int], rules: RuleSet) -> list[Decimal]:
    """Return the values that a figure may have; none where the line does not tell. The first is shown."""
    counted = {grade: Decimal(number) for grade, number in votes.items()}
    all_votes = sum(counted.values(), Decimal())
    invalid = sum((n for grade, n in counted.items() if rules.unscored.get(grade) == "invalid"), Decimal())
    scored = sum((n for grade, n in counted.items() if grade not in rules.unscored), Decimal())
    checks: dict[str, Callable[[], list[Decimal]]] = {
        TOTAL: lambda: [all_votes, all_votes - invalid],
        VALID: lambda: [all_votes - invalid, scored],
        RETURNED: lambda: [figures[VALID] + figures[INVALID]] if {VALID, INVALID} <= set(figures) else [],
        RETURN_RATE: lambda: _ratio(figures.get(RETURNED), figures.get(ISSUED)),
        VALID_RATE: lambda: _ratio(figures.get(VALID), figures.get(RETURNED)),
        INVALID_RATE: lambda: _ratio(figures.get(INVALID), figures.get(RETURNED)),
        MEAN: lambda: _mean(counted, scored, rules),
        SATISFIED: lambda: _satisfied(counted, scored, all_votes - invalid, rules),
    }
    return checks.get(kind, list)()


def _share(cast: int, votes: Mapping[str, int], rules: RuleSet) -> list[Decimal]:
    """Return the share of a grade among the valid, among the scored and among all votes."""
    valid = sum(n for grade, n in votes.items() if rules.unscored.get(grade) != "invalid")
    scored = sum(n for grade, n in votes.items() if grade not in rules.unscored)
    return [value for base in (valid, scored, sum(votes.values())) for value in _ratio(Decimal(cast), Decimal(base))]


def _satisfied(votes: Mapping[str, Decimal], scored: Decimal, valid: Decimal, rules: RuleSet) -> list[Decimal]:
    """Return the share of the best grade, and of the best two or three: offices count 基本满意 in or not."""
    best = sorted(rules.points, key=lambda grade: -rules.points[grade])
    sums = [sum((votes.get(grade, Decimal()) for grade in best[:many]), Decimal()) for many in range(1, len(best))]
    return [value for some in sums for base in (valid, scored) for value in _ratio(some, base)]


def _mean(votes: Mapping[str, Decimal], scored: Decimal, rules: RuleSet) -> list[Decimal]:
    """Return the mean of the points of the grades; none for a scale of numbers."""
    points = sum((votes.get(grade, Decimal()) * points for grade, points in rules.points.items()), Decimal())
    return [points / scored / 100] if rules.points and scored else []


def _ratio(part: Decimal | None, whole: Decimal | None) -> list[Decimal]:
    return [part / whole] if part is not None and whole else []


def number_of(text: str) -> Decimal | None:
    """Return a printed number: 95, 1,024, 62.5%, 62.5％; a percentage as a share; None for anything else."""
    plain = _PIECES.sub("", match_key(text).replace(",", ""))
    try:
        number = Decimal(plain.removesuffix("%"))
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number / 100 if plain.endswith("%") else number


def is_rounded_from(printed: Decimal, found: Decimal, text: str) -> bool:
    """Return whether a printed figure is the rounded value; a rate may be printed as 62.5, 0.625 or 62.5%."""
    plain = match_key(text).replace(",", "").removesuffix("%")
    places = len(plain.partition(".")[2])
    half = Decimal(1).scaleb(-places) / 2
    if match_key(text).endswith("%"):
        return abs(found * 100 - printed * 100) <= half
    return abs(found - printed) <= half or (found <= 1 < printed and abs(found * 100 - printed) <= half)


def printed_like(found: Decimal, text: str) -> str:
    """Return the value as the figure is printed: with its decimals, and per cent where it has them."""
    plain = match_key(text).replace(",", "")
    places = len(plain.removesuffix("%").partition(".")[2])
    per_cent = plain.endswith("%") or (found < 1 < (number_of(text) or 0))
    number = f"{found * 100 if per_cent else found:.{places}f}"
    return f"{number}%" if plain.endswith("%") else number
