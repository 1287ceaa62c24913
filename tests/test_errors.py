"""Errors: one base, so that no command and no page keeps a list of classes."""

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

from cli.errors import failed
from errors import BiaochiError, ProblemsError
from exit_codes import ExitCode
from i18n import LANGUAGES, translate
from tests.support.paths import ROOT
from tests.support.syntax import nodes

# What no person meets through a command or a page, each with its reason.
PLAIN = {
    "InvalidSettingError": "settings.py imports nothing of ours, and start.py needs it before .venv exists",
    "TooManyError": "the import falls back on a table of texts",
    "StartError": "start.py runs before anything is installed",
    "CancelledError": "ends a task that a person stopped; nothing went wrong",
    "FarCellError": "stays inside the worker process that reads workbooks",
    "PlaceholderError": "the guard of templates turns it into a refusal with place and reason",
    "LockedWorkbookError": "stays inside the worker process that reads workbooks",
    "ManySheetsError": "stays inside the worker process that reads workbooks",
}
ROOMS = ("access", "analytics", "formats", "data", "results", "reports", "ui", "cli")


@cache
def error_classes() -> list[tuple[Path, str]]:
    found = []
    for path in [*ROOT.glob("*.py"), *(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))]:
        for node in nodes(path):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                found.append((path, node.name))
    return found


def product_errors():
    for path, name in error_classes():
        if name not in PLAIN:
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield getattr(importlib.import_module(module), name)


def test_every_error_has_the_one_base_or_a_reason():
    names = {name for _, name in error_classes()}
    assert set(PLAIN) <= names
    assert [cls.__name__ for cls in product_errors() if not issubclass(cls, BiaochiError)] == []


def test_every_error_has_an_exit_code_of_the_contract_and_its_message_in_both_languages():
    for cls in product_errors():
        assert isinstance(cls.exit_code, ExitCode) and cls.exit_code not in (ExitCode.DONE, ExitCode.OUR_BUG), cls
        if cls.message:
            assert translate(cls.message, "zh") != cls.message, cls


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_of_a_class_that_nobody_listed_is_answered_by_its_sentence_and_code(language, capsys):
    class NewError(BiaochiError):
        exit_code = ExitCode.NOT_ALLOWED
        message = "The folder {path} does not exist."

    from cli.context import session

    session.language = language
    assert failed(NewError(path="x"), debug=False) == 6
    assert capsys.readouterr().err == {"zh": "没有文件夹 x。\n", "en": "The folder x does not exist.\n"}[language]


def test_problems_are_lines_of_their_own(capsys):
    from cli.context import session
    from problems import Problem

    session.language = "en"
    error = ProblemsError([Problem("empty_file", file="a.csv"), Problem("empty_file", file="b.csv")])
    assert failed(error, debug=False) == 3
    assert [line.split(":")[1].strip() for line in capsys.readouterr().err.splitlines()] == ["a.csv", "b.csv"]
