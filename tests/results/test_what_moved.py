"""The page on verdicts that moved with method version 3 is still true: of the demonstration, and of real ballots."""

import pytest

from data.store import Store
from i18n import LANGUAGES
from tools.what_moved import demo_sections, main, path_of


def test_the_moved_verdicts_of_the_demonstration_are_those_of_the_page(demo_path):
    release = Store(demo_path, threads=2).release()
    try:
        parts = demo_sections(release)
    finally:
        release.close()
    for language in LANGUAGES:
        assert "\n".join(parts[language]) in path_of(language).read_text("utf-8"), "python -m tools.what_moved"


@pytest.mark.slow
def test_both_pages_are_what_the_tool_writes(capsys):
    """The 73,421 real ratings under three rule sets are imported and published: about a minute."""
    assert main(["--check"]) == 0, capsys.readouterr().out
