"""What leaves the house, on 73,421 real ballots: the kit where nothing of ours is installed, the attack on the page."""

import io
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy
import pytest
import scipy

from data.store import Store
from tests.reference.attacker import Attacker, printed, recovered
from tests.support.real_ballots import WEIGHTS, load_real_ballots

pytestmark = pytest.mark.slow


@pytest.fixture
def real(biaochi):
    """A store with the real ballots."""
    load_real_ballots(biaochi.store)
    return biaochi


@pytest.fixture
def bare_python(tmp_path):
    """The Python of an environment that holds numpy and scipy and nothing else."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for library in (numpy, scipy):
        folder = Path(library.__file__).parent
        for found in (folder, folder.with_name(f"{folder.name}.libs")):
            if found.exists():
                (packages / found.name).symlink_to(found)
    venv.create(tmp_path / "bare", with_pip=False)
    site = next((tmp_path / "bare").glob("lib/python*/site-packages"))
    (site / "two.pth").write_text(f"{packages}\n")
    return tmp_path / "bare" / "bin" / "python"


def outside(python, content, folder):
    """Unpack a kit somewhere else and run its script there."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(folder)
    environment = {"PATH": os.defpath, "PYTHONUTF8": "1"}
    words = [str(python), "verify.py"]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=600)


def test_nothing_of_ours_is_in_the_bare_environment(bare_python):
    for name in ("pandas", "duckdb", "results"):
        done = subprocess.run([str(bare_python), "-c", f"import {name}"], capture_output=True, cwd="/")
        assert done.returncode == 1, name
    assert subprocess.run([str(bare_python), "-c", "import scipy.stats"], cwd="/").returncode == 0
    assert str(bare_python) != sys.executable


def test_a_kit_of_the_demonstration_verifies_there(demo, bare_python, tmp_path):
    for code in ("ZY001", "ZY030", "ZY060"):
        done = outside(bare_python, demo("kit", code, "--round", "2025"), tmp_path / code)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_kit_of_the_real_ballots_verifies_there(real, bare_python, tmp_path):
    rows = real.json("ranking", "--round", "2010")["rows"]
    ranked = [row["unit_code"] for row in rows if row["rank"]]
    assert len(ranked) > 100
    for code in (*ranked[:: len(ranked) // 4], rows[-1]["unit_code"]):
        done = outside(bare_python, real("kit", code, "--round", "2010"), tmp_path / code)
        assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_small_is_recovered_from_the_page_of_the_real_ballots(real):
    content = real("public", "--round", "2010")
    release = Store(real.store).release()
    rows = release.round("2010").query("unit_grades").to_dict("records")
    release.close()
    truth = {(row["unit_code"], row["group_name"], row["grade"]): int(row["lines"]) for row in rows}
    page = printed(content)
    assert len(page.units) == 1128
    assert sum(n is None for unit in page.units.values() for n in unit["groups"].values()) > 1000
    for category in sorted({unit["category"] for unit in page.units.values()})[::4]:
        page_of = printed(content)
        page_of.units = {code: unit for code, unit in page.units.items() if unit["category"] == category}
        page_of.grades = {category: page.grades[category]}
        own = {cell: n for cell, n in truth.items() if cell[0] in page_of.units}
        attacker = Attacker(page_of, {category: WEIGHTS}, {str(grade): float(grade) for grade in range(1, 6)})
        assert recovered(attacker, own, 5, only=10) == [], category
