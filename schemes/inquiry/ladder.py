"""The ladder of units: petitions that count against each, month by month, and what became of them.

Units in the order of the roster, never by number. Months after the as-of day are blank, not zero.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from schemes.chosen import Chosen
from schemes.frame import Frames, Period, days, measure_rows, texts
from schemes.inquiry.measures import (
    CIRCULATED,
    DECISION,
    DUPLICATE,
    FOUND,
    INQUIRY,
    MEASURES,
    PETITION,
    REVIEW,
)
from schemes.registers import UNIT

OPENED, FOUND_MARK, CIRCULAR, PERSON = MARKS = ("○", "●", "◆", "■")
"""Inquiry opened, upheld against the unit, circulated, decision on a person."""
YEAR_MEASURES = ("received", "against", "handled_in_time")
QUARTER_MEASURES = ("received", "repeated", "skip_level", "group", "against", "handled_in_time", "opened", "found")


def ladder(chosen: Chosen) -> pd.DataFrame:
    """Return a row for each unit with a petition that counts in the year of the period, in roster order.

    Columns: unit_code, name, months (twelve numbers, None for months that have not begun), marks (twelve texts),
    received, against, in_time, due.
    """
    year = Period.of(str(chosen.asked.period.first.year))
    own = chosen.over(year)
    counts = _by_month(_counting(own), "received_on")
    marks = _marks(own.frames)
    sums = _sums(own, YEAR_MEASURES)
    rows = [_row(own, year, code, name, counts, marks, sums) for code, name in _roster(own) if code in counts.index]
    return pd.DataFrame(rows, columns=["unit_code", "name", "months", "marks", "received", "against", "in_time", "due"])


def _row(
    chosen: Chosen,
    year: Period,
    code: str,
    name: str,
    counts: pd.DataFrame,
    marks: Mapping[tuple[str, str], str],
    sums: Mapping[tuple[str, str], tuple[Any, int]],
) -> dict[str, object]:
    months = [month for month, _ in year.parts("month")]
    begun = [month <= chosen.asked.as_of.isoformat()[:7] for month in months]
    numbers = [int(counts.loc[code].get(month, 0)) if done else None for month, done in zip(months, begun, strict=True)]
    share, due = sums.get(("handled_in_time", code), (None, 0))
    return {
        "unit_code": code,
        "name": name,
        "months": numbers,
        "marks": [marks.get((code, month), "") if done else "" for month, done in zip(months, begun, strict=True)],
        "received": sums.get(("received", code), (0, 0))[0],
        "against": sums.get(("against", code), (0, 0))[0],
        "in_time": None if share is None else round(share * due),
        "due": due,
    }


def _counting(chosen: Chosen) -> pd.DataFrame:
    """Return the petitions of the year that count against a unit; none without a register of petitions."""
    if PETITION not in chosen.frames:
        return pd.DataFrame(columns=["unit_code", "received_on"])
    table = chosen.frames[PETITION]
    inside = chosen.asked.period.holds(days(table, "received_on"))
    return table[inside & (table["kind"] != DUPLICATE) & table["against"].eq(True)]


def _by_month(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the number of rows by unit and month."""
    months = days(rows, day).dt.strftime("%Y-%m")
    return pd.crosstab(rows["unit_code"], months) if len(rows) else pd.DataFrame()


def _marks(frames: Frames) -> dict[tuple[str, str], str]:
    """Return the marks of each unit and month, each once, in the order of MARKS."""
    seen: dict[tuple[str, str], set[str]] = {}
    for mark, rows, day in _events(frames):
        months = days(rows, day).dt.strftime("%Y-%m")
        for key in set(zip(rows["unit_code"], months, strict=True)):
            seen.setdefault(key, set()).add(mark)
    return {key: "".join(mark for mark in MARKS if mark in found) for key, found in seen.items()}


