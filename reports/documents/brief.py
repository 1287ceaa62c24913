"""The brief for leaders: the finding of a round on a page or as slides, what cannot be stated, and what is next."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from formats.brief import Brief, Finding, Moved, Named, Sheet
from formats.document import Form, plain
from i18n import N_, PUNCTUATION, translate
from reports.documents.common import BARE, NOTE, REPLAY, RoundResults, footer_of, round_words, unit_cells
from reports.documents.official_form import printed_form
from reports.documents.year_on_year import TO
from reports.ranking_table import marks
from results import number_format
from results.comparison.year_on_year import COLUMNS, FELL, ROSE, STATEMENT_NAMES, Changes
from results.home.cards import COUNTS, PROMISE, HomeCard, NamedUnit, headline
from results.home.year_strip import COMING, CURRENT, DONE, Step
from results.ranking.rows import records
from results.ranking.statements import family_name

KINDS = ("brief", "slides")
TITLE = N_("Brief on the mass evaluation of {round}")
INTERNAL = N_("Internal")
MADE_OF = N_("Release {release}; round {round}; rule set {rules}.")
WORDS = {
    "confirmed": N_("Confirmed at the bottom"),
    "nobody": N_("No unit is confirmed at the bottom; nobody may be named."),
    "cannot": N_("What cannot be stated"),
    "undecided": N_("Undecided"),
    "change": N_("Change since the round before"),
    "steps": N_("Next steps"),
    "source": N_("Where this comes from"),
    "chart": N_("Score and interval"),
    "category": N_("Category"),
    "verdict": N_("Verdict"),
    "unit": N_("Unit"),
    "n": N_("Votes"),
    "score": N_("Score"),
    "scores": N_("Score, before and now"),
    "interval": N_("Interval"),
    "rank": N_("Place"),
    "places": N_("Places the votes allow"),
    "votes_of": N_("{unit} ({n} votes)"),
    "difference": N_("Change"),
    "finding": N_("Finding"),
    "note": N_("Note"),
    "page": N_("{number} of {count}"),
    "plus": N_("Interval above the score"),
    "minus": N_("Interval below the score"),
    "axis": N_("Score"),
}
CANNOT = (
    N_("An undecided unit may be called neither a unit at the bottom nor a unit that is not."),
    N_("Units whose places overlap may be equally good: their order is not a finding."),
    N_("No cause is shown: the votes say how people judge a unit, not why."),
)
NO_ROUND_BEFORE = N_("No earlier round to compare with.")
NOT_COMPARED = N_("Not compared with {before}: the methods differ.")
MOVED = N_("Since {before}: {rose} rose and {fell} fell by more than chance.")
MORE_UNDECIDED = N_("and {count} more undecided: see the bottom list")
MORE_CONFIRMED = N_("and {count} more confirmed: see the bottom list")
MORE_MOVED = N_("and {count} more: see the comparison of the years")
LATER = N_("After that")
ALL_DONE, NOTHING_LEFT = N_("The year is complete"), N_("No step is open.")
AS_OF = N_("As of {day}")
DAY = N_("{year}-{month}-{day}")
LEVELS = ((8, 8, 9.5), (4, 6, 9.5), (3, 4, 9.0), (3, 3, 8.5), (2, 0, 8.5), (1, 0, 8.5), (1, 0, 8.0), (0, 0, 8.0))
"""Undecided units a category, changes, and points of the text: what the page shows, the fullest first."""
MOST_CONFIRMED = (30, 20, 12)
"""Confirmed units on the page if nothing else makes it fit; the slides have all of them."""
ON_A_SLIDE = 8
"""Undecided units of a category on its slide."""


@dataclass(frozen=True)
class Outlook:
    """What a brief needs besides the ranking. before : the round compared with, None if there is none.

    day : on which the steps of the year stand so.
    """

    cards: Sequence[HomeCard]
    before: str | None
    compared: Sequence[Changes]
    steps: Sequence[Step]
    day: date


def brief(found: RoundResults, outlook: Outlook, language: str, form: Form = BARE, kind: str = "brief") -> Brief:
    """Return the brief of a round; the same for the page and the slides."""
    release, round_id = found.release, found.ranking.round
    findings = tuple(_finding(card, found, language) for card in outlook.cards)
    moved = tuple(_moved(outlook, found, language))
    about = release.query("rounds").set_index("round_id").loc[round_id]
    rules = plain(found.of.rules)
    shown = [unit for one in findings for unit in (*one.confirmed, *one.undecided)]
    return Brief(
        kind=kind,
        language=language,
        title=translate(TITLE, language).format(round=round_words(round_id, language)),
        headline=plain(headline(round_id, outlook.cards).sentence(language)),
        promise=translate(PROMISE, language).format(
            ballots=number_format.count(about["evaluators"]),
            votes=number_format.count(found.ranking.rows["n"].sum()),
            level=found.level,
        ),
        secrecy=translate(INTERNAL, language),
        stamp=marks(release.round(round_id), language),
        findings=tuple(_at_most(one, ON_A_SLIDE, language) for one in findings),
        cannot=tuple(translate(message, language) for message in CANNOT),
        change=(_change(outlook, language),),
        moved=moved,
        steps=tuple(_steps(outlook.steps, language)),
        words={name: translate(words, language) for name, words in WORDS.items()}
        | {"as_of": translate(AS_OF, language).format(day=_day(outlook.day, language))},
        axis=_axis(shown),
        sheets=tuple(_sheets(findings, moved, language)),
        about=(
            translate(MADE_OF, language).format(release=release.short, round=plain(round_id), rules=rules),
            translate(REPLAY, language).format(short=release.short),
            translate(NOTE, language).format(short=release.short),
        ),
        footer=footer_of(form, release, rules, language),
        release=release.short,
        form=printed_form(form, language),
    )


# --- names ----------------------------------------------------------------------------------------------


def _finding(found: HomeCard, results: RoundResults, language: str) -> Finding:
    reasons = filter(None, [found.why_nobody(language), found.what_settles(language)])
    card = found.card
    counts = {"confirmed": card.confirmed, "undecided": card.undecided, "cleared": card.cleared}
    counted = [translate(COUNTS[verdict], language).format(count=n) for verdict, n in counts.items()]
    return Finding(
        plain(family_name(found.category, language)),
        PUNCTUATION[language].listed.join(counted) if found.has_list else "",
        tuple(_named(unit, found, results, language) for unit in found.confirmed),
        tuple(_named(unit, found, results, language) for unit in found.undecided),
        plain(PUNCTUATION[language].gap.join(reasons)),
    )


def _named(unit: NamedUnit, found: HomeCard, results: RoundResults, language: str) -> Named:
    row = unit.row
    cells = unit_cells(row, results.shown_in("brief"), language, unit.scale)
    low, high = unit.scale
    return Named(
        unit.verdict,
        plain(family_name(found.category, language)),
        cells,
        float(str(row["score"])),
        max(low, float(str(row["score_low"]))),
        min(high, float(str(row["score_high"]))),
        unit.again(language),
    )


def _axis(shown: Sequence[Named]) -> tuple[float, float]:
    """Return the points at both ends of the drawn intervals, multiples of 5."""
    if not shown:
        return (0.0, 100.0)
    return 5.0 * math.floor(min(u.low for u in shown) / 5), 5.0 * math.ceil(max(u.high for u in shown) / 5)


def _at_most(found: Finding, most: int, language: str) -> Finding:
    """Return a category with so many undecided units at most, the lowest; the others are counted."""
    hidden = len(found.undecided) - most
    if hidden <= 0:
        return found
    more = translate(MORE_UNDECIDED, language).format(count=hidden)
    return replace(found, undecided=found.undecided[:most], more=more)


# --- changes and steps ----------------------------------------------------------------------------------


def _change(outlook: Outlook, language: str) -> str:
    tested = [one for one in outlook.compared if one.tested]
    if outlook.before is None:
        return translate(NO_ROUND_BEFORE, language)
    if not tested:
        return translate(NOT_COMPARED, language).format(before=plain(outlook.before))
    rose, fell = (sum(one.count(word) for one in tested) for word in (ROSE, FELL))
    return translate(MOVED, language).format(before=plain(outlook.before), rose=rose, fell=fell)


def _moved(outlook: Outlook, found: RoundResults, language: str) -> Iterator[Moved]:
    """Return the units that changed by more than chance, the largest change first."""
    rows = [
        (row, one.category)
        for one in outlook.compared
        if one.tested
        for row in records(one.rows, COLUMNS)
        if row["statement"] in (ROSE, FELL)
    ]
    rows.sort(key=lambda pair: -abs(float(str(pair[0]["change"]))))
    decimals = found.rules.presentation.decimals
    for row, category in rows:
        cells = {
            "verdict": translate(STATEMENT_NAMES[str(row["statement"])], language),
            "unit": plain(row["unit_name"]),
            "n": TO.join(number_format.count(row[key]) for key in ("n_from", "n_to")),
            "scores": TO.join(number_format.number(row[key], decimals) for key in ("score_from", "score_to")),
            "change": number_format.signed(row["change"], decimals),
            "interval": number_format.signed_interval(row["low"], row["high"], decimals),
        }
        yield Moved(str(row["statement"]), plain(family_name(category, language)), cells)


def _steps(steps: Sequence[Step], language: str) -> Iterator[tuple[str, str]]:
    """Return the step that is current with what to do in it, then those that follow."""
    for step in steps:
        if step.state == CURRENT:
            yield step.title(language), plain(step.what_next(language) or step.words(language))
    later = [step.title(language) for step in steps if step.state == COMING]
    if later:
        yield translate(LATER, language), PUNCTUATION[language].listed.join(later)
    if all(step.state == DONE for step in steps):
        yield translate(ALL_DONE, language), translate(NOTHING_LEFT, language)


def _day(day: date, language: str) -> str:
    if language != "zh":
        return day.isoformat()
    return translate(DAY, language).format(year=day.year, month=day.month, day=day.day)


# --- the page -------------------------------------------------------------------------------------------


def _sheets(findings: Sequence[Finding], moved: Sequence[Moved], language: str) -> Iterator[Sheet]:
    """Return bodies of the page from the fullest to a body that fits whatever the round."""
    confirmed = [unit for one in findings for unit in one.confirmed]
    for undecided, changes, points in LEVELS:
        yield _sheet(findings, confirmed, moved, (len(confirmed), undecided, changes), points, language)
    short = [replace(one, cure="") for one in findings]
    yield _sheet(short, confirmed, moved, (len(confirmed), 0, 0), 8.0, language)
    for most in MOST_CONFIRMED:
        yield _sheet([], confirmed, moved, (most, 0, 0), 7.5, language)


def _sheet(
    findings: Sequence[Finding],
    confirmed: Sequence[Named],
    moved: Sequence[Moved],
    most: tuple[int, int, int],
    points: float,
    language: str,
) -> Sheet:
    named, undecided, changes = most
    open_ = [one for one in findings if one.undecided or one.cure]
    return Sheet(
        points,
        tuple(confirmed[:named]),
        _hidden(MORE_CONFIRMED, len(confirmed) - named, language),
        tuple(_at_most(one, undecided, language) for one in open_),
        tuple(moved[:changes]),
        _hidden(MORE_MOVED, len(moved) - changes, language),
    )


def _hidden(message: str, count: int, language: str) -> str:
    return translate(message, language).format(count=count) if count > 0 else ""
