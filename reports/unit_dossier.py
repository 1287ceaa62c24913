"""The dossier of a unit over all schemes in words: lines, a sheet and data, the same on page, paper and in files."""

from collections.abc import Mapping

from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from reports import measure_words
from results import number_format
from results.missing import is_missing
from results.unit_dossier import PLACE, POINTS, Dossier, Line, Silent

HEADERS = {
    "scheme": N_("Scheme"),
    "counted": N_("What is counted"),
    "period": N_("Period"),
    "as_of": N_("As of"),
    "value": N_("Value"),
    "base": N_("Base and of what"),
    "evidence": N_("Interval and verdict"),
    "release": N_("Release"),
}
NO_RECORD = N_("no record since {day}")
NEVER = N_("no records of this scheme have been imported")
OF_SCHEME = N_("{scheme}: {what}")
UNDER = N_("{counted} (under its former name {name})")
PLACES = N_("places {places}")
INTERNAL = N_("Internal. There is no total over the schemes, and no line marks a good or a bad unit by itself.")
TITLE = N_("All schemes")


def cells(line: Line, language: str) -> dict[str, str]:
    """Return a line in words: HEADERS."""
    row = line.row
    counted = translate(line.word(str(row["measure"]), "measure"), language)
    if line.former:
        counted = translate(UNDER, language).format(counted=counted, name=line.former)
    return {
        "scheme": translate(line.title, language),
        "counted": counted,
        "period": measure_words.period_words(row["period_from"], row["period_to"], language),
        "as_of": str(row["as_of"]),
        "value": value(line, language),
        "base": measure_words.base_words(row, line.counts, line.word(str(row["of_what"]), "of_what"), language),
        "evidence": evidence(line, language),
        "release": str(row["release"])[:16],
    }


def value(line: Line, language: str) -> str:
    """Return the value in its unit: points with two decimals, a place as it is."""
    if line.counts == POINTS:
        return number_format.number(line.row["value"], 2)
    return measure_words.value_words(line.row, line.counts, language)


def evidence(line: Line, language: str) -> str:
    """Return interval and verdict, or why there are none."""
    row = line.row
    if line.counts not in (POINTS, PLACE) or is_missing(row["low"]):
        return measure_words.evidence_words(row, line.counts, line.word, language)
    verdict = translate(line.word(str(row["verdict"])), language)
    if line.counts == POINTS:
        interval = number_format.interval(row["low"], row["high"], 2)
    else:
        interval = translate(PLACES, language).format(places=number_format.places(row["low"], row["high"]))
    return translate(measure_words.TESTED, language).format(interval=interval, verdict=verdict)


def silences(found: Dossier, language: str) -> list[tuple[str, str]]:
    """Return each scheme without a record of the unit, and what that means: no record since its first day."""
    return [(translate(one.title, language), _silence(one, language)) for one in found.silent]


def _silence(one: Silent, language: str) -> str:
    if one.since is None:
        return translate(NEVER, language)
    return translate(NO_RECORD, language).format(day=one.since.isoformat())


def sentences(found: Dossier, language: str) -> list[str]:
    """Return a sentence for each scheme without a record of the unit."""
    words = translate(OF_SCHEME, language)
    return [words.format(scheme=scheme, what=what) for scheme, what in silences(found, language)]


def sheet(found: Dossier, language: str) -> Sheet:
    """Return the lines as a sheet; a scheme without a record is a line that says so."""
    lines: list[list[Cell]] = [list(cells(line, language).values()) for line in found.lines]
    lines += [[scheme, what, *[""] * (len(HEADERS) - 2)] for scheme, what in silences(found, language)]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), found.release),
        (translate(N_("Unit"), language), f"{found.name} ({found.unit})"),
        (translate(N_("As of"), language), found.as_of.isoformat()),
        (translate(N_("Note"), language), translate(INTERNAL, language)),
    ]
    title, about = (translate(text, language) for text in (TITLE, N_("About")))
    return Sheet(title, [translate(head, language) for head in HEADERS.values()], lines, facts, about)


def as_json(found: Dossier) -> dict[str, object]:
    """Return the lines with field names and codes, and the schemes without a record."""
    lines = [{**_plain(line.row), "former_name": line.former or None} for line in found.lines]
    since = [{"scheme": one.name, "since": one.since.isoformat() if one.since else None} for one in found.silent]
    about = {"as_of": found.as_of.isoformat(), "from": found.first.isoformat()}
    return {**about, "lines": lines, "no_record": since}


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    return {name: None if is_missing(value) else value for name, value in row.items()}
