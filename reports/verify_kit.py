"""Recomputation of score, places and verdict of a unit from a verification kit, and what binds the kit to the bulletin.

It needs Python 3.11 or later, numpy and scipy, and no part of the product that wrote the kit. It is a second, plain
implementation of the method, in the order of its description; every number it compares was printed in the release.
It first compares the files of the kit with each other, then their digest with that of the bulletin, if it is given:

    python verify.py "1234 5678 90ab cdef 1234 5678 90ab cdef"

Exit code 0: all agree to 1e-9; 1: something differs; 2: the kit cannot be read.
"""

import hashlib
import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import linalg, special

EQUAL = 1e-9
SCALE = 10_000  # scores of votes are integers, in ten-thousandths of a point
PSEUDO = 2  # votes of the group over all units that are mixed into the variance of a small cell
Kit = dict[str, Any]

TEXTS = ("director.txt", "README.txt", "rules.toml", "verify.py")
LIST = "kits.txt"
TABLES = ("score", "se", "covariance", "spread", "df")
SHOWN = 32  # digits of the digest that the bulletin prints
OFFSET = 0.6180339887  # keeps numbers that are exact in few digits away from the edge where rounding may tip

# The words are here and not in kit.json, so that whoever changes a number cannot change the words about it.
WORDS = {
    "stamp": "内部资料：仅供本单位及其统计人员核验使用，不得外传或公布"
    " / INTERNAL: for the unit and its statistician; not to be passed on or published",
    "about": "单位：{unit}；批次：{round}；计分规则：{rules}；发布版：{release}"
    " / Unit {unit}, round {round}, rule set {rules}, release {release}",
    "n": "评议票数 / Votes",
    "score": "得分 / Score",
    "se": "标准误 / Standard error",
    "own_score": "得分（全部单位表中所列） / Score, as listed among all units",
    "own_se": "标准误（全部单位表中所列） / Standard error, as listed among all units",
    "score_low": "得分区间下限 / Score, lower limit",
    "score_high": "得分区间上限 / Score, upper limit",
    "rank": "名次 / Rank",
    "rank_best": "名次范围（最好） / Best rank of the set",
    "rank_worst": "名次范围（最差） / Worst rank of the set",
    "confirm_p": "认定在末位的 p 值 / p value for the bottom",
    "clear_p": "认定不在末位的 p 值 / p value against the bottom",
    "verdict": "认定 / Verdict",
    "texts": "核验包所附文件与清单 / Texts of the kit and the list",
    "digest": "核验包摘要 / Digest of the kits",
    "equal": "一致 / equal",
    "different": "不一致 / DIFFERENT",
    "all_equal": "重算结果与公布结果一致（误差不超过1e-9）。 / Recomputed and published agree to 1e-9.",
    "not_equal": "重算结果与公布结果不一致，见上列各行。 / Recomputed and published DIFFER; see the lines above.",
    "compare": "请与纸质材料核对： / Compare with the papers:",
    "bulletin": "《通报》中本单位一行：票数 {n}，得分 {score}，得分区间 {low} – {high}，"
    "名次 {rank}，名次范围 {best} – {worst}"
    " / The line of this unit in the bulletin: votes {n}, score {score}, interval {low} – {high}, place {rank}, "
    "places {best} – {worst}",
    "paper_digest": "《通报》末尾“材料来源”中的核验包摘要应为：{digest}"
    " / The digest of the kits at the end of the bulletin, under “Where this comes from”, must be: {digest}",
    "no_paper": '尚未与《通报》核对。请运行：python verify.py "《通报》所印摘要"'
    ' / Not yet compared with the bulletin. Run: python verify.py "the digest printed in the bulletin"',
}
DEMO = ("演示数据", "demonstration data")
STATUS = (("草稿", "draft"), ("试算", "trial"), ("已定稿，尚未公布", "not announced yet"), ("已撤回", "withdrawn"))
BETWEEN = ("；", "; ")


