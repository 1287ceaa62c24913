"""A store survives kill -9 at any instant."""

import pytest

from tests.slow.kill9 import run


@pytest.mark.slow
def test_a_killed_writer_leaves_the_old_release_or_the_new(tmp_path):
    assert run(tmp_path, 100) == {"import": 50, "publish": 50}
