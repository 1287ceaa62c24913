"""Unfinished uploads: kept with every answer, private, outside of all facts; never of a file about persons."""

import errno
import hashlib
import json
import zipfile
from dataclasses import replace

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
    changed_elsewhere,
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


def damaged():
    """Manifests that somebody or something changed: texts that are no JSON, other types, parts that are missing."""

    def change(manifest: dict, *path: str, value: object) -> str:
        at = manifest
        for name in path[:-1]:
            at = at[name]
        at[path[-1]] = value
        return json.dumps(manifest)

    return {
        "empty": lambda of: "",
        "cut": lambda of: json.dumps(of)[:100],
        "deep": lambda of: "[" * 100_000,
        "list": lambda of: "[]",
        "size": lambda of: change(of, "size", value="1"),
        "time": lambda of: change(of, "time", value=None),
        "errors": lambda of: change(of, "errors", value="x"),
        "kind": lambda of: change(of, "kind", value="../../etc"),
        "round": lambda of: change(of, "round_id", value=2025),
        "mapping": lambda of: change(of, "options", "mapping", value=["a"]),
        "values": lambda of: change(of, "options", "values", value=None),
        "edits": lambda of: change(of, "options", "edits", value=[{"edit": {}}]),
        "field": lambda of: change(of, "options", "unheard_of", value=1),
        "other file": lambda of: change(of, "sha256", value="0" * 64),
    }


def test_no_damage_of_a_draft_stops_the_pages_that_list_them(store):
    kept = keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS), BAD.encode)
    whole = (kept.folder / "draft.json").read_text(encoding="utf-8")
    listed = {}
    for name, damage in damaged().items():
        (kept.folder / "draft.json").write_text(damage(json.loads(whole)), encoding="utf-8")
        listed[name] = drafts(store.path)
    assert [name for name, found in listed.items() if found] == []
    again = keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS), BAD.encode)
    assert drafts(store.path) == [again], "kept anew in the same place"
    (again.folder / "content").write_bytes(b"other")
    with pytest.raises(UsageError, match="lost or damaged"):
        again.content()
    (again.folder / "content").unlink()
    assert drafts(store.path) == []
    assert keep_draft(store.path, again, BAD.encode).content() == BAD.encode()


def test_two_windows_keep_and_discard_the_same_draft(store):
    """Whoever comes second sees that the draft is another; a draft that is new in both is kept once."""
    first = keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS), BAD.encode)
    assert changed_elsewhere(store.path, first) is None and changed_elsewhere(store.path, None) is None
    second = keep_draft(store.path, replace(first, options=ImportOptions(), user="乙"), BAD.encode)
    assert changed_elsewhere(store.path, first) == second and changed_elsewhere(store.path, second) is None
    discard_draft(store.path, second)
    discard_draft(store.path, second)
    assert changed_elsewhere(store.path, first) is None

    def meanwhile() -> bytes:
        keep_draft(store.path, draft_of(BAD.encode(), options=ImportOptions()), BAD.encode)
        return BAD.encode()

    keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS), meanwhile)
    assert [draft.options for draft in drafts(store.path)] == [OPTIONS]
    assert [path.name for path in (store.path / "drafts").iterdir()] == [first.draft_id]


def test_a_draft_that_cannot_be_written_says_so(store):
    def full() -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UsageError, match="cannot be kept"):
        keep_draft(store.path, draft_of(BAD.encode(), options=OPTIONS), full)
    assert drafts(store.path) == [] and list((store.path / "drafts").iterdir()) == []


def test_the_name_of_a_file_leads_nowhere(store, tmp_path):
    for name in ("../../escape", "a/b.csv", "C:\\x.csv", "\0.csv", "长" * 500, "[x](http://x)"):
        kept = keep_draft(store.path, replace(draft_of(BAD.encode(), options=OPTIONS), name=name), BAD.encode)
        assert kept.folder.parent == store.path / "drafts"
    for wanted in ("../drafts", "", "/etc/passwd", "*"):
        with pytest.raises(UsageError, match="no unfinished upload"):
            find_draft(store.path, wanted)
    assert {path.name for path in tmp_path.iterdir()} == {"store"}
