"""Every SQL file keeps the word of its header."""

import re

import duckdb
import pytest

from data.duckdb_access import read_sql, sql_names
from data.store import Store
from data.store.release import RESULTS

ALL = [name for folder in ("intake", "build", "release", "table") for name in sql_names(folder)]
READ = [name for folder in ("release", "table") for name in sql_names(folder)]


def promised(name, word):
    line = re.search(rf"^-- {word}:(.*)$", read_sql(name), re.M)
    assert line, f"{name} does not say its {word}"
    return re.findall(r"(\$?\w+(?: [A-Z]+(?:\([^)]*\))?(?:\[\])?)?)(?:,|$)", line.group(1).strip())


@pytest.mark.parametrize("name", ALL)
def test_parameters_are_as_said(name):
    body = re.sub(r"--.*", "", read_sql(name))
    assert set(promised(name, "params")) == set(re.findall(r"\$[a-z_]+", body))
    assert read_sql(name).startswith("-- ")
    promised(name, "returns")


@pytest.mark.parametrize("name", READ)
def test_columns_are_as_said(name, demo_path):
    store = Store(demo_path)
    con = duckdb.connect(str(demo_path / "releases" / store.in_force() / RESULTS), read_only=True)
    params = {p[1:]: "2025" for p in promised(name, "params")}
    found = con.execute("DESCRIBE " + read_sql(name), params or None).fetchall()
    con.close()
    assert [f"{column} {kind}" for column, kind, *_ in found] == promised(name, "returns")
