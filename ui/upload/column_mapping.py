"""Column mapping editor."""

from collections.abc import Mapping

import streamlit as st

from data.intake.meaning import ROLES, role_words
from data.model.contract import TABLE_OF_KIND, UNUSED, Field, field_of_header, fields
from data.model.names import match_key
from data.store.import_job import FoundHeader, ImportReport
from problems import QUESTIONS, Problem
from ui.i18n import _, language

ABOUT_COLUMNS = {"missing_columns", "no_header", "unknown_column", "duplicate_header", "same_meaning", "votes_not_read"}
ABOUT_COLUMNS |= QUESTIONS
A_ROW = 4  # select boxes in a row


def choice(report: ImportReport, kind: str, turn: int) -> dict[str, str] | None:
    """Return the confirmed mapping of columns to fields: only what differs from the default reading."""
    header = next(iter(report.headers.values()), None)
    if header is None or not any(header.cells):
        return None
    doubtful = [problem for problem in report.problems if problem.code in ABOUT_COLUMNS]
    with (
        st.expander(_("Columns of the file"), expanded=_blocks(doubtful)),
        st.form(f"columns_{turn}", border=False),
    ):
        if report.remembered:
            st.caption(_("Read with the saved mapping for files with this header."))
        st.caption(_("Choose the field of each column. The choice is saved for the next file with this header."))
        chosen = _choices(header, kind, turn)
        if not st.form_submit_button(_("Read with these columns")):
            return None
    return differing(chosen, kind)


def _blocks(problems: list[Problem]) -> bool:
    return any(problem.level == "error" for problem in problems)


def _choices(header: FoundHeader, kind: str, turn: int) -> dict[str, str]:
    unused = set(UNUSED.get(TABLE_OF_KIND[kind], ())) - set(header.fields.values())
    known = {field.name: field for field in fields(kind) if field.name not in unused}
    roles = list(dict.fromkeys(role_words(kind).values()))
    cells = list(dict.fromkeys(cell for cell in header.cells if cell))
    chosen = {}
    for start in range(0, len(cells), A_ROW):
        for place, (column, cell) in enumerate(zip(st.columns(A_ROW), cells[start : start + A_ROW], strict=False)):
            with column:
                st.text(cell)
                chosen[cell] = st.selectbox(
                    _("Field"),
                    ["", *known, *roles],
                    index=["", *known].index(header.fields.get(cell, "")),
                    format_func=lambda name: _shown(name, known),
                    key=f"column_{turn}_{start + place}",
                    label_visibility="collapsed",
                )
    return chosen


def _shown(name: str, known: Mapping[str, Field]) -> str:
    if name in ROLES:
        return _("— as: {role} —").format(role=_(ROLES[name]))
    field = known.get(name)
    if field is None:
        return _("— unchanged —")
    return field.header if language() == "zh" else field.name


def differing(chosen: dict[str, str], kind: str) -> dict[str, str]:
    """Return the choices that differ from what the header alone would give."""
    usual = field_of_header(kind)
    return {cell: name for cell, name in chosen.items() if usual.get(match_key(cell), "") != name}
