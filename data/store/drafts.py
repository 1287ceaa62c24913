"""Unfinished uploads: a file with faults and a person's answers so far, kept until it is stored or discarded.

Drafts lie in a private folder of the store and are no part of its facts: publishing, replay and backup ignore them.
Callers keep a file only if the search for personal data ran over it and reported nothing.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Any

from data.intake.corrections import Edit
from data.intake.personal import sorts_in
from data.model.contract import KIND_NAMES
from data.store.atomic_write import move_atomically, undone_unless_logged
from data.store.audit_log import log_action
from data.store.import_job import ImportOptions
from data.store.uploads import EditLog, Upload
from errors import UsageError, after_effect, reason_of

FOLDER = "drafts"
MANIFEST = "draft.json"
CONTENT = "content"
PRIVATE = 0o700
TEXTS = ("kind", "round_id", "name", "sha256", "time", "user")  # of a manifest
NUMBERS = ("size", "errors", "questions", "warnings")
MOST = 20  # drafts of a store: more are forgotten rather than mended
LARGEST = 100 << 20  # bytes; larger files stay in the inbox, which survives a restart


@dataclass(frozen=True)
class TypedCell:
    """A correction that was typed and not checked yet. old: the text of the cell. new: '' where the row is left out."""

    row: int
    column: str
    old: str
    new: str
    leave_out: bool = False


@dataclass(frozen=True)
class Draft:
    """An unfinished upload.

    name, size, sha256: of the file. errors, questions, warnings: places that are left to deal with. typed: corrections
    that are not checked yet; the checked ones are in `options`.
    """

    kind: str
    round_id: str
    name: str
    size: int
    sha256: str
    options: ImportOptions
    errors: int = 0
    questions: int = 0
    warnings: int = 0
    typed: tuple[TypedCell, ...] = ()
    time: str = ""
    user: str = ""
    folder: Path = Path()

    @property
    def draft_id(self) -> str:
        """Return 12 hex digits of kind, round and content: the same file is kept once for a kind and round."""
        text = json.dumps([self.kind, self.round_id, self.sha256])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def content(self) -> bytes:
        """Return the file as it was chosen. Raises UsageError where it is lost or no longer the same."""
        try:
            found = (self.folder / CONTENT).read_bytes()
        except OSError:
            found = b""
        if hashlib.sha256(found).hexdigest() != self.sha256:
            raise UsageError(
                "The kept copy of {file} is lost or damaged. Discard this unfinished upload and choose the file again.",
                file=self.name,
            )
        return found


def drafts(store: Path) -> list[Draft]:
    """Return every draft that can be read, newest first."""
    found = [_read(folder) for folder in sorted((store / FOLDER).glob("[0-9a-f]*"))]
    return sorted((draft for draft in found if draft is not None), key=lambda draft: draft.time, reverse=True)


def find_draft(store: Path, draft_id: str) -> Draft:
    """Return a draft by its id. Raises UsageError."""
    known = [draft for draft in drafts(store) if draft.draft_id == draft_id]
    if not known:
        raise UsageError("There is no unfinished upload {draft}. “biaochi drafts” lists them all.", draft=draft_id)
    return known[0]


def refuse_keeping(store: Path, draft: Draft) -> UsageError | None:
    """Refuse a file that is too large, and a further draft where there are too many."""
    if draft.size > LARGEST:
        return UsageError(
            "Files over {limit} MB are not kept as unfinished uploads: finish this upload before you leave the page.",
            limit=LARGEST >> 20,
        )
    others = [other for other in drafts(store) if other.draft_id != draft.draft_id]
    if len(others) >= MOST:
        return UsageError(
            "{count} unfinished uploads are kept already; this upload is not. Discard those that are not needed.",
            count=len(others),
        )
    return None


def keep_draft(store: Path, draft: Draft, content: Callable[[], bytes]) -> Draft:
    """Keep a draft, or what is new of it, by a single rename. Raises UsageError if it may not or cannot be kept.

    content: asked only for a draft that is new. Typed text that identifies a person is left out.
    """
    if refusal := refuse_keeping(store, draft):
        raise refusal
    draft = replace(draft, typed=tuple(cell for cell in draft.typed if not sorts_in(cell.new)))
    try:
        return _kept(store, draft, content)
    except OSError as error:  # no space, or a folder that may not be written
        raise UsageError(
            "This upload cannot be kept as unfinished ({why}): finish it before you leave the page.",
            why=reason_of(error),
        ) from error


def _kept(store: Path, draft: Draft, content: Callable[[], bytes]) -> Draft:
    """Write a draft: the manifest alone where the file is there, else both; another window may do so meanwhile."""
    (store / FOLDER).mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    final = store / FOLDER / draft.draft_id
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=store / FOLDER))  # private: mkdtemp gives it to its owner only
    try:
        manifest = new / MANIFEST
        text = json.dumps({**asdict(draft), "folder": ""}, ensure_ascii=False, indent=1, sort_keys=True)
        manifest.write_text(text, encoding="utf-8")
        if not (final / CONTENT).is_file():
            (new / CONTENT).write_bytes(content())
            if _placed(new, final):
                with undone_unless_logged(final):
                    _log(store, "draft", draft)
                return replace(draft, folder=final)
        os.replace(manifest, final / MANIFEST)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return replace(draft, folder=final)


def _placed(new: Path, final: Path) -> bool:
    """Move a new draft into place; False where another window was first. What is left without its file goes."""
    if final.is_dir() and not (final / CONTENT).is_file():
        shutil.rmtree(final)
    try:
        move_atomically(new, final)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    return True


def changed_elsewhere(store: Path, last: Draft | None) -> Draft | None:
    """Return a draft as another window left it, where it is no longer what this window kept last; else None."""
    if last is None:
        return None
    held = find_same(store, last.kind, last.round_id, last.sha256)
    return held if held is not None and replace(held, folder=last.folder) != last else None


def find_same(store: Path, kind: str, round_id: str, sha256: str) -> Draft | None:
    """Return the draft of a file for a kind and round, if any."""
    same = (kind, round_id, sha256)
    return next((one for one in drafts(store) if (one.kind, one.round_id, one.sha256) == same), None)


def discard_draft(store: Path, draft: Draft, who: str = "") -> None:
    """Delete a draft with its file; nothing happens if it is gone already."""
    try:
        gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=store / FOLDER))
        try:
            os.rename(draft.folder, gone / CONTENT)
        finally:
            shutil.rmtree(gone, ignore_errors=True)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        shutil.rmtree(draft.folder, ignore_errors=True)  # a full disk has no room to move it first
    with after_effect(f"{FOLDER}/{draft.draft_id}"):
        _log(store, "discard", replace(draft, user=who or draft.user))


def discard_stored(store: Path, upload: Upload) -> None:
    """Delete the drafts of the files of an upload that is stored now."""
    stored = {(upload.kind, upload.round_id, file.sha256) for file in upload.files}
    for draft in drafts(store):
        if (draft.kind, draft.round_id, draft.sha256) in stored:
            discard_draft(store, draft, upload.imported_by)


def _log(store: Path, action: str, draft: Draft) -> None:
    what = f"{draft.kind} {draft.draft_id}"
    log_action(store, action, what, round_id=draft.round_id, sha256=draft.sha256, who=draft.user)


def _read(folder: Path) -> Draft | None:
    """Return the draft in a folder; None for a draft that is damaged or of another version."""
    try:
        draft = _draft(json.loads((folder / MANIFEST).read_text(encoding="utf-8")), folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    is_whole = draft.draft_id == folder.name and draft.kind in KIND_NAMES and (folder / CONTENT).is_file()
    return draft if is_whole else None


def _check(given: Mapping[str, object], names: Sequence[str], kind: type | UnionType) -> None:
    """Refuse a manifest that somebody changed: a value of another type would fail later, on every page."""
    if not all(isinstance(given[name], kind) for name in names):
        raise TypeError(names)


def _draft(manifest: dict[str, Any], folder: Path) -> Draft:
    options = manifest["options"]
    _check(manifest, TEXTS, str)
    _check(manifest, NUMBERS, int)
    _check(options, ("sheet", "confirm"), str)
    _check(options, ("rules", "accept_warnings"), str | None)
    _check(options, ("mapping",), dict | None)
    _check(options, ("values",), dict)
    _check({"as_of": "", **options}, ("as_of",), str)  # drafts of an earlier version say nothing of the day
    _check({"complete": False, **options}, ("complete",), bool)
    edits = tuple(EditLog(Edit(**log["edit"]), log["time"], log["user"]) for log in options["edits"])
    options = ImportOptions(**{**options, "edits": edits, "confirmed": tuple(options["confirmed"])})
    typed = tuple(TypedCell(**cell) for cell in manifest["typed"])
    return Draft(**{**manifest, "options": options, "typed": typed, "folder": folder})
