"""排名 · Ranking: every unit of one round within its category, with votes and interval."""

from functools import partial

import streamlit as st

from i18n import N_
from ui import (
    address,
    bottom_lists,
    cached,
    charts,
    downloads,
    evidence,
    finished,
    guard,
    layout,
    markup,
    score_parts,
    sheets,
    tables,
)
from ui.i18n import _, language

MANY_UNITS = 60  # with more units the page opens with a single category

release = layout.page(N_("Ranking"))
left, middle, right = st.columns([1, 2, 2])
round_ = layout.choose_round(release, left)
answer = cached.ranking(round_)
if answer.rows.empty:
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()

categories = list(dict.fromkeys(answer.rows["category"]))
with middle:
    category = layout.choose_category(categories, first=categories[0] if len(answer.rows) > MANY_UNITS else "")
with right:
    search = address.typed("search", _("Narrow the list"), placeholder=_("Part of its name or code"))

rules = round_.scored_rules
own = (release.id, round_.id, category, search)
ranked, not_ranked, count = cached.kept(
    (*own, language(), "rows"), lambda: tables.ranking_parts(answer.rows, category, search, rules)
)

if st.toggle(_("Classes instead of places"), key="classes", bind="query-params"):
    evidence.show_classes(round_, category, search)
    st.stop()

st.subheader(layout.plain(bottom_lists.finding(round_, category)))
st.caption(
    _(
        "Each category is ranked separately. The interval belongs to the score; the places are those that the votes "
        "allow, for all units of the category at once ({level}). Units whose places overlap may well be equally good."
    ).format(level=tables.percent(rules.uncertainty.level, 0))
)
if ranked.empty:
    st.info(_("No ranked unit matches this choice."))
elif len(ranked) > charts.MOST_ROWS:
    st.info(
        _("Choose a category to see the chart; {count} units are too many for a single chart.").format(
            count=len(ranked)
        )
    )
else:
    alt = _("Score with interval and place with its range of each unit, best on top.")
    draw = partial(charts.ranked_units, ranked, narrow=guard.on_phone())
    charts.show_kept(own, draw, "scores", alt)
    markup.show(markup.source(release.short, len(ranked)))
    st.caption(
        _(
            "The verdict concerns only the bottom and comes from separate tests; the range covers all places at "
            "once and is wider, so for a confirmed unit it may extend beyond the line."
        )
    )

if not ranked.empty:
    st.subheader(_("Table"))
    st.caption(_("Choose a row to open the unit. A click on a heading sorts by its numbers."))
    draw = partial(tables.show_ranking, ranked, rules.presentation.decimals, "ranking")
    selected = finished.part((*own, "table"), draw)
    for row in selected.selection.rows:
        layout.unit_link(ranked["unit_code"][row], ranked["unit_name"][row], round_.id)
    only = downloads.ask_for_filter(search)
    codes = (*ranked["unit_code"], *not_ranked["unit_code"]) if only else ()
    sheet = partial(sheets.ranking, round_, language(), category or None, only, codes)
    holds = downloads.holds(round_.id, category, len(codes) if only else count, only)
    downloads.table("ranking", round_, sheet, depends=(category, only), holds=holds)

score_parts.show(round_, category)
if not not_ranked.empty:
    st.subheader(_("Not ranked"))
    finished.part((*own, "not ranked"), partial(tables.show_not_ranked, not_ranked))
