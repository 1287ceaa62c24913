"""Worked examples of the methods page; tests/spec recomputes every number in them."""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from i18n import N_, ROOT

FILE = ROOT / "docs" / "worked" / "six_units.toml"
ATTAINMENT = ROOT / "docs" / "worked" / "attainment.csv"
CASES = {
    "exactly kept": N_("exactly kept"),
    "half way": N_("half way"),
    "not begun": N_("not begun"),
    "fell back": N_("fell back"),
    "over-fulfilled": N_("over-fulfilled"),
    "far beyond the cap": N_("far beyond the cap"),
    "nothing done": N_("nothing done"),
    "no baseline": N_("no baseline"),
    "not reported": N_("not reported"),
    "no target": N_("no target"),
    "target zero kept": N_("target zero kept"),
    "target zero missed": N_("target zero missed"),
    "negative target kept": N_("negative target kept"),
    "soft: target is last year's": N_("soft: target is last year's"),
    "soft: target below last year's": N_("soft: target below last year's"),
    "fewer is better kept": N_("fewer is better, kept"),
    "fewer is better half way": N_("fewer is better, half way"),
    "fewer is better missed": N_("fewer is better, missed"),
    "fewer is better none left": N_("fewer is better, none left"),
    "fewer is better below zero": N_("fewer is better, below zero"),
    "fewer is better target zero kept": N_("fewer is better, target zero kept"),
    "fewer is better target zero missed": N_("fewer is better, target zero missed"),
    "soft: allows more than last year": N_("soft: allows more than last year"),
    "fewer is better not reported": N_("fewer is better, not reported"),
}
"""Names of the worked pledges in docs/worked/attainment.csv."""


@dataclass(frozen=True)
class WorkedExample:
    """Six units and the question which of them are among the two worst.

    units : name, score, rank, best, worst, confirm_raw, confirm_p, clear_raw, clear_p, verdict; best first.
    chain : the p-value of a unit step by step. standard_error, difference_error : points. critical : of the rank
    sets. k, level : of the claims.
    """

    units: pd.DataFrame
    chain: dict[str, Any]
    k: int
    level: float
    standard_error: float
    difference_error: float
    critical: float


@cache
def six_units() -> WorkedExample:
    """Return the stored example."""
    kept = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return WorkedExample(pd.DataFrame(kept.pop("unit")), kept.pop("chain"), **kept)


@cache
def attainment_cases() -> pd.DataFrame:
    """Return worked pledges: case, actual, target, baseline, direction, met (True, False, NA), completion, progress."""
    with ATTAINMENT.open(encoding="utf-8") as file:
        kept = pd.DataFrame(csv.DictReader(file)).astype(object)
    numbers = ["actual", "target", "baseline", "completion", "progress"]
    kept[numbers] = kept[numbers].replace("", None).astype(float)
    return kept.assign(met=kept["met"].map({"yes": True, "no": False}).astype("boolean"))
