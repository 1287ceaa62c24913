"""The gate by itself, without a server: what passes, what is refused, what every answer carries."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.security import Gate, content_security_policy

OURS = "http://127.0.0.1:8501"


async def inner(scope, _receive, send):
    """An application that answers everything and sets a cookie."""
    if scope["type"] == "websocket":
        return await send({"type": "websocket.accept"})
    headers = [(b"set-cookie", b"a=b; HttpOnly"), (b"cache-control", b"public")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(path, kind="http", login=None, origins=(OURS,), host="127.0.0.1:8501", **headers):
    """The messages that the gate sends for one request."""
    gate = Gate(
        inner,
        hosts=["127.0.0.1"],
        origins=origins,
        signed_in=login,
        policy="frame-ancestors 'none'",
    )
    pairs = [
        (b"host", host.encode()),
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]
    sent = []

    async def send(message):
        sent.append(message)

    # In a thread of its own: Playwright keeps an event loop running in the thread of the tests once a browser is open,
    # and a worker that steals these tests after browser tests could not run a second loop there.
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, gate({"type": kind, "path": path, "headers": pairs}, None, send)).result()
    return sent


def status(*arguments, **options):
    return ask(*arguments, **options)[0]["status"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "https://127.0.0.1:8501", "http://127.0.0.1:8502"]
)
def test_a_foreign_origin_never_reaches_streamlit(origin):
    assert ask("/_stcore/stream", kind="websocket", origin=origin) == [{"type": "websocket.close", "code": 1008}]


def test_a_websocket_without_origin_is_refused():
    assert ask("/_stcore/stream", kind="websocket")[0]["type"] == "websocket.close"


def test_our_own_origin_passes_unless_the_host_is_unknown():
    assert ask("/_stcore/stream", kind="websocket", origin=OURS)[0]["type"] == "websocket.accept"
    refused = ask("/_stcore/stream", kind="websocket", origin=OURS, host="evil.example:8501")
    assert refused[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/upload_file/a/b",
        "/media/a.csv",
        "/_stcore/metrics",
        "/_stcore/agent/mcp",
        "/api/x",
    ],
)
def test_guarded_addresses_need_a_login_when_one_is_configured(path):
    assert status(path, login=lambda cookies: False) == 401
    assert status(path, login=lambda cookies: False, cookie="_streamlit_user=forged") == 401


def test_a_file_is_refused_and_a_page_leads_to_the_way_in():
    """A download that asks for a page as well gets no answer that a browser would keep under the name of the file."""
    nobody = {"login": lambda cookies: False, "accept": "text/html"}
    assert status("/media/a.csv", **nobody) == status("/_stcore/upload_file/a/b", **nobody) == 401
    assert status("/ranking", **nobody) == 303


def test_a_signed_in_person_uploads_and_downloads():
    def known(cookies):
        return cookies.get("_streamlit_user") == "good"

    assert status("/media/a.csv", login=known, cookie="x=1; _streamlit_user=good") == 200
    assert status("/_stcore/upload_file/a/b", login=known, cookie="_streamlit_user=good") == 200


def test_the_ready_address_stays_open():
    assert status("/api/ready", login=lambda cookies: False) == 200


def test_metrics_and_agent_are_closed_to_everybody():
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json"):
        assert status(path) == 404
        assert status(path, login=lambda cookies: True) == 404


def test_without_a_login_pages_uploads_and_media_pass():
    for path in ("/", "/ranking", "/media/a.csv", "/_stcore/upload_file/a/b", "/_stcore/health"):
        assert status(path) == 200


def test_every_answer_carries_the_headers_also_a_refusal():
    for answer in (
        ask("/"),
        ask("/media/a", login=lambda cookies: False),
        ask("/", host="evil.example"),
    ):
        headers = dict(answer[0]["headers"])
        assert headers[b"content-security-policy"] == b"frame-ancestors 'none'"
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert b"referrer-policy" in headers


def test_media_is_never_kept_by_a_browser():
    kept = [value for name, value in ask("/media/a.csv")[0]["headers"] if name == b"cache-control"]
    assert kept == [b"no-store"]


def test_cookies_are_secure_under_https_only():
    assert (b"set-cookie", b"a=b; HttpOnly; Secure") in ask("/", origins=("https://scores.example",))[0]["headers"]
    assert (b"set-cookie", b"a=b; HttpOnly") in ask("/")[0]["headers"]


def test_the_policy_names_the_hash_of_each_inline_script():
    policy = content_security_policy("<script>\n  window.prerenderReady = false\n</script><script src='x'></script>")
    assert policy.count("'sha256-") == 1
    assert "unsafe-inline" not in policy.split("style-src")[0]
