"""What every command works with: the store and language of this call, its exit codes, its common options."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import settings
from errors import BiaochiError
from exit_codes import ExitCode
from i18n import N_, translate

if TYPE_CHECKING:
    from data.intake.context import Claims
    from data.store import Store
    from results.ranking.component_sources import Source

DONE, CHECK_FAILED, WRONG_USAGE, FILE_PROBLEMS, WARNINGS, BUSY, NOT_ALLOWED, OUR_BUG, INTERRUPTED = ExitCode


FORMATS = ("csv", "json", "xlsx")


LONGEST_ROUND = 40
NOT_IN_A_NAME = frozenset('/\\:*?"<>|')  # a round's name becomes part of file names


RoundId = Annotated[str, typer.Option("--round", help=N_("Round, for instance 2025."))]
Category = Annotated[str | None, typer.Option(metavar="C|ALL", help=N_("Category."))]
ReleaseId = Annotated[str | None, typer.Option("--release", metavar="ID", help=N_("Release."))]
Format = Annotated[str, typer.Option("--format", help=N_("csv, json or xlsx."))]
Output = Annotated[Path | None, typer.Option("-o", "--output", help=N_("Write to this file, not to stdout."))]


def note(text: str) -> None:
    """Print a line to stderr. Where that cannot be written the exit code alone says what happened."""
    with suppress(OSError):
        print(text, file=sys.stderr)


class CommandError(BiaochiError):
    """A call that is not carried out; says why in a sentence of ours."""

    def __init__(self, message: str, exit_code: ExitCode = WRONG_USAGE, /, **facts: object) -> None:
        super().__init__(message, **facts)
        self.exit_code = exit_code


class Session:
    """What one call works with: the store, the language, and where its words go."""

    def __init__(self) -> None:
        self.path, self.language = Path(), "zh"
        self.warned = False  # of the clock, once in a call
        self.settings: settings.Settings
        self.named = False  # whether the call names another store than the settings

    def begin(self, known: settings.Settings, language: str) -> None:
        """A new call begins."""
        self.path, self.language, self.settings = known.store, language, known
        self.warned = self.named = False

    def change_store(self, path: Path) -> None:
        """The call names its store: accounts, sign-in and two people are those of this store."""
        self.named = path != self.settings.store
        if self.named:
            self.path, self.settings = path, settings.of_store(path)

    def store(self, *, new: bool = False) -> "Store":
        """The store of this call; schemes offer what a score may take from them. new: it may be gone."""
        from data.store import Store
        from data.store.presence import CLOCK_BACK, clock_back, refuse_gone
        from results.ranking.component_sources import offer

        offer(_sources)
        if self.settings.login and not self.named and not new:
            refuse_gone(self.path, self.settings.accounts)
        if (facts := clock_back(self.path)) and not self.warned:
            self.say(CLOCK_BACK, **facts)
            self.warned = True
        key = self.settings.signing_key
        return Store(self.path, threads=self.settings.threads, claims=_claims, signing_key=key)

    def say(self, message: str, **facts: object) -> None:
        """One message to stderr."""
        note(translate(message, self.language).format(**facts))


def _claims(store: "Store") -> "Claims":
    """What the evaluation allows to be stated, for an import that asks."""
    from results.ranking.allowed_accountability import ReleaseClaims

    return ReleaseClaims(store)


def _sources() -> "Mapping[str, Source]":
    """Measures that a rule set may take as a component of the official score."""
    from schemes.component_sources import sources

    return sources()


session = Session()


def check_files(files: Sequence[Path]) -> None:
    """Refuse a file that there is not, before any is read."""
    from data.store.inbox import FOLDER

    for file in files:
        if file.is_dir():
            raise CommandError(
                N_(
                    "{path} is a folder. Name its files, all of one kind and round, such as {path}/*.xlsx; or put them "
                    "into {inbox} and choose them on the page Upload."
                ),
                path=file,
                inbox=session.path / FOLDER,
            )
        if not file.is_file():
            raise CommandError(N_("There is no file {path}."), path=file)


def checked_round(round_id: str) -> str:
    """Return the name of a round without surrounding blanks; refuse a name that cannot be displayed."""
    name = round_id.strip()
    if not name or len(name) > LONGEST_ROUND or not name.isprintable() or set(name) & NOT_IN_A_NAME or name == "..":
        raise CommandError(
            N_("The name of a round has 1 to {limit} visible characters, none of {signs}; it is {name}."),
            limit=LONGEST_ROUND,
            signs=" ".join(sorted(NOT_IN_A_NAME)),
            name=round_id,
        )
    return name


def text_of(file: Path) -> str:
    """The text of a rules file."""
    check_files([file])
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(N_("The file {path} should be UTF-8."), FILE_PROBLEMS, path=file) from None


@contextmanager
def progress(what: str) -> Iterator[Callable[[float, str], None]]:
    """A bar on a terminal while something takes long, moved by what is yielded; nothing otherwise."""
    if not sys.stderr.isatty():
        yield lambda share, doing: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(translate(what, session.language), total=None)
        yield lambda share, doing: bar.update(
            task, total=1.0, completed=share, description=translate(doing, session.language)
        )
