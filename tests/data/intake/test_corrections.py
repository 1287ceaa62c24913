"""Correction in place: the original is kept, every edit is kept, and what is corrected is what was seen."""

import json

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from data.intake.corrections import WHOLE_ROW, Edit, apply, line_of
from data.intake.refusal import FileRefusedError
from data.model.progress import CancelledError
from data.store import ImportOptions, Store
from data.store.inbox import inbox_files
from data.store.replay import replay
from data.store.uploads import EditLog
from data.store.verify import check
from tests.support.stores import RULES, snapshot

HEADER = ["票号", "评议主体", "参评单位", "测评指标", "评价"]
GOOD = [["B1", "普通群众", "市公安局", "总体评价", "满意"], ["B2", "服务对象", "市教育局", "总体评价", "不满意"]]
BAD = [["B3", "普通群众", "市公安局", "总体评价", "很好"], ["B4", "路人", "市教育局", "总体评价", "满意"]]


def csv_of(*rows: list[str]) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode("gb18030")


def logged(*edits: Edit) -> list[EditLog]:
    return [EditLog(edit, "2026-11-23T00:00:00+00:00", "clerk") for edit in edits]


@pytest.fixture
def store(store_path):
    made = Store(store_path, threads=2)
    made.add_rules(RULES)
    return made


@pytest.fixture
def faults():
    return [("faults.csv", csv_of(HEADER, *GOOD, *BAD))]


CELLS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.data())
def test_an_edit_changes_its_cell_and_no_other(rows, data):
    table = "".join(line_of(list(row)) + "\r\n" for row in [("a", "b"), *rows]).encode("utf-8-sig")
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(["a", "b"]))
    new = data.draw(CELLS)
    old = rows[at]["ab".index(column)]
    expected = [list(row) for row in rows]
    expected[at]["ab".index(column)] = new
    found = apply(table, [Edit(at + 2, column, old, new)], ["a", "b"])
    assert found == apply("".join(line_of(r) + "\r\n" for r in [["a", "b"], *expected]).encode(), [], ["a", "b"])
    undone = apply(found, [Edit(at + 2, column, new, old)], ["a", "b"])
    assert undone == apply(table, [], ["a", "b"])


def test_an_edit_whose_old_value_is_not_there_is_refused_by_name():
    table = csv_of(HEADER, *GOOD).decode("gb18030").encode()
    edits = [Edit(2, "评价", "很好", "满意"), Edit(2, "没有此列", "", "x"), Edit(9, "评价", "满意", "x")]
    with pytest.raises(FileRefusedError) as refused:
        apply(table, edits, HEADER)
    assert [problem.code for problem in refused.value.problems] == ["edit_does_not_fit"] * 3
    assert {problem.facts["found"] for problem in refused.value.problems} == {"满意", ""}


def test_later_edits_see_what_earlier_ones_left_and_a_row_left_out_keeps_the_others_in_place():
    table = csv_of(HEADER, *GOOD).decode("gb18030").encode()
    first, second = Edit(2, "评价", "满意", "很好"), Edit(2, "评价", "很好", "不了解")
    out = Edit(3, WHOLE_ROW, line_of(GOOD[1]), "")
    found = apply(table, [first, second, out], HEADER).decode("utf-8-sig").splitlines()
    assert found == [",".join(HEADER), "B1,普通群众,市公安局,总体评价,不了解", ",,,,"]


def test_faulty_cells_are_handed_out_with_what_stands_in_them(store, faults):
    report = store.import_files("ballots", faults, "2025", ImportOptions(dry_run=True))
    assert [(c.row, c.column, c.text) for c in report.faulty] == [(4, "评价", "很好"), (5, "评议主体", "路人")]


def test_a_corrected_upload_keeps_the_original_the_result_and_who_changed_what(store, store_path, faults):
    report = store.import_files("ballots", faults, "2025", ImportOptions(dry_run=True))
    edits = logged(report.faulty[0].edit("满意"), report.faulty[1].edit("普通群众"))
    again = store.import_files("ballots", faults, "2025", ImportOptions(edits=edits))
    assert again.stored and again.corrected is not None and not again.faulty
    folder = store_path / "uploads" / str(again.upload)
    assert (folder / "evidence-0").read_bytes() == faults[0][1]
    assert (folder / "corrected-0.csv").read_bytes() == again.corrected
    manifest = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
    assert manifest["edits"][0] == {
        "edit": {"row": 4, "column": "评价", "old": "很好", "new": "满意"},
        "time": "2026-11-23T00:00:00+00:00",
        "user": "clerk",
    }
    assert store.uploads()[0].edits == tuple(edits)
    assert check(store) == []


def test_the_corrected_file_uploaded_by_itself_is_the_same_content(store, faults):
    report = store.import_files("ballots", faults, "2025", ImportOptions(dry_run=True))
    edits = logged(report.faulty[0].edit("满意"), report.faulty[1].without_row())
    stored = store.import_files("ballots", faults, "2025", ImportOptions(edits=edits))
    downloaded = store.import_files("ballots", [("mended.csv", stored.corrected or b"")], "2025")
    assert not downloaded.stored and downloaded.same_as == stored.upload


