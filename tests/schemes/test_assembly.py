"""Assemblies: votes, levies and caps as worked examples and by plain recount, and the money of projects."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemes.assembly import words
from schemes.assembly.measures import MEASURES, Settings, attention
from schemes.assembly.money import by_source, cap_state, fen, funds, levies
from schemes.assembly.votes import MAJORITIES, QUORUMS, RESULTS, decide, quorum
from schemes.frame import measure_rows
from tests.support.examples import examples
from tests.support.schemes import asked, cases, complete, faults, frame, value, word

PLAIN_QUORUM = {
    "村民过半": lambda e, p: 2 * p > e,
    "户代表三分之二": lambda e, p: 3 * p >= 2 * e,
    "代表会议(代表三分之二户)": lambda e, p: 3 * p >= 2 * e,
    "代表会议组成人员三分之二": lambda e, p: 3 * p >= 2 * e,
    "代表五分之四": lambda e, p: 5 * p >= 4 * e,
}
PLAIN_MAJORITY = {
    "到会过半": lambda yes, present, everybody: 2 * yes > present,
    "到会三分之二": lambda yes, present, everybody: 3 * yes >= 2 * present,
    "全体过半": lambda yes, present, everybody: 2 * yes > everybody,
    "全体三分之二": lambda yes, present, everybody: 3 * yes >= 2 * everybody,
}


def plain_decision(rule, entitled, present, majority, yes, no, abstain):
    if yes + no + abstain > present:
        return None, None, "refused"
    needed = next(n for n in range(entitled + 2) if PLAIN_MAJORITY[majority](n, present, entitled))
    met = PLAIN_QUORUM[rule](entitled, present)
    return (
        met,
        needed,
        "no_quorum" if not met else "passed" if PLAIN_MAJORITY[majority](yes, present, entitled) else "short",
    )


def test_every_worked_example_of_quorum_and_majority():
    wrong = []
    for example in cases("assembly", "majority"):
        votes = {name: int(example.inputs[name]) for name in ("entitled", "present", "yes", "no", "abstain")}
        row = {**example.inputs, **votes, "representing": votes["present"]}
        found = decide(row, row)
        told = {name: getattr(found, name) for name in ("did_not_vote", "needed", "result")}
        met = "refused" if found.quorum is None else word(found.quorum)
        short = found.short if found.result == "short" else None
        wrong += faults(example, **told, quorum=met, short=short)
        names = ("quorum_rule", "entitled", "present", "majority_rule", "yes", "no", "abstain")
        assert plain_decision(*(row[name] for name in names)) == (found.quorum, found.needed, found.result), (
            example.case
        )
    assert wrong == []


@given(st.data(), st.sampled_from(sorted(QUORUMS)), st.sampled_from(sorted(MAJORITIES)))
@examples(300)
def test_votes_are_decided_in_integers(data, rule, majority):
    entitled = data.draw(st.integers(1, 60))
    present = data.draw(st.integers(0, entitled))
    yes = data.draw(st.integers(0, present))
    meeting = {"quorum_rule": rule, "entitled": entitled, "present": present, "representing": present}
    found = decide(meeting, {"majority_rule": majority, "yes": yes, "no": present - yes})
    plain = plain_decision(rule, entitled, present, majority, yes, present - yes, 0)
    assert (found.quorum, found.needed, found.result) == plain and found.did_not_vote == 0


def test_who_is_represented_counts_for_that_quorum_only():
    rule = "代表会议（代表三分之二户）"
    assert quorum(rule, 300, 21, 200) and not quorum(rule, 300, 21, 199)
    for wrong in ((rule, 300, 210, None), ("三人以上", 3, 3, None)):
        with pytest.raises(ValueError, match="quorum rule"):
            quorum(*wrong)


def test_every_worked_example_of_a_levy():
    wrong = []
    for example in cases("assembly", "levy"):
        given, until = example.inputs, date.fromisoformat(example.inputs["until"])
        shares = {name: given[name] for name in given if name.endswith(("_persons", "_share"))}
        then, later = int(given["paid_by_then"]), int(given["paid_in_all"]) - int(given["paid_by_then"])
        paid = [(until, then), (until + timedelta(days=1), later)]
        frames = {
            "project": pd.DataFrame([{"project_no": "P", "place_code": "V", "levy_until": until, **shares}]),
            "fund_entry": entries(*((day, "收入", "集资", str(amount)) for day, amount in paid if amount)),
        }
        row = levies(frames, date(2030, 1, 1), 0).iloc[0]
        plain = sum(int(given[f"{who}_persons"]) * int(given[f"{who}_share"]) for who in ("direct", "indirect"))
        assert (row["agreed"], row["reached"]) == (100 * plain, then >= plain)
        yuan = {name: Fraction(int(row[name]), 100) for name in ("agreed", "short")}
        wrong += faults(example, **yuan, reached=word(bool(row["reached"])))
    assert wrong == []


def test_every_worked_example_of_a_cap():
    wrong = []
    for example in cases("assembly", "cap"):
        project = {"share_kind": example.inputs["share_kind"], "direct_share": example.inputs["share"]}
        wrong += faults(example, cap=cap_state({**project, "cap": example.inputs.get("cap")}, 0))
    assert wrong == []
    levy = {"share_kind": "筹资", "direct_share": 10, "indirect_share": 16}
    assert [cap_state(levy, cap) for cap in (0, 1500, 1600)] == ["not_tested", "over", "within"]
    assert cap_state({**levy, "share_per": "户"}, 1500) == "not_tested"


def entries(*rows, project="P"):
    table = pd.DataFrame(rows, columns=["date", "direction", "source", "amount"], dtype=object)
    return table.assign(project_no=project, receipt=True)


def test_money_is_counted_in_fen():
    assert fen(pd.Series(["1500.00", 0.1, Decimal("0.2"), 3])).tolist() == [150_000, 10, 20, 300]
    with pytest.raises(ValueError, match="two decimals"):
        fen(pd.Series(["500.005"]))


@pytest.mark.sweep
@given(st.lists(st.tuples(st.integers(1, 28), st.booleans(), st.integers(1, 10**7)), max_size=20))
@examples(60, 10)
def test_money_of_a_month_is_the_sum_of_its_days(rows):
    made = [(date(2026, 2, day), "收入" if came else "支出", "集资", Decimal(sum_) / 100) for day, came, sum_ in rows]
    frames = {"project": pd.DataFrame({"project_no": ["P"], "place_code": ["V"]}), "fund_entry": entries(*made)}
    told = complete(measure_rows("assembly", MEASURES[3:5], frames, asked(), Settings()))
    by_month = measure_rows("assembly", MEASURES[3:5], frames, asked(by="month"), Settings())
    for name, came in (("raised", True), ("spent", False)):
        plain = sum(amount for _, direction, amount in rows if direction is came)
        assert value(told, name) == plain == sum(by_month.loc[by_month["measure"] == name, "value"])
    row = funds(frames, date(2026, 12, 31)).iloc[0]
    assert row["balance"] == row["raised"] - row["spent"] == value(told, "raised") - value(told, "spent")
    assert row["overspent"] == (row["balance"] < 0)


def test_a_village_from_assembly_to_posting():
    frames = {
        "meeting": frame(
            "meeting_no,place_code,date,quorum_rule,entitled,present",
            "B1,V,2024-03-09,户代表三分之二,300,214",
            "B2,V,2024-05-01,户代表三分之二,300,199",
        ),
        "motion": frame(
            "meeting_no,item,majority_rule,yes,no,abstain", "B1,1,到会过半,187,12,15", "B2,1,到会过半,199,0,0"
        ),
        "project": frame(
            "project_no,place_code,kind,length_m,levy_until,direct_persons,direct_share,accepted_on,posted_on,monitors,approved_on",
            "L1,V,水泥路,6200,2024-04-09,400,500,2024-10-01,2024-10-20,3,2024-03-20",
            "L2,V,泥结碎石路,9200,2024-04-09,10,100,2024-10-01,,,2024-03-20",
        ),
        "fund_entry": pd.concat(
            [
                entries(
                    (date(2024, 3, 9), "收入", "集资", "1500.00"),
                    (date(2024, 4, 9), "收入", "集资", "198500"),
                    project="L1",
                ),
                entries(
                    (date(2024, 4, 10), "收入", "集资", "1000"),
                    (date(2024, 6, 1), "支出", "材料", "2000"),
                    project="L2",
                ),
            ],
            ignore_index=True,
        ).assign(receipt=[True, True, False, True]),
    }
    rows = complete(measure_rows("assembly", MEASURES, frames, asked("2024", "2024-12-31"), Settings()))
    shown = {name: value(rows, name) for name in words.MEASURE_WORDS}
    assert shown == {
        "held": 2,
        "with_quorum": 0.5,
        "passed": 0.5,
        "raised": 20_100_000,
        "spent": 200_000,
        "with_receipt": 0.75,
        "concrete_road": 6200,
        "gravel_road": 9200,
        "posted": 0.5,
        "levies_reached": 0.5,
        "levies_over_cap": 0,
        "raised_in_all": 20_100_000,
        "spent_in_all": 200_000,
        "concrete_in_all": 6200,
        "gravel_in_all": 9200,
    }
    assert funds(frames, date(2024, 12, 31))["overspent"].tolist() == [False, True]
    found = attention(frames, asked("2024", "2024-12-31"), Settings())
    assert sorted(found[["what", "key"]].values.tolist()) == [
        *(
            ["no_monitors", "L2"],
            ["not_posted", "L2"],
            ["not_started", "L1"],
            ["not_started", "L2"],
        ),
    ]
    assert found[["what", "days"]].values.tolist()[0] == ["not_posted", -61]  # 31 October, thirty days after 1 October
    assert set(RESULTS) == set(words.RESULT_WORDS)


def test_what_a_village_still_owes_is_listed_until_it_is_paid_and_what_was_passed_until_it_is_begun():
    motion = "B,1,到会过半,2,0,0"
    frames = {
        "meeting": frame("meeting_no,place_code,date,quorum_rule,entitled,present", "B,V,2024-03-09,村民过半,3,3"),
        "motion": frame(
            "meeting_no,item,majority_rule,yes,no,abstain,matter_no", f"{motion},M-1", "B,2,到会过半,3,0,0,M-2"
        ),
        "project": frame(
            "project_no,place_code,matter_no,meeting_no,item,levy_until,direct_persons,direct_share,monitors,status",
            "L1,V,M-1,B,1,2024-04-09,10,100,2,",
            "L2,V,M-1,B,1,2024-04-09,10,100,2,取消",
        ).assign(item=1),
        "fund_entry": entries(
            (date(2024, 4, 9), "收入", "集资", "999.99"), (date(2024, 5, 1), "收入", "集资", "0.01"), project="L1"
        ),
    }
    frames["motion"] = frames["motion"].assign(item=[1, 2])

    def listed(day):
        found = attention(frames, asked("2024", day), Settings())
        return found[["what", "key", "days"]].values.tolist()

    assert listed("2024-04-09") == []
    assert listed("2024-04-10") == [["levy_short", "L1", -1]]
    assert listed("2024-05-01") == []
    assert listed("2024-06-08") == [["not_started", "L1", -1], ["not_started", "M-2", -1]]
    assert listed("2024-06-07") == []


def test_without_its_tables_nothing_has_to_be_done():
    assert attention({}, asked(), Settings()).empty
    rows = complete(measure_rows("assembly", MEASURES, {}, asked(), Settings()))
    assert set(rows["reason"]) == {"no_records"}


def test_a_loan_is_neither_raised_nor_spent_and_covers_a_balance_below_zero():
    frames = {
        "project": pd.DataFrame({"project_no": ["P"], "place_code": ["V"]}),
        "fund_entry": entries(
            (date(2024, 1, 2), "收入", "借款", "500"),
            (date(2024, 1, 3), "支出", "材料", "300.50"),
            (date(2024, 2, 3), "收入", "捐款", "100"),
            (date(2024, 3, 3), "支出", "借款", "500"),
        ),
    }
    row = funds(frames, date(2024, 12, 31)).iloc[0]
    assert row[["raised", "spent", "balance", "overspent"]].tolist() == [10_000, 30_050, -20_050, False]
    assert by_source(frames, date(2024, 12, 31))["fen"].sum() == 140_050
    rows = measure_rows("assembly", MEASURES, frames, asked("2024Q1", "2024-12-31"), Settings())
    assert [value(rows, name) for name in ("raised", "spent", "raised_in_all")] == [10_000, 30_050, 10_000]
