"""From the preview to the corrected release: terms, objections, rulings by two, and a register that `check` covers."""

from datetime import date, timedelta

import pytest

from data.store import ImportOptions, Store
from data.store.audit_log import read_log
from data.store.backup import backup, restore
from data.store.kept_entries import HandedIn
from data.store.objections import Claim, Ruling, correct, give_preview, object_to, register, rule, take_back
from data.store.public_state import public_state
from data.store.replay import replay
from data.store.verify import check
from errors import UsageError
from tests.data.store.test_frozen_parts import UNITS, ballots, put
from tests.support.stores import SMALL

TODAY = date.today()
ROWS = [{"unit_code": "B", "unit_name": "乙局", "category": "部门", "verdict": "undecided", "score": 61.5}]


def verdicts(before, after):
    """Old and new row of a unit, as the results give them."""
    return [
        {
            "unit_code": "B",
            "unit_name": "乙局",
            "category": "部门",
            "before": {"verdict": "confirmed", "release": before.id},
            "after": {"verdict": "undecided", "release": after.id},
        }
    ]


@pytest.fixture
def final(store_path):
    store = Store(store_path, threads=1)
    store.add_rules(SMALL)
    put(store, "units", UNITS)
    put(store, "ballots", ballots(), accept_warnings="小样")
    store.publish()
    store.set_status("2025", "final", "审定", who="甲")
    return store


@pytest.fixture
def previewed(final):
    give_preview(final, "2025", ROWS, final.in_force(), 5, who="甲")
    return final


def claim(**changes):
    given = {"unit": ("B", "乙局"), "figure": "verdict", "text": "三号票系重复录入", "by": "乙局办公室"}
    return Claim(**given | changes)


def test_a_preview_is_of_a_finalised_published_round_and_is_given_once(final):
    event = give_preview(final, "2025", ROWS, final.in_force(), 5, who="甲")
    shown = register(final, "2025", TODAY)
    assert shown.preview["units"] == ROWS and shown.previewed == final.history()[0] and event.user == "甲"
    (term,) = shown.terms
    assert term.last == final.calendar().add_working_days(TODAY, 5) and term.holds(TODAY)
    with pytest.raises(UsageError, match="given by 甲 at"):
        give_preview(final, "2025", ROWS, final.in_force(), 5, who="乙")
    final.set_status("2025", "draft", "重录")
    with pytest.raises(UsageError, match="Finalise the round"):
        give_preview(final, "2025", ROWS, final.in_force(), 5)
    with pytest.raises(UsageError, match="neither announced nor previewed"):
        object_to(final, "2025", claim(), 5)


def test_an_objection_that_was_late_stays_late_when_the_round_is_announced_on_its_day(final):
    give_preview(final, "2025", ROWS, final.in_force(), 5, TODAY - timedelta(days=60))
    object_to(final, "2025", claim(received=TODAY), 5)
    assert [line.state for line in register(final, "2025", TODAY).lines] == ["late"]
    final.set_status("2025", "announced", "公布")
    object_to(final, "2025", claim(received=TODAY), 5)
    assert [line.state for line in register(final, "2025", TODAY).lines] == ["late", "open"]


def test_nothing_is_announced_while_a_term_runs_unless_somebody_says_why(previewed):
    refusal = previewed.refused_status("2025", "announced")
    last = previewed.calendar().add_working_days(TODAY, 5).day
    assert last.isoformat() in refusal.sentence("en")
    with pytest.raises(UsageError, match=last.isoformat()):
        previewed.set_status("2025", "announced", "公布")
    previewed.set_status("2025", "announced", "公布", although="市委要求本周公布")
    assert previewed.history()[0].accepted == "市委要求本周公布"
    assert "市委要求本周公布" in read_log(previewed.path)[-1].note


