"""Facts of a round that a city or a county publishes to a shared folder, for a province to build a release from.

They are the codes and dictionaries of the votes, the register, the rule set, the results as the city published them and
its public pages: no original file, no number of a sheet, no record of another table. A set appears by one rename and
never changes; a later one of the round replaces it.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from data.duckdb_access import working_memory
from data.model.facts import Lines, read_dictionaries, write_dictionaries
from data.model.names import CONTROL, tidy
from data.model.register import Register, RegisteredUnit
from data.model.rule_sets import InvalidRulesError, RuleSet, parse_rules
from data.store.public_sets import kept_sets
from data.store.release import Round
from data.store.rounds import RoundFacts, read_round
from data.store.seals import file_sha256
from data.store.uploads import read_upload, refuse_damaged
from errors import UsageError
from i18n import N_

FORMAT = 2
"""2: with the results as published and the public pages."""
MANIFEST, RULES, UNITS, COUNTS = "facts.json", "rules.toml", "units.json", "counts.parquet"
LINES, BALLOTS, DICTIONARIES = "lines.parquet", "ballots.parquet", "dictionaries.json"
PUBLISHED, PUBLIC = "published.json", "public.json"
NOT_IN_A_NAME = frozenset('/\\:*?"<>|')
MARK = "／"
"""Between a city, its county and the code or name of a unit; no register uses it."""
MISSING, DAMAGED, EARLIER, NEWER, LATE, UNFIT = "missing", "damaged", "earlier", "newer", "late", "unfit"
"""Why facts cannot be used."""


@dataclass(frozen=True)
class CityFacts:
    """What a city or a county published of a round. city: with MARK and the county, if any. exported_at: UTC.

    published: digest of the results as they were published. public: that of the public pages.
    """

    city: str
    round_id: str
    release: str
    digest: str
    exported_at: str
    lines: int
    rules: RuleSet
    folder: Path
    published: str
    public: str

    def results(self) -> dict[str, Any]:
        """Return the results of the round as the city published them."""
        found: dict[str, Any] = json.loads((self.folder / PUBLISHED).read_text(encoding="utf-8"))
        return found

    def public_sets(self) -> list[str]:
        """Return the texts of the sets behind the public pages of the round, oldest first."""
        return list(json.loads((self.folder / PUBLIC).read_text(encoding="utf-8")))


class UnusableFactsError(UsageError):
    """Facts of a city that cannot be used, and why: a code, and a sentence."""

    def __init__(self, code: str, message: str, /, **facts: object) -> None:
        super().__init__(message, **facts)
        self.code = code


def export_facts(
    round_: Round, city: str, shared: Path, time: str, results: Mapping[str, object], county: str = ""
) -> Path:
    """Write the facts of a round of a release into a folder of the city, and return that folder. Raises UsageError.

    results: of the round, as the release in force has them.
    """
    for name in filter(None, (city, county)):
        _refuse_name(name)
    city = city + MARK + county if county else city
    if round_.rules is None:
        raise UsageError("Round {round} has no votes, so there are no facts to export.", round=round_.id)
    release = round_.release
    uploads = [read_upload(release.store / "uploads" / upload_id) for upload_id in release.upload_ids]
    refuse_damaged([upload for upload in uploads if upload.round_id == round_.id])
    place = shared / city
    make_folder(place)
    draft = Path(tempfile.mkdtemp(prefix=".facts-", dir=place))
    try:
        draft.chmod(place.stat().st_mode & 0o777)  # who may read it is settled by the folder around it
        con = working_memory(draft)
        try:
            facts = read_round(con, round_.id, uploads)
            _write_votes(con, draft, facts)
        finally:
            con.close()
        units = [unit.__dict__ for unit in facts.register.units] if facts.register else []
        (draft / UNITS).write_text(json.dumps(units, ensure_ascii=False, indent=1), encoding="utf-8")
        (draft / RULES).write_text(round_.rules.text, encoding="utf-8")
        (draft / PUBLISHED).write_text(json.dumps(results, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        sets = [kept.content for kept in kept_sets(release.store, round_.id)]
        (draft / PUBLIC).write_text(json.dumps(sets, ensure_ascii=False), encoding="utf-8")
        _write_manifest(draft, facts, city, release.id, time)
        return draft.rename(
            place / f"{round_.id}-{release.short}-{time.translate({ord(mark): None for mark in ':-.+'})}"
        )
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a folder with those above it. Raises UsageError where a part of its path is no folder."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        raise UsageError("The folder {folder} cannot be created. Give another path.", folder=path) from None


def _refuse_name(city: str) -> None:
    plain = city == tidy(city) and not CONTROL.search(city)  # a blank at the end would be a second city
    if not city or not plain or city.startswith(".") or MARK in city or NOT_IN_A_NAME.intersection(city):
        raise UsageError("{city} cannot be the name of a folder. Give the city another name.", city=city)


def _write_votes(con: duckdb.DuckDBPyConnection, folder: Path, facts: RoundFacts) -> None:
    if facts.lines is not None and facts.dictionaries is not None:
        con.table("line").write_parquet(str(folder / LINES), compression="zstd")
        ballots = con.table("ballot").order("ballot").project("ballot, group_name, channel, site")
        ballots.write_parquet(str(folder / BALLOTS), compression="zstd")
        write_dictionaries(folder / DICTIONARIES, facts.dictionaries)
    if len(facts.counts):
        con.register("counts_frame", facts.counts)
        con.table("counts_frame").write_parquet(str(folder / COUNTS), compression="zstd")
        con.unregister("counts_frame")


def _write_manifest(folder: Path, facts: RoundFacts, city: str, release: str, time: str) -> None:
    manifest = {
        "format": FORMAT,
        "city": city,
        "round": facts.round_id,
        "release": release,
        "digest": facts.digest,
        "exported_at": time,
        "lines": 0 if facts.lines is None else len(facts.lines),
        "checksums": {path.name: file_sha256(path) for path in sorted(folder.iterdir())},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def newest_facts(shared: Path, city: str, round_id: str) -> CityFacts:
    """Return the facts that a city exported last for a round, every file checked. Raises UnusableFactsError."""
    folders = [path.parent for path in (shared / city).glob(f"{round_id}-*/{MANIFEST}")]
    manifests = {folder: _manifest(folder) for folder in folders}
    # A folder of the round 2025-H1 begins with 2025- as well.
    folders = [folder for folder in folders if manifests[folder].get("round", round_id) == round_id]
    if not folders:
        raise UnusableFactsError(MISSING, N_("nothing was published for round {round}"), round=round_id)
    folder = max(folders, key=lambda folder: str(manifests[folder].get("exported_at", "")))
    manifest = manifests[folder]
    _check_files(folder, manifest)
    try:
        rules = parse_rules((folder / RULES).read_text(encoding="utf-8"))
    except InvalidRulesError:
        raise _damaged(RULES) from None
    try:
        about = {name: str(manifest[name]) for name in ("release", "digest", "exported_at")}
        kept = {"published": manifest["checksums"][PUBLISHED], "public": manifest["checksums"][PUBLIC]}
        return CityFacts(city, round_id, lines=int(manifest["lines"]), rules=rules, folder=folder, **about, **kept)
    except (KeyError, TypeError, ValueError):
        raise _damaged(MANIFEST) from None


def _check_files(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Raise UnusableFactsError for another format, and for a file that is missing or not as it was written."""
    known = manifest.get("format", 0)
    if known != FORMAT:
        earlier = not isinstance(known, int) or known < FORMAT
        message = N_("format {found}; this version reads format {read}")
        raise UnusableFactsError(EARLIER if earlier else NEWER, message, found=known, read=FORMAT)
    checksums = manifest.get("checksums", {})
    for name in sorted({*checksums, RULES, UNITS, PUBLISHED, PUBLIC}):
        if not (folder / name).is_file() or file_sha256(folder / name) != checksums.get(name):
            raise _damaged(name)


