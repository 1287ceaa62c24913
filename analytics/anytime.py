"""P-values that hold at every look at once, for looks at a round before it closes.

Whoever looks twenty times at 5% is wrong far more often than in 5% of rounds. With a normal mixture (Robbins 1970;
asymptotically valid by Waudby-Smith and others 2024) a p-value holds at every look at once.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats: TypeAlias = NDArray[np.float64]

PRIOR_SHARE = 0.15
"""Share of the planned information at which the mixture is tightest; small shares favour early looks."""


def anytime_p(z: ArrayLike, share: ArrayLike, prior: float = PRIOR_SHARE) -> Floats:
    """Return one-sided p-values that hold at every look at once, of the shape of z.

    z : standardised statistics, large speaks against the hypothesis. share : of the shape of z or a number; information
    so far over what is planned (inverse squared standard errors), above 0; it may pass 1. The mixture is over positive
    effects only. Any unit of information will do, if `prior` has the same.
    """
    x, so_far = np.asarray(z, dtype=np.float64), np.asarray(share, dtype=np.float64)
    if (so_far <= 0).any():
        raise ValueError(f"the share of information must be positive, got {so_far.min()}")
    ratio = so_far / (so_far + prior)
    log_evidence = 0.5 * np.log1p(-ratio) + 0.5 * ratio * x**2 + np.log(2.0) + special.log_ndtr(x * np.sqrt(ratio))
    found: NDArray[np.float64] = np.exp(-np.maximum(log_evidence, 0.0))
    return found
