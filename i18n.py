"""Translation of the product's texts: message ids are English, catalogues are under locales/.

The .po files are compiled in memory at first use, so there is no build step and no stale .mo.
`python -m i18n` (make messages) extracts the messages and carries the translations over.
"""

import csv
import gettext
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent
DOMAIN = "biaochi"
LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh_CN", "en": "en"}

KEYWORDS = {
    "_": None,
    "N_": None,
    "translate": (1,),
    "ngettext": (1, 2),
    "UsageError": (1,),
    "StoreDamagedError": (1,),
    "InvalidSettingError": (1,),
    "Damage": (1,),
}
# Patterns of the tables of the product that hold messages, and the columns that do.
COLUMN_TABLES = {
    "results/fields.csv": ("header", "meaning"),
    "data/model/contract.csv": ("table_en",),
    "schemes/*/tables.csv": ("table_en",),
}
# Folders without messages of the product.
SKIPPED = {"tests", "bench", "var", "build", "docs", "locales", "node_modules"}


@dataclass(frozen=True)
class Punctuation:
    """Punctuation of a language with its spaces. listed: between the items of a list. gap: between sentences."""

    listed: str
    comma: str
    semicolon: str
    colon: str
    gap: str
    brackets: tuple[str, str]


PUNCTUATION = {
    "zh": Punctuation("、", "，", "；", "：", "", ("（", "）")),
    "en": Punctuation(", ", ", ", "; ", ": ", " ", (" (", ")")),
}

_PLURALS = {
    "zh_CN": "nplurals=1; plural=0;",
    "en": "nplurals=2; plural=(n != 1);",
}
_HEADER = """\
# {title}
# Written by `make messages`; translate between the quotes of msgstr, change nothing else.
msgid ""
msgstr ""
"Project-Id-Version: biaochi\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def N_(message: str) -> str:
    """Mark a message that is translated later, where the language is known."""
    return message


def translate(message: str, language: str) -> str:
    """Return the message in one of LANGUAGES; the English text where there is no translation."""
    # gettext returns the catalogue's header for the empty string.
    return _catalogue(language).gettext(message) if message else ""


def join(parts: Iterable[str], language: str) -> str:
    """Join the items of a list with the language's separator."""
    return PUNCTUATION[language].listed.join(parts)


def ngettext(singular: str, plural: str, count: int, language: str) -> str:
    """Return the form of a message that fits a count, not yet formatted."""
    return _catalogue(language).ngettext(singular, plural, count)


def catalogue_path(language: str) -> Path:
    """Return the path of the .po file of a language."""
    return ROOT / "locales" / LOCALES[language] / "LC_MESSAGES" / f"{DOMAIN}.po"


def template_path() -> Path:
    """Return the path of the .pot file: every message, no translation."""
    return ROOT / "locales" / f"{DOMAIN}.pot"


def read_catalogue(language: str) -> Catalog:
    """Read the catalogue as written, for tests and for the update."""
    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=LOCALES[language])
    with path.open("rb") as file:
        return read_po(file, locale=LOCALES[language], domain=DOMAIN)


def extract_messages() -> Catalog:
    """Extract every message of the code, sorted by its English."""
    catalog = Catalog()
    messages = extract_from_dir(ROOT, [("**.py", "python")], keywords=KEYWORDS, directory_filter=_holds_messages)
    for _, _, message, _, _ in messages:
        catalog.add(message)
    for message in _column_messages():
        catalog.add(message)
    return catalog


def column_tables() -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield each table of the product that holds messages, with the columns that do."""
    for pattern, columns in COLUMN_TABLES.items():
        for path in sorted(ROOT.glob(pattern)):
            yield path, columns


def _column_messages() -> Iterator[str]:
    """Yield the messages of the column tables, which no call of `_` names."""
    for path, columns in column_tables():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from filter(None, (row[column] for column in columns))


def rendered_files(extracted: Catalog | None = None) -> Iterator[tuple[Path, bytes]]:
    """Yield the current content of the template and the catalogues: path and bytes. extracted: every message."""
    messages = extracted or extract_messages()
    yield template_path(), _rendered(messages, "Every message of 标尺 Biaochi", "")
    for language, locale in LOCALES.items():
        merged = _merged(messages, read_catalogue(language))
        plurals = f'"Language: {locale}\\n"\n"Plural-Forms: {_PLURALS[locale]}\\n"\n'
        yield catalogue_path(language), _rendered(merged, f"标尺 Biaochi: {locale}", plurals)


def update_catalogues() -> None:
    """Rewrite the template and the catalogues; same input, same bytes."""
    for path, content in rendered_files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _catalogue.cache_clear()


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.GNUTranslations:
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _holds_messages(folder: str | Path) -> bool:
    name = Path(folder).name
    return name not in SKIPPED and not name.startswith((".", "__")) and ".egg-info" not in name


def _merged(messages: Catalog, old: Catalog) -> Catalog:
    """Merge the current messages with the existing translations.

    A translation whose message is gone stays at the end as obsolete, and comes back with it: two
    people who work on different pages do not lose each other's words.
    """
    merged = Catalog(locale=old.locale)
    known = {message.id: message for message in _translated(old)}
    for message in messages:
        if message.id:
            before = known.pop(message.id, None)
            merged.add(message.id, before.string if before else None)
    merged.obsolete.update((_key(message), message) for message in known.values())
    return merged


def _translated(catalog: Catalog) -> Iterator[Message]:
    for message in [*catalog, *catalog.obsolete.values()]:
        text = message.string if isinstance(message.string, str) else "".join(message.string)
        if message.id and text:
            yield message


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _rendered(catalog: Catalog, title: str, plurals: str) -> bytes:
    """Return PO text without dates, tool names or line numbers, so that a diff shows words only."""
    body = io.BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    header = _HEADER.format(title=title) + plurals + "\n"
    return header.encode() + body.getvalue().strip(b"\n") + b"\n"


if __name__ == "__main__":
    update_catalogues()
