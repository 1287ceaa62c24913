"""Where the project and the files of its tests are, for tests on any floor of the tree."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
REAL = FIXTURES / "real"
GOLDEN = ROOT / "tests" / "golden"
RULES = ROOT / "rules"
