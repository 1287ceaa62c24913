"""Words that all schemes share: verdicts, reasons, and ways to divide a measure."""

from i18n import N_
from schemes.frame import ALL, COUNTED, EMPTY_BASE, MONTH, NO_RECORDS, NOT_BEGUN, NOT_RANDOM, NOT_TESTED, QUARTER

VERDICT_WORDS = {
    "confirmed": N_("Confirmed: below the line"),
    "cleared": N_("Confirmed: line reached"),
    "undecided": N_("Not enough evidence"),
    NOT_TESTED: N_("Not tested"),
    COUNTED: N_("Counted, not sampled"),
}
REASON_WORDS = {
    EMPTY_BASE: N_("There is nothing in the base: no share, neither 0% nor 100%."),
    NO_RECORDS: N_("No records of this kind have been imported."),
    NOT_BEGUN: N_("The records of this kind begin after the period."),
    NOT_RANDOM: N_("Those asked were not drawn at random and were not everybody."),
    "withheld": N_("Withheld: a small number could be found from it."),
    "waits": N_("Withheld: it changed by too few since it was last public."),
    COUNTED: N_("Everything is counted, nothing is sampled: there is no interval."),
}
BY_WORDS = {
    ALL: N_("In total"),
    MONTH: N_("By month"),
    QUARTER: N_("By quarter"),
    "unit": N_("By unit"),
    "place": N_("By place"),
    "post": N_("By post"),
    "matter": N_("By matter"),
    "assessment": N_("By assessment"),
    "project": N_("By project"),
    "channel": N_("By channel"),
    "topic": N_("By topic"),
    "class": N_("By class"),
    "kind": N_("By kind"),
}
DOCUMENT_WORDS = {
    "month": N_("Circular of the month"),
    "quarter": N_("Circular of the quarter"),
    "year": N_("Circular of the year"),
}
