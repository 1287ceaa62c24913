"""Bottom list of a family: units named by the rule, units confirmed by the evidence, and permitted statements.

The rule names units by score alone. The verdict comes from the claim tests and decides what a list may contain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.shrinkage import reliability
from analytics.verdicts import CLEARED, CONFIRMED, NOT_RANKED
from data.store.release import Round
from i18n import N_, translate
from results.ranking.family import BY_GRADE, COUNTED, LINED, Family, families
from results.ranking.ranking import BESIDE, FIELDS, Ranking, ranking, ranking_of
from results.ranking.statements import Rule, first_layer, second_layer
from results.ranking.verdicts import SetFacts

NONE_RANKED = N_("No unit of {family} is ranked; there is no list.")
NO_PLACES = N_("The rule takes no place in {family}; there is no list.")
ALL_PLACES = N_(
    "The rule takes {k} places and {family} has {count} ranked units: all are named, and no conclusion is drawn."
)
NOTHING_FOUND = N_("No unit can be confirmed and none can be cleared: no list is offered, and nobody may be named.")


@dataclass(frozen=True)
class BottomList:
    """Bottom list of a family under its bottom rule.

    rows : ranking rows of the family with a further column `named` (by the rule, from the score alone), worst first,
        ranked units only. not_ranked : the other units. sets : facts of the rank sets.
    """

    family: Family
    rows: pd.DataFrame
    not_ranked: pd.DataFrame
    sets: SetFacts

    @property
    def count(self) -> int:
        """Return the number of ranked units."""
        return len(self.rows)

    @property
    def line(self) -> float | None:
        """Return the border above the last k places (count - k + 0.5); None for rules without k."""
        return self.rule.border

    def tier(self, verdict: str) -> pd.DataFrame:
        """Return rows with a verdict, worst first."""
        return self.rows[self.rows["verdict"] == verdict]

    @property
    def no_list(self) -> str | None:
        """Return why there is no list: no unit is ranked, or the rule takes no place or all places; else None."""
        if not self.count:
            return NONE_RANKED
        if self.family.bottom.rule not in COUNTED or 0 < self.family.places < self.count:
            return None
        return NO_PLACES if self.family.places == 0 else ALL_PLACES

    @property
    def refused(self) -> str | None:
        """Return why no list may be exported (no list, or no confirmed and no cleared unit); None if it may."""
        found = self.rows["verdict"].isin((CONFIRMED, CLEARED)).any()
        return self.no_list or (None if found else NOTHING_FOUND)

    def not_settled(self) -> pd.DataFrame:
        """Return rows named by the rule or not cleared, worst first; no rows where the rule takes no place."""
        if self.no_list == NO_PLACES:
            return self.rows[:0]
        return self.rows[self.rows["named"] | (self.rows["verdict"] != CLEARED)]

    @property
    def reliability(self) -> float:
        """Return the share of the spread of scores that is not chance, 0 to 1; NaN below two ranked units."""
        family = self.family
        if family.no_error:
            return float("nan")
        return reliability(family.ranked_score, np.where(family.ranked, family.scores.se**2, np.nan))

    @property
    def rule(self) -> Rule:
        """Return the bottom rule as far as sentences need it."""
        family, bottom = self.family, self.family.bottom
        level, decimals = family.rules.uncertainty.level, family.rules.presentation.decimals
        return Rule(
            bottom.rule, family.places, self.count, family.name, bottom.line, bottom.limit, level, decimals=decimals
        )

    def facts(self, language: str) -> dict[str, object]:
        """Return facts of the rule for the sentences of this list."""
        return self.rule.facts(language)

    def membership(self, language: str) -> str:
        """Return what the rule asks of a unit, as a part of a sentence."""
        return self.rule.membership(language)

    def sentences(self, row: Mapping[str, object], language: str, *, gauged: bool = True) -> list[str]:
        """Return permitted statements on a unit by importance; `row` is from `rows`, None for a missing value.

        gauged : False leaves out the strength of the evidence.
        """
        if self.no_list and row["verdict"] != NOT_RANKED:
            return [translate(self.no_list, language).format(**self.facts(language))]
        return first_layer(self.rule, row, language, gauged=gauged)

    def statistics(self, row: Mapping[str, object], language: str) -> list[str]:
        """Return the sentences on a unit for statisticians only; nothing where there is no list."""
        return [] if self.no_list else second_layer(self.rule, row, language)


def bottom_lists(round_: Round, category: str | None = None, k: int | None = None) -> list[BottomList]:
    """Return the bottom lists of a round; `k` replaces the bottom rule of the rule set by "the last k".

    Raises RoundNotFoundError.
    """
    found = families(round_, category)
    if k is not None:
        changed = [family.with_last(k) for family in found]
        return [bottom_list(family, ranking_of(round_, [family])) for family in changed]
    return [bottom_list(family, ranking(round_, category)) for family in found]


def bottom_list(family: Family, answer: Ranking) -> BottomList:
    """Return the bottom list of a family from the ranking that contains it."""
    rows = answer.rows
    rows = rows[rows["unit_code"].isin(set(family.members["unit_code"]))]
    ranked = rows[rows["verdict"] != NOT_RANKED]
    ranked = ranked.assign(named=_named(family, ranked))
    ranked = ranked.sort_values(["rank", "roster_no", "unit_code"], ascending=[False, True, True], ignore_index=True)
    others = rows[rows["verdict"] == NOT_RANKED].reset_index(drop=True)
    return BottomList(family, ranked, others, answer.sets[family.name])


def bottom(round_: Round, category: str | None = None, k: int | None = None) -> Ranking:
    """Return the units named by the bottom rule or not cleared, worst first within each family."""
    lists = bottom_lists(round_, category, k)
    return not_settled(lists) if lists else ranking_of(round_, [])


def not_settled(lists: list[BottomList]) -> Ranking:
    """Return rows of some bottom lists of a round that the rule names or that are not cleared, worst first."""
    first = lists[0].family
    rows = pd.concat([one.not_settled()[[*FIELDS, *BESIDE]] for one in lists], ignore_index=True)
    return Ranking(first.release, first.round, first.rules.name, rows)


def _named(family: Family, ranked: pd.DataFrame) -> np.ndarray:
    """Return units that the rule names by score alone; with a tie across the border, all tied units."""
    bottom = family.bottom
    named = np.ones(len(ranked), dtype=bool)
    if bottom.rule == BY_GRADE:
        lowest = family.members.set_index("unit_code")["lowest_votes"].reindex(ranked["unit_code"]).to_numpy()
        return np.asarray(lowest > (bottom.limit or 0.0) * ranked["n"].to_numpy())
    if bottom.rule in COUNTED:
        named &= (len(ranked) - ranked["rank_tied_to"].astype(int) < family.places).to_numpy()
    if bottom.rule in LINED:
        named &= (ranked["score"].astype(float) < (bottom.line or 0.0)).to_numpy()
    return named
