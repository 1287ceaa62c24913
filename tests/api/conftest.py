"""The API over a shared store, with a token for each role, and a client that sends one of them."""

import shutil
import warnings
from datetime import date, timedelta

import pytest
from starlette.applications import Starlette

from access import tokens
from api.asked import Desk
from api.server import Office, api_routes
from data.store import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that httpx has a successor, which we do not install
    from starlette.testclient import TestClient

TODAY = date(2026, 11, 30)


class Reader:
    """A program that reads the API of a store. release, round: opened once, as the server holds them."""

    def __init__(self, path, accounts, *, login=True):
        self.store, self.accounts = Store(path, threads=1), accounts
        self.opened, self.rounds = {}, {}
        office = Office(self.desk, accounts, login, "zh")
        self.client = TestClient(Starlette(routes=api_routes(office)), base_url="http://127.0.0.1:8501")
        self.secrets = {}

    def desk(self):
        return Desk(self.store, self._release, self._round, lambda: TODAY)

    def _release(self, release_id):
        if release_id not in self.opened:
            self.opened[release_id] = self.store.open_release(release_id)
        return self.opened[release_id]

    def _round(self, release, name):
        return self.rounds.setdefault((release.id, name), release.round(name))

    def close(self):
        for release in self.opened.values():
            release.close()

    def get(self, path, role="publisher", method="GET", **headers):
        """The response to a request with the token of a role; None sends no token."""
        if role is not None and role not in self.secrets:
            day = date.today()
            self.secrets[role] = tokens.add_token(self.accounts, role, role, day + timedelta(days=1), today=day)[1]
        token = {"authorization": f"Bearer {self.secrets[role]}"} if role is not None else {}
        return self.client.request(method, f"/api/v1{path}", headers={**token, **headers})

    def rows(self, path, **more):
        response = self.get(path, **more)
        assert response.status_code == 200, response.text
        return response.json()["rows"]


def copied(path, tmp_path_factory):
    """A copy of a shared store, since every answer adds a line to the log of its store."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copytree(path, folder / "var")
    return Reader(folder / "var", folder / "accounts")


@pytest.fixture(scope="module")
def town_reader(town_path, tmp_path_factory):
    found = copied(town_path, tmp_path_factory)
    yield found
    found.close()


@pytest.fixture(scope="module")
def scheme_reader(schemes_path, tmp_path_factory):
    found = copied(schemes_path, tmp_path_factory)
    yield found
    found.close()
