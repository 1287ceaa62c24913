"""Rounds under rule sets with other parts: evidence, kits, what-if, replay, reserved words, rounds of pledges only."""

import io
import json
import zipfile

import numpy as np
import pytest

from cli.main import run
from data.model.rule_sets import parse_rules
from data.store import ImportOptions, Store
from reports.disclosure_control import ErrorUnknownError, published
from reports.verification_kit import kit_bytes, kit_content
from reports.verify_kit import compare
from results.overview import overview
from results.pledges.vote_scores import vote_scores
from results.quality.rule_lint import lint_on, lint_rules
from results.ranking.component_sources import Source, SourceNotFoundError, offer
from results.ranking.family import families
from results.ranking.other_parts import CountedTwiceError
from results.ranking.ranking import ranking
from results.ranking.robustness import robustness
from results.ranking.score_classes import score_classes
from results.ranking.score_parts import score_parts
from results.ranking.what_if import what_if
from tests.reference import plain_rules
from tests.support.ruled_rounds import import_round, read

UNITS = ("甲局", "乙局", "丙局", "丁局", "戊局")
BASE = """
name = "parts"
title = "有构成的算法"
source = "测试"
why = "测试"
authored_by = "甲"
checked_by = "乙"
date = 2025-11-01
[points]
"满意" = 100
"基本满意" = 60
"不满意" = 0
[weights]
"公众" = 0.5
"代表" = 0.5
[minimum]
per_unit = 5
per_group = 3
[bottom]
rule = "RULE"
k = 1
line = 70
[uncertainty]
draws = 2000
"""
PARTS = """
[components."评议"]
weight = 0.8
[components."日常考核"]
weight = 0.2
source = "component_score"
[deductions]
source = "component_score:扣分"
[alternatives."平权"]
why = "两类主体同等"
weights = { "公众" = 0.8, "代表" = 0.2 }
"""
OTHERS = [(unit, "日常考核", str(70 + 5 * at), "100") for at, unit in enumerate(UNITS)] + [
    ("丙局", "扣分", "-30", None)
]


def lines(each=40):
    found = []
    for group in ("公众", "代表"):
        for n in range(each):
            for at, unit in enumerate(UNITS):
                grade = "不满意" if (n + at) % (4 + at) == 0 else "基本满意" if n % 5 == at else "满意"
                found.append((f"{group}{n}", group, "", unit, "总体评价", grade))
    return found


def stored(path, text, others=OTHERS, rows=None):
    store = Store(path)
    import_round(store, text, lines() if rows is None else rows, others)
    store.publish()
    return store


@pytest.mark.sample
@pytest.mark.parametrize("rule", ["last", "below", "last_and_below", "dissatisfied_over"])
def test_the_kit_recomputes_scores_with_parts_under_every_rule(tmp_path, rule):
    text = BASE.replace("RULE", rule).replace("line = 70", "line = 70\nlimit = 0.2") + PARTS
    round_ = stored(tmp_path / "var", text).release().round("2025")
    (family,) = families(round_)
    for code in family.members["unit_code"]:
        content = json.loads(json.dumps(kit_content(round_, family, code)))
        assert [line for line in compare(content) if not line[3]] == [], code
    with zipfile.ZipFile(io.BytesIO(kit_bytes(round_, "丙局"))) as kit:
        parts = json.loads(kit.read("kit.json"))["parts"]
    assert [(row["part"], row["evidence"]) for row in parts["listed"]] == [
        ("日常考核", "2025号文件"),
        ("扣分", "2025号文件"),
    ]


@pytest.mark.parametrize("k", [1, 2])
def test_the_kit_doubles_the_smaller_p_value_among_few_units(tmp_path, k):
    text = BASE.replace("RULE", "last_and_below").replace("k = 1", f"k = {k}")
    few = [row for row in lines() if row[3] in UNITS[:4]]
    round_ = stored(tmp_path / "var", text, others=[], rows=few).release().round("2025")
    (family,) = families(round_)
    for code in family.members["unit_code"]:
        content = json.loads(json.dumps(kit_content(round_, family, code)))
        assert [line for line in compare(content) if not line[3]] == [], code


@pytest.mark.parametrize("more", ["[trimming]\nhighest = 2\nlowest = 2\n", "[trimming]\nshare = 0.05\n"])
def test_the_kit_recomputes_a_trimmed_score_and_no_public_page_is_made_of_it(tmp_path, more):
    round_ = stored(tmp_path / "var", BASE.replace("RULE", "last") + more, ()).release().round("2025")
    (family,) = families(round_)
    for code in family.members["unit_code"]:
        content = json.loads(json.dumps(kit_content(round_, family, code)))
        assert [line for line in compare(content) if not line[3]] == [], code
    with pytest.raises(ErrorUnknownError):
        published(round_)
    assert "trimmed" in {note.code for note in overview(round_).notes}


