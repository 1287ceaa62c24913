"""Statements on a unit, always with votes, interval and verdict."""

import streamlit as st

from data.model.rule_sets import RuleSet
from ui import layout, tables
from ui.i18n import _

SHAPES = {"confirmed": "◆", "undecided": "○", "cleared": "●", "not_ranked": "–"}


def show(row: dict, sentences: list[str], rules: RuleSet) -> None:
    """Show a unit: its figures in a line, then the sentences."""
    decimals = rules.presentation.decimals
    with st.container(border=True):
        st.markdown(f"**{SHAPES[row['verdict']]} {layout.plain(row['unit_name'])}** · {tables.verdict(row['verdict'])}")
        st.caption(
            _("{n} votes · score {score} ({interval}) · place {place}, allowed {places}").format(
                n=f"{row['n']:,}",
                score=tables.number(row["score"], decimals),
                interval=tables.interval(row["score_low"], row["score_high"], decimals, rules.scale),
                place=tables.place(row["rank"], row["rank_tied_to"]),
                places=tables.places(row["rank_best"], row["rank_worst"]),
            )
        )
        for sentence in sentences:
            st.markdown(layout.plain(sentence))
