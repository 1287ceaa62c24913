"""A year of each kind of real ballots through import, publish and the bottom list; 100 of each are in tests/slow."""

import pytest

from tests.support.intake_years import SCENARIOS, UNITS, verdicts_of, wrong_statements, years_through_intake


@pytest.mark.sweep
def test_units_that_differ_by_a_hair_are_neither_named_nor_cleared_wrongly(tmp_path):
    found = years_through_intake(tmp_path, 1, 19, list(SCENARIOS))
    in_sites = []
    for name, (one,) in found.items():
        confirmed, cleared = wrong_statements(SCENARIOS[name], [one])
        assert not confirmed.any() and not cleared.any(), name
        assert len(one.rows) == UNITS and verdicts_of(one).count("undecided") >= UNITS - 2
        clusters = one.family.scores.evidence.clusters
        in_sites.append(clusters is not None and bool(clusters.used.any()))
    assert in_sites == [False, True, False]
