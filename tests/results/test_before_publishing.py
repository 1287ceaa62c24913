"""Before publishing: what a person should know of the rounds that change, and what needs a reason."""

import pytest

from data.store import ImportOptions, Store
from data.store.history import read_history
from results.quality.before_publishing import before_publishing, findings_of
from tests.support.stores import SMALL

REGISTER = "单位编码,单位全称,类别,参评状态\nA,市公安局,政府,参评\nB,市财政局,政府,参评\nC,市民政局,政府,参评\n"
REGISTER += "D,市委办,党群,参评\nE,市档案馆,政府,免评\n"
HEADER = "票号,评议主体,参评单位,测评指标,评价\n"
NO_REGISTER = HEADER + "1,普通群众,市公安局,总体评价,满意\n"


def ballots(indicators, units=("市公安局", "市财政局"), first=1):
    lines = [f"{first},普通群众,{unit},{indicator},满意\n" for unit in units for indicator in indicators]
    return HEADER + "".join(lines)


def put(store, kind, name, text, round_id):
    """Imports as a person does: what the reading asks is confirmed."""
    asked = store.import_files(kind, [(name, text.encode())], round_id, ImportOptions(dry_run=True))
    options = ImportOptions(confirm=asked.meaning.digest, accept_warnings="试")
    report = store.import_files(kind, [(name, text.encode())], round_id, options)
    assert report.stored, [problem.message("en") for problem in report.problems]


@pytest.fixture
def store(store_path):
    made = Store(store_path)
    made.add_rules(SMALL)
    return made


def found_in(store) -> dict[str, dict[str, object]]:
    with store.candidate() as candidate:
        findings = findings_of(candidate, store)
    rounds = {finding.round: {} for finding in findings}
    for finding in findings:
        rounds[finding.round][finding.note.code] = finding
    return rounds


@pytest.mark.sweep
def test_what_should_be_known_is_said_of_each_round_that_changes(store):
    put(store, "ballots", "a.csv", NO_REGISTER, "2021")
    put(store, "units", "u.csv", REGISTER, "2022")
    put(store, "ballots", "a.csv", ballots(["总体评价"], ("市公安局", "市财政局", "市委办", "市档案馆")), "2022")
    put(store, "ballots", "态度.csv", ballots(["服务态度"]), "2023")
    put(store, "ballots", "效率.csv", ballots(["办事效率"], first=2), "2023")
    put(store, "ballots", "全部.csv", ballots(["总体评价", "服务态度"]), "2024")
    put(store, "ballots", "总体.csv", ballots(["总体评价"], first=2), "2024")
    put(store, "ballots", "分项.csv", ballots(["服务态度"]), "2025")
    put(store, "ballots", "只有总体.csv", ballots(["总体评价"], first=2), "2025")
    found = found_in(store)
    codes = {round_id: sorted(of) for round_id, of in found.items()}
    assert codes == {
        "2021": ["no_register", "one_unit"],
        "2022": ["large_bottom", "no_votes", "one_unit", "votes_not_ranked"],
        "2023": ["indicators_differ", "large_bottom", "no_register"],
        "2024": ["indicators_alike", "large_bottom", "no_register"],
        "2025": ["indicators_differ", "large_bottom", "no_register"],
    }
    of_2022 = {code: finding.note.units for code, finding in found["2022"].items()}
    assert of_2022 == {
        "large_bottom": ("政府 2/3",),
        "no_votes": ("市民政局",),
        "one_unit": ("党群",),
        "votes_not_ranked": ("市档案馆",),
    }
    differ = found["2023"]["indicators_differ"]
    assert differ.level == "warning" and found["2024"]["indicators_alike"].level == "note"
    assert "态度.csv：服务态度；效率.csv：办事效率" in differ.sentence("zh")
    assert "态度.csv: 服务态度; 效率.csv: 办事效率" in differ.sentence("en")
    assert differ.as_dict("en")["uploads"] == [
        {"files": ["态度.csv"], "indicators": ["服务态度"]},
        {"files": ["效率.csv"], "indicators": ["办事效率"]},
    ]
    store.publish()
    with store.candidate() as candidate:
        assert findings_of(candidate, store) == (), "of what is published already nothing is said again"
        assert before_publishing(candidate, store.uploads(), {})


@pytest.mark.sweep
def test_indicators_that_differ_need_a_reason_on_the_command_line(small, files):
    for name, indicator, number in (("a.csv", "服务态度", 1), ("b.csv", "办事效率", 2)):
        small("import", "ballots", files(name, ballots([indicator], first=number)), "--round", "2025")
    assert small("publish", code=4) == b""
    assert "a.csv：服务态度；b.csv：办事效率" in small.err and "--accept-warnings" in small.err
    assert read_history(small.store) == []
    dry = small.json("publish", "--dry-run", code=4)
    assert [(one["level"], one["code"]) for one in dry["warnings"]] == [
        ("warning", "indicators_differ"),
        ("note", "no_register"),
        ("note", "large_bottom"),
    ]
    small("publish", "--dry-run", "--accept-warnings", "两张表各问一项")
    small("publish", "--accept-warnings", " ", code=2)
    small("publish", "--accept-warnings", "两张表各问一项")
    (event,) = read_history(small.store)
    assert event.accepted == "两张表各问一项" and event.findings[0] == "indicators_differ 2025"
    small("publish")  # nothing new: exit 0 as before
    small("import", "ballots", files("c.csv", NO_REGISTER), "--round", "2024")
    assert small("publish").strip(), "notes change no exit code"
    assert "没有单位名录" in small.err
