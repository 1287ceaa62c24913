"""Numbers for monitoring, in the text format of Prometheus: nothing of the results, and nothing about people."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from data.store.audit_log import FOLDER, LOG, entries_backwards

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
PROVED = '"backup verified"'


def metrics(store: Path, ready: bool, free_bytes: int, now: datetime | None = None) -> str:
    """Return the numbers of a store: ready, free space, memory, entries, and how old the last proved backup is."""
    history = sorted((store / "history").glob("*.json"))
    log = store / FOLDER / LOG
    values: dict[str, tuple[str, float | None]] = {
        "biaochi_ready": ("1 if the store answers and an upload fits on the disk", int(ready)),
        "biaochi_free_bytes": ("Free bytes on the disk of the store", free_bytes),
        "biaochi_resident_bytes": ("Memory of the server process", _resident()),
        "biaochi_history_entries": ("Entries of the history", len(history)),
        "biaochi_log_bytes": ("Size of the audit log", log.stat().st_size if log.is_file() else 0),
        "biaochi_backup_age_seconds": ("Since the last proved backup", _age(store, now or datetime.now(UTC))),
    }
    lines = [
        f"# HELP {name} {about}\n# TYPE {name} gauge\n{name} {value:.0f}\n"
        for name, (about, value) in values.items()
        if value is not None
    ]
    return "".join(lines)


def _age(store: Path, now: datetime) -> float | None:
    """Return the seconds since the last backup that was restored and compared; None if there was none."""
    last = next((entry for entry in entries_backwards(store, PROVED) if entry.action == "backup verified"), None)
    return (now - datetime.fromisoformat(last.time)).total_seconds() if last else None


def _resident() -> float | None:
    """Return the memory of this process in bytes; None where the system does not say so in a file."""
    if not sys.platform.startswith("linux"):
        return None
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096.0
