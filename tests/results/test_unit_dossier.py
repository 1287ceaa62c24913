"""The dossier of a unit over all schemes: the evaluation first, then what each scheme gives; silence is not zero."""

import json
import os
import subprocess
import sys
from datetime import date

import pandas as pd
import pytest

from data.store import ImportOptions, Store
from i18n import ROOT
from reports import unit_dossier as words_of
from reports.documents import dossier, round_results
from results.ranking.ranking import ranking
from results.ranking.rows import unit_rounds
from results.ranking.unit import detail, unit
from results.unit_dossier import EVENTS, ROW, name_spans
from schemes import OTHER_SCHEMES, scheme_of
from schemes.frame import ROW as ROW_OF_SCHEMES
from schemes.of_unit import contributions, newest_day, unit_dossier
from schemes.scheme import Scheme
from tests.pages.test_pages import opened
from tests.support.stores import BALLOTS, SMALL, Biaochi, table
from ui.charts.lanes import lanes_chart

BEFORE = """
    单位编码 | 单位全称
    A        | 市公安处
    B        | 市财政局
"""
NOW = """
    单位编码 | 单位全称
    A        | 市公安局
    B        | 市财政局
"""
PLACES = """
    地点编码 | 名称   | 类型
    FS       | 方山村 | 村社区
"""
PERSONS = """
    人员代码 | 单位     | 身份     | 级别 | 起
    L01      | 市公安局 | 领导干部 | 市级 | 2023-01-01
"""
RECEPTIONS = """
    接访编号 | 接访日期   | 接访地点 | 带队领导 | 反映事项 | 事项编号
    JF-1     | 2024-05-10 | FS       | L01      | 2        |
    JF-2     | 2025-02-10 | FS       | L01      | 3        | M-1
    JF-3     | 2025-08-11 | FS       | L01      | 1        | M-1；M-2
"""


@pytest.fixture
def store(store_path, made_once):
    def fill():
        made = Store(store_path, threads=2)
        made.add_rules(SMALL)
        for round_id, register in (("2024", BEFORE), ("2025", NOW)):
            assert read(made, "units", register, round_id).stored
        assert made.import_files("ballots", [("票.csv", BALLOTS.encode())], "2025").stored
        for kind, text in (("place", PLACES), ("person", PERSONS), ("reception", RECEPTIONS)):
            assert read(made, kind, text, "2025").stored
        made.publish()

    made_once(fill)
    return Store(store_path, threads=2)


def read(store, kind, text, round_id):
    report = store.import_files(kind, [(f"{kind}.csv", table(text).encode())], round_id, ImportOptions())
    assert report.stored, [problem.message("en") for problem in report.problems]
    return report


@pytest.fixture
def release(store):
    release = store.release()
    yield release
    release.close()


def found_for(release, code, schemes=OTHER_SCHEMES, as_of=date(2025, 12, 31)):
    return unit_dossier(release, code, unit_rounds(release, code), schemes, as_of)


def lines_of(found, language="en"):
    return [words_of.cells(line, language) for line in found.lines]


@pytest.mark.sweep
def test_the_evaluation_comes_first_and_then_the_schemes_in_their_order(release):
    found = found_for(release, "A")
    assert ROW == ROW_OF_SCHEMES
    assert [(line.row["scheme"], line.row["measure"]) for line in found.lines if not line.former] == [
        ("evaluation", "score"),
        ("evaluation", "place"),
        ("contact", "receptions"),
        ("contact", "plan_met"),
    ]
    assert list(found.lanes) == ["evaluation", *(scheme.name for scheme in OTHER_SCHEMES)]
    for line in found.lines:
        row = line.row
        assert row["key"] == "A" and row["release"] == release.id and row["as_of"] and row["of_what"]
        assert row["verdict"] and (row["low"] is not None or row["why_no_interval"])
    assert all(all(cells.values()) for language in ("zh", "en") for cells in lines_of(found, language))
    assert not any("total" in cells["counted"].lower() for cells in lines_of(found))


