"""Words of risk assessment: measures, what they count, verdicts, reasons and notes."""

from typing import TYPE_CHECKING

from i18n import N_, ngettext, translate

if TYPE_CHECKING:
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
    "approval_published": N_("Share of approval, where it may be published"),
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
STATE_WORDS = {
    "approved": N_("Approved"),
    "settle_first": N_("To be settled first"),
    "in_part": N_("Approved in part"),
    "postponed": N_("Postponed"),
    "refused": N_("Refused"),
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
ATTENTION_COUNT_WORDS = {"more_answers": N_("{count} more answers"), "running_more": N_("{count} more answers")}
ONLY_ALL = N_("At this share, only asking everybody would prove it.")
BELOW = N_("The share so far is below the line.")


def forecast_sentence(found: "Forecast", language: str) -> str:
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


MORE_WORDS = {"below_line": BELOW, "everybody": ONLY_ALL}
COLUMN_WORDS = {"figure": N_("Figure"), "value": N_("Value")}
FIGURE_WORDS = {
    "yes": N_("Yes"),
    "n": N_("People asked"),
    "missing": N_("Without a usable answer"),
    "population": N_("People concerned"),
    "needed": N_("Yes needed of the people asked"),
    "short": N_("Yes that lack"),
    "reached": N_("Line reached among the people asked"),
    "needed_of_answers": N_("Yes needed of the usable answers"),
    "short_of_answers": N_("Yes that lack among the usable answers"),
    "reached_of_answers": N_("Line reached among the usable answers"),
    "reaches_p": N_("p that the line is reached"),
    "falls_short_p": N_("p that the line is missed"),
    "low": N_("Interval from"),
    "high": N_("Interval to"),
    "verdict": N_("Verdict"),
    "more": N_("Further answers that would prove it"),
}
SAY_WORDS = {
    "met": N_("It may be claimed that at least {line} of the people concerned approve."),
    "more_answers": N_(
        "It may be claimed that {line} of the official base approve; not that {line} of the people concerned do."
    ),
    "not_met": N_("It may be claimed that {line} of the official base do not approve."),
    "missed": N_("It may be claimed that fewer than {line} of the people concerned approve."),
    "no_result": N_("Nothing may be claimed of how many approve."),
    "volunteers": N_("It may be claimed how those who came answered; nothing follows for those who did not come."),
}
PICTURE_WORDS = {
    "forest": N_("The line: share of approval of each matter, with its interval and its verdict"),
    "forest_alt": N_(
        "Matters as rows: share of approval of the official base from 0% to 100%, interval of the people concerned, "
        "mark of the verdict, and a vertical line at {line}. The table next to it has the same rows."
    ),
    "forest_caption": N_(
        "Sorted: line missed, not enough evidence, line reached, not tested; within these by the lower end. Bar: where "
        "the share of all people concerned may be; its verdict is one-sided, so that a bar may touch the line. Above "
        "the bar: ▽ satisfaction, | support, △ confidence. Grey square: volunteers, who prove nothing about others."
    ),
    "shown": N_("The picture has the first {shown} of {count} matters; the table has all."),
    "lines": N_(
        "Line, {period}: {met} reached and proved, {more_answers} reached and not proved, {not_met} not reached, "
        "{no_result} without a result; {n} matters whose primary survey ended. Refused: {refused} of {decided} decided "
        "in the period, {refused_all} of {decided_all} in all."
    ),
    "matter": N_("Matter"),
    "number": N_("Assessment"),
    "base": N_("Yes / base"),
    "share": N_("Share"),
    "line": N_("Line"),
    "interval": N_("Interval"),
    "verdict": N_("Verdict"),
    "decision": N_("Decision"),
    "forecast": N_("What would prove it"),
    "short": N_("{short} short"),
    "reached": N_("reached"),
    "no_base": N_("no result"),
    "undecided_yet": N_("No decision yet"),
    "volunteers": N_("Volunteers"),
}
VERDICT_MARKS = {
    "confirmed": N_("Line missed"),
    "undecided": N_("Not enough evidence"),
    "cleared": N_("Line reached"),
    "not_tested": N_("Not tested"),
}
QUESTION_WORDS = {
    "满意": N_("Satisfaction"),
    "支持": N_("Support"),
    "信心": N_("Confidence"),
    "认可": N_("Approval"),
}
DOCUMENT_WORDS = {
    "opinion": N_("Opinion on a matter"),
    "quarter": N_("Filings of decisions"),
    "year": N_("Matters refused"),
    "published": N_("Results for publication"),
}
DOCUMENT_TITLES = {
    "opinion": N_("Opinion on the risk assessment of {name}"),
    "opinions": N_("Opinions on the risk assessments of major matters, {period}"),
    "quarter": N_("Filings of decisions on major matters, {period}"),
    "year": N_("Major matters refused after risk assessment, {period}"),
    "published": N_("Results of surveys on major matters, {period}"),
}
SECTION_WORDS = {
    "glance": N_("In all"),
    "asked": N_("Who was asked, and how"),
    "bases": N_("Four bases"),
    "questions": N_("The three questions on the official base"),
    "claims": N_("Verdict, and what may be claimed"),
    "filed": N_("Decisions and their filings"),
    "not_filed": N_("Decided and not filed; days over"),
    "by_class": N_("Matters refused, by class"),
    "refused": N_("Matters refused, with the evidence"),
    "published": N_("Official numbers of the primary surveys"),
    "decided_matters": N_("matters decided in the period"),
    "surveyed_matters": N_("matters whose primary survey ended in the period"),
    "about": N_("{name}, number {number}; responsible: {unit}; level of risk: {level}."),
    "decision": N_("Decision: {decision}, {day}, {document}."),
    "no_decision": N_("There is no decision yet."),
    "primary": N_(
        "Primary survey {number}: {method}, {design}, {first} to {last}, declared on {declared}. {invited} were to be "
        "asked, {returned} forms came back; counted in {unit}. People concerned: {population}."
    ),
    "stratum": N_("Stratum {name} of {size}."),
    "other": N_("Also {number}: {method}, {design}, {first} to {last}; shown next to it, never added to it."),
    "nobody": N_("Nobody was asked in a survey that was declared as the primary survey beforehand."),
    "rule": N_(
        "Rule: the hard line of {line} is met only if the official base reaches it and the verdict is “{cleared}”; if "
        "it is reached and not proved, more answers are needed; if it is not reached, the matter may not go ahead."
    ),
    "official": N_("Official base: {base}. {yes} / {n} = {share}, {short}."),
    "p": N_("p that the line is reached: {reaches}; p that it is missed: {misses}. Interval: {low} to {high}."),
    "unknown": N_("unknown"),
    "none": N_("none"),
    "official_base": N_("Official base"),
    "withheld": N_("{count} matters are left out: a base under {base}, or a number under {cell}."),
}
SETTING_WORDS = {
    "line": N_("Share that must approve"),
    "level": N_("Level of the verdicts"),
    "approval": N_("Question that counts as approval"),
    "census_base": N_("Official base of a census"),
    "survey_base": N_("Official base of a sample"),
    "dont_know": N_("Answers “don't know”"),
    "missing": N_("Missing answers"),
    "stratum_veto": N_("Every stratum must reach the line by itself"),
    "filing_days": N_("Calendar days from decision to filing"),
    "filing_within": N_("Days before the end of the term from which a filing is listed"),
    "watched": N_("Topics that need an assessment"),
}
