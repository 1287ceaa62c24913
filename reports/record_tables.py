"""Tables of a release under the headers of the contract, so that the files can be imported again.

An exported register, count table or record table gives the same digest when it is imported again. Values computed
from a published line (score, rank) are omitted, because the published text already contains them.
"""

import pandas as pd

from data.model.books import AS_OF, is_book
from data.model.contract import KIND_NAMES, RECORD_KINDS, REQUIRED, TABLE_OF, fields, header_of
from data.model.register import ONLY_CATEGORY, PARTICIPATION
from data.store.records import ALL_ROUNDS, LAST_DAY
from data.store.release import Round
from errors import BiaochiError
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from results.labels import YES_OR_NO
from results.missing import is_missing

DERIVED = ("round_id",)
STATES = {code: word for word, code in reversed(PARTICIPATION.items())}
_UNITS = ("unit_code", "unit_name", "short_name", "roster_no", "category", "participation")
_COUNTS = {"unit_code": "unit_code", "category": "category", "group_name": "group_code", "indicator": "indicator_code"}
_COUNTS |= {"grade": "grade_code", "lines": "count"}


class NothingToExportError(BiaochiError):
    """A round without a table of this kind, or with ballots and counts."""

    message = N_("The round {round} of this release has no table {table}.")

    def __init__(self, round_id: str, table: str) -> None:
        super().__init__(round=round_id, table=table)


def record_sheet(round_: Round, kind: str, language: str, as_of: str = LAST_DAY) -> Sheet:
    """Return a table of a round, with Chinese headers for zh and field names for en.

    kind : units, counts or a record kind. as_of : day of the state of a book. Raises NothingToExportError.
    """
    if kind == "units":
        names, rows = _units(round_)
    elif kind == "counts":
        names, rows = _counts(round_)
    elif kind in RECORD_KINDS:
        names, rows = _records(round_, kind, language, as_of)
    else:
        raise NothingToExportError(round_.id, kind)
    if not rows:
        raise NothingToExportError(round_.id, kind)
    headers = [_header(kind, name, language) for name in names]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), round_.release.id),
        (translate(N_("Round"), language), round_.id),
        (translate(N_("Rows"), language), len(rows)),
        *([(translate(N_("As of"), language), as_of)] if as_of != LAST_DAY else []),
    ]
    return Sheet(translate(KIND_NAMES[kind], language), headers, rows, facts, translate(N_("About"), language))


def _header(kind: str, name: str, language: str) -> str:
    """Return the contract's header or the field name; a published header is not changed."""
    known = {field.name for field in fields(kind)}
    return header_of(kind, name) if language == "zh" and name in known else name


def _units(round_: Round) -> tuple[list[str], list[list[Cell]]]:
    table = round_.release.query_table("unit")
    units = table[(table["round_id"] == round_.id) & ~table["provisional"].astype(bool)]
    units = units.sort_values(["roster_no", "unit_code"])  # the order of the register, not of the codes
    units = units.assign(participation=[STATES[str(code)] for code in units["participation"]])
    return list(_UNITS), _cells(units[list(_UNITS)])


def _counts(round_: Round) -> tuple[list[str], list[list[Cell]]]:
    """Return the counts as delivered; the category only without a register, which would supply it."""
    if not round_.has_units or not round_.about["counts_only"]:
        raise NothingToExportError(round_.id, "counts")
    whole = round_.release.query_table("grade_count")
    own = whole[whole["round_id"] == round_.id]
    units = round_.units.set_index("unit_code")
    category = units["category"].reindex(own["unit_code"]).replace(ONLY_CATEGORY, None).to_numpy()
    own = own.assign(category=None if round_.about["registered"] else category)
    kept = [name for name in _COUNTS if not own[name].isna().all()]
    return [_COUNTS[name] for name in kept], _cells(own[kept])


def _records(round_: Round, kind: str, language: str, as_of: str) -> tuple[list[str], list[list[Cell]]]:
    frame = _as_delivered(round_, kind, as_of)
    if round_.id == ALL_ROUNDS or frame.empty:
        raise NothingToExportError(round_.id, kind)
    if kind == "results":
        return _printed(frame)
    if kind == "round":
        kept = [field.name for field in fields(kind)]
    else:
        kept = [field.name for field in fields(kind) if field.name not in DERIVED]
    kept = [name for name in kept if name in REQUIRED[kind] or not frame[name].isna().all()]
    words = {truth: pair[language != "zh"] for truth, pair in YES_OR_NO.items()}
    truths = [field.name for field in fields(kind) if field.type == "bool"]
    frame = frame.assign(**{name: frame[name].astype(object).map(words) for name in truths})
    return kept, _cells(frame[kept])


def _as_delivered(round_: Round, kind: str, as_of: str) -> pd.DataFrame:
    """Return the rows of a kind; of a book the last row of each key in the files of the round up to a day.

    What a file of a later round says of a row is exported with that round: else the earlier round would be empty.
    """
    rows = round_.records(kind)
    if not is_book(kind) or rows.empty:
        return rows
    known = rows[rows[AS_OF] <= as_of].sort_values(AS_OF, kind="stable")
    return known.drop_duplicates(list(TABLE_OF[kind].key), keep="last").sort_values(list(TABLE_OF[kind].key))


def _printed(frame: pd.DataFrame) -> tuple[list[str], list[list[Cell]]]:
    """Return published lines under their printed headers, by printed number if every line has it, else by rank."""
    order = "printed_no" if frame["printed_no"].notna().all() else "rank"
    frame = frame.sort_values([order, "unit_text"], kind="stable", ignore_index=True)
    figures = pd.DataFrame([row if isinstance(row, dict) else {} for row in frame["figures"]], index=frame.index)
    table = frame[["category", "unit_text", "score_text", "rank_text", "level_text"]].join(figures)
    table = table.loc[:, table.notna().any()]
    headers = frame["score_header"].dropna()
    printed = {"score_text": str(headers.iloc[0])} if len(headers) else {}
    return [printed.get(str(name), str(name)) for name in table], _cells(table)


def _cells(frame: pd.DataFrame) -> list[list[Cell]]:
    """Return plain cell values: None for missing values, integral numbers without a decimal point."""
    return [[_cell(value) for value in row] for row in frame.astype(object).to_numpy()]


def _cell(value: object) -> Cell:
    if is_missing(value):
        return None
    if isinstance(value, list):
        return "；".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float | bool) else str(value)
