"""What a command answers: a table, JSON, a line; to stdout or to a file."""

import errno
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cli.context import CHECK_FAILED, FORMATS, CommandError, session
from errors import BiaochiError, reason_of
from i18n import N_, translate

if TYPE_CHECKING:
    from formats.spreadsheet import Cell, Sheet


READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
CANNOT_BE_WRITTEN = N_("The file {path} cannot be written: its folder does not exist, or it is a folder itself.")


class AnswerNotWrittenError(BiaochiError):
    """What a command prints did not reach its file, after the command did what it was asked for."""

    exit_code = CHECK_FAILED
    message = N_(
        "The output could not be written: {why}. What the command changes is changed already: do not repeat a command "
        "that changes something."
    )

    def __init__(self, error: OSError) -> None:
        super().__init__(why=reason_of(error))


def emit_rows(
    rows: "Sequence[Mapping[str, Cell]]",
    headers: dict[str, str],
    title: str,
    form: str,
    output: Path | None,
) -> None:
    """A small table: Chinese headers for zh, field names for en and JSON."""
    from formats.spreadsheet import Sheet

    check_form(form, output)
    if form == "json":
        return emit_json({"rows": list(rows)}, output)
    language = session.language
    names = [translate(w, "zh") for w in headers.values()] if language == "zh" else list(headers)
    cells = [[row[name] for name in headers] for row in rows]
    facts = [(translate(N_("Rows"), language), len(rows))]
    about = translate(N_("About"), language)
    emit_sheet(Sheet(translate(title, language), names, cells, facts, about), form, output)


def check_form(form: str, output: Path | None) -> None:
    """Refuse an unknown format, and a workbook on a terminal."""
    check_choice("--format", form, FORMATS)
    if form == "xlsx":
        check_binary(output)


def check_choice(option: str, value: str, known: Sequence[str]) -> None:
    """Refuse a value that is not among the choices of an option."""
    if value not in known:
        raise CommandError(N_("{option} should be one of: {known}."), option=option, known=", ".join(known))


def check_binary(output: Path | None) -> None:
    """Refuse to write a binary file to a terminal."""
    if output is None and sys.stdout.isatty():
        raise CommandError(N_("Output of this kind is not shown on a terminal; name a file with -o FILE."))


def parsed_date(option: str, text: str) -> date:
    """Return the date given for an option."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(
            N_("{option} should be a date such as 2026-01-31, not {value}."), option=option, value=text
        ) from None


def check_output(output: Path | None) -> None:
    """Refuse a file that cannot be, before anything is stored."""
    if output is not None and (output.is_dir() or not output.absolute().parent.is_dir()):
        raise CommandError(CANNOT_BE_WRITTEN, path=output)


def emit_sheet(sheet: "Sheet", form: str, output: Path | None) -> None:
    """A sheet as CSV or as a workbook."""
    check_form(form, output)
    _answer(sheet_bytes(sheet, form), output)


def sheet_bytes(sheet: "Sheet", form: str) -> bytes:
    """The file of a sheet, csv or xlsx."""
    from formats.spreadsheet import csv_bytes, xlsx_bytes

    return csv_bytes(sheet) if form == "csv" else xlsx_bytes(sheet)


def emit_json(content: "dict[str, object]", output: Path | None) -> None:
    """JSON, field names and codes in it whatever the language."""
    from formats.spreadsheet import json_bytes

    _answer(json_bytes(content), output)


def _answer(content: bytes, output: Path | None) -> None:
    """An answer, with an entry in the log where it goes into a file.

    A store that may only be read keeps no entry: the same answer could be read from the terminal.
    """
    if output is not None:
        _log_answer(content, output)
    write(content, output)


def _log_answer(content: bytes, output: Path) -> None:
    from data.store.audit_log import has_log, log_action

    if not has_log(session.path):
        return
    try:
        log_action(session.path, "answer", output.name, sha256=hashlib.sha256(content).hexdigest())
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise


def write(content: bytes, output: Path | None) -> None:
    """Bytes to the file that was asked for, else to stdout."""
    if output is None:
        return _print(content)
    with writing_to(output) as file:
        file.write(content)


def _print(content: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise AnswerNotWrittenError(error) from error


@contextmanager
def writing_to(output: Path) -> Iterator[IO[bytes]]:
    """Yield a file that gets its name once it is complete: a full disk leaves what was there before."""
    direct = (output.exists() and not output.is_file()) or not os.access(output.resolve().parent, os.W_OK)
    try:
        if direct:  # a pipe, a device, or a folder where no second file may be
            with output.open("wb") as file:
                yield file
            return
        with _completed(output.resolve()) as file:
            yield file
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise CommandError(CANNOT_BE_WRITTEN, path=output) from None


@contextmanager
def _completed(output: Path) -> Iterator[IO[bytes]]:
    draft = output.with_name(f".{output.name[:40]}-{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if output.exists():
            shutil.copymode(output, draft)
        os.replace(draft, output)
    finally:
        draft.unlink(missing_ok=True)


def print_line(line: str) -> None:
    """One line of results, in UTF-8 whatever the terminal's setting."""
    write(f"{line}\n".encode(), None)
