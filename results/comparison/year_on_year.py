"""Comparison of two rounds of a release, category by category: which scores changed by more than chance.

A unit is followed by its code, and by the table of reforms where a renaming gave it another code: a renamed unit
continues, a merged unit does not. Where the scoring rules changed, the earlier round is recounted under the later
rules. Where the ballot form changed too, nothing is tested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.changes import RegressionToMean, ScoreChanges, changes_of, corrected, regression_to_mean
from data.model.rule_sets import InvalidRulesError, RuleSet
from data.model.score_rules import nonzero
from data.store.release import Round
from errors import BiaochiError
from i18n import N_
from results.comparison.method_breaks import Break, form_breaks, rule_breaks
from results.ranking.family import ALL, WITHOUT_A_GROUP, Family, RoundNotFoundError, WhatIf, families
from results.ranking.lineage import carried
from results.ranking.verdicts import verdicts

Array: TypeAlias = NDArray[Any]
Recount: TypeAlias = Callable[[Round, RuleSet], WhatIf]

ROSE, FELL, SAME = "rose", "fell", "not_distinguishable"
STATEMENT_NAMES = {ROSE: N_("Rose"), FELL: N_("Fell"), SAME: N_("Not significant")}
UP, DOWN, OVERLAPPING = "up", "down", "overlapping"
COLUMNS = (
    *("unit_code", "unit_name", "old_name", "moved_from", "n_from", "n_to", "score_from", "score_to"),
    *("change", "low", "high", "p", "p_holm", "p_bh", "statement"),
    *("rank_best_from", "rank_worst_from", "rank_best_to", "rank_worst_to", "position", "reason"),
)
TESTED = ("change", "standard_error", "low", "high", "p")
LEFT_OUT = ("unit_code", "unit_name", "round", "reason")
SCREENING = 0.05  # expected share of false entries among the units that need attention (Benjamini-Hochberg)
LEFT_OUT_SENTENCES = {
    "new": N_("The unit was not in the earlier round."),
    "gone": N_("The unit is not in this category of the later round."),
    "no_votes": N_("The unit has no votes in this round."),
}


@dataclass(frozen=True)
class Changes:
    """The changes of a category between two rounds.

    rules : name of the rule set of the earlier scores. recounted : the earlier round was recounted under the
        later rules, so `score_from` and the earlier rank sets are not the published ones.
    tested : false where the rounds cannot be compared; then the scores are the published ones, and change, interval,
        p-values, statement and position are null in every row.
    level : of the intervals and the statements.
    rows : COLUMNS, a row a unit with a score in both rounds, in order of change, largest rise first. A unit that came
        from another category (moved_from) has no position, and no change where the weights differ. statement is by
        p_holm, over the units of the category. reason : why the unit has no place in the later round, else in the
        earlier, or null.
    left_out : LEFT_OUT, a row a unit that is not compared; round says to which round the reason belongs.
    """

    release: str
    round_from: str
    round_to: str
    category: str
    rules: str
    recounted: bool
    tested: bool
    level: float
    breaks: tuple[Break, ...]
    rows: pd.DataFrame
    left_out: pd.DataFrame
    ranked_from: int
    ranked_to: int
    regression: RegressionToMean | None

    def count(self, statement: str) -> int:
        """Return how many units rose, fell, or are not distinguishable."""
        return int((self.rows["statement"] == statement).sum())

    @property
    def compared(self) -> int:
        """Return how many changes were tested."""
        return int(self.rows["p"].notna().sum())

    @property
    def to_look_into(self) -> int:
        """Return how many units are on the screening list (Benjamini-Hochberg at 5%)."""
        return int((self.rows["p_bh"] <= SCREENING).sum())


class TrialComparisonError(BiaochiError):
    """Refusal to compare a trial round with a formal round when this was not requested."""

    message = N_("One of the two rounds is a trial; it is not compared with formal ones.")


def round_before(round_: Round) -> str | None:
    """Return the newest earlier round with votes and the same status (trial or formal); None if there is none."""
    trials = round_.release.trial_rounds
    alike = (
        name for name in round_.release.scored_rounds if name < round_.id and (name in trials) == (round_.id in trials)
    )
    return max(alike, default=None)


def changes(
    round_from: Round,
    round_to: Round,
    category: str,
    recount: Recount | None = None,
    *,
    with_trial: bool = False,
) -> Changes:
    """Compare two rounds in a category of the later round, or in ALL.

    `recount` recounts a round under another rule set (results.ranking.what_if); without it, rounds whose scoring rules
    differ are not tested. Raises RoundNotFoundError for a round without votes or an unknown category,
    and TrialComparisonError for a trial against a formal round, unless `with_trial` requests it.
    """
    if round_from.id == round_to.id:
        raise ValueError(f"two different rounds are needed, got {round_from.id} twice")
    if not with_trial and round_from.is_trial != round_to.is_trial:
        raise TrialComparisonError
    later = _later(round_to, category)
    if round_from.rules is None:
        raise RoundNotFoundError(round_from.id)
    breaks = list(rule_breaks(round_from.rules, later.rules, later.name))
    again, comparable = None, not breaks
    if breaks and recount is not None:
        again = _recounted(recount, round_from, later.rules)
        comparable = again is not None
    if not comparable:
        breaks.append(Break("not_recounted"))
    whole = ALL if category == ALL else None
    earlier = families(round_from, whole, again)
    formed = list(form_breaks(round_from.release, earlier, later)) if comparable else []
    tested = comparable and not formed
    if again and not tested:  # a recount would gain nothing: the official scores are used
        again, earlier = None, families(round_from, whole)
    return _answer((round_from, round_to), earlier, later, tuple(breaks + formed), tested, again is not None)


def _later(round_: Round, category: str) -> Family:
    found = families(round_, category)
    if not found:
        raise RoundNotFoundError(round_.id)
    return found[0]


def _recounted(recount: Recount, round_: Round, rules: RuleSet) -> WhatIf | None:
    """Recount the round under other rules; None where the rules lack its grades or groups."""
    try:
        return recount(round_, rules)
    except InvalidRulesError:
        return None


def _answer(
    rounds: tuple[Round, Round],
    earlier: list[Family],
    later: Family,
    breaks: tuple[Break, ...],
    tested: bool,
    recounted: bool,
) -> Changes:
    own = next((family for family in earlier if family.name == later.name), None)
    level = later.rules.uncertainty.level
    renamed = carried(*rounds)
    before = pd.concat([_scores(family, family is own) for family in earlier]).rename(index=renamed)
    after = _scores(later, True)
    both = [code for code in after.index if code in before.index]
    compared = [code for code in both if not (_why_not(before.loc[code]) or _why_not(after.loc[code]))]
    reweighted = [_weighs_otherwise(later.rules, str(name), later.name) for name in before.loc[compared, "category"]]
    testable = [tested and not other for other in reweighted]
    found = _changes(compared, testable, earlier, later, renamed, level)
    rows = _rows(before.loc[compared], after.loc[compared], found, later, tested, level)
    regression = None
    if tested and own is not None:
        regression = _regression(own, later, after, renamed)
    return Changes(
        later.release,
        rounds[0].id,
        rounds[1].id,
        later.name,
        later.rules.name if recounted else earlier[0].rules.name,
        recounted,
        tested,
        level,
        breaks,
        rows,
        _left_out(before, after, set(compared), rounds[0].id, rounds[1].id),
        int(own.ranked.sum()) if own is not None else 0,
        int(later.ranked.sum()),
        regression,
    )


def _scores(family: Family, with_places: bool) -> pd.DataFrame:
    """Return what the comparison needs of a family, by unit code; rank sets only on request, since they need draws."""
    scores = family.scores
    frame = pd.DataFrame(
        {
            "unit_name": family.members["unit_name"].astype(object),
            "category": family.name,
            "n": scores.n.sum(axis=1),
            "score": scores.score,
            "reason": pd.Series(family.reason, dtype=object),
        }
    )
    places = ["rank_best", "rank_worst"]
    nowhere = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    frame[places] = verdicts(family).rows[places] if with_places else pd.concat([nowhere, nowhere], axis=1)
    frame.index = pd.Index(family.members["unit_code"].astype(str), name="unit_code")
    return frame


def _why_not(unit: pd.Series) -> str | None:
    """Return why a unit of one round has no score comparable with the other round's; None when it has.

    A unit scored without one of its groups has other weights than before.
    """
    reason = unit["reason"]
    if reason in ("merged", *WITHOUT_A_GROUP):
        return str(reason)
    return (reason or "no_votes") if np.isnan(unit["score"]) else None


def _changes(
    compared: list[str],
    testable: list[bool],
    earlier: list[Family],
    later: Family,
    renamed: dict[str, str],
    level: float,
) -> ScoreChanges:
    """Return the changes of the units `compared`, from the votes of both rounds; NaN where not testable.

    A unit may have been in any category of the earlier round; the corrections are for all units together.
    """
    now = {str(code): at for at, code in enumerate(later.members["unit_code"])}
    parts = [np.full(len(compared), np.nan) for _ in TESTED]
    for family in earlier:
        codes = [renamed.get(str(code), str(code)) for code in family.members["unit_code"]]
        then = {code: at for at, code in enumerate(codes)}
        own = [n for n, code in enumerate(compared) if testable[n] and code in then]
        before = family.scores.select([then[compared[n]] for n in own])
        after = later.scores.select([now[compared[n]] for n in own])
        found = changes_of(before, after, level=level)
        for part, name in zip(parts, TESTED, strict=True):
            part[own] = getattr(found, name)
    return corrected(*parts)


def _rows(
    before: pd.DataFrame, after: pd.DataFrame, found: ScoreChanges, later: Family, tested: bool, level: float
) -> pd.DataFrame:
    """Return COLUMNS for units in both frames, which have the same order, with their changes."""
    rows = pd.DataFrame({"unit_code": after.index, "unit_name": after["unit_name"].to_numpy()})
    names = zip(before["unit_name"], after["unit_name"], strict=True)
    rows["old_name"] = _text([old if old != new else None for old, new in names])
    rows["moved_from"] = _text([name if name != later.name else None for name in before["category"]])
    for name in ("n", "score"):
        rows[f"{name}_from"], rows[f"{name}_to"] = before[name].to_numpy(), after[name].to_numpy()
    for name in ("change", "low", "high", "p", "p_holm", "p_bh"):
        rows[name] = getattr(found, name)
    rows["statement"] = _text(_statements(found.change, found.p_holm, level))
    for name in ("rank_best", "rank_worst"):
        rows[f"{name}_from"], rows[f"{name}_to"] = _whole(before[name]), _whole(after[name])
    rows["position"] = _text(_positions(rows) if tested else [None] * len(rows))
    own, past = after["reason"].to_numpy(), before["reason"].to_numpy()
    rows["reason"] = _text([a or b for a, b in zip(own, past, strict=True)])
    rows = rows[list(COLUMNS)]
    # Units that cannot be compared have no change and come last; equal changes keep the order of the register.
    return rows.sort_values("change", ascending=False, na_position="last", kind="stable", ignore_index=True)


def _weighs_otherwise(rules: RuleSet, category: str, later: str) -> bool:
    """Return whether the rules weight the groups of two categories differently."""
    if category == later:
        return False
    return nonzero(rules.weights(category)) != nonzero(rules.weights(later))


def _statements(change: Array, p_holm: Array, level: float) -> list[str | None]:
    sure = p_holm <= 1 - level + 1e-12  # 1 - 0.95 falls short of 0.05 by rounding
    words = np.where(sure, np.where(change > 0, ROSE, FELL), SAME)
    return [None if np.isnan(value) else str(word) for value, word in zip(p_holm, words, strict=True)]


def _positions(rows: pd.DataFrame) -> list[str | None]:
    """Return whether the rank sets of two rounds do not overlap; None without both."""
    words: list[str | None] = []
    names = ("rank_best_from", "rank_worst_from", "rank_best_to", "rank_worst_to")
    for best, worst, best_now, worst_now in zip(*(rows[name] for name in names), strict=True):
        if best is pd.NA or best_now is pd.NA:
            words.append(None)
        else:
            words.append(UP if worst_now < best else DOWN if best_now > worst else OVERLAPPING)
    return words


def _regression(own: Family, later: Family, after: pd.DataFrame, renamed: dict[str, str]) -> RegressionToMean | None:
    """Return the units under the earlier bottom rule, or the last fifth where it has no number of places."""
    known = [_why_not(unit) is None for _, unit in after.iterrows()]
    codes = own.members["unit_code"].astype(str).replace(renamed)
    second = after.loc[known, "score"].reindex(codes).to_numpy(dtype=float)
    k = own.places or int(own.ranked.sum()) // 5
    # The two rounds have different evaluators, so the covariance of a rise is the sum of both.
    then = pd.DataFrame(later.scores.covariance_adjusted, index=after.index, columns=after.index)
    covariance = own.scores.covariance_adjusted + then.reindex(index=codes, columns=codes).to_numpy(dtype=float)
    level = later.rules.uncertainty.level
    return regression_to_mean(
        own.ranked_score, own.scores.se**2, second, k, covariance=np.nan_to_num(covariance), level=level
    )


def _left_out(
    before: pd.DataFrame, after: pd.DataFrame, compared: set[str], round_from: str, round_to: str
) -> pd.DataFrame:
    """Return units of the category in either round that are not compared, each with the reason."""
    rows = []
    past = {code: _why_not(unit) for code, unit in before.iterrows()}
    for code, unit in after[~after.index.isin(list(compared))].iterrows():
        why = _why_not(unit)
        place = (round_to, why) if why else (round_from, past.get(code, "new"))
        rows.append((code, unit["unit_name"], *place))
    gone = (before["category"] == after["category"].iloc[0]) & ~before.index.isin(after.index)
    rows += [(code, unit["unit_name"], round_to, "gone") for code, unit in before[gone].iterrows()]
    return pd.DataFrame(rows, columns=list(LEFT_OUT))


def _whole(values: pd.Series) -> pd.api.extensions.ExtensionArray:
    return pd.array(values.tolist(), dtype="Int64")


def _text(values: list[str | None]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="string")
