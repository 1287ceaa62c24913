"""What a heading or a mark next to the grades says that contradicts the reading: another year, another scale, a void
answer. Each of them would be stored without an error, since every value looks right.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from data.intake.headings import grade_texts, points_behind
from data.intake.meaning import shortened
from data.intake.profile import ColumnProfile
from data.model.names import match_key
from data.model.rule_sets import Numeric, RuleSet
from problems import Problem

# 2026年1月 is a date: the ballots of 2025 are often cast in the January after.
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)(?!年?\d{1,2}月)")
_EARLIER = re.compile(r"(?:上一?年|去年|上年)(?:度|同期)?")
_TOP = re.compile(
    r"满分\D{0,2}(\d{1,4})|(?<!\d)(\d{1,4})\s*分制|[(\[【]\d{1,3}\s*[-~—–至到]\s*(\d{1,4})\s*分?[)\]】]|[(](\d{1,4})\s*分[)]"
)
_TOP_IN_WORDS = {"百分制": 100, "十分制": 10, "五分制": 5}
_REVERSED = re.compile(r"(?<!\d)1\s*分?\s*(?:=|为|是|代表|表示)\s*(?:最好|最高|最优|最满意|(?:非常|很|十分)满意)")
_VOID = {
    *("无效", "无效票", "无效卷", "无效答卷", "无效问卷", "作废", "废票", "废卷", "不合格", "不通过", "未通过"),
    *(
        "审核不通过",
        "审核未通过",
        "未完成",
        "未答完",
        "未提交",
        "中途退出",
        "终止",
        "已终止",
        "甄别",
        "被甄别",
        "已删除",
    ),
    *("invalid", "incomplete", "partial", "surveypreview", "spam", "disqualified", "terminated", "screenedout"),
}
# Grades of usual scales, without those of the rules in force; 一般 and 中 are grades nearly everywhere.
_SCALES = frozenset(
    {
        *(
            "非常满意",
            "很满意",
            "满意",
            "比较满意",
            "较满意",
            "基本满意",
            "一般",
            "不太满意",
            "不满意",
            "很不满意",
            "非常不满意",
        ),
        *(
            "好",
            "很好",
            "较好",
            "比较好",
            "差",
            "较差",
            "很差",
            "不好",
            "优",
            "良",
            "中",
            "优秀",
            "良好",
            "中等",
            "不了解",
        ),
        *("合格", "基本合格", "不合格", "称职", "基本称职", "不称职", "达标", "不达标", "认可", "基本认可", "不认可"),
        *("同意", "基本同意", "不同意", "赞成", "反对", "支持", "不支持", "高", "较高", "较低", "低"),
        *("excellent", "good", "fair", "poor", "satisfied", "dissatisfied", "agree", "disagree"),
    }
)
FEWEST_WORDS = 2  # different grades: a column of a single word is a remark or a name
_YES, _NO = {"是", "1", "√", "y", "yes", "true"}, {"否", "0", "×", "n", "no", "false"}
_IS_VOID = re.compile(r"(?:是否)?(?:作废|无效|废票|废卷)(?:标[记志])?")
_IS_DONE = re.compile(r"(?:是否)?(?:已?完成|答完|提交|通过审核|审核通过|合格)|finished|completed?")


def names_other_round(text: str, round_id: str) -> bool:
    """Return whether a heading names only years other than that of the round, or last year."""
    own = re.match(r"\d{4}", round_id)
    years = set(_YEAR.findall(match_key(text)))
    if own is None or own[0] in years:
        return False
    return bool(years) or _EARLIER.fullmatch(match_key(text)) is not None


def other_scale(text: str, band: Numeric | None) -> str:
    """Return the scale of points that a heading names, where it is not that of the rules; else ''.

    5 of 10 points is no 5 of 5, and 1 may be the best grade or the worst.
    """
    plain = unicodedata.normalize("NFKC", text)
    if band is None:
        return ""
    turned = _REVERSED.search(plain)
    if turned:
        return turned[0]
    found = _TOP.search(plain)
    tops = [float(top) for top in found.groups() if top] if found else []
    tops += [top for word, top in _TOP_IN_WORDS.items() if word in plain]
    return next((f"{top:g}" for top in tops if top * 100 != band.high), "")


def other_points(
    file: str | None, row: int | None, printed: Iterable[tuple[str, str]], rules: RuleSet
) -> list[Problem]:
    """Return the question about grades that are printed with points other than those of the rules.

    printed: (text, grade). Points in one proportion to the rules', 5 to 1 for 10 to 2, give the same ranking and are
    not asked about.
    """
    behind = [(text, grade, points_behind(text)) for text, grade in printed if grade in rules.points]
    points = [(text, grade, Decimal(found) * 100) for text, grade, found in behind if found]
    ratios = {(value / rules.points[grade] if rules.points[grade] else value) for _, grade, value in points}
    if len(points) > 1 and len({grade for _, grade, _ in points}) > 1 and len(ratios - {Decimal(0)}) <= 1:
        return []
    other = {text: grade for text, grade, value in points if value != rules.points[grade]}
    if not other:
        return []
    names = [f"{text} → {Decimal(rules.points[grade]) / 100:f}" for text, grade in sorted(other.items())]
    facts: dict[str, object] = {"columns": sorted(other), "shown": shortened(names), "count": len(names)}
    return [Problem("confirm_points", "warning", file, None, row, facts=facts)]


def in_other_words(profile: ColumnProfile) -> int:
    """Return the number of cells of a column that hold grades of any usual scale; 0 where all say the same."""
    found = {value: cells for value, cells in profile.values.items() if _grade_words(value) & _SCALES}
    return sum(found.values()) if len(found) >= FEWEST_WORDS else 0


def _grade_words(value: str) -> set[str]:
    return {match_key(text) for text in grade_texts(value)}


def void_marks(text: str, profile: ColumnProfile) -> dict[str, int]:
    """Return the words of a column that mark an answer as invalid or unfinished, with their cells."""
    key = match_key(text)
    words = set(_VOID) | (_YES if _IS_VOID.fullmatch(key) else set()) | (_NO if _IS_DONE.fullmatch(key) else set())
    return {value: cells for value, cells in profile.values.items() if match_key(value) in words}
