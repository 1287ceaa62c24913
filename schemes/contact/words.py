"""Words of visits, receptions and pairings: measures, what they count, things to do."""

from i18n import N_

TITLE = N_("Visits, receptions, contact points and pairings")
ORDER = 40
MEASURE_WORDS = {
    "receptions": N_("Receptions held"),
    "plan_met": N_("Leaders who received people as often as planned"),
    "announced": N_("Receptions announced before"),
    "groups": N_("Groups received"),
    "people": N_("People received"),
    "raised": N_("Matters raised"),
    "solved_there": N_("Matters solved on the spot"),
    "taken_over": N_("Matters taken over by a leader"),
    "outings": N_("Outings"),
    "visits_done": N_("Planned visits done"),
    "pairings": N_("Live pairings"),
    "signed": N_("Logs signed by the household"),
}
COUNT_WORDS = {
    "share": N_("share"),
    "receptions": N_("receptions"),
    "leader_spans": N_("months or quarters of leaders in which a reception is due"),
    "groups": N_("groups"),
    "people": N_("people"),
    "matters": N_("matters"),
    "outings": N_("outings"),
    "visits_planned": N_("visits planned for the year"),
    "pairings": N_("pairings"),
    "logs": N_("logs of live pairings"),
}
ATTENTION_WORDS = {
    "not_announced": N_("Reception not announced before"),
    "no_reception": N_("No reception in a month or quarter in which it was due"),
    "reception_due": N_("No reception yet in the running month or quarter"),
    "no_visit": N_("Point without a visit"),
    "no_log": N_("Pairing without a log"),
}
TIMELINE_WORDS = {
    "reception": N_("Reception by a leader"),
    "outing": N_("Outing"),
}
