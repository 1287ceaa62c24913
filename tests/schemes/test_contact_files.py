"""Points, receptions, outings and pairings as files, through the real import: what is refused, asked and kept."""

from datetime import date, timedelta

import pytest

from data.store import ImportOptions, Store
from data.store.replay import replay
from data.store.verify import check
from schemes import scheme_of
from schemes.chosen import attention, choose, rows
from schemes.contact.measures import points, posts
from schemes.frame import Period
from schemes.registers import Registers
from tests.support.schemes import cases, complete, faults, value
from tests.support.stores import table

REGISTER = """
    单位编码 | 单位全称 | 单位简称 | 启用日期   | 停用日期
    A        | 市公安局 | 公安局   |            |
    B        | 市建设局 | 建设局   |            |
"""
RENAMED = """
    单位编码 | 单位全称       | 单位简称
    A        | 市公安局       | 公安局
    B        | 市住房建设局   | 住建局
"""
PLACES = """
    地点编码 | 名称     | 类型   | 上级编码
    KZ       | 康庄社区 | 村社区 |
    FS       | 方山村   | 村社区 |
"""
PERSONS = """
    人员代码 | 单位   | 身份     | 级别 | 起
    L01      | 公安局 | 领导干部 | 市级 | 2024-01-01
    L02      | 建设局 | 领导干部 | 县级 | 2024-01-01
"""
POINTS = """
    挂点编号 | 年度 | 挂点领导 | 类型   | 地点 | 事项编号 | 计划次数 | 包村部门
    GD-01    | 2026 | L01      | 村社区 | KZ   |          | 12       | 公安局
    GD-02    | 2026 | L02      | 信访案件 |    | M-0412   | 4        |
"""
RECEPTIONS = """
    编号 | 日期 | 地点 | 带队领导 | 参加部门 | 接访方式 | 公示日期 | 接待批次 | 接待人数 | 反映事项 | 当场解决 | 包案
    JF-1 | 2026-03-10 | KZ | L01 | 公安局；建设局 | 定点接访 | 2026-03-02 | 6 | 15 | 7 | 2 | 1
    JF-2 | 2026-03-20 | FS | L02 |  | 带案下访 | 2026-03-20 | 3 | 3 | 3 | 3 | 0
"""
OUTINGS = """
    走访编号 | 日期       | 活动类型 | 单位   | 走访人    | 走访地点 | 走访户数 | 反映问题 | 当场解决 | 挂点编号
    ZF-1     | 2026-02-10 | 节庆走访 | 公安局 | L01       | KZ       | 12       | 4        | 1        | GD-01
    ZF-2     | 2026-03-03 | 驻点     | 建设局 | L01；L02  | FS       |          |          |          |
"""
PAIRINGS = """
    结对编号 | 结对干部 | 单位 | 对象类型 | 对象代码 | 结对日期 | 结束日期 | 年计划次数 | 记录次数 | 签认次数 | 状态
    JD-1 | L01 | 公安局 | 户 | H1 | 2025-03-01 | 2026-03-01 | 12 | 9 | 8 | 更换
    JD-2 | L02 | 建设局 | 户 | H1 | 2026-03-01 |  | 12 | 1 | 1 | 在帮
    JD-3 | L02 | 建设局 | 村 | FS | 2025-03-01 |  | 4 | 4 | 4 | 在帮
"""


@pytest.fixture
def store(store_path, made_once):
    def registers():
        made = Store(store_path, threads=2)
        assert made.import_files("units", [("单位名录.csv", table(REGISTER).encode())], "2025").stored
        assert read(made, "place", PLACES).problems == []
        assert read(made, "person", PERSONS).problems == []
        assert read(made, "contact_point", POINTS, as_of="2026-01-31").problems == []

    made_once(registers)
    return Store(store_path, threads=2)


def read(store, kind, text, round_id="2026", name="登记簿.csv", **options):
    return store.import_files(kind, [(name, table(text).encode())], round_id, ImportOptions(**options))


