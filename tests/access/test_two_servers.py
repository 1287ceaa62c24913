"""Two server processes over one store: whoever signs in at one is signed in at both, and leaves both at once."""

import re
import urllib.error
import urllib.parse
import urllib.request

import pytest

from access import accounts
from access.identity import COOKIE
from bench.load import served
from data.store import Store
from data.store.audit_log import log_action, read_log
from data.store.verify import check
from i18n import ROOT
from tests.support.stores import BALLOTS, SMALL

PASSWORD = "Duanwu-5-5"


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers."""

    def redirect_request(self, *_facts):
        return None


def ask(port, path, cookie="", form=None):
    """Return status, cookie that was set, and location of a request."""
    headers = {"Cookie": f"{COOKIE}={cookie}", "Accept": "text/html", "Origin": f"http://127.0.0.1:{port}"}
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        answer = urllib.request.build_opener(Stay).open(
            urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers), timeout=30
        )
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        found = re.search(rf"{COOKIE}=([^;]+)", answer.headers.get("set-cookie", ""))
        return answer.status, found.group(1) if found else "", answer.headers.get("location", "")


@pytest.mark.parametrize("name", ["deploy/nginx.conf", "docs/how-to/sign-in.en.md", "docs/how-to/sign-in.zh.md"])
def test_the_proxy_hands_on_the_host_wherever_it_sets_a_header(name):
    """nginx drops the headers of the server where a location sets one; without Host no page connects its socket."""
    text = (ROOT / name).read_text("utf-8")
    locations = re.findall(r"location [^{]*\{(.*?)\n *\}", text, re.DOTALL)
    setting = [inside for inside in locations if "proxy_set_header" in inside]
    assert setting and all("proxy_set_header Host $http_host;" in inside for inside in setting)


@pytest.mark.sweep
def test_sessions_accounts_and_the_log_are_those_of_both(tmp_path, monkeypatch):
    store = Store(tmp_path / "var", threads=1)
    store.add_rules(SMALL)
    store.import_files("ballots", [("甲.csv", BALLOTS.encode())], "2025")
    store.publish("首次")
    folder = tmp_path / "var-accounts"
    first = accounts.add_account(folder, "li", "publisher")
    log_action(store.path, "account", "li", note="publisher")
    accounts.change_password(folder, "li", first, PASSWORD)
    monkeypatch.delenv("BIAOCHI_ACCOUNTS", raising=False)
    with served(ROOT / "app.py", store.path) as (one, _), served(ROOT / "app.py", store.path) as (two, _):
        assert ask(two, "/ranking")[0] == 303
        status, cookie, _ = ask(one, "/signin", form={"name": "li", "password": PASSWORD})
        assert status == 303 and cookie
        assert [ask(port, "/ranking", cookie)[0] for port in (one, two)] == [200, 200]
        assert ask(two, "/signout", cookie)[0] == 303
        assert [ask(port, "/ranking", cookie)[0] for port in (one, two)] == [303, 303]
        again = ask(two, "/signin", form={"name": "li", "password": PASSWORD})[1]
        assert ask(one, "/ranking", again)[0] == 200
        accounts.remove_account(folder, "li")
        log_action(store.path, "account", "li", note=accounts.REMOVED)
        assert [ask(port, "/ranking", again)[0] for port in (one, two)] == [303, 303]
        for _ in range(12):
            ask(one, "/signin", form={"name": "li", "password": "wrong"})
        assert ask(two, "/signin", form={"name": "li", "password": "wrong"})[0] == 429, "a lock counts in both"
    actions = [entry.action for entry in read_log(store.path)]
    assert actions.count("sign in") == 2 and actions.count("sign out") == 1 and check(store) == []
