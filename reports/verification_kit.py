"""The verification kit of a unit: the data to recompute its score, places and verdict independently.

Internal: it holds the unit's counts by group, which the public page may withhold, and the score of every ranked
unit of its family with their covariance. It holds no counts of other units and none of pairs of units. What it must
hold still tells: the sums of a group with few votes show how these people voted; where one person alone graded two
units, their covariance shows that person's grades; score, variance and degrees of freedom of another unit give its
number of votes. The README says so: the kit is never for the public.

The kit is bound to what was published: kits.txt lists the digest of every kit of the round, and the bulletin and the
audit log name the digest of that list. Each digest is salted with a secret of the office (the votes of the round), so
that nobody finds the votes of another unit by trying.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.clusters import Clusters
from analytics.evidence import Evidence
from analytics.pairs import honest_pairs
from data.store.release import Round, per_round
from errors import BiaochiError
from formats.zip import zip_bytes
from i18n import LANGUAGES, N_, PUNCTUATION, translate
from reports.ranking_table import marks
from reports.verify_kit import LIST, family_digest, grouped, leaf, root
from results import number_format
from results.evidence.flips import flips_of_unit
from results.evidence.flips import in_words as flips_in_words
from results.evidence.integrity import decision_in_words
from results.labels import VERDICTS
from results.ranking.family import BY_GRADE, LINED, Family, families
from results.ranking.ranking import ranking_of
from results.ranking.rows import records
from results.ranking.statements import family_name
from results.ranking.verdicts import claims_without_pairs

Array: TypeAlias = NDArray[Any]

SCRIPT = Path(__file__).with_name("verify_kit.py")
PUBLISHED = (
    *("n", "score", "se", "score_low", "score_high", "rank", "rank_best", "rank_worst"),
    *("confirm_p", "clear_p", "verdict", "reason"),
)
STAMP = N_("INTERNAL: for the unit and its statistician; not to be passed on or published")
ABOUT = N_("Unit {unit}, round {round}, rule set {rules}, release {release}")
DIRECTOR = (
    STAMP,
    ABOUT,
    "",
    N_("1. The result"),
    N_("Votes on the unit: {n}. Score: {score}. Place by score: {rank}, among {count} ranked units of {family}."),
    N_("Verdict: {verdict}."),
    "",
    N_("2. How sure it is"),
    N_(
        "With other evaluators of the same kind the score might have been anywhere from {low} to {high} ({level}%). "
        "The votes allow every place from {best} to {worst}; units with places in common may well be equally good."
    ),
    N_(
        "Only “confirmed” may be called a finding about the bottom. “Undecided” means that the votes do not show it "
        "either way, and nobody may say more."
    ),
    "{flips}",
    "",
    N_("3. How to contest it"),
    N_(
        "First let your statistician run verify.py in this folder, with the digest printed at the end of the "
        "bulletin. It recomputes the figures above from the votes and says which line of which paper must agree."
    ),
    N_(
        "If a figure differs, or the bulletin shows another digest: write to the office, name the release {release}, "
        "and keep this folder unchanged."
    ),
    N_(
        "If the figures agree and you doubt the votes themselves: ask the office to show the stored ballots of your "
        "unit, and to recompute the round from the originals before your eyes (biaochi replay {short})."
    ),
    N_(
        "What this kit cannot show: whether each ballot was filled in by a person entitled to it, freely. That is a "
        "question of how the ballots were collected."
    ),
)
README = (
    STAMP,
    ABOUT,
    "",
    N_("What this is for: to recompute, without this product, the score, the places and the verdict of one unit."),
    N_("It needs Python 3.11 or later with numpy and scipy. In the folder of these files run:"),
    '    python verify.py "DIGEST"',
    N_(
        "DIGEST is printed at the end of the bulletin, under “Where this comes from”. Without it the script checks the "
        "files against each other only, and a folder that was forged completely looks right."
    ),
    N_(
        "Each line shows the recomputed number, then the published number. Exit code 0: all agree to 1e-9; 1: "
        "something differs; 2: the kit cannot be read."
    ),
    "",
    N_("director.txt: the result, how sure it is, and how to contest it; to be read first."),
    N_("verify.py: the method once more in one file, to be read from top to bottom."),
    N_("kits.txt: the digest of every kit of the round; the digest of this list is in the bulletin."),
    N_(
        "kit.json: the votes of this unit by group, with the sum and the sum of squares of their scores in "
        "ten-thousandths of a point, and by score; the same of each group over all units of the round; score and "
        "standard error of every ranked unit of the category, with error and degrees of freedom of each difference; "
        "and what was published of this unit."
    ),
    N_("rules.toml: the rule set."),
    N_("Not in it: votes of other units, and votes that two units have in common."),
    N_(
        "Taken as given, where the rule set has them: components of the score other than the ballots, points added or "
        "taken off, coefficients, and scores indicator by indicator. They are listed with their evidence."
    ),
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
        **_texts(round_, family, content),
        "kit.json": json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        LIST: kits_listed(round_),
        **_judged_ballots(round_),
    }
    return zip_bytes({name: text.encode("utf-8") for name, text in files.items()}, translate(STAMP, "zh"))


def _judged_ballots(round_: Round) -> dict[str, str]:
    """Return what two people decided on listed ballots, as a file: in no digest, since it may be decided later."""
    decisions = [text for language in LANGUAGES if (text := decision_in_words(round_, language))]
    return (
        {"ballots.txt": "\n\n".join([translate(STAMP, "zh"), translate(STAMP, "en"), *decisions]) + "\n"}
        if decisions
        else {}
    )


@per_round
def kits_listed(round_: Round) -> str:
    """Return the digest of every kit of a round, a line a unit: its code, a tab, the SHA-256.

    The same on every machine, whatever the status of the round. Raises RoundNotFoundError.
    """
    lines = []
    for family in families(round_):
        shared = _shared(family)
        digest = family_digest(shared)
        for code in map(str, family.members["unit_code"]):
            content = kit_content(round_, family, code, shared)
            lines.append(f"{code}\t{leaf(content, digest, _texts(round_, family, content))}\n")
    return "".join(lines)


def kits_digest(round_: Round) -> str:
    """Return the digest of all kits of a round, as the bulletin and the audit log name it. Raises RoundNotFoundError.

    32 digits in groups of four, to be compared by eye.
    """
    return grouped(root(kits_listed(round_)))


def _texts(round_: Round, family: Family, content: Mapping[str, Any]) -> dict[str, str]:
    """Return the files for people, the page for the director first."""
    code = str(content["own"]["code"])
    return {
        "director.txt": director(round_, family, content),
        "README.txt": readme(round_, family, code),
        "rules.toml": family.rules.text,
        "verify.py": SCRIPT.read_text(encoding="utf-8"),
    }


@per_round
def _secret(round_: Round) -> str:
    """Return what nobody outside the office knows: the digest of all votes of the round."""
    moments = [family.moments for family in families(round_)]
    votes = [[one.units, one.n.tolist(), one.total.tolist(), one.squares.tolist()] for one in moments]
    return hashlib.sha256(json.dumps(votes, ensure_ascii=False, default=str).encode()).hexdigest()


def kit_content(round_: Round, family: Family, code: str, shared: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the contents of kit.json, with numbers in full precision. shared : `_shared` of the family, if at hand."""
    at = list(family.members["unit_code"]).index(code)
    own = _rows(round_, family.name)[code]
    uncertainty, minimum = family.rules.uncertainty, family.rules.minimum
    moments = family.moments
    return {
        "salt": hashlib.sha256(f"{_secret(round_)}\n{code}".encode()).hexdigest(),
        "release": round_.release.id,
        **({"drawn_from": round_.drawn_from} if round_.drawn_from != round_.release.id else {}),
        "round": round_.id,
        "status": [marks(round_, language) for language in LANGUAGES],
        "head": round_.head or "",  # of the audit log; like the status in no digest, since it moves with it
        "demo": round_.release.is_demo,
        "decimals": family.rules.presentation.decimals,
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
        **_parts(family, at),
        **_estimator(family, at),
        "family": {**(_shared(family) if shared is None else shared), **_claims(round_, family, at)},
        "published": {name: own[name] for name in PUBLISHED},
    }


