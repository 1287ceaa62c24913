"""A store that version 0.1.0 made is opened and checked; published again it has the counts and scores of then."""

import json
import zipfile

import pytest

from data.intake.context import READING, READING_OF_0_1
from data.store import Store
from data.store.audit_log import read_log
from data.store.seals import truth_files
from tests.support.paths import FIXTURES

OLDER = FIXTURES / "store-0.1.0"
ANSWERS = sorted(OLDER.glob("*.json"))


@pytest.fixture
def older(biaochi):
    with zipfile.ZipFile(OLDER / "store.zip") as archive:
        archive.extractall(biaochi.store)
    return biaochi


JUDGED = {"score_low", "score_high", "rank_best", "rank_worst", "p_bottom", "confirm_p", "clear_p", "verdict"}
JUDGED |= {"expected_rank", "shrunken"}
"""Fields that method version 3 computes otherwise than the version of then."""


def without_judgement(answer):
    """Rows of an answer by unit and pledge, without the release and what the method says of certainty."""
    rows = [{name: value for name, value in row.items() if name not in JUDGED} for row in answer["rows"]]
    return {(row["unit_code"], row.get("pledge_id"), row.get("post")): row for row in rows}


def same_answers(biaochi) -> None:
    """The counts, scores, places and pledges of then, from a release of today; the older one asks for it."""
    assert len(ANSWERS) == 4
    biaochi("ranking", "--round", "2025", code=2)
    biaochi.publish()
    for path in ANSWERS:
        command, round_id = path.stem.split("-")
        now = without_judgement(biaochi.json(command, "--round", round_id))
        then = without_judgement(json.loads(path.read_bytes()))
        both = now.keys() & then.keys()
        assert both == then.keys() or command == "bottom", path.stem
        assert {key: now[key] for key in both} == {key: then[key] for key in both}, path.stem


def test_its_answers_are_those_of_then(older):
    same_answers(older)


def releases_of(older):
    found = sorted({row["release"] for row in older.json("releases")["rows"] if row["release"]})
    assert len(found) == 4
    return found


def test_it_is_sound_and_a_release_of_today_is_computed_again(older):
    older("check")
    older("replay", releases_of(older)[0], code=1)  # another method version, another id
    older("replay", older.publish())


@pytest.mark.sweep
def test_no_release_of_then_is_computed_again_to_the_same_id(older):
    for release in releases_of(older):
        older("replay", release, code=1)


def test_the_first_write_keeps_a_copy_and_seals_every_file(older):
    """Reading changes nothing; what was sealed then is compared from then on."""
    log = (older.store / "audit" / "log.jsonl").read_bytes()
    older("check")
    assert not (older.store / "format.json").exists() and b'"files"' not in log
    older.publish()
    with zipfile.ZipFile(older.store / "before-format-2.zip") as kept:
        assert kept.read("audit/log.jsonl") == log
    assert (older.store / "before-format-2.zip").stat().st_mode & 0o777 == 0o600
    assert (older.store / "audit" / "log.jsonl").read_bytes().startswith(log)
    sealing = next(entry for entry in read_log(older.store) if entry.action == "seal")
    assert len(sealing.files) == len([place for place in truth_files(older.store) if place in sealing.files]) > 20
    older("check")
    path = older.store / "history" / "000001.json"
    path.write_text(path.read_text("utf-8").replace('"note": "', '"note": "x'), "utf-8")
    assert "history/000001.json" in older("check", code=1).decode()


def test_a_store_of_a_newer_program_is_refused_with_a_sentence(older):
    (older.store / "format.json").write_text('{"format": 3}', "utf-8")
    for call in (["rounds"], ["publish"], ["check"], ["ranking", "--round", "2025"]):
        older(*call, code=1)
        assert "格式为 3" in older.err


@pytest.mark.sweep
def test_nothing_new_is_the_same_release(older):
    then = Store(older.store).in_force()
    before = older.publish()
    assert before != then and older.publish() == before == Store(older.store).in_force()


def test_its_status_alias_and_cleared_trial_are_known(older):
    older.publish()
    store = Store(older.store)
    assert store.status("2024").code == "announced"
    assert store.release().rounds() == ["2025", "2024"]
    assert "甲零" in older("export", "unit_alias", "--round", "2025").decode("utf-8-sig")


@pytest.mark.sweep
def test_its_backup_is_restored(biaochi):
    biaochi("restore", OLDER / "backup.zip")
    biaochi("check")
    same_answers(biaochi)


@pytest.fixture
def odd(biaochi):
    """Files that this version would refuse or read otherwise: see make_odd.py."""
    with zipfile.ZipFile(OLDER / "odd.zip") as archive:
        archive.extractall(biaochi.store)
    return biaochi


@pytest.mark.sweep
def test_a_replay_is_no_stricter_than_what_was_stored(odd):
    """A channel outside the list, weights, another year, percent cells, an e-mail address in a remark, a heading over
    grades, codes as an indicator, all units as one, two spellings: each upload has the content of then.
    """
    store = Store(odd.store)
    assert [upload.choices.reading for upload in store.uploads()] == [READING_OF_0_1] * 8
    odd("replay", odd("publish", "--accept-warnings", "不同表").decode().splitlines()[-1])


@pytest.mark.sweep
def test_files_of_today_are_read_again_with_the_checks_of_today(odd, tmp_path):
    """The same file is refused today; without what is refused it is stored, and replayed as it was checked."""
    upload = next(upload for upload in Store(odd.store).uploads() if upload.kind == "ballots")
    path = tmp_path / "again.csv"
    text = upload.evidence()[0][1].read_text(encoding="utf-8").replace("\n1,", "\n91,")
    path.write_text(text, encoding="utf-8")
    call = ("ballots", path, "--round", "2025", "--rules", upload.rules_name)
    codes = {problem["code"] for problem in odd.json("import", *call, code=3)["problems"]}
    assert codes == {"personal_value", "sampling_weight", "unknown_choice"}
    path.write_text("票号,评议主体,参评单位,评价,渠道\n91,群众,市财政局,满意,网络\n", encoding="utf-8")
    assert odd.json("import", *call)["stored"]
    assert Store(odd.store).uploads()[-1].choices.reading == READING
    odd("replay", odd("publish", "--accept-warnings", "不同表").decode().splitlines()[-1])
