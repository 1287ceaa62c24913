"""Charts by themselves, without a page."""

import pandas as pd

from results.ranking.statements import ENOUGH
from ui.charts import MET_ONLY, MOST_POSTS, SILENT, drawn_outcomes, outcomes_chart, with_states
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


def outcomes(verified, met=None):
    rows = pd.DataFrame({"name": [str(n) for n in range(len(verified))], "verified": verified})
    return with_states(rows.assign(met=pd.array(met or [None] * len(verified), dtype="boolean")))


def test_silence_does_not_hide_behind_the_largest_shortfalls():
    """30 rows fell short and 15 have no verified outcome: both are drawn, the silent on top."""
    drawn_rows = drawn_outcomes(outcomes([50.0] * 30 + [float("nan")] * 15))
    assert len(drawn_rows) == MOST_POSTS
    assert list(drawn_rows["state"].head(10)) == [SILENT] * 10 and SILENT not in set(drawn_rows["state"][10:])
    few = drawn_outcomes(outcomes([50.0, float("nan"), 120.0, float("nan")], [None, False, None, None]))
    assert list(few["state"]) == [SILENT, MET_ONLY, "measured", "measured"]


def test_every_row_is_on_the_chart_as_what_it_is():
    rows = outcomes([50.0, float("nan"), float("nan"), float("nan")], [None, True, False, None])
    rows = rows.assign(reported=[60.0, None, None, None], alone=[None, None, None, 90.0], difference="x", about="y")
    figure = outcomes_chart(rows.astype({"reported": float, "alone": float}), {})
    traces = [trace for trace in figure.data if trace.mode == "markers" and len(trace.x)]
    places = {trace.marker.symbol: list(zip(trace.x, trace.y, strict=True)) for trace in traces}
    assert places["triangle-left"] == [(50, 0)] and places["diamond"] == [(100, 1)]
    assert places["x"] == [(50, 2)] and places["square-open"] == [(90, 3)]
