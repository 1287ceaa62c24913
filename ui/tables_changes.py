"""Changes between two rounds as people read them: scores, intervals, findings and remarks in words."""

import pandas as pd
import streamlit as st

from results.changes import DOWN, LEFT_OUT_SENTENCES, OVERLAPPING, SCREENING, UP, Changes
from results.columns import REASON_SENTENCES, REASONS
from ui.charts.changes import STATEMENT_NAMES
from ui.tables import interval, number, places
from ui.words import _
from words import N_

POSITION_NAMES = {UP: N_("Up"), DOWN: N_("Down"), OVERLAPPING: N_("Ranges overlap")}
TO = " → "


def signed(value: float, decimals: int = 2) -> str:
    """+0.51 or −1.91."""
    return f"{value:+.{decimals}f}".replace("-", "−")


def change_rows(found: Changes, decimals: int) -> pd.DataFrame:
    """Compared units with scores, votes, places, finding and remarks in words."""
    rows = found.rows
    pairs = zip(rows["score_from"], rows["score_to"], strict=True)
    votes = zip(rows["n_from"], rows["n_to"], strict=True)
    before = [places(a, b) for a, b in zip(rows["rank_best_from"], rows["rank_worst_from"], strict=True)]
    after = [places(a, b) for a, b in zip(rows["rank_best_to"], rows["rank_worst_to"], strict=True)]
    return rows.assign(
        scores=[f"{number(a, decimals)}{TO}{number(b, decimals)}" for a, b in pairs],
        interval=[_signed_interval(a, b, decimals) for a, b in zip(rows["low"], rows["high"], strict=True)],
        votes=[f"{a}{TO}{b}" for a, b in votes],
        places=[f"{a}{TO}{b}" for a, b in zip(before, after, strict=True)],
        finding=[_words(STATEMENT_NAMES, code) for code in rows["statement"]],
        position_words=[_words(POSITION_NAMES, code) for code in rows["position"]],
        p_words=[_p(p) for p in rows["p_holm"]],
        remark=[_remark(row) for row in rows.to_dict("records")],
    )


def show_changes(rows: pd.DataFrame, found: Changes, decimals: int, key: str):
    """The compared units as a table in which one row can be chosen."""
    columns = ["unit_name", "scores", "change", "interval", "finding", "p_words", "places", "position_words", "votes"]
    if not found.tested:
        columns = ["unit_name", "scores", "places", "votes"]
    columns += ["remark"] if rows["remark"].any() else []
    rounds = f"{found.round_from}{TO}{found.round_to}"
    return st.dataframe(
        rows[columns],
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "unit_name": st.column_config.TextColumn(_("Unit"), width="medium"),
            "scores": st.column_config.TextColumn(_("Score"), help=rounds),
            "change": st.column_config.NumberColumn(_("Change"), format=f"%+.{decimals}f"),
            "interval": st.column_config.TextColumn(_("Interval of the change")),
            "finding": st.column_config.TextColumn(_("Finding")),
            "p_words": st.column_config.TextColumn("p", help=_("For all units of the category together.")),
            "places": st.column_config.TextColumn(_("Places"), help=rounds),
            "position_words": st.column_config.TextColumn(_("Position")),
            "votes": st.column_config.TextColumn(_("Votes"), help=rounds),
            "remark": st.column_config.TextColumn(_("Remark"), width="medium"),
        },
        alt=_("The compared units with both scores, the change, its interval and the finding."),
    )


def show_left_out(found: Changes) -> None:
    """Units that are not compared, each with the reason."""
    sentences = REASON_SENTENCES | LEFT_OUT_SENTENCES
    shown = found.left_out[["unit_name", "round"]].assign(
        reason=[_(sentences[why]) for why in found.left_out["reason"]]
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="left_out",
        column_config={
            "unit_name": st.column_config.TextColumn(_("Unit")),
            "round": st.column_config.TextColumn(_("Round")),
            "reason": st.column_config.TextColumn(_("Reason"), width="large"),
        },
        alt=_("The units that are not compared, with the reason."),
    )


def _signed_interval(low: float, high: float, decimals: int) -> str:
    return interval(low, high) if pd.isna(low) else f"{signed(low, decimals)} – {signed(high, decimals)}"


def _words(names: dict[str, str], code: object) -> str:
    return "–" if pd.isna(code) else _(names[str(code)])


def _p(p: float) -> str:
    """0.012; more than three digits of a p-value would pretend too much."""
    if pd.isna(p):
        return "–"
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def _remark(row: dict) -> str:
    """Old name, old category, why there is no place, whether the screening list has the unit."""
    parts = []
    if not pd.isna(row["old_name"]):
        parts.append(_("formerly {name}").format(name=row["old_name"]))
    if not pd.isna(row["moved_from"]):
        parts.append(_("formerly in {category}").format(category=row["moved_from"]))
    if not pd.isna(row["reason"]):
        parts.append(_(REASONS[row["reason"]]))
    if row["p_bh"] <= SCREENING and row["statement"] == "not_distinguishable":
        parts.append(_("worth a look"))
    return _("; ").join(parts)
