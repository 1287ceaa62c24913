"""The inbox: a folder of the store where files too large for the browser are put by whoever looks after the machine.

They are read from disk as they are; importing one keeps a copy as evidence and leaves the file where it is.
"""

from pathlib import Path

FOLDER = "inbox"
SUFFIXES = (".csv", ".csv.gz", ".txt", ".xlsx", ".xls", ".ods")


def inbox_files(store: Path) -> list[Path]:
    """Tables that wait in the inbox, by name; a link is not followed, since it could point anywhere."""
    folder = store / FOLDER
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name.lower().endswith(SUFFIXES) and path.is_file() and not path.is_symlink()
    ]
