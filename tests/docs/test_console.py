"""The commands of the front pages and the tutorial print what the pages say."""

import pytest

from i18n import ROOT
from tools.console import Step, differences, rewritten, steps

PAGES = ("README.md", "README.en.md", "docs/tutorial/year-of-a-clerk.zh.md", "docs/tutorial/year-of-a-clerk.en.md")
TEXT = "# T\n\n```console\n$ one\nA 1…\n$ two # 3\n$ one\n…\nB\n```\n"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_print_what_it_says(page, tmp_path):
    wrong = [(step.command, output, code) for step, output, code in differences(ROOT / page, tmp_path)]
    assert wrong == [], "python -m tools.console --write corrects the page"


def test_steps_are_read_in_order():
    assert list(steps(TEXT)) == [Step("one", "A 1…\n"), Step("two # 3", "", 3), Step("one", "…\nB\n")]


def test_an_ellipsis_stands_for_part_of_a_line_or_for_lines():
    first, second, third = steps(TEXT)
    assert not first.differs("A 123\n", 0)
    assert first.differs("A 123\nmore\n", 0)
    assert first.differs("A 123\n", 1)
    assert second.differs("", 0) and not second.differs("", 3)
    assert not third.differs("B\n", 0) and not third.differs("x\ny\nB\n", 0)
    assert third.differs("x\n", 0)


def test_what_was_printed_replaces_what_the_page_says():
    wrong = [(Step("one", "A 1…\n"), "C\n", 0), (Step("one", "…\nB\n"), "D\n", 0)]
    assert rewritten(TEXT, wrong) == "# T\n\n```console\n$ one\nC\n$ two # 3\n$ one\nD\n```\n"
