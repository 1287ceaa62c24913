"""Twelve monthly files of a book with overlaps, and imports of a book that are killed."""

import random

import pytest

from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.verify import check
from schemes import checks
from tests.slow.kill9_books import HEAD, PLACES, run

ROWS = 5_000


@pytest.mark.slow
def test_a_killed_import_of_a_book_leaves_the_state_before_or_after(tmp_path):
    assert run(tmp_path, 50) == 50


@pytest.mark.slow
def test_twelve_files_of_five_thousand_rows_give_the_states_of_a_plain_replay(tmp_path):
    """Each file holds the new opinions and those that moved; some months come late, after a later month."""
    store, dice, plain, on_day, files = Store(tmp_path / "store"), random.Random(7), {}, {}, []
    assert store.import_files("place", [("p.csv", PLACES.encode())], "2026").stored
    for month in range(1, 13):
        day = f"2026-{month:02d}-28"
        waiting = [key for key, row in plain.items() if row[1] is None]
        moved = dice.sample(waiting, min(len(waiting), ROWS // 2))
        plain |= {key: (plain[key][0], day, "已解决") for key in moved}
        new = [f"HY-{month:02d}-{n:05d}" for n in range(ROWS - len(moved))]
        plain |= {
            key: (f"2026-{month:02d}-{1 + n % 28:02d}T08:{n % 60:02d}:00", None, None) for n, key in enumerate(new)
        }
        shown = dice.sample([*moved, *new], ROWS)
        rows = [
            f"{key},{plain[key][0]},热线,KZ,市公安局,{plain[key][1] or ''},{plain[key][2] or ''}\n" for key in shown
        ]
        files.append((day, HEAD + "".join(rows)))
        on_day[day] = dict(plain)
    files[4], files[6] = files[6], files[4]
    for day, text in files:
        options = ImportOptions(as_of=day, accept_warnings="迟报")
        report = store.import_files("opinion", [(f"{day}.csv", text.encode())], "2026", options, checks=checks(store))
        assert report.stored and report.rows == ROWS and report.problems == []
    release_id = store.publish().release
    release = store.release()
    for day, expected in on_day.items():
        book = release.book("opinion", day).set_index("opinion_no")[["received_at", "answered_at", "result"]]
        found = {key: tuple(None if value != value else value for value in row) for key, *row in book.itertuples()}
        assert found == expected, day
    counts = release.book_counts("opinion")
    assert counts["lines"].sum() == len(plain)
    assert counts.loc[counts["state"].eq(""), "lines"].sum() == sum(row[1] is None for row in plain.values())
    release.close()
    assert replay(store, release_id) == [] and check(store) == []
