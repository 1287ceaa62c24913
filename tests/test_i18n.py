"""The words: complete in Chinese, same places in both languages, extraction up to date."""

import ast
from pathlib import Path

import pytest

import i18n
from problems import SENTENCES, SUGGESTIONS, Problem, Term, fields_of, places
from tests.support.syntax import nodes

SOURCES = [
    path
    for folder in (
        "access",
        "analytics",
        "api",
        "formats",
        "data",
        "results",
        "reports",
        "schemes",
        "ui",
        "pages",
        "cli",
    )
    for path in sorted((i18n.ROOT / folder).rglob("*.py"))
] + [i18n.ROOT / name for name in ("app.py", "errors.py", "problems.py") if (i18n.ROOT / name).is_file()]


def forms(text):
    return [text] if isinstance(text, str) else list(text)


@pytest.fixture(scope="module")
def extracted():
    return i18n.extract_messages()


def test_no_message_is_without_its_chinese(extracted):
    catalog = i18n.read_catalogue("zh")
    missing = [m.id for m in extracted if m.id and not _translated(catalog, m.id)]
    assert missing == []


def _translated(catalog, message):
    found = catalog.get(message if isinstance(message, str) else message[0])
    return found is not None and all(forms(found.string)) and not found.fuzzy


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_both_sides_have_the_same_places(language):
    for message in i18n.read_catalogue(language):
        wanted = frozenset().union(*(fields_of(text) for text in forms(message.id)))
        for text in filter(None, forms(message.string) if message.id else []):
            assert fields_of(text) == wanted, message.id


def test_the_catalogues_are_up_to_date(extracted):
    old = [path.name for path, content in i18n.rendered_files(extracted) if path.read_bytes() != content]
    assert old == [], "run make messages"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_no_message_is_no_text(language):
    assert i18n.translate("", language) == ""


def problem_codes(path: Path):
    for node in nodes(path):
        made = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem"
        if made and node.args and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def test_every_problem_in_the_code_has_its_sentence():
    used = {code for path in SOURCES for code in problem_codes(path)}
    assert used - set(SENTENCES) == set()
    assert set(SENTENCES) == set(SUGGESTIONS)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_problem_can_be_said(language):
    own = {"file": "a.csv", "sheet": "S", "row": 7, "column": "评价", "value": "x"}
    unsaid = []
    for code in SENTENCES:
        problem = Problem(code, facts={name: [1, "b"] for name in places(code) - set(own)}, **own)
        if "{" in problem.message(language) + problem.suggestion(language):
            unsaid.append(code)
    assert unsaid == []


def test_a_problem_that_lacks_a_fact_is_a_programmers_mistake():
    with pytest.raises(ValueError, match="lacks earlier"):
        Problem("duplicate_line", row=6)


def test_a_problem_asks_did_you_mean_and_translates_our_own_words():
    unit = Problem("unknown_unit", value="市公按局", facts={"close": ["市公安局"]})
    assert unit.suggestion("zh").startswith("是否应为“市公安局”？")
    kind = Problem("not_a_table", facts={"kind": Term("a number")})
    assert "数" in kind.message("zh")


def test_invisible_characters_are_made_visible():
    assert "<U+202E>" in Problem("unknown_unit", value="\u202e局").message("zh")


def test_the_empty_message_is_empty_and_an_unknown_language_is_refused():
    assert i18n.translate("", "zh") == ""
    with pytest.raises(ValueError, match="fr"):
        i18n.translate("Error", "fr")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_command_in_a_message_stands_in_quotation_marks(language):
    """A grave accent is code in Markdown alone; tables of the page and the terminal show it as it is."""
    texts = (text for message in i18n.read_catalogue(language) for text in (*forms(message.id), *forms(message.string)))
    assert [text for text in texts if text and "`" in text] == []
