"""Integrity of ballots: copies, careless ballots, a punished unit, and units targeted at a site; each with its p-value.

Everything is measured against the ballots of the year itself. The law of a grade is that of the unit in its group,
tilted to the leniency of the ballot (partial credit: Masters 1982), so that strict and lenient people count as honest.

- Copies (`copy_evidence`): if ballot f copied ballot e but for a share of slips, its grades have a likelihood relative
  to honest grading. Given e, the product over the others of 1 + share (ratio - 1) has expectation 1 under honest
  grading, whatever the grades; so has the mean over all e of a batch, and by Markov's inequality it exceeds 1 / alpha
  in at most a share alpha of honest batches. A batch is scored by all its pairs at once, not pairs by themselves: that
  is what survives top-heavy grades, where two honest ballots agree nearly everywhere (compare omega: Wollack 1997).
- Careless ballots (`carelessness`): likelihood ratio of grades that do not look at the unit to honest grades. It uses
  what l_z uses (Drasgow, Levine and Williams 1985), and the distribution of leniency in the group.
- Punished units (`punished`): units that get the lowest grade together more often than leniency explains.
- Targets (`targeted`): a unit at a site against the same unit elsewhere; exact hypergeometric tail, divided by the
  over-dispersion of sites, Benjamini and Hochberg (1995) over all cells.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from scipy.sparse.csgraph import connected_components

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

MISSING = -1
SLIPS = 0.1
"""Share of cells in which a copy may differ from its source."""
COPIED = (0.02, 0.1, 0.3)
"""Shares of a batch that may be copies of a ballot; the evidence is the mean over them."""
FEWEST_CELLS = 8
"""Units that a ballot must grade to be judged."""
OWN_LAW = 100.0
"""Votes of the group that the law of a batch is mixed with: a hall may like a unit less without any copying."""
GRID = np.linspace(-15.0, 15.0, 121)
"""Multipliers between which the leniency of a ballot is interpolated."""
CARELESS_PART = 0.6
"""Share of a ballot that is filled in without looking, where it is not all of it."""
LENIENCY_SD = 3.0
"""Prior of the leniency on the scale of grades 0 to 1, so that a ballot of the best grades only has a finite value."""


@dataclass(frozen=True)
class Sheets:
    """Ballots of an evaluator group: grade of every unit as a position in `value`, MISSING where not graded.

    grade : shape (ballots, units). value : shape (grades,), points, ascending.
    """

    grade: NDArray[np.int16]
    value: Floats

    @property
    def there(self) -> Bools:
        """Mark graded units, shape (ballots, units)."""
        marked: Bools = self.grade != MISSING
        return marked

    def select(self, rows: Ints | Bools) -> "Sheets":
        """Select ballots."""
        return Sheets(self.grade[rows], self.value)

    @property
    def counts(self) -> Floats:
        """Return the votes of each unit by grade, shape (units, grades)."""
        found = [(self.grade == k).sum(axis=0) for k in range(len(self.value))]
        return np.stack(found, axis=1).astype(np.float64)


def laws(counts: Floats, pseudo: float = 2.0) -> Floats:
    """Return the shares of grades of each unit, mixed with `pseudo` votes of the group; shape (units, grades)."""
    total = counts.sum(axis=0) + 0.5
    pooled = total / total.sum()
    mixed = counts + pseudo * pooled
    shares: Floats = mixed / mixed.sum(axis=1, keepdims=True)
    return shares


def leniency(sheets: Sheets, law: Floats) -> Floats:
    """Return each ballot's multiplier: the law of every unit tilted by it has the ballot's sum of grades.

    Shape (ballots,); on grades scaled to 0 to 1, with a normal prior of LENIENCY_SD. law : shape (units, grades).
    """
    v = _scaled(sheets.value)
    there = sheets.there
    observed = np.where(there, v[np.maximum(sheets.grade, 0)], 0.0).sum(axis=1)
    weights = law[None] * np.exp(GRID[:, None, None] * v)
    expected = (weights / weights.sum(axis=2, keepdims=True)) @ v  # grid x units
    sums = there.astype(np.float64) @ expected.T + GRID / LENIENCY_SD**2  # rises along the grid
    above = np.clip((sums < observed[:, None]).sum(axis=1), 1, len(GRID) - 1)
    rows = np.arange(len(sums))
    low, high = sums[rows, above - 1], sums[rows, above]
    share = np.clip((observed - low) / (high - low), 0.0, 1.0)
    found: Floats = GRID[above - 1] + share * (GRID[above] - GRID[above - 1])
    return found


def _scaled(value: Floats) -> Floats:
    spread = value[-1] - value[0]
    scaled: Floats = (value - value[0]) / (spread if spread > 0 else 1.0)
    return scaled


def tilted(sheets: Sheets, law: Floats, multiplier: Floats) -> Floats:
    """Return the law of every cell of every ballot, shape (ballots, units, grades)."""
    weights = law[None] * np.exp(multiplier[:, None, None] * _scaled(sheets.value))
    shares: Floats = weights / weights.sum(axis=2, keepdims=True)
    return shares


# Copies.


@dataclass(frozen=True)
class CopyEvidence:
    """Evidence that ballots of a batch were copied.

    log_evidence : shape (batches,), natural logarithm; under honest grading above log(1 / alpha) in a share alpha at
    most. p : shape (batches,), 1 / evidence, 1 at most, times the number of batches. copies : for each batch, positions
    of the ballots that look like copies of one another, most alike first.
    """

    log_evidence: Floats
    p: Floats
    copies: tuple[Ints, ...]


def copy_evidence(sheets: Sheets, batch: Ints) -> CopyEvidence:
    """Score every batch of a group by the agreement of its ballots beyond leniency.

    Parameters
    ----------
    batch : shape (ballots,), 0 to batches - 1.

    Returns evidence by batch; 0 (and p 1) for batches with fewer than 2 judged ballots.
    """
    batches = int(batch.max(initial=-1)) + 1
    total = sheets.counts
    log_evidence, copies = np.zeros(batches), []
    for b in range(batches):
        rows = np.flatnonzero((batch == b) & (sheets.there.sum(axis=1) >= FEWEST_CELLS))
        found, alike = _batch(sheets.select(rows), total)
        log_evidence[b] = found
        copies.append(rows[alike])
    p = np.minimum(1.0, np.exp(-np.clip(log_evidence, 0, 700)) * max(batches, 1))
    return CopyEvidence(log_evidence, p, tuple(copies))


def _batch(own: Sheets, total: Floats) -> tuple[float, Ints]:
    """Return the log evidence of a batch, and its ballots that look copied, most alike first."""
    n = len(own.grade)
    if n < 2:
        return 0.0, np.zeros(0, dtype=np.int64)
    elsewhere = np.maximum(total - own.counts, 0.0)
    pooled = laws(elsewhere) * OWN_LAW
    law = laws(own.counts + pooled, 0.5)
    ratio = pair_ratios(own, law)
    np.fill_diagonal(ratio, -np.inf)
    # row: source, column: copy. Given the source, the others are independent under honest grading.
    parts = []
    for share in COPIED:
        gain = np.logaddexp(np.log1p(-share), np.log(share) + ratio)
        np.fill_diagonal(gain, 0.0)
        parts.append(gain.sum(axis=1))
    log_evidence = float(special.logsumexp(np.stack(parts)) - np.log(len(COPIED) * n))
    threshold = np.log(n)
    close = ratio > threshold
    alike = (close | close.T).sum(axis=1)
    order = np.argsort(-alike, kind="stable")
    return log_evidence, order[alike[order] > 0]


def pair_ratios(sheets: Sheets, law: Floats) -> Floats:
    """Return the log likelihood ratio of "column copied row" against honest grading, shape (ballots, ballots)."""
    grades = tilted(sheets, law, leniency(sheets, law))
    at = np.maximum(sheets.grade, 0)[..., None]
    own = np.take_along_axis(grades, at, axis=2)[..., 0]
    there = sheets.there
    slip = np.log(SLIPS)
    agree = np.where(there, np.log((1 - SLIPS) / own + SLIPS) - slip, 0.0)
    ratio: Floats = slip * (there.astype(np.float64) @ there.T.astype(np.float64))
    for k in range(len(sheets.value)):
        mine = (sheets.grade == k).astype(np.float64)
        ratio += mine @ (mine * agree).T
    return ratio


# Careless ballots.


def carelessness(sheets: Sheets) -> Floats:
    """Return how little the grades of each ballot follow the units, shape (ballots,); larger is more careless.

    Log likelihood ratio of ballots of which all, or CARELESS_PART, is filled in without looking (evenly, or like the
    average unit) to honest ballots; the leniency of honest people has the distribution that it has in the group.
    NaN where fewer than FEWEST_CELLS units are graded or all grades are equal: that is an opinion too, and shown apart.
    """
    total = sheets.counts
    law, v = laws(total), _scaled(sheets.value)
    marginal = (total.sum(axis=0) + 0.5) / (total.sum() + 0.5 * len(v))
    weights = law[None] * np.exp(GRID[:, None, None] * v)
    honest = weights / weights.sum(axis=2, keepdims=True)  # grid x units x grades
    blind = np.stack([np.full(len(v), 1 / len(v)), marginal, (marginal + 1 / len(v)) / 2])
    own = [(sheets.grade == k).astype(np.float64) for k in range(len(v))]
    log_honest = _log_likelihood(own, honest)
    prior = _prior(log_honest)
    clean = special.logsumexp(log_honest + np.log(prior), axis=1)
    parts = [_log_likelihood(own, np.broadcast_to(row, (1, *law.shape)))[:, 0] for row in blind]
    for row in blind:
        mixed = (1 - CARELESS_PART) * honest + CARELESS_PART * row
        parts.append(special.logsumexp(_log_likelihood(own, mixed) + np.log(prior), axis=1))
    ratio = special.logsumexp(np.stack(parts), axis=0) - np.log(len(parts)) - clean
    few = sheets.there.sum(axis=1) < FEWEST_CELLS
    return np.where(few | all_equal(sheets), np.nan, ratio)


def _log_likelihood(own: list[Floats], shares: Floats) -> Floats:
    """Return the log likelihood of every ballot under every law, shape (ballots, laws), from a table a grade."""
    logs = np.log(np.maximum(shares, 1e-12))
    total = np.zeros((len(own[0]), len(shares)))
    for k, mine in enumerate(own):
        total += mine @ logs[:, :, k].T
    return total


def _prior(log_likelihood: Floats) -> Floats:
    """Return the distribution of leniency over the grid that fits the group, by twenty steps of EM."""
    prior = np.full(log_likelihood.shape[1], 1 / log_likelihood.shape[1])
    scaled = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    for _ in range(20):
        posterior = scaled * prior
        prior = (posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0)
    smoothed: Floats = 0.999 * prior + 0.001 / len(prior)
    return smoothed


def all_equal(sheets: Sheets) -> Bools:
    """Mark ballots that give every unit the same grade, from FEWEST_CELLS units on."""
    there = sheets.there
    low = np.where(there, sheets.grade, np.iinfo(np.int16).max).min(axis=1)
    equal: Bools = (np.where(there, sheets.grade, -1).max(axis=1) == low) & (there.sum(axis=1) >= FEWEST_CELLS)
    return equal


# Punished units.


@dataclass(frozen=True)
class Punished:
    """Sets of units that get the lowest grade together, surest first.

    units : positions of the units of each set. p : shape (sets,), of the surest pair, times the number of pairs.
    share, low, high : shape (sets,), share of the ballots that punish the set beyond leniency, with a 95% interval.
    ballots : positions of the ballots that give at least PUNISHING_PART of the set the lowest grade.
    """

    units: tuple[Ints, ...]
    p: Floats
    share: Floats
    low: Floats
    high: Floats
    ballots: tuple[Ints, ...]


PUNISHING_PART = 0.75
BEYOND = 1.4
"""Multiple of the expected number of common lowest grades below which a pair is no finding."""
FEWEST_TOGETHER = 5
"""Ballots that must give two units the lowest grade together before the pair is looked at."""


def punished(sheets: Sheets, *, alpha: float = 0.05) -> Punished:
    """Find units that get the lowest grade on the same ballots more often than the leniency of people explains.

    Two units with a common lowest grade on c ballots, where e are expected from leniency: Poisson tail, Bonferroni over
    all pairs, and at least BEYOND times as many as expected; what is expected is scaled to the pairs of the year. Pairs
    that share units form a set.
    """
    law = laws(sheets.counts)
    lowest = (sheets.grade == 0).astype(np.float64)
    chance = tilted(sheets, law, leniency(sheets, law))[:, :, 0] * sheets.there
    together, expected = lowest.T @ lowest, chance.T @ chance
    upper = np.triu(np.ones_like(together, dtype=bool), 1)
    expected = np.where(upper, _as_in_the_year(together, expected, upper), 0.0)
    used = upper & (expected > 0.5)
    dispersion = _dispersion(together[used], expected[used])
    p = np.minimum(
        1.0, stats.poisson.sf(np.ceil(together / dispersion) - 1, expected / dispersion) * max(upper.sum(), 1)
    )
    sure = upper & (p <= alpha) & (together >= FEWEST_TOGETHER) & (together >= BEYOND * expected)
    sets = _connected(sure | sure.T)
    order = sorted(sets, key=lambda rows: float(p[np.ix_(rows, rows)][upper[np.ix_(rows, rows)]].min()))
    found = [_punishing(lowest, chance, sheets.there, rows) for rows in order]
    smallest = [float(p[np.ix_(rows, rows)][upper[np.ix_(rows, rows)]].min()) for rows in order]
    numbers = np.array([rate for rate, _ in found], dtype=np.float64).reshape(len(found), 3)
    ballots = tuple(rows for _, rows in found)
    return Punished(tuple(order), np.array(smallest), numbers[:, 0], numbers[:, 1], numbers[:, 2], ballots)


def _as_in_the_year(together: Floats, expected: Floats, upper: Bools) -> Floats:
    """Scale what is expected to the pairs of the year: in eight classes of it, without the two highest in a hundred.

    Given its sum, the low grades of a ballot exclude one another, so leniency by itself expects too many.
    """
    seen, by_leniency = together[upper], expected[upper]
    out = expected.copy()
    if len(seen) < 16 or by_leniency.sum() <= 0:
        return out
    scaled = np.empty_like(seen)
    for part in np.array_split(np.argsort(by_leniency, kind="stable"), 8):
        excess = (seen[part] - by_leniency[part]) / np.sqrt(by_leniency[part] + 1e-9)
        kept = part[np.argsort(excess, kind="stable")[: max(1, int(0.98 * len(part)))]]
        scaled[part] = by_leniency[part] * min(1.0, seen[kept].sum() / max(by_leniency[kept].sum(), 1e-9))
    out[upper] = np.maximum(scaled, 1e-6)
    return out


def _dispersion(seen: Floats, expected: Floats) -> float:
    """Return the over-dispersion of counts against what is expected, from the middle of them; at least 1."""
    if len(seen) < 10:
        return 1.0
    squares = (seen - expected) ** 2 / expected
    return max(1.0, float(np.median(squares) / MEDIAN_OF_SQUARE))


MEDIAN_OF_SQUARE = 0.4549364
"""Median of the square of a standard normal number."""


def _punishing(lowest: Floats, chance: Floats, there: Bools, rows: Ints) -> tuple[tuple[float, float, float], Ints]:
    """Return the share of ballots that punish a set beyond leniency with its interval, and these ballots."""
    graded = there[:, rows].sum(axis=1)
    asked = graded >= 2
    hits = lowest[:, rows].sum(axis=1)
    punishing = asked & (hits >= np.maximum(2, np.ceil(PUNISHING_PART * graded)))
    need = np.maximum(2, np.ceil(PUNISHING_PART * graded)).astype(int)
    by_chance = float(sum(_at_least(chance[e, rows], need[e]) for e in np.flatnonzero(asked)))
    n, found = int(asked.sum()), float(punishing.sum())
    low, high = (
        stats.beta.ppf(0.025, found, n - found + 1) if found else 0.0,
        stats.beta.ppf(0.975, found + 1, n - found),
    )
    base = by_chance / n
    share = tuple(max(0.0, float(value) - base) for value in (found / n, low, high))
    return (share[0], share[1], share[2]), np.flatnonzero(punishing)


def _at_least(p: Floats, need: int) -> float:
    """Return the probability that at least `need` of independent events happen."""
    law = np.zeros(len(p) + 1)
    law[0] = 1.0
    for value in p:
        law[1:] = law[1:] * (1 - value) + law[:-1] * value
        law[0] *= 1 - value
    return float(law[need:].sum())


def _connected(joined: Bools) -> list[Ints]:
    """Return the sets of at least two units that are joined."""
    number, label = connected_components(joined, directed=False)
    sets = [np.flatnonzero(label == k) for k in range(number)]
    return [rows for rows in sets if len(rows) > 1]


# Targets.


@dataclass(frozen=True)
class Targets:
    """Units at sites, shape (cells,): positions of unit and site, low votes and votes there and elsewhere, p by
    Benjamini and Hochberg over all cells. lower : True where more low grades came from there than elsewhere."""

    unit: Ints
    site: Ints
    low: Ints
    votes: Ints
    low_elsewhere: Ints
    votes_elsewhere: Ints
    lower: Bools
    p: Floats


FEWEST_AT_SITE = 5


def targeted(sheets: Sheets, site: Ints) -> Targets:
    """Compare each unit at each site with the same unit elsewhere in the group.

    site : shape (ballots,), 0 to sites - 1, or -1 where not given. A vote is low below the cut that divides the votes
    of the group most evenly. Two-sided exact hypergeometric tail; divided by the over-dispersion of all cells.
    """
    named = site >= 0
    own, at = sheets.select(named), site[named]
    sites, units = int(at.max(initial=-1)) + 1, own.grade.shape[1]
    cut = _even_cut(own)
    there = own.there
    low_at, votes_at = np.zeros((sites, units), dtype=np.int64), np.zeros((sites, units), dtype=np.int64)
    np.add.at(low_at, at, (there & (own.grade < cut)).astype(np.int64))
    np.add.at(votes_at, at, there.astype(np.int64))
    low, votes = low_at.sum(axis=0), votes_at.sum(axis=0)
    s, u = np.nonzero((votes_at >= FEWEST_AT_SITE) & (votes - votes_at >= FEWEST_AT_SITE))
    x, n, k, total = low_at[s, u], votes_at[s, u], low[u], votes[u]
    many = stats.hypergeom.sf(x - 1, total, k, n)
    few = stats.hypergeom.cdf(x, total, k, n)
    one_sided = np.minimum(many, few)
    z = -special.ndtri(np.clip(one_sided, 1e-300, 0.5))
    scale = np.sqrt(_normal_dispersion(z))
    p = np.minimum(1.0, 2 * special.ndtr(-z / scale))
    adjusted = stats.false_discovery_control(p, method="bh") if len(p) else p
    return Targets(u, s, x, n, k - x, total - n, many < few, adjusted)


def _normal_dispersion(z: Floats) -> float:
    """Return the over-dispersion of deviates from the middle of them, at least 1."""
    return max(1.0, float(np.median(z**2) / MEDIAN_OF_SQUARE)) if len(z) >= 10 else 1.0


def _even_cut(sheets: Sheets) -> int:
    """Return the grade below which a vote is low: the cut that divides the votes most evenly, above the lowest."""
    share = np.cumsum(sheets.counts.sum(axis=0)) / max(sheets.counts.sum(), 1)
    return int(np.argmin(np.abs(share[:-1] - 0.5))) + 1 if len(share) > 1 else 1
