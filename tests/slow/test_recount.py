"""Ten thousand wrong tabulations: at most 5% of the lists pass the recount."""

import pytest

from tests.analytics.test_recount import wrong_lists_that_pass

pytestmark = pytest.mark.slow


def test_ten_thousand_wrong_tabulations():
    found = wrong_lists_that_pass(10_000, 2026)
    print(f"wrong lists that passed: {found:.4f}")
    assert found <= 0.05
