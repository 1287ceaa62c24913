"""Words of risk assessment: measures, what they count, verdicts, reasons and notes."""

from i18n import N_, ngettext, translate
from schemes.approval.surveys import Forecast

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
ATTENTION_WORDS = {
    "not_filed": N_("Decided and not filed; days over"),
    "filing_due": N_("Decided; filing due"),
    "no_answers": N_("Survey ended; answers or number of people asked missing"),
    "more_answers": N_("Reached, not proved; further answers needed at this share"),
    "all_answers": N_("Reached, not proved; at this share only asking everybody would prove it"),
    "running_more": N_("Survey running; further answers needed at this share"),
    "running_all": N_("Survey running; at this share only asking everybody would prove it"),
    "running_below": N_("Survey running; the share so far is below the line"),
    "running": N_("Survey running; days left"),
    "approved_without_proof": N_("Approved without proof"),
    "low_risk_but_missed": N_("Entered as low risk, line confirmed as missed"),
    "refused_though_met": N_("Refused, line proved"),
    "decided_too_early": N_("Decided before the survey ended"),
    "not_assessed": N_("Matter of another register without an assessment"),
}
ONLY_ALL = N_("At this share, only asking everybody would prove it.")
BELOW = N_("The share so far is below the line.")


def forecast_sentence(found: Forecast, language: str) -> str:
    """Return what would prove that the line is reached, in a sentence."""
    if not found.reached:
        return translate(BELOW, language)
    if found.more is None:
        return translate(ONLY_ALL, language)
    return ngettext(
        "At this share, {more} more answer would prove it.",
        "At this share, {more} more answers would prove it.",
        found.more,
        language,
    ).format(more=f"{found.more:,}")
