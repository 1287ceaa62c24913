"""Redacted texts that two people released for the public, such as opinions on a wall; append-only, one file a text.

A text belongs to an item of a scheme. A later text of the same item replaces it, an empty one takes it back. Texts
are numbered, so that a page can be written again with the texts that it had.
"""

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from data.intake.free_text import sorts_in_text
from data.store.atomic_write import OWN_FILE, move_atomically, private_folder, undone_unless_logged
from data.store.audit_log import log_action
from data.store.history import now
from data.store.seals import file_sha256
from data.store.second_person import log_second, require_second
from errors import StoreDamagedError, UsageError, after_effect

FOLDER = "released_texts"
LONGEST = 300


@dataclass(frozen=True)
class ReleasedText:
    """A text as released. text : '' takes the text of the item back."""

    number: int
    scheme: str
    item: str
    text: str
    time: str
    released_by: str
    checked_by: str


def released_texts(store: Path) -> list[ReleasedText]:
    """Return every text, oldest first. Raises StoreDamagedError for a file that cannot be read."""
    found = []
    for path in sorted((store / FOLDER).glob("[0-9]*.json")):
        try:
            found.append(ReleasedText(**json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            raise StoreDamagedError(
                "Released text {name}: its file cannot be read. Restore it from a backup.", name=path.name
            ) from None
    return found


def newest_text(store: Path) -> int:
    """Return the number of the newest text, 0 without any."""
    return max((text.number for text in released_texts(store)), default=0)


def texts_until(store: Path, scheme: str, last: int) -> dict[str, str]:
    """Return item -> text of a scheme as they were after the text of a number."""
    texts: dict[str, str] = {}
    for released in released_texts(store):
        if released.scheme == scheme and released.number <= last:
            texts[released.item] = released.text
    return {item: text for item, text in texts.items() if text}


def release_text(store: Path, scheme: str, item: str, text: str, actor: str, second: str) -> ReleasedText:
    """Keep a redacted text that two people release, and log both. text : '' takes it back.

    Raises UsageError if there is no second person, the text is too long, or it speaks of a person.
    """
    require_second(actor, second)
    text = " ".join(text.split())
    if len(text) > LONGEST:
        raise UsageError(
            "A released text has at most {longest} characters, not {count}.", longest=LONGEST, count=len(text)
        )
    if sorts_in_text(text):
        raise UsageError(
            "The text of {item} still holds a name, a number or an address of a person. Redact it further, then "
            "release it.",
            item=item,
        )
    folder = store / FOLDER
    private_folder(folder)
    with FileLock(folder / "lock", mode=OWN_FILE):
        released = ReleasedText(newest_text(store) + 1, scheme, item, text, now(), actor, second.strip())
        _write(folder, released)
        place = f"{FOLDER}/{released.number:06d}.json"
        with undone_unless_logged(store / place):
            log_action(store, "seal", place, who=actor, files={place: file_sha256(store / place)})
    with after_effect(place):
        log_second(store, f"released text {released.number} {scheme} {item}", actor, second)
    return released


def _write(folder: Path, released: ReleasedText) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as drafts:
        draft = Path(drafts) / "text.json"
        draft.write_text(json.dumps(asdict(released), ensure_ascii=False, indent=1), encoding="utf-8")
        move_atomically(draft, folder / f"{released.number:06d}.json")
