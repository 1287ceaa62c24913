"""A small store and its files, for the tests that tell a story in a few lines."""

from pathlib import Path

import pytest

from tests.support.stores import SMALL


@pytest.fixture
def files(tmp_path: Path):
    """files(name, content) writes a file of this test and returns its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def small(biaochi, tmp_path: Path):
    """A store with rules under which seven ballots suffice."""
    biaochi.rules(tmp_path, SMALL)
    return biaochi
