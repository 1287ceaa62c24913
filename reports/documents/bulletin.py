"""The bulletin of a round: general figures, bottom list in three tiers, full ranking; the last two also separately."""

from collections.abc import Iterator, Mapping

import pandas as pd

from analytics.suppression import UNIFORM
from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED
from data.model.rule_sets import Presentation
from formats.document import Document, Form, Row, Section, plain
from formats.table_kinds import KINDS, STATISTICS, UNITS
from i18n import N_, PUNCTUATION, translate
from reports.documents.common import (
    BARE,
    RoundResults,
    bar,
    document,
    few_votes,
    is_internal,
    round_words,
    table,
    unit_cells,
)
from results import number_format
from results.evidence.flips import flips
from results.evidence.flips import in_words as flips_in_words
from results.evidence.integrity import decision_in_words
from results.missing import named_rows
from results.notes import SENTENCES
from results.ranking.bottom_list import BottomList
from results.ranking.family import ALL
from results.ranking.population import about_whom
from results.ranking.ranking import FIELDS
from results.ranking.rows import records
from results.ranking.statements import (
    NO_SECOND_VERDICT,
    RELIABILITY,
    family_name,
    p_words,
    share_words,
)

TITLES = {
    "bulletin": N_("Bulletin on the mass evaluation of {round}"),
    "ranking": N_("Ranking in the mass evaluation of {round}"),
    "bottom": N_("The bottom in the mass evaluation of {round}"),
}
OPENING = N_("The results of the evaluation of {round} are hereby announced.")
GENERAL = N_("In general")
BOTTOM = N_("The bottom")
ANNEX = N_("Appendix: figures of the tests")
RANKING = N_("The ranking of each category")
BALLOTS = N_("Units evaluated: {units}; categories: {categories}; ballots: {ballots}; votes on units: {votes}.")
COUNTS = N_("Units evaluated: {units}; categories: {categories}; votes on units: {votes}.")
BALLOTS_WITHHELD = N_("Units evaluated: {units}; categories: {categories}; ballots: {ballots}.")
COUNTS_WITHHELD = N_("Units evaluated: {units}; categories: {categories}.")
COUNTS_ONLY = SENTENCES["counts_only"]
ALL_RANKED = N_("All of them are ranked.")
RANKED = N_("Ranked: {ranked}; not ranked: {others}, each with its reason in the ranking.")
FEW = N_(
    "Votes and score of a unit with fewer than {smallest} votes, or with fewer than {uniform} that are all alike, are "
    "not shown."
)
SCORED_BY = N_("Scores follow “{title}” (rule set {rules}; source: {source}). Each category is ranked separately.")
READING = N_(
    "The interval belongs to the score of one unit ({level}%). The places are those that the votes allow, for all "
    "units of a category at once ({level}%); units whose places overlap may well be equally good. The verdict "
    "answers only whether a unit is at the bottom: that any confirmed unit of a category is wrongly named has a "
    "chance of at most {error}%, and the same holds for the cleared."
)
RULES = {
    "last": N_("Ranked units: {count}. By the rules, places at the bottom: {k}."),
    "share": N_("Ranked units: {count}. By the rules, places at the bottom: {k}."),
    "below": N_("Ranked units: {count}. By the rules, units with a score below {line} points are at the bottom."),
    "last_and_below": N_(
        "Ranked units: {count}. By the rules, places at the bottom: {k}, for units with a score below {line} points."
    ),
    "share_and_below": N_(
        "Ranked units: {count}. By the rules, places at the bottom: {k}, for units with a score below {line} points."
    ),
    "dissatisfied_over": N_(
        "Ranked units: {count}. By the rules, units with more than {limit}% of their votes at the lowest grade are at "
        "the bottom."
    ),
}
TIERS = N_(
    "Confirmed at the bottom: {confirmed}; not enough evidence: {undecided}; confirmed not at the bottom: {cleared}."
)
ACCOUNTABLE = N_("Proposed for accountability by the rules (confirmed at the bottom)")
NO_FINDING = N_("Insufficient evidence, no conclusion")
NOT_THERE = N_("Confirmed not at the bottom")
HEADINGS = {CONFIRMED: ACCOUNTABLE, UNDECIDED: NO_FINDING, CLEARED: NOT_THERE}
"""Tier -> its heading; no other heading can be put over its units."""
NOBODY = N_("No unit is confirmed at the bottom; none of this category is named.")
OPEN = N_(
    "The votes are not enough to establish whether each of these units is {membership}. It should be stated neither "
    "that they are nor that they are not, and none of them is named as one of the bottom."
)
NONE_OPEN = N_("None.")
ALL_CLEARED = N_("All {count} ranked units are confirmed not to be at the bottom; their list is omitted.")
OTHERS_CLEARED = N_("The other {cleared} units are confirmed not to be at the bottom; their list is omitted.")
ANY_UNIT = N_("the unit")


