"""Differences between two releases: computed once, and displayed as sentences, then a table by unit."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from results.comparison.release_diff import CHANGES, Comparison, RoundDifference, compare, verdict_word
from results.missing import is_missing
from results.quality.before_publishing import Finding, findings_of
from ui import cached, layout, tables
from ui.i18n import _, language

SHOWN_AT_ONCE = 12  # a table of more units starts collapsed


comparison = cached.answers(16)(compare)


def what_would_change() -> tuple[Comparison, tuple[Finding, ...]] | None:
    """Compare the release in force with the release that publishing would build; None if no upload is in force.

    Raises RoundConflictError when the uploads do not fit together.
    """
    store = cached.store()
    uploads = [upload.upload_id for upload in store.uploads_in_force()]
    return _candidate(store.in_force() or "", "|".join(uploads)) if uploads else None


@cached.answers(8)
def _candidate(in_force: str, uploads: str) -> tuple[Comparison, tuple[Finding, ...]]:
    """Compare once for every set of uploads; `uploads` only tells one set from another."""
    store = cached.store()
    with store.candidate() as candidate:
        found = compare(cached.release_by_id(in_force) if in_force else None, candidate)
        return found, findings_of(candidate, store)


def show_findings(findings: Sequence[Finding]) -> None:
    """Show what a person should know before publishing; warnings first."""
    if not findings:
        return
    st.markdown("**" + _("Before you publish") + "**")
    for finding in findings:
        shown = st.warning if finding.level == "warning" else st.info
        shown(layout.plain(finding.sentence(language())))


def show(found: Comparison, key: str) -> None:
    """Show every round that differs, or a sentence if none does; `key` identifies the comparison on the page."""
    if not found.rounds:
        st.info(found.sentences(language())[0])
    for number, difference in enumerate(found.rounds):
        head, *sentences = difference.sentences(language())
        st.markdown(f"**{layout.plain(head)}**")
        if sentences:
            st.markdown("\n".join(f"- {layout.plain(sentence)}" for sentence in sentences))
        if difference.change == "changed" and len(difference.units):
            with st.expander(_("Unit by unit"), expanded=len(difference.units) <= SHOWN_AT_ONCE):
                _show_units(difference, f"{key}_{number}")


def _show_units(difference: RoundDifference, key: str) -> None:
    """Show the units that differ: changed verdicts first, then the largest changes of score."""
    units = difference.units
    verdicts = units["unit_code"].isin(difference.verdicts_changed["unit_code"])
    order = units.assign(verdict=~verdicts, size=-units["score_change"].abs().fillna(0.0))
    units = order.sort_values(["verdict", "size"], kind="stable", ignore_index=True)
    shown = pd.DataFrame(
        {
            _("Unit"): units["unit_name"],
            _("Change"): [_(CHANGES[change]) for change in units["change"]],
            _("Score"): _steps(units, "score", tables.number),
            _("Rank"): _steps(units, "rank", _whole),
            _("Verdict"): _steps(units, "verdict", lambda code: verdict_word(code, language()) or "–"),
            _("Votes"): _steps(units, "n", _whole),
        }
    )
    tables.written(shown, _("Units that differ, each with score, place, verdict and votes before and after."))


def _steps(units: pd.DataFrame, field: str, in_words: Callable[[object], str]) -> list[str]:
    """Return old and new value of every unit (88.12 → 87.40), or a single value if nothing changed."""
    pairs = (
        (in_words(old), in_words(new)) for old, new in zip(units[f"{field}_from"], units[f"{field}_to"], strict=True)
    )
    return [old if old == new else f"{old} → {new}" for old, new in pairs]


def _whole(value: object) -> str:
    return "–" if is_missing(value) else f"{int(float(str(value))):,}"
