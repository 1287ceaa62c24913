"""Confirmed meanings of a file's columns and words, reused for every later file with the same header.

Each decision is a small file in the store's `mappings/SHAPE/` that never changes; the newest applies.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data.intake.header_shape import joined, shape_of
from errors import StoreDamagedError

FOLDER = "mappings"


@dataclass(frozen=True)
class Decision:
    """A saved reading: header cells (two header rows are joined), column -> field ('' = no field), user and time.

    values: word -> grade. confirmed: the questions that were answered, by their keys (`data.intake.meaning`).
    """

    kind: str
    cells: tuple[str, ...]
    mapping: dict[str, str]
    time: str
    user: str
    values: dict[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()


def write_decision(store: Path, draft: Path, decision: Decision) -> Path:
    """Write a decision to `draft` and return the path it should be moved to."""
    draft.write_text(json.dumps(asdict(decision), ensure_ascii=False, indent=1), encoding="utf-8")
    folder = _folder(store, decision.kind, decision.cells)
    last = max((int(path.stem) for path in folder.glob("*.json")), default=0)
    return folder / f"{last + 1:06d}.json"


def remembered(store: Path, kind: str, records: list[list[str]]) -> Decision | None:
    """Return the newest decision that matches the first records, or None.

    Each record is tried as a two-row header with the next record before it is tried alone.
    """
    for number, record in enumerate(records):
        pairs = [joined(record, below) for below in records[number + 1 : number + 2]]
        for cells in (*pairs, tuple(record)):
            paths = sorted(_folder(store, kind, cells).glob("*.json"))
            if paths:
                return read_decision(paths[-1])
    return None


def words(store: Path, kind: str) -> frozenset[str]:
    """Return every mapped column name; these words help to detect a file decoded with the wrong encoding."""
    decisions = [read_decision(path) for path in decision_files(store)]
    return frozenset(column for decision in decisions if decision.kind == kind for column in decision.mapping)


def decision_files(store: Path) -> list[Path]:
    """Return the paths of all decisions."""
    return sorted((store / FOLDER).glob("*/*.json"))


def read_decision(path: Path) -> Decision:
    """Read a decision. Raises StoreDamagedError."""
    try:
        return Decision(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise StoreDamagedError(
            "Saved column mappings: the file {name} can no longer be read. Restore it from a backup, or delete "
            "it and map the columns again at the next import.",
            name=f"{FOLDER}/{path.parent.name}/{path.name}",
        ) from None


def _folder(store: Path, kind: str, cells: tuple[str, ...]) -> Path:
    return store / FOLDER / shape_of(cells, kind)
