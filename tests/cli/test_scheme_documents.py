"""`biaochi bulletin --kind NAME-month`: documents of every scheme by the registry."""

import shutil

import pytest

from cli.documents import scheme_kinds
from tests.support.stores import Biaochi


@pytest.fixture
def schemes(schemes_path, store_path, capsysbinary):
    """A copy, since a document is logged."""
    shutil.copytree(schemes_path, store_path)
    return Biaochi(store_path, capsysbinary)


def test_every_document_of_the_registry_is_a_kind():
    kinds = scheme_kinds()
    assert {"echo-month", "echo-quarter", "echo-year", "echo-wall", "echo-week"} <= set(kinds)
    assert kinds["echo-wall"] == ("echo", "wall")


@pytest.mark.sweep
@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_the_circular_of_a_month_is_written_and_logged(schemes, tmp_path, ending):
    path = tmp_path / f"month.{ending}"
    schemes("bulletin", "--kind", "echo-month", "--period", "2026-03", "-o", path)
    name = f"echo-month.{ending}"
    assert name in schemes("audit", "--format", "csv").decode()
    assert path.read_bytes()[:4] == {"pdf": b"%PDF", "docx": b"PK\x03\x04"}[ending]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["--kind", "echo-month", "--period", "2026-3"], "2026-3"),
        (["--kind", "echo-mnth"], "echo-month"),
        (["--period", "2026-03", "--round", "2025"], "--period"),
        ([], "--round"),
        (["--kind", "echo-month", "--category", "全部"], "--category"),
    ],
)
def test_a_call_that_cannot_be_carried_out_says_why(schemes, tmp_path, call, said):
    schemes("bulletin", *call, "-o", tmp_path / "x.pdf", code=2)
    assert said in schemes.err


def test_a_release_without_its_tables_is_refused(tmp_path, capsysbinary, town_path):
    town = Biaochi(town_path, capsysbinary)
    town("bulletin", "--kind", "echo-month", "-o", tmp_path / "x.pdf", code=2)
    assert "opinion" in town.err
