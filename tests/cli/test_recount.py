"""biaochi recount from draw to stop: sheets that agree, a sheet that is lost, and a list that must be counted."""

import csv
import io

from tests.support.stores import RULES

PEOPLE, UNITS = 300, ("甲", "乙", "丙")


def rules() -> str:
    one = RULES[: RULES.index("[weights]")] + '[weights]\n"普通群众" = 1.0\n\n' + RULES[RULES.index("[averaging]") :]
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
