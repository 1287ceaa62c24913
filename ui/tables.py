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
from i18n import N_, PUNCTUATION
from results.labels import REASON_SENTENCES, REASONS, VERDICTS
from results.missing import is_missing
from results.number_format import NONE, interval, number, percent, places
from results.ranking.feature_words import feature_sentences
from results.ranking.rows import records
from results.ranking.rule_words import UNSCORED_NAMES, bottom_words
from results.ranking.statements import STRONGEST, named_with_verdict, strength
from results.ranking.unit import WITHHELD
from ui import address, finished, layout, printing
from ui.grids import number_column, rounded, whole
from ui.i18n import _, language

KIND_NAMES = {"scored": N_("Scored"), **UNSCORED_NAMES}
WRITTEN_WHOLE, WRITTEN_HEIGHT = 12, 520
"""Rows of a text table shown without scrolling, and the height of a longer table in pixels."""
DATE = re.compile(r"\d{4}\\-\d\d\\-\d\d( \d\d\\:\d\d)?")  # escaped for Markdown
P_DECIMALS = 3
DRAWN = (0.01, 0.99)  # draws cannot show a probability of 0 or 1
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


def statistics(rows: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Return ranked units as statisticians read them: p-values and probability, always with the verdict."""
    return pd.DataFrame(
        {
            "unit": names_with_verdicts(rows),
            "n": whole(rows["n"]),
            "low": _ends(rows, "score_low", decimals),
            "high": _ends(rows, "score_high", decimals),
            "verdict": rows["verdict_words"],
            "confirm_p": rounded(rows["confirm_p"], P_DECIMALS),
            "clear_p": rounded(rows["clear_p"], P_DECIMALS),
            "p_bottom": rounded(rows["p_bottom"].clip(*DRAWN), 0, percent=True),
            "shrunken": rounded(rows["shrunken"], decimals),
            "expected": rounded(rows["expected_rank"], 1),
        }
    )


def show_statistics(shown: pd.DataFrame, decimals: int, key: str) -> None:
    """Show `statistics` of ranked units."""
    smallest = _("0.000 means less than 0.001.")
    config: dict[str, ColumnConfig | str | None] = {
        "unit": st.column_config.TextColumn(_("Unit"), width="large"),
        "n": number_column(_("Votes")),
        "low": number_column(_("Interval from"), decimals),
        "high": number_column(_("Interval to"), decimals),
        "verdict": st.column_config.TextColumn(_("Verdict")),
        "confirm_p": number_column(_("p for the bottom"), P_DECIMALS, help=smallest),
        "clear_p": number_column(_("p against the bottom"), P_DECIMALS, help=smallest),
        "p_bottom": number_column(
            _("Probability of the last k"), percent=True, help=_("1% and 99% also stand for less and for more.")
        ),
        "shrunken": number_column(_("Shrunken score"), decimals),
        "expected": number_column(_("Expected place"), 1),
    }
    alt = _("The ranked units with p-values and probabilities.")
    printing.grid(shown, hide_index=True, key=key, column_config=config, alt=alt)


def _ends(rows: pd.DataFrame, name: str, decimals: int) -> pd.Series:
    """Return an end of the intervals, which stop at the ends of the scale, as their printed texts do."""
    place = 0 if name.endswith("low") else -1
    return rounded([None if text == NONE else text.split(" – ")[place] for text in rows["interval"]], decimals)


def verdict(code: object) -> str:
    """Return a verdict in words."""
    return _(VERDICTS[str(code)])


def written(rows: pd.DataFrame, alt: str) -> None:
    """Show a table whose texts wrap, so that none is cut off; a long table scrolls, and is printed in full."""
    cells = pd.DataFrame({name: [_cell(value) for value in rows[name]] for name in rows})
    scrolls = len(cells) > WRITTEN_WHOLE and not address.is_printed()
    height = WRITTEN_HEIGHT if scrolls else "content"
    finished.element(st.table, cells, hide_index=True, height=height, alt=alt)


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
    """Return ranked rows in their order with place, interval, places, verdict in words, and strength of evidence."""
    rows = rows[rows["rank"].notna()].reset_index(drop=True)
    decimals = rules.presentation.decimals
    return rows.assign(
        place=[place(a, b) for a, b in zip(rows["rank"], rows["rank_tied_to"], strict=True)],
        interval=[
            interval(a, b, decimals, rules.scale) for a, b in zip(rows["score_low"], rows["score_high"], strict=True)
        ],
        places=[places(a, b) for a, b in zip(rows["rank_best"], rows["rank_worst"], strict=True)],
        evidence=[strength(row, rules.uncertainty.level) for row in records(rows)],
        verdict_words=[verdict(code) for code in rows["verdict"]],
        remark=["" if pd.isna(code) else _(REASONS[code]) for code in rows["reason"]],
    )


def ranked_count(rows: pd.DataFrame, category: str) -> int:
    """Return how many units of a category have a place."""
    return int((rows["category"].eq(category) & rows["rank"].notna()).sum())


def ranking_parts(
    rows: pd.DataFrame, category: str, search: str, rules: RuleSet
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return the ranked and the unranked rows of a choice, and how many its category has. category : "" for all."""
    chosen = rows[rows["category"] == category] if category else rows
    ranked = ranking_rows(chosen, rules)
    ranked = ranked[layout.mentions(ranked, search)].reset_index(drop=True)
    return ranked, chosen[chosen["rank"].isna() & layout.mentions(chosen, search)], len(chosen)


def names_with_verdicts(rows: pd.DataFrame) -> list[str]:
    """Return the names as a grid shows them: a cell that is copied alone takes verdict and interval along."""
    columns = zip(rows["unit_name"], rows["verdict"], rows["interval"], strict=True)
    return [named_with_verdict(name, verdict, interval, language()) for name, verdict, interval in columns]


def show_ranking(rows: pd.DataFrame, decimals: int, key: str, height: int | Literal["auto"] = "auto") -> DataframeState:
    """Show the ranking as a table with single-row selection."""
    shown = pd.DataFrame(
        {
            "rank": whole(rows["rank"]),
            "unit_name": names_with_verdicts(rows),
            "category": [layout.category_name(name) for name in rows["category"]],
            "verdict_words": rows["verdict_words"],
            "score": rounded(rows["score"], decimals),
            "low": _ends(rows, "score_low", decimals),
            "high": _ends(rows, "score_high", decimals),
            "best": whole(rows["rank_best"]),
            "worst": whole(rows["rank_worst"]),
            "n": whole(rows["n"]),
            "evidence": whole(rows["evidence"].clip(upper=STRONGEST)),
            "dont_know_share": rounded(rows["dont_know_share"], 1, percent=True),
            "remark": _remarks(rows),
        }
    )
    shown = shown.drop(columns=["category"] if rows["category"].nunique() == 1 else [])
    shown = shown.drop(columns=["remark"] if not shown["remark"].any() else [])
    return printing.grid(
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
    allowed = _("Places that the votes allow, for all units at once.")
    required = _("Strength of the evidence for the verdict; at least 100 is required. {most} also means more.")
    return {
        "rank": number_column(_("Rank"), width=60),
        "unit_name": st.column_config.TextColumn(_("Unit"), width=200),
        "category": st.column_config.TextColumn(_("Category")),
        "verdict_words": st.column_config.TextColumn(_("Verdict"), width=105),
        "score": number_column(_("Score"), decimals, width=65),
        "low": number_column(_("Interval from"), decimals, width=85),
        "high": number_column(_("Interval to"), decimals, width=65),
        "best": number_column(_("Places from"), width=80, help=allowed),
        "worst": number_column(_("Places to"), width=60, help=allowed),
        "n": number_column(_("Votes"), width=65),
        "evidence": number_column(_("Evidence"), width=80, help=required.format(most=STRONGEST)),
        "dont_know_share": number_column(_("Don't know"), 1, percent=True, width=80),
        "remark": st.column_config.TextColumn(_("Remark"), width="medium"),
    }


def _remarks(rows: pd.DataFrame) -> list[str]:
    """Return what restricts each verdict, and whether its place is shared."""
    shared = [
        _("shared place") if rank != tied else "" for rank, tied in zip(rows["rank"], rows["rank_tied_to"], strict=True)
    ]
    return [PUNCTUATION[language()].comma.join(filter(None, both)) for both in zip(rows["remark"], shared, strict=True)]


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
    shown = groups.assign(weight=rounded(groups["weight"], 0, percent=True))
    config = {
        "group": st.column_config.TextColumn(_("Evaluator group")),
        "evaluators": st.column_config.NumberColumn(_("Ballots"), format="localized"),
        "weight": number_column(_("Weight"), percent=True),
    }
    config |= {kind: st.column_config.NumberColumn(_(name), format="localized") for kind, name in KIND_NAMES.items()}
    printing.grid(shown, hide_index=True, key="groups", column_config=config, alt=_("Ballots and answers by group."))


def show_means(means: pd.DataFrame, decimals: int, key: str, indicators: bool = False) -> None:
    """Show means with votes and interval, and mean and range of the category."""
    shown = pd.DataFrame(
        {
            **({"indicator": means["indicator"]} if indicators else {}),
            "group": means["group"],
            "n": whole(means["n"]),
            **{name: rounded(means[name], decimals) for name in ("mean", "low", "high")},
            **{name: rounded(means[name], decimals) for name in ("category_mean", "category_min", "category_max")},
            "remark": [_(WITHHELD) if few else "" for few in means["too_few"]],
        }
    )
    headers: dict[str, ColumnConfig | str | None] = {
        "indicator": _("Indicator"),
        "group": _("Evaluator group"),
        "n": number_column(_("Votes")),
        "mean": number_column(_("Mean"), decimals),
        "low": number_column(_("Interval from"), decimals),
        "high": number_column(_("Interval to"), decimals),
        "category_mean": number_column(_("Category mean"), decimals),
        "category_min": number_column(_("Lowest of the category"), decimals),
        "category_max": number_column(_("Highest of the category"), decimals),
        "remark": _("Remark"),
    }
    shown = shown.drop(columns=[] if shown["remark"].any() else ["remark"])
    printing.grid(shown, hide_index=True, key=key, column_config=headers, alt=_("Means by evaluator group."))


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
    printing.grid(shown, hide_index=True, key=key, column_config=headers, alt=_("Answers by kind."))


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
