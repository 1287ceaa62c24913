"""Which column of an office's files is which field: said once by a person, used for every later file of that shape.

Small files under the store's `mappings/SHAPE/`, one a decision, never changed; the newest counts.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from data.intake.header_shape import joined, shape_of
from errors import StoreDamagedError

FOLDER = "mappings"


@dataclass(frozen=True)
class Decision:
    """One decision: header cells of the shape (two rows joined), column -> field ('' = no field), who said so and
    when."""

    kind: str
    cells: tuple[str, ...]
    mapping: dict[str, str]
    time: str
    user: str


def write_decision(store: Path, draft: Path, decision: Decision) -> Path:
    """Write a decision to `draft` and say which place it belongs in."""
    draft.write_text(json.dumps(asdict(decision), ensure_ascii=False, indent=1), encoding="utf-8")
    folder = _folder(store, decision.kind, decision.cells)
    last = max((int(path.stem) for path in folder.glob("*.json")), default=0)
    return folder / f"{last + 1:06d}.json"


def remembered(store: Path, kind: str, records: list[list[str]]) -> dict[str, str]:
    """The newest decision for the shape of any of the first records, or of two that make one header; empty when
    nobody decided."""
    for number, record in enumerate(records):
        pairs = [joined(record, below) for below in records[number + 1 : number + 2]]
        for cells in (*pairs, tuple(record)):
            paths = sorted(_folder(store, kind, cells).glob("*.json"))
            if paths:
                return read_decision(paths[-1]).mapping
    return {}


def words(store: Path, kind: str) -> frozenset[str]:
    """Every column that somebody decided about: such words tell a decoded file from mojibake."""
    decisions = [read_decision(path) for path in decision_files(store)]
    return frozenset(column for decision in decisions if decision.kind == kind for column in decision.mapping)


def decision_files(store: Path) -> list[Path]:
    """The files of all decisions."""
    return sorted((store / FOLDER).glob("*/*.json"))


def read_decision(path: Path) -> Decision:
    """One decision from its file. Raises StoreDamagedError."""
    try:
        return Decision(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise StoreDamagedError(
            "Remembered columns: the file {name} cannot be read any more. Restore it from a backup, or delete it and "
            "say the columns again at the next import.",
            name=f"{FOLDER}/{path.parent.name}/{path.name}",
        ) from None


def _folder(store: Path, kind: str, cells: tuple[str, ...]) -> Path:
    return store / FOLDER / shape_of(cells, kind)
