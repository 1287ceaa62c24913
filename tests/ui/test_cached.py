"""What the cache of the pages takes as a key, and that one key is one answer."""

import inspect
import typing
from collections.abc import Callable
from datetime import date
from types import NoneType

import pytest

from data.store import Store
from ui import cached
from ui.releases import diff

SCALARS = (str, int, float, bool, NoneType)
BY_TEXTS = {"key": tuple[str, ...], "_make": Callable[[], typing.Any]}
"""Of the answers of a scheme: every text that they depend on, and how they are computed."""


def test_cached_functions_take_scalars_and_what_has_an_id():
    """Frames are hashed from a sample of their rows: a changed row may return the old result.

    A parameter that begins with an underscore is no part of the key.
    """
    functions = {
        name: one
        for room in (cached, diff)
        for name, one in vars(room).items()
        if hasattr(one, "clear") and hasattr(one, "__wrapped__")
    }
    parameters = [(name, one) for name, of in functions.items() for one in inspect.signature(of).parameters.values()]
    allowed = {*cached.KEYS, *SCALARS}
    wrong = [
        f"{name}({one})"
        for name, one in parameters
        if one.annotation != BY_TEXTS.get(one.name)
        and (one.name.startswith("_") or not set(typing.get_args(one.annotation) or [one.annotation]) <= allowed)
    ]
    assert len(functions) > 25 and wrong == []


@pytest.mark.sweep
def test_the_same_release_opened_twice_has_one_answer_and_another_round_has_its_own(demo_path):
    one, other = Store(demo_path).release(), Store(demo_path).release()
    try:
        year = cached.pledge_year(cached.round_of(one, "2025"), date(2025, 12, 31))
        assert cached.pledge_year(cached.round_of(other, "2025"), date(2025, 12, 31)) is year
        assert cached.pledge_year(cached.round_of(one, "2025"), date(2025, 9, 30)) is not year
        assert cached.overview(one.round("2025")) is cached.overview(other.round("2025"))
        assert cached.overview(one.round("2024")) is not cached.overview(one.round("2025"))
        assert cached.shifts(year) is cached.shifts(cached.pledge_year(other.round("2025"), date(2025, 12, 31)))
    finally:
        cached.clear()
        one.close()
        other.close()
