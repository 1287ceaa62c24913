"""Pledges by quarter: progress, items that need attention, and the circular to export."""

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from i18n import N_
from results.missing import is_missing
from results.number_format import exact
from results.pledges.counts import quarter_days
from results.pledges.labels import PLEDGE_KINDS, STATUS_WORDS, WARNING_WORDS, attention
from results.pledges.progress import WARNINGS, attention_counts
from ui import address, cached, charts, downloads, layout, markup, printing, sheets
from ui.i18n import _, language
from ui.pledges import page as pledges_page

WARNED, ALL = "warned", "all"
FILTERS = {WARNED: N_("All items that need attention"), **WARNING_WORDS, ALL: N_("All items")}


def show(chosen: pledges_page.Chosen) -> None:
    """Show the quarters as bars, then the items of a quarter that need attention."""
    days = quarter_days(chosen.round_.id, chosen.as_of)
    charts.show(
        charts.quarters_chart(cached.pledge_quarters(chosen.round_, chosen.as_of, chosen.category or None)),
        "quarters",
        _("Items met as reported, met as verified, and overdue, quarter after quarter."),
    )
    markup.show(
        markup.source(chosen.round_.release.short, len(chosen.of_category(chosen.year.book.lines)), of=markup.PLEDGES)
    )
    st.caption(_("Position at the end of each quarter. Reported and verified figures are never added together."))
    newest_first = list(reversed(days))
    quarter = address.choose(
        "quarter", newest_first, st.selectbox, _("Quarter"), lambda name: _quarter(name, days[name]), width=320
    )
    day = days[quarter]
    report = cached.pledge_quarter(chosen.round_, day)
    rows = chosen.of_category(report.warnings)
    if rows["warned"].any():
        message = _(
            "In need of attention: {warned} of {count}, of which overdue {late}, due this quarter {due} (no item is in "
            "both), for another reason {other}."
        )
        st.caption(message.format(**attention_counts(rows)))
    counts = {name: len(rows) if name == ALL else int(rows[name].sum()) for name in FILTERS}
    show_only = address.choose(
        "show",
        FILTERS,
        st.pills,
        _("Show"),
        lambda name: f"{_(FILTERS[name])} {counts[name]:,}",
        required=True,
    )
    picked = rows if show_only == ALL else rows[rows[show_only]]
    if picked.empty:
        st.success(_("No item of this quarter needs this attention."))
        return
    _table(picked.reset_index(drop=True), chosen)
    sheet = partial(sheets.circular, chosen.round_, day, chosen.category or None, language(), show_only)
    depends = (day.isoformat(), chosen.category, show_only)
    of = layout.category_name(chosen.category) if chosen.category else _("all categories")
    downloads.table("circular", chosen.round_, sheet, depends=depends, of=of)


def _quarter(name: str, day: date) -> str:
    """Return the label of a quarter such as 2025Q3, with the day at which it is assessed."""
    year, number = name.split("Q")
    return _("{year}, quarter {number} (as of {day})").format(year=year, number=number, day=day.isoformat())


def _table(rows: pd.DataFrame, chosen: pledges_page.Chosen) -> None:
    """Show the items of the circular; selecting a row offers the pledge book of its unit."""
    shown = pd.DataFrame(
        {
            "unit_name": rows["unit_name"],
            "kind": [_(PLEDGE_KINDS[kind]) for kind in rows["kind"]],
            "item": rows["item"],
            "due": rows["due"],
            "warning": [attention(row, language()) for row in rows[list(WARNINGS)].to_dict("records")],
            "target": [value(a, m) for a, m in zip(rows["target"], rows["unit_of_measure"], strict=True)],
            "reported": [dated(a, day) for a, day in zip(rows["reported"], rows["reported_on"], strict=True)],
            "verified": [dated(a, day) for a, day in zip(rows["verified"], rows["verified_on"], strict=True)],
            "status": [status(code) for code in rows["status"]],
            "reason": rows["status_reason"].astype(object).where(rows["status_reason"].notna(), ""),
        }
    )
    text = st.column_config.TextColumn
    picked = printing.grid(
        shown,
        hide_index=True,
        key="circular",
        height="content" if len(shown) <= 12 else 460,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "unit_name": text(_("Unit"), width=175),
            "kind": text(_("Kind"), width=80),
            "item": text(_("Item"), width=175),
            "due": text(_("Due"), width=95),
            "warning": text(_("Attention"), width=115),
            "target": text(_("Target"), width=75),
            "reported": text(_("Reported"), width=110),
            "verified": text(_("Verified"), width=110),
            "status": text(_("Status"), width=90),
            "reason": text(_("Why adjusted or cancelled"), width=200),
        },
        alt=_("Items of the quarter with what needs attention."),
    )
    for at in picked.selection.rows:
        pledges_page.book_link(rows["unit_code"][at], rows["unit_name"][at], chosen.round_.id)


def status(code: object) -> str:
    """Return a status in words; a dash if nothing was checked."""
    return _(STATUS_WORDS[code]) if isinstance(code, str) else "–"


def value(number: object, measure: object) -> str:
    """Return a value with its unit, such as 7.5 公里; a dash if there is none."""
    if is_missing(number):
        return "–"
    return f"{exact(number)} {measure}" if isinstance(measure, str) else exact(number)


def dated(number: object, day: object) -> str:
    """Return a value with its day, such as 7.5 (09-30); a dash if there is none."""
    return "–" if is_missing(number) else f"{exact(number)} ({str(day)[5:]})"
