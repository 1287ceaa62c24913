"""Surveys of major matters: four bases, the official result, and what the survey proves.

Counts stay integers; a share is a pair. The official result and the verdict are two columns: the line is met only if
the official base reaches it and the verdict is "cleared".

Frames, with the fields of the tables of the scheme: `assessment` (a row a matter), `consultation` (a row a survey, or
a stratum of it) and `consultation_answer` (a row a survey and question).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
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
from schemes.frame import NOT_RANDOM, NOT_TESTED, Asked, Frames, days, flags, records, setting, whole

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
QUESTION_ORDER = ("满意", "支持", "信心", "认可")

NO_PRIMARY, RUNNING, NO_ANSWERS, NOT_EVERYBODY = "no_primary", "running", "no_answers", "not_everybody"
"""Reasons for no verdict: no survey was declared beforehand, or it runs, or its answers are not delivered, or a
census asked fewer people than are concerned."""
MET, MORE_ANSWERS, NOT_MET, NO_RESULT = "met", "more_answers", "not_met", "no_result"
OUTCOMES = (MET, MORE_ANSWERS, NOT_MET, NO_RESULT)
ORDER = (CONFIRMED, UNDECIDED, CLEARED, NOT_TESTED)
SMALLEST_BASE, SMALLEST_CELL = 30, 5
"""Of numbers that are published: the smallest base, and the smallest number in favour or not."""
MATTERS = (
    *("assess_no", "matter_no", "name", "unit_code", "class", "decision", "decided_on", "survey_until", "base"),
    *("yes", "n"),
    *("reached", "short", "reaches_p", "falls_short_p", "low", "high", "verdict", "reason", "ask", "outcome"),
)


@dataclass(frozen=True)
class Settings:
    """Settings of the scheme. line : share that must approve. approval : the question that counts as approval.

    census_base, survey_base : official base. dont_know : out_of_base uses those who answered yes or no as the base.
    missing : worst_case, or at_random, an assumption that is printed. stratum_veto : every stratum of a survey must
    reach the line by itself. filing_days : from decision to filing, calendar
    days; filing_within : days before the last of them from which the filing is listed as due. watched : parts of a
    topic for which a matter of other registers needs an assessment.
    """

    line: Fraction = setting(Fraction(2, 3), low=Fraction(1, 100), high=Fraction(1))
    level: float = setting(0.95, low=0.5, high=0.9999)
    approval: str = setting("support", choices=tuple(QUESTIONS))
    census_base: str = setting(INVITED, choices=BASES[:3])
    survey_base: str = setting(RETURNED, choices=BASES[:3])
    dont_know: str = setting("in_base", choices=("in_base", "out_of_base"))
    missing: str = setting("worst_case", choices=("worst_case", "at_random"))
    stratum_veto: bool = False
    filing_days: int = setting(30, low=1, high=365)
    filing_within: int = setting(7, low=0, high=60)
    watched: tuple[str, ...] = ("拆迁", "征地", "土地征用", "安置", "收费", "排污")

    def needed(self, base: int) -> int:
        """Return the votes that reach the line."""
        return needed(base, self.line.numerator, self.line.denominator)


class Answers(NamedTuple):
    """Answers to a question; None for a number that was not delivered, which is not 0.

    given : valid answers, as delivered.
    """

    yes: int
    no: int | None = None
    neutral: int | None = None
    dont_know: int | None = None
    abstain: int | None = None
    blank: int | None = None
    invalid: int | None = None
    given: int | None = None

    @property
    def valid(self) -> int | None:
        """Return the answers that count as such: every answer but blank and invalid ones."""
        parts = _sum(self[:5])
        return self.given if parts is None else parts

    @property
    def usable(self) -> int:
        """Return the answers that are known to count, at least."""
        return max(sum(part for part in self[:5] if part is not None), self.given or 0)


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
    missing = max(invited - answered.usable, 0)
    if settings.missing == "at_random":
        return Sample(answered.yes, invited - missing, 0, size)
    return Sample(answered.yes, invited, missing, size)


# A survey has one verdict under the same settings, and every measure asks for it: 240 surveys took 2 s, six times.
@lru_cache(maxsize=1 << 14)
def examine(drawn: Sample, settings: Settings) -> LineVerdict:
    """Return the verdict on a question of a survey."""
    line = settings.line
    return verdict(*drawn, numerator=line.numerator, denominator=line.denominator, level=settings.level)


@lru_cache(maxsize=1 << 14)
def size_to_prove(drawn: Sample, settings: Settings) -> int | None:
    """Return how many people must be asked so that the same share of yes proves the line."""
    terms = {"numerator": settings.line.numerator, "denominator": settings.line.denominator}
    return size_to_clear(drawn.yes, drawn.drawn, drawn.size, **terms, level=settings.level)


def examine_strata(strata: Iterable[Sample], settings: Settings, level: float | None = None) -> StrataVerdict:
    """Return the verdict on one question of a stratified survey; every stratum has a size."""
    rows = [(row.yes, row.drawn, row.missing, row.size or 0) for row in strata]
    line = settings.line
    terms = {"numerator": line.numerator, "denominator": line.denominator}
    return strata_verdict(rows, **terms, level=level or settings.level, each=settings.stratum_veto)


def matters(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return MATTERS, a row for every assessment: official result and verdict of its primary survey.

    The primary survey was declared before it began; others are never pooled with it. low, high : share of the people
    concerned. ask : people to ask so that this share of yes would be cleared, missing if only asking all would do.
    """
    surveys, replies = primary_surveys(frames), replies_of(frames)
    rows = []
    for row in records(frames["assessment"]):
        survey = surveys.get(row["assess_no"])
        found: dict[str, object] = {"verdict": NOT_TESTED, "reason": NO_PRIMARY, "outcome": NO_RESULT}
        if survey is not None:
            found = _examined(survey, whole(row.get("population")), replies, asked, settings)
        rows.append({**row, **found})
    table = pd.DataFrame(rows, columns=list(MATTERS), dtype=object)
    return table.where(table.notna(), None)


