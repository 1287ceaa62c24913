"""What is installed: everything pinned, everything hashed, no registry named."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINS = ["requirements.txt", "requirements-dev.txt"]
INPUTS = ["requirements.in", "requirements-dev.in"]


def entries(name: str) -> list[str]:
    """The entries of a requirements file without comments, continuation lines joined."""
    text = re.sub(r"\s*#.*", "", (ROOT / name).read_text(encoding="utf-8"))
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def pinned(name: str) -> dict[str, str]:
    found = (re.match(r"([A-Za-z0-9._-]+)==(\S+)", line) for line in entries(name))
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


@pytest.mark.parametrize("name", PINS)
def test_every_package_has_one_version_and_hashes(name):
    wrong = [
        line for line in entries(name) if not re.fullmatch(r"\S+==\S+( ;[^;]+?)?(\s+--hash=sha256:\w{64})+\s*", line)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_is_pinned_and_has_a_reason(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wrong = [line for line in lines if line[:1] not in ("#", "-") and not re.fullmatch(r"[\w-]+==\S+ +# \S.*", line)]
    assert wrong == []
    assert pinned(name).items() <= pinned(name.replace(".in", ".txt")).items()


@pytest.mark.parametrize("name", PINS + INPUTS)
def test_no_registry_is_named(name):
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_checks_run_with_the_versions_of_the_product():
    assert pinned("requirements.txt").items() <= pinned("requirements-dev.txt").items()


def test_windows_gets_what_only_windows_needs():
    assert any(re.match(r"colorama==\S+ ; sys_platform == 'win32'", line) for line in entries("requirements.txt"))
