"""Months that close: the printed figures are kept with their release, nothing is locked, and a correction is seen."""

import json

import pytest

from data.store import ImportOptions, Store
from data.store.audit_log import read_log
from data.store.backup import backup, restore
from data.store.closing import Closing, close_month, closings, compared, reopen_month
from data.store.history import read_history
from data.store.verify import check
from errors import StoreDamagedError, UsageError
from tests.data.store.test_books import FEBRUARY, JANUARY, read


def figures(store):
    """Rows as a scheme gives them: what came in, and how much of it was answered, by unit."""
    release = store.release()
    book = release.book("opinion")
    about = {"scheme": "echo", "period_from": "2026-01-01", "period_to": "2026-01-31", "release": release.id}
    january = book[book["received_at"].str.startswith("2026-01")]
    rows = [{**about, "measure": "received", "by": "all", "key": "", "of_what": "opinions", "value": len(january),
             "n": len(january)}]  # fmt: skip
    for unit, own in january.groupby("unit_code"):
        answered = own["answered_at"].notna()
        rows.append({**about, "measure": "answered", "by": "unit", "key": unit, "of_what": "opinions",
                     "value": answered.mean(), "n": len(own), "low": float("nan")})  # fmt: skip
    release.close()
    return rows


@pytest.fixture
def published(store):
    assert read(store, "opinion", JANUARY, as_of="2026-01-31").stored
    store.publish()
    return store


def test_a_closed_month_keeps_what_was_printed_and_the_release_it_was_made_from(published):
    rows = figures(published)
    closing = close_month(published, "echo", "2026-01", rows, note="一月通报")
    assert closings(published) == [closing] == closings(published, "echo") and closings(published, "contact") == []
    assert (closing.scheme, closing.month, closing.release) == ("echo", "2026-01", published.in_force())
    kept = closing.figures(published.path)
    assert [(row["measure"], row["key"], row["value"], row["n"]) for row in kept] == [
        ("received", "", 3, 3),
        ("answered", "A", 0.0, 1),
        ("answered", "B", 0.5, 2),
    ]
    assert kept[1]["low"] is None
    event = read_history(published.path)[0]
    assert (event.action, event.subject, event.note, event.release) == (
        "close", "echo 2026-01", "一月通报", published.in_force())  # fmt: skip
    logged = read_log(published.path)[-1]
    assert (logged.action, logged.what, logged.release, logged.sha256) == (
        "close", "echo 2026-01", published.in_force(), closing.digest)  # fmt: skip
    assert check(published) == []


def test_later_files_still_change_the_state_and_the_difference_is_told(published):
    closing = close_month(published, "echo", "2026-01", figures(published))
    assert read(published, "opinion", FEBRUARY, as_of="2026-02-28").stored  # answers one opinion of January
    assert published.publish().new
    found = compared(closing.figures(published.path), figures(published))
    assert [(one.key, one.printed, one.now, one.difference, one.changed) for one in found] == [
        ("", 3, 3, 0, False),
        ("A", 0.0, 0.0, 0.0, False),
        ("B", 0.5, 1.0, 0.5, True),
    ]
    assert closings(published)[0].release != published.in_force()


def test_a_figure_that_is_new_or_gone_is_told_as_well():
    about = {"measure": "answered", "by": "unit", "of_what": "opinions"}
    printed = [{**about, "key": "A", "value": 2, "n": 4}, {**about, "key": "B", "value": None, "n": 0}]
    today = [{**about, "key": "C", "value": 1, "n": 1}, {**about, "key": "B", "value": 1, "n": 2}]
    found = compared(printed, today)
    assert [(o.key, o.printed, o.now, o.difference, o.changed) for o in found] == [
        ("A", 2, None, None, True),
        ("B", None, 1, None, True),
        ("C", None, 1, None, True),
    ]
    same_share = compared([{**about, "key": "A", "value": 0.5, "n": 2}], [{**about, "key": "A", "value": 0.5, "n": 4}])
    assert same_share[0].changed and same_share[0].difference == 0
    assert not compared(printed, printed)[1].changed


