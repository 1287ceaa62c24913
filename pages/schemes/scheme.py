"""各项机制 · The page of a scheme: ?scheme=, period, as-of day, place and unit are in the address."""

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from reports.measure_table import measure_sheet
from schemes import OTHER_SCHEMES, scheme_of
from schemes.chosen import Chosen, rows
from schemes.frame import Asked, Period
from schemes.kept_rules import rules_of_release, rules_on
from schemes.printed_months import close
from schemes.registers import PLACE, UNIT, Registers, delivered, latest_day
from ui import cached, guard, layout
from ui import schemes as parts
from ui.i18n import _, language

name = parts.of_scheme([scheme.name for scheme in OTHER_SCHEMES], st.session_state.get("page", ""))
scheme = scheme_of(name)
release = layout.page(scheme.title)
missing = [table for table in scheme.tables if table not in delivered(release)]
newest = cached.kept((release.id, name, "latest day"), partial(latest_day, scheme, release))
if newest is None or scheme.view is None:
    parts.nothing_yet(missing, some=False)
    st.stop()
dated = cached.kept((release.id, name, "rules"), partial(rules_of_release, release, scheme))


def _registers(day: date) -> Registers:
    settings = rules_on(dated, day).settings
    key = (release.id, name, day.isoformat())
    return cached.kept_registers(key, lambda: Registers(scheme, release, day, settings, dated))


def _choices(day: date) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    plain = _registers(day).plain
    return plain.get(PLACE), plain[UNIT]


address = parts.choose(newest, _choices)
rules = rules_on(dated, address.as_of)
asked = Asked(Period.of(address.period), address.as_of, rules=rules.name, release=release.id)
chosen = Chosen(scheme, _registers(address.as_of), asked, address.unit, address.place)
scheme.view(chosen)
if scheme.documents:
    keep = guard.guarded("close_month", partial(close, cached.store(), release, scheme, who=layout.user() or ""))
    parts.documents(chosen, scheme.documents, scheme.items, keep)
if scheme.posts:
    year = asked.period.first.year
    originals = cached.kept((release.id, name, f"originals {year}"), partial(scheme.original_texts, release, year))
    parts.public_texts(chosen, originals, layout.user() or "")
st.subheader(_("Files"))
parts.tables(chosen, partial(measure_sheet, chosen, rows, language()))
with st.expander(_("Settings and their reasons")):
    parts.settings(scheme, rules)
if missing:
    parts.nothing_yet(missing, some=True)
