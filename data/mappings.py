"""Which column of an office's files is which field: said once by a person, used for every later file of that shape.

Small files under the store's `mappings/SHAPE/`, one a decision, never changed; the newest counts.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from data.intake.shapes import joined, shape_of

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
    return folder / f"{len(list(folder.glob('*.json'))) + 1:06d}.json"


def remembered(store: Path, kind: str, records: list[list[str]]) -> dict[str, str]:
    """The newest decision for the shape of any of the first records, or of two that make one header; empty when
    nobody decided."""
    for number, record in enumerate(records):
        pairs = [joined(record, below) for below in records[number + 1 : number + 2]]
        for cells in (*pairs, tuple(record)):
            paths = sorted(_folder(store, kind, cells).glob("*.json"))
            if paths:
                found: dict[str, str] = json.loads(paths[-1].read_text(encoding="utf-8"))["mapping"]
                return found
    return {}


def words(store: Path, kind: str) -> frozenset[str]:
    """Every column that somebody decided about: such words tell a decoded file from mojibake."""
    paths = (store / FOLDER).glob("*/*.json")
    decisions = [Decision(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return frozenset(column for decision in decisions if decision.kind == kind for column in decision.mapping)


def _folder(store: Path, kind: str, cells: tuple[str, ...]) -> Path:
    return store / FOLDER / shape_of(cells, kind)
