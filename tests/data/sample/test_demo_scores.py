"""The demonstration's scores again, in plain Python from the files themselves."""

import csv
import io
from collections import defaultdict
from math import fsum

import numpy as np
import pytest

from analytics.scores import score_units
from data.sample.city import GROUPS, POINTS, WEIGHTS, demo_units
from tests.support.town import city_files

POINTS_OF = dict(zip(("满意", "基本满意", "不满意"), POINTS, strict=True))


@pytest.fixture(scope="module")
def lines():
    """(ballot, unit code, group, points) of every scored line of 总体评价."""
    content = next(f for f in city_files() if f.round_id == "2025" and f.kind == "ballots").content
    codes = {unit.name_in("2025"): unit.code for unit in demo_units()}
    return [
        (row["票号"], codes[row["参评单位"]], row["评议主体"], POINTS_OF[row["评价"]])
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if row["测评指标"] == "总体评价" and row["评价"] in POINTS_OF
    ]


@pytest.mark.sweep
def test_weighted_scores_agree_with_plain_python(lines, demo):
    cells = defaultdict(list)
    for _, unit, group, points in lines:
        cells[unit, group].append(points)
    for row in demo.json("ranking", "--round", "2025")["rows"]:
        own = [cells[row["unit_code"], group] for group in GROUPS]
        assert row["n"] == sum(map(len, own))
        if all(own):
            means = [fsum(values) / len(values) for values in own]
            expected = fsum(w * m for w, m in zip(WEIGHTS, means, strict=True))
            assert row["score"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.sweep
def test_pooled_scores_agree_with_plain_python(lines, demo, tmp_path):
    from data.sample.load import RULES_FILE

    path = tmp_path / "pooled.toml"
    path.write_text(RULES_FILE.read_text("utf-8").replace('order = "group"', 'order = "pooled"'), "utf-8")
    cells = defaultdict(list)
    for _, unit, _, points in lines:
        cells[unit].append(points)
    for row in demo.json("ranking", "--round", "2025", "--what-if", path)["rows"]:
        own = cells[row["unit_code"]]
        if own:
            assert row["score"] == pytest.approx(fsum(own) / len(own), abs=1e-12)


def test_lines_and_moments_give_the_same_score_and_error(lines, demo):
    rows = {r["unit_code"]: r for r in demo.json("ranking", "--round", "2025", "--category", "ALL")["rows"]}
    ballot, unit, group, points = (np.array(column) for column in zip(*lines, strict=True))
    scores = score_units(ballot, unit, group, points, dict(zip(GROUPS, WEIGHTS, strict=True)))
    for place, code in enumerate(scores.units):
        row = rows[str(code)]
        assert scores.score[place] == pytest.approx(row["score"], abs=1e-9)
        assert scores.covariance[place, place] ** 0.5 == pytest.approx(row["se_sampling"], abs=1e-9)
        assert scores.covariance_adjusted[place, place] ** 0.5 == pytest.approx(row["se"], abs=1e-9)
