"""Integrity check of the store: the checksum of every original and every derived file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.model.rule_sets import InvalidRulesError, parse_rules
from data.store.atomic_write import planned
from data.store.audit_log import FOLDER as AUDIT
from data.store.audit_log import has_log, read_log
from data.store.closing import damaged_closings
from data.store.column_mappings import decision_files, read_decision
from data.store.history import FOLDER, missing_entry, read_event
from data.store.kept_entries import damaged_entries
from data.store.public_sets import damaged_sets
from data.store.release import RELEASE, RESULTS, read_contents
from data.store.seals import TRUTH, Broken, broken_seals, sealed_files
from data.store.store import Store
from data.store.store_format import FILE as FORMAT_FILE
from data.store.store_format import format_changed, is_sealed
from data.store.uploads import (
    DERIVED_DAMAGED,
    ORIGINAL_DAMAGED,
    damaged_files,
    file_sha256,
    is_evidence,
    read_upload,
)
from errors import StoreDamagedError, UsageError
from i18n import N_, translate
from problems import Problem

ATTEMPTS = 3
"""Looks at a store in which somebody writes: a file may arrive, or a line, between two readings."""
LINK = N_(
    "{what}: it is a link to a place outside the store, where others may change the content. Put the file or folder "
    "itself in its place."
)
FORMAT_CHANGED = N_("{what}: it was changed by hand to the format of an older store. Restore it from a backup.")
PARTS = ("uploads", "rules", "history", "releases")


@dataclass(frozen=True)
class Damage:
    """A defect of the store: an English message id and the values of its placeholders."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Return the message in a language of LANGUAGES."""
        facts = {k: v.message(language) if isinstance(v, Problem) else v for k, v in self.facts.items()}
        return translate(self.message, language).format(**facts)

    @classmethod
    def of(cls, damage: StoreDamagedError) -> "Damage":
        """Return the defect behind a read error."""
        return cls(damage.message, damage.facts)


def check(store: Store) -> list[Damage]:
    """Return all defects; empty if every checksum matches. Raises UsageError if there is no store."""
    if not any((store.path / part).is_dir() for part in PARTS):
        raise UsageError("There is no store in {path}.", path=store.path)
    stored = (_links, _format, _uploads, _rules, _history, _releases)
    parts = (*stored, _mappings, _public_sets, _closings, _objections, _audit)
    return [damage for part in parts for damage in _found_by(part, store)]


def _found_by(part: Callable[[Store], list[Damage]], store: Store) -> list[Damage]:
    try:
        return part(store)
    except StoreDamagedError as damage:  # of the log, or of what another part reports too
        return [Damage.of(damage)]


def damaged_derived(folder: Path) -> list[str]:
    """Return the defective derived files of an upload; empty if an original is defective, as no rebuild is possible."""
    damaged = damaged_files(folder)
    return [] if any(is_evidence(name) for name in damaged) else damaged


def release_damage(folder: Path) -> list[Damage]:
    """Return the defects of the files of a release."""
    named = {"release": folder.name[:16]}
    if not (folder / RELEASE).is_file() or not (folder / RESULTS).is_file():
        return [Damage("Release {release}: files are missing. Run “biaochi rebuild” to restore them.", named)]
    try:
        made_of = read_contents(folder)
    except StoreDamagedError:
        made_of = {}
    if made_of.get("id") == folder.name and made_of.get("results_sha256") == file_sha256(folder / RESULTS):
        return []
    return [Damage("Release {release}: its results are damaged. Run “biaochi rebuild” to restore them.", named)]


def _links(store: Store) -> list[Damage]:
    """Find links in place of files: content outside the store may be changed by whoever may write there."""
    folders = [store.path / name for name in (*TRUTH, AUDIT)]
    found = [path for folder in folders for path in (folder, *folder.rglob("*")) if path.is_symlink()]
    return [Damage(LINK, {"what": path.relative_to(store.path).as_posix()}) for path in sorted(found)]


def _format(store: Store) -> list[Damage]:
    return [Damage(FORMAT_CHANGED, {"what": FORMAT_FILE})] if format_changed(store.path) else []


def _uploads(store: Store) -> list[Damage]:
    damages: list[Damage] = []
    for folder in sorted((store.path / "uploads").glob("[0-9]*")):
        try:
            read_upload(folder)
            damaged = damaged_files(folder)
        except StoreDamagedError as damage:
            damages.append(Damage.of(damage))
            continue
        damages += [damaged_file(folder.name, name) for name in damaged]
    return damages


