"""State of a review, its preview, and the register with the form that adds to it."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

import settings
from data.model.working_days import LONGEST_PERIOD
from data.store.kept_entries import HandedIn
from data.store.objections import (
    FIGURES,
    Claim,
    Register,
    give_preview,
    object_to,
    refused_objection,
    refused_preview,
    register,
)
from data.store.release import Round
from data.store.review import STATES
from data.store.round_status import STATUSES
from errors import BiaochiError
from formats.spreadsheet import Sheet
from i18n import N_, PUNCTUATION, translate
from reports.objection_table import counted, rows
from results.comparison.reviewed_figures import previewed
from results.fields import headers
from results.labels import person
from results.public_notice import shown_day
from ui import cached, downloads, guard, layout, problem_table, tables
from ui.i18n import _, language

DONE = "objections_done"
SHOWN = ("objection", "unit_name", "figure", "text", "by", "received", "due", "state", "reason")


def done() -> None:
    """Show the result of the last step in a place of the page that always exists: what follows stays open as it was."""
    place = st.empty()
    if message := st.session_state.pop(DONE, None):
        place.success(message)


ACTION_OF = {
    "preview": "give_preview",
    "objection": "register_objection",
    "ruling": "rule_objection",
    "withdrawal": "register_objection",
    "correction": "publish",
    "sent": "record_delivery",
    "received": "record_delivery",
}
"""Step of this page -> the action of the table of roles."""


def carry_out(step: Callable[[], object], message: str, key: str) -> None:
    """Run a step of the store, then rerun the page; a refusal is shown in place of the button."""
    try:
        guard.require(ACTION_OF[key])
        step()
    except BiaochiError as refusal:
        problem_table.show_error(refusal, key)
    else:
        st.session_state[DONE] = message
        st.rerun()


def register_of(round_id: str) -> Register:
    """Return the register of a round today. Never cached: another person may add to it."""
    return register(cached.store(), round_id, date.today())


def show_state(found: Register) -> None:
    """Show the status of the round, the terms, and how many objections there are of each kind."""
    status = cached.store().status(found.round)
    sentences = [_("Status of the round: {status}.").format(status=_(STATUSES[status.code]))]
    if found.last_term:
        last = found.last_term.last
        message = (
            _("Objections are in time until {day}.")
            if date.today() <= last.day
            else _("The term of objections ended on {day}.")
        )
        sentences.append(message.format(day=shown_day(last, language())))
    sentences.append(counted(found, language()))
    st.markdown(layout.plain(PUNCTUATION[language()].gap.join(sentences)))


# --- preview -----------------------------------------------------------------------------------------------------


def preview(round_: Round, found: Register) -> None:
    """Show the units that get a preview, and the form that begins the term, or why it cannot begin."""
    if found.previewed:
        days, first = found.preview["days"], found.preview["day"]
        st.caption(
            _("Given on {day} by {user}, with a term of {days} working days; the first day is not counted.").format(
                day=first, user=layout.plain(person(found.previewed.user, language())), days=days
            )
        )
        _units(found.preview["units"], round_)
        return
    if refusal := refused_preview(cached.store(), round_.id):
        st.info(layout.plain(refusal.sentence(language())))
        return
    units = previewed(round_)
    st.caption(
        _(
            "The rule names these units, or the votes do not settle their case. They get a preview: begin the term, "
            "then make their letters below."
        )
    )
    _units(units, round_)
    left, right = st.columns(2)
    usual = settings.load().objection_days
    days = left.number_input(
        _("Term for objections, working days"), min_value=1, max_value=LONGEST_PERIOD, value=usual, key="preview_days"
    )
    first = right.date_input(_("Day on which the units got it"), value="today", max_value="today", key="preview_day")
    if not isinstance(first, date):
        return
    last = cached.store().calendar().add_working_days(first, days)
    st.caption(_("Units may object until {day}.").format(day=shown_day(last, language())))
    if guard.can("give_preview") and st.button(_("Begin the term"), key="preview_give", type="primary"):
        step = partial(give_preview, cached.store(), round_.id, units, round_.release.id, days, first)
        message = _("The term has begun; units may object until {day}.").format(day=shown_day(last, language()))
        carry_out(partial(step, layout.user() or ""), message, "preview")


def _units(units: list[dict[str, object]], round_: Round) -> None:
    decimals = round_.scored_rules.presentation.decimals
    shown = pd.DataFrame(
        {
            _("Unit"): [unit["unit_name"] for unit in units],
            _("Category"): [layout.category_name(str(unit["category"])) for unit in units],
            _("Votes"): [unit["n"] for unit in units],
            _("Score"): [tables.number(unit["score"], decimals) for unit in units],
            _("Place"): [tables.place(unit["rank"], unit["rank_tied_to"]) for unit in units],
            _("Verdict"): [tables.verdict(unit["verdict"]) for unit in units],
        }
    )
    with st.expander(_("Units of the preview: {count}").format(count=len(units)), expanded=len(units) <= 6):
        tables.written(shown, _("Units that get a preview, with their figures."))


# --- register ----------------------------------------------------------------------------------------------------


def show_register(round_: Round, found: Register) -> None:
    """Show every objection with clock and state, and the download of the register."""
    if not found.lines:
        st.caption(_("No objection was registered."))
        return
    titles = headers("objections")
    listed = rows(found, language())
    shown = pd.DataFrame({_(titles[name]): [row[name] for row in listed] for name in SHOWN})
    tables.written(shown, _("Objections with clock and state."))
    sheet = partial(_sheet, found, language())
    downloads.table("objections", round_, sheet, depends=(str(len(cached.store().history())),), keys=False)


def _sheet(found: Register, words: str) -> Sheet:
    titles = headers("objections")
    own = [[row[name] for name in titles] for row in rows(found, words)]
    names = [translate(title, words) for title in titles.values()]
    about = [(translate(N_("Rows"), words), len(own))]
    return Sheet(translate(N_("Register of objections"), words), names, own, about, translate(N_("About"), words))


def add(round_: Round, found: Register) -> None:
    """Show the form that registers an objection, or why none is registered now; it is empty for every objection."""
    turn = len(found.lines)
    with st.expander(_("Register an objection")):
        if refusal := refused_objection(cached.store(), round_.id):
            st.info(layout.plain(refusal.sentence(language())))
            return
        units = dict(zip(round_.units["unit_code"], round_.units["unit_name"], strict=True))
        left, right = st.columns(2)
        code = left.selectbox(_("Unit"), sorted(units), format_func=units.__getitem__, key=f"objection_unit_{turn}")
        words = {name: _(word) for name, word in FIGURES.items()}
        figure = right.selectbox(
            _("Objects to"), list(words), format_func=words.__getitem__, key=f"objection_figure_{turn}"
        )
        text = st.text_area(_("Grounds"), key=f"objection_text_{turn}")
        by = left.text_input(_("Objector"), key=f"objection_by_{turn}")
        received = right.date_input(
            _("Received on"), value="today", max_value="today", key=f"objection_received_{turn}"
        )
        handed = st.file_uploader(_("Evidence files"), accept_multiple_files=True, key=f"objection_files_{turn}")
        complete = bool(text.strip() and by.strip() and isinstance(received, date))
        if guard.can("register_objection") and st.button(
            _("Register the objection"), key="objection_add", disabled=not complete
        ):
            files = tuple(HandedIn(file.name, file.getvalue()) for file in handed or ())
            day = received if isinstance(received, date) else None
            _register(round_.id, Claim((code, units[code]), figure, text, by, day, files))


def _register(round_id: str, claim: Claim) -> None:
    def step() -> None:
        days = settings.load().ruling_days
        object_to(cached.store(), round_id, claim, days, layout.user() or "")

    message = _("The objection of {unit} is registered.").format(unit=layout.plain(claim.unit[1]))
    carry_out(step, message, "objection")


def line_names(found: Register) -> dict[int, str]:
    """Return number -> an objection in a list of choices: number, unit, state."""
    return {line.number: f"{line.number} · {line.claim['unit_name']} · {_(STATES[line.state])}" for line in found.lines}
