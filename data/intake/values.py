"""Judgement of distinct values: each value of a column is judged once, however many rows have it.

A judgement is the value as it is kept, or the code of a problem with its facts. Rows are located afterwards, and only
for values that were refused.
"""

import datetime
import re
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from data.intake.context import Context
from data.intake.headers import is_glued
from data.intake.headings import grade_texts
from data.intake.identifiers import Numbers, damage, without_zeros
from data.model.name_proposals import proposals, without_quotes
from data.model.names import (
    CONTROL,
    EXCEL_ERRORS,
    FORMULA_STARTS,
    LONGEST_NAME,
    NAME_FORMULA_STARTS,
    RAISED,
    match_key,
    tidy,
)
from data.model.register import Register
from data.model.rule_sets import RuleSet

# Names of totals lines (on match keys): 合计, 总计(张), 全市平均, 党群部门小计. A name that merely contains such a
# word continues after it (合计村) or has it inside another word (统计局), and is no totals line.
_SUM = (
    "合计|总计|小计|累计|共计|总数|总分|总票数|合计票?数|(?:总|平)均|总平均|均分|均值"
    "|平均(?:分数?|值|数|得分|满意[率度])"
)
_SCOPE = (
    "全[省市州盟县区旗镇乡村校院局]|本[页表组栏类批次季月年]|以上|上述|总|各?(?:单位|部门|科室|系统|乡镇|街道|主体|组别?|类别?)"
    "|.{1,8}(?:部门|单位|系统|类|组|主体|群众|对象|代表|委员)"
)
_COUNTABLE = "个家条张人份票项"
_MEASURE = "[张人份票个家条件次分户名%]|全[省市州盟县区旗镇乡村]|人次|[票张份人件]数|单位[:：]?.|(?:不?含|满分).{1,8}"
TOTALS = re.compile(
    rf"(?:(?:{_SCOPE})的?)?(?:{_SUM})(?:[(\[【〔](?:{_MEASURE})[)\]】〕]|[/,、](?:{_MEASURE}))?"
    r"|(?:grand|sub)?total|average|mean|sum"
)
# A unit of this name is all units together, their spread or another time: the votes of its line are those of others. A
# group or a site may well have such a name.
_WHOLE = re.compile(
    rf"(?:{_SCOPE})?(?:总体|整体|汇总|平均|总)(?:情况|结果|水平|得分|分值?|数|满意[率度]|评价)?"
    r"|[全本][国省市州盟县区旗镇乡村校院局体]|(?:所有|全部)(?:单位|部门)|各?单位(?:合计|汇总)"
    r"|最[高低大小优差](?:分数?|值|得分)?|标准(?:偏?差|误)|方差|中位数|众数|极差|(?:上[年月期]|上季度|去年)(?:度|同期)?"
    rf"|[同环]比(?:增减|增长|变化)?|[比较](?:上[年月期]|去年|上季度|同期)(?:同期|度)?.{{0,4}}|增减|增幅|差值"
    rf"|(?:{_SUM})[(\[【〔].{{1,10}}[)\]】〕]|全部|所有|总票数?|(?:加权|算术)平均(?:分数?|数|值)?|均数"
    rf"|计|[∑σ]|[票人份张]数(?:{_SUM})|(?:{_SUM})[(\[【〔]共?\d{{1,4}}[{_COUNTABLE}][)\]】〕]"
    r"|(?:所?占)?比[例重率]|占比|百分[比率]|权[重数]|满分|分值|[承接][上前]页|[转过][下次]页|overall|all(?:units)?|grandtotal"
)
_AROUND = ":.。,、;—_=*·…-"
_BRACKETS = ("()", "[]", "【】", "〔〕", "《》", "<>", '""', "“”")
VALIDITY = {
    "有效": "",
    "是": "",
    "有效票": "",
    "不了解": "dont_know",
    "空白": "blank",
    "无效": "invalid",
    "否": "invalid",  # under 是否有效
    "作废": "invalid",
    "废票": "invalid",
    "无效票": "invalid",
    "弃权": "abstain",
}
# Excel counts a 29 February 1900 that did not exist, so from March 1900 on its day 0 is 30 December 1899.
EXCEL_EPOCH = datetime.date(1899, 12, 30)
_SERIAL = re.compile(r"([345]\d{4})(\.\d+)?")  # 1982 to 2064
_DATE = re.compile(
    r"(?P<year>\d{4})(?:[-/.年]\s?(?P<month>\d{1,2})[-/.月]\s?(?P<day>\d{1,2})日?)([T ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?)?"
)
_COUNT = re.compile(r"\d{1,15}(?:\.0)?|\d{1,3}(?:,\d{3})+(?:\.0)?")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


@dataclass(frozen=True)
class Judgement:
    """Judgement of a value. kept: as the facts hold it, or None when refused; code and facts: of the refusal."""

    kept: str | None
    code: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    warning: bool = False
    kind: str = ""


