"""The contract says all of a table, in a grammar that is closed."""

from collections import Counter

import pytest

from data.intake.record_rules import Rules
from data.model.checks import ALONE, Check, parse_checks
from data.model.contract import (
    BOOK,
    LOCKS,
    MODES,
    TABLE_OF,
    TABLES,
    UNREAD,
    UPLOAD_KINDS,
    contract_files,
    fields,
    read_tables,
)
from problems import SENTENCES

TYPES = {"text", "int", "decimal", "date", "timestamp", "bool", "enum", "list"}
# A printed text and the number in it: one column gives both.
SHARED = {("results", "名次"), ("results", "得分")}


def test_every_condition_of_the_grammar_is_read():
    cells = {
        "<= returned": Check("<=", "returned"),
        ">= received_at; past": None,
        "> start": Check(">", "start"),
        "sum(yes,no,abstain) <= present": Check("sum <=", "present", ("yes", "no", "abstain")),
        "sum(valid,invalid) = returned": Check("sum =", "returned", ("valid", "invalid")),
        "required if answered_at": Check("required", "answered_at"),
        "required if quorum_rule in (代表会议(代表三分之二户),其他)": Check(
            "required", "quorum_rule", (), ("代表会议(代表三分之二户)", "其他")
        ),
        "empty if channel in (回音墙)": Check("empty", "channel", (), ("回音墙",)),
        "in opinion.opinion_no": Check("in", "opinion_no", ("opinion",)),
        "place": Check("place"),
        "required unless matter_no": Check("required unless", "matter_no"),
        "warn: >= accepted_on": Check(">=", "accepted_on", level="warning"),
        "warn not_announced: <= date": Check("<=", "date", level="warning", code="not_announced"),
        "alone from start to end": Check(ALONE, "", ("start", "end")),
        "alone from start to end if kind in (户,村)": Check(ALONE, "kind", ("start", "end"), ("户", "村")),
        "decimals 2": Check("decimals", "2"),
        "unsigned by direction": Check("unsigned", "direction"),
        "<= consult_no.invited": Check("<=", "consult_no.invited"),
        "sum(yes,no) = consult_no.returned": Check("sum =", "consult_no.returned", ("yes", "no")),
        "warn too_small: >= each survey.asked": Check(">= each", "asked", ("survey",), (), "warning", "too_small"),
        "note: <= until": Check("<=", "until", level="note"),
        "error undecided: needs survey": Check("needs", "", ("survey",), code="undecided"),
        "needs survey where design in (随机,全部) and method in (问卷) if decision in (准予)": Check(
            "needs", "decision", ("survey",), ("准予",), where=(("design", ("随机", "全部")), ("method", ("问卷",)))
        ),
        "one yes by matter unless stratum": Check("one", "matter", ("stratum",)),
        "one yes by matter": Check("one", "matter"),
        "from share of valid": Check("from", "share", ("valid",)),
        "within 60 days of accepted_on": Check("within", "accepted_on", ("60",)),
        "error no_finding: inquiry_no.finding in (属实,部分属实)": Check(
            "is", "inquiry_no.finding", (), ("属实", "部分属实"), code="no_finding"
        ),
        "warn other_unit: unit of person_code on decided_on": Check(
            "unit of", "person_code", ("decided_on",), level="warning", code="other_unit"
        ),
        "once by matter_no,form sharing person_codes": Check("once", "person_codes", ("matter_no", "form")),
        "in pledge.pledge_id if basis in (承诺)": Check("in", "pledge_id", ("pledge",), when=(("basis", ("承诺",)),)),
        "warn: >= 2 if form in (来访) and incident in (是)": Check(
            ">=", "2", level="warning", when=(("form", ("来访",)), ("incident", ("是",)))
        ),
        "confirms unit_code": Check("confirms", "unit_code"),
        "across question: {}票,不{}票": Check("across", "question", (), ("{}票", "不{}票")),
    }
    for cell, expected in cells.items():
        found = parse_checks(cell)
        assert expected is None or found == (expected,), cell
    assert [check.sort for check in parse_checks(">= received_at; past")] == [">=", "past"]
    assert Check("place").reference == ("place", "place_code") and Check("code").reference is None


WORSE = [
    "<= each a",
    "<= a.b.c",
    "needs a where b",
    "one yes",
    "hint: <= f",
    "across f",
    "hash",
    "empty if a in ()",
    "warn <= f",
    "warn Not_announced: <= f",
    "warn: hash",
    "required unless f in (a)",
    "alone from start",
    *("f.g in ()", "once by f", "unit of f", "confirms", "within a days of f", ">= 2 if f"),
]


