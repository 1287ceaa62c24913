"""Correction editor: the faulty cells as a table with a column for the correct value."""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from data.intake.corrections import WHOLE_ROW, Edit, FaultyCell
from data.store.drafts import TypedCell
from data.store.history import local_time, now, user
from data.store.import_job import ImportReport
from data.store.uploads import EditLog
from formats.spreadsheet import Sheet, csv_bytes
from i18n import N_
from ui import downloads, layout, tables
from ui.i18n import _
from ui.upload import drafts

MOST_SHOWN = 500  # cells in the editor; the others follow after the next check
LONGEST_SHOWN = 9  # Chinese characters that fit a column of 150 pixels
# Pixels; together 890, the width of the page on a screen of 1366.
WIDTHS = {"row": 50, "ballot": 80, "unit": 145, "column": 80, "text": 145, "new": 140, "proposal": 145}
WIDTHS |= {"leave_out": 105}
HEADERS = {
    "row": N_("Row"),
    "ballot": N_("Ballot no."),
    "unit": N_("Unit"),
    "column": N_("Column"),
    "text": N_("Value in the file"),
    "new": N_("New value"),
    "proposal": N_("Proposal"),
    "leave_out": N_("Omit row"),
}
EDITABLE = ("new", "proposal", "leave_out")


@st.fragment
def editor(
    cells: Sequence[FaultyCell], turn: int, typed: Sequence[TypedCell], done: Callable[[list[EditLog]], None]
) -> None:
    """Show the faulty cells with what was typed before; pass the corrections on when the user asks for a new check.

    A fragment reruns without the rest of the page after each cell, so that what is typed is kept at once.
    """
    shown = cells[:MOST_SHOWN]
    st.subheader(_("Correct it here"))
    st.caption(
        _(
            "Type the correct value, choose a proposal, or paste a column copied from Excel; then check again. "
            "Your file is not changed: it is kept together with the list of corrections."
        )
    )
    if len(cells) > len(shown):
        st.caption(_("The first {count} cells are shown; the rest follow.").format(count=len(shown)))
    table = st.data_editor(
        with_typed(editable(shown), shown, typed),
        hide_index=True,
        num_rows="fixed",
        disabled=[name for name in HEADERS if name not in EDITABLE],
        column_config=_columns(shown),
        placeholder="",
        key=f"corrections_table_{turn}",
    )
    everywhere = st.checkbox(
        _("Use each correction for every cell of the list with the same wrong value"),
        value=True,
        key=f"corrections_everywhere_{turn}",
    )
    if refusal := drafts.keep_typed(typed_cells(shown, table)):
        drafts.say_refused(refusal)
    if st.button(_("Check again with these corrections"), key=f"corrections_check_{turn}", type="primary"):
        edits = edits_of(cells, table, everywhere)
        if edits:
            done(logged(edits))


def typed_cells(cells: Sequence[FaultyCell], table: pd.DataFrame) -> list[TypedCell]:
    """Return what is typed into an edited table and not checked yet."""
    return [
        TypedCell(cell.row, cell.column, cell.text, new or "", bool(row["leave_out"]))
        for cell, (_place, row) in zip(cells, table.iterrows(), strict=False)
        if (new := _typed(row.get("new")) or _typed(row.get("proposal"))) or row["leave_out"]
    ]


def with_typed(table: pd.DataFrame, cells: Sequence[FaultyCell], typed: Sequence[TypedCell]) -> pd.DataFrame:
    """Return the table with what was typed before; a cell whose text has changed since stays empty."""
    before = {(cell.row, cell.column, cell.old): cell for cell in typed}
    for place, cell in enumerate(cells):
        found = before.get((cell.row, cell.column, cell.text))
        if found is not None:
            table.loc[place, "new"], table.loc[place, "leave_out"] = found.new or None, found.leave_out
    return table


def editable(cells: Sequence[FaultyCell]) -> pd.DataFrame:
    """Return a row per cell with the columns of HEADERS; `proposal` and `new` empty, `leave_out` false."""
    layout = pd.DataFrame(
        {
            "row": [cell.row for cell in cells],
            "ballot": [_short(cell.ballot) for cell in cells],
            "unit": [_short(cell.unit) for cell in cells],
            "column": [cell.column for cell in cells],
            "text": [_short(cell.text) for cell in cells],
            "new": pd.Series([None] * len(cells), dtype="object"),
            "proposal": pd.Series([None] * len(cells), dtype="object"),
            "leave_out": [False] * len(cells),
        }
    )
    empty = [name for name in ("ballot", "unit") if not layout[name].any()]
    return layout.drop(columns=empty if proposals(cells) else [*empty, "proposal"])


