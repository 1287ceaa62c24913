"""Accounts: passwords, roles, removal; a file outside the store that a hand edit cannot change unseen."""

import json

import pytest

from access import accounts, failed_sign_ins
from access.accounts import AccountError, account_of, read_accounts
from access.roles import ACTION, PAGE, ROLES, may, needs_two, rights
from data.store.audit_log import read_log
from ui.layout import MENU, SCHEME


def test_a_first_password_is_changed_and_the_old_one_is_no_more(tmp_path):
    first = accounts.add_account(tmp_path, " Li ", "clerk", title="李明", by="admin")
    found = account_of(tmp_path, "LI")
    assert (found.name, found.role, found.shown, found.must_change) == ("li", "clerk", "李明", True)
    assert accounts.matches(found, first) and not accounts.matches(found, first + "x")
    accounts.change_password(tmp_path, "li", first, "Duanwu-5-5")
    again = account_of(tmp_path, "li")
    assert not again.must_change and accounts.matches(again, "Duanwu-5-5") and not accounts.matches(again, first)
    assert again.hash.startswith("$argon2id$") and "Duanwu" not in (tmp_path / "accounts.json").read_text("utf-8")
    assert (tmp_path / "accounts.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.sweep
@pytest.mark.sample
@pytest.mark.parametrize("new", ["short", "1234567890123", "aaaaaaaaaaaaa", "xx-li-xx-yy", "same-as-before-1"])
def test_a_password_that_is_easily_guessed_is_refused(new, tmp_path):
    first = accounts.add_account(tmp_path, "li", "clerk")
    accounts.change_password(tmp_path, "li", first, "same-as-before-1")
    with pytest.raises(AccountError):
        accounts.change_password(tmp_path, "li", "same-as-before-1", new)


def test_nobody_has_no_password_and_takes_as_long(tmp_path):
    accounts.add_account(tmp_path, "wang@example.org", "viewer", provider=True)
    assert not accounts.matches(None, "") and not accounts.matches(account_of(tmp_path, "wang@example.org"), "")


def test_the_tenth_failure_locks_and_every_further_one_doubles_the_wait(tmp_path):
    now = 1_000_000.0
    for _ in range(9):
        failed_sign_ins.note_failure(tmp_path, "li", now)
    assert failed_sign_ins.seconds_to_wait(tmp_path, "li", now) == 0
    waits = []
    for _ in range(14):
        failed_sign_ins.note_failure(tmp_path, "li", now)
        waits.append(failed_sign_ins.seconds_to_wait(tmp_path, "li", now))
    assert waits[:5] == [60, 120, 240, 480, 960] and waits[-1] == 24 * 3600
    assert failed_sign_ins.seconds_to_wait(tmp_path, "li", now + 24 * 3600) == 0
    failed_sign_ins.forget_failures(tmp_path, "li")
    assert (
        failed_sign_ins.seconds_to_wait(tmp_path, "li", now)
        == 0
        == failed_sign_ins.seconds_to_wait(tmp_path, "wang", now)
    )


def test_a_damaged_file_lets_nobody_in(tmp_path):
    accounts.add_account(tmp_path, "li", "clerk")
    (tmp_path / "accounts.json").write_text("{", "utf-8")
    with pytest.raises(AccountError, match="cannot be read"):
        read_accounts(tmp_path)


def test_every_page_has_a_line_in_the_table_and_every_line_a_page():
    pages = {entry.path for entries in MENU.values() for entry in entries} | {SCHEME}
    table = {name for kind, name in rights() if kind == PAGE}
    assert pages <= table and table - pages <= {"notice", "ballots"}  # pages that other issues bring
    assert all(set(line.roles) <= set(ROLES) for line in rights().values())


def test_what_the_table_does_not_name_is_allowed_to_nobody():
    assert not any(may(role, ACTION, "format_disk") or may(role, "page", "secret") for role in [*ROLES, None])
    assert [name for kind, name in rights() if kind == ACTION and needs_two(name)] == [
        "finalise",
        "announce",
        "rule_objection",
        "roll_back",
        "decide_ballots",
    ]
    assert not any(may("administrator", kind, name) for kind, name in rights() if kind == "api" or name == "home")


def test_accounts_by_command_are_logged_and_a_hand_edit_of_the_file_is_found(biaochi, monkeypatch):
    folder = biaochi.store.with_name("accounts")
    monkeypatch.setenv("BIAOCHI_ACCOUNTS", str(folder))
    first = biaochi("user", "add", "li", "--role", "clerk", "--title", "李明").decode().strip()
    biaochi("user", "add", "wang@example.org", "--role", "publisher", "--provider")
    biaochi("user", "role", "li", "viewer")
    assert [(row["name"], row["role"]) for row in biaochi.json("user", "list")["rows"]] == [
        ("li", "viewer"),
        ("wang@example.org", "publisher"),
    ]
    assert accounts.matches(account_of(folder, "li"), first)
    again = biaochi("user", "password", "li").decode().strip()
    assert accounts.matches(account_of(folder, "li"), again) and not accounts.matches(account_of(folder, "li"), first)
    biaochi("user", "add", "li", "--role", "clerk", code=2)
    biaochi("user", "role", "li", "mayor", code=2)
    notes = [(entry.what, entry.note) for entry in read_log(biaochi.store) if entry.action == "account"]
    assert notes[:3] == [("li", "clerk"), ("wang@example.org", "publisher"), ("li", "viewer")]
    biaochi.rules(folder.parent)
    biaochi("check")
    path = folder / "accounts.json"
    content = json.loads(path.read_text("utf-8"))
    content["accounts"][0]["role"] = "publisher"
    path.write_text(json.dumps(content), "utf-8")
    assert "li" in biaochi("check", code=1).decode()
    content["accounts"] = content["accounts"][1:]
    path.write_text(json.dumps(content), "utf-8")
    assert "li" in biaochi("check", code=1).decode(), "an account that was taken out by hand"
