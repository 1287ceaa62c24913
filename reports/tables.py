"""Tables that leave as files, by the names that `biaochi export` knows.

Results (ranking, bottom, changes, groups) carry what they are made of; every table that was imported goes out under
the headers of the contract and may be imported again.
"""

from collections.abc import Iterable

import pandas as pd

from data.model.contract import KINDS
from data.store.release import Release
from data.store.uploads import read_upload
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from reports.ranking_table import as_json as ranking_as_json
from reports.ranking_table import as_sheet, decimals_of, facts_of, legend_of, marks, printed_marks, with_basis
from reports.record_tables import record_sheet
from results.comparison.year_on_year import DOWN, OVERLAPPING, STATEMENT_NAMES, UP, Changes
from results.labels import BASIS, REASONS, header
from results.overview import groups_of
from results.ranking.bottom_list import bottom, family_name
from results.ranking.family import RoundNotFoundError
from results.ranking.ranking import ranking

RANKING, BOTTOM, CHANGES, GROUPS, BALLOTS = "ranking", "bottom", "changes", "groups", "ballots"
RESULTS = (RANKING, BOTTOM, CHANGES, GROUPS)
TABLES = (*RESULTS, *KINDS)
BY_CATEGORY = (RANKING, BOTTOM, CHANGES)
"""The tables of which one category can be asked for."""

POSITIONS = {UP: N_("place up"), DOWN: N_("place down"), OVERLAPPING: N_("places overlap")}
CHANGE_HEADERS = {
    "old_name": N_("Earlier name"),
    "moved_from": N_("Earlier category"),
    "n_from": N_("Votes, earlier"),
    "n_to": N_("Votes, later"),
    "score_from": N_("Score, earlier"),
    "score_to": N_("Score, later"),
    "change": N_("Change"),
    "low": N_("Change, lower limit"),
    "high": N_("Change, upper limit"),
    "p": N_("p value of the change"),
    "p_holm": N_("p value for all units together (Holm)"),
    "p_bh": N_("p value for screening (Benjamini-Hochberg)"),
    "statement": N_("Change found"),
    "rank_best_from": N_("Best rank of the set, earlier"),
    "rank_worst_from": N_("Worst rank of the set, earlier"),
    "rank_best_to": N_("Best rank of the set, later"),
    "rank_worst_to": N_("Worst rank of the set, later"),
    "position": N_("Places"),
    "reason": N_("Remark"),
}
FOLDED_CHANGES = ("old_name", "moved_from", "p", "p_bh")
CHANGE_MEANINGS = {
    "old_name": N_("The name in the earlier round, where it was another."),
    "moved_from": N_("The category in the earlier round, where it was another."),
    "n_from": N_("Votes that count in the earlier round."),
    "n_to": N_("Votes that count in the later round."),
    "score_from": N_("The score of the earlier round; where the rules changed, counted again under the later rules."),
    "score_to": N_("The official score of the later round."),
    "change": N_("The later score minus the earlier one; empty where the rounds cannot be compared."),
    "low": N_("Lower end of the interval of the change."),
    "high": N_("Upper end of the interval of the change."),
    "p": N_("How little the votes fit a unit that did not change, looked at by itself."),
    "p_holm": N_("The same, adjusted for all units compared (Holm); it decides what is found."),
    "p_bh": N_("The same, adjusted for a list of units to look into (Benjamini-Hochberg); it finds nothing."),
    "statement": N_("What may be said of the change; of one that is unclear neither a rise nor a fall."),
    "rank_best_from": N_("The best place that the votes of the earlier round allow."),
    "rank_worst_from": N_("The worst place that the votes of the earlier round allow."),
    "rank_best_to": N_("The best place that the votes of the later round allow."),
    "rank_worst_to": N_("The worst place that the votes of the later round allow."),
    "position": N_("Whether the places of the two rounds lie apart; where they overlap, no place was won or lost."),
    "reason": N_("Why the unit has no place in one of the rounds."),
}
GROUP_HEADERS = {
    "group": N_("Evaluator group"),
    "evaluators": N_("Ballots"),
    "scored": N_("Scored"),
    "dont_know": N_("Don't know"),
    "abstain": N_("Abstained"),
    "blank": N_("Blank"),
    "invalid": N_("Invalid"),
    "weight": N_("Weight"),
}
GROUP_MEANINGS = {
    "group": N_("The group of evaluators, as the ballots name it."),
    "evaluators": N_("Ballots of the group; where only counts came in, none are known."),
    "scored": N_("Graded answers, one a unit and indicator; these alone make scores."),
    "dont_know": N_("Answers “don't know”; they lower no score."),
    "abstain": N_("Answers that abstain."),
    "blank": N_("Answers left blank."),
    "invalid": N_("Answers that are no valid grade."),
    "weight": N_("What the group counts in a score, by the rule set; empty where all votes count alike."),
}


def tables_of(release: Release, round_id: str) -> list[str]:
    """Names of the tables that a round has: results where there are votes, and what was imported."""
    rounds = release.query("rounds").set_index("round_id")
    scored = round_id in rounds.index and bool(rounds["rules_name"][round_id])
    uploads = [read_upload(release.store / "uploads" / upload_id) for upload_id in release.upload_ids]
    own = {upload.kind for upload in uploads if upload.round_id == round_id}
    return [*(RESULTS if scored else ()), *(kind for kind in KINDS if kind in own)]


