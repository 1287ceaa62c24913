"""Every column of every exported table has a row in fields.csv."""

import csv
import io

import pytest

from data.model.contract import KINDS
from formats import table_kinds
from i18n import read_catalogue, translate
from reports.tables import RESULTS
from results import fields
from results.comparison.release_diff import GROUP_COLUMNS, RECORD_COLUMNS, UNIT_COLUMNS
from results.pledges.by_year import POSTS, UNITS, YEARS
from results.pledges.labels import header
from results.pledges.register import KINDS as PLEDGE_SORTS
from results.pledges.register import LINES

FORMATS = {"", "share", "per_cent", "p", "points", "signed", "one", "whole"}


def columns_of(town, *arguments):
    """The columns of a CSV that a command prints, in English."""
    return next(csv.reader(io.StringIO(town(*arguments, lang="en").decode("utf-8-sig"))))


def without_groups(names):
    return [name for name in names if not name.startswith("n:") and name != "data"]


CALLS = [
    ("ranking", ("export", "ranking", "--round", "2025")),
    ("ranking", ("export", "bottom", "--round", "2025")),
    ("ranking", ("ranking", "--round", "2025", "--format", "csv")),
    ("ranking", ("bottom", "--round", "2025", "--format", "csv")),
    ("changes", ("export", "changes", "--round", "2025")),
    ("groups", ("export", "groups", "--round", "2025")),
    ("evaluators", ("export", "evaluators", "--round", "2025")),
    ("pledges", ("pledges", "--round", "2025", "--format", "csv")),
    ("rounds", ("rounds", "--format", "csv")),
    ("releases", ("releases", "--format", "csv")),
    ("audit", ("audit", "--format", "csv")),
]


@pytest.mark.parametrize(("table", "call"), CALLS, ids=[" ".join(call[:2]) for _, call in CALLS])
def test_every_column_of_a_command_has_a_row(table, call, town):
    names = without_groups(columns_of(town, *call))
    assert len(names) > 5
    assert [name for name in names if name not in fields.columns(table)] == []


def test_every_result_that_is_exported_is_in_the_list():
    tables = {column.table for column in fields.all_columns()}
    assert set(RESULTS) - {"bottom"} <= tables  # the bottom list has the columns of the ranking


def test_pledges_by_item_post_unit_and_year():
    for name in (*LINES, *POSTS, *UNITS, *YEARS):
        sort, _, rest = name.partition("_")
        known = fields.columns("pledge_totals") if sort in PLEDGE_SORTS else fields.columns("pledges")
        assert (rest if sort in PLEDGE_SORTS else name) in known, name
        assert header(name, "zh") not in ("", name)


def test_comparisons_and_documents():
    names = (*UNIT_COLUMNS, *GROUP_COLUMNS, *RECORD_COLUMNS[1:])
    assert set(names) <= set(fields.columns("release_diff"))
    columns = [column for kind in table_kinds.KINDS.values() for column in kind.columns]
    assert {column.name for column in columns if not column.header} <= set(fields.columns("document"))


def test_each_row_is_complete_and_there_once():
    rows = fields.all_columns()
    assert len({(row.table, row.field) for row in rows}) == len(rows) > 150
    for row in rows:
        assert row.format in FORMATS and row.type in {"text", "int", "decimal", "bool"}, row
        assert row.contract in ("", *KINDS), row
        assert bool(row.header) != bool(row.contract) or row.field == "n_by_group", row


def test_headers_and_meanings_are_messages_with_a_translation():
    known = {message.id for message in read_catalogue("zh")}
    texts = {text for row in fields.all_columns() for text in (row.header, row.meaning) if text}
    assert len(texts) > 150
    assert texts <= known
    assert [text for text in texts if not translate(text, "zh")] == []


def test_formats_of_numbers():
    assert fields.number_format("points", 0) == "0"
    assert fields.number_format("signed", 2) == "+0.00;-0.00;0.00"
    assert fields.number_formats("ranking", ("unit_name", "score", "p_bottom"), 1, "en") == {
        "score": "0.0",
        "p_bottom": "0.0%",
    }