def main(arguments: list[str]) -> int:
    """Print every recomputed and published number, and return whether all are equal."""
    given = [word for word in arguments if word.endswith(".json")]
    path = Path(given[0]) if given else Path(__file__).with_name("kit.json")
    digest = "".join(word for word in arguments if not word.endswith(".json"))
    try:
        kit = json.loads(path.read_text(encoding="utf-8"))
        bound = binding(kit, path.parent, digest)
        lines = [*bound, *compare(kit)]
        papers = to_compare(kit, path.parent)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(WORDS["stamp"])
    print(WORDS["about"].format(unit=kit["own"]["name"], **{name: kit[name] for name in ("round", "rules", "release")}))
    print()
    for name, ours, theirs, equal in lines:
        print(f"{WORDS[name]}: {shown(ours)} | {shown(theirs)}   {WORDS['equal' if equal else 'different']}")
    right = all(equal for _, _, _, equal in lines)
    print()
    print("\n".join([WORDS["compare"], *papers, *([] if digest else [WORDS["no_paper"]])]))
    print()
    print(WORDS["all_equal" if right else "not_equal"])
    return 0 if right else 1


# What binds the kit: the digest of its parts is in a list of all kits, and the digest of the list in the bulletin.


def binding(kit: Kit, folder: Path, printed: str) -> list[tuple[str, object, object, bool]]:
    """(name, computed, listed, equal) for the kit and the list of all kits, and for the list and the bulletin."""
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in TEXTS}
    listing = (folder / LIST).read_text(encoding="utf-8")
    listed = dict(line.rsplit("\t", 1) for line in listing.splitlines())
    ours, theirs = leaf(kit, family_digest(kit["family"]), texts), listed.get(kit["own"]["code"], "")
    found: list[tuple[str, object, object, bool]] = [("texts", ours[:SHOWN], theirs[:SHOWN], ours == theirs)]
    if printed:
        paper, own = "".join(printed.split()).lower(), root(listing)
        found.append(("digest", grouped(own), grouped(paper), own == paper))
    return found


def root(listing: str) -> str:
    """The digits that the bulletin prints: the beginning of the SHA-256 of the list of all kits."""
    return hashlib.sha256(listing.encode()).hexdigest()[:SHOWN]


def grouped(digits: str) -> str:
    """Digits in groups of four, as they are printed."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def leaf(kit: Kit, family: str, texts: dict[str, str]) -> str:
    """The digest of one kit. family: `family_digest`. The status of the round may change and does not count."""
    own = {name: value for name, value in kit.items() if name not in ("status", "head", "family")}
    own["claims"] = {name: kit["family"].get(name) for name in ("confirm", "clear")}
    digests = {name: hashlib.sha256(unmarked(text, kit).encode()).hexdigest() for name, text in texts.items()}
    whole = json.dumps([coarse(own), family, digests], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def family_digest(family: Kit) -> str:
    """The digest of what is the same in all kits of a category. Numbers count to 1e-4: beyond, machines differ."""
    parts = [json.dumps([family["name"], family["units"], family["names"]], ensure_ascii=False).encode()]
    for name in TABLES:
        table = np.array(family[name], dtype=float)
        parts.append(np.where(np.isfinite(table), np.floor(table * 1e4 + OFFSET), -(2.0**60)).astype("<i8").tobytes())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def coarse(value: Any) -> Any:
    """A value for a digest: numbers with a fraction to 1e-4, anything else as it is."""
    if isinstance(value, dict):
        return {name: coarse(one) for name, one in value.items()}
    if isinstance(value, list):
        return [coarse(one) for one in value]
    return math.floor(value * 1e4 + OFFSET) if isinstance(value, float) and math.isfinite(value) else value


def unmarked(text: str, kit: Kit) -> str:
    """A text without the lines that say the status of the round; of demonstration data these lines are counted."""
    allowed = {
        between.join([*([DEMO[at]] if kit["demo"] else []), *([status[at]] if status else [])])
        for at, between in enumerate(BETWEEN)
        for status in (None, *STATUS)
    }
    lines = text.splitlines()
    left = [line for line in lines if not line or line not in allowed]
    return "\n".join([*left, str(len(lines) - len(left)) if kit["demo"] else ""])


def to_compare(kit: Kit, folder: Path) -> list[str]:
    """What to compare with which paper, by hand."""
    told, decimals = kit["published"], kit["decimals"]
    numbers = {
        "n": told["n"],
        "score": paper(told["score"], decimals),
        "low": paper(told["score_low"], decimals),
        "high": paper(told["score_high"], decimals),
        "rank": shown(told["rank"]),
        "best": shown(told["rank_best"]),
        "worst": shown(told["rank_worst"]),
    }
    digest = grouped(root((folder / LIST).read_text(encoding="utf-8")))
    return [WORDS["bulletin"].format(**numbers), WORDS["paper_digest"].format(digest=digest)]


def paper(value: float | None, decimals: int) -> str:
    """A number as papers round it: halves up."""
    if value is None:
        return "–"
    return f"{math.floor(value * 10**decimals + 0.5 + 1e-9) / 10**decimals:.{decimals}f}"


# The numbers: recomputed, and compared with those published.


def compare(kit: Kit) -> list[tuple[str, object, object, bool]]:
    """(name, recomputed, published, equal) for everything that the kit can tell."""
    published, own = kit["published"], kit["own"]
    found: dict[str, object] = {"n": sum(cell["n"] for cell in own["cells"]), **own_score(kit)}
    if own["code"] in kit["family"]["units"]:
        found |= places(kit) | verdict(kit)
    else:
        found |= {"rank": None, "rank_best": None, "rank_worst": None, "confirm_p": None, "clear_p": None}
        found |= {"verdict": "not_ranked"}
    lines = [(name, value, published[name], same(value, published[name])) for name, value in found.items()]
    return lines + [(name, *pair, same(*pair)) for name, pair in own_among_all(kit, found).items()]


def own_among_all(kit: Kit, found: dict[str, object]) -> dict[str, tuple[object, object]]:
    """Return score and error from the unit's votes, and as in the tables of all units, from which the places come."""
    family, code = kit["family"], kit["own"]["code"]
    if code not in family["units"]:
        return {}
    at = family["units"].index(code)
    error = family["se"][at]
    if "estimator" in kit:
        return {"own_score": (found["score"], family["score"][at])}
    return {"own_score": (found["score"], family["score"][at]), "own_se": (found["se"], error)}


