"""Fixtures that every test may use; what belongs to one part stands with its tests."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.stores import Biaochi

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew, then look at the diff")


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """A place for a store of this test alone; nothing is there yet."""
    return tmp_path / "var"


@pytest.fixture
def biaochi(store_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over a store of this test alone."""
    return Biaochi(store_path, capsysbinary)


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the demonstration city, published. Read only: other tests share it."""
    from data.sample.load import load_demo
    from data.store import Store

    path = tmp_path_factory.mktemp("demo") / "var"
    load_demo(Store(path, threads=2))
    return path


@pytest.fixture
def demo_release(demo_path: Path):
    """The published release of the demonstration city; closed at the end, since others open its file otherwise."""
    from data.store import Store

    release = Store(demo_path, threads=2).release()
    yield release
    release.close()


@pytest.fixture
def demo(demo_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over the shared demonstration store; only for commands that read."""
    return Biaochi(demo_path, capsysbinary)


@pytest.fixture
def own_demo(demo_path: Path, store_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over a copy of the demonstration store."""
    shutil.copytree(demo_path, store_path)
    return Biaochi(store_path, capsysbinary)


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare bytes with a file of tests/golden, or write it with --update-golden."""

    def compare(name: str, content: bytes) -> None:
        path = Path(__file__).parent / "golden" / name
        if request.config.getoption("--update-golden"):
            path.write_bytes(content)
        assert content == path.read_bytes(), f"{name} differs; --update-golden shows how"

    return compare