def bulletin(found: RoundResults, language: str, form: Form = BARE) -> Document:
    """Return the complete bulletin of a round."""
    opening = translate(OPENING, language).format(round=round_words(found.ranking.round, language))
    shown = found.shown_in("bulletin")
    sections = [
        Section("", 1, (opening,)),
        _general(found, shown, language),
        Section(translate(BOTTOM, language), 1),
        *_tiers(found, shown, language),
        Section(translate(RANKING, language), 1),
        *_ranked(found, shown, language),
        *_annex(found, shown, language),
    ]
    return _document(found, "bulletin", sections, language, form)


def full_ranking(found: RoundResults, language: str, form: Form = BARE) -> Document:
    """Return every unit of a round in order, with unranked units at the end of their category."""
    shown = found.shown_in("ranking")
    sections = [
        _general(found, shown, language),
        Section(translate(RANKING, language), 1),
        *_ranked(found, shown, language),
    ]
    return _document(found, "ranking", sections, language, form)


def bottom_list(found: RoundResults, language: str, form: Form = BARE) -> Document:
    """Return the bottom of each category in three tiers, with the permitted statements on units that could be named."""
    shown = found.shown_in("bottom")
    sections = [
        _general(found, shown, language),
        Section(translate(BOTTOM, language), 1),
        *_tiers(found, shown, language),
        *_annex(found, shown, language),
    ]
    return _document(found, "bottom", sections, language, form)


def _document(found: RoundResults, kind: str, sections: list[Section], language: str, form: Form) -> Document:
    title = translate(TITLES[kind], language).format(round=round_words(found.ranking.round, language))
    return document(found.release, kind, title, sections, language, form, found.of)


def _general(found: RoundResults, shown: Presentation, language: str) -> Section:
    """Return the paragraphs on turnout, scoring rules, and how to read the tables."""
    judged = decision_in_words(found.release.round(found.ranking.round), language)
    sentences = (*_figures(found, shown, language), _reading(found, language), *filter(None, (plain(judged),)))
    return Section(translate(GENERAL, language), 1, sentences)


def _figures(found: RoundResults, shown: Presentation, language: str) -> Iterator[str]:
    """Return the paragraphs on turnout, scoring rules, and the limits of counts without ballots."""
    about = found.release.query("rounds").set_index("round_id").loc[found.ranking.round]
    rows, rules = found.ranking.rows, found.rules
    ranked = int(rows["rank"].notna().sum())
    facts = {
        "units": number_format.count(len(rows)),
        "categories": rows["category"].nunique(),
        "ballots": number_format.count(about["evaluators"]),
        "votes": number_format.count(rows["n"].sum()),
        "ranked": number_format.count(ranked),
        "others": number_format.count(len(rows) - ranked),
        "smallest": shown.smallest_cell,
        "uniform": UNIFORM,
    }
    sentences = [RANKED if ranked < len(rows) else ALL_RANKED]
    if any(few_votes(row, shown) for row in records(rows)):
        # If the votes of a single unit are withheld, the total of all votes would reveal them.
        sentences = [BALLOTS_WITHHELD if about["evaluators"] else COUNTS_WITHHELD, *sentences, FEW]
    else:
        sentences = [BALLOTS if about["evaluators"] else COUNTS, *sentences]
    yield PUNCTUATION[language].gap.join(translate(message, language).format(**facts) for message in sentences)
    yield translate(SCORED_BY, language).format(
        title=plain(rules.title), rules=plain(rules.name), source=plain(rules.source)
    )
    if about["has_counts"]:
        yield translate(COUNTS_ONLY, language)


def _reading(found: RoundResults, language: str) -> str:
    error = f"{100 * (1 - found.rules.uncertainty.level):.3g}"
    return translate(READING, language).format(level=found.level, error=error)


def _tiers(found: RoundResults, shown: Presentation, language: str) -> Iterator[Section]:
    more = _flips(found, language)
    for listed in found.lists:
        yield from _tiers_of(listed, shown, language, more)


def _flips(found: RoundResults, language: str) -> dict[str, str]:
    """Return by unit how many ballots would alter the findings about it; nothing in a document that goes outside."""
    round_ = found.release.round(found.ranking.round)
    if not found.lists or not is_internal("bulletin", round_.status):
        return {}
    category = ALL if found.lists[0].family.name == ALL else None
    gap = PUNCTUATION[language].gap
    rows = named_rows(flips(round_, category))
    return {str(row["unit_code"]): gap.join(flips_in_words(row, language)) for row in rows}


