"""A published round of 73,421 real ratings: 1,128 lecturers in 14 departments by 2,972 students of four strata."""

from pathlib import Path

from data.store import ImportOptions, Store
from tests.support.paths import REAL

FILE = REAL / "insteval_ballots_gb18030.csv.gz"
WEIGHTS = {"学期2": 0.4, "学期4": 0.3, "学期6": 0.2, "学期8": 0.1}
RULES = """name = "insteval"
title = "学期加权"
source = "lme4, InstEval"
why = "真实评分的检验"
authored_by = "a"
checked_by = "b"
date = 2025-11-01
[numeric]
low = 1
high = 5
step = 1
[weights]
{weights}
[minimum]
per_unit = 30
per_group = 10
[bottom]
rule = "last"
k = 2
"""


def load_real_ballots(path: Path) -> Path:
    """Import and publish them as the round 2010, weighted as their source says."""
    store = Store(path, threads=2)
    store.add_rules(RULES.format(weights="\n".join(f'"{group}" = {weight}' for group, weight in WEIGHTS.items())))
    options = ImportOptions(accept_warnings="real ballots")
    report = store.import_files("ballots", [(FILE.name, FILE.read_bytes())], "2010", options)
    assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    return path
