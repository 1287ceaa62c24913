"""A scheme as the rest of the product knows it: what its folder gives, each part loaded when it is first asked for.

The command line never loads a page, and a page never loads the demonstration: only `words` is read to list schemes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from data.model.contract import Table
    from data.store.release import Release
    from results.contributions import PostedList
    from schemes.command import Command
    from schemes.frame import Asked, Frames, Measure
    from schemes.rules import Rules

TABLES, WORDS, MEASURES, DUE_DAYS = "tables.csv", "words", "measures", "due_days"
PAGE, DOCUMENTS, DEMO, COMMANDS, CHECKS = "page", "documents", "demo", "commands", "checks"
WORDS_OF = {
    "measure": "MEASURE_WORDS",
    "counts": "COUNT_WORDS",
    "of_what": "COUNT_WORDS",
    "what": "ATTENTION_WORDS",
    "state": "STATE_WORDS",
    "result": "RESULT_WORDS",
    "verdict": "VERDICT_WORDS",
    "reason": "REASON_WORDS",
    "why_no_interval": "REASON_WORDS",
    "by": "BY_WORDS",
}
"""Column -> the words for its codes: of the scheme, or those that all schemes share."""
WORD_KINDS = (
    *("MEASURE_WORDS", "COUNT_WORDS", "ATTENTION_WORDS", "STATE_WORDS", "RESULT_WORDS", "VERDICT_WORDS"),
    *("REASON_WORDS", "BY_WORDS", "SECTION_WORDS", "SETTING_WORDS", "TIMELINE_WORDS"),
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
        """Return the words of a kind, those that all schemes share included: code -> English message."""
        return {**getattr(import_module("schemes.words"), kind, {}), **getattr(self.module(WORDS), kind, {})}

    def word(self, code: str, column: str = "") -> str:
        """Return the English message of a code; the code itself if there is no word for it.

        column : of WORDS_OF, where a code may mean two things: what is counted and not sampled is a verdict, and the
        reason why there is no interval.
        """
        kinds = (WORDS_OF[column],) if column else WORD_KINDS
        return next((words[code] for words in map(self.words, kinds) if code in words), code)

    def corrections(self, chosen: Any) -> "Sequence[Any]":
        """Return what has changed in closed months since their circulars (`schemes.printed_months.Correction`)."""
        from schemes.printed_months import corrections

        return corrections(chosen)

    def document_word(self, kind: str) -> str:
        """Return the English message for a kind of document."""
        return self.words("DOCUMENT_WORDS").get(kind, kind)

    @cached_property
    def contract(self) -> "tuple[Table, ...]":
        """Its tables in the order of upload, as the contract knows them."""
        from data.model.contract import read_tables

        return tuple(read_tables(self.folder / TABLES))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of its tables, in the order of upload; each is the kind of upload too."""
        return tuple(table.kind for table in self.contract)

    @property
    def of_evaluation(self) -> bool:
        """Whether its page, its lines of the dossier and its files of a bundle are those of the evaluation."""
        own: bool = getattr(self.module(WORDS), "OF_EVALUATION", False)
        return own

    @property
    def measures(self) -> "Sequence[Measure[Any]]":
        """What it measures."""
        measures: Sequence[Measure[Any]] = self.module(MEASURES).MEASURES
        return measures

    def latest_day(self, release: "Release") -> date | None:
        """Return the newest day that its tables speak of; None if the release has none of them."""
        from schemes.registers import latest_day

        return latest_day(self, release)

    def year_rows(self, release: "Release", year: int) -> "pd.DataFrame":
        """Return the rows of all its measures for a year, in total, by unit, by place and by month."""
        from schemes.chosen import year_rows

        return year_rows(self, release, year)

    def public_rows(self, release: "Release", year: int) -> "pd.DataFrame":
        """Return the rows of a year that may be published once they are judged."""
        from schemes.chosen import public_rows

        return public_rows(self, release, year)

    @property
    def posts(self) -> bool:
        """Whether it posts a list for everybody, whose entries may have a redacted text; its words say so."""
        return bool(getattr(self.module(WORDS), "POSTS", False))

    def original_texts(self, release: "Release", year: int) -> Mapping[str, str]:
        """Return item -> its text as delivered, of the list that it posts of a year; inside the house only."""
        write = self._given(DOCUMENTS, "original_texts", None)
        if write is None or self.latest_day(release) is None:
            return {}
        from schemes.chosen import of_year

        texts: Mapping[str, str] = write(of_year(self, release, year))
        return texts

    def posted(self, release: "Release", year: int, language: str) -> "PostedList | None":
        """Return the list that it posts for everybody, of a year; None if it posts none, or has no tables."""
        write = self._given(DOCUMENTS, "posted_list", None) if self.posts else None
        day = self.latest_day(release) if write is not None else None
        if write is None or day is None:
            return None
        from schemes.chosen import of_year

        posted: PostedList | None = write(of_year(self, release, year), language)
        return posted

    def names(self, release: "Release", day: date) -> Mapping[str, str]:
        """Return code -> name of the units and places that rows may name."""
        from schemes.registers import names

        return names(release, day)

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
    def checks(self) -> Mapping[str, Callable[..., Any]]:
        """What the rows of its tables must agree with in other tables, by table: `AcrossTables` with its settings."""
        checks: Mapping[str, Callable[..., Any]] = self._given(CHECKS, "CHECKS", {})
        return checks

    @property
    def view(self) -> Callable[..., None] | None:
        """Its page; only pages ask for it, as it loads Streamlit."""
        view: Callable[..., None] | None = self._given(PAGE, "view", None)
        return view

    @property
    def documents(self) -> Mapping[str, Callable[..., Any]]:
        """Its documents by period ("month", "quarter", "year") or by another name."""
        documents: Mapping[str, Callable[..., Any]] = self._given(DOCUMENTS, "DOCUMENTS", {})
        return documents

    @property
    def items(self) -> Mapping[str, Callable[..., Mapping[str, str]]]:
        """The items that a document may be about, by the document: a question -> number and name of each."""
        items: Mapping[str, Callable[..., Mapping[str, str]]] = self._given(DOCUMENTS, "ITEMS", {})
        return items

    @property
    def commands(self) -> "Mapping[str, Command]":
        """What it adds to its command, by the word that asks for it."""
        commands: Mapping[str, Command] = self._given(COMMANDS, "COMMANDS", {})
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
