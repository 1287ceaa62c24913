"""An office with an account for each role, and sessions as a browser holds them."""

import pytest

from access import accounts, sessions
from access.identity import COOKIE
from access.roles import ROLES


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Accounts of five people, named like their roles, beside the store of this test; a login is needed."""
    place = tmp_path / "var-accounts"
    for role in ROLES:
        accounts.add_account(place, role, role, provider=True)
    monkeypatch.setenv("BIAOCHI_ACCOUNTS", str(place))
    monkeypatch.setenv("BIAOCHI_STORE", str(tmp_path / "var"))
    return place


@pytest.fixture
def cookie(folder):
    """cookie(name, now=None): the cookies of a browser in which somebody signs in."""

    def of(name, now=None):
        return {COOKIE: sessions.open_session(folder, name, accounts.PROVIDER, "Firefox", now)}

    return of
