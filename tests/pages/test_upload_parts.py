"""What the upload page makes of a person's answers: corrections of the table, and the fields of columns."""

import threading

import pytest

from data.intake.corrections import WHOLE_ROW, FaultyCell
from data.model.contract import fields
from data.model.progress import CancelledError, ProgressReporter
from problems import Place, Problem
from ui.jobs import Job
from ui.upload.column_mapping import differing
from ui.upload.corrections import editable, edits_of, proposals
from ui.upload.unknown_units import ALIAS_KINDS, USUAL_KIND, unknown_names


def cell(row: int, text: str, code: str = "unknown_unit", **facts) -> FaultyCell:
    problem = Problem(code, row=row, column="参评单位", value=text, facts=facts)
    return FaultyCell(problem, row, "参评单位", text, f"B{row},{text}")


CELLS = [
    cell(2, "公安", close=["市公安局", "公安分局"]),
    cell(3, "公安", close=["市公安局", "公安分局"]),
    cell(4, "教委", close=["市教育局"]),
    cell(5, "市教育局", "duplicate_line", earlier=Place("a.csv", 4)),
    cell(6, "市教育局", "duplicate_line", earlier=Place("a.csv", 4)),
]


def answered(**answers):
    table = editable(CELLS)
    for name, (place, value) in answers.items():
        table.loc[place, name] = value
    return table


def test_a_typed_value_corrects_every_cell_that_is_wrong_in_the_same_way():
    edits = edits_of(CELLS, answered(new=(0, "市公安局")), everywhere=True)
    assert [(edit.row, edit.old, edit.new) for edit in edits] == [(2, "公安", "市公安局"), (3, "公安", "市公安局")]
    alone = edits_of(CELLS, answered(new=(0, "市公安局")), everywhere=False)
    assert [edit.row for edit in alone] == [2]


def test_a_proposal_counts_where_nothing_is_typed():
    table = answered(proposal=(2, "市教育局"))
    assert [(edit.row, edit.new) for edit in edits_of(CELLS, table, True)] == [(4, "市教育局")]
    table.loc[2, "new"] = "市教育和体育局"
    assert [edit.new for edit in edits_of(CELLS, table, True)] == ["市教育和体育局"]


def test_a_valid_name_in_a_double_line_is_corrected_in_its_own_row_only():
    edits = edits_of(CELLS, answered(new=(3, "市民政局")), everywhere=True)
    assert [edit.row for edit in edits] == [5]


def test_a_row_is_left_out_whole():
    (edit,) = edits_of(CELLS, answered(leave_out=(4, True)), everywhere=True)
    assert (edit.row, edit.column, edit.old) == (6, WHOLE_ROW, "B6,市教育局")


def test_a_long_value_is_shortened_openly_and_corrected_whole():
    long = "市人民政府政务服务和公共资源交易服务中心"
    cells = [cell(2, long)]
    assert editable(cells)["text"].tolist() == ["市人民政府政务服…"]
    table = editable(cells)
    table.loc[0, "new"] = "市政务服务中心"
    (edit,) = edits_of(cells, table, everywhere=True)
    assert (edit.old, edit.new) == (long, "市政务服务中心")


def test_proposals_are_listed_once_and_the_column_is_left_out_where_there_are_none():
    assert proposals(CELLS) == ["市公安局", "公安分局", "市教育局"]
    assert "proposal" not in editable(CELLS[3:])
    assert unknown_names(CELLS) == {"公安": ["市公安局", "公安分局"], "教委": ["市教育局"]}


def test_every_kind_of_name_has_a_word_in_both_languages():
    assert list(ALIAS_KINDS) == list(next(field.choices for field in fields("unit_alias") if field.name == "kind"))
    assert USUAL_KIND in ALIAS_KINDS


def test_only_what_the_header_does_not_say_itself_is_a_decision():
    said = {"票号": "ballot_id", "人员": "group_code", "参评单位": "", "备注": ""}
    assert differing(said, "ballots") == {"人员": "group_code", "参评单位": ""}


def test_a_job_tells_its_share_and_stops_when_asked():
    begun, go_on = threading.Event(), threading.Event()

    def work(progress, cancelled):
        watch = ProgressReporter(progress, cancelled)
        watch.step(0.25, "Reading the file")
        begun.set()
        go_on.wait(10)
        watch.step(0.5, "Storing")

    job = Job("question", work, stop_before=0.4)
    begun.wait(10)
    assert (job.share, job.done, job.may_stop) == (0.25, False, True)
    job.stop()
    go_on.set()
    assert job.wait(10) and job.cancelled
    with pytest.raises(CancelledError):
        job.answer()


def test_a_name_confirmed_while_somebody_else_imports_is_told_and_no_error_of_ours(tmp_path, monkeypatch):
    from streamlit.testing.v1 import AppTest

    from data.store import Store
    from ui import cached

    store = Store(tmp_path / "var", threads=1)
    register = "单位编码,单位全称\nU1,市公安局\n"
    assert store.import_files("units", [("u.csv", register.encode())], "2025").stored
    monkeypatch.setenv("BIAOCHI_STORE", str(store.path))
    cached.store.clear()

    def page() -> None:
        from ui.upload.unknown_units import _keep

        _keep({"公安": "U1"}, "简称", "2025")

    with store.writing():
        test = AppTest.from_function(page).run()
    assert not test.exception and len(test.warning) == 1
    assert not AppTest.from_function(page).run().warning and len(store.uploads()) == 2
