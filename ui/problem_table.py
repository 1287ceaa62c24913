"""Table of the problems of a file, for display and download, and display of other refusals."""

import pandas as pd
import streamlit as st

from data.model.grouped_problems import grouped, shortened
from errors import BiaochiError
from formats.spreadsheet import Sheet, csv_bytes
from i18n import N_
from problems import LEVELS, Problem
from ui import downloads, layout, tables
from ui.i18n import _, language

PROBLEM_HEADERS = (
    *(N_("Level"), N_("File"), N_("Row"), N_("Column"), N_("Value"), N_("What is wrong"), N_("What to do")),
)


MOST_SENTENCES = 10  # places shown for each kind of problem; the table below lists all of them


MOST_ROWS = 100  # findings shown on the page; each is a row of several lines


UNCHANGED = N_("Nothing was stored; the results in use are unchanged.")


def show_error(error: BiaochiError, key: str) -> None:
    """Show a refusal: its problems as a table if it has any, else its sentences."""
    if error.problems:
        show_problems(error.problems, key)
    else:
        layout.show_refusal(error)


def show_problems(problems: list[Problem], key: str) -> None:
    """Show every problem, errors first, with a download of the table."""
    if not problems:
        return
    errors = sum(problem.level == "error" for problem in problems)
    if errors:
        told = _("Places that must be corrected: {count}.").format(count=f"{errors:,}")
        st.error(told + ("" if language() == "zh" else " ") + _(UNCHANGED))
    if len(problems) > errors:
        st.warning(_("Places that need your confirmation: {count}.").format(count=f"{len(problems) - errors:,}"))
    lines = _in_full(problems)
    if len(lines) < len(problems) or any(_is_a_name(problem) for problem in problems):
        st.markdown("\n".join(f"- {line}" for line in lines))
    rows = problem_rows(problems)
    _show_rows(rows)
    sheet = Sheet(_("Findings"), [_(header) for header in PROBLEM_HEADERS], rows)
    downloads.download(
        _("Download the list of findings"), _("Findings"), "csv", csv_bytes(sheet), f"problems_csv_{key}"
    )


def _show_rows(rows: list[list[str | int | None]]) -> None:
    """Show the first findings in full; problem and advice share a cell."""
    told = [
        {
            _("Level"): level,
            _("File"): file,
            _("Row"): None if row is None else str(row),
            _("Column"): column,
            _("Value"): value,
            _("What is wrong, and what to do"): _("{message} {suggestion}").format(message=wrong, suggestion=to_do),
        }
        for level, file, row, column, value, wrong, to_do in rows[:MOST_ROWS]
    ]
    if len(rows) > MOST_ROWS:
        st.caption(
            _("The first {shown} of {count} are shown; the downloaded list contains all of them.").format(
                shown=MOST_ROWS, count=f"{len(rows):,}"
            )
        )
    shown = pd.DataFrame(told)
    alike = [name for name in (_("Level"), _("File")) if shown[name].nunique() == 1]
    shown = shown.drop(columns=alike)
    tables.written(shown[[name for name in shown if shown[name].any()]], _("The findings, row by row."))


def _in_full(problems: list[Problem]) -> list[str]:
    """Return a line per distinct mistake with its places and advice."""
    words = language()
    shown, rest = shortened(grouped(problems, words), MOST_SENTENCES)
    lines = []
    for finding in shown:
        about = {"message": finding.first.message(words), "suggestion": _advice(finding.first)}
        line = _("{message} {suggestion} ({count})").format(**about, count=f"{finding.count:,}")
        place = finding.place(words)
        lines.append(_("{place}: {sentence}").format(place=place, sentence=line) if place else line)
    if rest:
        lines.append(_("{count} more findings of these kinds are in the table below.").format(count=sum(rest.values())))
    return [layout.plain(line) for line in lines]


def _advice(problem: Problem) -> str:
    """Return the advice, with the part of the page where it can be followed."""
    advice = problem.suggestion(language())
    if _is_a_name(problem):
        return advice + _(" Another name is confirmed below, under “Names the register does not have”.")
    return advice


def _is_a_name(problem: Problem) -> bool:
    """Return whether the problem is an unknown name that can be confirmed on this page."""
    return problem.code == "unknown_unit" and bool(problem.facts.get("close"))


def problem_rows(problems: list[Problem]) -> list[list[str | int | None]]:
    """Return a row per problem, in the language of the session."""
    words = language()
    return [
        [
            _(LEVELS[problem.level]),
            problem.file or "",
            problem.row,
            problem.column or "",
            problem.value or "",
            problem.message(words),
            problem.suggestion(words),
        ]
        for problem in sorted(problems, key=lambda p: (p.level != "error", p.file or "", p.row or 0))
    ]