def problems(report):
    assert all(p.message("zh") and p.suggestion("zh") and p.message("en") for p in report.problems)
    return {(p.row, p.column, p.code, p.level) for p in report.problems}


def judged(store, kind, text, **options):
    return problems(read(store, kind, text, dry_run=True, **options))


def changed(text, *pairs):
    text = "\n".join(" ".join(line.split()) for line in text.splitlines())
    for old, new in pairs:
        plain = " ".join(old.split())
        assert plain in text
        text = text.replace(plain, f" {new} " if old != old.strip() else new, 1)
    return text


def test_what_an_office_writes_comes_in_is_published_and_replays(store):
    assert read(store, "reception", RECEPTIONS).problems == []
    assert read(store, "outing", OUTINGS).problems == []
    assert read(store, "pairing", PAIRINGS, as_of="2026-03-31").problems == []
    release_id = store.publish().release
    release = store.release()
    assert release.book("contact_point", "2026-03-31")["planned"].tolist() == [12, 4]
    assert release.book("pairing", "2026-03-31")["unit_code"].tolist() == ["A", "B", "B"]
    release.close()
    assert replay(store, release_id) == [] and check(store) == []


def test_headers_as_offices_write_them_mean_what_they_say(store):
    """解决 counts what was solved; before, it was read as what was found."""
    written = "编号,日期,地点,接访领导,参加单位,方式,公告日期,批次,接待人次,反映问题数,解决,领导包案\n"
    row = "JF-9,2026-03-10,KZ,L01,公安局,定点接访,2026-03-01,2,3,2,1,1\n"
    assert read(store, "reception", written + row).problems == []
    store.publish()
    release = store.release()
    kept = release.records("reception").iloc[0]
    release.close()
    assert (kept["groups"], kept["people"], kept["raised"], kept["solved_there"], kept["taken_over"]) == (2, 3, 2, 1, 1)


# Row 75 of the specification: the end of a pairing before its start.
def test_a_pairing_ends_after_it_began(store):
    for end in ("2025-03-01", "2025-02-28"):
        found = judged(store, "pairing", changed(PAIRINGS, ("2026-03-01 | 12", f"{end} | 12")), as_of="2026-03-31")
        assert found == {(2, "结束日期", "before_start", "error")}, end
    assert judged(store, "pairing", PAIRINGS, as_of="2026-03-31") == set()


def test_a_pairing_that_is_over_has_its_end_or_a_reason(store):
    without = changed(PAIRINGS, ("2026-03-01 | 12", "           | 12"))
    assert judged(store, "pairing", without, as_of="2026-03-31") == {
        (2, "结束日期", "missing_because", "warning"),
        (2, "对象代码", "twice_paired", "warning"),
        (3, "对象代码", "twice_paired", "warning"),
    }
    assert read(store, "pairing", without, as_of="2026-03-31", accept_warnings="结束日期待核").stored


# Row 76: two live pairings of a household.
def test_a_household_is_paired_once_at_a_time_within_a_file(store):
    a_day_later = changed(PAIRINGS, ("2026-03-01 | 12", "2026-03-02 | 12"))
    report = read(store, "pairing", a_day_later, as_of="2026-03-31", dry_run=True)
    assert problems(report) == {(2, "对象代码", "twice_paired", "warning"), (3, "对象代码", "twice_paired", "warning")}
    text = report.problems[0].message("zh")
    assert [part for part in ("H1", "JD-1", "JD-2", "2026-03-01") if part not in text] == []
    assert report.needs_acceptance
    village = changed(
        PAIRINGS, ("2026-03-01 | 12", "           | 12"), ("更换", "在帮"), ("户       | H1", "村       | H1")
    )
    assert judged(store, "pairing", village, as_of="2026-03-31") == set()  # a village may have several


