"""The contract says all of a table, in a grammar that is closed."""

from collections import Counter

import pytest

from data.intake.record_rules import Rules
from data.model.checks import Check, parse_checks
from data.model.contract import LOCKS, MODES, TABLE_OF, TABLES, UNREAD, contract_files, read_tables

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
        "within 60 days of accepted_on": Check("within", "accepted_on", ("60",)),
        ">= inquiry_no.found_on": Check(">=", "inquiry_no.found_on"),
        "error no_finding: inquiry_no.finding in (属实,部分属实)": Check(
            "related", "inquiry_no.finding", (), ("属实", "部分属实"), code="no_finding"
        ),
        "warn other_unit: unit of person_code on decided_on": Check(
            "unit of", "person_code", ("decided_on",), warns=True, code="other_unit"
        ),
        "once by matter_no,form sharing person_codes": Check("once", "person_codes", ("matter_no", "form")),
        "in pledges.pledge_id if basis in (承诺)": Check("in", "pledge_id", ("pledges",), when=(("basis", ("承诺",)),)),
        "warn: >= 2 if form in (来访) and incident in (是)": Check(
            ">=", "2", warns=True, when=(("form", ("来访",)), ("incident", ("是",)))
        ),
        "confirms unit_code": Check("confirms", "unit_code"),
    }
    for cell, expected in cells.items():
        found = parse_checks(cell)
        assert expected is None or found == (expected,), cell
    assert [check.sort for check in parse_checks(">= received_at; past")] == [">=", "past"]
    assert Check("place").reference == ("place", "place_code") and Check("code").reference is None


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "=< f",
            "<= ",
            "required",
            "sum(a) <= b",
            "in opinion",
            "empty if a in ()",
            "hash",
            "warn:code",
            "note: past",
        ),
        *("<= f.g", "f.g in ()", "once by f", "unit of f", "confirms", "within a days of f", ">= 2 if f"),
    ],
)
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
    assert wrong == []
    assert [table.name for table in TABLE_OF.values() if not set(table.key) <= {f.name for f in table.fields}] == []


def _missing(table, names, check):
    """What a condition refers to and is not there."""
    if check.reference is not None:
        other, name = check.reference
        return other not in TABLES or name not in {field.name for field in TABLES[other].fields}
    own, _, name = check.other.partition(".")
    wanted = {own, *check.names, *(given for given, _ in check.when)} - {""}
    if any(given not in names and not given.isdecimal() for given in wanted):
        return True
    asked = [(name or own, check.words), *check.when]
    fields = {field.name: field for field in (_referred(table, own) if name else table).fields}
    here = {field.name: field for field in table.fields}
    return any(words and not set(words) <= _words({**here, **fields}[given]) for given, words in asked)


def _referred(table, name):
    """The table that a field refers to."""
    field = next(field for field in table.fields if field.name == name)
    return TABLES[next(check.reference[0] for check in field.checks if check.reference)]


def _words(field):
    return {*field.choices, "是", "否"}


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
    ],
)
def test_each_condition_names_its_field_and_what_it_depends_on(rules, change, name, code):
    (fault,) = rules.faults({**ROW, **change})
    assert (fault.name, fault.code) == (name, code)


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


def test_a_day_within_a_term_may_be_the_worked_day_after_it(tmp_path):
    """60 days from 2 March 2026 end on 1 May, a holiday; 6 May is the next worked day."""
    path = tmp_path / "tables.csv"
    lines = ["accepted,受理,date,,,,,,,", "extended,延期,date,,,,,,within 60 days of accepted,"]
    path.write_text(HEAD + "".join(f"toy,玩具,Toy,toy,book,month,accepted,{line},\n" for line in lines), "utf-8")
    rules = Rules.of(next(read_tables(path)))
    accepted = {"accepted": "2026-03-02"}
    assert list(rules.faults({**accepted, "extended": "2026-05-06"})) == []
    (fault,) = rules.faults({**accepted, "extended": "2026-05-07"})
    assert (fault.code, fault.facts["last"], fault.warns) == ("after_term", "2026-05-06", False)


def test_a_condition_may_apply_to_some_rows_and_may_be_accepted(tmp_path):
    path = tmp_path / "tables.csv"
    lines = [
        "form,形式,enum,,来访=走访|来信,,,,,",
        "incident,群体性事件,bool,,,,,,,",
        "people,人数,int,,,1,,,warn: >= 2 if form in (来访) and incident in (是),",
    ]
    path.write_text(HEAD + "".join(f"toy,玩具,Toy,toy,book,month,form,{line},\n" for line in lines), "utf-8")
    (toy,) = read_tables(path)
    assert toy.fields[0].choices == ("来访", "来信") and toy.fields[0].other_words == (("走访", "来访"),)
    rules = Rules.of(toy)
    rows = [("来访", True, 1), ("来访", False, 1), ("来信", True, 1), ("来访", True, 2)]
    found = [list(rules.faults(dict(zip(("form", "incident", "people"), row, strict=True)))) for row in rows]
    assert [len(faults) for faults in found] == [1, 0, 0, 0]
    assert (found[0][0].code, found[0][0].warns) == ("below_lowest", True)
