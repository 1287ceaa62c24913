"""Help in the language of the call: the texts of the commands and the words that Typer adds."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from cli.examples import EXAMPLES
from i18n import N_, translate

WORDS_OF_TYPER = (
    *(N_("Arguments"), N_("Options"), N_("Commands"), N_("Show this message and exit.")),
    N_("Install completion for the current shell."),
    N_("Show completion for the current shell, to copy it or customize the installation."),
)
USAGE = N_("Usage: ")
REMARKS = {
    re.compile(r"\[required\]"): N_("[required]"),
    re.compile(r"\[default: (.*)\]"): N_("[default: {0}]"),
}


EXAMPLES_HEADING = N_("Examples")


def translate_help(command: Any, language: str, path: str = "biaochi") -> None:
    """Put the help of a command and of everything below it into the language, and add its examples."""
    for name in ("help", "short_help"):
        text = getattr(command, name, None)
        if text:
            setattr(command, name, translate(text, language))
    if hasattr(command, "context_class"):
        command.context_class = _context(command.context_class, language)
    if path in EXAMPLES:
        command.format_epilog = partial(_write_examples, EXAMPLES[path])
    for part in getattr(command, "params", ()):
        translate_help(part, language, "")
    for name, part in getattr(command, "commands", {}).items():
        translate_help(part, language, f"{path} {name}")


def _write_examples(calls: Sequence[str], _context: Any, formatter: Any) -> None:
    """Write the calls below a heading, unwrapped, so that each can be copied."""
    with formatter.section(EXAMPLES_HEADING):
        for call in calls:
            formatter.write(f"{'':>{formatter.current_indent}}{call}\n")


def _context(original: Any, language: str) -> type:
    """The context of a command whose help Typer lays out and we word."""
    layout: Any = original.formatter_class

    def write_usage(self: Any, prog: str, args: str = "", prefix: str | None = None) -> None:
        layout.write_usage(self, prog, args, translate(USAGE, language))

    def write_heading(self: Any, heading: str) -> None:
        layout.write_heading(self, translate(heading, language))

    def write_dl(self: Any, rows: Sequence[tuple[str, str]], **how: Any) -> None:
        layout.write_dl(self, [(name, _worded(text, language)) for name, text in rows], **how)

    own = {"write_usage": write_usage, "write_heading": write_heading, "write_dl": write_dl}
    return type(original.__name__, (original,), {"formatter_class": type(layout.__name__, (layout,), own)})


def _worded(text: str, language: str) -> str:
    """Translate the remarks that Typer appends to the description of an option."""
    text = translate(text, language)
    for pattern, words in REMARKS.items():
        for found in pattern.finditer(text):
            text = text.replace(found.group(), translate(words, language).format(*found.groups()))
    return text
