"""Unfinished uploads: kept with every answer, private, outside of all facts; never of a file about persons."""

import zipfile

import pytest

from data.intake.corrections import Edit
from data.store import ImportOptions, Store
from data.store.audit_log import read_log
from data.store.backup import backup
from data.store.drafts import (
    LARGEST,
    MOST,
    Draft,
    TypedCell,
    discard_draft,
    drafts,
    find_draft,
    find_same,
    keep_draft,
)
from data.store.import_job import CLEAN, IDENTIFIES, UNKNOWN
from data.store.replay import replay
from data.store.uploads import EditLog, file_sha256
from data.store.verify import check
from errors import UsageError
from tests.support.stores import SMALL, snapshot

GOOD = "票号,评议主体,参评单位,评价\nS1,普通群众,市公安局,满意\nS2,服务对象,市公安局,不满意\n"
BAD = GOOD.replace("不满意", "很差")
EDITS = (EditLog(Edit(3, "评价", "很差", "不满意"), "2026-01-02T03:04:05+00:00", "甲"),)
OPTIONS = ImportOptions(
    rules="demo-2025", trial=True, mapping={"票号": "ballot_id"}, values={"较好": "满意"}, confirm="ab", edits=EDITS
)
TYPED = (TypedCell(3, "评价", "很差", "不满意"), TypedCell(2, "评价", "满意", "", leave_out=True))


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    made.add_rules(SMALL)
    return made


def draft_of(content: bytes, round_id: str = "2025", **about) -> Draft:
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    return Draft("ballots", round_id, "票.csv", len(content), digest, time="2026-01-02T03:04:05+00:00", **about)


def test_a_draft_is_read_back_as_it_was_kept_and_private(store):
    kept = draft_of(BAD.encode(), options=OPTIONS, errors=16, typed=TYPED, user="甲")
    again = keep_draft(store.path, kept, BAD.encode)
    (found,) = drafts(store.path)
    assert found == again and found.content() == BAD.encode()
    assert (found.options, found.typed, found.errors) == (OPTIONS, TYPED, 16)
    assert found.folder.stat().st_mode & 0o077 == 0, "nobody but the owner of the server looks into it"
    assert [path.name for path in (store.path / "drafts").iterdir()] == [found.draft_id], "nothing half-written is left"


def test_what_is_new_of_a_draft_replaces_the_old_in_one_step(store):
    first = keep_draft(store.path, draft_of(BAD.encode(), options=ImportOptions()), BAD.encode)
    second = draft_of(BAD.encode(), options=OPTIONS)
    keep_draft(store.path, second, lambda: pytest.fail("the file is there already"))
    (found,) = drafts(store.path)
    assert (found.draft_id, found.options) == (first.draft_id, OPTIONS)
    other_round = keep_draft(store.path, draft_of(BAD.encode(), "2026", options=OPTIONS), BAD.encode)
    assert {one.draft_id for one in drafts(store.path)} == {first.draft_id, other_round.draft_id}
    discard_draft(store.path, found, "乙")
    discard_draft(store.path, found, "乙")  # gone already
    assert [one.round_id for one in drafts(store.path)] == ["2026"]
    with pytest.raises(UsageError, match="no unfinished upload"):
        find_draft(store.path, found.draft_id)
    told = [(entry.action, entry.what, entry.round, entry.user) for entry in read_log(store.path)]
    assert told[-1] == ("discard", f"ballots {found.draft_id}", "2025", "乙")
    assert [action for action, *_ in told].count("draft") == 2, "kept once each, not at every correction"


def test_typed_text_about_persons_is_not_kept(store):
    typed = (*TYPED, TypedCell(4, "备注", "", "请回电13912345678"))
    assert keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS, typed=typed), BAD.encode).typed == TYPED
    assert b"13912345678" not in b"".join(snapshot(store.path).values())


def test_drafts_have_limits_that_are_said(store):
    with pytest.raises(UsageError, match="100 MB"):
        keep_draft(store.path, Draft("ballots", "2025", "a.csv", LARGEST + 1, "", OPTIONS), lambda: b"")
    for number in range(MOST):
        keep_draft(store.path, draft_of(BAD.encode(), f"r{number}", options=OPTIONS), BAD.encode)
    with pytest.raises(UsageError, match="20 unfinished uploads"):
        keep_draft(store.path, draft_of(BAD.encode(), "2025", options=OPTIONS), BAD.encode)
    keep_draft(store.path, draft_of(BAD.encode(), "r1", options=ImportOptions()), BAD.encode)


def test_a_damaged_draft_is_passed_over(store):
    kept = keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS), BAD.encode)
    (kept.folder / "draft.json").write_text("{}", encoding="utf-8")
    assert drafts(store.path) == []


def test_drafts_are_no_part_of_facts_backup_and_replay_and_go_when_stored(store, tmp_path):
    good = GOOD.encode()
    keep_draft(store.path, draft_of(good, options=ImportOptions()), good.__bytes__)
    keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS), BAD.encode)
    assert store.uploads() == [] and not store.has_changes()
    report = store.import_files("ballots", [("票.csv", good)], "2025")
    assert report.stored
    (upload,) = store.uploads()
    assert find_same(store.path, "ballots", "2025", file_sha256(upload.folder / "evidence-0")) is None
    assert len(drafts(store.path)) == 1, "the other file is still unfinished"
    release = store.publish().release
    assert check(store) == [] and replay(store, release) == []
    backup(store, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert not [name for name in archive.namelist() if "draft" in name]


def test_a_file_that_may_identify_persons_says_so_before_anything_is_kept(store):
    files = {
        "clean": (BAD, CLEAN),
        "a telephone number": (GOOD.replace("市公安局,满意", "市公安局,13912345678"), IDENTIFIES),
        "a column of names": (GOOD.replace("票号", "姓名"), IDENTIFIES),
        "columns unknown": ("编号,身份,对象,看法\nA1,普通群众,市公安局,满意\n", CLEAN),
        "columns unknown, a number in a remark": (
            "编号,身份,对象,看法\nA1,普通群众,市公安局,13912345678\n",
            IDENTIFIES,
        ),
        "no table": ("", UNKNOWN),
    }
    found = {
        name: store.import_files("ballots", [("票.csv", text.encode())], "2025", ImportOptions(dry_run=True)).search
        for name, (text, _) in files.items()
    }
    assert found == {name: expected for name, (_, expected) in files.items()}
