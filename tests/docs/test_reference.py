"""Documents are true: generated pages are current, links resolve, commands and buttons they name exist."""

import re
import shlex
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from data.model.contract import KINDS, fields
from i18n import LANGUAGES, ROOT, read_catalogue, translate
from results.fields import all_columns
from tools import reference

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS]
FOR_USERS = [path for path in PAGES if {"tutorial", "how-to"} & set(path.parts) or path.name.startswith("README")]
IN_TWO_LANGUAGES = [path for path in DOCS if re.search(r"\.(zh|en)\.md$", path.name)]
EMPHASIS = {"新", "new"}  # bold for itself, in the page on upgrades
NAMED = re.compile(r"`([a-z_]+(?:/[a-z_-]+)*/(?:[a-z_]+\.[a-z]+)?|[a-z_]+\.(?:py|toml|csv))`")
NOT_THERE = {"pages/browse/returns.py"}  # what the contributor's guide invents
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", path.read_text("utf-8"))


def anchor(heading: str) -> str:
    """The fragment that renderers of Markdown give a heading."""
    plain = re.sub(r"[`*]", "", heading).strip().lower()
    kept = (sign for sign in plain if sign in "-_ " or unicodedata.category(sign)[0] in "LN")
    return "".join(kept).replace(" ", "-")


def test_generated_pages_are_current():
    outdated = [name(path) for path, text in reference.pages() if path.read_text("utf-8") != text]
    assert outdated == [], "run python -m tools.reference"


def test_every_command_has_its_section():
    for language in LANGUAGES:
        text = (reference.FOLDER / f"commands.{language}.md").read_text("utf-8")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == [" ".join(path) for path in reference.command_paths()]
        assert {"import", "rules add", "replay"} <= set(headings)


def test_every_problem_is_listed_with_its_cure():
    for language in LANGUAGES:
        text = (reference.FOLDER / f"problems.{language}.md").read_text("utf-8")
        for code in reference.problems.SENTENCES:
            assert f"| `{code}` | " in text
    assert "请用原来的软件打开" in (reference.FOLDER / "problems.zh.md").read_text("utf-8")


def test_every_field_is_in_the_data_dictionary():
    for language in LANGUAGES:
        text = (reference.FOLDER / f"fields.{language}.md").read_text("utf-8")
        listed = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
        exported = {column.field for column in all_columns() if not column.table.startswith("document")}
        imported = {field.name for kind in KINDS for field in fields(kind)}
        assert listed == exported | imported
    assert "| `p_bottom` | " in text and "Probability of being among the last k" in text


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_relative_links_resolve(path):
    broken = []
    for target in LINK.findall(prose(path)):
        place, _, fragment = target.partition("#")
        if re.match(r"[a-z]+:", place):
            continue
        linked = (path.parent / unquote(place)).resolve() if place else path
        if not linked.exists() or (fragment and unquote(fragment) not in anchors(linked)):
            broken.append(target)
    assert broken == []


def anchors(path: Path) -> set[str]:
    return {anchor(line.lstrip("#")) for line in prose(path).splitlines() if line.startswith("#")}


@pytest.mark.parametrize("path", [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md"], ids=name)
def test_named_files_and_rooms_exist(path):
    places = set(NAMED.findall(path.read_text("utf-8"))) - NOT_THERE
    assert len(places) > 10
    assert [place for place in sorted(places) if not (ROOT / place).exists()] == []


def test_every_room_of_the_layout_exists_and_none_is_left_out():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    layout = text.partition("## Rooms")[2].partition("## Import rules")[0]
    places, parent = [], ""
    for indent, place in re.findall(r"^( *)([a-z_0-9]+(?:/|\.py)) +", layout, re.MULTILINE):
        parent = parent if indent else place
        places.append(f"{parent}{place}" if indent else place)
    assert [place for place in places if not (ROOT / place).exists()] == []
    rooms = {f"{path.name}/" for path in ROOT.iterdir() if (path / "__init__.py").is_file()}
    assert rooms - set(places) == set()
    inside = {f"{path.parent.relative_to(ROOT)}/" for path in ROOT.glob("[!.]*/*/__init__.py")}
    assert {place for place in inside if not place.startswith("tests/")} - set(places) == set()


def test_a_broken_link_would_be_seen():
    assert LINK.findall("see [a](b.md#c) and ![p](d.png)") == ["b.md#c", "d.png"]
    assert anchor(" 10. 单位有异议") == "10-单位有异议"
    assert anchor(" 3. January: the register and the pledges") == "3-january-the-register-and-the-pledges"


@pytest.mark.parametrize("path", IN_TWO_LANGUAGES, ids=name)
def test_a_page_has_its_other_language_and_links_it(path):
    other = path.name.replace(".zh.md", ".xx.md").replace(".en.md", ".zh.md").replace(".xx.md", ".en.md")
    assert (path.parent / other).is_file()
    assert f"({other})" in path.read_text("utf-8")


@pytest.fixture(scope="module")
def tree():
    return reference.command_tree()


def calls(path: Path) -> Iterator[list[str]]:
    """The arguments of every `biaochi` that a page shows in a block or between back ticks."""
    text = path.read_text("utf-8")
    blocks = [line for block in FENCE.findall(text) for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    for line in [*blocks, *spans]:
        for call in re.findall(r"(?:^|[ /(])biaochi ([^|)>]+)", line.partition("  #")[0]):
            yield shlex.split(call.partition(" # ")[0])


@pytest.mark.parametrize("path", FOR_USERS, ids=name)
def test_commands_and_options_exist(path, tree):
    unknown = [" ".join(words) for words in calls(path) if not known(tree, words)]
    assert unknown == []


def known(command, words: list[str]) -> bool:
    """Whether a command line names commands and options that exist."""
    options = {"--version", "--help", *(name for part in command.params for name in (*part.opts, *part.secondary_opts))}
    flags = {name for part in command.params if getattr(part, "is_flag", False) for name in part.opts}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                return False
            if word not in flags and "=" not in word and rest:
                rest.pop(0)
        elif hasattr(command, "commands"):
            return word in command.commands and known(command.commands[word], rest)
    return True


def test_an_unknown_command_or_option_would_be_seen(tree):
    assert known(tree, ["--store", "x", "publish", "--note", "y"])
    assert known(tree, ["rules", "add", "x.toml"])
    assert not known(tree, ["publication"])
    assert not known(tree, ["publish", "--notes", "y"])


@pytest.mark.sweep
@pytest.mark.sample
@pytest.mark.parametrize("path", [path for path in FOR_USERS if path.parent.name in ("tutorial", "how-to")], ids=name)
def test_names_in_bold_are_on_the_pages(path):
    """In tutorials and how-to pages bold is what a page shows: a menu entry, a button, a verdict."""
    shown = messages("en" if path.name.endswith(".en.md") else "zh") | EMPHASIS
    assert [text for text in re.findall(r"\*\*([^*\n]+)\*\*", prose(path)) if text not in shown] == []


@cache
def messages(language: str) -> frozenset[str]:
    """Every message of the catalogues in this language."""
    ids = {message.id for each in LANGUAGES for message in read_catalogue(each)}
    return frozenset(translate(text, language) for text in ids if isinstance(text, str) and text)
