"""A small store and its files, for the tests that tell a story in a few lines."""

import shutil
from collections.abc import Callable
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


@pytest.fixture(scope="session")
def _made() -> dict[str, tuple[Path, object]]:
    return {}


@pytest.fixture
def made_once(_made, store_path: Path, tmp_path_factory: pytest.TempPathFactory):
    """made_once(make): what `make` does to the store of this test and returns; the first test that asks has it made,
    the others get a copy. A store of its own costs a test a second, a copy a hundredth.
    """

    def run(make: Callable[[], object]) -> object:
        name = f"{make.__module__}.{make.__qualname__}"
        if name not in _made:
            answer = make()
            copy = tmp_path_factory.mktemp("made") / "var"
            shutil.copytree(store_path, copy)
            _made[name] = (copy, answer)
            return answer
        copy, answer = _made[name]
        shutil.rmtree(store_path, ignore_errors=True)
        shutil.copytree(copy, store_path)
        return answer

    return run
