"""Which verdicts moved from method version 2 to 3, and why: `python -m tools.what_moved` writes docs/method.

Both versions are computed from the same scores: version 2 by the functions that take one covariance for all pairs,
which are kept. `--check` only compares.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.differences import Differences, standardised
from analytics.pairs import honest_pairs
from analytics.scores import UnitScores, scores_from_moments
from analytics.verdicts import (
    CONFIRMED,
    UNDECIDED,
    BottomClaims,
    both,
    bottom_claims,
    share_claims,
    t_line_claims,
    too_few_for_line,
)
from data.sample.load import load_demo
from data.store import ImportOptions, Store
from data.store.release import Release
from i18n import LANGUAGES, ROOT
from results.ranking.family import BY_GRADE, Family, families
from results.ranking.verdicts import claims_by_rule, marks_of
from tools.reference import write

Floats: TypeAlias = NDArray[np.float64]

PAGE = "what-moved-with-version-3"
FOLDER = ROOT / "docs" / "method"
BALLOTS = ROOT / "tests" / "fixtures" / "real" / "insteval_ballots_gb18030.csv.gz"
RULES = """name = "{name}"
title = "{name}"
source = "InstEval"
why = "real ballots"
authored_by = "a"
checked_by = "b"
date = 2025-11-01
[numeric]
low = 1
high = 5
step = 1
{scores}
[bottom]
{bottom}
"""
WEIGHTED = """[weights]
"学期2" = 0.4
"学期4" = 0.3
"学期6" = 0.2
"学期8" = 0.1
[minimum]
per_unit = 30
per_group = 10"""
POOLED = """[averaging]
order = "pooled"
[minimum]
per_unit = 10"""
REAL = {
    "2010": ("weighted-last-2", WEIGHTED, 'rule = "last"\nk = 2'),
    "2011": ("pooled-last-2", POOLED, 'rule = "last"\nk = 2'),
    "2012": ("pooled-below-3", POOLED, 'rule = "below"\nline = 3'),
}
"""The real ballots under three rules, each a round of one store. Points are grades, 1 to 5."""


@dataclass(frozen=True)
class Pair:
    """The difference that decides a claim: points, standard error and degrees of freedom before and after."""

    other: str
    apart: float
    error: tuple[float, float]
    df: tuple[float, float]
    variance: str


@dataclass(frozen=True)
class Move:
    """A verdict that moved. p : adjusted p-values of the claim gained or lost, before and after."""

    round: str
    family: str
    unit: str
    verdict: tuple[str, str]
    claim: str
    p: tuple[float, float]
    raw: tuple[float, float]
    pair: Pair | None
    alone: bool
    few: bool


def moved(release: Release) -> tuple[list[Move], Counter[tuple[str, str]]]:
    """Every move of every family of a release, and how many ranked units have which verdicts before and after."""
    found: list[Move] = []
    counts: Counter[tuple[str, str]] = Counter()
    for round_id in sorted(release.rounds()):
        for family in families(release.round(round_id)):
            old, new = before(family), claims_by_rule(family)
            pairs = _verdicts(family, old), _verdicts(family, new)
            counts.update((a, b) for a, b, ranked in zip(*pairs, family.ranked, strict=True) if ranked)
            changed = [at for at, (a, b) in enumerate(zip(*pairs, strict=True)) if a != b]
            found += [_move(family, at, (pairs[0][at], pairs[1][at]), old, new) for at in changed]
    return found, counts


def _scores_before(family: Family) -> UnitScores:
    """Return scores without sites and without votes by score, as version 2 had them."""
    plain = replace(family.moments, sites=None, counts=None)
    renormalise = family.rules.minimum.missing_group == "renormalise"
    scores = scores_from_moments(plain, family.weights, renormalise=renormalise)
    return replace(scores, score=family.ranked_score)


def before(family: Family) -> BottomClaims:
    """Return the claims of method version 2."""
    bottom, level, scores = family.bottom, family.rules.uncertainty.level, _scores_before(family)
    if bottom.rule == BY_GRADE:
        low = np.where(family.ranked, family.members["lowest_votes"], 0)
        votes = np.where(family.ranked, family.moments.n.sum(axis=1), 0)
        return share_claims(low, votes, bottom.limit or 0.0, level=level)
    last = bottom_claims(scores.score, scores.covariance_adjusted, family.places, level=level, df=scores.df)
    if bottom.rule in ("last", "share"):
        return last
    below = t_line_claims(scores.score, scores.se, scores.df_score, bottom.line or 0.0, level=level)
    return below if bottom.rule == "below" else both(last, below, level=level)


def _verdicts(family: Family, claims: BottomClaims) -> list[str]:
    """Return verdicts; a unit with a reason against it is never confirmed."""
    pairs = zip(claims.verdict.tolist(), marks_of(family), strict=True)
    return [UNDECIDED if verdict == CONFIRMED and mark else str(verdict) for verdict, mark in pairs]


def _move(family: Family, at: int, verdict: tuple[str, str], old: BottomClaims, new: BottomClaims) -> Move:
    claim = "confirm" if CONFIRMED in verdict else "clear"
    adjusted, raw = f"{claim}_p", f"{claim}_raw"
    alone = claim == "confirm" and family.places == 1
    return Move(
        family.round,
        family.name,
        str(family.members["unit_name"].iloc[at]),
        verdict,
        claim,
        (float(getattr(old, adjusted)[at]), float(getattr(new, adjusted)[at])),
        (float(getattr(old, raw)[at]), float(getattr(new, raw)[at])),
        _deciding(family, at) if family.places else None,
        alone,
        bool(too_few_for_line(family.ranked_scores)[at]),
    )


def _deciding(family: Family, at: int) -> Pair:
    """Return the comparison with the unit that is k-th from below seen from unit `at`, which gives its p-value."""
    scores, places = _scores_before(family), np.flatnonzero(family.ranked)
    plain = standardised(scores.score, scores.covariance_adjusted, scores.df)
    honest = honest_pairs(family.ranked_scores)
    j = int(np.searchsorted(places, at))
    above = honest.differences.z[:, j].copy()
    above[j] = np.inf
    other = int(np.argsort(above, kind="stable")[family.places - 1])
    spread = _spread(plain, j, other), _spread(honest.differences, j, other)
    df = float(scores.df[at, places[other]]), float(honest.df[j, other])
    apart = float(scores.score[places[other]] - scores.score[at])
    name = str(family.members["unit_name"].iloc[places[other]])
    return Pair(name, apart, spread, df, _variance(family, honest.sigma, spread, j, other))


def _spread(pairs: Differences, j: int, k: int) -> float:
    return float(pairs.spread[j, k])


def _variance(family: Family, sigma: Floats, spread: tuple[float, float], j: int, k: int) -> str:
    """Return which of the three variances of a pair is the largest."""
    clusters = None if family.scores.evidence is None else family.scores.evidence.clusters
    pooled = float(np.sqrt(max(sigma[j, j] + sigma[k, k] - 2 * sigma[j, k], 0.0)))
    if spread[1] <= spread[0] * 1.0001:
        return "own"
    if clusters is not None and clusters.used.any():
        return "sites"
    return "pooled" if spread[1] <= pooled * 1.0001 else "common"


# --- words --------------------------------------------------------------------------------------

VERDICTS = {
    "zh": {"confirmed": "已确认", "undecided": "证据不足", "cleared": "已排除"},
    "en": {"confirmed": "confirmed", "undecided": "undecided", "cleared": "cleared"},
}
VARIANCES = {
    "zh": {
        "own": "与原来相同，来自两个单位自己的票",
        "sites": "按会场合并计算",
        "pooled": "改用各对单位合并的相关系数，并加入8张平滑票",
        "common": "改用假定两个单位得分相同时的方差",
    },
    "en": {
        "own": "from the votes of the two units, as before",
        "sites": "clustered on sites",
        "pooled": "now with the correlation of all pairs and 8 pseudo-votes",
        "common": "now as if both units had the same score",
    },
}
BECAUSE = {
    "zh": {
        "alone": "只列末位一个单位时不再按全部单位校正：校正后的p值是单个比较的2倍。",
        "pair": "决定结论的是与{other}的比较，相差{apart:.2f}分：标准误{error[0]:.3f}变为{error[1]:.3f}（{variance}），"
        "自由度{df[0]:.0f}变为{df[1]:.0f}。",
        "line": "得分的分布偏斜，对标线的检验由t改为三种检验中最大的p值。",
        "few": "评价不足30份，对照分数线不作认定。",
        "others": "自身的p值几乎未变（{raw[0]:.4f}变为{raw[1]:.4f}）；其他单位的结论变化后，多重校正的倍数不同。",
    },
    "en": {
        "alone": "For the last one the correction for all units is gone: the adjusted p-value is twice that of the "
        "comparison.",
        "pair": "The comparison with {other} decides, {apart:.2f} points apart: the standard error {error[0]:.3f} "
        "becomes {error[1]:.3f} ({variance}), the degrees of freedom {df[0]:.0f} become {df[1]:.0f}.",
        "line": "Grades are skewed, and the test against the line is the largest p-value of three instead of t.",
        "few": "With fewer than 30 votes a line decides nothing.",
        "others": "Its own p-value hardly changed ({raw[0]:.4f} becomes {raw[1]:.4f}); the verdicts of other units "
        "did, and with them the factor of the correction.",
    },
}
SAME = 0.02
"""Relative change of an unadjusted p-value below which it counts as unchanged."""


def why(move: Move, language: str) -> str:
    """Return the sentence that explains a move."""
    words = BECAUSE[language]
    sentences = [words["alone"]] if move.alone and move.p[1] < move.p[0] else []
    if move.pair is None:
        sentences.append(words["few"] if move.few else words["line"])
    elif abs(move.raw[1] - move.raw[0]) <= SAME * move.raw[0]:
        if not sentences:
            sentences.append(words["others"].format(raw=move.raw))
    else:
        pair = move.pair
        variance = VARIANCES[language][pair.variance]
        facts = {"other": pair.other, "apart": abs(pair.apart), "error": pair.error, "df": pair.df}
        sentences.append(words["pair"].format(**facts, variance=variance))
    return (" " if language == "en" else "").join(sentences)


HEAD = {
    "zh": ("批次", "类别", "单位", "原结论", "新结论", "p值（校正后）", "原因"),
    "en": ("Round", "Category", "Unit", "Before", "After", "p (adjusted)", "Why"),
}
ARROW = {"zh": "{0:.4f} → {1:.4f}", "en": "{0:.4f} → {1:.4f}"}
COUNTED = {
    "zh": "{ranked}个有名次的单位中，{moves}个结论有变化：{kinds}。",
    "en": "{moves} of {ranked} ranked units have another verdict: {kinds}.",
}
NONE = {"zh": "{ranked}个有名次的单位，结论都没有变化。", "en": "None of {ranked} ranked units has another verdict."}


def section(moves: list[Move], counts: Counter[tuple[str, str]], language: str) -> list[str]:
    """Return the counts and the table of a release, as lines of Markdown."""
    ranked = sum(counts.values())
    if not moves:
        return [NONE[language].format(ranked=ranked)]
    words = VERDICTS[language]
    changed = sorted((pair, count) for pair, count in counts.items() if pair[0] != pair[1])
    kinds = ("；" if language == "zh" else "; ").join(f"{words[a]} → {words[b]} {count}" for (a, b), count in changed)
    lines = [COUNTED[language].format(ranked=ranked, moves=len(moves), kinds=kinds), "", _row(HEAD[language])]
    lines.append(_row(("---",) * len(HEAD[language])))
    for move in moves:
        verdicts = (words[verdict] for verdict in move.verdict)
        p = ARROW[language].format(*move.p)
        lines.append(_row((move.round, move.family, move.unit, *verdicts, p, why(move, language))))
    return lines


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


TEXTS = {
    "zh": {
        "title": "# 计算方法第3版改变了哪些结论",
        "note": "本页由程序生成（`python -m tools.what_moved`），请勿手工修改。"
        "[English](what-moved-with-version-3.en.md)",
        "about": "第2版对所有单位用同一个协方差；第3版对每一对单位分别取较大的方差和较小的自由度，对标线用适合"
        "偏斜分布的检验，末位一个单位不再按全部单位校正（[证明](naming-the-last.zh.md)）。得分和名次不变，变的只是结论。"
        "校正后p值不超过0.05才作结论；校正要乘以尚无结论的单位数，所以比较的小变化会使p值变化很大。",
        "demo": "## 演示城市",
        "real": "## 真实评分",
        "real_about": "苏黎世联邦理工学院的73,421份课程评分（lme4的InstEval数据），14个类别。三套规则：2010为四组加权、"
        "每类末2位；2011为不分组、每类末2位；2012为不分组、低于3分（1至5分）。",
        "no_ballots": "其余真实数据只有一个单位的票数，或只有公布的得分，没有可比的结论。",
    },
    "en": {
        "title": "# Verdicts that method version 3 changed",
        "note": "This page is generated (`python -m tools.what_moved`). Do not edit it by hand. "
        "[中文](what-moved-with-version-3.zh.md)",
        "about": "Version 2 had one covariance for all units. Version 3 takes for every pair of units the larger "
        "variance and the smaller degrees of freedom, tests a line in a way that suits skewed grades, and no longer "
        "corrects for all units when it names the last one ([proof](naming-the-last.en.md)). Scores and places are "
        "the same; only verdicts moved. A verdict needs an adjusted p-value of at most 0.05; the correction "
        "multiplies by the units that are still undecided, so that a small change of a comparison can move it far.",
        "demo": "## Demonstration city",
        "real": "## Real ratings",
        "real_about": "73,421 ratings of lectures at ETH Zurich (InstEval of lme4), 14 categories, under three rule "
        "sets: 2010 has four weighted groups and the last 2 of each category; 2011 takes all votes as one group, the "
        "last 2; 2012 takes all votes as one group, below 3 points (of 1 to 5).",
        "no_ballots": "The other real data are counts of a single unit, or published scores, and give no verdicts.",
    },
}


def demo_sections(release: Release) -> dict[str, list[str]]:
    """Return the part of each page on the demonstration city, as lines."""
    found = moved(release)
    return {language: [TEXTS[language]["demo"], "", *section(*found, language)] for language in LANGUAGES}


def real_release(folder: Path) -> Release:
    """Import and publish the real ballots under each of the rules."""
    store = Store(folder, threads=2)
    for round_id, (name, scores, bottom) in REAL.items():
        store.add_rules(RULES.format(name=name, scores=scores, bottom=bottom))
        options = ImportOptions(rules=name, accept_warnings="real ballots")
        report = store.import_files("ballots", [(BALLOTS.name, BALLOTS.read_bytes())], round_id, options)
        if not report.stored:
            raise RuntimeError(f"real ballots refused: {[problem.code for problem in report.problems]}")
    store.publish()
    return published(store)


def published(store: Store) -> Release:
    """Return the release of a store in which something was published."""
    release = store.release()
    if release is None:
        raise RuntimeError("nothing was published")
    return release


def pages() -> Iterator[tuple[Path, str]]:
    """Yield both pages with their text."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Store(Path(folder) / "demo", threads=2)
        load_demo(demo)
        with closing(published(demo)) as city, closing(real_release(Path(folder) / "real")) as ratings:
            demo_parts, found = demo_sections(city), moved(ratings)
        for language in LANGUAGES:
            text = TEXTS[language]
            lines = [text["title"], "", text["note"], "", text["about"], "", *demo_parts[language], ""]
            lines += [text["real"], "", text["real_about"], text["no_ballots"], ""]
            yield path_of(language), "\n".join([*lines, *section(*found, language)]) + "\n"


def path_of(language: str) -> Path:
    """Return where the page of a language is."""
    return FOLDER / f"{PAGE}.{language}.md"


def main(arguments: list[str]) -> int:
    """Write both pages, or report those that are not current; returns the exit code."""
    return write(pages(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
