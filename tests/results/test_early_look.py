"""An early look at a round: numbers without names, logged, on uploads that nobody published, refused after closing."""

import json

import pytest

from data.store import Store
from data.store.audit_log import read_log
from errors import UsageError
from results.evidence.early_look import early_look
from tests.data.store.test_frozen_parts import put
from tests.results.test_integrity import OFFICE
from tests.support.tampered_office import tampered_round

RULES = (
    OFFICE[: OFFICE.index("[bottom")] + '[bottom]\nrule = "last"\nk = 3\n\n' + OFFICE[OFFICE.index("[uncertainty]") :]
)


@pytest.fixture
def store(store_path, made_once):
    def make():
        made = Store(store_path, threads=1)
        made.add_rules(RULES)
        put(made, "ballots", tampered_round(planted=False).content)

    made_once(make)
    return Store(store_path, threads=1)


def test_a_look_counts_and_names_nobody(store, biaochi):
    printed = biaochi("early-look", "--round", "2025", "--format", "json").decode()
    (row,) = json.loads(printed)["rows"]
    assert (row["units"], row["places"], row["votes"]) == (30, 3, 18000)
    assert row["confirmed"] + row["cleared"] + row["undecided"] == 30 and row["confirmed"] <= 3
    assert "单位" not in printed and store.in_force() is None
    (looked,) = [entry for entry in read_log(store.path) if entry.action == "look"]
    assert looked.round == "2025" and "18000" in looked.what


def test_a_closed_round_and_an_empty_one_are_refused(store):
    store.publish()
    store.set_status("2025", "final", "审定")
    with pytest.raises(UsageError, match="closed"):
        early_look(store, "2025")
