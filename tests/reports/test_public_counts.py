"""Counts and sums of a scheme are judged like shares: no small part, rest or sum is printed, nor follows together."""

from datetime import date

import pandas as pd
import pytest

from data.store import Store
from reports.public_measures import judged
from schemes import OTHER_SCHEMES, scheme_of
from schemes.chosen import choose, rows
from schemes.frame import ROW, Period
from tests.reference.attacker_over_measures import Month, recovered

CONTACT = scheme_of("contact")
BASES = {
    "receptions": ("receptions", 0),
    "people": ("receptions", 1),
    "raised": ("receptions", 2),
    "solved_there": ("matters_raised", 3),
    "taken_over": ("matters_raised", 4),
}


def counted(units, release="r1"):
    """Rows by unit and in total; units: unit -> receptions, people, matters raised, solved, taken over."""
    total = tuple(map(sum, zip(*units.values(), strict=True)))
    lines = [("all", "", total), *(("unit", unit, numbers) for unit, numbers in units.items())]
    found = []
    for by, key, numbers in lines:
        for measure, (of_what, at) in BASES.items():
            n = numbers[0] if of_what == "receptions" else numbers[2]
            about = {"scheme": "contact", "measure": measure, "by": by, "key": key, "of_what": of_what}
            days = {"as_of": "2025-12-31", "rules": "contact", "release": release}
            found.append({**dict.fromkeys(ROW), **about, **days, "value": numbers[at], "n": n})
    return pd.DataFrame(found, columns=list(ROW), dtype=object)


def shown(units):
    return set(judged(CONTACT, counted(units), "contact-2025", "r1", []).rows)


LARGE = {"A": (20, 60, 40, 20, 10), "B": (30, 90, 50, 25, 12), "C": (25, 70, 45, 22, 11), "D": (22, 66, 44, 21, 13)}


def test_what_is_large_is_printed():
    assert shown(LARGE) == {f"{measure}|{by}" for measure in BASES for by in ("all|", *(f"unit|{u}" for u in LARGE))}


def test_a_small_part_of_a_large_base_is_withheld_and_so_is_a_small_rest():
    """Two solved of fifty raised, and forty-eight of fifty: either small number could be read."""
    for solved in (2, 48):
        found = shown({**LARGE, "B": (30, 90, 50, solved, 12)})
        assert "solved_there|unit|B" not in found and "solved_there|all|" in found
        assert len([code for code in found if code.startswith("solved_there|unit|")]) <= 2, "and another protects it"


def test_a_small_sum_over_a_large_base_is_withheld():
    assert "raised|unit|B" not in shown({**LARGE, "B": (30, 90, 3, 0, 0)})


def test_measures_of_a_common_base_withhold_the_same_units():
    """Each with another unit withheld, the two would print both bases."""
    found = shown({**LARGE, "B": (3, 90, 50, 25, 12), "C": (25, 70, 45, 44, 11)})
    units = {m: {code.rpartition("|")[2] for code in found if code.startswith(f"{m}|unit|")} for m in BASES}
    assert len({frozenset(own) for own in units.values()}) == 1 and not {"B", "C"} & units["receptions"]


def as_pairs(scheme, found, measure, by):
    """Key -> the two numbers that a row tells of (met and not met, or a sum and its base), and the same of all."""
    counts = {own.name: own.counts for own in scheme.measures}[measure]

    def pair(row):
        if counts in ("fen", "metres") or row["value"] is None or pd.isna(row["value"]):
            return int(row["n"]), 0
        if counts == "share":
            met = round(float(row["value"]) * int(row["n"]))
            return met, int(row["n"]) - met
        part = row["of_what"] == counts or str(row["of_what"]).startswith(f"{counts}_")
        return int(row["value"]), int(row["n"]) - int(row["value"]) if part else int(row["n"])

    own = found[(found["measure"] == measure) & found["by"].isin([by, "all"])]
    pairs = {(row["by"], row["key"]): pair(row) for row in own.to_dict("records")}
    return {key: numbers for (way, key), numbers in pairs.items() if way == by}, pairs.get(("all", ""))


def seen(truth, whole, codes, measure, by):
    """What a page prints of a measure: the numbers of the keys that are in it."""
    units = {key: numbers if f"{measure}|{by}|{key}" in codes else None for key, numbers in truth.items()}
    return Month(units, whole if f"{measure}|all|" in codes else None)


DAYS = (date(2025, 11, 30), date(2025, 12, 31))


def public_rows_on(scheme, release, day):
    """The rows of the year so far that may be published, as they stood on a day."""
    chosen = choose(scheme, release, Period.of(str(day.year)), day)
    ways = [way for way in ("all", "unit", "place") if way == "all" or any(way in m.by for m in scheme.measures)]
    found = pd.concat([rows(chosen.by(way)) for way in ways], ignore_index=True)
    public = {measure.name for measure in scheme.measures if measure.public}
    small = found["by"].eq("place") & found["key"].astype(str).str.match(r"KZ-\d")
    return found[found["measure"].isin(public) & ~small & (found["reason"] != "no_records")].reset_index(drop=True)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "scheme", [s for s in OTHER_SCHEMES if any(m.public for m in s.measures)], ids=lambda s: s.name
)
def test_nothing_small_follows_from_two_months_of_the_demonstration(scheme, schemes_path):
    release = Store(schemes_path, threads=2).release()
    tables = [public_rows_on(scheme, release, day) for day in DAYS]
    release.close()
    sets, alone = [], []
    for at, table in enumerate(tables):
        sets.append(judged(scheme, table, f"{scheme.name}-2025", f"r{at}", sets))
        alone.append(set(table["measure"] + "|" + table["by"] + "|" + table["key"].astype(str)))
    small, exposed = 0, 0
    for measure, by in sorted({(m, b) for table in tables for m, b in zip(table["measure"], table["by"], strict=True)}):
        if by == "all":
            continue
        pairs = [as_pairs(scheme, table, measure, by) for table in tables]
        small += sum(0 < number < 5 for truth, _ in pairs for pair in truth.values() for number in pair)
        grows = all(
            later >= pairs[0][0].get(key, (0, 0))[at]
            for key, numbers in pairs[1][0].items()
            for at, later in enumerate(numbers)
        )
        months = [seen(*pair, set(own.rows), measure, by) for pair, own in zip(pairs, sets, strict=True)]
        everything = [seen(*pair, codes, measure, by) for pair, codes in zip(pairs, alone, strict=True)]
        ways = [slice(0, 2)] if grows else [slice(0, 1), slice(1, 2)]  # what is posted later was not posted before
        for way in ways:
            truth = [units for units, _ in pairs[way]]
            assert recovered(months[way], truth) == [], (measure, by)
            exposed += len(recovered(everything[way], truth))
    assert small and exposed, "the attacker finds nothing where nothing is guarded, so it proves nothing"