def same(ours: object, theirs: object) -> bool:
    """Equal to 1e-9 for numbers, else equal."""
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=EQUAL, abs_tol=EQUAL)
    return ours == theirs


def shown(value: object) -> str:
    """A number in full, anything else as it is."""
    return "-" if value is None else repr(float(value)) if isinstance(value, float) else str(value)


# The score: the weighted mean of the means of the groups, with its interval.


def own_score(kit: Kit) -> dict[str, object]:
    """Return score, standard error and interval of the unit, from its sums and those of the groups over all units."""
    cells, totals, weight = weighed(kit)
    nothing: dict[str, object] = dict.fromkeys(("score", "se", "score_low", "score_high"))
    if "estimator" in kit:
        return {**nothing, "score": estimated(kit)}
    if cells is None or kit.get("parts", {}).get("missing"):
        return nothing
    law = kit["law"]
    score = sum(w * c["total"] / c["n"] for c, w in zip(cells, weight, strict=True)) / SCALE + law.get("shift", 0.0)
    variance = (
        sum(part for part, _ in variances(cells, totals, weight)) + law.get("across", 0.0) + law.get("extra", 0.0)
    )
    nu = freedom_of_score(kit)
    low, high = interval(law, score, nu, kit["level"])
    if "reach" in law:  # parts that were sampled besides the ballots: independent, so their reaches add as squares
        low, high = score - math.hypot(score - low, law["reach"][0]), score + math.hypot(high - score, law["reach"][1])
    return {"score": score, "se": math.sqrt(variance), "score_low": low, "score_high": high}


def estimated(kit: Kit) -> float | None:
    """Return the mean without the highest and lowest votes; a score indicator by indicator is taken as given."""
    told = kit["estimator"]
    given: float | None = told["given"]
    if told["kind"] != "trimmed" or given is None:
        return given
    found = 0.0
    for row, weight in zip(told["own"], told["weight"], strict=True):
        votes = [value for value, n in zip(told["value"], row, strict=True) for _ in range(round(n))]
        cut = math.floor(round(told["share"] * len(votes), 9))
        low, high = (cut, cut) if told["share"] else (told["lowest"], told["highest"])
        kept = votes[low : len(votes) - high]
        found += weight * sum(kept) / len(kept) if weight > 0 else 0.0
    return found * kit.get("parts", {}).get("weight", 1.0) + kit.get("parts", {}).get("constant", 0.0)