def director(round_: Round, family: Family, content: Mapping[str, Any]) -> str:
    """Return the page for the head of the unit: the result, how sure it is, how to contest it; Chinese first."""
    published, decimals, code_of = content["published"], content["decimals"], str(content["own"]["code"])
    parts = []
    for language in LANGUAGES:
        facts = _facts(round_, family, code_of) | {
            "n": number_format.count(published["n"]),
            "score": number_format.number(published["score"], decimals),
            "low": number_format.number(published["score_low"], decimals),
            "high": number_format.number(published["score_high"], decimals),
            "level": f"{100 * content['level']:g}",
            "rank": number_format.count(published["rank"]),
            "best": number_format.count(published["rank_best"]),
            "worst": number_format.count(published["rank_worst"]),
            "count": str(int(family.ranked.sum())),
            "family": family_name(family.name, language),
            "verdict": translate(VERDICTS[str(published["verdict"])], language),
            "short": round_.release.short,
            "flips": PUNCTUATION[language].gap.join(flips_in_words(flips_of_unit(round_, code_of), language)),
        }
        lines = [translate(line, language).format(**facts) for line in DIRECTOR]
        mark = marks(round_, language)
        parts.append("\n".join([*([mark] if mark else []), *lines]))
    return "\n\n----\n\n".join(parts) + "\n"


