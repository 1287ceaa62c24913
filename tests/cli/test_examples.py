"""Every command shows examples, and each example is a call that the command would accept."""

import shlex

import pytest
from typer.exceptions import TyperException

from cli.examples import EXAMPLES
from tools import reference

PATHS = ["biaochi", *(f"biaochi {' '.join(path)}" for path in reference.command_paths())]


@pytest.fixture(scope="module")
def tree():
    return reference.command_tree()


def accepted(command, words, parent=None, name="biaochi"):
    """Parse a call strictly, command by command, and return the path of the last command; nothing is run."""
    context = command.make_context(name, list(words), parent=parent)
    if not hasattr(command, "commands"):
        return context.command_path
    rest = [*context._protected_args, *context.args]
    if not rest and command.invoke_without_command:
        return context.command_path
    name, found, rest = command.resolve_command(context, rest)
    return accepted(found, rest, context, name)


def test_every_command_has_examples_and_no_example_is_of_a_command_that_is_gone():
    assert list(EXAMPLES) and set(EXAMPLES) == set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_examples_are_accepted_by_their_command(path, tree):
    assert 1 <= len(EXAMPLES[path]) <= 3
    for call in EXAMPLES[path]:
        program, *words = shlex.split(call)
        found = accepted(tree, words)
        assert program == "biaochi" and f"{found} ".startswith(f"{path} ")


@pytest.mark.parametrize(
    "call", ["ranking", "ranking --round", "ranking --roud 2025", "rules add", "bottom --round 2025 -k x", "nonsense"]
)
def test_a_wrong_example_would_be_seen(call, tree):
    with pytest.raises(TyperException):
        accepted(tree, call.split())


@pytest.mark.parametrize("path", PATHS)
def test_the_help_shows_the_examples(path):
    for language, heading in (("zh", "\n例:\n"), ("en", "\nExamples:\n")):
        text = reference.help_text(path.split()[1:], language)
        assert heading in text
        assert text.rstrip().endswith(f"  {EXAMPLES[path][-1]}")
