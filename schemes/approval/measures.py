"""Approval of major matters: four bases, the official result, and what the survey proves.

Counts stay integers; a share is a pair. The official result and the verdict are two columns: the line is met only if
the official base reaches it and the verdict is "cleared".

Frames, with the fields of the tables of the scheme: `assessment` (a row a matter), `consultation` (a row a survey, or
a stratum of it) and `consultation_answer` (a row a survey and question).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from analytics.two_thirds import (
    LineVerdict,
    StrataVerdict,
    joint_verdict,
    needed,
    size_to_clear,
    strata_verdict,
    verdict,
)
from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED
from schemes.frame import (
    NOT_RANDOM,
    NOT_TESTED,
    SHARE,
    Asked,
    Frames,
    Measure,
    answers,
    counts,
    days,
    flags,
    parts_of,
    records,
    setting,
    texts,
    whole,
)

VALID, RETURNED, INVITED, DECIDED = "valid", "returned", "invited", "decided"
BASES = (VALID, RETURNED, INVITED, DECIDED)
CENSUS, RANDOM, STRATIFIED = "全部", "随机", "分层随机"
NOT_SAMPLES = ("座谈", "实地调研", "专家论证", "听证会", "媒体公示", "网络")
"""Ways of asking in which people choose to come, or are chosen by hand: counts, but no sample."""
QUESTIONS = {
    "support": ("支持",),
    "satisfaction": ("满意",),
    "confidence": ("信心",),
    "all_three": ("满意", "支持", "信心"),
}
APPROVED, REFUSED, LOW_RISK = "准予实施", "不予实施", "低"

NO_PRIMARY, RUNNING, NO_ANSWERS, NOT_EVERYBODY = "no_primary", "running", "no_answers", "not_everybody"
"""Reasons for no verdict: no survey was declared beforehand, or it runs, or its answers are not delivered, or a
census asked fewer people than are concerned."""
MET, MORE_ANSWERS, NOT_MET, NO_RESULT = "met", "more_answers", "not_met", "no_result"
OUTCOMES = (MET, MORE_ANSWERS, NOT_MET, NO_RESULT)
NOTES = ("low_risk_but_missed", "approved_without_proof", "refused_though_met", "decided_too_early", "not_filed")
MATTERS = (
    *("assess_no", "matter_no", "unit_code", "class", "decision", "decided_on", "survey_until", "base", "yes", "n"),
    *("reached", "short", "reaches_p", "falls_short_p", "low", "high", "verdict", "reason", "ask", "outcome"),
)


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. line : share that must approve. approval : the question that counts as approval.

    census_base, survey_base : official base. dont_know : out_of_base uses those who answered yes or no as the base.
    missing : worst_case, or at_random, an assumption that is printed. filing_days : from decision to filing.
    """

    line: Fraction = setting(Fraction(2, 3), low=Fraction(1, 100), high=Fraction(1))
    level: float = setting(0.95, low=0.5, high=0.9999)
    approval: str = setting("support", choices=tuple(QUESTIONS))
    census_base: str = setting(INVITED, choices=BASES[:3])
    survey_base: str = setting(RETURNED, choices=BASES[:3])
    dont_know: str = setting("in_base", choices=("in_base", "out_of_base"))
    missing: str = setting("worst_case", choices=("worst_case", "at_random"))
    filing_days: int = setting(30, low=1, high=365)

    def needed(self, base: int) -> int:
        """Return the votes that reach the line."""
        return needed(base, self.line.numerator, self.line.denominator)


class Answers(NamedTuple):
    """Answers to one question; None for a number that was not delivered, which is not 0."""

    yes: int
    no: int | None = None
    neutral: int | None = None
    dont_know: int | None = None
    abstain: int | None = None
    blank: int | None = None
    invalid: int | None = None

    @property
    def valid(self) -> int | None:
        """Return the answers that count as such: every answer but blank and invalid ones."""
        return _sum(self[:5])


class Base(NamedTuple):
    """A base and its result. reached : None for an empty base. short : votes that lack."""

    n: int
    reached: bool | None
    short: int