def test_a_month_is_closed_once_and_opened_again_with_a_reason(published):
    first = close_month(published, "echo", "2026-01", figures(published))
    with pytest.raises(UsageError, match="closed already"):
        close_month(published, "echo", "2026-01", figures(published))
    other = close_month(published, "contact", "2026-01", figures(published))
    with pytest.raises(UsageError, match="reason"):
        reopen_month(published, "echo", "2026-01", " ")
    with pytest.raises(UsageError, match="not closed"):
        reopen_month(published, "echo", "2026-02", "漏报")
    assert reopen_month(published, "echo", "2026-01", "漏报两件").digest == first.digest
    assert closings(published) == [other]
    with pytest.raises(UsageError, match="not closed"):
        reopen_month(published, "echo", "2026-01", "漏报两件")
    changed = [{**row, "n": row["n"] + 1} for row in figures(published)]
    second = close_month(published, "echo", "2026-01", changed)
    assert closings(published, "echo") == [second] and second.digest != first.digest
    assert first.figures(published.path) != second.figures(published.path)  # both are kept
    assert [event.action for event in read_history(published.path)[:4]] == ["close", "reopen", "close", "close"]


def test_what_cannot_be_closed(store):
    with pytest.raises(UsageError, match="published"):
        close_month(store, "echo", "2026-01", [{"measure": "received", "value": 1}])
    assert read(store, "opinion", JANUARY, as_of="2026-01-31").stored
    store.publish()
    for month in ("2026-1", "2026-13", "2026", "../2026-01"):
        with pytest.raises(UsageError, match="2026-03"):
            close_month(store, "echo", month, figures(store))
    with pytest.raises(UsageError, match="no scheme"):
        close_month(store, "../echo", "2026-01", figures(store))
    with pytest.raises(UsageError, match="no figures"):
        close_month(store, "echo", "2026-01", [])
    stale = [{**row, "release": "f" * 64} for row in figures(store)]
    with pytest.raises(UsageError, match="ffffffffffffffff"):
        close_month(store, "echo", "2026-01", stale)
    assert closings(store) == [] and not (store.path / "closed").exists()


def test_a_closed_month_locks_neither_the_evaluation_nor_the_register(published):
    close_month(published, "echo", "2026-01", figures(published))
    units = "单位编码,单位全称,单位简称\nA,市公安局,公安局\nB,市城管局,城管局\nC,市财政局,财政局\n"
    register = [("u.csv", units.encode())]
    assert published.import_files("units", register, "2026", ImportOptions()).stored
    assert published.import_files("units", register, "2025", ImportOptions(replace=True)).stored
    moved = JANUARY.replace("热线", "信箱")
    assert read(published, "opinion", moved, as_of="2026-01-31", replace=True).stored
    published.publish()
    published.set_status("2025", "final", "评议结束")
    assert published.status("2025").code == "final" and len(closings(published)) == 1


def test_changed_or_lost_figures_are_found_and_a_backup_has_them(published, tmp_path):
    closing = close_month(published, "echo", "2026-01", figures(published))
    backup(published, tmp_path / "备份.zip")
    (path,) = (published.path / "closed").iterdir()
    rows = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps([{**rows[0], "value": 99}, *rows[1:]]), "utf-8")
    with pytest.raises(StoreDamagedError, match="echo-2026-01"):
        closing.figures(published.path)
    assert path.name in [damage.facts.get("name") for damage in check(published)]
    path.unlink()
    assert path.name in [damage.facts.get("name") for damage in check(published)]
    again = Store(tmp_path / "again")
    restore(again, tmp_path / "备份.zip")
    assert check(again) == [] and isinstance(closings(again)[0], Closing)
    assert closings(again)[0].figures(again.path) == rows


def test_the_history_tells_of_closed_months(published, biaochi):
    close_month(published, "echo", "2026-01", figures(published))
    row = biaochi.json("releases")["rows"][0]
    assert (row["action"], row["scheme"], row["month"]) == ("close", "echo", "2026-01")
    assert row["made_from"] == published.in_force() and "2026-01" in biaochi("audit").decode("utf-8-sig")
