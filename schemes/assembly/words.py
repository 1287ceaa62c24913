"""Words of assemblies: measures, what they count, results, states of a cap, things to do."""

from i18n import N_

TITLE = N_("Courtyard assemblies")
ORDER = 50
MEASURE_WORDS = {
    "held": N_("Assemblies held"),
    "with_quorum": N_("Assemblies with a quorum"),
    "passed": N_("Motions passed"),
    "raised": N_("Money raised"),
    "spent": N_("Money spent"),
    "raised_in_all": N_("Money raised in all"),
    "spent_in_all": N_("Money spent in all"),
    "with_receipt": N_("Entries with a receipt"),
    "concrete_road": N_("Concrete road accepted"),
    "gravel_road": N_("Gravel road accepted"),
    "concrete_in_all": N_("Concrete road in all"),
    "gravel_in_all": N_("Gravel road in all"),
    "posted": N_("Accounts posted"),
    "levies_reached": N_("Levies paid within the term"),
    "levies_over_cap": N_("Levies over the cap"),
}
COUNT_WORDS = {
    "share": N_("share"),
    "assemblies": N_("assemblies"),
    "motions": N_("motions put to the vote"),
    "fen": N_("fen (hundredths of a yuan)"),
    "receipts": N_("receipts"),
    "payments": N_("payments"),
    "entries": N_("receipts and payments"),
    "metres": N_("metres"),
    "projects_accepted": N_("projects accepted in the period"),
    "projects_accepted_in_all": N_("projects accepted in all"),
    "levies": N_("levies whose term ended in the period"),
    "levies_with_cap": N_("levies to which a cap applies"),
}
RESULT_WORDS = {
    "passed": N_("Passed"),
    "short": N_("Not passed: too few votes"),
    "no_quorum": N_("Not passed: no quorum"),
    "refused": N_("Record refused: more votes than people"),
    "incomplete": N_("Not decided: parts of the assembly are not on record"),
}
CAP_WORDS = {"within": N_("Within the cap"), "over": N_("Over the cap"), "not_tested": N_("No cap applies")}
ATTENTION_WORDS = {
    "not_started": N_("Passed, not started"),
    "not_posted": N_("Accepted, accounts not posted"),
    "levy_short": N_("Levy short after its term"),
    "no_monitors": N_("No monitors"),
}
STATE_WORDS = {
    "decided": N_("Decided"),
    "approved": N_("Reviewed"),
    "under_way": N_("Under way"),
    "finished": N_("Finished"),
    "accepted": N_("Accepted, not posted"),
    "posted": N_("Accepted, posted"),
    "cancelled": N_("Cancelled or stopped"),
    "motion_passed": N_("Assembly passed a motion"),
    "project_accepted": N_("Project accepted"),
}
SOURCE_WORDS = {
    "集资": N_("Shares"),
    "捐款": N_("Gifts"),
    "项目补助": N_("Subsidies"),
    "集体": N_("Collective"),
    "以资代劳": N_("In place of labour"),
    "其他": N_("Other"),
    "材料": N_("Material"),
    "人工": N_("Labour"),
    "机械": N_("Machinery"),
}
PICTURE_WORDS = {
    **SOURCE_WORDS,
    "funds": N_("Money of the projects: received by source, budget and spent, with the vote and the state of each."),
    "funds_caption": N_(
        "A bar is what was received, parted by source; the tick is the budget, the thick line below what was spent. "
        "On the right: votes in favour of those present, and how far the project is. By the day of the assembly. Loans "
        "are left out."
    ),
    "sums": N_(
        "{projects} projects received {raised} yuan ({sources}) and spent {spent} yuan; accepted are {concrete} km of "
        "concrete road and {gravel} km of gravel road, as of {day}."
    ),
    "project": N_("Project"),
    "length": N_("Kind and length"),
    "kind_length": N_("{kind} {length} km"),
    "votes": N_("Votes in favour of those present"),
    "not_passed": N_("{votes}, not passed"),
    "raised": N_("Received"),
    "budget": N_("Budget"),
    "spent": N_("Spent"),
    "state": N_("State"),
    "yuan": N_("Million yuan"),
}
DOCUMENT_WORDS = {
    "minutes": N_("Minutes of assemblies"),
    "accounts": N_("Accounts for posting"),
}
DOCUMENT_TITLES = {
    "figures": N_("Courtyard assemblies and their projects, {period}"),
    "minutes": N_("Minutes of courtyard assemblies, {period}"),
    "accounts": N_("Accounts of the projects of courtyard assemblies, {period}"),
}
SECTION_WORDS = {
    "glance": N_("In all"),
    "by_place": N_("{measure}, by place"),
    "projects": N_("Projects and their money"),
    "to_do": N_("To do"),
    "assembly": N_("Assembly {number}, {place}, {day}"),
    "quorum_test": N_(
        "Quorum by the rule {rule}: {needed} of {entitled} entitled are needed; {counted} were counted. {met}"
    ),
    "quorum_met": N_("The quorum is met."),
    "quorum_missed": N_("The quorum is missed by {short}; nothing is decided, whatever the votes."),
    "parts_missing": N_("{missing} parts of the assembly are not on record; nothing is decided on these figures."),
    "held_in_parts": N_("The assembly was held in {parts} parts; their figures are added, each once."),
    "notice": N_("Announced on {notice}, {days} days before."),
    "chair": N_("In the chair: {chair}."),
    "project_accounts": N_("{name} ({number})"),
    "balance": N_("Received {raised} yuan, spent {spent} yuan, balance {balance} yuan, as of {day}."),
    "shares": N_("Shares agreed: {shares}; {agreed} yuan in all. Received by {day}: {paid} yuan."),
    "shares_due": N_("Shares agreed: {shares}; {agreed} yuan in all, due by {until}. Received by {day}: {paid} yuan."),
    "share_of_persons": N_("{number} persons with {share} yuan each"),
    "share_of_households": N_("{number} households with {share} yuan each"),
    "loans": N_("Loans received {borrowed} yuan, repaid {repaid} yuan; they are in none of these sums."),
    "counted_all": N_("Entries: {entries}; without a receipt: {lacking}."),
    "no_payers": N_("Payers are not listed."),
    "no_assembly": N_("No assembly was held in the period."),
    "no_project": N_("No project has receipts or payments."),
    "all_projects": N_("projects on record"),
}
SETTING_WORDS = {
    "cap": N_("Cap of a levy per person and year, fen (0: none)"),
    "levy_months": N_("Months in which a levy is paid"),
    "roll": N_("A last day that is not worked moves to the next worked day"),
    "notice_days": N_("Days of notice before an assembly"),
    "post_days": N_("Days from acceptance to the posting of the accounts"),
    "start_days": N_("Days from the review to the beginning of the work"),
}
