"""Sentences on the comparison of two rounds, each chosen by its numbers: the same on page and paper."""

import math

from analytics.changes import RegressionToMean
from i18n import N_, PUNCTUATION, translate
from results import number_format
from results.comparison.year_on_year import FELL, ROSE, SAME, Changes

SOME, NONE, ALL_MOVED = "some", "none", "all"
SUMMARIES = {
    SOME: N_(
        "Units compared: {count}. Changed by more than chance explains: {rose} rose, {fell} fell ({level}% for all "
        "findings of the category together). The changes of the other {same} are not significant."
    ),
    NONE: N_("Units compared: {count}. No change is significant ({level}% for all findings of the category together)."),
    ALL_MOVED: N_(
        "Units compared: {count}. All changed by more than chance explains: {rose} rose, {fell} fell ({level}% for all "
        "findings of the category together)."
    ),
}
REGRESSION = N_(
    "The last of {round} ({k}): if the units had not changed, chance alone would be expected to move their mean score "
    "by {predicted} points (regression to the mean). It moved by {measured} points, and the mean of all units by "
    "{overall} points."
)
NOT_UP, BY_CHANCE, SHARED, IMPROVED, UNKNOWN = "not_up", "by_chance", "shared", "improved", "unknown"
IMPROVEMENTS = {
    NOT_UP: N_("Their mean score did not rise; there is no improvement to speak of."),
    BY_CHANCE: N_("The rise does not exceed chance; it cannot be taken for an improvement."),
    SHARED: N_(
        "The rise exceeds chance, but not significantly that of all units; it cannot be taken for an improvement of "
        "these units in particular."
    ),
    IMPROVED: N_("The rise exceeds chance; it can be taken for an improvement."),
    UNKNOWN: N_("How far chance reaches cannot be estimated here; the rise cannot be taken for an improvement."),
}


def summary_kind(rose: int, fell: int, same: int) -> str:
    """Return which summary fits the numbers of units that rose, fell and show no change."""
    if not rose + fell:
        return NONE
    return SOME if same else ALL_MOVED


def summary(found: Changes, language: str) -> str:
    """Return how many units rose, fell and show no change; empty where nothing was tested."""
    if not (found.tested and found.compared):
        return ""
    rose, fell, same = (found.count(name) for name in (ROSE, FELL, SAME))
    message = SUMMARIES[summary_kind(rose, fell, same)]
    level = f"{100 * found.level:g}"
    return translate(message, language).format(count=found.compared, rose=rose, fell=fell, same=same, level=level)


def improvement(facts: RegressionToMean, decimals: int = 2) -> str:
    """Return which of IMPROVEMENTS the numbers support, as they are printed: +0.51 does not exceed +0.51.

    A rise is no improvement because it exceeds the predicted rise: it must do so by more than the reach of chance, and
    it must exceed the rise of all units as well, since a milder form lifts everyone.
    """
    names = ("measured", "predicted", "overall")
    measured, predicted, overall = (float(number_format.number(getattr(facts, name), decimals)) for name in names)
    if measured <= 0:
        return NOT_UP
    if measured <= predicted or measured - predicted <= facts.margin:
        return BY_CHANCE
    if math.isnan(facts.margin + facts.margin_overall):
        return UNKNOWN
    return SHARED if measured - overall <= facts.margin_overall else IMPROVED


def regression(facts: RegressionToMean, round_: str, decimals: int, language: str) -> str:
    """Return what became of the last of the earlier round, in words. round_: its name as it is printed."""
    signed = {
        name: number_format.signed(getattr(facts, name), decimals) for name in ("predicted", "measured", "overall")
    }
    signed["predicted"] = number_format.number(facts.predicted, decimals)  # never below 0
    sentence = translate(REGRESSION, language).format(round=round_, k=facts.k, **signed)
    return sentence + PUNCTUATION[language].gap + translate(IMPROVEMENTS[improvement(facts, decimals)], language)
