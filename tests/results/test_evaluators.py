"""Figures on evaluators from files to rows: two small rounds with known answers, counts, and the town."""

import numpy as np
import pytest
from scipy import stats

from data.store import ImportOptions, Store
from data.store.round_ballots import round_ballots
from results.evaluators.figures import COLUMNS, evaluators
from results.evaluators.words import AGREEMENT, DRIVERS, MIX, MODES
from tests.support.stores import RULES, SMALL

PUBLISHED = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
"""Six units and four judges of Shrout and Fleiss (1979), who give ICC(2,4) as 0.62."""
POINTS = RULES[RULES.index("[points]") : RULES.index("[unscored]")]
PANEL = SMALL.replace(POINTS, "[numeric]\nlow = 1\nhigh = 10\n\n").replace('name = "demo-2025"', 'name = "panel"')
HEAD = "票号,评议主体,参评单位,评价,评议方式,会场\n"


def panel() -> str:
    """Four people of one group grade six units."""
    rows = [f"{p},普通群众,单位{u},{PUBLISHED[u, p]},," for u in range(6) for p in range(4)]
    return HEAD + "\n".join(rows) + "\n"


def channels() -> str:
    """Two units, two channels. On paper both have 75% of the best grade, online 25%; 甲 has mostly paper ballots.

    Five ballots of a further group grade 丙, on paper at a site: below 5% of the votes.
    """
    rows, number = [], 0
    for unit, paper, online in (("甲", 80, 20), ("乙", 20, 80)):
        for channel, votes, best in (("现场纸票", paper, 0.75), ("网络", online, 0.25)):
            for place in range(votes):
                number += 1
                rows.append(f"{number},普通群众,{unit},{'满意' if place < best * votes else '不满意'},{channel},")
    rows += [f"{number + n},服务对象,丙,满意,现场纸票,大厅" for n in range(1, 6)]
    rows += [f"{number + n},两代表一委员,丙,满意,现场纸票,大厅" for n in range(6, 9)]
    return HEAD + "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Rounds 2023 (panel), 2024 (channels) and 2025 (counts), published."""
    store = Store(tmp_path_factory.mktemp("evaluators") / "var", threads=2)
    alone = PANEL.replace("smallest_cell = 5", "smallest_cell = 1")
    assert "smallest_cell = 1" in alone and "low = 1" in alone
    counts = "参评单位,评议主体,满意,基本满意,不满意\n甲,普通群众,40,30,20\n"
    for text in (alone, SMALL):
        store.add_rules(text)
    for round_id, kind, text, rules in (
        ("2023", "ballots", panel(), "panel"),
        ("2024", "ballots", channels(), "demo-2025"),
        ("2025", "counts", counts, "demo-2025"),
    ):
        report = store.import_files(kind, [("票.csv", text.encode())], round_id, ImportOptions(rules=rules))
        assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    return store


def figures_of(store, round_id):
    return evaluators(store.release().round(round_id))


def test_a_panel_has_the_published_figures(store):
    found = figures_of(store, "2023")
    rows = found.of(AGREEMENT).set_index("figure")
    assert rows["value"]["icc"] == pytest.approx(0.6201, abs=1e-3)
    w = stats.friedmanchisquare(*PUBLISHED).statistic / (4 * 5)
    assert rows["value"]["w"] == pytest.approx(w, abs=1e-9)
    assert (rows["evaluators"] == 4).all() and (rows["votes"] == 24).all() and (rows["units"] == 6).all()
    assert (rows["low"] <= rows["value"]).all() and (rows["value"] <= rows["high"]).all()
    assert found.absent == {DRIVERS: "one_indicator", MODES: "no_channel", MIX: "one_kind"}


def test_channels_differ_and_the_mix_takes_the_difference_out(store):
    found = figures_of(store, "2024")
    modes = found.of(MODES).set_index("figure")
    assert (modes["value"].abs() == 50).all() and len(modes) == 3  # 75 points on paper, 25 online
    assert modes["votes"].tolist() == [200, 100, 100]
    assert ((modes["low"] > 0) | (modes["high"] < 0)).all()
    mix = found.of(MIX).set_index("unit_code")
    assert set(mix.index) == {"甲", "乙"}
    assert mix["plain"].to_dict() == pytest.approx({"甲": 65, "乙": 35})
    assert mix["value"].to_dict() == pytest.approx({"甲": 50, "乙": 50})  # the same by channel, so the same score
    assert mix["place"].to_dict() == {"甲": 1, "乙": 2} and set(mix["adjusted_place"]) == {1}
    assert found.moved == (1, 2)
    assert found.left_out == pytest.approx(8 / 208)


def test_fewer_evaluators_than_may_be_shown_show_nothing(store):
    rows = figures_of(store, "2024").of(AGREEMENT)
    few = rows[rows["group"] == "两代表一委员"]
    assert few["reason"].tolist() == ["withheld"] * 3
    assert few[["evaluators", "drawn", "units", "votes", "value", "low", "high"]].isna().all(axis=None)
    five = rows[rows["group"] == "服务对象"].set_index("figure")["reason"]
    assert five["alpha"] == "constant" and five["icc"] == "few"


def test_counts_show_nothing_of_evaluators(store):
    found = figures_of(store, "2025")
    assert found.rows.empty and list(found.rows.columns) == list(COLUMNS)
    assert set(found.absent.values()) == {"only_counts"}
    for language in ("zh", "en"):
        assert found.why_absent(MIX, language)


@pytest.mark.sweep
def test_drivers_of_the_town_are_plain_correlations(town_path):
    round_ = Store(town_path).release().round("2025")
    found = evaluators(round_)
    rows = found.of(DRIVERS).set_index("indicator")
    assert set(rows.index) == {"服务态度", "办事效率"}
    lines = round_ballots(round_).lines
    wide = lines.pivot(index=["ballot", "unit_code", "group_name"], columns="indicator", values="points")
    for name, row in rows.iterrows():
        both = wide[["总体评价", name]].dropna()
        centred = both - both.groupby(["unit_code", "group_name"]).transform("mean")
        assert row["value"] == pytest.approx(centred.corr().iloc[0, 1], abs=0.01), name
        assert row["votes"] == len(both) and row["low"] < row["value"] < row["high"]
    agreed = found.of(AGREEMENT)
    assert agreed[agreed["figure"] == "alpha"]["value"].between(0, 0.3).all()
    assert set(agreed[agreed["figure"] != "alpha"]["reason"]) == {"incomplete"}
    again = evaluators(Store(town_path).release().round("2025")).rows
    assert again.equals(found.rows)
