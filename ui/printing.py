"""Printed pages: with `view=print` in the address every grid is a table of text, which readers get in full.

A sortable grid is drawn on a canvas: a print of it holds what was in sight, and cuts the rest.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd
import streamlit as st

from results.missing import is_missing
from ui import address, finished, markup


@dataclass(frozen=True)
class Nothing:
    """Selection in a printed table: none."""

    rows: list[int] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Printed:
    """What a printed table answers in place of a grid in which lines may be chosen."""

    selection: Nothing = field(default_factory=Nothing)


def grid(data: Any, **options: Any) -> Any:
    """Show a sortable grid, as `st.dataframe` does; in a printed page a table with all of its lines and columns."""
    if not address.is_printed():
        options["column_config"] = _wide_enough(options.get("column_config") or {})
        return finished.element(st.dataframe, data, placeholder="", **options)
    frame = data.copy() if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    if not options.get("hide_index"):
        frame = frame.reset_index()
    config = options.get("column_config") or {}
    shown = [name for name in options.get("column_order") or frame.columns if config.get(name, "") is not None]
    heads = [_head(name, config.get(name)) for name in shown]
    rows = [[_cell(row[name], config.get(name)) for name in shown] for row in frame.to_dict("records")]
    markup.show(markup.table(str(options.get("alt") or ""), heads, rows))
    return Printed()


def _wide_enough(config: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the settings of columns, none narrower than its heading, which a grid cuts off."""
    return {name: _widened(column) for name, column in config.items()}


def _widened(column: Any) -> Any:
    width = column.get("width") if isinstance(column, Mapping) else None
    if not isinstance(width, int):
        return column
    return {**column, "width": max(width, heading_width(_head("", column)))}


def heading_width(text: str) -> int:
    """Return the pixels of a heading in a grid: type of 14 pixels between margins of 8."""
    signs = sum(14 if unicodedata.east_asian_width(sign) in "WF" else 9 if sign.isupper() else 6.6 for sign in text)
    return 20 + round(signs)


def table_width(table: pd.DataFrame) -> int:
    """Return the pixels of a table in which neither a heading nor a text is cut off."""
    return sum(max(heading_width(text) for text in (str(name), *map(str, table[name]))) for name in table)


def _head(name: object, config: object) -> str:
    if isinstance(config, str):
        return config
    return str((isinstance(config, Mapping) and config.get("label")) or name)


def _cell(value: object, config: object) -> str:
    """Return a cell as the grid shows it: in the format of its column, else as it is."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if is_missing(value):
        return ""
    form = _format(config)
    if form and isinstance(value, (int, float)) and not isinstance(value, bool):
        return form % value
    return str(value)


def _format(config: object) -> str:
    """Return the printf format of a column of numbers; empty for any other."""
    kind = config.get("type_config") if isinstance(config, Mapping) else None
    form = cast("Mapping[str, object]", kind).get("format") if isinstance(kind, Mapping) else None
    return str(form) if form and "%" in str(form) else ""
