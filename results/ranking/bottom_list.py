"""The bottom list of one family: which units the rule names, which the evidence confirms, and what may be said of each.

The rule names units by score alone. The verdict comes from the claim tests and is what a list may carry.
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
    CONFIRMED: N_("It may be said at {level}% certainty that {unit} is {membership} ({n} votes, {p})."),
    UNDECIDED: N_(
        "The votes do not show whether {unit} is {membership} ({n} votes). It may not be named as such, and it may not "
        "be said that it is not."
    ),
    CLEARED: N_("It may be said at {level}% certainty that {unit} is not {membership} ({n} votes, {p})."),
}
PLACE = {
    True: N_("Its exact place may not be said: any place from {best} to {worst} of {count} fits the votes."),
    False: N_("All places taken at once, the votes leave it only place {best} of {count}."),
}
CROSSES = N_(
    "Its range of places crosses the line all the same: the range bounds the places of all units at once and is wider; "
    "the verdict asks only about the bottom."
)
WITHHELD = N_("The tests would confirm that {unit} is {membership} ({n} votes, {p}), but the rules forbid it: {reason}")
CHANCE = N_("Its probability of being among the last {k} is {chance}.")
NONE_RANKED = N_("No unit of {family} is ranked; there is no list.")
NO_PLACES = N_("The rule comes to no place in {family}; there is no list.")
ALL_PLACES = N_(
    "The rule takes {k} places of the {count} ranked units of {family}: all are named, and nothing is found."
)
NOTHING_FOUND = N_("No unit can be confirmed and none can be cleared: no list is offered, and nobody may be named.")


@dataclass(frozen=True)
class BottomList:
    """One family under its bottom rule.

    rows : ranking rows of the family with a further column `named` (by the rule, from the score alone), worst first,
        ranked units only. not_ranked : the others. sets : facts of the rank sets.
    """

    family: Family
    rows: pd.DataFrame
    not_ranked: pd.DataFrame
    sets: SetFacts

    @property
    def count(self) -> int:
        """Ranked units."""
        return len(self.rows)

    @property
    def line(self) -> float | None:
        """Place between whose neighbours the last k begin (count - k + 0.5); None for rules without k."""
        k = self.family.places
        return self.count - k + 0.5 if 0 < k < self.count else None

    def tier(self, verdict: str) -> pd.DataFrame:
        """Rows with one verdict, worst first."""
        return self.rows[self.rows["verdict"] == verdict]

    @property
    def no_list(self) -> str | None:
        """Why there is nothing to find out: nobody is ranked, the rule takes no place or all of them; else None."""
        if not self.count:
            return NONE_RANKED
        if self.family.bottom.rule not in COUNTED or 0 < self.family.places < self.count:
            return None
        return NO_PLACES if self.family.places == 0 else ALL_PLACES

    @property
    def refused(self) -> str | None:
        """Why no names may leave as a list: there is no list, or nobody is confirmed and nobody cleared; else None."""
        found = self.rows["verdict"].isin((CONFIRMED, CLEARED)).any()
        return self.no_list or (None if found else NOTHING_FOUND)

    def not_settled(self) -> pd.DataFrame:
        """Rows that the rule names or that are not cleared, worst first; none where the rule comes to no place."""
        if self.no_list == NO_PLACES:
            return self.rows[:0]
        return self.rows[self.rows["named"] | (self.rows["verdict"] != CLEARED)]

    def facts(self, language: str) -> dict[str, object]:
        """What the sentences of this list say of the rule."""
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
        """What the rule asks of a unit, as a part of a sentence."""
        rule = self.family.bottom.rule
        key = "last_one" if rule in ("last", "share") and self.family.places == 1 else rule
        return translate(MEMBERSHIP[key], language).format(**self.facts(language))

    def sentences(self, row: Mapping[str, object], language: str) -> list[str]:
        """What may and may not be said of one unit, in order of weight; `row` is one of `rows`, None for no value."""
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
        """Whether the range of a unit with a clear verdict reaches over the line."""
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
    """The bottom lists of a round; `k` puts the rule "the last k" in place of the rule set's.

    Raises RoundNotFoundError.
    """
    found = families(round_, category)
    if k is not None:
        changed = [family.with_last(k) for family in found]
        return [bottom_list(family, ranking_of(round_, [family])) for family in changed]
    return [bottom_list(family, ranking(round_, category)) for family in found]


def bottom_list(family: Family, answer: Ranking) -> BottomList:
    """The bottom list of one family from the ranking it stands in."""
    rows = answer.rows
    rows = rows[rows["unit_code"].isin(set(family.members["unit_code"]))]
    ranked = rows[rows["verdict"] != NOT_RANKED]
    ranked = ranked.assign(named=_named(family, ranked))
    ranked = ranked.sort_values(["rank", "roster_no", "unit_code"], ascending=[False, True, True], ignore_index=True)
    others = rows[rows["verdict"] == NOT_RANKED].reset_index(drop=True)
    return BottomList(family, ranked, others, answer.sets[family.name])


def bottom(round_: Round, category: str | None = None, k: int | None = None) -> Ranking:
    """The units that the bottom rule names or that are not cleared, worst first within each family."""
    lists = bottom_lists(round_, category, k)
    return not_settled(lists) if lists else ranking_of(round_, [])


def not_settled(lists: list[BottomList]) -> Ranking:
    """The rows of some bottom lists of one round that the rule names or that are not cleared, worst first."""
    first = lists[0].family
    rows = pd.concat([one.not_settled()[[*FIELDS, *BESIDE]] for one in lists], ignore_index=True)
    return Ranking(first.release, first.round, first.rules.name, rows)


def _named(family: Family, ranked: pd.DataFrame) -> np.ndarray:
    """Units that the rule names by the score alone; a tie across the border is named whole."""
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
    """A category by its name; the whole round, and the one category of a round that has none, in words."""
    if name == ONLY_CATEGORY:
        return translate(N_("all units"), language)
    return translate(N_("the whole round"), language) if name == "ALL" else name


def p_words(p: float) -> str:
    """p = 0.012, or p < 0.001: more digits of a p-value would pretend too much."""
    return f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"


CHANCES = (
    (0.90, N_("{share} (almost certain)")),
    (0.60, N_("{share} (likely)")),
    (0.10, N_("{share} (open)")),
    (0.0, N_("{share} (unlikely)")),
)


def chance_words(share: float, language: str) -> str:
    """A probability as a percentage and in words."""
    sentence = next(words for least, words in CHANCES if share >= least)
    return translate(sentence, language).format(share=share_words(share))


def share_words(share: float) -> str:
    """Whole per cent; <1% and >99% at the ends, because draws cannot say 0 or 1."""
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{100 * share:.0f}%"