def _text_fault(value: str) -> Judgement | None:
    """Return the fault of a name that holds for every column, or None."""
    if not tidy(value):
        return Judgement(None, "missing_value")
    control = CONTROL.search(value)
    if control:
        return Judgement(None, "control_character", {"character": control.group()})
    if len(value) > LONGEST_NAME:
        return Judgement(None, "name_too_long", {"length": len(value), "limit": LONGEST_NAME})
    if value.strip().upper() in EXCEL_ERRORS:
        return Judgement(None, "excel_error")
    if unicodedata.normalize("NFKC", value).strip().startswith(NAME_FORMULA_STARTS):
        return Judgement(None, "formula_text")
    return None


@lru_cache(maxsize=1 << 14)  # asked of every row, and most registers repeat their units
def is_totals_row(value: str) -> bool:
    """Return whether a cell marks its line as sums or means: the same rule for every kind of table."""
    return TOTALS.fullmatch(_bare(value)) is not None


@lru_cache(maxsize=1 << 14)
def is_totals_unit(value: str) -> bool:
    """Return whether the name of a unit marks sums or means, or all units together."""
    return is_totals_row(value) or _WHOLE.fullmatch(_bare(value)) is not None


def alone(units: Iterable[str]) -> frozenset[str]:
    """Return the match keys of names for all units together where a file names no other units: they are its units."""
    named = {unit for unit in units if unit.strip() and not is_totals_row(unit)}
    return frozenset(map(match_key, named)) if all(map(is_totals_unit, named)) else frozenset()


def _bare(value: str) -> str:
    """Return the key of a text without the punctuation and brackets around it."""
    key = match_key(value).strip(_AROUND)
    return key[1:-1].strip(_AROUND) if key[:1] + key[-1:] in _BRACKETS else key


def totals_word(
    values: list[str], unit: str, group: str = "", known: Container[str] = (), *, earlier: bool = False
) -> str:
    """Return the word that marks a row as totals: instead of the unit or group, or first in a row without a unit.

    known: match keys of registered units and listed groups, which are never sums whatever they are called. earlier:
    a name of all units together was still a unit.
    """
    first = next((value for value in values if value.strip()), "")
    words = [unit] if (is_totals_row if earlier else is_totals_unit)(unit) else []
    words += [word for word in (group, "" if unit.strip() else first) if is_totals_row(word)]
    return next((word for word in words if match_key(word) not in known), "")


def judge_unit(value: str, context: Context, codes: dict[str, str]) -> Judgement:
    """Return the unit's code in the register, or its tidied name where the round has no register."""
    fault = _text_fault(value)
    if fault:
        return fault
    if is_glued(value):
        return Judgement(None, "glued_units")
    damaged = damage(value, Numbers()) if match_key(value) not in codes and not context.earlier else {}
    if damaged:
        return Judgement(None, "damaged_identifier", damaged)
    broken = "\n" in value or "\r" in value
    if context.register is None:
        return Judgement(tidy(value), "line_break_in_name" if broken else "", {"unit": tidy(value)}, broken)
    code = codes.get(match_key(value))
    if code is None:
        return _unlisted_unit(value, context.register, codes)
    about: dict[str, object] = {"unit": context.register.name_of(code)} if broken else {}
    return Judgement(code, "line_break_in_name" if broken else "", about, broken)


def judge_round(value: str, round_id: str) -> Judgement:
    """Judge the round that a row names: the import's round, or the year that its name begins with."""
    text = match_key(value)
    year = text.removesuffix("度").removesuffix("年")
    names_it = text == match_key(round_id) or (re.fullmatch(r"\d{4}", year) and match_key(round_id).startswith(year))
    if not text or names_it:
        return Judgement(round_id)
    return Judgement(None, "wrong_round", {"round": round_id})


def judge_date(value: str, round_id: str) -> Judgement:
    """Return a date in ISO form; a serial number of Excel needs a confirmation.

    Rounds end a year after their name's year: the ballots of 2025 are often cast in January 2026.
    """
    text = unicodedata.normalize("NFKC", tidy(value))
    if not text:
        return Judgement("")
    date, serial = _date(text), _SERIAL.fullmatch(without_thousands(text))
    if serial:
        date = EXCEL_EPOCH + datetime.timedelta(days=int(serial[1]))
    if date is None:
        return Judgement(None, "not_a_date")
    year = re.match(r"\d{4}", round_id)
    if year and date.year not in (int(year[0]), int(year[0]) + 1):
        return Judgement(None, "wrong_round", {"round": round_id})
    return Judgement(date.isoformat(), "serial_date" if serial else "", {"date": date.isoformat()}, bool(serial))


def whole_number(text: str) -> int | None:
    """Return a count as an integer: 1024, 1,024, 1024.0 and '1024 alike; None for anything else, as for 10²."""
    if RAISED.search(text):
        return None
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    return int(plain.removesuffix(".0").replace(",", "")) if _COUNT.fullmatch(plain) else None


def without_thousands(text: str) -> str:
    """Return 45,992 as 45992: spreadsheets print day numbers like any number."""
    return text.replace(",", "") if re.fullmatch(r"\d{2},\d{3}(\.\d+)?", text) else text


