"""Bundles: a round as a ZIP file without its ballots, internal (for the office) or public.

The internal bundle has the full tables and documents and is marked as internal. The public bundle has the public page
and its tables with exactly the text of the page, so that the tables disclose nothing beyond the page.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from data.model.contract import KINDS
from data.model.progress import Progress, no_progress
from data.model.record_keys import year_of
from data.store.release import Round
from data.store.uploads import read_upload
from formats.document import Form
from formats.docx import word_bytes
from formats.pdf import typeset
from formats.spreadsheet import Sheet, csv_bytes, xlsx_bytes
from formats.zip import zip_bytes
from i18n import LANGUAGES, N_, translate
from reports.disclosure_control import NothingPublishedError, Published, published
from reports.documents import bulletin, round_results
from reports.documents.common import BARE
from reports.measure_table import as_sheet as measures_sheet
from reports.pledge_table import as_sheet as pledge_sheet
from reports.pledge_table import table as pledge_table
from reports.public_data import codebook_sheet, grades_sheet, rows_sheet
from reports.public_facts import PublicSet
from reports.public_measure_tables import measure_sheets
from reports.public_page import page_of
from reports.public_parts import PLAIN, PublicParts
from reports.ranking_table import marks
from reports.record_tables import NothingToExportError
from reports.tables import BALLOTS, BOTTOM, GROUPS, RANKING, changes_sheet, export_sheet
from results.comparison.year_on_year import Changes, Recount, changes, round_before
from results.contributions import Scheme
from results.evidence.suggestions import KIND as SUGGESTION
from results.pledges.by_year import pledge_year
from results.pledges.register import pledge_rounds
from results.ranking.family import families

INTERNAL = N_("INTERNAL: for office use; do not share or publish")
PUBLIC = N_("Public: small numbers are withheld")
ABOUT = N_("Round {round}, rule set {rules}, release {release}")
RECOMPUTE = N_("Recompute everything from the stored originals: biaochi replay {release}")
CHECKED = N_("SHA256SUMS has the checksum of every file in this bundle: sha256sum -c SHA256SUMS")
TOLD = {
    "ranking": N_("Every unit with votes, score, interval, places and verdict; each category is ranked separately."),
    "bottom": N_("Units that are in the bottom k or cannot be ruled out. Only confirmed units may be named."),
    "groups": N_("Ballots and answers of each evaluator group."),
    "changes": N_("The change of each unit since the previous round, with its interval."),
    "pledges": N_("Pledges with reported and verified results."),
    "bulletin": N_("The bulletin, to print (PDF) and to edit (Word)."),
    "schemes/": N_("The measures of each scheme for the year, in total, by unit, by place and by month."),
    "tables/": N_(
        "Imported tables under the standard headers; they can be imported again. Ballots are not included: "
        "biaochi export ballots."
    ),
    "rules.toml": N_("The rule set."),
    "release.json": N_("The uploaded files of the release, with their checksums."),
    "public.html": N_("The page for the website; it opens without this product and without the internet."),
    "grades": N_("Grades by category, with small numbers withheld."),
    "codebook.csv": N_("What each column of the ranking means, and what a gap in it says."),
}


def changes_since(round_: Round, recount: Recount) -> list[Changes]:
    """Compare each category with the previous round of the same sort (trial or formal); empty without such a round."""
    before = round_before(round_)
    if before is None:
        return []
    earlier = round_.release.round(before)
    return [changes(earlier, round_, family.name, recount) for family in families(round_)]


def internal_bundle(
    round_: Round,
    language: str,
    *,
    changes_found: Iterable[Changes] = (),
    schemes: Sequence[Scheme] = (),
    form: Form = BARE,
    progress: Progress = no_progress,
) -> bytes:
    """Return the internal bundle. changes_found: comparisons of the categories with the previous round, if any.

    schemes: those whose measures of the year belong in it, where the release has tables of theirs.

    Raises NothingPublishedError for a round that has a register but no votes, and nothing of a scheme.
    """
    measures = dict(_measures(round_, schemes, language))
    results = round_results(round_) if round_.has_units or not measures else None
    if not measures and not (results and results.lists):
        raise NothingPublishedError(round_.id)
    files: dict[str, bytes] = {}
    if results and results.lists:
        progress(0.1, N_("Computing"))
        for table in (RANKING, BOTTOM, GROUPS):
            _add(files, table, export_sheet(round_, table, language))
        for number, found in enumerate(changes_found, start=1):
            _add(files, f"changes-{number:02d}", changes_sheet(round_.release, [found], language, found.category))
    for name, sheet in (*_pledges(round_, language), *((f"schemes/{name}", sheet) for name, sheet in measures.items())):
        _add(files, name, sheet)
    if results and results.lists:
        progress(0.6, N_("Typesetting"))
        made = bulletin(results, language, form)
        files |= {"bulletin.pdf": typeset(made).content, "bulletin.docx": word_bytes(made)}
    progress(0.9, N_("Packing"))
    return _packed(files | _imported(round_, language) | _evidence(round_), round_, INTERNAL)


def _pledges(round_: Round, language: str) -> list[tuple[str, Sheet]]:
    """Return the pledges of the round, if there are any."""
    if round_.id not in pledge_rounds(round_.release):
        return []
    return [("pledges", pledge_sheet(pledge_table(pledge_year(round_)), round_.release, language))]


def _imported(round_: Round, language: str) -> dict[str, bytes]:
    """Return the imported tables without ballots and free texts, under headers that can be imported again."""
    files = {}
    for kind in (kind for kind in KINDS if kind not in (BALLOTS, SUGGESTION)):
        with suppress(NothingToExportError):
            files[f"tables/{kind}.csv"] = csv_bytes(export_sheet(round_, kind, language))
    return files


def _measures(round_: Round, schemes: Sequence[Scheme], language: str) -> Iterator[tuple[str, Sheet]]:
    """Yield the measures of each scheme for the year of the round."""
    year = year_of(round_.id)
    for scheme in schemes:
        day = scheme.latest_day(round_.release)
        if year is None or day is None:
            continue
        rows = scheme.year_rows(round_.release, year)
        if not rows["n"].gt(0).any():  # nothing of the year: neither a row nor a base
            continue
        names = scheme.names(round_.release, day)
        yield scheme.name, measures_sheet(rows, scheme, names, round_.release, language)


def public_bundle(round_: Round, language: str, public_so_far: Sequence[PublicSet] = ()) -> bytes:
    """Return the public bundle: the public page, its tables and the rule set.

    public_so_far: the sets of this round that are public already, oldest first. Raises NothingPublishedError and
    NothingNewError.
    """
    return bundle_of(published(round_, public_so_far), round_, language)


def bundle_of(found: Published, round_: Round, language: str, parts: PublicParts = PLAIN) -> bytes:
    """Return the public bundle of published tables. parts : what the page prints around them."""
    files = {"public.html": page_of(found, round_, parts)}
    for name, sheet in (
        ("ranking", rows_sheet(round_, found, language)),
        ("grades", grades_sheet(found, language)),
        *((f"schemes/{name}", sheet) for name, sheet in measure_sheets(parts, round_.release, language)),
    ):
        if sheet.rows:
            _add(files, name, sheet)
    files["codebook.csv"] = csv_bytes(codebook_sheet(round_, found, language))
    files["rules.toml"] = found.rules.text.encode()
    return _packed(files, round_, PUBLIC)


def _add(files: dict[str, bytes], name: str, sheet: Sheet) -> None:
    files |= {f"{name}.xlsx": xlsx_bytes(sheet), f"{name}.csv": csv_bytes(sheet)}


def _evidence(round_: Round) -> dict[str, bytes]:
    """Return the rule set, and the list of uploaded files behind the release."""
    release = round_.release
    uploads = [read_upload(release.store / "uploads" / name) for name in release.upload_ids]
    listed = [
        {
            "upload": upload.upload_id,
            "kind": upload.kind,
            "round": upload.round_id,
            "files": [{"name": file.name, "bytes": file.size, "sha256": file.sha256} for file in upload.files],
        }
        for upload in uploads
    ]
    contents = {
        "release": release.id,
        "method_version": release.made_of["method_version"],
        "head": round_.head,
        "uploads": listed,
    }
    listed_uploads = {"release.json": (json.dumps(contents, ensure_ascii=False, indent=1) + "\n").encode()}
    rules = {"rules.toml": round_.rules.text.encode()} if round_.rules else {}
    return {**rules, **listed_uploads}


def _packed(files: dict[str, bytes], round_: Round, stamp: str) -> bytes:
    """Pack the files with a README in both languages and the checksum of every file."""
    files = {"README.txt": _readme(round_, list(files), stamp).encode(), **files}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return zip_bytes(
        {**files, "SHA256SUMS": sums.encode()}, " / ".join(translate(stamp, language) for language in LANGUAGES)
    )


def _readme(round_: Round, names: list[str], stamp: str) -> str:
    """Return the README that lists the contents of the bundle, Chinese first."""
    facts = {"round": round_.id, "rules": round_.rules.name if round_.rules else "–", "release": round_.release.id}
    parts = []
    for language in LANGUAGES:
        lines_of_files = [
            f"{', '.join(matching)}: {translate(text, language)}"
            for begins, text in TOLD.items()
            if (matching := [name for name in names if name.startswith(begins)])
        ]
        lines = [
            translate(stamp, language),
            marks(round_, language),
            translate(ABOUT, language),
            "",
            *lines_of_files,
            "",
        ]
        lines += [translate(RECOMPUTE, language), translate(CHECKED, language)]
        parts.append("\n".join(line.format(**facts) for number, line in enumerate(lines) if line or number != 1))
    return "\n\n----\n\n".join(parts) + "\n"
