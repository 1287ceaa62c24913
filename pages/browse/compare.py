"""单位对比 · Compare units: two to four units of a round next to each other."""

from functools import partial

import streamlit as st

from i18n import N_
from results.unit_comparison import MOST, comparison
from ui import cached, charts, compared, layout, markup
from ui.i18n import _, language

release = layout.page(N_("Compare units"))
left, right = st.columns([1, 3])
round_ = layout.choose_round(release, left)
answer = cached.ranking(round_)
if answer.rows.empty:
    st.info(_("This round holds a register but no ballots yet."))
    st.stop()

with right:
    codes = compared.choose(answer.rows, MOST)
found = comparison(answer, codes)
if len(found.rows) < 2:
    st.info(_("Choose two to four units"))
    st.stop()

for sentence in found.sentences(language()):
    st.markdown(layout.plain(sentence))
st.subheader(_("Scores with intervals"))
alt = _("Score with interval of each compared unit, and of its category.")
shown = [str(row["unit_code"]) for row in found.rows]
draw = partial(charts.units_in_category, answer.rows, shown)
charts.show_kept((release.id, round_.id, *shown), draw, "compared", alt)
markup.show(markup.source(release.short, len(found.rows), _("Short lines: the other units of the category.")))
markup.show(compared.side_by_side(found, round_))
