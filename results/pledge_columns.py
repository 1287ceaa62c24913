"""The words of pledges and votes: headers, codes as words, sentences; and their tables as sheets or JSON.

Codes are for programs and stay English; words are for readers and are translated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from data.contract import header_of
from data.export import Cell, Sheet
from data.release import Release
from results.columns import DATA_HEADER, HEADERS, facts_of, marks, status_of
from results.family import ALL, NoSuchRound
from results.pledge_progress import DUE, LATE, NO_REASON, SILENT, UNVERIFIED, WARNINGS, QuarterReport
from results.pledge_years import UNITS, YEARS, PledgeYear, posts_of, units_of_year
from results.pledges import HEADLINE, KINDS, LINES, ROUTINE
from results.record_sheets import WORDS as YES_OR_NO
from results.vote_against_public import FEW, NO_PUBLIC, NO_VOTE, NOT_RANKED, PUBLIC_HIGHER, VOTE_HIGHER
from results.vote_scores import COMPLEMENT, GRADE_WITHOUT_POINTS, NO_POINTS, ONE_GRADE, SMALL_CELL
from words import N_, translate

BY_ITEM, BY_POST, BY_UNIT = "item", "post", "unit"
BY = (BY_ITEM, BY_POST, BY_UNIT)

NO_INTERVAL = N_("Completion is counted item by item, not sampled: it has no interval.")
_FROM_CONTRACT = (
    *("owner", "pledge_id", "seq", "item", "measures", "origin", "publicised_on", "due", "direction"),
    *("baseline", "target", "unit_of_measure", "weight"),
)
_FROM_PROGRESS = ("status", "evidence", "verified_by")
_OWN = {
    "rules": N_("Rule set"),
    "post": N_("Post"),
    "kind": N_("Kind of pledge"),
    "area": N_("Field of work"),
    "soft": N_("Soft target"),
    "status_reason": N_("Why adjusted or cancelled"),
    "checked_on": N_("Last check"),
    "reported": N_("Reported value"),
    "reported_on": N_("Reported on"),
    "reported_gap": N_("Reported, gap to the target"),
    "reported_met": N_("Met, as reported"),
    "reported_completion": N_("Completion %, as reported"),
    "reported_progress": N_("Progress %, as reported"),
    "verified": N_("Verified value"),
    "verified_on": N_("Verified on"),
    "verified_gap": N_("Verified, gap to the target"),
    "verified_met": N_("Met, as verified"),
    "verified_completion": N_("Completion %, as verified"),
    "verified_progress": N_("Progress %, as verified"),
    "overdue": N_("Overdue"),
    "unverified": N_("Not verified"),
    "final_level": N_("Level set by the superior"),
    "comment_points": N_("Problems named by the superior"),
    "vote_n": N_("Ballots of the hall"),
    "vote_score": N_("Vote score"),
    "vote_low": N_("Vote score, lower limit"),
    "vote_high": N_("Vote score, upper limit"),
    "vote_reason": N_("Why there is no vote score"),
    "public_n": N_("Votes of the public"),
    "public_score": N_("Public score"),
    "public_low": N_("Public score, lower limit"),
    "public_high": N_("Public score, upper limit"),
    "differs": N_("Hall against public"),
    "warning": N_("Attention"),
}
_TOTALS = {
    "pledges": N_("items"),
    "counted": N_("items counted"),
    "adjusted": N_("adjusted"),
    "cancelled": N_("cancelled"),
    "soft": N_("soft targets"),
    "overdue": N_("overdue"),
    "unverified": N_("not verified"),
    "reported_known": N_("outcome reported"),
    "reported_completion": N_("completion % as reported"),
    "reported_share_met": N_("share met as reported"),
    "verified_known": N_("outcome verified"),
    "verified_completion": N_("completion % as verified"),
    "verified_share_met": N_("share met as verified"),
}
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
    "own": N_("Own proposal"),
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
    COMPLEMENT: N_("Another group of this hall is withheld; this one would give it away."),
    NO_POINTS: N_("The rule set of the round gives no points to the grades of the on-the-spot votes."),
    GRADE_WITHOUT_POINTS: N_("Some ballots carry a grade to which the rule set gives no points; there is no score."),
}
COMPARED_REASONS = {
    NO_VOTE: N_("The hall gave no score that may be shown."),
    NO_PUBLIC: N_("The unit has no score of the public in this round."),
    NOT_RANKED: N_("The unit is not ranked in this round."),
    FEW: N_("Fewer than three units of the category can be compared."),
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
    SILENT: N_("No report this quarter"),
    UNVERIFIED: N_("Not verified"),
    NO_REASON: N_("No reason given"),
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
}
TITLES = {
    BY_ITEM: N_("Pledge against outcome"),
    BY_POST: N_("Pledges, hall and public by post"),
    BY_UNIT: N_("Pledges and public by unit"),
}
CIRCULAR_TITLE = N_("Circular of the quarter")
CIRCULAR = (
    *("unit_name", "post", "kind", "item", "due", "direction", "baseline", "target", "unit_of_measure", "status"),
    *("reported", "reported_on", "reported_completion", "verified", "verified_on", "verified_completion"),
    *("status_reason", "warning"),
)
_WHOLE = ("seq", "vote_n", "public_n", "comment_points")
_COUNTS = tuple(name for name in _TOTALS if not name.endswith(("_completion", "_share_met")))


def header(field: str, language: str) -> str:
    """Chinese header, or the English field name (what programs read)."""
    if language != "zh":
        return field
    if field in _FROM_CONTRACT:
        return header_of("pledges", field)
    if field in _FROM_PROGRESS:
        return header_of("progress", field)
    kind, _, rest = field.partition("_")
    if kind in KINDS and rest in _TOTALS:
        return f"{translate(PLEDGE_KINDS[kind], 'zh')}·{translate(_TOTALS[rest], 'zh')}"
    return translate(_OWN[field] if field in _OWN else HEADERS[field], "zh")


def word(field: str, value: object, language: str) -> object:
    """A code as a word, a truth value as yes or no; everything else as it is."""
    if isinstance(value, bool):
        return YES_OR_NO[value][language != "zh"]
    words = WORDS.get(field)
    return translate(words[str(value)], language) if words and value is not None else value


@dataclass(frozen=True)
class PledgeTable:
    """Rows to hand out, with what they are: fields in order, title, the round, its rule set and the day."""

    title: str
    by: str
    fields: tuple[str, ...]
    rows: pd.DataFrame
    release: str
    round: str
    rules: str
    as_of: str


def table(answer: PledgeYear | QuarterReport, by: str = BY_ITEM, category: str | None = None) -> PledgeTable:
    """A round by item, post or unit; or the quarter's circular. Raises NoSuchRound for a category that has no row."""
    book, title, rules = answer.book, TITLES[by], ""
    rows: pd.DataFrame = book.lines
    fields: tuple[str, ...] = LINES
    if isinstance(answer, QuarterReport):
        title, rows, fields = CIRCULAR_TITLE, answer.warnings, tuple(dict.fromkeys((*LINES, *WARNINGS)))
    else:
        rules = answer.votes.rules
        if by in (BY_POST, BY_UNIT):
            rows, fields = (posts_of(answer), YEARS) if by == BY_POST else (units_of_year(answer), UNITS)
    if category not in (None, ALL):
        if category not in set(rows["category"]):
            raise NoSuchRound(f"{book.round} / {category}")
        rows = rows[rows["category"] == category]
    return PledgeTable(title, by, fields, rows, book.release, book.round, rules, book.as_of.isoformat())


