"""Figures on the evaluators of a round, a row each with its interval, votes and reason where it is missing.

Read from the kept ballots, since a release keeps sums that do not show who graded what; so nothing in a release
changes, and old releases have these figures too. Sums only: no row is about a single ballot.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.model.rule_sets import RuleSet
from data.moments.votes import OVERALL
from data.store.release import Round, per_round
from data.store.round_ballots import RoundBallots, round_ballots
from i18n import translate
from results.evaluators.agreement import Row, agreement_rows, driver_rows
from results.evaluators.composition import mix_rows, mode_rows, with_kind
from results.evaluators.words import (
    ABSENT,
    CAUTIONS,
    DRIVERS,
    MIX,
    MODES,
    NO_CHANNEL,
    NO_OVERALL,
    ONE_CHANNEL,
    ONE_INDICATOR,
    ONE_KIND,
    ONLY_COUNTS,
    PARTS,
)

WORDS = ("part", "figure", "group", "indicator", "channel", "other_channel", "unit_code", "unit_name", "category")
COUNTS = ("evaluators", "drawn", "units", "votes")
NUMBERS = ("value", "low", "high", "plain")
PLACES = ("place", "adjusted_place")
COLUMNS = (*WORDS, *COUNTS, *NUMBERS, *PLACES, "reason")


@dataclass(frozen=True)
class Evaluators:
    """Figures on the evaluators of a round.

    rows : COLUMNS; value, low and high are coefficients for agreement and drivers, points for channels and mix; a
        difference is channel - other_channel. NA where something does not apply.
    absent : part -> code of ABSENT, for parts without any row.
    left_out : share of the votes left out of the mix because their kind of ballot is rare.
    level : of the intervals. smallest : evaluators or votes below which nothing is shown.
    """

    rows: pd.DataFrame
    absent: Mapping[str, str]
    left_out: float
    level: float
    smallest: int

    def of(self, part: str) -> pd.DataFrame:
        """Return the rows of a part."""
        return self.rows[self.rows["part"] == part].reset_index(drop=True)

    @property
    def moved(self) -> tuple[int, int]:
        """Return how many places the mix changes, and of how many units."""
        placed = self.rows[self.rows["place"].notna()]
        return int((placed["place"] != placed["adjusted_place"]).sum()), len(placed)

    def caution(self, part: str, language: str) -> str:
        """Return what the figures of a part do not show."""
        return translate(CAUTIONS[part], language).format(chance=f"{100 * (1 - self.level):g}")

    def why_absent(self, part: str, language: str) -> str:
        """Return why a part has no figures; "" if it has."""
        return translate(ABSENT[self.absent[part]], language) if part in self.absent else ""


@per_round
def evaluators(round_: Round) -> Evaluators:
    """Return the figures on the evaluators of a round."""
    rules = round_.rules
    ballots = round_ballots(round_) if rules else None
    if rules is None or ballots is None or ballots.votes.empty:
        level = rules.uncertainty.level if rules else 0.95
        return Evaluators(_as_frame([], round_), dict.fromkeys(PARTS, ONLY_COUNTS), 0.0, level, 0)
    seed = seed_of(round_.drawn_from, round_.id)
    return figures_of(ballots, rules, round_, seed)


def seed_of(release: str, round_id: str) -> int:
    """Return the seed of every draw: the first 8 bytes of SHA-256 of release id, round and "evaluators", in lines."""
    return int.from_bytes(hashlib.sha256(f"{release}\n{round_id}\nevaluators".encode()).digest()[:8], "big")


def figures_of(ballots: RoundBallots, rules: RuleSet, round_: Round, seed: int) -> Evaluators:
    """Compute the figures from the ballots of a round."""
    level, smallest = rules.uncertainty.level, rules.presentation.smallest_cell
    votes = ballots.votes
    groups = _groups(votes, rules)
    counted = ballots.counted
    kinds = with_kind(counted)
    absent = {
        DRIVERS: _no_drivers(ballots.lines),
        MODES: "" if (votes["channel"] != "").any() else NO_CHANNEL,
        MIX: "" if kinds["kind"].nunique() > 1 else ONE_KIND,
    }
    rows = agreement_rows(votes, groups, smallest, level, seed)
    rows += [] if absent[DRIVERS] else driver_rows(ballots.lines, smallest, level, seed)
    modes = [] if absent[MODES] else mode_rows(votes, groups, smallest, level)
    absent[MODES] = absent[MODES] or ("" if modes else ONE_CHANNEL)
    rows += modes
    rows += [] if absent[MIX] else mix_rows(kinds, round_.units, smallest, level)
    left_out = 1 - len(kinds) / len(counted) if len(counted) else 0.0
    missing = {part: code for part, code in absent.items() if code}
    return Evaluators(_as_frame(rows, round_), missing, left_out, level, smallest)


def _groups(votes: pd.DataFrame, rules: RuleSet) -> list[str]:
    """Return the evaluator groups of the ballots, in the order of the rule set."""
    listed = rules.group_names() or []
    return list(dict.fromkeys([*listed, *sorted(votes["group_name"].unique())]))


def _no_drivers(lines: pd.DataFrame) -> str:
    asked = set(lines["indicator"])
    if len(asked) < 2:
        return ONE_INDICATOR
    return "" if OVERALL in asked else NO_OVERALL


def _as_frame(rows: list[Row], round_: Round) -> pd.DataFrame:
    """Return the rows with all columns, typed, and the names of the units."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    if len(frame):
        units = round_.units.set_index("unit_code")
        for name in ("unit_name", "category"):
            frame[name] = frame["unit_code"].map(units[name])
    texts = frame[[*WORDS, "reason"]].astype("string")
    counts = frame[[*COUNTS, *PLACES]].astype("Int64")
    numbers = frame[list(NUMBERS)].astype(np.float64)
    return pd.concat([texts, counts, numbers], axis=1)[list(COLUMNS)]
