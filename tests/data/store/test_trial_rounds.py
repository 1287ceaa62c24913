"""Trial and formal rounds, and what the status of a round permits, through the command line."""

import csv
import io
import json

import pytest

from data.store import ImportOptions, Store
from errors import UsageError
from tests.support.stores import BALLOTS

OTHER = BALLOTS.replace("不满意", "满意")


def published(biaochi, path, round_id, *words):
    biaochi("import", "ballots", path, "--round", round_id, *words)
    return biaochi.publish()


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def formal(small, files, made_once):
    """2024 as a formal round, published."""

    def make():
        return published(small, files("2024.csv", BALLOTS), "2024")

    return small, made_once(make), files


def test_a_round_is_trial_or_formal_never_both(formal):
    biaochi, _, files = formal
    biaochi("import", "ballots", files("a.csv", OTHER), "--round", "2024", "--trial", "--replace", code=2)
    assert "正式" in biaochi.err and "2024" in biaochi.err
    biaochi("import", "ballots", files("b.csv", BALLOTS), "--round", "2025", "--trial")
    biaochi("import", "ballots", files("c.csv", OTHER), "--round", "2025", "--replace", code=2)
    assert "试算" in biaochi.err and "清除" in biaochi.err
    biaochi("import", "ballots", files("d.csv", OTHER), "--round", "2025", "--replace", "--trial")
    assert biaochi("status", "2025").decode().strip() == "试算"


@pytest.mark.sweep
def test_every_row_and_file_of_a_trial_says_so(formal):
    biaochi, _, files = formal
    published(biaochi, files("b.csv", OTHER), "2025", "--trial")
    header, *rows = rows_of(biaochi("ranking", "--round", "2025"))
    assert header[-1] == "数据" and {row[-1] for row in rows} == {"试算"}
    assert "数据" not in rows_of(biaochi("ranking", "--round", "2024"))[0]
    assert biaochi.json("ranking", "--round", "2025")["status"] == "trial"
    header, *rows = rows_of(biaochi("unit", "市公安局"))
    assert [(row[0], row[-1]) for row in rows] == [("2025", "试算"), ("2024", "")]
    told = biaochi.json("unit", "市公安局")["rounds"]
    assert [(row["round"], row.get("status")) for row in told] == [("2025", "trial"), ("2024", None)]


@pytest.mark.sweep
def test_clearing_is_one_recorded_step_and_keeps_the_files(formal):
    biaochi, before, files = formal
    trial = published(biaochi, files("b.csv", OTHER), "2025", "--trial")
    biaochi("clear", "2025", "--reason", " ", code=2)
    biaochi("clear", "2024", "--reason", "误传", code=2)
    assert "正式批次" in biaochi.err
    biaochi("clear", "2026", "--reason", "误传", code=2)
    assert biaochi("clear", "2025", "--reason", "流程已验证").decode().strip() == before
    newest, *_ = biaochi.json("releases")["rows"]
    assert (newest["action"], newest["round"], newest["note"]) == ("clear", "2025", "流程已验证")
    assert (newest["previous"], newest["release"]) == (trial, before)
    assert len(Store(biaochi.store).uploads()) == 2 and not biaochi("check").startswith(b"upload")
    biaochi("ranking", "--round", "2025", code=2)
    biaochi("rollback", trial[:12], "--reason", "看看", code=2)
    assert "已清除" in biaochi.err
    biaochi("replay", trial[:12])


def test_a_cleared_round_begins_anew_as_formal(small, files):
    trial = published(small, files("b.csv", BALLOTS), "2025", "--trial")
    small("clear", "2025", "--reason", "演练结束")
    assert "目前没有已发布的结果" in small.err
    assert Store(small.store).release() is None
    small("publish", code=2)
    assert published(small, files("b.csv", BALLOTS), "2025") != trial
    assert "status" not in small.json("ranking", "--round", "2025")


def test_clearing_publishes_nothing_else(formal):
    biaochi, before, files = formal
    published(biaochi, files("b.csv", OTHER), "2025", "--trial")
    biaochi("import", "ballots", files("c.csv", OTHER), "--round", "2023")
    assert biaochi("clear", "2025", "--reason", "演练结束").decode().strip() == before
    assert biaochi.publish() != before


def test_a_status_permits_what_it_says(formal):
    biaochi, _, files = formal
    more = files("more.csv", OTHER)
    biaochi("status", "2024", "announced", "--reason", "x", code=2)
    biaochi("status", "2024", "已定稿", code=2)
    for status, word in (("已定稿", "已定稿"), ("announced", "已公布"), ("已撤回", "已撤回")):
        biaochi("status", "2024", status, "--reason", "会议决定")
        assert biaochi("status", "2024").decode().strip() == word
        biaochi("import", "ballots", more, "--round", "2024", "--replace", code=2)
        assert word in biaochi.err
    assert rows_of(biaochi("ranking", "--round", "2024"))[1][-1] == "已撤回"
    biaochi("status", "2024", "announced", "--reason", "x", code=2)
    biaochi("status", "2024", "draft", "--reason", "重新核票")
    biaochi("import", "ballots", more, "--round", "2024", "--replace")
    biaochi("status", "2024", "trial", "--reason", "x", code=2)


