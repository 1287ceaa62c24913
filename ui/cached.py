"""Cached access to results for the pages.

Keys are scalars and days, and what has an id by its id; never a frame.

All sessions share what comes back: read it, never change it in place.
"""

import os
from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec, TypeVar

import pandas as pd
import streamlit as st

import results.evaluators.figures
import results.overview
import results.ranking.family
import results.ranking.funnel
import results.ranking.leniency
import results.ranking.ranking
import results.ranking.robustness
import results.ranking.unit
import settings
from analytics.verdicts import CONFIRMED
from data.model.working_days import Calendar
from data.store import Store
from data.store.deliveries import deliveries
from data.store.history import Event
from data.store.objections import register as register_of
from data.store.presence import refuse_gone
from data.store.release import Release, Round
from data.store.round_status import RoundStatus
from reports.documents import RoundResults
from results import unit_finder
from results.comparison import year_on_year
from results.evaluators.figures import Evaluators
from results.home import review_steps as home_review
from results.home.cards import HomeCard, by_weight, home_card
from results.home.year_strip import StepFacts
from results.pledges import analysis, by_year, counts, progress, register
from results.pledges.by_year import PledgeYear
from results.pledges.register import PledgeBook
from results.pledges.vote_scores import VoteScores
from results.ranking.allowed_accountability import ReleaseClaims
from results.ranking.bottom_list import BottomList, bottom_list
from results.ranking.family import Family
from results.ranking.ranking import Ranking
from results.ranking.unit import Alone, UnitHistory
from results.ranking.unknown import units_with_bounds
from results.ranking.what_if import what_if
from results.ranking.year_card import YearCard, ballots_of, year_card
from results.unit_finder import Directory
from ui.i18n import _
from ui.memo import Memo

P = ParamSpec("P")
T = TypeVar("T")


KEYS: dict[type, Callable[[Any], object]] = {
    date: date.isoformat,
    Release: lambda release: release.id,
    Round: lambda round_: (round_.release.id, round_.id),
    VoteScores: lambda votes: (votes.release, votes.round),
    PledgeBook: lambda book: (book.release, book.round, book.as_of.isoformat()),
    PledgeYear: lambda year: (year.book.release, year.book.round, year.book.as_of.isoformat()),
}
"""What identifies an argument; a scalar identifies itself."""


MEMOS: list[Memo[..., Any]] = []
"""Everything that is cached."""


def answers(entries: int) -> Callable[[Callable[P, T]], Memo[P, T]]:
    """Cache the answers of a function for all sessions, the newest `entries` of them.

    A release never changes, so nothing expires. Functions that are slow the first time show a spinner themselves.
    """

    def kept(ask: Callable[P, T]) -> Memo[P, T]:
        MEMOS.append(memo := Memo(ask, entries, KEYS))
        return memo

    return kept


@answers(1)
def store() -> Store:
    """Return the store of this server."""
    chosen = settings.load()
    return Store(chosen.store, threads=chosen.threads, claims=ReleaseClaims, signing_key=chosen.signing_key)


def release() -> Release | None:
    """Return the release in force, if any. Never cached: a publication on the command line counts at once.

    Raises StoreGoneError for a store that existed and is missing now, instead of treating it as empty.
    """
    chosen = settings.load()
    refuse_gone(chosen.store, chosen.accounts if chosen.login else None)
    current = store().release()
    return None if current is None else release_by_id(current.id)


@answers(8)
def release_by_id(release_id: str) -> Release:
    """Return an opened release. Releases never change, so an open one stays right. Raises UsageError."""
    return store().open_release(release_id)


# 8: a round of the demonstration city (90 units) takes 2.8 MB once everything about it was asked, so 8 take 23 MB.
# Most of it are pairs of units, which grow with the square of their number.
@answers(8)
def round_of(release: Release, round_id: str) -> Round:
    """Return a round with what was read and computed of it, the same object for all sessions."""
    return release.round(round_id)


@answers(8)
def rounds(release: Release) -> list[str]:
    """Return the rounds, newest first, but trials last: no page opens with a trial while there is a formal round."""
    return sorted(release.rounds(), key=lambda round_id: round_id in release.trial_rounds)


@answers(8)
def scored_rounds(release: Release) -> list[str]:
    """Return the rounds with votes, in the order of `rounds`."""
    scored = set(release.scored_rounds)
    return [round_id for round_id in rounds(release) if round_id in scored]


@answers(8)
def pledge_rounds(release: Release) -> list[str]:
    """Return the rounds with pledges or votes on duty reports, in the order of `rounds`."""
    return sorted(register.pledge_rounds(release), key=lambda round_id: round_id in release.trial_rounds)


