"""The parts of deploy/compose.yaml by hand: nginx with TLS as shipped, the program, a sign-in service, a browser."""

import contextlib
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
import warnings

import pytest
from streamlit.web.server.starlette.starlette_routes import XSRF_COOKIE_NAME

from access import accounts
from access.identity import COOKIE
from data.store import Store
from data.store.audit_log import log_action, read_log
from tests.support.paths import ROOT
from tests.support.stores import BALLOTS, SMALL

from .conftest import CHROMIUM, CHROMIUM_OPTIONS, PATIENCE, WATCH, free_port, settled, start_server, stop_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of the sign-in service, in its thread
    pytest.mark.skipif(shutil.which("nginx") is None, reason="the proxy is nginx"),
]
NOT_COPIED = shutil.ignore_patterns(".venv", ".git", "var*", ".*_cache", ".hypothesis", "build", "tests")
"""The sign-in service is named by a file of the program, so the program is copied."""
HOST, PASSWORD = "pingyi.example", "Duanwu-proxy-5"
AUTH = """[auth]
redirect_uri = "https://{host}:{port}/oauth2callback"
cookie_secret = "{secret}"
client_id = "biaochi"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
client_kwargs = {{ scope = "openid email profile", prompt = "login" }}
"""


@pytest.fixture(scope="module")
def provider():
    """A sign-in service that knows Wang, over plain HTTP."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setitem(os.environ, "AUTHLIB_INSECURE_TRANSPORT", "1")
        from oidc_provider_mock import User, run_server_in_thread

        wang = User(sub="wang", claims={"email": "wang@example.org", "email_verified": True})
        with run_server_in_thread(user_claims=[wang], require_nonce=True) as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def office(provider, tmp_path_factory):
    """The program behind nginx; yields the port of TLS, that of plain HTTP, and the store."""
    base = tmp_path_factory.mktemp("proxy")
    store = Store(base / "var", threads=1)
    store.add_rules(SMALL)
    store.import_files("ballots", [("评议票.csv", BALLOTS.encode())], "2025")
    store.publish("首次")
    first = accounts.add_account(base / "var-accounts", "li", "publisher", title="李明")
    accounts.change_password(base / "var-accounts", "li", first, PASSWORD)
    accounts.add_account(base / "var-accounts", "wang@example.org", "publisher", provider=True)
    for name in ("li", "wang@example.org"):
        log_action(store.path, "account", name, note="publisher")
    tls, plain = free_port(), free_port()
    root = shutil.copytree(ROOT, base / "program", ignore=NOT_COPIED)
    secrets = root / ".streamlit" / "secrets.toml"
    secrets.write_text(AUTH.format(host=HOST, port=tls, secret="0f" * 32, provider=provider), "utf-8")
    secrets.chmod(0o600)
    server = start_server(
        store.path,
        base / "server.log",
        root=root,
        BIAOCHI_LOGIN="1",
        BIAOCHI_HOSTS=f"{HOST},127.0.0.1",
        BIAOCHI_ORIGINS=f"https://{HOST}:{tls}",
        AUTHLIB_INSECURE_TRANSPORT="1",
    )
    with behind(base, server.url.removeprefix("http://"), tls, plain):
        yield tls, plain, store
    stop_server(server)


@contextlib.contextmanager
def behind(base, program, tls, plain):
    """Run nginx with the shipped configuration: other ports, another certificate, and files in a folder of the test."""
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    asked += ["-keyout", str(base / "pingyi.key"), "-out", str(base / "pingyi.pem")]
    subprocess.run(asked, check=True, capture_output=True)
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for shipped, here in (
        ("server 127.0.0.1:8501", f"server {program}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;"),
        ("/etc/nginx/tls/", f"{base}/"),
        ("/var/log/nginx/", f"{base}/"),
    ):
        assert text.count(shipped) >= 1, shipped
        text = text.replace(shipped, here)
    (base / "biaochi.conf").write_text(text, "utf-8")
    places = "".join(
        f"{what}_temp_path {base}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"pid {base}/pid; error_log {base}/error.log; events {{}} http {{ {places} include {base}/biaochi.conf; }}"
    (base / "main.conf").write_text(main, "utf-8")
    proxy = subprocess.Popen(["nginx", "-c", str(base / "main.conf"), "-g", "daemon off;"], stderr=subprocess.DEVNULL)
    try:
        _answers(plain)
        yield
    finally:
        proxy.terminate()
        proxy.wait()


def _answers(port):
    for _ in range(200):
        with contextlib.suppress(OSError):
            asked(port, "/")
            return
        time.sleep(0.05)
    raise AssertionError("nginx does not answer")


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers."""

    def redirect_request(self, *_facts):
        return None


def asked(port, path):
    """Status and headers of a plain request."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": HOST})
    try:
        answer = urllib.request.build_opener(Stay).open(request, timeout=10)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        return answer.status, dict(answer.headers)


@pytest.fixture
def page(office):
    """A page of a browser that finds the host on this machine and takes its certificate."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = [*CHROMIUM_OPTIONS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        context = chromium.new_context(ignore_https_errors=True, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        yield context.new_page()
        chromium.close()


def test_plain_requests_go_to_tls_and_figures_of_the_server_stay_inside(office):
    _tls, plain, _store = office
    status, headers = asked(plain, "/ranking?round=2025")
    assert (status, headers["Location"]) == (301, f"https://{HOST}/ranking?round=2025")


def test_somebody_of_the_office_signs_in_works_and_signs_out(office, page):
    tls, _, store = office
    url = f"https://{HOST}:{tls}"
    page.goto(f"{url}/ranking?lang=zh")
    assert "/signin" in page.url
    page.fill("#name", "li")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit], button")
    page.wait_for_url("**/ranking**")
    settled(page)
    assert "文件内容：2025 批次，全部单位，2 个单位" in page.inner_text("body"), "the socket came through"
    cookies = {cookie["name"]: cookie["secure"] for cookie in page.context.cookies()}
    assert cookies[COOKIE] and cookies[XSRF_COOKIE_NAME], cookies
    assert page.goto(f"{url}/_stcore/metrics").status == 404
    page.goto(f"{url}/signout")
    page.goto(f"{url}/ranking")
    assert "/signin" in page.url
    assert [entry.action for entry in read_log(store.path)][-2:] == ["sign in", "sign out"]


def test_somebody_signs_in_at_the_service_of_the_office(office, page):
    tls, _, store = office
    page.goto(f"https://{HOST}:{tls}/signin?lang=zh")
    page.click("a[href^='/signin/provider']")
    page.wait_for_url(re.compile(r"^http://localhost:"))
    page.fill("input[name=sub]", "wang")
    page.click("button")
    page.wait_for_url(re.compile(rf"^https://{HOST}:{tls}/(?!signin|oauth2)"), wait_until="commit")
    settled(page)
    assert "wang@example.org" in page.inner_text("body")
    assert read_log(store.path)[-1].action == "sign in" and "wang@example.org" in str(read_log(store.path)[-1])