def _short(text: str) -> str:
    """Return a text shortened to the column; the table of findings above has the full text."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def proposals(cells: Iterable[FaultyCell]) -> list[str]:
    """Return the distinct proposals of the listed problems, best match first."""
    found = [word for cell in cells for word in (*listed(cell, "close"), *listed(cell, "known"))]
    return list(dict.fromkeys(found))


def listed(cell: FaultyCell, fact: str) -> list[str]:
    """Return the texts of a fact of a cell's problem; none if it has no such fact."""
    words = cell.problem.facts.get(fact)
    return [str(word) for word in words] if isinstance(words, list | tuple) else []


def _columns(cells: Sequence[FaultyCell]) -> dict[str, ColumnConfig | str | None]:
    label = {name: _(header) for name, header in HEADERS.items()}
    config: dict[str, ColumnConfig | str | None] = dict(label)
    config["row"] = st.column_config.NumberColumn(label["row"], width=WIDTHS["row"], pinned=True)
    config["ballot"] = st.column_config.TextColumn(label["ballot"], width=WIDTHS["ballot"])
    config["unit"] = st.column_config.TextColumn(label["unit"], width=WIDTHS["unit"])
    config["column"] = st.column_config.TextColumn(label["column"], width=WIDTHS["column"])
    config["text"] = st.column_config.TextColumn(label["text"], width=WIDTHS["text"])
    config["proposal"] = st.column_config.SelectboxColumn(
        label["proposal"], options=proposals(cells), width=WIDTHS["proposal"]
    )
    config["new"] = st.column_config.TextColumn(label["new"], width=WIDTHS["new"])
    config["leave_out"] = st.column_config.CheckboxColumn(label["leave_out"], width=WIDTHS["leave_out"])
    return config


def edits_of(cells: Sequence[FaultyCell], table: pd.DataFrame, everywhere: bool) -> list[Edit]:
    """Return the corrections of an edited table; typed values take precedence over chosen proposals.

    With `everywhere`, an unknown value is corrected in every cell that has it: a typing error of a system often
    affects a hundred rows.
    """
    edits: dict[tuple[int, str], Edit] = {}
    alike: dict[tuple[str, str], str] = {}
    for cell, (_place, row) in zip(cells, table.iterrows(), strict=False):
        new = _typed(row.get("new")) or _typed(row.get("proposal"))
        if row["leave_out"]:
            edits[cell.row, WHOLE_ROW] = cell.without_row()
        elif new is not None:
            edits[cell.row, cell.column] = cell.edit(new)
            alike[cell.column, cell.text] = new
    gone = {row for row, column in edits if column == WHOLE_ROW}
    for cell in cells if everywhere else ():
        new = alike.get((cell.column, cell.text))
        if new is not None and cell.problem.code.startswith("unknown_"):
            edits.setdefault((cell.row, cell.column), cell.edit(new))
    return [edit for (row, column), edit in edits.items() if row not in gone or column == WHOLE_ROW]


def _typed(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def logged(edits: Iterable[Edit]) -> list[EditLog]:
    """Return the corrections with user and time."""
    who, when = layout.user() or user(), now()
    return [EditLog(edit, when, who) for edit in edits]


def made(edits: Sequence[EditLog], report: ImportReport, name: str) -> bool:
    """Show the corrections so far and the corrected file; return whether the user takes them back."""
    if not edits:
        return False
    headers = [N_("Row"), N_("Column"), N_("Value in the file"), N_("New value"), N_("User"), N_("Time")]
    rows: list[list[str | int]] = [
        [log.edit.row, log.edit.column or _("entire row"), log.edit.old, log.edit.new, log.user, log.time]
        for log in edits
    ]
    with st.expander(_("Corrections: {count}").format(count=len(edits)), expanded=False):
        shown = pd.DataFrame(rows, columns=[_(header) for header in headers])
        shown[_("Time")] = shown[_("Time")].map(local_time)
        tables.written(shown, _("Corrections so far."))
        left, middle, right = st.columns(3)
        with left:
            sheet = Sheet(_("Corrections"), [_(header) for header in headers], rows)
            downloads.download(
                _("Download the list of corrections"), _("Corrections"), "csv", csv_bytes(sheet), "corrections_csv"
            )
        with middle:
            if report.corrected is not None:
                stem = name.rsplit(".", 1)[0]
                downloads.download(_("Download the corrected file"), stem, "csv", report.corrected, "corrected_csv")
        with right:
            return st.button(_("Take all corrections back"), key="corrections_back")
    return False
