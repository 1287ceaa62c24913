"""Letters to the units of a round as a ZIP, and the register of their delivery."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from data.model.progress import Progress
from data.store.audit_log import log_export
from data.store.deliveries import Delivery, deliveries, letter_received, letter_sent
from data.store.objections import Register, corrections
from data.store.release import Round
from formats.document import Form
from reports.documents.letter import Reviewed
from reports.letters import letters
from reports.objection_table import delivery_rows
from results.fields import headers
from ui import cached, downloads, guard, layout, tables
from ui.i18n import _, language
from ui.objections.page import carry_out

SHOWN = ("unit_name", "sent", "sent_by", "way", "received", "receiver")


def offer(round_: Round, found: Register, form: Form) -> None:
    """Offer the letters of the named units, or of all, as PDF and Word in one ZIP."""
    st.caption(
        _(
            "Each letter has the finding with its evidence, the statements that are permitted, how and until when to "
            "object, and how to recompute the result. The ZIP holds every letter as PDF and as Word, and a list to be "
            "signed on delivery."
        )
    )
    words = {False: _("units that are named"), True: _("all units")}
    choice = st.radio(_("Letters to"), list(words), format_func=words.__getitem__, horizontal=True, key="letters_to")
    reviewed = Reviewed(found, corrections(cached.store(), round_.id), date.today())
    asked = (round_.release.id, round_.id, round_.status, choice, form, language(), len(cached.store().history()))
    downloads.on_request(
        "letters",
        (_("Make the letters"), _("Download the letters")),
        asked,
        partial(_make, round_, reviewed, language(), form, choice),
        f"letters-{round_.id}",
        "zip",
        partial(_tell, cached.store().path, layout.user(), round_.release.id, round_.id),
    )


def _make(
    round_: Round,
    reviewed: Reviewed,
    words: str,
    form: Form,
    everyone: bool,
    tell: Progress,
    stopped: Callable[[], bool],
) -> bytes:
    """Return the ZIP; runs in the thread of a job."""
    return letters(round_, reviewed, words, form, everyone=everyone, progress=tell)[0]


def _tell(store: Path, who: str | None, release_id: str, round_id: str, sha256: str) -> None:
    """Log the download. Runs on the click, outside the page."""
    log_export(store, "letters.zip", release=release_id, round_id=round_id, sha256=sha256, who=who or "")


def delivery(round_: Round) -> None:
    """Show the delivery register, and the forms that add to it."""
    known = deliveries(cached.store(), round_.id)
    st.markdown("**" + _("Delivery register") + "**")
    if known:
        titles, rows = headers("deliveries"), delivery_rows(known)
        shown = pd.DataFrame({_(titles[name]): [row[name] for row in rows] for name in SHOWN})
        tables.written(shown[tables.filled(shown, _(titles["way"]))], _("Letters, when and by whom sent and received."))
    else:
        st.caption(_("No letter was recorded as sent."))
    if not guard.can("record_delivery"):
        return
    with st.expander(_("Record a delivery")):
        _sent(round_)
        _received(round_, known)


def _sent(round_: Round) -> None:
    units = dict(zip(round_.units["unit_code"], round_.units["unit_name"], strict=True))
    first, second, third, fourth = st.columns(4)
    code = first.selectbox(_("Unit"), sorted(units), format_func=units.__getitem__, key="sent_unit")
    day = second.date_input(_("Sent"), value="today", max_value="today", key="sent_day")
    by = third.text_input(_("Sent by"), key="sent_by")
    way = fourth.text_input(_("Way"), key="sent_way")
    if st.button(_("Record as sent"), key="sent_record", disabled=not by.strip()) and isinstance(day, date):
        step = partial(letter_sent, cached.store(), round_.id, (code, units[code]), day, by, way, layout.user() or "")
        carry_out(step, _("Recorded as sent: {unit}.").format(unit=layout.plain(units[code])), "sent")


def _received(round_: Round, known: list[Delivery]) -> None:
    waiting = {one.unit_code: one.unit_name for one in known if one.arrived is None}
    if not waiting:
        return
    first, second, third = st.columns(3)
    code = first.selectbox(_("Letter to"), sorted(waiting), format_func=waiting.__getitem__, key="received_unit")
    day = second.date_input(_("Received on"), value="today", max_value="today", key="received_day")
    by = third.text_input(_("Receiver"), key="received_by")
    if st.button(_("Record as received"), key="received_record", disabled=not by.strip()) and isinstance(day, date):
        unit = (code, waiting[code])
        step = partial(letter_received, cached.store(), round_.id, unit, day, by, layout.user() or "")
        carry_out(step, _("Recorded as received: {unit}.").format(unit=layout.plain(unit[1])), "received")
