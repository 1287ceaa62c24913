"""The test for a missing value of a frame."""

import pandas as pd


def is_missing(value: object) -> bool:
    """Return whether a cell holds nothing: None, NA, NaT or NaN."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)
