"""方法 · Methods: docs/method/{zh,en}.md with its tables and chart."""

from functools import partial

import pandas as pd
import streamlit as st

from i18n import N_
from results import method_text
from results import worked_examples as cases
from results.ranking.funnel import FEWEST
from schemes import OTHER_SCHEMES
from schemes.worked_examples import in_words, worked_examples
from ui import address, cached, charts, layout, markup, printing, tables
from ui import schemes as parts
from ui.grids import from_texts
from ui.i18n import _, language


def _funnel_section() -> None:
    """Show the funnel plot of a round and category."""
    rounds = cached.scored_rounds(release)
    if not rounds:
        return
    st.subheader(_("Scores outside the usual range"))
    left, right = st.columns([1, 3])
    round_ = cached.round_of(release, address.choose("round", rounds, left.selectbox, _("Round"), str))
    categories = [family.name for family in cached.families(round_)]
    category = address.choose("category", categories, right.selectbox, _("Category"), layout.category_name)
    found = cached.funnel(round_, category)
    if found is None or found.rows.empty:
        st.info(_("No ranked unit matches this choice."))
        return
    charts.show(
        charts.funnel_chart(found.rows, found.curves, found.limits.theta0),
        "funnel",
        _("Scores against effective ballots with 95% and 99.8% limits; the lowest units outside are named."),
    )
    markup.show(markup.source(release.short, len(found.rows)))
    st.caption(
        _(
            "Effective ballots: the number that would give the same precision in a simple random sample. The "
            "limits allow for sampling error and the usual spread between units (standard deviation {spread} "
            "points), so a marker outside them is unusual for its category. If a unit is outside the 99.8% "
            "limits, examine why. This does not mean that the unit is at the bottom."
        ).format(spread=tables.number(found.limits.tau2**0.5))
    )
    if len(found.rows) < FEWEST:
        st.caption(
            _(
                "With fewer than {count} units the usual spread cannot be estimated; the limits allow for chance alone."
            ).format(count=FEWEST)
        )


def _worked_table() -> None:
    """Show the worked example of six units: claims and places."""
    units = cases.six_units().units
    shown = pd.DataFrame(
        {
            _("Unit"): units["name"],
            _("Score"): units["score"],
            _("Rank"): units["rank"],
            _("Places from"): units["best"],
            _("Places to"): units["worst"],
            _("p for the bottom"): units["confirm_raw"],
            _("after Holm"): units["confirm_p"],
            _("p against it"): units["clear_raw"],
            _("then after Holm"): units["clear_p"],
            _("Verdict"): [tables.verdict(code) for code in units["verdict"]],
        }
    )
    printing.grid(shown, hide_index=True, key="worked", height="content", alt=_("Six units, worked by hand"))


def _attainment_table() -> None:
    """Show the worked examples of pledges: how far each was kept."""
    pledges = cases.attainment_cases()
    shown = pd.DataFrame(
        {
            _("Case"): [_(cases.CASES[case]) for case in pledges["case"]],
            _("Better"): [_("higher") if direction == "higher" else _("lower") for direction in pledges["direction"]],
            _("Last year"): pledges["baseline"].map(_brief),
            _("Target"): pledges["target"].map(_brief),
            _("Reached"): pledges["actual"].map(_brief),
            _("Met"): [_("not known") if met is pd.NA else _("yes") if met else _("no") for met in pledges["met"]],
            _("Completion %"): pledges["completion"].map(_brief),
            _("Progress %"): pledges["progress"].map(_brief),
        }
    )
    rows, formats = from_texts(shown)
    wide = {**formats, _("Case"): st.column_config.Column(width=250)}
    printing.grid(
        rows, hide_index=True, key="attainment", height="content", column_config=wide, alt=_("Worked pledges")
    )


def _brief(value: float) -> str:
    """Return a number of a worked pledge, or an empty text if it is not defined."""
    return "" if pd.isna(value) else f"{round(value, 1):g}"


def _rules_in_force() -> None:
    """Show the rule set of a round that the reader chooses."""
    st.subheader(_("Rule set in force"))
    round_ = layout.choose_round(release)
    if round_.rules is None:
        st.info(_("This round holds a register but no ballots yet."))
    else:
        tables.show_rules(round_.rules)


def _show(block: str) -> None:
    """Show a block of the text with the fitting Streamlit element."""
    if table := method_text.TABLE.fullmatch(block):
        DRAWN[table[1]]()
    elif block.startswith("## "):
        st.subheader(block.removeprefix("## "))
    elif block.startswith("$$"):
        st.latex(block.strip("$\n"))
    else:
        st.markdown(block)


DRAWN = {
    "worked": _worked_table,
    "attainment": _attainment_table,
    "funnel": _funnel_section,
    "rules": _rules_in_force,
}
release = layout.page(N_("Methods"))
for part in method_text.blocks(language(), layout.plain):
    _show(part)
for scheme in OTHER_SCHEMES:
    st.subheader(_(scheme.title))
    st.caption(_("Worked examples, which the tests of the program recompute."))
    parts.worked(scheme, worked_examples(scheme.name), partial(in_words, language=language()))