def test_only_what_is_published_is_announced(formal):
    biaochi, _, files = formal
    biaochi("import", "ballots", files("c.csv", OTHER), "--round", "2024", "--replace")
    biaochi("status", "2024", "final", "--reason", "定稿")
    biaochi("status", "2024", "announced", "--reason", "公布", code=2)
    assert "发布" in biaochi.err
    biaochi.publish()
    biaochi("status", "2024", "announced", "--reason", "公布")
    assert "数据" not in rows_of(biaochi("ranking", "--round", "2024"))[0]


@pytest.mark.sweep
def test_a_status_is_no_part_of_the_release_and_survives_rolling_back(formal):
    biaochi, before, files = formal
    biaochi("status", "2024", "final", "--reason", "定稿")
    assert biaochi.publish() == before
    published(biaochi, files("c.csv", OTHER), "2023")
    biaochi("rollback", before[:12], "--reason", "复核")
    assert biaochi("status", "2024").decode().strip() == "已定稿"


def test_going_back_changes_no_announced_result(formal):
    biaochi, before, files = formal
    published(biaochi, files("c.csv", OTHER), "2024", "--replace")
    for status in ("final", "announced"):
        biaochi("status", "2024", status, "--reason", "会议决定")
    biaochi("rollback", before[:12], "--reason", "复核", code=2)
    assert "已公布" in biaochi.err and "撤回" in biaochi.err
    biaochi("status", "2024", "withdrawn", "--reason", "复核")
    assert biaochi("rollback", before[:12], "--reason", "复核").decode().strip() == before
    assert rows_of(biaochi("ranking", "--round", "2024"))[1][-1] == "已撤回"


def test_a_trial_status_takes_trial_uploads_only(small, files):
    path = files("b.csv", BALLOTS)
    small("status", "2025", "试算", "--reason", "先演练")
    small("import", "ballots", path, "--round", "2025", code=2)
    small("import", "ballots", path, "--round", "2025", "--trial")
    small("status", "2025", "draft", "--reason", "x", code=2)
    small("clear", "2025", "--reason", "演练结束")
    small("import", "ballots", path, "--round", "2025")


def test_history_written_before_there_were_statuses_is_read(formal):
    biaochi, before, _ = formal
    path = biaochi.store / "history" / "000001.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    for name in ("round", "status", "uploads"):
        del whole[name]
    path.write_text(json.dumps(whole), encoding="utf-8")
    assert [event.release for event in Store(biaochi.store).history()] == [before]


def test_refusals_are_raised_before_anything_is_read(formal):
    biaochi, _, _ = formal
    with pytest.raises(UsageError):
        Store(biaochi.store).import_files("ballots", [("x.csv", b"")], "2024", ImportOptions(trial=True))


@pytest.mark.sweep
def test_names_of_a_trial_do_not_reach_a_formal_round(formal):
    """A register tried out for next year, and a name confirmed meanwhile: this year's ballots replay all the same."""
    biaochi, _, files = formal
    head = "单位编码,单位全称,单位简称,建制序号,类别,参评状态\n"
    register = head + "U1,市卫生健康委员会,,1,政府,参评\nU2,市公安局,,2,政府,参评\n"
    for year, more in (("2026", ()), ("2027", ("--trial",))):
        biaochi("import", "units", files(f"{year}.csv", register), "--round", year, *more)
    biaochi("alias", "市卫健委", "U1")
    ballots = BALLOTS.splitlines()[0] + "\nA1,普通群众,市卫健委,满意\n"
    biaochi("import", "ballots", files("b26.csv", ballots), "--round", "2026")
    biaochi.publish()
    release = biaochi("clear", "2027", "--reason", "演练结束").decode().strip()
    assert biaochi("replay", release[:12]) is not None


@pytest.mark.sweep
def test_a_register_replaced_after_the_ballots_replays(small, files):
    head = "单位编码,单位全称,单位简称,建制序号,类别,参评状态\n"
    small("import", "units", files("1.csv", head + "U1,市卫健委,,1,政府,参评\n"), "--round", "2025")
    ballots = BALLOTS.splitlines()[0] + "\nA1,普通群众,市卫健委,满意\n"
    small("import", "ballots", files("b.csv", ballots), "--round", "2025")
    small(
        "import", "units", files("2.csv", head + "U1,市卫生健康委员会,,1,政府,参评\n"), "--round", "2025", "--replace"
    )
    release = small.publish()
    small("replay", release[:12])


def test_a_damaged_entry_is_said_and_not_a_crash(formal):
    biaochi, _, _ = formal
    (biaochi.store / "history" / "000001.json").write_text("{", "utf-8")
    assert "历史记录" in biaochi("check", code=1).decode()


def test_going_back_loses_no_announced_round(formal):
    biaochi, before, files = formal
    published(biaochi, files("c.csv", OTHER), "2023")
    for status in ("final", "announced"):
        biaochi("status", "2023", status, "--reason", "会议决定")
    biaochi("rollback", before[:12], "--reason", "复核", code=2)
    assert "2023" in biaochi.err and "已公布" in biaochi.err
