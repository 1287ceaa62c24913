"""What the API answers is what its description says, and what the command line prints; each line proves itself."""

import csv
import io
from urllib.parse import urlencode

import jsonschema
import pytest

from api.openapi import description
from api.routes import BASE, ROUTES
from schemes import SCHEMES
from tests.support.stores import Biaochi

QUESTIONS = [
    "/rounds",
    "/ranking?round=2025",
    "/ranking?round=2024&category=ALL",
    "/bottom?round=2025",
    "/bottom?round=2025&k=2",
    "/pledges?round=2025",
    "/pledges?round=2025&by=post&as_of=2025-12-31",
    "/releases",
    "/log",
]
OTHERS = [scheme.name for scheme in SCHEMES if not scheme.of_evaluation]


@pytest.fixture(scope="module")
def document():
    return description("0", "en")


def questions(reader):
    (first, *_) = reader.rows("/ranking?round=2025")
    return [*QUESTIONS, f"/units/{first['unit_code']}"]


def schema_of(document, question):
    """The schema of the answer to a question, with the parts that it refers to."""
    asked = question.partition("?")[0]
    path = next(path for path in document["paths"] if _fits(path, asked))
    operation = document["paths"][path]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return {**schema, "components": document["components"]}


def _fits(path, asked):
    parts, given = path.split("/"), asked.split("/")
    return len(parts) == len(given) and all(a == b or a.startswith("{") for a, b in zip(parts, given, strict=True))


def evidence_of(document, question):
    items = schema_of(document, question)["properties"]["rows"]["items"]
    named = [ref["$ref"].rsplit("/")[-1] for ref in items.get("anyOf", [items])]
    return [document["components"]["schemas"][name]["x-evidence"] for name in named]


def proves_itself(row, evidence):
    """Whether a line says where it is from, of how many, between what, and what is concluded; or why not."""
    why = any(row.get(name) for name in evidence["why"])
    low, high = (row.get(name) for name in evidence["interval"])
    interval = (low is not None and high is not None and low <= high) or why
    return (
        bool(row["release"])
        and "rules" in row
        and interval
        and bool(row.get(evidence["verdict"]) or why)
        and (row.get(evidence["n"]) is not None or why)
    )


def test_answers_are_as_described_and_every_line_carries_its_evidence(town_reader, document):
    seen = 0
    for question in questions(town_reader):
        answer = town_reader.get(question, role="auditor")
        assert answer.status_code == 200, (question, answer.text)
        jsonschema.validate(answer.json(), schema_of(document, question))
        if question == "/log":
            continue
        for row in answer.json()["rows"]:
            assert any(proves_itself(row, evidence) for evidence in evidence_of(document, question)), (question, row)
            seen += 1
    assert seen > 60


@pytest.mark.sweep
@pytest.mark.parametrize(
    "name", ["approval", *(pytest.param(name, marks=pytest.mark.sweep) for name in OTHERS if name != "approval")]
)
def test_measures_of_a_scheme_are_as_described_and_carry_their_evidence(name, scheme_reader, document):
    seen = 0
    for by in ("all", "unit"):
        question = f"/measures/{name}?by={by}"
        answer = scheme_reader.get(question)
        assert answer.status_code == 200, answer.text
        jsonschema.validate(answer.json(), schema_of(document, question))
        (evidence,) = evidence_of(document, question)
        assert all(proves_itself(row, evidence) and row["rules"] for row in answer.json()["rows"]), question
        seen += len(answer.json()["rows"])
    assert seen


def equal(more, rows):
    return [{name: row[name] for name in own} for row, own in zip(more, rows, strict=True)] == rows


def test_the_lines_are_those_of_the_command_line(town_reader, capsysbinary):
    """Equal row by row; the API only adds to a line what the command prints once for all lines."""
    command = Biaochi(town_reader.store.path, capsysbinary)
    code = town_reader.rows("/ranking?round=2025")[0]["unit_code"]
    pairs = [
        (
            f"/{name}?{urlencode(options)}",
            [name, *(word for key, value in options.items() for word in (f"--{key}", value))],
        )
        for name, options in [
            ("ranking", {"round": "2025"}),
            ("ranking", {"round": "2024", "category": "ALL"}),
            ("bottom", {"round": "2025"}),
            ("pledges", {"round": "2025", "as-of": "2025-06-30"}),
        ]
    ]
    for question, words in pairs:
        question = question.replace("as-of", "as_of")
        answer, printed = town_reader.get(question).json(), command.json(*words)
        assert equal(answer.pop("rows"), printed.pop("rows")) and answer == printed, question
    assert equal(town_reader.rows("/rounds"), command.json("rounds")["rows"])
    assert equal(town_reader.rows("/releases"), command.json("releases")["rows"])
    of_unit = [{**row} for row in command.json("unit", code)["rounds"]]
    assert equal(
        town_reader.rows(f"/units/{code}"), [{k: v for k, v in row.items() if k != "status"} for row in of_unit]
    )


def test_csv_is_that_of_the_command_line_with_what_a_line_lacks_at_its_end(town_reader, capsysbinary):
    command = Biaochi(town_reader.store.path, capsysbinary)
    for language in ("zh", "en"):
        printed = lines_of(command("ranking", "--round", "2025", lang=language))
        answer = town_reader.get(f"/ranking?round=2025&format=csv&lang={language}")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        got = lines_of(answer.content)
        assert [line[: len(printed[0])] for line in got] == printed
        assert town_reader.get(f"/ranking?round=2025&lang={language}", accept="text/csv").content == answer.content
    assert got[0][-2:] == ["round", "round_status"] and {line[-2] for line in got[1:]} == {"2025"}
    for question in ("/rounds", "/releases", "/pledges?round=2025", "/bottom?round=2025"):
        header, *lines = lines_of(
            town_reader.get(f"{question}&format=csv" if "?" in question else f"{question}?format=csv").content
        )
        assert (lines and {"发布版", "计分规则", "认定"} <= set(header)) or "完成状态" in header, question


def lines_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_description_is_made_from_the_table_of_routes(town_reader, document):
    served = town_reader.get("/openapi.json?lang=en", role="administrator")
    assert served.status_code == 200 and served.json()["paths"].keys() == document["paths"].keys()
    assert {route.path for route in ROUTES} | {"/openapi.json"} == document["paths"].keys()
    assert document["servers"] == [{"url": BASE}]
    assert town_reader.get("/openapi.json?lang=zh").json()["info"]["title"] != served.json()["info"]["title"]
