"""Rulings by two people, objections that a unit withdraws, and the corrected release that a ruling leads to."""

from dataclasses import asdict
from functools import partial

import pandas as pd
import streamlit as st

import settings
from data.store.history import local_time, user
from data.store.objections import Register, Ruling, corrections, refused_ruling, take_back
from data.store.objections import correct as publish_correction
from data.store.objections import rule as record_ruling
from data.store.release import Round
from data.store.review import LATE, OUTCOMES, UNSETTLED, UPHELD
from i18n import PUNCTUATION
from results.comparison.reviewed_figures import corrected
from results.labels import VERDICTS, person
from results.quality.before_publishing import review
from ui import cached, guard, layout, tables
from ui.i18n import _, language
from ui.objections.page import carry_out, line_names
from ui.releases import second_person

SHOWN = "ruling_shown"  # objection that the page showed last


def rule(found: Register) -> None:
    """Show the form of a ruling on an objection that waits for it."""
    if not guard.can("rule_objection"):
        return
    waiting = [line.number for line in found.lines if line.state in (*UNSETTLED, LATE)]
    _tell_of_others(waiting)
    if not waiting:
        st.caption(_("No objection waits for a ruling."))
        return
    names = line_names(found)
    number = st.selectbox(_("Objection"), waiting, format_func=names.__getitem__, key="ruling_number", width=520)
    st.session_state[SHOWN] = number
    _claim(found, number)
    words = {code: _(word) for code, word in OUTCOMES.items()}
    outcome = st.segmented_control(_("Ruling"), list(words), format_func=words.__getitem__, key=f"ruling_{number}")
    reason = st.text_area(_("Reason of the ruling"), key=f"ruling_reason_{number}")
    corrects, public = _data_change(outcome, number)
    left, right = st.columns(2)
    by = left.text_input(_("Ruled by"), value=layout.user() or "", key="ruling_by")
    asks = guard.two_people("rule_objection")  # the second person confirms in another session
    second = "" if asks else right.text_input(_("Confirmed by (a second person)"), key="ruling_second")
    named = bool(by.strip() and (asks or second.strip()))
    complete = bool(outcome and reason.strip() and named and (public.strip() or not corrects))
    if st.button(_("Record the ruling"), key="ruling_record", type="primary", disabled=not complete) and outcome:
        signed_in = bool(settings.load().login) and layout.user() == second.strip()
        ruling = Ruling(outcome, reason, second, corrects, public, by, signed_in)
        given = {"objection": number, "ruling": asdict(ruling)}
        if second_person.waits("rule_objection", "ruling", reason, round_id=found.round, **given):
            return
        message = _("The ruling on objection {number} is recorded.").format(number=number)
        carry_out(partial(_record, number, ruling), message, "ruling")
    _withdraw(number)


def _tell_of_others(waiting: list[int]) -> None:
    """Say who settled the objection that this page showed last, if somebody else did so in the meantime."""
    shown = st.session_state.pop(SHOWN, None)
    refusal = refused_ruling(cached.store(), shown) if shown is not None and shown not in waiting else None
    if refusal is not None:
        st.warning(layout.plain(refusal.sentence(language())))


def _record(number: int, ruling: Ruling) -> None:
    record_ruling(cached.store(), number, ruling, layout.user() or "")
    st.session_state.pop(SHOWN, None)


def _claim(found: Register, number: int) -> None:
    """Show what the objection says and what was handed in."""
    line = next(line for line in found.lines if line.number == number)
    st.markdown(layout.plain(line.claim["text"]))
    for file in line.claim["evidence"]:
        st.caption(layout.plain(f"{file['name']} · {file['size']:,} B · SHA-256 {file['sha256']}"))


def _data_change(outcome: str | None, number: int) -> tuple[bool, str]:
    """Ask whether the ruling changes data, and for the reason that may be published then."""
    if outcome != UPHELD:
        return False, ""
    corrects = st.checkbox(_("The ruling changes data: a corrected release follows"), key=f"ruling_corrects_{number}")
    if not corrects:
        return False, ""
    hint = _("The public page prints it next to the old and the new verdict. It names no person and no single ballot.")
    return True, st.text_input(_("Reason as it may be published"), key=f"ruling_public_{number}", help=hint)


def _withdraw(number: int) -> None:
    with st.expander(_("The unit withdraws this objection")):
        reason = st.text_input(_("Reason"), key="withdraw_objection_reason")
        if st.button(_("Record the withdrawal"), key="withdraw_objection", disabled=not reason.strip()):
            message = _("Objection {number} is recorded as withdrawn.").format(number=number)
            carry_out(partial(_take_back, number, reason), message, "withdrawal")


def _take_back(number: int, reason: str) -> None:
    take_back(cached.store(), number, reason, layout.user() or "")
    st.session_state.pop(SHOWN, None)


def correct(round_: Round, found: Register) -> None:
    """Show what a ruling asks to be corrected, and the button that publishes the correction."""
    if not found.awaiting:
        return
    numbers = PUNCTUATION[language()].listed.join(map(str, found.awaiting))
    st.warning(
        _(
            "Rulings ask for a correction (objections: {numbers}). The data of the round are open for it: upload "
            "the corrected file so that it replaces the earlier file, or take back the wrong upload; then publish the "
            "correction here."
        ).format(numbers=numbers)
    )
    layout.page_link("manage/upload.py", _("Upload data"), {"lang": language()})
    if not cached.store().has_changes():
        st.caption(_("Nothing was uploaded or taken back yet."))
        return
    reason = st.text_input(_("Reason for publishing in spite of warnings, if there are any"), key="correct_reason")
    note = st.text_input(_("Note for the history"), key="correct_note")
    if guard.can("publish") and st.button(_("Publish the correction"), key="correct", type="primary"):
        look = partial(review, store=cached.store(), reason=reason.strip() or None)
        who = layout.user() or user()
        step = partial(publish_correction, cached.store(), round_.id, corrected(round_.id), note.strip(), look, who)
        carry_out(step, _("The correction is published."), "correction")


def show_corrections(round_: Round) -> None:
    """Show old and new figures of every correction of the round."""
    decimals = round_.scored_rules.presentation.decimals
    for kept in corrections(cached.store(), round_.id):
        st.markdown(
            "**"
            + _("Corrected release {after} in place of {before}").format(
                after=kept["after"][:16], before=kept["before"][:16]
            )
            + "**"
        )
        reasons = PUNCTUATION[language()].semicolon.join(kept["reasons"])
        message = _("Published by {user} at {time}: {reason}").format(
            user=person(kept["user"], language()), time=local_time(kept["time"]), reason=reasons
        )
        st.caption(layout.plain(message))
        rows = [_old_and_new(unit, decimals) for unit in kept["units"]]
        tables.written(pd.DataFrame(rows), _("Old and new figures of the units whose figures changed."))


def _old_and_new(unit: dict[str, dict[str, object]], decimals: int) -> dict[str, object]:
    def pair(name: str) -> str:
        old, new = (_figure(unit[when], name, decimals) for when in ("before", "after"))
        return old if old == new else f"{old} → {new}"

    return {
        _("Unit"): unit["unit_name"],
        _("Votes"): pair("n"),
        _("Score"): pair("score"),
        _("Place"): pair("rank"),
        _("Verdict"): pair("verdict"),
    }


def _figure(figures: dict[str, object], name: str, decimals: int) -> str:
    value = figures[name]
    if name == "verdict":
        return _(VERDICTS[str(value)]) if value in VERDICTS else "–"
    if name == "rank":
        return tables.place(value, figures["rank_tied_to"]) or "–"
    return tables.number(value, decimals if name == "score" else 0)