def _tiers_of(listed: BottomList, shown: Presentation, language: str, more: Mapping[str, str]) -> Iterator[Section]:
    """Return a category: confirmed units, undecided units, and the number of cleared units."""
    name = plain(family_name(listed.family.name, language))
    facts = {**listed.facts(language), "membership": listed.membership(language)}
    if listed.no_list:
        yield Section(name, 2, (translate(listed.no_list, language).format(**facts),))
        return
    tiers = {verdict: listed.tier(verdict) for verdict in (CONFIRMED, UNDECIDED, CLEARED)}
    sizes = {verdict: len(rows) for verdict, rows in tiers.items()}
    sentences = [
        translate(RULES[listed.rule.name], language).format(**facts),
        translate(TIERS, language).format(**sizes),
    ]
    sentences += filter(None, [about_whom(listed.family, language)])
    if listed.refused:
        yield Section(name, 2, (*sentences, translate(listed.refused, language)))
        return
    yield Section(name, 2, tuple(sentences))
    confirmed = [_unit(row, listed, shown, language, stated=True, more=more) for row in _records(tiers[CONFIRMED])]
    yield _tier(CONFIRMED, NOBODY, None, confirmed, facts, language)
    open_ = [
        _unit(row, listed, shown, language, stated=bool(row["named"]), more=more) for row in _records(tiers[UNDECIDED])
    ]
    yield _tier(UNDECIDED, NONE_OPEN, OPEN, open_, facts, language)
    yield Section(
        translate(HEADINGS[CLEARED], language),
        3,
        (cleared_words(sizes[CLEARED], listed.count, language),),
        tier=CLEARED,
    )


def cleared_words(cleared: int, count: int, language: str) -> str:
    """Return how many of `count` ranked units are cleared: none, all, or the others."""
    message = NONE_OPEN if not cleared else ALL_CLEARED if cleared == count else OTHERS_CLEARED
    return translate(message, language).format(cleared=cleared, count=count)


def _tier(
    tier: str, empty: str, explanation: str | None, rows: list[Row], facts: Mapping[str, object], language: str
) -> Section:
    """Return a tier under its heading; `Section` refuses rows of another tier."""
    heading = translate(HEADINGS[tier], language)
    if not rows:
        return Section(heading, 3, (translate(empty, language),), tier=tier)
    sentences = (translate(explanation, language).format(**facts),) if explanation else ()
    return Section(heading, 3, sentences, table(UNITS, rows, language), tier)


def _ranked(found: RoundResults, shown: Presentation, language: str) -> Iterator[Section]:
    """Return all units of each category, in ranking order."""
    rows = found.ranking.rows
    for listed in found.lists:
        own = rows[rows["unit_code"].isin(set(listed.family.members["unit_code"]))]
        lines = [_unit(row, listed, shown, language) for row in records(own)]
        name = plain(family_name(listed.family.name, language))
        yield Section(name, 2, (), table(UNITS, lines, language))


def _annex(found: RoundResults, shown: Presentation, language: str) -> Iterator[Section]:
    """Return the annex for statisticians: figures behind the verdicts on units that are not cleared.

    A category without a list has no table: a table of its units would amount to a list.
    """
    listed = [one for one in found.lists if not one.refused]
    if listed:
        yield Section(translate(ANNEX, language), 1, (translate(NO_SECOND_VERDICT, language),))
    for one in listed:
        reliability = translate(RELIABILITY, language).format(share=number_format.percent(one.reliability, 0))
        rows = [_figures_of(row, shown, language, found.rules.scale) for row in _records(one.not_settled())]
        name = plain(family_name(one.family.name, language))
        yield Section(name, 2, (reliability,), table(STATISTICS, rows, language) if rows else None)


def _figures_of(row: Mapping[str, object], shown: Presentation, language: str, scale: tuple[float, float]) -> Row:
    """Return p-values and probability of a unit, none of them if its votes are not shown."""
    few = few_votes(row, shown)
    p = {name: number_format.NONE if few else p_words(float(str(row[name]))) for name in ("confirm_p", "clear_p")}
    chance = number_format.NONE if few or row["p_bottom"] is None else share_words(float(str(row["p_bottom"])))
    cells = {**unit_cells(row, shown, language, scale), **p, "p_bottom": chance}
    return Row({name: cells[name] for name in KINDS[STATISTICS].names})


def _unit(
    row: Mapping[str, object],
    listed: BottomList,
    shown: Presentation,
    language: str,
    *,
    stated: bool = False,
    more: Mapping[str, str] | None = None,
) -> Row:
    """Return a unit, with the permitted statements if it could be named; `more` : further sentences by unit."""
    stated_sentence = statement(row, listed, shown, language) if stated else ""
    further = (more or {}).get(str(row["unit_code"]), "") if stated_sentence else ""
    return Row(
        unit_cells(row, shown, language, listed.family.rules.scale),
        bar(row, listed),
        PUNCTUATION[language].gap.join(filter(None, (stated_sentence, further))),
        str(row["verdict"]),
    )


def statement(row: Mapping[str, object], listed: BottomList, shown: Presentation, language: str) -> str:
    """Return the permitted and excluded statements on a unit, printed below its line without its name.

    It contains the number of votes, so a unit whose votes are not shown has no statements.
    """
    if few_votes(row, shown):
        return ""
    nameless = {**row, "unit_name": translate(ANY_UNIT, language)}
    return PUNCTUATION[language].gap.join(listed.sentences(nameless, language))


def _records(rows: pd.DataFrame) -> list[dict[str, object]]:
    return records(rows, [*FIELDS, "named"])
