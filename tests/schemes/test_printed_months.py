"""Months that are closed by the command: the figures are kept, and a document says what has changed since."""

import shutil

import pytest

from data.store import ImportOptions, Store
from schemes import scheme_of
from schemes.chosen import choose
from schemes.frame import Period
from tests.support.community import IN_TIME, LATE_ONES, opinions, registers
from tests.support.stores import Biaochi

ANSWERED = dict.fromkeys(LATE_ONES, "2026-03-17") | {IN_TIME: "2026-03-06"}


def imported(store, day, answered):
    options = ImportOptions(accept_warnings="checked", demo=True)
    assert store.import_files("opinion", [(f"{day}.csv", opinions(day, answered))], "2026", options).stored
    store.publish()


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A store whose March was closed before an answer day was corrected."""
    path = tmp_path_factory.mktemp("closed") / "store"
    imported(registers(path), "2026-03-31", ANSWERED)
    return path


@pytest.fixture
def biaochi(closed, store_path, capsysbinary):
    shutil.copytree(closed, store_path)
    return Biaochi(store_path, capsysbinary)


def corrections(path):
    scheme = scheme_of("echo")
    release = Store(path).release()
    chosen = choose(scheme, release, Period.of("2026-03"), scheme.latest_day(release))
    return {(one.figure.measure, one.figure.key): one.figure for one in scheme.corrections(chosen)}, chosen


@pytest.mark.sweep
def test_a_figure_that_changed_is_printed_then_now_and_by_how_much(biaochi, store_path):
    biaochi("scheme", "echo", "close", "2026-03")
    imported(Store(store_path), "2026-04-03", ANSWERED | {IN_TIME: "2026-03-16"})
    found, chosen = corrections(store_path)
    on_time = found["on_time", ""]
    assert (on_time.printed, on_time.printed_n, on_time.now, on_time.now_n) == (1 / 3, 3, 0.0, 3)
    assert ("received", "") not in found
    document = chosen.scheme.documents["month"](chosen, "zh")
    section = next(section for section in document.sections if "更正" in section.heading)
    assert {row.cells["printed"] for row in section.table.rows} == {"33.33% (1/3)", "100.00% (1/1)"}
    assert "−33.33个百分点" in {row.cells["difference"] for row in section.table.rows}


def test_nothing_is_said_while_nothing_has_changed(biaochi, store_path):
    biaochi("scheme", "echo", "close", "2026-03")
    found, chosen = corrections(store_path)
    assert found == {}
    assert not [s for s in chosen.scheme.documents["month"](chosen, "zh").sections if "更正" in s.heading]


def test_a_month_is_closed_once_and_opened_again_with_a_reason(biaochi):
    biaochi("scheme", "echo", "close", "2026-03")
    biaochi("scheme", "echo", "close", "2026-03", code=2)
    biaochi("scheme", "echo", "close", "2026-03", "--reopen", code=2)
    biaochi("scheme", "echo", "close", "2026-03", "--reopen", "--note", "通报收回")
    biaochi("scheme", "echo", "close", "2026-03")


@pytest.mark.parametrize("month", ["2026", "2026-3", "2026-13"])
def test_only_a_month_can_be_closed(biaochi, month):
    biaochi("scheme", "echo", "close", month, code=2)
    assert month in biaochi.err
