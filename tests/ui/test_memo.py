"""Kept answers: by arguments and their types, the newest of them, each computed once."""

import threading
import time

import pandas as pd
import pytest

from ui.memo import Memo


def test_answers_are_kept_by_value_and_type_and_the_least_used_leaves():
    asked = []

    def double(value, _make=None):
        asked.append(value)
        return (value, len(asked))

    kept = Memo(double, 3, {})
    assert kept(1) == kept(1) == kept(1, "another maker") and kept(1) is kept(1)
    assert kept(True) is not kept(1) and kept("1") is not kept(1)
    kept(4)  # the fourth: True was asked for longest ago and leaves
    assert len(asked) == 4 and kept(True)[1] == 5
    kept.clear()
    assert kept(1)[1] == 6


def test_a_default_is_an_argument_like_any():
    asked = []

    def both(value, other=None):
        asked.append((value, other))

    kept = Memo(both, 3, {})
    for call in (lambda: kept(1), lambda: kept(1, None), lambda: kept(1, other=None), lambda: kept(value=1)):
        call()
    assert asked == [(1, None)]


def test_a_frame_is_no_key_and_an_error_is_not_kept():
    turns = iter([ValueError("first"), "second"])

    def ask(_key):
        turn = next(turns)
        if isinstance(turn, Exception):
            raise turn
        return turn

    kept = Memo(ask, 3, {})
    with pytest.raises(ValueError, match="first"):
        kept("a")
    assert kept("a") == "second"
    with pytest.raises(TypeError, match="DataFrame"):
        Memo(lambda frame: frame, 3, {})(pd.DataFrame({"a": [1]}))


def test_many_sessions_at_once_compute_an_answer_once():
    asked = []

    def slow(name):
        asked.append(name)
        time.sleep(0.05)
        return object()

    kept, found = Memo(slow, 8, {}), []
    threads = [threading.Thread(target=lambda: found.append(kept("same"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == ["same"] and len(set(map(id, found))) == 1
