"""The list that the bottom rule makes by score alone: a mark on a table, not a finding.

Whether a unit can be told apart from the others is not asked here; claim tests are not in this version.
"""

import pandas as pd

from data.rule_sets import Bottom, RuleSet
from results.family import COUNTED, LINED, places

LISTED, TIED = "listed", "tied"
NOT_DRAWN = ("dissatisfied_over",)  # needs grades, not scores


def marked_bottom(rows: pd.DataFrame, rules: RuleSet) -> pd.Series:
    """Per row of a ranking by category: LISTED, TIED (in a tie that crosses the border) or None."""
    marks = pd.Series([None] * len(rows), index=rows.index, dtype="object")
    for category, members in rows.groupby("category", sort=False):
        ranked = members[members["rank"].notna()]
        marks.update(_marked(ranked, rules.bottom_for(str(category))))
    return marks


def _marked(ranked: pd.DataFrame, bottom: Bottom) -> pd.Series:
    """Marks of the ranked units of one category that the rule lists."""
    listed = pd.Series(bottom.rule not in NOT_DRAWN, index=ranked.index, dtype=bool)
    tied = pd.Series(False, index=ranked.index)
    if bottom.rule in COUNTED:
        k = places(bottom, len(ranked))
        below = len(ranked) - ranked["rank_tied_to"].astype(int)
        not_better = len(ranked) - ranked["rank"].astype(int) + 1
        listed &= below < k
        tied = listed & (not_better > k)
    if bottom.rule in LINED:
        listed &= ranked["score"].astype(float) < (bottom.line or 0.0)
    marks = pd.Series(LISTED, index=ranked.index, dtype="object").where(~tied, TIED)
    return marks[listed]
