"""Parts of the page that compares units: the choice that the address keeps, and the figures next to each other."""

import pandas as pd
import streamlit as st
from markupsafe import Markup

from data.store.release import Round
from results import number_format
from results.number_format import percent
from results.unit_comparison import Comparison
from ui import cached, layout, unit_rows
from ui.i18n import _
from ui.markup import table

PARAMETER = "units"


def choose(rows: pd.DataFrame, most: int) -> list[str]:
    """Return the chosen units, as the address has them; a choice changes the address."""
    names = dict(zip(rows["unit_code"].astype(str), rows["unit_name"].astype(str), strict=True))
    asked = st.query_params.get(PARAMETER, "").split(",")
    st.session_state["compared_units"] = [code for code in dict.fromkeys(asked) if code in names][:most]

    def keep() -> None:
        st.query_params[PARAMETER] = ",".join(st.session_state["compared_units"])

    return st.multiselect(
        _("Units to compare"),
        sorted(names, key=lambda code: names[code]),
        key="compared_units",
        format_func=lambda code: names[code] if names[code] == code else f"{names[code]}  {code}",
        max_selections=most,
        on_change=keep,
        placeholder=_("Choose two to four units"),
    )


def side_by_side(found: Comparison, round_: Round) -> Markup:
    """Return a column for every unit: verdict, place, score, votes, and the mean of every group."""
    rules = round_.scored_rules
    units = [unit_rows.unit_link(row, round_.id) for row in found.rows]
    lines: list[tuple[object, ...]] = [
        (_("Verdict"), *(unit_rows.verdict(row) for row in found.rows)),
        (_("Category"), *(layout.category_name(str(row["category"])) for row in found.rows)),
        (_("Place (range)"), *(unit_rows.place(row) for row in found.rows)),
        (_("Score (interval)"), *(unit_rows.score(row, rules) for row in found.rows)),
        (_("Votes"), *(number_format.count(row["n"]) for row in found.rows)),
        (_("Evidence"), *(unit_rows.strength(row, rules) for row in found.rows)),
        (_("Don't know"), *(percent(row["dont_know_share"]) for row in found.rows)),
        *_groups(found, round_),
    ]
    return table(_("Figures of the compared units"), ("", *units), lines)


def _groups(found: Comparison, round_: Round) -> list[tuple[object, ...]]:
    """Return the mean of every evaluator group on each unit, with votes and interval."""
    decimals = round_.scored_rules.presentation.decimals
    means = [cached.unit_detail(round_, str(row["unit_code"])).groups for row in found.rows]
    names = dict.fromkeys(str(name) for frame in means for name in frame["group"])
    return [(name, *(_mean(frame, name, decimals) for frame in means)) for name in names]


def _mean(means: pd.DataFrame, group: str, decimals: int) -> str:
    rows = means[means["group"] == group]
    if rows.empty:
        return number_format.NONE
    row = rows.iloc[0]
    if row["too_few"]:
        return _("not shown")
    words = _("{mean} ({interval}), {votes} votes")
    return words.format(
        mean=number_format.number(row["mean"], decimals),
        interval=number_format.interval(row["low"], row["high"], decimals),
        votes=number_format.count(row["n"]),
    )
