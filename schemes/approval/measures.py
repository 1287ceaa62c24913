"""Approval of major matters: what is measured, what a clerk must do, and what is odd in the decisions.

Frames, with the fields of the tables of the scheme: `assessment`, `consultation` and `consultation_answer`; also
`petition` and `project` of other schemes, by their matter. `filing_due` of an assessment is set by `due_days.py`.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pandas as pd

from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED
from schemes.approval.surveys import (
    NO_ANSWERS,
    OUTCOMES,
    QUESTIONS,
    Answers,
    Settings,
    forecast,
    matters,
    may_leave,
    no_sample,
    primary_surveys,
    replies_of,
    size_of,
    to_prove,
)
from schemes.dossier import Narrowed, dossier_rows, events
from schemes.frame import (
    ATTENTION,
    SHARE,
    Asked,
    Frames,
    Measure,
    answers,
    counts,
    days,
    parts_of,
    records,
    texts,
    whole,
)

SETTINGS = Settings()
KEY = "assessment"
"""The way to divide by matters."""
APPROVED, REFUSED, LOW_RISK = "准予实施", "不予实施", "低"
DECISIONS = {
    APPROVED: "approved",
    "先化解后实施": "settle_first",
    "部分实施": "in_part",
    "暂缓": "postponed",
    REFUSED: "refused",
}
"""Codes of the decisions."""
NOTES = ("low_risk_but_missed", "approved_without_proof", "refused_though_met", "decided_too_early", "not_filed")
RUNNING_MORE, RUNNING_ALL, RUNNING_BELOW, RUNNING = "running_more", "running_all", "running_below", "running"
URGENCY = (
    *("not_filed", "filing_due", "no_answers", "more_answers", "all_answers"),
    *(RUNNING_MORE, RUNNING_ALL, RUNNING_BELOW, RUNNING),
    *("approved_without_proof", "low_risk_but_missed", "refused_though_met", "decided_too_early", "not_assessed"),
)
"""What has to be done, most urgent first."""
OTHER_REGISTERS = {"petition": ("topic", "received_on"), "project": ("name", "started_on")}
"""Tables of other schemes that may need an assessment: the field with the topic, and the day."""


def notes(frames: Frames, examined: pd.DataFrame, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return assess_no and note for everything in the decisions that does not fit the evidence."""
    table = frames["assessment"].merge(
        examined[["assess_no", "survey_until", "verdict", "reason"]], on="assess_no", how="left"
    )
    decision, decided = texts(table, "decision"), days(table, "decided_on")
    past = filing_due(table, settings) < pd.Timestamp(asked.as_of)
    found = {
        "low_risk_but_missed": (texts(table, "level") == LOW_RISK) & (table["verdict"] == CONFIRMED),
        "approved_without_proof": (decision == APPROVED) & (table["verdict"] != CLEARED),
        "refused_though_met": (decision == REFUSED) & (table["verdict"] == CLEARED),
        "decided_too_early": decided < days(table, "survey_until"),
        "not_filed": (texts(table, "filing_no") == "") & past,
    }
    rows = [(number, name) for name in NOTES for number in table.loc[found[name], "assess_no"]]
    return pd.DataFrame(rows, columns=["assess_no", "note"]).sort_values("assess_no", kind="stable", ignore_index=True)


def filing_due(assessments: pd.DataFrame, settings: Settings) -> pd.Series:
    """Return the last day for the filing of each decision; missing without a decision."""
    if "filing_due" in assessments:
        return days(assessments, "filing_due")
    return days(assessments, "decided_on") + pd.Timedelta(days=settings.filing_days)


