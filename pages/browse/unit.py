"""单位 · Unit: score and place, means by group, grades, and earlier rounds."""

from functools import partial

import streamlit as st

from i18n import N_
from reports.ranking_table import unit_as_sheet
from results.evidence.flips import flips_of_unit
from results.evidence.flips import in_words as flips_in_words
from results.ranking.population import about_whom
from results.ranking.statements import STATISTICIAN
from results.ranking.unit import TOO_FEW, alone_sentence
from results.ranking.unknown import DONT_KNOW, bounds_in_words
from schemes import OTHER_SCHEMES
from schemes.of_unit import unit_dossier
from ui import address, cached, charts, downloads, finished, layout, markup, packages, tables, unit_schemes
from ui.i18n import _, language
from ui.pledges import unit_book

release = layout.page(N_("One unit"))
left, right = st.columns([1, 3])
round_ = layout.choose_round(release, left)
answer = cached.ranking(round_)
if answer.rows.empty:
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()

with right:
    code = layout.choose_unit(answer.rows)
history = cached.unit(release, code, round_.is_trial)
row = next(row for row in history.rounds if row["round"] == round_.id)
detail = cached.unit_detail(round_, code)
own = (release.id, round_.id, code)
decimals = detail.rules.presentation.decimals
category = str(row["category"])
level = tables.percent(detail.rules.uncertainty.level, 0)
in_category = cached.kept(
    (release.id, round_.id, category, "ranked"), partial(tables.ranked_count, answer.rows, category)
)

bottom = cached.bottom_lists(round_)[category]
first, *others = bottom.sentences(row, language())
st.subheader(layout.plain(first))
if row["score"] is not None:
    alt = _("Score of the unit with its interval, on a line with the scores of its category.")
    draw = partial(charts.units_in_category, answer.rows, [code], named=False)
    charts.show_kept(own, draw, "in_category", alt)
    markup.show(markup.source(release.short, in_category, _("Short lines: the other units of the category.")))

st.subheader(_("Figures"))
figures = [column for _row in range(2) for column in st.columns(3)]
figures[0].metric(_("Score"), tables.number(row["score"], decimals))
figures[1].metric(
    _("{level} interval").format(level=level),
    tables.interval(row["score_low"], row["score_high"], decimals, detail.rules.scale),
)
figures[2].metric(_("Votes"), f"{row['n']:,}")
figures[4].metric(
    _("Place in its category"),
    f"{tables.place(row['rank'], row['rank_tied_to'])} / {in_category}" if row["rank"] else "–",
)
figures[5].metric(_("Places"), tables.places(row["rank_best"], row["rank_worst"]))
figures[3].metric(_("Verdict"), tables.verdict(row["verdict"]))
st.caption(
    _("Category: {category}. Don't know: {share} ({definition}).").format(
        category=layout.plain(layout.category_name(category)),
        share=tables.percent(row["dont_know_share"]),
        definition=_(DONT_KNOW),
    )
)
for caption in (
    about_whom(bottom.family, language()),
    cached.kept(
        (release.id, round_.id, code, language(), "bounds"),
        partial(bounds_in_words, round_, bottom.family, code, language()),
    ),
):
    if caption:
        st.caption(layout.plain(caption))
if row["rank"]:
    st.subheader(_("Basis of the verdict"))
    for sentence in others:
        st.markdown(layout.plain(sentence))
    with st.expander(_(STATISTICIAN)):
        for sentence in bottom.statistics(row, language()):
            st.caption(layout.plain(sentence))
        st.caption(layout.plain(alone_sentence(cached.alone(round_, code), language())))
    flips = cached.kept((*own, language(), "flips"), lambda: flips_in_words(flips_of_unit(round_, code), language()))
    for sentence in flips:
        st.caption(layout.plain(sentence))

    packages.offer_kit(round_, code)
    st.caption(
        _(
            "With the kit a statistician recomputes score, places and verdict of this unit in Python, without this "
            "product."
        )
    )

layout.compare_link(code, round_.id)

st.subheader(_("By evaluator group"))
if detail.groups.empty:
    st.info(_("No group voted on this unit."))
else:
    if not detail.groups["too_few"].all():
        draw = partial(charts.group_means, detail.groups)
        charts.show_kept(own, draw, "groups", _("Mean of each group with interval."))
        markup.show(markup.source(release.short, int(str(row["n"])), of=markup.VOTES))
    finished.part((*own, "groups"), partial(tables.show_means, detail.groups, decimals, "group_means"))
    if detail.groups["too_few"].any():
        st.caption(_(TOO_FEW).format(count=detail.rules.presentation.smallest_cell))

if not detail.indicators.empty:
    st.subheader(_("By indicator"))
    draw = partial(tables.show_means, detail.indicators, decimals, "indicator_means", indicators=True)
    finished.part((*own, "indicators"), draw)

if not detail.grades.empty:
    st.subheader(_("Grades"))
    asked = list(dict.fromkeys(detail.grades["indicator"]))
    scored = asked[layout.first_scored(detail)]
    indicator = address.choose("indicator", asked, st.selectbox, _("Indicator"), str, first=scored, width=300)
    of_indicator = detail.grades[detail.grades["indicator"] == indicator]
    st.caption(_("Shares of the graded answers, centred on the middle of the scale. Groups with too few are left out."))
    if of_indicator[of_indicator["kind"] == "scored"]["grade"].nunique() <= charts.MOST_GRADES:
        draw = partial(charts.grade_bars, of_indicator)
        depends = (release.id, round_.id, code, str(indicator))
        charts.show_kept(depends, draw, "grades", _("Grades of each group as bars."))
        graded = int(of_indicator[of_indicator["kind"] == "scored"]["lines"].sum())
        markup.show(markup.source(release.short, graded, of=markup.VOTES))
    st.caption(_("Answers that are not grades are counted separately:"))
    finished.part((*own, str(indicator), "unscored"), partial(tables.show_unscored, of_indicator, "unscored"))

st.subheader(_("Through the rounds"))
if history.confirmed_in_a_row > 1:
    st.markdown(
        _("Confirmed at the bottom in {count} rounds in a row, renamings followed.").format(
            count=history.confirmed_in_a_row
        )
    )
if any(of["score"] is not None for of in history.rounds):
    draw = partial(charts.rounds, history.rounds)
    of_rounds = (release.id, code, str(round_.is_trial))
    charts.show_kept(of_rounds, draw, "rounds", _("Score with interval in every round."))
    counted = sum(int(str(past["n"])) for past in history.rounds if past["score"] is not None)
    markup.show(markup.source(release.short, counted, of=markup.VOTES))
finished.part((*own, "rounds"), partial(tables.show_rounds, history.rounds))
sheet = partial(unit_as_sheet, release, code, history.rounds, language())
downloads.table("unit", round_, sheet, depends=(code,), of=detail.name)

unit_book.in_short(round_, code, detail.name)

make = partial(unit_dossier, release, code, history.rounds, OTHER_SCHEMES)
key = (release.id, code, f"dossier {round_.is_trial}")
unit_schemes.section(cached.kept(key, make), key)