def test_a_household_is_paired_once_at_a_time_over_all_files_of_the_register(store):
    head, _, second, third = PAIRINGS.strip().splitlines()
    first = PAIRINGS.replace(second, "").replace(third, "")
    assert read(
        store, "pairing", changed(first, ("2026-03-01", "          ")).replace("更换", "在帮"), as_of="2026-01-31"
    ).stored
    later = "\n".join([head, second])
    assert judged(store, "pairing", later, as_of="2026-03-31") == {(2, "对象代码", "twice_paired", "warning")}
    assert (
        judged(store, "pairing", "\n".join([head, first.strip().splitlines()[1], second]), as_of="2026-03-31") == set()
    )


def test_a_household_code_is_no_number_of_a_person_and_does_not_change(store):
    assert read(store, "pairing", PAIRINGS, as_of="2026-03-31").stored
    moved = changed(PAIRINGS, ("H1       | 2026-03-01", "H7       | 2026-03-01"))
    assert judged(store, "pairing", moved, as_of="2026-04-30") == {(3, "对象代码", "past_changed", "warning")}
    hashed = changed(PAIRINGS, ("H1", "d41d8cd98f00b204e9800998ecf8427e"))
    assert judged(store, "pairing", hashed, as_of="2026-04-30") == {(2, "对象代码", "personal_text", "error")}


# Row 77: announced after it was held.
def test_a_reception_is_announced_by_the_day_it_is_held(store):
    report = read(store, "reception", changed(RECEPTIONS, ("2026-03-20 | 3", "2026-03-21 | 3")))
    assert problems(report) == {(3, "公示日期", "not_announced", "warning")}
    assert "2026-03-21" in report.problems[0].message("zh") and "2026-03-20" in report.problems[0].message("zh")
    assert report.needs_acceptance and not report.stored
    unknown = changed(RECEPTIONS, ("2026-03-20 | 3", "           | 3"))
    assert judged(store, "reception", unknown) == set()  # not known is not late; the page lists it


@pytest.mark.parametrize(
    ("old", "new", "column", "code"),
    [
        ("7        | 2        | 1", "7        | 8        | 1", "当场解决", "more_than_whole"),
        ("7        | 2        | 1", "7        | 2        | 8", "包案", "more_than_whole"),
        ("6        | 15", "6        | 5", "接待人数", "below_lowest"),
        ("6        | 15", "-6       | 15", "接待批次", "below_lowest"),
        ("2026-03-10", "2026-02-30", "日期", "not_a_date"),
        ("KZ       | L01", "KC       | L01", "地点", "unknown_place"),
        ("L01", "L09", "带队领导", "unknown_reference"),
        ("公安局；建设局", "公安局；房管局", "参加部门", "unknown_unit"),
        ("定点接访", "电话接访", "接访方式", "unknown_choice"),
    ],
)
def test_a_faulty_cell_of_a_reception_is_refused_by_row_and_column(store, old, new, column, code):
    assert (2, column, code, "error") in judged(store, "reception", changed(RECEPTIONS, (old, new)))


def test_more_solved_than_raised_or_signed_than_logged_is_refused(store):
    outings = changed(OUTINGS, ("4        | 1", "4        | 5"), ("GD-01", "GD-09"))
    assert judged(store, "outing", outings) == {
        (2, "当场解决", "more_than_whole", "error"),
        (2, "挂点编号", "unknown_reference", "error"),
    }
    pairings = changed(PAIRINGS, ("4        | 4        | 在帮", "4        | 5        | 在帮"))
    assert judged(store, "pairing", pairings, as_of="2026-03-31") == {(4, "签认次数", "more_than_whole", "error")}


def test_a_point_is_a_place_or_a_matter_of_the_year_of_the_import(store):
    neither = changed(POINTS, ("M-0412", "      "))
    assert judged(store, "contact_point", neither, as_of="2026-02-28") == {(3, "地点", "missing_because", "error")}
    assert judged(store, "contact_point", changed(POINTS, ("2026", "2025")), as_of="2026-02-28") == {
        (2, "年度", "wrong_round", "error")
    }
    lowered = changed(POINTS, ("| 12 |", "| 6 |"))
    assert judged(store, "contact_point", lowered, as_of="2026-10-31") == {(2, "计划次数", "past_changed", "warning")}
    next_year = changed(POINTS, ("| 12 |", "| 6 |")).replace("2026", "2027")
    again = judged(store, "contact_point", next_year, round_id="2027", as_of="2027-01-31")
    assert {("年度", "past_changed"), ("计划次数", "past_changed")} == {(column, code) for _, column, code, _ in again}
    own = next_year.replace("GD-", "GD-2027-")
    assert read(store, "contact_point", own, round_id="2027", as_of="2027-01-31").stored


