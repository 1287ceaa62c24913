"""Every worked example of opinions and visits, as files through import and publish, out of the rows of the measures."""

from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
import pytest

from data.store import ImportOptions, Store
from schemes import scheme_of
from schemes.chosen import attention, choose, rows
from schemes.frame import Period
from schemes.words import BY_WORDS
from tests.support.schemes import cases, complete, faults, word

ECHO = scheme_of("echo")
STATES = {"open": "open", "overdue": "overdue", "paused": "paused"}
HEADERS = {
    "units": "单位编码,单位全称",
    "place": "地点编码,名称,类型,上级编码,户数",
    "person": "人员代码,地点,身份,起,止,离岗",
    "opinion": "意见编号,收到时间,来源渠道,网格,承办单位,答复时间,办理结果,重复于",
    "opinion_event": "意见编号,时间,事项,天数,原因",
    "visit": "走访编号,走访日期,走访人代码,网格,户代码",
}


def read(store, kind, lines, round_id="2026", **options):
    text = "\n".join([HEADERS[kind], *lines]) + "\n"
    found = store.import_files(kind, [("登记.csv", text.encode())], round_id, ImportOptions(**options))
    assert found.stored, found.problems


def clock_files(store):
    """The examples of the clock: an opinion each, in a place of its own, in the file of its as-of day."""
    by_day, events = {}, []
    for example in cases("echo", "clock"):
        given, number = example.inputs, f"CLOCK-{example.case}"
        answered = given.get("answered", "")
        line = f"{number},{given['received']},热线,CL-{example.case},A,{answered},{'已解决' if answered else ''},"
        by_day.setdefault(given["as_of"], []).append(line)
        if given["days"] != "7":
            events.append(f"{number},{given['received']},延期,{int(given['days']) - 7},其他")
        if "pause" in given:
            start, end = given["pause"].split("/")
            events += [f"{number},{start},暂停,,待当事人补充", *([f"{number},{end},恢复,,"] if end else [])]
    for day, lines in by_day.items():
        read(store, "opinion", lines, day[:4], as_of=day)
    return events


def share_files(store):
    """The examples of the share: as many opinions of each state on 30 June 2026, and a duplicate that is in no sum."""
    lines, events = [], []
    for example in cases("echo", "on_time"):
        made = [state for state, number in example.inputs.items() for _ in range(int(number))]
        for at, state in enumerate(made):
            number, received = f"S-{example.case}-{at}", "2026-06-29" if state == "open" else "2026-06-01"
            answered = {"on_time": "2026-06-10", "late": "2026-06-11"}.get(state, "")
            lines.append(f"{number},{received},热线,SH-{example.case},A,{answered},{'解释说明' if answered else ''},")
            events += [f"{number},2026-06-03,暂停,,法定程序"] if state == "paused" else []
        if made:
            lines.append(f"S-{example.case}-D,2026-06-01,热线,SH-{example.case},A,,,S-{example.case}-0")
    read(store, "opinion", lines, as_of="2026-06-30")
    return events


def visit_files(store):
    """The examples of visit days: a person each, with several visits on a day where the example has them."""
    persons, visits = [], []
    for example in cases("echo", "visit_days"):
        given, code = example.inputs, f"G{example.case}"
        span = (given.get(name, "").replace(" ", "") for name in ("from", "until", "leave"))
        persons.append(",".join([code, "VI", "网格员", *span]))
        days = given.get("visits", "").split()
        visits += [f"{code}-{at},{day},{code},VI,H{at}" for at, day in enumerate(days)]
    read(store, "person", persons)
    read(store, "visit", visits)


@pytest.fixture(scope="module")
def release(once_a_run):
    def fill(folder):
        store = Store(folder / "var", threads=2)
        read(store, "units", ["A,市公安局"])
        names = [f"CL-{case.case}" for case in cases("echo", "clock")] + [
            f"SH-{c.case}" for c in cases("echo", "on_time")
        ]
        read(store, "place", ["KZ,康庄社区,村社区,,", "VI,第一网格,网格,KZ,50", *(f"{n},{n},网格,KZ," for n in names)])
        events = clock_files(store) + share_files(store)
        read(store, "opinion_event", events)
        visit_files(store)
        store.publish()

    opened = Store(once_a_run("echo_examples", fill) / "var").release(None)
    yield opened
    opened.close()


def asked(release, period, as_of, by="place", **narrowed):
    return choose(ECHO, release, Period.of(period), date.fromisoformat(as_of), by=by, **narrowed)


