"""The tampered demonstration: the checks list what is planted and nothing else, and the other rounds are untouched."""

import pytest

from data.sample.city import EVALUATORS, demo_files
from data.sample.load import load_demo
from data.sample.tampered import planted, tampered_files
from data.store import Store
from results.evidence.integrity import CARELESS, COPIES, PUNISHED, integrity

pytestmark = pytest.mark.sweep


def test_only_the_ballots_of_the_last_round_are_others():
    pairs = list(zip(demo_files(), tampered_files(), strict=True))
    (changed,) = [(plain, other) for plain, other in pairs if plain.content != other.content]
    assert changed[0].kind == "ballots" and changed[0].round_id == "2025"
    numbers = {line.split(",")[0] for line in changed[0].content.decode("utf-8-sig").splitlines()[1:]}
    truth = planted()
    assert not numbers & (truth.copies | truth.punishing | truth.careless)
    assert len(numbers) <= sum(EVALUATORS)


def test_the_checks_list_the_planted_and_nothing_else(tmp_path):
    load_demo(Store(tmp_path / "var", threads=2), tampered=True)
    release = Store(tmp_path / "var", threads=2).release()
    found, truth = integrity(release.round("2025")), planted()
    rows = {check: part for check, part in found.rows.groupby("check")}
    (copies,) = rows[COPIES].to_dict("records")
    (together,) = rows[PUNISHED].to_dict("records")
    (careless,) = rows[CARELESS].to_dict("records")
    assert (copies["site"], copies["ballots"]) == (truth.hall, len(truth.copies))
    assert tuple(together["unit_code"].split()) == truth.units and together["ballots"] == len(truth.punishing)
    assert 0.8 * len(truth.careless) <= careless["ballots"] <= len(truth.careless)
    assert set(rows) - {"all_equal"} == {COPIES, PUNISHED, CARELESS}
    assert integrity(release.round("2024")).flagged.tolist() == []
    release.close()