def test_an_open_objection_holds_the_announcement_after_the_term_too(final):
    first = TODAY - timedelta(days=60)
    give_preview(final, "2025", ROWS, final.in_force(), 5, first)
    object_to(final, "2025", claim(received=first + timedelta(days=1)), 5)
    assert register(final, "2025", TODAY).lines[0].state == "overdue"
    with pytest.raises(UsageError, match="number 1"):
        final.set_status("2025", "announced", "公布")
    rule(final, 1, Ruling("lifted", "票号在册，无重复", "丙"), "甲")
    final.set_status("2025", "announced", "公布")
    assert final.history()[0].accepted == ""


def test_three_objections_are_counted_once_each(final):
    first = TODAY - timedelta(days=60)
    give_preview(final, "2025", ROWS, final.in_force(), 5, first)
    early = first + timedelta(days=1)
    for received in (early, early, early, TODAY):
        object_to(final, "2025", claim(received=received), 5)
    rule(final, 1, Ruling("lifted", "无误", "丙"), "甲")
    rule(final, 2, Ruling("upheld", "措辞不当，数据无误", "丙"), "甲")
    take_back(final, 3, "单位来函撤回")
    states = [line.state for line in register(final, "2025", TODAY).lines]
    assert states == ["lifted", "upheld", "withdrawn", "late"]
    assert public_state(final, "2025").objections == {"lifted": 1, "upheld": 1, "late": 1, "withdrawn": 1, "open": 0}


def test_a_ruling_needs_two_people_a_reason_and_for_data_a_public_reason(previewed):
    object_to(previewed, "2025", claim(), 5)
    for ruling, why in (
        (Ruling("lifted", "无误", ""), "second person"),
        (Ruling("lifted", "无误", " 甲 "), "both names are 甲"),
        (Ruling("lifted", " ", "丙"), "needs a reason"),
        (Ruling("maybe", "无误", "丙"), "one of lifted, upheld"),
        (Ruling("lifted", "无误", "丙", corrects=True, public="更正"), "Only an objection that is upheld"),
        (Ruling("upheld", "重复", "丙", corrects=True), "may be published"),
    ):
        with pytest.raises(UsageError, match=why):
            rule(previewed, 1, ruling, "甲")
    rule(previewed, 1, Ruling("upheld", "重复录入属实", "丙", corrects=True, public="剔除重复录入的票"), "甲")
    logged = read_log(previewed.path)[-1]
    assert (logged.action, logged.what, logged.user) == ("ruling", "1 upheld", "甲")
    assert "丙 (name typed, not verified)" in logged.note
    with pytest.raises(UsageError, match="ruled on by 甲 and 丙"):
        rule(previewed, 1, Ruling("lifted", "无误", "丁"), "乙")
    with pytest.raises(UsageError, match="ruled on by 甲"):
        take_back(previewed, 1, "撤回")
    rule(previewed, 1, Ruling("lifted", "复查后无误", "丁", again=True), "乙")
    assert register(previewed, "2025", TODAY).lines[0].state == "lifted"


def upheld(store):
    object_to(store, "2025", claim(files=(HandedIn("证明.pdf", b"%PDF-1.4 proof"),)), 5)
    rule(store, 1, Ruling("upheld", "重复录入属实", "丙", corrects=True, public="剔除重复录入的票"), "甲")


