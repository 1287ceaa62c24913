"""Glance, picture, settings and worked examples of the page of a scheme."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from reports import measure_words
from results.contributions import Chosen, Scheme, counts_of
from ui import cached, charts, layout, printing, tables
from ui.grids import from_texts
from ui.i18n import _, language

T = TypeVar("T")
MOST_FIGURES = 4
BESIDE = 430
"""Pixels that a table next to a picture has at 1366."""


def kept(chosen: Chosen, name: str, make: Callable[[Any], T]) -> T:
    """Return the answer to a question, kept for all sessions: the same question of a release has the same answer."""
    asked = chosen.asked
    key = (
        *(chosen.scheme.name, name, asked.release, asked.rules, asked.as_of.isoformat()),
        *(asked.period.first.isoformat(), asked.period.last.isoformat(), asked.by, chosen.unit, chosen.place),
    )
    return cached.kept(key, partial(make, chosen))


def glance(chosen: Chosen, rows: pd.DataFrame, measures: Sequence[str | tuple[str, ...]]) -> None:
    """Show at most four figures, each with its base and its day. rows : `schemes.frame.ROW`, not divided.

    measures : a tuple shows its first measure as the figure and the others in a line each below it.
    """
    by_name = {row["measure"]: row for row in rows.to_dict("records")}
    wanted = [(name,) if isinstance(name, str) else name for name in measures[:MOST_FIGURES]]
    shown = [names for names in wanted if names[0] in by_name]
    with st.container(border=True):
        for column, names in zip(st.columns(max(len(shown), 1)), shown, strict=False):
            with column.container(gap=None):  # close together: glance and picture share the first screen
                _figure(chosen, by_name[names[0]])
                for name in names[1:]:
                    _below(chosen, by_name[name], by_name[names[0]])


def _figure(chosen: Chosen, row: Mapping[Any, Any]) -> None:
    counts, words = counts_of(chosen.scheme)[row["measure"]], language()
    of_what = chosen.scheme.word(row["of_what"])
    value = measure_words.value_words(row, counts, words)
    st.metric(_(chosen.scheme.word(row["measure"])), value)
    base = measure_words.base_words(row, counts, of_what, words)
    st.caption(layout.plain(_("{base}, as of {day}").format(base=base, day=row["as_of"])))
    if row["value"] is None:
        st.caption(layout.plain(measure_words.evidence_words(row, counts, chosen.scheme.word, words)))


def _below(chosen: Chosen, row: Mapping[Any, Any], figure: Mapping[Any, Any]) -> None:
    """Show a further measure in a line below its figure; with its base, unless that is the figure's or the value."""
    counts, words = counts_of(chosen.scheme)[row["measure"]], language()
    value = measure_words.value_words(row, counts, words)
    if row["n"] == row["value"] or all(row[name] == figure[name] for name in ("n", "of_what")):
        facts = {"measure": _(chosen.scheme.word(row["measure"])), "value": value}
        st.caption(layout.plain(_("{measure}: {value}").format(**facts)))
        return
    base = measure_words.base_words(row, counts, chosen.scheme.word(row["of_what"]), words)
    facts = {"measure": _(chosen.scheme.word(row["measure"])), "value": value, "base": base}
    st.caption(layout.plain(_("{measure}: {value}, {base}").format(**facts)))


def picture(fig: go.Figure, table: pd.DataFrame, *, key: str, alt: str, caption: str, title: str = "") -> None:
    """Show the picture with the table of the same rows, which the keyboard reaches: to its right, or below if wide.

    alt, caption, title : in the reader's language.
    """
    if title:
        st.subheader(layout.plain(title))
    rows, formats = from_texts(table)
    beside = printing.table_width(table) <= BESIDE
    left, right = st.columns([3, 2]) if beside else (st.container(), st.container())
    height: int | Literal["auto"] = (fig.layout.height if beside else None) or "auto"
    with left:
        charts.show(fig, key, alt)
    with right:
        printing.grid(rows, hide_index=True, key=f"{key}_table", height=height, column_config=formats, alt=alt)
    st.caption(layout.plain(caption))


def settings(scheme: Scheme, rules: Any) -> None:
    """Show every setting with its reason and source. rules : `schemes.rules.Rules`."""
    st.caption(layout.plain(_("Settings {name}").format(name=rules.name)))
    names = list(rules.why)
    shown = pd.DataFrame(
        {
            _("Setting"): [_(scheme.word(name)) for name in names],
            _("Value"): [_value(getattr(rules.settings, name)) for name in names],
            _("Why"): [rules.why[name] for name in names],
            _("Source"): [rules.source.get(name, "") for name in names],
        }
    )
    tables.written(shown, _("Settings of the scheme with their reasons."))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _(", ").join(f"{name} {value[name]}" for name in value) or "–"
    if isinstance(value, tuple):
        return _(", ").join(map(str, value))
    return str(value)


def worked(scheme: Scheme, examples: Sequence[Any], words: Callable[[Any], tuple[str, str, str]]) -> None:
    """Show the worked examples of a scheme, which its tests recompute: inputs and the values that follow.

    words : section, inputs and results of an example in the reader's language.
    """
    facts = [words(example) for example in examples]
    shown = pd.DataFrame(
        {
            _("Section"): [section for section, _given, _result in facts],
            _("Case"): [example.case for example in examples],
            _("Given"): [given for _section, given, _result in facts],
            _("Result"): [result for _section, _given, result in facts],
        }
    )
    rows, formats = from_texts(shown)
    alt = _("Worked examples of the scheme.")
    printing.grid(rows, hide_index=True, key=f"worked_{scheme.name}", column_config=formats, alt=alt)
