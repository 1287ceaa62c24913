"""The problems of a file, sorted by kind, for display and download, and display of other refusals."""

import pandas as pd
import streamlit as st

from data.model.grouped_problems import (
    LEVEL_WORDS,
    ORDER,
    QUESTION,
    ProblemGroup,
    ProblemKind,
    by_kind,
    level_of,
    spans,
)
from errors import BiaochiError
from formats.spreadsheet import Sheet, csv_bytes
from i18n import N_, join
from problems import Problem
from ui import downloads, layout, tables
from ui.i18n import _, language

PROBLEM_HEADERS = (
    *(N_("Level"), N_("File"), N_("Row"), N_("Column"), N_("Value"), N_("What is wrong"), N_("What to do")),
)

MOST_SENTENCES = 10  # different sentences shown of a kind
MOST_SPANS = 200  # of rows of a kind with a single mistake
MOST_ROWS = 50  # places shown of a kind; the downloaded list has all of them
UNCHANGED = N_("Nothing of it counts; the results in use are unchanged.")


def show_error(error: BiaochiError, key: str) -> None:
    """Show a refusal: its problems as a table if it has any, else its sentences."""
    if error.problems:
        show_problems(error.problems, key)
    else:
        layout.show_refusal(error)


def show_problems(problems: list[Problem], key: str) -> None:
    """Show a line for each kind of problem, opened on demand to its places, with a download of all problems."""
    if not problems:
        return
    _say_counts(problems)
    kinds = by_kind(problems, language())
    for kind in kinds:
        level = _(LEVEL_WORDS[kind.level])
        line = _("{level} · {title}").format(level=level, title=layout.plain(kind.title(language())))
        with st.expander(line, expanded=len(kinds) == 1):
            _show_kind(kind)
    sheet = Sheet(_("Findings"), [_(header) for header in PROBLEM_HEADERS], problem_rows(problems))
    downloads.download(
        _("Download the list of findings"), _("Findings"), "csv", csv_bytes(sheet), f"problems_csv_{key}"
    )


def _say_counts(problems: list[Problem]) -> None:
    """Say how many places must be corrected, answered and confirmed; notes ask for nothing."""
    counts = {level: sum(level_of(problem) == level for problem in problems) for level in ORDER}
    if counts["error"]:
        sentence = _("Places that must be corrected: {count}.").format(count=f"{counts['error']:,}")
        st.error(sentence + ("" if language() == "zh" else " ") + _(UNCHANGED))
    asked = counts[QUESTION] + counts["warning"]
    if asked:
        st.warning(_("Places that need your confirmation: {count}.").format(count=f"{asked:,}"))


def _show_kind(kind: ProblemKind) -> None:
    """Show each distinct mistake with its advice, and the places as a table."""
    shown = kind.groups[:MOST_SENTENCES]
    st.markdown("\n".join(f"- {_line(group)}" for group in shown))
    rest = len(kind.groups) - len(shown)
    if rest:
        st.caption(_("And {count} more; the downloaded list contains all of them.").format(count=f"{rest:,}"))
    if len(kind.problems) > 1:
        _show_places(kind.problems)


def _line(group: ProblemGroup) -> str:
    """Return a distinct mistake with its places and advice, escaped for Markdown."""
    words = language()
    line = _("{message} {suggestion}").format(message=group.first.message(words), suggestion=_advice(group.first))
    if group.count > 1:
        about = {"message": group.first.message(words), "suggestion": _advice(group.first)}
        line = _("{message} {suggestion} ({count})").format(**about, count=f"{group.count:,}")
    place = group.place(words)
    return layout.plain(_("{place}: {sentence}").format(place=place, sentence=line) if place else line)


def _show_places(problems: list[Problem]) -> None:
    """Show the first places of a kind, in the order of the file: what differs among them, or else their rows."""
    places = pd.DataFrame(
        [
            {
                _("File"): problem.file or "",
                _("Row"): "" if problem.row is None else str(problem.row),
                _("Column"): problem.column or "",
                _("Value"): problem.value or "",
            }
            for problem in sorted(problems, key=_place)
        ]
    )
    names = [name for name in places if name == _("Row") or places[name].nunique() > 1]
    if names == [_("Row")]:
        rows = spans([problem.row for problem in problems if problem.row is not None], MOST_SPANS)
        st.markdown(_("Rows: {rows}").format(rows=layout.plain(join(rows, language()))))
        return
    tables.written(places[names].head(MOST_ROWS), _("The places of the findings above."))
    if len(places) > MOST_ROWS:
        rest = f"{len(places) - MOST_ROWS:,}"
        st.caption(_("And {count} more; the downloaded list contains all of them.").format(count=rest))


def _place(problem: Problem) -> tuple[str, int]:
    return problem.file or "", problem.row or 0


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
            _(LEVEL_WORDS[level_of(problem)]),
            problem.file or "",
            problem.row,
            problem.column or "",
            problem.value or "",
            problem.message(words),
            problem.suggestion(words),
        ]
        for problem in sorted(problems, key=lambda p: (ORDER.index(level_of(p)), *_place(p)))
    ]
