"""Every SQL file keeps the word of its header."""

import re

import duckdb
import pytest

from data.duckdb_access import read_sql, sql_names, table_names
from data.model.books import is_book
from data.model.contract import KINDS
from data.store import Store
from data.store.records import book_table
from data.store.release import RESULTS

READ = sql_names("release")
ALL = ["table", "pinyin_order", *(name for folder in ("intake", "build", "release") for name in sql_names(folder))]


def promised(name, word):
    line = re.search(rf"^-- {word}:(.*)$", read_sql(name), re.M)
    assert line, f"{name} does not say its {word}"
    return re.findall(r"(\$?\w+(?: [A-Z]+(?:\([^)]*\))?(?:\[\])?)?)(?:,|$)", line.group(1).strip())


@pytest.fixture(scope="module")
def results(demo_path):
    con = duckdb.connect(str(demo_path / "releases" / Store(demo_path).in_force() / RESULTS), read_only=True)
    yield con
    con.close()


def test_parameters_are_as_said():
    assert len(ALL) > 40
    for name in ALL:
        body = re.sub(r"--.*", "", read_sql(name))
        assert set(promised(name, "params")) == set(re.findall(r"\$[a-z_]+", body)), name
        assert read_sql(name).startswith("-- ")
        promised(name, "returns")


def test_columns_are_as_said(results):
    for name in READ:
        params = {p[1:]: "2025" for p in promised(name, "params")}
        found = results.execute("DESCRIBE " + read_sql(name), params or None).fetchall()
        assert [f"{column} {kind}" for column, kind, *_ in found] == promised(name, "returns"), name


def test_the_names_of_the_schema_are_those_of_a_release(results):
    """A table that is not in the list would never be compared by a replay."""
    found = {name for (name,) in results.execute("SHOW TABLES").fetchall()}
    assert found - {book_table(kind) for kind in KINDS if is_book(kind)} == set(table_names("build/schema"))


def test_a_table_comes_whole_and_in_one_order(results):
    for name in table_names("build/schema"):
        rows = results.execute(read_sql("table"), {"table": name}).fetchall()
        stored = results.table(name).fetchall()
        assert len(rows) == len(stored) and set(rows) == set(stored), name
        assert rows == sorted(rows, key=lambda row: [(value is None, value) for value in row]), name
