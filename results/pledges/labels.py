"""The words of pledges and votes: headers, what columns mean, codes as words, sentences.

Codes are for programs and stay English; words are for readers and are translated.
"""

from collections.abc import Iterable, Mapping

from data.model.contract import header_of
from i18n import N_, translate
from results.labels import HEADERS, MEANINGS
from results.labels import YES_OR_NO as YES_OR_NO
from results.number_format import number
from results.pledges.progress import DUE, LATE, NO_REASON, SILENT, UNVERIFIED, WARNINGS
from results.pledges.register import HEADLINE, KINDS, ROUTINE
from results.pledges.vote_scores import COMPLEMENT, GRADE_WITHOUT_POINTS, NO_POINTS, ONE_GRADE, SMALL_CELL
from results.pledges.vote_vs_public import (
    FEW,
    NO_PUBLIC,
    NO_VOTE,
    NOT_RANKED,
    NOT_SURE,
    PUBLIC_HIGHER,
    VOTE_HIGHER,
)

NO_INTERVAL = N_("Completion is counted item by item, not sampled: it has no interval.")
_FROM_CONTRACT = (
    *("owner", "pledge_id", "seq", "item", "measures", "origin", "publicised_on", "due", "direction"),
    *("baseline", "target", "unit_of_measure", "weight"),
)
_FROM_PROGRESS = ("status", "evidence", "verified_by")
_OWN = {
    "rules": N_("Rule set"),
    "post": N_("Post"),
    "kind": N_("Kind of pledge"),
    "area": N_("Field of work"),
    "soft": N_("Soft target"),
    "status_reason": N_("Why adjusted or cancelled"),
    "checked_on": N_("Last check"),
    "reported": N_("Reported value"),
    "reported_on": N_("Reported on"),
    "reported_gap": N_("Reported, gap to the target"),
    "reported_met": N_("Met, as reported"),
    "reported_completion": N_("Completion %, as reported"),
    "reported_progress": N_("Progress %, as reported"),
    "verified": N_("Verified value"),
    "verified_on": N_("Verified on"),
    "verified_gap": N_("Verified, gap to the target"),
    "verified_met": N_("Met, as verified"),
    "verified_completion": N_("Completion %, as verified"),
    "verified_progress": N_("Progress %, as verified"),
    "overdue": N_("Overdue"),
    "unverified": N_("Not verified"),
    "final_level": N_("Level set by the superior"),
    "comment_points": N_("Problems named by the superior"),
    "vote_n": N_("Ballots of the hall"),
    "vote_score": N_("Vote score"),
    "vote_low": N_("Vote score, lower limit"),
    "vote_high": N_("Vote score, upper limit"),
    "vote_reason": N_("Why there is no vote score"),
    "public_n": N_("Votes of the public"),
    "public_score": N_("Public score"),
    "public_low": N_("Public score, lower limit"),
    "public_high": N_("Public score, upper limit"),
    "differs": N_("Hall against public"),
    "vote_gap": N_("Hall, gap to the mean of the category"),
    "vote_gap_low": N_("Hall, lower limit of the gap"),
    "vote_gap_high": N_("Hall, upper limit of the gap"),
    "vote_gap_se": N_("Hall, standard error of the gap"),
    "vote_gap_df": N_("Hall, degrees of freedom of the gap"),
    "public_gap": N_("Public, gap to the mean of the category"),
    "public_gap_low": N_("Public, lower limit of the gap"),
    "public_gap_high": N_("Public, upper limit of the gap"),
    "public_gap_se": N_("Public, standard error of the gap"),
    "public_gap_df": N_("Public, degrees of freedom of the gap"),
    "p": N_("p, hall against public"),
    "p_at_most": N_("p is at most that (≤)"),
    "not_named": N_("Why the post is not named"),
    "warning": N_("Attention"),
    "quarter": N_("Quarter"),
    "as_of": N_("As of"),
}
TOTAL_WORDS = {
    "pledges": N_("items"),
    "counted": N_("items counted"),
    "adjusted": N_("adjusted"),
    "cancelled": N_("cancelled"),
    "soft": N_("soft targets"),
    "overdue": N_("overdue"),
    "unverified": N_("not verified"),
    "reported_known": N_("outcome reported"),
    "reported_completion": N_("completion % as reported"),
    "reported_share_met": N_("share met as reported"),
    "verified_known": N_("outcome verified"),
    "verified_completion": N_("completion % as verified"),
    "verified_share_met": N_("share met as verified"),
}
_MEANINGS = {
    "kind": N_("Headline pledges and routine ones have totals of their own; they are never mixed."),
    "soft": N_("The target is no better than last year's value."),
    "status_reason": N_("What was noted when the item was adjusted for objective reasons or cancelled."),
    "reported_gap": N_("Reported value against the target; positive is better than promised."),
    "verified_gap": N_("Verified value against the target; positive is better than promised."),
    "reported_completion": N_("Reported value against the target, 0 to 120%. It is counted, not sampled: no interval."),
    "verified_completion": N_("Verified value against the target, 0 to 120%. It is counted, not sampled: no interval."),
    "reported_progress": N_("Way from last year's value to the target, as reported, 0 to 120%."),
    "verified_progress": N_("Way from last year's value to the target, as verified, 0 to 120%."),
    "overdue": N_(
        "The day is past, or come on the closing day of the round, and it is not done by the account that counts: the "
        "checker's, if there is a newer one."
    ),
    "unverified": N_("A value was reported and none verified on that day or later."),
    "vote_score": N_("Mean points of all ballots of the hall, each counting alike; larger is better."),
    "vote_low": N_("Lower end of the interval of the vote score, not below the points of the lowest grade."),
    "vote_high": N_("Upper end of the interval of the vote score, not above the points of the highest grade."),
    "public_score": N_("The unit's score in the mass evaluation of the round."),
    "public_low": N_("Lower end of the interval of the public score."),
    "public_high": N_("Upper end of the interval of the public score."),
    "vote_gap_se": N_("In points; no hall counts as surer than the ballots of its category within their halls."),
    "p": N_("Both one-sided claims, two directions, after Holm over all posts compared in the round."),
    "p_at_most": N_("Dealing out the ballots anew reached its smallest p-value; the true one may be smaller."),
    "differs": N_("Above the mean of the category with one and below it with the other, both beyond uncertainty."),
}
PLEDGE_KINDS = {HEADLINE: N_("Headline"), ROUTINE: N_("Routine")}
STATUS_WORDS = {
    "not_started": N_("Not started"),
    "under_way": N_("Under way"),
    "done": N_("Done"),
    "partly_done": N_("Partly done"),
    "not_done": N_("Not done"),
    "adjusted": N_("Adjusted for objective reasons"),
    "cancelled": N_("Cancelled"),
}
AREA_WORDS = {
    "party_building": N_("Party building"),
    "economy": N_("Economic development"),
    "livelihood": N_("People's livelihood"),
    "conduct": N_("Conduct and efficiency"),
    "integrity": N_("Clean government"),
    "safety": N_("Stability and safety"),
    "other": N_("Other"),
}
ORIGIN_WORDS = {
    "own": N_("Own proposal"),
    "public": N_("Asked for by the public"),
    "superior": N_("Task from above"),
    "last_year": N_("Left over from last year"),
}
VOTE_REASONS = {
    SMALL_CELL: N_("Too few ballots to show"),
    ONE_GRADE: N_("Few ballots, all alike"),
    COMPLEMENT: N_("Withheld with another group"),
    NO_POINTS: N_("Grades without points"),
    GRADE_WITHOUT_POINTS: N_("A grade without points"),
}
VOTE_REASON_SENTENCES = {
    SMALL_CELL: N_("So few ballots are not shown, so that nobody can be recognised by the grade."),
    ONE_GRADE: N_("The ballots are few and all alike; showing them would tell how everyone voted."),
    COMPLEMENT: N_("Another group of this hall is withheld; this one would give it away."),
    NO_POINTS: N_("The rule set of the round gives no points to the grades of the on-the-spot votes."),
    GRADE_WITHOUT_POINTS: N_("Some ballots carry a grade to which the rule set gives no points; there is no score."),
}
COMPARED_REASONS = {
    NO_VOTE: N_("The hall gave no score that may be shown."),
    NO_PUBLIC: N_("The unit has no score of the public in this round."),
    NOT_RANKED: N_("The unit is not ranked in this round."),
    FEW: N_("Fewer than three units of the category can be compared."),
    NOT_SURE: N_("Compared, and not told apart beyond uncertainty."),
}
DIFFERS = {
    VOTE_HIGHER: N_("The hall is milder than the public"),
    PUBLIC_HIGHER: N_("The public is milder than the hall"),
}
DIFFERS_SENTENCES = {
    VOTE_HIGHER: N_(
        "{unit}, {post}: the hall scores it {vote} points above the mean of its category, the public {public} points "
        "below; both beyond their uncertainty."
    ),
    PUBLIC_HIGHER: N_(
        "{unit}, {post}: the hall scores it {vote} points below the mean of its category, the public {public} points "
        "above; both beyond their uncertainty."
    ),
}
WARNING_WORDS = {
    LATE: N_("Overdue"),
    DUE: N_("Due this quarter"),
    SILENT: N_("No report this quarter"),
    UNVERIFIED: N_("Not verified"),
    NO_REASON: N_("No reason given"),
}
DIRECTION_WORDS = {"higher": N_("Higher is better"), "lower": N_("Lower is better")}
WORDS: dict[str, Mapping[str, str]] = {
    "kind": PLEDGE_KINDS,
    "status": STATUS_WORDS,
    "area": AREA_WORDS,
    "origin": ORIGIN_WORDS,
    "direction": DIRECTION_WORDS,
    "vote_reason": VOTE_REASONS,
    "differs": DIFFERS,
    "not_named": COMPARED_REASONS,
}


