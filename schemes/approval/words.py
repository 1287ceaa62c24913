"""Words of risk assessment: measures, what they count, verdicts, reasons and notes."""

from i18n import N_

TITLE = N_("Risk assessment of major matters")
ORDER = 20
MEASURE_WORDS = {
    "assessed": N_("Matters assessed"),
    "line_met": N_("Line reached and proved"),
    "line_more_answers": N_("Line reached, not proved"),
    "line_not_met": N_("Line not reached"),
    "line_no_result": N_("No survey result"),
    "vetoed": N_("Matters vetoed"),
    "approved_without_proof": N_("Approved without proof"),
    "approval": N_("Share of approval"),
}
COUNT_WORDS = {
    "share": N_("share"),
    "matters": N_("matters"),
    "matters_started": N_("matters whose assessment began in the period"),
    "matters_surveyed": N_("matters whose primary survey ended in the period"),
    "matters_decided": N_("matters decided in the period"),
    "matters_approved": N_("matters approved in the period"),
    "official_base": N_("people in the official base"),
}
BASE_WORDS = {
    "valid": N_("Valid answers"),
    "returned": N_("Returned forms"),
    "invited": N_("People to be asked"),
    "decided": N_("Answered yes or no"),
}
OUTCOME_WORDS = {
    "met": N_("The hard line is met: the official base reaches it, and the survey proves it."),
    "more_answers": N_(
        "The official base reaches the line, but the survey does not prove it: more answers are needed."
    ),
    "not_met": N_("The line is not reached: the matter may not go ahead."),
    "no_result": N_("There is no result: nobody was asked in a primary survey that has ended."),
}
REASON_WORDS = {
    "no_primary": N_("No survey was declared as the primary survey."),
    "running": N_("The survey has not ended."),
    "no_answers": N_("The answers or the number of people asked have not been imported."),
    "not_everybody": N_("It is called a census, but fewer people were asked than are concerned."),
}
NOTE_WORDS = {
    "low_risk_but_missed": N_("Risk is entered as low, although the line is confirmed as missed."),
    "approved_without_proof": N_("Approved, although the survey does not prove that the line is reached."),
    "refused_though_met": N_("Refused, although the survey proves that the line is reached."),
    "decided_too_early": N_("Decided before the survey ended."),
    "not_filed": N_("Decided, but not filed within the set number of days."),
}
