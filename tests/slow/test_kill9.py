"""A store survives kill -9 at any instant."""

import pytest

from tests.slow import kill9_reviews
from tests.slow.kill9 import run


@pytest.mark.slow
def test_a_killed_writer_leaves_the_old_release_or_the_new(tmp_path):
    assert run(tmp_path, 100) == {"import": 50, "publish": 50}


@pytest.mark.slow
def test_a_killed_ruling_correction_or_announcement_leaves_the_register_and_the_release_agreeing(tmp_path):
    assert kill9_reviews.run(tmp_path, 100) == {"rule": 34, "correct": 33, "announce": 33}
