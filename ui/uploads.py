"""The parts of the upload page: what a person chooses, what was found in the file, and what to do about it."""

import hashlib

import pandas as pd
import streamlit as st

from data.contract import KIND_NAMES, KINDS, SCORED_KINDS
from data.export import Sheet, csv_bytes
from data.problems import LEVELS, Problem
from data.rule_sets import RulesRefused
from data.store import ImportReport, NameTaken, StoreBusy, TwoRuleSets, UsageError
from ui import downloads, loaded
from ui.words import _, language
from words import N_

PROBLEM_HEADERS = (*(N_("Level"), N_("File"), N_("Row"), N_("Column"), N_("Value"), N_("Finding"), N_("What to do")),)
BUSY = N_("Somebody else is importing or publishing just now. Nothing was stored; try again in a minute.")
UNCHANGED = N_("Nothing was stored; the results in use are unchanged.")


def kind_choice() -> str:
    """Which table the file holds."""
    return st.segmented_control(
        _("Kind of file"),
        list(KINDS),
        format_func=lambda kind: _(KIND_NAMES[kind]),
        default="ballots",
        required=True,
        key="upload_kind",
    )


def needs_rules(kind: str) -> bool:
    """Whether files of the kind are read under a rule set."""
    return kind in SCORED_KINDS


def round_choice() -> str:
    """The round that the file belongs to."""
    return st.text_input(
        _("Round"), key="upload_round", placeholder="2025", help=_("Usually the year, such as 2025 or 2025-Q2.")
    ).strip()


def file_choice():
    """The file; the widget is a new one after each publication, so that the next file begins afresh."""
    turn = st.session_state.get("upload_turn", 0)
    kinds = ["csv", "gz", "xlsx", "txt"]
    return st.file_uploader(_("CSV, CSV.GZ or XLSX file"), type=kinds, key=f"upload_file_{turn}")


def rules_choice(round_id: str) -> str | None:
    """The rule set of the round; one that was used already cannot be changed."""
    store = loaded.store()
    names = [rules.name for rules in store.rule_sets()]
    used = store.rules_in_use(round_id) if round_id else ""
    if used:
        return st.selectbox(_("Rule set"), [used], key="upload_rules_used", disabled=True)
    if not names:
        st.info(_("There is no rule set yet. Add one below: it says how many points each grade carries."))
        return None
    return st.selectbox(_("Rule set"), names, index=len(names) - 1, key="upload_rules")


def add_rules() -> None:
    """A rule set as a TOML file, refused with every problem at once."""
    with st.expander(_("Add a rule set")):
        file = st.file_uploader(_("Rule file (.toml)"), type=["toml"], key="upload_rules_file")
        if file is None or not st.button(_("Keep this rule set"), key="upload_rules_add"):
            return
        try:
            rules = loaded.store().add_rules(file.getvalue().decode("utf-8-sig"))
        except RulesRefused as refused:
            show_problems(refused.problems, "rules")
        except NameTaken as taken:
            show_problems([taken.problem], "rules")
        except UnicodeDecodeError:
            st.error(_("The rule file should be UTF-8 text. Save it as UTF-8 and try again."))
        except StoreBusy:
            st.warning(_(BUSY))
        else:
            st.success(_("The rule set {name} is kept.").format(name=rules.name))
            st.rerun()


def examine(file, kind: str, round_id: str, rules: str | None) -> ImportReport | None:
    """Read the file as the import would and store nothing. The answer is kept while the choices stay the same."""
    content = file.getvalue()
    asked = (hashlib.sha256(content).hexdigest(), kind, round_id, rules)
    if st.session_state.get("upload_asked") != asked:
        with st.status(_("Reading the file…")) as status:
            report = _import(file.name, content, kind, round_id, rules, dry_run=True)
            status.update(label=_("The file was read."), state="complete")
        st.session_state["upload_asked"], st.session_state["upload_report"] = asked, report
    return st.session_state["upload_report"]


