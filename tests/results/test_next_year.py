"""Design of next year from the town: cheaper than equal numbers, finer with more votes, and refused nonsense."""

import pytest

from data.store import Store
from errors import UsageError
from results.evidence.next_year import plans


@pytest.fixture(scope="module")
def round_(town_path):
    release = Store(town_path, threads=2).release()
    yield release.round("2025")
    release.close()


def test_the_plan_of_this_year_s_size_is_cheaper_than_equal_numbers(round_):
    for plan in plans(round_):
        assert plan.votes <= 0.8 * plan.equal_votes
        assert plan.rows["votes_planned"].sum() == plan.votes
        assert str(int(plan.difference)) in plan.sentence("en") and plan.sentence("zh")


def test_more_votes_tell_smaller_differences_apart(round_):
    few, many = plans(round_, "党群部门", votes=2000)[0], plans(round_, "党群部门", votes=8000)[0]
    assert many.difference == pytest.approx(few.difference / 2, rel=0.05)
    asked = plans(round_, "党群部门", difference=many.difference)[0]
    assert asked.rows["votes_planned"].tolist() == many.rows["votes_planned"].tolist()


def test_both_or_nothing_positive_is_refused(round_):
    with pytest.raises(UsageError):
        plans(round_, difference=1.0, votes=100)
    with pytest.raises(UsageError):
        plans(round_, votes=-1)


def test_the_command(town):
    found = town.json("design", "--round", "2025", "--difference", "4", "--cost", "服务对象=2")
    assert {"unit_code", "group", "votes_now", "votes_planned"} <= set(found["rows"][0])
    assert found["plans"][0]["difference"] == pytest.approx(4.0)
    for wrong in (
        ("--cost", "服务对象"),
        ("--cost", "无此主体=2"),
        ("--cost", "服务对象=2", "--cost", "服务对象=3"),
        ("--difference", "nan"),
        ("--difference", "1e-9"),
        ("--votes", "inf"),
        ("--votes", "1"),
    ):
        town("design", "--round", "2025", *wrong, code=2)
