"""Data contract: the fields of each kind of upload, and the headers under which a file may provide them.

The words are in `contract.csv`; nothing here reads a user's file.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.model.names import match_key
from i18n import N_

CONTRACT = Path(__file__).with_name("contract.csv")

# kind of upload (first word of `biaochi import`) -> table of the contract
TABLE_OF_KIND = {
    "ballots": "ballot",
    "counts": "grade_count",
    "units": "unit",
    "results": "published_result",
    "pledges": "pledge",
    "progress": "pledge_progress",
    "votes": "report_vote",
    "round": "round",
    "unit_alias": "unit_alias",
    "unit_lineage": "unit_lineage",
    "unit_round": "unit_round",
    "evaluator_group": "evaluator_group",
    "issue_return": "issue_return",
    "component_score": "component_score",
    "work_calendar": "work_calendar",
}
KINDS = tuple(TABLE_OF_KIND)
# Kinds whose rows are kept as they are, by `data/intake/records.py`.
RECORD_KINDS = tuple(kind for kind in KINDS if kind not in ("ballots", "counts", "units"))
# Kinds that are read under a rule set.
SCORED_KINDS = ("ballots", "counts")
KIND_NAMES = {
    "ballots": N_("Ballots"),
    "counts": N_("Counts of votes"),
    "units": N_("Register of units"),
    "results": N_("Published results"),
    "pledges": N_("Pledges"),
    "progress": N_("Progress of pledges"),
    "votes": N_("Votes on duty reports"),
    "round": N_("About the round"),
    "unit_alias": N_("Other names of units"),
    "unit_lineage": N_("Reforms of units"),
    "unit_round": N_("Units of the round"),
    "evaluator_group": N_("Evaluator groups"),
    "issue_return": N_("Ballots issued and returned"),
    "component_score": N_("Other scores"),
    "work_calendar": N_("Working days"),
}

# Headers seen on real forms that the contract lists for a sister table only.
EXTRA_SYNONYMS = {
    ("ballot", "ballot_id"): ("票号", "选票号", "Response ID"),
    ("ballot", "unit_code"): ("单位编码", "单位代码", "unit_name"),
    ("ballot", "group_code"): (
        "身份",
        "您的身份",
        "您的身份类别",
        "您属于哪一类",
        "您属于哪类人员",
        "评议人身份",
        "评价人身份",
    ),
    ("ballot", "score"): ("打分",),
    ("ballot", "round_id"): ("年度", "年份", "批次", "评议年度", "测评年度", "考核年度"),
    ("grade_count", "unit_code"): ("部门", "被测评单位", "单位编码", "unit_name"),
    ("unit", "category"): ("组别",),
    ("unit_lineage", "date"): ("日期",),
    ("published_result", "unit_text"): (
        *("单位(原文写法)", "单位", "单位名称", "部门", "部门名称", "参评单位", "被评单位", "评议对象", "名称"),
        *("地市名称", "地区", "系统"),
    ),
    ("published_result", "score_text"): ("总得分", "得分"),
    ("issue_return", "issued"): ("发放", "发放票数"),
    ("issue_return", "returned"): ("收回", "收回份数", "收回票数"),
    ("issue_return", "valid"): ("有效", "有效票数"),
    ("issue_return", "invalid"): ("无效", "无效票数"),
    ("pledge", "unit_code"): ("参评单位", "单位名称", "单位编码"),
    ("report_vote", "unit_code"): ("参评单位", "单位编码"),
}

# Parts of a key, or of a published line, that have no separate row in the contract's table.
_UNIT = (
    "unit_code",
    "单位",
    "text",
    "required",
    "参评单位;被评单位;单位名称;被测评单位;评议对象;部门;单位编码;单位代码",
)
_GROUP = ("group_code", "主体", "text", "required", "评议主体;评议人类别;代表类别")
_ROUND = ("round_id", "批次编号", "text", "", "批次;期次;测评批次")
EXTRA_FIELDS = {
    "unit_round": (_ROUND, _UNIT),
    "issue_return": (_ROUND, _GROUP, ("site", "会场或点位", "text", "", "会场;站点")),
    "component_score": (_ROUND, _UNIT),
    "published_result": (_ROUND, ("category", "类别", "text", "", "参评类别;序列;分类;组别;维度")),
    "work_calendar": (("date", "日期", "date", "required", ""),),
}
# Two fields that the contract names in one row; a single column 起止 is split between them.
SPAN = "valid_from / valid_to"
SPAN_FIELDS = (("valid_from", "启用日期", "起止;起始日期"), ("valid_to", "停用日期", "截止日期"))

REQUIRED = {
    "ballots": ("ballot_id", "group_code", "unit_code"),
    "counts": ("group_code", "unit_code"),
    "units": ("unit_name",),
    "results": ("unit_text",),
    "pledges": ("pledge_id", "unit_code", "item"),
    "progress": ("pledge_id", "check_date"),
    "votes": ("unit_code", "post", "group_code", "grade", "count"),
    "round": ("round_id", "year"),
    "unit_alias": ("alias", "unit_code"),
    "unit_lineage": ("from_code", "to_code", "change", "date"),
    "unit_round": ("unit_code", "category"),
    "evaluator_group": ("group_code", "group_name"),
    "issue_return": ("group_code",),
    "component_score": ("unit_code", "component"),
    "work_calendar": ("date", "is_workday"),
}
# Fields that identify a row of a record table; for `results` the category is part of the key.
KEYS = {
    "results": ("category", "unit_text"),
    "pledges": ("pledge_id",),
    "progress": ("pledge_id", "check_date"),
    "votes": ("unit_code", "post", "group_code", "grade"),
    "round": ("round_id",),
    "unit_alias": ("alias", "valid_from"),
    "unit_lineage": ("from_code", "to_code", "date"),
    "unit_round": ("unit_code",),
    "evaluator_group": ("group_code",),
    "issue_return": ("group_code", "site"),
    "component_score": ("unit_code", "component"),
    "work_calendar": ("date",),
}

# Required, but checked when the rows are read: ballots without numbers are separate ballots once a person has
# confirmed it; counts without a group cover all groups together where the rule set pools them.
AGREED_WITHOUT = {"ballots": ("ballot_id", "group_code", "unit_code"), "counts": ("group_code",)}

# Written by the importer, or kept for a later version; a file that brings them is not an error.
UNUSED = {"ballot": ("file_id", "row_no", "round_id"), "grade_count": ("round_id", "estimated")}

_SPAN_OF_NUMBERS = re.compile(r"(\d+)-(\d+)")
_CHOICES = re.compile(r"[^|;() ]+(?:\|[^|;() ]+)+")
_DEFAULT = re.compile(r"default (\S+)$")


@dataclass(frozen=True)
class Field:
    """Field of a kind: its name in code, its Chinese header, and every other header it may have.

    type: text, int, decimal, date, timestamp, bool, enum or list. low, high: of numbers. default: the text that an
    empty cell means.
    """

    name: str
    header: str
    synonyms: tuple[str, ...]
    type: str = "text"
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    default: str = ""

    def match_keys(self) -> set[str]:
        """Return the match keys of every header that means this field."""
        return {match_key(word) for word in (self.name, self.header, *self.synonyms)}


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with CONTRACT.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def fields(kind: str) -> tuple[Field, ...]:
    """Return the fields of a kind of upload, in the order of the contract."""
    table = TABLE_OF_KIND[kind]
    names = ("field", "header_zh", "type", "allowed_or_constraint", "synonyms")
    given = [tuple(row[name] for name in names) for row in _rows() if row["table"] == table]
    found: list[Field] = []
    for name, header, kind_of_value, constraint, synonyms in (*EXTRA_FIELDS.get(table, ()), *given):
        if name == SPAN:
            found += [_field(table, own, word, "date", "", more) for own, word, more in SPAN_FIELDS]
        else:
            found.append(_field(table, name, header, kind_of_value, constraint, synonyms))
    return tuple(found)


def _field(table: str, name: str, header: str, kind_of_value: str, constraint: str, synonyms: str) -> Field:
    words = (*(word for word in synonyms.split(";") if word), *EXTRA_SYNONYMS.get((table, name), ()))
    value_type = "list" if kind_of_value == "text list" else kind_of_value.split(" ")[0]
    choices: tuple[str, ...] = ()
    if value_type == "enum":
        choices = tuple(word for part in _CHOICES.findall(constraint) for word in part.split("|"))
    span = _SPAN_OF_NUMBERS.search(f"{kind_of_value} {constraint}" if value_type in ("int", "decimal") else "")
    low, high = (int(span[1]), int(span[2])) if span else (0 if ">= 0" in kind_of_value else None, None)
    default = _DEFAULT.search(constraint) if value_type in ("enum", "bool") else None
    return Field(name, header, words, value_type, choices, low, high, default[1] if default else "")


@cache
def tables() -> frozenset[str]:
    """Return the names of all tables of the contract, also of those that this version does not read."""
    return frozenset(row["table"] for row in _rows())


@cache
def field_of_header(kind: str) -> dict[str, str]:
    """Map match keys of headers to field names. A header that two fields list means the earlier field."""
    found: dict[str, str] = {}
    for field in fields(kind):
        for key in field.match_keys():
            found.setdefault(key, field.name)
    return found


@cache
def header_words() -> frozenset[str]:
    """Return every header known for any kind: the words that distinguish a decoded file from mojibake."""
    return frozenset(
        word for kind in KINDS for field in fields(kind) for word in (field.header, *field.synonyms) if word
    )


def header_of(kind: str, name: str) -> str:
    """Return the Chinese header of a field, for messages."""
    return next((field.header for field in fields(kind) if field.name == name), name)
