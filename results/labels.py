"""Words of a ranking: headers of its fields and their meanings, verdicts, reasons, statuses.

Codes are for programs and stay English; words are for readers and are translated.
"""

from i18n import N_, translate
from results.fields import columns

VERDICTS = {
    "confirmed": N_("Confirmed"),
    "undecided": N_("Undecided"),
    "cleared": N_("Cleared"),
    "not_ranked": N_("Not ranked"),
}


VERDICT_COLOURS = {"confirmed": "#A02414", "undecided": "#A65F00", "cleared": "#005A94"}
"""Colours of the verdicts on screen, paper and slides, each with the contrast of text on white (4.5:1).

Shapes differ as well: diamond, hollow circle, dot.
"""
REASONS = {
    "too_few_votes": N_("Too few votes"),
    "missing_group": N_("A group is missing"),
    "all_trimmed": N_("No vote is left of a group"),
    "small_group": N_("A group is small"),
    "exempt": N_("Exempt"),
    "consulted": N_("Consulted, not ranked"),
    "suspended": N_("Suspended"),
    "merged": N_("Merged"),
    "border_tie": N_("Tied across the border"),
    "no_spread": N_("No spread"),
    "few_for_line": N_("Too few votes for the line"),
    "missing_part": N_("A component of the score is missing"),
    "part_left_out": N_("Scored without a component"),
    "vetoed": N_("Vetoed"),
    "parts_decided": N_("Decided by other parts"),
    "trimmed": N_("Trimmed score, error unknown"),
    "by_indicator": N_("Score by indicator, error unknown"),
}


REASON_SENTENCES = {
    "too_few_votes": N_("The unit has fewer votes than the rule set asks for; it is not ranked."),
    "missing_group": N_("An evaluator group that counts gave the unit no vote; the score is not comparable."),
    "all_trimmed": N_(
        "An evaluator group that counts gave the unit so few votes that none is left without the highest and the "
        "lowest; the score is not comparable."
    ),
    "small_group": N_("An evaluator group that counts gave the unit few votes; nothing is confirmed."),
    "exempt": N_("The unit is exempt in this round; it is not ranked."),
    "consulted": N_("Opinions about the unit are collected, but it is not ranked."),
    "suspended": N_("The unit is suspended in this round; it is not ranked."),
    "merged": N_("The unit was merged or dissolved in this round; it is not ranked."),
    "border_tie": N_("The unit has the same score as another across the border; nothing is confirmed."),
    "no_spread": N_("The votes show no spread at all; their uncertainty cannot be seen, and nothing is confirmed."),
    "few_for_line": N_(
        "An evaluator group that counts gave the unit fewer than 30 votes; so few do not show on which side of a line "
        "in points it is."
    ),
    "missing_part": N_("A component of the score is missing for the unit; it is not ranked."),
    "part_left_out": N_(
        "A component of the score is missing for the unit; the others share its weight, and nothing is confirmed."
    ),
    "vetoed": N_("The unit is vetoed by a fact with its evidence; it is not ranked."),
    "parts_decided": N_(
        "The ballots alone would not confirm the unit: the other parts of the score decided. They are listed with "
        "their evidence."
    ),
    "trimmed": N_(
        "The score leaves out the highest and lowest votes; nothing is known of its error, and nothing is confirmed or "
        "cleared."
    ),
    "by_indicator": N_(
        "The score is formed indicator by indicator from incomplete ballots; nothing is known of its error, and "
        "nothing is confirmed or cleared."
    ),
}


WORDS = {"verdict": VERDICTS, "reason": REASONS}


BASIS = ("rules", "release")
"""Fields of every line that names a unit, on the line itself, because people copy lines out of files."""


DATA_HEADER = N_("data")


DEMO = N_("demonstration data")


WHAT_IF = N_("computed under other rules, not published")


STAMPS = {
    "draft": N_("draft"),
    "trial": N_("trial"),
    "final": N_("not announced yet"),
    "withdrawn": N_("withdrawn"),
}
"""Remark in files on the status of a round; nothing for an announced round, or for a round without a status."""


def header(field: str, language: str) -> str:
    """Return the Chinese header, or the English field name (for programs)."""
    return columns("ranking")[field].title(language)


def word(field: str, code: object, language: str) -> object:
    """Return a verdict or reason as a word; other values unchanged."""
    words = WORDS.get(field)
    return translate(words[str(code)], language) if words and code is not None else code


MACHINE_USERS = frozenset({"root", "administrator", "system"})


def person(name: str, language: str) -> str:
    """Return who did something: the account that administers the machine is no name of a person."""
    return translate(N_("the administrator"), language) if name.casefold() in MACHINE_USERS else name


YES_OR_NO = {True: ("是", "yes"), False: ("否", "no")}
