"""Display of the differences between two releases: sentences, then a table by unit."""

import pandas as pd
import streamlit as st

from results.comparison.release_diff import CHANGES, Comparison, RoundDifference, verdict_word
from ui import layout, tables
from ui.i18n import _, language

SHOWN_AT_ONCE = 12  # a table of more units starts collapsed


def show(found: Comparison, key: str) -> None:
    """Show every round that differs, or a sentence if none does; `key` identifies the comparison on the page."""
    if not found.rounds:
        st.info(found.sentences(language())[0])
    for number, difference in enumerate(found.rounds):
        head, *told = difference.sentences(language())
        st.markdown(f"**{layout.plain(head)}**")
        if told:
            st.markdown("\n".join(f"- {layout.plain(sentence)}" for sentence in told))
        if difference.change == "changed" and len(difference.units):
            with st.expander(_("Unit by unit"), expanded=len(difference.units) <= SHOWN_AT_ONCE):
                _show_units(difference, f"{key}_{number}")


def _show_units(difference: RoundDifference, key: str) -> None:
    """Show the units that differ: changed verdicts first, then the largest changes of score."""
    units = difference.units
    verdicts = units["unit_code"].isin(difference.verdicts_changed["unit_code"])
    order = units.assign(verdict=~verdicts, size=-units["score_change"].abs().fillna(0.0))
    units = order.sort_values(["verdict", "size"], kind="stable", ignore_index=True)
    st.dataframe(
        pd.DataFrame(
            {
                _("Unit"): units["unit_name"],
                _("Change"): [_(CHANGES[change]) for change in units["change"]],
                _("Score"): _steps(units, "score", tables.number),
                _("Rank"): _steps(units, "rank", _whole),
                _("Verdict"): _steps(units, "verdict", lambda code: verdict_word(code, language()) or "–"),
                _("Votes"): _steps(units, "n", _whole),
            }
        ),
        hide_index=True,
        key=key,
        alt=_("Units that differ, each with score, place, verdict and votes before and after."),
    )


def _steps(units: pd.DataFrame, field: str, told) -> list[str]:
    """Return old and new value of every unit (88.12 → 87.40), or a single value if nothing changed."""
    pairs = ((told(old), told(new)) for old, new in zip(units[f"{field}_from"], units[f"{field}_to"], strict=True))
    return [old if old == new else f"{old} → {new}" for old, new in pairs]


def _whole(value: object) -> str:
    return "–" if value is None or pd.isna(value) else f"{int(value):,}"
