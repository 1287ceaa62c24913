"""Tokens of the API: kept as hashes, with a role and an end, and no hand edit of their file goes unseen."""

import json
from datetime import date, timedelta

import pytest

from access import tokens
from access.accounts import AccountError
from data.store.audit_log import read_log

DAY = date(2026, 11, 30)


def test_a_token_is_recognised_by_its_secret_only_and_the_secret_is_kept_nowhere(tmp_path):
    added, secret = tokens.add_token(tmp_path, " FineBI ", "viewer", DAY + timedelta(days=30), today=DAY, by="zhou")
    assert (added.name, added.role, added.ends, added.by) == ("finebi", "viewer", "2026-12-30", "zhou")
    assert tokens.token_of(tmp_path, secret) == added and tokens.token_of(tmp_path, secret[:-1]) is None
    assert added.lives(DAY) and added.lives(date(2026, 12, 30)) and not added.lives(date(2026, 12, 31))
    path = tmp_path / "tokens.json"
    assert secret not in path.read_text("utf-8") and path.stat().st_mode & 0o777 == 0o600
    tokens.revoke_token(tmp_path, "finebi")
    assert tokens.token_of(tmp_path, secret) is None


@pytest.mark.parametrize(
    ("name", "role", "days"),
    [("a", "viewer", 1), ("ok", "mayor", 1), ("ok", "viewer", -1), ("ok", "viewer", 367), ("taken", "viewer", 1)],
    ids=["short name", "unknown role", "in the past", "over a year", "a name twice"],
)
def test_a_token_without_a_sensible_name_role_or_end_is_refused(name, role, days, tmp_path):
    tokens.add_token(tmp_path, "taken", "viewer", DAY, today=DAY)
    with pytest.raises(AccountError):
        tokens.add_token(tmp_path, name, role, DAY + timedelta(days=days), today=DAY)


def test_tokens_by_command_are_logged_and_a_hand_edit_of_the_file_is_reported(biaochi, monkeypatch):
    folder = biaochi.store.with_name("accounts")
    monkeypatch.setenv("BIAOCHI_ACCOUNTS", str(folder))
    monkeypatch.setenv("BIAOCHI_LOGIN", "1")
    secret = biaochi("token", "add", "finebi", "--until", str(date.today())).decode().strip()
    biaochi("token", "add", "excel", "--role", "auditor")
    biaochi("token", "revoke", "excel")
    (row,) = biaochi.json("token", "list")["rows"]
    assert (row["name"], row["role"], row["ends"]) == ("finebi", "viewer", str(date.today()))
    assert secret.startswith(tokens.BEGIN) and secret not in (biaochi.store / "audit" / "log.jsonl").read_text("utf-8")
    biaochi("token", "revoke", "excel", code=2)
    biaochi("token", "add", "later", "--until", "2099-01-01", code=2)
    notes = [entry.note.split()[0] for entry in read_log(biaochi.store) if entry.action == "token"]
    assert notes == ["viewer", "auditor", "removed"]
    biaochi.rules(folder.parent)
    biaochi("check")
    path = folder / "tokens.json"
    content = json.loads(path.read_text("utf-8"))
    content["tokens"][0]["ends"] = "2099-01-01"
    path.write_text(json.dumps(content), "utf-8")
    assert "finebi" in biaochi("check", code=1).decode()
