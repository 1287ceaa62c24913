"""`--store X`: accounts, tokens, sign-in and two people are those of X, never those of BIAOCHI_STORE."""

import json

import pytest

import settings
from access.accounts import read_accounts
from access.tokens import read_tokens
from cli.main import run
from data.store import Store
from tests.support.stores import BALLOTS, SMALL


@pytest.fixture
def other(tmp_path, monkeypatch):
    """BIAOCHI_STORE with an administrator in its accounts."""
    folder = tmp_path / "city"
    monkeypatch.setenv("BIAOCHI_STORE", str(folder / "var"))
    monkeypatch.setenv("BIAOCHI_ACCOUNTS", str(folder / "people"))
    assert run(["user", "add", "zhao", "--role", "administrator"]) == 0
    return folder


def names(folder):
    return sorted(read_accounts(folder))


def test_accounts_and_tokens_of_another_store_are_its_own(other, tmp_path, capsys):
    store, people = tmp_path / "county" / "var", tmp_path / "county" / "var-accounts"
    call = ["--store", str(store)]
    assert run([*call, "user", "list", "--format", "json"]) == 0
    assert "zhao" not in capsys.readouterr().out
    assert run([*call, "user", "add", "qian", "--role", "clerk"]) == 0
    assert run([*call, "user", "add", "sun", "--role", "viewer"]) == 0
    assert run([*call, "user", "role", "qian", "publisher"]) == 0
    assert run([*call, "user", "password", "qian"]) == 0
    assert run([*call, "user", "remove", "sun"]) == 0
    assert run([*call, "token", "add", "excel"]) == 0
    for words in (["user", "role", "zhao", "viewer"], ["user", "password", "zhao"], ["user", "remove", "zhao"]):
        assert run([*call, *words]) != 0
    assert names(people) == ["qian"] and names(other / "people") == ["zhao"]
    assert list(read_tokens(people)) == ["excel"] and list(read_tokens(other / "people")) == []
    assert read_accounts(other / "people")["zhao"].role == "administrator"
    capsys.readouterr()
    assert run([*call, "token", "list", "--format", "json"]) == 0 and "excel" in capsys.readouterr().out
    assert run([*call, "token", "revoke", "excel"]) == 0
    assert run([*call, "check"]) != 1  # the log of the county agrees with the accounts of the county


def test_two_people_are_needed_where_the_named_store_has_accounts(other, tmp_path, capsys):
    """The first publication of a county without accounts is final at once; with accounts a second person confirms."""
    call = ["--store", str(tmp_path / "county")]
    store = Store(tmp_path / "county", threads=2)
    store.add_rules(SMALL)
    store.import_files("ballots", [("甲.csv", BALLOTS.encode())], "2025")
    store.publish("首次")
    assert run([*call, "status", "2025", "final", "--reason", "会议"]) == 0
    assert run([*call, "user", "add", "qian", "--role", "publisher"]) == 0
    capsys.readouterr()
    assert run([*call, "status", "2025", "announced", "--reason", "会议"]) != 0
    assert run([*call, "requests", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 1
    assert store.status("2025").code == "final"


def test_the_folder_of_accounts_follows_where_no_store_is_set(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("BIAOCHI_STORE", raising=False)
    monkeypatch.setenv("BIAOCHI_ACCOUNTS", str(tmp_path / "people"))
    assert run(["--store", str(tmp_path / "var"), "user", "add", "li", "--role", "clerk"]) == 0
    assert names(tmp_path / "people") == ["li"]
    assert settings.of_store(tmp_path / "var").accounts == tmp_path / "people"