@pytest.mark.parametrize(("missing", "ranked"), [("not_ranked", False), ("renormalise", True)])
def test_a_group_of_which_trimming_leaves_no_vote_counts_as_missing_and_is_named(tmp_path, missing, ranked):
    """甲局 has four votes of the second group, and the two highest and two lowest are left out."""
    few = [
        line for line in lines() if line[1:4:2] != ("代表", "甲局") or line[0] in ("代表0", "代表1", "代表2", "代表3")
    ]
    text = BASE.replace("RULE", "last").replace("per_group = 3", f'per_group = 3\nmissing_group = "{missing}"')
    round_ = stored(tmp_path / "var", text + "[trimming]\nhighest = 2\nlowest = 2\n", (), few).release().round("2025")
    row = ranking(round_).rows.set_index("unit_code").loc["甲局"]
    assert (row["reason"], row["verdict"] != "not_ranked") == ("all_trimmed", ranked)
    assert [note.units for note in overview(round_).notes if note.code == "all_trimmed"] == [("甲局",)]


CLASSES = """
[classes]
"优秀" = { share = 0.2 }
"良好" = { share = 0.4 }
"其他" = { share = 0.4 }
[veto]
source = "component_score:一票否决"
effect = "lowest_class"
"""
OPEN_CLASS = """
[classes]
"优秀" = { from = 79, share = 0.2 }
"良好" = { from = 77 }
"中" = { share = 0.2 }
"其他" = {}
"""


@pytest.mark.sweep
def test_a_vetoed_unit_takes_no_place_of_a_better_class(tmp_path):
    """戊局 is first and vetoed; the two next are tied and do not both fit into the first class, which is empty then."""
    text = BASE.replace("RULE", "last") + CLASSES
    for name, vetoed, expected in (
        ("tied", ("戊局",), {"戊局": "其他", "丁局": "良好", "丙局": "良好", "乙局": "其他", "甲局": "其他"}),
        ("free", ("戊局", "丁局"), {"戊局": "其他", "丁局": "其他", "丙局": "优秀", "乙局": "良好", "甲局": "良好"}),
    ):
        rows = [(unit, "一票否决", "0", None) for unit in vetoed]
        found = score_classes(stored(tmp_path / name, text, rows).release().round("2025")).rows.set_index("unit_code")
        assert found["class_name"].to_dict() == expected
        assert (found.loc[list(vetoed), ["class_best", "class_worst"]] == "其他").all(axis=None)


def test_a_class_without_a_number_leaves_the_next_class_within_reach(tmp_path):
    """良好 takes all from its line on, so that 中 may begin at any place: 甲局, the last, may still be in it."""
    round_ = stored(tmp_path / "var", BASE.replace("RULE", "last") + OPEN_CLASS, ()).release().round("2025")
    found = score_classes(round_).rows.set_index("unit_code")
    assert found["class_name"].to_dict() == {
        "戊局": "优秀",
        "丁局": "良好",
        "丙局": "良好",
        "乙局": "中",
        "甲局": "其他",
    }
    assert set(found["class_best"]) <= {"优秀", "良好", "中"} and found.loc["甲局", "class_worst"] == "其他"


def test_a_deduction_decides_a_place_and_the_row_says_so_next_to_the_ballots_alone(tmp_path):
    store = stored(tmp_path / "var", BASE.replace("RULE", "last") + PARTS)
    round_ = store.release().round("2025")
    row = ranking(round_).rows.set_index("unit_code").loc["丙局"]
    (parts,) = score_parts(round_)
    own = parts.rows.set_index("unit_code").loc["丙局"]
    assert (row["verdict"], row["reason"]) == ("confirmed", "parts_decided") and parts.decided == ["丙局"]
    assert own["ballots_verdict"] != "confirmed" and own["moved"] > 0
    deduction = parts.parts[parts.parts["kind"] == "deduction"].iloc[0]
    assert (deduction["points"], deduction["evidence"]) == (-30.0, "2025号文件")
    rules = {rule.kind: rule for rule in robustness(round_, "全部").rules}
    assert rules["without_parts"].listed != rules["official"].listed == ("丙局",)
    assert "两类主体同等" in rules["declared"].sentence("zh")
    assert published(round_).rows["score"].notna().any()
    assert run(["--store", str(store.path), "replay", store.in_force()]) == 0
    for option in ("--parts", "--rule-classes"):
        assert run(["--store", str(store.path), "ranking", "--round", "2025", option]) == 0
        assert run(["--store", str(store.path), "ranking", "--round", "2025", option, "--format", "json"]) == 0


