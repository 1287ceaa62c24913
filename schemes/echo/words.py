"""Words of opinions and visits: measures, what they count, states, results and reasons."""

from i18n import N_

TITLE = N_("Echo wall and home visits")
ORDER = 30
POSTS = True  # `documents.posted_list`
MEASURE_WORDS = {
    "received": N_("Opinions received"),
    "answered": N_("Opinions answered"),
    "duplicates": N_("Duplicate opinions"),
    "on_time": N_("Answered on time"),
    "overdue": N_("Open and overdue"),
    "open": N_("Open, overdue included"),
    "paused": N_("Clock paused"),
    "satisfaction": N_("Satisfied with the answer"),
    "weeks_met": N_("Weeks with enough visits"),
    "coverage": N_("Households visited"),
}
COUNT_WORDS = {
    "share": N_("share"),
    "opinions": N_("opinions"),
    "opinions_received": N_("opinions received in the period"),
    "opinions_answered": N_("opinions answered in the period"),
    "opinions_with_duplicates": N_("opinions received in the period, duplicates included"),
    "opinions_due": N_("opinions due in the period"),
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
ATTENTION_COUNT_WORDS = {"weeks_missed": N_("{count} days short")}
PICTURE_WORDS = {
    "tiles": N_("Weeks of the grids: people with enough days of visits, of those with a target."),
    "tiles_caption": N_(
        "In a tile: people who met the target of visit days, above all people with a target. Shades from pale to "
        "dark: under 60%, 60%, 80%, 90%, all. Hatched: a week without worked days, no target. Dashed frame: the "
        "calendar of the year is provisional. On the right: households visited / households in the period."
    ),
    "grid": N_("Grid"),
    "met": N_("Weeks met"),
    "coverage": N_("Households visited"),
    "people": N_(
        "On the register as of {day}: {visitors} people with a target of visits, in {places} places; {messengers} "
        "messengers."
    ),
    "week": N_("Week {number}"),
    "weeks": N_("Week of the year"),
    "wall": N_("The wall: open opinions from receipt to the due day"),
    "wall_caption": N_("Sorted by due day. Shaded: days that are not worked. Thick: overdue. Dotted: the as-of day."),
    "opinion_no": N_("Item number"),
    "received": N_("Received"),
    "due": N_("Answer due by"),
    "state": N_("State"),
    "until_due": N_("From receipt to the due day"),
    "overdue_part": N_("Overdue part"),
}
DOCUMENT_WORDS = {
    "wall": N_("Echo wall: opinions and answers"),
    "week": N_("Weekly sheet of home visits"),
}
DOCUMENT_TITLES = {
    "circular": N_("Answers to opinions of residents and home visits, {period}"),
    "wall": N_("Echo wall: opinions and answers, {period}"),
    "week": N_("Home visits of the grids, {period}"),
}
SECTION_WORDS = {
    "glance": N_("In all"),
    "on_time": N_("Answered on time, by unit"),
    "weeks_met": N_("Weeks with enough days of visits, by grid"),
    "coverage": N_("Households visited, by grid"),
    "overdue": N_("Open and overdue"),
    "not_posted": N_("Answered, not posted on the wall"),
    "posted": N_("Opinions of the wall and what became of them"),
    "weeks_missed": N_("Too few days of visits in two weeks running"),
    "needy": N_("Households in need, waiting long for a visit"),
    "wall_opinions": N_("opinions of the wall received in the period"),
    "people": N_("people with a target of visits"),
    "needy_households": N_("households in need with a visit on record"),
    "not_answered": N_("Not answered yet"),
    "paused": N_("Clock paused"),
}
SETTING_WORDS = {
    "days": N_("Working days for an answer"),
    "days_by": N_("Other terms, by nature or channel"),
    "max_extensions": N_("Extensions of a term that count"),
    "max_days": N_("Working days of an extension, at most"),
    "visit_days": N_("Days of visits in a week"),
    "visitors": N_("Who has a target of visits"),
    "counting": N_("Results of a visit that count"),
    "satisfied": N_("Grades that count as satisfied"),
    "feedback_drawn": N_("Those asked back are drawn at random"),
    "level": N_("Level of the intervals"),
    "needy": N_("Households in need"),
    "needy_days": N_("Days without a visit before a household in need is listed"),
    "pause_days": N_("Days of a pause before it is listed"),
    "due_within": N_("Working days ahead that are listed"),
}
TIMELINE_WORDS = {"opinion": N_("Opinion of a resident")}
