"""排名 · Ranking: every unit of one round within its category, with votes and interval."""

from functools import partial

import streamlit as st

from i18n import N_
from ui import cached, charts, downloads, evidence, layout, score_parts, sheets, tables
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
category = middle.selectbox(
    _("Category"),
    categories,
    index=0 if len(answer.rows) > MANY_UNITS else None,
    format_func=layout.category_name,
    placeholder=_("All categories, each separately"),
    key="category",
    bind="query-params",
)
search = right.text_input(_("Find a unit"), key="search", placeholder=_("Part of its name or code"))

rules = round_.scored_rules
chosen = answer.rows if category is None else answer.rows[answer.rows["category"] == category]
ranked = tables.ranking_rows(chosen, rules)
ranked = ranked[layout.mentions(ranked, search)].reset_index(drop=True)
not_ranked = chosen[chosen["rank"].isna() & layout.mentions(chosen, search)]

if st.toggle(_("Classes instead of places"), key="classes", bind="query-params"):
    evidence.show_classes(round_, category, search)
    st.stop()

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
    charts.show(charts.ranked_units(ranked), "scores", alt)
    st.caption(
        _(
            "The verdict concerns only the bottom and comes from separate tests; the range covers all places at "
            "once and is wider, so for a confirmed unit it may extend beyond the line."
        )
    )

if not ranked.empty:
    st.subheader(_("Table"))
    st.caption(_("Choose a row to open the unit. An equals sign marks a shared place."))
    selected = tables.show_ranking(ranked, rules.presentation.decimals, "ranking")
    for row in selected.selection.rows:
        layout.unit_link(ranked["unit_code"][row], ranked["unit_name"][row], round_.id)
    sheet = partial(sheets.ranking, round_, language(), category)
    downloads.table("ranking", round_, sheet, depends=(category or "",))

score_parts.show(round_, category)
if not not_ranked.empty:
    st.subheader(_("Not ranked"))
    tables.show_not_ranked(not_ranked)