def freedom_of_score(kit: Kit) -> float:
    """Return the degrees of freedom of the score (Satterthwaite)."""
    cells, totals, weight = weighed(kit)
    parts = variances(cells, totals, weight)
    whole = sum(part for part, _ in parts)
    if whole <= 0:
        return float(sum(freedom for _, freedom in parts))
    return whole**2 / sum(part * part / freedom for part, freedom in parts)


def variances(cells: Any, totals: Any, weight: list[float]) -> list[tuple[float, float]]:
    """Return what each group adds to the variance of the score, and its degrees of freedom; by sites where used."""
    parts = []
    for cell, whole, w in zip(cells, totals, weight, strict=True):
        own, sites = w * w * smoothed(cell, whole) / cell["n"] / SCALE**2 * cell["open"], cell["sites"]
        by_votes = (own, cell["n"] - 1 + PSEUDO)
        parts.append((max(own, sites["variance"]), sites["freedom"]) if sites else by_votes)
    return parts


def weighed(kit: Kit) -> tuple[Any, Any, list[float]]:
    """Return the cells that count for the unit, their groups and weights; no cells if a weighted group is missing."""
    cells, totals, weights = kit["own"]["cells"], kit["group_totals"], kit["weights"]
    law = kit["law"]
    sites, left = law.get("sites") or [None] * len(cells), law.get("open") or [1.0] * len(cells)
    ballots = kit.get("parts", {}).get("weight", 1.0)  # of the ballots in a score that has other parts
    if weights is None:  # all votes as one group
        one = {**summed(cells), "sites": sites[0], "open": left[0]}
        return ([one], [summed(totals)], [ballots]) if one["n"] else (None, None, [])
    wanted = {group for group, weight in weights.items() if weight > 0}
    there = [at for at, cell in enumerate(cells) if cell["group"] in wanted and cell["n"] > 0]
    if not there or (len(there) < len(wanted) and not kit["renormalise"]):
        return None, None, []
    chosen = [weights[cells[at]["group"]] for at in there]
    scale = sum(chosen) if kit["renormalise"] else 1.0
    used = [{**cells[at], "sites": sites[at], "open": left[at]} for at in there]
    return used, [totals[at] for at in there], [weight / scale * ballots for weight in chosen]


def summed(cells: list[dict[str, Any]]) -> dict[str, int]:
    """Cells taken together."""
    return {name: sum(int(cell[name]) for cell in cells) for name in ("n", "total", "squares")}


def smoothed(cell: dict[str, Any], whole: dict[str, Any]) -> float:
    """Return the variance of a vote in a cell: of its votes, or with two votes of the group added if larger."""
    n, a = cell["n"], PSEUDO
    m = cell["total"] / n
    own = (n * cell["squares"] - cell["total"] ** 2) / n**2
    middle = whole["total"] / whole["n"]
    spread = (whole["n"] * whole["squares"] - whole["total"] ** 2) / whole["n"] ** 2
    # (n m2 + a M2)/(n+a) - ((n m + a M)/(n+a))^2, written around the means so that nothing cancels
    mixed = (n * own + a * spread) / (n + a) + n * a * (m - middle) ** 2 / (n + a) ** 2
    return max(mixed, own) * (n / (n - 1) if n > 1 else 1.0)


# The law of the score: the unit's votes with votes of its groups, tilted to a hypothesis (signed root r*).


def shares(law: Kit, pseudo: float) -> Any:
    """Return the share of each vote score by group, with `pseudo` votes of the group; infinite: the group alone."""
    own = np.array(law["own"], dtype=float) / np.array(law["effect"])[:, None]
    groups = np.array(law["groups"], dtype=float)
    whole = groups / np.maximum(groups.sum(axis=1, keepdims=True), 1)
    if math.isinf(pseudo):
        return whole
    return (own + pseudo * whole) / (own.sum(axis=1, keepdims=True) + pseudo)


