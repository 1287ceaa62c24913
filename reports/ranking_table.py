"""A ranking, or the rounds of a single unit, as a sheet or as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from data.model.rule_sets import Presentation
from data.store.release import Release, Round
from formats.spreadsheet import Cell, Chart, Sheet
from i18n import N_, PUNCTUATION, translate
from results.fields import folded, meanings, number_formats
from results.labels import (
    BASIS,
    DATA_HEADER,
    DEMO,
    STAMPS,
    WHAT_IF,
    header,
    word,
)
from results.ranking.ranking import FIELDS, Ranking
from results.ranking.rows import records
from results.ranking.statements import named_with_verdict

MOST_BARS = 30  # units per chart: the last ones, because the question is which units are at the bottom


def as_json(ranking: Ranking, release: Release, what_if: bool = False) -> dict[str, object]:
    """Return a ranking with field names and codes, in full precision."""
    head: dict[str, object] = {"release": ranking.release, "round": ranking.round}
    head |= {"rules": ranking.rules, "demo": release.is_demo} | status_of(release.round(ranking.round))
    if what_if:
        head["what_if"] = True
    return {**head, "rows": records(ranking.rows)}


def as_sheet(
    ranking: Ranking,
    release: Release,
    language: str,
    what_if: bool = False,
    title: str = N_("Ranking"),
    category: str = "",
) -> Sheet:
    """Return a ranking or a bottom list in the reader's language. category: its name, if limited to a category."""
    rows = records(ranking.rows)
    mark = marks(release.round(ranking.round), language, what_if)
    headers, cells = table_of(rows, FIELDS, language)
    headers, cells = with_basis(headers, cells, [(ranking.rules, mark)] * len(rows), release, language)
    facts = facts_of(release, ranking.round, ranking.rules, len(rows), language, mark)
    return Sheet(
        translate(title, language),
        headers,
        cells,
        [*facts, (header("category", language), category)] if category else facts,
        translate(N_("About"), language),
        legend_of((*FIELDS, *BASIS), language),
        formats_of(FIELDS, decimals_of(release.round(ranking.round)), language),
        charts_of(rows, language),
        translate(N_("Charts"), language),
        printed_marks(release, ranking.round, language, mark),
        _folded(rows, headers, language),
    )


def _folded(rows: Iterable[Mapping[str, object]], headers: Iterable[str], language: str) -> frozenset[str]:
    """Return the headers collapsed by default; also the code if there is no register, as it equals the name."""
    names = tuple(name for name in folded("ranking") if name != "n_by_group")
    if all(row["unit_code"] == row["unit_name"] for row in rows):
        names = ("unit_code", *names)
    return frozenset([*(header(name, language) for name in names), *(own for own in headers if own.startswith("n:"))])


