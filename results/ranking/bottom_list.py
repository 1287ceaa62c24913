"""Bottom list of a family: units named by the rule, units confirmed by the evidence, and permitted statements.

The rule names units by score alone. The verdict comes from the claim tests and decides what a list may contain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.verdicts import CLEARED, CONFIRMED, NOT_RANKED, UNDECIDED
from data.model.register import ONLY_CATEGORY
from data.store.release import Round
from i18n import N_, translate
from results.labels import REASON_SENTENCES
from results.ranking.family import BY_GRADE, COUNTED, LINED, Family, families
from results.ranking.ranking import BESIDE, FIELDS, Ranking, ranking, ranking_of
from results.ranking.verdicts import SetFacts

MEMBERSHIP = {
    "last_one": N_("the last of the {count} ranked units of {family}"),
    "last": N_("among the last {k} of the {count} ranked units of {family}"),
    "share": N_("among the last {k} of the {count} ranked units of {family}"),
    "below": N_("below {line} points"),
    "last_and_below": N_("among the last {k} of the {count} ranked units of {family} and below {line} points"),
    "dissatisfied_over": N_("with more than {limit}% of its votes at the lowest grade"),
}
VERDICT_SENTENCES = {
    CONFIRMED: N_("It can be stated with {level}% certainty that {unit} is {membership} ({n} votes, {p})."),
    UNDECIDED: N_(
        "The votes do not show whether {unit} is {membership} ({n} votes). It must not be stated that it is, nor "
        "that it is not."
    ),
    CLEARED: N_("It can be stated with {level}% certainty that {unit} is not {membership} ({n} votes, {p})."),
}
PLACE = {
    True: N_(
        "Its exact place cannot be stated: any place from {best} to {worst} of {count} is consistent with the votes."
    ),
    False: N_("With all places considered together, only place {best} of {count} is consistent with the votes."),
}
CROSSES = N_(
    "Its range of places crosses the line all the same: the range bounds the places of all units at once and is wider; "
    "the verdict asks only about the bottom."
)
WITHHELD = N_("The tests would confirm that {unit} is {membership} ({n} votes, {p}), but the rules forbid it: {reason}")
CHANCE = N_("Its probability of being among the last {k} is {chance}.")
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
        k = self.family.places
        return self.count - k + 0.5 if 0 < k < self.count else None

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

    def facts(self, language: str) -> dict[str, object]:
        """Return facts of the rule for the sentences of this list."""
        bottom = self.family.bottom
        return {
            "k": self.family.places,
            "count": self.count,
            "family": family_name(self.family.name, language),
            "line": f"{bottom.line:g}" if bottom.line is not None else "",
            "limit": f"{100 * bottom.limit:g}" if bottom.limit is not None else "",
            "level": f"{100 * self.family.rules.uncertainty.level:g}",
        }

    def membership(self, language: str) -> str:
        """Return what the rule asks of a unit, as a part of a sentence."""
        rule = self.family.bottom.rule
        key = "last_one" if rule in ("last", "share") and self.family.places == 1 else rule
        return translate(MEMBERSHIP[key], language).format(**self.facts(language))

    def sentences(self, row: Mapping[str, object], language: str) -> list[str]:
        """Return permitted statements on a unit by importance; `row` is from `rows`, None for a missing value."""
        if self.no_list:
            return [translate(self.no_list, language).format(**self.facts(language))]
        said = [self._verdict(row, language)]
        facts = {**self.facts(language), "best": row["rank_best"], "worst": row["rank_worst"]}
        several = row["rank_best"] != row["rank_worst"]
        said.append(translate(PLACE[several], language).format(**facts))
        if self._crosses(row):
            said.append(translate(CROSSES, language))
        if row["verdict"] == UNDECIDED and row["p_bottom"] is not None:
            chance = chance_words(float(str(row["p_bottom"])), language)
            said.append(translate(CHANCE, language).format(chance=chance, **facts))
        return said

    def _crosses(self, row: Mapping[str, object]) -> bool:
        """Return whether the range of a unit with a clear verdict crosses the line."""
        if self.line is None:
            return False
        best, worst = float(str(row["rank_best"])), float(str(row["rank_worst"]))
        return (row["verdict"] == CONFIRMED and best < self.line) or (row["verdict"] == CLEARED and worst > self.line)

    def _verdict(self, row: Mapping[str, object], language: str) -> str:
        verdict = str(row["verdict"])
        p = float(str(row["clear_p"] if verdict == CLEARED else row["confirm_p"]))
        withheld = verdict == UNDECIDED and p <= 1 - self.family.rules.uncertainty.level
        reason = translate(REASON_SENTENCES[str(row["reason"])], language) if withheld else ""
        return translate(WITHHELD if withheld else VERDICT_SENTENCES[verdict], language).format(
            unit=row["unit_name"],
            membership=self.membership(language),
            n=row["n"],
            p=p_words(p),
            level=self.facts(language)["level"],
            reason=reason,
        )


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


def family_name(name: str, language: str) -> str:
    """Return the name of a category, or words for the entire round and for a round without categories."""
    if name == ONLY_CATEGORY:
        return translate(N_("all units"), language)
    return translate(N_("the entire round"), language) if name == "ALL" else name


def p_words(p: float) -> str:
    """Format a p-value: p = 0.012, or p < 0.001, since more digits would suggest too much precision."""
    return f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"


# Words for a probability; the limits are chosen, and nothing but the word depends on them.
CHANCES = (
    (0.90, N_("{share} (almost certain)")),
    (0.60, N_("{share} (likely)")),
    (0.10, N_("{share} (open)")),
    (0.0, N_("{share} (unlikely)")),
)


def chance_words(share: float, language: str) -> str:
    """Return a probability as a percentage and in words."""
    sentence = next(words for least, words in CHANCES if share >= least)
    return translate(sentence, language).format(share=share_words(share))


def share_words(share: float) -> str:
    """Format a share as an integer percentage; <1% and >99% at the ends, because draws cannot show 0 or 1."""
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{100 * share:.0f}%"
