"""Unfinished uploads: a file with faults and a person's answers so far, kept until it is stored or discarded.

Drafts lie in a private folder of the store and are no part of its facts: publishing, replay and backup ignore them.
Callers keep a file only if the search for personal data ran over it and reported nothing.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from data.intake.corrections import Edit
from data.intake.personal import sorts_in
from data.store.atomic_write import move_atomically
from data.store.audit_log import log_action
from data.store.import_job import ImportOptions
from data.store.uploads import EditLog, Upload
from errors import UsageError

FOLDER = "drafts"
MANIFEST = "draft.json"
CONTENT = "content"
PRIVATE = 0o700
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
        """Return the file as it was chosen."""
        return (self.folder / CONTENT).read_bytes()


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
    """Keep a draft, or what is new of it, by a single rename. Raises UsageError if it may not be kept.

    content: asked only for a draft that is new. Typed text that identifies a person is left out.
    """
    if refusal := refuse_keeping(store, draft):
        raise refusal
    draft = replace(draft, typed=tuple(cell for cell in draft.typed if not sorts_in(cell.new)))
    (store / FOLDER).mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    final = store / FOLDER / draft.draft_id
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=store / FOLDER))  # private: mkdtemp gives it to its owner only
    try:
        manifest = new / MANIFEST
        text = json.dumps({**asdict(draft), "folder": ""}, ensure_ascii=False, indent=1, sort_keys=True)
        manifest.write_text(text, encoding="utf-8")
        if final.is_dir():
            move_atomically(manifest, final / MANIFEST)
        else:
            (new / CONTENT).write_bytes(content())
            move_atomically(new, final)
            _log(store, "draft", draft)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return replace(draft, folder=final)


def find_same(store: Path, kind: str, round_id: str, sha256: str) -> Draft | None:
    """Return the draft of a file for a kind and round, if any."""
    same = (kind, round_id, sha256)
    return next((one for one in drafts(store) if (one.kind, one.round_id, one.sha256) == same), None)


def discard_draft(store: Path, draft: Draft, who: str = "") -> None:
    """Delete a draft with its file; nothing happens if it is gone already."""
    gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=store / FOLDER))
    try:
        os.rename(draft.folder, gone / CONTENT)
    except FileNotFoundError:
        return
    finally:
        shutil.rmtree(gone, ignore_errors=True)
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
        return _draft(json.loads((folder / MANIFEST).read_text(encoding="utf-8")), folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _draft(manifest: dict[str, Any], folder: Path) -> Draft:
    options = manifest["options"]
    edits = tuple(EditLog(Edit(**log["edit"]), log["time"], log["user"]) for log in options["edits"])
    options = ImportOptions(**{**options, "edits": edits, "confirmed": tuple(options["confirmed"])})
    typed = tuple(TypedCell(**cell) for cell in manifest["typed"])
    return Draft(**{**manifest, "options": options, "typed": typed, "folder": folder})
