"""末位 · Bottom list: units confirmed at the bottom, undecided units, and cleared units."""

from functools import partial

import streamlit as st

from i18n import N_
from results.ranking.population import about_whom
from results.ranking.rows import records
from results.ranking.statements import NO_SECOND_VERDICT, RELIABILITY, STATISTICIAN
from ui import cached, charts, downloads, layout, leniency, robustness, sheets, tables, unit_statements
from ui.i18n import _, language
from ui.releases import page as releases_page

release = layout.page(N_("Bottom list"))
left, right = st.columns([1, 3])
round_ = layout.choose_round(release, left)
lists = cached.bottom_lists(round_)
if not lists:
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()
category = right.selectbox(
    _("Category"), list(lists), format_func=layout.category_name, key="category", bind="query-params", width=420
)
bottom, card = lists[category], cached.year_cards(round_)[category]
rules = bottom.family.rules
rows = tables.ranking_rows(bottom.rows, rules)

st.subheader(layout.plain(card.sentence(language())))
if not rows.empty:
    points = bottom.family.bottom.line
    chart = charts.bottom_chart(rows, bottom.line, bottom.family.places, points)
    charts.show(chart, "bottom", _("The lowest units with the places that the votes allow, and their verdicts."))
    if len(drawn := charts.drawn(rows)) < bottom.count:
        st.caption(
            _("The {shown} units nearest to the bottom of {count} are drawn; all are in the lists.").format(
                shown=len(drawn), count=bottom.count
            )
        )

if bottom.count:
    st.caption(
        _(
            "Category {category}: {count} ranked units; bottom rule: {rule}. The verdicts hold inside this category; "
            "the chance that any confirmed unit is wrongly named is at most {error}, and the same for the cleared."
        ).format(
            category=layout.plain(layout.category_name(category)),
            count=bottom.count,
            rule=tables.bottom_sentence(bottom.family.bottom),
            error=tables.percent(1 - rules.uncertainty.level, 0),
        )
    )

if about := about_whom(bottom.family, language()):
    st.caption(layout.plain(about))

releases_page.show_notice(round_.id)

if card.outcome == "nothing":
    st.warning(_("No list is available: the differences between these units are no larger than chance."))
elif card.outcome != "no_list":
    st.subheader("◆ " + _("Confirmed at the bottom") + f" · {card.confirmed}")
    if not card.confirmed:
        st.markdown(_("No unit is confirmed at the bottom; none of this category is named."))
    for row in records(bottom.tier("confirmed")):
        unit_statements.show(row, bottom.sentences(row, language()), rules)

    st.subheader("○ " + _("Not enough evidence") + f" · {card.undecided}")
    if card.undecided:
        st.caption(
            _(
                "These units are not named as the bottom, whatever their place. There is no basis for a list that "
                "names any of them."
            )
        )
        with st.expander(_("Permitted statements on each unit"), expanded=card.undecided <= 3):
            for row in records(bottom.tier("undecided")):
                unit_statements.show(row, bottom.sentences(row, language()), rules)
        tables.show_tier(tables.ranking_rows(bottom.tier("undecided"), rules), rules.presentation.decimals, "undecided")
    else:
        st.markdown(_("None."))

    st.subheader("● " + _("Confirmed not at the bottom") + f" · {card.cleared}")
    if card.cleared:
        st.caption(
            _("These units are not {membership}.").format(membership=layout.plain(bottom.membership(language())))
        )
        tables.show_tier(tables.ranking_rows(bottom.tier("cleared"), rules), rules.presentation.decimals, "cleared")
    else:
        st.markdown(_("None."))

if bottom.count and not bottom.no_list:
    with st.expander(_(STATISTICIAN)):
        share = tables.percent(bottom.reliability, 0)
        st.caption(" ".join([_(NO_SECOND_VERDICT), _(RELIABILITY).format(share=share)]))
        tables.show_statistics(rows, rules.presentation.decimals, "statistics")
        if bottom.sets.borderline:
            st.caption(
                _(
                    "{count} of {pairs} comparisons lie within 0.04 of the critical value {critical}; with other draws "
                    "a range might end one place further. Verdicts need no draws."
                ).format(
                    count=bottom.sets.borderline,
                    pairs=bottom.count * (bottom.count - 1) // 2,
                    critical=tables.number(bottom.sets.critical),
                )
            )

if bottom.count:
    st.subheader(_("Effect of other rules"))
    robustness.show(
        cached.robustness(round_, category),
        dict(zip(bottom.family.members["unit_code"], bottom.family.members["unit_name"], strict=True)),
    )

    st.subheader(_("Effect of other evaluators"))
    leniency.show(cached.leniency(round_, category), rules.presentation.decimals)

if not bottom.not_ranked.empty:
    st.subheader(_("Not ranked"))
    tables.show_not_ranked(bottom.not_ranked)

sheet = partial(sheets.bottom, round_, language(), category)
downloads.table("bottom", round_, sheet, depends=(category,))
