"""Export of the figures on the evaluators of a round; never a single ballot."""

from data.store.release import Round
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from reports.ranking_table import decimals_of, facts_of, marks, printed_marks
from results.evaluators.figures import COLUMNS, Evaluators, evaluators
from results.evaluators.words import FIGURE_NAMES, PART_NAMES, PARTS, REASONS
from results.fields import columns, number_formats
from results.missing import is_missing
from results.ranking.family import RoundNotFoundError
from results.ranking.statements import family_name

EVALUATORS = "evaluators"
WORDS = {"part": PART_NAMES, "figure": FIGURE_NAMES, "reason": REASONS}


def evaluators_sheet(round_: Round, language: str) -> Sheet:
    """Return the figures in words, with cautions and what could not be computed among the facts."""
    found = _of(round_)
    known = columns(EVALUATORS)
    rows = [[_word(name, row[name], language) for name in COLUMNS] for row in found.rows.to_dict("records")]
    mark = marks(round_, language)
    facts = facts_of(round_.release, round_.id, round_.scored_rules.name, len(rows), language, mark)
    return Sheet(
        translate(N_("Evaluators"), language),
        [column.title(language) for column in known.values()],
        rows,
        [*facts, *_remarks(found, language)],
        translate(N_("About"), language),
        [(column.title(language), translate(column.meaning, language)) for column in known.values()],
        number_formats(EVALUATORS, known, decimals_of(round_), language),
        marks=printed_marks(round_.release, round_.id, language, mark),
    )


def evaluators_json(round_: Round) -> dict[str, object]:
    """Return the figures with codes, the parts that are missing and why, and the level of the intervals."""
    found = _of(round_)
    rows = [{name: _cell(row[name]) for name in COLUMNS} for row in found.rows.to_dict("records")]
    head = {"release": round_.release.id, "round": round_.id, "rules": round_.scored_rules.name}
    return {**head, "level": found.level, "absent": dict(found.absent), "rows": rows}


def _of(round_: Round) -> Evaluators:
    if round_.rules is None:
        raise RoundNotFoundError(round_.id)
    return evaluators(round_)


def _remarks(found: Evaluators, language: str) -> list[tuple[str, Cell]]:
    """Return of each part its caution, or why it is missing."""
    return [
        (translate(PART_NAMES[part], language), found.why_absent(part, language) or found.caution(part, language))
        for part in PARTS
    ]


def _word(name: str, value: object, language: str) -> Cell:
    cell = _cell(value)
    if name == "category" and cell is not None:
        return family_name(str(cell), language)
    return translate(WORDS[name][str(cell)], language) if name in WORDS and cell is not None else cell


def _cell(value: object) -> Cell:
    if is_missing(value):
        return None
    return value if isinstance(value, str | int | float) else str(value)
