"""What a title above a table, or the name of its sheet or file, says that contradicts how the table is read: another
year, another unit of measurement or scale, a part of the evaluators or of the year.

A person decides: a title often names the year whose work is assessed, and not that of the round.
"""

import re
from collections.abc import Iterator, Sequence

from data.intake.contradictions import names_other_round, other_scale
from data.intake.headers import OF_ANY_YEAR, Header
from data.intake.source import TextTable
from data.model.names import match_key
from data.model.rule_sets import RuleSet
from problems import Problem

_MULTIPLE, _SHARE, _POINTS = r"[十百千万亿]+(?:票|张|人次?|份|个|分|件|户)?", r"[%‰]|百分[比率点数]", "分"
# What the numbers of a kind may not be measured in.
_NOT_IN = {
    **dict.fromkeys(("counts", "votes", "issue_return"), f"{_MULTIPLE}|{_SHARE}|{_POINTS}"),
    "ballots": f"{_MULTIPLE}|{_SHARE}",
    "results": _MULTIPLE,
}
_MEASURED = r"(?:(?:计量|数据|统计)?单位[:为是]?|^[(\[【]|^)({})(?=$|[)\]】,;、。])"
# 2026-01-10 and 2026年1月 are dates, and [2024]15号 is the number of a document.
_DATES = re.compile(r"20\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?|[〔\[]20\d\d[〕\]]")
_PART = re.compile(r"男性?|女性?|(?:第?[一二三四1-4]|首)季度|[上下]半年|\d{1,2}月份?|第?\d{1,2}[周轮批]")
_OF_FILE = re.compile(r"20\d\d年")


def contradictions(kind: str, text: TextTable, header: Header, round_id: str, rules: RuleSet | None) -> list[Problem]:
    """Return a question for each title, name of a sheet and name of a file that contradicts the reading."""
    rows = [(p.row, p.value) for p in header.problems if p.code == "title_row" and p.value]
    places = [*rows, (None, text.sheet or ""), (None, text.name if _OF_FILE.search(text.name) else "")]
    groups = (rules.group_names() or ()) if rules is not None and "group_code" not in header.fields else ()
    found = [
        (row, title, says) for row, title in places for says in contradicted(kind, str(title), round_id, rules, groups)
    ]
    return [_question(kind, text, row, str(title), says, round_id) for row, title, says in found]


def _question(kind: str, text: TextTable, row: int | None, title: str, says: str, round_id: str) -> Problem:
    facts: dict[str, object] = {"columns": [title, round_id], "says": says, "round": round_id}
    return Problem("confirm_title", "warning", text.name, text.sheet, row, value=title, facts=facts)


def contradicted(kind: str, title: str, round_id: str, rules: RuleSet | None, groups: Sequence[str]) -> Iterator[str]:
    """Yield the words of a title that contradict the reading. groups: whose names would be a title of a part only."""
    key = _DATES.sub("", match_key(title))
    if kind not in OF_ANY_YEAR and names_other_round(key, round_id):
        yield "、".join(dict.fromkeys(re.findall(r"(?<!\d)20\d\d(?!\d)", key))) or title
    measure = re.search(_MEASURED.format(_NOT_IN[kind]), key) if kind in _NOT_IN else None
    if measure:
        yield measure[1]
    scale = other_scale(title, rules.numeric) if rules is not None else ""
    if scale:
        yield scale
    if _PART.fullmatch(key.strip("()[]【】")) or key in map(match_key, groups):
        yield title.strip()
