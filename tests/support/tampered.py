"""Years of full ballots with a known share of best grades, and what is planted: copies, a punishing group, careless."""

from itertools import pairwise

import numpy as np
from scipy import special

from analytics.integrity import Sheets
from data.sample.tampered import copy_sheets, fill_blindly, punish

VALUE = np.array([0.0, 60.0, 80.0, 100.0])


def clean(rng, best, units=60, batches=30, size=100, lean=0.5, quality=0.3):
    """Grades of honest people: quality of the unit, leniency of the person, noise, cut so that `best` get the best."""
    people = batches * size
    latent = rng.normal(0, quality, units) + rng.normal(0, lean, people)[:, None] + rng.normal(0, 0.9, (people, units))
    spread = np.sqrt(quality**2 + lean**2 + 0.81)
    rest = 1 - best
    cuts = spread * special.ndtri(np.array([0.1 * rest, 0.35 * rest, rest]))
    grade = np.searchsorted(cuts, latent).astype(np.int16)
    return Sheets(grade, VALUE), np.repeat(np.arange(batches), size)


def with_copies(rng, sheets, batch, copies=40, noise=0.05, where=0):
    """The same year with so many ballots of a batch copied from its first ballot, each cell with noise."""
    grade = sheets.grade.copy()
    rows = np.flatnonzero(batch == where)[:copies]
    copy_sheets(rng, grade, rows, len(VALUE), noise)
    return Sheets(grade, sheets.value), rows


def with_punishers(rng, sheets, rivals=(3, 7, 11, 15), own=20, share=0.03):
    """The same year with a share of people who give their own unit the best grade and four rivals the lowest."""
    grade = sheets.grade.copy()
    rows = np.flatnonzero(rng.random(len(grade)) < share)
    punish(grade, rows, rivals)
    grade[rows, own] = len(VALUE) - 1
    return Sheets(grade, sheets.value), rows


def with_target(rng, sheets, site, at=2, unit=5, share=0.5):
    """The same year with a share of a site's ballots giving a unit the lowest grade."""
    grade = sheets.grade.copy()
    rows = np.flatnonzero((site == at) & (rng.random(len(site)) < share))
    grade[rows, unit] = 0
    return Sheets(grade, sheets.value)


def longest_run(row):
    best = run = 1
    for a, b in pairwise(row):
        run = run + 1 if a == b else 1
        best = max(best, run)
    return best


CARELESS = ("like_all", "shuffled", "half")


def with_careless(rng, sheets, kind, share=0.05):
    """The same year with a share of ballots filled in without looking.

    uniform: evenly. like_all: like the average unit. shuffled: own grades on wrong units. half: 60% like the average.
    """
    grade = sheets.grade.copy()
    people, units = grade.shape
    rows = np.flatnonzero(rng.random(people) < share)
    marginal = np.bincount(grade[grade >= 0], minlength=4) / (grade >= 0).sum()
    for row in rows:
        if kind == "uniform":
            fill_blindly(rng, grade, row, 4)
        elif kind == "like_all":
            grade[row] = rng.choice(4, units, p=marginal)
        elif kind == "shuffled":
            grade[row] = rng.permutation(grade[row])
        else:
            half = rng.random(units) < 0.6
            grade[row, half] = rng.choice(4, half.sum(), p=marginal)
    marked = np.zeros(people, dtype=bool)
    marked[rows] = True
    return Sheets(grade, sheets.value), marked


def area(score, marked):
    """Area under the curve by the rank sum."""
    from scipy.stats import rankdata

    rank = rankdata(score)
    m, n = marked.sum(), (~marked).sum()
    return (rank[marked].sum() - m * (m + 1) / 2) / (m * n)
