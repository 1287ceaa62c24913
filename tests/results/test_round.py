"""A round is read once: what is asked of the database, and that what is kept stays as it was read."""

from datetime import date

import pandas as pd
import pytest

from data.store import Store
from results.overview import overview
from results.pledges.vote_scores import vote_scores
from results.ranking.bottom_list import bottom
from results.ranking.family import ALL, families
from results.ranking.leniency import leniency
from results.ranking.ranking import ranking
from results.ranking.robustness import robustness
from tests.support.store_calls import compute_pledges, counted

DAY = date(2025, 12, 31)
RECORDS = ("pledges", "progress", "votes", "round")


@pytest.fixture
def release(demo_path):
    opened = Store(demo_path).release()
    yield opened
    opened.close()


@pytest.mark.sweep
def test_all_of_a_rounds_pledges_ask_no_query_twice(release):
    database = counted(release)
    round_ = release.round("2025")
    compute_pledges(round_, DAY)
    assert database.asked, "nothing was counted"
    assert {query: times for query, times in database.asked.items() if times > 1} == {}
    asked = database.asked.total()
    compute_pledges(round_, DAY)
    assert database.asked.total() == asked


def test_a_round_is_shared_while_somebody_holds_it(release):
    round_ = release.round("2025")
    assert release.round("2025") is round_ and release.round("2024") is not round_
    assert vote_scores(round_) is vote_scores(release.round("2025"))


def test_answers_are_kept_by_their_arguments(release):
    round_ = release.round("2025")
    one, other = (family.name for family in families(round_)[:2])
    assert leniency(round_, one) is leniency(round_, one)
    assert leniency(round_, one).family.name == one and leniency(round_, other).family.name == other


@pytest.mark.sweep
def test_what_is_kept_stays_as_it_was_read(release):
    round_ = release.round("2025")
    compute_pledges(round_, DAY)
    overview(round_)
    ranking(round_, ALL)
    bottom(round_)
    leniency(round_, ALL)
    for family in families(round_):
        robustness(round_, family.name)
        kept = round_.category_grades(family.name)
        pd.testing.assert_frame_equal(kept, round_.query("category_grades", category=family.name))
    for kept, name in (
        (round_.units, "units"),
        (round_.cells, "cell_moments"),
        (round_.grades_by_group, "grades_by_group"),
        (round_.ballots_by_group, "ballots_by_group"),
    ):
        pd.testing.assert_frame_equal(kept, round_.query(name))
    for kind in RECORDS:
        pd.testing.assert_frame_equal(round_.records(kind), release._read_records("2025", kind))
