"""Notes on a result: facts to know before reading the scores. A note never changes a score or an exit code."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from i18n import N_, PUNCTUATION, join, translate
from results.comparison.method_breaks import Break
from results.ranking.statements import named_with_verdict

SHOWN_NAMES = 5  # names in a sentence; a note with more is unreadable
SENTENCES = {
    "too_few_votes": N_("Fewer than {minimum} votes and not ranked ({count}): {units}."),
    "missing_group": N_("No vote from a group that counts ({count}): {units}."),
    "all_trimmed": N_("No vote is left of a group without the highest and the lowest ({count}): {units}."),
    "not_taking_part": N_("Not ranked by decision of the register ({count}): {units}."),
    "provisional": N_("Not in a register, taken from the ballots: {count}."),
    "border_tie": N_("Equal scores across the border of the bottom rule ({count}): {units}."),
    "dont_know": N_("More than {share}% of the answers are “don't know” ({count}): {units}."),
    "counts_only": N_(
        "This round was delivered as counts. Its votes are treated as independent ballots, so "
        "intervals may be too narrow."
    ),
    "missing_part": N_("Not ranked, for lack of a component of the score ({count}): {units}."),
    "part_left_out": N_("Scored without a component that is missing, and never confirmed ({count}): {units}."),
    "vetoed": N_("Not ranked because of a veto, whose evidence is listed ({count}): {units}."),
    "parts_decided": N_("Confirmed by other parts of the score; the ballots alone would not ({count}): {units}."),
    "trimmed": N_(
        "The scores leave out the highest and lowest votes; nothing is known of their error, so nobody is confirmed or "
        "cleared (units: {count})."
    ),
    "by_indicator": N_(
        "The scores are formed indicator by indicator from incomplete ballots; nothing is known of their error, so "
        "nobody is confirmed or cleared (units: {count})."
    ),
    # --- on a rule set, by itself and on a round ------------------------------------------------
    "rule_line_never": N_(
        "{key} = {line}: no score can be below this line, since the lowest grade gives {low} points, so nobody can "
        "be listed. Raise the line or lower the points of the lowest grade."
    ),
    "rule_limit_never": N_("{key} = 1: no share can exceed 100%, so nobody can be listed. Lower the limit."),
    "rule_limit_any": N_("{key} = 0: a single vote for the lowest grade is enough to be listed. Raise the limit."),
    "rule_scale_narrow": N_(
        "The points go from {low} to {high} and use {number}% of the scale, so scores lie close together and more "
        "ballots are needed to tell units apart."
    ),
    "rule_group_silent": N_("{family}: groups with a weight and without a single vote ({count}): {units}."),
    "rule_share_empty": N_("The rule takes {share}% of {ranked} ranked units, which is no place: {units}."),
    "rule_bottom_large": N_("The rule takes {k} of {ranked} ranked units, a third or more: {units}."),
    "rule_line_nobody": N_("None of {ranked} ranked units is below the line of {line}: {units}."),
    "rule_line_everybody": N_("All {ranked} ranked units are below the line of {line}: {units}."),
    "rule_scores_close": N_(
        "All scores lie within {number} points of a scale from {low} to {high}, so places rest on small "
        "differences: {units}."
    ),
    "rule_trimmed": N_(
        "Trimming: nothing is known of the error of a score without its highest and lowest votes, so under this rule "
        "set nobody can be confirmed at the bottom or cleared of it."
    ),
    "rule_class_nobody": N_("None of {ranked} ranked units reaches {line} points for the class {name}: {units}."),
    "rule_class_everybody": N_("All {ranked} ranked units reach {line} points for the class {name}: {units}."),
    "rule_one_ballot": N_(
        "{family}: a single ballot can move the score of {units} by {number} points, more than the {gap} points "
        "between the last place on the bottom list and the next."
    ),
    # --- on the collection of ballots -----------------------------------------------------------
    "returned_more": N_(
        "More ballots returned than issued, {number} in all ({count}): {units}. Ask how before the result is used."
    ),
    "same_grade": N_("All {number} answers of a group have one grade ({count}): {units}."),
    "same_grade_sites": N_("All {number} answers from a site have one grade ({count}): {units}."),
    "insider_gap": N_(
        "Groups marked as insiders give {number} points more than the others, on the mean of the units compared "
        "({count}); most: {units}."
    ),
    # --- before publishing ----------------------------------------------------------------------
    "no_register": N_(
        "There is no register of units: names were not checked, and a name spelled in two ways counts as two units "
        "(units: {count})."
    ),
    "no_votes": N_("Units of the register without a vote that counts ({count}): {units}."),
    "votes_not_ranked": N_("Votes on units that take no part by decision of the register ({count}): {units}."),
    "one_unit": N_("Categories with a single unit, which is compared with no other ({count}): {units}."),
    "large_bottom": N_(
        "The bottom list takes more than a third of these categories, as places/units ({count}): {units}."
    ),
    "indicators_differ": N_(
        "The uploads ask different indicators, so their votes are not scored alike: {uploads}. Check the headings of "
        "the files, or replace an upload."
    ),
    "indicators_alike": N_("The uploads ask different indicators; those that are scored are the same: {uploads}."),
    # --- on two rounds --------------------------------------------------------------------------
    "break_not_declared": N_(
        "The scoring method changed since round {previous}, but the table of rounds does not say so: {breaks}"
    ),
    "grade_jump": N_(
        "The share of a grade moved by more than {limit} percentage points since round {previous}, "
        "at most by {number}: {units}. Look for a change of recording before a change of service."
    ),
    "units_unlinked": N_(
        "Units added or removed since round {previous} without an entry in the table of reforms ({count}): {units}."
    ),
    # --- on pledges and votes on duty reports ----------------------------------------------------
    "progress_unknown": N_(
        "Progress on pledges that are in no register of this round; it is not counted ({count}): {units}. Check "
        "the pledge ids."
    ),
    "progress_later": N_(
        "Checks dated after the year of the round; they do not count on the day shown and do not move it "
        "({count}): {units}. If a date is right, ask for a later day with --as-of."
    ),
    "vote_grades": N_("Grades of the votes to which the rule set gives no points ({count}): {units}."),
    "vote_groups": N_(
        "Groups of the hall that the form of the votes does not know ({count}): {units}. They count like the others; "
        "check the spelling."
    ),
    # --- on published tables --------------------------------------------------------------------
    "printed_total": N_("Printed totals that are not the sum of their parts, by up to {number} ({count}): {units}."),
    "printed_rank": N_("Printed ranks that do not follow from the printed scores ({count}): {units}."),
    "printed_order": N_("Lines of the printed list that are out of order by score ({count}): {units}."),
    "printed_mean": N_("Printed means that are not the mean of their parts, by up to {number} ({count}): {units}."),
    "printed_share": N_("Printed percentages that add up to more than 100 ({count}): {units}."),
    "printed_score": N_("Printed scores that differ from the scores here, by up to {number} ({count}): {units}."),
    "printed_place": N_("Printed ranks that differ from the ranks here ({count}): {units}."),
}


@dataclass(frozen=True)
class Note:
    """A fact to know before reading the scores: a code of SENTENCES, its facts, and the units or rows concerned.

    verdicts: verdict and interval of each unit, where the units may be at the bottom.
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    verdicts: tuple[tuple[str, str], ...] = ()
    breaks: tuple[Break, ...] = ()

    def _names(self, language: str) -> list[str]:
        named = (
            zip(self.units, self.verdicts, strict=True) if self.verdicts else ((name, ("", "")) for name in self.units)
        )
        return [named_with_verdict(name, verdict, interval, language) for name, (verdict, interval) in named]

    def sentence(self, language: str) -> str:
        """Return the note as a sentence; at most SHOWN_NAMES units by name."""
        more = "等" if language == "zh" else " and others"
        names = join(self._names(language)[:SHOWN_NAMES], language)
        names += more if len(self.units) > SHOWN_NAMES else ""
        breaks = PUNCTUATION[language].gap.join(found.sentence(language) for found in self.breaks)
        facts = {"count": len(self.units), **self.facts, "units": names, "breaks": breaks}
        return translate(SENTENCES[self.code], language).format(**facts)