def _events(frames: Frames) -> Iterator[tuple[str, pd.DataFrame, str]]:
    if INQUIRY in frames:
        inquiries = frames[INQUIRY]
        yield OPENED, inquiries, "opened_on"
        yield FOUND_MARK, inquiries[texts(inquiries, "finding").isin(FOUND)], "found_on"
    if DECISION in frames:
        decisions = frames[DECISION]
        yield CIRCULAR, decisions[texts(decisions, "measure") == CIRCULATED], "decided_on"
        yield PERSON, decisions[texts(decisions, "person_code") != ""], "decided_on"


def _sums(chosen: Chosen, names: tuple[str, ...]) -> dict[tuple[str, str], tuple[Any, int]]:
    """Return value and base of measures by unit."""
    wanted = [measure for measure in MEASURES if measure.name in names]
    asked = replace(chosen.asked, by="unit")
    rows = measure_rows(chosen.scheme.name, wanted, chosen.frames, asked, chosen.settings)
    return {(row["measure"], row["key"]): (row["value"], row["n"]) for row in rows.to_dict("records")}


def _roster(chosen: Chosen) -> list[tuple[str, str]]:
    known = chosen.registers.plain[UNIT]
    return list(zip(known["unit_code"].astype(str), known["unit_name"].astype(str), strict=True))


def by_unit(chosen: Chosen) -> pd.DataFrame:
    """Return QUARTER_MEASURES of the period by unit, in roster order, each as value and base, with the grade.

    grade, reason : of the review of the quarter, None where there is none or the period is no quarter.
    """
    sums, reviews = _sums(chosen, QUARTER_MEASURES), reviews_of(chosen)
    rows = []
    for code, name in _roster(chosen):
        own = {measure: sums.get((measure, code)) for measure in QUARTER_MEASURES}
        if any(own.values()) or code in reviews:
            grade, reason = reviews.get(code, (None, None))
            rows.append({"unit_code": code, "name": name, **own, "grade": grade, "reason": reason})
    return pd.DataFrame(rows, columns=["unit_code", "name", *QUARTER_MEASURES, "grade", "reason"], dtype=object)


def reviews_of(chosen: Chosen) -> dict[str, tuple[str, str]]:
    """Return grade and reason of each unit in the quarter that is asked about."""
    quarter = quarter_of(chosen.asked.period)
    if REVIEW not in chosen.frames or not quarter:
        return {}
    table = chosen.frames[REVIEW]
    table = table[texts(table, "quarter") == quarter]
    return {
        str(code): (str(grade), str(reason))
        for code, grade, reason in zip(table["unit_code"], table["grade"], table["reason"], strict=True)
    }


def quarter_of(period: Period) -> str:
    """Return the name of the quarter that a period is; "" for any other span."""
    name = f"{period.first.year}Q{(period.first.month + 2) // 3}"
    return name if Period.of(name) == period else ""


def findings(chosen: Chosen) -> pd.DataFrame:
    """Return the inquiries of the period that were upheld against a unit and led to a decision with a number.

    Columns of the register, and `decided`: measure, object and document number of each decision, without persons.
    """
    if INQUIRY not in chosen.frames or DECISION not in chosen.frames:
        return pd.DataFrame(columns=["inquiry_no", "unit_code", "decided"])
    inquiries, decisions = chosen.frames[INQUIRY], chosen.frames[DECISION]
    upheld = inquiries[chosen.asked.period.holds(days(inquiries, "found_on")) & texts(inquiries, "finding").isin(FOUND)]
    about = zip(*(texts(decisions, name) for name in ("measure", "object", "doc_no")), strict=True)
    words = [f"{measure}（{whom}）{number}" for measure, whom, number in about]
    numbered = decisions.assign(words=words)[texts(decisions, "doc_no") != ""]
    decided = numbered.groupby("inquiry_no")["words"].agg(lambda texts_: tuple(dict.fromkeys(texts_)))
    found = upheld.assign(decided=upheld["inquiry_no"].map(decided))
    return found[found["decided"].notna()].sort_values(["found_on", "inquiry_no"]).reset_index(drop=True)


def years_until(day: date, count: int = 3) -> list[Period]:
    """Return the last years up to that of a day, oldest first."""
    return [Period.of(str(year)) for year in range(day.year - count + 1, day.year + 1)]
