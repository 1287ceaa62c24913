"""What the columns of a file are taken for: one table, and the confirmation by a person."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data.intake.meaning import FIELD, ROLES, ColumnMeaning, sums_in_words
from data.model.contract import fields
from data.store.import_job import ImportReport
from problems import Problem
from ui import layout, tables
from ui.i18n import _, language

MOST_WORDS = 12  # unknown grades that are offered for mapping; more are no scale but another column


def show(report: ImportReport, kind: str) -> None:
    """Show what each column is taken for and how many votes hang on it; open where a person must confirm it."""
    if not report.meaning.columns:
        return
    with st.expander(_("What the columns are taken for"), expanded=report.needs_confirmation):
        tables.written(_table(report.meaning.columns, kind), _("What the columns are taken for"))
        for sentence in sums_in_words(report.meaning, language()):
            st.caption(layout.plain(sentence))


def confirm(report: ImportReport, turn: int) -> str:
    """Ask a person to confirm the reading; return its digest once confirmed, '' before."""
    if not report.needs_confirmation:
        return ""
    is_confirmed = st.checkbox(_("I have checked the table above: each column is what it says."), key=f"meaning_{turn}")
    pressed = st.button(_("Confirm this reading"), key=f"meaning_confirm_{turn}", disabled=not is_confirmed)
    return report.meaning.digest if pressed else ""


def grade_words(problems: Sequence[Problem], turn: int) -> dict[str, str]:
    """Let a person say which grade a word of the file is; empty until then."""
    unknown = [problem for problem in problems if problem.code == "unknown_grade" and problem.value]
    words = list(dict.fromkeys(str(problem.value) for problem in unknown))
    if not words:
        return {}
    if len(words) > MOST_WORDS:
        st.caption(
            _(
                "{count} different words are no grade; if they are votes of another kind, choose the column below."
            ).format(count=f"{len(words):,}")
        )
        return {}
    known = unknown[0].facts.get("known")
    grades = [str(grade) for grade in known] if isinstance(known, list | tuple) else []
    with st.expander(_("Words that are no grade of the rule set: {count}").format(count=len(words)), expanded=True):
        st.caption(_("If a word is another name of a grade, say so once; it is remembered for files with this header."))
        with st.form(f"grade_words_{turn}", border=False):
            chosen = {word: _choice(word, grades, f"{turn}_{place}") for place, word in enumerate(words)}
            pressed = st.form_submit_button(_("Read with these grades"))
    return {word: grade for word, grade in chosen.items() if grade} if pressed else {}


def _choice(word: str, grades: Sequence[str], key: str) -> str:
    left, right = st.columns(2, vertical_alignment="center")
    left.text(word)
    return right.selectbox(
        _("Grade"),
        ["", *grades],
        format_func=lambda grade: grade or _("— unknown —"),
        key=f"grade_word_{key}",
        label_visibility="collapsed",
    )


def _table(columns: Sequence[ColumnMeaning], kind: str) -> pd.DataFrame:
    names = {field.name: field.header if language() == "zh" else field.name for field in fields(kind)}
    several = len({column.file for column in columns}) > 1
    return pd.DataFrame(
        [
            {
                **({_("File"): column.file} if several else {}),
                _("Column"): column.column,
                _("Taken for"): _(ROLES[column.role]),
                _("Which"): names.get(column.means, column.means) if column.role == FIELD else column.means,
                _("Votes"): f"{column.votes:,}" if column.votes else "",
            }
            for column in columns
        ]
    )
