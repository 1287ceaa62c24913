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
}
COUNT_WORDS = {
    "share": N_("share"),
    "petitions": N_("petitions"),
    "petitions_received": N_("petitions received in the period, each once"),
    "petitions_registered": N_("petitions registered in the period"),
    "acceptances_due": N_("petitions to be accepted in the period: answered, or overdue"),
    "handlings_due": N_("petitions to be closed in the period: closed, or overdue"),
    "inquiries": N_("inquiries"),
    "findings": N_("findings of the period"),
    "incidents": N_("incidents"),
    "person_times": N_("person-times"),
    "persons": N_("persons"),
    "decisions": N_("decisions"),
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
EVENT_WORDS = {
    "petition": N_("Petition that does not count against the unit"),
    "petition_counts": N_("Petition that counts against the unit"),
    "circular": N_("Circular"),
    "decision": N_("Decision"),
}
