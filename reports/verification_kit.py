"""The verification kit of a unit: the data to recompute its score, places and verdict independently.

Internal: it holds the unit's counts by group, which the public page may withhold, and the score of every ranked
unit of its family with their covariance. It holds no counts of other units and none of pairs of units. What it must
hold still tells: the sums of a group with few votes show how these people voted; where one person alone graded two
units, their covariance shows that person's grades; score, variance and degrees of freedom of another unit give its
number of votes. The README says so: the kit is never for the public.
"""

import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.clusters import Clusters
from analytics.pairs import honest_pairs
from data.store.release import Round
from errors import BiaochiError
from formats.zip import zip_bytes
from i18n import LANGUAGES, N_, translate
from reports.ranking_table import marks
from results.ranking.family import BY_GRADE, LINED, Family, families
from results.ranking.ranking import ranking_of
from results.ranking.rows import records
from results.ranking.verdicts import claims_without_pairs

Array: TypeAlias = NDArray[Any]

SCRIPT = Path(__file__).with_name("verify_kit.py")
PUBLISHED = (
    *("n", "score", "se", "score_low", "score_high", "rank", "rank_best", "rank_worst"),
    *("confirm_p", "clear_p", "verdict", "reason"),
)
STAMP = N_("INTERNAL: for the unit and its statistician; not to be passed on or published")
ABOUT = N_("Unit {unit}, round {round}, rule set {rules}, release {release}")
WORDS = {
    "n": N_("Votes"),
    "score": N_("Score"),
    "se": N_("Standard error"),
    "own_score": N_("Score, as listed among all units"),
    "own_se": N_("Standard error, as listed among all units"),
    "score_low": N_("Score, lower limit"),
    "score_high": N_("Score, upper limit"),
    "rank": N_("Rank"),
    "rank_best": N_("Best rank of the set"),
    "rank_worst": N_("Worst rank of the set"),
    "confirm_p": N_("p value for the bottom"),
    "clear_p": N_("p value against the bottom"),
    "verdict": N_("Verdict"),
    "equal": N_("equal"),
    "different": N_("DIFFERENT"),
    "all_equal": N_("Recomputed and published agree to 1e-9."),
    "not_equal": N_("Recomputed and published DIFFER; see the lines above."),
}
README = (
    STAMP,
    ABOUT,
    "",
    N_("What this is for: to recompute, without this product, the score, the places and the verdict of one unit."),
    N_("It needs Python 3.11 or later with numpy and scipy. In the folder of these files run:"),
    "    python verify.py",
    N_(
        "Each line shows the recomputed number, then the published number. Exit code 0: all agree to 1e-9; 1: "
        "something differs; 2: the kit cannot be read."
    ),
    "",
    N_("verify.py: the method once more in one file, to be read from top to bottom."),
    N_(
        "kit.json: the votes of this unit by group, with the sum and the sum of squares of their scores in "
        "ten-thousandths of a point, and by score; the same of each group over all units of the round; score and "
        "standard error of every ranked unit of the category, with error and degrees of freedom of each difference; "
        "and what was published of this unit."
    ),
    N_("rules.toml: the rule set."),
    N_("Not in it: votes of other units, and votes that two units have in common."),
    N_(
        "Keep it safe all the same: the sums of a group with few votes show how these people voted, and where one "
        "person alone graded two units, their covariance can show that person's grades."
    ),
    N_("If something differs, write to the office with the release id above and this folder."),
)


class MemberNotFoundError(BiaochiError):
    """The round has no votes, or does not have this unit."""

    message = N_("The round {round} has no results of a unit {unit}.")

    def __init__(self, round_id: str, unit: str) -> None:
        super().__init__(round=round_id, unit=unit)


def kit_bytes(round_: Round, code: str) -> bytes:
    """Return the kit of a unit as a reproducible ZIP. Raises RoundNotFoundError and MemberNotFoundError."""
    found = [family for family in families(round_) if code in set(family.members["unit_code"])]
    if not found:
        raise MemberNotFoundError(round_.id, code)
    family = found[0]
    content = kit_content(round_, family, code)
    files = {
        "README.txt": readme(round_, family, code),
        "verify.py": SCRIPT.read_text(encoding="utf-8"),
        "kit.json": json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "rules.toml": family.rules.text,
    }
    return zip_bytes({name: text.encode("utf-8") for name, text in files.items()}, translate(STAMP, "zh"))


