"""Fixtures that every test may use; what belongs to one part stands with its tests."""

from pathlib import Path

import pytest


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """A place for a store of this test alone; nothing is there yet."""
    return tmp_path / "var"
