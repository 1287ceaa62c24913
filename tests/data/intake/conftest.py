"""A store as an office has it before the first ballots arrive."""

from collections.abc import Iterator

import pytest

from tests.support.cases import CASES, SCALE
from tests.support.desk import Desk
from tests.support.paths import ROOT
from tests.support.stores import Biaochi


@pytest.fixture
def office(biaochi: Biaochi, made_once) -> Biaochi:
    """A store with a rule set and the register of eight units."""

    def fill() -> None:
        biaochi("rules", "add", ROOT / "rules" / f"{SCALE}.toml")
        biaochi("import", "units", CASES / "units_register.csv", "--round", "2025")

    made_once(fill)
    return biaochi


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A place to read small files under rules for which seven ballots suffice, without a register."""
    made = Desk(tmp_path_factory.mktemp("desk") / "var")
    with made.store.batch():  # an import in a batch opens no engine of its own
        yield made
