"""The form of a rule set: tables that are filled in, from which the TOML of the rule set is written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st
import tomli_w

from data.model.rule_document import FURTHER, GRADES, HEADER, NUMBERS, SCORED, SETTINGS, RuleTables
from i18n import N_, join
from results.ranking.rule_words import CLUSTER_NAMES, MISSING_NAMES, ORDER_NAMES
from ui import layout
from ui.i18n import _, language
from ui.tables import KIND_NAMES

HEADER_NAMES = {
    "name": N_("Short name, such as 2025"),
    "title": N_("Title"),
    "source": N_("Source: document number or decision"),
    "why": N_("Why these rules"),
    "authored_by": N_("Written by"),
    "checked_by": N_("Checked by"),
}
assert set(HEADER_NAMES) == set(HEADER)
SCALE_NAMES = {GRADES: N_("Grades with points"), NUMBERS: N_("Numbers")}
RULE_NAMES = {
    "last": N_("The last places"),
    "share": N_("A share of the ranked units"),
    "below": N_("Below a line"),
    "last_and_below": N_("The last places, if below a line"),
    "share_and_below": N_("A share of the ranked units, if below a line"),
    "dissatisfied_over": N_("Share of the lowest grade over a limit"),
}
ROUNDING_NAMES = {"down": N_("Round down"), "nearest": N_("Round to nearest"), "up": N_("Round up")}
DTYPES = {"number": "float64", "integer": "Int64"}
FULL = 100.0


@dataclass(frozen=True)
class Column:
    """A column of a table to fill in. kind : "text", "number", "integer", or the words of its choices by code."""

    name: str
    title: str
    kind: str | Mapping[str, str] = "text"


def rule_form(start: RuleTables, key: str) -> RuleTables:
    """Show the form, filled with `start`, and return what it holds now. key : changes with every other start."""
    header, day = _header(start, key)
    st.subheader(_("Scores"))
    scale = _choice(_("What is entered"), SCALE_NAMES, start.scale, f"{key}_scale")
    grades, numeric = start.grades, start.numeric
    if scale == GRADES:
        grades = _grades(start, key)
    else:
        numeric = _numeric(start, key)
    order = _choice(_("Averaging"), ORDER_NAMES, start.order, f"{key}_order")
    weights = _weights(start, key) if order != "pooled" else ()
    st.subheader(_("Bottom list"))
    bottom = _bottom(start, key)
    minimum, uncertainty, presentation = _numbers(start, key)
    indicators, population, votes = _seldom(start, key)
    more = _more(start, key)
    return RuleTables(
        header, day, scale, grades, numeric, order, weights, indicators, bottom, minimum, uncertainty, population,
        presentation, votes, more,
    )  # fmt: skip


def _header(start: RuleTables, key: str) -> tuple[dict[str, str], date | None]:
    header = {}
    left, right = st.columns(2)
    for at, name in enumerate(HEADER):
        box = left if at % 2 == 0 else right
        header[name] = box.text_input(_(HEADER_NAMES[name]), start.header.get(name, ""), key=f"{key}_{name}")
    day = left.date_input(_("Date"), start.date or date.today(), key=f"{key}_date")
    return header, day if isinstance(day, date) else None


def _grades(start: RuleTables, key: str) -> tuple[tuple[Any, ...], ...]:
    use, points = Column("use", _("Use"), KIND_NAMES), Column("points", _("Points"), "number")
    columns = (Column("grade", _("Grade")), use, points)
    rows = start.grades or (("满意", SCORED, 100), ("不满意", SCORED, 0))
    return _table(columns, rows, f"{key}_grades", _("Grades with their points"))


def _numeric(start: RuleTables, key: str) -> tuple[Any, ...]:
    columns = st.columns(3)
    titles = (_("Lowest number"), _("Highest number"), _("Step, if any"))
    values = zip(columns, titles, start.numeric, strict=True)
    return tuple(
        box.number_input(title, value=None if value is None else float(value), key=f"{key}_numeric_{at}")
        for at, (box, title, value) in enumerate(values)
    )


def _weights(start: RuleTables, key: str) -> tuple[tuple[Any, ...], ...]:
    columns = (
        Column("category", _("Category (empty: all)")),
        Column("group", _("Evaluator group")),
        Column("weight", _("Weight in percent"), "number"),
    )
    rows = _table(columns, start.weights, f"{key}_weights", _("Weights of the evaluator groups"))
    sums = pd.DataFrame(rows, columns=["category", "group", "weight"]).fillna({"category": "", "weight": 0})
    for category, total in sums.groupby("category", sort=False)["weight"].sum().items():
        text = _("{name}: weights add up to {total}%").format(name=category or _("All categories"), total=f"{total:g}")
        if abs(float(total) - FULL) > 1e-7:
            st.warning(text + " " + _("They have to add up to 100%."))
        else:
            st.caption(text)
    return rows


def _bottom(start: RuleTables, key: str) -> tuple[tuple[Any, ...], ...]:
    columns = (
        Column("category", _("Category (empty: all)")),
        Column("rule", _("Rule"), RULE_NAMES),
        Column("k", _("Number of places"), "integer"),
        Column("share", _("Share in percent"), "number"),
        Column("rounding", _("Rounding of the share"), ROUNDING_NAMES),
        Column("line", _("Line in points"), "number"),
        Column("limit", _("Limit in percent"), "number"),
    )
    assert tuple(column.name for column in columns[1:]) == SETTINGS
    st.caption(_("A row without a category is for all categories without a row; a row inherits what it leaves empty."))
    return _table(columns, start.bottom, f"{key}_bottom", _("Bottom rule of each category"))


def _numbers(start: RuleTables, key: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    left, middle, right = st.columns(3)
    minimum = {
        "per_unit": _whole(left, _("Votes needed for a unit"), start.minimum.get("per_unit", 30), f"{key}_per_unit"),
        "per_group": _whole(
            middle, _("Votes needed from a group"), start.minimum.get("per_group", 10), f"{key}_per_group"
        ),
        "missing_group": _choice(
            _("If a group did not vote"),
            MISSING_NAMES,
            start.minimum.get("missing_group", "not_ranked"),
            f"{key}_missing",
            right,
        ),
    }
    percent = float(start.uncertainty.get("level", 0.95)) * 100
    level = left.number_input(_("Level of the intervals in percent"), 50.0, 99.99, percent, key=f"{key}_level")
    uncertainty = dict(start.uncertainty) | {
        "level": round(level / 100, 6),
        "cluster": _choice(
            _("Votes that belong together"),
            CLUSTER_NAMES,
            start.uncertainty.get("cluster", "site"),
            f"{key}_cluster",
            middle,
        ),
    }
    cell = _whole(right, _("Smallest number of votes shown"), start.presentation.get("smallest_cell", 5), f"{key}_cell")
    return minimum, uncertainty, dict(start.presentation) | {"smallest_cell": cell}


def _seldom(start: RuleTables, key: str) -> tuple[tuple[tuple[Any, ...], ...], ...]:
    """Show the tables that few rule sets need: indicators, people of closed groups, points of votes on reports."""
    with st.expander(_("Indicators, people of closed groups, votes on duty reports")):
        indicators = _table(
            (Column("indicator", _("Indicator")), Column("weight", _("Weight"), "number")),
            start.indicators,
            f"{key}_indicators",
            _("Indicators that are scored; empty: the overall grade, else all alike"),
        )
        population = _table(
            (
                Column("round", _("Round")),
                Column("category", _("Category (empty: all)")),
                Column("group", _("Evaluator group")),
                Column("people", _("People"), "integer"),
            ),
            start.population,
            f"{key}_population",
            _("People of groups that are closed circles"),
        )
        votes = _table(
            (Column("grade", _("Grade")), Column("points", _("Points"), "number")),
            start.votes,
            f"{key}_votes",
            _("Points of votes on duty reports"),
        )
    return indicators, population, votes


def _more(start: RuleTables, key: str) -> Mapping[str, Any]:
    """Show the sections that few rule sets have as text to edit; while it cannot be read, those of the start stay."""
    title = _("Components, deductions, vetoes, classes, trimming and other sections")
    with st.expander(title, expanded=bool(start.more)):
        st.caption(
            _(
                "As in a rule file (TOML), one section a setting: {names}. Start from an example of the catalogue to "
                "see how each is written; below, each is put into a sentence."
            ).format(names=join(FURTHER, language()))
        )
        text = st.text_area(_("Further sections"), tomli_w.dumps(dict(start.more)), height=240, key=f"{key}_more")
        try:
            found = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            st.error(_("These sections cannot be read: {error}").format(error=layout.plain(str(error))))
            return start.more
        strange = [name for name in found if name not in FURTHER]
        if strange:
            names = layout.plain(join(strange, language()))
            st.error(_("These are no sections of this field; fill them in above: {names}").format(names=names))
        return {name: own for name, own in found.items() if name in FURTHER}


def _table(
    columns: tuple[Column, ...], rows: tuple[tuple[Any, ...], ...], key: str, title: str
) -> tuple[tuple[Any, ...], ...]:
    """Show a table to fill in and return its rows; a row without any entry is left out."""
    st.markdown(f"**{title}**")
    frame = pd.DataFrame(
        {column.name: pd.Series([row[at] for row in rows], dtype=_dtype(column)) for at, column in enumerate(columns)}
    )
    filled = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        key=key,
        column_config={column.name: _config(column) for column in columns},
        placeholder="",
        alt=title,
    )
    cells = filled.astype(object).where(filled.notna(), None)
    return tuple(
        tuple(_entry(column, value) for column, value in zip(columns, row, strict=True))
        for row in cells.itertuples(index=False)
        if any(value not in (None, "") for value in row)
    )


def _dtype(column: Column) -> str:
    return DTYPES.get(column.kind, "object") if isinstance(column.kind, str) else "object"


def _entry(column: Column, value: Any) -> Any:
    if column.kind == "text":
        return "" if value is None else str(value).strip()
    if value is None or not isinstance(column.kind, str):
        return value
    return int(value) if column.kind == "integer" or float(value).is_integer() else float(value)


def _config(column: Column) -> Any:
    if column.kind == "text":
        return st.column_config.TextColumn(column.title)
    if isinstance(column.kind, str):
        return st.column_config.NumberColumn(column.title, step=1 if column.kind == "integer" else None)
    words = {code: _(name) for code, name in column.kind.items()}
    return st.column_config.SelectboxColumn(
        column.title, options=list(words), format_func=lambda code: words[str(code)]
    )


def _choice(title: str, names: Mapping[str, str], value: str, key: str, box: Any = st) -> str:
    words = {code: _(name) for code, name in names.items()}
    return str(box.selectbox(title, list(words), list(words).index(value), format_func=words.__getitem__, key=key))


def _whole(box: Any, title: str, value: int, key: str) -> int:
    return int(box.number_input(title, min_value=0, value=int(value), step=1, key=key))