def legend_of(names: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Return each header with the meaning of its column."""
    titles = {"n_by_group": "n:…"}
    entries = [
        (titles.get(name) or header(name, language), translate(meaning, language))
        for name, meaning in meanings("ranking", names)
    ]
    return sorted(entries, key=lambda line: line[0] == "n:…")  # the entry for the columns of the groups comes last


def formats_of(names: Iterable[str], decimals: int, language: str) -> dict[str, str]:
    """Return header -> number format: scores with the decimals of the rule set, shares in per cent."""
    return number_formats("ranking", names, decimals, language)


def decimals_of(round_: Round) -> int:
    """Return the decimals of scores in the rule set of a round; the default for a round without votes."""
    rules = round_.rules
    return (rules.presentation if rules else Presentation()).decimals


def charts_of(rows: list[dict[str, object]], language: str) -> list[Chart]:
    """Return a chart for each consecutive block of ranked units of a category: the last units with intervals."""
    ranked = [(n, str(row["category"])) for n, row in enumerate(rows) if row["rank"] is not None]
    name, value, low, high = (header(own, language) for own in ("unit_name", "score", "score_low", "score_high"))
    charts = []
    for category, run in groupby(ranked, key=itemgetter(1)):
        places = [n for n, _ in run]
        shown = places[-MOST_BARS:] if rows[places[0]]["rank"] == 1 else places[:MOST_BARS]
        title = translate(N_("{category}: intervals of the scores (the shades meet at the score)"), language).format(
            category=category
        )
        labels = tuple(_label(rows[n], language) for n in shown)
        charts.append(Chart(title, name, value, low, high, shown[0], len(shown), labels))
    return charts


def _label(row: Mapping[str, object], language: str) -> str:
    """Return a name with its verdict: the sheet of charts is printed without the table."""
    return named_with_verdict(str(row["unit_name"]), str(row["verdict"]), "", language)


def printed_marks(release: Release, rounds: str, language: str, mark: str) -> str:
    """Return the text printed on every page: round, release, and a mark if the results are not real or final."""
    text = translate(N_("Round {round} · release {release}"), language).format(round=rounds, release=release.short)
    return f"{mark} · {text}" if mark else text


def unit_as_json(release: Release, code: str, rows: list[dict[str, object]]) -> dict[str, object]:
    """Return the rounds of a unit with field names and codes."""
    rounds = [row | status_of(release.round(str(row["round"]))) for row in rows]
    return {"release": release.id, "unit": code, "demo": release.is_demo, "rounds": rounds}


def unit_as_sheet(release: Release, code: str, rows: list[dict[str, object]], language: str) -> Sheet:
    """Return the rounds of a unit in the reader's language."""
    row_marks = [marks(release.round(str(row["round"])), language) for row in rows]
    headers, cells = table_of(rows, ("round", *FIELDS), language)
    rules = [release.round(str(row["round"])).scored_rules.name for row in rows]
    headers, cells = with_basis(headers, cells, list(zip(rules, row_marks, strict=True)), release, language)
    rounds = ", ".join(str(row["round"]) for row in rows)
    by = ", ".join(dict.fromkeys(rules))
    facts = facts_of(release, rounds, by, len(rows), language, ", ".join(filter(None, dict.fromkeys(row_marks))))
    return Sheet(
        code,
        headers,
        cells,
        facts,
        translate(N_("About"), language),
        legend_of(("round", *FIELDS, *BASIS), language),
        formats_of(FIELDS, max([decimals_of(release.round(str(row["round"]))) for row in rows], default=2), language),
        marks=printed_marks(release, rounds, language, ", ".join(filter(None, dict.fromkeys(row_marks)))),
        folded=_folded(rows, headers, language),
    )


def status_of(round_: Round) -> dict[str, object]:
    """Return the status of a round as a JSON entry; empty if it has no status."""
    status = round_.status
    return {"status": status} if status else {}


def marks(round_: Round, language: str, what_if: bool = False) -> str:
    """Return the text of the last column for a round (demo, status, what-if); empty for real, final results."""
    texts = [translate(DEMO, language)] if round_.release.is_demo else []
    texts += [translate(STAMPS.get(round_.status, ""), language)]
    texts += [translate(WHAT_IF, language)] if what_if else []
    return PUNCTUATION[language].semicolon.join(filter(None, texts))


def table_of(rows: list[dict[str, object]], fields: Iterable[str], language: str) -> tuple[list[str], list[list[Cell]]]:
    """Return headers and cells of ranking rows; n_by_group becomes a column per group."""
    groups = list(dict.fromkeys(group for row in rows for group in _by_group(row)))
    headers: list[str] = []
    for name in fields:
        own = [f"n:{group}" for group in groups] if name == "n_by_group" else None
        headers += own if own is not None else [header(name, language)]
    return headers, [_cells(row, fields, groups, language) for row in rows]


def with_basis(
    headers: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    basis: Sequence[tuple[str, str]],
    release: Release,
    language: str,
) -> tuple[list[str], list[list[Cell]]]:
    """Append the BASIS columns to every row, then a column of marks if any row has a mark.

    basis : rule set and mark (`marks`) of each row.
    """
    names = [*headers, *(header(name, language) for name in BASIS)]
    rows: list[list[Cell]] = [[*row, rules, release.short] for row, (rules, _) in zip(cells, basis, strict=True)]
    if any(mark for _, mark in basis):
        names.append(translate(DATA_HEADER, language))
        rows = [[*row, mark] for row, (_, mark) in zip(rows, basis, strict=True)]
    return names, rows


def _cells(row: Mapping[str, object], fields: Iterable[str], groups: list[str], language: str) -> list[Cell]:
    cells: list[Cell] = []
    for name in fields:
        if name == "n_by_group":
            counts = _by_group(row)
            cells += [counts.get(group) for group in groups]
        else:
            value = word(name, row[name], language)
            cells.append(value if isinstance(value, str | int | float) else None)
    return cells


def _by_group(row: Mapping[str, object]) -> dict[str, int]:
    """Return the votes by group of a row; empty if there are none."""
    counts = row["n_by_group"]
    return {str(group): int(n) for group, n in counts.items()} if isinstance(counts, dict) else {}


def head_fact(release: Release, round_id: str, language: str) -> list[tuple[str, Cell]]:
    """Return the head of the audit log for the second sheet; nothing for a release that was never in force."""
    head = release.head(round_id)
    return [(translate(N_("Head of the audit log"), language), head)] if head else []


def facts_of(release: Release, rounds: str, rules: str, count: int, language: str, mark: str) -> list[tuple[str, Cell]]:
    """Return release, round, rule set and row count, for the second sheet of a workbook."""
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), release.id),
        (translate(N_("Round"), language), rounds),
        (translate(N_("Rule set"), language), rules),
        (translate(N_("Rows"), language), count),
        *head_fact(release, rounds, language),
    ]
    return [*facts, (translate(DATA_HEADER, language), mark)] if mark else facts