funnel = answers(64)(results.ranking.funnel.funnel)
leniency = answers(64)(results.ranking.leniency.leniency)
overview = answers(32)(results.overview.overview)
robustness = answers(64)(results.ranking.robustness.robustness)
unit_detail = answers(256)(results.ranking.unit.detail)


def evaluators(round_: Round) -> Evaluators:
    """Return the figures on the evaluators of a round; reads its ballots. Shows a spinner meanwhile."""
    with st.spinner(_("Reading the ballots; only the first time for this release…")):
        return _evaluators(round_)


_evaluators = answers(16)(results.evaluators.figures.evaluators)


@answers(32)
def families(round_: Round, category: str | None = None) -> list[Family]:
    """Return the units that are ranked together, each category by itself; "ALL" joins all categories."""
    return results.ranking.family.families(round_, category)


def ranking(round_: Round, category: str | None = None) -> Ranking:
    """Rank all units of a round, each category by itself; "ALL" ranks them together. Shows a spinner meanwhile."""
    with st.spinner(_("Computing places and verdicts; only the first time for this release…")):
        return ranking_quietly(round_, category)


@answers(64)
def ranking_quietly(round_: Round, category: str | None = None) -> Ranking:
    """Rank without a spinner, for files that are built outside a page."""
    return results.ranking.ranking.ranking(round_, category)


@answers(64)
def bottom_lists(round_: Round) -> dict[str, BottomList]:
    """Return the bottom list of every category, by its rule."""
    return {own.name: bottom_list(own, ranking_quietly(round_)) for own in families(round_)}


@answers(64)
def year_cards(round_: Round) -> dict[str, YearCard]:
    """Return the year card of every category."""
    ballots = ballots_of(round_)
    return {
        name: year_card(bottom, ballots, units_with_bounds(round_, bottom.family))
        for name, bottom in bottom_lists(round_).items()
    }


def status(round_id: str) -> RoundStatus:
    """Return the status of a round; history and uploads, which take 30 ms to read, are read again once changed."""
    found: RoundStatus = kept(("status", round_id, *_state_of_store()), lambda: store().status(round_id))
    return found


def calendar() -> Calendar:
    """Return the work calendar of the uploads in force."""
    found: Calendar = kept(("calendar", *_state_of_store()), lambda: store().calendar())
    return found


def history() -> list[Event]:
    """Return the history, newest first."""
    found: list[Event] = kept(("history", *_state_of_store()), lambda: store().history())
    return found


def review_steps(round_id: str, today: date) -> dict[str, StepFacts]:
    """Return what objections and letters of a round say of the steps of its year."""

    def read() -> dict[str, StepFacts]:
        return home_review.review_steps(register_of(store(), round_id, today), deliveries(store(), round_id), today)

    found: dict[str, StepFacts] = kept(("review", round_id, today.isoformat(), *_state_of_store()), read)
    return found


def _state_of_store() -> tuple[str, ...]:
    """Return what changes with every entry of the history and every upload: names, times and sizes."""
    path = str(store().path)
    folders = [os.path.join(path, name) for name in ("uploads", "history")]
    found = [folder for folder in folders if os.path.isdir(folder)]
    newest = max((name for name in _names(folders[1]) if name.endswith(".json")), default="")
    seen = [*found, *([os.path.join(folders[1], newest)] if newest else [])]
    facts = ((os.path.basename(part), os.stat(part)) for part in seen)
    return (path, *(f"{name} {about.st_mtime_ns} {about.st_size}" for name, about in facts))


