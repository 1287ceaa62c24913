"""The letter to a unit: the finding with its evidence, permitted statements, how and until when to object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from analytics.verdicts import CLEARED, CONFIRMED, NOT_RANKED, UNDECIDED
from data.store.objections import Line, Register
from data.store.review import STATES, UNSETTLED
from formats.document import Document, Form, Row, Section, plain
from formats.table_kinds import BASE, INTERVAL, UNITS, VERDICT, Column, declared
from i18n import N_, PUNCTUATION, translate
from reports.documents.bulletin import statement
from reports.documents.circular import day_words
from reports.documents.common import BARE, RoundResults, bar, document, round_words, table, unit_cells
from reports.verification_kit import kits_digest
from results import number_format
from results.labels import REASONS, VERDICTS
from results.ranking.bottom_list import BottomList
from results.ranking.rows import records
from results.ranking.statements import family_name, remark

TITLE = N_("Letter on the result of the mass evaluation of {round}")
FINDING = N_("The finding and its evidence")
STANDING = N_("Your unit was evaluated in the category {category}, in which {count} units are ranked.")
MAY = N_("Permitted statements, and statements that are not permitted")
NOTHING = N_("No statement on the place of the unit is permitted.")
MAY_NOT = {
    CONFIRMED: N_(
        "Not permitted: a single place, where the range of places holds several; that the unit is worse than one "
        "whose range of places overlaps with its range; anything about a person."
    ),
    UNDECIDED: N_(
        "Not permitted: that the unit is at the bottom, or that it is not; a single place, where the range of places "
        "holds several; anything about a person."
    ),
    CLEARED: N_(
        "Not permitted: that the unit is at the bottom; a single place, where the range of places holds several; "
        "anything about a person."
    ),
    NOT_RANKED: N_("Not permitted: a place or a comparison with other units; anything about a person."),
}
CHANGED = N_("Figures before and after the correction")
CORRECTED = N_("The results were corrected. The reason: {reason}")
FIRST, AFTER = N_("As first shown (release {release})"), N_("Corrected (release {release})")
OBJECTING = N_("Objecting")
UNTIL = N_(
    "An objection is received until {day} by {office}, in writing. It names the figure, the grounds and who objects "
    "for the unit, with the evidence. The day on which the term began is not counted."
)
ENDED = N_(
    "The term of objections ended on {day}. What {office} receives later is registered as late, and the office decides "
    "whether it is heard."
)
NO_TERM = N_("No term of objections has begun. {office} tells the unit when one does.")
THE_OFFICE = N_("the issuing office")
OWN = N_("Objection {number}, received on {day}: {state}.")
WHY = N_("Reason of the ruling: {reason}")
RECOMPUTING = N_("How to recompute the result")
KIT = N_(
    "{office} gives the verification kit of the unit ({unit}) on request. In its folder, the command "
    'python verify.py "{digest}" recomputes the score, the places and the verdict from the votes, without the '
    "program of the office."
)
COUNTED = N_("The office recomputes all results from the stored originals with: biaochi replay {release}")

OLD_AND_NEW = declared(
    "old_and_new",
    (
        Column("version", 50, True, header=N_("Version")),
        Column("n", 15, says=(BASE,)),
        Column("score", 16),
        Column("interval", 29, says=(INTERVAL,)),
        Column("rank", 16),
        Column("verdict", 30, True, says=(VERDICT,)),
    ),
)


@dataclass(frozen=True)
class Reviewed:
    """What the register of objections says of a round. corrections : as kept, oldest first. today : of the letters."""

    register: Register
    corrections: Sequence[Mapping[str, Any]]
    today: date


def addressees(found: RoundResults, *, everyone: bool) -> list[tuple[str, str]]:
    """Return code and name of the units that get a letter: those that are named or confirmed, or all, in order."""
    if everyone:
        return [(str(row["unit_code"]), str(row["unit_name"])) for row in records(found.ranking.rows)]
    units = []
    for listed in found.lists:
        rows = listed.not_settled()
        rows = rows[rows["named"] | (rows["verdict"] == CONFIRMED)]
        units += [(str(row["unit_code"]), str(row["unit_name"])) for row in records(rows)]
    return units


def letter(found: RoundResults, code: str, reviewed: Reviewed, language: str, form: Form = BARE) -> Document:
    """Return the letter to a unit. Raises StopIteration never: `code` is one of `addressees`."""
    (row,) = records(found.ranking.rows[found.ranking.rows["unit_code"] == code])
    listed = next(one for one in found.lists if code in set(one.family.members["unit_code"]))
    office = plain(form.office) or translate(THE_OFFICE, language)
    sections = [
        _finding(found, listed, row, language),
        *_old_and_new(found, code, reviewed, language),
        _may(found, listed, row, language),
        _objecting(reviewed, code, office, language),
        _recomputing(found, code, office, language),
    ]
    title = translate(TITLE, language).format(round=round_words(found.ranking.round, language))
    to = replace(form, recipients=plain(row["unit_name"]))
    made = document(found.release, "letter", title, sections, language, to, found.of)
    return replace(made, subject=plain(row["unit_name"]))


def _finding(found: RoundResults, listed: BottomList, row: Mapping[str, object], language: str) -> Section:
    category = plain(family_name(str(row["category"]), language))
    sentence = translate(STANDING, language).format(category=category, count=listed.count)
    cells = unit_cells(row, found.shown_in("letter"), language, found.rules.scale)
    line = Row(cells, bar(row, listed))
    return Section(translate(FINDING, language), 1, (sentence,), table(UNITS, [line], language))


def _may(found: RoundResults, listed: BottomList, row: Mapping[str, object], language: str) -> Section:
    own = records(listed.rows[listed.rows["unit_code"] == row["unit_code"]])
    words = statement(own[0], listed, found.shown_in("letter"), language) if own else ""
    sentence = words or remark(row, language) or translate(NOTHING, language)
    return Section(translate(MAY, language), 1, (sentence, translate(MAY_NOT[str(row["verdict"])], language)))


def _old_and_new(found: RoundResults, code: str, reviewed: Reviewed, language: str) -> Iterator[Section]:
    """Return all old and new figures of a unit, correction by correction."""
    for kept in reviewed.corrections:
        own = [unit for unit in kept["units"] if unit["unit_code"] == code]
        if own:
            reason = PUNCTUATION[language].semicolon.join(map(plain, kept["reasons"]))
            sentence = translate(CORRECTED, language).format(reason=reason)
            rows = [
                _version(found, own[0]["before"], FIRST, kept["before"], language),
                _version(found, own[0]["after"], AFTER, kept["after"], language),
            ]
            yield Section(translate(CHANGED, language), 1, (sentence,), table(OLD_AND_NEW, rows, language))


def _version(found: RoundResults, figures: Mapping[str, Any], words: str, release: str, language: str) -> Row:
    decimals = found.rules.presentation.decimals
    verdict = str(figures["verdict"])
    verdict_words = translate(VERDICTS[verdict], language) if verdict in VERDICTS else number_format.NONE
    reason = figures["reason"]
    if reason:
        left, right = PUNCTUATION[language].brackets
        verdict_words += f"{left}{translate(REASONS[str(reason)], language)}{right}"
    return Row(
        {
            "version": translate(words, language).format(release=release[:16]),
            "n": number_format.count(figures["n"]),
            "score": number_format.number(figures["score"], decimals),
            "interval": number_format.interval(
                figures["score_low"], figures["score_high"], decimals, found.rules.scale
            ),
            "rank": number_format.place(figures["rank"], figures["rank_tied_to"], language),
            "verdict": verdict_words,
        }
    )


def _objecting(reviewed: Reviewed, code: str, office: str, language: str) -> Section:
    own = [line for line in reviewed.register.lines if line.claim["unit_code"] == code]
    sentences = [_term(reviewed, office, language), *(text for line in own for text in _ruled(line, language))]
    return Section(translate(OBJECTING, language), 1, tuple(sentences))


def _term(reviewed: Reviewed, office: str, language: str) -> str:
    times = reviewed.register.terms
    if not times:
        return translate(NO_TERM, language).format(office=office)
    last = max(term.last.day for term in times)
    message = UNTIL if reviewed.today <= last else ENDED
    return translate(message, language).format(day=day_words(last, language), office=office)


def _ruled(line: Line, language: str) -> Iterator[str]:
    state = translate(STATES[line.state], language)
    day = day_words(line.objected.received, language)
    yield translate(OWN, language).format(number=line.number, day=day, state=state)
    if line.state not in UNSETTLED and line.ruling:
        yield translate(WHY, language).format(reason=plain(line.ruling["reason"]))


def _recomputing(found: RoundResults, code: str, office: str, language: str) -> Section:
    digest = kits_digest(found.release.round(found.ranking.round))
    facts = {"office": office, "unit": plain(code), "digest": digest}
    sentences = (
        translate(KIT, language).format(**facts),
        translate(COUNTED, language).format(release=found.release.short),
    )
    return Section(translate(RECOMPUTING, language), 1, sentences)
