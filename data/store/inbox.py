"""The inbox: a folder of the store where the administrator puts files that are too large for the browser.

Files are read directly from disk. An import stores a copy as evidence and leaves the file in the inbox.
"""

from pathlib import Path

FOLDER = "inbox"
SUFFIXES = (".csv", ".csv.gz", ".txt", ".xlsx", ".xls", ".ods")


def inbox_files(store: Path) -> list[Path]:
    """Return the tables in the inbox, by name. Symbolic links are skipped, because they could point anywhere."""
    folder = store / FOLDER
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name.lower().endswith(SUFFIXES) and path.is_file() and not path.is_symlink()
    ]
