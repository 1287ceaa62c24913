"""Figures that a review of a round is about: what its units are shown, and old and new figures of a correction.

Plain numbers and codes, as the register of objections keeps them; null where a figure does not exist.
"""

from collections.abc import Callable, Mapping
from typing import Any

from data.store.release import Release, Round
from results.comparison.release_diff import SAME_SCORE
from results.ranking.bottom_list import bottom
from results.ranking.ranking import ranking
from results.ranking.rows import records

UNIT = ("unit_code", "unit_name", "category")
FIGURES = ("n", "score", "score_low", "score_high", "rank", "rank_tied_to", "rank_best", "rank_worst")
KEPT = (*FIGURES, "verdict", "reason")
DECIDING = ("n", "score", "rank", "verdict", "reason")
"""What makes figures differ. Ranges of places move a little with every release, also where no vote changed."""
ABSENT: Mapping[str, Any] = {name: None for name in KEPT} | {"verdict": "absent"}


def previewed(round_: Round) -> list[dict[str, Any]]:
    """Return the figures of the units that the bottom rule names or that are not cleared, worst first."""
    return [_unit(row) | _figures(row) for row in records(bottom(round_).rows, (*UNIT, *KEPT))]


def figures_of(round_: Round) -> dict[str, dict[str, Any]]:
    """Return the figures of every unit of a round by code, each with its name and category."""
    if not round_.has_units:
        return {}
    rows = records(ranking(round_).rows, (*UNIT, *KEPT))
    return {str(row["unit_code"]): _unit(row) | _figures(row) for row in rows}


def corrected(round_id: str) -> Callable[[Release, Release], list[dict[str, Any]]]:
    """Return what compares a round in two releases: a row for each unit with other figures, old and new.

    The category and name are the new ones where there are any. A unit that is missing in either has the verdict
    `absent`.
    """

    def compare(before: Release, after: Release) -> list[dict[str, Any]]:
        old, new = figures_of(before.round(round_id)), figures_of(after.round(round_id))
        rows = []
        for code in dict.fromkeys([*new, *old]):
            was, now = old.get(code), new.get(code)
            if _differ(was, now):
                unit = {name: (now or was or {})[name] for name in UNIT}
                rows.append(unit | {"before": _kept(was), "after": _kept(now)})
        return rows

    return compare


def contradicted(kept: Mapping[str, Any], release: Release) -> list[str]:
    """Return the units whose corrected figures in the register are not those of the corrected release.

    kept : a correction as the register keeps it. release : which it names, or which was computed again.
    """
    found = figures_of(release.round(str(kept["round"])))
    return [str(unit["unit_code"]) for unit in kept["units"] if _kept(found.get(unit["unit_code"])) != unit["after"]]


def _differ(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    if was is None or now is None:
        return True
    if any(was[name] != now[name] for name in DECIDING if name != "score"):
        return True
    scores = (was["score"], now["score"])
    return scores[0] != scores[1] and (None in scores or abs(scores[0] - scores[1]) > SAME_SCORE)


def _kept(figures: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: (figures or ABSENT)[name] for name in KEPT}


def _unit(row: Mapping[str, object]) -> dict[str, Any]:
    return {name: str(row[name]) for name in UNIT}


def _figures(row: Mapping[str, object]) -> dict[str, Any]:
    return {name: row[name] for name in KEPT}
