"""Every written row of every scheme that names a unit, place or post says all that such a row must say."""

import subprocess

import pytest

from data.store import Store
from i18n import ROOT
from reports import measure_table
from schemes import OTHER_SCHEMES, SCHEMES
from schemes.chosen import attention, choose
from schemes.frame import Period
from tests.support.schemes import guard_faults


@pytest.fixture(scope="module")
def release(schemes_path):
    opened = Store(schemes_path).release(None)
    yield opened
    opened.close()


@pytest.mark.sweep
@pytest.mark.sample
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_row_of_a_scheme_is_complete_in_json_and_in_both_languages(scheme, release):
    found = guard_faults(scheme, release)
    assert found["faults"] == [] and found["rows"]


NARROWED = {
    "echo": {"place": "KZ-1"},
    "contact": {"unit": "ZY001"},
    "assembly": {"place": "FS"},
    "approval": {"unit": "ZY025"},
    "inquiry": {"unit": "ZY025"},
}


@pytest.mark.sweep
@pytest.mark.parametrize(("period", "narrow"), [("2026-03", False), ("2026Q1", False), ("2025", True)])
@pytest.mark.parametrize("scheme", OTHER_SCHEMES, ids=lambda scheme: scheme.name)
def test_every_row_of_a_month_a_quarter_and_a_part_is_complete_cell_by_cell(scheme, release, period, narrow):
    found = guard_faults(scheme, release, period, **(NARROWED[scheme.name] if narrow else {}))
    assert found["faults"] == [] and found["rows"]


@pytest.mark.sample
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_what_has_to_be_done_is_worded_stamped_and_dated(scheme, release):
    day = scheme.latest_day(release)
    chosen = choose(scheme, release, Period.of(str(day.year)), day)
    found = attention(chosen)
    assert set(found["what"]) <= set(scheme.words("ATTENTION_WORDS"))
    sheet = measure_table.waiting_sheet(found, scheme, scheme.names(release, day), release, "zh")
    assert all("内部·待核" in row and chosen.asked.rules in row and release.id in row for row in sheet.rows)


EXCEPTIONS = {
    ("echo", "data/model/rule_features.py"): "an example of a source in an error; `data` may not import the schemes",
    ("echo", "data/model/meanings.csv"): "examples of the table of rules, which all schemes share",
    ("contact", "cli/notice_options.py"): "whom to ask, a part of the public notice",
    ("contact", "reports/notice_parts.py"): "whom to ask, a part of the public notice",
    ("contact", "reports/public_parts.py"): "whom to ask, a part of the public notice",
    ("contact", "ui/notice.py"): "whom to ask, a part of the public notice",
    ("contact", "ui/sign_in.py"): "whom to ask, on the page of the office",
}
"""Quoted words that are the name of a scheme, by file, with the reason. Pledges are the evaluation's own word."""


def named_in(pattern, scheme):
    """Files outside of a scheme's folder that a pattern fits; generated pages, catalogues, tests and history may."""
    allowed = (":!tests", ":!docs", ":!locales", ":!CHANGELOG*")
    call = ["git", "grep", "-lP", pattern, "--", ".", f":!schemes/{scheme.name}", *allowed]
    return set(subprocess.run(call, cwd=ROOT, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_no_scheme_is_named_outside_its_folder(scheme):
    """Not as a module, in an address or an attribute."""
    pattern = rf"schemes\.{scheme.name}\b|scheme_of\(.{scheme.name}|scheme={scheme.name}\b"
    assert named_in(pattern, scheme) == set()


@pytest.mark.parametrize("scheme", OTHER_SCHEMES, ids=lambda scheme: scheme.name)
def test_no_scheme_is_quoted_outside_its_folder(scheme):
    """Not in quotation marks, alone or with a measure, and not as a cell of a table."""
    pattern = rf"[\"'`]{scheme.name}(\.\w+)?[\"'`]|,{scheme.name}(-\w+)?,"
    known = {file for name, file in EXCEPTIONS if name == scheme.name}
    assert named_in(pattern, scheme) == known, "an exception that is not needed any more goes too"
