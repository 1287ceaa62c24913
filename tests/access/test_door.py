"""The door without a browser: sign-in pages, redirects, forms from elsewhere, downloads, the gate."""

import shutil
import warnings

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

import settings
from access import accounts, failed_sign_ins
from access.accounts import account_of
from access.identity import COOKIE
from data.store.audit_log import log_action, read_log
from ui.security import Gate
from ui.sign_in import Door, SignIn, safe_target, way_in

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that httpx has a successor, which we do not install
    from starlette.testclient import TestClient

ORIGIN = "http://127.0.0.1:8501"
HTML = {"accept": "text/html"}


def served(tmp_path, https=False, provider=None, permits=lambda visitor, path: True):
    """The gate and the sign-in pages in front of a page and a file."""
    origin = ORIGIN.replace("http", "https") if https else ORIGIN
    door = Door(tmp_path / "accounts", tmp_path / "var", frozenset({origin}), https, "zh", provider or {})

    def visitor(cookies):
        found = door.identity(cookies, used=False)
        return found if found and found.settled else None

    async def page(_request):
        return HTMLResponse("<html>inside</html>")

    async def file(_request):
        return PlainTextResponse("media")

    gate = Middleware(
        Gate, hosts=["127.0.0.1"], origins=[origin], signed_in=visitor, policy="x", permits=permits, way_in=way_in
    )
    routes = [Route("/media/{name}", file), Route("/{rest:path}", page)]
    app = Starlette(routes=routes, middleware=[gate, Middleware(SignIn, door=door)])
    return TestClient(app, base_url=origin, follow_redirects=False, headers={"origin": origin})


def test_a_lost_file_of_accounts_opens_nothing(tmp_path):
    """Neither the file nor its whole folder: the log of the store knows that people signed in."""
    environ = {"BIAOCHI_STORE": str(tmp_path / "var"), "BIAOCHI_ACCOUNTS": str(tmp_path / "accounts")}
    assert not settings.load(environ, tmp_path).login
    accounts.add_account(tmp_path / "accounts", "li", "viewer")
    log_action(tmp_path / "var", "account", "li", note="viewer")
    shutil.rmtree(tmp_path / "accounts")
    found = settings.load(environ, tmp_path)
    assert found.login and found.two_people
    shown = served(tmp_path).get("/signin?lang=en", headers=HTML).text
    assert "The file of accounts" in shown and "biaochi user add NAME --role administrator" in shown


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Accounts with a clerk who has changed the first password; read only."""
    place = tmp_path_factory.mktemp("people") / "accounts"
    first = accounts.add_account(place, "li", "clerk")
    accounts.change_password(place, "li", first, "Duanwu-5-5")
    return place


@pytest.fixture
def password(people, tmp_path):
    shutil.copytree(people, tmp_path / "accounts")
    return "Duanwu-5-5"


def enter(client, password, name="li", **more):
    return client.post("/signin", data={"name": name, "password": password, **more})


def test_a_deep_link_leads_to_the_sign_in_page_and_back(tmp_path, password):
    client = served(tmp_path)
    found = client.get("/ranking?round=2025&lang=en", headers=HTML)
    assert (found.status_code, found.headers["location"]) == (
        303,
        "./signin?next=%2Franking%3Fround%3D2025%26lang%3Den&lang=en",
    )
    assert client.get("/signin?lang=en").text.count("<input") == 4
    entered = enter(client, password, next="/ranking?round=2025&lang=en")
    assert entered.headers["location"] == "/ranking?round=2025&lang=en"
    assert client.get("/ranking", headers=HTML).text == "<html>inside</html>"
    assert [entry.action for entry in read_log(tmp_path / "var")] == ["sign in"]


@pytest.mark.parametrize("path", ["/", "/ranking", "/media/a.csv", "/_stcore/upload_file/a", "/api/x", "/anything"])
def test_anonymous_requests_get_nothing(path, tmp_path):
    assert served(tmp_path).get(path).status_code == 401


def test_signing_out_ends_a_copied_cookie_too(tmp_path, password):
    client = served(tmp_path)
    enter(client, password)
    copied = client.cookies[COOKIE]
    assert client.get("/signout", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/signout", headers={"sec-fetch-site": "same-origin"}).status_code == 303
    again = served(tmp_path)
    again.cookies.set(COOKIE, copied)
    assert again.get("/ranking", headers=HTML).status_code == 303


def test_the_cookie_is_for_this_server_alone_and_secure_behind_tls(tmp_path, password):
    for https in (False, True):
        sent = enter(served(tmp_path, https), password).headers["set-cookie"]
        assert "HttpOnly" in sent and "SameSite=lax" in sent and ("Secure" in sent) == https


def test_a_form_of_a_foreign_page_signs_nobody_in(tmp_path, password):
    client = served(tmp_path)
    for origin in ("http://evil.example", "null", ""):
        refused = client.post("/signin", data={"name": "li", "password": password}, headers={"origin": origin})
        assert refused.status_code == 403 and "set-cookie" not in refused.headers
    assert client.post("/signin", content=b"x" * 5000).status_code == 403


def test_wrong_passwords_lock_and_the_log_keeps_no_unknown_name(tmp_path, password):
    client = served(tmp_path)
    assert enter(client, "wrong").status_code == 401
    assert enter(client, "wrong", name="my-secret-password").status_code == 401
    for _ in range(9):
        failed_sign_ins.note_failure(tmp_path / "accounts", "li")
    locked = enter(client, password)
    assert locked.status_code == 429 and "set-cookie" not in locked.headers
    assert "my-secret" not in (tmp_path / "var" / "audit" / "log.jsonl").read_text("utf-8")
    assert {entry.action for entry in read_log(tmp_path / "var")} == {"sign in refused"}


def test_the_first_password_opens_nothing_but_the_form_for_another(tmp_path):
    first = accounts.add_account(tmp_path / "accounts", "li", "clerk")
    client = served(tmp_path)
    assert enter(client, first).headers["location"].startswith("/signin/password?")
    assert client.get("/ranking", headers=HTML).status_code == 303
    form = {"old": first, "new": "Duanwu-5-5", "again": "Duanwu-5-6"}
    assert client.post("/signin/password", data=form).status_code == 422
    assert client.post("/signin/password", data={**form, "again": "Duanwu-5-5"}).status_code == 303
    assert client.get("/ranking", headers=HTML).status_code == 200
    assert not account_of(tmp_path / "accounts", "li").must_change


def test_a_file_belongs_to_the_session_that_made_it(tmp_path, password):
    client = served(tmp_path, permits=lambda visitor, path: path != "/media/other.csv")
    enter(client, password)
    assert client.get("/media/own.csv").status_code == 200
    assert client.get("/media/other.csv").status_code == 403


@pytest.mark.parametrize(
    "asked", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "", "/signout", "/a\nb"]
)
def test_the_way_back_stays_on_this_server(asked):
    assert safe_target(asked) == "/"


def test_the_way_back_keeps_a_page_with_its_query():
    assert safe_target("/unit?unit=市公安局&round=2025") == "/unit?unit=%E5%B8%82%E5%85%AC%E5%AE%89%E5%B1%80&round=2025"
