"""Pledges in the shape of the schemes: the numbers are those of their page, and nothing of the evaluation moves."""

from contextlib import closing
from datetime import date

import pytest

from data.model.contract import TABLE_OF, UPLOAD_KINDS
from data.store import Store
from results.pledges.counts import STATES, count_book
from results.pledges.progress import WARNINGS, quarter_report
from results.pledges.register import default_as_of, pledge_book, pledge_rounds
from schemes import OTHER_SCHEMES, scheme_of
from schemes.chosen import attention, choose, rows
from schemes.frame import Period
from schemes.pledge import measures
from tests.support.schemes import complete, guard_faults, value

PLEDGE = scheme_of("pledge")
DAY = date(2026, 3, 31)


@pytest.fixture(scope="module")
def release(town_path):
    with closing(Store(town_path, threads=2).release()) as opened:
        yield opened


@pytest.mark.sweep
def test_every_number_is_that_of_the_page_of_pledges(release):
    assert pledge_rounds(release)
    for name in pledge_rounds(release):
        round_ = release.round(name)
        if not len(round_.records("pledges")):
            continue
        found = complete(rows(choose(PLEDGE, release, Period.of(name), DAY)))
        by_kind = rows(choose(PLEDGE, release, Period.of(name), DAY, by="kind"))
        book = pledge_book(round_, default_as_of(round_, DAY))
        for counts in count_book(book):
            if counts.pledges:
                own = {state: value(by_kind, state, counts.kind) for state in (*STATES, "overdue", "unverified")}
                assert own == {state: getattr(counts, state) for state in own}, (name, counts.kind)
        units = book.units
        known, met = units["verified_known"].sum(), (units["verified_known"] * units["verified_share_met"]).sum()
        (share,) = found[found["measure"] == "verified_met"].to_dict("records")
        assert (share["n"], round((share["value"] or 0) * share["n"])) == (known, round(met))


def test_what_has_to_be_done_is_what_the_circular_of_the_quarter_warns_of(release):
    (newest, *_) = [name for name in pledge_rounds(release) if len(release.round(name).records("pledges"))]
    day = date(int(newest), 8, 15)
    warned = quarter_report(release.round(newest), day).warnings
    listed = attention(choose(PLEDGE, release, Period.of(newest), day))
    assert (
        set(listed["key"]) == set(warned.loc[warned["warned"], "pledge_id"]) and len(listed) == warned["warned"].sum()
    )
    assert set(listed["what"]) <= set(PLEDGE.words("ATTENTION_WORDS")) == set(WARNINGS)
    overdue = listed[listed["what"] == "overdue"]
    assert len(overdue) == warned["overdue"].sum() and (overdue["days"].dropna() < 0).all()
    assert attention(choose(PLEDGE, release, Period.of(newest), date(int(newest) + 2, 3, 1))).empty


@pytest.mark.sweep
def test_its_rows_pass_the_guard_and_months_add_up(release):
    assert guard_faults(PLEDGE, release)["faults"] == []
    year = str(PLEDGE.latest_day(release).year)
    asked = choose(PLEDGE, release, Period.of(year), DAY)
    months = rows(asked.by("month"))
    for name in ("pledged", *measures.STATES):
        assert months.loc[months["measure"] == name, "value"].sum() == value(rows(asked), name), name


def test_the_command_lists_them_and_page_dossier_and_bundle_stay(town):
    found = town.json("scheme", "pledge", "--year", "2025", "--by", "unit")["rows"]
    assert {row["measure"] for row in found} >= {"pledged", "kept", "overdue", "verified_met"}
    assert all(row["rules"] == "pledge-default" for row in found)
    assert town.json("scheme", "pledge", "attention", "--as-of", "2025-08-15")["rows"]
    assert "[report_days]" in town("scheme", "pledge", "rules", "show").decode()
    assert PLEDGE not in OTHER_SCHEMES and PLEDGE.view is None and not PLEDGE.documents


def test_its_tables_lock_with_the_evaluation_and_come_before_those_that_close_by_month():
    assert {TABLE_OF[kind].lock for kind in PLEDGE.tables} == {"round_evidence"}
    locks = [TABLE_OF[kind].lock == "month" for kind in UPLOAD_KINDS]
    assert locks == sorted(locks)
