"""Integrity of ballots from a file to rows: planted batch, punished set and careless people with known truth."""

import pytest

from data.store import Store
from data.store.ballot_decisions import decision_of
from data.store.round_ballots import round_ballots
from results.evidence.integrity import CARELESS, COPIES, PUNISHED, integrity, moved_in_words, side_by_side
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
    from data.store import ImportOptions

    planted = tampered_round()
    store = Store(tmp_path_factory.mktemp("tampered") / "var", threads=2)
    store.add_rules(
        OFFICE[: OFFICE.index("[bottom")]
        + '[bottom]\nrule = "last"\nk = 3\n\n'
        + OFFICE[OFFICE.index("[uncertainty]") :]
    )
    report = store.import_files("ballots", [("票.csv", planted.content.encode())], "2025", ImportOptions())
    assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    release = store.release()
    yield store, release.round("2025"), planted
    release.close()


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


def test_two_people_decide_with_a_reason_that_papers_show(office):
    from cli.main import run
    from reports.documents import bulletin
    from reports.documents.common import round_results

    store, round_, _ = office
    call = ["--store", str(store.path), "--lang", "en", "ballot-integrity", "--round", "2025", "--decide", "keep"]
    assert run(call) != 0
    assert run([*call, "--second", "王五"]) != 0
    assert decision_of(store.path, round_.release.id, "2025") is None
    assert run([*call, "--second", "王五", "--reason", "会场五已逐张复核"]) == 0
    kept = decision_of(store.path, round_.release.id, "2025")
    assert (kept.decision, kept.second, kept.reason) == ("keep", "王五", "会场五已逐张复核")
    text = str(bulletin(round_results(round_), "zh"))
    assert "会场五已逐张复核" in text and "王五" in text
