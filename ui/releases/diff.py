"""What differs between two releases, as the pages show it: in sentences, then unit by unit."""

import pandas as pd
import streamlit as st

from results.comparison.release_diff import CHANGES, Comparison, RoundDifference, verdict_word
from ui import layout, tables
from ui.i18n import _, language

SHOWN_AT_ONCE = 12  # units of a table that is not folded away


def show(found: Comparison, key: str) -> None:
    """Every round that differs; one sentence when none does. `key` tells several comparisons of a page apart."""
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
    """Units whose verdict changes stand first, then those whose score moves most."""
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
    """88.12 → 87.40 of every unit; one value where nothing changed."""
    pairs = ((told(old), told(new)) for old, new in zip(units[f"{field}_from"], units[f"{field}_to"], strict=True))
    return [old if old == new else f"{old} → {new}" for old, new in pairs]


def _whole(value: object) -> str:
    return "–" if value is None or pd.isna(value) else f"{int(value):,}"
