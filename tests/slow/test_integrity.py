"""Integrity of ballots over 200 years: false alarms, power by share of best grades, punished units, carelessness."""

import numpy as np
import pytest

from analytics.integrity import punished
from tests.analytics.test_integrity import areas, copies_found
from tests.support.tampered import CARELESS, clean, with_punishers

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("best", [0.31, 0.73, 0.90, 0.95, 0.98])
def test_copies(best):
    listed, hits = copies_found(best, 200, 2026)
    print(f"best {best}: clean batches listed {listed:.4f}, planted batches found {hits:.3f}")
    assert listed <= 0.01
    assert best > 0.8 or hits >= 0.95


@pytest.mark.parametrize("best", [0.31, 0.73, 0.90, 0.95, 0.98])
def test_punished_units(best):
    false, hits = 0, 0
    for year in range(100):
        rng = np.random.default_rng([11, year])
        sheets, _ = clean(rng, best)
        false += bool(punished(sheets).units)
        found = punished(with_punishers(rng, sheets)[0])
        hits += bool(found.units) and set(found.units[0].tolist()) >= {3, 7, 11, 15}
    print(f"best {best}: clean years with a set {false / 100}, found {hits / 100}")
    assert false <= 10
    assert hits >= 90


@pytest.mark.parametrize("kind", CARELESS)
@pytest.mark.parametrize("best", [0.31, 0.73])
def test_carelessness(kind, best):
    own, plain, others = np.mean([areas(best, kind, seed, 3000) for seed in range(5)], axis=0)
    print(f"{kind} {best}: {own:.3f} l_z {plain:.3f} longest run or variability {others:.3f}")
    assert own >= plain and own >= others + 0.05
