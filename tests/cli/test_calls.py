"""What a call asks for is done or refused by name: no option without effect, nothing half done, no bug where the call
or the machine is at fault."""

import os
import pty
import re
import subprocess
import sys

import pytest

from data.store import Store
from data.store.audit_log import read_log
from i18n import ROOT
from tests.support.stores import BALLOTS, snapshot

FULL = "/dev/full"
REGISTER = "单位编码,单位全称\nU1,市公安局\nU2,市财政局\n"


@pytest.fixture
def published(small, files, made_once):
    def make():
        small("import", "units", files("u.csv", REGISTER), "--round", "2025")
        small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025")
        small.publish()

    made_once(make)
    return small


@pytest.mark.parametrize("options", [["--format", "pdf"], ["-o", "{}/nowhere/a.json"], ["-o", "{}"]], ids=" ".join)
def test_an_import_whose_answer_cannot_be_given_stores_nothing(options, small, files, tmp_path):
    before = snapshot(small.store)
    options = [word.format(tmp_path) for word in options]
    small("import", "ballots", files("1.csv", BALLOTS), "--round", "2025", *options, code=2)
    assert small.err.strip() and snapshot(small.store) == before


@pytest.mark.parametrize(
    "words",
    [
        ["publish", "--format", "json"],
        ["publish", "-o", "x.json"],
        ["export", "groups", "--round", "2025", "--category", "全部"],
        ["export", "ballots", "--round", "2025", "--category", "全部"],
        ["export", "ranking", "--round", "2025", "--from", "2024"],
        ["bulletin", "--round", "2025", "-o", "x.docx", "--as-of", "2025-09-30"],
        ["bulletin", "--round", "2025", "-o", "x.docx", "--from", "2024"],
        ["bulletin", "--round", "2025", "-o", "x.docx", "--kind", "unit", "--unit", "U1", "--category", "全部"],
        ["bundle", "--round", "2025", "-o", "x.zip", "--public", "--office", "市委办"],
    ],
    ids=" ".join,
)
def test_an_option_that_would_do_nothing_is_refused(words, published, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = snapshot(published.store)
    assert published(*words, code=2) == b""
    assert published.err.startswith(("--", "「", "“")) or "--" in published.err
    assert snapshot(published.store) == before and not list(tmp_path.glob("x.*"))


@pytest.mark.parametrize("table", ["ranking", "ballots"])
def test_what_cannot_be_logged_does_not_leave(table, published, tmp_path):
    log = published.store / "audit" / "log.jsonl"
    log.write_bytes(log.read_bytes() + b"{}\n")
    out = tmp_path / "out.csv"
    assert published("export", table, "--round", "2025", "-o", out, code=1) == b""
    assert not out.exists()
    assert published("export", table, "--round", "2025", code=1) == b""


def call(store, *words, **how):
    command = [sys.executable, "-m", "cli", "--store", str(store), "--lang", "zh", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output="stdout" not in how, check=False, **how)


def test_ballots_of_which_only_the_first_line_is_read_are_logged_all_the_same(published):
    """`biaochi export ballots | head -1`: what was read has left the house."""
    read, write = os.pipe()
    os.close(read)
    done = call(published.store, "export", "ballots", "--round", "2025", stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert done.returncode == 0, done.stderr
    assert read_log(published.store)[-1].what == "ballots.csv"


@pytest.mark.sweep
def test_a_reader_that_has_seen_enough_is_no_failed_check(published):
    for words in (["releases"], ["rules", "list"], ["audit"]):
        read, write = os.pipe()
        os.close(read)
        done = call(published.store, *words, stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        assert done.returncode == 0, (words, done.stderr)


@pytest.mark.skipif(not os.path.exists(FULL), reason="no device that is always full")
@pytest.mark.parametrize("table", ["ranking", "ballots"])
def test_a_full_disk_is_told(table, published):
    published("export", table, "--round", "2025", "-o", FULL, code=2)
    assert "空间" in published.err and "Traceback" not in published.err


@pytest.mark.sweep
@pytest.mark.skipif(not os.path.exists(FULL), reason="no device that is always full")
def test_a_full_disk_behind_standard_output_is_told(published):
    with open(FULL, "wb") as full:
        done = call(published.store, "ranking", "--round", "2025", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and "磁盘已满" in done.stderr.decode() and b"Traceback" not in done.stderr


def test_an_earlier_file_stays_when_the_new_one_cannot_be_made(published, tmp_path):
    out = tmp_path / "票.csv"
    out.write_bytes(b"last year's")
    published("export", "ballots", "--round", "1999", "-o", out, code=2)
    assert out.read_bytes() == b"last year's"


@pytest.mark.parametrize("words", [["rules", "show", "x" * 300], ["rules", "add", "x" * 300], ["kit", "U1", "-o"]])
def test_a_name_too_long_is_told(words, published, tmp_path):
    if words[0] == "kit":
        words = [*words, tmp_path / ("x" * 300), "--round", "2025"]
    published(*words, code=2)
    assert published.err.strip() and "Reference" not in published.err and "编号" not in published.err


def test_bytes_that_are_no_text_are_refused_and_named(published):
    note = os.fsdecode("说明".encode("gb18030"))
    before = snapshot(published.store)
    published("status", "2025", "final", "--reason", note, code=2)
    assert "UTF-8" in published.err and snapshot(published.store) == before


def test_a_file_with_such_a_name_is_read(published, tmp_path):
    path = tmp_path / os.fsdecode("票.csv".encode("gb18030"))
    path.write_text(BALLOTS, encoding="utf-8")
    report = published.json("import", "ballots", path, "--round", "2025")
    assert report["stored"] is False


@pytest.mark.sweep
def test_a_workbook_is_never_written_to_a_terminal(published):
    """`export` too, like every other command."""
    head = ["--store", str(published.store), "--lang", "zh"]
    tail = ["--round", "2025", "--format", "xlsx"]
    calls = [[*head, *words, *tail] for words in (["ranking"], ["export", "ranking"], ["export", "ballots"])]
    program = f"import sys\nfrom cli.main import run\nprint(*map(int, map(run, {calls})), file=sys.stderr)"
    leader, follower = pty.openpty()
    try:  # one process: starting it takes longer than the three calls
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=follower, stderr=subprocess.PIPE)
    finally:
        os.close(follower)
        os.close(leader)
    assert done.stderr.decode().splitlines()[-1] == "2 2 2", done.stderr


def test_a_round_with_a_register_and_no_votes_is_told_or_empty(small, files):
    small("import", "units", files("u.csv", REGISTER), "--round", "2025")
    small.publish()
    calls = [(*words, "--format", form) for words in TABLES for form in ("csv", "json", "xlsx")]
    assert [words for words in calls if not small(*words, "--round", "2025")] == []


TABLES = (["ranking"], ["bottom"], ["export", "groups"])


@pytest.mark.sample
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("市公安局", "市公安局[U1]"),
        ("u1", "市公安局[U1]"),
        ("公安局", "市公安局[U1]"),
        ("市财证局", "市财政局[U2]"),
        ("ZY-999", "biaochi ranking --round 2025"),
    ],
)
@pytest.mark.parametrize("command", ["unit", "kit", "bulletin"])
def test_who_types_no_code_is_told_the_next_step(command, text, told, published, tmp_path):
    words = {
        "unit": ["unit", text],
        "kit": ["kit", text, "--round", "2025", "-o", tmp_path / "k.zip"],
        "bulletin": ["bulletin", "--kind", "unit", "--unit", text, "--round", "2025", "-o", tmp_path / "b.docx"],
    }
    assert published(*words[command], code=2) == b""
    assert told in published.err and text in published.err


def test_codes_with_a_slip_are_proposed(town):
    town("unit", "ZY0O9", code=2)
    assert "[ZY009]" in town.err


def test_a_round_or_category_that_there_is_not_names_those_there_are(town):
    town("ranking", "--round", "2052", code=2)
    assert "2025, 2024, 2023" in town.err.replace("、", ", ")
    town("ranking", "--round", "2025", "--category", "党群", code=2)
    assert "党群部门" in town.err and "ALL" in town.err


@pytest.mark.sweep
def test_the_round_before_is_one_of_the_same_sort(published, files):
    """A trial between two formal years, and a register without votes, are not what a year is compared with."""
    for round_id, more in (("2024", []), ("2024试", ["--trial"])):
        published("import", "ballots", files(f"{round_id}.csv", BALLOTS), "--round", round_id, *more)
    published("import", "units", files("v.csv", REGISTER), "--round", "2024补")
    published.publish()
    assert published.json("export", "changes", "--round", "2025")["from"] == "2024"
    assert Store(published.store).release().trial_rounds == {"2024试"}


def test_a_reading_is_explained_in_the_words_of_the_reader(small, files):
    call = (
        "import",
        "ballots",
        files("服务对象.csv", "票号,参评单位,评价\n1,市公安局,满意\n"),
        "--round",
        "2025",
        "--explain",
    )
    printed = small(*call, code=4).decode()
    assert "票号 → 字段 选票编号" in printed and "单元格的去向：计分 1" in printed
    assert "服务对象.csv → 服务对象" in small.err and not re.search("[a-z]+_[a-z]+", printed)
    printed = small(*call, code=4, lang="en").decode()
    assert "票号 → Field ballot_id" in printed and "Cells by what becomes of them: scored 1" in printed
