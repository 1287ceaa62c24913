"""Who gets an answer, who gets a sentence in two languages, and what the log keeps of it."""

import hashlib
import json
import re
from datetime import date

import pytest

from access import tokens
from access.roles import API, ROLES, may, rights
from api.routes import ROUTES
from data.store.audit_log import read_log
from tests.api.conftest import Reader

SAMPLES = {
    "/units/{code}": "/units/SYM",
    "/ranking": "/ranking?round=2025",
    "/bottom": "/bottom?round=2025",
    "/pledges": "/pledges?round=2025",
    "/measures/{scheme}": "/measures/pledge",
}


def refused(response, status):
    """The code of a refusal, which has a sentence in each language and is not kept by anybody."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body["status"] == status and re.search("[一-鿿]", body["message"]["zh"])
    assert body["message"]["en"].endswith(".") and response.headers["cache-control"] == "no-store"
    return body["code"]


def test_the_table_of_roles_and_the_table_of_routes_name_the_same():
    assert {name for kind, name in rights() if kind == API} == {route.right for route in ROUTES}


@pytest.mark.sweep
@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_route_as_the_table_says(role, town_reader):
    for route in ROUTES:
        answer = town_reader.get(SAMPLES.get(route.path, route.path), role=role)
        if may(role, API, route.right):
            assert answer.status_code != 403, route.path
        else:
            assert refused(answer, 403) == "role", route.path
    log = read_log(town_reader.store.path)
    refusals = [entry.what for entry in log if entry.action == "not for role" and entry.user == role]
    assert refusals == [f"api {route.right}" for route in ROUTES if not may(role, API, route.right)]


def test_without_a_valid_token_nothing_is_answered(town_reader):
    for path in ("/ranking?round=2025", "/openapi.json", "/nothing", "/ranking?round=none"):
        answer = town_reader.get(path, role=None)
        assert refused(answer, 401) == "token_missing" and answer.headers["www-authenticate"] == "Bearer"
    for header in ("Bearer x", "Bearer ", "Basic x", "Bearer biaochi_" + "x" * 43):
        assert refused(town_reader.get("/rounds", role=None, authorization=header), 401).startswith("token_")


def test_an_ended_and_a_revoked_token_are_refused_at_the_next_request(town_reader):
    day = date(2026, 1, 1)
    _, ended = tokens.add_token(town_reader.accounts, "ended", "viewer", day, today=day)
    answer = town_reader.get("/rounds", role=None, authorization=f"Bearer {ended}")
    assert refused(answer, 401) == "token_ended" and "2026-01-01" in answer.json()["message"]["zh"]
    today = date.today()
    _, secret = tokens.add_token(town_reader.accounts, "short", "viewer", today, today=today)
    assert town_reader.get("/rounds", role=None, authorization=f"bearer {secret}").status_code == 200
    tokens.revoke_token(town_reader.accounts, "short")
    assert refused(town_reader.get("/rounds", role=None, authorization=f"Bearer {secret}"), 401) == "token_unknown"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing", 404, "address"),
        ("/", 404, "address"),
        ("/ranking?round=1999", 404, "not_found"),
        ("/ranking?round=2025&category=none", 404, "not_found"),
        ("/ranking?round=2025&release=ffff", 404, "not_found"),
        ("/units/none", 404, "unit"),
        ("/measures/contact", 404, "no_tables"),
        ("/measures/none", 400, "parameter"),
        ("/ranking", 400, "parameter"),
        ("/ranking?round=2025&rank=1", 400, "parameter"),
        ("/bottom?round=2025&k=0", 400, "parameter"),
        ("/bottom?round=2025&k=-1", 400, "parameter"),
        ("/pledges?round=2025&as_of=31.12.2025", 400, "parameter"),
        ("/measures/pledge?period=20256", 400, "parameter"),
        ("/ranking?round=2025&format=xml", 400, "parameter"),
        ("/ranking?round=2025&round=2024", 200, ""),
        ("/pledges?round=1999", 404, "not_found"),
    ],
)
def test_what_is_asked_wrongly_gets_a_sentence(path, status, code, town_reader):
    answer = town_reader.get(path)
    assert answer.status_code == status if status == 200 else refused(answer, status) == code


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(method, town_reader):
    answer = town_reader.get("/ranking?round=2025", method=method)
    assert refused(answer, 405) == "method" and answer.headers["allow"] == "GET, HEAD"


def test_what_has_not_changed_is_not_sent_again_and_what_has_changed_is(own_town, tmp_path):
    reader = Reader(own_town.store, tmp_path / "accounts")
    first = reader.get("/ranking?round=2025")
    mark = first.headers["etag"]
    assert (
        mark.startswith(f'"{reader.store.in_force()[:16]}-') and first.headers["cache-control"] == "private, no-cache"
    )
    for known in (mark, f"W/{mark}", f'"other", {mark}'):
        again = reader.get("/ranking?round=2025", **{"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
    others = [reader.get(path).headers["etag"] for path in ("/ranking?round=2024", "/ranking?round=2025&format=csv")]
    assert mark not in others and len(set(others)) == 2
    own_town("status", "2025", "final", "--reason", "会议决定")
    changed = reader.get("/ranking?round=2025", **{"if-none-match": mark})
    assert changed.status_code == 200 and {row["round_status"] for row in changed.json()["rows"]} == {"final"}
    reads = [entry for entry in read_log(own_town.store) if entry.action == "read"]
    assert len(reads) == 4, "what is not sent again is no entry"
    assert (reads[0].user, reads[0].verified, reads[0].what) == ("publisher", "token", "/ranking round=2025")
    assert (reads[0].release, reads[0].round) == (reader.store.in_force(), "2025")
    assert reads[0].sha256 == hashlib.sha256(first.content).hexdigest()
    assert json.loads(reader.get("/log", role="auditor").content)["rows"][-1]["action"] == "read"
    reader.close()


def test_a_head_request_has_no_body_and_a_store_without_a_release_has_a_sentence(town_reader, tmp_path):
    head = town_reader.get("/rounds", method="HEAD")
    assert head.status_code == 200 and head.content == b"" and head.headers["etag"]
    empty = Reader(tmp_path / "var", tmp_path / "accounts")
    assert refused(empty.get("/rounds"), 404) == "nothing_published"
    assert empty.get("/releases").json()["rows"] == [] and not (tmp_path / "var").exists()


def test_without_a_login_this_machine_needs_no_token_but_a_wrong_token_stays_wrong(town_path, tmp_path):
    reader = Reader(tmp_path / "var", tmp_path / "accounts", login=False)
    assert reader.get("/releases", role=None).status_code == 200
    assert reader.get("/releases", role=None, authorization="Bearer wrong").status_code == 401
