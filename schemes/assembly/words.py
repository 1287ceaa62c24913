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
    "with_receipt": N_("Entries with a receipt"),
    "concrete_road": N_("Concrete road accepted"),
    "gravel_road": N_("Gravel road accepted"),
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
    "not_started": N_("Approved, not started"),
    "not_posted": N_("Accepted, accounts not posted"),
    "levy_short": N_("Levy short after its term"),
    "no_monitors": N_("No monitors"),
}