def primary_surveys(frames: Frames) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the primary survey of each assessment; several if it is stratified."""
    found: dict[str, list[dict[str, Any]]] = {}
    given = frames.get("consultation")
    for row in [] if given is None else records(given[flags(given, "primary")]):
        found.setdefault(row["assess_no"], []).append(row)
    return found


def replies_of(frames: Frames) -> dict[tuple[str, str], Answers]:
    """Return the answers by survey and question."""
    found = {}
    given = frames.get("consultation_answer")
    for row in [] if given is None else records(given):
        numbers = [whole(row.get(name)) for name in (*Answers._fields[:-1], "valid")]
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
    rows = [on_base(name, survey, parts, settings) for parts in given.values()]
    known = [row for row in rows if row is not None]
    if len(known) < len(rows):
        return name, None
    return name, min(known, key=lambda row: Fraction(int(row["yes"] or 0), int(row["n"] or 1)))


def on_base(
    name: str, survey: list[dict[str, Any]], parts: Iterable[Answers], settings: Settings
) -> dict[str, int | bool | None] | None:
    """Return yes, n, reached and short of a question on a base, over all strata; None if numbers for it lack."""
    given = list(parts)
    known = [
        bases(part, whole(row.get("returned")), whole(row.get("invited")), settings).get(name)
        for part, row in zip(given, survey, strict=True)
    ]
    n, yes = _sum(None if base is None else base.n for base in known), sum(part.yes for part in given)
    if n is None:
        return None
    base = result(yes, n, settings)
    reached, short = base.reached, base.short
    if settings.stratum_veto and len(known) > 1 and n:
        strata = [result(part.yes, own.n, settings) for part, own in zip(given, known, strict=True) if own is not None]
        reached, short = all(own.reached for own in strata), sum(own.short for own in strata)
    return {"yes": yes, "n": n, "reached": reached, "short": short}


def _verdict(
    survey: list[dict[str, Any]], population: int | None, given: Mapping[str, list[Answers]], settings: Settings
) -> dict[str, object]:
    """Return verdict, reason, p-values, interval and people to ask."""
    reason = no_sample(survey, population)
    if reason:
        return {"verdict": UNDECIDED, "reason": reason}
    sizes = [size_of(row, population) for row in survey]
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


def size_of(row: Mapping[str, Any], population: int | None) -> int | None:
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
    shown, rows = answered[weakest], drawn[weakest][0]
    ask = size_to_prove(rows._replace(missing=0), settings) if rows.drawn else None
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


class Forecast(NamedTuple):
    """What the answers to a survey so far lead to expect.

    reached : whether their share reaches the line. more : further answers that would prove it at this share; None if
    only asking everybody would.
    """

    yes: int
    answered: int
    reached: bool
    more: int | None


def forecast(answered: Answers, drawn: int, size: int | None, settings: Settings) -> Forecast:
    """Return what would prove that the line is reached, at the same share of yes. drawn : people asked so far."""
    reached = result(answered.yes, drawn, settings).reached is True
    ask = size_to_prove(Sample(answered.yes, drawn, 0, size), settings) if reached else None
    return Forecast(answered.yes, drawn, reached, None if ask is None else max(ask - drawn, 0))


def to_prove(row: Mapping[str, Any], survey: list[dict[str, Any]]) -> Forecast | None:
    """Return what would prove a line that the primary survey of a matter reaches and does not prove; else None.

    row : of `matters`. survey : its rows.
    """
    if row["outcome"] != MORE_ANSWERS or row["reason"] is not None:
        return None
    drawn = sum(whole(part["invited"]) or 0 for part in survey)
    return Forecast(int(row["yes"]), drawn, True, None if row["ask"] is None else int(row["ask"]) - drawn)


def questions(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return assess_no, question, yes, n and reached of every question of the primary surveys, on the official base."""
    replies, rows = replies_of(frames), []
    for number, survey in primary_surveys(frames).items():
        for name in QUESTION_ORDER:
            given = [replies.get((str(row["consult_no"]), name)) for row in survey]
            if None not in given:
                _, found = official_base(survey, {name: [part for part in given if part is not None]}, settings)
                rows.append({"assess_no": number, "question": name, **(found or {})})
    return pd.DataFrame(rows, columns=["assess_no", "question", "yes", "n", "reached", "short"], dtype=object)