def test_a_scheme_without_a_record_is_silent_since_its_first_day_and_never_zero(release):
    found = found_for(release, "B")
    assert {line.row["scheme"] for line in found.lines} == {"evaluation"}
    silent = dict(zip([one.name for one in found.silent], [one.since for one in found.silent], strict=True))
    assert silent.pop("contact") == date(2024, 5, 10)
    assert set(silent.values()) == {None} and set(silent) == {s.name for s in OTHER_SCHEMES} - {"contact"}
    said = words_of.sentences(found, "zh")
    assert "两访一点一结对：自 2024-05-10 起没有记录" in said
    assert any("尚未导入" in sentence for sentence in said)


def test_records_before_a_renaming_are_of_the_former_name(release):
    spans = name_spans(release, "A", date(2023, 1, 1), date(2025, 6, 30))
    assert [(span.name, span.first.isoformat(), span.last.isoformat()) for span in spans] == [
        ("市公安处", "2023-01-01", "2024-12-31"),
        ("市公安局", "2025-01-01", "2025-06-30"),
    ]
    found = found_for(release, "A")
    counted = {(line.former, line.row["measure"]): line.row["value"] for line in found.lines}
    assert counted["", "receptions"] == 2 and counted["市公安处", "receptions"] == 1
    former = [cells for cells in lines_of(found, "zh") if "市公安处" in cells["counted"]]
    assert former and all(cells["period"] == "2023-01-01至2024-12-31" for cells in former)
    assert found.name == "市公安局"


def test_events_of_three_years_carry_their_matters(release):
    events = found_for(release, "A").events
    assert list(events.columns) == list(EVENTS)
    own = events[events["lane"] == "contact"]
    assert own["matter_no"].tolist() == ["", "M-1", "M-1", "M-2"] and set(own["words"]) == {"Reception by a leader"}
    (bar,) = events[events["mark"] == "bar"].to_dict("records")
    assert 1 <= bar["best"] <= bar["worst"] <= bar["of"] == 2
    assert newest_day(release, OTHER_SCHEMES) == date(2025, 8, 11)


def test_marks_of_a_matter_are_joined_over_the_lanes_in_the_order_of_their_days():
    rows = [
        ("2025-03-01", "b", "block", "decision", "M-1"),
        ("2025-01-01", "a", "dot", "petition", "M-1"),
        ("2025-02-01", "a", "ring", "petition", "M-2"),
        ("2025-02-02", "b", "never heard of", "other", None),
    ]
    events = pd.DataFrame(
        [(pd.Timestamp(day), lane, mark, words, matter, None, None, None) for day, lane, mark, words, matter in rows],
        columns=["day", "lane", "mark", "words", "matter_no", "best", "worst", "of"],
    )
    fig = lanes_chart(events, {"a": "A", "b": "B", "c": "C"}, date(2024, 1, 1), date(2025, 6, 30))
    (joined,) = [trace for trace in fig.data if trace.mode == "lines"]
    assert [day.month for day in joined.x] == [1, 3] and joined.y[0] < 0.5 < joined.y[1]
    drawn = {trace.name: trace.marker.symbol for trace in fig.data if trace.mode == "markers"}
    assert drawn == {"decision": "square", "petition": "circle-open", "other": "line-ns-open"} | (
        {"petition": drawn["petition"]}
    )
    assert len(fig.layout.yaxis.ticktext) == 3  # a lane without an event is there, and empty


class Plain(Scheme):
    """A scheme without a choice of its own for the dossier."""

    dossier = None
    timeline = None


def test_a_scheme_without_a_choice_gives_every_measure_by_unit(release):
    contact = scheme_of("contact")
    (given,) = contributions(release, "A", [Plain(contact.name, contact.folder)], date(2025, 12, 31))
    measures = {line.row["measure"] for line in given.lines}
    assert {"receptions", "announced", "raised", "people"} <= measures and given.events.empty


