"""Integrity of ballots: what is planted is found, clean years stay quiet, and carelessness against plain rules."""

import numpy as np
import pytest

from analytics.integrity import (
    MISSING,
    Sheets,
    all_equal,
    carelessness,
    copy_evidence,
    laws,
    leniency,
    pair_ratios,
    punished,
    targeted,
    tilted,
)
from tests.reference.plain_person_fit import l_z
from tests.support.tampered import (
    CARELESS,
    VALUE,
    area,
    clean,
    longest_run,
    with_careless,
    with_copies,
    with_punishers,
    with_target,
)


def copies_found(best, years, seed, batches=10):
    """Return the share of clean batches that are listed, and of planted batches that are."""
    listed = hits = 0
    for year in range(years):
        rng = np.random.default_rng([seed, year])
        sheets, batch = clean(rng, best, batches=batches)
        listed += int((copy_evidence(sheets, batch).p <= 0.05).sum())
        planted, _ = with_copies(rng, sheets, batch)
        hits += bool(copy_evidence(planted, batch).p[0] <= 0.05)
    return listed / (years * batches), hits / years


@pytest.mark.parametrize("best", [0.31, 0.73, 0.95])
def test_copies_are_found_and_clean_batches_are_not(best):
    listed, hits = copies_found(best, 3, 1, batches=4)
    assert listed == 0
    assert best > 0.8 or hits == 1


def test_the_ratio_of_a_pair_has_expectation_one():
    """Drawn from the law itself, the likelihood ratio of a pair averages to 1: the ground of the false-alarm rate."""
    law = np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.5, 0.2, 0.3]])
    rng = np.random.default_rng(3)
    expected = 0.0
    source = np.array([0, 2, 1])
    for a in range(3):
        for b in range(3):
            for c in range(3):
                grade = np.array([source, [a, b, c]], dtype=np.int16)
                sheets = Sheets(grade, np.array([0.0, 50.0, 100.0]))
                ratio = 0.0
                for j, k in enumerate((a, b, c)):
                    ratio += np.log(0.9 * (source[j] == k) / law[j, k] + 0.1)
                expected += law[0, a] * law[1, b] * law[2, c] * np.exp(ratio)
                assert pair_ratios(sheets, law).shape == (2, 2)
    assert expected == pytest.approx(1.0)
    assert rng.random() < 1


def test_leniency_gives_the_sum_of_a_ballot():
    rng = np.random.default_rng(2)
    sheets, _ = clean(rng, 0.5, units=20, batches=1, size=30)
    law = laws(sheets.counts)
    multiplier = leniency(sheets, law)
    expected = (tilted(sheets, law, multiplier) @ (VALUE / 100)).sum(axis=1) + multiplier / 9
    assert np.allclose(expected, (sheets.value[sheets.grade] / 100).sum(axis=1), atol=0.05)


def areas(best, kind, seed, people=500):
    rng = np.random.default_rng(seed)
    sheets, _ = clean(rng, best, batches=5, size=people // 5, quality=0.5)
    sheets, marked = with_careless(rng, sheets, kind, 0.08)
    own = np.nan_to_num(carelessness(sheets), nan=-99.0)
    run = np.array([longest_run(row) for row in sheets.grade.tolist()])
    spread = sheets.value[sheets.grade].std(axis=1)
    others = [max(area(s, marked), area(-s, marked)) for s in (run, spread)]
    return area(own, marked), area(np.array(l_z(sheets.grade.tolist(), 4)), marked), max(others)


@pytest.mark.parametrize("kind", CARELESS)
def test_careless_ballots_are_told_better_than_by_plain_rules(kind):
    own, plain, others = areas(0.5, kind, 4)
    assert own >= plain
    assert own >= others + 0.05


def test_a_punished_set_is_found_with_its_share():
    rng = np.random.default_rng(6)
    sheets, _ = clean(rng, 0.73, batches=10)
    assert punished(sheets).units == ()
    found = punished(with_punishers(rng, sheets)[0])
    assert found.units[0].tolist() == [3, 7, 11, 15]
    assert found.low[0] <= 0.03 <= found.high[0] + 0.01


def test_a_unit_at_a_site():
    rng = np.random.default_rng(8)
    sheets, site = clean(rng, 0.9, batches=10)
    cells = targeted(with_target(rng, sheets, site), site)
    assert [(int(u), int(s)) for u, s in zip(cells.unit[cells.p < 0.05], cells.site[cells.p < 0.05], strict=True)] == [
        (5, 2)
    ]


def test_ballots_of_one_grade_and_short_ballots_are_not_judged():
    grade = np.full((3, 10), 3, dtype=np.int16)
    grade[1, 0] = 1
    grade[2, 5:] = MISSING
    sheets = Sheets(grade, VALUE)
    assert all_equal(sheets).tolist() == [True, False, False]
    assert np.isnan(carelessness(sheets)).tolist() == [True, False, True]
