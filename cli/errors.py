"""Every failure as a sentence and an exit code."""

import re
import secrets
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from typer.exceptions import TyperException

from cli.context import OUR_BUG, WRONG_USAGE, note, session
from errors import BiaochiError
from i18n import N_, PUNCTUATION, translate

if TYPE_CHECKING:
    from problems import Problem


def failed(error: Exception, debug: bool) -> int:
    """The exit code of an exception, its sentence on stderr."""
    if isinstance(error, TyperException):
        return _wrong_usage(error)
    try:
        code = _known_failure(error)
    except Exception as second:
        return _unexpected(second, debug)
    return _unexpected(error, debug) if code is None else code


def _known_failure(error: Exception) -> int | None:
    """Exit code of what we or the machine refuse; None for what nobody foresaw."""
    if isinstance(error, BiaochiError):
        return _refused(error)
    from data.duckdb_access import refusal_of

    refusal = refusal_of(error, session.path)
    return None if refusal is None else _refused(refusal)


def _refused(error: BiaochiError) -> int:
    """Every problem with its place and cure, or the sentence and its details."""
    lines = [line(problem, session.language) for problem in error.problems] or error.sentences(session.language)
    for text in lines:
        note(text)
    return error.exit_code


def line(problem: "Problem", language: str) -> str:
    """One problem as one line: level, place, what is wrong, what to do."""
    from problems import LEVELS

    return sentence([translate(LEVELS[problem.level], language), problem.place(language)], problem, language)


def sentence(parts: Sequence[str], problem: "Problem", language: str) -> str:
    """Level and place as given, then what is wrong and what to do."""
    signs = PUNCTUATION[language]
    words = f"{problem.message(language)}{signs.gap}{problem.suggestion(language)}"
    return signs.colon.join([*filter(None, parts), words])


def _unexpected(error: Exception, debug: bool) -> int:
    """Our bug: a reference for the report; the traceback only where someone asked for it."""
    if debug:
        traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    reference = f"{type(error).__name__}@{Path(place.filename).name}:{place.lineno}"
    session.say(
        N_("Something went wrong inside the program. Reference for the report: {reference}"),
        reference=f"{secrets.token_hex(4)} {reference}",
    )
    return OUR_BUG


# Sentences of Typer: by the class of the error, then by their pattern.
_USAGE = {
    "MissingParameter": N_("{name} must be given."),
    "NoSuchOption": N_("There is no option {name}."),
}
_DETAILS = {
    re.compile(r"No such command '(?P<name>.*)'\."): N_("There is no command {name}."),
    re.compile(r"Missing command\."): N_("A command must be given."),
    re.compile(r"Got unexpected extra argument\(s\) \((?P<words>.*)\)"): N_(
        "Unexpected argument: {words}. Put a name that contains blanks in quotation marks."
    ),
    re.compile(r"Option '(?P<name>.*)' requires an argument\."): N_("{name} needs a value after it."),
    re.compile(r"Option '(?P<name>.*)' does not take a value\."): N_("{name} takes no value."),
    re.compile(r"Invalid value for '(?P<name>.*)': .* valid integer.*"): N_("{name} should be a whole number."),
}


def _wrong_usage(error: TyperException) -> int:
    kind = type(error).__name__
    detail = error.format_message() if hasattr(error, "format_message") else str(error)
    if kind == "NoArgsIsHelpError":
        note(detail)
        return WRONG_USAGE
    parameter = getattr(error, "param", None)
    name = getattr(error, "option_name", None) or (parameter and _spelled(parameter)) or ""
    known = ((pattern.fullmatch(detail), sentence) for pattern, sentence in _DETAILS.items())
    found = next(((match.groupdict(), sentence) for match, sentence in known if match), None)
    if kind in _USAGE and name:
        session.say(_USAGE[kind], name=name)
    elif found:
        session.say(found[1], **found[0])
    else:
        session.say(N_("This call is not understood: {detail}"), detail=detail)
    session.say(N_("See: {command} --help"), command=_command_of(error))
    return WRONG_USAGE


def _command_of(error: TyperException) -> str:
    """Return the command that was called wrongly, such as "biaochi rules add"."""
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "biaochi"


def _spelled(parameter: object) -> str:
    options = getattr(parameter, "opts", None) or [getattr(parameter, "name", "")]
    first = str(options[-1])
    return first if first.startswith("-") else str(getattr(parameter, "metavar", None) or first.upper())
