"""Personal data in files: headers and values that identify a person, and a copy of a file without them.

A file with any is refused before its original is kept, and no message repeats a value. DuckDB looks at the distinct
values of large tables with one regular expression; what it finds is judged here, and only then are cells located.
"""

import csv
import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import duckdb

from data.intake.free_text import LIKELY_IN_TEXT, sorts_in_text
from data.intake.personal_values import (
    EMAIL,
    HASH,
    HASHED,
    HIDDEN,
    IDENTITY,
    LIKELY,
    TELEPHONE,
    hidden,
    sorts_in,
)
from data.intake.source import TextTable
from data.intake.workbook_worker import letters
from data.model.contract import fields
from data.model.grouped_problems import spans
from data.model.names import match_key
from problems import Place, Problem, Term

PERSONAL = frozenset(
    {"personal_column", "personal_value", "personal_text", "personal_ballot_id", "personal_elsewhere"}
)  # codes of problems
BALLOT_ID = "ballot_id"
MOST_CELLS = 10_000  # ballot numbers reported one by one
FEW_ROWS = 500  # looked at one by one: a query for each column took 40 ms of an import of 200 ms
LONG = 1 << 17  # bytes of a table that is searched by one query first
SHORTEST = 6  # bytes: a shorter value is no number or address of the sorts below

# --- headers -------------------------------------------------------------------------------------------------------

_ASKED = r"(?:q?\d+[.、:)]*)?(?:请?(?:填写|输入|留下|提供))?(?:您|你|本人)?的?"
_REMARK = r"(?:[(\[【].*[)\]】])?[:?*]*"
_PERSON = (
    "诉求|信访|来访|上访|来信|反映|投诉|举报|求助|咨询|评议|评价|测评|打分|评分|投票|填写|填报|填表|答题|答卷|受访|被访"
    "|访问|联系|当事"
)
# Match keys without hyphens and underscores: "E-mail", "First name" and "id_card" are email, firstname and idcard.
_IDENTIFIES = (
    r".{0,8}(?:姓名|真名)|.{0,8}(?<!单位|部门|机构)名字|name|(?:full|first|last|sur|real|respondent|rater|voter)name",
    f"(?:{_PERSON})(?:人|者|员|人员)(?:名单|信息|电话|手机号?|号码|账号)",
    "(?:诉求|信访|来访|上访|来信|反映|投诉|举报|求助|当事|联系|监护|转达|缴款|缴费|交款|捐款|捐赠|捐资|付款|收款|受助)人|户主"
    "|家庭成员|.{0,4}(?:签名|签字|署名)|创建人|(?:学|工|警)号|员工编号",
    "(?:业主|住户|居民|村民|户主|群众|市民|商户|家长|来电|主叫|被叫)的?(?:电话|手机|手机号码?|号码|住址|名单)",
    ".{0,8}(?:手机|手机号|手机号码|移动电话|座机|座机号码)|.{0,6}(?:联系|家庭|住宅|固定|本人|个人|办公)(?:电话|号码)",
    "电话|电话号码|.{0,6}联系(?:方式|电话)|.{0,4}(?:通[讯信]|联络)方式|传真|.{0,6}(?:电话|微信)号码?",
    "(?:mobile|cell|tele)?phone(?:number|no)?|mobile(?:number|no)?|tel|fax|contacts?(?:info|number)?",
    ".{0,8}(?:身份证|身份证号码?|身份证件号码?|证件号码?|护照|护照号码?|社保卡号|社会保障号码?|军官证号?)",
    "id(?:card)?(?:number)|idcard(?:no)?|identity(?:number|no|card)|passport(?:number|no)?|ssn",
    ".{0,6}(?:微信|微信号|微信名|昵称|网名|头像|qq|qq号码?|微博|抖音号|支付宝账?号?)|用户名|登录名|用户id",
    ".{0,8}(?:openid|unionid|wxid)|wechat(?:id|name|nickname)?|weixin|nickname|username|screenname",
    "(?:来自|来源|登录|提交|答题|答卷|作答|填写|访问|用户)?(?:者|人)?的?ip(?:地址|归属地|属地|所在地)?",
    ".{0,6}(?:手机|电话|联系方式|身份证|证件)(?:号码?)?的?[前后末尾](?:[一二三四五六七八九十0-9]{0,2}位?|号)(?:数字?)?",
    "(?:用户|微信|设备|终端|账号)(?:唯一)?标识符?",
    "(?:来自|来源|登录|提交|答题|访问|remote|client|user)?ip(?:v[46])?(?:地址|归属地|address)?|.{0,6}ip地址",
    "设备(?:号|id|编号|标识|指纹)|deviceid|imei|idfa|mac(?:地址|address)|ua|useragent|cookie",
    ".{0,6}(?:邮箱|邮箱地址|电子邮件|电子信箱|邮件地址)|.{0,12}email(?:address)?",
    ".{0,4}(?:住址|居住地址|家庭地址|通[讯信]地址|详细地址|地址|门牌号?|房号)|(?:home|street|mailing)?address",
    "location(?:latitude|longitude)|经纬度|gps|(?:地理)?位置|(?:地理|当前)?定位(?:信息)?|recipient(?:last|first)name",
    "银行卡号?|银行账[号户]|卡号|.{0,2}[账帐]号|车牌号?码?|出生(?:日期|年月日?)|生日|birth(?:day|date)|dateofbirth",
)
# Words for a person who votes or writes, which some forms use for the group: refused unless somebody names the field.
_VOTERS = "评委|(?:打分|评分|评价|投票|答题|答卷|作答|填答|填写|填表|填报|提交|受访)(?:人|者)|voter|rater|respondent"
# Columns with the names of the officials who write or check a table.
_MAKERS = re.compile(
    "(?:制表|审核|复核|审批|审定|统计|计票|监票|唱票|发票|收票|录入|经办|校对|核对|汇总|上报|报送|主持|记录)(?:人|者|人员|员)(?:签[名字])?"
)
_IDENTIFYING = re.compile(f"{_ASKED}(?:{'|'.join(_IDENTIFIES)}){_REMARK}")
_VOTER = re.compile(f"{_ASKED}(?:{_VOTERS}){_REMARK}")
# A register of units may hold what the office itself answers under; these columns are left out like unknown columns.
_OFFICE = re.compile(
    "(?:办公|单位|值班|监督|投诉|举报|咨询|服务|公开|热线|总机)(?:室|科)?(?:电话|电话号码|地址|邮箱|信箱)|传真|地址|邮编"
)
_UNIT_NAMES = frozenset({"name", "名字"})  # in a register of units, of the unit


