"""Every role at every page by menu and by address, every action by its button, every download: as the table says.

The pages are the real ones, over a real store and real sessions; only the cookie that a browser would send is given.
"""

import re

import pytest
from streamlit.testing.v1 import AppTest

from access import accounts
from access.identity import identity
from access.roles import ACTION, DOWNLOAD, PAGE, ROLES, NotForRoleError, may, rights
from data.store import Store, requests
from data.store.audit_log import read_log
from data.store.people import PROVIDER, Person, acting
from i18n import ROOT
from tests.support.stores import BALLOTS, SMALL
from ui import cached, guard
from ui.layout import HOME, MENU, SCHEME, SCHEME_FILE

FILES = {entry.path: entry.file for entries in MENU.values() for entry in entries} | {SCHEME: SCHEME_FILE}
PARTS = {"ballots", "notice"}
"""Parts of pages that have a line of their own in the table."""
BUTTONS = {"status_set": "change_status", "rollback": "roll_back", "publish": "publish"}
"""Button of the page of releases -> the action that it is."""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A store with two releases and an upload that is not published yet."""
    store = Store(tmp_path_factory.mktemp("office") / "var", threads=1)
    store.add_rules(SMALL)
    store.import_files("ballots", [("甲.csv", BALLOTS.encode())], "2024")
    store.publish("首次")
    store.import_files("ballots", [("乙.csv", BALLOTS.replace("不满意", "满意").encode())], "2025")
    store.publish("二次")
    store.import_files("ballots", [("丙.csv", BALLOTS.encode())], "2026")
    return store


@pytest.fixture
def visit(office, folder, cookie, monkeypatch, tmp_path):
    """visit(role, page): the page as somebody of a role gets it by its address; None is nobody."""
    monkeypatch.setenv("BIAOCHI_STORE", str(office.path))
    monkeypatch.setenv("BIAOCHI_PROVINCE", str(tmp_path))  # without a province its page does not exist
    sent = {role: cookie(role) for role in ROLES} | {None: {}}

    def at(role, page=HOME, lang="zh"):
        monkeypatch.setattr(guard, "cookies", lambda: sent[role])
        for part in (cached.store, cached.release_by_id):
            part.clear()
        test = AppTest.from_file(str(ROOT / "pages" / "entry" / "main.py"), default_timeout=60)
        test.query_params.update({"lang": lang})
        if page != HOME:
            test.switch_page(f"../{FILES[page].removesuffix('.py')}.py")
        test.run()
        assert not test.exception, test.exception
        return test

    return at


def answered(test):
    return "\n".join(item.value for item in [*test.title, *test.error])


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_has_the_pages_of_the_table_and_no_other(role, folder, cookie, office):
    found = identity(folder, cookie(role))
    for page in FILES:
        assert found.may(PAGE, page) == may(role, PAGE, page) == (role in rights()[PAGE, page].roles)


def test_the_table_names_every_page_and_no_page_that_is_gone():
    assert {name for kind, name in rights() if kind == PAGE} - PARTS == set(FILES)


@pytest.mark.sample
@pytest.mark.parametrize("page", [page for page in FILES if page not in {SCHEME, HOME}])
@pytest.mark.parametrize("role", ROLES)
def test_an_address_answers_as_the_table_says(role, page, visit, office):
    """By address: the page itself, or that it is not for this role; the refusal is an entry of the log."""
    before = len(read_log(office.path))
    told = answered(visit(role, page))
    refusals = [entry for entry in read_log(office.path)[before:] if entry.action == "not for role"]
    assert ("此角色无权使用" in told) == (not may(role, PAGE, page))
    assert [(entry.user, entry.what) for entry in refusals] == (
        [] if may(role, PAGE, page) else [(role, f"page {page}")]
    )


@pytest.mark.parametrize("role", ROLES)
def test_the_root_address_opens_the_first_page_that_the_role_may_see(role, visit, office):
    """Whoever may not see results lands on the accounts, and is not refused what nobody asked for."""
    before = len(read_log(office.path))
    seen = answered(visit(role, HOME))
    assert ("账号管理" in seen) == (not may(role, PAGE, HOME)) and "此角色无权使用" not in seen
    assert not [entry for entry in read_log(office.path)[before:] if entry.action == "not for role"]


def test_nobody_gets_the_way_in_and_nothing_else(visit):
    test = visit(None, "releases")
    assert answered(test) == "登录" and not test.button and not test.dataframe


@pytest.mark.sweep
@pytest.mark.parametrize("role", ["clerk", "publisher", "auditor"])
def test_buttons_of_the_releases_are_those_of_the_role(role, visit):
    test = visit(role, "releases")
    keys = {button.key for button in test.button}
    for key, action in BUTTONS.items():
        if key == "rollback":
            continue  # shown for a release that is not in force
        assert (key in keys) == may(role, ACTION, action), key
    assert "sign_out" in keys and any(role in item.value or "·" in item.value for item in test.caption)


@pytest.mark.parametrize("role", ROLES)
def test_a_click_asks_the_table_again(role, folder, cookie, office, monkeypatch):
    """Also for a button that the page drew before the role was changed."""
    monkeypatch.setenv("BIAOCHI_STORE", str(office.path))
    monkeypatch.setattr(guard, "who", lambda: identity(folder, sent))
    sent = cookie(role)
    for kind, name in rights():
        if kind == ACTION:
            if may(role, ACTION, name):
                guard.require(name)
            else:
                with pytest.raises(NotForRoleError):
                    guard.require(name)
    accounts.remove_account(folder, role)
    with pytest.raises(NotForRoleError):
        guard.require("upload")


@pytest.mark.parametrize("role", ROLES)
def test_a_download_asks_the_table_again_and_carries_the_person(role, folder, cookie, office, monkeypatch):
    monkeypatch.setenv("BIAOCHI_STORE", str(office.path))
    sent = cookie(role)
    monkeypatch.setattr(guard, "cookies", lambda: sent)
    from data.store.people import user

    for kind, name in rights():
        if kind == DOWNLOAD:
            make = guard.allowed_download(name, lambda: user().encode())
            if may(role, DOWNLOAD, name):
                assert make() == role.encode()
            else:
                with pytest.raises(NotForRoleError):
                    make()


def test_two_people_finalise_and_the_first_alone_cannot(office, tmp_path, monkeypatch):
    """Asked for by one account, confirmed by another; the request is what was asked for, on the same release."""
    import shutil

    shutil.copytree(office.path, tmp_path / "copy")
    store = Store(tmp_path / "copy", threads=1)
    zhao, qian = Person("zhao", PROVIDER), Person("qian", PROVIDER)
    with acting(zhao):
        made = requests.ask(store, requests.STATUS, "会议决定", round_id="2024", status="final")
        with pytest.raises(Exception, match="another"):
            requests.confirm(store, made.number)
    assert store.status("2024").code == "draft"
    path = store.path / "requests" / "000001.json"
    kept = path.read_text("utf-8")
    path.write_text(kept.replace('"final"', '"withdrawn"'), "utf-8")
    with acting(qian), pytest.raises(Exception, match="not what was asked for"):
        requests.confirm(store, made.number)
    path.write_text(kept, "utf-8")
    with acting(qian):
        requests.confirm(store, made.number)
    assert store.status("2024").code == "final" and requests.waiting(store.path) == []
    log = read_log(store.path)
    assert [(entry.action, entry.user, entry.verified) for entry in log][-3:] == [
        ("request", "zhao", PROVIDER),
        ("status", "qian", PROVIDER),
        ("second", "zhao", ""),
    ]
    assert re.match("qian ", log[-1].note)


def test_by_command_a_step_of_two_people_waits(biaochi, office, monkeypatch):
    import shutil

    shutil.copytree(office.path, biaochi.store)
    monkeypatch.setenv("BIAOCHI_TWO_PEOPLE", "1")
    biaochi("status", "2024", "final", "--reason", "会议决定", code=6)
    assert "申请 1" in biaochi.err and Store(biaochi.store).status("2024").code == "draft"
    assert [row["action"] for row in biaochi.json("requests")["rows"]] == ["status"]
    biaochi("requests", "confirm", "1", code=2)
    biaochi("requests", "decline", "1", "--reason", "有误")
    assert biaochi.json("requests")["rows"] == []
    monkeypatch.setenv("BIAOCHI_TWO_PEOPLE", "0")
    biaochi("status", "2024", "final", "--reason", "会议决定")
