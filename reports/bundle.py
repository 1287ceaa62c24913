"""A round in one ZIP, all but its ballots: internal, for the office, or public, for everybody.

The internal bundle holds the tables and documents in full and is stamped so. The public one holds the public page and
its tables with the very texts the page prints, so that both together tell no more than the page alone.
"""

import hashlib
import json
from collections.abc import Hashable, Iterable

from data.model.contract import KINDS
from data.model.progress import Progress, no_progress
from data.store.release import Release
from data.store.uploads import read_upload
from formats.docx import word_bytes
from formats.pdf import typeset
from formats.spreadsheet import Cell, Sheet, csv_bytes, xlsx_bytes
from formats.zip import zip_bytes
from i18n import LANGUAGES, N_, translate
from reports.disclosure_control import FIELDS, OF_A_RANKED_UNIT, NothingPublishedError, Published, published
from reports.documents import Signature, bulletin, round_results
from reports.pledge_table import as_sheet as pledge_sheet
from reports.pledge_table import table as pledge_table
from reports.public_page import HIDDEN, half_up, public_page
from reports.ranking_table import legend_of, marks, with_basis
from reports.record_tables import NothingToExportError
from reports.tables import BALLOTS, BOTTOM, GROUPS, RANKING, changes_sheet, export_sheet
from results.comparison.year_on_year import Changes, Recount, changes, round_before
from results.labels import BASIS, header, word
from results.pledges.by_year import pledge_year
from results.pledges.register import pledge_rounds
from results.ranking.family import families

INTERNAL = N_("INTERNAL: for the office; not to be passed on or published")
PUBLIC = N_("Public: small numbers are withheld")
ABOUT = N_("Round {round}, rule set {rules}, release {release}")
RECOMPUTE = N_("Recompute everything from the kept files: biaochi replay {release}")
CHECKED = N_("SHA256SUMS holds the checksum of every file here: sha256sum -c SHA256SUMS")
TOLD = {
    "ranking": N_("Every unit with votes, score, interval, places and verdict; each category is ranked by itself."),
    "bottom": N_("The units that the bottom rule names or that are not cleared. Only confirmed ones may be named."),
    "groups": N_("Ballots and answers of each evaluator group."),
    "changes": N_("Each unit against the round before, with the interval of the change."),
    "pledges": N_("Pledges with what was reported and what was verified."),
    "bulletin": N_("The bulletin, to print (PDF) and to edit (Word)."),
    "tables/": N_(
        "What was imported, under its own headers; it can be imported again. Ballots are not in it: biaochi export "
        "ballots."
    ),
    "rules.toml": N_("The rule set."),
    "release.json": N_("What the release is made of: the files that were uploaded, with their checksums."),
    "public.html": N_("The page for the website; it opens without this product and without the internet."),
    "grades": N_("Grades by category, with small numbers withheld."),
}


def changes_since(release: Release, round_id: str, recount: Recount) -> list[Changes]:
    """Each category against the round before of the same sort, trial or formal; none where there is no such round."""
    before = round_before(release.round(round_id))
    if before is None:
        return []
    earlier, later = release.round(before), release.round(round_id)
    return [changes(earlier, later, family.name, recount) for family in families(later)]


def internal_bundle(
    release: Release,
    round_id: str,
    language: str,
    *,
    changes_found: Iterable[Changes] = (),
    signed: Signature | None = None,
    progress: Progress = no_progress,
) -> bytes:
    """The whole round for the office. changes_found: each category against the round before, where there is one.

    Raises NothingPublishedError for a round that has a register and no votes.
    """
    found_of_round = round_results(release, round_id)
    if not found_of_round.lists:
        raise NothingPublishedError(round_id)
    files: dict[str, bytes] = {}
    for table in (RANKING, BOTTOM, GROUPS):
        progress(len(files) / 20, N_("Computing"))
        _add(files, table, export_sheet(release, table, round_id, language))
    for number, found in enumerate(changes_found, start=1):
        _add(files, f"changes-{number:02d}", changes_sheet(release, found, language))
    if round_id in pledge_rounds(release):
        sheet = pledge_sheet(pledge_table(pledge_year(release.round(round_id))), release, language)
        _add(files, "pledges", sheet)
    progress(0.6, N_("Typesetting"))
    made = bulletin(found_of_round, language, signed or Signature())
    files |= {"bulletin.pdf": typeset(made).content, "bulletin.docx": word_bytes(made)}
    for kind in (kind for kind in KINDS if kind != BALLOTS):
        try:
            files[f"tables/{kind}.csv"] = csv_bytes(export_sheet(release, kind, round_id, language))
        except NothingToExportError:
            continue
    progress(0.9, N_("Packing"))
    return _packed(files | _evidence(release, round_id), release, round_id, INTERNAL)


def public_bundle(release: Release, round_id: str, language: str) -> bytes:
    """The public page, its tables as files, and the rule set. Raises NothingPublishedError."""
    found = published(release, round_id)
    files = {"public.html": public_page(release, round_id)}
    for name, sheet in (
        ("ranking", _public_rows(release, found, language)),
        ("grades", _public_grades(found, language)),
    ):
        if sheet.rows:
            _add(files, name, sheet)
    files["rules.toml"] = found.rules.text.encode()
    return _packed(files, release, round_id, PUBLIC)