def cumulants(law: Kit, share: Any, multiplier: float) -> tuple[float, float, float]:
    """Cumulant generating function of the score, its first and second derivative."""
    value = np.array(law["value"])
    total, mean, variance = multiplier * counted(law), counted(law), 0.0
    for row, weight, n in zip(share, law["weight"], sizes(law), strict=True):
        if weight > 0 and 0 < n < math.inf:
            exponent = multiplier * weight / n * value
            top = exponent.max()
            mass = row * np.exp(exponent - top)
            middle = (mass @ value) / mass.sum()
            total += n * (math.log(mass.sum()) + top)
            mean += weight * middle
            variance += weight**2 / n * (mass @ (value - middle) ** 2) / mass.sum()
    return total, mean, variance


def sizes(law: Kit) -> list[float]:
    """Votes by group for the law: those of a site count less, those of a small population more."""
    found = []
    for votes, effect, left in zip(law["n"], law["effect"], law["open"], strict=True):
        found.append(votes / effect / left if left > 1e-12 else math.inf if votes else 0.0)
    return found


def counted(law: Kit) -> float:
    """What has no error: groups of which everybody voted, and points of other parts than the ballots."""
    value, found = np.array(law["value"]), law.get("shift", 0.0)
    for row, weight, n in zip(law["own"], law["weight"], sizes(law), strict=True):
        if weight > 0 and n == math.inf:
            found += weight * float(np.array(row) @ value) / sum(row)
    return found


def root_of(function: Any, width: float) -> float:
    """The root of a rising function, by doubling and halving a bracket around 0."""
    low, high = -width, width
    while function(low) > 0:
        low *= 2
    while function(high) < 0:
        high *= 2
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def multiplier_of(law: Kit, share: Any, score: float) -> float:
    """The multiplier at which the law has the mean `score`."""
    width = 1 / math.sqrt(cumulants(law, share, 0.0)[2])
    return root_of(lambda b: cumulants(law, share, b)[1] - score, width)


def signed_root(law: Kit, share: Any, a: float, b: float, score: float) -> float:
    """r* of the observed score (multiplier b) against the hypothesis (multiplier a)."""
    before, (after, _, variance) = cumulants(law, share, a)[0], cumulants(law, share, b)
    r = math.copysign(math.sqrt(max(2 * ((b - a) * score - after + before), 0.0)), b - a)
    return r if abs(r) <= 1e-3 else r + math.log(max((b - a) * math.sqrt(variance) / r, 1e-300)) / r


def ends_of(law: Kit, share: Any) -> tuple[float, float]:
    """The lowest and highest score that the law allows."""
    value, low, high = np.array(law["value"]), counted(law), counted(law)
    for row, weight, n in zip(share, law["weight"], sizes(law), strict=True):
        if weight > 0 and 0 < n < math.inf:
            low += weight * value[row > 0].min()
            high += weight * value[row > 0].max()
    return float(low), float(high)


def half_gap(law: Kit) -> float:
    """Half of the smallest difference of two vote scores that occur, at least of a fiftieth of their range."""
    there = np.array(law["value"])[np.array(law["groups"]).sum(axis=0) > 0]
    return max(float(np.diff(there).min()), float(np.ptp(there)) / 50) / 2 if len(there) > 1 else 0.0


def half_step(law: Kit) -> float:
    """Half of the smallest change that a vote can make to the score."""
    cells = zip(law["weight"], law["n"], sizes(law), strict=True)
    return min((w / n for w, n, size in cells if w > 0 and 0 < size < math.inf), default=0.0) * half_gap(law)


def inside(law: Kit, share: Any, score: float) -> float:
    """A score on an end of the range is moved inside by half a step, never beyond the middle."""
    low, high = ends_of(law, share)
    step = min(half_step(law), (high - low) / 2)
    return min(max(score, low + step), high - step)


def interval(law: Kit, score: float, nu: float, level: float) -> tuple[float, float]:
    """The scores whose r* is the critical value of Student's t; the score itself without any spread."""
    share = shares(law, 20.0)
    low, high = ends_of(law, share)
    if high <= low:
        return score, score
    x, critical = inside(law, share, score), float(special.stdtrit(nu, (1 + level) / 2))
    observed = multiplier_of(law, share, x)
    width = critical / math.sqrt(cumulants(law, share, observed)[2])
    found = []
    for side in (1.0, -1.0):

        def beyond(away: float, side: float = side) -> float:
            if away <= 0:
                return -critical
            return side * signed_root(law, share, observed - side * away, observed, x) - critical

        found.append(cumulants(law, share, observed - side * root_of(beyond, width))[1])
    return min(found[0], score), max(found[1], score)


