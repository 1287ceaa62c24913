"""Documents of every scheme: who is named has base, day, evidence, settings and release; the wall names nobody."""

import re
from datetime import date
from functools import cache

import pytest

from data.model.contract import TABLE_OF
from data.sample.community import City
from data.store import Store
from formats.table_kinds import BASE, INTERVAL, KINDS, NAME, VERDICT
from reports.documents.scheme import ITEMS
from results.number_format import NONE
from schemes import SCHEMES, scheme_of
from schemes.chosen import choose
from schemes.frame import Period

PERIODS = {"month": "2026-03", "quarter": "2026Q1", "year": "2025"}
DOCUMENTS = [(scheme.name, kind) for scheme in SCHEMES if scheme.has("demo") for kind in scheme.documents]


@pytest.fixture(scope="module")
def release(schemes_path):
    release = Store(schemes_path, threads=2).release()
    yield release
    release.close()


@cache
def made(release, name, kind, language="zh"):
    """A document of a scheme; several tests look at each, and each costs a CPU-second."""
    scheme = scheme_of(name)
    chosen = choose(scheme, release, Period.of(PERIODS.get(kind, "2026-03")), date(2026, 3, 31))
    return scheme.documents[kind](chosen, language)


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "kind"), DOCUMENTS)
def test_who_is_named_stands_with_the_rest(name, kind, release):
    document = made(release, name, kind)
    assert document.rules in document.footer and document.release in document.footer
    for table in document.tables():
        columns = KINDS[table.kind].columns
        if not any(NAME in column.says for column in columns):
            continue
        guard = [column.name for column in columns if set(column.says) & {BASE, INTERVAL, VERDICT}]
        assert all(row.cells[column].strip() for row in table.rows for column in guard)
        if "as_of" in KINDS[table.kind].names:
            assert {row.cells["as_of"] for row in table.rows} == {"2026-03-31"}


@pytest.mark.sample
@pytest.mark.parametrize(("name", "kind"), DOCUMENTS)
def test_a_list_of_items_says_how_many_of_what_as_of_which_day(name, kind, release):
    for section in made(release, name, kind).sections:
        if section.table is not None and section.table.kind == ITEMS:
            count = f"{len(section.table.rows):,}"
            assert any(count in text and re.search(r"\d{4}-\d\d-\d\d", text) for text in section.paragraphs)
            assert "待核" in "".join(section.paragraphs) or section.table.kind != ITEMS


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "kind"), DOCUMENTS)
def test_both_languages_say_the_same_figures(name, kind, release):
    chinese, english = (made(release, name, kind, language) for language in ("zh", "en"))
    assert [len(table.rows) for table in chinese.tables()] == [len(table.rows) for table in english.tables()]
    assert chinese.title != english.title and not [c for c in english.title if "\u4e00" <= c <= "\u9fff"]


def test_the_sheet_of_the_wall_names_no_person_unit_or_grid(release):
    document = made(release, "echo", "wall")
    text = str(document.as_data()["sections"])
    city = City()
    hidden = [*city.units, *(code for code, _grid in (*city.visitors, *city.messengers)), "KZ-", "网格"]
    assert [word for word in hidden if word in text] == []
    assert document.secrecy == ""
    assert {column.name for column in KINDS["echo_wall"].columns}.isdisjoint({"text", "place", "unit"})
    assert "text" in {field.name for field in TABLE_OF["opinion"].fields}, "the register has texts; the sheet has none"


def test_units_are_in_roster_order_never_by_value(release):
    document = made(release, "echo", "month")
    table = next(section.table for section in document.sections if "承办单位" in section.heading)
    roster = list(City().units)
    assert [row.cells["key"] for row in table.rows] == sorted(
        (row.cells["key"] for row in table.rows), key=roster.index
    )


def test_a_share_stands_with_both_integers(release):
    document = made(release, "echo", "month")
    row = next(row for row in document.tables()[0].rows if row.cells["measure"] == "按时答复")
    met, base = row.cells["base"].split("（")[0].split("/")
    assert row.cells["value"] == f"{100 * int(met) / int(base):.2f}%" and row.cells["value"] != NONE