def attention(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return ATTENTION, most urgent first. days : up to the day, negative once it is over; of surveys that do not prove
    the line the further answers that would, at the same share.
    """
    if "assessment" not in frames:
        return pd.DataFrame(columns=list(ATTENTION), dtype=object)
    places = [(row or [""])[0] for row in texts(frames["assessment"], "place_codes")]
    about = frames["assessment"].assign(place_code=places).drop_duplicates("assess_no").set_index("assess_no")
    listed = [*_filings(frames, asked, settings), *_surveys(frames, asked, settings), *_noted(frames, asked, settings)]
    rows = [
        {"what": what, "key": key, "day": pd.Timestamp(day), "days": number, **_of_matter(about, key)}
        for what, key, day, number in listed
    ]
    table = pd.DataFrame([*rows, *_not_assessed(frames, settings)], columns=list(ATTENTION), dtype=object)
    order = {what: at for at, what in enumerate(URGENCY)}
    return table.sort_values(["what", "day", "key"], key=lambda c: c.map(order) if c.name == "what" else c.astype(str))


def _of_matter(about: pd.DataFrame, key: str) -> dict[str, str]:
    return {name: about.at[key, name] for name in ("unit_code", "place_code")}


Listed = tuple[str, str, date, int | None]


def _filings(frames: Frames, asked: Asked, settings: Settings) -> Iterator[Listed]:
    table = frames["assessment"]
    due = filing_due(table, settings)
    for number, filed, day in zip(table["assess_no"], texts(table, "filing_no"), due, strict=True):
        left = None if pd.isna(day) or filed else (day.date() - asked.as_of).days
        if left is not None and left <= settings.filing_within:
            yield "not_filed" if left < 0 else "filing_due", number, day, left


def _surveys(frames: Frames, asked: Asked, settings: Settings) -> Iterator[Listed]:
    """Yield the primary surveys that run, have ended without answers, or do not prove a line that they reach."""
    surveys, replies = primary_surveys(frames), replies_of(frames)
    for row in records(matters(frames, asked, settings)):
        survey = surveys.get(row["assess_no"], [])
        until = max((_day(part["to"]) for part in survey), default=None)
        if until is None:
            continue
        if until > asked.as_of:
            population = _population(frames, row["assess_no"])
            what, more = _running(survey, population, replies, settings)
            yield what, row["assess_no"], until, (until - asked.as_of).days if what == RUNNING else more
        elif row["reason"] == NO_ANSWERS:
            yield "no_answers", row["assess_no"], until, (until - asked.as_of).days
        elif row["decision"] is None and (expected := to_prove(row, survey)) is not None:
            what = "all_answers" if expected.more is None else "more_answers"
            yield what, row["assess_no"], until, expected.more


def _running(
    survey: list[dict[str, Any]],
    population: int | None,
    replies: dict[tuple[str, str], Answers],
    settings: Settings,
) -> tuple[str, int | None]:
    """Return what the answers so far to a survey that runs lead to expect of its weakest question."""
    if len(survey) > 1 or no_sample(survey, population):
        return RUNNING, None
    (row,) = survey
    given = [replies.get((str(row["consult_no"]), name)) for name in QUESTIONS[settings.approval]]
    known = [part for part in given if part is not None and part.usable]
    if len(known) < len(given):
        return RUNNING, None
    weakest = min(known, key=lambda part: part.yes / part.usable)
    found = forecast(weakest, weakest.usable, size_of(row, population), settings)
    if not found.reached:
        return RUNNING_BELOW, None
    return (RUNNING_ALL, None) if found.more is None else (RUNNING_MORE, found.more)


def _population(frames: Frames, number: str) -> int | None:
    table = frames["assessment"]
    return whole(next(iter(records(table[table["assess_no"] == number])))["population"])


def _day(value: object) -> date:
    return pd.Timestamp(str(value)).date()


def _noted(frames: Frames, asked: Asked, settings: Settings) -> Iterator[Listed]:
    """Yield the notes on decisions; those on filings are listed by their last day."""
    decided = dict(zip(frames["assessment"]["assess_no"], days(frames["assessment"], "decided_on"), strict=True))
    for row in records(notes(frames, matters(frames, asked, settings), asked, settings)):
        if row["note"] != "not_filed":
            yield row["note"], row["assess_no"], decided[row["assess_no"]], None


def _not_assessed(frames: Frames, settings: Settings) -> Iterator[dict[str, object]]:
    """Yield the matters of other registers that are about a watched topic and have no assessment."""
    known = set(texts(frames["assessment"], "matter_no"))
    for name, (topic, day) in OTHER_REGISTERS.items():
        if name not in frames:
            continue
        rows = frames[name].assign(day=days(frames[name], day), topic=texts(frames[name], topic))
        rows = rows[rows["topic"].map(lambda text: any(word in text for word in settings.watched))]
        rows = rows[~texts(rows, "matter_no").isin({*known, ""})].sort_values("day").drop_duplicates("matter_no")
        known |= set(rows["matter_no"])
        for row in records(rows):
            yield {"what": "not_assessed", "key": row["matter_no"], **row, "days": None}


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


def _published(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the shares that may be published."""
    if asked.by != KEY:
        return answers([])
    kept = set(may_leave(matters(frames, asked, settings))["assess_no"])
    rows = _approval(frames, asked, settings)
    return rows[rows["key"].isin(kept)]


def _approval(frames: Frames, asked: Asked, settings: Settings) -> pd.DataFrame:
    """Return the share of approval on the official base, a row for each assessment with a survey of the period.

    There is no share of several matters together.
    """
    if asked.by != KEY:
        return answers([])
    table = matters(frames, asked, settings)
    table = table[asked.period.holds(days(table, "survey_until"))]
    value = [None if not n else yes / n for yes, n in zip(table["yes"], table["n"], strict=True)]
    rows = answers(zip(table["assess_no"], value, table["n"].fillna(0), strict=True))
    beside = table[["low", "high", "verdict", "reason"]].reset_index(drop=True)
    return pd.concat([rows, beside], axis=1).assign(why_no_interval=beside["reason"])


DOSSIER = ("assessed", "line_met", "line_more_answers", "line_not_met", "vetoed", "approved_without_proof")


def dossier(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the rows of a unit: the matters it is responsible for, and what became of them."""
    return dossier_rows(chosen, unit, DOSSIER)


def timeline(chosen: Narrowed, unit: str) -> pd.DataFrame:
    """Return the primary surveys of a unit's matters with their verdict, each on its last day, and the decisions."""
    if "assessment" not in chosen.frames:
        return events(chosen.scheme.name, [])
    examined = records(matters(chosen.frames, chosen.asked, chosen.settings))
    surveys = [
        (row["survey_until"], row["verdict"], f"line_{row['outcome']}", row["matter_no"])
        for row in examined
        if row["verdict"] in (CLEARED, CONFIRMED, UNDECIDED)
    ]
    decisions = [(row["decided_on"], "block", DECISIONS.get(row["decision"], ""), row["matter_no"]) for row in examined]
    return events(chosen.scheme.name, [*surveys, *(event for event in decisions if event[2])])


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
    Measure("approval", SHARE, "official_base", (KEY,), _approval, TABLES, None, "high"),
    Measure("approval_published", SHARE, "official_base", (KEY,), _published, TABLES, None, "high", public=True),
)
