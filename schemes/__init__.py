"""Schemes other than the evaluation itself, one folder each, all of one shape (`schemes.frame`).

A folder with a `tables.csv` is a scheme; nothing else lists them. `settings.scheme_folders` may name further folders.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from schemes.scheme import TABLES, Scheme
from settings import scheme_folders

if TYPE_CHECKING:
    from data.model.across_tables import AcrossTables, Finding, Tables
    from data.store import Store

__path__ += [str(folder) for folder in scheme_folders()]


def _found() -> tuple[Scheme, ...]:
    """Return every scheme of the folders of this package, in the order that their words give."""
    folders = {file.parent.name: file.parent for room in reversed(__path__) for file in Path(room).glob(f"*/{TABLES}")}
    return tuple(sorted((Scheme(*item) for item in folders.items()), key=lambda scheme: (scheme.order, scheme.name)))


SCHEMES = _found()
OTHER_SCHEMES = tuple(scheme for scheme in SCHEMES if not scheme.of_evaluation)
"""Those whose page, lines of the dossier and files of a bundle are not those of the evaluation."""


def checks(store: "Store") -> "Mapping[str, AcrossTables]":
    """Return by table what an import checks beyond a row, under the newest rules of each scheme in the store."""
    from schemes.kept_rules import rules_of_store

    found: dict[str, list[AcrossTables]] = {}
    for scheme in SCHEMES:
        if scheme.checks:
            settings = rules_of_store(store, scheme)[-1].rules.settings
            for table, check in scheme.checks.items():
                found.setdefault(table, []).append(partial(check, settings=settings))
    return {table: partial(_of_all, own) for table, own in found.items()}


def _of_all(own: "Sequence[AcrossTables]", keys: Set[str], tables: "Tables") -> "Iterator[Finding]":
    """Yield what the checks of several schemes find, of a table that they share."""
    for check in own:
        yield from check(keys, tables)


class UnknownSchemeError(LookupError):
    """Error for a name that no scheme has."""


def scheme_of(name: str) -> Scheme:
    """Return a scheme by its name. Raises UnknownSchemeError."""
    found = next((scheme for scheme in SCHEMES if scheme.name == name), None)
    if found is None:
        raise UnknownSchemeError(name)
    return found
