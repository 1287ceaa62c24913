"""CPU seconds of every test, its child processes included: `python -m pytest -p tests.support.cpu_seconds --cpu FILE`.

Wall seconds say little on a machine that others use as well. Set-up of shared fixtures counts to the test that asked
first.
"""

import os
from pathlib import Path

import pytest

LINES: list[tuple[float, str, str]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cpu", type=Path, help="where to write seconds, phase and test, one line each")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item: pytest.Item):
    yield from _timed(item, "setup")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item):
    yield from _timed(item, "call")


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--cpu")
    if path:
        lines = [f"{seconds:8.3f} {phase:5} {name}\n" for seconds, phase, name in sorted(LINES, reverse=True)]
        path.write_text("".join(lines), encoding="utf-8")


def _timed(item: pytest.Item, phase: str):
    before = os.times()
    yield
    after = os.times()
    LINES.append((sum(after[:4]) - sum(before[:4]), phase, item.nodeid))
