"""Tables of changes between two rounds: scores, intervals, findings and remarks in words."""

import pandas as pd
import streamlit as st
from streamlit.elements.arrow import DataframeState
from streamlit.elements.lib.column_types import ColumnConfig

from i18n import N_
from results.comparison.year_on_year import DOWN, LEFT_OUT_SENTENCES, SAME, SCREENING, STATEMENT_NAMES, UP, Changes
from results.labels import REASON_SENTENCES, REASONS
from results.number_format import number, signed_interval
from ui import printing
from ui.grids import number_column, rounded, signed_column, whole
from ui.i18n import _
from ui.layout import plain
from ui.tables import written

POSITION_NAMES = {UP: N_("place up"), DOWN: N_("place down")}
PLACES = ("rank_best_from", "rank_worst_from", "rank_best_to", "rank_worst_to")
MOST_ROWS = 60
"""Rows shown at full height; a longer table scrolls."""


def change_rows(found: Changes, decimals: int) -> pd.DataFrame:
    """Return the compared units with scores, votes, finding and remarks in words."""
    rows = found.rows
    pairs = zip(rows["score_from"], rows["score_to"], strict=True)
    votes = zip(rows["n_from"], rows["n_to"], strict=True)
    return rows.assign(
        scores=[f"{number(a, decimals)} → {number(b, decimals)}" for a, b in pairs],
        votes=[f"{a} → {b}" for a, b in votes],
        interval=[signed_interval(a, b, decimals) for a, b in zip(rows["low"], rows["high"], strict=True)],
        finding=["–" if pd.isna(code) else _(STATEMENT_NAMES[code]) for code in rows["statement"]],
        p_words=[p_words(p) for p in rows["p_holm"]],
        remark=[_remark(row) for row in rows.to_dict("records")],
    )


def show_changes(rows: pd.DataFrame, found: Changes, decimals: int, key: str) -> DataframeState:
    """Show the compared units as a table with single-row selection."""
    alone = _("Of the change, one unit at a time.")
    shown = pd.DataFrame(
        {
            "unit_name": rows["unit_name"],
            "finding": rows["finding"],
            "change": rounded(rows["change"], decimals),
            "low": rounded(rows["low"], decimals),
            "high": rounded(rows["high"], decimals),
            **{name: rounded(rows[name], decimals) for name in ("score_from", "score_to")},
            **{name: whole(rows[name]) for name in PLACES},
            **{name: whole(rows[name]) for name in ("n_from", "n_to")},
            "remark": rows["remark"],
        }
    )
    untested = [] if found.tested else ["finding", "change", "low", "high"]
    return printing.grid(
        shown.drop(columns=untested + ([] if rows["remark"].any() else ["remark"])),
        hide_index=True,
        key=key,
        height="content" if len(rows) <= MOST_ROWS else "auto",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "unit_name": st.column_config.TextColumn(_("Unit"), width=150),
            "finding": st.column_config.TextColumn(
                _("Change found"), width=110, help=_("Holds for all units of the category together.")
            ),
            "change": signed_column(_("Change"), decimals, width=65),
            "low": signed_column(_("Interval from"), decimals, width=80, help=alone),
            "high": signed_column(_("Interval to"), decimals, width=70, help=alone),
            **_of_rounds("score", _("Score {round}"), found, decimals),
            **_of_rounds("rank_best", _("Places from {round}"), found, 0),
            **_of_rounds("rank_worst", _("Places to {round}"), found, 0),
            **_of_rounds("n", _("Votes {round}"), found, 0),
            "remark": st.column_config.TextColumn(_("Remark"), width=150),
        },
        alt=_("The compared units with both scores, the change, its interval and the finding."),
    )


def _of_rounds(name: str, words: str, found: Changes, decimals: int) -> dict[str, ColumnConfig | str | None]:
    """Return the columns of a figure in both rounds."""
    rounds = {"from": found.round_from, "to": found.round_to}
    return {f"{name}_{end}": number_column(words.format(round=own), decimals, width=60) for end, own in rounds.items()}


def show_notes(found: Changes) -> None:
    """Show which units were renamed, changed category, or have no place in one of the rounds."""
    sentences = []
    for row in found.rows.to_dict("records"):
        if not pd.isna(row["old_name"]):
            sentences.append(_("{unit} was {name} in {round}.").format(**_origin(row["old_name"], row, found)))
        if not pd.isna(row["moved_from"]):
            sentence = _("{unit} was in the category {name} in {round}; its places are not compared.")
            sentences.append(sentence.format(**_origin(row["moved_from"], row, found)))
        if not pd.isna(row["reason"]):
            sentence = _("{unit} has no place in one of the rounds: {reason}.")
            sentences.append(sentence.format(unit=plain(row["unit_name"]), reason=_(REASONS[row["reason"]])))
    if sentences:
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def show_left_out(found: Changes) -> None:
    """Show the units that are not compared, each with the reason."""
    sentences = REASON_SENTENCES | LEFT_OUT_SENTENCES
    shown = found.left_out[["unit_name", "round"]].assign(
        reason=[_(sentences[why]) for why in found.left_out["reason"]]
    )
    heads = {"unit_name": _("Unit"), "round": _("Round"), "reason": _("Reason")}
    written(shown.rename(columns=heads), _("The units that are not compared, with the reason."))


def _origin(name: str, row: dict, found: Changes) -> dict[str, str]:
    return {"unit": plain(row["unit_name"]), "name": plain(name), "round": plain(found.round_from)}


def p_words(p: float) -> str:
    """Return a p-value with three decimals (0.012), since more digits would suggest false precision."""
    if pd.isna(p):
        return "–"
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def _remark(row: dict) -> str:
    """Return a remark: whether the place moved, and whether the unit is on the screening list."""
    parts = []
    position = row["position"]
    if not pd.isna(position) and position in POSITION_NAMES:
        parts.append(_(POSITION_NAMES[position]))
    if row["p_bh"] <= SCREENING and row["statement"] == SAME:
        parts.append(_("needs attention"))
    return _("; ").join(parts)
