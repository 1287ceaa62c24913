"""What a draft of a rule set would do to the ballots of a published round."""

import pandas as pd
import streamlit as st

from data.model.rule_sets import InvalidRulesError, RuleSet
from data.store.release import Round
from results.labels import VERDICTS
from results.quality.rule_lint import lint_on
from results.ranking.ranking import Ranking, ranking
from results.ranking.what_if import what_if
from ui import cached, layout, printing, problem_table, tables
from ui.grids import rounded
from ui.i18n import _, language


def show(rules: RuleSet) -> None:
    """Offer to count a published round again under the rules, and show whose verdict and score would change."""
    release = cached.release()
    rounds = cached.scored_rounds(release) if release is not None else []
    if release is None or not rounds:
        st.caption(_("Once a round is published, the rules can be tried on its ballots here."))
        return
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    round_ = cached.round_of(release, left.selectbox(_("Try on the round"), rounds, key="rules_tried_on"))
    if right.toggle(_("Show what these rules would do to this round"), key="rules_try"):
        _try(round_, rules)


def _try(round_: Round, rules: RuleSet) -> None:
    try:
        with st.spinner(_("Counting the round again…")):
            other = what_if(cached.store(), round_, rules)
            again = ranking(round_, what_if=other)
            remarks = lint_on(round_, other)
    except InvalidRulesError as invalid:
        problem_table.show_problems(list(invalid.problems), "rules_tried")
        return
    st.caption(_("A trial of the rules: published results stay as they are, and nothing here is a result."))
    for remark in remarks:
        st.warning(layout.plain(remark.sentence(language())))
    _show_moved(cached.ranking(round_), again)


def _show_moved(published: Ranking, again: Ranking) -> None:
    """Show how many units have which verdict before and after, and the units whose verdict changes."""
    both = published.rows.merge(again.rows, on="unit_code", how="outer", suffixes=("", "_new"))
    counts = {_(VERDICTS[code]): _before_after(both, code) for code in VERDICTS}
    st.markdown(" · ".join(f"{word}: {before} → {after}" for word, (before, after) in counts.items()))
    moved = both[(both["verdict"] != both["verdict_new"]).fillna(True)]
    if moved.empty:
        st.markdown(_("No verdict changes."))
        return
    shown = pd.DataFrame(
        {
            _("Unit"): moved["unit_name"].fillna(moved["unit_name_new"]),
            _("Category"): moved["category"].fillna(moved["category_new"]),
            _("Votes"): moved["n_new"],
            _("Score"): rounded(moved["score"], 2),
            _("Score under these rules"): rounded(moved["score_new"], 2),
            _("Verdict"): moved["verdict"].map(tables.verdict),
            _("Verdict under these rules"): moved["verdict_new"].map(tables.verdict),
        }
    )
    numbers = st.column_config.NumberColumn(format="%.2f")
    config = {_("Score"): numbers, _("Score under these rules"): numbers}
    printing.grid(
        shown, hide_index=True, key="rules_moved", column_config=config, alt=_("Units whose verdict changes.")
    )


def _before_after(both: pd.DataFrame, code: str) -> tuple[int, int]:
    return int((both["verdict"] == code).sum()), int((both["verdict_new"] == code).sum())
