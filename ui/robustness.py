"""Robustness on the bottom page: whether the list depends on a particular choice of rules."""

import math
from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from results.ranking.robustness import Margin, Robustness
from results.ranking.rule_grid import KINDS
from ui import charts, guard, layout, markup, printing, tables
from ui.grids import number_column, rounded
from ui.i18n import _, language


def show(found: Robustness, names: dict[str, str], depends: tuple[str, ...]) -> None:
    """Show the strip of rules, the margins of weights and points, and the list of rules tried.

    depends : release, round, category and language.
    """
    rows = found.rows[found.rows["times"] > 0].iloc[::-1].reset_index(drop=True)
    st.caption(
        _(
            "By score alone, ignoring uncertainty: {count} equally defensible rules, each of which changes one "
            "assumption."
        ).format(count=len(found.rules))
    )
    if rows.empty:
        st.markdown(_("No rule in the grid puts a unit at the bottom."))
    else:
        draw = partial(charts.robustness_strip, found, rows.head(charts.MOST_STRIP), narrow=guard.on_phone())
        charts.show_kept(depends, draw, "robustness", _("Which rules put which unit at the bottom."))
        markup.show(markup.source(depends[0][:16], len(names)))
    for row in rows[rows["only"].notna()].itertuples():
        kind = _(KINDS[str(row.only)])
        text = _("{unit} is at the bottom only through one kind of assumption: {kind}.").format(
            unit=row.unit_name, kind=kind
        )
        st.markdown("- " + layout.plain(text))
    for sentence in found.sentences(language()):
        st.caption(layout.plain(sentence))
    if found.intervals is not None:
        _show_margin(found.intervals, names, share=True)
    if found.steps is not None:
        _show_margin(found.steps, names, share=False)
    with st.expander(_("The rules that were tried")):
        st.markdown("\n".join(f"- {layout.plain(rule.sentence(language()))}" for rule in found.rules))


def _show_margin(margin: Margin, names: dict[str, str], share: bool) -> None:
    """Show how far each weight or step between grades can change while the list stays the same."""
    number = (lambda value: tables.percent(value)) if share else (lambda value: tables.number(value, 1))
    head = _("Evaluator group") if share else _("Step from this grade to the next")
    shown = pd.DataFrame(
        {
            head: margin.table["name"],
            _("Now"): rounded(margin.table["value"], 1, percent=share),
            _("The list stays the same from"): rounded(margin.table["low"], 1, percent=share),
            _("to"): rounded(margin.table["high"], 1, percent=share),
        }
    )
    alt = _("How far each weight can change.") if share else _("How far the points of the grades can change.")
    columns: dict[str, ColumnConfig | str | None] = {
        str(name): number_column(str(name), 1, percent=share) for name in list(shown)[1:]
    }
    key = f"margin_{'weights' if share else 'steps'}"
    printing.grid(shown, hide_index=True, key=key, column_config=columns, alt=alt)
    st.caption(layout.plain(_smallest(margin, names, number, share)))


def _smallest(margin: Margin, names: dict[str, str], number: Callable[[object], str], share: bool) -> str:
    if not math.isfinite(margin.smallest_change):
        return _("No weights change the list.") if share else _("No points of the grades change the list.")
    out, into = (names.get(str(code), str(code)) for code in (margin.first_out, margin.first_in))
    if margin.smallest_change == 0:
        return _("{out} and {into} are equal at the border: any change can separate them.").format(out=out, into=into)
    sentence = (
        _(
            "If all weights may change at once, the list first changes when a weight changes by {change}: {out} "
            "leaves and {into} enters."
        )
        if share
        else _(
            "If all points may change at once, the list first changes at {change} points: {out} leaves and {into} "
            "enters."
        )
    )
    return sentence.format(change=number(margin.smallest_change), out=out, into=into)
