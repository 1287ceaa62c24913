"""The demonstration city: known truth, planned oddities, the same bytes every time."""

import csv
import io
from collections import Counter

import numpy as np
import pytest

from analytics.ranks import competition_ranks
from analytics.scores import score_units
from data.sample import city
from tests.support.faults import FAULTS, HEADER, planted_faults
from tests.support.town import city_files

POINTS = dict(zip(city.GRADES, city.POINTS, strict=False))
WEIGHTS = dict(zip(city.GROUPS, city.WEIGHTS, strict=True))


def rows_of(file):
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def files():
    return {(file.kind, file.round_id): file for file in city_files()}


@pytest.fixture(scope="module")
def tables(files):
    return {key: rows_of(file) for key, file in files.items()}


def scores_of(rows):
    lines = [
        (r["票号"], r["参评单位"], r["评议主体"], POINTS[r["评价"]])
        for r in rows
        if r["测评指标"] == "总体评价" and r["评价"] in POINTS
    ]
    return score_units(*zip(*lines, strict=True), WEIGHTS)


def test_the_files_say_that_they_are_a_demonstration_and_never_change(files):
    rounds = {(kind, y) for kind in ("units", "ballots") for y in city.ROUNDS}
    assert set(files) == rounds | {("unit_lineage", "2025")}
    assert all("演示数据" in file.name for file in files.values())
    again = {(file.kind, file.round_id): file.content for file in city.demo_files()}
    assert again == {key: file.content for key, file in files.items()}


@pytest.mark.parametrize("round_id", city.ROUNDS)
def test_the_sizes_are_those_of_a_middling_city(tables, round_id):
    units, ballots = tables["units", round_id], tables["ballots", round_id]
    assert 88 <= len(units) <= 92 and len({u["类别"] for u in units}) == 4
    assert 80_000 <= len(ballots) <= 100_000
    assert {r["参评单位"] for r in ballots} <= {u["单位全称"] for u in units}
    group_of = {r["票号"]: r["评议主体"] for r in ballots}
    assert all(group_of[r["票号"]] == r["评议主体"] for r in ballots)
    sizes = Counter(group_of.values())
    for group, printed in zip(city.GROUPS, city.EVALUATORS, strict=True):
        assert 0.6 * printed < sizes[group] <= printed
    keys = {(r["票号"], r["参评单位"], r["测评指标"]) for r in ballots}
    assert len(keys) == len(ballots)
    grades = Counter(r["评价"] for r in ballots if r["测评指标"] == "总体评价")
    assert set(grades) == set(city.GRADES)
    assert grades["满意"] > grades["基本满意"] > grades["不满意"]


@pytest.mark.parametrize("round_id", city.ROUNDS)
def test_scores_scatter_around_the_known_truth(tables, round_id):
    code = {u["单位全称"]: u["单位编码"] for u in tables["units", round_id]}
    truth = city.demo_truth(round_id)
    scores = scores_of(tables["ballots", round_id])
    assert {code[name] for name in scores.units} == set(truth)
    expected = np.array([truth[code[name]] for name in scores.units])
    error = (scores.score - expected) / scores.se
    assert abs(error.mean()) < 0.4 and 0.7 < error.std() < 1.3
    low, high = scores.interval(0.95)
    assert ((low <= expected) & (expected <= high)).mean() > 0.88


def test_units_are_renamed_merged_exempt_and_consulted(tables):
    def name(round_id, code):
        return {u["单位编码"]: u["单位全称"] for u in tables["units", round_id]}.get(code)

    code = {u.name: u.code for u in city.demo_units()}
    renamed = code["市卫生健康委员会"]
    assert [name(y, renamed) for y in city.ROUNDS] == ["市卫生和计划生育委员会"] + ["市卫生健康委员会"] * 2
    assert name("2024", code[city.SUCCESSOR]) is None
    states = {u["单位全称"]: u["参评状态"] for u in tables["units", "2025"]}
    assert [states[n] for n in (*city.MERGED, city.EXEMPT, city.CONSULTED)] == [
        "撤并", "撤并", "免评", "征求意见不排名",
    ]  # fmt: skip
    asked = {r["参评单位"] for r in tables["ballots", "2025"]}
    assert not asked & {*city.MERGED, city.EXEMPT} and {city.CONSULTED, city.SUCCESSOR} <= asked


def test_one_unit_has_too_few_votes_and_no_other(tables):
    for round_id in city.ROUNDS:
        scores = scores_of(tables["ballots", round_id])
        few = scores.units[scores.n.sum(axis=1) < 30].tolist()
        assert few == [city.LITTLE_SEEN]


def test_two_units_tie_exactly_across_the_border_of_the_last_two(tables):
    peers = {u["单位全称"] for u in tables["units", "2025"] if u["类别"] == city.TIED_CATEGORY}
    scores = scores_of(tables["ballots", "2025"])
    inside = np.isin(scores.units, sorted(peers))
    names, rank = scores.units[inside], competition_ranks(scores.score[inside])
    place = {n: (a, b) for n, a, b in zip(names.tolist(), *(r.tolist() for r in rank), strict=True)}
    count = len(peers)
    assert place[city.WORST] == (count, count)
    assert place[city.TIED[0]] == place[city.TIED[1]] == (count - 2, count - 1)
    value = dict(zip(scores.units.tolist(), scores.score.tolist(), strict=True))
    assert value[city.TIED[0]] == value[city.TIED[1]]
    truth = city.demo_truth("2025")
    code = {u.name: u.code for u in city.demo_units()}
    assert truth[code[city.TIED[0]]] == truth[code[city.TIED[1]]]


def test_planted_faults_are_as_many_as_asked_each_in_its_own_line():
    content, faults = planted_faults(500)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == list(HEADER) and {len(row) for row in rows} == {len(HEADER)}
    assert len(faults) == len({row for row, _, _ in faults}) == 500
    assert {kind for *_, kind in faults} == set(FAULTS) and len(FAULTS) >= 12
    empty = [(row, column) for row, column, kind in faults if kind.startswith("empty")]
    assert all(rows[row - 1][HEADER.index(column)] == "" for row, column in empty)
    bad = {row for row, _, _ in faults}
    sound = [row for number, row in enumerate(rows[1:], start=2) if number not in bad]
    assert len({(row[0], row[2]) for row in sound}) == len(sound)
    assert planted_faults(500) == (content, faults)
