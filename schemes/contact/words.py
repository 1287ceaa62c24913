"""Words of visits, receptions and pairings: measures, what they count, things to do."""

from i18n import N_

TITLE = N_("Visits, receptions and pairings")
ORDER = 40
MEASURE_WORDS = {
    "receptions": N_("Receptions held"),
    "plan_met": N_("Receptions as planned"),
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
    "matters_raised": N_("matters raised at receptions"),
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
PICTURE_WORDS = {
    "posts": N_("Leaders and their contact points: visits planned by the day and visits done"),
    "posts_caption": N_(
        "Hollow: visits planned by the day, in proportion to the working days of the year that have passed. Filled: "
        "visits done; a day counts once at a point. The signed number is done minus planned by then. On the right: "
        "matters raised at these visits / solved on the spot. Most missing visits of the year first."
    ),
    "first_posts": N_("The picture shows the first {shown} of {count} posts; the table has all."),
    "provisional": N_("The notice of holidays of the year is not loaded: visits planned by the day are provisional."),
    "post": N_("Post"),
    "unit": N_("Unit"),
    "planned": N_("Planned in the year"),
    "planned_by_then": N_("Planned by the day"),
    "done": N_("Done"),
    "difference": N_("Difference"),
    "missing": N_("Missing in the year"),
    "share": N_("Share of the plan"),
    "visits": N_("Visits"),
    "results": N_("Raised / solved"),
    "points": N_("Contact points"),
}
DOCUMENT_WORDS = {"announcement": N_("Announcement of receptions next month")}
DOCUMENT_TITLES = {
    "month": N_("Visits and receptions in {period}"),
    "quarter": N_("Circular on visits and receptions, {period}"),
    "year": N_("Statistics of visits and receptions, {period}"),
    "announcement": N_("Receptions by leaders, {period}"),
}
SECTION_WORDS = {
    "glance": N_("In all"),
    "plan_met": N_("Months and quarters with a reception, by post"),
    "visits_done": N_("Planned visits done, by unit"),
    "signed": N_("Logs signed by the household, by unit"),
    "receptions": N_("Receptions held, by quarter"),
    "solved_there": N_("Matters solved on the spot, by quarter"),
    "posts": N_("Posts and their visits, most missing first"),
    "posts_base": N_("posts with a contact point in the year"),
    "announced_days": N_("When and where leaders receive people"),
    "leaders_base": N_("leaders with a plan of receptions"),
    "not_announced": N_("Receptions not announced before"),
    "no_reception": N_("No reception in a month or quarter in which it was due"),
    "no_visit": N_("Points without a visit"),
    "no_log": N_("Pairings without a log"),
    "points_base": N_("points with a plan"),
    "changes": N_("Changes are posted before the day."),
    "day_rule": N_("The day is the {day}th of the month; if it is not worked, the next working day."),
    "counted": N_("Counted, not sampled; no interval"),
}
SETTING_WORDS = {
    "reception_months": N_("Months in which a leader receives people at least once, by rank"),
    "reception_day": N_("Day of the month for receptions; moved on from a day off"),
    "log_days": N_("Days without a log before a pairing is listed"),
}
