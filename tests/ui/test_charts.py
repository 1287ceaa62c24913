"""Charts by themselves, without a page."""

import pandas as pd

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