def _import(
    name: str, content: bytes, kind: str, round_id: str, rules: str | None, **how: object
) -> ImportReport | None:
    """One call of the store, with its refusals in words."""
    try:
        return loaded.store().import_files(kind, [(name, content)], round_id, rules=rules, **how)
    except StoreBusy:
        st.warning(_(BUSY))
    except TwoRuleSets as two:
        show_problems([two.problem], "two")
    except UsageError as wrong:
        st.error(_(wrong.message).format(**wrong.facts))
    return None


def show_preview(report: ImportReport) -> None:
    """Encoding, size and the first rows as they were read."""
    for name, encoding in report.encodings.items():
        st.text(
            _("{name}: {rows} rows, read as {encoding}").format(
                name=name, rows=f"{report.rows:,}", encoding=encoding.upper()
            )
        )
    if len(report.preview):
        st.caption(_("First rows as read. If the characters look wrong, stop here."))
        st.dataframe(report.preview, hide_index=True, key="upload_preview")


def show_problems(problems: list[Problem], key: str) -> None:
    """Every problem as a table that can be downloaded; errors first."""
    if not problems:
        return
    errors = sum(problem.level == "error" for problem in problems)
    if errors:
        st.error(_("{count} places must be corrected.").format(count=f"{errors:,}") + " " + _(UNCHANGED))
    if len(problems) > errors:
        st.warning(_("{count} places need your confirmation.").format(count=f"{len(problems) - errors:,}"))
    rows = problem_rows(problems)
    st.dataframe(
        pd.DataFrame(rows, columns=[_(header) for header in PROBLEM_HEADERS]).astype({_("Row"): "Int64"}),
        hide_index=True,
        key=f"problems_{key}",
    )
    sheet = Sheet(_("Findings"), [_(header) for header in PROBLEM_HEADERS], rows)
    downloads.download(
        _("Download the list of findings"), _("Findings"), "csv", csv_bytes(sheet), f"problems_csv_{key}"
    )


def problem_rows(problems: list[Problem]) -> list[list[str | int | None]]:
    """One row a problem, in the reader's language."""
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


def reason_for_warnings(report: ImportReport) -> str | None:
    """Warnings are let through with a typed reason, which is kept."""
    if not report.problems or report.refused:
        return None
    return st.text_input(_("Reason for accepting these findings"), key="upload_reason").strip()


def store_and_publish(file, kind: str, round_id: str, rules: str | None, reason: str | None) -> None:
    """The last step: keep the file and make the result public, or say why not."""
    report = _import(file.name, file.getvalue(), kind, round_id, rules, accept_warnings=reason, demo=_beside_demo())
    if report is None:
        return
    if not report.stored:
        show_problems(report.problems, "store")
        return
    try:
        published = loaded.store().publish()
    except StoreBusy:
        st.warning(_("The file is stored but not published yet: somebody else is writing. Publish again in a minute."))
        return
    for key in ("upload_asked", "upload_report"):
        st.session_state.pop(key, None)
    st.session_state["upload_turn"] = st.session_state.get("upload_turn", 0) + 1
    st.session_state["upload_done"] = (published.release[:16], round_id)
    st.rerun()


def _beside_demo() -> bool:
    """Files added to demonstration data stay marked as such: the two are never mixed unnoticed."""
    release = loaded.release()
    return release is not None and release.is_demo


def done() -> None:
    """What the last publication did, with the way to its result."""
    finished = st.session_state.pop("upload_done", None)
    if finished is None:
        return
    release, round_id = finished
    st.success(_("Published as release {release}.").format(release=release))
    st.page_link("../pages/browse/ranking.py", label=_("See the ranking"), query_params={"round": round_id})


def offer_demo() -> None:
    """An empty store can be tried out with the invented city."""
    store = loaded.store()
    if not store.is_empty():
        return
    st.info(_("This store is empty. Begin with your rule set and files, or look around with invented data first."))
    if st.button(_("Load the demonstration city"), key="upload_demo"):
        from data.sample.load import load_demo

        with st.spinner(_("Making the demonstration data…")):
            load_demo(store)
        st.rerun()
