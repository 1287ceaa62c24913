"""首页 · Home: who is confirmed at the bottom, why nobody is elsewhere, and where the year is."""

from datetime import date
from functools import partial

import streamlit as st

from i18n import N_
from results.quality.rule_lint import lint_on
from ui import cached, charts, downloads, home, layout, markup, sheets, tables
from ui.i18n import _, language
from ui.releases import page as releases_page
from ui.upload import drafts

release = layout.page(N_("Home"), heading=False)
round_ = layout.choose_round(release, layout.top(), labelled=False)
year = cached.overview(round_)
drafts.remind()

if year.rules is None:
    st.title(_("Home"))
    st.info(_("This round holds a register but no ballots yet."))
    markup.show(home.strip(home.steps_of(round_, year)))
    st.stop()

with st.spinner(_("Computing places and verdicts; only the first time for this release…")):
    cards = cached.home_cards(round_)
    first = home.first_screen(round_, year, cards, home.steps_of(round_, year))
markup.show(first)
with st.spinner(_("Computing places and verdicts; only the first time for this release…")):
    below = home.lines(round_, year, date.today())
markup.show(below)
home.let_it_be_painted()

drawn = charts.lowest(cards)
if drawn.units:
    st.subheader(home.finding(round_, cards))
    charts.show_kept(
        (release.id, round_.id),
        partial(charts.lowest_units, drawn),
        "lowest",
        _("Score and interval of the units that may be at the bottom, by category."),
    )
    markup.show(markup.source(release.short, year.ranked))
    if drawn.left_out:
        st.caption(_("Undecided units that are only in the bottom lists: {count}.").format(count=drawn.left_out))

releases_page.show_status(round_.id)
releases_page.show_notice(round_.id)
markup.show(home.notes(year))

with st.expander(_("Who voted, and what they answered")):
    st.caption(_("Don't know, abstained, blank and invalid are counted separately; none of them is a low grade."))
    tables.show_groups(year.groups)
    downloads.table("groups", round_, partial(sheets.groups, round_, language()))

remarks = lint_on(round_)
if remarks:
    with st.expander(_("What the rule set does to this round")):
        for remark in remarks:
            st.markdown(f"- {layout.plain(remark.sentence(language()))}")

st.caption(
    _("Rule set: {rules}. Release {release}.").format(
        rules=f"{layout.plain(year.rules.title)} ({layout.plain(year.rules_name)})", release=release.short
    )
)