def damaged_file(upload: str, name: str) -> Damage:
    """Return the defect for a damaged or missing file of an upload, with the remedy."""
    return Damage(ORIGINAL_DAMAGED if is_evidence(name) else DERIVED_DAMAGED, {"upload": upload, "file": name})


def _rules(store: Store) -> list[Damage]:
    damages = []
    for path in sorted((store.path / "rules").glob("*.toml")):
        try:
            sound = parse_rules(path.read_text(encoding="utf-8")).name == path.stem
        except (InvalidRulesError, ValueError):
            sound = False
        if not sound:
            damages.append(
                Damage("Rule set {name}: its file is damaged. Restore it from a backup.", {"name": path.stem})
            )
    return damages


def _history(store: Store) -> list[Damage]:
    damages = []
    for number, path in enumerate(sorted((store.path / FOLDER).glob("*.json")), start=1):
        try:
            missing = read_event(path).number != number
        except StoreDamagedError as damage:
            damages.append(Damage.of(damage))
            continue
        if missing:
            return [*damages, Damage.of(missing_entry(number))]
    return damages


def _mappings(store: Store) -> list[Damage]:
    damages = []
    for path in decision_files(store.path):
        try:
            read_decision(path)
        except StoreDamagedError as damage:
            damages.append(Damage.of(damage))
    return damages


def _public_sets(store: Store) -> list[Damage]:
    return [Damage.of(damage) for damage in damaged_sets(store.path)]


def _closings(store: Store) -> list[Damage]:
    try:
        return [Damage.of(damage) for damage in damaged_closings(store.path)]
    except StoreDamagedError:
        return []  # already reported for the history


def _objections(store: Store) -> list[Damage]:
    try:
        return [Damage.of(damage) for damage in damaged_entries(store.path)]
    except StoreDamagedError:
        return []  # already reported for the history


def _audit(store: Store) -> list[Damage]:
    """Check the chain of the log, and that every truth file is as the log recorded it.

    A writer may be at work: it notes what it will store, stores it, logs it, and removes its note. Read in this order,
    whatever has no line yet has its note.
    """
    if has_log(store.path) and not is_sealed(store.path):
        return _audit_without_seals(store)
    for _attempt in range(ATTEMPTS):
        noted, found = planned(store.path), _broken(store)
        if not [one for one in found if one.what not in noted]:
            return []
    return [Damage(one.message, {"what": one.what, "number": one.number}) for one in found if one.what not in noted]


def _broken(store: Store) -> list[Broken]:
    """Return the truth files that are not as recorded; originals were compared with their manifests already."""
    return broken_seals(store.path, sealed_files(read_log(store.path)), {}, originals=False)


def _audit_without_seals(store: Store) -> list[Damage]:
    """Check a store of format 1: that its log lists exactly the stored uploads, rule sets and history entries."""
    kept = {f"uploads/{path.name}" for path in (store.path / "uploads").glob("[0-9]*")}
    kept |= {f"{FOLDER}/{path.name}" for path in (store.path / FOLDER).glob("*.json")}
    kept |= {f"rules/{path.name}" for path in (store.path / "rules").glob("*.toml")}
    unlogged_yet = {place.removesuffix("/upload.json") for place in planned(store.path)}
    log = read_log(store.path)
    logged = {f"uploads/{entry.what.rpartition(' ')[2]}" for entry in log if entry.action == "import"}
    logged |= {f"rules/{entry.what}.toml" for entry in log if entry.action == "rules"}
    logged |= {f"{FOLDER}/{number:06d}.json" for number in range(1, log[-1].told.events + 1 if log else 1)}
    gone = [
        Damage("{what}: it is recorded in the audit log but missing from the store. Restore it.", {"what": w})
        for w in logged - kept
        if not (store.path / w).exists()  # else stored since
    ]
    more = [
        Damage("{what}: it is not recorded in the audit log, whose last lines were cut off.", {"what": w})
        for w in kept - logged - unlogged_yet
    ]
    return sorted([*gone, *more], key=lambda finding: str(finding.facts["what"]))


def _releases(store: Store) -> list[Damage]:
    try:
        releases, known = store.releases(), {upload.upload_id for upload in store.uploads()}
    except StoreDamagedError:
        return []  # already reported for the history or an upload
    damages: list[Damage] = []
    for release_id in releases:
        folder = store.path / "releases" / release_id
        damage = release_damage(folder)
        damages += damage
        missing = (
            [] if damage else [upload_id for upload_id in read_contents(folder)["uploads"] if upload_id not in known]
        )
        damages += [
            Damage(
                "Release {release}: the upload {upload} is missing. Restore it from a backup.",
                {"release": release_id[:16], "upload": upload},
            )
            for upload in missing
        ]
    return damages