@pytest.mark.parametrize("cell", ["=< f", "<= ", "required", "sum(a) <= b", "in opinion", *WORSE])
def test_a_condition_that_the_grammar_lacks_is_refused_not_skipped(cell):
    with pytest.raises(ValueError, match="no such condition"):
        parse_checks(cell)


def test_every_table_is_complete_and_refers_to_what_there_is():
    wrong = []
    for table in TABLES.values():
        names = {field.name for field in table.fields}
        wrong += [f"{table.name}: mode or lock"] * (table.mode not in MODES or (table.lock not in ("", *LOCKS)))
        if table.mode == UNREAD:
            continue
        wrong += [f"{table.name}: no lock or title"] * (not table.lock or not table.title)
        for field in table.fields:
            at = f"{table.name}.{field.name}"
            wrong += [f"{at}: type {field.type}"] * (field.type not in TYPES)
            wrong += [f"{at}: choices"] * ((field.type == "enum") != bool(field.choices))
            wrong += [f"{at}: default"] * (bool(field.choices and field.default) and field.default not in field.choices)
            for check in field.checks:
                wrong += [f"{at}: {check}" for missing in [_missing(table, names, check)] if missing]
                wrong += [f"{at}: {check.code}"] * (bool(check.code) and check.code not in SENTENCES)
                wrong += [f"{at}: only a book knows the rows of all its files"] * (
                    check.sort == ALONE and table.mode != BOOK
                )
    assert wrong == []
    assert [table.name for table in TABLE_OF.values() if not set(table.key) <= {f.name for f in table.fields}] == []


def _missing(table, names, check):
    """What a condition refers to and is not there."""
    if check.reference is not None:
        other, name = check.reference
        return other not in TABLES or name not in {field.name for field in TABLES[other].fields}
    if check.named is not None:
        ref, name = check.named
        (own,) = (field for field in table.fields if field.name == ref)
        others = [TABLES[known.reference[0]] for known in own.checks if known.reference]
        fields = [field for other in others for field in other.fields if field.name == name]
        return not fields or not all(set(check.words) <= set(field.choices) for field in fields)
    if check.sort == "across":
        return not any(field.name == check.other and field.choices for field in table.fields)
    if check.related:
        return not _refers(table, check)
    wanted = {check.other, *check.names, *(name for name, _ in check.when)} - {""}
    unknown = {name for name in wanted if name not in names and not name.isdecimal()}
    words = {word for field in table.fields if field.name == check.other for word in (*field.choices, "是", "否")}
    return bool(unknown) or not set(check.words) <= words


def _refers(table, check):
    """Whether the rows that a condition looks at refer to this table, and have the fields and words that it names."""
    other = {field.name: field for field in TABLES[check.names[0]].fields}
    to = (table.name, table.key[0])
    listed = all(name in other and set(words) <= set(other[name].choices) for name, words in check.where)
    own = {field.name: field for field in table.fields}
    applies = not check.words or set(check.words) <= set(own[check.other].choices)
    known = check.sort == "needs" or check.other in other
    return listed and applies and known and any(c.reference == to for field in other.values() for c in field.checks)


def test_no_header_means_two_fields_of_a_table():
    """Rows that joined two fields read those present as those entitled; each header is of one field alone."""
    shared = set()
    for kind, table in TABLE_OF.items():
        keys = Counter(key for field in table.fields for key in field.match_keys())
        shared |= {(kind, key) for key, count in keys.items() if count > 1}
    assert shared == SHARED


def test_the_tables_of_a_file_follow_each_other():
    for path in contract_files():
        names = [table.name for table in read_tables(path)]
        assert len(names) == len(set(names)), path


