"""biaochi recount from draw to stop: sheets that agree, a sheet that is lost, and a list that must be counted."""

import csv
import io
import json

import pytest

from data.store import Store
from data.store.audit_log import log_action
from tests.support.stores import RULES

PEOPLE, UNITS = 300, ("甲", "乙", "丙")


def rules(weights: str = '"普通群众" = 1.0') -> str:
    one = RULES[: RULES.index("[weights]")] + f"[weights]\n{weights}\n\n" + RULES[RULES.index("[averaging]") :]
    return one[: one.index("[bottom")] + '[bottom]\nrule = "last"\nk = 1\n\n' + one[one.index("[uncertainty]") :]


def grade(person: int, unit: str) -> str:
    return "不满意" if unit == "丙" and person % 5 else "满意"


def ballots() -> str:
    rows = [f"{p},普通群众,{u},{grade(p, u)}" for p in range(1, PEOPLE + 1) for u in UNITS]
    return "票号,评议主体,参评单位,评价\n" + "\n".join(rows) + "\n"


def paper(numbers, lost=()) -> str:
    rows = [f"{n},{u},{'缺' if n in lost else grade(int(n), u)}" for n in dict.fromkeys(numbers) for u in UNITS]
    return "票号,参评单位,评价\n" + "\n".join(rows) + "\n"


def test_a_recount_from_draw_to_stop(biaochi, tmp_path, files):
    biaochi.rules(tmp_path, rules())
    biaochi("import", "ballots", files("票.csv", ballots()), "--round", "2025")
    biaochi.publish()
    where = ("--round", "2025", "--category", "全部")
    biaochi("recount", "enter", files("早.csv", paper(["1"])), *where, code=2)
    biaochi("recount", "draw", *where, "--dice", "six", code=2)
    out = biaochi("recount", "draw", *where, "--dice", "6 1 4", lang="en").decode("utf-8-sig")
    numbers = [row["ballot_id"] for row in csv.DictReader(io.StringIO(out))]
    assert 2 <= len(numbers) <= 20
    again = biaochi("recount", "draw", *where, "--dice", "6  1 4", lang="en").decode("utf-8-sig")
    assert again == out
    biaochi("recount", "enter", files("一.csv", paper(numbers, lost=numbers[:1])), *where, lang="en")
    assert "more" in biaochi.err
    biaochi("recount", "enter", files("二.csv", paper(numbers)), *where, lang="en")
    assert "holds" in biaochi.err
    state = biaochi.json("recount", "status", "--round", "2025")["rows"][0]
    assert state["risk"] <= 0.05 and state["more"] == 0 and state["read"] >= len(numbers)
    biaochi("recount", "enter", files("三.csv", "票号,评价\n1,满意\n"), *where, code=2)


def test_sheets_of_a_small_group_have_more_tickets(biaochi, store_path, tmp_path, files):
    biaochi.rules(tmp_path, rules('"普通群众" = 0.5\n"服务对象" = 0.5'))
    rows = [row.replace("普通群众", "服务对象") if int(row.split(",")[0]) > 250 else row for row in lines(ballots())]
    biaochi("import", "ballots", files("票.csv", "票号,评议主体,参评单位,评价\n" + "\n".join(rows)), "--round", "2025")
    biaochi.publish()
    where = ("--round", "2025", "--category", "全部")
    out = biaochi("recount", "draw", *where, "--dice", "6 1 4", lang="en").decode("utf-8-sig")
    assert "Tickets of a sheet in the draw, by group: 普通群众 1, 服务对象 5." in biaochi.err
    numbers = [row["ballot_id"] for row in csv.DictReader(io.StringIO(out))]
    assert sum(int(number) > 250 for number in numbers) > len(numbers) / 4  # half of the tickets, a sixth of the sheets
    biaochi("recount", "enter", files("票面.csv", paper(numbers)), *where, lang="en")
    assert "holds" in biaochi.err
    note = json.dumps({"category": "全部", "dice": "6 1 4", "needed": 9}, ensure_ascii=False)
    log_action(
        store_path,
        "recount drawn",
        "recount 全部",
        release=Store(store_path).in_force() or "",
        round_id="2025",
        note=note,
    )
    biaochi("recount", "enter", files("再.csv", paper(numbers)), *where, lang="en", code=2)
    assert "Draw again" in biaochi.err


