"""Display tables: headers, places with ties, intervals in words. No result is computed here."""

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.elements.arrow import DataframeState
from streamlit.elements.lib.column_types import ColumnConfig

from data.model.rule_sets import Bottom, RuleSet
from i18n import N_
from results.labels import REASON_SENTENCES, REASONS, VERDICTS
from results.missing import is_missing
from results.number_format import interval, number, percent, places
from results.ranking.feature_words import feature_sentences
from results.ranking.rows import records
from results.ranking.rule_words import UNSCORED_NAMES, bottom_words
from results.ranking.statements import gauge, named_with_verdict, p_words, share_words, strength
from results.ranking.unit import WITHHELD
from ui import layout
from ui.i18n import _, language

KIND_NAMES = {"scored": N_("Scored"), **UNSCORED_NAMES}
WRITTEN_WHOLE, WRITTEN_HEIGHT = 12, 520
"""Rows of a text table shown without scrolling, and the height of a longer table in pixels."""
DATE = re.compile(r"\d{4}\\-\d\d\\-\d\d( \d\d\\:\d\d)?")  # escaped for Markdown
MOST_WHOLE = 60  # rows of a table that is shown without scrolling inside it


def place(rank: object, tied_to: object) -> str:
    """Return a place: 15, or 15= (并列15) if shared; empty if not ranked."""
    if is_missing(rank):
        return ""
    whole = int(float(str(rank)))
    return _("{place}=").format(place=whole) if tied_to != rank else str(whole)


def bottom_sentence(bottom: Bottom) -> str:
    """Return in words which units the bottom rule lists."""
    return bottom_words(bottom, language())


def show_statistics(rows: pd.DataFrame, decimals: int, key: str) -> None:
    """Show ranked units as statisticians read them: p-values, probability, shrunken score; always with the verdict."""
    shown = pd.DataFrame(
        {
            _("Unit"): names_with_verdicts(rows),
            _("Votes"): rows["n"],
            _("Interval"): rows["interval"],
            _("Verdict"): rows["verdict_words"],
            _("p for the bottom"): [p_words(p) for p in rows["confirm_p"]],
            _("p against the bottom"): [p_words(p) for p in rows["clear_p"]],
            _("Probability of the last k"): [_share(share) for share in rows["p_bottom"]],
            _("Shrunken score"): [number(value, decimals) for value in rows["shrunken"]],
            _("Expected place"): [number(value, 1) for value in rows["expected_rank"]],
        }
    )
    st.dataframe(shown, hide_index=True, key=key, alt=_("The ranked units with p-values and probabilities."))


def _share(share: object) -> str:
    return "–" if is_missing(share) else share_words(float(str(share)))


def verdict(code: object) -> str:
    """Return a verdict in words."""
    return _(VERDICTS[str(code)])


def written(rows: pd.DataFrame, alt: str) -> None:
    """Show a table whose texts wrap, so that none is cut off; a long table scrolls."""
    cells = pd.DataFrame({name: [_cell(value) for value in rows[name]] for name in rows})
    st.table(cells, hide_index=True, height=WRITTEN_HEIGHT if len(cells) > WRITTEN_WHOLE else "content", alt=alt)


def filled(shown: pd.DataFrame, *optional: str) -> list[str]:
    """Return the columns without optional columns that are empty in every row."""
    return [str(name) for name in shown if name not in optional or shown[name].any()]


def _cell(value: object) -> str:
    """Return a value as text, escaped for Markdown."""
    if is_missing(value):
        return ""
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    # Browsers would break lines inside dates and intervals.
    text = DATE.sub(lambda date: date[0].replace("\\-", "\\-\u2060").replace(" ", "\u00a0"), layout.plain(value))
    return text.replace(" – ", "\u00a0–\u00a0")


