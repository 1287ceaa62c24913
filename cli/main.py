"""The command `biaochi`: parses one call, carries it out, returns its exit code; never raises."""

import os
import signal
import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

import settings
from cli import (
    admin,
    audit,
    documents,
    drafts,
    evidence,
    export,
    imports,
    letters,
    objections,
    packages,
    pledges,
    province,
    recount,
    releases,
    requests,
    results,
    rules,
    schemes,
    templates,
    token,
    user,
    verify,
)
from cli.app import app
from cli.context import DONE, INTERRUPTED, WRONG_USAGE, CommandError, session
from cli.errors import failed
from cli.help_text import translate_help
from cli.output import AnswerNotWrittenError, check_choice, print_line
from cli.wrong_setting import language_of, report
from i18n import LANGUAGES, N_, ROOT

# Importing a module registers its commands.
COMMANDS = (
    admin,
    audit,
    documents,
    drafts,
    evidence,
    export,
    imports,
    letters,
    objections,
    packages,
    pledges,
    province,
    recount,
    releases,
    requests,
    results,
    rules,
    schemes,
    templates,
    token,
    user,
    verify,
)
# As help lists them: in the order of a year's work.
ORDER = (
    *("demo", "template", "import", "drafts", "alias", "publish", "ranking", "bottom", "unit", "pledges", "scheme"),
    *("flip", "ballot-integrity", "recount", "design"),
    *("facts", "province"),
    *("export", "bulletin", "letters", "bundle", "kit", "public"),
    *("rounds", "uploads", "releases", "rollback", "status", "withdraw", "clear", "check", "replay", "rebuild"),
    *("backup", "restore", "audit", "user", "token", "requests"),
)


def main() -> None:
    """The command `biaochi`. A request to end, as a service manager sends it, ends as Ctrl+C does: cleaned up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError as error:  # what was printed did not reach the file
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = failed(AnswerNotWrittenError(error), debug=False) if code == DONE else code
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Carry out one call and return its exit code; never raises."""
    debug = False
    try:
        known = settings.load()
        debug = known.debug
        session.begin(known, language_of(arguments, known.language))
        _check_text(arguments)
        code = int(_command(session.language).main(list(arguments), prog_name="biaochi", standalone_mode=False) or DONE)
        if code == INTERRUPTED:  # Typer returns it for Ctrl+C, without a word
            raise KeyboardInterrupt
        return code
    except settings.InvalidSettingError as refused:
        return report(refused, arguments)
    except (KeyboardInterrupt, typer.Abort):
        session.say(N_("Interrupted. Nothing of the step at hand is stored; finished steps stay."))
        return INTERRUPTED
    except SystemExit as way_out:
        return _left_by_typer(way_out)
    except Exception as error:
        return failed(error, debug)


@cache
def _command(language: str) -> Any:
    """Return the command line in one language; to put it together takes 20 ms."""
    app.registered_commands.sort(key=_place)
    command = typer.main.get_command(app)
    translate_help(command, language)
    return command


def _left_by_typer(way_out: SystemExit) -> int:
    """Return the exit code where Typer itself ends the program: a closed pipe, or shell completion."""
    if isinstance(way_out.__context__, OSError):  # whoever read the output is gone: `biaochi releases | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    return WRONG_USAGE if way_out.code else DONE


def _place(command: CommandInfo) -> int:
    name = command.name or getattr(command.callback, "__name__", "")
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _check_text(arguments: Sequence[str]) -> None:
    """Refuse bytes that are no text, but for the name of a file that is there: what is kept must be readable."""
    for word in arguments:
        if not _is_text(word) and not Path(word).exists():
            raise CommandError(
                N_("This is not UTF-8 text: {word}. Set the terminal to UTF-8 and type it again."), word=ascii(word)
            )


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _show_version(asked: bool) -> None:
    """Print the version of the program and of its method; the same in both languages, since scripts read it."""
    if not asked:
        return
    from data.store.release import METHOD_VERSION

    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    print_line(f"biaochi {about['project']['version']} · method {METHOD_VERSION}")
    raise typer.Exit(DONE)


@app.callback(help=N_("Honest ranking of departments from mass-evaluation ballots."))
def _common(
    store: Annotated[Path | None, typer.Option("--store", help=N_("Folder of the store."))] = None,
    lang: Annotated[str | None, typer.Option("--lang", help=N_("zh or en."))] = None,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help=N_("Show the version and exit.")),
    ] = False,
) -> None:
    if store is not None:
        session.change_store(store.expanduser().absolute())
    if lang is not None:
        check_choice("--lang", lang, LANGUAGES)
    if session.path.exists() and not session.path.is_dir():
        raise CommandError(N_("The store {path} is not a folder."), path=session.path)