TOY = """
from schemes.frame import Measure, counts
from dataclasses import dataclass
@dataclass(frozen=True)
class Settings:
    pass
SETTINGS = Settings()
def _huts(frames, asked, settings):
    return counts(frames["hut"], asked)
MEASURES = (Measure("huts", "huts", "huts", ("unit",), _huts, ("hut",)),)
"""
SCRIPT = """
import json, sys
from datetime import date
from pathlib import Path
from data.store import ImportOptions, Store
from schemes import OTHER_SCHEMES
from schemes.of_unit import unit_dossier
store = Store(Path(sys.argv[1]), threads=1)
store.import_files("units", [("u.csv", "单位编码,单位全称\\nA,市公安局\\n".encode())], "2025")
report = store.import_files("hut", [("h.csv", "小屋编号,单位\\nH1,A\\nH2,A\\n".encode())], "2025")
store.publish()
found = unit_dossier(store.release(), "A", [], OTHER_SCHEMES, date(2025, 12, 31))
print(json.dumps([[line.title, line.row["measure"], line.row["value"]] for line in found.lines]))
print(json.dumps(list(found.lanes)))
"""


@pytest.mark.sweep
def test_a_sixth_scheme_appears_by_itself(tmp_path):
    folder = tmp_path / "schemes" / "toy"
    folder.mkdir(parents=True)
    head = (ROOT / "schemes/contact/tables.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = ["hut_no,小屋编号,text,yes,,,,,code", "unit_code,单位,text,yes,,,,,unit"]
    lines = [f"hut,小屋,Huts,hut,fact,month,hut_no,{row}" + "," * 7 for row in rows]
    (folder / "tables.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    words = 'TITLE = "Huts"\nORDER = 1\nMEASURE_WORDS = {"huts": "Huts"}\nCOUNT_WORDS = {"huts": "huts"}\n'
    (folder / "words.py").write_text(words, encoding="utf-8")
    (folder / "measures.py").write_text(TOY, encoding="utf-8")
    (folder / "rules.toml").write_text('name = "toy-default"\n', encoding="utf-8")
    env = {**os.environ, "BIAOCHI_SCHEMES": str(folder.parent)}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "store")]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    lines, lanes = done.stdout.splitlines()[-2:] if done.returncode == 0 else (done.stderr, "")
    assert json.loads(lines) == [["Huts", "huts", 2]], done.stderr
    assert json.loads(lanes)[:2] == ["evaluation", "toy"]


@pytest.mark.parametrize(("language", "silent"), [("zh", "没有记录"), ("en", "no record since 2024-05-10")])
def test_the_command_prints_the_table_and_the_data(store, capsysbinary, language, silent):
    call = Biaochi(store.path, capsysbinary, language)
    text = call("unit", "B", "--schemes", "--as-of", "2025-12-31").decode("utf-8-sig")
    assert silent in text and release_of(store)[:16] in text
    data = call.json("unit", "A", "--as-of", "2025-12-31")["schemes"]
    assert [line["measure"] for line in data["lines"] if not line["former_name"]][:2] == ["score", "place"]
    assert {line["former_name"] for line in data["lines"]} == {None, "市公安处"}
    assert set(data["no_record"][0]) == {"scheme", "since"}


def release_of(store):
    release = store.release()
    release.close()
    return release.id


@pytest.mark.sweep
@pytest.mark.parametrize(("language", "title"), [("zh", "各项机制"), ("en", "All schemes")])
def test_the_page_of_a_unit_has_the_section(store, monkeypatch, language, title):
    test = opened("browse/unit", store.path, monkeypatch, language, unit="A")
    assert title in [item.value for item in test.subheader]
    head = "统计事项" if language == "zh" else "What is counted"
    (shown,) = [item.value for item in (*test.dataframe, *test.table) if head in item.value.columns]
    assert len(shown) == len(found_for(store.release(), "A", as_of=date(2025, 8, 11)).lines)
    said = " ".join(item.value.replace("\\", "") for item in test.caption)
    assert ("尚未导入" if language == "zh" else "no records of this scheme") in said


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_of_a_unit_has_the_table_and_the_silence(release, language):
    round_ = release.round("2025")
    history = unit(release, "A", [ranking(round_)])
    made = dossier(round_results(round_), history, detail(round_, "A"), language, schemes=found_for(release, "A"))
    (table_,) = [own for own in made.tables() if own.kind == "dossier_lines"]
    assert len(table_.rows) == len(found_for(release, "A").lines) and made.secrecy
    assert all(row.cells["base"] and row.cells["evidence"] for row in table_.rows)
    said = [text for section in made.sections for text in section.paragraphs]
    assert set(words_of.sentences(found_for(release, "A"), language)) <= set(said)