# The places: every difference against the largest that chance alone brings, all units at once.


def places(kit: Kit) -> dict[str, object]:
    """Place by score, and best and worst place that the votes allow (Mogstad, Romano, Shaikh, Wilhelm; step-down)."""
    family = kit["family"]
    x, sigma = np.array(family["score"]), np.array(family["covariance"])
    own = family["units"].index(kit["own"]["code"])
    z = differences(family)
    if "estimator" in kit:  # nothing is known of the error of such scores, so every place is possible
        return {"rank": 1 + int((x > x[own] + 1e-9).sum()), "rank_best": 1, "rank_worst": len(x)}
    c = critical_value(z, errors_of_draws(sigma), normal_draws(sigma, kit), kit["level"])
    return {
        "rank": 1 + int((x > x[own] + 1e-9).sum()),
        "rank_best": 1 + int((z[:, own] > c).sum()),
        "rank_worst": len(x) - int((z[own] > c).sum()),
    }


def differences(family: Kit) -> Any:
    """z[j, k]: how far j is above k, as a normal deviate of the same tail as its Student t."""
    x, p = family["score"], len(family["score"])
    z = np.zeros((p, p))
    for j in range(p):
        for k in range(j + 1, p):
            gap, error = x[j] - x[k], family["spread"][j][k]
            if abs(gap) <= 1e-9 or error is None:  # a unit with too few votes is separated from nobody
                value = 0.0
            elif error == 0:
                value = math.copysign(math.inf, gap)
            else:
                value = math.copysign(special.ndtri(special.stdtr(family["df"][j][k], -abs(gap / error))), gap)
            z[j, k], z[k, j] = value, -value
    return z


def errors_of_draws(sigma: Any) -> Any:
    """Standard errors of the differences of drawn scores."""
    both = np.add.outer(np.diagonal(sigma), np.diagonal(sigma))
    variance = both - 2 * sigma
    variance[variance <= 1e-12 * both] = 0.0
    np.fill_diagonal(variance, 0.0)
    return np.sqrt(variance)


