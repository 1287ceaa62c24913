"""What a heading or a mark next to the grades says that contradicts the reading: another year, another scale, a void
answer. Each of them would be stored without an error, since every value looks right.
"""

import re
import unicodedata

from data.intake.profile import ColumnProfile
from data.model.names import match_key
from data.model.rule_sets import Numeric

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


def void_marks(text: str, profile: ColumnProfile) -> dict[str, int]:
    """Return the words of a column that mark an answer as invalid or unfinished, with their cells."""
    key = match_key(text)
    words = set(_VOID) | (_YES if _IS_VOID.fullmatch(key) else set()) | (_NO if _IS_DONE.fullmatch(key) else set())
    return {value: cells for value, cells in profile.values.items() if match_key(value) in words}
