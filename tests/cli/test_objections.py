"""The review of a round on the command line: preview, objections, rulings, the corrected release, letters."""

import io
import zipfile

import pytest

from tests.data.store.test_frozen_parts import UNITS, ballots
from tests.support.stores import SMALL


@pytest.fixture
def final(biaochi, tmp_path, files):
    biaochi.rules(tmp_path, SMALL)
    biaochi("import", "units", files("u.csv", UNITS), "--round", "2025")
    biaochi("import", "ballots", files("b.csv", ballots()), "--round", "2025", "--accept-warnings", "小样")
    biaochi.publish()
    biaochi("objection", "preview", "--round", "2025", code=2)
    assert "2025" in biaochi.err
    biaochi("status", "2025", "final", "--reason", "审定")
    return biaochi


def test_the_review_of_a_round_from_the_preview_to_the_letters(final, files):
    shown = final.json("objection", "preview", "--round", "2025", "--days", "5")["rows"]
    assert {row["verdict"] for row in shown} <= {"confirmed", "undecided"} and shown
    code = shown[0]["unit_code"]
    final("objection", "preview", "--round", "2025", code=2)
    about = ("--unit", code, "--figure", "data", "--text", "三号票重复", "--by", "办公室")
    assert final("objection", "add", "--round", "2025", *about, "--file", files("证.txt", "proof")).decode() == "1\n"
    final("objection", "add", "--round", "2025", "--unit", "X", "--figure", "data", "--text", "a", "--by", "b", code=2)
    final("objection", "rule", 1, "--outcome", "upheld", "--reason", "属实", "--second", "", code=2)
    decided = ("--by", "甲", "--second", "乙", "--reason", "重复录入属实")
    final("objection", "rule", 1, "--outcome", "upheld", *decided, "--corrects", "--public-reason", "剔除重复的票")
    assert "objection correct" in final.err
    final("objection", "rule", 1, "--outcome", "lifted", *decided, code=2)
    assert "甲" in final.err and "乙" in final.err
    fewer = files("b2.csv", ballots("3"))
    final("import", "ballots", fewer, "--round", "2025", "--replace", "--accept-warnings", "更正")
    final("publish", code=2)
    release = final("objection", "correct", "--round", "2025", "--accept-warnings", "更正").decode().split()[-1]
    (row,) = final.json("objection", "list", "--round", "2025")["rows"]
    assert (row["state"], row["release"], row["second"]) == ("corrected", release, "乙")
    assert "1" in final.err and "证.txt" in row["files"]
    final("status", "2025", "announced", "--reason", "公布", code=2)
    final("status", "2025", "announced", "--reason", "公布", "--although", "各单位均已答复", "--notice-days", "7")
    packed = final("letters", "--round", "2025", "--all", "--office", "市评议办")
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert len(names) == 13 and names[-1] == "delivery.csv" and sum(name.endswith(".pdf") for name in names) == 6
    final("delivery", "sent", code, "--round", "2025", "--by", "丁", "--way", "机要")
    final("delivery", "received", code, "--round", "2025", "--by", "戊")
    final("delivery", "received", code, "--round", "2025", "--by", "己", code=2)
    (row,) = final.json("delivery", "list")["rows"]
    assert (row["sent_by"], row["way"], row["receiver"]) == ("丁", "机要", "戊")
    assert final("replay", release[:16]) is not None
    final("check")
    actions = [row["action"] for row in final.json("releases")["rows"]]
    assert actions[:5] == ["delivery", "delivery", "status", "correct", "ruling"]
    assert actions[5:] == ["objection", "preview", "status", "publish"]