def names_person(header: str, kind: str) -> bool:
    """Return whether a column of this name identifies a person, whatever field it is mapped to."""
    key = _header_key(header)
    if kind == "units" and (key in _UNIT_NAMES or _OFFICE.fullmatch(key)):
        return False
    return _IDENTIFYING.fullmatch(key) is not None


def names_voter(header: str) -> bool:
    """Return whether a column is named like the person who voted; it may be the group if somebody says so."""
    return _VOTER.fullmatch(_header_key(header)) is not None


def names_maker(header: str) -> bool:
    """Return whether a column names the officials who write or check a table: 制表人, 审核人."""
    return _MAKERS.fullmatch(_header_key(header)) is not None


def is_office_contact(header: str, kind: str) -> bool:
    """Return whether a column of a register of units holds telephone, mailbox or address of the office itself."""
    return kind == "units" and _OFFICE.fullmatch(_header_key(header)) is not None


def _header_key(header: str) -> str:
    return match_key(header).replace("-", "").replace("_", "")


# --- values -----------------------------------------------------------------------------------------------------------

# DuckDB has no NFKC: full-width signs are replaced, and what hides in pasted text is left out.
_NARROW = "".join(map(chr, range(0x21, 0x7F)))
_WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in _NARROW) + "\u200b\u200c\u200d\ufeff"
SOUGHT = {"likely": LIKELY, "wide": _WIDE, "narrow": _NARROW, "any_wide": f"[{_WIDE}]"}
_AMOUNT = re.compile(r"[\s\d.,+-]*")  # a number alone: remarks begin in the first column, whatever it holds
_NUMERIC = frozenset({"int", "decimal"})  # fields of amounts: 15000000000 yuan is no telephone number
_ID_HEADER = re.compile(r".*(?:编号|编码|序号|号码?|流水号?|代码)|.*(?:_id|_no|_code|id|no|number)")
NEAR = 3  # between two numbers of a series; 30 % returned of consecutive numbers have a median gap of 2
FEWEST_OF_SERIES = 3
MOST_BY_CHANCE = 0.25  # of random numbers of eleven digits, 7 % look like mobile numbers


