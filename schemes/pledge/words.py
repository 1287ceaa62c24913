"""Words of pledges: measures, what they count, and what has to be done.

OF_EVALUATION : its page, its lines of the dossier and its files of a bundle are those of the evaluation.
"""

from i18n import N_

TITLE = N_("Pledges")
ORDER = 90
OF_EVALUATION = True
MEASURE_WORDS = {
    "pledged": N_("Pledges"),
    "kept": N_("Kept, as verified"),
    "missed": N_("Missed, as verified"),
    "running": N_("Not met yet, still in time"),
    "unknown": N_("No verified outcome"),
    "adjusted": N_("Adjusted for objective reasons"),
    "cancelled": N_("Cancelled"),
    "overdue": N_("Pledges overdue"),
    "unverified": N_("Reported, not verified"),
    "verified_met": N_("Pledges met, as verified"),
    "reported_met": N_("Pledges met, as reported"),
}
COUNT_WORDS = {
    "share": N_("share"),
    "pledges": N_("pledges"),
    "pledges_due": N_("pledges due in the period"),
    "verified_pledges": N_("pledges with a verified outcome"),
    "reported_pledges": N_("pledges with a reported outcome"),
}
ATTENTION_WORDS = {
    "overdue": N_("Pledge overdue"),
    "due_this_quarter": N_("Pledge due this quarter"),
    "not_reported": N_("No report of the quarter"),
    "unverified": N_("Reported, not verified"),
    "no_reason": N_("Adjusted or cancelled without a reason"),
}
SETTING_WORDS = {"report_days": N_("Working days after a quarter in which its report is due")}
