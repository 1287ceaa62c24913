"""Records of a release as a data frame with the column types of the contract."""

import json
from collections.abc import Collection

import pandas as pd

from data.model.books import AS_OF, is_book
from data.model.contract import Field, fields

ALL_ROUNDS = "*"
# Columns of published lines in addition to the fields of the contract.
PRINTED = ("score_header", "figures", "printed_no")
LAST_DAY = "9999-12-31"
ABOUT = ("as_of", "listed", "round_id")  # columns of a book besides its fields
_DTYPES = {"int": "Int64", "decimal": "Float64", "bool": "boolean"}
_SQL_TYPES: dict[str, object] = {"int": "BIGINT", "decimal": "DOUBLE", "bool": "BOOLEAN", "list": ["VARCHAR"]}


def book_table(kind: str) -> str:
    """Return the name of a book's table in a release."""
    return f"book_{kind}"


def shape(kind: str, names: Collection[str] = ()) -> str:
    """Return fields of a kind, all without names, with their types in the engine, as JSON: it makes columns of them."""
    own = [field for field in fields(kind) if not names or field.name in names]
    return json.dumps({field.name: _SQL_TYPES.get(field.type, "VARCHAR") for field in own})


def as_typed(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as the engine gives them with the types of `typed_records`, other columns last."""
    own = {field.name: _as_typed(field, rows[field.name]) for field in fields(kind) if field.name in rows}
    others = {name: rows[name] for name in rows.columns if name not in own}
    return pd.DataFrame({**own, **others})


def _as_typed(field: Field, column: pd.Series) -> pd.Series:
    if field.type == "list":
        # A register without any list of its kind comes back as a column of NA, not of None.
        return pd.Series([list(cell) if pd.api.types.is_list_like(cell) else None for cell in column], dtype=object)
    return column.astype(pd.api.types.pandas_dtype(_DTYPES.get(field.type, "str")))


def typed_records(kind: str, contents: list[str]) -> pd.DataFrame:
    """Return a row per record: text, enums and ISO dates as strings; numbers and booleans nullable, with NA."""
    rows = json.loads(f"[{','.join(contents)}]")  # a single call: 20,000 separate calls take five times as long
    columns = {field.name: _column(field, [row.get(field.name) for row in rows]) for field in fields(kind)}
    if kind == "results":
        columns |= {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in PRINTED}
    if is_book(kind):
        columns[AS_OF] = pd.Series([row.get(AS_OF) for row in rows], dtype="str")
    return pd.DataFrame(columns)


def _column(field: Field, values: list[object]) -> pd.Series:
    if field.type == "list":
        return pd.Series(values, dtype=object)
    if field.type == "decimal":
        values = [None if value is None else float(str(value)) for value in values]
    return pd.Series(values, dtype=_DTYPES.get(field.type, "str"))
