"""Ballots to flip from files to rows: a small office whose every set of ballots is tried, and the town."""

from itertools import combinations

from results.evidence.flips import COLUMNS, flips, flips_of_unit, in_words
from tests.support.stores import RULES

ONE_GROUP = RULES[: RULES.index("[weights]")] + '[weights]\n"普通群众" = 1.0\n\n' + RULES[RULES.index("[averaging]") :]
OFFICE = ONE_GROUP.replace("per_unit = 30", "per_unit = 1").replace("per_group = 10", "per_group = 1")
GRADES = {"甲": "满满满满满满满满", "乙": "满满基基满满基满", "丙": "基不基满基不基满"}
WORDS = {"满": "满意", "基": "基本满意", "不": "不满意"}
POINTS = {"满": 100, "基": 80, "不": 0}


def office_ballots() -> str:
    rows = [f"{p},普通群众,{unit},{WORDS[g]}" for unit, marks in GRADES.items() for p, g in enumerate(marks, 1)]
    return "票号,评议主体,参评单位,评价\n" + "\n".join(rows) + "\n"


def test_a_small_office_is_searched_completely(biaochi, tmp_path, files):
    rules = (
        OFFICE[: OFFICE.index("[bottom")]
        + '[bottom]\nrule = "last"\nk = 1\n\n'
        + OFFICE[OFFICE.index("[uncertainty]") :]
    )
    biaochi.rules(tmp_path, rules)
    biaochi("import", "ballots", files("票.csv", office_ballots()), "--round", "2025", "--accept-warnings", "test")
    biaochi.publish()
    rows = {row["unit_code"]: row for row in biaochi.json("flip", "--round", "2025")["rows"]}
    assert rows["丙"]["named"] and not rows["甲"]["named"]
    assert rows["丙"]["place_is_exact"]
    scale = {word: int(points) for word, points in _points(rules).items()}
    assert rows["丙"]["drop_place"] == dropped(scale, "丙")


def test_votes_kept_apart_do_not_change_the_numbers(biaochi, tmp_path, files):
    """Eight of the unit's staff, all of the other opinion, are in no score: the same numbers as without them."""
    rules = OFFICE[: OFFICE.index("[bottom")] + '[bottom]\nrule = "last"\nk = 1\n\n[apart]\ngroups = ["内部"]\n\n'
    biaochi.rules(tmp_path, rules + OFFICE[OFFICE.index("[uncertainty]") :])
    staff = [f"{p},内部,{unit},{'满意' if unit == '丙' else '不满意'}" for unit in GRADES for p in range(11, 19)]
    file = files("票.csv", office_ballots() + "\n".join(staff) + "\n")
    biaochi("import", "ballots", file, "--round", "2025", "--accept-warnings", "test")
    biaochi.publish()
    rows = {row["unit_code"]: row for row in biaochi.json("flip", "--round", "2025")["rows"]}
    scale = {word: int(points) for word, points in _points(rules).items()}
    assert rows["丙"]["place_is_exact"] and rows["丙"]["drop_place"] == dropped(scale, "丙")


def _points(rules: str) -> dict[str, float]:
    part = rules[rules.index("[points]") : rules.index("[unscored]")]
    pairs = [line.split("=") for line in part.splitlines() if "=" in line]
    return {word.strip().strip('"'): float(value) for word, value in pairs}


def dropped(scale: dict[str, int], unit: str) -> int:
    """The fewest ballots left out after which the unit is no longer alone at the bottom, by trying all."""
    marks = {name: [scale[WORDS[g]] for g in grades] for name, grades in GRADES.items()}
    for m in range(1, 8):
        for out in combinations(range(8), m):
            score = {n: sum(v for p, v in enumerate(all_) if p not in out) / (8 - m) for n, all_ in marks.items()}
            if any(score[name] < score[unit] - 1e-9 for name in score):
                return m
    return 0


def test_the_town_has_a_row_for_every_unit_in_words(town_path):
    from data.store import Store

    release = Store(town_path, threads=2).release()
    try:
        round_ = release.round("2025")
        rows = flips(round_)
        assert tuple(rows.columns) == COLUMNS
        ranked = rows[rows["verdict"] != "not_ranked"]
        assert (ranked["drop_verdict"] >= 1).all() and ranked["drop_place"].notna().all()
        assert rows[rows["verdict"] == "not_ranked"]["drop_place"].isna().all()
        code = str(ranked.iloc[0]["unit_code"])
        for language, word in (("en", "left out"), ("zh", "剔除")):
            told = in_words(flips_of_unit(round_, code), language)
            assert len(told) == 3 and word in told[0]
    finally:
        release.close()
