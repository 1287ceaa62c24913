"""Parts of the page of the province: who is missing, levels, lists of the cities, ranking across cities."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import settings
from data.store.city_facts import MARK
from data.store.province import built_rounds
from formats.spreadsheet import Sheet
from i18n import ngettext
from reports.province_table import LEVEL_WORDS, STATES, levels_sheet, lists_sheet
from reports.ranking_table import as_sheet
from results.labels import VERDICTS
from results.province.levels import City, Province, advice, as_published, levels, why
from results.ranking.bottom_list import BottomList, bottom_list
from results.ranking.ranking import Ranking
from results.ranking.statements import family_name
from ui import address, cached, charts, downloads, guard, layout, markup, printing, tables
from ui.charts.province import CityList
from ui.grids import number_column, rounded, whole
from ui.i18n import _, language


def chosen() -> Province | None:
    """Ask for the round, and return it; None if nothing has been built."""
    folder = settings.load().province
    built = built_rounds(folder) if folder else {}
    if not built:
        return None
    name = address.choose("round", built, st.selectbox, _("Round"), str, width=220)
    found = built[name]
    key = ("province", str(found.folder), found.time)
    province: Province = cached.kept(key, lambda: Province(found))
    return province


def empty() -> None:
    """Show how a round of the province comes about."""
    folder = settings.load().province or Path("FOLDER")
    st.info(_("No round of the province has been built yet. The cities publish their facts, then build the release:"))
    st.code(f"biaochi province build --from SHARED --round 2026 --to {folder}", language=None)


def show_left_out(province: Province) -> None:
    """Name every city that is not in the release, with the reason and what to do."""
    gone = province.left_out
    if not gone:
        return
    head = ngettext(
        "{count} city is not in the release. Every other figure is complete.",
        "{count} cities are not in the release. Every other figure is complete.",
        len(gone),
        language(),
    ).format(count=len(gone))
    line = _("**{city}**: {why}. {advice}")
    cities = [
        "- "
        + line.format(
            city=layout.plain(_shown(own.city)),
            why=layout.plain(why(own, language())),
            advice=layout.plain(advice(own, language())),
        )
        for own in gone
    ]
    st.warning("\n".join([head, "", *cities]))


def show_levels(province: Province) -> None:
    """Show the province, its cities and counties, and their download."""
    rows = levels(province)
    st.caption(
        _(
            "Figures of a city are those that it published, with its release and day. Those of a city include its "
            "counties, those of the province all cities."
        )
    )
    shown = pd.DataFrame(
        {
            "place": [_place(row) for row in rows.to_dict("records")],
            "level": [_(LEVEL_WORDS[str(code)]) for code in rows["level"]],
            "state": [_(STATES[str(code)]) for code in rows["state"]],
            **{name: whole(rows[name]) for name in ("units", "confirmed", "undecided", "cleared")},
            "ballots": whole(rows["ballots"]),
            "published": rows["published"],
            "rules": rows["rules"],
            "release": rows["release"],
        }
    )
    config = {
        "place": st.column_config.TextColumn(_("City or county"), width=130),
        "level": st.column_config.TextColumn(_("Level"), width=100),
        "state": st.column_config.TextColumn(_("State of its facts"), width=165),
        "units": number_column(_("Units")),
        **{name: number_column(_(VERDICTS[name])) for name in ("confirmed", "undecided", "cleared")},
        "ballots": st.column_config.NumberColumn(_("Ballots"), format="localized"),
        "published": st.column_config.TextColumn(_("Day of publication"), width=105),
        "rules": st.column_config.TextColumn(_("Rule set"), width=105),
        "release": st.column_config.TextColumn(_("Release"), width=150),
    }
    alt = _("The province, its cities and its counties, with units, verdicts and ballots.")
    printing.grid(shown, hide_index=True, key="province_levels", column_config=config, alt=alt)
    _download("province", province, partial(_levels_sheet, province, language()))


def _place(row: Mapping[Any, Any]) -> str:
    """Return the name of a place; a county is set in below its city."""
    if row["county"]:
        return f"　{row['county']}"
    return str(row["city"]) or _("Entire province")


def choose_kind(province: Province) -> str:
    """Ask for the kind of units."""
    return address.choose("category", province.kinds, st.selectbox, _("Category"), layout.category_name, width=420)


def show_lists(province: Province, kind: str) -> None:
    """Show the bottom list of every city as that city published it: a panel each, and a table."""
    lists = [_list_of(own, kind) for own in province.of_kind(kind)]
    lists.sort(key=lambda own: (-int((own.rows["verdict"] == "confirmed").sum()), own.city))
    drawn = lists[: charts.MOST_CITIES]
    st.caption(
        _(
            "Verdicts, places and line are those of each city, by its rules, among its units; the province judges "
            "nothing again. The bar is the range of places that the votes allow; right is last, and the dashed line is "
            "where the last places begin."
        )
    )
    alt = _("The lowest units of each city with place, range of places and verdict, a panel for each city.")
    draw = partial(charts.lists_by_city, drawn, narrow=guard.on_phone())
    charts.show_kept((province.release.id, province.built.time, kind), draw, "city_lists", alt)
    if len(lists) > len(drawn):
        st.caption(_("{count} more cities are in the table.").format(count=len(lists) - len(drawn)))
    rows = as_published(province, kind)
    if rows.empty:
        st.info(_("No unit of this category is on a list or undecided in any city."))
    else:
        _grid_of_lists(rows)
    _download("province_list", province, partial(_lists_sheet, province, kind, language()), kind)


def _list_of(city: City, kind: str) -> CityList:
    found = city.results["categories"][kind]
    rows = pd.DataFrame(found["rows"])
    return CityList(_shown(city.name), rows, int(rows["rank"].notna().sum()), found["line"])


def _shown(name: str) -> str:
    """Return the name of a publisher for readers."""
    return name.replace(MARK, " · ")


def _grid_of_lists(rows: pd.DataFrame) -> None:
    shown = pd.DataFrame(
        {
            "city": [_shown(MARK.join(filter(None, pair))) for pair in zip(rows["city"], rows["county"], strict=True)],
            "unit": rows["unit_name"],
            "verdict": [tables.verdict(code) for code in rows["verdict"]],
            "rank": whole(rows["rank"]),
            "best": whole(rows["rank_best"]),
            "worst": whole(rows["rank_worst"]),
            **{name: rounded(rows[name], 2) for name in ("score", "score_low", "score_high")},
            "n": whole(rows["n"]),
            "published": rows["published"],
            "release": rows["release"],
        }
    )
    config = {
        "city": st.column_config.TextColumn(_("City or county"), width=130),
        "unit": st.column_config.TextColumn(_("Unit"), width=180),
        "verdict": st.column_config.TextColumn(_("Verdict"), width=105),
        "rank": number_column(_("Rank")),
        "best": number_column(_("Places from")),
        "worst": number_column(_("Places to")),
        "score": number_column(_("Score"), 2),
        "score_low": number_column(_("Interval from"), 2),
        "score_high": number_column(_("Interval to"), 2),
        "n": number_column(_("Votes")),
        "published": st.column_config.TextColumn(_("Day of publication"), width=105),
        "release": st.column_config.TextColumn(_("Release"), width=150),
    }
    alt = _("Units that a city lists or leaves undecided, with verdict, place, score, votes, release and day.")
    printing.grid(shown, hide_index=True, key="province_lists", column_config=config, alt=alt)


def show_across(province: Province, kind: str) -> None:
    """Rank the units of a kind across the cities whose rules give scores that can be compared."""
    refused, round_ = province.refused(kind), province.round_of(kind)
    rules = round_.scored_rules
    st.caption(
        _(
            "All units of this category of the cities below are ranked as a separate family: intervals, places and "
            "verdicts hold for all of them at once ({level}), so they are wider than in a city. The verdict of a city "
            "stays as it is. Bottom rule and fewest votes are those of the rule set {rules}."
        ).format(level=tables.percent(rules.uncertainty.level, 0), rules=layout.plain(rules.name))
    )
    if refused:
        lines = [f"- **{layout.plain(_shown(own.city))}**: {layout.plain(own.sentence(language()))}" for own in refused]
        st.warning("\n".join([_("Not ranked with the others, since the scores cannot be compared:"), "", *lines]))
    if len({own.name for own in province.of_kind(kind)}) - len(refused) < 2:
        st.info(_("Fewer than two cities have units of this category that can be compared."))
        return
    answer = cached.ranking(round_, kind)
    (family,) = cached.families(round_, kind)
    bottom = bottom_list(family, answer)
    rows = tables.ranking_rows(_named(answer.rows), rules)
    if rows.empty:
        st.info(_("No ranked unit matches this choice."))
        return
    _chart(province, bottom, kind)
    markup.show(markup.source(province.release.short, len(rows)))
    tables.show_ranking(rows, rules.presentation.decimals, "province_ranking")
    _download("province_ranking", province, partial(_ranking_sheet, answer, province, kind, language()), kind)


def _chart(province: Province, bottom: BottomList, kind: str) -> None:
    """Show the lowest units across cities with their places and the evidence."""
    family = bottom.family
    rows = tables.ranking_rows(_named(bottom.rows), family.rules)
    narrow = guard.on_phone()
    draw = partial(charts.bottom_chart, rows, bottom.line, family.places, family.bottom.line, narrow=narrow)
    alt = _("The lowest units across cities with the places that the votes allow, worst on top.")
    charts.show_kept((province.release.id, family.round, kind), draw, "across", alt)


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with short names: the name of a unit that begins with its city or county says where it is."""
    return rows.assign(unit_name=[_short(str(name)) for name in rows["unit_name"]])


def _short(name: str) -> str:
    place, _mark, unit = name.rpartition(MARK)
    city, _mark, county = place.partition(MARK)
    if unit.startswith(county or city):
        unit = unit.removeprefix(county or city) or unit
    return f"{county or city} {unit}"


def _download(name: str, province: Province, sheet: partial[Sheet], kind: str = "") -> None:
    depends = (province.built.time, kind)
    downloads.table(name, province.release, sheet, depends=depends, keys=False)


def _levels_sheet(province: Province, language: str) -> Sheet:
    return levels_sheet(province, levels(province), language)


def _lists_sheet(province: Province, kind: str, language: str) -> Sheet:
    return lists_sheet(province, as_published(province, kind), language)


def _ranking_sheet(answer: Ranking, province: Province, kind: str, language: str) -> Sheet:
    return as_sheet(answer, province.release, language, category=family_name(kind, language))