def test_only_the_first_and_last_places_are_published_with_all_that_share_them(tmp_path):
    text = BASE.replace("RULE", "last") + "[publication]\nfirst = 2\nlast = 1\n"
    round_ = stored(tmp_path / "var", text, ()).release().round("2025")
    ranked = ranking(round_).rows.sort_values("rank")
    shown = published(round_).rows
    expected = set(ranked[(ranked["rank"] <= 2) | (ranked["rank_tied_to"] == 5)]["unit_code"])
    assert set(shown["unit_code"]) == expected and len(expected) < 5


def test_a_rule_set_with_parts_can_be_tried_on_a_round_published_without(tmp_path):
    store = stored(tmp_path / "var", BASE.replace("RULE", "last"))
    round_ = store.release().round("2025")
    plain = ranking(round_).rows.set_index("unit_code")["score"]
    rules = parse_rules(BASE.replace("RULE", "last").replace('"parts"', '"tried"') + PARTS)
    tried = ranking(round_, None, what_if(store, round_, rules)).rows.set_index("unit_code")["score"]
    assert tried["乙局"] == pytest.approx(0.8 * plain["乙局"] + 0.2 * 75)
    assert tried["丙局"] == pytest.approx(0.8 * plain["丙局"] + 0.2 * 80 - 30)


def test_a_measure_that_may_not_enter_is_refused_by_name(tmp_path):
    text = BASE.replace("RULE", "last") + PARTS.replace(
        '"component_score"\n[deductions]', '"echo.received"\n[deductions]'
    )
    round_ = stored(tmp_path / "var", text).release().round("2025")
    with pytest.raises(SourceNotFoundError, match=r"echo\.received"):
        families(round_)


def test_a_measure_that_may_not_enter_is_refused_by_name_before_the_rules_are_stored(tmp_path, capsys):
    file, store = tmp_path / "rules.toml", str(tmp_path / "var")
    file.write_text(BASE.replace("RULE", "last") + PARTS.replace('"component_score"\n[ded', '"echo.received"\n[ded'))
    for words in (("check", str(file)), ("add", str(file))):
        assert run(["--store", store, "--lang", "en", "rules", *words]) == 2
        assert "echo.received" in capsys.readouterr().err
    assert Store(tmp_path / "var").rule_sets() == []


@pytest.mark.sweep
def test_a_sampled_share_is_added_with_its_error_and_a_verified_one_without(tmp_path):
    """A register of five units: 戊局 has too few cases, so its weight goes to the ballots and it is never confirmed."""
    cases = dict(zip(UNITS, [(30, 40), (40, 40), (35, 50), (20, 40), (5, 9)], strict=True))
    offer(lambda: {"wall.on_time": Source(lambda *_: cases, True), "wall.kept": Source(lambda *_: cases, False)})
    found, places = {}, {}
    for name in ("wall.on_time", "wall.kept"):
        text = BASE.replace("RULE", "below").replace('"parts"', f'"{name}"')
        text += '[components."评议"]\nweight = 0.6\n[components."办理"]\nweight = 0.4\n'
        text += f'source = "{name}"\nminimum = 30\nmissing = "renormalise"\npoints = [[0.5, 0], [1, 100]]\n'
        round_ = stored(tmp_path / name, text, ()).release().round("2025")
        (family,) = families(round_)
        expected = plain_rules.official(plain_rules.read(text), lines(), measures={name: cases})
        for at, unit in enumerate(family.members["unit_code"]):
            assert family.scores.score[at] == pytest.approx(float(expected[unit]), abs=1e-9)
            content = json.loads(json.dumps(kit_content(round_, family, unit)))
            assert [line for line in compare(content) if not line[3]] == [], unit
        rows = ranking(round_).rows.set_index("unit_code")
        reason, places[name] = rows["reason"], rows["rank_worst"] - rows["rank_best"]
        assert reason["戊局"] == "part_left_out" and "part_left_out" in {note.code for note in overview(round_).notes}
        found[name] = family
    low, high = (family.scores.interval(0.95) for family in found.values())
    wider = np.subtract(*low[::-1]) - np.subtract(*high[::-1])
    enough = found["wall.kept"].members["unit_code"].to_numpy() != "戊局"
    assert (wider[enough] > 0).all() and wider[~enough] == pytest.approx(0, abs=1e-9)
    assert (found["wall.on_time"].scores.se > found["wall.kept"].scores.se)[enough].all()
    sampled, verified = (places[name].astype(int) for name in ("wall.on_time", "wall.kept"))
    assert (sampled >= verified).all() and sampled.sum() > verified.sum(), "the sets of places widen with the error"


