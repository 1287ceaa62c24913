"""Below a ranking: classes, parts of the scores with their evidence, and votes kept apart, if the rules have them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from data.model.rule_features import DENSE
from data.store.release import Round
from i18n import join
from reports.score_table import KIND_WORDS, REASON_WORDS
from results.missing import is_missing
from results.ranking.apart_votes import apart_votes
from results.ranking.other_parts import VETO, VOLUME
from results.ranking.score_classes import score_classes
from results.ranking.score_parts import ScoreParts, score_parts
from ui import layout, printing, tables
from ui.grids import number_column, rounded, whole
from ui.i18n import _, language


def show(round_: Round, category: str | None) -> None:
    """Show what the rule set of a round has of them; nothing for most rule sets."""
    rules = round_.scored_rules
    if rules.features.classes or rules.features.ranks == DENSE:
        _classes(round_, category)
    for own in score_parts(round_, category):
        _parts(own, rules.presentation.decimals)
    if rules.apart_groups:
        _apart(round_, category, rules.presentation.decimals)


def _classes(round_: Round, category: str | None) -> None:
    found = score_classes(round_, category)
    classed = bool(round_.scored_rules.features.classes)
    st.subheader(_("Classes of the rule set") if classed else _("Places as printed"))
    st.caption(
        _(
            "The class follows from the score alone. The votes allow every class from the best to the worst given; "
            "where these differ, another sample of evaluators might have given another class."
        )
        if classed
        else _("Places are dense: after a tie the next place follows without a gap.")
    )
    for name, sizes in found.sizes.items():
        sizes_in_words = join([f"{own} {size}" for own, size in sizes.items()], language())
        st.markdown(f"{layout.plain(layout.category_name(name))}: {layout.plain(sizes_in_words)}")
    rows = found.rows[found.rows["rank"].notna()]
    decimals = round_.scored_rules.presentation.decimals
    shown: dict[str, Any] = {
        _("Unit"): rows["unit_name"],
        _("Category"): rows["category"].map(layout.category_name),
        _("Place as printed"): whole(rows["place"]),
        _("Votes"): whole(rows["n"]),
        _("Score"): rounded(rows["score"], decimals),
        **_ends(rows, "score_low", "score_high", decimals),
    }
    if classed:
        ends = zip(rows["class_best"], rows["class_worst"], strict=True)
        shown |= {
            _("Class by the rules"): rows["class_name"].astype(str),
            _("Classes possible"): [best if best == worst else f"{best} – {worst}" for best, worst in ends],
            _("Remark"): [_word(REASON_WORDS, code) for code in rows["class_reason"]],
        }
    alt = _("The printed place, and the class, of every ranked unit.")
    _grid(pd.DataFrame(shown), "score_classes", alt, decimals)


def _parts(own: ScoreParts, decimals: int) -> None:
    """Show what the parts add, and places and verdicts of the ballots alone next to those of the official score."""
    st.subheader(_("Parts of the scores") + f" · {layout.category_name(own.family.name)}")
    st.caption(
        _(
            "The official score, and next to it what the ballots alone would say. What was counted completely has no "
            "sampling error; what was sampled widens intervals and ranges of places."
        )
    )
    if own.decided:
        st.warning(
            _("The ballots alone would not confirm: {units}. The other parts of the score decided.").format(
                units=layout.plain(join(own.decided, language()))
            )
        )
    rows = own.rows
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"],
            _("Votes"): whole(rows["n"]),
            _("Score"): rounded(rows["score"], decimals),
            **_ends(rows, "score_low", "score_high", decimals),
            _("Place"): whole(rows["rank"]),
            _("Verdict"): rows["verdict"].map(tables.verdict),
            _("Score of the ballots"): rounded(rows["ballots"], decimals),
            _("Place by the ballots alone"): whole(rows["ballots_rank"]),
            _("Verdict by the ballots alone"): rows["ballots_verdict"].map(tables.verdict),
        }
    )
    key = f"score_parts_{own.family.name}"
    _grid(shown, key, _("Scores and places with and without other parts."), decimals)
    with st.expander(_("Each part with its evidence")):
        parts = own.parts
        listed = pd.DataFrame(
            {
                _("Unit"): parts["unit_name"],
                _("Kind of part"): [_word(KIND_WORDS, kind) for kind in parts["kind"]],
                _("Part"): parts["part"],
                _("Value of the part"): [_value(row) for row in parts.to_dict("records")],
                _("Points in the score"): rounded(parts["points"], decimals),
                _("Evidence"): parts["evidence"],
            }
        )
        _grid(listed, f"{key}_each", _("Every part of every score."), decimals)


def _apart(round_: Round, category: str | None, decimals: int) -> None:
    rows = apart_votes(round_)
    rows = rows if category is None else rows[rows["category"] == category]
    if rows.empty:
        return
    st.subheader(_("Votes kept apart"))
    st.caption(_("Counted and shown, and in no score: insiders, or people who chose to vote through an open channel."))
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"],
            _("Group"): rows["group"],
            _("Votes"): whole(rows["n"]),
            _("Mean of these votes"): rounded(rows["mean"], decimals),
            **_ends(rows, "low", "high", decimals),
            _("Score of the ballots that count"): rounded(rows["score"], decimals),
            _("Difference"): rounded(rows["difference"], decimals),
        }
    )
    _grid(shown, "apart_votes", _("Votes kept apart, next to the score."), decimals)


def _ends(rows: pd.DataFrame, low: str, high: str, decimals: int) -> dict[str, pd.Series]:
    return {_("Interval from"): rounded(rows[low], decimals), _("Interval to"): rounded(rows[high], decimals)}


def _grid(shown: pd.DataFrame, key: str, alt: str, decimals: int) -> None:
    """Show a table that sorts by its numbers, those with decimals as the rule set prints them."""
    fractions = [str(name) for name in shown if str(shown[name].dtype) == "Float64"]
    config = {name: number_column(name, decimals) for name in fractions}
    printing.grid(shown, hide_index=True, key=key, column_config=config, alt=alt)


def _value(row: Mapping[Any, Any]) -> str:
    """Return the value of a part: a share in per cent, a number of services with its coefficient, or nothing."""
    if is_missing(row["value"]) or row["kind"] == VETO:
        return ""
    if row["kind"] == VOLUME:
        return f"{float(str(row['value'])):g} (× {float(str(row['weight'])):g})"
    value = float(str(row["value"]))
    return f"{100 * value:.1f}%" if row["kind"] == "component" else f"{value:g}"


def _word(words: Mapping[str, str], code: object) -> str:
    return "" if is_missing(code) else _(words[str(code)])
