"""The ranking page shows classes, parts with evidence and votes kept apart; the page of rules says what they do."""

import pytest

from data.store import Store
from tests.pages.test_pages import opened
from tests.results.test_rule_rounds import BASE, OTHERS, PARTS, lines
from tests.support.ruled_rounds import import_round

MORE = """
[classes."优秀"]
from = 70
share = 0.20
[classes."其他"]
[apart]
groups = ["本单位职工"]
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("parts") / "var")
    own = [(f"职工{line[0]}", "本单位职工", *line[2:]) for line in lines() if line[1] == "公众"]
    import_round(store, BASE.replace("RULE", "last") + PARTS + MORE, [*lines(), *own], OTHERS)
    store.publish()
    return store.path


def shown(test):
    assert not test.exception, test.exception
    tables = [frame.value.to_string() for frame in test.dataframe]
    texts = [item.value for item in [*test.subheader, *test.caption, *test.markdown, *test.warning]]
    return "\n".join([*texts, *tables]).replace("\\", "")


def test_the_ranking_page_shows_classes_parts_and_votes_kept_apart(store, monkeypatch):
    text = shown(opened("browse/ranking", store, monkeypatch))
    for words in ("等次（按计分规则）", "得分构成", "仅凭评议票的认定", "2025号文件", "另计的票", "本单位职工", "扣分"):
        assert words in text, words


def test_the_page_of_rules_has_a_sentence_for_each_setting_and_what_it_does_to_its_rounds(store, monkeypatch):
    text = shown(opened("manage/rules", store, monkeypatch, "en"))
    for words in (
        "Component 日常考核: 20% of the score",
        "Points are taken off",
        "Classes, the best first",
        "Round 2025",
    ):
        assert words in text, words
