"""The dossier of a unit in a real browser: what the votes and all schemes say of it, as lanes and as lines.

Pictures go to tests/browser/screenshots/, which is not in git: look at them.
"""

import shutil

import pytest

from data.sample.load import load_files
from data.store import Store
from reports import unit_dossier as words_of
from schemes import OTHER_SCHEMES
from schemes.demonstration import scheme_files
from ui.unit_schemes import COLUMNS

from .conftest import settled
from .journeys import Journey, assert_no_chart_text_is_cut

pytestmark = pytest.mark.browser

UNIT = "ZY025"


@pytest.fixture(scope="module")
def whole_store(demo_path, tmp_path_factory):
    """The demonstration city with its ballots and all schemes."""
    path = tmp_path_factory.mktemp("whole") / "store"
    shutil.copytree(demo_path, path)
    store = Store(path, threads=2)
    load_files(store, scheme_files())
    store.publish()
    return path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_page_holds_what_all_schemes_say_of_a_unit(serve, page, whole_store, language):
    server, person = serve(whole_store), Journey(page, language, "dossier")
    page.goto(f"{server.url}/unit?unit={UNIT}&lang={language}")
    heading = page.get_by_role("heading", name=person.say("All schemes"), exact=True)
    heading.wait_for()
    settled(page)
    heading.scroll_into_view_if_needed()
    person.picture("lanes")
    assert_no_chart_text_is_cut(page)
    drawn = page.locator(".js-plotly-plot").last.inner_text()
    lanes = [person.say(scheme.title) for scheme in OTHER_SCHEMES]
    assert all("".join(lane.split())[:4] in "".join(drawn.split()) for lane in lanes), drawn
    table = page.get_by_role("table").last
    heads = [words_of.HEADERS[name] for name in COLUMNS]
    assert table.get_by_role("columnheader").all_inner_texts() == [person.say(head) for head in heads]
    rows = [row.get_by_role("cell").all_inner_texts() for row in table.get_by_role("row").all()[1:]]
    rows = [[*row, ""][: len(COLUMNS)] for row in rows]
    named = [cell for row in rows for cell in row[:1]]
    print(rows[:3], sorted(set(named)))
    said = page.get_by_test_id("stMain").inner_text()
    assert person.say(words_of.INTERNAL) in said
