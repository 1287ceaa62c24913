"""A scheme as the rest of the product knows it: what its folder gives, each part loaded when it is first asked for.

The command line never loads a page, and a page never loads the demonstration: only `words` is read to list schemes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from data.model.contract import Table
    from schemes.frame import Asked, Frames, Measure
    from schemes.rules import Rules

TABLES, WORDS, MEASURES, DUE_DAYS = "tables.csv", "words", "measures", "due_days"
PAGE, DOCUMENTS, DEMO, COMMANDS = "page", "documents", "demo", "commands"
WORD_KINDS = (
    *("MEASURE_WORDS", "COUNT_WORDS", "ATTENTION_WORDS", "STATE_WORDS", "RESULT_WORDS", "REASON_WORDS"),
    *("DOCUMENT_WORDS", "SECTION_WORDS", "SETTING_WORDS"),
)


@dataclass(frozen=True)
class Scheme:
    """A scheme. name : of its folder, of the address and of the command. folder : where its files are."""

    name: str
    folder: Path

    def has(self, part: str) -> bool:
        """Return whether the folder has a module of this name."""
        return find_spec(f"schemes.{self.name}.{part}") is not None

    def module(self, part: str) -> ModuleType:
        """Return a module of the folder. Raises ModuleNotFoundError if there is none."""
        return import_module(f"schemes.{self.name}.{part}")

    def _given(self, part: str, name: str, default: object) -> Any:
        """Return what a module gives under a name; the default if the folder has no such module, or no such name."""
        return getattr(self.module(part), name, default) if self.has(part) else default

    @property
    def title(self) -> str:
        """Its name for people, an English message."""
        title: str = self.module(WORDS).TITLE
        return title

    @property
    def order(self) -> int:
        """Its place among the schemes."""
        order: int = self.module(WORDS).ORDER
        return order

    def words(self, kind: str) -> Mapping[str, str]:
        """Return one of WORD_KINDS: code -> English message."""
        words: Mapping[str, str] = getattr(self.module(WORDS), kind, {})
        return words

    def word(self, code: str) -> str:
        """Return the English message of a code, of whatever kind; the code itself if the scheme has no word for it."""
        from schemes.words import BY_WORDS, DOCUMENT_WORDS, REASON_WORDS, VERDICT_WORDS

        shared = (REASON_WORDS, VERDICT_WORDS, BY_WORDS, DOCUMENT_WORDS)
        return next((words[code] for words in (*map(self.words, WORD_KINDS), *shared) if code in words), code)

    @cached_property
    def contract(self) -> "tuple[Table, ...]":
        """Its tables in the order of upload, as the contract knows them."""
        from data.model.contract import read_tables

        return tuple(read_tables(self.folder / TABLES))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of its tables, in the order of upload; each is the kind of upload too."""
        return tuple(table.name for table in self.contract)

    @property
    def measures(self) -> "Sequence[Measure[Any]]":
        """What it measures."""
        measures: Sequence[Measure[Any]] = self.module(MEASURES).MEASURES
        return measures

    @property
    def settings(self) -> Any:
        """Its settings without a file of rules: the kinds and defaults of all that such a file may set."""
        return self.module(MEASURES).SETTINGS

    @cached_property
    def default_rules(self) -> "Rules[Any]":
        """The rules that it comes with."""
        from schemes.rules import default_rules

        return default_rules(self.name, self.settings)

    def attention(self, frames: "Frames", asked: "Asked", settings: Any) -> "pd.DataFrame":
        """Return what has to be done: `schemes.frame.ATTENTION`."""
        listed: pd.DataFrame = self.module(MEASURES).attention(frames, asked, settings)
        return listed

    @property
    def due_days(self) -> ModuleType | None:
        """The module that sets due days, where terms run."""
        return self.module(DUE_DAYS) if self.has(DUE_DAYS) else None

    @property
    def view(self) -> Callable[..., None] | None:
        """Its page; only pages ask for it, as it loads Streamlit."""
        view: Callable[..., None] | None = self._given(PAGE, "view", None)
        return view

    @property
    def documents(self) -> Mapping[str, Callable[..., Any]]:
        """Its documents by period ("month", "quarter", "year") or by a name of its own."""
        documents: Mapping[str, Callable[..., Any]] = self._given(DOCUMENTS, "DOCUMENTS", {})
        return documents

    @property
    def commands(self) -> Mapping[str, Callable[..., Any]]:
        """What it adds to its command, by the word that asks for it."""
        commands: Mapping[str, Callable[..., Any]] = self._given(COMMANDS, "COMMANDS", {})
        return commands

    @property
    def demo(self) -> Callable[..., Sequence[Any]] | None:
        """The files of its demonstration."""
        demo: Callable[..., Sequence[Any]] | None = self._given(DEMO, "files", None)
        return demo

    @property
    def dossier(self) -> Callable[..., "pd.DataFrame"] | None:
        """Its rows in the dossier of a unit."""
        dossier: Callable[..., pd.DataFrame] | None = self._given(MEASURES, "dossier", None)
        return dossier

    @property
    def timeline(self) -> Callable[..., "pd.DataFrame"] | None:
        """Its events in the timeline of a unit."""
        timeline: Callable[..., pd.DataFrame] | None = self._given(MEASURES, "timeline", None)
        return timeline