def as_json(table: PledgeTable, release: Release) -> dict[str, object]:
    """A table with field names and codes, in full precision."""
    head: dict[str, object] = {"release": table.release, "round": table.round, "rules": table.rules}
    head |= {"demo": release.is_demo, "as_of": table.as_of} | status_of(release, table.round)
    return {**head, "rows": records(table.rows, table.fields)}


def as_sheet(table: PledgeTable, release: Release, language: str) -> Sheet:
    """A table in the reader's language; a circular with the columns that are circulated."""
    rows, fields = table.rows, table.fields
    if table.title == CIRCULAR_TITLE:
        rows = rows.assign(warning=[attention(row, language) for row in rows.to_dict("records")])
        fields = CIRCULAR
    told = records(rows, fields)
    rounds = [str(row.get("round") or table.round) for row in told]
    known = {name: marks(release, name, language) for name in rounds or [table.round]}
    headers = [header(name, language) for name in fields]
    cells = [[_cell(word(name, row[name], language)) for name in fields] for row in told]
    if any(known.values()):
        headers.append(translate(DATA_HEADER, language))
        cells = [[*row, known[name]] for row, name in zip(cells, rounds, strict=True)]
    mark = ", ".join(filter(None, dict.fromkeys(known.values())))
    facts = facts_of(release, table.round, table.rules, len(cells), language, mark)
    if table.as_of:
        facts.append((translate(N_("As of"), language), table.as_of))
    return Sheet(translate(table.title, language), headers, cells, facts, translate(N_("About"), language))


def post_sheet(rows: pd.DataFrame, release: Release, language: str) -> Sheet:
    """The years of one post (`post_through_years`) in the reader's language."""
    rounds = ", ".join(rows["round"])
    whole = PledgeTable(N_("One post through the years"), BY_POST, YEARS, rows, release.id, rounds, "", "")
    return as_sheet(whole, release, language)


def attention(row: Mapping[object, object], language: str) -> str:
    """What needs attention in one row of `QuarterReport.warnings`, in words."""
    said = [translate(WARNING_WORDS[name], language) for name in WARNINGS if row[name]]
    return ("；" if language == "zh" else "; ").join(said)


def difference_sentence(row: Mapping[object, object], language: str, decimals: int = 1) -> str:
    """Why a post of `TwoByTwo.named` is named."""
    gaps = {name: f"{abs(float(str(row[f'{name}_gap']))):.{decimals}f}" for name in ("vote", "public")}
    message = translate(DIFFERS_SENTENCES[str(row["differs"])], language)
    return message.format(unit=row["unit_name"], post=row["post"], **gaps)


def records(rows: pd.DataFrame, fields: Iterable[str]) -> list[dict[str, object]]:
    """Rows with plain Python values; None for what is missing."""
    names = list(fields)
    columns = [[_plain(name, value) for value in rows[name].astype(object).tolist()] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _plain(name: str, value: object) -> object:
    if value is None or value is pd.NA or value != value:
        return None
    kind, _, rest = name.partition("_")
    whole = name in _WHOLE or (kind in KINDS and rest in _COUNTS)
    return int(float(str(value))) if whole else value


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) else None