def _date(text: str) -> datetime.date | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    try:
        return datetime.date(*(int(match[part]) for part in ("year", "month", "day")))
    except ValueError:
        return None


def _unlisted_unit(value: str, register: Register, codes: dict[str, str]) -> Judgement:
    """Judge an unlisted name: in quotation marks or of another round it needs a confirmation, else it is refused.

    A refusal carries proposals.
    """
    key = match_key(without_quotes(value))
    if key in codes:
        return Judgement(codes[key], "quotes_in_name", {"unit": register.name_of(codes[key])}, warning=True)
    stripped = without_zeros(value, [unit.unit_code for unit in register.units])
    if stripped:
        return Judgement(None, "damaged_identifier", stripped)
    former = register.former.get(match_key(value))
    if former in codes.values():
        return Judgement(former, "unit_alias_used", {"unit": register.name_of(str(former))}, warning=True)
    return Judgement(None, "unknown_unit", {"close": proposals(value, register)})


EVERYONE = "ALL"
"""Name of the group of all evaluators, where votes are pooled and nothing says who gave them."""


def judge_group(value: str, known: dict[str, str] | None) -> Judgement:
    """Return the evaluator group as the rule set spells it; any name where groups are pooled (`known` is None)."""
    fault = _text_fault(value)
    if fault:
        return fault
    if known is None:
        return Judgement(tidy(value))
    options = (known.get(match_key(option)) for option in grade_texts(value))  # A.普通群众
    name = next((name for name in options if name is not None), None)
    if name is None:
        return Judgement(None, "unknown_group", {"known": list(known.values())})
    return Judgement(name)


def judge_indicator(value: str, rules: RuleSet) -> Judgement:
    """Return the indicator as the rule set or the file spells it; unlisted indicators are shown, not scored."""
    if not tidy(value):
        return Judgement("总体评价")
    fault = _text_fault(value)
    if fault:
        return fault
    for name in rules.indicators or {}:
        if match_key(name) == match_key(value):
            return Judgement(name)
    return Judgement(tidy(value))


def scored_indicators(names: Iterable[str], rules: RuleSet) -> dict[str, bool]:
    """Return whether each indicator enters the score: those of the rules, else 总体评价 if it was asked, else all."""
    listed = {match_key(name) for name in rules.indicators or {}}
    asked = {match_key(name) for name in names}
    overall = {match_key("总体评价")}
    scored = listed or (overall if overall <= asked else asked)
    return {name: match_key(name) in scored for name in names}


def judge_grade(value: str, score: str, validity: str, rules: RuleSet) -> Judgement:
    """Judge a grade: of the rule set, a number inside its band, or a kind that is never scored."""
    mark = VALIDITY.get(tidy(validity), None if tidy(validity) else "")
    if mark is None:
        return Judgement(None, "unknown_choice", {"known": list(VALIDITY), "value": validity})
    if mark:
        return Judgement("无效" if mark == "invalid" else tidy(validity), kind=mark)
    if tidy(value) and tidy(score) and match_key(value) != match_key(score):
        return Judgement(None, "grade_and_score", {"score": score})
    text = value if tidy(value) else score
    if not tidy(text):
        return Judgement("", kind="blank")
    if text.strip().upper() in EXCEL_ERRORS:
        return Judgement(None, "excel_error", {"value": text})
    listed = rules.grade_words()
    name = next((listed[match_key(option)] for option in grade_texts(text) if match_key(option) in listed), None)
    if name is not None:
        return Judgement(name, kind=rules.unscored.get(name, ""))
    if rules.numeric is not None:
        return _judge_number(text, rules)
    if unicodedata.normalize("NFKC", text).strip().startswith(FORMULA_STARTS):
        return Judgement(None, "formula_text", {"value": text})
    return Judgement(None, "unknown_grade", {"known": [*rules.points, *rules.unscored], "value": text})


def forces_kind(validity: str) -> bool:
    """Return whether a mark of validity makes a line unscored whatever its grade: 弃权 does, 有效 does not."""
    return bool(VALIDITY.get(tidy(validity)))


def _judge_number(text: str, rules: RuleSet) -> Judgement:
    band = rules.numeric
    assert band is not None, "only called for numeric rules"
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    facts: dict[str, object] = {"low": _points(band.low), "high": _points(band.high), "value": text}
    if RAISED.search(text) or not NUMBER.fullmatch(plain):
        return Judgement(None, "score_not_a_number", facts)
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return Judgement(None, "score_not_a_number", facts)
    if not band.low <= number * 100 <= band.high:
        return Judgement(None, "score_out_of_range", facts)
    if number * 100 != (number * 100).to_integral_value():
        return Judgement(None, "score_too_precise", {**facts, "decimals": 2})
    if band.step is not None and (number * 100 - band.low) % band.step != 0:
        return Judgement(None, "score_off_step", {**facts, "step": _points(band.step)})
    return Judgement(_plain(number))


def _points(hundredths: int) -> str:
    return _plain(Decimal(hundredths) / 100)


def _plain(number: Decimal) -> str:
    """Return the shortest text of a number: 5.0 and 5.00 as 5; 88.50 as 88.5."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
