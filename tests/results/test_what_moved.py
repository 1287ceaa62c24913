"""The page on verdicts that moved with method version 3 is still true of the demonstration city."""

from data.store import Store
from i18n import LANGUAGES
from tools.what_moved import demo_sections, path_of


def test_the_moved_verdicts_of_the_demonstration_are_those_of_the_page(demo_path):
    release = Store(demo_path, threads=2).release()
    try:
        parts = demo_sections(release)
    finally:
        release.close()
    for language in LANGUAGES:
        assert "\n".join(parts[language]) in path_of(language).read_text("utf-8"), "python -m tools.what_moved"
