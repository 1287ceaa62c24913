"""Columns of sortable grids: numbers stay numbers, rounded as they are shown.

A text such as "15=" or ">99%" sorts 1, 10, 11, 2, and a screen reader reads the cell's value, not its format, so the
value itself has no more digits than the reader is meant to see.
"""

import re
from collections.abc import Iterable
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from results.missing import is_missing
from results.number_format import NONE, number

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


CODE = re.compile(r"0\d|\d{16}")
PRINTED = re.compile(r"([-+−]?)(\d[\d,]*(?:\.(\d+))?)(%?)")


def from_texts(shown: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, ColumnConfig]]:
    """Return a table of printed texts with every column of numbers as numbers, and the formats of these columns.

    A column is one of numbers if every text in it is a number, a percentage or empty; any other stays as it is, as does
    one of codes: 007 is not 7, and a number of a letter with 18 digits is not exact as a number.
    """
    frame, config = shown.copy(), {}
    for name in shown.columns:
        texts = [str(value) for value in shown[name] if not is_missing(value) and value not in ("", NONE)]
        matches = [None if CODE.match(text) else PRINTED.fullmatch(text) for text in texts]
        found = [match for match in matches if match]
        if shown[name].dtype.kind in "OUT" and found and len(found) == len(matches):
            frame[name] = pd.Series([_parsed(value) for value in shown[name]], dtype="Float64", index=shown.index)
            config[str(name)] = _format_of(str(name), found)
    return frame, config


def _parsed(value: object) -> float | None:
    match = None if is_missing(value) else PRINTED.fullmatch(str(value))
    if match is None:
        return None
    size = float(match[2].replace(",", ""))
    return -size if match[1] in ("-", "−") else size


def _format_of(name: str, found: list[re.Match[str]]) -> ColumnConfig:
    decimals = max(len(match[3] or "") for match in found)
    if any("," in match[2] for match in found):
        return st.column_config.NumberColumn(name, format="localized")
    if any(match[1] == "+" for match in found):
        return signed_column(name, decimals)
    return number_column(name, decimals, percent=any(match[4] for match in found))
