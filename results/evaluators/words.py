"""Words of the figures on evaluators: names, reasons why a figure is missing, meanings and cautions."""

from i18n import N_

AGREEMENT, DRIVERS, MODES, MIX = PARTS = ("agreement", "drivers", "modes", "mix")
ALPHA, ICC, W = FIGURES = ("alpha", "icc", "w")

PART_NAMES = {
    AGREEMENT: N_("Agreement of evaluators"),
    DRIVERS: N_("What goes together with the overall grade"),
    MODES: N_("Differences between channels"),
    MIX: N_("Scores at the mix of all votes"),
}
FIGURE_NAMES = {
    ALPHA: N_("Krippendorff's alpha"),
    ICC: N_("ICC(2,k)"),
    W: N_("Kendall's W"),
    "correlation": N_("Correlation"),
    "mean_difference": N_("Mean difference in points"),
    "difference": N_("Difference in points"),
    "adjusted": N_("Adjusted score"),
}

WITHHELD, FEW, CONSTANT, INCOMPLETE, NO_INTERVAL, UNDEFINED, NO_STRATUM = (
    *("withheld", "few", "constant", "incomplete", "no_interval", "undefined", "no_stratum"),
)
REASONS = {
    WITHHELD: N_("Withheld: fewer evaluators than may be shown."),
    FEW: N_("Not computable: it needs two evaluators who graded the same units."),
    CONSTANT: N_("Not computable: all grades are the same."),
    INCOMPLETE: N_("Not computable: only where everyone grades everything."),
    NO_INTERVAL: N_("Without an interval: too few evaluators or units for it."),
    UNDEFINED: N_("Not defined for these grades."),
    NO_STRATUM: N_("Not computable: too few votes in one of the kinds of ballots."),
}

ONLY_COUNTS, ONE_INDICATOR, NO_OVERALL, NO_CHANNEL, ONE_CHANNEL, ONE_KIND = (
    *("only_counts", "one_indicator", "no_overall", "no_channel", "one_channel", "one_kind"),
)
ABSENT = {
    ONLY_COUNTS: N_("This round has counts only. They do not show who graded what, so nothing can be computed here."),
    ONE_INDICATOR: N_("Only one indicator was asked; there is nothing to compare the overall grade with."),
    NO_OVERALL: N_(
        "No overall grade was asked. The mean of the indicators contains each of them, so a correlation with it would "
        "show nothing."
    ),
    NO_CHANNEL: N_("The ballots do not name a channel, so channels cannot be compared."),
    ONE_CHANNEL: N_("No unit has enough votes of one evaluator group through two channels, so there is no comparison."),
    ONE_KIND: N_(
        "All ballots are of one kind, or name neither channel nor site: the mix is the same for all units, and there "
        "is nothing to adjust."
    ),
}

MEANINGS = {
    ALPHA: N_(
        "Krippendorff's alpha: do single evaluators grade alike? 1 is full agreement, 0 is chance. From 0.8 single "
        "grades are reliable, from 0.667 they allow tentative conclusions (Krippendorff 2004)."
    ),
    ICC: N_(
        "ICC(2,k): would the mean of as many other evaluators give the same scores? From 0.9 excellent, from 0.75 "
        "good, from 0.5 moderate, judged by the lower end of the interval (Koo and Li 2016); 0 or less is no "
        "reliability."
    ),
    W: N_(
        "Kendall's W: do evaluators put the units in the same order? 0 is no common order, 1 is the same order; equal "
        "grades are ties and are corrected for."
    ),
}
CAUTIONS = {
    AGREEMENT: N_(
        "Evaluators may agree little while the mean of many of them is reliable: a low alpha does not make the ranking "
        "chance, and a high one does not make it fair."
    ),
    DRIVERS: N_(
        "A correlation is not a cause: those who are content grade everything well. A better grade on one indicator "
        "need not raise the overall grade."
    ),
    MODES: N_(
        "A difference is no proof that the channel causes it: other people may answer there. Each interval is for one "
        "comparison; of 100 equal comparisons, about {chance} exclude zero by chance."
    ),
    MIX: N_(
        "For comparison only. The official score stays as it is, and this score is never used for the bottom list: "
        "the mix may itself be a result of how the unit serves people. All votes count alike in both scores, so that "
        "the mix is the only difference: where evaluator groups have weights, neither is the official score."
    ),
}
