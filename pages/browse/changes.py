"""变化 · Changes: scores of a category in two rounds, and which changed by more than chance."""

from functools import partial

import streamlit as st

from i18n import N_
from reports.documents.common import round_words
from reports.tables import changes_sheet
from results.comparison.sentences import regression, summary
from ui import address, cached, change_tables, charts, downloads, layout, markup, tables
from ui.i18n import _, language

release = layout.page(N_("Changes"))
everything = cached.scored_rounds(release)
trials = [round_id for round_id in everything if round_id in release.trial_rounds]
with_trial = bool(trials) and st.toggle(_("Also offer trial rounds"), key="with_trial")
rounds = sorted(everything, reverse=True) if with_trial else [name for name in everything if name not in trials]
if len(rounds) < 2:
    st.info(_("A comparison needs two rounds with votes."))
    st.stop()

left, middle, right = st.columns([1, 1, 3])
with middle:
    later = cached.round_of(release, address.choose("to", rounds[:-1], st.selectbox, _("Later round"), str))
with left:
    older = rounds[rounds.index(later.id) + 1 :]
    earlier = cached.round_of(release, address.choose("from", older, st.selectbox, _("Earlier round"), str))
with right:
    categories = [family.name for family in cached.families(later)]
    category = layout.choose_category(categories, everything=False)

if earlier.is_trial != later.is_trial:
    st.warning(_("One of the two rounds is a trial. Differences between them show nothing about the units."))
found = cached.changes(earlier, later, category, with_trial)
decimals = later.scored_rules.presentation.decimals
level = tables.percent(found.level, 0)
rows = change_tables.change_rows(found, decimals)

if found.breaks:
    lines = [_("The two rounds used different methods:")]
    lines += [f"- {layout.plain(item.sentence(language()))}" for item in found.breaks]
    after = (
        _(
            "The change is not tested. The table shows the two official scores side by side; their difference has no "
            "meaning."
        )
        if not found.tested
        else _("{round} was recalculated under the rule set {rules}; its scores here are not the published scores.")
    )
    lines += ["", after.format(round=layout.plain(found.round_from), rules=layout.plain(found.rules))]
    st.warning("\n".join(lines), icon=":material/warning:")

if change_summary := summary(found, language()):
    st.subheader(change_summary)
if found.regression:
    st.markdown(regression(found.regression, round_words(earlier.id, language()), decimals, language()))

tested = rows[rows["statement"].notna()].reset_index(drop=True)
if len(tested) > charts.MOST_ROWS:
    st.info(_("{count} units are too many for one chart; the table contains all of them.").format(count=len(tested)))
elif len(tested):
    alt = _("Change of each unit with interval, largest rise on top.")
    depends = (release.id, earlier.id, later.id, category)
    charts.show_kept(depends, partial(charts.changes_chart, tested), "changes", alt)
    markup.show(markup.source(release.short, len(tested)))
    st.caption(
        _(
            "Each line is the {level} interval of one change; the finding holds for all units of the category "
            "together, so a line may exclude zero although the change is unclear. Different people voted in the "
            "two rounds."
        ).format(level=level)
    )

if len(rows):
    st.subheader(_("Table"))
    if rows["remark"].any():
        st.caption(
            _(
                "Place up or down: only if the two ranges of places do not overlap (ranked: {before}, then "
                "{after}). Needs attention: changed under a less strict test, whose list contains about 5% "
                "false findings."
            ).format(before=found.ranked_from, after=found.ranked_to)
        )
    selected = change_tables.show_changes(rows, found, decimals, "changes_table")
    for row in selected.selection.rows:
        layout.unit_link(rows["unit_code"][row], rows["unit_name"][row], later.id)
    change_tables.show_notes(found)
    sheet = partial(changes_sheet, release, [found], language(), category)
    compared = _("compared with {round}").format(round=earlier.id)
    downloads.table(
        "changes", later, sheet, depends=(earlier.id, category), of=f"{compared}, {layout.category_name(category)}"
    )
else:
    st.info(_("No unit of this category has a score in both rounds."))

if len(found.left_out):
    st.subheader(_("Not compared"))
    change_tables.show_left_out(found)
