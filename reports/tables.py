"""Exported tables, by their names in `biaochi export`.

Results (ranking, bottom, changes, groups, evaluators) carry release, round and rule set. Imported tables are
exported under the headers of the contract and can be imported again.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from data.model.contract import KINDS
from data.store.records import LAST_DAY
from data.store.release import Release, Round
from data.store.uploads import read_upload
from formats.spreadsheet import Cell, Sheet
from i18n import N_, PUNCTUATION, translate
from reports.evaluators_table import EVALUATORS, evaluators_json, evaluators_sheet
from reports.ranking_table import as_json as ranking_as_json
from reports.ranking_table import as_sheet, decimals_of, facts_of, marks, printed_marks, with_basis
from reports.record_tables import record_sheet
from results.comparison.year_on_year import DOWN, OVERLAPPING, STATEMENT_NAMES, UP, Changes
from results.fields import columns, folded, meanings, number_formats
from results.labels import BASIS, REASONS
from results.missing import is_missing
from results.overview import groups_of
from results.ranking.bottom_list import bottom
from results.ranking.family import RoundNotFoundError
from results.ranking.ranking import ranking
from results.ranking.statements import family_name

RANKING, BOTTOM, CHANGES, GROUPS, BALLOTS = "ranking", "bottom", "changes", "groups", "ballots"
RESULTS = (RANKING, BOTTOM, CHANGES, GROUPS, EVALUATORS)
TABLES = (*RESULTS, *KINDS)
BY_CATEGORY = (RANKING, BOTTOM, CHANGES)
"""The tables that can be limited to a single category."""

POSITIONS = {UP: N_("place up"), DOWN: N_("place down"), OVERLAPPING: N_("places overlap")}


def tables_of(round_: Round) -> list[str]:
    """Return the names of the tables of a round: results if there are votes, and imported kinds."""
    release = round_.release
    uploads = [read_upload(release.store / "uploads" / upload_id) for upload_id in release.upload_ids]
    kinds = {upload.kind for upload in uploads if upload.round_id == round_.id}
    return [*(RESULTS if round_.rules else ()), *(kind for kind in KINDS if kind in kinds)]


def export_sheet(
    round_: Round, table: str, language: str, *, category: str | None = None, as_of: str = LAST_DAY
) -> Sheet:
    """Return any of TABLES except changes and ballots. Raises RoundNotFoundError, NothingToExportError.

    as_of : day of the state of a book.
    """
    named = family_name(category, language) if category else ""
    if table == RANKING:
        return as_sheet(ranking(round_, category), round_.release, language, category=named)
    if table == BOTTOM:
        answer = bottom(round_, category)
        return as_sheet(answer, round_.release, language, title=N_("Bottom list"), category=named)
    if table == GROUPS:
        return groups_sheet(round_, language)
    if table == EVALUATORS:
        return evaluators_sheet(round_, language)
    return record_sheet(round_, table, language, as_of)


def as_json(round_: Round, table: str, category: str | None = None, as_of: str = LAST_DAY) -> dict[str, object]:
    """Return the same table with field names and codes."""
    if table in (RANKING, BOTTOM):
        answer = ranking(round_, category) if table == RANKING else bottom(round_, category)
        return ranking_as_json(answer, round_.release)
    if table == EVALUATORS:
        return evaluators_json(round_)
    sheet = export_sheet(round_, table, "en", as_of=as_of)
    return {
        "release": round_.release.id,
        "round": round_.id,
        "rows": [dict(zip(sheet.headers, row, strict=True)) for row in sheet.rows],
    }


def changes_json(release: Release, found: Sequence[Changes], category: str | None = None) -> dict[str, object]:
    """Return the comparison of two rounds with codes; `found` is not empty. category: if it is limited."""
    first = found[0]
    rows = [
        {"category": one.category, **{name: _cell(value) for name, value in row.items()}}
        for one in found
        for row in one.rows.to_dict("records")
    ]
    parts = [
        {"category": one.category, "rules": one.rules, "recounted": one.recounted, "tested": one.tested}
        for one in found
    ]
    head: dict[str, object] = {
        "release": release.id,
        "round": first.round_to,
        "from": first.round_from,
        "category": category,
    }
    head |= {"rules": ", ".join(dict.fromkeys(one.rules for one in found)), "tested": any(one.tested for one in found)}
    return {**head, "categories": parts, "rows": rows}


def groups_sheet(round_: Round, language: str) -> Sheet:
    """Return the ballots of each evaluator group and the classification of their answers."""
    if not round_.has_units:
        raise RoundNotFoundError(round_.id)
    rules = round_.rules
    groups = groups_of(round_)
    known = columns(GROUPS)
    rows = [[_cell(value) for value in row] for row in groups[list(known)].astype(object).to_numpy()]
    mark = marks(round_, language)
    headers = [column.title(language) for column in known.values()]
    return Sheet(
        translate(N_("Evaluator groups"), language),
        headers,
        rows,
        facts_of(round_.release, round_.id, rules.name if rules else "", len(rows), language, mark),
        translate(N_("About"), language),
        [(column.title(language), translate(column.meaning, language)) for column in known.values()],
        number_formats(GROUPS, known, 0, language),
        marks=printed_marks(round_.release, round_.id, language, mark),
    )


def changes_sheet(release: Release, found: Sequence[Changes], language: str, category: str | None = None) -> Sheet:
    """Return scores, change with interval, statement and places, with a row for each unit of both rounds.

    `found` is not empty; category: its name if the table is limited to it.
    """
    first = found[0]
    round_to = release.round(first.round_to)
    names = [name for name in columns(CHANGES) if name not in BASIS]
    headers = [columns(CHANGES)[name].title(language) for name in names]
    rows = [_changes_row(row, one, names, language) for one in found for row in one.rows.to_dict("records")]
    mark = marks(round_to, language)
    basis = [(one.rules, mark) for one in found for _ in range(len(one.rows))]
    headers, rows = with_basis(headers, rows, basis, release, language)
    rules = PUNCTUATION[language].listed.join(dict.fromkeys(one.rules for one in found))
    facts = facts_of(release, first.round_to, rules, len(rows), language, mark)
    return Sheet(
        translate(N_("Changes"), language),
        headers,
        rows,
        [*facts, *_comparison_facts(found, category, language)],
        translate(N_("About"), language),
        [
            (columns(CHANGES)[name].title(language), translate(meaning, language))
            for name, meaning in meanings(CHANGES, (*names, *BASIS))
        ],
        number_formats(CHANGES, names, decimals_of(round_to), language),
        marks=printed_marks(release, first.round_to, language, mark),
        folded=frozenset(columns(CHANGES)[name].title(language) for name in _folded(found)),
    )


def _changes_row(row: Mapping[Hashable, object], one: Changes, names: Iterable[str], language: str) -> list[Cell]:
    words = {"statement": STATEMENT_NAMES, "position": POSITIONS, "reason": REASONS}
    values = {**row, "category": family_name(one.category, language)}
    return [_word(words.get(name), _cell(values[name]), language) for name in names]


def _comparison_facts(found: Sequence[Changes], category: str | None, language: str) -> Iterator[tuple[str, Cell]]:
    """Return what was compared; of each category whether it was tested and where the methods differ."""
    yield translate(N_("Earlier round"), language), found[0].round_from
    if category is not None:
        yield translate(N_("Category"), language), family_name(category, language)
    for one in found:
        tested = translate(N_("yes") if one.tested else N_("no"), language)
        yield _of_category(N_("Tested"), one, found, language), tested
        for item in one.breaks:
            yield _of_category(N_("Break of method"), one, found, language), item.sentence(language)


def _of_category(message: str, one: Changes, found: Sequence[Changes], language: str) -> str:
    """Return a label, with the category where the table has several."""
    title = translate(message, language)
    opened, closed = PUNCTUATION[language].brackets
    return title if len(found) == 1 else f"{title}{opened}{family_name(one.category, language)}{closed}"


def _folded(found: Sequence[Changes]) -> tuple[str, ...]:
    """Return the columns collapsed by default; also the code if there is no register, as it equals the name."""
    no_register = all((one.rows["unit_code"] == one.rows["unit_name"]).all() for one in found)
    return ("unit_code", *folded(CHANGES)) if no_register else folded(CHANGES)


def _word(words: dict[str, str] | None, value: Cell, language: str) -> Cell:
    return translate(words[str(value)], language) if words and value is not None else value


def _cell(value: object) -> Cell:
    if is_missing(value):
        return None
    return value if isinstance(value, str | int | float) else str(value)
