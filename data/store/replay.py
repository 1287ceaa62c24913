"""From the kept bytes again: recompute a release and compare it, or make what is derived anew.

Both import the evidence into a scratch store through the same intake that accepted it, so nothing derived is trusted.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from data.duckdb_access import table_names
from data.store import ImportOptions
from data.store.atomic_write import move_atomically
from data.store.audit_log import log_action
from data.store.release import METHOD_VERSION, Release, read_contents
from data.store.rounds import RoundConflictError
from data.store.store import Store
from data.store.uploads import MANIFEST, Upload, damaged_files, derived_files, is_evidence, write_manifest
from data.store.verify import Damage, check, damaged_derived, damaged_file, release_damage
from errors import StoreDamagedError, UsageError

READ_WITH = ("units", "unit_alias", "unit_lineage", "unit_round", "round")
"""Kinds that say what a written name means."""
# The list of uploads is the input: its numbers count what the store held before, and differ in a scratch store.
COMPARED = tuple(name for name in table_names("build/schema") if name != "upload")


def replay(store: Store, prefix: str) -> list[Damage]:
    """Recompute a release from the kept evidence in a scratch store; what differs, empty when nothing does."""
    release_id = store.find(prefix)
    release = Release(store.path / "releases" / release_id)
    try:
        with _built_again(store, release.upload_ids) as again:
            if isinstance(again, Damage):
                return [again]
            if again.id != release_id:
                facts = {"found": again.short, "release": release.short}
                return [Damage("Recomputing gives the release {found}, not {release}.", facts)]
            return _differences(release, again)
    finally:
        release.close()


@dataclass(frozen=True)
class Rebuilt:
    """What was made again (uploads and releases by id); what could not be and why, and what else is damaged."""

    made: list[str]
    left: list[Damage]


def rebuild(store: Store) -> Rebuilt:
    """Make every derived file that is damaged or missing again from the kept bytes; sound ones stay as they are.

    Each must come out with the digest or id it had: anything else is left alone and said.
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
        log_action(store.path, "rebuild", ", ".join(made))
    return Rebuilt(made, [*left, *check(store)])


def _rebuild_upload(store: Store, upload: Upload) -> Damage | None:
    """Put the derived files of one upload in place anew; what stands in the way."""
    with _imported_again(store, [upload.upload_id]) as (again, stored):
        if isinstance(stored, Damage):
            return stored
        anew = next(u for u in again.uploads() if u.upload_id == stored[upload.upload_id])
        if anew.digest != upload.digest:
            return Damage("Upload {upload}: its kept file gives other content now.", {"upload": upload.upload_id})
        for name in derived_files(anew.folder):
            move_atomically(anew.folder / name, upload.folder / name)
        manifest = anew.folder / MANIFEST
        manifest.unlink()
        write_manifest(upload.folder, upload, manifest)
        move_atomically(manifest, upload.folder / MANIFEST)
    return None


def _rebuild_release(store: Store, release_id: str, staging: Path) -> Damage | None:
    """Put one release in place anew; what stands in the way."""
    folder = store.path / "releases" / release_id
    try:
        made_of = read_contents(folder)
        uploads, version = list(made_of["uploads"]), made_of["method_version"]
    except StoreDamagedError:
        # What it was made of is lost too; if it is what publishing would make now, its id will say so.
        uploads, version = [upload.upload_id for upload in store.uploads_in_force()], METHOD_VERSION
    named = {"release": release_id[:16]}
    if version != METHOD_VERSION:
        return Damage(
            "Release {release}: an earlier version of this program made it, and only that one can make it again.", named
        )
    draft = staging / f"release-{release_id[:16]}"
    try:
        found = store.build(draft, [upload for upload in store.uploads() if upload.upload_id in uploads])
    except (StoreDamagedError, UsageError, RoundConflictError):
        found = ""
    if found != release_id:
        return Damage("Release {release}: it cannot be made again from what is kept. Restore a backup.", named)
    if folder.is_dir():
        folder.rename(staging / f"damaged-{release_id[:16]}")
    move_atomically(draft, folder)
    return None


@contextmanager
def _built_again(store: Store, uploads: list[str]) -> Iterator[Release | Damage]:
    """A release of some uploads, read again from their evidence; gone afterwards."""
    with _imported_again(store, uploads) as (again, stored):
        if isinstance(stored, Damage):
            yield stored
            return
        wanted = {stored[upload_id] for upload_id in uploads}
        draft = again.path / "releases" / "draft"
        release_id = again.build(draft, [upload for upload in again.uploads() if upload.upload_id in wanted])
        release = Release(draft.rename(draft.with_name(release_id)))
        try:
            yield release
        finally:
            release.close()


@contextmanager
def _imported_again(store: Store, wanted: list[str]) -> Iterator[tuple[Store, dict[str, str] | Damage]]:
    """A scratch store with some uploads read again, and the id there of every upload; or what is in the way."""
    with tempfile.TemporaryDirectory() as scratch:
        again = Store(Path(scratch) / "store", threads=store.threads)
        for rules in store.rule_sets():
            again.add_rules(rules.text)
        gone = _gone(store, set(wanted))
        yield again, gone or _import_again(again, _read_together(store, set(wanted)))


def _gone(store: Store, wanted: set[str]) -> Damage | None:
    """An upload that is not there any more, or whose rule set is not."""
    known = {upload.upload_id: upload for upload in store.uploads()}
    missing = sorted(wanted - set(known))
    if missing:
        return Damage("Upload {upload}: it is missing. Restore it from a backup.", {"upload": missing[0]})
    lost = store.lost_rules([upload for name, upload in known.items() if name in wanted])
    return Damage.of(lost) if lost else None


def _read_together(store: Store, wanted: set[str]) -> list[Upload]:
    """The wanted uploads and what said before them which written names mean which units, even if replaced since.

    Of a round that was tried out first, only the kind of uploads that is wanted: the two are never mixed.
    """
    known = store.uploads()
    last = max(upload.number for upload in known if upload.upload_id in wanted)
    taken = [u for u in known if u.upload_id in wanted or (u.kind in READ_WITH and u.number < last)]
    trial = {u.round_id: u.trial for u in sorted(taken, key=lambda u: (u.upload_id in wanted, not u.trial))}
    return [upload for upload in taken if upload.trial == trial[upload.round_id]]


def _import_again(again: Store, uploads: list[Upload]) -> dict[str, str] | Damage:
    """Import the evidence of uploads in the order in which it came; the id there of each, or what is not accepted."""
    stored: dict[str, str] = {}
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
                sheet=upload.choices.sheet,
                fill_down=upload.choices.fill_down,
                edits=upload.edits,
                accept_warnings=upload.accepted_warnings or "replay",
                demo=upload.demo,
                trial=upload.trial,
            ),
        )
        accepted = report.upload or report.same_as
        if accepted is None:
            facts = {"upload": upload.upload_id, "why": report.problems[0]}
            return Damage("Upload {upload}: its kept file is not accepted any more: {why}", facts)
        stored[upload.upload_id] = accepted
    return stored


def _differences(one: Release, two: Release) -> list[Damage]:
    """Tables of two releases that are not the same, byte for byte as CSV."""
    found = []
    for name in COMPARED:
        first, second = (release.query_table(name).to_csv(index=False).splitlines() for release in (one, two))
        if first != second:
            lines = enumerate(zip_longest(first, second), start=1)
            line = next(number for number, (a, b) in lines if a != b)
            facts = {"table": name, "line": line}
            found.append(Damage("The table {table} differs, first in line {line}.", facts))
    return found
