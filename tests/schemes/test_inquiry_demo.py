"""The demonstration of inquiries, imported like any file: the figures of the source text, read from measures."""

from contextlib import closing
from datetime import date

import pytest

from data.sample.city import ROUNDS, demo_register
from data.sample.community import City
from data.sample.pledges import pledge_files
from data.store import ImportOptions, Store
from schemes import scheme_of
from schemes.chosen import attention, choose, rows
from schemes.frame import Period, texts
from schemes.inquiry.demo import files
from schemes.inquiry.measures import FOUND
from tests.support.schemes import cases, complete, faults, value

SCHEME = scheme_of("inquiry")
AS_OF = date(2026, 3, 31)


def load(store):
    """Registers and pledges of the city, and the files of the scheme; nothing needs a confirmation."""
    registers = map(demo_register, ROUNDS)
    pledges = [file for file in pledge_files() if (file.kind, file.round_id) == ("pledges", "2025")]
    for file in (*registers, *pledges, *files(City())):
        options = ImportOptions(demo=True, as_of=file.as_of)
        report = store.import_files(file.kind, [(file.name, file.content)], file.round_id, options)
        assert report.stored and report.problems == [], (file.name, [p.message("en") for p in report.problems[:3]])
    store.publish()


@pytest.fixture(scope="module")
def release(once_a_run):
    path = once_a_run("inquiry-demo", lambda folder: load(Store(folder, threads=2)))
    with closing(Store(path, threads=2).release()) as opened:
        yield opened


def measured(release, period, by="all", as_of=AS_OF):
    return complete(rows(choose(SCHEME, release, period, as_of, by=by)))


@pytest.mark.sweep
def test_the_three_years_have_exactly_the_figures_of_the_table(release):
    years = {year: Period.of(year) for year in ("2023", "2024", "2025")}
    periods = {**years, "all": Period(date(2023, 1, 1), date(2025, 12, 31))}
    told = {name: measured(release, period) for name, period in periods.items()}
    quarters = {name: measured(release, period, "quarter") for name, period in years.items()}
    wrong = []
    for example in cases("inquiry", "adding_up"):
        wrong += faults(example, **{name: value(table, example.case) for name, table in told.items()})
        for quarter, number in example.inputs.items():
            found = value(quarters[quarter[:4]], example.case, quarter)
            wrong += [f"{example.case} {quarter}: {found}, expected {number}"] * (str(found) != number)
    assert wrong == []
    assert sum(value(told[year], "persons") for year in years) == 42


@pytest.mark.sweep
def test_every_inquiry_of_petitions_rests_on_a_petition_that_counts(release):
    chosen = choose(SCHEME, release, Period(date(2022, 1, 1), AS_OF), AS_OF)
    petitions, inquiries = chosen.frames["petition"], chosen.frames["inquiry"]
    counting = petitions[petitions["against"].eq(True)]
    from_petitions = set(inquiries.loc[inquiries["source"] == "信访", "matter_no"])
    assert set(counting["matter_no"]) - from_petitions == {"M-0902"}  # has no inquiry yet, staged
    assert from_petitions <= set(counting["matter_no"])
    due = counting.set_index("matter_no")["inquiry_due"]
    opened = inquiries[inquiries["source"] == "信访"].set_index("matter_no")["opened_on"]
    assert all(opened[matter] <= due[matter] for matter in from_petitions)
    decided = chosen.frames["inquiry_measure"]
    findings = inquiries.set_index("inquiry_no")["finding"]
    assert set(findings[decided["inquiry_no"].unique()]) <= set(FOUND)
    assert (decided["heard_on"].notna() | (texts(decided, "person_code").str.len() > 0)).all()


def test_units_are_those_of_the_register_and_petitions_are_mostly_in_time(release):
    year = measured(release, Period.of("2025"))
    shares = {name: value(year, name) for name in ("accepted_in_time", "handled_in_time")}
    assert 0.9 < shares["accepted_in_time"] < 1 and 0.8 < shares["handled_in_time"] < 1
    received, repeated, against = (value(year, name) for name in ("received", "repeated", "against"))
    assert received > 150 and repeated > against > 5
    by_unit = measured(release, Period.of("2025"), "unit")
    assert by_unit.loc[by_unit["measure"] == "received", "value"].sum() == received


def test_on_the_last_day_every_kind_of_thing_to_do_is_there(release):
    listed = attention(choose(SCHEME, release, Period.of("2026"), AS_OF))
    counts = listed["what"].value_counts()
    assert set(counts.index) >= {
        *("acceptance_overdue", "acceptance_due", "handling_overdue", "handling_due"),
        *("no_inquiry", "inquiry_open", "not_heard", "effect_ends"),
    }
    assert counts["no_inquiry"] == 1 and counts["inquiry_open"] == 1


def test_the_months_of_2026_move_on_from_file_to_file(release):
    """What was open at the end of January is closed in March, and no past entry changes."""
    months = [choose(SCHEME, release, Period.of("2026"), day) for day in (date(2026, 1, 31), date(2026, 2, 28), AS_OF)]
    open_then = [set(c.frames["petition"].query("closed_on.isna()")["petition_no"]) for c in months]
    closed_now = months[2].frames["petition"].query("~closed_on.isna()")["petition_no"]
    assert len(open_then[0] & set(closed_now)) > 5


def test_rewards_rest_on_decisions_and_pledges_of_the_store(release):
    rewards = choose(SCHEME, release, Period.of("2026"), AS_OF).frames["year_reward"]
    assert set(rewards["basis"]) == {"两倒查", "承诺", "其他"} and set(rewards["state"]) == {"拟议", "已决定", "已兑现"}