def export_sheet(release: Release, table: str, round_id: str, language: str, *, category: str | None = None) -> Sheet:
    """One of TABLES but changes and ballots, which ask for more. Raises RoundNotFoundError, NothingToExportError."""
    named = family_name(category, language) if category else ""
    if table == RANKING:
        return as_sheet(ranking(release.round(round_id), category), release, language, category=named)
    if table == BOTTOM:
        answer = bottom(release.round(round_id), category)
        return as_sheet(answer, release, language, title=N_("Bottom list"), category=named)
    if table == GROUPS:
        return groups_sheet(release, round_id, language)
    return record_sheet(release, round_id, table, language)


def as_json(release: Release, table: str, round_id: str, category: str | None = None) -> dict[str, object]:
    """The same with field names and codes."""
    if table in (RANKING, BOTTOM):
        answer = (
            ranking(release.round(round_id), category)
            if table == RANKING
            else bottom(release.round(round_id), category)
        )
        return ranking_as_json(answer, release)
    sheet = export_sheet(release, table, round_id, "en")
    return {
        "release": release.id,
        "round": round_id,
        "rows": [dict(zip(sheet.headers, row, strict=True)) for row in sheet.rows],
    }


def changes_json(release: Release, found: Changes) -> dict[str, object]:
    """Two rounds compared, with codes."""
    rows = [{name: _cell(value) for name, value in row.items()} for row in found.rows.to_dict("records")]
    head = {"release": release.id, "round": found.round_to, "from": found.round_from, "category": found.category}
    return {**head, "rules": found.rules, "tested": found.tested, "rows": rows}


def groups_sheet(release: Release, round_id: str, language: str) -> Sheet:
    """Ballots of each evaluator group, and what became of their answers."""
    if round_id not in release.rounds():
        raise RoundNotFoundError(round_id)
    rules = release.round(round_id).rules
    groups = groups_of(release.round(round_id))
    rows = [[_cell(value) for value in row] for row in groups[list(GROUP_HEADERS)].astype(object).to_numpy()]
    mark = marks(release, round_id, language)
    headers = [_header(GROUP_HEADERS, name, language) for name in GROUP_HEADERS]
    return Sheet(
        translate(N_("Evaluator groups"), language),
        headers,
        rows,
        facts_of(release, round_id, rules.name if rules else "", len(rows), language, mark),
        translate(N_("About"), language),
        [
            (title, translate(GROUP_MEANINGS[name], language))
            for title, name in zip(headers, GROUP_HEADERS, strict=True)
        ],
        formats={headers[-1]: "0%"},
        marks=printed_marks(release, round_id, language, mark),
    )


def changes_sheet(release: Release, found: Changes, language: str) -> Sheet:
    """Two rounds compared: scores, change with interval, what is found, places; a row a unit in both rounds."""
    names = ["unit_code", "unit_name", *CHANGE_HEADERS]
    words = {"statement": STATEMENT_NAMES, "position": POSITIONS, "reason": REASONS}
    rows = [
        [_word(words.get(name), _cell(row[name]), language) for name in names] for row in found.rows.to_dict("records")
    ]
    headers = [_header(CHANGE_HEADERS, name, language) for name in names]
    formats = _change_formats(names, headers, decimals_of(release, found.round_to))
    own = [
        (title, CHANGE_MEANINGS[name]) for title, name in zip(headers, names, strict=True) if name in CHANGE_MEANINGS
    ]
    legend = [*legend_of(names[:2], language), *((title, translate(text, language)) for title, text in own)]
    mark = marks(release, found.round_to, language)
    headers, rows = with_basis(headers, rows, [(found.rules, mark)] * len(rows), release, language)
    facts = facts_of(release, found.round_to, found.rules, len(rows), language, mark)
    told: list[tuple[str, Cell]] = [
        (translate(N_("Earlier round"), language), found.round_from),
        (translate(N_("Category"), language), family_name(found.category, language)),
        (translate(N_("Tested"), language), translate(N_("yes") if found.tested else N_("no"), language)),
        *((translate(N_("Break of method"), language), item.sentence(language)) for item in found.breaks),
    ]
    return Sheet(
        translate(N_("Changes"), language),
        headers,
        rows,
        [*facts, *told],
        translate(N_("About"), language),
        [*legend, *legend_of(BASIS, language)],
        formats,
        marks=printed_marks(release, found.round_to, language, mark),
        folded=frozenset(_header(CHANGE_HEADERS, name, language) for name in (*_folded(found), *BASIS)),
    )


def _folded(found: Changes) -> tuple[str, ...]:
    """Columns that few readers ask for; the code too, where there is no register and it is the name."""
    no_register = (found.rows["unit_code"] == found.rows["unit_name"]).all()
    return ("unit_code", *FOLDED_CHANGES) if no_register else FOLDED_CHANGES


def _change_formats(names: Iterable[str], headers: Iterable[str], decimals: int) -> dict[str, str]:
    digits = f"0.{'0' * decimals}" if decimals else "0"
    signed = f"+{digits};-{digits};{digits}"
    known = dict.fromkeys(("score_from", "score_to"), digits) | dict.fromkeys(("change", "low", "high"), signed)
    known |= dict.fromkeys(("p", "p_holm", "p_bh"), "0.0000")
    return {title: known[name] for name, title in zip(names, headers, strict=True) if name in known}


def _header(own: dict[str, str], name: str, language: str) -> str:
    if name in own:
        return translate(own[name], "zh") if language == "zh" else name
    return header(name, language)


def _word(words: dict[str, str] | None, value: Cell, language: str) -> Cell:
    return translate(words[str(value)], language) if words and value is not None else value


def _cell(value: object) -> Cell:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return value if isinstance(value, str | int | float) else str(value)