def test_a_renamed_unit_is_found_under_either_name_and_keeps_its_code(store):
    """The name of before is read with a question, in a list of units as in a cell of its own."""
    assert read(store, "outing", OUTINGS).stored
    store.import_files("units", [("单位名录.csv", table(RENAMED).encode())], "2026")
    later = changed(OUTINGS, ("ZF-1", "ZF-3"), ("ZF-2", "ZF-4")).replace("建设局", "住建局")
    assert read(store, "outing", later).stored
    before = RECEPTIONS.replace("公安局；建设局", "公安局；市建设局")
    assert judged(store, "reception", before) == {(2, "参加部门", "unit_alias_used", "warning")}
    assert read(store, "reception", before, accept_warnings="机构改革前的名称").stored
    store.publish()
    release = store.release()
    assert release.records("reception")["units"].tolist()[0] == ["A", "B"]
    kept = release.records("outing").set_index("outing_no")["unit_code"].to_dict()
    release.close()
    assert kept == {"ZF-1": "A", "ZF-2": "B", "ZF-3": "A", "ZF-4": "B"}


def test_names_and_numbers_of_persons_never_come_in(store):
    for header in ("干部姓名", "联系方式", "户主"):
        text = changed(PAIRINGS, ("状态", f"状态 | {header}")).replace("在帮", "在帮 | x").replace("更换", "更换 | x")
        assert ("personal_column", "error") in {
            (c, level) for _, _, c, level in judged(store, "pairing", text, as_of="2026-03-31")
        }
    need = changed(PAIRINGS, ("状态", "困难类型")).replace("在帮", "电话139 1234 5678").replace("更换", "缺劳力")
    report = read(store, "pairing", need, as_of="2026-03-31")
    assert {p.code for p in report.problems} == {"personal_text"} and not report.stored
    assert "5678" not in "".join(p.message("zh") + str(p.as_dict("zh")) for p in report.problems)


def chosen(store, period, as_of, **asked):
    return choose(scheme_of("contact"), store.release(), Period.of(period), date.fromisoformat(as_of), **asked)


def as_file(kind, header, lines):
    return [(f"{kind}.csv", "\n".join([header, *lines, ""]).encode())]


@pytest.mark.sweep
def test_every_worked_example_comes_out_of_files(store):
    """Each example is a point of its own; its visits are imported, published and counted on its day."""
    examples, plans, visits = cases("contact", "planned"), {}, {}
    for example in examples:
        year, number = example.inputs["as_of"][:4], f"P-{example.case}"
        plans.setdefault(year, []).append(f"{number},{year},L01,KZ,{example.inputs['planned']}")
        made = [date(int(year), 1, 1) + timedelta(days=at) for at in range(int(example.inputs["done"]))]
        assert not made or made[-1].isoformat() <= example.inputs["as_of"]
        lines = [f"Z-{example.case}-{at},{day},驻点,公安局,FS,{number}" for at, day in enumerate(made)]
        visits.setdefault(year, []).extend(lines)
    for year in plans:
        plan = as_file("挂点", "挂点编号,年度,挂点领导,地点,计划次数", plans[year])
        assert store.import_files("contact_point", plan, year, ImportOptions(as_of=f"{year}-01-01")).stored
        outings = as_file("走访", "走访编号,日期,活动类型,单位,走访地点,挂点编号", visits[year])
        assert store.import_files("outing", outings, year).stored
    store.publish()
    scheme, release, wrong = scheme_of("contact"), store.release(), []
    for example in examples:
        as_of = date.fromisoformat(example.inputs["as_of"])
        table = points(Registers(scheme, release, as_of, scheme.settings).frames, as_of).set_index("point_no")
        row = table.loc[f"P-{example.case}"]
        shown = {name: row[name] for name in ("planned_by_then", "difference")}
        planned = row["planned"]
        share = f"{round(row['share'] * planned)}/{planned}" if planned else "none"
        wrong += faults(example, **shown, share=share)
        wrong += faults(example, as_counted=f"{row['done']}/{planned}") if planned else []
    release.close()
    assert wrong == []


