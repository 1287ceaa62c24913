"""Page and documents of inquiries over the demonstration, in both languages: what they say and must not say."""

import re
import shutil
from contextlib import closing
from datetime import date

import pytest

from data.store import ImportOptions, Store
from formats.docx import word_bytes
from formats.table_kinds import GUARD, KINDS, NAME
from schemes import scheme_of
from schemes.chosen import choose, rows
from schemes.frame import Period, records
from schemes.inquiry.ladder import by_unit, findings, ladder
from schemes.inquiry.page import last_month_first
from schemes.inquiry.rewards import grounds, reward_lines
from schemes.printed_months import close
from tests.pages.test_pages import opened
from tests.schemes.test_inquiry_demo import AS_OF, load

SCHEME = scheme_of("inquiry")


@pytest.fixture(scope="module")
def path(once_a_run):
    return once_a_run("inquiry-demo", lambda folder: load(Store(folder, threads=2)))


@pytest.fixture(scope="module")
def release(path):
    with closing(Store(path, threads=2).release()) as found:
        yield found


def asked(release, period, as_of=AS_OF):
    return choose(SCHEME, release, Period.of(period), as_of)


def texts_of(document):
    cells = [cell for found in document.tables() for row in found.rows for cell in row.cells.values()]
    heads = [head for found in document.tables() for head in found.headers.values()]
    return [document.title, *(p for s in document.sections for p in (s.heading, *s.paragraphs)), *heads, *cells]


def test_units_of_the_ladder_are_in_roster_order_and_later_months_are_blank(release):
    steps = ladder(asked(release, "2026Q1"))
    roster = list(asked(release, "2026").registers.plain["unit"]["unit_code"])
    assert list(steps["unit_code"]) == sorted(steps["unit_code"], key=roster.index)
    assert all(months[3:] == [None] * 9 and None not in months[:3] for months in steps["months"])
    assert sum(sum(months[:3]) for months in steps["months"]) == 3 and (steps["against"] > 0).all()
    last_first = last_month_first(steps, 3)
    assert [bool(months[2]) for months in last_first["months"]] == [True, False, False]


def test_the_ladder_of_a_year_adds_up_to_its_measures_and_marks_what_followed(release):
    steps = ladder(asked(release, "2025", date(2025, 12, 31)))
    assert all(sum(months) == against for months, against in zip(steps["months"], steps["against"], strict=True))
    marks = "".join("".join(row) for row in steps["marks"])
    assert set(marks) == set("○●◆■") and marks.count("◆") == 3  # the incidents circulated in 2025


def test_a_quarter_by_unit_has_the_grade_of_its_review(release):
    units = by_unit(asked(release, "2025Q1", date(2025, 12, 31)))
    assert set(filter(None, units["grade"])) == {"差", "一般", "较好"} and units["unit_code"].is_unique
    assert units.loc[units["unit_code"].isin(findings(asked(release, "2025Q1"))["unit_code"]), "grade"].notna().all()
    assert by_unit(asked(release, "2025-02"))["grade"].isna().all()  # a month has no review


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("kind", "period"),
    [("month", "2025-02"), ("month", "2026-03"), ("quarter", "2025Q1"), ("year", "2025"), ("rewards", "2025")],
)
def test_documents_say_what_they_must_and_nothing_of_persons(release, kind, period, language):
    document = SCHEME.documents[kind](asked(release, period), language)
    told = texts_of(document)
    assert document.secrecy and not any("{" in text or "}" in text for text in told)
    codes = set(release.records("person")["person_code"])
    assert not [text for text in told if set(re.findall(r"[A-Z]\d{3,4}", text)) & codes]
    if language == "zh":
        assert not [text for text in told if re.search(r"[a-z]{4,} [a-z]{3,}", text) and "biaochi" not in text]
    for found in document.tables():
        columns = KINDS[found.kind].columns
        said = {part for column in columns for part in column.says}
        assert NAME not in said or KINDS[found.kind].listed or set(GUARD) <= said
        assert all(cell for row in found.rows for cell in row.cells.values())
    assert word_bytes(document)[:2] == b"PK"


def sections(document):
    return {re.sub(r"^[一二三四五六七八九十]+、", "", section.heading): section for section in document.sections}


@pytest.mark.sweep
def test_the_circular_of_a_month_has_its_parts(release):
    found = sections(SCHEME.documents["month"](asked(release, "2025-02", date(2025, 12, 31)), "zh"))
    assert list(found)[:5] == ["总体情况", "重复、越级、集访情况（按单位）", "认定属实的事项", "整改要求", "更正"]
    lines = [row.cells for row in found["认定属实的事项"].table.rows]
    assert len(lines) == 2 and all("示范纪〔2025〕" in line["decided"] for line in lines)
    assert all(row.cells["due"] >= "2025-02-01" for row in found["整改要求"].table.rows)
    march = sections(SCHEME.documents["month"](asked(release, "2026-03"), "zh"))
    assert any(heading.startswith("附表：") for heading in march)
    assert SCHEME.documents["month"](asked(release, "2026-03"), "zh").title.endswith("（2026年第3期）")


