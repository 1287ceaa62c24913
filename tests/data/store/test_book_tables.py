"""A book in a release: its last state as typed columns, its counts, and what a new file says of the earlier ones."""

import json
import random
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.duckdb_access import working_memory
from data.model.books import findings
from data.store import ImportOptions
from data.store.book_findings import book_findings
from data.store.records import typed_records
from data.store.replay import replay
from data.store.uploads import Choices, Upload, write_frame
from tests.data.store.test_books import SNAPSHOT, snapshots_of

HEAD = "意见编号,收到时间,来源渠道,网格,承办单位,答复时间,办理结果,是否回访,办理内容\n"
DAYS = ("2026-01-31", "2026-02-28", "2026-03-31")


@pytest.fixture
def made(store):
    """Three files of a book with rows that move on, and the release of them."""
    dice, rows = random.Random(3), {}
    for month, day in enumerate(DAYS, start=1):
        for key in [key for key, row in rows.items() if not row[1] and dice.random() < 0.6]:
            rows[key] = (rows[key][0], day)
        rows |= {f"A-{month}{n:02d}": (f"2026-0{month}-{1 + n % 27:02d}", "") for n in range(40)}
        lines = [
            f"{key},{received},热线,KZ-{1 + n % 2},{'公安局' if n % 3 else '城管局'},{answered},"
            f'{"已解决" if answered else ""},{"是" if n % 2 else ""},"他说""{n}"""\n'
            for n, (key, (received, answered)) in enumerate(sorted(rows.items()))
        ]
        text = HEAD + "".join(lines)
        options = ImportOptions(as_of=day, complete=month == 3)
        assert store.import_files("opinion", [("登记簿.csv", text.encode())], "2026", options).stored
    return store, store.publish().release


def plain(release, day):
    """The states of a book on a day, from the canonical texts of all its files."""
    rows = release.query("book_states", kind="opinion", path="$.opinion_no", day=day)
    frame = typed_records("opinion", list(rows["content"]))
    return frame.assign(**{name: rows[name].to_numpy() for name in ("as_of", "listed", "round_id")})


def test_the_last_state_has_the_types_of_the_contract_and_earlier_days_are_read_from_all_files(made):
    store, _ = made
    release = store.release()
    assert "book_opinion" in release.tables
    for day in (*DAYS, "2026-03-30", "9999-12-31", "2025-12-31"):
        found = release.book("opinion", day)
        assert len(found) == {"2026-01-31": 40, "2026-02-28": 80, "2026-03-30": 80, "2025-12-31": 0}.get(day, 120)
        pd.testing.assert_frame_equal(found, plain(release, day))
    release.close()


def test_rows_are_chosen_and_cut_in_the_engine(made):
    release = made[0].release()
    book = release.book("opinion")
    open_ = book[book["unit_code"].eq("A") & book["answered_at"].isna()]
    wanted = {"unit_code": "A", "answered_at": None}
    assert release.book_size("opinion", wanted) == len(open_) > 3
    first = release.book_rows("opinion", wanted, "received_at DESC", limit=3)
    rest = release.book_rows("opinion", wanted, "received_at DESC", limit=100, offset=3)
    ordered = open_.sort_values(["received_at", "opinion_no"], ascending=[False, True], ignore_index=True)
    pd.testing.assert_frame_equal(pd.concat([first, rest], ignore_index=True), ordered)
    several = {"place_code": ["KZ-1", "KZ-9"], "received_at": ("2026-02-01", "2026-02-14")}
    expected = book[book["place_code"].eq("KZ-1") & book["received_at"].between("2026-02-01", "2026-02-14")]
    assert list(release.book_rows("opinion", several)["opinion_no"]) == list(expected["opinion_no"])
    assert release.book_size("opinion", {"received_at": ("2026-03-01", "")}) == 40
    assert release.book_size("opinion", {"place_code": []}) == 0
    assert release.book_size("opinion", {"answered_at": None}, day=DAYS[0]) == 40
    release.close()


def test_counts_add_up_to_the_rows_of_the_book(made):
    store, release_id = made
    release = store.release()
    book = release.book("opinion")
    counts = release.book_counts("opinion")
    by = {"month": book["received_at"].str[:7], "state": book["result"].fillna("")}
    expected = book.assign(**by).groupby(["month", "unit_code", "place_code", "state", "listed"]).size()
    found = counts.set_index(["month", "unit_code", "place_code", "state", "listed"])["lines"]
    assert found.sort_index().to_dict() == expected.to_dict() and counts["lines"].sum() == 120
    release.close()
    assert replay(store, release_id) == []


def test_a_release_without_a_book_answers_with_none(store):
    store.publish()
    release = store.release()
    assert list(release.book("opinion").columns) == list(plain(release, "9999-12-31").columns)
    assert release.book("opinion").empty and release.book_counts("opinion").empty
    assert release.book_size("opinion", {"unit_code": "A"}) == 0
    release.close()


@pytest.mark.sweep
@settings(max_examples=40)
@given(drawn=st.lists(SNAPSHOT, min_size=1, max_size=5), complete=st.booleans())
def test_what_the_engine_finds_is_what_the_rules_find(tmp_path_factory, drawn, complete):
    new, *others = snapshots_of(drawn)
    new = replace(new, complete=complete)
    folder = tmp_path_factory.mktemp("books")
    con = working_memory(folder)
    uploads = []
    for number, one in enumerate([new, *others], start=1):
        place = folder / str(number)
        place.mkdir()
        frame = pd.DataFrame({"key": list(one.rows), "content": list(one.rows.values())}, dtype="str")
        write_frame(con, place, frame)
        choices = Choices(as_of=one.as_of, complete=one.complete)
        uploads.append(Upload(number, "opinion", one.round_id, "", "", 0, False, (), choices=choices, folder=place))
    found, expected = book_findings(con, uploads[0], uploads[1:]), findings("opinion", new, others)
    con.close()
    assert sorted(found.changed, key=str) == sorted(expected.changed, key=str)
    assert (found.vanished, found.newest) == (expected.vanished, expected.newest)
    assert json.dumps(found.vanished) == json.dumps(sorted(found.vanished))
