"""The year-on-year document: scores of a category that changed by more than chance."""

from collections.abc import Iterator, Mapping, Sequence

from formats.document import Document, Form, Row, Section, plain
from formats.table_kinds import CHANGES, LEFT_OUT
from i18n import N_, PUNCTUATION, translate
from reports.documents.common import BARE, REMARKED, MadeOf, RoundResults, document, round_words, table
from results import number_format
from results.comparison.sentences import regression, summary
from results.comparison.year_on_year import (
    COLUMNS,
    DOWN,
    LEFT_OUT_SENTENCES,
    SAME,
    SCREENING,
    STATEMENT_NAMES,
    UP,
    Changes,
)
from results.comparison.year_on_year import LEFT_OUT as LEFT_OUT_COLUMNS
from results.labels import REASON_SENTENCES
from results.ranking.rows import records
from results.ranking.statements import family_name

TITLE = N_("The mass evaluations of {before} and {after} compared")
READING = N_(
    "The interval belongs to the change of one unit ({level}%). The findings hold for all units of a category "
    "together ({level}%); different people voted in the two rounds."
)
BREAKS = N_("The two rounds used different methods:")
NOT_TESTED = N_(
    "The change is not tested. The table shows the two official scores side by side; their difference has no meaning."
)
RECOUNTED = N_("{round} was recalculated under the rule set {rules}; its scores here are not the published scores.")
NONE = N_("No unit of this category has a score in both rounds.")
ONLY_SHOWN = N_("not tested")
POSITIONS = {UP: N_("place up"), DOWN: N_("place down")}
LOOK = N_("needs attention")
FORMER = N_("{unit} (formerly {name})")
MOVED = N_("in {category} before")
COMPARED = N_("Not compared")
TO = " → "


def year_on_year(found: RoundResults, compared: Sequence[Changes], language: str, form: Form = BARE) -> Document:
    """Return the comparison of two rounds. `found` is of the later round; `compared` is not empty."""
    first = compared[0]
    title = translate(TITLE, language).format(
        before=round_words(first.round_from, language), after=round_words(first.round_to, language)
    )
    reading = translate(READING, language).format(level=found.level)
    sections = [Section("", 1, (reading,))]
    for one in compared:
        sections += _category(one, found.rules.presentation.decimals, language)
    made_of = MadeOf((first.round_to, first.round_from), found.rules.name)
    return document(found.release, "changes", title, sections, language, form, made_of)


def _category(one: Changes, decimals: int, language: str) -> Iterator[Section]:
    name = plain(family_name(one.category, language))
    sentences = tuple(_summary(one, decimals, language))
    if one.rows.empty:
        yield Section(name, 1, (*sentences, translate(NONE, language)))
    else:
        rows = [_row(row, one, decimals, language) for row in records(one.rows, COLUMNS)]
        yield Section(name, 1, sentences, table(CHANGES, rows, language))
    if len(one.left_out):
        out = [_left_out(row, language) for row in records(one.left_out, LEFT_OUT_COLUMNS)]
        yield Section(translate(COMPARED, language), 2, (), table(LEFT_OUT, out, language))


def _summary(one: Changes, decimals: int, language: str) -> Iterator[str]:
    """Return the paragraphs on breaks of the method, the summary, and regression to the mean."""
    if one.breaks:
        gap = PUNCTUATION[language].gap
        yield translate(BREAKS, language) + gap + gap.join(found.sentence(language) for found in one.breaks)
        after = RECOUNTED if one.tested else NOT_TESTED
        yield translate(after, language).format(round=plain(one.round_from), rules=plain(one.rules))
    if words := summary(one, language):
        yield words
    if one.regression is not None:
        yield regression(one.regression, round_words(one.round_from, language), decimals, language)


def _row(row: Mapping[str, object], one: Changes, decimals: int, language: str) -> Row:
    name = plain(row["unit_name"])
    if row["old_name"] is not None:
        name = translate(FORMER, language).format(unit=name, name=plain(row["old_name"]))
    verdict = ONLY_SHOWN if row["statement"] is None else STATEMENT_NAMES[str(row["statement"])]
    words = translate(verdict, language)
    remarks = list(_remarks(row, language))
    if remarks:
        comma = "，" if language == "zh" else "; "
        words = translate(REMARKED, language).format(verdict=words, remark=comma.join(remarks))
    before = number_format.places(row["rank_best_from"], row["rank_worst_from"]).replace(" ", "")
    after = number_format.places(row["rank_best_to"], row["rank_worst_to"]).replace(" ", "")
    scores = (number_format.number(row[key], decimals) for key in ("score_from", "score_to"))
    cells = {
        "unit": name,
        "n": TO.join(number_format.count(row[key]) for key in ("n_from", "n_to")),
        "scores": TO.join(scores),
        "change": number_format.signed(row["change"], decimals),
        "interval": number_format.signed_interval(row["low"], row["high"], decimals),
        "places": f"{before}{TO}{after}",
        "verdict": words,
    }
    return Row(cells)


def _remarks(row: Mapping[str, object], language: str) -> Iterator[str]:
    if row["moved_from"] is not None:
        yield translate(MOVED, language).format(category=plain(row["moved_from"]))
    if str(row["position"]) in POSITIONS:
        yield translate(POSITIONS[str(row["position"])], language)
    screened = row["p_bh"] is not None and float(str(row["p_bh"])) <= SCREENING
    if screened and row["statement"] == SAME:
        yield translate(LOOK, language)


def _left_out(row: Mapping[str, object], language: str) -> Row:
    sentences = REASON_SENTENCES | LEFT_OUT_SENTENCES
    reason = translate(sentences[str(row["reason"])], language)
    return Row({"unit": plain(row["unit_name"]), "round": plain(row["round"]), "reason": reason})
