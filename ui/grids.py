"""Columns of sortable grids: numbers stay numbers, rounded as they are shown.

A text such as "15=" or ">99%" sorts 1, 10, 11, 2, and a screen reader reads the cell's value, not its format, so the
value itself has no more digits than the reader is meant to see.
"""

from collections.abc import Iterable
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from results.missing import is_missing
from results.number_format import number

Width = int | Literal["small", "medium", "large"]


def rounded(values: Iterable[object], decimals: int, *, percent: bool = False) -> pd.Series:
    """Return numbers rounded half up as they are printed; missing ones are empty. percent : shares from 0 to 1."""
    factor = 100 if percent else 1
    shown = [None if is_missing(value) else float(number(factor * float(str(value)), decimals)) for value in values]
    return pd.Series(shown, dtype="Float64")


def whole(values: Iterable[object]) -> pd.Series:
    """Return whole numbers; missing ones are empty."""
    return pd.Series([None if is_missing(value) else int(float(str(value))) for value in values], dtype="Int64")


def number_column(
    label: str, decimals: int = 0, *, percent: bool = False, width: Width | None = None, help: str | None = None
) -> ColumnConfig:
    """Return a column of numbers with fixed decimals. percent : of values from 0 to 100."""
    form = f"%.{decimals}f" + ("%%" if percent else "")
    return st.column_config.NumberColumn(label, format=form, width=width, help=help)


def signed_column(label: str, decimals: int, *, width: Width | None = None, help: str | None = None) -> ColumnConfig:
    """Return a column of differences, each with its sign."""
    return st.column_config.NumberColumn(label, format=f"%+.{decimals}f", width=width, help=help)
