"""Choices of the page of a scheme, all kept in the address: scheme, period, as-of day, place and unit.

The address holds codes, never translated labels: ?scheme=NAME&period=2026Q1&as-of=2026-03-31&place=KZ-1&unit=ZY001.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from reports.measure_words import period_words
from ui.i18n import _, language

PERIOD, AS_OF, PLACE, UNIT, SCHEME = "period", "as-of", "place", "unit", "scheme"
YEARS_BACK = 3
ALL = ""


@dataclass(frozen=True)
class Address:
    """What the address asks for. period : 2026, 2026Q1 or 2026-03. place, unit : codes, "" for all."""

    period: str
    as_of: date
    place: str
    unit: str


def of_scheme(names: Sequence[str], page: str) -> str:
    """Return the scheme of the address: ?scheme=, else the name of the page in the menu, else the first."""
    asked = st.query_params.get(SCHEME, page)
    return asked if asked in names else names[0]


def choose(newest: date, choices: Callable[[date], tuple[pd.DataFrame | None, pd.DataFrame | None]]) -> Address:
    """Show the choices and return them. newest : day that the registers speak of.

    choices : as-of day -> registers of places and of units, which depend on it.
    """
    left, middle, right, last = st.columns(4)
    day = _day(left, newest)
    periods = periods_until(day)
    names = dict(zip(periods, map(_period_words, periods), strict=True))
    period = _select(middle, PERIOD, _("Period"), names, default=_quarter(day))
    places, units = choices(day)
    place = _select(right, PLACE, _("Place or grid"), {ALL: _("All places"), **_named(places, "place_code", "name")})
    unit = _select(last, UNIT, _("Unit"), {ALL: _("All units"), **_named(units, "unit_code", "unit_name")})
    return Address(period, day, place, unit)


def periods_until(day: date) -> list[str]:
    """Return the years, quarters and months that have begun by a day, newest first: each year, then its parts."""
    found = []
    for year in range(day.year, day.year - YEARS_BACK, -1):
        last = day.month if year == day.year else 12
        found.append(str(year))
        found += [f"{year}Q{quarter}" for quarter in range((last + 2) // 3, 0, -1)]
        found += [f"{year}-{month:02}" for month in range(last, 0, -1)]
    return found


def _quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def _period_words(period: str) -> str:
    first, last = _span(period)
    return period_words(first, last, language())


def _span(period: str) -> tuple[date, date]:
    year, quarter, month = int(period[:4]), period[5:] if "Q" in period else "", period[5:] if "-" in period else ""
    first = int(month or 3 * int(quarter or 1) - 2)
    last = int(month or (3 * int(quarter) if quarter else 12))
    return date(year, first, 1), (pd.Timestamp(year, last, 1) + pd.offsets.MonthEnd()).date()


def _day(container: DeltaGenerator, newest: date) -> date:
    """Return the as-of day of the address, else the newest day of the registers."""
    key = f"scheme_{AS_OF}"
    st.session_state[key] = _read_day(st.query_params.get(AS_OF, ""), newest)

    def keep() -> None:
        st.query_params[AS_OF] = st.session_state[key].isoformat()

    chosen: date = container.date_input(_("As of"), key=key, on_change=keep, format="YYYY-MM-DD")
    return chosen


def _read_day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _select(container: DeltaGenerator, name: str, label: str, words: Mapping[str, str], default: str = ALL) -> str:
    """Return the choice of the address, else the default, else the first; a choice changes the address."""
    known, key = list(words), f"scheme_{name}"
    asked = st.query_params.get(name, default)
    st.session_state[key] = asked if asked in known else known[0]

    def keep() -> None:
        st.query_params[name] = st.session_state[key]

    chosen: str = container.selectbox(label, known, key=key, on_change=keep, format_func=words.__getitem__)
    return chosen


def _named(rows: pd.DataFrame | None, code: str, name: str) -> dict[str, str]:
    """Return code -> name with the code, as several places may have one name."""
    if rows is None:
        return {}
    return {str(key): f"{text}  {key}" for key, text in zip(rows[code], rows[name], strict=True)}
