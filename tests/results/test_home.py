"""The finding of a round at a glance, and the steps of its year from the store alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from data.store import Store
from data.store.deliveries import deliveries, letter_sent
from data.store.history import Event
from data.store.objections import Claim, give_preview, object_to, register
from data.store.round_status import ANNOUNCED, DRAFT, FINAL, TRIAL, WITHDRAWN, RoundStatus
from results.home.cards import by_weight, headline, home_card
from results.home.review_steps import review_steps
from results.home.year_strip import (
    CURRENT,
    DONE,
    FINALISED,
    LETTERS,
    OBJECTIONS,
    PREVIEWED,
    STEPS,
    StepFacts,
    YearFacts,
    next_step,
    year_strip,
)
from results.public_notice import notice_of
from results.ranking.bottom_list import bottom_lists
from results.ranking.year_card import ballots_of, year_card

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def release(town_path):
    opened = Store(town_path, threads=1).release()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def cards(release):
    round_ = release.round("2025")
    return [home_card(year_card(found, ballots_of(round_))) for found in bottom_lists(round_)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_headline_counts_every_ranked_unit_once(cards, language):
    found = headline("2025", cards)
    assert found.confirmed + found.undecided + found.cleared + found.without_list == found.ranked
    assert str(found.ranked) in found.sentence(language) and str(found.confirmed) in found.sentence(language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_name_is_without_its_evidence(cards, language):
    named = [unit for card in cards for unit in (*card.confirmed, *card.undecided)]
    assert named and any(unit.verdict == "confirmed" for unit in named)
    for unit in named:
        told = unit.evidence(language)
        assert str(unit.row["n"]) in told.replace(",", "") and "–" in told and str(unit.row["rank"]) in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_category_without_a_confirmed_unit_says_why_and_what_would_settle_it(cards, language):
    for card in cards:
        assert bool(card.why_nobody(language)) == (not card.confirmed)
        assert bool(card.what_settles(language)) == bool(card.undecided)
    assert [bool(card.confirmed) for card in by_weight(cards)] == sorted(
        (bool(c.confirmed) for c in cards), reverse=True
    )


def event(status, day, number=1):
    return Event(number, "status", "r", "", "审定", f"{day}T04:00:00+00:00", "u", round="2025", status=status)


def steps(release, status, *events, handed_in=None, today=TODAY):
    """The steps of 2025 with a history, newest first."""
    store = Store(release.store, threads=1)
    given = next(iter(events), None)
    facts = YearFacts(
        release.round("2025"), list(events), RoundStatus("2025", status, given), 2, notice_of(given, store.calendar())
    )
    return year_strip(facts, today, handed_in)


def test_a_draft_is_to_be_finalised_next(release):
    found = steps(release, DRAFT)
    assert [step.code for step in found] == list(STEPS)
    assert [step.state for step in found[:4]] == [DONE] * 4
    asked = next_step(found)
    assert asked.code == FINALISED and asked.what_next("zh") == "核对名单，无误后将批次定稿。"


def test_an_announced_round_runs_through_notice_and_review_to_the_letters(release):
    final, announced = event(FINAL, "2026-02-26"), event(ANNOUNCED, "2026-02-27", 2)
    during = steps(release, ANNOUNCED, announced, final)
    assert next_step(during).code == "notice" and "2026-03-05" in next_step(during).what_next("en")
    assert [step.words("en") for step in during[4:7]] == ["2026-02-26", "not given", "2026-02-27"]
    last = notice_of(announced, Store(release.store, threads=1).calendar()).review_until.day
    review = steps(release, ANNOUNCED, announced, final, today=last)
    assert next_step(review).code == OBJECTIONS
    over = steps(release, ANNOUNCED, announced, final, today=last + timedelta(days=1))
    assert next_step(over).code == LETTERS and over[-1].state == CURRENT


def test_a_day_that_the_calendar_does_not_settle_is_marked_in_the_steps(release):
    """The notice of 2027 is not loaded: days from 23 December 2026 on may still move."""
    announced = event(ANNOUNCED, "2026-12-23")
    found = {step.code: step for step in steps(release, ANNOUNCED, announced, today=date(2026, 12, 24))}
    assert found["notice"].words("en") == "until 2026-12-30"
    assert "2027-01-" in found[OBJECTIONS].words("en") and "(provisional)" in found[OBJECTIONS].words("en")
    assert "暂定" in found[OBJECTIONS].what_next("zh")


def test_a_trial_is_to_be_cleared_and_a_withdrawn_round_set_back(release):
    assert "试算" in next_step(steps(release, TRIAL)).what_next("zh")
    assert "撤回" in next_step(steps(release, WITHDRAWN, event(WITHDRAWN, "2026-02-27"))).what_next("zh")


def test_what_another_room_knows_replaces_what_the_calendar_says(release):
    facts = StepFacts(
        CURRENT, {"zh": "2 件未办结", "en": "2 open"}, {"zh": "请答复。", "en": "Answer."}, "act/bulletin.py"
    )
    final, announced = event(FINAL, "2026-01-05"), event(ANNOUNCED, "2026-01-06", 2)
    found = steps(release, ANNOUNCED, announced, final, handed_in={OBJECTIONS: facts})
    step = next(step for step in found if step.code == OBJECTIONS)
    assert next_step(found) == step and (step.words("en"), step.what_next("zh")) == ("2 open", "请答复。")
    closed = steps(release, ANNOUNCED, announced, final, handed_in={OBJECTIONS: replace(facts, state=DONE)})
    assert next_step(closed).code == LETTERS


def test_the_register_of_objections_and_the_letters_say_where_their_steps_are(own_town):
    store, today = Store(own_town.store, threads=1), date.today()
    assert review_steps(register(store, "2025", today), deliveries(store, "2025"), today) == {}
    store.set_status("2025", "final", "审定", who="甲")
    give_preview(store, "2025", [], store.in_force(), 5, who="甲")
    object_to(store, "2025", Claim(unit=("ZY001", "市委办公室"), figure="verdict", text="重复录入", by="市委办公室"), 5)
    letter_sent(store, "2025", ("ZY001", "市委办公室"), today, "甲")
    found = review_steps(register(store, "2025", today), deliveries(store, "2025"), today)
    assert [found[code].state for code in (PREVIEWED, LETTERS)] == [CURRENT, CURRENT]
    assert found[PREVIEWED].next["en"] == "Rule on the open objections: 1."
    assert found[LETTERS].detail["zh"] == "送出 1 份，签收 0 份"
