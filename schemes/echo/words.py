"""Words of opinions and visits: measures, what they count, states, results and reasons."""

from i18n import N_

TITLE = N_("Opinions, echo wall and home visits")
ORDER = 30
MEASURE_WORDS = {
    "received": N_("Opinions received"),
    "answered": N_("Opinions answered"),
    "duplicates": N_("Duplicate opinions"),
    "on_time": N_("Answered on time"),
    "overdue": N_("Open and overdue"),
    "open": N_("Open, overdue included"),
    "paused": N_("Clock paused"),
    "satisfaction": N_("Satisfied with the answer"),
    "weeks_met": N_("Weeks with enough days of visits"),
    "coverage": N_("Households visited"),
}
COUNT_WORDS = {
    "share": N_("share"),
    "opinions": N_("opinions"),
    "opinions_received": N_("opinions received in the period"),
    "opinions_answered": N_("opinions answered in the period"),
    "opinions_with_duplicates": N_("opinions received in the period, duplicates included"),
    "opinions_due": N_("opinions due in the period: answered, or open and overdue"),
    "opinions_asked_back": N_("people who were asked back and answered"),
    "person_weeks": N_("person-weeks with a target"),
    "households": N_("households"),
}
STATE_WORDS = {
    "on_time": N_("Answered on time"),
    "late": N_("Answered late"),
    "overdue": N_("Open and overdue"),
    "open": N_("Open, not yet due"),
    "paused": N_("Clock paused"),
    "no_clock": N_("Clock not started"),
}
RESULT_WORDS = {"met": N_("Target met"), "missed": N_("Target missed"), "exempt": N_("Exempt from the target")}
REASON_WORDS = {"no_line": N_("There is an interval; no line is set against which it could be tested.")}
ATTENTION_WORDS = {
    "overdue": N_("Open and overdue"),
    "due_soon": N_("Due soon"),
    "paused_long": N_("Paused for long"),
    "weeks_missed": N_("Too few days of visits in two weeks running"),
    "needy": N_("Household in need, waiting long for a visit"),
    "not_posted": N_("Answered, not posted on the wall"),
}