def test_an_upheld_objection_leads_to_a_corrected_release(previewed):
    before = previewed.in_force()
    with pytest.raises(UsageError, match="No ruling asks"):
        correct(previewed, "2025", verdicts)
    assert "frozen" in previewed.refused_upload("ballots", "2025").sentence("en")
    upheld(previewed)
    with pytest.raises(UsageError, match="figures of the round 2025 are wrong"):
        previewed.set_status("2025", "announced", "公布", although="急")
    with pytest.raises(UsageError, match="Nothing of the round 2025 has changed"):
        correct(previewed, "2025", verdicts)
    put(previewed, "ballots", ballots("3"), replace=True, accept_warnings="剔除三号票")
    with pytest.raises(UsageError, match="objection correct --round 2025"):
        previewed.publish()
    made = correct(previewed, "2025", verdicts, "更正", who="甲")
    assert made.new and previewed.in_force() == made.release != before
    with pytest.raises(UsageError, match="published by 甲 at"):
        correct(previewed, "2025", verdicts, who="乙")
    assert register(previewed, "2025", TODAY).lines[0].state == "corrected"
    assert "frozen" in previewed.refused_upload("ballots", "2025").sentence("en")
    (told,) = public_state(previewed, "2025").corrections
    assert (told.before, told.after, told.reasons) == (before, made.release, ("剔除重复录入的票",))
    assert [(unit.unit_name, unit.before, unit.after) for unit in told.units] == [("乙局", "confirmed", "undecided")]
    assert replay(previewed, made.release) == [] == check(previewed)
    previewed.set_status("2025", "announced", "公布", although="单位均已答复")
    assert public_state(previewed, "2025").status == "announced"


@pytest.mark.sweep
def test_an_announced_round_is_corrected_and_keeps_its_new_figures(final):
    final.set_status("2025", "announced", "公布")
    upheld(final)
    put(final, "ballots", ballots("3"), replace=True, accept_warnings="剔除三号票")
    made = correct(final, "2025", verdicts)
    put(final, "pledges", "承诺编号,承诺单位,承诺事项,目标值,方向\nP1,甲局,缩短时限,3,越低越好\n")
    later = final.publish()
    release = final.release()
    assert later.new and release.round("2025").drawn_from == made.release
    release.close()
    state = public_state(final, "2025")
    assert (state.status, state.corrected, [term.sort for term in state.terms]) == ("announced", True, ["announced"])


def test_the_register_is_covered_by_check_and_a_backup_has_it(previewed, tmp_path):
    upheld(previewed)
    backup(previewed, tmp_path / "备份.zip")
    (proof,) = (previewed.path / "objections" / "evidence").iterdir()
    proof.write_bytes(b"%PDF-1.4 other")
    found = [damage.facts for damage in check(previewed)]
    assert [facts["name"] for facts in found if "name" in facts] == [proof.name]
    assert [facts["what"] for facts in found if "what" in facts] == [f"objections/evidence/{proof.name}"]
    entry = previewed.history()[0]
    (previewed.path / "objections" / f"{entry.figures}.json").unlink()
    names = {damage.facts["name"] for damage in check(previewed) if "name" in damage.facts}
    assert names == {proof.name, f"{entry.figures}.json"}
    again = Store(tmp_path / "again")
    restore(again, tmp_path / "备份.zip")
    assert check(again) == [] and register(again, "2025", TODAY).lines[0].claim["evidence"][0]["name"] == "证明.pdf"


def test_a_file_that_is_too_large_and_a_claim_without_a_name_are_refused(previewed, monkeypatch):
    monkeypatch.setattr("data.store.kept_entries.LARGEST", 1 << 20)
    with pytest.raises(UsageError, match="larger than 1 MB"):
        object_to(previewed, "2025", claim(files=(HandedIn("大.bin", bytes((1 << 20) + 1)),)), 5)
    for bad, why in (
        ({"by": " "}, "name of who objects"),
        ({"figure": "colour"}, "one of verdict"),
        ({"received": TODAY + timedelta(days=1)}, "received today or earlier"),
    ):
        with pytest.raises(UsageError, match=why):
            object_to(previewed, "2025", claim(**bad), 5)
    assert register(previewed, "2025", TODAY).lines == ()


def test_a_draft_ends_the_preview_and_keeps_the_register(previewed):
    object_to(previewed, "2025", claim(), 5)
    previewed.set_status("2025", "draft", "重录")
    assert previewed.import_files("ballots", [("b.csv", ballots("3").encode())], "2025",
                                  ImportOptions(replace=True, accept_warnings="重录")).stored  # fmt: skip
    previewed.publish()
    found = register(previewed, "2025", TODAY)
    assert found.preview == {} and [line.state for line in found.lines] == ["open"]
