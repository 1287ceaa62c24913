"""Sessions on the server: what ends them, and that a copied cookie ends with them."""

import pytest

from access import accounts, sessions
from access.identity import COOKIE, identity
from access.sessions import IDLE, LONGEST, find_session

BEGAN = 1_000_000.0


def test_a_session_is_found_by_its_token_only_and_the_token_is_kept_nowhere(folder, cookie):
    token = cookie("clerk", BEGAN)[COOKIE]
    assert find_session(folder, token, BEGAN).account == "clerk"
    assert find_session(folder, token[:-1], BEGAN) is None and find_session(folder, None) is None
    assert token.encode() not in b"".join(path.read_bytes() for path in folder.glob("sessions*"))
    assert (folder / "sessions.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("after", "lives"),
    [(IDLE, True), (IDLE + 1, False), (-59, True), (-61, False)],
    ids=["30 idle minutes", "more", "a clock that is synchronised", "a clock that is set back"],
)
def test_what_ends_a_session(after, lives, folder, cookie):
    token = cookie("clerk", BEGAN)[COOKIE]
    assert (find_session(folder, token, BEGAN + after) is not None) == lives
    assert lives or find_session(folder, token, BEGAN) is None, "an ended session does not come back"


def test_use_keeps_a_session_for_eight_hours_and_no_longer(folder, cookie):
    token = cookie("clerk", BEGAN)[COOKIE]
    for minute in range(0, LONGEST // 60 + 1, 29):
        assert find_session(folder, token, BEGAN + minute * 60)
    assert find_session(folder, token, BEGAN + LONGEST + 1) is None


def test_a_question_that_is_no_use_does_not_keep_a_session(folder, cookie):
    token = cookie("clerk", BEGAN)[COOKIE]
    assert find_session(folder, token, BEGAN + IDLE - 1, used=False)
    assert find_session(folder, token, BEGAN + IDLE + 1) is None


def test_removal_and_another_role_count_at_once_for_every_copy_of_the_cookie(folder, cookie):
    sent = cookie("publisher")
    copy = dict(sent)
    assert identity(folder, copy).may("action", "publish")
    accounts.set_role(folder, "publisher", "viewer")
    assert not identity(folder, copy).may("action", "publish") and identity(folder, copy).may("page", "ranking")
    accounts.remove_account(folder, "publisher")
    assert identity(folder, copy) is None is identity(folder, sent)


def test_one_session_or_all_the_others_are_ended(folder, cookie):
    sent = [cookie("clerk", BEGAN + number) for number in range(3)]
    live = sessions.live_sessions(folder, "clerk", BEGAN + 5)
    assert [one.began for one in live] == [BEGAN + 2, BEGAN + 1, BEGAN]
    sessions.end_session(folder, live[0].id)
    assert [bool(find_session(folder, one[COOKIE], BEGAN + 5)) for one in sent] == [True, True, False]
    assert sessions.end_sessions(folder, "clerk", but=live[2].id) == 1
    assert [bool(find_session(folder, one[COOKIE], BEGAN + 5)) for one in sent] == [True, False, False]


def test_nobody_enters_before_the_first_password_is_changed(tmp_path):
    accounts.add_account(tmp_path, "li", "publisher")
    token = sessions.open_session(tmp_path, "li", accounts.PASSWORD, "")
    found = identity(tmp_path, {COOKIE: token})
    assert found is not None and not found.settled and not found.may("page", "ranking")
