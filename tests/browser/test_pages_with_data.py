"""Every page over the demonstration city speaks one language; only names from the data stay as they are."""

import pytest

from data.sample.city import CITY, GRADES, GROUPS, INDICATORS, NAMES, OLD_NAME, RULES, demo_units
from data.sample.pledges import post_of
from data.store import Store
from formats.fonts import STAND_IN, WANTED

from .conftest import assert_only_language, settled
from .journeys import TITLES, Journey, switch_language
from .screenshots import PATHS

pytestmark = pytest.mark.browser

SYMBOLS = {
    "Holm",
    "ZY",
    "csv",
    "biaochi",
    "biaochi audit verify --head",
    "replay",
    "Python",
    RULES,
    "Krippendorff",
    "Koo 和 Li",
    "ICC(2,k)",
    "alpha",
    "系数 W",
}
"""Latin words of a Chinese page: names and signs of methods and their authors, codes of units, the demonstration's rule
set, the command, and the language of the verification kit."""


def fonts() -> set[str]:
    """Names of fonts that 通报 may tell of."""
    families = {name for names in WANTED.values() for name in names}
    return families | {name for names in STAND_IN.values() for name in names}


@pytest.fixture(scope="module")
def names(demo_path):
    units = {name for text in NAMES.values() for name in text.split()} | set(OLD_NAME.values())
    rules = Store(demo_path).release().round("2025").scored_rules
    about = {rules.title, rules.source, rules.why, rules.authored_by, rules.checked_by, rules.name}
    about |= {post_of(unit) for unit in demo_units()}
    return units | set(NAMES) | set(GROUPS) | set(GRADES) | set(INDICATORS) | {CITY, "空白"} | about - {""}


def written(store) -> set[str]:
    """What the history shows as it was written: notes, users, ids and names of files."""
    events, files = store.history(), [file.name for upload in store.uploads() for file in upload.files]
    return {part for event in events for part in (event.note, event.user, event.release[:16])} | set(files) | {"csv"}


@pytest.fixture(scope="module")
def may_stay(names, demo_path):
    """Words of the other language that a page may show."""
    release, seen = Store(demo_path).release(), fonts() | written(Store(demo_path))
    return {"en": (names | seen) - {""}, "zh": (SYMBOLS | seen | {release.short}) - {""}}


def check(page, title, language, may_stay):
    if (title, language) != ("Methods", "zh"):  # its tables name functions and rules in English
        assert_only_language(page, language, may_stay[language])


def visit(page, language, titles, may_stay):
    switch_language(page, language)
    for title in titles:
        Journey(page, language, "menu").opens(title)
        check(page, title, language, may_stay)


def test_the_first_pages_speak_the_language_they_are_opened_in(demo_server, page, may_stay):
    """Six pages from the menu, three in English, then three in Chinese; the sweep below visits all in both."""
    page.goto(f"{demo_server.url}/?lang=en")
    settled(page)
    visit(page, "en", TITLES[:6:2], may_stay)
    visit(page, "zh", TITLES[1:6:2], may_stay)


@pytest.mark.sweep
def test_every_page_speaks_the_language_it_is_opened_in(demo_server, page, may_stay):
    """Once through all pages from the menu, every second one in English, then the others in Chinese."""
    page.goto(f"{demo_server.url}/?lang=en")
    settled(page)
    visit(page, "en", TITLES[::2], may_stay)
    visit(page, "zh", TITLES[1::2], may_stay)


@pytest.mark.sweep
def test_every_page_speaks_the_other_language_as_well(demo_server, page, may_stay):
    page.goto(f"{demo_server.url}/?lang=en")
    settled(page)
    visit(page, "en", TITLES[1::2], may_stay)
    visit(page, "zh", TITLES[::2], may_stay)


@pytest.mark.sweep
def test_every_page_speaks_the_language_it_is_switched_to(demo_server, page, may_stay):
    """Each page in one language and then switched to the other: what a page or a language leaves behind on the next is
    found as well.
    """
    page.goto(f"{demo_server.url}/?lang=en")
    settled(page)
    for place, title in enumerate(TITLES):
        languages = ("zh", "en") if place % 2 else ("en", "zh")
        Journey(page, languages[0], "menu").opens(title)
        for language in languages:
            switch_language(page, language)
            check(page, title, language, may_stay)


@pytest.mark.sweep
@pytest.mark.parametrize("path", PATHS)
def test_english_pages_hold_no_chinese_but_names(demo_server, page, path, names, demo_path):
    page.goto(f"{demo_server.url}/{path}?lang=en")
    settled(page)
    assert_only_language(page, "en", (names | fonts() | written(Store(demo_path))) - {""})


@pytest.mark.sweep
@pytest.mark.parametrize("path", [path for path in PATHS if path != "methods"])
def test_chinese_pages_hold_no_english_but_symbols(demo_server, page, path, demo_path):
    release = Store(demo_path).release()
    page.goto(f"{demo_server.url}/{path}?lang=zh")
    settled(page)
    assert_only_language(page, "zh", (SYMBOLS | fonts() | {release.short} | written(Store(demo_path))) - {""})
