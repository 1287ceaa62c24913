"""Tables of the pages as sheets, the same as the command line writes; built on the click, outside a page."""

from dataclasses import replace
from datetime import date

from data.store.release import Release, Round
from formats.spreadsheet import Sheet
from i18n import N_, PUNCTUATION, translate
from reports import pledge_table
from reports.evaluators_table import evaluators_sheet
from reports.ranking_table import as_sheet
from reports.tables import groups_sheet
from results.ranking.bottom_list import not_settled
from results.ranking.statements import family_name
from ui import cached

SEARCHED = N_("only units that contain “{text}”")
groups = groups_sheet
evaluators = evaluators_sheet


def ranking(round_: Round, language: str, category: str | None, search: str = "", codes: tuple[str, ...] = ()) -> Sheet:
    """Return the ranking of a category, or of all categories; of these codes only, after a search."""
    answer = cached.ranking_quietly(round_)
    rows = answer.rows if category is None else answer.rows[answer.rows["category"] == category]
    rows = rows[rows["unit_code"].isin(codes)] if search else rows
    named = [family_name(category, language)] if category else []
    named += [translate(SEARCHED, language).format(text=search)] if search else []
    limited = PUNCTUATION[language].semicolon.join(named)
    return as_sheet(replace(answer, rows=rows), round_.release, language, category=limited)


def bottom(round_: Round, language: str, category: str | None) -> Sheet:
    """Return the units of a category, or of all, that are not cleared of the bottom."""
    lists = cached.bottom_lists(round_)
    answer = not_settled(list(lists.values()) if category is None else [lists[category]])
    named = "" if category is None else family_name(category, language)
    return as_sheet(answer, round_.release, language, title=N_("Bottom list"), category=named)


def pledges(round_: Round, as_of: date, by: str, category: str | None, language: str) -> Sheet:
    """Return the pledges by item, post or unit."""
    table = pledge_table.table(cached.pledge_year(round_, as_of), by, category)
    return pledge_table.as_sheet(table, round_.release, language)


def circular(round_: Round, as_of: date, category: str | None, language: str, show: str = "all") -> Sheet:
    """Return the circular of the quarter; `show` keeps the items with one kind of attention."""
    table = pledge_table.table(cached.pledge_quarter(round_, as_of), category=category)
    if show != "all":
        table = replace(table, rows=table.rows[table.rows[show]])
    return pledge_table.as_sheet(table, round_.release, language)


def post(release: Release, unit_code: str, post: str, today: date, trial: bool, language: str) -> Sheet:
    """Return the years of a post."""
    rows, _trends = cached.post_years_quietly(release, unit_code, post, today, trial)
    return pledge_table.post_sheet(rows, release, language)
