"""Announcing freezes ballots and rules of a round; evidence of its year goes on and moves no announced figure."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.verify import check
from errors import UsageError
from reports.verification_kit import kit_bytes
from results.ranking.ranking import ranking
from tests.support.stores import SMALL

NAMES = "甲乙丙丁戊己"
GRADES = ("满意", "基本满意", "不满意")


def ballots(skip: str = "", count: int = 12) -> str:
    """Ballots of three groups on six units, twelve if not said otherwise; a ballot may be left out."""
    lines = ["票号,评议主体,参评单位,评价"]
    for number in range(1, count + 1):
        group = ("普通群众", "服务对象", "两代表一委员")[number % 3]
        graded = [(name, GRADES[(number * (at + 2) // 3 + at) % 3]) for at, name in enumerate(NAMES)]
        lines += [f"{number},{group},{name}局,{grade}" for name, grade in graded if str(number) != skip]
    return "\n".join(lines) + "\n"


VOTED = ballots()
NAMED = "".join(f"{code},{name}局,部门\n" for code, name in zip("ABCDEF", NAMES, strict=True))
UNITS = "单位编码,单位全称,类别\n" + NAMED
PLEDGES = "承诺编号,承诺单位,承诺事项,目标值,方向\nP1,甲局,办理时限缩短至3天,3,越低越好\n"
VOTES = "参评单位,职务,测评主体,等次,票数\n甲局,局长,代表,好,20\n甲局,局长,代表,较好,5\n乙局,局长,代表,好,9\n"


def put(store, kind, text, round_id="2025", **options):
    report = store.import_files(kind, [(f"{kind}.csv", text.encode())], round_id, ImportOptions(**options))
    assert report.stored, [problem.message("en") for problem in report.problems]
    return report


@pytest.fixture
def announced(store_path):
    store = Store(store_path, threads=1)
    store.add_rules(SMALL)
    put(store, "units", UNITS)
    put(store, "ballots", VOTED, accept_warnings="小样")
    store.publish()
    store.set_status("2025", "final", "审定")
    store.set_status("2025", "announced", "公布")
    return store


def figures(store):
    release = store.release()
    try:
        return ranking(release.round("2025")).rows, release.round("2025").drawn_from
    finally:
        release.close()


def test_evidence_of_the_year_is_published_after_announcing_and_no_figure_moves(announced):
    first, (before, drawn) = announced.in_force(), figures(announced)
    assert drawn == first
    put(announced, "pledges", PLEDGES)
    put(announced, "votes", VOTES)
    assert announced.publish().new and announced.in_force() != first
    after, drawn = figures(announced)
    assert drawn == first and after.equals(before)  # every column, ranges of places and probabilities included
    assert replay(announced, announced.in_force()) == replay(announced, first) == [] and check(announced) == []
    again = announced.publish()
    assert not again.new, "nothing new: the id in force"


def test_without_the_kept_beginning_of_the_draws_the_figures_would_move(announced):
    """What is kept is needed: under the id of the later release the same scores get other probabilities."""
    before, _ = figures(announced)
    announced.set_status("2025", "withdrawn", "试")
    announced.set_status("2025", "draft", "试")
    put(announced, "pledges", PLEDGES)
    announced.publish()
    after, drawn = figures(announced)
    assert drawn == announced.in_force() and after["score"].equals(before["score"])
    assert not after["p_bottom"].equals(before["p_bottom"])


@pytest.mark.sample
@pytest.mark.parametrize("kind", ["ballots", "counts", "units", "unit_alias", "results"])
def test_ballots_registers_and_rules_are_refused_with_the_way_out(announced, kind):
    refusal = announced.refused_upload(kind, "2025")
    assert "announced" in refusal.sentence("en") and "ruling on an objection" in refusal.sentence("en")
    assert announced.refused_upload("pledges", "2025") is None
    with pytest.raises(UsageError, match="frozen"):
        announced.import_files(kind, [("a.csv", b"a,b\n1,2\n")], "2025")


@pytest.mark.sweep
def test_another_round_cannot_change_what_was_announced(announced):
    """A reform that is recorded elsewhere changes nothing of the announced round, or is refused."""
    put(announced, "units", "单位编码,单位全称,类别\nA,甲局,部门\nH,庚局,部门\n", "2026")
    put(announced, "unit_lineage", "原单位编码,现单位编码,变化类型,日期\nB,H,更名,2026-01-01\n", "2026")
    before, _ = figures(announced)
    announced.publish()
    assert figures(announced)[0].equals(before)


def test_evidence_that_is_taken_back_gives_the_announced_release_again(announced):
    first = announced.in_force()
    upload = put(announced, "pledges", PLEDGES).upload
    announced.publish()
    announced.withdraw(upload, "传错年份")
    announced.publish()
    assert announced.in_force() == first
    ballots = next(one.upload_id for one in announced.uploads() if one.kind == "ballots")
    with pytest.raises(UsageError, match="frozen"):
        announced.withdraw(ballots, "想改")


@pytest.mark.sweep
def test_going_back_over_evidence_is_no_change_of_what_was_announced(announced):
    first = announced.in_force()
    put(announced, "pledges", PLEDGES)
    later = announced.publish().release
    assert announced.rollback(first, "年报有误") == first
    assert announced.rollback(later, "还是要") == later


def test_a_round_is_announced_while_its_evidence_is_not_published_yet(store_path):
    store = Store(store_path, threads=1)
    store.add_rules(SMALL)
    put(store, "units", UNITS)
    put(store, "ballots", VOTED, accept_warnings="小样")
    store.publish()
    store.set_status("2025", "final", "审定")
    put(store, "pledges", PLEDGES)
    store.set_status("2025", "announced", "公布")
    assert store.status("2025").code == "announced"


def test_the_second_to_announce_is_told_who_was_first(announced):
    first = announced.set_status("2025", "announced", "我也公布", who="乙")
    assert (first.note, first.status) == ("公布", "announced") and len(announced.history()) == 3


def test_the_kit_of_an_announced_round_recomputes_its_places_from_a_later_release(announced, tmp_path):
    put(announced, "pledges", PLEDGES)
    announced.publish()
    release = announced.release()
    kit = zipfile.ZipFile(io.BytesIO(kit_bytes(release.round("2025"), "B")))
    release.close()
    kit.extractall(tmp_path / "kit")
    assert json.loads(kit.read("kit.json"))["drawn_from"] == announced.releases()[-1]
    done = subprocess.run([sys.executable, "verify.py"], cwd=tmp_path / "kit", capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
