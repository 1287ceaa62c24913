"""Document model: sections with paragraphs and tables, independent of methods and formats.

Every text is already in the reader's language. A writer shows texts as they are: nothing in them is markup.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Protocol

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""Creation time in every file, fixed so that the same content gives the same bytes."""


@dataclass(frozen=True)
class Bar:
    """Range of places to draw: best to worst of `count`, the rank itself, and where the last k begin."""

    best: int
    worst: int
    rank: int
    count: int
    line: float | None
    verdict: str


@dataclass(frozen=True)
class Row:
    """Line of a table: its cells by column, the range to draw in `places`, a sentence below that names nobody.

    tier: code of the verdict, else ''.
    """

    cells: Mapping[str, str]
    bar: Bar | None = None
    statement: str = ""
    tier: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of a kind of `formats.table_kinds` under their headers."""

    kind: str
    headers: Mapping[str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    """Section: a heading of level 1 to 3 (none: ''), paragraphs, and a table.

    tier: the verdict that its heading speaks of, else ''. A row of another verdict is refused: units under the
    heading of accountability are confirmed, whoever builds the section.
    """

    heading: str = ""
    level: int = 1
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    tier: str = ""

    def __post_init__(self) -> None:
        """Refuse a row whose verdict is not that of the heading."""
        if self.tier and self.table and any(row.tier != self.tier for row in self.table.rows):
            raise ValueError(f"a row under the heading of the {self.tier} has another verdict")


@dataclass(frozen=True)
class Form:
    """Parts of an official paper around its text (GB/T 9704-2012), as printed; '' and () are omitted.

    mark: head in red, else the office. number: of the paper. signer: who signed off. recipients: who it is sent to.
    copies_to: who gets a copy. printed_by, printed_on: the last line. sealed: the office and its date leave room for a
    seal. city: before the release on every page.
    """

    office: str = ""
    date: str = ""
    mark: str = ""
    number: str = ""
    signer: str = ""
    copy_number: str = ""
    classification: str = ""
    term: str = ""
    recipients: str = ""
    attachments: tuple[str, ...] = ()
    copies_to: str = ""
    printed_by: str = ""
    printed_on: str = ""
    sealed: bool = False
    city: str = ""


@dataclass(frozen=True)
class Document:
    """Document to be written as PDF, Word or data.

    kind: a code. secrecy: the stamp of an internal document, else ''. stamp: what must not be overlooked (draft,
    demonstration data ...), else ''. release, rules: what it was computed from; footer: both, on every page.
    about: where it comes from, and the command that makes it again. form: the parts around the text; labels: the words
    before some of them. subject: the unit of a dossier, for the name of its file, else ''.
    """

    kind: str
    language: str
    title: str
    secrecy: str
    stamp: str
    sections: tuple[Section, ...]
    about: tuple[str, ...]
    footer: str
    release: str
    rules: str
    form: Form = Form()
    labels: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""

    def as_data(self) -> dict[str, object]:
        """Return the document as dictionaries and lists."""
        return asdict(self)

    def tables(self) -> list[Table]:
        """Return its tables in order."""
        return [section.table for section in self.sections if section.table is not None]

    def rows(self) -> int:
        """Return the number of lines of all its tables."""
        return sum(len(table.rows) for table in self.tables())


class Filed(Protocol):
    """What names its file: a document or a brief."""

    @property
    def kind(self) -> str:
        """Return the code of its kind."""

    @property
    def subject(self) -> str:
        """Return the unit that it is about, else ''."""


def file_stem(document: Filed, round_id: str) -> str:
    """Return the name of its file without ending: a dossier bears the name of its unit."""
    subject = "".join(" " if c in '\\/:*?"<>|' else c for c in document.subject)[:60]
    return "-".join(filter(None, (" ".join(subject.split()).strip(". ") or document.kind, plain(round_id))))


def is_mark(character: str) -> bool:
    """Return whether Unicode keeps a character for programs; `formats/template_guard.py` marks places with them."""
    return "\ufdd0" <= character <= "\ufdef"


def plain(text: object) -> str:
    """Return a name from a file as a single line of visible characters; characters that Unicode never assigns go."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") and not is_mark(c) else " " for c in str(text))
    return " ".join("".join(kept).split())
