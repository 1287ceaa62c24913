"""The dossier of a unit: verdict and permitted statements, groups, indicators, pledges, and all its rounds."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from data.model.rule_sets import Presentation
from formats.document import Document, Form, Row, Section, plain
from formats.table_kinds import (
    BASE,
    GROUPS,
    INDICATORS,
    INTERVAL,
    KINDS,
    NAME,
    PLEDGES,
    ROUNDS,
    UNITS,
    VERDICT,
    Column,
    declared,
)
from i18n import N_, PUNCTUATION, translate
from reports import unit_dossier
from reports.documents.bulletin import statement
from reports.documents.circular import pledge_line
from reports.documents.common import (
    BARE,
    MadeOf,
    RoundResults,
    bar,
    document,
    few_votes,
    round_words,
    table,
    unit_cells,
)
from results import number_format
from results.pledges.labels import NO_INTERVAL
from results.pledges.progress import LATE, UNVERIFIED, WARNINGS
from results.pledges.register import pledge_book, pledge_rounds
from results.ranking.bottom_list import BottomList
from results.ranking.rows import records
from results.ranking.statements import family_name, remark
from results.ranking.unit import COMPARED, MEANS, TOO_FEW, WITHHELD, UnitDetail, UnitHistory, UnitNotFoundError
from results.ranking.unknown import DONT_KNOW, bounds_in_words
from results.unit_dossier import Dossier, Line

TITLE = N_("One unit in the mass evaluation of {round}")
VERDICT_OF = N_("The verdict in {round}")
STANDING = N_("Category: {category}; ranked units in it: {count}. Don't know: {share} ({definition}).")
READING = N_(
    "The interval belongs to the score of one unit ({level}%). The places are those that the votes allow, for all "
    "units of a category at once ({level}%)."
)
BY_GROUP = N_("By evaluator group")
BY_INDICATOR = N_("By indicator")
SCORED = N_("Only these indicators make the score: {names}.")
PLEDGED = N_("Pledges")
THROUGH = N_("Through the rounds")
IN_A_ROW = N_("Confirmed at the bottom in {count} rounds in a row, renamings followed.")
NO_GROUP = N_("No group voted on this unit.")
AS = N_("{round} (as {name})")


LINES = declared(
    "dossier_lines",
    (
        Column("scheme", 22, True, (NAME,), N_("Scheme")),
        Column("counted", 27, True, header=N_("What is counted")),
        Column("period", 19, header=N_("Period")),
        Column("as_of", 17, header=N_("As of")),
        Column("value", 14, header=N_("Value")),
        Column("base", 29, True, (BASE,), N_("Base and of what")),
        Column("evidence", 28, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)


def dossier(
    found: RoundResults,
    history: UnitHistory,
    detail: UnitDetail,
    language: str,
    form: Form = BARE,
    schemes: Dossier | None = None,
) -> Document:
    """Return the dossier: `detail` of the round of `found`, `history` of all rounds. Raises UnitNotFoundError.

    schemes : what all schemes say of the unit.
    """
    row = next((own for own in history.rounds if own["round"] == found.ranking.round), None)
    if row is None:
        raise UnitNotFoundError(found.ranking.round, history.unit)
    listed = next(one for one in found.lists if row["unit_code"] in set(one.family.members["unit_code"]))
    words = round_words(found.ranking.round, language)
    sections = [
        _verdict(found, listed, row, translate(VERDICT_OF, language).format(round=words), language),
        _groups(detail, language),
        *_indicators(detail, language),
        *_pledges(found, history.unit, language),
        _rounds(history, found, language),
        *([_schemes(schemes, language)] if schemes is not None else []),
    ]
    title = translate(TITLE, language).format(round=words)
    rounds = tuple(dict.fromkeys(str(own["round"]) for own in history.rounds))
    rounds = (found.ranking.round, *(name for name in rounds if name != found.ranking.round))
    made_of = MadeOf(rounds, found.rules.name)
    return replace(
        document(found.release, "unit", title, sections, language, form, made_of), subject=plain(row["unit_name"])
    )


def _schemes(found: Dossier, language: str) -> Section:
    """Return a table over all schemes, and a sentence for each that has no record of the unit."""
    rows = [_line(line, language) for line in found.lines]
    sentences = (translate(unit_dossier.INTERNAL, language), *unit_dossier.sentences(found, language))
    return Section(
        translate(unit_dossier.TITLE, language), 1, sentences, table(LINES, rows, language) if rows else None
    )


def _line(line: Line, language: str) -> Row:
    cells = unit_dossier.cells(line, language)
    return Row({name: plain(cells[name]) for name in KINDS[LINES].names})


def _verdict(
    found: RoundResults, listed: BottomList, row: Mapping[str, object], heading: str, language: str
) -> Section:
    sentences = [
        translate(STANDING, language).format(
            category=plain(family_name(str(row["category"]), language)),
            count=listed.count,
            share=number_format.percent(row["dont_know_share"]),
            definition=translate(DONT_KNOW, language),
        ),
        translate(READING, language).format(level=found.level),
    ]
    own, shown = records(listed.rows[listed.rows["unit_code"] == row["unit_code"]]), found.shown_in("unit")
    sentence = statement(own[0], listed, shown, language) if own else ""
    if row["reason"] and not sentence:
        sentences.append(remark(row, language))
    if own and not few_votes(own[0], shown):
        round_ = found.release.round(found.ranking.round)
        sentences += filter(None, [bounds_in_words(round_, listed.family, str(row["unit_code"]), language)])
    line = Row(unit_cells(row, shown, language, found.rules.scale), bar(row, listed), sentence)
    return Section(heading, 1, tuple(sentences), table(UNITS, [line], language))


def _groups(detail: UnitDetail, language: str) -> Section:
    heading = translate(BY_GROUP, language)
    if detail.groups.empty:
        return Section(heading, 1, (translate(NO_GROUP, language),))
    rows = [_mean(row, detail, language) for row in records(detail.groups, (*MEANS, *COMPARED))]
    return Section(heading, 1, _too_few(detail.groups, detail, language), table(GROUPS, rows, language))


def _indicators(detail: UnitDetail, language: str) -> Iterator[Section]:
    if detail.indicators.empty:
        return
    rows = [
        Row({"indicator": plain(row["indicator"]), **_mean(row, detail, language).cells})
        for row in records(detail.indicators, (*MEANS, *COMPARED))
    ]
    comma = PUNCTUATION[language].listed
    names = comma.join(plain(name) for name in sorted(detail.scored_indicators))
    sentences = (translate(SCORED, language).format(names=names), *_too_few(detail.indicators, detail, language))
    yield Section(translate(BY_INDICATOR, language), 1, sentences, table(INDICATORS, rows, language))


def _pledges(found: RoundResults, code: str, language: str) -> Iterator[Section]:
    """Return the pledges of the unit in the round, each with its outcome at the end of the year."""
    if found.ranking.round not in pledge_rounds(found.release):
        return
    lines = pledge_book(found.release.round(found.ranking.round)).lines
    own = lines[lines["unit_code"] == code].to_dict("records")
    if own:
        rows = [pledge_line(row | _warnings(row), language) for row in own]
        sentences = (translate(NO_INTERVAL, language),)
        yield Section(translate(PLEDGED, language), 1, sentences, table(PLEDGES, rows, language))


def _warnings(row: Mapping[Hashable, object]) -> dict[Hashable, object]:
    """Return the warnings of a quarter that still apply at the end of the year."""
    return {**dict.fromkeys(WARNINGS, False), LATE: row["overdue"], UNVERIFIED: row["unverified"]}


def _too_few(means: pd.DataFrame, detail: UnitDetail, language: str) -> tuple[str, ...]:
    fewest = detail.rules.presentation.smallest_cell
    return (translate(TOO_FEW, language).format(count=fewest),) if means["too_few"].any() else ()


def _mean(row: Mapping[str, object], detail: UnitDetail, language: str) -> Row:
    decimals = detail.rules.presentation.decimals
    return Row(
        {
            "group": plain(row["group"]),
            "n": number_format.count(row["n"]),
            "score": translate(WITHHELD, language) if row["too_few"] else number_format.number(row["mean"], decimals),
            "interval": number_format.interval(row["low"], row["high"], decimals, detail.rules.scale),
            "category_mean": number_format.number(row["category_mean"], decimals),
            "category_range": number_format.interval(row["category_min"], row["category_max"], decimals),
        }
    )


def _rounds(history: UnitHistory, found: RoundResults, language: str) -> Section:
    """Return all rounds, newest first. The unit is named in the first table."""
    shown = found.shown_in("unit")
    rows = [_round(own, history.name, shown, language, _scale(own, found)) for own in history.rounds]
    count = history.confirmed_in_a_row
    sentences = (translate(IN_A_ROW, language).format(count=count),) if count > 1 else ()
    return Section(translate(THROUGH, language), 1, sentences, table(ROUNDS, rows, language))


def _scale(own: Mapping[str, object], found: RoundResults) -> tuple[float, float]:
    """Return the scale of a round, whose rules may be others than those of the round of the dossier."""
    return found.release.round(str(own["round"])).scored_rules.scale


def _round(own: Mapping[str, object], name: str, shown: Presentation, language: str, scale: tuple[float, float]) -> Row:
    """Return a round, with the unit's name at that time if it was different."""
    cells = unit_cells(own, shown, language, scale)
    words = plain(own["round"])
    if (then := cells.pop("unit")) != plain(name):
        words = translate(AS, language).format(round=words, name=then)
    return Row({"round": words, **cells})
