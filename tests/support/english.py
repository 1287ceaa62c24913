"""Count of banned words in docstrings, comments, messages, English documentation and templates.

Use: `python -m tests.support.english [--update] [--list ROOM]`.

The words are metaphors for what a system does, or vague words where a plain one exists. Counts are kept for each room
in tests/english_ratchet.json and may only go down.
"""

import argparse
import ast
import csv
import io
import json
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import i18n

RATCHET = i18n.ROOT / "tests" / "english_ratchet.json"
KINDS = ("message", "first line", "docstring", "comment", "document")
PACKAGES = (
    "access",
    "analytics",
    "api",
    "bench",
    "cli",
    "data",
    "formats",
    "pages",
    "reports",
    "results",
    "schemes",
    "tools",
    "ui",
)
DOCUMENTS = ("*.md", "docs/**/*.md")
CHINESE = ("README.md", "docs/method/zh.md")
MODULES = ("app.py", "errors.py", "i18n.py", "problems.py", "settings.py", "start.py")

BANNED = re.compile(
    r"\b(told|said|stands|lies|leaves? the house|let(?:s|ting)? go|hand(?:s|ed|ing)? out"
    r"|beside|anew|whole|own|found|made|none of no"
    # The pronoun only: "one unit" counts units, "the one that" hides what it is.
    r"|(?:the|other|another|this|that|each|every|which) one"
    r"|one(?=[.,;:)]|$|\s+(?:is|was|has|that|which|who|to|in|and|or)\b))\b",
    re.IGNORECASE,
)
# Terms that a plain word would replace badly; each is blanked before the words are counted.
# "Change found" is a header of exported tables: scripts read it.
TERMS = re.compile(
    r"\b(whole numbers?|one another|one by one|change found)\b",
    re.IGNORECASE,
)


class Text(NamedTuple):
    """A text of the code that a person reads."""

    kind: str
    path: Path
    line: int
    text: str


def sources() -> Iterator[tuple[str, Path]]:
    """Yield every file of the product with English text, and the room it belongs to."""
    for name in MODULES:
        yield name, i18n.ROOT / name
    for package in PACKAGES:
        for path in sorted((i18n.ROOT / package).rglob("*")):
            if path.suffix in READERS and path.suffix not in (".csv", ".md"):
                yield room_of(path), path
    for path, _ in i18n.column_tables():
        yield room_of(path), path
    for path in english_documents():
        yield room_of(path), path


def english_documents() -> list[Path]:
    """Return the Markdown files that people read in English, sorted."""
    paths = {path.relative_to(i18n.ROOT) for pattern in DOCUMENTS for path in i18n.ROOT.glob(pattern)}
    return [i18n.ROOT / path for path in sorted(paths) if str(path) not in CHINESE and not path.match("*.zh.md")]


def room_of(path: Path) -> str:
    """Return the folder that a file is counted under: two levels in data, results and reports, else the first."""
    parts = path.relative_to(i18n.ROOT).parts
    deep = parts[0] in ("data", "results", "ui", "pages") and len(parts) > 2
    return "/".join(parts[:2]) if deep else parts[0]


def texts(path: Path) -> Iterator[Text]:
    """Yield the texts of a file that a person reads."""
    yield from READERS[path.suffix](path, path.read_text(encoding="utf-8"))


def _lines(path: Path, source: str, kind: str, pattern: str) -> Iterator[Text]:
    """Yield what the pattern captures in each line."""
    for number, line in enumerate(source.splitlines(), start=1):
        for match in re.finditer(pattern, line):
            yield Text(kind, path, number, match.group(1))


def _markdown(path: Path, source: str) -> Iterator[Text]:
    """Yield the paragraphs of a page without code blocks; a metaphor may run over the end of a line."""
    prose = re.sub(r"^ *```.*?^ *```", lambda block: "\n" * block.group().count("\n"), source, flags=re.M | re.S)
    for block in re.finditer(r"(?:.+\n?)+", prose):
        yield Text("document", path, prose.count("\n", 0, block.start()) + 1, block.group())


def _table(path: Path, source: str) -> Iterator[Text]:
    """Yield the messages of a table of columns, such as headers and meanings."""
    columns = dict(i18n.column_tables())[path]
    for number, row in enumerate(csv.DictReader(io.StringIO(source)), start=2):
        yield Text("message", path, number, ". ".join(row[column] for column in columns))