def _damaged(name: str) -> UnusableFactsError:
    return UnusableFactsError(DAMAGED, N_("{file} is damaged or missing"), file=name)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _damaged(MANIFEST) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("checksums", {}), dict):
        raise _damaged(MANIFEST)
    return manifest


def read_facts(con: duckdb.DuckDBPyConnection, facts: CityFacts) -> RoundFacts:
    """Return the facts of a city as those of a round; tables `line` and `ballot` of the connection hold the ballots."""
    folder = facts.folder
    units = json.loads((folder / UNITS).read_text(encoding="utf-8"))
    register = Register(tuple(RegisteredUnit(**unit) for unit in units)) if units else None
    texts, lines = None, None
    if (folder / LINES).is_file():
        texts = read_dictionaries(folder / DICTIONARIES)
        con.read_parquet(str(folder / BALLOTS)).create("ballot")
        con.read_parquet(str(folder / LINES)).create("line")
        columns = con.table("line").fetchnumpy()
        parts = (np.asarray(columns[name], dtype=np.int32) for name in ("unit", "ballot", "indicator", "grade"))
        lines = Lines(*parts)
    counts = pd.DataFrame(columns=["unit", "category", "group_name", "indicator", "grade", "votes"])
    if (folder / COUNTS).is_file():
        counts = con.read_parquet(str(folder / COUNTS)).df()
    records = pd.DataFrame({"kind": [], "number": [], "content": []})
    return RoundFacts(facts.round_id, register, texts, lines, counts, records, facts.digest, facts.digest)