@pytest.mark.parametrize("period", ["2025-02", "2026-01", "2026-03"])
def test_the_units_of_a_circular_add_up_to_the_figures_above_them(release, period):
    """Of the petitions with a mark, those that count against a unit and those that do not."""
    chosen = asked(release, period)
    found = sections(SCHEME.documents["month"](chosen, "zh"))
    by_unit_ = found["重复、越级、集访情况（按单位）"].table.rows
    figures = {row["measure"]: row["value"] for row in records(rows(chosen))}
    for mark, counting in (("repeated", "against"), ("skip_level", "against_skip_level"), ("group", "against_group")):
        pairs = [map(int, row.cells[mark].split(" / ")) for row in by_unit_]
        counts, others = (sum(side) for side in zip(*pairs, strict=True))
        assert (counts, counts + others) == (figures[counting], figures[mark]), mark


@pytest.mark.sweep
def test_the_year_has_the_three_lines_of_three_years_and_the_exact_test(release):
    found = sections(SCHEME.documents["year"](asked(release, "2025", date(2025, 12, 31)), "zh"))
    lines = {row.cells["what"]: row.cells for row in found["三年合计"].table.rows}
    told = [[line[name] for name in ("before_last", "before", "now", "all")] for line in lines.values()]
    assert told == [
        ["5", "4", "3", "12"],
        ["13", "10", "8", "31"],
        ["8", "8", "6", "22"],
        ["21", "18", "14", "53"],
        ["18", "15", "10", "43"],
        ["17", "15", "10", "41"],
    ]
    assert all("未超出偶然" in line["test"] for line in lines.values())
    assert any("41人" in text and "42人" in text for text in found["三年合计"].paragraphs)


def test_rewards_are_listed_with_what_they_rest_on(release):
    chosen = asked(release, "2025")
    lines = reward_lines(chosen).set_index(["unit_code", "line"])
    known = {(g.unit_code, g.basis, g.penalty) for g in grounds(chosen)}
    supported = lines[lines["ground"].notna()]
    assert all((g.unit_code, g.basis, g.penalty) in known for g in supported["ground"])
    assert set(lines.loc[lines["ground"].isna(), "basis"]) == {"承诺", "其他"}  # no progress was verified in this store
    assert {g.basis for g in grounds(chosen)} == {"两倒查"}
    document = SCHEME.documents["rewards"](chosen, "zh")
    share = sections(document)["兑现率"].table.rows[0].cells
    assert share["base"].startswith("3/5") and share["value"] == "60.00%"


@pytest.mark.sweep
def test_a_closed_month_that_changed_is_printed_as_it_was_and_as_it_is(path, tmp_path):
    copy = tmp_path / "var"
    shutil.copytree(path, copy)
    store = Store(copy, threads=2)
    with closing(store.release()) as before:
        close(store, before, SCHEME, "2026-03")
        row = before.book("petition").query("petition_no == 'XF-2026-0700'").iloc[0]
    names = ("matter_no", "received_on", "form", "people", "level", "unit_code")
    known = [str(row[name]) for name in names]
    late = [
        ("登记编号", "事项编号", "登记日期", "信访形式", "人数", "登记层级", "责任单位", "责任层级", "受理日期"),
        ("XF-2026-0700", *known, "市", "2026-03-18"),
        ("XF-2026-0900", "M-7777", "2026-03-30", "来信", "1", "市", "市公安局", "市", ""),
    ]
    late = "\n".join(map(",".join, late))
    options = ImportOptions(as_of="2026-04-30", accept_warnings="补登", demo=True)
    report = store.import_files("petition", [("四月.csv", late.encode())], "2026", options)
    assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    with closing(store.release()) as after:
        document = SCHEME.documents["month"](choose(SCHEME, after, Period.of("2026-04"), date(2026, 4, 30)), "en")
    found = {section.heading.split(". ", 1)[-1]: section for section in document.sections}
    changed = [row.cells for row in found["Corrections of earlier circulars"].table.rows]
    assert any(
        "Petitions received" in " ".join(cells.values()) and "+1" in " ".join(cells.values()) for cells in changed
    )


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("period", ["2025", "2026Q1", "2026-03"])
def test_the_page_shows_glance_ladder_to_do_and_figures(path, monkeypatch, language, period):
    test = opened("schemes/scheme", path, monkeypatch, language, scheme="inquiry", period=period)
    shown = [element.value for element in (*test.title, *test.subheader, *test.caption, *test.markdown)]
    assert len(test.metric) == 4 and len(test.dataframe) + len(test.table) >= 5
    assert not [text for text in shown if re.search(r"\{\w*\}", str(text))]
    if language == "zh":
        assert not [
            text for text in shown if re.search(r"[A-Za-z]{4,} [a-z]{3,}", str(text)) and "http" not in str(text)
        ]
    columns = list(test.dataframe[0].value.columns)
    assert columns[0] == {"zh": "单位", "en": "Unit"}[language] and len(columns) == 15
    if period == "2026Q1":
        blank = test.dataframe[0].value[{"zh": "4月", "en": "Month 4"}[language]]
        assert set(blank) == {""}


def test_the_page_of_a_unit_keeps_the_others_out(path, monkeypatch):
    test = opened("schemes/scheme", path, monkeypatch, "zh", scheme="inquiry", period="2025", unit="ZY025")
    assert set(test.dataframe[0].value["单位"]) == {"市教育局"}