def values(chosen):
    """Each measure of each key: value and n; every row is complete."""
    found = complete(rows(chosen))
    assert set(found["release"]) <= {chosen.registers.release.id} and set(found["rules"]) <= {"echo-default"}
    return {(row.measure, row.key): (row.value, row.n) for row in found.itertuples()}


@pytest.mark.sweep
def test_every_example_of_the_clock_comes_out_of_the_rows(release):
    wrong = []
    for example in cases("echo", "clock"):
        given, place = example.inputs, f"CL-{example.case}"
        chosen = asked(release, given["received"][:4], given["as_of"], place=place)
        (row,) = chosen.frames["opinion"].itertuples()
        due = None if pd.isna(row.due) else row.due.date()
        answered = values(chosen)
        counted = {name for name in ("open", "overdue", "paused") if answered.get((name, place), (0,))[0]}
        if due is not None and ("on_time", place) in answered:
            counted |= {"on_time" if answered[("on_time", place)][0] else "late"} if "overdue" not in counted else set()
        state = "overdue" if "overdue" in counted else "".join(sorted(counted))
        wrong += faults(
            example, due=due, used=row.used, state=state, by=row.late or None, provisional=word(bool(row.provisional))
        )
    assert wrong == []


def test_every_example_of_the_share_comes_out_of_the_rows(release):
    found, wrong = values(asked(release, "2026", "2026-06-30")), []
    for example in cases("echo", "on_time"):
        counts, place = {name: int(number) for name, number in example.inputs.items()}, f"SH-{example.case}"
        share, base = found.get(("on_time", place), (None, 0))
        exact = None if share is None else Fraction(round(share * base), base)
        shown = "none" if exact is None else f"{exact.numerator}/{exact.denominator}"
        opened, received = found.get(("open", place), (0, 0))
        wrong += faults(example, base=base, share=shown, open_in_all=opened)
        assert received == sum(counts.values()) and found.get(("paused", place), (0, 0))[0] == counts["paused"]
        assert found.get(("duplicates", place), (0, 0)) == ((1, received + 1) if received else (0, 0))
    assert wrong == []


@pytest.mark.sweep
def test_every_example_of_visit_days_comes_out_of_the_rows(release):
    wrong = []
    for example in cases("echo", "visit_days"):
        monday, code = date.fromisoformat(example.inputs["monday"]), f"G{example.case}"
        thursday, sunday = monday + timedelta(days=3), monday + timedelta(days=6)
        chosen = choose(ECHO, release, Period(thursday, thursday), sunday, by="post")
        value, base = values(chosen).get(("weeks_met", code), (None, 0))
        wrong += faults(example, result={None: "exempt", 1.0: "met", 0.0: "missed"}[value])
        assert base == (0 if value is None else 1)
    assert wrong == []


def test_a_unit_and_a_place_are_narrowed_to_and_a_day_before_the_first_file_has_no_records(release):
    whole, narrowed = (values(asked(release, "2026", "2026-06-30", "all", place=place)) for place in ("KZ", "SH-8"))
    assert narrowed[("received", "")] == (15, 15) and whole[("received", "")][0] > 500
    assert values(asked(release, "2026", "2026-06-30", "all", unit="B"))[("received", "")] == (0, 0)
    before = rows(asked(release, "2024", "2024-01-31", "all"))
    assert set(before.loc[before["measure"] == "received", "reason"]) == {"no_records"}


def test_what_has_to_be_done_is_listed_with_days(release):
    found = attention(asked(release, "2026", "2026-06-30"))
    overdue = found[(found["what"] == "overdue") & (found["key"] == "S-2-33")]
    assert overdue[["unit_code", "place_code", "days"]].values.tolist() == [["A", "SH-2", -13]]
    later = attention(asked(release, "2026", "2026-07-06"))
    assert {"overdue", "due_soon", "weeks_missed"} <= set(later["what"]) <= set(ECHO.words("ATTENTION_WORDS"))
    assert not found["key"].str.endswith("-D").any()


@pytest.mark.sweep
def test_every_way_to_divide_gives_complete_rows_that_add_up(release):
    total = values(asked(release, "2026", "2026-06-30", "all"))[("received", "")][0]
    for by in ("unit", "place", "channel", "month", "quarter"):
        found = values(asked(release, "2026", "2026-06-30", by))
        assert by in BY_WORDS and sum(value for (name, _), (value, _) in found.items() if name == "received") == total
