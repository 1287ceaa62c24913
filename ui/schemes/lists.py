"""Lists of the page of a scheme: what has to be done, due first, and the registers with filters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data.model.contract import TABLE_OF, Field, fields, header_of
from reports.documents.scheme import TO_CHECK, item_cells
from results.contributions import Chosen, names_of
from results.missing import is_missing, named_rows
from ui import address, layout, printing
from ui.grids import from_texts
from ui.i18n import _, language

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
MOST_LINES = 200  # of a register; a filter narrows it


def attention(chosen: Chosen, listed: pd.DataFrame) -> None:
    """Show what has to be done. listed : `schemes.frame.ATTENTION`, in the order in which it is due."""
    st.subheader(_("To do"))
    day = chosen.asked.as_of.isoformat()
    if listed.empty:
        st.success(layout.plain(_("Nothing has to be done as of {day}.").format(day=day)))
        return
    kinds = {str(what): int(count) for what, count in listed["what"].value_counts(sort=False).items()}
    chosen_kind = _kind(chosen, kinds)
    rows = listed[listed["what"] == chosen_kind] if chosen_kind else listed
    names = names_of(chosen)
    cells = [item_cells(chosen, row, names, language()) for row in named_rows(rows)]
    heads = {"what": _("To do"), "key": _("Item number"), "unit": _("Unit"), "place": _("Place or grid")}
    heads |= {"day": _("Day"), "days": _("Days or number")}
    shown = pd.DataFrame(cells).rename(columns=heads)
    lines, formats = from_texts(shown)
    alt = _("What has to be done, due first.")
    printing.grid(lines, hide_index=True, key=f"{chosen.scheme.name}_attention", column_config=formats, alt=alt)
    note = _("{count} listed as of {day}.").format(count=f"{len(rows):,}", day=day)
    st.caption(layout.plain(f"{note} {_(TO_CHECK)}"))


def _kind(chosen: Chosen, kinds: dict[str, int]) -> str | None:
    """Return the kind that the reader picks, with its number on the button; None for all."""
    return address.picked("kind", kinds, _("Kind"), lambda what: f"{_(chosen.scheme.word(what))} {kinds[what]:,}")


def register(chosen: Chosen, kind: str, columns: Sequence[str]) -> None:
    """Show a register under the headers of the contract, newest first, narrowed by a text. columns : fields."""
    st.subheader(_(TABLE_OF[kind].title))
    key = f"{chosen.scheme.name}_{kind}"
    text = address.typed(f"{kind}_text", _("Search in the register"), placeholder=_("Number, topic or word"))
    place = sorted(_places(chosen)) if chosen.place else []
    rows, total = chosen.registers.release.register(
        kind, chosen.asked.as_of.isoformat(), text=text or "", unit=chosen.unit, places=place, most=MOST_LINES
    )
    if not total:
        st.info(_("No line of the register fits."))
        return
    names, known = names_of(chosen), {field.name: field for field in fields(kind)}
    shown = pd.DataFrame(
        {_header(kind, name): [_cell(known[name], value, names) for value in rows[name]] for name in columns}
    )
    lines, formats = from_texts(shown)
    printing.grid(lines, hide_index=True, key=key, column_config=formats, alt=_("Lines of the register."))
    st.caption(
        _("{shown} of {count} lines, newest first, as of {day}.").format(
            shown=f"{len(shown):,}", count=f"{total:,}", day=chosen.asked.as_of.isoformat()
        )
    )


def _places(chosen: Chosen) -> set[str]:
    known: Any = chosen.frames
    return set(known["place"]["place_code"].astype(str)) if "place" in known else {chosen.place}


def _header(kind: str, name: str) -> str:
    return header_of(kind, name) if language() == "zh" else name.replace("_", " ").capitalize()


def _cell(field: Field, value: object, names: Mapping[str, str]) -> str:
    """Return a cell in words: the name of a unit or place, a time without seconds, yes or no, an amount."""
    if isinstance(value, list | tuple):
        return _(", ").join(map(str, value))
    if is_missing(value):
        return ""
    if field.name in ("unit_code", "place_code"):
        return names.get(str(value), str(value))
    if field.type == "bool":
        return _("yes") if value else _("no")
    places = next((check.other for check in field.checks if check.sort == "decimals"), "")
    if places:
        return f"{float(str(value)):,.{places}f}"
    return str(value).replace("T", " ").removesuffix(":00") if TIME.fullmatch(str(value)) else str(value)