def test_one_fact_enters_a_score_once(tmp_path):
    store = Store(tmp_path / "var")
    import_round(store, BASE.replace("RULE", "last") + PARTS, lines())
    rows = "单位,项目,得分,满分,依据,事项编号\n甲局,日常考核,80,100,某文,S1\n甲局,扣分,-3,,某文,S1\n"
    options = ImportOptions(accept_warnings="测试")
    assert store.import_files("component_score", [("o.csv", rows.encode())], "2025", options).stored
    store.publish()
    with pytest.raises(CountedTwiceError, match="S1"):
        families(store.release().round("2025"))


@pytest.mark.parametrize("word", ["ALL", "ａｌｌ", "All"])
def test_a_category_named_as_all_is_refused_in_every_file_and_in_the_rules(tmp_path, word):
    store = Store(tmp_path / "var")
    store.add_rules(BASE.replace("RULE", "last"))
    files = {
        "units": f"单位编码,单位名称,类别,序号\nA,甲局,{word},1\nB,乙局,一类,2\n",
        "ballots": f"票号,评议主体,参评单位,类别,测评指标,评价\n1,公众,甲局,{word},总体评价,满意\n"
        "2,公众,乙局,一类,总体评价,满意\n",
        "counts": f"参评单位,类别,评议主体,测评指标,满意,基本满意,不满意\n"
        f"甲局,{word},公众,总体评价,5,1,0\n乙局,一类,公众,总体评价,4,1,1\n",
    }
    for kind, text in files.items():
        report = store.import_files(kind, [("a.csv", text.encode())], "2025", ImportOptions(accept_warnings="测试"))
        assert "reserved_category" in {problem.code for problem in report.problems}, kind
        assert not report.stored
    for section in (f'[weights_by_category."{word}"]\n"公众" = 1\n', f'[bottom.by_category."{word}"]\nk = 2\n'):
        with pytest.raises(Exception, match=word):
            parse_rules(BASE.replace("RULE", "last") + section)


def test_a_round_with_hall_votes_only_has_a_rule_set_that_scores_its_halls(tmp_path):
    store = Store(tmp_path / "var")
    store.add_rules(BASE.replace("RULE", "last") + '[votes.points]\n"好" = 100\n"差" = 0\n')
    text = "单位,职务,测评主体,等次,票数\n甲局,书记,党员,好,30\n甲局,书记,党员,差,10\n"
    options = ImportOptions(rules="parts", accept_warnings="测试")
    report = store.import_files("votes", [("v.csv", text.encode())], "2025", options)
    assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    round_ = store.release().round("2025")
    assert round_.rules is None and round_.evidence_rules.name == "parts" == store.rules_in_use("2025")
    assert vote_scores(round_).rows["score"].tolist() == [75.0]
    assert run(["--store", str(store.path), "replay", store.in_force()]) == 0
    again = store.import_files("votes", [("v.csv", text.encode())], "2025", options)
    assert not again.stored and again.same_as


def test_lint_says_what_lines_of_classes_and_trimming_do(tmp_path):
    text = (
        BASE.replace("RULE", "last") + '[classes."优秀"]\nfrom = 99.9\n[classes."合格"]\nfrom = 1\n[classes."不合格"]\n'
    )
    round_ = stored(tmp_path / "var", text, ()).release().round("2025")
    assert {"rule_class_nobody", "rule_class_everybody"} <= {note.code for note in lint_on(round_)}
    trimmed = parse_rules(BASE.replace("RULE", "last") + "[trimming]\nlowest = 1\n")
    assert [note.code for note in lint_rules(trimmed)] == ["rule_trimmed"]


def test_rules_with_settings_that_exclude_each_other_are_refused():
    wrong = {
        PARTS.replace("0.8", "0.7", 1): "rules_weights_sum",
        '[components."甲"]\nweight = 0.5\n[components."乙"]\nweight = 0.5\n': "rules_ballots_once",
        "[trimming]\nshare = 0.1\nlowest = 1\n": "rules_one_of",
        "[publication]\nfirst = 0\n": "rules_nothing_set",
        '[veto]\nsource = "component_score"\neffect = "lowest_class"\n': "rules_needs_section",
        '[classes."甲"]\nfrom = 60\n[classes."乙"]\nfrom = 80\n[classes."丙"]\n': "rules_lines_fall",
        '[apart]\ngroups = ["公众"]\n': "rules_apart_weight",
        '[alternatives."甲"]\nwhy = "无"\n': "rules_nothing_set",
        '[volume]\nsource = "component_score:业务量"\nsteps = [[5, 1], [5, 2]]\n': "rules_lines_rise",
        '[deductions]\nsource = "echo.on_time"\n': "rules_not_one_of",
    }
    for section, code in wrong.items():
        with pytest.raises(Exception) as refused:
            parse_rules(BASE.replace("RULE", "last") + section)
        assert code in {problem.code for problem in refused.value.problems}, section
    assert read(PARTS)["components"]
