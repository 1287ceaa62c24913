"""Plain English: the banned words of docstrings, comments and messages may only become fewer."""

import textwrap

import pytest

from tests.support import english


@pytest.fixture(scope="module")
def counts():
    return english.counts()


def test_no_room_has_more_banned_words_than_before(counts):
    worse = english.excess(counts, english.kept_counts())
    assert worse == [], "see `python -m tests.support.english --list ROOM`"


def test_the_ratchet_is_tight(counts):
    assert english.kept_counts() == counts, "run `python -m tests.support.english --update`"


def test_messages_and_first_lines_have_none(counts):
    """What users read, and what a newcomer reads first, reached zero with version 0.2.0 and stays there."""
    flagged = {room: kinds for room, kinds in counts.items() if {"message", "first line"} & set(kinds)}
    assert flagged == {}, "see `python -m tests.support.english --list ROOM`"


def test_every_kind_of_text_is_read(tmp_path):
    source = '''
        """First found.

        Then told.
        """
        LIMIT = 3  # made here
        """Own line."""
        TEXT = _("The whole file")
        PLAIN = "anew is not shown"
    '''
    path = tmp_path / "module.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    read = [(t.kind, word) for t in english.texts(path) for word in english.banned_words(t.text)]
    assert sorted(read) == [
        ("comment", "made"),
        ("docstring", "told"),
        ("first line", "found"),
        ("first line", "own"),
        ("message", "whole"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A one-sided t of a whole number, one of three", []),
        ("The file {found} stands beside it", ["stands", "beside"]),
        ("Understands the township, foundation and loan", []),
        ("None of no release leaves the house", ["none of no", "leaves the house"]),
    ],
)
def test_words_count_by_their_edges_and_terms_do_not_count(text, words):
    assert english.banned_words(text) == words