@pytest.fixture
def published(store):
    for kind, text in (("reception", RECEPTIONS), ("outing", OUTINGS)):
        assert read(store, kind, text).stored
    assert read(store, "pairing", PAIRINGS, as_of="2026-03-31").stored
    store.publish()
    return store


def test_measures_from_files_for_all_and_for_one_unit(published):
    shown = complete(rows(chosen(published, "2026", "2026-03-31")))
    counted = {name: value(shown, name) for name in shown["measure"]}
    expected = {
        "receptions": 2,
        "plan_met": 2 / 4,  # the first quarter of L01, and three months of L02 of which one had a reception
        "groups": 9,
        "people": 18,
        "raised": 10,
        "solved_there": 5,
        "taken_over": 1,
        "outings": 2,
        "visits_done": 2 / 16,
        "pairings": 2,
        "signed": 5 / 5,
    }
    assert {name: counted[name] for name in expected} == expected
    own = rows(chosen(published, "2026", "2026-03-31", unit="A"))
    assert (value(own, "receptions"), value(own, "plan_met"), value(own, "outings")) == (1, 1.0, 1)
    assert (value(own, "visits_done"), value(own, "pairings")) == (2 / 12, 0)
    posted = posts(chosen(published, "2026", "2026-03-31").frames, 2026, date(2026, 3, 31))
    columns = ["person_code", "rank", "planned", "done", "planned_by_then", "difference", "missing"]
    assert posted[columns].values.tolist() == [["L01", "市级", 12, 2, 2, 0, 10], ["L02", "县级", 4, 0, 0, 0, 4]]


DUE = {
    "January": "2026-02-02",  # the 31st is a Saturday
    "February": "2026-02-28",  # a worked Saturday
    "April": "2026-04-30",
    "May": "2026-06-01",  # the 31st is a Sunday
    "June": "2026-06-30",
    "first of four visits": "2026-04-03",  # working day 62 of 248
}
"""L02 received in March, L01 in the first quarter: the days on which the rest of the plan was due."""


def test_what_has_to_be_done_from_files(published):
    listed = attention(chosen(published, "2026", "2026-06-30"))
    found = {
        what: list(part[["key", "unit_code", "days"]].itertuples(False, None)) for what, part in listed.groupby("what")
    }
    day = date(2026, 6, 30)
    over = {name: (date.fromisoformat(due) - day).days for name, due in DUE.items()}
    assert found == {
        "no_reception": [
            *(("L02", "B", over[month]) for month in ("January", "February", "April", "May")),
            *(("L01", "A", over["June"]), ("L02", "B", over["June"])),
        ],
        "no_visit": [("GD-02", "B", over["first of four visits"])],
    }
    assert list(listed["days"]) == sorted(listed["days"])


def test_a_dossier_has_rows_only_of_what_a_unit_has(published):
    question = chosen(published, "2026", "2026-03-31", unit="A")
    own = question.scheme.dossier(question, "A")
    assert list(own["measure"]) == ["receptions", "plan_met", "outings", "visits_done"]
    assert set(own["key"]) == {"A"}
    nobody = chosen(published, "2026", "2026-03-31", unit="C")
    assert nobody.scheme.dossier(nobody, "C").empty
    events = question.scheme.timeline(question, "A")
    assert events[["mark", "words"]].values.tolist() == [["tick", "outing"], ["tick", "reception"]]
    assert question.scheme.word("reception") == "Reception by a leader"
