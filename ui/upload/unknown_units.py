"""Unknown unit names, which the user maps to units of the register once."""

from collections.abc import Sequence

import streamlit as st

from data.intake.corrections import FaultyCell
from data.model.contract import fields
from data.model.names import match_key
from data.store.history import user
from data.store.rounds import read_register
from errors import BiaochiError
from i18n import N_
from problems import Problem
from ui import cached, guard, layout
from ui.i18n import _
from ui.upload.corrections import listed

MOST_SHOWN = 30  # select boxes; more unknown names mean the wrong register
ALIAS_KINDS = {
    "全称": N_("Full name"),
    "简称": N_("Short name"),
    "省略市字": N_("Without the word for city"),
    "加市名": N_("With the name of the city"),
    "曾用名": N_("Former name"),
    "挂牌名": N_("Name on a second plate"),
    "错写": N_("Misspelling"),
}
USUAL_KIND = "简称"  # the most frequent kind in office files


def confirm(cells: Sequence[FaultyCell], round_id: str, turn: int) -> list[Problem] | None:
    """Let the user map unknown names to units. Return None until confirmed, then problems (empty if saved)."""
    asked = unknown_names(cells)
    register = read_register(cached.store().uploads_in_force(), round_id)
    if not asked or register is None:
        return None
    codes = register.codes()
    kinds = next(field.choices for field in fields("unit_alias") if field.name == "kind")
    with st.expander(_("Names the register does not have: {count}").format(count=len(asked))):
        st.caption(
            _(
                "If a name refers to a unit of the register, confirm it once: the alias is saved under your name "
                "and applies to every round. Correct typing errors in the table below instead."
            )
        )
        with st.form(f"unit_names_{turn}", border=False):
            kind = st.selectbox(
                _("Kind of these names"),
                kinds,
                index=kinds.index(USUAL_KIND),
                format_func=lambda kind: _(ALIAS_KINDS[kind]),
                key=f"unit_names_kind_{turn}",
                width=260,
            )
            chosen = {}
            for place, (name, close) in enumerate(list(asked.items())[:MOST_SHOWN]):
                left, right = st.columns(2, vertical_alignment="center")
                left.text(name)
                known = [word for word in close if match_key(word) in codes]
                chosen[name] = right.selectbox(
                    _("means"),
                    ["", *known],
                    format_func=lambda word: word or _("— not confirmed —"),
                    key=f"unit_name_{turn}_{place}",
                    label_visibility="collapsed",
                )
            if len(asked) > MOST_SHOWN:
                st.caption(_("The first {count} names are shown; the rest follow.").format(count=MOST_SHOWN))
            if not st.form_submit_button(_("Confirm these names")):
                return None
    meant = {name: codes[match_key(word)] for name, word in chosen.items() if word}
    return _keep(meant, kind, round_id) if meant else None


def unknown_names(cells: Sequence[FaultyCell]) -> dict[str, list[str]]:
    """Return the distinct unknown names, each with the proposed units."""
    return {
        cell.text: close for cell in cells if cell.problem.code == "unknown_unit" and (close := listed(cell, "close"))
    }


def _keep(meant: dict[str, str], kind: str, round_id: str) -> list[Problem]:
    problems: list[Problem] = []
    for name, code in meant.items():
        try:
            guard.require("correct")
            report = cached.store().confirm_alias(name, code, kind, layout.user() or user(), round_id=round_id)
        except BiaochiError as refusal:
            layout.show_refusal(refusal)
            return problems
        problems += [] if report.stored else report.problems
    return problems
