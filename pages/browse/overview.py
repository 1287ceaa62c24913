"""总览 · Overview: a round at a glance: whether it can rank, who voted, what to know before the scores."""

from functools import partial

import streamlit as st

from i18n import N_
from results.quality.rule_lint import lint_on
from results.ranking.unknown import DONT_KNOW
from ui import cached, charts, downloads, layout, sheets, tables, year_cards
from ui.i18n import _, language
from ui.releases import page as releases_page
from ui.upload import drafts

release = layout.page(N_("Overview"))
round_ = layout.choose_round(release)
releases_page.show_status(round_.id)
releases_page.show_notice(round_.id)
drafts.remind()
year = cached.overview(round_)

if year.rules is None:
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()

figures = st.columns([1, 1, 1, 1.3, 0.8])
figures[0].metric(_("Ballots"), f"{year.evaluators:,}")
figures[1].metric(_("Votes that count"), f"{year.votes:,}", help=_("One ballot on one unit is one vote."))
figures[2].metric(_("Answers"), f"{year.lines:,}")
figures[3].metric(_("Units ranked"), f"{year.ranked} / {year.registered}")
figures[4].metric(_("Don't know"), tables.percent(year.dont_know_share), help=_(DONT_KNOW))

st.subheader(_("Whether the results separate places"))
year_cards.show(cached.year_cards(round_), round_.id)

rows = tables.ranking_rows(cached.ranking(round_).rows, year.rules)
if not rows.empty:
    st.subheader(_("How far apart the scores are"))
    st.caption(
        _(
            "Each marker is a unit, and the line through it is its {level} interval; best first within each "
            "category. Orange diamond: confirmed at the bottom; hollow: not enough evidence; blue dot: confirmed "
            "not at the bottom."
        ).format(level=tables.percent(year.rules.uncertainty.level, 0))
    )
    charts.show(charts.score_spread(rows), "spread", _("Scores of all ranked units with intervals, by category."))

if year.notes:
    st.subheader(_("Before you read the scores"))
    for note in year.notes:
        st.markdown(f"- {layout.plain(note.sentence(language()))}")

remarks = lint_on(round_)
if remarks:
    st.subheader(_("What the rule set does to this round"))
    for remark in remarks:
        st.markdown(f"- {layout.plain(remark.sentence(language()))}")

st.subheader(_("Who voted, and what they answered"))
st.caption(_("Don't know, abstained, blank and invalid are counted separately; none of them is a low grade."))
tables.show_groups(year.groups)
downloads.table("groups", round_, partial(sheets.groups, round_, language()))

st.caption(
    _("Rule set: {rules}. Release {release}.").format(
        rules=f"{layout.plain(year.rules.title)} ({layout.plain(year.rules_name)})", release=release.short
    )
)
