"""The demonstration through the real import: the text's figures, the examples, and verdicts whose truth is known."""

from datetime import date

import pytest

from analytics.two_thirds import needed
from data.sample.community import City
from data.store import Store
from schemes import scheme_of
from schemes.approval.demo import truths
from schemes.approval.surveys import Settings, bases, matters, primary_surveys, replies_of
from schemes.chosen import attention, choose, rows
from schemes.frame import Period
from tests.support.schemes import load_scheme

APPROVAL = scheme_of("approval")


@pytest.fixture(scope="module")
def release(once_a_run):
    opened = Store(once_a_run("approval", lambda path: load_scheme(path, APPROVAL))).release()
    yield opened
    opened.close()


def chosen(release, period, by="all"):
    return choose(APPROVAL, release, Period.of(period), date(2026, 3, 31), by=by)


def value(found, measure):
    (row,) = found[found["measure"] == measure].to_dict("records")
    return row["value"]


@pytest.mark.sweep
def test_240_were_assessed_and_31_refused_by_class(release):
    years = {year: rows(chosen(release, year)) for year in ("2023", "2024", "2025")}
    assert [value(found, "assessed") for found in years.values()] == [84, 80, 76]
    assert [value(found, "vetoed") for found in years.values()] == [12, 10, 9]
    for year, wanted in (("2023", (5, 4, 3)), ("2024", (4, 4, 2)), ("2025", (3, 3, 3))):
        found = rows(chosen(release, year, "class"))
        refused = found[(found["measure"] == "vetoed") & (found["value"] > 0)].set_index("key")["value"].to_dict()
        assert refused == dict(zip(("三高招商", "城市改造", "土地征用"), wanted, strict=True))
    every = choose(APPROVAL, release, Period(date(2023, 1, 1), date(2026, 3, 31)), date(2026, 3, 31))
    assert (value(rows(every), "assessed"), value(rows(every), "vetoed")) == (240, 31)


def examined(release):
    question = chosen(release, "2025")
    return matters(question.frames, question.asked, question.settings)


def test_the_examples_of_the_line(release):
    found = examined(release)
    shown = {(row.yes, row.n): (row.reached, row.verdict, row.outcome, row.reason) for row in found.itertuples()}
    assert shown[666, 1000] == (False, "confirmed", "not_met", None)
    assert shown[667, 1000] == (True, "cleared", "met", None)
    assert shown[213, 290] == (True, "undecided", "more_answers", None)
    assert shown[214, 300] == (True, "cleared", "met", None)
    assert shown[480, 500] == (True, "undecided", "more_answers", "not_random")
    assert shown[400, 615] == (False, "undecided", "not_met", None)


def test_a_matter_is_reached_on_valid_answers_and_not_on_returned_forms(release):
    question, found = chosen(release, "2025"), examined(release)
    (number,) = found.loc[(found["yes"] == 400) & (found["n"] == 615), "assess_no"]
    (survey,) = primary_surveys(question.frames)[number]
    reply = replies_of(question.frames)[survey["consult_no"], "支持"]
    reached = {name: base.reached for name, base in bases(reply, 615, 700, Settings()).items()}
    assert reached == {"valid": True, "returned": False, "invited": False, "decided": True}


def test_hardly_any_verdict_on_a_sample_is_false(release):
    """Each kind of false verdict has a chance of at most 5%; of 40 matters not a single one is expected to be worse."""
    known = truths(City())
    found = examined(release).set_index("assess_no")["verdict"]
    assert len(known) == 40
    reached = {number: approving >= needed(size) for number, (approving, size) in known.items()}
    false_cleared = [number for number, met in reached.items() if found[number] == "cleared" and not met]
    false_confirmed = [number for number, met in reached.items() if found[number] == "confirmed" and met]
    assert max(len(false_cleared), len(false_confirmed)) <= 2
    told = found[list(known)].value_counts()
    assert told["cleared"] >= 5 and told["confirmed"] >= 5, "samples that never tell anything would pass as well"


def test_what_is_to_be_done_on_the_last_day(release):
    listed = attention(chosen(release, "2026Q1"))
    counts = listed["what"].value_counts().to_dict()
    assert counts == {
        **{"not_filed": 1, "filing_due": 1, "no_answers": 1, "more_answers": 1, "running_more": 1, "running": 1},
        "approved_without_proof": 3,
    }
    assert listed.loc[listed["what"] == "more_answers", "days"].tolist() == [10]