def without_values(problem: Problem) -> Problem:
    """Return a problem that repeats no personal data, in its value, its column or its facts."""
    facts = {name: _hidden_fact(fact) for name, fact in problem.facts.items()}
    column, value = (text and hidden(text) for text in (problem.column, problem.value))
    return replace(problem, facts=facts, column=column, value=value)


def _hidden_fact(fact: object) -> object:
    if isinstance(fact, Term | Place):
        return fact
    if isinstance(fact, str) and sorts_in(fact):
        return hidden(fact)
    if isinstance(fact, list | tuple):
        return type(fact)(_hidden_fact(part) for part in fact)
    return fact


# --- columns -------------------------------------------------------------------------------------------------------


def is_series(values: Iterable[str], of: int) -> bool:
    """Return whether telephone-like numbers in a column of numbers are numbers of forms.

    Either they follow each other, or few of `of` distinct values look like it, as among random numbers.
    """
    numbers = sorted({int(digits) for value in values if (digits := re.sub(r"\D", "", value))})
    if len(numbers) < FEWEST_OF_SERIES:
        return False
    gaps = sorted(after - before for before, after in pairwise(numbers))
    return gaps[len(gaps) // 2] <= NEAR or len(numbers) <= MOST_BY_CHANCE * of


def looks_personal(
    con: duckdb.DuckDBPyConnection, table: str, names: Collection[str], ids: Container[str] = ()
) -> bool:
    """Return whether some columns of a loaded table have a value that looks personal. ids: those of form numbers."""
    relation = con.table(table).project(", ".join(names))
    rows = relation.limit(FEW_ROWS + 1).fetchall()
    if len(rows) > FEW_ROWS:
        return any(_column_looks_personal(relation, name, name in ids) for name in names)
    columns = zip(names, zip(*rows, strict=True), strict=True) if rows else ()
    return any(_values_look_personal(values, name in ids) for name, values in columns)


def _values_look_personal(values: Iterable[str | None], is_id: bool) -> bool:
    distinct = {value for value in values if value and len(value.encode()) >= SHORTEST}
    return _is_personal([part for value in distinct for part in sorts_in(value)], len(distinct), is_id)


def _column_looks_personal(table: duckdb.DuckDBPyRelation, name: str, is_id: bool) -> bool:
    column = duckdb.ColumnExpression(name)
    long_enough = duckdb.FunctionExpression("strlen", column) >= duckdb.ConstantExpression(SHORTEST)
    distinct = table.filter(long_enough).project(column).distinct()
    values = [value for (value,) in distinct.filter(_matches(column)).fetchall()]
    found = [part for value in values for part in sorts_in(value)]
    return _is_personal(found, len(distinct) if is_id and found else 0, is_id)


def _is_personal(found: list[tuple[str, str]], of: int, is_id: bool) -> bool:
    """Return whether these parts are personal; numbers of forms among `of` distinct values are not."""
    if not is_id or not found:
        return bool(found)
    numbers = [text for sort, text in found if sort in (TELEPHONE, IDENTITY) and text.isdigit()]
    return len(numbers) < len(found) or not is_series(numbers, of)


def _matches(column: duckdb.Expression) -> duckdb.Expression:
    """Return whether a cell matches LIKELY. To replace signs takes 3.8 µs a cell and the pattern 0.1, so signs are
    replaced only where there are any: a million rows with two remarks took 7 CPU-seconds more.
    """
    narrow = duckdb.FunctionExpression("translate", column, *map(duckdb.ConstantExpression, (_WIDE, _NARROW)))
    to_replace = duckdb.FunctionExpression("regexp_matches", column, duckdb.ConstantExpression(SOUGHT["any_wide"]))
    plain = duckdb.CaseExpression(to_replace, narrow).otherwise(column)
    return duckdb.FunctionExpression("regexp_matches", plain, duckdb.ConstantExpression(LIKELY))


def unread_looks_personal(con: duckdb.DuckDBPyConnection, text: TextTable, width: int, columns: Iterable[int]) -> bool:
    """Return whether a column that is not loaded has a value that looks personal, also in an irregular table."""
    asked = [duckdb.ColumnExpression(f"c{column}") for column in sorted(columns)]
    if not asked:
        return False
    matching = [duckdb.FunctionExpression("bool_or", _matches(column)) for column in asked]
    return any(_as_text(con, text, width).aggregate([*matching]).fetchall()[0])


def is_clean(con: duckdb.DuckDBPyConnection, text: TextTable, columns: "Columns") -> bool:
    """Return whether no cell of a long table can identify a person; False if it must be read cell by cell.

    DuckDB asks each cell in 0.2 µs, Python in 15: 500,000 rows of 14 columns took 90 s. A table that DuckDB cannot read
    row by row is not clean: a row that it leaves out may identify a person.
    """
    if text.path.stat().st_size < LONG:
        return False
    try:
        return not _any_likely(_as_text(con, text, len(columns.cells), irregular=False), columns)
    except duckdb.Error:
        return False


def _any_likely(relation: duckdb.DuckDBPyRelation, columns: "Columns") -> bool:
    """Return whether any cell may identify a person: of free text and codes those that a pattern lets through."""
    names = [f"c{at}" for at in range(len(columns.cells)) if at not in columns.texts]
    matching = [duckdb.FunctionExpression("bool_or", _matches(duckdb.ColumnExpression(name))) for name in names]
    if any(relation.aggregate([*matching]).fetchall()[0]):
        return True
    for at in sorted(columns.texts | columns.codes):
        column = duckdb.ColumnExpression(f"c{at}")
        pattern = LIKELY_IN_TEXT if at in columns.texts else f"^(?i:{HASH.pattern})$"
        likely = duckdb.FunctionExpression("regexp_matches", column, duckdb.ConstantExpression(pattern))
        values = relation.filter(likely).project(column).distinct().fetchall()
        if any(_sorts(value, free=at in columns.texts, code=at not in columns.texts) for (value,) in values):
            return True
    return False


def _as_text(
    con: duckdb.DuckDBPyConnection, text: TextTable, width: int, *, irregular: bool = True
) -> duckdb.DuckDBPyRelation:
    """Return the rows of a text table with columns c0, c1, ...; rows that are too long are left out, or an error."""
    return con.read_csv(
        str(text.path),
        header=False,
        sep=text.delimiter,
        columns={f"c{index}": "VARCHAR" for index in range(width)},
        auto_detect=False,
        null_padding=True,
        ignore_errors=irregular,
        parallel=not text.has_quotes,  # a thread that begins inside a file may begin inside a cell of several lines
        lineterminator=duckdb.CSVLineTerminator.LINE_FEED if text.has_our_line_ends else None,
    )


@dataclass
class PersonalColumn:
    """Cells of a column with personal data: rows as Excel counts, with the sort in each."""

    cells: list[tuple[int, str]] = field(default_factory=list)
    numbers: list[tuple[int, str, str]] = field(default_factory=list)
    distinct: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Columns:
    """What must be known of the columns of a file: their names, fields, and which of them identify a person."""

    kind: str
    row: int
    cells: Sequence[str]
    fields: Mapping[str, int]
    personal: frozenset[int] = frozenset()

    def name(self, column: int) -> str:
        """Return the header of a column, or its letters."""
        return (self.cells[column] if column < len(self.cells) else "") or letters(column)

    @property
    def unread(self) -> frozenset[int]:
        """Return the columns that are read as no field; in the wide form they may be indicators or grades."""
        return frozenset(range(len(self.cells))) - set(self.fields.values())

    @property
    def wide(self) -> bool:
        """Return whether columns that are no field may hold votes or figures."""
        votes = {"ballots": {"grade_code", "score"}, "counts": {"count"}, "results": {""}}.get(self.kind)
        return votes is not None and not votes & set(self.fields)

    @property
    def numeric(self) -> frozenset[int]:
        """Return the columns of numbers and amounts, in which no telephone number is looked for."""
        return frozenset(self.fields[f.name] for f in fields(self.kind) if f.type in _NUMERIC and f.name in self.fields)

    @property
    def ids(self) -> frozenset[int]:
        """Return the columns of numbers of forms and codes, whose values may be a series."""
        claimed = {at for name, at in self.fields.items() if name.endswith(("_id", "_code", "_no", "seq"))}
        spare = {at for at, cell in enumerate(self.cells) if at not in self.fields.values() and _is_id(cell)}
        return frozenset(claimed | spare)

    @property
    def texts(self) -> frozenset[int]:
        """Return the columns of free text, which are searched for addresses and names, too."""
        return frozenset(self.fields[f.name] for f in fields(self.kind) if f.personal and f.name in self.fields)

    @property
    def codes(self) -> frozenset[int]:
        """Return the columns of codes, in which a hash of a number is as good as the number."""
        return frozenset(self.fields[f.name] for f in fields(self.kind) if f.has("code") and f.name in self.fields)

    @property
    def office(self) -> frozenset[int]:
        """Return the columns of a register that hold what an office answers under."""
        return frozenset(at for at, cell in enumerate(self.cells) if is_office_contact(cell, self.kind))


def _is_id(header: str) -> bool:
    return _ID_HEADER.fullmatch(match_key(header)) is not None


def records(text: TextTable) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a text table with their rows, as far as it can be read."""
    with text.path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from enumerate(csv.reader(file, delimiter=text.delimiter), start=1)
        except csv.Error:
            return


def personal_columns(text: TextTable, columns: Columns) -> dict[int, PersonalColumn]:
    """Return every cell with personal data by its column, also in titles and remarks around the table."""
    found: dict[int, PersonalColumn] = {}
    numeric, ids, office = columns.numeric, columns.ids, columns.office
    texts, codes = columns.texts, columns.codes
    for row, record in records(text):
        for at, value in enumerate(record):
            if at in ids and row > columns.row:
                found.setdefault(at, PersonalColumn()).distinct.add(value)
            for sort, part in _sorts(value, free=at in texts, code=at in codes):
                is_amount = at in numeric and sort == TELEPHONE and row > columns.row and _AMOUNT.fullmatch(value)
                if is_amount or (at in office and _is_of_office(sort, part)):
                    continue
                column = found.setdefault(at, PersonalColumn())
                if at in ids and sort == TELEPHONE and part.isdigit():  # the check digit settles an identity number
                    column.numbers.append((row, sort, part))
                else:
                    column.cells.append((row, sort))
    for column in found.values():
        if not is_series((part for _, _, part in column.numbers), len(column.distinct)):
            column.cells += [(row, sort) for row, sort, _ in column.numbers]
            column.cells.sort()
    return {at: column for at, column in sorted(found.items()) if column.cells}


def _sorts(value: str, *, free: bool, code: bool) -> tuple[tuple[str, str], ...]:
    """Return every (sort, text) of personal data in a cell of free text, of a code, or of any other column."""
    if free:
        return sorts_in_text(value)
    if code and HASH.fullmatch(value.strip().lower()):
        return ((HASHED, value),)
    return sorts_in(value) if len(value) >= SHORTEST else ()


def _is_of_office(sort: str, part: str) -> bool:
    """Return whether an office may answer under it: a fixed line or a mailbox, not a mobile number."""
    return sort == EMAIL or (sort == TELEPHONE and re.sub(r"^(\+|00)?86|\D", "", part)[:1] != "1")


def personal_cells(text: TextTable, columns: Columns) -> list[Problem]:
    """Report the columns with personal data, with their rows; ballot numbers cell by cell."""
    problems: list[Problem] = []
    for at, found in personal_columns(text, columns).items():
        what = [Term(sort) for sort in dict.fromkeys(sort for _, sort in found.cells)]
        name = hidden(columns.name(at))
        if at == columns.fields.get(BALLOT_ID) and columns.kind == "ballots":
            problems += _ballot_ids(text, name, found)
            continue
        rows = [row for row, _ in found.cells]
        facts: dict[str, object] = {"what": what, "count": len(found.cells), "rows": spans(rows)}
        code = "personal_text" if at in columns.texts | columns.codes else "personal_value"
        problems.append(Problem(code, "error", text.name, text.sheet, rows[0], name, None, facts))
    return problems


def _ballot_ids(text: TextTable, name: str, found: PersonalColumn) -> list[Problem]:
    cells = dict(found.cells[:MOST_CELLS])
    return [
        Problem("personal_ballot_id", "error", text.name, None, row, name, HIDDEN, {"what": Term(sort)})
        for row, sort in cells.items()
    ]
