"""Integrity of ballots from a file to rows: planted batch, punished set and careless people with known truth."""

import io
import zipfile
from contextlib import closing
from dataclasses import replace

import pytest

from data.store import Store
from data.store.ballot_decisions import Judgement, Listed, decide, decision_of
from data.store.round_ballots import round_ballots
from errors import UsageError
from results.evidence.integrity import (
    CARELESS,
    COPIES,
    PUNISHED,
    decision_in_words,
    integrity,
    moved_in_words,
    public_decision,
    side_by_side,
)
from tests.support.stores import RULES
from tests.support.tampered_office import RIVALS, UNITS, tampered_round

POINTS = RULES[RULES.index("[points]") : RULES.index("[unscored]")]
FOUR = '[points]\n"满意" = 100\n"基本满意" = 80\n"一般" = 60\n"不满意" = 0\n\n'
OFFICE = RULES.replace(POINTS, FOUR)
WEIGHTS = OFFICE[OFFICE.index("[weights]") : OFFICE.index("[averaging]")]
OFFICE = OFFICE.replace(WEIGHTS, '[weights]\n"普通群众" = 1.0\n\n').replace("draws = 20000", "draws = 2000")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A published round with everything planted, and the truth."""
    store, planted = office_at(tmp_path_factory.mktemp("tampered") / "var")
    release = store.release()
    yield store, release.round("2025"), planted
    release.close()


def office_at(path):
    """Publish a round with everything planted in a new store; return the store and the truth."""
    from data.store import ImportOptions

    planted = tampered_round()
    store = Store(path, threads=2)
    store.add_rules(
        OFFICE[: OFFICE.index("[bottom")]
        + '[bottom]\nrule = "last"\nk = 3\n\n'
        + OFFICE[OFFICE.index("[uncertainty]") :]
    )
    report = store.import_files("ballots", [("票.csv", planted.content.encode())], "2025", ImportOptions())
    assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    return store, planted


def test_what_is_planted_is_found(office):
    _, round_, planted = office
    found = integrity(round_)
    rows = {check: part for check, part in found.rows.groupby("check")}
    assert rows[COPIES]["site"].tolist() == ["会场05"] and int(rows[COPIES]["ballots"].iloc[0]) >= 38
    sets = rows[PUNISHED]["unit_code"].iloc[0].split()
    assert {UNITS[j] for j in RIVALS} <= set(sets)
    assert 0.02 <= rows[PUNISHED]["share"].iloc[0] <= 0.08
    assert int(rows[CARELESS]["ballots"].iloc[0]) >= 3
    assert found.ballots == 600
    everyone = set(range(1, 601)) - planted.copies - planted.punishing - planted.careless
    numbers = _numbers(round_)
    listed = {numbers[int(code)] for code in found.flagged}
    assert len(listed & everyone) <= 0.02 * len(everyone)


def _numbers(round_):
    """The number printed on each ballot, by its code."""
    votes = round_ballots(round_).votes
    codes = sorted(set(votes["ballot"]))
    texts = sorted(str(n) for n in range(1, len(codes) + 1))
    return dict(zip(codes, map(int, texts), strict=True))


def test_the_list_without_them_is_next_to_the_list_with_them(office):
    store, round_, _ = office
    both = side_by_side(store, round_, integrity(round_))
    assert len(both.rows) == len(UNITS) and both.left_out == len(integrity(round_).flagged)
    punished = both.rows.set_index("unit_code").loc[[UNITS[j] for j in RIVALS]]
    assert (punished["score_without"] > punished["score"]).all()
    assert moved_in_words(both, "zh") and moved_in_words(both, "en")


@pytest.mark.sweep
def test_two_people_decide_with_a_reason_that_papers_show(office):
    from cli.main import run
    from reports.documents import bulletin
    from reports.documents.common import round_results
    from reports.notice_parts import NoticeParts
    from reports.public_parts import parts_of
    from reports.verification_kit import kit_bytes

    store, round_, _ = office
    call = ["--store", str(store.path), "--lang", "en", "ballot-integrity", "--round", "2025", "--decide", "keep"]
    assert run(call) != 0
    assert run([*call, "--second", "王五"]) != 0
    assert decision_of(round_) is None
    given = ["--second", "王五", "--reason", "会场五已逐张复核", "--public-reason", "逐张复核无误"]
    assert run([*call, *given]) == 0
    kept = decision_of(round_)
    assert (kept.decision, kept.second, kept.reason) == ("keep", "王五", "会场五已逐张复核")
    assert kept.listed == len(integrity(round_).flagged) and kept.release == round_.release.id
    text = str(bulletin(round_results(round_), "zh"))
    assert "会场五已逐张复核" in text and "王五" in text
    with zipfile.ZipFile(io.BytesIO(kit_bytes(round_, UNITS[0]))) as kit:
        assert "会场五已逐张复核" in kit.read("ballots.txt").decode()
    public = parts_of(store, round_, NoticeParts()).ballots
    assert "逐张复核无误" in public["zh"] and "王五" not in str(public) and "会场" not in str(public)


def test_a_decision_is_sealed_and_a_changed_file_is_noticed(office):
    from data.store.audit_log import read_log
    from data.store.kept_entries import damaged_entries

    store, round_, _ = office
    decide(store, listed(round_), Judgement("keep", "复核", "乙"), "甲")
    event = store.history()[0]
    logged = read_log(store.path)[-1]
    assert (event.action, logged.action, logged.sha256) == ("ballots", "ballots", event.figures)
    kept = store.path / "objections" / f"{event.figures}.json"
    whole = kept.read_bytes()
    kept.chmod(0o600)
    kept.write_bytes(whole.replace("复核".encode(), "改动".encode()))
    assert damaged_entries(store.path)
    kept.write_bytes(whole)
    assert not damaged_entries(store.path)


@pytest.mark.parametrize(
    ("other", "judgement"),
    [
        ({"listed": 0}, {}),
        ({"release": "0" * 64}, {}),
        ({}, {"decision": "delete"}),
        ({}, {"reason": " "}),
        ({}, {"second": "甲"}),
    ],
)
def test_what_is_no_decision_is_refused(office, other, judgement):
    store, round_, _ = office
    with pytest.raises(UsageError):
        decide(store, replace(listed(round_), **other), replace(Judgement("keep", "复核", "乙"), **judgement), "甲")


def listed(round_):
    return Listed(round_.release.id, "2025", 600, 60, "0" * 64)


def test_a_decision_does_not_hold_for_other_ballots_but_papers_tell_what_was_taken_out(office, tmp_path):
    """A corrected file makes another release: its papers say that ballots were taken out, and by whom."""
    import shutil

    from data.store import ImportOptions

    shutil.copytree(office[0].path, tmp_path / "var")
    store = Store(tmp_path / "var", threads=1)
    with closing(store.release()) as release:
        decide(store, listed(release.round("2025")), Judgement("correct", "抄票", "乙", "剔除抄票"), "甲")
        assert "抄票" in decision_in_words(release.round("2025"), "zh")
    left = [line for line in office[2].content.splitlines() if not line.startswith(("1,", "2,"))]
    source = [("票二.csv", "\n".join(left).encode())]
    assert store.import_files("ballots", source, "2025", ImportOptions(replace=True, accept_warnings="更正")).stored
    store.publish()
    with closing(store.release()) as release:
        round_ = release.round("2025")
        assert decision_of(round_) is None
        assert "乙" in decision_in_words(round_, "zh") and "剔除抄票" in public_decision(round_, "zh")