def ranking_rows(rows: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Return ranked rows with place, interval, places, verdict and strength of evidence in words, in their order."""
    rows = rows[rows["rank"].notna()].reset_index(drop=True)
    decimals = rules.presentation.decimals
    return rows.assign(
        place=[place(a, b) for a, b in zip(rows["rank"], rows["rank_tied_to"], strict=True)],
        interval=[
            interval(a, b, decimals, rules.scale) for a, b in zip(rows["score_low"], rows["score_high"], strict=True)
        ],
        places=[places(a, b) for a, b in zip(rows["rank_best"], rows["rank_worst"], strict=True)],
        evidence=[strength(row, rules.uncertainty.level) for row in records(rows)],
        strength=[gauge(row, rules.uncertainty.level, language()) for row in records(rows)],
        verdict_words=[verdict(code) for code in rows["verdict"]],
        remark=["" if pd.isna(code) else _(REASONS[code]) for code in rows["reason"]],
    )


def names_with_verdicts(rows: pd.DataFrame) -> list[str]:
    """Return the names as a grid shows them: a cell that is copied alone takes verdict and interval along."""
    told = zip(rows["unit_name"], rows["verdict"], rows["interval"], strict=True)
    return [named_with_verdict(name, verdict, interval, language()) for name, verdict, interval in told]


def show_ranking(rows: pd.DataFrame, decimals: int, key: str, height: int | Literal["auto"] = "auto") -> DataframeState:
    """Show the ranking as a table with single-row selection."""
    columns = ["place", "unit_name", "category", "n", "score", "interval", "places", "verdict_words", "strength"]
    columns += ["dont_know_share", "remark"]
    columns = [name for name in columns if name != "category" or rows[name].nunique() > 1]
    columns = [name for name in columns if name != "remark" or rows[name].any()]
    shown = rows[columns].assign(
        unit_name=names_with_verdicts(rows),
        score=rows["score"].astype(float),
        dont_know_share=100 * rows["dont_know_share"],
    )
    return st.dataframe(
        shown,
        hide_index=True,
        key=key,
        height=height,
        on_select="rerun",
        selection_mode="single-row",
        column_config=_rank_columns(decimals),
        alt=_("The ranked units with place, votes, score, interval, places and verdict."),
    )


def _rank_columns(decimals: int) -> dict[str, ColumnConfig | str | None]:
    """Return headers and formats of the columns of a ranked unit."""
    return {
        "place": st.column_config.TextColumn(_("Rank"), width=60),
        "unit_name": st.column_config.TextColumn(_("Unit"), width="large"),
        "category": st.column_config.TextColumn(_("Category")),
        "n": st.column_config.NumberColumn(_("Votes"), format="%d"),
        "score": st.column_config.NumberColumn(_("Score"), format=f"%.{decimals}f"),
        "interval": st.column_config.TextColumn(_("Interval")),
        "places": st.column_config.TextColumn(
            _("Places"), help=_("Places that the votes allow, for all units at once.")
        ),
        "verdict_words": st.column_config.TextColumn(_("Verdict")),
        "strength": st.column_config.TextColumn(
            _("Evidence"), help=_("Strength of the evidence for the verdict; at least 100 is required.")
        ),
        "dont_know_share": st.column_config.NumberColumn(_("Don't know"), format="%.1f%%"),
        "remark": st.column_config.TextColumn(_("Remark"), width="medium"),
    }


def show_tier(rows: pd.DataFrame, decimals: int, key: str) -> None:
    """Show the units of a verdict, each with votes, interval and verdict."""
    columns = ["unit_name", "n", "score", "interval", "place", "places", "verdict_words", "strength", "remark"]
    columns = [name for name in columns if name != "remark" or rows[name].any()]
    shown = rows[columns].assign(unit_name=names_with_verdicts(rows), score=rows["score"].astype(float))
    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        height="content" if len(shown) <= MOST_WHOLE else "auto",
        column_config=_rank_columns(decimals),
        alt=_("The units of one verdict with votes, score, interval and places."),
    )


def show_not_ranked(rows: pd.DataFrame) -> None:
    """Show the units without a place, each with the reason."""
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"],
            _("Category"): rows["category"].map(layout.category_name),
            _("Votes"): rows["n"],
            _("Reason"): [_(REASON_SENTENCES[code]) for code in rows["reason"]],
        }
    )
    written(shown, _("The units that are not ranked, with the reason."))


def show_groups(groups: pd.DataFrame) -> None:
    """Show the evaluators of each group and the kinds of their answers."""
    shown = groups.assign(weight=[percent(weight, 0) for weight in groups["weight"]])
    config = {
        "group": st.column_config.TextColumn(_("Evaluator group")),
        "evaluators": st.column_config.NumberColumn(_("Ballots"), format="localized"),
        "weight": st.column_config.TextColumn(_("Weight")),
    }
    config |= {kind: st.column_config.NumberColumn(_(name), format="localized") for kind, name in KIND_NAMES.items()}
    st.dataframe(shown, hide_index=True, key="groups", column_config=config, alt=_("Ballots and answers by group."))


def show_means(means: pd.DataFrame, decimals: int, key: str, indicators: bool = False) -> None:
    """Show means with votes and interval, and mean and range of the category."""
    low_high = zip(means["low"], means["high"], strict=True)
    span = zip(means["category_min"], means["category_max"], strict=True)
    shown = pd.DataFrame(
        {
            **({"indicator": means["indicator"]} if indicators else {}),
            "group": means["group"],
            "n": means["n"],
            "mean": [
                _(WITHHELD) if few else number(mean, decimals)
                for mean, few in zip(means["mean"], means["too_few"], strict=True)
            ],
            "interval": [interval(a, b, decimals) for a, b in low_high],
            "category_mean": [number(value, decimals) for value in means["category_mean"]],
            "span": [interval(a, b, decimals) for a, b in span],
        }
    )
    headers = {
        "indicator": _("Indicator"),
        "group": _("Evaluator group"),
        "n": _("Votes"),
        "mean": _("Mean"),
        "interval": _("Interval"),
        "category_mean": _("Category mean"),
        "span": _("Category, lowest to highest"),
    }
    st.dataframe(shown, hide_index=True, key=key, column_config=headers, alt=_("Means by evaluator group."))


def show_rounds(rounds: list[dict]) -> None:
    """Show a unit over the rounds."""
    shown = pd.DataFrame(
        {
            _("Round"): [row["round"] for row in rounds],
            _("Category"): [layout.category_name(row["category"]) for row in rounds],
            _("Rank"): [place(row["rank"], row["rank_tied_to"]) for row in rounds],
            _("Votes"): [row["n"] for row in rounds],
            _("Score"): [number(row["score"]) for row in rounds],
            _("Interval"): [interval(row["score_low"], row["score_high"]) for row in rounds],
            _("Places"): [places(row["rank_best"], row["rank_worst"]) for row in rounds],
            _("Verdict"): [verdict(row["verdict"]) for row in rounds],
            _("Remark"): [_(REASON_SENTENCES[row["reason"]]) if row["reason"] else "" for row in rounds],
        }
    )
    written(shown[filled(shown, _("Remark"))], _("The unit in every round."))


def show_unscored(grades: pd.DataFrame, key: str) -> None:
    """Show the answers that are not grades, by kind."""
    wide = grades.pivot_table(index=["indicator", "group"], columns="kind", values="lines", aggfunc="sum", fill_value=0)
    shown = wide.reindex(columns=list(KIND_NAMES), fill_value=0).astype(int).reset_index()
    headers = {"indicator": _("Indicator"), "group": _("Evaluator group")}
    headers |= {kind: _(name) for kind, name in KIND_NAMES.items()}
    st.dataframe(shown, hide_index=True, key=key, column_config=headers, alt=_("Answers by kind."))


def show_rules(rules: RuleSet) -> None:
    """Show the rule set in force as a table whose long texts wrap."""
    pairs = [(_("Setting"), _("Value")), ("---", "---"), *_rule_pairs(rules), *_about_pairs(rules)]
    cells = [pair if pair[0] == "---" else tuple(map(layout.plain, pair)) for pair in pairs]
    st.markdown("\n".join(f"| {setting} | {value} |" for setting, value in cells))


def _rule_pairs(rules: RuleSet) -> list[tuple[str, str]]:
    points = "　".join(f"{grade} = {value / 100:g}" for grade, value in rules.points.items())
    if rules.numeric:
        points = f"{rules.numeric.low / 100:g} – {rules.numeric.high / 100:g}"
    pairs = [(_("Points"), points)]
    for kind, name in list(KIND_NAMES.items())[1:]:
        words = "、".join(grade for grade, own in rules.unscored.items() if own == kind)
        if words:
            pairs.append((_(name), words))
    pairs.append((_("Weights"), _weights(rules.weights())))
    pairs += [(f"{_('Weights')} · {name}", _weights(own)) for name, own in rules.category_weights.items()]
    pairs.append((_("Votes needed for a unit"), str(rules.minimum.per_unit)))
    pairs.append((_("Bottom rule"), bottom_sentence(rules.bottom)))
    pairs += [(f"{_('Bottom rule')} · {name}", bottom_sentence(own)) for name, own in rules.category_bottom.items()]
    pairs.append((_("Level of the intervals"), percent(rules.uncertainty.level, 0)))
    pairs += [(_("Also"), sentence) for sentence in feature_sentences(rules, language()).values()]
    return pairs


def _weights(weights: Mapping[str, float] | None) -> str:
    if weights is None:
        return _("All votes count equally, whatever the group.")
    return "　".join(f"{group} {weight * 100:g}%" for group, weight in weights.items())


def _about_pairs(rules: RuleSet) -> list[tuple[str, str]]:
    return [
        (_("Rule set"), rules.name),
        (_("Title"), rules.title),
        (_("Source"), rules.source),
        (_("Why these rules"), rules.why),
        (_("Written by"), rules.authored_by),
        (_("Checked by"), rules.checked_by),
        (_("Date"), rules.date.isoformat()),
    ]
