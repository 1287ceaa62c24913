"""Votes and graded lines of a round by ballot, read from the kept ballots: for figures on evaluators.

A release keeps sums of votes, which do not show who graded what. The kept uploads of any release, new or old, do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data.duckdb_access import working_memory
from data.model.facts import Dictionaries, Lines
from data.model.rule_features import Apart
from data.model.rule_sets import RuleSet
from data.moments.votes import kind_of_grade, points_of_grade, votes_of_lines
from data.store.release import Round
from data.store.rounds import read_ballots, read_register
from data.store.scratch import work_folder
from data.store.uploads import read_upload

SCALE = 10_000


@dataclass(frozen=True)
class RoundBallots:
    """What the evaluators of a round graded. For sums only: a row is a person's vote and is never shown.

    votes : ballot, unit_code, score (points, as the rule set makes it), group_name, channel, site ("" if not given).
    lines : ballot, unit_code, group_name, indicator, points; the scored lines of all indicators, also those that the
        rule set gives no weight. numbers : ballot -> number on the sheet, for a recount of paper. apart : groups and
        channels whose votes are in no score.
    """

    votes: pd.DataFrame
    lines: pd.DataFrame
    numbers: Mapping[int, str] = field(default_factory=dict)
    apart: Apart = field(default_factory=Apart)

    @property
    def counted(self) -> pd.DataFrame:
        """Return the votes that are in the scores."""
        apart = self.votes["group_name"].isin(self.apart.groups) | self.votes["channel"].isin(self.apart.channels)
        return self.votes[~apart]


def round_ballots(round_: Round) -> RoundBallots | None:
    """Read the ballots of a round; None if the round has no ballots (counts only, or records only)."""
    uploads = [read_upload(round_.release.store / "uploads" / upload_id) for upload_id in round_.release.upload_ids]
    mine = [upload for upload in uploads if (upload.round_id, upload.kind) == (round_.id, "ballots")]
    if not mine or round_.rules is None:
        return None
    register = read_register(uploads, round_.id)
    with work_folder() as scratch:
        con = working_memory(scratch)
        try:
            texts, held = read_ballots(con, mine, register.codes() if register else None)
            lines = held.loaded() if held is not None else None
            ballots = con.table("ballot").df().set_index("ballot")
        finally:
            con.close()
    if texts is None or lines is None:
        return None
    votes, graded = _votes(lines, texts, round_.rules, ballots), _lines(lines, texts, round_.rules, ballots)
    numbers = {int(code): str(number) for code, number in ballots["ballot_id"].items()}
    return RoundBallots(votes, graded, numbers, round_.rules.features.apart)


def _votes(lines: Lines, texts: Dictionaries, rules: RuleSet, ballots: pd.DataFrame) -> pd.DataFrame:
    votes = votes_of_lines(lines, texts, rules)
    frame = pd.DataFrame(
        {"ballot": votes.ballot, "unit_code": np.array(texts.units)[votes.unit], "score": votes.score / SCALE}
    )
    about = ballots[["group_name", "channel", "site"]].fillna("")
    return frame.join(about, on="ballot")


def _lines(lines: Lines, texts: Dictionaries, rules: RuleSet, ballots: pd.DataFrame) -> pd.DataFrame:
    points = np.array([_points(name, kind, rules) for name, kind in texts.grades], dtype=np.float64)[lines.grade]
    scored = ~np.isnan(points)
    frame = pd.DataFrame(
        {
            "ballot": lines.ballot[scored],
            "unit_code": np.array(texts.units)[lines.unit[scored]],
            "indicator": np.array(texts.indicators)[lines.indicator[scored]],
            "points": points[scored],
        }
    )
    return frame.join(ballots["group_name"], on="ballot")


def _points(name: str, forced: str, rules: RuleSet) -> float:
    """Return the points of a grade; NaN if it is not scored."""
    found = points_of_grade(name, rules) if kind_of_grade(name, forced, rules) == "scored" else None
    return float("nan") if found is None else found / SCALE