def bases(answered: Answers, returned: int | None, invited: int | None, settings: Settings) -> dict[str, Base]:
    """Return every base that the numbers allow: valid, returned, invited, and those who answered yes or no."""
    parts = _sum([answered.valid, answered.blank, answered.invalid])
    sizes = {
        VALID: answered.valid,
        RETURNED: returned if returned is not None else parts,
        INVITED: invited,
        DECIDED: _sum([answered.yes, answered.no]),
    }
    return {name: result(answered.yes, n, settings) for name, n in sizes.items() if n is not None}


def result(yes: int, n: int, settings: Settings) -> Base:
    """Return whether yes reaches the line of n, in integers."""
    short = max(settings.needed(n) - yes, 0)
    return Base(n, short == 0 if n else None, short if n else 0)


def _sum(parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    present = [part for part in known if part is not None]
    return sum(present) if len(present) == len(known) else None


class Sample(NamedTuple):
    """What a question's verdict needs. size : people of the stratum or population, None if unknown."""

    yes: int
    drawn: int
    missing: int
    size: int | None


def sample(answered: Answers, invited: int, size: int | None, settings: Settings) -> Sample:
    """Return a survey as drawn; whatever is not known to be an answer counts as missing."""
    known = sum(part for part in answered[:5] if part is not None)
    missing = max(invited - known, 0)
    if settings.missing == "at_random":
        return Sample(answered.yes, invited - missing, 0, size)
    return Sample(answered.yes, invited, missing, size)


def examine(drawn: Sample, settings: Settings) -> LineVerdict:
    """Return the verdict on one question of a survey."""
    line = settings.line
    return verdict(*drawn, numerator=line.numerator, denominator=line.denominator, level=settings.level)


def examine_strata(strata: Iterable[Sample], settings: Settings, level: float | None = None) -> StrataVerdict:
    """Return the verdict on one question of a stratified survey; every stratum has a size."""
    rows = [(row.yes, row.drawn, row.missing, row.size or 0) for row in strata]
    line = settings.line
    return strata_verdict(rows, numerator=line.numerator, denominator=line.denominator, level=level or settings.level)


def matters(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return MATTERS, a row for every assessment: official result and verdict of its primary survey.

    The primary survey was declared before it began; others are never pooled with it. low, high : share of the people
    concerned. ask : people to ask so that this share of yes would be cleared, missing if only asking all would do.
    """
    consultations = frames["consultation"]
    surveys = dict(list(consultations[flags(consultations, "primary")].groupby("assess_no")))
    replies = _replies(frames["consultation_answer"])
    rows = []
    for row in records(frames["assessment"]):
        survey = surveys.get(row["assess_no"])
        found: dict[str, object] = {"verdict": NOT_TESTED, "reason": NO_PRIMARY, "outcome": NO_RESULT}
        if survey is not None:
            found = _examined(records(survey), whole(row.get("population")), replies, asked, settings)
        rows.append({**row, **found})
    table = pd.DataFrame(rows, columns=list(MATTERS), dtype=object)
    return table.where(table.notna(), None)


def _replies(given: pd.DataFrame) -> dict[tuple[str, str], Answers]:
    """Return the answers by survey and question."""
    found = {}
    for row in records(given):
        numbers = [whole(row.get(name)) for name in Answers._fields]
        found[str(row["consult_no"]), str(row["question"])] = Answers(numbers[0] or 0, *numbers[1:])
    return found


def _examined(
    survey: list[dict[str, Any]],
    population: int | None,
    replies: Mapping[tuple[str, str], Answers],
    asked: Asked,
    settings: Settings,
) -> dict[str, object]:
    """Return the columns that a primary survey adds; it has several rows if it is stratified."""
    until = max(str(row["to"])[:10] for row in survey)
    questions = QUESTIONS[settings.approval]
    given = {name: [replies.get((str(row["consult_no"]), name)) for row in survey] for name in questions}
    complete = {name: [part for part in parts if part is not None] for name, parts in given.items()}
    if until > asked.as_of.isoformat() or any(len(parts) < len(survey) for parts in complete.values()):
        reason = RUNNING if until > asked.as_of.isoformat() else NO_ANSWERS
        return {"survey_until": until, "verdict": NOT_TESTED, "reason": reason, "outcome": NO_RESULT}
    official, result_of = official_base(survey, complete, settings)
    word = _verdict(survey, population, complete, settings)
    reached = None if result_of is None else result_of["reached"]
    outcome = NO_RESULT if reached is None else NOT_MET if not reached else MORE_ANSWERS
    if reached and word["verdict"] == CLEARED:
        outcome = MET
    return {"survey_until": until, "base": official, **(result_of or {}), **word, "outcome": outcome}


def official_base(
    survey: list[dict[str, Any]], given: Mapping[str, list[Answers]], settings: Settings
) -> tuple[str, dict[str, int | bool | None] | None]:
    """Return the name of the official base, and yes, n, reached and short on it; None if numbers for it lack.

    Of several questions that must all reach the line, the question with the fewest yes for its base is shown.
    """
    census = all(row.get("design") == CENSUS for row in survey)
    name = settings.census_base if census else settings.survey_base
    name = DECIDED if settings.dont_know == "out_of_base" else name
    rows: list[dict[str, int | bool | None]] = []
    for parts in given.values():
        known = [
            bases(part, whole(row.get("returned")), whole(row.get("invited")), settings).get(name)
            for part, row in zip(parts, survey, strict=True)
        ]
        n, yes = _sum(None if base is None else base.n for base in known), sum(part.yes for part in parts)
        if n is None:
            return name, None
        base = result(yes, n, settings)
        rows.append({"yes": yes, "n": n, "reached": base.reached, "short": base.short})
    return name, min(rows, key=lambda row: Fraction(int(row["yes"] or 0), int(row["n"] or 1)))


def _verdict(
    survey: list[dict[str, Any]], population: int | None, given: Mapping[str, list[Answers]], settings: Settings
) -> dict[str, object]:
    """Return verdict, reason, p-values, interval and people to ask."""
    reason = no_sample(survey, population)
    if reason:
        return {"verdict": UNDECIDED, "reason": reason}
    sizes = [_size(row, population) for row in survey]
    drawn = {
        name: [
            sample(part, whole(row["invited"]) or 0, size, settings)
            for part, row, size in zip(parts, survey, sizes, strict=True)
        ]
        for name, parts in given.items()
    }
    return _of_strata(drawn, settings) if len(survey) > 1 else _of_one(drawn, settings)


def no_sample(survey: list[dict[str, Any]], population: int | None) -> str | None:
    """Return why a survey proves nothing about those who were not asked; None if it was drawn or asked everybody."""
    for row in survey:
        if row.get("design") not in (CENSUS, RANDOM, STRATIFIED) or row.get("method") in NOT_SAMPLES:
            return NOT_RANDOM
        invited = whole(row.get("invited"))
        if invited is None:
            return NO_ANSWERS
        if (
            row["design"] == CENSUS
            and population is not None
            and row.get("unit_of_count") != "户"
            and population > invited
        ):
            return NOT_EVERYBODY
    return None


def _size(row: Mapping[str, Any], population: int | None) -> int | None:
    """Return the people a survey is about: of the stratum, of a census those asked; households are not people."""
    if row["design"] == STRATIFIED:
        return whole(row.get("stratum_size"))
    if row["design"] == CENSUS:
        return whole(row["invited"])
    return None if row.get("unit_of_count") == "户" else population


def _of_one(drawn: Mapping[str, list[Sample]], settings: Settings) -> dict[str, object]:
    answered = {name: examine(rows[0], settings) for name, rows in drawn.items()}
    word = joint_verdict(answered.values(), level=settings.level) if len(answered) > 1 else ""
    weakest = min(answered, key=lambda name: answered[name].low + answered[name].high)
    shown, line, rows = answered[weakest], settings.line, drawn[weakest][0]
    ask = None
    if rows.size is not None and rows.drawn:
        ask = size_to_clear(rows.yes, rows.drawn, rows.size, numerator=line.numerator, denominator=line.denominator)
    return {
        "verdict": word or shown.verdict,
        "reaches_p": shown.reaches_p,
        "falls_short_p": shown.falls_short_p,
        "low": shown.low,
        "high": shown.high,
        "ask": ask,
    }


def _of_strata(drawn: Mapping[str, list[Sample]], settings: Settings) -> dict[str, object]:
    """Return the verdict of strata; all questions must be cleared, any is missed after Bonferroni."""
    size = sum(row.size or 0 for row in next(iter(drawn.values())))
    answered = [examine_strata(rows, settings) for rows in drawn.values()]
    weakest = min(answered, key=lambda strata: strata.low_sum + strata.high_sum)
    strict = 1 - (1 - settings.level) / len(drawn)
    missed = any(examine_strata(rows, settings, strict).verdict == CONFIRMED for rows in drawn.values())
    cleared = all(strata.verdict == CLEARED for strata in answered)
    word = CLEARED if cleared else CONFIRMED if missed else UNDECIDED
    return {"verdict": word, "low": weakest.low_sum / size, "high": weakest.high_sum / size}


def notes(frames: Frames, examined: pd.DataFrame, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return assess_no and note for everything in the decisions that does not fit the evidence."""
    table = frames["assessment"].merge(
        examined[["assess_no", "survey_until", "verdict", "reason"]], on="assess_no", how="left"
    )
    decision, decided = texts(table, "decision"), days(table, "decided_on")
    past = decided + pd.Timedelta(days=settings.filing_days) < pd.Timestamp(asked.as_of)
    found = {
        "low_risk_but_missed": (texts(table, "level") == LOW_RISK) & (table["verdict"] == CONFIRMED),
        "approved_without_proof": (decision == APPROVED) & (table["verdict"] != CLEARED),
        "refused_though_met": (decision == REFUSED) & (table["verdict"] == CLEARED),
        "decided_too_early": decided < days(table, "survey_until"),
        "not_filed": (texts(table, "filing_no") == "") & past,
    }
    rows = [(number, name) for name in NOTES for number in table.loc[found[name], "assess_no"]]
    return pd.DataFrame(rows, columns=["assess_no", "note"]).sort_values("assess_no", kind="stable", ignore_index=True)


def _assessed(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    table = frames["assessment"]
    return counts(table[asked.period.holds(days(table, "started_on"))], asked)


def _outcome(outcome: str) -> Callable[[Frames, Asked, Settings], pd.DataFrame]:
    """Return a measure: matters with this outcome, of those whose survey ended in the period."""

    def measure(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
        table = matters(frames, asked, settings)
        ended = table[asked.period.holds(days(table, "survey_until"))]
        return parts_of(ended, asked, ended["outcome"] == outcome)

    return measure


def _decided(frames: Frames, asked: Asked) -> pd.DataFrame:
    table = frames["assessment"]
    return table[asked.period.holds(days(table, "decided_on")) & (texts(table, "decision") != "")]


def _vetoed(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    decided = _decided(frames, asked)
    return parts_of(decided, asked, decided["decision"] == REFUSED)


def _without_proof(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Count approvals of the period whose line is not proved, of all approvals of the period."""
    decided = _decided(frames, asked)
    approved = decided[decided["decision"] == APPROVED]
    examined = matters({**frames, "assessment": approved}, asked, settings)
    return parts_of(examined, asked, examined["verdict"] != CLEARED)


def _approval(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of approval on the official base, a row for each assessment with a survey of the period."""
    table = matters(frames, asked, settings)
    table = table[asked.period.holds(days(table, "survey_until"))]
    value = [None if not n else yes / n for yes, n in zip(table["yes"], table["n"], strict=True)]
    rows = answers(zip(table["assess_no"], value, table["n"].fillna(0), strict=True))
    beside = table[["low", "high", "verdict", "reason"]].reset_index(drop=True)
    return pd.concat([rows, beside], axis=1).assign(why_no_interval=beside["reason"])


TABLES = ("assessment", "consultation", "consultation_answer")
DIVIDED = ("unit", "class", "month", "quarter")
MEASURES: tuple[Measure[Settings], ...] = (
    Measure("assessed", "matters", "matters_started", DIVIDED, _assessed, TABLES[:1]),
    *(
        Measure(f"line_{outcome}", "matters", "matters_surveyed", DIVIDED, _outcome(outcome), TABLES)
        for outcome in OUTCOMES
    ),
    Measure("vetoed", "matters", "matters_decided", DIVIDED, _vetoed, TABLES[:1], public=True),
    Measure("approved_without_proof", "matters", "matters_approved", DIVIDED, _without_proof, TABLES, good="low"),
    # A share of each matter, never added up over matters: only divided by assessment.
    Measure("approval", SHARE, "official_base", ("assessment",), _approval, TABLES, None, "high", True),
)