def normal_draws(sigma: Any, kit: Kit) -> Any:
    """The draws of the release, one a column: PCG64 from the id of `drawn_from`, else the release, and the family name.

    They come in blocks of so many draws that a block has 2^17 numbers, draw after draw, and are brought to the
    covariance by its pivoted Cholesky root. The order is part of the method: other draws, other third decimals.
    """
    digest = hashlib.sha256(f"{kit.get('drawn_from', kit['release'])}\n{kit['family']['name']}".encode()).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big")))
    p = len(sigma)
    scale = math.sqrt(np.diagonal(sigma).max()) or 1.0
    factor, pivot, rank, _ = linalg.lapack.dpstrf(sigma / scale**2, lower=1)
    root = np.zeros((p, p))
    for row, place in enumerate(pivot):
        for column in range(min(row + 1, rank)):
            root[place - 1, column] = factor[row, column] * scale
    block = max(1, 2**17 // p)
    starts = range(0, kit["draws"], block)
    drawn = [generator.standard_normal((min(block, kit["draws"] - start), p)) for start in starts]
    return root @ np.concatenate(drawn).T


def critical_value(z: Any, s: Any, draws: Any, level: float) -> float:
    """The value that no difference of a draw passes in `level` of the draws; pairs already decided are left out."""
    open_ = s > 0
    decided = 0
    critical = math.inf
    while True:
        largest = np.zeros(draws.shape[1])
        for j in range(len(z)):
            others = np.flatnonzero(open_[j])
            if len(others):
                above = (draws[j] - draws[others]) / s[j, others][:, None]
                largest = np.maximum(largest, above.max(axis=0))
        need = max(math.ceil(level * len(largest) - 1e-9), 1)
        critical = min(critical, float(np.sort(largest)[need - 1]))
        now = int((z > critical).sum())
        if now == decided:
            return critical
        decided = now
        open_ = (s > 0) & (z <= critical)


# The verdict: two claims about every unit, held by Holm's method over the family.


def verdict(kit: Kit) -> dict[str, object]:
    """Return the verdict: at the bottom, not at the bottom, or neither."""
    family, own = kit["family"], kit["family"]["units"].index(kit["own"]["code"])
    rule, k = kit["bottom"]["rule"], kit["bottom"]["places"]
    if "estimator" in kit and rule != "dissatisfied_over":
        return {"confirm_p": 1.0, "clear_p": 1.0, "verdict": "undecided"}
    pairs = [last_places(differences(family), at, k) for at in range(len(family["units"]))]
    confirm, clear = (holm([pair[side] for pair in pairs])[own] for side in (0, 1))
    if k == 1 and len(pairs) > 1:  # only the observed minimum can be confirmed: the factor 2 in place of Holm's method
        confirm = min(1.0, 2 * pairs[own][0])
    if rule not in ("last", "share"):
        confirm, clear = by_votes(kit, pairs[own], confirm)
    alpha = 1 - kit["level"] + 1e-12
    found = "confirmed" if confirm <= alpha else "cleared" if clear <= alpha else "undecided"
    if found == "confirmed" and forbidden(kit):
        found = "undecided"
    return {"confirm_p": confirm, "clear_p": clear, "verdict": found}


def by_votes(kit: Kit, last: tuple[float, float], confirm_last: float) -> tuple[float, float]:
    """p-values of rules that need votes of the unit, after Holm's step of this unit.

    The votes of other units are not in the kit. It holds how many of their p-values are smaller, and the adjusted
    p-value that Holm's method carries over to this unit, 0 if none.
    """
    bottom = kit["bottom"]
    if bottom["rule"] == "dissatisfied_over":
        return stepped(kit, *lowest_grade(kit))
    confirm, clear = under_the_line(kit)
    if bottom["rule"] == "below":
        return stepped(kit, confirm, clear)
    ways = 2 if len(kit["family"]["units"]) < 5 else 1  # either condition clears a unit: twice among few units
    clear = min(1.0, ways * min(last[1], clear))
    if bottom["places"] == 1:  # the two conditions are adjusted apart
        confirm, clear = stepped(kit, confirm, clear)
        return max(confirm, confirm_last), clear
    return stepped(kit, max(last[0], confirm), clear)


def stepped(kit: Kit, confirm: float, clear: float) -> tuple[float, float]:
    """Holm's adjusted p-values of this unit."""
    family = kit["family"]
    found = []
    for side, p in (("confirm", confirm), ("clear", clear)):
        step = len(family["units"]) - family[side]["count"]
        found.append(max(family[side]["p"], min(1.0, float(p) * step)))
    return found[0], found[1]


def lowest_grade(kit: Kit) -> tuple[float, float]:
    """Are more votes at the lowest grade than the limit: exact binomial."""
    from scipy import stats  # takes as long to load as everything else, and few rules need it

    low, n = kit["own"]["lowest_votes"], sum(cell["n"] for cell in kit["own"]["cells"])
    limit, effect = kit["bottom"]["limit"], max(kit["law"].get("effect", [1.0]))
    if effect > 1:  # counts that sites make worth less are no whole numbers: the same tails by the beta distribution
        x, size = low / effect, n / effect
        more = float(stats.beta.cdf(limit, x, size - x + 1)) if x > 0 else 1.0
        return more, float(stats.beta.sf(limit, x + 1, size - x)) if x < size else 1.0
    return float(stats.binom.sf(low - 1, n, limit)), float(stats.binom.cdf(low, n, limit))


def last_places(z: Any, at: int, k: int) -> tuple[float, float]:
    """Is the unit among the k last: the k-th smallest lead of the others over it, with Bonferroni's bound."""
    p = len(z)
    if not 0 < k < p:
        return 1.0, 1.0
    leads = sorted(z[other, at] for other in range(p) if other != at)
    confirm = k * special.ndtr(-leads[k - 1])
    clear = (p - k) * special.ndtr(leads[k - 1])
    return min(1.0, float(confirm)), min(1.0, float(clear))


def under_the_line(kit: Kit) -> tuple[float, float]:
    """Is the score below the line: the largest p-value of three tests of skewed grades."""
    line, at = kit["bottom"]["line"], kit["family"]["units"].index(kit["own"]["code"])
    score, extra = kit["family"]["score"][at], kit["law"].get("extra", 0.0)
    law = reaching(kit["law"], (line - kit["law"].get("shift", 0.0)) / (kit.get("parts", {}).get("weight", 1.0) or 1.0))
    below, above = (0.0 if score < line else 1.0), (0.0 if score > line else 1.0)
    if extra > 0:
        below, above = (float(special.ndtr(side * (score - line) / math.sqrt(extra))) for side in (1, -1))
    own, group = shares(law, 20.0), shares(law, math.inf)
    low, high = ends_of(law, own)
    if line - low > 1e-9 * (high - low) and high - line > 1e-9 * (high - low):
        nu, step = freedom_of_score(kit), half_step(law)
        up: list[float] = []
        down: list[float] = []
        for share in (own, group):
            a = multiplier_of(law, share, line)
            for side, found in ((1, up), (-1, down)):
                x = inside(law, share, score + side * step)
                found.append(signed_root(law, share, a, multiplier_of(law, share, x), x))
        variance = cumulants(law, group, a)[2]
        z, votes = (score - line) / math.sqrt(variance), math.sqrt(variance / (variance + extra))
        below = float(special.stdtr(nu, max(*up, z) * votes))
        above = float(special.stdtr(nu, -min(*down, z) * votes))
    if any(law.get("sites") or []):  # the t test by site as well
        t = (score - line) / kit["family"]["se"][at]
        below, above = (
            max(p, float(special.stdtr(freedom_of_score(kit), side))) for p, side in ((below, t), (above, -t))
        )
    if abs(score - line) <= 1e-9 or sum(cell["n"] for cell in kit["own"]["cells"]) < 4 or few_for_line(kit["law"]):
        return max(below, 0.5), max(above, 0.5)
    return below, above


def few_for_line(law: Kit) -> bool:
    """Has a group that counts given fewer than 30 votes: no test of a line holds there. A complete count may."""
    groups = zip(law["weight"], law["n"], law["open"], strict=True)
    return any(weight > 0 and 0 < n < 30 and left > 1e-12 for weight, n, left in groups)


def reaching(law: Kit, line: float) -> Kit:
    """Votes on both sides of the line: half a vote of each group mirrors the farthest if nobody voted beyond it."""
    value, groups = np.array(law["value"]), np.array(law["groups"], dtype=float)
    gap = 2 * half_gap(law)
    if value[0] < line < value[-1]:
        return law
    more = 2 * line - value[-1] - gap if line <= value[0] else 2 * line - value[0] + gap
    at = int(np.searchsorted(value, more))
    half = np.where(groups.sum(axis=1) > 0, 0.5, 0.0)
    own = np.insert(np.array(law["own"], dtype=float), at, 0.0, axis=1)
    return {**law, "value": np.insert(value, at, more), "own": own, "groups": np.insert(groups, at, half, axis=1)}


def holm(p: list[float]) -> list[float]:
    """Holm's adjusted p-values."""
    adjusted, highest = [0.0] * len(p), 0.0
    for step, at in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        highest = max(highest, min(1.0, p[at] * (len(p) - step)))
        adjusted[at] = highest
    return adjusted


def forbidden(kit: Kit) -> bool:
    """What keeps a unit from being confirmed: no spread, a tie across the border, a small or missing group."""
    family, own, k = kit["family"], kit["own"], kit["bottom"]["places"]
    at = family["units"].index(own["code"])
    tied = sum(1 for x in family["score"] if abs(x - family["score"][at]) <= 1e-9)
    below = sum(1 for x in family["score"] if x < family["score"][at] - 1e-9)
    tie = below < k < below + tied
    spread = kit["bottom"]["rule"] == "dissatisfied_over" or family["se"][at] > 0
    weights = kit["weights"] or {}
    votes = {cell["group"]: cell["n"] for cell in own["cells"]}
    few = any(w > 0 and votes.get(group, 0) < max(1, kit["per_group"]) for group, w in weights.items())
    return tie or not spread or few or kit.get("parts", {}).get("left_out", False)


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that lacks a character still gets the numbers
    sys.exit(main(sys.argv[1:]))