HEAD = (
    "table,table_zh,table_en,kind,mode,lock,key,field,header_zh,type,required,choices,low,high,default,check,"
    "synonyms,personal,note\n"
)
FIELDS = """
code,编号,text,yes,,,,,,
from,开始,date,,,,,,,
until,结束,date,,,,,,> from,
heard,听取,date,,,,,,<= from,
whole,应到,int,,,1,,,,
part,实到,int,,,0,,,<= whole,
yes,赞成,int,,,0,,,,
no,反对,int,,,0,,,"sum(yes,no) <= part",
state,状态,enum,,在办|办结,,,,,
result,结果,text,,,,,,required if state in (办结),
person,人员,text,,,,,,empty if state in (在办),
sum,金额,decimal,,,,,,"decimals 2; unsigned by state",
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "tables.csv"
    lines = [f"toy,玩具,Toy,toy,fact,month,code,{line},\n" for line in FIELDS.strip().splitlines()]
    path.write_text(HEAD + "".join(lines).replace(",,\n", ",\n"), encoding="utf-8")
    (table,) = read_tables(path)
    return Rules.of(table)


ROW = {"code": "1", "from": "2026-03-02", "until": "2026-03-03", "whole": 10, "part": 8, "yes": 5, "no": 3}


@pytest.mark.parametrize(
    ("change", "name", "code"),
    [
        ({"until": "2026-03-02"}, "until", "before_start"),
        ({"until": "2026-03-01"}, "until", "before_start"),
        ({"heard": "2026-03-03"}, "from", "before_start"),
        ({"part": 11}, "part", "more_than_whole"),
        ({"yes": 6}, "no", "sum_exceeds"),
        ({"state": "办结"}, "result", "missing_because"),
        ({"state": "在办", "person": "P1"}, "person", "must_be_empty"),
        ({"sum": "500.005"}, "sum", "too_precise"),
        ({"sum": "-0.01"}, "sum", "below_lowest"),
        ({"sum": "0"}, "sum", "below_lowest"),
    ],
)
def test_each_condition_names_its_field_and_what_it_depends_on(rules, change, name, code):
    (fault,) = rules.faults({**ROW, **change})
    assert (fault.name, fault.code) == (name, code)


def test_a_condition_that_warns_may_have_its_own_code_and_then_names_its_own_field(tmp_path):
    path = tmp_path / "tables.csv"
    fields = [
        "told,公示,date,,,,,,warn not_announced: <= held,",
        "held,举行,date,,,,,,,",
        "ended,结束,date,,,,,,warn: >= held; warn: required if state in (停),",
        "state,状态,enum,,在|停,,,,,",
        "place,地点,text,,,,,,required unless matter,",
        "matter,事项,text,,,,,,,",
    ]
    path.write_text(HEAD + "".join(f"toy,玩具,Toy,toy,fact,month,told,{line},\n" for line in fields), "utf-8")
    rules = Rules.of(next(read_tables(path)))
    row = {"told": "2026-03-02", "held": "2026-03-02", "place": "P", "state": "停", "ended": "2026-03-02"}
    assert list(rules.faults(row)) == []
    found = {
        name: [(fault.name, fault.code, fault.level == "warning") for fault in rules.faults({**row, **change})]
        for name, change in {
            "told": {"told": "2026-03-03"},
            "ended": {"ended": "2026-03-01"},
            "missing": {"ended": None},
            "neither": {"place": None},
            "other": {"place": None, "matter": "M"},
        }.items()
    }
    assert found == {
        "told": [("told", "not_announced", True)],
        "ended": [("ended", "before_start", True)],
        "missing": [("ended", "missing_because", True)],
        "neither": [("place", "missing_because", False)],
        "other": [],
    }


def test_what_is_unknown_breaks_no_condition(rules):
    assert list(rules.faults(ROW)) == []
    assert list(rules.faults({"code": "1"})) == []
    assert list(rules.faults({**ROW, "until": None, "no": None, "state": "办结", "result": "已解决"})) == []


def test_an_answer_on_the_day_of_receipt_is_not_before_it(tmp_path):
    path = tmp_path / "tables.csv"
    lines = ["received,收到,timestamp,,,,,,,", "answered,答复,timestamp,,,,,,>= received,"]
    path.write_text(HEAD + "".join(f"toy,玩具,Toy,toy,book,month,received,{line},\n" for line in lines), "utf-8")
    rules = Rules.of(next(read_tables(path)))
    received = {"received": "2026-02-11T20:15:00"}
    assert list(rules.faults({**received, "answered": "2026-02-11"})) == []
    assert [f.code for f in rules.faults({**received, "answered": "2026-02-11T19:00:00"})] == ["before_start"]


# What an empty cell means, and who says so where the reading could turn a result.
EMPTY_CELLS = {
    ("units", "participation"): "the unit is ranked, as every unit that no office exempts; the meaning lists the units",
    ("pledges", "headline"): "totals of headline pledges are their own line; no state of a pledge changes",
    ("pledges", "direction"): "asked where the target lies below the baseline, noted where no figure shows it",
    ("meeting", "parts"): "a meeting in one part; more parts only add a form",
    (
        "project",
        "share_per",
    ): "per person, the stricter reading: a levy may be over its cap, never within it by default",
    ("visit", "result"): "a visit is reported because somebody was met",
    ("petition", "incident"): "the page counts incidents that an office calls so",
    ("inquiry", "finding"): "an inquiry without a finding is open, and no measure may follow",
}


def test_every_default_is_judged_by_whether_it_turns_a_result():
    defaults = {(kind, field.name) for kind in UPLOAD_KINDS for field in fields(kind) if field.default}
    assert defaults == set(EMPTY_CELLS)
