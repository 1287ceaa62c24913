"""Steps that wait for a second person: asking, and what waits with its two buttons."""

import streamlit as st

from access.roles import status_action
from data.store import requests
from data.store.history import local_time
from data.store.requests import Request
from data.store.round_status import STATUSES
from errors import BiaochiError
from i18n import N_
from ui import cached, guard, layout, problem_table
from ui.i18n import _

ASKED = "second_person_asked"
WORDS = {
    requests.STATUS: N_("Round {round}: {status}"),
    requests.ROLLBACK: N_("Roll back to release {release}"),
    requests.RULING: N_("Ruling on an objection, round {round}"),
    requests.BALLOTS: N_("Decision on listed ballots, round {round}"),
}
"""What is asked for, by the action of the request."""
ACTION_OF = {
    requests.ROLLBACK: "roll_back",
    requests.RULING: "rule_objection",
    requests.BALLOTS: "decide_ballots",
}


def waits(action: str, step: str, reason: str, *, round_id: str = "", **facts: object) -> bool:
    """Ask for a second person if the action needs one here, and return whether it does."""
    if not guard.two_people(action):
        return False
    try:
        guard.require(action)
        made = requests.ask(cached.store(), step, reason, round_id=round_id, **facts)
    except BiaochiError as refusal:
        problem_table.show_error(refusal, "second_person")
        return True
    st.session_state[ASKED] = made.number
    st.rerun()


def show_waiting() -> None:
    """Show what waits for a second person, with the buttons to confirm or decline; nothing if nothing waits."""
    asked = st.session_state.pop(ASKED, None)
    if asked is not None:
        st.info(
            _("Request {number} is noted. Nothing has changed yet: another person confirms it.").format(number=asked)
        )
    found = requests.waiting(cached.store().path)
    if not found:
        return
    st.subheader(_("Waiting for a second person"))
    for request in found:
        with st.container(border=True):
            _show(request)


def _show(request: Request) -> None:
    st.markdown(f"**{request.number}. {layout.plain(in_words(request))}**")
    st.caption(
        _("Asked for by {user} at {time}. Reason: {reason}").format(
            user=layout.plain(request.asked_by), time=local_time(request.time), reason=layout.plain(request.reason)
        )
    )
    if not guard.can(action_of(request)):
        return
    own = layout.user() == request.asked_by
    if own:
        st.caption(_("Another person has to confirm this."))
    reason = st.text_input(_("Reason for declining"), key=f"decline_reason_{request.number}")
    left, right = st.columns(2)
    if left.button(_("Confirm"), key=f"confirm_{request.number}", type="primary", disabled=own):
        _decide(request, "")
    if right.button(_("Decline"), key=f"decline_{request.number}", disabled=not reason.strip()):
        _decide(request, reason)


def _decide(request: Request, declined: str) -> None:
    try:
        guard.require(action_of(request))
        if declined:
            requests.decline(cached.store().path, request.number, declined)
        else:
            requests.confirm(cached.store(), request.number)
    except BiaochiError as refusal:
        problem_table.show_error(refusal, f"request_{request.number}")
        return
    st.rerun()


def action_of(request: Request) -> str:
    """Return the action of the role table that a request is."""
    if request.action == requests.STATUS:
        return status_action(str(request.facts["status"]))
    return ACTION_OF.get(request.action, request.action)


def in_words(request: Request) -> str:
    """Return what a request asks for."""
    words = WORDS.get(request.action, request.action)
    status = _(STATUSES.get(str(request.facts.get("status")), ""))
    release = str(request.facts.get("release", ""))[:16]
    return _(words).format(round=request.round, status=status, release=release)
