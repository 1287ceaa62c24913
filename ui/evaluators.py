"""Sections of the page on evaluators: a table each, with interval, votes and the reason where a figure is missing."""

import pandas as pd
import streamlit as st

from access.roles import DOWNLOAD
from data.store.release import Round
from i18n import PUNCTUATION
from results.evaluators.agreement import MOST_DRIVERS, MOST_RATERS
from results.evaluators.composition import RARE
from results.evaluators.figures import Evaluators
from results.evaluators.words import AGREEMENT, DRIVERS, FIGURE_NAMES, MEANINGS, MIX, MODES, REASONS
from results.evidence.suggestions import about
from results.evidence.suggestions import suggestions as themes_of
from results.missing import is_missing
from results.number_format import NONE, count, interval, number, percent, signed, signed_interval
from ui import guard, layout, tables
from ui.i18n import _, language


def agreement(found: Evaluators, _decimals: int) -> None:
    """Show alpha, ICC and W of each group, and what their values mean."""
    rows = found.of(AGREEMENT)
    shown = pd.DataFrame(
        {
            _("Evaluator group"): rows["group"],
            _("Statistic"): [_(FIGURE_NAMES[name]) for name in rows["figure"]],
            _("Value"): [_coefficient(value) for value in rows["value"]],
            _interval(found): [
                NONE if is_missing(a) else f"{_coefficient(a)} – {_coefficient(b)}" for a, b in _ends(rows)
            ],
            **_sizes(rows),
            _("Remark"): _remarks(rows),
        }
    )
    tables.written(shown[tables.filled(shown, _("Remark"))], _("Agreement of the evaluators of each group"))
    for meaning in MEANINGS.values():
        st.markdown("- " + layout.plain(_(meaning)))
    if (rows["drawn"] < rows["evaluators"]).any():
        st.caption(
            _(
                "Of a group with more than {most} evaluators, {most} are drawn at random; the interval allows for it."
            ).format(most=MOST_RATERS)
        )


def drivers(found: Evaluators, _decimals: int) -> None:
    """Show the correlation of each indicator with the overall grade."""
    rows = found.of(DRIVERS)
    shown = pd.DataFrame(
        {
            _("Indicator"): rows["indicator"],
            _("Correlation"): [signed(value) for value in rows["value"]],
            _interval(found): [signed_interval(a, b) for a, b in _ends(rows)],
            **_sizes(rows),
            _("Remark"): _remarks(rows),
        }
    )
    tables.written(shown[tables.filled(shown, _("Remark"))], _("Correlation of each indicator with the overall grade"))
    st.markdown(
        _(
            "The correlation compares grades of the same vote, around the mean of their unit and evaluator group. 1 is "
            "a perfect relation, 0 is none."
        )
    )
    if rows["drawn"].ge(MOST_DRIVERS).any():
        st.caption(_("It is computed from {most} evaluators, drawn at random.").format(most=f"{MOST_DRIVERS:,}"))


def modes(found: Evaluators, decimals: int) -> None:
    """Show the mean difference of each channel to the commonest, and the units behind it."""
    rows = found.of(MODES)
    is_mean = rows["figure"] == "mean_difference"
    table = _differences(rows[is_mean], found, decimals).drop(columns=_("Unit"))
    tables.written(table, _("Mean difference between channels, over the same units"))
    st.markdown(
        _(
            "Difference in points: the channel minus the commonest channel of the same evaluator group, over the units "
            "with at least {smallest} votes through both."
        ).format(smallest=max(found.smallest, 2))
    )
    with st.expander(_("Differences of each unit")):
        by_unit = _differences(rows[~is_mean], found, decimals).drop(columns=_("Units"))
        tables.written(by_unit, _("Difference between channels for each unit"))


def mix(found: Evaluators, decimals: int) -> None:
    """Show plain and adjusted scores of all units, and how many places move."""
    rows = found.of(MIX).sort_values(["category", "place"], kind="stable", ignore_index=True)
    moved, placed = found.moved
    st.markdown(
        _(
            "**{moved} of {placed} units** would have another place in their category if every unit had the mix of "
            "channels and sites of all votes. Both scores count all votes alike, so the plain score is not the "
            "official score."
        ).format(moved=moved, placed=placed)
    )
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"],
            _("Category"): [layout.category_name(name) for name in rows["category"]],
            _("Votes"): [count(value) for value in rows["votes"]],
            _("Plain score"): [number(value, decimals) for value in rows["plain"]],
            _("Adjusted score"): [number(value, decimals) for value in rows["value"]],
            _interval(found): [interval(a, b, decimals) for a, b in _ends(rows)],
            _("Place"): [count(value) for value in rows["place"]],
            _("Adjusted place"): [count(value) for value in rows["adjusted_place"]],
            _("Remark"): _remarks(rows),
        }
    )
    tables.written(shown[tables.filled(shown, _("Remark"))], _("Plain and adjusted scores of all units"))
    st.caption(
        _(
            "Ballots name a site but not its kind: ballots with a site are separated from ballots without. A kind of "
            "ballot with less than {rare} of the votes is left out; here that is {share} of the votes."
        ).format(rare=percent(RARE, 0), share=percent(found.left_out))
    )


def _differences(rows: pd.DataFrame, found: Evaluators, decimals: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("Unit"): rows["unit_name"].fillna(""),
            _("Evaluator group"): rows["group"],
            _("Channel"): rows["channel"],
            _("Compared with"): rows["other_channel"],
            _("Difference in points"): [signed(value, decimals) for value in rows["value"]],
            _interval(found): [signed_interval(a, b, decimals) for a, b in _ends(rows)],
            **_sizes(rows),
        }
    )


def _interval(found: Evaluators) -> str:
    return _("{level} interval").format(level=percent(found.level, 0))


def _coefficient(value: object) -> str:
    return number(value).replace("-", "−")


def _ends(rows: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(rows["low"], rows["high"], strict=True))


def _sizes(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns of counts; where evaluators were drawn, of how many."""
    people = [_people(*both) for both in zip(rows["drawn"], rows["evaluators"], strict=True)]
    sizes = {name: [count(value) for value in rows[name]] for name in ("units", "votes")}
    return {_("Evaluators used"): people, _("Units"): sizes["units"], _("Votes"): sizes["votes"]}


def _people(drawn: object, everyone: object) -> str:
    if is_missing(everyone) or drawn == everyone:
        return count(drawn)
    return _("{drawn} of {everyone}").format(drawn=count(drawn), everyone=count(everyone))


def _remarks(rows: pd.DataFrame) -> list[str]:
    return ["" if is_missing(code) else _(REASONS[code]) for code in rows["reason"]]


def suggestions(round_: Round) -> None:
    """Show the themes of suggestions in free text to whoever may take internal papers; nothing if there are none."""
    if not guard.may(DOWNLOAD, "internal"):
        return
    found = themes_of(round_)
    if found is None:
        return
    st.subheader(_("Suggestions by unit and theme"))
    st.markdown(layout.plain(PUNCTUATION[language()].gap.join(about(found, language()))))
    if found.rows.empty:
        st.info(_("No theme has enough people yet."))
        return
    shown = pd.DataFrame(
        {
            _("Unit"): [name or _("On no unit") for name in found.rows["unit_name"]],
            _("Theme"): found.rows["theme"].to_numpy(),
            _("People"): [count(value) for value in found.rows["people"]],
        }
    )
    tables.written(shown, _("Suggestions by unit and theme"))
