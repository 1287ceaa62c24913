"""Twenty looks through real scores: false claims at any look, for even and top-heavy grades."""

import numpy as np
import pytest

from tests.support.early_looks import rounds

pytestmark = pytest.mark.slow
YEARS = 300
ERROR = 2.6 * np.sqrt(0.05 * 0.95 / YEARS)


@pytest.mark.parametrize(("law", "a_look"), [("even", 15), ("95", 30)])
@pytest.mark.parametrize("lower", [1, 3])
def test_false_claims_at_twenty_looks(law, a_look, lower):
    confirmed, cleared, _ = rounds(law, lower=lower, gap=0.0, units=8, a_look=a_look, years=YEARS, seed=19)
    print(f"{law}, bottom {lower}: ever falsely confirmed {confirmed:.3f}, ever falsely cleared {cleared:.3f}")
    assert confirmed <= 0.05 + ERROR and cleared <= 0.05 + ERROR


def test_a_clear_difference_is_found():
    """Six points: at the last look 5.9 standard errors. With half the votes, 4.2 errors, .70 of 60 rounds find it."""
    _, _, right = rounds("even", lower=1, gap=0.3, units=8, a_look=120, years=40, seed=20)
    print(f"found {right:.2f}")
    assert right >= 0.8