def forest(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return MATTERS whose primary survey ended in the period: missed first, then undecided, proved and not tested."""
    table = matters(frames, asked, settings)
    table = table[asked.period.holds(days(table, "survey_until")) & (table["reason"] != RUNNING)]
    place = table["verdict"].map({word: at for at, word in enumerate(ORDER)})
    low = pd.to_numeric(table["low"])
    shown = table.assign(place=place, start=low).sort_values(["place", "start", "assess_no"], kind="stable")
    return shown[list(MATTERS)].reset_index(drop=True)


def printed_share(yes: int, n: int, line: Fraction) -> str:
    """Return a share in per cent, half up; with more decimals where it would read as a line that it does not reach."""
    decimals = 2
    while yes < line * n and _half_up(Fraction(yes, n), decimals) == _half_up(line, decimals):
        decimals += 1
    return f"{_half_up(Fraction(yes, n), decimals):.{decimals}f}%"


def _half_up(share: Fraction, decimals: int) -> Decimal:
    scaled = (2 * share * 10 ** (decimals + 2) + 1) // 2
    return Decimal(scaled).scaleb(-decimals)


def may_leave(table: pd.DataFrame) -> pd.DataFrame:
    """Return the matters whose numbers may be published: a base of SMALLEST_BASE, and no number below SMALLEST_CELL."""
    yes, n = pd.to_numeric(table["yes"]), pd.to_numeric(table["n"])
    return table[(n >= SMALLEST_BASE) & (yes >= SMALLEST_CELL) & (n - yes >= SMALLEST_CELL)]


def four_bases(frames: Frames, settings: Settings) -> pd.DataFrame:
    """Return assess_no, question, base, yes, n, reached and short of the primary surveys, a row for every base."""
    replies, rows = replies_of(frames), []
    for number, survey in primary_surveys(frames).items():
        for name in QUESTION_ORDER:
            given = [replies.get((str(row["consult_no"]), name)) for row in survey]
            if None in given:
                continue
            for base in BASES:
                found = on_base(base, survey, [part for part in given if part is not None], settings)
                rows.append({"assess_no": number, "question": name, "base": base, **(found or {})})
    columns = ["assess_no", "question", "base", "yes", "n", "reached", "short"]
    return pd.DataFrame(rows, columns=columns, dtype=object)
