"""Charts for the pages, a module for each page. The common style is in base.py."""

from ui.charts.base import MOST_GRADES, MOST_ROWS, label, show, show_kept
from ui.charts.bottom import bottom_chart, drawn
from ui.charts.changes import changes_chart
from ui.charts.funnel import funnel_chart
from ui.charts.home import lowest, lowest_units
from ui.charts.in_category import units_in_category
from ui.charts.pledges import (
    MEASURED,
    MET_ONLY,
    MOST_NAMED,
    MOST_POSTS,
    SILENT,
    drawn_outcomes,
    halls_chart,
    outcomes_chart,
    quarters_chart,
    with_states,
    years_chart,
)
from ui.charts.province import MOST_CITIES, lists_by_city
from ui.charts.ranking import ranked_units
from ui.charts.robustness import MOST_STRIP, robustness_strip
from ui.charts.unit import grade_bars, group_means, rounds

__all__ = [
    "MEASURED",
    "MET_ONLY",
    "SILENT",
    "drawn_outcomes",
    "with_states",
    "MOST_CITIES",
    "MOST_GRADES",
    "MOST_NAMED",
    "MOST_POSTS",
    "MOST_ROWS",
    "MOST_STRIP",
    "bottom_chart",
    "changes_chart",
    "drawn",
    "funnel_chart",
    "grade_bars",
    "group_means",
    "halls_chart",
    "label",
    "lists_by_city",
    "lowest",
    "lowest_units",
    "outcomes_chart",
    "quarters_chart",
    "ranked_units",
    "robustness_strip",
    "rounds",
    "show",
    "show_kept",
    "units_in_category",
    "years_chart",
]
