"""The page on trust in the ballots: two people decide on the listed ballots, and the page shows it."""

from contextlib import closing

import pytest

from data.store import Store
from data.store.ballot_decisions import decision_of
from tests.pages.test_pages import opened, told_by
from tests.results.test_integrity import office_at

pytestmark = pytest.mark.sweep


def test_two_people_decide_on_the_page(tmp_path, monkeypatch):
    office_at(tmp_path / "var")
    test = opened("browse/trust", tmp_path / "var", monkeypatch, "zh")
    assert test.button(key="ballots_record").disabled
    next(group for group in test.button_group if group.key == "ballots_decision").set_value("keep").run()
    test.text_area(key="ballots_reason").set_value("逐张复核").run()
    test.text_input(key="ballots_second").set_value("乙").run()
    test.button(key="ballots_record").click().run()
    assert not test.exception and not test.error
    with closing(Store(tmp_path / "var", threads=1).release()) as release:
        kept = decision_of(release.round("2025"))
    assert kept and (kept.decision, kept.second, kept.reason) == ("keep", "乙", "逐张复核")
    test.toggle(key="without").set_value(True).run()
    assert not test.exception
    test.toggle(key="recount").set_value(True).run()
    assert not test.exception and any("纸质票" in text for text in told_by(test))
