"""Every cached thing. Keys are scalars only (release id, round, category, code): Streamlit
hashes big frames from a
sample, so a frame as key can return an old result.

What comes back is shared by all sessions: read it, never change it in place.
"""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

import settings
from i18n import N_
from ui.i18n import _

if TYPE_CHECKING:
    from data.store.release import Round


@st.cache_resource(max_entries=1, show_spinner=False)
def store():
    """Return the store of this server."""
    from data.store import Store

    chosen = settings.load()
    return Store(chosen.store, threads=chosen.threads)


def release():
    """The release in force, or None. Never cached: a publication on the command line counts at
    once.
    """
    current = store().release()
    return None if current is None else release_by_id(current.id)


def ping() -> str | None:
    """One small query; the short id of the release in force. For /api/ready."""
    current = release()
    if current is None:
        return None
    current.query("rounds")
    return current.short


@st.cache_resource(max_entries=8, show_spinner=False)
def release_by_id(release_id: str):
    """An opened release. Releases never change, so an open one stays right."""
    return store().release(release_id)


# 8: a round of the demonstration city (90 units) holds 2.8 MB once everything about it was asked, so 8 hold 23 MB.
# Most of it are pairs of units, which grow with the square of their number.
@st.cache_resource(max_entries=8, show_spinner=False)
def round_of(release_id: str, round_id: str) -> "Round":
    """One round with what was read and computed of it; shared by all sessions."""
    return release_by_id(release_id).round(round_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def rounds(release_id: str) -> list[str]:
    """The rounds of a release: the formal ones newest first, then the trials, so that no page opens with a trial
    while there is a formal round.
    """
    found = release_by_id(release_id)
    return sorted(found.rounds(), key=lambda round_id: round_id in found.trial_rounds)


@st.cache_resource(max_entries=32, show_spinner=False)
def families(release_id: str, round_id: str, category: str | None = None):
    """Return the units that are ranked together, every category by itself; "ALL" joins all categories."""
    from results.ranking.family import families as ranked_together

    return ranked_together(round_of(release_id, round_id), category)


def ranking(release_id: str, round_id: str, category: str | None = None):
    """Rank all units of a round, each category by itself; "ALL" ranks them together. Shows a spinner meanwhile."""
    with st.spinner(_("Computing places and verdicts; only the first time for this release…")):
        return _ranking(release_id, round_id, category)


@st.cache_resource(max_entries=64, show_spinner=False)
def _ranking(release_id: str, round_id: str, category: str | None = None):
    from results.ranking.ranking import ranking as rank_units

    return rank_units(round_of(release_id, round_id), category)


@st.cache_resource(max_entries=64, show_spinner=False)
def bottom_lists(release_id: str, round_id: str):
    """The bottom list of every category, by its rule."""
    from results.ranking.bottom_list import bottom_list

    answer = _ranking(release_id, round_id)
    return {family.name: bottom_list(family, answer) for family in families(release_id, round_id)}


@st.cache_resource(max_entries=64, show_spinner=False)
def year_cards(release_id: str, round_id: str):
    """The year card of every category."""
    from results.ranking.year_card import year_card

    ballots = round_of(release_id, round_id).ballots_by_group
    counts = {str(group): int(n) for group, n in zip(ballots["group_name"], ballots["evaluators"], strict=True)}
    return {name: year_card(found, counts) for name, found in bottom_lists(release_id, round_id).items()}


@st.cache_resource(max_entries=64, show_spinner=False)
def robustness(release_id: str, round_id: str, category: str):
    """Return whether the bottom of a category depends on choices of the rule set."""
    from results.ranking.robustness import robustness as try_rules

    return try_rules(round_of(release_id, round_id), category)


@st.cache_resource(max_entries=8, show_spinner=False)
def scored_rounds(release_id: str) -> list[str]:
    """The rounds of a release that have votes, in the order of `rounds`."""
    scored = set(release_by_id(release_id).scored_rounds)
    return [round_id for round_id in rounds(release_id) if round_id in scored]


@st.cache_resource(max_entries=64, show_spinner=False)
def changes(release_id: str, round_from: str, round_to: str, category: str, with_trial: bool = False):
    """Two rounds compared in one category; where the rules differ, the earlier is counted again under the later's."""
    from results.comparison.year_on_year import changes as compare
    from results.ranking.what_if import what_if

    return compare(
        round_of(release_id, round_from),
        round_of(release_id, round_to),
        category,
        lambda round_, rules: what_if(store(), round_, rules),
        with_trial=with_trial,
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def funnel(release_id: str, round_id: str, category: str):
    """The funnel plot of one category."""
    from results.ranking.funnel import funnel_of

    return funnel_of(families(release_id, round_id, category)[0])


@st.cache_resource(max_entries=64, show_spinner=False)
def leniency(release_id: str, round_id: str, category: str):
    """Compare the official scores of a category with scores adjusted for the leniency of evaluators."""
    from results.ranking.leniency import leniency as adjusted

    return adjusted(round_of(release_id, round_id), category)


@st.cache_resource(max_entries=32, show_spinner=False)
def overview(release_id: str, round_id: str):
    """The figures of the first page."""
    from results.overview import overview as summarise

    return summarise(round_of(release_id, round_id))


@st.cache_resource(max_entries=256, show_spinner=False)
def unit(release_id: str, code: str, trial: bool = False):
    """One unit in every formal round, or in every trial: the two are never drawn together."""
    from results.ranking.unit import unit as history

    release = release_by_id(release_id)
    own = [round_id for round_id in release.rounds() if (round_id in release.trial_rounds) == trial]
    return history(release, code, [_ranking(release_id, round_id) for round_id in own])


@st.cache_resource(max_entries=256, show_spinner=False)
def alone(release_id: str, round_id: str, code: str):
    """One ranked unit asked about by itself; the family is its category."""
    from results.ranking.unit import alone as asked_alone

    own = next(f for f in families(release_id, round_id) if code in set(f.members["unit_code"]))
    return asked_alone(own, code)


@st.cache_resource(max_entries=256, show_spinner=False)
def unit_detail(release_id: str, code: str, round_id: str):
    """One unit in one round: groups, grades, indicators."""
    from results.ranking.unit import detail

    return detail(round_of(release_id, round_id), code)


def export_sheet(release_id: str, table: str, round_id: str, language: str, category: str | None = None):
    """A table of results as a sheet, the same as the command line writes; nothing of Streamlit's page is needed."""
    from reports.ranking_table import as_sheet
    from reports.tables import BOTTOM, RANKING
    from reports.tables import export_sheet as sheet_of
    from results.ranking.bottom_list import family_name, not_settled

    release = release_by_id(release_id)
    named = family_name(category, language) if category else ""
    if table == RANKING:
        answer = _ranking(release_id, round_id)  # every category is ranked by itself, so a part of it is the same
        rows = answer.rows if category is None else answer.rows[answer.rows["category"] == category]
        return as_sheet(replace(answer, rows=rows), release, language, category=named)
    if table == BOTTOM:
        answer = not_settled([bottom_lists(release_id, round_id)[category]])
        return as_sheet(answer, release, language, title=N_("Bottom list"), category=named)
    return sheet_of(release, table, round_id, language)


@st.cache_resource(max_entries=32, show_spinner=False)
def round_results(release_id: str, round_id: str, category: str | None = None):
    """Return the results that documents of a round are built from; of a single category, if chosen."""
    from reports.documents import RoundResults

    lists = tuple(bottom_lists(release_id, round_id).values())
    whole = RoundResults(release_by_id(release_id), _ranking(release_id, round_id), lists)
    return whole if category is None else whole.only(category)


def circular(release_id: str, round_id: str, as_of: str, language: str, signature):
    """The circular of a quarter in words, from what is loaded."""
    from reports.documents import circular as write_up

    return write_up(release_by_id(release_id), pledge_quarter(release_id, round_id, as_of), language, signature)


def document(kind: str, found, language: str, signature, *, code: str = "", since: str = ""):
    """Return a document: of a unit (`code`), of changes (`since`), or of the complete round."""
    from reports import documents

    release, round_id = found.release, found.ranking.round
    if kind == "unit":
        history = unit(release.id, code, round_id in release.trial_rounds)
        return documents.dossier(found, history, unit_detail(release.id, code, round_id), language, signature)
    if kind == "changes":
        compared = [changes(release.id, since, round_id, one.family.name) for one in found.lists]
        return documents.year_on_year(found, compared, language, signature)
    write_up = {"bulletin": documents.bulletin, "ranking": documents.full_ranking, "bottom": documents.bottom_list}
    return write_up[kind](found, language, signature)


@st.cache_resource(max_entries=8, show_spinner=False)
def pledge_rounds(release_id: str) -> list[str]:
    """Rounds with pledges or votes on duty reports, the formal ones newest first, then the trials."""
    from results.pledges.register import pledge_rounds as with_pledges

    found = release_by_id(release_id)
    return sorted(with_pledges(found), key=lambda round_id: round_id in found.trial_rounds)


@st.cache_resource(max_entries=64, show_spinner=False)
def default_as_of(release_id: str, round_id: str, today: str) -> str:
    """The day at which the pledges of a round are looked at, as an ISO text."""
    from results.pledges.register import default_as_of as day_of

    return day_of(round_of(release_id, round_id), date.fromisoformat(today)).isoformat()


@st.cache_resource(max_entries=32, show_spinner=False)
def pledge_year(release_id: str, round_id: str, as_of: str):
    """Everything about the pledges of a round as it stood on a day."""
    from results.pledges.by_year import pledge_year as year_of

    return year_of(round_of(release_id, round_id), date.fromisoformat(as_of))


@st.cache_resource(max_entries=64, show_spinner=False)
def pledge_rows(release_id: str, round_id: str, as_of: str, by: str):
    """A wide row a post or a unit."""
    from results.pledges.by_year import posts_of, units_of_year

    year = pledge_year(release_id, round_id, as_of)
    return posts_of(year) if by == "post" else units_of_year(year)


@st.cache_resource(max_entries=64, show_spinner=False)
def pledge_glances(release_id: str, round_id: str, as_of: str, category: str | None):
    """Headline and routine pledges counted by state, of one category or of all."""
    from results.pledges.counts import count_pledges

    lines = pledge_year(release_id, round_id, as_of).book.lines
    own = lines if category is None else lines[lines["category"] == category]
    return count_pledges(own, round_id, date.fromisoformat(as_of))


@st.cache_resource(max_entries=64, show_spinner=False)
def pledge_quarters(release_id: str, round_id: str, as_of: str, category: str | None):
    """The pledges of a round counted at the end of each quarter that has begun by a day."""
    from results.pledges.counts import quarter_days, through_quarters

    days = quarter_days(round_id, date.fromisoformat(as_of)).values()
    return through_quarters([_pledge_book(release_id, round_id, day.isoformat()) for day in days], category)


@st.cache_resource(max_entries=32, show_spinner=False)
def _pledge_book(release_id: str, round_id: str, as_of: str):
    from results.pledges.register import pledge_book

    return pledge_book(round_of(release_id, round_id), date.fromisoformat(as_of))


@st.cache_resource(max_entries=32, show_spinner=False)
def pledge_quarter(release_id: str, round_id: str, as_of: str):
    """What needs attention in the quarter that holds a day."""
    from results.pledges.progress import quarter_report

    return quarter_report(round_of(release_id, round_id), date.fromisoformat(as_of))


@st.cache_resource(max_entries=32, show_spinner=False)
def pledge_checks(release_id: str, round_id: str, as_of: str):
    """Return the checks of every pledge by quarter."""
    from results.pledges.progress import checks_by_quarter

    return checks_by_quarter(round_of(release_id, round_id), date.fromisoformat(as_of))


def post_years(release_id: str, unit_code: str, post: str, today: str, trial: bool):
    """One post in every formal round (or every trial), newest first, and the trends of its figures.

    Five years of 400 posts with 12 pledges each take eight seconds the first time; it says so.
    """
    with st.spinner(_("Reading pledges, checks and votes; only the first time for this release…")):
        return _post_years(release_id, unit_code, post, today, trial)


@st.cache_resource(max_entries=256, show_spinner=False)
def _post_years(release_id: str, unit_code: str, post: str, today: str, trial: bool):
    from results.pledges.analysis import trends
    from results.pledges.by_year import post_through_years

    release = release_by_id(release_id)
    own = [name for name in pledge_rounds(release_id) if (name in release.trial_rounds) == trial]
    years = [pledge_year(release_id, name, default_as_of(release_id, name, today)) for name in own]
    return post_through_years(release, years, unit_code, post), trends(release, years, unit_code, post)


@st.cache_resource(max_entries=32, show_spinner=False)
def pledge_analysis(release_id: str, round_id: str, as_of: str, before: str | None, day_before: str):
    """Return agreements, shifts and severity of a round, and the shift of votes since the previous round, if any."""
    from results.pledges import analysis as made

    year = pledge_year(release_id, round_id, as_of)
    shifts = made.shifts(year)
    if before is not None:
        shifts.append(made.vote_shift(pledge_year(release_id, before, day_before), year))
    return made.agreements(year), shifts, made.severity(year.votes)


def pledge_sheet(
    release_id: str, round_id: str, as_of: str, by: str, category: str | None, language: str, show: str = "all"
):
    """Pledges as a sheet, the same as the command line writes: by item, post or unit, or the circular of the quarter
    (by "circular"), where `show` keeps the items with one kind of attention.
    """
    from reports.pledge_table import as_sheet, table

    if by == "circular":
        whole = table(pledge_quarter(release_id, round_id, as_of), category=category)
        whole = replace(whole, rows=whole.rows[whole.rows[show]]) if show != "all" else whole
    else:
        whole = table(pledge_year(release_id, round_id, as_of), by, category)
    return as_sheet(whole, release_by_id(release_id), language)


def post_sheet(release_id: str, unit_code: str, post: str, today: str, trial: bool, language: str):
    """The years of one post as a sheet."""
    from reports.pledge_table import post_sheet as sheet_of

    rows, _own_trends = post_years(release_id, unit_code, post, today, trial)
    return sheet_of(rows, release_by_id(release_id), language)


def clear() -> None:
    """Forget what older releases brought, once another is in force: an open one holds some 30 MB of ballots of 20 MB.

    Whoever still reads an older release opens it again.
    """
    st.cache_resource.clear()


def what_would_change():
    """Compare the release in force with the release that publishing would build; None if no upload is in force.

    Raises RoundConflictError when the uploads do not fit together.
    """
    uploads = [upload.upload_id for upload in store().uploads_in_force()]
    return _candidate(store().in_force() or "", "|".join(uploads)) if uploads else None


@st.cache_resource(max_entries=8, show_spinner=False)
def _candidate(in_force: str, uploads: str):
    """Computed once for every set of uploads; `uploads` only tells one set from another."""
    from results.comparison.release_diff import compare

    with store().candidate() as candidate:
        return compare(release_by_id(in_force) if in_force else None, candidate)


@st.cache_resource(max_entries=16, show_spinner=False)
def comparison(before_id: str, after_id: str):
    """What differs between two releases."""
    from results.comparison.release_diff import compare

    return compare(release_by_id(before_id), release_by_id(after_id))
