"""Charts by page: what the pages call. The house style is in base.py."""

from ui.charts.base import MOST_GRADES, MOST_ROWS, label, show
from ui.charts.bottom import bottom_chart, drawn
from ui.charts.ranking import ranked_units, score_spread
from ui.charts.unit import grade_bars, group_means, rounds

__all__ = [
    "MOST_GRADES",
    "MOST_ROWS",
    "bottom_chart",
    "drawn",
    "grade_bars",
    "group_means",
    "label",
    "ranked_units",
    "rounds",
    "score_spread",
    "show",
]