@pytest.mark.sweep
def test_a_release_of_corrected_files_is_replayed_from_the_originals(store, faults):
    report = store.import_files("ballots", faults, "2025", ImportOptions(dry_run=True))
    store.import_files(
        "ballots",
        faults,
        "2025",
        ImportOptions(edits=logged(report.faulty[0].edit("满意"), report.faulty[1].without_row())),
    )
    assert replay(store, store.publish().release) == []


def test_a_cell_with_a_persons_number_is_mended_where_it_came_from(store):
    row = ["51200019800101001X", *GOOD[0][1:]]
    total = sum(int(d) * pow(2, 17 - at, 11) for at, d in enumerate(row[0][:17]))
    row[0] = row[0][:17] + "10X98765432"[total % 11]
    report = store.import_files("ballots", [("b.csv", csv_of(HEADER, *GOOD, row))], "2025")
    assert [problem.code for problem in report.problems] == ["personal_ballot_id"]
    assert report.faulty == []


def test_a_workbook_is_corrected_through_its_text_table(store, tmp_path):
    path = tmp_path / "faults.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEADER, *GOOD, *BAD)):
            sheet.write_row(number, 0, row)
    report = store.import_files("ballots", [path], "2025", ImportOptions(dry_run=True))
    edits = logged(*(cell.edit(new) for cell, new in zip(report.faulty, ["满意", "普通群众"], strict=True)))
    assert store.import_files("ballots", [path], "2025", ImportOptions(edits=edits)).stored
    assert replay(store, store.publish().release) == []


ODD = [["编号", "身份", "对象", "评价"], ["B1", "普通群众", "市公安局", "满意"]]
MEANT = {"编号": "ballot_id", "身份": "group_code", "对象": "unit_code"}


def test_a_mapping_is_remembered_for_the_next_file_of_that_shape(store):
    first = store.import_files("ballots", [("a.csv", csv_of(*ODD))], "2025")
    assert [problem.code for problem in first.problems] == ["missing_columns"]
    assert first.headers["a.csv"].cells == tuple(ODD[0])
    assert store.import_files("ballots", [("a.csv", csv_of(*ODD))], "2025", ImportOptions(mapping=MEANT)).stored
    store.remember_mapping("ballots", first.headers["a.csv"].shape, MEANT)
    other = csv_of([" 编 号", *ODD[0][1:]], ["B2", *ODD[1][1:]])
    later = store.import_files("ballots", [("b.csv", other)], "2025")
    assert later.stored and later.remembered == MEANT
    assert store.uploads()[-1].mapping == MEANT
    assert store.import_files("ballots", [("b.csv", csv_of(*ODD))], "2025", ImportOptions(mapping={})).refused


def test_decided_words_prove_an_encoding(store):
    """GB18030 is believed when a word of the header can be read; a word that a person explained is such a word."""
    rows = [["编号", "身份", "对象", "意见"], ODD[1]]
    mapping = {**MEANT, "意见": "grade_code"}
    assert store.import_files("ballots", [("a.csv", csv_of(*rows))], "2025").refused
    store.remember_mapping("ballots", tuple(rows[0]), mapping)
    assert store.import_files("ballots", [("a.csv", csv_of(*rows))], "2025").stored


def test_a_column_may_be_said_to_be_no_field(store):
    rows = [[*HEADER, "选票号"], [*GOOD[0], "x"]]
    assert store.import_files("ballots", [("a.csv", csv_of(*rows))], "2025").refused
    report = store.import_files(
        "ballots",
        [("a.csv", csv_of(*rows))],
        "2025",
        ImportOptions(mapping={"选票号": ""}, accept_warnings="spare column"),
    )
    assert report.stored and [problem.code for problem in report.problems] == ["unknown_column"]


@pytest.mark.parametrize("step", range(6))
def test_a_cancelled_import_leaves_nothing_behind(store, store_path, step):
    before = snapshot(store_path)
    calls = iter([False] * step + [True] * 50)
    with pytest.raises(CancelledError):
        store.import_files("ballots", [("a.csv", csv_of(HEADER, *GOOD))], "2025", cancelled=lambda: next(calls))
    assert snapshot(store_path) == before
    assert list((store_path / "staging").iterdir()) == []
    assert store.import_files("ballots", [("a.csv", csv_of(HEADER, *GOOD))], "2025").stored


def test_progress_only_grows(store):
    seen = []
    store.import_files(
        "ballots", [("a.csv", csv_of(HEADER, *GOOD))], "2025", progress=lambda share, doing: seen.append(share)
    )
    assert seen == sorted(seen) and seen[0] >= 0 and seen[-1] < 1 and len(seen) > 3


def test_the_inbox_shows_tables_and_follows_no_link(store, store_path, tmp_path):
    assert inbox_files(store_path) == []
    folder = store_path / "inbox"
    folder.mkdir()
    (folder / "b.csv").write_bytes(csv_of(HEADER, *GOOD))
    (folder / "A.XLSX").write_bytes(b"")
    (folder / "readme.md").write_text("no table")
    outside = tmp_path / "outside.csv"
    outside.write_text("secret")
    (folder / "link.csv").symlink_to(outside)
    assert [path.name for path in inbox_files(store_path)] == ["A.XLSX", "b.csv"]
    assert store.import_files("ballots", [inbox_files(store_path)[1]], "2025").stored
    assert (folder / "b.csv").is_file()
