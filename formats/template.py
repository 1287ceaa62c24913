"""Empty workbook to fill in: a data sheet with drop-down lists, and a sheet of notes that holds the lists."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from formats.spreadsheet import A4, CREATED, EDGE, OWN_SIZE, Cell, column_width, printed, sheet_name, write_cell

ROWS = 5000  # with text format and lists; Excel copies both to further rows
TEXT, DATE, NUMBER = "@", "yyyy-mm-dd", "General"
NOTES_START = 3  # columns free between the notes and the lists


@dataclass(frozen=True)
class TemplateColumn:
    """Column to fill in: its header, cell format, and the choices of a drop-down list.

    strict: whether other values are refused by the spreadsheet rather than only warned of. span: least and greatest
    number, or None.
    """

    header: str
    number_format: str = TEXT
    choices: Sequence[str] = ()
    strict: bool = True
    span: tuple[float, float] | None = None


@dataclass(frozen=True)
class Template:
    """Workbook to fill in, in the reader's language.

    about: lines over the notes. notes: a table with its head. rows: what is filled in to begin with.
    """

    title: str
    notes_title: str
    columns: Sequence[TemplateColumn]
    about: Sequence[str]
    notes: Sequence[Sequence[Cell]]
    refusal: str
    choices_title: str
    rows: Sequence[Sequence[Cell]] = ()


def template_bytes(template: Template) -> bytes:
    """Return the workbook, with the same bytes for the same template."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    data = book.add_worksheet(sheet_name(template.title))
    notes = book.add_worksheet(sheet_name(template.notes_title))
    _notes(book, notes, template)
    _data(book, data, notes.get_name(), template)
    book.close()
    return out.getvalue()


def _head(book: Any) -> Any:
    look = {"bold": True, "text_wrap": True, "border": 1, "bg_color": "#E8EEF4", "valign": "vcenter"}
    return book.add_format({**look, "num_format": TEXT})


def _data(book: Any, page: Any, notes: str, template: Template) -> None:
    """Write the header, formats and lists; frozen and ready to print."""
    head = _head(book)
    places = _places(template)
    for at, column in enumerate(template.columns):
        width = max(column_width([column.header, *column.choices], None), 10)
        page.set_column(at, at, width, book.add_format({"num_format": column.number_format}))
        write_cell(page, 0, at, column.header, head)
        rule = _rule(column, notes, places.get(at))
        if rule:
            alert = {"error_title": column.header[:32], "error_message": template.refusal[:255]}
            page.data_validation(1, at, ROWS, at, {**rule, **alert})
    for row, cells in enumerate(template.rows, start=1):
        for at, cell in enumerate(cells):
            write_cell(page, row, at, cell, book.add_format({"num_format": template.columns[at].number_format}))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(A4)
    page.set_margins(left=EDGE, right=EDGE)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_header(f"&L{printed(template.title)}", OWN_SIZE)
    page.set_footer("&C&P / &N", OWN_SIZE)


def _rule(column: TemplateColumn, notes: str, place: int | None) -> dict[str, Any]:
    """Return the data validation of a column: a list on the notes sheet, or a band of numbers."""
    kind = "stop" if column.strict else "warning"
    if place is not None:
        letter = xlsxwriter.utility.xl_col_to_name(place, True)
        source = f"='{notes}'!{letter}$2:{letter}${len(column.choices) + 1}"
        return {"validate": "list", "source": source, "error_type": kind}
    if column.span is not None:
        low, high = column.span
        return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, "error_type": kind}
    return {}


def _places(template: Template) -> dict[int, int]:
    """Return, for each column with choices, the column of the notes sheet that lists them."""
    first = len(template.notes[0]) + NOTES_START
    listed = [at for at, column in enumerate(template.columns) if column.choices]
    return {at: first + number for number, at in enumerate(listed)}


def _notes(book: Any, page: Any, template: Template) -> None:
    """Write what is asked, the meaning of every field, and the lists to the right of it."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": TEXT})
    head, plain = _head(book), book.add_format({"num_format": TEXT})
    for row, line in enumerate(template.about):
        write_cell(page, row, 0, line, plain)
    start = len(template.about) + 1
    for row, cells in enumerate(template.notes):
        for at, cell in enumerate(cells):
            write_cell(page, start + row, at, cell, wrapped if row else head)
    for at in range(len(template.notes[0])):
        page.set_column(at, at, min(column_width([row[at] for row in template.notes], None), 50))
    for at, place in _places(template).items():
        column = template.columns[at]
        write_cell(page, 0, place, template.choices_title.format(column=column.header), head)
        for row, choice in enumerate(column.choices, start=1):
            write_cell(page, row, place, choice, plain)
        page.set_column(place, place, column_width(column.choices, None))
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, start + len(template.notes) - 1, len(template.notes[0]) - 1)
