"""The public page as a notice: who gives it, until when, corrections; and every number on it computed a second time."""

import csv
import hashlib
import io
import json
import random
import re
import shlex
import shutil
from datetime import datetime

import pytest

from data.store import ImportOptions, Store
from reports.notice_parts import NoticeParts
from reports.public_export import prepare
from reports.public_page import page_of
from reports.public_parts import PublicParts, change_of
from reports.public_state import PublicCorrection, PublicState
from tests.reference import public_numbers as plain
from tests.reference.attacker import Page
from tests.support.paths import ROOT
from tests.support.stores import SMALL, Biaochi

SIZES = {"普通群众": 48, "服务对象": 28, "两代表一委员": 18}
CATEGORIES = {"甲类": 5, "乙类": 4, "丙类": 3}
GRADES = ("满意", "基本满意", "不满意")
VERDICTS = {"confirmed": "确认末位", "undecided": "证据不足", "cleared": "确认不在末位"}
RULES = re.sub(r"k = \d", "k = 1", SMALL)
DIGESTS = ("各单位的数据另有", "发布版完整编号", "最近一次状态变更时")
"""Sentences on digests and commands, which tests of their own repeat."""
FEWEST = 5
"""Votes below which a number is not printed, where a rule set says nothing else."""
PARTS = {"office": "中共安远市委督查办公室", "number": "安委督〔2026〕7号", "contact": "督查办评议组（人民路1号）"}


def votes(seed=4):
    """Every ballot grades nearly every unit; a unit's grades follow its own leaning, the last of a category is poor."""
    draw, lines = random.Random(seed), ["票号,评议主体,参评单位,类别,评价"]
    liked = {f"{name[0]}{at}": (0.92 - 0.06 * at, name) for name, n in CATEGORIES.items() for at in range(n)}
    liked |= {f"{name[0]}{n - 1}": (0.25, name) for name, n in CATEGORIES.items()}
    number = 0
    for group, size in SIZES.items():
        for _ in range(size):
            number, mood = number + 1, draw.uniform(-0.1, 0.1)
            for unit, (share, category) in liked.items():
                if draw.random() < 0.1:
                    continue
                at = draw.random()
                grade = GRADES[0] if at < share + mood else GRADES[1] if at < share + mood + 0.25 else GRADES[2]
                lines.append(f"{number},{group},{unit},{category},{grade}")
    return "\n".join(lines) + "\n"


def filled(path, content):
    store = Store(path, threads=1)
    store.add_rules(RULES)
    assert store.import_files("ballots", [("票.csv", content.encode())], "2025").stored
    store.publish()
    return store


def announced(store):
    store.set_status("2025", "final", "审定")
    store.set_status("2025", "announced", "市委审定")
    return store


def day_of(event):
    """The day of an entry of the history, by the clock on the wall."""
    return datetime.fromisoformat(event.time).astimezone().date()


def chinese(day):
    return f"{day.year}年{day.month}月{day.day}日"


def exported(store, state=None, **parts):
    release = store.release()
    try:
        return prepare(store, release.round("2025"), NoticeParts(**{**PARTS, **parts}), (), state).page()
    finally:
        release.close()


@pytest.fixture(scope="module")
def announced_path(tmp_path_factory):
    return announced(filled(tmp_path_factory.mktemp("announced") / "var", votes())).path


@pytest.fixture(scope="module")
def page(announced_path):
    return exported(Store(announced_path, threads=1))


@pytest.fixture
def own_store(announced_path, tmp_path):
    shutil.copytree(announced_path, tmp_path / "var")
    return Store(tmp_path / "var", threads=1)


@pytest.fixture
def biaochi_at(capsysbinary):
    return lambda path: Biaochi(path, capsysbinary)


def told(section, name):
    """The text of a term of the notice."""
    (notice,) = section.all("dl", **{"class": "notice"})
    return dict(zip((n.text for n in notice.all("dt")), (n.text for n in notice.all("dd")), strict=True)).get(name)


def cells(row):
    return {c.attributes["data-label"]: c.text.strip() for tag in ("th", "td") for c in row.all(tag, data_label=True)}


# --- every number again -------------------------------------------------------------------------------------------


def test_every_number_of_the_page_follows_from_the_kept_files(page, announced_path):
    section = Page(page.decode()).section("zh")
    assert_numbers_follow_from(section, announced_path)
    assert_no_number_is_left(section, announced_path)


