"""Risk assessments on the command line: what-if without a store, figures of the demonstration, a single opinion."""

import shutil

import pytest

from tests.schemes.test_approval_page import APPROVAL
from tests.support.schemes import load_scheme
from tests.support.stores import Biaochi


@pytest.fixture
def approval(once_a_run, store_path, capsysbinary):
    """A copy, since a document is logged."""
    shutil.copytree(once_a_run("approval", lambda path: load_scheme(path, APPROVAL)), store_path)
    return Biaochi(store_path, capsysbinary)


WHAT_IF = ("scheme", "approval", "what-if")


def test_what_if_needs_no_store(biaochi):
    call = ("--yes", 214, "--n", 300, "--population", 3000, "--missing", 20)
    found = {row["figure"]: row["value"] for row in biaochi.json(*WHAT_IF, *call)["rows"]}
    assert (found["verdict"], found["short"], found["more"]) == ("cleared", 0, 0)
    assert round(found["reaches_p"], 6) == 0.038483 and round(found["falls_short_p"], 6) == 0.999998
    assert "确认达标" in biaochi(*WHAT_IF, *call).decode()
    assert not biaochi.store.exists()


@pytest.mark.parametrize("call", [("--yes", 5, "--n", 3), ("--yes", 1, "--n", 3, "--population", 2), ("--yes", 1)])
def test_wrong_usage(biaochi, call):
    biaochi(*WHAT_IF, *call, code=2)


def test_figures_and_to_do_list_of_the_demonstration(approval):
    rows = approval.json("scheme", "approval", "--year", "2025")["rows"]
    found = {row["measure"]: row["value"] for row in rows}
    assert [found[name] for name in ("assessed", "line_met", "vetoed")] == [76, 44, 9]
    listed = approval.json("scheme", "approval", "attention")["rows"]
    assert [row["what"] for row in listed][:2] == ["not_filed", "filing_due"] and len(listed) == 9
    matters = approval.json("scheme", "approval", "--year", "2025", "--by", "assessment")["rows"]
    own = [row for row in matters if row["measure"] == "approval"]
    assert len(own) == 65 and all(row["n"] and row["as_of"] for row in own)


@pytest.mark.sweep
def test_the_opinion_of_a_single_matter(approval, tmp_path):
    path = tmp_path / "opinion.docx"
    approval("bulletin", "--kind", "approval-opinion", "--period", "2025", "--item", "PG-2025-075", "-o", path)
    assert path.read_bytes()[:2] == b"PK"
    approval("bulletin", "--kind", "approval-opinion", "--period", "2025", "--item", "PG-9", "-o", path, code=2)
    assert "PG-2025-075" in approval.err
    approval("bulletin", "--kind", "approval-year", "--item", "PG-2025-075", "-o", path, code=2)
    assert "approval-opinion" in approval.err
