"""Replay and rebuild: recompute a release from the stored originals and compare it, or restore derived files.

Both import the originals into a scratch store through the normal intake, so no derived file is trusted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from data.model.contract import REFERRED_KINDS
from data.store import ImportOptions
from data.store.atomic_write import move_atomically
from data.store.audit_log import log_action, read_log
from data.store.release import METHOD_VERSION, RELEASE, Release, read_contents
from data.store.rounds import RoundConflictError
from data.store.scratch import work_folder
from data.store.seals import CHANGED, Broken, file_sha256, sealed_files
from data.store.store import Store
from data.store.uploads import MANIFEST, Upload, damaged_files, derived_files, is_evidence, write_manifest
from data.store.verify import Damage, check, damaged_derived, damaged_file, release_damage
from errors import StoreDamagedError, UsageError, after_effect

READ_WITH = ("units", "unit_alias", "unit_lineage", "unit_round", "round", *REFERRED_KINDS)
"""Kinds of uploads that determine how unit names and references to other tables are resolved."""
INPUT = "upload"  # a table whose numbers depend on earlier uploads and so differ in a scratch store


def replay(store: Store, prefix: str) -> list[Damage]:
    """Recompute a release from the stored originals in a scratch store and return the differences."""
    release_id = store.find(prefix)
    release = Release(store.path / "releases" / release_id)
    try:
        with _built_again(store, release.upload_ids, release.origins) as again:
            if isinstance(again, Damage):
                return [again]
            if again.id != release_id:
                facts = {"found": again.short, "release": release.short}
                return [Damage("Recomputing gives release {found}, not {release}.", facts)]
            return _differences(release, again)
    finally:
        release.close()


@dataclass(frozen=True)
class Rebuilt:
    """Result of a rebuild. `made`: ids of rebuilt uploads and releases. left: defects that remain."""

    made: list[str]
    left: list[Damage]


def rebuild(store: Store) -> Rebuilt:
    """Rebuild every damaged or missing derived file from the stored originals. Undamaged files are not touched.

    A rebuilt file must have the digest or id it had before; if it does not, it is reported and not replaced.
    """
    made: list[str] = []
    left: list[Damage] = []
    with store.writing() as staging:
        for upload in store.uploads():
            names = damaged_derived(upload.folder)
            if names:
                finding = _rebuild_upload(store, upload)
                left += [finding] if finding else []
                made += [] if finding else [upload.upload_id]
        for release_id in store.releases():
            if release_damage(store.path / "releases" / release_id):
                finding = _rebuild_release(store, release_id, staging)
                left += [finding] if finding else []
                made += [] if finding else [release_id[:16]]
        if made:
            with after_effect(", ".join(made)):
                log_action(store.path, "rebuild", ", ".join(made), files=_sealed_anew(store, made))
    return Rebuilt(made, [*left, *check(store)])


def _sealed_anew(store: Store, made: Sequence[str]) -> dict[str, str]:
    """Return place -> SHA-256 of the manifests and releases that were written again."""
    places = [f"uploads/{name}/{MANIFEST}" for name in made]
    places += [f"releases/{name}/{RELEASE}" for name in store.releases() if name[:16] in made]
    return {place: file_sha256(store.path / place) for place in places if (store.path / place).is_file()}


def _rebuild_upload(store: Store, upload: Upload) -> Damage | None:
    """Rebuild the derived files of an upload; return the defect that prevents it, or None."""
    with _imported_again(store, [upload.upload_id]) as (again, stored):
        if isinstance(stored, Damage):
            return stored
        anew = next(u for u in again.uploads() if u.upload_id == stored[upload.upload_id])
        if anew.digest != upload.digest:
            return Damage(
                "Upload {upload}: its stored original now gives different content.", {"upload": upload.upload_id}
            )
        for name in derived_files(anew.folder):
            move_atomically(anew.folder / name, upload.folder / name)
        manifest = anew.folder / MANIFEST
        manifest.unlink()
        write_manifest(upload.folder, upload, manifest)
        move_atomically(manifest, upload.folder / MANIFEST)
    return None


def _rebuild_release(store: Store, release_id: str, staging: Path) -> Damage | None:
    """Rebuild a release; return the defect that prevents it, or None."""
    folder = store.path / "releases" / release_id
    try:
        made_of = read_contents(folder)
        uploads, version = list(made_of["uploads"]), made_of["method_version"]
        origins = made_of.get("origins", {})
    except StoreDamagedError:
        # The list of its uploads is lost too. Try the uploads in force: the id shows whether they are the same.
        uploads, version = [upload.upload_id for upload in store.uploads_in_force()], METHOD_VERSION
        origins = store.origins()
    named = {"release": release_id[:16]}
    if version != METHOD_VERSION:
        return Damage(
            "Release {release}: it was built by an earlier version of this program and can only be rebuilt with "
            "that version.",
            named,
        )
    draft = staging / f"release-{release_id[:16]}"
    try:
        found = store.build(draft, [upload for upload in store.uploads() if upload.upload_id in uploads], origins)
    except (StoreDamagedError, UsageError, RoundConflictError):
        found = ""
    if found != release_id:
        return Damage("Release {release}: it cannot be rebuilt from the stored files. Restore a backup.", named)
    if folder.is_dir():
        folder.rename(staging / f"damaged-{release_id[:16]}")
    move_atomically(draft, folder)
    return None


@contextmanager
def _built_again(store: Store, uploads: list[str], origins: dict[str, str]) -> Iterator[Release | Damage]:
    """Yield a temporary release of some uploads, re-imported from their originals."""
    with _imported_again(store, uploads) as (again, stored):
        if isinstance(stored, Damage):
            yield stored
            return
        wanted = {stored[upload_id] for upload_id in uploads}
        draft = again.path / "releases" / "draft"
        release_id = again.build(draft, [upload for upload in again.uploads() if upload.upload_id in wanted], origins)
        release = Release(draft.rename(draft.with_name(release_id)))
        try:
            yield release
        finally:
            release.close()


@contextmanager
def _imported_again(store: Store, wanted: list[str]) -> Iterator[tuple[Store, dict[str, str] | Damage]]:
    """Yield a scratch store with re-imported uploads and a map from old to new ids, or the defect that prevents it."""
    with work_folder() as scratch:
        again = Store(scratch / "store", threads=store.threads)
        for rules in store.rule_sets():
            again.add_rules(rules.text)
        gone = _gone(store, set(wanted))
        yield again, gone or _import_again(again, _read_together(store, set(wanted)))


def _gone(store: Store, wanted: set[str]) -> Damage | None:
    """Return the defect for a missing upload or a missing rule set, or None."""
    known = {upload.upload_id: upload for upload in store.uploads()}
    missing = sorted(wanted - set(known))
    if missing:
        return Damage("Upload {upload}: it is missing. Restore it from a backup.", {"upload": missing[0]})
    if changed := _changed_manifest(store, wanted):
        return Damage.of(changed.error)
    lost = store.lost_rules([upload for name, upload in known.items() if name in wanted])
    return Damage.of(lost) if lost else None


def _changed_manifest(store: Store, wanted: set[str]) -> Broken | None:
    """Return the first manifest that is not as the audit log recorded it: it would be read under other choices."""
    sealed = {}
    with suppress(StoreDamagedError):  # the log is damaged itself, as `check` reports
        sealed = sealed_files(read_log(store.path))
    for place in [f"uploads/{name}/{MANIFEST}" for name in sorted(wanted)]:
        if place in sealed and file_sha256(store.path / place) != sealed[place].sha256:
            return Broken(place, CHANGED, sealed[place].number)
    return None


def _read_together(store: Store, wanted: set[str]) -> list[Upload]:
    """Return the wanted uploads and all earlier uploads that resolved unit names, even if replaced since.

    For a round with trial and formal uploads, only the wanted sort is returned: the two are never mixed.
    """
    known = store.uploads()
    last = max(upload.number for upload in known if upload.upload_id in wanted)
    taken = [u for u in known if u.upload_id in wanted or (u.kind in READ_WITH and u.number < last)]
    of_rounds = [upload for upload in taken if upload.locks_with_round]
    trial = {u.round_id: u.trial for u in sorted(of_rounds, key=lambda u: (u.upload_id in wanted, not u.trial))}
    return [u for u in taken if not u.locks_with_round or u.trial == trial[u.round_id]]


def _import_again(again: Store, uploads: list[Upload]) -> dict[str, str] | Damage:
    """Import the originals in their first order; return a map from old to new ids, or the first defect."""
    stored: dict[str, str] = {}
    # In the order of import: an upload that replaces others must come after them.
    for upload in sorted(uploads, key=lambda u: u.number):
        gone = [name for name in damaged_files(upload.folder) if is_evidence(name)]
        if gone:
            return damaged_file(upload.upload_id, gone[0])
        report = again.import_files(
            upload.kind,
            [(file.name, path.read_bytes()) for file, path in upload.evidence()],
            upload.round_id,
            ImportOptions(
                rules=upload.rules_name or None,
                replace=upload.replaces and upload.kind in READ_WITH,
                mapping=upload.mapping,
                values=upload.choices.values,
                confirmed=upload.choices.confirmed,
                replaying=True,
                reading=upload.choices.reading,
                sheet=upload.choices.sheet,
                fill_down=upload.choices.fill_down,
                edits=upload.edits,
                accept_warnings=upload.accepted_warnings or "replay",
                demo=upload.demo,
                trial=upload.trial,
                as_of=upload.choices.as_of,
                complete=upload.choices.complete,
            ),
        )
        accepted = report.upload or report.same_as
        if accepted is None:
            facts = {"upload": upload.upload_id, "why": report.problems[0]}
            return Damage("Upload {upload}: its stored original is no longer accepted: {why}", facts)
        stored[upload.upload_id] = accepted
    return stored


def _differences(first_release: Release, second_release: Release) -> list[Damage]:
    """Return the tables of two releases that differ, compared byte by byte as CSV."""
    differences = []
    for name in sorted({*first_release.tables, *second_release.tables} - {INPUT}):
        first, second = (
            release.query_table(name).to_csv(index=False).splitlines() for release in (first_release, second_release)
        )
        if first != second:
            lines = enumerate(zip_longest(first, second), start=1)
            line = next(number for number, (a, b) in lines if a != b)
            facts = {"table": name, "line": line}
            differences.append(Damage("Table {table} differs, first in line {line}.", facts))
    return differences
