"""Sentences that are justified on a unit, the same at every door: a layer for everyone, a second for statisticians.

The first layer has the verdict and one gauge with one threshold: how strong the evidence is, 100 being required. Words
of certainty belong to verdicts alone. A probability or p-value next to them was read as a second verdict: 7 of 255
statements called a unit "almost certain" that may not be named. Both are on the second layer.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analytics.verdicts import CLEARED, CONFIRMED, NOT_RANKED, UNDECIDED
from data.model.register import ONLY_CATEGORY
from i18n import N_, PUNCTUATION, translate
from results import number_format
from results.labels import REASON_SENTENCES, REASONS, VERDICTS
from results.ranking.other_parts import PARTS_DECIDED

Row = Mapping[str, object]
"""Ranking row of a unit; None for a missing value."""

ENOUGH = 100
"""Strength of evidence from which a verdict is given."""
STRONGEST = 300
"""Strength from which no number is given: p = 0.0001 at 95%, where p-values depend on the shape of the far tails."""

MEMBERSHIP = {
    "last_one": N_("the last of the {count} ranked units of {family}"),
    "last": N_("among the last {k} of the {count} ranked units of {family}"),
    "share": N_("among the last {k} of the {count} ranked units of {family}"),
    "below": N_("below {line} points"),
    "last_and_below": N_("both among the last {k} of the {count} ranked units of {family} and below {line} points"),
    "share_and_below": N_("both among the last {k} of the {count} ranked units of {family} and below {line} points"),
    "dissatisfied_over": N_("a unit with more than {limit}% of its votes at the lowest grade"),
}
VERDICT_SENTENCES = {
    CONFIRMED: N_("By a statistical test (confidence level {level}%), {unit} is {membership} ({n} votes)."),
    UNDECIDED: N_(
        "The votes are not enough to establish whether {unit} is {membership} ({n} votes). It should be stated neither "
        "that it is nor that it is not."
    ),
    CLEARED: N_("By a statistical test (confidence level {level}%), {unit} is not {membership} ({n} votes)."),
}
BY_PARTS = N_(
    "By a statistical test (confidence level {level}%) of the votes ({n}) together with the other parts of the score, "
    "{unit} is {membership}."
)
WITHHELD = N_("The tests would confirm that {unit} is {membership} ({n} votes), but it must not be named. {reason}")
NOT_RANKED_SENTENCE = N_("{unit} is not ranked ({n} votes). {reason}")
GAUGE = {
    CONFIRMED: N_("Strength of the evidence: {strength}; at least 100 is required."),
    CLEARED: N_("Strength of the evidence: {strength}; at least 100 is required."),
    "for": N_("Strength of the evidence that it is: {strength}; at least 100 is required."),
    "against": N_("Strength of the evidence that it is not: {strength}; at least 100 is required."),
}
BEYOND = N_("more than {strength}")
PLACE = {
    True: N_("Its exact place is not established; it should be given as places {best} to {worst} of {count}."),
    False: N_("With all places considered together, its place can be given as {best} of {count}."),
}
CROSSES = N_(
    "Its range of places crosses the line all the same: the range bounds the places of all units at once and is wider; "
    "the verdict asks only about the bottom."
)
ONE_SIDE = N_(
    "Its range of places is on one side of the line all the same: the range answers another question; the verdict "
    "alone decides what may be stated."
)
REMARKS = {
    **REASON_SENTENCES,
    "missing_group": N_(
        "An evaluator group that counts gave the unit no vote; its score rests on the other groups, and it is not "
        "confirmed at the bottom."
    ),
    "all_trimmed": N_(
        "No vote of an evaluator group that counts is left without the highest and the lowest; the score rests on the "
        "other groups, and the unit is not confirmed at the bottom."
    ),
}
CLEARED_REMARK = N_("Remark: {reason}. It would forbid naming the unit at the bottom; it does not affect this verdict.")

STATISTICIAN = N_("For the statistician")
NO_SECOND_VERDICT = N_(
    "These figures show how the verdicts came about. They do not replace them, and nobody is named by them."
)
RELIABILITY = N_("Reliability of the scores: {share}.")
P_VALUES = N_(
    "After the correction for all units of the list, p for the statement that it is {membership}: {confirm}; for the "
    "statement that it is not: {clear}. At most {alpha} is required."
)
CHANCE = N_(
    "Under the model of shrunken scores, the probability of being among the last {k} is {chance}. It is no verdict: "
    "nobody is named or cleared by it."
)
SHRUNKEN = N_(
    "Score shrunken towards the mean: {shrunken}; expected place: {expected}. They do not replace the official score."
)
ALONE = N_(
    "For this unit alone, not selected from a list: places {places}; for the bottom {confirm}, against it {clear}. A "
    "list names several units at once, so its verdict requires stronger evidence."
)


@dataclass(frozen=True)
class Rule:
    """Bottom rule of a family, as far as sentences need it.

    name : key of MEMBERSHIP. k : places at the bottom, 0 for rules without. count : ranked units. line : points; limit
    : share, 0 to 1; None where the rule has none. level : of confidence, 0 to 1. decimals : of scores.
    """

    name: str
    k: int
    count: int
    family: str
    line: float | None
    limit: float | None
    level: float
    decimals: int = 2

    @property
    def border(self) -> float | None:
        """Return the border above the last k places (count - k + 0.5); None for rules without k."""
        return self.count - self.k + 0.5 if 0 < self.k < self.count else None

    def facts(self, language: str) -> dict[str, object]:
        """Return facts of the rule for sentences."""
        return {
            "k": self.k,
            "count": self.count,
            "family": family_name(self.family, language),
            "line": f"{self.line:g}" if self.line is not None else "",
            "limit": f"{100 * self.limit:g}" if self.limit is not None else "",
            "level": f"{100 * self.level:g}",
        }

    def membership(self, language: str) -> str:
        """Return what the rule asks of a unit, as a part of a sentence."""
        key = "last_one" if self.name in ("last", "share") and self.k == 1 else self.name
        return translate(MEMBERSHIP[key], language).format(**self.facts(language))


def first_layer(rule: Rule, row: Row, language: str, *, gauged: bool = True) -> list[str]:
    """Return the statements on a unit for everyone, the verdict first. `row` is a ranking row.

    gauged : False leaves out the strength of the evidence, for a page that must not say so much of the votes.
    """
    if row["verdict"] == NOT_RANKED:
        return [_filled(NOT_RANKED_SENTENCE, rule, row, language, reason=remark(row, language))]
    sentences = [_verdict(rule, row, language), *([_gauge(rule, row, language)] if gauged else [])]
    several = row["rank_best"] != row["rank_worst"]
    sentences.append(_filled(PLACE[several], rule, row, language, best=row["rank_best"], worst=row["rank_worst"]))
    if beside := _places_differ(rule, row):
        sentences.append(translate(beside, language))
    if row["reason"] and not withheld(rule, row):
        sentences.append(remark(row, language))
    return sentences


def second_layer(rule: Rule, row: Row, language: str) -> list[str]:
    """Return the statements on a ranked unit for statisticians: p-values, probability, shrunken score."""
    if row["verdict"] == NOT_RANKED:
        return []
    p = {name: p_words(_number(row[f"{name}_p"])) for name in ("confirm", "clear")}
    alpha = f"{1 - rule.level:.3g}"
    sentences = [_filled(P_VALUES, rule, row, language, membership=rule.membership(language), alpha=alpha, **p)]
    if row["p_bottom"] is not None:
        chance = share_words(_number(row["p_bottom"]))
        sentences.append(_filled(CHANCE, rule, row, language, chance=chance))
    if row["shrunken"] is not None:
        shrunken = number_format.number(row["shrunken"], rule.decimals)
        expected = number_format.number(row["expected_rank"], 1)
        sentences.append(_filled(SHRUNKEN, rule, row, language, shrunken=shrunken, expected=expected))
    return sentences


def strength(row: Row, level: float) -> int:
    """Return the strength of evidence for the verdict, or in the stronger direction; a whole number, 0 to 301.

    100 log(p) / log(1 - level): 100 is just enough, 200 is evidence as strong once more. It is 100 or more exactly if p
    is small enough for the verdict.
    """
    p, error = min(_p_values(row)), 1 - level
    found = math.floor(ENOUGH * math.log(p) / math.log(error)) if p > 0 else STRONGEST + 1
    found = max(found, ENOUGH) if p <= error else min(found, ENOUGH - 1)
    return min(max(found, 0), STRONGEST + 1)


def gauge(row: Row, level: float, language: str) -> str:
    """Return the strength of evidence as printed: 87, or "more than 300"."""
    found = strength(row, level)
    return translate(BEYOND, language).format(strength=STRONGEST) if found > STRONGEST else str(found)


def remark(row: Row, language: str) -> str:
    """Return why a unit is not ranked, or what restricts its verdict; empty without a reason."""
    if not row["reason"]:
        return ""
    reason = str(row["reason"])
    if row["verdict"] == CLEARED:
        return translate(CLEARED_REMARK, language).format(reason=translate(REASONS[reason], language))
    sentences = REASON_SENTENCES if row["verdict"] == NOT_RANKED else REMARKS
    return translate(sentences[reason], language)


def withheld(rule: Rule, row: Row) -> bool:
    """Return whether the evidence is enough to confirm the unit and the rules forbid it."""
    return row["verdict"] == UNDECIDED and bool(row["reason"]) and _number(row["confirm_p"]) <= 1 - rule.level


def _verdict(rule: Rule, row: Row, language: str) -> str:
    kept_back = withheld(rule, row)
    by_parts = row["verdict"] == CONFIRMED and row["reason"] == PARTS_DECIDED  # the votes alone would not confirm it
    return _filled(
        WITHHELD if kept_back else BY_PARTS if by_parts else VERDICT_SENTENCES[str(row["verdict"])],
        rule,
        row,
        language,
        membership=rule.membership(language),
        reason=remark(row, language) if kept_back else "",
    )


def leaning(row: Row) -> str:
    """Return the direction in which the evidence on a unit is stronger: "for" the bottom, or "against" it."""
    return "for" if _number(row["confirm_p"]) <= _number(row["clear_p"]) else "against"


def _gauge(rule: Rule, row: Row, language: str) -> str:
    key = str(row["verdict"])
    key = leaning(row) if key == UNDECIDED else key
    return translate(GAUGE[key], language).format(strength=gauge(row, rule.level, language))


def _p_values(row: Row) -> list[float]:
    """Return p-values of the claims that the verdict makes, or of both if it makes none."""
    claims = {CONFIRMED: ("confirm_p",), CLEARED: ("clear_p",)}
    return [_number(row[name]) for name in claims.get(str(row["verdict"]), ("confirm_p", "clear_p"))]


def _places_differ(rule: Rule, row: Row) -> str | None:
    """Return the sentence for a range of places that looks different from the verdict; None where they agree."""
    if rule.border is None:
        return None
    best, worst = _number(row["rank_best"]), _number(row["rank_worst"])
    if row["verdict"] == UNDECIDED:
        return ONE_SIDE if (best > rule.border or worst < rule.border) and not withheld(rule, row) else None
    if row["verdict"] == CONFIRMED:
        return CROSSES if best < rule.border else None
    # Under a place and a line a unit may be cleared because of its points alone.
    return CROSSES if worst > rule.border and rule.name not in ("last_and_below", "share_and_below") else None


def _filled(message: str, rule: Rule, row: Row, language: str, **more: object) -> str:
    facts = {**rule.facts(language), "unit": row["unit_name"], "n": row["n"], **more}
    return translate(message, language).format(**facts)


def _number(value: object) -> float:
    return float(str(value))


def family_name(name: str, language: str) -> str:
    """Return the name of a category, or words for the entire round and for a round without categories."""
    if name == ONLY_CATEGORY:
        return translate(N_("all units"), language)
    return translate(N_("the entire round"), language) if name == "ALL" else name


def p_words(p: float) -> str:
    """Format a p-value: p = 0.012, or p < 0.001, since more digits would suggest too much precision."""
    return f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"


def share_words(share: float) -> str:
    """Format a share as an integer percentage; <1% and >99% at the ends, because draws cannot show 0 or 1."""
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{100 * share:.0f}%"


def named_with_verdict(name: str, verdict: str, interval: str, language: str) -> str:
    """Return a name with verdict and interval if the unit may be at the bottom, else the name.

    For a place from which a name alone could be copied or printed: a cell of a grid, an axis of a chart, a list.
    """
    if verdict not in (CONFIRMED, UNDECIDED):
        return name
    marks = PUNCTUATION[language]
    words = marks.comma.join(filter(None, (translate(VERDICTS[verdict], language), interval)))
    return f"{name}{marks.brackets[0]}{words}{marks.brackets[1]}"
