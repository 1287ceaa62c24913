"""Signing in with the service of the office, with a real provider on this machine and no browser."""

import os
import warnings
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from access import accounts
from access.identity import COOKIE, identity
from data.store.audit_log import read_log
from tests.access.test_door import HTML, ORIGIN, served

pytestmark = pytest.mark.filterwarnings("ignore")  # of the provider and of Authlib, which are not ours


@pytest.fixture(scope="module")
def provider():
    """A provider over plain HTTP, which Authlib allows on this machine only when it is told so."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setitem(os.environ, "AUTHLIB_INSECURE_TRANSPORT", "1")
        from oidc_provider_mock import User, run_server_in_thread

        people = [
            User(sub="wang", claims={"email": "Wang@example.org", "email_verified": True}),
            User(sub="zhao", claims={"email": "zhao@example.org", "email_verified": False}),
        ]
        with run_server_in_thread(user_claims=people, require_nonce=True) as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture
def client(provider, tmp_path):
    accounts.add_account(tmp_path / "accounts", "wang@example.org", "publisher", provider=True)
    settings = {
        "redirect_uri": f"{ORIGIN}/oauth2callback",
        "cookie_secret": "0" * 48,
        "client_id": "biaochi",
        "client_secret": "secret",
        "server_metadata_url": f"{provider}/.well-known/openid-configuration",
        "client_kwargs": {"scope": "openid email profile", "prompt": "login"},
    }
    return served(tmp_path, provider=settings)


def went_to_provider(client, sub, page="/ranking"):
    """The address to which the provider sends the browser back once somebody signed in there."""
    asked = client.get(f"/signin/provider?next={page}").headers["location"]
    query = parse_qs(urlsplit(asked).query)
    assert query["nonce"] and query["code_challenge_method"] == ["S256"] and query["prompt"] == ["login"]
    answer = httpx.post(asked, data={"sub": sub}, follow_redirects=False)
    return answer.headers["location"].removeprefix(ORIGIN)


def test_the_page_offers_the_service_and_whoever_has_an_account_comes_in(client, tmp_path):
    assert 'href="/signin/provider?next=%2F"' in client.get("/signin").text
    entered = client.get(went_to_provider(client, "wang"))
    assert (entered.status_code, entered.headers["location"]) == (303, "/ranking")
    assert client.get("/ranking", headers=HTML).text == "<html>inside</html>"
    found = identity(tmp_path / "accounts", {COOKIE: client.cookies[COOKIE]})
    assert (found.account.name, found.session.how) == ("wang@example.org", "provider")
    (entry,) = read_log(tmp_path / "var")
    assert (entry.action, entry.user, entry.verified) == ("sign in", "wang@example.org", "provider")


@pytest.mark.parametrize(("sub", "name"), [("zhao", "zhao"), ("somebody", "somebody")])
def test_who_has_no_account_here_stays_out_and_is_told_the_name(sub, name, client, tmp_path):
    """An address that the service did not verify is no name; the subject is."""
    refused = client.get(went_to_provider(client, sub))
    assert refused.status_code == 403 and name in refused.text and COOKIE not in client.cookies
    assert [(entry.action, entry.what) for entry in read_log(tmp_path / "var")] == [("sign in refused", name)]


def test_an_answer_that_is_forged_or_used_twice_lets_nobody_in(client):
    back = went_to_provider(client, "wang")
    assert client.get("/oauth2callback?code=forged&state=forged").status_code == 401
    assert client.get(back).status_code == 303
    client.cookies.delete(COOKIE)
    assert client.get(back).status_code == 401 and COOKIE not in client.cookies


def test_a_role_is_taken_from_the_account_and_not_from_the_token(client, tmp_path):
    client.get(went_to_provider(client, "wang"))
    sent = {COOKIE: client.cookies[COOKIE]}
    accounts.set_role(tmp_path / "accounts", "wang@example.org", "viewer")
    assert not identity(tmp_path / "accounts", sent).may("action", "publish")
    accounts.remove_account(tmp_path / "accounts", "wang@example.org")
    assert client.get("/ranking", headers=HTML).status_code == 303
