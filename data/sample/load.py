"""Loader of the demonstration city into an empty store, for the command and for the page."""

from collections.abc import Iterable
from pathlib import Path

from data.model.contract import MONTH, TABLE_OF
from data.sample.city import CITY, RULES, DemoFile, demo_files
from data.sample.pledges import pledge_files
from data.sample.tampered import tampered_files
from data.store import ImportOptions, PublishReport, Store
from errors import UsageError
from i18n import N_

RULES_FILE = Path(__file__).resolve().parents[2] / "rules" / f"{RULES}.toml"
NOTE = f"演示数据 demonstration data: {CITY}"
TAMPERED_NOTE = f"{NOTE}；含植入的问题票 with tampered ballots"
NOT_EMPTY = N_("The store is not empty; demonstration data can be loaded into an empty store only.")


def load_demo(store: Store, more: Iterable[DemoFile] = (), *, tampered: bool = False) -> PublishReport:
    """Import and publish rules and every table of all rounds, each upload marked as demonstration data.

    more: files of the schemes, from whoever loads the demonstration. tampered: with the tampered ballots of the last
    round. Raises UsageError, and changes nothing, when the store holds anything.
    """
    if not store.is_empty():
        raise UsageError(NOT_EMPTY)
    store.add_rules(RULES_FILE.read_text(encoding="utf-8"))
    files = tampered_files() if tampered else demo_files()
    load_files(store, (*files, *pledge_files(), *more))
    return store.publish(TAMPERED_NOTE if tampered else NOTE)


def load_files(store: Store, files: Iterable[DemoFile]) -> None:
    """Import files, each marked as demonstration data."""
    with store.batch():
        for file in files:
            _import(store, file)


def _import(store: Store, file: DemoFile) -> None:
    """Import a file as an office would; what it is asked about in registers of schemes the demonstration answers."""
    reason = NOTE if TABLE_OF[file.kind].lock == MONTH else None
    options = ImportOptions(rules=file.rules, demo=True, as_of=file.as_of, accept_warnings=reason)
    report = store.import_files(file.kind, [(file.name, file.content)], file.round_id, options)
    if not report.stored:
        raise RuntimeError(
            f"demonstration data refused: {file.name} {[(p.code, p.facts) for p in report.problems[:9]]}"
        )