def _python(path: Path, source: str) -> Iterator[Text]:
    """Yield docstrings, messages and, where one has a banned word, the comments."""
    tree = ast.parse(source)
    yield from _docstrings(path, tree)
    yield from _messages(path, tree)
    if not any(map(_may_be_banned, source.splitlines())):
        return  # to find where comments begin takes longer than all the rest
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Text("comment", path, token.start[0], token.string)


def _may_be_banned(line: str) -> bool:
    """Return whether a comment on this line, wherever it begins, would have a banned word."""
    return any(banned_words(line[mark.start() :]) for mark in re.finditer("#", line))


def _docstrings(path: Path, tree: ast.Module) -> Iterator[Text]:
    """Yield docstrings, also those below an assignment."""
    for body in (getattr(node, "body", []) for node in ast.walk(tree)):
        for statement in body if isinstance(body, list) else []:
            value = getattr(statement, "value", None)
            if isinstance(statement, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                first, _, rest = value.value.strip().partition("\n\n")
                yield Text("first line", path, statement.lineno, first)
                yield Text("docstring", path, statement.lineno, rest)


def _messages(path: Path, tree: ast.Module) -> Iterator[Text]:
    """Yield what gettext extracts: the constant arguments of the functions in i18n.KEYWORDS."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name not in i18n.KEYWORDS:
            continue
        positions = i18n.KEYWORDS[name] or (1,)
        for argument in [call.args[at - 1] for at in positions if at <= len(call.args)]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield Text("message", path, argument.lineno, argument.value)


READERS: dict[str, Callable[[Path, str], Iterator[Text]]] = {
    ".py": _python,
    ".sql": lambda path, source: _lines(path, source, "comment", "--(.*)"),
    ".typ": lambda path, source: _lines(path, source, "comment", "//(.*)"),
    ".html": lambda path, source: _lines(path, source, "comment", r"\{#(.*?)#\}"),
    ".md": _markdown,
    ".csv": _table,
}


def banned_words(text: str) -> list[str]:
    """Return the banned words of a text in lower case; placeholders in braces do not count."""
    plain = TERMS.sub(" ", re.sub(r"\{\w*\}|`[^`]*`", " ", text))
    return [match.group().lower() for match in BANNED.finditer(plain)]


def counts() -> dict[str, dict[str, int]]:
    """Return room -> kind -> number of banned words; kinds without any are left out."""
    totals: Counter[tuple[str, str]] = Counter()
    for room, path in sources():
        for text in texts(path):
            totals[room, text.kind] += len(banned_words(text.text))
    rooms = sorted({room for room, _ in totals})
    return {room: kept for room in rooms if (kept := {k: totals[room, k] for k in KINDS if totals[room, k]})}


def kept_counts() -> dict[str, dict[str, int]]:
    """Return the counts of the ratchet file."""
    counts_by_room: dict[str, dict[str, int]] = json.loads(RATCHET.read_text(encoding="utf-8"))
    return counts_by_room


def excess(now: dict[str, dict[str, int]], kept: dict[str, dict[str, int]]) -> list[str]:
    """Return a line for each room and kind that has more banned words than the ratchet file allows."""
    return [
        f"{room}, {kind}: {number}, allowed {kept.get(room, {}).get(kind, 0)}"
        for room, kinds in now.items()
        for kind, number in kinds.items()
        if number > kept.get(room, {}).get(kind, 0)
    ]


def main() -> None:
    """Print the counts, list the places of a room, or write lower counts to the ratchet file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the counts; refuse if a count went up")
    parser.add_argument("--list", metavar="ROOM", help="print each place of a room, or of every room below a folder")
    options = parser.parse_args()
    if options.list:
        for room, path in sources():
            for text in texts(path) if f"{room}/".startswith(f"{options.list.rstrip('/')}/") else []:
                if words := banned_words(text.text):
                    place = f"{path.relative_to(i18n.ROOT)}:{text.line}"
                    print(f"{place} [{text.kind}] {','.join(words)}: {' '.join(text.text.split())}")
        return
    now = counts()
    if options.update:
        if RATCHET.is_file() and (worse := excess(now, kept_counts())):
            raise SystemExit("The counts went up:\n" + "\n".join(worse))
        RATCHET.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    for room, kinds in now.items():
        print(room, " ".join(f"{kind}: {number}" for kind, number in kinds.items()))


if __name__ == "__main__":
    main()
