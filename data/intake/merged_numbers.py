"""Numbers in merged cells: unlike a name, a number over several cells is not each cell's value, so none is copied."""

from data.intake.headers import Header
from data.intake.meaning import columns_left_out
from data.intake.source import TextTable
from data.intake.workbook import MergedArea
from data.model.contract import fields
from problems import Problem

NAMES_A_ROW = ("year", "rank")  # whole numbers that say which round or place a row has; like names, they may be shared


def with_merged_numbers(kind: str, text: TextTable, header: Header, problems: list[Problem]) -> list[Problem]:
    """Return the problems of a table, with those of numbers merged over cells that are read."""
    read = _read_columns(kind, text.name, header, problems)
    areas = {area: value for area, value in text.merged_numbers if _is_copied(kind, area, header, read)}
    named = {str(area) for area in areas}
    kept = [p for p in problems if p.code != "merged_cells" or p.file != text.name or p.facts["area"] not in named]
    return kept + [
        Problem(
            "merged_number",
            file=text.name,
            sheet=text.sheet,
            row=area.top,
            column=header.cells[next(column for column in _columns(area) if column in read)],
            value=value,
            facts={"area": str(area)},
        )
        for area, value in areas.items()
    ]


def _is_copied(kind: str, area: MergedArea, header: Header, read: set[int]) -> bool:
    """Return whether the number would be read in several cells: of several columns, or of a column of numbers."""
    columns = read & set(_columns(area))
    if area.bottom <= header.row or not columns:
        return False
    return area.right > area.left or not columns & _of_names(kind, header)


def _columns(area: MergedArea) -> range:
    return range(area.left - 1, area.right)


def _of_names(kind: str, header: Header) -> set[int]:
    """Return the columns whose fields are texts or dates: a ballot's number may cover all its rows."""
    numbers = {field.name for field in fields(kind) if field.type in ("int", "decimal")} - set(NAMES_A_ROW)
    values = {*numbers, "grade_code", "score_text"}
    return {column for name, column in header.fields.items() if name not in values}


def _read_columns(kind: str, file: str, header: Header, problems: list[Problem]) -> set[int]:
    left_out = columns_left_out(problem for problem in problems if problem.file == file)
    other = set() if kind == "units" else set(header.other)
    return {column for column in {*header.fields.values(), *other} if header.cells[column] not in left_out}
