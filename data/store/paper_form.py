"""What a city prints on its papers and notices time and again, remembered in the store: office, contact, copies ...

It is no part of the facts: a release, its results and a replay do not depend on it.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from data.store.atomic_write import move_atomically

FOLDER = "paper"
PAPER, NOTICE = "form.json", "notice.json"
"""Parts of official papers, and of the public page."""


def remembered_form(store: Path, of: str = PAPER) -> dict[str, str]:
    """Return field -> text as saved last; empty if nothing was saved or the file cannot be read.

    of : PAPER or NOTICE.
    """
    try:
        saved = json.loads((store / FOLDER / of).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(saved, dict):
        return {}
    return {str(name): text for name, text in saved.items() if isinstance(text, str)}


def remember_form(store: Path, fields: Mapping[str, str], of: str = PAPER) -> None:
    """Save fields for the next paper or notice; fields that are not given keep what was saved."""
    wanted = remembered_form(store, of) | dict(fields)
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store) as folder:
        draft = Path(folder) / of
        draft.write_text(json.dumps(wanted, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
        move_atomically(draft, store / FOLDER / of)
