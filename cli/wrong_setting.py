"""A setting that is wrong, in the language of the call; imports no command, since those read settings themselves."""

import sys
from collections.abc import Sequence

import settings
from exit_codes import ExitCode
from i18n import LANGUAGES, translate


def report(refused: settings.InvalidSettingError, arguments: Sequence[str]) -> int:
    """Print what is wrong, and return the exit code."""
    language = language_of(arguments, settings.asked_language())
    print(translate(refused.message, language).format(**refused.facts), file=sys.stderr)
    return ExitCode.WRONG_USAGE


def language_of(arguments: Sequence[str], default: str) -> str:
    """Return the language asked for, before the arguments are parsed: help needs it."""
    for number, word in enumerate(arguments):
        value = word.removeprefix("--lang=")
        if word == "--lang" and number + 1 < len(arguments):
            value = arguments[number + 1]
        if value in LANGUAGES and word.startswith("--lang"):
            return value
    return default
