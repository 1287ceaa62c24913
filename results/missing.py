"""Missing values of a frame, and its rows by name."""

import pandas as pd


def is_missing(value: object) -> bool:
    """Return whether a cell holds nothing: None, NA, NaT or NaN."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def named_rows(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows as dictionaries by the names of their columns."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