def kit_content(round_: Round, family: Family, code: str) -> dict[str, Any]:
    """Return the contents of kit.json, with numbers in full precision."""
    at = list(family.members["unit_code"]).index(code)
    row = records(ranking_of(round_, [family]).rows)
    own = next(one for one in row if one["unit_code"] == code)
    uncertainty, minimum = family.rules.uncertainty, family.rules.minimum
    moments = family.moments
    facts = _facts(round_, family, code)
    return {
        "stamp": _both(STAMP),
        "release": round_.release.id,
        "round": round_.id,
        "status": [marks(round_, language) for language in LANGUAGES],
        "rules": family.rules.name,
        "level": uncertainty.level,
        "draws": uncertainty.draws,
        "weights": None if family.weights is None else dict(family.weights),
        "renormalise": minimum.missing_group == "renormalise",
        "per_unit": minimum.per_unit,
        "per_group": minimum.per_group,
        "bottom": {
            "rule": family.bottom.rule,
            "places": family.places,
            "line": family.bottom.line,
            "limit": family.bottom.limit,
        },
        "own": {
            "code": code,
            "name": own["unit_name"],
            "cells": [
                {"group": str(group), "n": int(n), "total": int(total), "squares": int(squares)}
                for group, n, total, squares in zip(
                    moments.groups, moments.n[at], moments.total[at], moments.squares[at], strict=True
                )
            ],
            "lowest_votes": int(family.members["lowest_votes"].fillna(0).iloc[at]),
        },
        "group_totals": [
            {"group": str(group), "n": n, "total": total, "squares": squares}
            for group, n, total, squares in zip(
                moments.groups, moments.group_n, moments.group_total, moments.group_squares, strict=True
            )
        ],
        "law": _law(family, at),
        "family": _family(family, at),
        "published": {name: own[name] for name in PUBLISHED},
        "words": {"stamp": _both(STAMP), "about": _both(ABOUT, **facts)}
        | {name: _both(message) for name, message in WORDS.items()},
    }


def readme(round_: Round, family: Family, code: str) -> str:
    """Return the README of the kit, Chinese first."""
    facts = _facts(round_, family, code)
    parts = []
    for language in LANGUAGES:
        mark = marks(round_, language)
        lines = [translate(line, language).format(**facts) for line in README]
        parts.append("\n".join([*([mark] if mark else []), *lines]))
    return "\n\n----\n\n".join(parts) + "\n"


def _family(family: Family, at: int) -> dict[str, Any]:
    """Return codes, names and scores of the ranked units, with error and degrees of freedom of each difference.

    covariance: of the draws, with pooled correlations. spread: None where a unit has too few votes to be compared.
    """
    ranked = np.flatnonzero(family.ranked)
    members, scores = family.members.iloc[ranked], family.scores
    pairs = honest_pairs(family.ranked_scores)
    told: dict[str, Any] = {
        "name": family.name,
        "units": [str(code) for code in members["unit_code"]],
        "names": [str(name) for name in members["unit_name"]],
        "score": scores.score[ranked].tolist(),
        "se": scores.se[ranked].tolist(),
        "covariance": pairs.sigma.tolist(),
        "spread": _finite(pairs.differences.spread),
        "df": _finite(pairs.df),
    }
    if family.bottom.rule in (*LINED, BY_GRADE) and family.ranked[at]:
        confirm, clear = claims_without_pairs(family)
        told |= {
            "confirm": _before(confirm[ranked], float(confirm[at])),
            "clear": _before(clear[ranked], float(clear[at])),
        }
    return told


def _finite(table: Array) -> list[list[float | None]]:
    """Return a table with None for what is not finite: JSON has no infinity."""
    return [[float(value) if np.isfinite(value) else None for value in row] for row in table]


def _law(family: Family, at: int) -> dict[str, Any]:
    """Return the votes of the unit by score, those of each group over all units, and the weights; groups in order."""
    evidence = family.scores.evidence
    if evidence is None:
        return {}
    counts = evidence.counts
    return {
        "value": counts.value.tolist(),
        "own": counts.count[at].tolist(),
        "groups": counts.group_count.tolist(),
        "weight": evidence.weight[at].tolist(),
        "n": evidence.n[at].tolist(),
        "effect": evidence.effect.tolist(),
        "open": evidence.open_share[at].tolist(),
        "sites": _sites(evidence.clusters, at, len(evidence.effect)),
        "across": 0.0 if evidence.clusters is None else float(evidence.clusters.across[at]),
    }


def _sites(clusters: Clusters | None, at: int, groups: int) -> list[dict[str, float] | None]:
    """Return, for each group whose sites are used, the variance and degrees of freedom that they give the unit.

    Taken as given by the kit: the votes of each site would give away how others voted.
    """
    if clusters is None:
        return [None] * groups
    return [
        {"variance": float(clusters.variance[at, g]), "freedom": float(clusters.freedom[at, g])} if used else None
        for g, used in enumerate(clusters.used)
    ]


def _before(p: Array, own: float) -> dict[str, float]:
    """Return the inputs of Holm's method from the other units: the number of smaller p-values, and the p carried over.

    Their p-values themselves would give away how many of their votes have the lowest grade.
    """
    smaller = np.sort(p[p < own])
    handed_on = float((smaller * (len(p) - np.arange(len(smaller)))).max(initial=0.0))
    return {"count": len(smaller), "p": min(1.0, handed_on) if handed_on > own * (len(p) - len(smaller)) else 0.0}


def _facts(round_: Round, family: Family, code: str) -> dict[str, str]:
    name = str(family.members.set_index("unit_code")["unit_name"][code])
    unit = name if name == code else f"{name} ({code})"
    return {"unit": unit, "round": round_.id, "rules": family.rules.name, "release": round_.release.id}


def _both(message: str, **facts: str) -> str:
    """Return a message in both languages, Chinese first."""
    return " / ".join(translate(message, language).format(**facts) for language in LANGUAGES)
