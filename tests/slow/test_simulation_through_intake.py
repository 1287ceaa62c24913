"""The promise through the product itself: ballots in a file, import, publish, the bottom list; 100 years a scenario.

`pytest -m slow -s tests/slow/test_simulation_through_intake.py` prints the errors. Three minutes of one core.
"""

import pytest

from tests.support.bars import Bars
from tests.support.intake_years import SCENARIOS, wrong_statements, years_through_intake

pytestmark = pytest.mark.slow
YEARS = 100


def test_what_the_bottom_list_says_is_true(tmp_path):
    bars = Bars("through the intake: ballots in a file, import, publish, bottom list")
    for at, (name, scenario) in enumerate(SCENARIOS.items()):
        lists = years_through_intake(tmp_path / str(at), YEARS, 600 + at, [name])[name]
        confirmed, cleared = wrong_statements(scenario, lists)
        bars.rare(name, YEARS, "wrong confirming", confirmed.mean())
        bars.rare(name, YEARS, "wrong clearing", cleared.mean())
    bars.judge()
