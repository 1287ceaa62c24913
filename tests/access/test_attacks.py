"""Attempts on the sign-in pages of somebody who is curious: each is refused, or changes nothing."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from access import accounts, failed_sign_ins, sessions
from access.identity import COOKIE, identity
from tests.access.test_door import HTML, ORIGIN, enter, served

PASSWORD = "Duanwu-5-5"


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Accounts with a clerk who has changed the first password, and a viewer of the sign-in service; read only."""
    place = tmp_path_factory.mktemp("people") / "accounts"
    first = accounts.add_account(place, "li", "clerk")
    accounts.change_password(place, "li", first, PASSWORD)
    accounts.add_account(place, "wang", "viewer", provider=True)
    return place


@pytest.fixture
def folder(people, tmp_path):
    """A copy of the accounts: to hash a password takes a tenth of a second of every core."""
    return shutil.copytree(people, tmp_path / "accounts")


def cookie_of(client):
    return {COOKIE: client.cookies[COOKIE]}


def test_an_account_that_is_made_again_does_not_revive_a_session_of_before(folder, tmp_path):
    """Somebody is removed, the sessions are not ended because the machine stops, and a namesake joins."""
    client = served(tmp_path)
    enter(client, PASSWORD)
    sent = cookie_of(client)
    assert identity(folder, sent) is not None
    accounts.remove_account(folder, "li")
    assert identity(folder, sent) is None and client.get("/", headers=HTML).status_code == 303
    later = sessions.time.time() + 5
    accounts.add_account(folder, "li", "administrator", provider=True, now=datetime.fromtimestamp(later, UTC))
    assert identity(folder, sent) is None and client.get("/", headers=HTML).status_code == 303


def test_the_role_of_now_counts_for_somebody_who_is_signed_in(folder, tmp_path):
    client = served(tmp_path)
    enter(client, PASSWORD)
    assert identity(folder, cookie_of(client)).may("action", "upload")
    accounts.set_role(folder, "li", "viewer")
    assert not identity(folder, cookie_of(client)).may("action", "upload")


@pytest.mark.parametrize(
    "asked",
    [
        *("///evil.example", "/\t/evil.example", "/%0d%0aSet-Cookie:x=1", "https:evil.example", "\\\\evil.example"),
        *(
            "/..//evil.example",
            "/signin/password",
            "/signin?next=//evil.example",
            "http://127.0.0.1:8501@evil.example/",
        ),
    ],
)
def test_after_signing_in_the_browser_stays_on_this_server(asked, folder, tmp_path):
    client = served(tmp_path)
    answer = enter(client, PASSWORD, next=asked)
    target = answer.headers["location"]
    assert answer.status_code == 303 and "set-cookie" in answer.headers and target.startswith("/")
    assert not target.startswith(("//", "/\\")) and not {"\r", "\n", "\t"} & set(target)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "127.0.0.1:80:80"]
)
def test_a_foreign_host_gets_no_page_and_no_address_of_it(host, folder, tmp_path):
    client = served(tmp_path)
    for path in ("/", "/signin", "/signout", "/media/a.csv"):
        answer = client.get(path, headers={**HTML, "host": host, "x-forwarded-host": "evil.example"})
        assert answer.status_code == 421 and "evil" not in answer.headers.get("location", "")
    forwarded = client.get("/ranking", headers={**HTML, "x-forwarded-host": "evil.example", "x-forwarded-proto": "ftp"})
    assert "evil" not in forwarded.headers["location"]


def test_a_person_of_the_service_gets_no_password_and_an_unknown_name_the_same_words(folder, tmp_path):
    """Neither sentence, status nor the work of the machine tells a known name from an unknown."""
    verified, hasher = [], accounts._hasher()

    class Counting:
        def verify(self, hashed, typed):
            verified.append(typed)
            return hasher.verify(hashed, typed)

        def hash(self, typed):
            return hasher.hash(typed)

    client, answers = served(tmp_path), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", Counting)
        for name in ("li", "wang", "nobody"):
            answer = enter(client, "wrong-password", name=name)
            answers.append((answer.status_code, answer.text))
    assert len(set(answers)) == 1 and answers[0][0] == 401 and len(verified) == 3
    assert enter(client, "", name="wang").status_code == 401


def test_names_that_are_no_accounts_do_not_fill_the_disk(folder):
    """A scanner tries a million names; what it failed at is forgotten after two days."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(50):
        failed_sign_ins.note_failure(folder, f"scan{number}", now.timestamp())
    failed_sign_ins.note_failure(folder, "li", (now + timedelta(days=3)).timestamp())
    with sessions.sign_in_database(folder) as rows:
        assert rows.execute("SELECT count(*) FROM failure").fetchone() == (1,)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_sign_nobody_in_or_out(method, folder, tmp_path):
    client = served(tmp_path)
    enter(client, PASSWORD)
    for path in ("/signin", "/signin/password", "/signout"):
        answer = client.request(method, path, content=f"name=li&password={PASSWORD}")
        assert answer.status_code == 405 and "set-cookie" not in answer.headers
    assert identity(folder, cookie_of(client)) is not None


def test_cookies_that_are_not_ours_are_nobody(folder, tmp_path):
    client = served(tmp_path)
    enter(client, PASSWORD)
    token = client.cookies[COOKIE]
    client.cookies.clear()
    hashed = sessions.session_id(token)
    for value in (hashed, token[:-1], token + "x", "' OR '1'='1", "x" * 5000, "%00", ""):
        answer = client.get("/media/a.csv", headers={"cookie": f"{COOKIE}={value}"})
        assert answer.status_code == 401, value
    doubled = client.get("/media/a.csv", headers={"cookie": f"{COOKIE}={token}; {COOKIE}=wrong"})
    assert doubled.status_code in (200, 401)
    assert client.get(f"/media/a.csv?{COOKIE}={token}").status_code == 401


def test_a_body_that_is_too_large_or_no_form_is_refused(folder, tmp_path):
    client = served(tmp_path)
    for body in (b"name=li&password=" + b"x" * 100_000, b"\xff\xfe", b"a=1&" * 50, b'{"name": "li"}'):
        assert client.post("/signin", content=body).status_code in (401, 403)
    foreign = client.post("/signin", data={"name": "li", "password": PASSWORD}, headers={"origin": "null"})
    assert foreign.status_code == 403 and ORIGIN not in foreign.text
