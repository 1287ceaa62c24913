"""The worked example of the methods page; tests/spec/test_six_units.py recomputes every number of it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from words import ROOT

FILE = ROOT / "docs" / "worked" / "six_units.toml"


@dataclass(frozen=True)
class WorkedExample:
    """Six units, who is among the two worst.

    units : name, score, rank, best, worst, confirm_raw, confirm_p, clear_raw, clear_p, verdict; best first.
    chain : the p-value of one unit step by step. standard_error, difference_error : points. critical : of the rank
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
    """The example as it is kept."""
    kept = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return WorkedExample(pd.DataFrame(kept.pop("unit")), kept.pop("chain"), **kept)