def _names(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []


@answers(32)
def home_cards(round_: Round) -> list[HomeCard]:
    """Return the finding on every category, those with a confirmed unit first."""
    return by_weight(home_card(card, _in_a_row(round_, card)) for card in year_cards(round_).values())


def _in_a_row(round_: Round, card: YearCard) -> dict[str, int]:
    """Return for every confirmed unit how many rounds in a row, up to this round, confirmed it."""
    codes = card.bottom.tier(CONFIRMED)["unit_code"].astype(str)
    return {code: unit(round_.release, code, round_.is_trial).up_to(round_.id).confirmed_in_a_row for code in codes}


@answers(4)
def directory(release: Release) -> Directory:
    """Return all units of a release, for the search."""
    return unit_finder.directory(release)


@answers(32)
def round_results(round_: Round, category: str | None = None) -> RoundResults:
    """Return the results that documents of a round are built from; of a single category, if chosen."""
    every = RoundResults(round_.release, ranking_quietly(round_), tuple(bottom_lists(round_).values()))
    return every if category is None else every.only(category)


@answers(64)
def changes(round_from: Round, round_to: Round, category: str, with_trial: bool = False) -> year_on_year.Changes:
    """Compare two rounds in a category; where the rules differ, the earlier is counted again under the later's."""
    return year_on_year.changes(
        round_from, round_to, category, lambda round_, rules: what_if(store(), round_, rules), with_trial=with_trial
    )


@answers(256)
def unit(release: Release, code: str, trial: bool = False) -> UnitHistory:
    """Return a unit in every formal round, or in every trial: the two are never drawn together."""
    rankings = [ranking_quietly(round_of(release, name)) for name in _alike(release, release.rounds(), trial)]
    return results.ranking.unit.unit(release, code, rankings)


@answers(256)
def alone(round_: Round, code: str) -> Alone:
    """Test a ranked unit by itself; the family is its category."""
    own = next(own for own in families(round_) if code in set(own.members["unit_code"]))
    return results.ranking.unit.alone(own, code)


def _alike(release: Release, among: list[str], trial: bool) -> list[str]:
    return [round_id for round_id in among if (round_id in release.trial_rounds) == trial]


default_as_of = answers(64)(register.default_as_of)
pledge_year = answers(32)(by_year.pledge_year)
pledge_counts = answers(64)(counts.count_book)
_pledge_quarter = answers(32)(progress.quarter_report)
pledge_checks = answers(32)(progress.checks_by_quarter)
associations = answers(32)(analysis.associations)
shifts = answers(32)(analysis.shifts)
vote_shift = answers(32)(analysis.vote_shift)
severity = answers(32)(analysis.severity)
_pledge_book = answers(32)(register.pledge_book)


def pledge_quarter(round_: Round, as_of: date) -> progress.QuarterReport:
    """Return what needs attention as of a day, with the office's term for reports."""
    return _pledge_quarter(round_, as_of, settings.load().report_days)


@answers(64)
def pledge_rows(year: PledgeYear, by: str) -> pd.DataFrame:
    """Return a wide row for each post or unit."""
    return by_year.posts_of(year) if by == "post" else by_year.units_of_year(year)


@answers(64)
def pledge_quarters(round_: Round, as_of: date, category: str | None) -> pd.DataFrame:
    """Count the pledges of a round at the end of each quarter that has begun by a day."""
    days = counts.quarter_days(round_.id, as_of).values()
    return counts.through_quarters([_pledge_book(round_, day) for day in days], category)


PostYears = tuple[pd.DataFrame, list[analysis.TrendOf]]


def post_years(release: Release, unit_code: str, post: str, today: date, trial: bool) -> PostYears:
    """Return a post in every formal round (or every trial), newest first, and the trends of its figures.

    Five years of 400 posts with 12 pledges each take eight seconds the first time, hence the spinner.
    """
    with st.spinner(_("Reading pledges, checks and votes; only the first time for this release…")):
        return post_years_quietly(release, unit_code, post, today, trial)


@answers(256)
def post_years_quietly(release: Release, unit_code: str, post: str, today: date, trial: bool) -> PostYears:
    """Return the same without a spinner."""
    own = [round_of(release, name) for name in _alike(release, pledge_rounds(release), trial)]
    years = [pledge_year(round_, default_as_of(round_, today)) for round_ in own]
    rows = by_year.post_through_years(release, years, unit_code, post)
    return rows, analysis.trends(release, years, unit_code, post)


# 256: a chart of 90 units takes some 60 KB.
@answers(256)
def figure(key: tuple[str, ...], _make: Callable[[], Any]) -> Any:
    """Draw a chart once for all sessions; the key holds the release, the language and all that the chart depends on."""
    return _make()


# 512: the table of 90 units takes some 15 KB.
@answers(512)
def part(key: tuple[str, ...], _make: Callable[[], Any]) -> Any:
    """Draw a part of a page once for all sessions, see ui/finished.py."""
    return _make()


# 256: the answers of a scheme's page take some 100 KB, its registers of 500,000 rows do not come through here.
@answers(256)
def kept(key: tuple[str, ...], _make: Callable[[], Any]) -> Any:
    """Compute an answer once for all sessions; the key holds the release and all that the answer depends on."""
    return _make()


@answers(6)
def kept_registers(key: tuple[str, ...], _make: Callable[[], Any]) -> Any:
    """Return the registers of a scheme on a day. 6: those of a city with 500,000 rows take 200 MB."""
    return _make()


def clear() -> None:
    """Forget what older releases brought, once another is in force: an open one holds some 30 MB of ballots of 20 MB.

    Whoever still reads an older release opens it again.
    """
    for memo in MEMOS:
        memo.clear()
