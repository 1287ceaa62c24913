"""Words of pledges and votes: headers, meanings of columns, codes as words, sentences.

Codes are for programs and stay English; words are for readers and are translated.
"""

from collections.abc import Mapping

from i18n import N_, PUNCTUATION, translate
from results.fields import columns
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
    "own": N_("Proposed by the unit"),
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
    COMPLEMENT: N_("Another group of this hall is withheld; showing this group would reveal its figures."),
    NO_POINTS: N_("The rule set of the round gives no points to the grades of the on-the-spot votes."),
    GRADE_WITHOUT_POINTS: N_("Some ballots carry a grade to which the rule set gives no points; there is no score."),
}
COMPARED_REASONS = {
    NO_VOTE: N_("The hall gave no score that may be shown."),
    NO_PUBLIC: N_("The unit has no score of the public in this round."),
    NOT_RANKED: N_("The unit is not ranked in this round."),
    FEW: N_("Fewer than three units of the category can be compared."),
    NOT_SURE: N_("Compared, but not distinguishable beyond uncertainty."),
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
    SILENT: N_("Report overdue"),
    UNVERIFIED: N_("Not verified"),
    NO_REASON: N_("No reason given"),
}
SCORED = {
    "all": N_("**Hall:** all {posts} posts have a vote score."),
    "some": N_("**Hall:** of {posts} posts, {scored} have a vote score and {withheld} do not."),
    "none": N_("**Hall:** none of the {posts} posts has a vote score."),
}
OPPOSITE = {
    True: N_("Of {posts} posts, {count} have clearly opposite results in the hall and with the public"),
    False: N_("None of the {posts} posts has clearly opposite results in the hall and with the public"),
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


def scored_words(scored: int, posts: int, language: str) -> str:
    """Return how many posts have a vote score; all of them, or which part."""
    facts = {"scored": f"{scored:,}", "posts": f"{posts:,}", "withheld": f"{posts - scored:,}"}
    kind = "all" if scored == posts else "some" if scored else "none"
    return translate(SCORED[kind], language).format(**facts)


def opposite_words(count: int, posts: int, language: str) -> str:
    """Return how many of the compared posts are opposite in hall and public; none, or a number."""
    return translate(OPPOSITE[count > 0], language).format(count=f"{count:,}", posts=f"{posts:,}")


def header(field: str, language: str) -> str:
    """Return the Chinese header, or the English field name (for programs)."""
    if language != "zh":
        return field
    kind, _, rest = field.partition("_")
    totals = columns("pledge_totals")
    if kind in KINDS and rest in totals:
        return f"{translate(PLEDGE_KINDS[kind], 'zh')}·{totals[rest].title('zh')}"
    return columns("pledges")[field].title(language)


def word(field: str, value: object, language: str) -> object:
    """Return a code as a word, a truth value as yes or no; other values unchanged."""
    if isinstance(value, bool):
        return YES_OR_NO[value][language != "zh"]
    words = WORDS.get(field)
    return translate(words[str(value)], language) if words and value is not None else value


def attention(row: Mapping[object, object], language: str) -> str:
    """Return what needs attention in a row of `QuarterReport.warnings`, in words."""
    warnings = [translate(WARNING_WORDS[name], language) for name in WARNINGS if row[name]]
    return PUNCTUATION[language].semicolon.join(warnings)


def difference_sentence(row: Mapping[object, object], language: str, decimals: int = 1) -> str:
    """Return why a post of `TwoByTwo.named` is named."""
    gaps = {name: number(abs(float(str(row[f"{name}_gap"]))), decimals) for name in ("vote", "public")}
    message = translate(DIFFERS_SENTENCES[str(row["differs"])], language)
    return message.format(unit=row["unit_name"], post=row["post"], **gaps)
