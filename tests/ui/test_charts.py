"""Charts by themselves, without a page."""

import pandas as pd

from results.ranking.statements import ENOUGH
from ui.charts.bottom import LABEL, bottom_chart
from ui.charts.unit import grade_bars


def test_the_middle_of_the_scale_strikes_out_no_percentage():
    grades = pd.DataFrame(
        {
            "kind": "scored",
            "grade": ["好", "中", "差"],
            "points": [100, 60, 0],
            "group": "群众",
            "share": [0.3, 0.4, 0.3],
        }
    )
    figure = grade_bars(grades)
    assert [shape.layer for shape in figure.layout.shapes] == ["below"]
    assert [bar.text[0] for bar in figure.data] == ["30%", "40%", "30%"]


def test_no_figure_of_the_evidence_lies_across_the_line():
    evidence = [0, 39, 40, 41, 89, 99, 100, 101, 108, 300]
    rows = pd.DataFrame(
        {
            "unit_name": [f"单位{number}" for number in range(len(evidence))],
            "verdict": ["confirmed" if value >= ENOUGH else "undecided" for value in evidence],
            "rank": range(10, 0, -1),
            "rank_best": range(10, 0, -1),
            "rank_worst": range(10, 0, -1),
            "evidence": evidence,
            "strength": [str(value) for value in evidence],
            "n": 100,
            "interval": "",
            "places": "",
        }
    )
    figure = bottom_chart(rows, 8.5, 2, None)
    texts = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "text"]
    begins = {text.strip(): at for trace in texts for text, at in zip(trace.text, trace.x, strict=True)}
    assert set(begins) == set(rows["strength"])
    assert not [text for text, at in begins.items() if at < ENOUGH < at + LABEL]
    assert not [text for text, at in begins.items() if at < int(text)], "never on its own bar"
