"""The words of a ranking: headers of its fields and what they mean, verdicts, reasons, statuses.

Codes are for programs and stay English; words are for readers and are translated.
"""

from i18n import N_, translate

HEADERS = {
    "round": N_("Round"),
    "unit_code": N_("Unit code"),
    "unit_name": N_("Unit"),
    "category": N_("Category"),
    "n": N_("Votes"),
    "dont_know_share": N_("Share of don't know"),
    "score": N_("Score"),
    "se_sampling": N_("Standard error of sampling"),
    "se": N_("Standard error"),
    "score_low": N_("Score, lower limit"),
    "score_high": N_("Score, upper limit"),
    "rank": N_("Rank"),
    "rank_tied_to": N_("Tied to rank"),
    "rank_best": N_("Best rank of the set"),
    "rank_worst": N_("Worst rank of the set"),
    "p_bottom": N_("Probability of the bottom"),
    "confirm_p": N_("p value for the bottom"),
    "clear_p": N_("p value against the bottom"),
    "verdict": N_("Verdict"),
    "reason": N_("Remark"),
    "shrunken": N_("Shrunken score"),
    "expected_rank": N_("Expected rank"),
    "rules": N_("Rule set"),
    "release": N_("Release"),
}


MEANINGS = {
    "round": N_("The round of the evaluation, usually a year."),
    "unit_code": N_("The code of the unit in the register; without a register its name."),
    "unit_name": N_("The full name of the unit."),
    "category": N_("The category; units are ranked and judged inside it."),
    "n": N_("Votes that count: one ballot on one unit is one vote."),
    "dont_know_share": N_("Answers “don't know” among them and the graded answers. They are no low grade."),
    "score": N_("The official score by the rule set; larger is better."),
    "se_sampling": N_("Standard error of the score, before the small-sample step."),
    "se": N_("Standard error of the score, from the spread of the ballots."),
    "score_low": N_("Lower end of the interval of the score."),
    "score_high": N_("Upper end of the interval of the score."),
    "rank": N_("The place by score, 1 is best; equal scores share it."),
    "rank_tied_to": N_("The last place that equal scores share."),
    "rank_best": N_("The best place that the votes allow, for all units of the category at once."),
    "rank_worst": N_("The worst place that the votes allow, for all units of the category at once."),
    "p_bottom": N_("Probability of being among the last k, from the shrunken scores."),
    "confirm_p": N_("How little the votes fit a unit that is not at the bottom; adjusted for all units (Holm)."),
    "clear_p": N_("How little the votes fit a unit that is at the bottom; adjusted for all units (Holm)."),
    "verdict": N_("Only a confirmed unit may be named as one of the bottom."),
    "reason": N_("Why a unit is not ranked or cannot be confirmed."),
    "shrunken": N_(
        "The score drawn towards the mean as far as its uncertainty asks (empirical Bayes); never official."
    ),
    "expected_rank": N_("The mean place under the uncertainty."),
    "rules": N_("The rule set that the line is made by."),
    "release": N_("The release that the line is from: `biaochi replay` and this id recompute it."),
}


SHARES, P_VALUES, POINTS = (
    {"dont_know_share", "p_bottom"},
    {"confirm_p", "clear_p"},
    {"score", "se_sampling", "se", "score_low", "score_high", "shrunken"},
)


VERDICTS = {
    "confirmed": N_("Confirmed"),
    "undecided": N_("Undecided"),
    "cleared": N_("Cleared"),
    "not_ranked": N_("Not ranked"),
}


REASONS = {
    "too_few_votes": N_("Too few votes"),
    "missing_group": N_("A group is missing"),
    "small_group": N_("A group is small"),
    "exempt": N_("Exempt"),
    "consulted": N_("Consulted, not ranked"),
    "suspended": N_("Suspended"),
    "merged": N_("Merged"),
    "border_tie": N_("Tied across the border"),
    "no_spread": N_("No spread"),
}


REASON_SENTENCES = {
    "too_few_votes": N_("The unit has fewer votes than the rule set asks for; it is not ranked."),
    "missing_group": N_("An evaluator group that counts gave the unit no vote; the score is not comparable."),
    "small_group": N_("An evaluator group that counts gave the unit few votes; nothing is confirmed."),
    "exempt": N_("The unit is exempt in this round; it is not ranked."),
    "consulted": N_("The unit is asked about for its information only; it is not ranked."),
    "suspended": N_("The unit is suspended in this round; it is not ranked."),
    "merged": N_("The unit was merged or dissolved in this round; it is not ranked."),
    "border_tie": N_("The unit has the same score as another across the border; nothing is confirmed."),
    "no_spread": N_("The votes show no spread at all; their uncertainty cannot be seen, and nothing is confirmed."),
}


WORDS = {"verdict": VERDICTS, "reason": REASONS}


BASIS = ("rules", "release")
"""What every line that names a unit is made of; it stands on the line itself, since lines are copied out of files."""


DATA_HEADER = N_("data")


DEMO = N_("demonstration data")


WHAT_IF = N_("computed under other rules, not published")


STAMPS = {
    "draft": N_("draft"),
    "trial": N_("trial"),
    "final": N_("not announced yet"),
    "withdrawn": N_("withdrawn"),
}
"""What files say of a round by its status; nothing of an announced round, or of one without a status."""


FOLDED = ("se_sampling", "se", "confirm_p", "clear_p", "shrunken", "expected_rank", *BASIS)


SHARES_FORMAT, P_FORMAT = "0.0%", "0.0000"


def header(field: str, language: str) -> str:
    """Chinese header, or the English field name (what programs read)."""
    return translate(HEADERS[field], "zh") if language == "zh" else field


def word(field: str, code: object, language: str) -> object:
    """A verdict or reason as a word; everything else as it is."""
    words = WORDS.get(field)
    return translate(words[str(code)], language) if words and code is not None else code


YES_OR_NO = {True: ("是", "yes"), False: ("否", "no")}
