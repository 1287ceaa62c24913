"""Taking a single upload back: it counts until the next publication, its file stays, and what it replaced is back."""

import pytest

from data.store import Store
from data.store.audit_log import read_log
from data.store.verify import check
from errors import UsageError
from tests.pages.test_pages import opened
from tests.support.stores import BALLOTS

OTHER = BALLOTS.replace("不满意", "满意")


def imported(small, path, *words):
    return small.json("import", "ballots", path, "--round", "2025", *words)


@pytest.fixture
def two(small, files):
    """A published upload of 2025 and the correction that replaced it, published as well."""
    imported(small, files("first.csv", BALLOTS))
    first = small.publish()
    imported(small, files("second.csv", OTHER), "--replace")
    return small, first, small.publish()


def test_a_withdrawn_correction_gives_the_earlier_upload_back(two):
    small, first, second = two
    assert small("withdraw", "2", "--reason", "传错文件").decode().strip().startswith("000002-")
    assert "2025" in small.err and "publish" in small.err
    store = Store(small.store)
    assert store.in_force() == second and store.has_changes()
    assert small.publish() == first
    assert [upload.number for upload in store.uploads()] == [1, 2], "no file is lost"
    entry = [entry for entry in read_log(small.store) if entry.action == "withdraw"]
    assert [(one.round, one.note) for one in entry] == [("2025", "传错文件")]
    assert check(store) == []


def test_the_same_file_can_be_imported_again(two, files):
    small, *_ = two
    small("withdraw", "000002", "--reason", "传错文件")
    assert imported(small, files("second.csv", OTHER), "--replace")["stored"]
    assert [upload.number for upload in Store(small.store).uploads_in_force()] == [3]


@pytest.mark.sample
@pytest.mark.parametrize(
    ("upload", "reason", "said"),
    [("1", "误", "不在使用中"), ("9", "误", "没有"), ("0000", "误", "没有"), ("", "误", "没有"), ("2", " ", "理由")],
)
def test_what_cannot_be_withdrawn_is_refused_with_its_reason(two, upload, reason, said):
    small, *_ = two
    small("withdraw", upload, "--reason", reason, code=2)
    assert said in small.err
    assert [event.action for event in Store(small.store).history()] == ["publish", "publish"]


@pytest.mark.sweep
def test_a_finalised_round_takes_none_back_and_the_page_says_so_first(two, monkeypatch):
    small, *_ = two
    small("status", "2025", "final", "--reason", "定稿")
    with pytest.raises(UsageError):
        Store(small.store).withdraw("2", "误")
    test = opened("manage/upload", small.store, monkeypatch, "zh")
    assert not [button for button in test.button if button.key == "withdraw"]
    assert any("已定稿" in item.value for item in [*test.error, *test.warning, *test.info])


def test_the_page_takes_an_upload_back(two, monkeypatch):
    small, *_ = two
    test = opened("manage/upload", small.store, monkeypatch, "zh")
    test.text_input(key="withdraw_reason").set_value("传错文件").run()
    test.button(key="withdraw").click().run()
    assert not test.exception
    assert any("second" in item.value for item in test.success)
    assert [upload.number for upload in Store(small.store).uploads_in_force()] == [1]
