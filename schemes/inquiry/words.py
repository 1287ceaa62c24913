"""Words of inquiries: measures, what they count, why a repetition counts, things to do."""

from i18n import N_

TITLE = N_("Inquiries into responsibility")
ORDER = 10
MEASURE_WORDS = {
    "received": N_("Petitions received"),
    "registered_twice": N_("Registered twice"),
    "repeated": N_("Repeated petitions"),
    "skip_level": N_("Visits that skip a level"),
    "group": N_("Collective visits"),
    "against": N_("Repetitions that count against the unit"),
    "against_skip_level": N_("Visits that skip a level and count against the unit"),
    "against_group": N_("Collective visits that count against the unit"),
    "accepted_in_time": N_("Accepted in time"),
    "handled_in_time": N_("Closed in time"),
    "opened": N_("Inquiries opened"),
    "found": N_("Findings of fault"),
    "incidents": N_("Incidents circulated"),
    "talks": N_("Summons for talks"),
    "admonitions": N_("Admonitions"),
    "talks_and_admonitions": N_("Talks and admonitions"),
    "decisions": N_("Decisions that hold persons responsible"),
    "persons": N_("Persons held responsible"),
    "in_effect": N_("Decisions in effect"),
    "carried_out": N_("Rewards and penalties carried out"),
}
COUNT_WORDS = {
    "share": N_("share"),
    "petitions": N_("petitions"),
    "petitions_received": N_("petitions received in the period, each once"),
    "petitions_registered": N_("petitions registered in the period"),
    "acceptances_due": N_("petitions to be accepted in the period: answered, or overdue"),
    "handlings_due": N_("petitions to be closed in the period: closed, or overdue"),
    "skip_level": N_("visits that skip a level"),
    "group": N_("collective visits"),
    "inquiries": N_("inquiries"),
    "findings": N_("findings of the period"),
    "incidents": N_("incidents"),
    "person_times": N_("person-times"),
    "persons": N_("persons"),
    "decisions": N_("decisions"),
    "rewards_decided": N_("rewards and penalties decided for the year"),
}
KIND_WORDS = {
    "first": N_("First petition"),
    "repeat": N_("Repeated petition"),
    "duplicate": N_("Registered twice, counted once"),
}
WHY_WORDS = {
    "still_open": N_("Counts: an earlier petition is still open and past its last day."),
    "not_solved": N_("Counts: an earlier petition was closed as reasonable and not solved."),
    "inside_term": N_("Does not count: an earlier petition is inside its term."),
    "solved_or_explained": N_("Does not count: the earlier petition was solved or explained."),
    "not_accepted": N_("Does not count: the earlier petition has not been accepted yet."),
}
ATTENTION_WORDS = {
    "acceptance_overdue": N_("Acceptance overdue"),
    "acceptance_due": N_("Acceptance due soon"),
    "handling_overdue": N_("Handling overdue"),
    "handling_due": N_("Handling due soon"),
    "extension_void": N_("Extended too late or without a day of approval"),
    "no_inquiry": N_("Counts against the unit, no inquiry opened"),
    "inquiry_open": N_("Inquiry open for long"),
    "not_heard": N_("Decided without a hearing"),
    "effect_ends": N_("Effect ends this month"),
}
PICTURE_WORDS = {
    "ladder": N_("Ladder of units: petitions that count against each, month by month, and what became of them."),
    "ladder_caption": N_(
        "Units with a petition that counts, in the order of the roster. Figure: petitions that count against the unit. "
        "Below it: ○ inquiry opened, ● upheld against the unit, ◆ circulated, ■ decision on a person. On the right: "
        "counts / received, and closed in time / due, of the year. Dotted: the as-of day, {day}; later months are "
        "blank, not zero. Everything is counted, nothing is sampled."
    ),
    "last_month_first": N_("Units of the last month first"),
    "nothing": N_("No petition of {year} counts against a unit."),
    "unit": N_("Unit"),
    "month": N_("Month {month}"),
    "against_of_received": N_("Counts / received"),
    "in_time_of_due": N_("Closed in time / due"),
    "figures": N_("Figures of {period}"),
    "figures_alt": N_("Measures of the period with their bases, and how many of these count against a unit."),
    "counted": N_("{period}, as of {day}. Counted, not sampled: there is no interval. Settings {rules}."),
    "measure": N_("What is counted"),
    "value": N_("Value"),
    "base": N_("Base and of what"),
    "of_these": N_("Of these, count against a unit"),
    "units_alt": N_("The units with their numbers of the quarter and the grade of the review, in roster order."),
    "units_caption": N_("Value / base of each. The grade is given by the reviewing body and is not computed."),
    "grade": N_("Grade of the review"),
    "received": N_("Received"),
    "repeated": N_("Repeated"),
    "skip_level": N_("Level skipped"),
    "group": N_("Collective"),
    "against": N_("Counts against"),
    "handled_in_time": N_("Closed in time"),
    "opened": N_("Inquiries opened"),
    "found": N_("Upheld against the unit"),
}
SETTING_WORDS = {
    "accept_days": N_("Days for acceptance"),
    "handle_days": N_("Days for handling, from acceptance"),
    "extended_days": N_("Days of an extension, at most"),
    "review_days": N_("Days within which a review is asked for"),
    "roll": N_("A last day that is not worked moves to the next worked day"),
    "group_from": N_("People who make a visit collective"),
    "sanctions": N_("Measures that hold a person responsible"),
    "inquiry_days": N_("Working days within which an inquiry is opened"),
    "open_days": N_("Days after which an open inquiry is listed"),
    "due_within": N_("Days ahead that are listed"),
}
DOCUMENT_WORDS = {
    "month": N_("Circular of the month"),
    "quarter": N_("Review of the quarter"),
    "rewards": N_("Rewards and penalties of the year"),
}
DOCUMENT_TITLES = {
    "month": N_("Circular on petitions and inquiries into responsibility, {year}, No. {number}"),
    "quarter": N_("Review of petitions and inquiries into responsibility, {period}"),
    "year": N_("Petitions and inquiries into responsibility at year end, {period}"),
    "rewards": N_("Rewards and penalties at year end, {period}"),
}
SECTION_WORDS = {
    "general": N_("In general"),
    "marked": N_("Repeated, level-skipping and collective petitions, by unit"),
    "findings": N_("Matters upheld against units"),
    "to_mend": N_("What has to be mended, and by when"),
    "corrections": N_("Corrections of earlier entries"),
    "reviews": N_("Reviews by unit"),
    "three_years": N_("Three years together"),
    "carried_out": N_("Carried out of what was decided"),
    "rewards": N_("Rewards and penalties, and what each rests on"),
    "allowed": N_("What the evidence allows"),
    "to_mend_decided": N_("decisions that something is to be mended"),
    "votes": N_("votes"),
    "findings_of_unit": N_("findings against the unit in the year"),
    "pledges_verified": N_("verified pledges of the unit"),
    "petition": N_("Petition that does not count against the unit"),
    "petition_counts": N_("Petition that counts against the unit"),
    "circular": N_("Circular"),
    "decision": N_("Decision"),
}
SENTENCES = {
    "marked": N_(
        "{period}, as of {day}: a repetition counts against the unit while an earlier petition is open past its last "
        "day, or after it was closed as reasonable and not solved. All others do not count."
    ),
    "none_marked": N_("{period}, as of {day}: no petition was repeated, skipped a level or was collective."),
    "corrected": N_("Past entries that have changed between {before} and {day}, each as it was and as it is."),
    "not_corrected": N_("No past entry has changed between {before} and {day}."),
    "annex": N_("Annex: {what}"),
    "without_finding": N_("Without a finding against them in the quarter ({count}): {units}."),
    "without_finding_graded": N_("Without a finding against them in the quarter, graded {grade} ({count}): {units}."),
    "no_unit": N_("No unit had a petition, an inquiry or a review in the quarter."),
    "no_ranking": N_("Units are not ranked: numbers of petitions follow the size of a unit and how open it is."),
    "exact_test": N_(
        "Everything is counted. The year before is compared by the exact binomial test: given both numbers together, "
        "whether they are further apart than chance explains (5%)."
    ),
    "persons_differ": N_(
        "Persons are different codes: {persons} in the three years together, while the years add up to {sum}, because "
        "who was held responsible in several years counts in each."
    ),
    "differs": N_("{change}; more than chance, {p}"),
    "within_chance": N_("{change}; within chance, {p}"),
    "rewards": N_(
        "{period}, as of {day}: {count} lines; for {lacking} of them this release has no evidence of the unit that "
        "supports them."
    ),
    "no_rewards": N_("{period}, as of {day}: no reward or penalty is on record."),
    "unsupported": N_("Not supported by this release"),
    "confirmed": N_("Confirmed at the bottom; places {best}–{worst} of {count}"),
    "allowed": N_(
        "{period}, as of {day}: grounds for a penalty are units confirmed at the bottom, findings with a numbered "
        "decision, and pledges missed after verification. Verified pledges that were met, as grounds for a reward: "
        "{kept}."
    ),
    "nothing_allowed": N_(
        "{period}, as of {day}: no unit is confirmed at the bottom, no inquiry was upheld against a unit, no verified "
        "pledge was missed. Verified pledges that were met, as grounds for a reward: {kept}."
    ),
}