def assert_numbers_follow_from(section, store):
    """Every number of the Chinese part of a page of 2025 is the one that plain Python finds in the kept files."""
    kept = plain.Kept(store, "2025")
    ballots, units = len(kept.group_of), len(kept.category)
    facts = [p.text for p in section.all("p")]
    assert f"参评单位{units}个，分{len(CATEGORIES)}个类别，其中{units}个参与排名。" in facts
    assert f"共统计评议票{ballots}份。" in facts
    lines = {row.attributes["data-unit"]: cells(row) for row in section.all("tr", data_unit=True)}
    tallies = {item.attributes["data-tally"]: item.text for item in section.all("li", data_tally=True)}
    items = {item.attributes["data-unit"]: item.text for item in section.all("li", data_unit=True)}
    tables = {row.attributes["data-category"]: cells(row) for row in section.all("tr", data_category=True)}
    compared = 0
    for name, size in CATEGORIES.items():
        category = plain.Category(kept, name)
        verdicts, places = category.verdicts(), category.places()
        counts = [list(verdicts.values()).count(code) for code in VERDICTS]
        assert plain.numerals(tallies[name]) == [str(n) for n in (size, *counts)]
        for unit in category.units:
            code = kept.codes.get(unit, unit)
            row, own = lines[code], category.cells[unit]
            assert row["评价数"] == str(sum(sum(grades.values()) for grades in own.values()))
            groups = {g: str(sum(grades.values())) for g, grades in own.items()}
            shown = {g: row[f"其中{g}"] for g in own if row[f"其中{g}"] != plain.HIDDEN}
            assert shown == {g: groups[g] for g in shown}
            assert row["得分"] == plain.half_up(category.exact[unit])
            assert row["得分区间"] in plain.outwards(*category.interval(unit)), unit
            first, last = category.place(unit)
            assert row["名次"] == (str(first) if first == last else f"并列{first}")
            best, worst = places[unit]
            assert row["名次区间"] == (str(best) if best == worst else f"{best} – {worst}"), unit
            assert row["认定"] == VERDICTS[verdicts[unit]]
            for number in (
                row["评价数"],
                row["得分"],
                *plain.numerals(row["得分区间"]),
                *plain.numerals(row["名次区间"]),
            ):
                assert number in plain.numerals(items[code])
            compared += 6 + len(shown)
        printed = {grade: n for grade, n in tables[name].items() if grade in GRADES and n != plain.HIDDEN}
        grades = plain.grades_of(kept, name)
        assert printed and printed == {grade: str(grades[grade]) for grade in printed}
    assert compared > units * 7


def assert_no_number_is_left(section, store, objections=()):
    """Each number outside the lines of units, the tables of grades and the notice is one of the kept files and rules.

    objections : sentence -> how many it counts.
    """
    kept = plain.Kept(store, "2025")
    units, ranked = str(len(kept.category)), {f"{name}：": str(size) for name, size in CATEGORIES.items()}
    assert_rules_are_those_of(section, kept.rules)
    expected = {
        "参评单位": [units, str(len(CATEGORIES)), units],
        "共统计评议票": [str(len(kept.group_of))],
        "单位索引": [units],
        "规则：最后": [str(kept.rules["bottom"]["k"])],
        "评价数不足": [str(FEWEST), str(2 * FEWEST)],
        "本批次共有": [str(number) for number in hidden_numbers(section)],
        "得分区间的两端": ["0.1", "1", "5"],
        "得分区间和名次区间由": ["100", "95"],
        "只有通过统计检验": ["5"],
        **{sentence: [str(count)] for sentence, count in dict(objections).items()},
        **{name: [size, "95"] for name, size in ranked.items()},
    }
    for text in sentences_of(section):
        if numbers := plain.numerals(text):
            assert numbers in [given for begins, given in expected.items() if text.startswith(begins)], text


def assert_rules_are_those_of(section, rules):
    """The rules printed below the methods are the kept ones, term by term."""
    listed = [dl for dl in section.all("dl") if "class" not in dl.attributes]
    printed = {n.text: v.text for dl in listed for n, v in zip(dl.all("dt"), dl.all("dd"), strict=True)}
    terms = {"名称": "name", "标题": "title", "依据": "source", "原因": "why", "日期": "date"}
    assert printed == {
        **{term: str(rules[name]) for term, name in terms.items()},
        "分值": " · ".join(f"{grade} {points}" for grade, points in rules["points"].items()),
        "权重": " · ".join(f"{group} {weight}" for group, weight in rules["weights"].items()),
        "参与排名所需最少评价数": str(rules["minimum"]["per_unit"]),
        "计权评议主体认定末位所需最少评价数": str(rules["minimum"]["per_group"]),
        "可公布的最小评价数": str(FEWEST),
    }