def _add(files: dict[str, bytes], name: str, sheet: Sheet) -> None:
    files |= {f"{name}.xlsx": xlsx_bytes(sheet), f"{name}.csv": csv_bytes(sheet)}


def _evidence(release: Release, round_id: str) -> dict[str, bytes]:
    """The rule set, and what the release is made of."""
    uploads = [read_upload(release.store / "uploads" / name) for name in release.upload_ids]
    told = [
        {
            "upload": upload.upload_id,
            "kind": upload.kind,
            "round": upload.round_id,
            "files": [{"name": file.name, "bytes": file.size, "sha256": file.sha256} for file in upload.files],
        }
        for upload in uploads
    ]
    whole = {"release": release.id, "method_version": release.made_of["method_version"], "uploads": told}
    return {
        "rules.toml": release.round(round_id).scored_rules.text.encode(),
        "release.json": (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode(),
    }


def _packed(files: dict[str, bytes], release: Release, round_id: str, stamp: str) -> bytes:
    """With a README in both languages and the checksum of every file."""
    files = {"README.txt": _readme(release, round_id, list(files), stamp).encode(), **files}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return zip_bytes({**files, "SHA256SUMS": sums.encode()}, " / ".join(translate(stamp, one) for one in LANGUAGES))


def _readme(release: Release, round_id: str, names: list[str], stamp: str) -> str:
    """What is in the bundle, Chinese first."""
    facts = {"round": round_id, "rules": release.round(round_id).scored_rules.name, "release": release.id}
    parts = []
    for language in LANGUAGES:
        told = [
            f"{', '.join(own)}: {translate(text, language)}"
            for begins, text in TOLD.items()
            if (own := [name for name in names if name.startswith(begins)])
        ]
        lines = [
            translate(stamp, language),
            marks(release, round_id, language),
            translate(ABOUT, language),
            "",
            *told,
            "",
        ]
        lines += [translate(RECOMPUTE, language), translate(CHECKED, language)]
        parts.append("\n".join(line.format(**facts) for number, line in enumerate(lines) if line or number != 1))
    return "\n\n----\n\n".join(parts) + "\n"


def _public_rows(release: Release, found: Published, language: str) -> Sheet:
    """Every unit, with the texts of the page: scores as rounded there, a cross for what is withheld."""
    decimals = found.rules.presentation.decimals
    headers = [f"n:{group}" if name == "" else header(name, language) for name, group in _public_columns(found)]
    rows = [
        [_public_cell(row, name, group, decimals, language) for name, group in _public_columns(found)]
        for row in found.rows.to_dict("records")
    ]
    mark = marks(release, found.round, language)
    headers, rows = with_basis(headers, rows, [(found.rules.name, mark)] * len(rows), release, language)
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), found.release),
        (translate(N_("Round"), language), found.round),
        (translate(N_("Rule set"), language), found.rules.name),
        (translate(N_("Rows"), language), len(rows)),
        (HIDDEN, translate(N_("withheld"), language)),
    ]
    digits = f"0.{'0' * decimals}" if decimals else "0"
    return Sheet(
        translate(N_("Ranking"), language),
        headers,
        rows,
        [*facts, (translate(N_("data"), language), mark)] if mark else facts,
        translate(N_("About"), language),
        legend_of((*FIELDS, *BASIS), language),
        {header(name, language): digits for name in OF_A_RANKED_UNIT},
        marks=mark,
        folded=frozenset(header(name, language) for name in BASIS),
    )


def _public_columns(found: Published) -> list[tuple[str, str]]:
    """(field, '') of each column, ('', group) of the votes of a group."""
    own = [[("", group) for group in found.groups] if name == "n_by_group" else [(name, "")] for name in FIELDS]
    return [column for columns in own for column in columns]


def _public_cell(row: dict[Hashable, object], name: str, group: str, decimals: int, language: str) -> Cell:
    if name == "":
        counts = row["n_by_group"]
        value = counts.get(group) if isinstance(counts, dict) else None
        return HIDDEN if value is None else int(value)
    value = row[name]
    if name == "n":
        return HIDDEN if value is None else int(str(value))
    if value is None:
        return None
    if name in OF_A_RANKED_UNIT:
        return float(half_up(value, decimals))
    told = word(name, value, language)
    return told if isinstance(told, str | int | float) else None


def _public_grades(found: Published, language: str) -> Sheet:
    """Votes by category, indicator and grade, a cross for what is withheld."""
    headers = [translate(text, language) for text in (N_("Category"), N_("Indicator"), N_("Grade"), N_("Votes"))]
    rows: list[list[Cell]] = [
        [category, table.indicator, grade, HIDDEN if n is None else n]
        for table in found.grades
        for category, counts in table.counts.items()
        for grade, n in zip(table.grades, counts, strict=True)
    ]
    facts: list[tuple[str, Cell]] = [
        (translate(N_("Release"), language), found.release),
        (translate(N_("Round"), language), found.round),
        (HIDDEN, translate(N_("withheld"), language)),
    ]
    return Sheet(translate(N_("Grades"), language), headers, rows, facts, translate(N_("About"), language))
