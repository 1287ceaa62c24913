"""Public measures of a scheme: nothing small can be found from a table, its total, or two exports together."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.public_measures import SMALLEST, judged
from schemes import scheme_of
from schemes.frame import ROW
from tests.support.examples import examples

ECHO = scheme_of("echo")


def rows(counts, release="r1"):
    """Answered on time by unit, and in total; counts: unit -> (met, not met)."""
    total = tuple(map(sum, zip(*counts.values(), strict=True)))
    lines = [("all", "", *total), *(("unit", unit, *pair) for unit, pair in counts.items())]
    told = [
        {
            **dict.fromkeys(ROW),
            **{"measure": "on_time", "by": by, "key": key, "n": met + rest, "as_of": "2026-12-31", "rules": "echo"},
            "value": met / (met + rest) if met + rest else None,
            "release": release,
        }
        for by, key, met, rest in lines
    ]
    return pd.DataFrame(told, columns=list(ROW), dtype=object)


def exported(counts, before=(), release="r1"):
    return judged(ECHO, rows(counts, release), "echo-2026", release, before)


def shown(found):
    return {code.removeprefix("on_time|") for code in found.rows}


def test_a_small_number_is_withheld_and_so_is_another_that_would_give_it_away():
    found = exported({"A": (40, 20), "B": (30, 3), "C": (50, 30), "D": (60, 12)})
    assert "all|" in shown(found) and "unit|B" not in shown(found)
    assert len({"unit|A", "unit|C", "unit|D"} - shown(found)) == 1


def test_all_alike_and_few_is_small():
    assert shown(exported({"A": (7, 0), "B": (40, 20), "C": (41, 20), "D": (50, 9)})) & {"unit|A"} == set()


def test_a_change_by_few_waits_and_the_same_numbers_are_repeated():
    counts = {"A": (40, 20), "B": (30, 30), "C": (50, 30)}
    first = exported(counts)
    assert shown(first) == {"all|", "unit|A", "unit|B", "unit|C"}
    moved = exported({**counts, "A": (42, 20)}, [first], "r2")
    assert set(moved.waiting) == {"on_time|all", "on_time|unit"} and not moved.rows
    again = exported(counts, [first, moved], "r3")
    assert again.rows == first.rows and again.since == {"on_time|all": "r1", "on_time|unit": "r1"}
    many = exported({**counts, "A": (60, 40)}, [first], "r2")
    assert shown(many) == shown(first) and many.earlier == (first.digest,)


PAIRS = st.dictionaries(
    st.sampled_from("ABCDEF"), st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6
)


@given(PAIRS)
@examples(60, 10)
def test_no_small_number_stands_and_the_rest_of_a_public_total_is_never_a_single_small_number(counts):
    found = exported(counts)
    kept = {unit for unit in counts if f"unit|{unit}" in shown(found)}
    assert all(not 0 < number < SMALLEST for unit in kept for number in counts[unit])
    hidden = [counts[unit] for unit in counts if unit not in kept]
    if "all|" in shown(found) and hidden:
        assert all(not 0 < sum(column) < SMALLEST or len(hidden) > 1 for column in zip(*hidden, strict=True))


@pytest.mark.parametrize("counts", [{"A": (0, 0)}, {"A": (2, 1)}])
def test_an_empty_base_and_a_tiny_one_say_nothing_of_anybody(counts):
    found = exported(counts)
    assert all(row["n"] == 0 for row in found.rows.values())
