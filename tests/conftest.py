"""Fixtures that every test may use; what belongs to one part stands with its tests."""

import fcntl
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests.support.kept_stores import kept_or_made
from tests.support.paths import GOLDEN
from tests.support.stores import SMALL, Biaochi

# A busy machine is no fault of the code, and the same commit is tried with the same examples.
settings.register_profile("untimed", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None)  # as many examples as the tests write, see support/examples.py
# A mutant is killed by any failing example; to look for the smallest one took longer than all other tests of its file.
settings.register_profile("mutants", deadline=None, phases=(Phase.explicit, Phase.generate))
settings.load_profile("untimed")

# A script that runs the tests in the background ignores Ctrl+C, and whatever they start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SAMPLED = 2
"""How many of a family of parameters marked `sample` are tried with every run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew, then look at the diff")
    parser.addoption("--pictures", action="store_true", help="keep pictures of the journeys of tests/browser")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all but the first two of a family marked `sample` to the sweeps: 41 families took four minutes of a run."""
    seen: Counter[tuple[Path, str]] = Counter()
    for item in items:
        if item.get_closest_marker("sample"):
            family = (item.path, getattr(item, "originalname", item.name))
            seen[family] += 1
            if seen[family] > SAMPLED:
                item.add_marker(pytest.mark.sweep)


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut():
    """No test cuts the power, and `os.fsync` takes 4 ms, 20 times a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """A place for a store of this test alone; nothing is there yet."""
    return tmp_path / "var"


@pytest.fixture
def biaochi(store_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over a store of this test alone."""
    return Biaochi(store_path, capsysbinary)


@pytest.fixture(scope="session")
def once_a_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str):
    """once_a_run(name, make): a folder that `make(folder)` fills; the worker that comes second waits and takes it.

    Read only: other tests and workers share it.
    """
    base = tmp_path_factory.getbasetemp()
    run = base if worker_id == "master" else base.parent

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        path = run / name
        with (run / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                kept_or_made(name, run / f"{name}-making", make)
                (run / f"{name}-making").rename(path)
        return path

    return folder


@pytest.fixture(scope="session")
def demo_path(once_a_run) -> Path:
    """A store with the demonstration city, published, which costs 7 CPU-seconds. Read only."""
    from data.sample.load import load_demo
    from data.store import Store

    return once_a_run("demo-city", lambda path: load_demo(Store(path, threads=2)))


@pytest.fixture(scope="session")
def schemes_path(once_a_run) -> Path:
    """A store with the register of units and the demonstration of all schemes, without ballots. Read only."""
    from tests.support.schemes import load_schemes

    return once_a_run("schemes", load_schemes)


@pytest.fixture(scope="session")
def town_path(once_a_run) -> Path:
    """A store with the town, published: for whatever the size of the city does not matter to. Read only."""
    from data.store import Store
    from tests.support.town import load_town

    return once_a_run("town", lambda path: load_town(Store(path, threads=2)))


@pytest.fixture(scope="module")
def demo_release(demo_path: Path):
    """The published release of the demonstration city: a module ranks it once, in a CPU-second, since a release keeps
    what was computed. Closed at the end of the module, since others open its file otherwise.
    """
    from data.store import Store

    release = Store(demo_path, threads=2).release()
    yield release
    release.close()


@pytest.fixture
def demo(demo_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over the shared demonstration store; only for commands that read."""
    return Biaochi(demo_path, capsysbinary)


@pytest.fixture
def town(town_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over the shared town; only for commands that read."""
    return Biaochi(town_path, capsysbinary)


@pytest.fixture
def own_town(town_path: Path, store_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over a copy of the town."""
    shutil.copytree(town_path, store_path)
    return Biaochi(store_path, capsysbinary)


@pytest.fixture
def own_demo(demo_path: Path, store_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Biaochi:
    """The command line over a copy of the demonstration store."""
    shutil.copytree(demo_path, store_path)
    return Biaochi(store_path, capsysbinary)


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare bytes with a file of tests/golden, or write it with --update-golden."""

    def compare(name: str, content: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_bytes(content)
        assert content == path.read_bytes(), f"{name} differs; --update-golden shows how"

    return compare


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
    """made_once(make, key): what `make` does to the store of this test and returns; the first test that asks has it
    made, the others get a copy. A store of its own costs a test a second, a copy a hundredth. key: what else `make`
    depends on.
    """

    def run(make: Callable[[], object], key: str = "") -> object:
        name = f"{make.__module__}.{make.__qualname__} {key}"
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