def lines(text: str) -> list[str]:
    return text.splitlines()[1:]


def test_scores_that_lack_a_group_are_counted_in_full(biaochi, tmp_path, files):
    """丙 has no vote of 服务对象, whose weight goes to the others: the bound of an error would be too small."""
    biaochi.rules(tmp_path, rules('"普通群众" = 0.5\n"服务对象" = 0.5').replace('"not_ranked"', '"renormalise"'))
    rows = [row.replace("普通群众", "服务对象") if int(row.split(",")[0]) > 250 else row for row in lines(ballots())]
    rows = [row for row in rows if not ("服务对象" in row and "丙" in row)]
    biaochi("import", "ballots", files("票.csv", "票号,评议主体,参评单位,评价\n" + "\n".join(rows)), "--round", "2025")
    biaochi.publish()
    biaochi("recount", "draw", "--round", "2025", "--category", "全部", "--dice", "6 1 4", lang="en", code=2)
    assert "count all sheets" in biaochi.err


def with_staff(rows: list[str], header: str) -> str:
    """Let the last fifty people be the unit's staff, a group or a channel of their own, who grade the other way."""
    cells = [row.split(",") for row in rows]
    for row in cells:
        is_staff = int(row[0]) > 250
        if is_staff:
            row[3] = "满意" if row[2] == "丙" else "不满意" if int(row[0]) % 3 else "满意"
        if header == "渠道":
            row.insert(2, "扫码" if is_staff else "现场纸票")
        elif is_staff:
            row[1] = "内部"
    top = ["票号", "评议主体", *([header] if header == "渠道" else []), "参评单位", "评价"]
    return "\n".join(map(",".join, [top, *cells])) + "\n"


@pytest.mark.parametrize(
    ("kept_apart", "header", "order"),
    [
        ('groups = ["内部"]', "评议主体", "group"),
        ('groups = ["内部"]', "评议主体", "pooled"),
        ('channels = ["扫码"]', "渠道", "group"),
    ],
)
def test_votes_kept_apart_are_neither_drawn_nor_flipped(biaochi, tmp_path, files, kept_apart, header, order):
    text = rules().replace("[bottom]", f"[apart]\n{kept_apart}\n\n[bottom]")
    if order == "pooled":
        text = text.replace('order = "group"', 'order = "pooled"')
        text = text[: text.index("[weights]")] + text[text.index("[averaging]") :]
    biaochi.rules(tmp_path, text)
    file = files("票.csv", with_staff(lines(ballots()), header))
    biaochi("import", "ballots", file, "--round", "2025", "--accept-warnings", "staff")
    biaochi.publish()
    out = biaochi("recount", "draw", "--round", "2025", "--category", "全部", "--dice", "6 1 4", lang="en")
    assert "of 250;" in biaochi.err
    numbers = [row["ballot_id"] for row in csv.DictReader(io.StringIO(out.decode("utf-8-sig")))]
    assert max(map(int, numbers)) <= 250
    found = biaochi.json("flip", "--round", "2025")["rows"]
    assert {row["n"] for row in found} == {250}


@pytest.mark.parametrize(
    "setting",
    [
        "[trimming]\nhighest = 1\nlowest = 1",
        "[trimming]\nshare = 0.1",
        '[bonus]\nsource = "component_score:加分"\nmost = 5',
        '[components]\n"群众评议" = { weight = 0.6 }\n'
        '"考核" = { weight = 0.4, source = "component_score:考核", missing = "renormalise" }',
    ],
)
def test_other_scores_than_means_of_votes_are_counted_in_full(biaochi, tmp_path, files, setting):
    biaochi.rules(tmp_path, rules().replace("[bottom]", f"{setting}\n\n[bottom]"))
    biaochi("import", "ballots", files("票.csv", ballots()), "--round", "2025")
    biaochi.publish()
    biaochi("recount", "draw", "--round", "2025", "--category", "全部", "--dice", "6 1 4", lang="en", code=2)
    assert "count all sheets" in biaochi.err
