"""Is the store sound: every checksum of what is kept and of what is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.model.rule_sets import InvalidRulesError, parse_rules
from data.store.audit_log import read_log
from data.store.column_mappings import decision_files, read_decision
from data.store.history import FOLDER, missing_entry, read_event
from data.store.release import RELEASE, RESULTS, read_contents
from data.store.store import Store
from data.store.uploads import damaged_files, file_sha256, is_evidence, read_upload
from errors import StoreDamagedError, UsageError
from i18n import translate
from problems import Problem

PARTS = ("uploads", "rules", "history", "releases")


@dataclass(frozen=True)
class Damage:
    """What is not as it should be: an English sentence of the catalogues, and its facts."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The finding in one of LANGUAGES."""
        facts = {k: v.message(language) if isinstance(v, Problem) else v for k, v in self.facts.items()}
        return translate(self.message, language).format(**facts)

    @classmethod
    def of(cls, damage: StoreDamagedError) -> "Damage":
        """What stopped somebody who read the store."""
        return cls(damage.message, damage.facts)


def check(store: Store) -> list[Damage]:
    """What is damaged, everything at once; empty when every checksum holds. Raises UsageError without a store."""
    if not any((store.path / part).is_dir() for part in PARTS):
        raise UsageError("There is no store in {path}.", path=store.path)
    return [*_uploads(store), *_rules(store), *_history(store), *_releases(store), *_mappings(store), *_audit(store)]


def damaged_derived(folder: Path) -> list[str]:
    """Files of an upload that are damaged or missing and can be made again, because the evidence is sound."""
    damaged = damaged_files(folder)
    return [] if any(is_evidence(name) for name in damaged) else damaged


def release_damage(folder: Path) -> list[Damage]:
    """What is damaged of a release's own files."""
    named = {"release": folder.name[:16]}
    if not (folder / RELEASE).is_file() or not (folder / RESULTS).is_file():
        return [Damage("Release {release}: files are missing. `biaochi rebuild` makes them again.", named)]
    try:
        made_of = read_contents(folder)
    except StoreDamagedError:
        made_of = {}
    if made_of.get("id") == folder.name and made_of.get("results_sha256") == file_sha256(folder / RESULTS):
        return []
    return [Damage("Release {release}: its results are damaged. `biaochi rebuild` makes them again.", named)]


def _uploads(store: Store) -> list[Damage]:
    found: list[Damage] = []
    for folder in sorted((store.path / "uploads").glob("[0-9]*")):
        try:
            read_upload(folder)
            damaged = damaged_files(folder)
        except StoreDamagedError as damage:
            found.append(Damage.of(damage))
            continue
        found += [damaged_file(folder.name, name) for name in damaged]
    return found


def damaged_file(upload: str, name: str) -> Damage:
    """A file of an upload that is damaged or missing, and what helps."""
    facts = {"upload": upload, "file": name}
    if is_evidence(name):
        return Damage("Upload {upload}: the kept file {file} is damaged or missing. Restore it from a backup.", facts)
    return Damage("Upload {upload}: {file} is damaged or missing. `biaochi rebuild` makes it again.", facts)


def _rules(store: Store) -> list[Damage]:
    found = []
    for path in sorted((store.path / "rules").glob("*.toml")):
        try:
            sound = parse_rules(path.read_text(encoding="utf-8")).name == path.stem
        except (InvalidRulesError, ValueError):
            sound = False
        if not sound:
            found.append(Damage("Rule set {name}: its file is damaged. Restore it from a backup.", {"name": path.stem}))
    return found


def _history(store: Store) -> list[Damage]:
    found = []
    for number, path in enumerate(sorted((store.path / FOLDER).glob("*.json")), start=1):
        try:
            missing = read_event(path).number != number
        except StoreDamagedError as damage:
            found.append(Damage.of(damage))
            continue
        if missing:
            return [*found, Damage.of(missing_entry(number))]
    return found


def _mappings(store: Store) -> list[Damage]:
    found = []
    for path in decision_files(store.path):
        try:
            read_decision(path)
        except StoreDamagedError as damage:
            found.append(Damage.of(damage))
    return found


def _audit(store: Store) -> list[Damage]:
    """Whether the chain holds, and whether it tells of just the uploads, rule sets and history entries there are."""
    try:
        log = read_log(store.path)
    except StoreDamagedError as damage:
        return [Damage.of(damage)]
    kept = {f"uploads/{path.name}" for path in (store.path / "uploads").glob("[0-9]*")}
    kept |= {f"{FOLDER}/{path.name}" for path in (store.path / FOLDER).glob("*.json")}
    kept |= {f"rules/{path.name}" for path in (store.path / "rules").glob("*.toml")}
    told = {f"uploads/{entry.what.rpartition(' ')[2]}" for entry in log if entry.action == "import"}
    told |= {f"rules/{entry.what}.toml" for entry in log if entry.action == "rules"}
    told |= {f"{FOLDER}/{number:06d}.json" for number in range(1, log[-1].told.events + 1 if log else 1)}
    gone = [
        Damage("{what}: the audit log tells of it, and it is not there. Restore it.", {"what": w}) for w in told - kept
    ]
    more = [
        Damage("{what}: the audit log does not tell of it: its last lines were cut off.", {"what": w})
        for w in kept - told
    ]
    return sorted([*gone, *more], key=lambda finding: str(finding.facts["what"]))


def _releases(store: Store) -> list[Damage]:
    try:
        releases, known = store.releases(), {upload.upload_id for upload in store.uploads()}
    except StoreDamagedError:
        return []  # said already, of the history or of an upload
    found: list[Damage] = []
    for release_id in releases:
        folder = store.path / "releases" / release_id
        damage = release_damage(folder)
        found += damage
        missing = [] if damage else [one for one in read_contents(folder)["uploads"] if one not in known]
        found += [
            Damage(
                "Release {release}: the upload {upload} is missing. Restore it from a backup.",
                {"release": release_id[:16], "upload": upload},
            )
            for upload in missing
        ]
    return found