def readme(round_: Round, family: Family, code: str) -> str:
    """Return the README of the kit, Chinese first."""
    facts = _facts(round_, family, code)
    parts = []
    for language in LANGUAGES:
        mark = marks(round_, language)
        lines = [translate(line, language).format(**facts) for line in README]
        parts.append("\n".join([*([mark] if mark else []), *lines]))
    return "\n\n----\n\n".join(parts) + "\n"


def _shared(family: Family) -> dict[str, Any]:
    """Return codes, names and scores of the ranked units, with error and degrees of freedom of each difference.

    covariance: of the draws, with pooled correlations. spread: None where a unit has too few votes to be compared.
    """
    ranked = np.flatnonzero(family.ranked)
    members, scores = family.members.iloc[ranked], family.scores
    pairs = honest_pairs(family.ranked_scores)
    return {
        "name": family.name,
        "units": [str(code) for code in members["unit_code"]],
        "names": [str(name) for name in members["unit_name"]],
        "score": scores.score[ranked].tolist(),
        "se": [None] * len(ranked) if family.no_error else scores.se[ranked].tolist(),
        "covariance": pairs.sigma.tolist(),
        "spread": _finite(pairs.differences.spread),
        "df": _finite(pairs.df),
    }


@per_round
def _rows(round_: Round, category: str) -> dict[str, dict[str, Any]]:
    """Return the ranking rows of a category by unit: asked for each unit in turn, they took 20 s for 90 units."""
    found = ranking_of(round_, families(round_, category)).rows
    return {str(row["unit_code"]): row for row in records(found)}


@per_round
def _all_claims(round_: Round, category: str) -> tuple[Array, Array]:
    """Return the p-values of all units of a category, without pairs."""
    return claims_without_pairs(families(round_, category)[0])


def _claims(round_: Round, family: Family, at: int) -> dict[str, Any]:
    """Return what Holm's method needs of the other units, under rules that ask for votes."""
    if family.bottom.rule not in (*LINED, BY_GRADE) or not family.ranked[at]:
        return {}
    ranked = np.flatnonzero(family.ranked)
    confirm, clear = _all_claims(round_, family.name)
    return {
        "confirm": _before(confirm[ranked], float(confirm[at])),
        "clear": _before(clear[ranked], float(clear[at])),
    }


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
        **_shift(evidence, at),
    }


def _shift(evidence: Evidence, at: int) -> dict[str, Any]:
    """Return points, variance and reach of the other parts of a score; nothing where the ballots are all."""
    if evidence.shift is None or evidence.extra is None or evidence.reach is None:
        return {}
    reach = [float(side[at]) for side in evidence.reach]
    return {"shift": float(evidence.shift[at]), "extra": float(evidence.extra[at]), "reach": reach}


def _parts(family: Family, at: int) -> dict[str, Any]:
    """Return the other parts of the unit's score with their evidence, taken as given by the kit."""
    if family.others is None:
        return {}
    code, parts = family.members["unit_code"].iloc[at], family.others.parts
    own = family.others.table[family.others.table["unit_code"] == code].drop(columns="unit_code")
    missing = bool(np.isnan(parts.constant[at]))
    return {
        "parts": {
            "weight": float(parts.weight[at]),
            "constant": None if missing else float(parts.constant[at]),
            "missing": missing,
            "left_out": bool(family.others.left_out[at]),
            "listed": records(own, list(own)),
        }
    }


def _estimator(family: Family, at: int) -> dict[str, Any]:
    """Return what a score needs that is no mean of votes: votes of the unit by score, and how many are left out."""
    if family.no_error is None:
        return {}
    score, trimming = family.ballots.score[at], family.rules.features.trimming
    estimator: dict[str, Any] = {"kind": family.no_error, "given": None if np.isnan(score) else float(score)}
    counts = family.moments.counts
    if trimming is not None and counts is not None:
        counts = counts.pooled() if family.weights is None else counts
        weights = family.weights or {"": 1.0}
        groups = [""] if family.weights is None else list(map(str, family.moments.groups))
        estimator |= {"highest": trimming.highest, "lowest": trimming.lowest, "share": trimming.share}
        estimator |= {"value": counts.value.tolist(), "own": counts.count[at].tolist()}
        estimator["weight"] = [float(weights.get(group, 0.0)) for group in groups]
    return {"estimator": estimator}


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
    facts = {"unit": unit, "round": round_.id, "rules": family.rules.name}
    return {**facts, "release": round_.release.id}