def hidden_numbers(section):
    """Units without a number, numbers of a group and numbers of a grade that are not printed."""
    rows = [cells(row) for row in section.all("tr", data_unit=True)]
    silent = [row for row in rows if row["评价数"] == plain.HIDDEN]
    groups = sum(row[f"其中{group}"] == plain.HIDDEN for row in rows if row not in silent for group in SIZES)
    grades = sum(list(cells(row).values()).count(plain.HIDDEN) for row in section.all("tr", data_category=True))
    return len(silent), groups, grades


def sentences_of(section):
    """Paragraphs, captions and summaries without links to units, but those on commands, digests and the release."""
    for tag in ("p", "caption", "summary"):
        for node in section.all(tag):
            exempt = [*node.all("code"), *node.all("a")] or node.attributes.get("class") == "facts"
            if not exempt and not node.text.strip().startswith(DIGESTS):
                yield node.text.strip()


def assert_days_follow_from(section, given):
    """The days of the notice and of objections of a page follow from the day of announcing and the kept calendar."""
    calendar = ROOT / "data" / "model" / "work_calendar.csv"
    first, last, until = plain.notice_days(day_of(given), 7, 5, calendar)
    period, objections = told(section, "公示期"), told(section, "异议截止")
    days = [str(number) for day in (first, last) for number in (day.year, day.month, day.day)]
    assert plain.numerals(period)[:7] == [*days, "7"]
    assert plain.numerals(objections)[:3] == [str(until.year), str(until.month), str(until.day)]
    assert plain.numerals(objections)[-1] == "5"


def test_the_days_of_the_notice_are_counted_again(page, announced_path):
    given = Store(announced_path, threads=1).status("2025").given
    assert_days_follow_from(Page(page.decode()).section("zh"), given)


# --- the notice ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "names"), [("zh", ("公示单位", "公示文号", "联系方式")), ("en", ())])
def test_it_says_who_gives_notice_and_how_to_object(page, language, names):
    section = Page(page.decode()).section(language)
    for name, text in zip(names, PARTS.values(), strict=False):
        assert told(section, name) == text
    terms = [node.text for node in next(section.all("dl", **{"class": "notice"})).all("dt")]
    assert len(terms) == 6 and not list(section.all("p", **{"class": "stamp"}))


def test_summary_comes_first_then_the_list_and_an_index_that_needs_no_script(page):
    section = Page(page.decode()).section("zh")
    heads = [node.text for node in section.children if not isinstance(node, str) and node.tag == "h2"]
    assert heads[:2] == ["摘要", "排名"]
    (index,) = section.all("nav")
    (search,) = index.all("div", role="search")
    assert "hidden" in search.attributes  # until the script has run
    links = {link.text: link.attributes["href"].removeprefix("#") for link in index.all("a")}
    rows = {row.attributes["id"]: row.attributes["data-unit"] for row in section.all("tr", data_unit=True)}
    assert {rows[target] for text, target in links.items() if target in rows} == {"甲0", *rows.values()}
    assert all(rows[target] == text for text, target in links.items() if target in rows)


def test_before_it_is_announced_it_is_a_draft_without_days(tmp_path):
    section = Page(exported(filled(tmp_path / "var", votes())).decode()).section("zh")
    assert [p.text for p in section.all("p", **{"class": "stamp"})] == ["草稿"]
    assert told(section, "公示期") == "尚未公布；公布后在此写明起止日期。" and told(section, "异议截止") is None


@pytest.mark.sweep
def test_a_withdrawn_notice_says_so_and_why_if_the_office_says_why(own_store):
    own_store.set_status("2025", "withdrawn", "内部原因不外传")
    day = chinese(day_of(own_store.history()[0]))
    content = exported(own_store, reason="票数录入有误").decode()
    section = Page(content).section("zh")
    changes = [p.text for p in section.all("p", **{"class": "change"})]
    assert changes == [f"本公示已于 {day}撤回，所载认定不再有效。", "原因：票数录入有误"]
    assert [p.text for p in section.all("p", **{"class": "stamp"})] == ["已撤回"] and "内部原因" not in content
    assert told(section, "公示期") == f"已于 {day}撤回，不再计期。"