def header(field: str, language: str) -> str:
    """Chinese header, or the English field name (what programs read)."""
    if language != "zh":
        return field
    if field in _FROM_CONTRACT:
        return header_of("pledges", field)
    if field in _FROM_PROGRESS:
        return header_of("progress", field)
    kind, _, rest = field.partition("_")
    if kind in KINDS and rest in TOTAL_WORDS:
        return f"{translate(PLEDGE_KINDS[kind], 'zh')}·{translate(TOTAL_WORDS[rest], 'zh')}"
    return translate(_OWN[field] if field in _OWN else HEADERS[field], "zh")


def word(field: str, value: object, language: str) -> object:
    """A code as a word, a truth value as yes or no; everything else as it is."""
    if isinstance(value, bool):
        return YES_OR_NO[value][language != "zh"]
    words = WORDS.get(field)
    return translate(words[str(value)], language) if words and value is not None else value


def attention(row: Mapping[object, object], language: str) -> str:
    """What needs attention in one row of `QuarterReport.warnings`, in words."""
    said = [translate(WARNING_WORDS[name], language) for name in WARNINGS if row[name]]
    return ("；" if language == "zh" else "; ").join(said)


def difference_sentence(row: Mapping[object, object], language: str, decimals: int = 1) -> str:
    """Why a post of `TwoByTwo.named` is named."""
    gaps = {name: number(abs(float(str(row[f"{name}_gap"]))), decimals) for name in ("vote", "public")}
    message = translate(DIFFERS_SENTENCES[str(row["differs"])], language)
    return message.format(unit=row["unit_name"], post=row["post"], **gaps)


def meanings(fields: Iterable[str]) -> list[tuple[str, str]]:
    """Fields whose meaning the header does not say, with it."""
    known = {**MEANINGS, **_MEANINGS}
    return [(name, known[name]) for name in fields if name in known]
