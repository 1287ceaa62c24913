"""Recomputation of score, places and verdict of a unit from a verification kit (kit.json in the same folder).

It needs Python 3.11 or later, numpy and scipy, and no part of the product that wrote the kit. It is a second, plain
implementation of the method, in the order of its description; every number it compares was printed in the release.
Exit code 0: all agree to 1e-9; 1: something differs; 2: the kit cannot be read.

    python verify.py [kit.json]
"""

import hashlib
import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import linalg, special, stats

EQUAL = 1e-9
SCALE = 10_000  # scores of votes are integers, in ten-thousandths of a point
PSEUDO = 2  # votes of the group over all units that are mixed into the variance of a small cell
Kit = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Print every recomputed and published number, and return whether all are equal."""
    path = Path(arguments[0]) if arguments else Path(__file__).with_name("kit.json")
    try:
        kit = json.loads(path.read_text(encoding="utf-8"))
        lines = compare(kit)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    words = kit["words"]
    print(words["stamp"])
    print(words["about"])
    print()
    for name, ours, theirs, equal in lines:
        print(f"{words[name]}: {shown(ours)} | {shown(theirs)}   {words['equal' if equal else 'different']}")
    right = all(equal for _, _, _, equal in lines)
    print()
    print(words["all_equal" if right else "not_equal"])
    return 0 if right else 1


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
    error = math.sqrt(family["covariance"][at][at])
    return {"own_score": (found["score"], family["score"][at]), "own_se": (found["se"], error)}


def same(ours: object, theirs: object) -> bool:
    """Equal to 1e-9 for numbers, else equal."""
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=EQUAL, abs_tol=EQUAL)
    return ours == theirs


def shown(value: object) -> str:
    """A number in full, anything else as it is."""
    return "-" if value is None else repr(value) if isinstance(value, float) else str(value)


# The score: the weighted mean of the means of the groups, with its interval.


def own_score(kit: Kit) -> dict[str, object]:
    """Return score, standard error and interval of the unit, from its sums and those of the groups over all units."""
    cells, totals, weight = weighed(kit)
    nothing: dict[str, object] = dict.fromkeys(("score", "se", "score_low", "score_high"))
    if cells is None:
        return nothing
    score = sum(w * c["total"] / c["n"] for c, w in zip(cells, weight, strict=True)) / SCALE
    parts, freedom = [], []
    for cell, whole, w in zip(cells, totals, weight, strict=True):
        parts.append(w * w * smoothed(cell, whole) / cell["n"] / SCALE**2)
        freedom.append(cell["n"] - 1 + PSEUDO)
    variance = sum(parts)
    if variance > 0:
        nu = variance**2 / sum(part * part / f for part, f in zip(parts, freedom, strict=True))
    else:
        nu = float(sum(freedom))
    reach = float(special.stdtrit(nu, (1 + kit["level"]) / 2)) * math.sqrt(variance)
    return {"score": score, "se": math.sqrt(variance), "score_low": score - reach, "score_high": score + reach}


def weighed(kit: Kit) -> tuple[Any, Any, list[float]]:
    """Return the cells that count for the unit, their groups and weights; no cells if a weighted group is missing."""
    cells, totals, weights = kit["own"]["cells"], kit["group_totals"], kit["weights"]
    if weights is None:  # all votes as one group
        return ([summed(cells)], [summed(totals)], [1.0]) if sum(c["n"] for c in cells) else (None, None, [])
    wanted = {group for group, weight in weights.items() if weight > 0}
    there = [at for at, cell in enumerate(cells) if cell["group"] in wanted and cell["n"] > 0]
    if not there or (len(there) < len(wanted) and not kit["renormalise"]):
        return None, None, []
    chosen = [weights[cells[at]["group"]] for at in there]
    scale = sum(chosen) if kit["renormalise"] else 1.0
    return [cells[at] for at in there], [totals[at] for at in there], [weight / scale for weight in chosen]


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


# The places: every difference against the largest that chance alone brings, all units at once.


def places(kit: Kit) -> dict[str, object]:
    """Place by score, and best and worst place that the votes allow (Mogstad, Romano, Shaikh, Wilhelm; step-down)."""
    family = kit["family"]
    x, sigma = np.array(family["score"]), np.array(family["covariance"])
    own = family["units"].index(kit["own"]["code"])
    z, s = differences(x, sigma, np.array(family["df"]))
    c = critical_value(z, s, normal_draws(sigma, kit), kit["level"])
    return {
        "rank": 1 + int((x > x[own] + 1e-9).sum()),
        "rank_best": 1 + int((z[:, own] > c).sum()),
        "rank_worst": len(x) - int((z[own] > c).sum()),
    }


def differences(x: Any, sigma: Any, df: Any) -> tuple[Any, Any]:
    """z[j, k]: how far j is above k, as a normal deviate of the same tail as its Student t; s[j, k]: its error."""
    p = len(x)
    z, s = np.zeros((p, p)), np.zeros((p, p))
    for j in range(p):
        for k in range(j + 1, p):
            both = sigma[j, j] + sigma[k, k]
            variance = both - 2 * sigma[j, k]
            s[j, k] = s[k, j] = math.sqrt(variance) if variance > 1e-12 * both else 0.0
            gap = x[j] - x[k]
            if abs(gap) <= 1e-9:
                value = 0.0
            elif s[j, k] == 0:
                value = math.copysign(math.inf, gap)
            else:
                value = math.copysign(-special.ndtri(special.stdtr(df[j, k], -abs(gap / s[j, k]))), gap)
            z[j, k], z[k, j] = value, -value
    return z, s


def normal_draws(sigma: Any, kit: Kit) -> Any:
    """The draws of the release, one a column: PCG64 from the release id and the name of the family.

    They come in blocks of so many draws that a block has 2^17 numbers, draw after draw, and are brought to the
    covariance by its pivoted Cholesky root. The order is part of the method: other draws, other third decimals.
    """
    digest = hashlib.sha256(f"{kit['release']}\n{kit['family']['name']}".encode()).digest()
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
    if kit["bottom"]["rule"] == "dissatisfied_over":
        confirm, clear = lowest_grade(kit)
    else:
        z, _ = differences(*(np.array(family[name]) for name in ("score", "covariance", "df")))
        pairs = [claims(kit, at, z) for at in range(len(family["units"]))]
        confirm, clear = (holm([pair[side] for pair in pairs])[own] for side in (0, 1))
    alpha = 1 - kit["level"] + 1e-12
    found = "confirmed" if confirm <= alpha else "cleared" if clear <= alpha else "undecided"
    if found == "confirmed" and forbidden(kit):
        found = "undecided"
    return {"confirm_p": confirm, "clear_p": clear, "verdict": found}


def claims(kit: Kit, at: int, z: Any) -> tuple[float, float]:
    """p-values of "is at the bottom" and "is not" for one unit alone."""
    rule = kit["bottom"]["rule"]
    if rule in ("last", "share"):
        return last_places(z, at, kit["bottom"]["places"])
    below = under_the_line(kit, at)
    if rule == "below":
        return below
    last = last_places(z, at, kit["bottom"]["places"])
    return max(last[0], below[0]), min(last[1], below[1])


def lowest_grade(kit: Kit) -> tuple[float, float]:
    """Are more votes at the lowest grade than the limit: exact binomial; then Holm's step of this unit.

    The counts of other units are not in the kit. It holds how many of their p-values are smaller, and the adjusted
    p-value that Holm's method carries over to this unit, 0 if none.
    """
    low, n = kit["own"]["lowest_votes"], sum(cell["n"] for cell in kit["own"]["cells"])
    limit, family = kit["bottom"]["limit"], kit["family"]
    raw = {"confirm": stats.binom.sf(low - 1, n, limit), "clear": stats.binom.cdf(low, n, limit)}
    steps = {side: len(family["units"]) - family[side]["count"] for side in raw}
    confirm, clear = (max(family[side]["p"], min(1.0, float(p) * steps[side])) for side, p in raw.items())
    return confirm, clear


def last_places(z: Any, at: int, k: int) -> tuple[float, float]:
    """Is the unit among the k last: the k-th smallest lead of the others over it, with Bonferroni's bound."""
    p = len(z)
    if not 0 < k < p:
        return 1.0, 1.0
    leads = sorted(z[other, at] for other in range(p) if other != at)
    confirm = k * special.ndtr(-leads[k - 1])
    clear = (p - k) * special.ndtr(leads[k - 1])
    return min(1.0, float(confirm)), min(1.0, float(clear))


def under_the_line(kit: Kit, at: int) -> tuple[float, float]:
    """Is the score below the line: Student's t."""
    family = kit["family"]
    gap, se = family["score"][at] - kit["bottom"]["line"], math.sqrt(family["covariance"][at][at])
    t = math.copysign(math.inf, gap) if se == 0 else gap / se
    t = 0.0 if abs(gap) <= 1e-9 else t
    nu = family["df_score"][at] if se > 0 else 1.0
    return float(special.stdtr(nu, t)), float(special.stdtr(nu, -t))


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
    spread = kit["bottom"]["rule"] == "dissatisfied_over" or family["covariance"][at][at] > 0
    weights = kit["weights"] or {}
    votes = {cell["group"]: cell["n"] for cell in own["cells"]}
    few = any(w > 0 and votes.get(group, 0) < max(1, kit["per_group"]) for group, w in weights.items())
    return tie or not spread or few


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that lacks a character still gets the numbers
    sys.exit(main(sys.argv[1:]))