@pytest.mark.sweep
def test_a_corrected_notice_names_the_one_that_it_replaces_and_the_old_one_its_successor(own_store):
    old = own_store.in_force()
    own_store.set_status("2025", "withdrawn", "更正")
    own_store.set_status("2025", "draft", "更正")
    more = ImportOptions(replace=True)
    assert own_store.import_files("ballots", [("票.csv", votes(9).encode())], "2025", more).stored
    own_store.publish()
    announced(own_store)
    day = day_of(own_store.history()[0])
    section = Page(exported(own_store).decode()).section("en")
    (change,) = [p.text for p in section.all("p", **{"class": "change"})]
    assert change == f"This notice corrects and replaces the notice of {day} (release {old[:16]})."
    before = change_of(own_store.history(), "2025", old)
    assert (before.replaces, before.replaced.isoformat()) == (None, day.isoformat())


@pytest.mark.sweep
def test_corrections_stand_with_the_old_and_the_new_verdict(announced_path):
    state = PublicState(
        (PublicCorrection("甲4", "甲4", "confirmed", "undecided", "漏计 12 票", "2026-02-20"),),
        {"upheld": 1, "late": 2},
    )
    section = Page(exported(Store(announced_path, threads=1), state).decode()).section("zh")
    said = " ".join(p.text for p in section.all("p"))
    assert "甲4：原公布为“确认末位”，现更正为“证据不足”（2026-02-20）。漏计 12 票" in said
    assert "经复核予以采纳的异议 1 件。" in said and "逾期提出的异议 2 件。" in said and "维持" not in said


# --- files and bytes ----------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_the_command_on_the_page_writes_it_again_byte_for_byte(biaochi_at, own_store, tmp_path):
    words = [f"--{name}" for name in PARTS]
    given = [word for pair in zip(words, PARTS.values(), strict=True) for word in pair]
    run = biaochi_at(own_store.path)
    first = run("public", "--round", "2025", *given, "--remember")
    commands = [code.text for code in Page(first.decode()).section("zh").all("code")]
    (again,) = [shlex.split(text) for text in commands if text.startswith("biaochi public")]
    remembered = json.loads((own_store.path / "paper" / "notice.json").read_text("utf-8"))
    assert remembered == {"office": PARTS["office"], "contact": PARTS["contact"]}
    assert run(*again[1:]) == first
    without_number = run("public", "--round", "2025")
    assert told(Page(without_number.decode()).section("zh"), "公示单位") == PARTS["office"]
    assert told(Page(without_number.decode()).section("zh"), "公示文号") is None


@pytest.mark.sweep
def test_the_data_and_their_codebook_have_the_digests_of_the_page(biaochi_at, own_store):
    run = biaochi_at(own_store.path)
    page = run("public", "--round", "2025").decode()
    for language in ("zh", "en"):
        codes = [code.text for code in Page(page).section(language).all("code")]
        for form in ("csv", "codebook"):
            content = run("public", "--round", "2025", "--format", form, lang=language)
            assert hashlib.sha256(content).hexdigest() in codes, (language, form)
    data = list(csv.reader(io.StringIO(run("public", "--round", "2025", "--format", "csv").decode("utf-8-sig"))))
    book = list(csv.reader(io.StringIO(run("public", "--round", "2025", "--format", "codebook").decode("utf-8-sig"))))
    assert [row[0] for row in book[1:]] == data[0] and all(row[2] for row in book[1:])
    assert len(data) == 1 + sum(CATEGORIES.values())


def test_a_page_without_parts_is_written_and_the_office_is_told_what_is_missing(own_store):
    release = own_store.release()
    export = prepare(own_store, release.round("2025"))
    assert len(export.to_mend("zh")) == 2 and export.sentences("zh") == []
    assert page_of(export.found, export.round, PublicParts()) != export.page()  # the days of the notice
    release.close()


def test_nothing_but_search_words_of_the_page_can_be_marked_up(own_store):
    hostile = {"office": "<script>alert(1)</script>", "number": "{{ 7 * 7 }}", "contact": 'x" onload="y'}
    content = exported(own_store, **hostile).decode()
    tree = Page(content)
    assert len(list(tree.root.all("script"))) == 1
    assert told(tree.section("zh"), "公示单位") == hostile["office"]
    assert not re.search(r"<[^>]*onload", content.replace("&#34;", ""))
