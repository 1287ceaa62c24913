"""Work in a process apart: its answer, its errors, its end, and that it gives way to the pages."""

import os
import pickle
import signal
import time

import pytest

from data.model.progress import no_progress, not_cancelled
from data.store import ImportOptions, Store, people
from data.store.people import ACCOUNT, Person
from errors import ProblemsError, StoreBusyError, UsageError
from problems import Problem
from schemes import checks
from tests.support.stores import BALLOTS, RULES
from tests.support.worker_tasks import Refused, UntilStopped, doing, ended_by_the_system, facts, not_to_be_sent
from ui import worker_process
from ui.jobs import Job
from ui.upload.work import OneFile


def now(work: worker_process.Work) -> object:
    return worker_process.run(work, no_progress, not_cancelled)


def test_the_work_has_another_process_a_lower_priority_and_the_person_who_asked(capfd):
    with people.acting(Person("王芳", ACCOUNT)):
        found = now(facts)
    assert found["process"] != os.getpid() and found["person"] == Person("王芳", ACCOUNT)
    assert found["nice"] == os.nice(0) + worker_process.NICENESS
    assert "a library prints" in (printed := capfd.readouterr()).err and not printed.out, "that is no message"


def test_progress_comes_in_order():
    seen: list[tuple[float, str]] = []
    assert worker_process.run(doing, lambda *step: seen.append(step), not_cancelled) == "done"
    assert seen == [(0.25, "Reading the file"), (0.75, "Publishing")]


def test_a_refusal_arrives_with_its_sentence_and_its_problems():
    refusal = ProblemsError([Problem("unknown_unit", row=3, column="单位", value="{甲}")])
    with pytest.raises(ProblemsError) as raised:
        now(Refused(refusal))
    assert raised.value.sentence("zh") == refusal.sentence("zh") and raised.value.problems == refusal.problems


@pytest.mark.parametrize("error", [StoreBusyError("/var", ("王芳", "8:00")), UsageError("{count} given.", count="{2}")])
def test_an_error_made_of_other_facts_than_its_message_is_sent_as_it_is(error):
    sent = pickle.loads(pickle.dumps(error))
    assert type(sent) is type(error) and sent.sentences("zh") == error.sentences("zh") and vars(sent) == vars(error)


def test_an_error_of_the_program_says_where_it_happened_even_if_it_cannot_be_sent():
    with pytest.raises(ZeroDivisionError) as raised:
        now(Refused(ZeroDivisionError("by zero")))
    assert "Refused" not in str(raised.value) and "__call__" in raised.value.__notes__[0]
    with pytest.raises(RuntimeError, match="in not_to_be_sent"):
        now(not_to_be_sent)


def test_a_process_that_the_system_ends_is_a_sentence():
    with pytest.raises(worker_process.ProcessEndedError) as raised:
        now(ended_by_the_system)
    assert "从外部结束" in raised.value.sentence("zh")


def test_a_stop_ends_the_work_and_what_it_had_begun_is_removed(tmp_path):
    job = Job("question", UntilStopped(str(tmp_path)), long=True)
    while job.share < 0.5:
        assert not job.wait(0.05)
    job.stop()
    assert job.wait(30) and job.cancelled
    assert (tmp_path / "cleaned").exists()


def test_when_the_server_is_gone_the_work_stops_at_its_next_step(tmp_path):
    """The server is a child here, which is killed while its work runs."""
    server = os.fork()
    if server == 0:
        worker_process.run(UntilStopped(str(tmp_path)), no_progress, not_cancelled)
        os._exit(0)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.02)
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    worker = int((tmp_path / "pid").read_text())
    while _runs(worker):
        time.sleep(0.02)
    assert (tmp_path / "cleaned").exists()


def _runs(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("publish", [False, True])
def test_a_file_is_stored_and_published_there_as_here(tmp_path, publish):
    """The same file, read in this process and apart: the same report, the same upload, the same release."""
    found = []
    for place in ("here", "apart"):
        store = Store(tmp_path / place)
        store.add_rules(RULES)
        roster = "部门编码,部门名称,类别\nA,甲局,部门\nB,乙局,部门\n"
        assert store.import_files("units", [("名录.csv", roster.encode())], "2025").problems is not None
        task = OneFile(store, "ballots", ("一.csv", BALLOTS.encode()), "2025", ImportOptions(), checks(store))
        work = task.published if publish else task.stored
        with people.acting(Person("王芳", ACCOUNT)):
            report, published = now(work) if place == "apart" else work(no_progress, not_cancelled)
        assert report.stored and bool(published) == bool(store.in_force())
        found.append(
            (report.rows, report.problems, [upload.imported_by for upload in store.uploads()], store.in_force())
        )
    assert found[0] == found[1]


def test_a_large_file_is_read_apart_and_a_small_one_here(tmp_path):
    store = Store(tmp_path)
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(16 << 20)

    def task(source: object) -> OneFile:
        return OneFile(store, "ballots", source, "2025", ImportOptions(), {})

    assert task(large).is_long and task(("a.csv", bytes(16 << 20))).is_long
    assert not task(("a.csv", bytes((16 << 20) - 1))).is_long
