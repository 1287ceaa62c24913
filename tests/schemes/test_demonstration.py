"""The demonstration has the figures of the text, read from the measures of the release, not from its generator."""

from datetime import date

import pytest

from data.store import Store
from schemes import scheme_of
from schemes.chosen import choose, rows
from schemes.echo import measures
from schemes.frame import Period, texts


@pytest.fixture(scope="module")
def release(schemes_path):
    release = Store(schemes_path, threads=2).release()
    yield release
    release.close()


def asked(release, name, period, day=date(2026, 3, 31)):
    return choose(scheme_of(name), release, Period.of(period), day)


def figures(chosen):
    return {row["measure"]: row for row in rows(chosen).to_dict("records")}


@pytest.mark.parametrize("year", ["2025", "2026"])
def test_480_opinions_a_year_one_late_by_one_day_one_answered_on_the_due_day(release, year):
    chosen = asked(release, "echo", year)
    assert figures(chosen)["received"]["value"] == 480
    opinions = chosen.frames["opinion"]
    opinions = opinions[texts(opinions, "opinion_no").str.startswith(f"HY-{year}")]
    assert sorted(measures.late_by(opinions[opinions["answered_at"].notna()]))[-2:] == [0, 1]
    answered = opinions["answered_at"].dt.normalize()
    assert (answered == opinions["due"]).sum() == 1


def test_93_people_in_six_grids_and_36_messengers_that_are_not_among_them(release):
    people = asked(release, "echo", "2026").frames["person"]
    role = texts(people, "role")
    visitors, messengers = people[role.isin(measures.Settings().visitors)], people[role == "民情信使"]
    assert list(visitors.groupby("place_code").size()) == [16, 16, 16, 15, 15, 15]
    assert list(messengers.groupby("place_code").size()) == [6] * 6
    assert not set(visitors["person_code"]) & set(messengers["person_code"])


def test_1209_person_weeks_with_a_base_of_1116(release):
    chosen = asked(release, "echo", "2026Q1")
    weeks = measures.person_weeks(chosen.frames, chosen.asked.period, chosen.settings)
    assert len(weeks) == 1209
    assert set(weeks[weeks["result"] == measures.EXEMPT]["week"]) == {"2026-W08"}
    assert figures(chosen)["weeks_met"]["n"] == 1116


def test_two_are_overdue_of_480(release):
    row = figures(asked(release, "echo", "2026"))["overdue"]
    assert (row["value"], row["n"]) == (2, 480)


def test_nothing_happens_after_the_last_day(release):
    for kind, column in (("opinion", "received_at"), ("opinion", "answered_at"), ("visit", "visit_date")):
        found = release.book(kind)[column] if kind == "opinion" else release.records(kind)[column]
        assert found.dropna().astype(str).max() < "2026-04-01"


def test_a_year_before_the_first_visit_has_no_share_of_visits(release):
    """Visits are recorded from 2026 on: nobody missed a day in 2025, nor was any household left out."""
    for period, known in (("2025", False), ("2026Q1", True)):
        found = figures(asked(release, "echo", period))
        for measure in ("weeks_met", "coverage"):
            assert (found[measure]["value"] is not None) is known
            assert known or (found[measure]["verdict"], found[measure]["reason"]) == ("not_tested", "not_begun")
