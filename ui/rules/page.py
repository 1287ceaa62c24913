"""Parts of the page of scoring rules: the stored rule sets, how two differ, and the making of a further rule set."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

import settings
from data.model.rule_document import EMPTY, RuleTables, tables_of, text_of
from data.model.rule_sets import InvalidRulesError, RuleSet, parse_rules
from data.store.second_person import log_second, require_second
from errors import BiaochiError
from i18n import N_, join
from results.quality.rule_lint import lint_on, lint_rules
from results.ranking.component_sources import SourceNotFoundError, refuse_unknown
from results.ranking.feature_words import feature_sentences
from results.ranking.rule_words import differences
from ui import cached, guard, layout, problem_table, tables
from ui.i18n import _, language
from ui.rules import form, preview

EXAMPLES = Path(__file__).resolve().parents[2] / "rules"
STORED, EXAMPLE, NOTHING = "stored", "example", "nothing"
STARTS = {
    STORED: N_("From a stored rule set"),
    EXAMPLE: N_("From an example"),
    NOTHING: N_("From nothing"),
}
DONE = "rules_done"
MOST_ROUNDS = 3
"""Rounds of a rule set whose ballots are looked at: each takes up to a second the first time."""


def done() -> None:
    """Show the result of the last step."""
    if message := st.session_state.pop(DONE, None):
        st.success(message)
        layout.page_link(
            "manage/upload.py", _("Next: upload the register of units, then the ballots"), {"lang": language()}
        )


def stored() -> None:
    """Show the stored rule sets with the rounds that use them, one of them in full, and how it differs from another."""
    rule_sets = cached.store().rule_sets()
    if not rule_sets:
        st.info(_("There is no rule set yet. Make one below: ballots are read and scored under a rule set."))
        return
    used = _rounds_by_rules()
    shown = pd.DataFrame(
        {
            _("Rule set"): [rules.name for rules in rule_sets],
            _("Title"): [rules.title for rules in rule_sets],
            _("Date"): [rules.date.isoformat() for rules in rule_sets],
            _("Written by"): [rules.authored_by for rules in rule_sets],
            _("Checked by"): [rules.checked_by for rules in rule_sets],
            _("Used by rounds"): [" ".join(used.get(rules.name, ())) or _("none") for rules in rule_sets],
        }
    )
    tables.written(shown, _("Stored rule sets."))
    by_name = {rules.name: rules for rules in rule_sets}
    left, right = st.columns(2)
    chosen = by_name[left.selectbox(_("Rule set"), list(by_name), key="rules_shown")]
    tables.show_rules(chosen)
    _remarks(chosen)
    _on_own_rounds(used.get(chosen.name, ()))
    others = [name for name in by_name if name != chosen.name]
    if others:
        other = right.selectbox(_("Compare with"), others, index=None, key="rules_compared")
        if other:
            _differences(by_name[other], chosen)


def _rounds_by_rules() -> dict[str, list[str]]:
    store = cached.store()
    used: dict[str, list[str]] = {}
    for round_id in store.rounds():
        used.setdefault(store.rules_in_use(round_id), []).append(round_id)
    return used


def _differences(before: RuleSet, after: RuleSet) -> None:
    """List what differs between two rule sets, setting by setting."""
    found = differences(before, after, language())
    names = {"before": layout.plain(before.name), "after": layout.plain(after.name)}
    st.markdown("**" + _("From {before} to {after}").format(**names) + "**")
    if not found:
        st.markdown(_("No setting differs."))
    st.markdown("\n".join(f"- {layout.plain(difference.sentence(language()))}" for difference in found))


def _remarks(rules: RuleSet) -> None:
    for remark in lint_rules(rules):
        st.warning(layout.plain(remark.sentence(language())))


def _on_own_rounds(rounds: Sequence[str]) -> None:
    """Show what the rules do to the ballots of each published round that uses them, the newest first."""
    release = cached.release()
    known = cached.scored_rounds(release) if release is not None else []
    for round_id in sorted(set(rounds) & set(known), reverse=True)[:MOST_ROUNDS]:
        assert release is not None
        found = lint_on(cached.round_of(release, round_id))
        if not found:
            st.caption(_("Round {round}: no remarks on its ballots.").format(round=layout.plain(round_id)))
        for remark in found:
            sentence = layout.plain(remark.sentence(language()))
            st.warning(
                _("On the ballots of round {round}: {remark}").format(round=layout.plain(round_id), remark=sentence)
            )


def make() -> None:
    """Show the form of a further rule set, what is wrong with it, what it would do, and the button that stores it."""
    if not guard.can("draft_rules"):
        return
    with st.expander(_("Make a rule set"), expanded=not cached.store().rule_sets()):
        start, key = _start()
        filled = form.rule_form(start, key)
        text = text_of(filled)
        rules = _read(text, filled.header, key)
        if rules is None:
            return
        for sentence in feature_sentences(rules, language()).values():
            st.markdown(f"- {layout.plain(sentence)}")
        _remarks(rules)
        st.download_button(_("Download as a file"), text, f"{rules.name}.toml", "application/toml", key="rules_toml")
        preview.show(rules)
        if not guard.can("approve_rules"):
            st.caption(
                _("A publisher stores a rule set: hand over the file, or the name of the person who checked it.")
            )
        elif st.button(_("Store this rule set"), key="rules_store", type="primary"):
            _store(rules, text)


def _start() -> tuple[RuleTables, str]:
    """Ask what the form begins with. The key changes with the choice, so that the form is filled again."""
    kept = {rules.name: rules.text for rules in cached.store().rule_sets()}
    paths = [*sorted(EXAMPLES.glob("*.toml")), *sorted(EXAMPLES.glob("catalogue/*.toml"))]
    examples = {path.stem: path.read_text(encoding="utf-8") for path in paths}
    known = {STORED: kept, EXAMPLE: examples, NOTHING: {}}
    offered = [start for start in STARTS if known[start] or start == NOTHING]
    left, right = st.columns(2)
    words = {start: _(STARTS[start]) for start in offered}
    how = left.radio(_("Begin"), offered, format_func=words.__getitem__, horizontal=True, key="rules_start")
    if how == NOTHING:
        return EMPTY, "rules_nothing"
    titles = {name: f"{name} · {parse_rules(text).title}" for name, text in known[how].items()}
    newest = len(titles) - 1 if how == STORED else 0
    name = right.selectbox(_("Rule set"), list(titles), newest, format_func=titles.__getitem__, key=f"rules_from_{how}")
    tables_ = tables_of(known[how][name])
    _left_out(name if how == EXAMPLE else "")
    # A stored name is never overwritten, and who wrote the earlier rules did not write these.
    header = dict(tables_.header) | {"name": "", "authored_by": layout.user() or "", "checked_by": ""}
    return replace(tables_, header=header, date=None), f"rules_{how}_{name}"


def _left_out(name: str) -> None:
    """Say what an example of the catalogue leaves out of the rules of its office, and why."""
    with (EXAMPLES / "catalogue" / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        about = {row["id"]: row for row in csv.DictReader(file)}
    reason = about.get(name, {}).get(f"reason_{language()}")
    if reason:
        st.caption(_("Not in this example: {reason}").format(reason=layout.plain(reason)))


def _read(text: str, header: Mapping[str, str], key: str) -> RuleSet | None:
    """Return the rule set of the form; None, with what is missing or wrong, while it is not complete.

    An empty text of the header is named as the form names it, not by its key in the file.
    """
    try:
        rules = parse_rules(text)
        refuse_unknown(rules)
        return rules
    except SourceNotFoundError as refusal:
        problem_table.show_error(refusal, key)
        return None
    except InvalidRulesError as invalid:
        empty = [name for name, entry in header.items() if not entry.strip()]
        if empty:
            names = join([_(form.HEADER_NAMES[name]) for name in empty], language())
            st.info(_("Still to be filled in: {names}").format(names=names))
        problem_table.show_problems(
            [problem for problem in invalid.problems if problem.facts.get("key") not in empty], key
        )
        return None


def _store(rules: RuleSet, text: str) -> None:
    """Store a rule set that two people stand for; a refusal is shown in place."""
    store = cached.store()
    try:
        guard.require("approve_rules")
        require_second(rules.authored_by, rules.checked_by)
        store.add_rules(text)
        signed_in = bool(settings.load().login) and layout.user() == rules.checked_by
        log_second(store.path, f"rules {rules.name}", rules.authored_by, rules.checked_by, signed_in=signed_in)
    except BiaochiError as refusal:
        problem_table.show_error(refusal, "rules_store")
        return
    st.session_state[DONE] = _("Rule set {name} stored: written by {author}, checked by {second}.").format(
        name=layout.plain(rules.name), author=layout.plain(rules.authored_by), second=layout.plain(rules.checked_by)
    )
    st.rerun()
