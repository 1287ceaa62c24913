"""Every written row of every scheme that names a unit, place or post says all that such a row must say."""

import subprocess

import pytest

from data.store import Store
from i18n import ROOT
from reports import measure_table
from schemes import SCHEMES
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


@pytest.mark.sample
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_what_has_to_be_done_is_worded_stamped_and_dated(scheme, release):
    day = scheme.latest_day(release)
    chosen = choose(scheme, release, Period.of(str(day.year)), day)
    found = attention(chosen)
    assert set(found["what"]) <= set(scheme.words("ATTENTION_WORDS"))
    sheet = measure_table.waiting_sheet(found, scheme, scheme.names(release, day), release, "zh")
    assert all("内部·待核" in row and chosen.asked.rules in row and release.id in row for row in sheet.rows)


def test_no_scheme_is_named_outside_its_folder():
    """Not as a module and not as a quoted name; tests, catalogues, generated pages and the history may."""
    allowed = (":!tests", ":!docs", ":!locales", ":!CHANGELOG*", ":!bench")
    for scheme in SCHEMES:
        pattern = rf"schemes\.{scheme.name}\b|scheme_of\(.{scheme.name}|scheme={scheme.name}\b"
        call = ["git", "grep", "-lE", pattern, "--", ".", f":!schemes/{scheme.name}", *allowed]
        found = subprocess.run(call, cwd=ROOT, capture_output=True, text=True).stdout.split()
        assert found == [], scheme.name
