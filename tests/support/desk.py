"""A desk where one file after another is read and nothing is stored: many small files cost one store."""

from pathlib import Path

from data.store import ImportOptions, Store
from data.store.import_job import ImportReport
from tests.support.stores import SMALL


class Desk:
    """Reads files as an import would, against rules and a register that were stored before."""

    def __init__(self, folder: Path, rules: str = SMALL, register: str = "") -> None:
        self.store = Store(folder, threads=1)
        self.store.add_rules(rules)
        if register:
            assert self.store.import_files("units", [("u.csv", register.encode())], "2025").stored

    def read(self, kind: str, content: str | bytes, name: str = "a.csv", **options: object) -> ImportReport:
        """Judge one file of the round 2025 and store nothing."""
        data = content.encode() if isinstance(content, str) else content
        return self.store.import_files(kind, [(name, data)], "2025", ImportOptions(dry_run=True, **options))

    def confirmed(self, kind: str, content: str | bytes, name: str = "a.csv", **options: object) -> ImportReport:
        """Judge one file, with every warning accepted and what its columns are taken for confirmed."""
        digest = self.read(kind, content, name, **options).meaning.digest
        return self.read(kind, content, name, confirm=digest, accept_warnings="看过", **options)
