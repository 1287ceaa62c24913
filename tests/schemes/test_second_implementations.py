"""Worked examples that no other test computes a second time: plainly, in integers and fractions."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest

from schemes.frame import Period
from schemes.inquiry.measures import SANCTIONS
from tests.reference import plain_clock
from tests.reference import plain_two_thirds as plain
from tests.schemes.test_inquiry import LEVELS, demonstration
from tests.support.schemes import cases, faults, word

LEVEL = Fraction(95, 100)


def rejected(yes, drawn, missing, population, tail):
    """Which numbers of approvals the survey rejects: as too few for so many yes, or as too many for so few."""

    def too_few(approving):
        return plain.at_least(yes, population, approving, drawn) <= tail

    def too_many(approving):
        return 1 - plain.at_least(yes + missing + 1, population, approving, drawn) <= tail

    return too_few, too_many


@pytest.mark.parametrize("example", cases("approval", "strata"), ids=lambda example: example.case)
def test_the_bounds_of_strata_are_where_exact_fractions_begin_to_reject(example):
    """The chance rises with the approvals, so that a number kept next to a number rejected is the bound."""
    strata = [tuple(map(int, part.split("/"))) for part in example.inputs["strata"].split()]
    ends = [tuple(map(int, part.split("-"))) for part in example.expected["bounds"].split()]
    for (yes, drawn, missing, size), (low, high) in zip(strata, ends, strict=True):
        too_few, too_many = rejected(yes, drawn, missing, size, (1 - LEVEL) / len(strata))
        least, most = yes, size - (drawn - yes - missing)
        assert not too_few(low) and (low == least or too_few(low - 1))
        assert not too_many(high) and (high == most or too_many(high + 1))
    low, high = (sum(end) for end in zip(*ends, strict=True))
    everybody = sum(size for *_, size in strata)
    told = "cleared" if 3 * low >= 2 * everybody else "confirmed" if 3 * high < 2 * everybody else "undecided"
    needed = next(count for count in range(everybody + 1) if 3 * count >= 2 * everybody)
    assert faults(example, low_sum=low, high_sum=high, verdict=told, population=everybody, needed=needed) == []


@pytest.mark.parametrize("example", cases("approval", "how_many_more"), ids=lambda example: example.case)
def test_so_many_more_are_cleared_and_a_person_less_is_not(example):
    yes, drawn, population = (int(example.inputs[name]) for name in ("yes", "drawn", "population"))

    def cleared(asked):
        return plain.verdict(yes * asked // drawn, asked, 0, population)[2] == "cleared"

    if example.expected["asked"] == "everybody":
        assert not cleared(population - 1)
        return
    asked = int(example.expected["asked"])
    assert cleared(asked) and not any(map(cleared, range(asked - 3, asked)))


def test_a_levy_of_a_person_is_compared_with_its_cap_in_fen():
    wrong = []
    for example in cases("assembly", "cap"):
        share, cap = (Fraction(example.inputs.get(name, 0)) * 100 for name in ("share", "cap"))
        tested = example.inputs["share_kind"] == "筹资" and cap
        wrong += faults(example, cap="not_tested" if not tested else "over" if share > cap else "within")
    assert wrong == []


def plain_petitions():
    """Every petition of the example, compared with those before it: all columns of the table."""
    counted, told = [], {}
    for example in sorted(cases("inquiry", "petitions"), key=lambda e: (e.inputs["received"], e.case)):
        row = example.inputs
        day, people = date.fromisoformat(row["received"]), set(row.get("persons", "").split())
        same = [(other, name) for other, name in counted if other["matter"] == row["matter"]]
        same = [(other, name) for other, name in same if set(other.get("persons", "").split()) & people]
        twins = [name for other, name in same if all(other[at] == row[at] for at in ("received", "form", "level"))]
        if twins:
            told[example.case] = {"kind": "duplicate", "counted_with": twins[0]}
            continue
        why, due = reason_of(day, [other for other, _ in same]) if same else (None, None)
        above = LEVELS.index(row["level"]) - LEVELS.index(row["responsible_level"])
        told[example.case] = {
            "kind": "repeat" if same else "first",
            "number": len(same) + 1,
            "skip_level": word(row["form"] == "来访" and above > 1),
            "group": word(row["form"] == "来访" and int(row["people"]) >= 5),
            "against": word(why in ("still_open", "not_solved")),
            "why": why,
            "due": due,
        }
        counted.append((row, example.case))
    return told


def reason_of(day, earlier):
    """Why a repetition counts or not: first what is open past its day, then what was left unsolved, then the term."""
    closed = [other["result"] for other in earlier if "closed" in other and date.fromisoformat(other["closed"]) <= day]
    running = [
        plain_clock.rolled(date.fromisoformat(other["accepted"]) + timedelta(days=60))
        for other in earlier
        if "accepted" in other and not ("closed" in other and date.fromisoformat(other["closed"]) <= day)
    ]
    if [due for due in running if due < day]:
        return "still_open", min(running)
    if "合理未解决" in closed:
        return "not_solved", None
    return ("inside_term", min(running)) if running else ("solved_or_explained", None)


def test_every_column_of_the_petitions_by_a_plain_comparison():
    told = plain_petitions()
    examples = cases("inquiry", "petitions")
    assert len(told) == len(examples) == 18
    assert [fault for example in examples for fault in faults(example, **told[example.case])] == []


def plain_numbers(frames, period):
    """Events and persons of a period, counted row by row."""
    inside = [
        row for row in frames["inquiry_measure"].to_dict("records") if period.first <= row["decided_on"] <= period.last
    ]
    kinds = Counter(row["measure"] for row in inside)
    held = [row["person_code"] for row in inside if row["measure"] in SANCTIONS and row["person_code"]]
    first = {}
    for row in frames["inquiry_measure"].to_dict("records"):
        if row["measure"] == "通报":
            first[row["inquiry_no"]] = min(row["decided_on"], first.get(row["inquiry_no"], date.max))
    accidents = set(frames["inquiry"].query("grade == '责任事故'")["inquiry_no"])
    circulated = [number for number, day in first.items() if number in accidents and period.first <= day <= period.last]
    return {
        "incidents": len(circulated),
        "talks": kinds["约谈"],
        "admonitions": kinds["诫勉"],
        "talks_and_admonitions": kinds["约谈"] + kinds["诫勉"],
        "decisions": len(held),
        "persons": len(set(held)),
    }


def test_the_numbers_of_quarters_years_and_three_years_by_a_plain_count():
    frames, wrong = demonstration(), []
    years = {name: Period.of(name) for name in ("2023", "2024", "2025")}
    periods = {**years, "all": Period(date(2023, 1, 1), date(2025, 12, 31))}
    told = {name: plain_numbers(frames, period) for name, period in periods.items()}
    for example in cases("inquiry", "adding_up"):
        wrong += faults(example, **{name: told[name][example.case] for name in periods})
        quarters = {name: str(plain_numbers(frames, Period.of(name))[example.case]) for name in example.inputs}
        assert quarters == dict(example.inputs), example.case
    assert wrong == []
