"""Every number of a public page a second time, from the files that the store keeps as they were brought.

Plain Python over the kept ballots and the rule set, with the reference implementations of this folder; nothing of the
product. Places rest on draws of its own, so they agree where no pair of units lies on the border of a test.
"""

import csv
import io
import json
import re
import tomllib
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import copysign, erfc, inf, sqrt

import numpy as np
from scipy import stats

from tests.reference import plain_ranks, plain_real_ballots
from tests.reference.plain_scores import plain_scores

HIDDEN = "×"


class Kept:
    """Ballots, codes and rules of a round, read from uploads/*/evidence-0 and rules/*.toml of a store."""

    def __init__(self, store, round_id):
        self.votes, self.group_of, self.category, self.codes = {}, {}, {}, {}
        for about in sorted((store / "uploads").glob("*/upload.json")):
            upload = json.loads(about.read_text("utf-8"))
            if (upload["kind"], upload["round_id"]) == ("units", round_id):
                register = csv.DictReader(io.StringIO(_text((about.parent / "evidence-0").read_bytes())))
                self.codes |= {row["单位全称"]: row["单位编码"] for row in register}
            if (upload["kind"], upload["round_id"]) == ("ballots", round_id):
                if upload["replaces"]:
                    self.votes, self.group_of, self.category = {}, {}, {}
                self.rules = _rules(store, upload["rules_name"])
                self._read(_text((about.parent / "evidence-0").read_bytes()))
        self.points = {grade: Fraction(str(value)) for grade, value in self.rules["points"].items()}
        self.weights = {group: Fraction(str(value)) for group, value in self.rules["weights"].items()}

    def _read(self, text):
        for row in csv.DictReader(io.StringIO(text)):
            self.votes[row["票号"], row["参评单位"]] = row["评价"]
            self.group_of[row["票号"]] = row["评议主体"]
            self.category[row["参评单位"]] = row["类别"]

    def counted(self):
        """Unit -> group -> grade -> votes with points."""
        cells = defaultdict(lambda: defaultdict(Counter))
        for (ballot, unit), grade in self.votes.items():
            if grade in self.points:
                cells[unit][self.group_of[ballot]][grade] += 1
        return cells


def _text(content):
    """A file as an office sends it: UTF-8 where all of it is, else the code page of Chinese Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _rules(store, name):
    for path in (store / "rules").rglob("*.toml"):
        rules = tomllib.loads(path.read_text("utf-8"))
        if rules["name"] == name:
            return rules
    raise LookupError(name)


def score(cells, kept):
    """The exact score of a unit: weighted means of its groups."""
    found = Fraction(0)
    for group, weight in kept.weights.items():
        own = cells[group]
        found += weight * sum(kept.points[g] * n for g, n in own.items()) / sum(own.values())
    return found


def half_up(value, decimals=2):
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def outwards(low, high):
    """The three forms in which an interval may be printed."""
    found = set()
    for step, decimals in (("0.1", 1), ("1", 0), ("5", 0)):
        ends = ((max(low, 0.0), ROUND_FLOOR), (min(high, 100.0), ROUND_CEILING))
        steps = [(Decimal(repr(end)) / Decimal(step)).to_integral_value(how) * Decimal(step) for end, how in ends]
        found.add(" – ".join(f"{end:.{decimals}f}" for end in steps))
    return found


class Category:
    """Score, interval, place, places and verdict of the units of a category, under a rule that takes the last k."""

    def __init__(self, kept, name):
        cells = kept.counted()
        self.units = sorted(unit for unit, category in kept.category.items() if category == name)
        self.cells = {unit: cells[unit] for unit in self.units}
        self.exact = {unit: score(cells[unit], kept) for unit in self.units}
        self.k = kept.rules["bottom"]["k"]
        self._kept, self._all = kept, cells
        self._pairs()

    def interval(self, unit):
        """The interval of the score, before it is rounded."""
        weights = {group: float(weight) for group, weight in self._kept.weights.items()}
        groups, own = self._values(self._all), self._cells(unit)
        return plain_real_ballots.interval(own, groups, weights, self._freedom[unit])

    def _cells(self, unit):
        points = self._kept.points
        return {g: {float(points[x]): n for x, n in grades.items()} for g, grades in self._all[unit].items()}

    def _values(self, cells):
        """Group -> value -> votes of the whole round; every value of the round in every group."""
        points = self._kept.points
        groups = {group: Counter() for group in self._kept.weights}
        for unit in cells:
            for group, grades in cells[unit].items():
                groups[group].update({float(points[x]): n for x, n in grades.items()})
        values = {value for group in groups.values() for value in group}
        return {group: {value: own.get(value, 0) for value in values} for group, own in groups.items()}

    def _pairs(self):
        kept = self._kept
        weights = {group: float(weight) for group, weight in kept.weights.items()}
        votes = {(b, u): float(kept.points[g]) for (b, u), g in kept.votes.items() if g in kept.points}
        told = plain_scores([(b, u, kept.group_of[b], value, 1) for (b, u), value in votes.items()], weights)
        self._freedom = told["df_score"]
        p, adjusted = len(self.units), told["adjusted"]
        self.z, self.sigma = [[0.0] * p for _ in range(p)], np.zeros((p, p))
        groups = self._values(self._all)
        part = plain_real_ballots._floor
        floor = [sum(part(own, groups[g], weights[g]) for g, own in self._cells(u).items()) for u in self.units]
        for j in range(p):
            self.sigma[j, j] = floor[j]
            for k in range(j):
                a, b = self.units[j], self.units[k]
                pooled, tilted, df = plain_real_ballots.pair(votes, kept.group_of, weights, a, b)
                own = adjusted[a, a] + adjusted[b, b] - 2 * adjusted[a, b]
                self.sigma[j, k] = self.sigma[k, j] = (floor[j] + floor[k] - pooled) / 2
                t = float(self.exact[a] - self.exact[b]) / sqrt(max(own, pooled, tilted))
                z = copysign(stats.norm.isf(stats.t.sf(abs(t), df)), t)
                self.z[j][k], self.z[k][j] = z, -z

    def place(self, unit):
        """Place by score and the last place of a tie."""
        own = self.exact[unit]
        return 1 + sum(x > own for x in self.exact.values()), sum(x >= own for x in self.exact.values())

    def places(self):
        """Unit -> best and worst place that the votes allow, step by step."""
        p = len(self.units)
        noise = np.random.default_rng(11).multivariate_normal(np.zeros(p), self.sigma, size=40_000)
        pairs = [(j, k) for j in range(p) for k in range(p) if j != k]
        errors = {(j, k): sqrt(self.sigma[j, j] + self.sigma[k, k] - 2 * self.sigma[j, k]) for j, k in pairs}
        open_, critical = set(errors), inf
        while True:
            largest = np.max([(noise[:, j] - noise[:, k]) / errors[j, k] for j, k in open_], axis=0)
            critical = min(critical, float(np.quantile(largest, 0.95, method="higher")))
            decided = {(j, k) for j, k in errors if self.z[j][k] > critical}
            if not (decided & open_):
                break
            open_ -= decided
        above = Counter(k for _, k in decided)
        below = Counter(j for j, _ in decided)
        return {unit: (1 + above[at], p - below[at]) for at, unit in enumerate(self.units)}

    def verdicts(self):
        """Unit -> verdict: is it among the k last, by the k-th smallest lead of the others, Holm over the category."""
        p, k = len(self.units), self.k
        confirm, clear = [], []
        for at in range(p):
            lead = sorted(self.z[other][at] for other in range(p) if other != at)[k - 1]
            confirm.append(min(1.0, k * erfc(lead / sqrt(2)) / 2))
            clear.append(min(1.0, (p - k) * erfc(-lead / sqrt(2)) / 2))
        confirmed, cleared = plain_ranks.holm(confirm), plain_ranks.holm(clear)
        if k == 1:
            confirmed = [min(1.0, 2 * one) for one in confirm]
        words = {}
        for at, unit in enumerate(self.units):
            words[unit] = "confirmed" if confirmed[at] <= 0.05 else "cleared" if cleared[at] <= 0.05 else "undecided"
        return words


def grades_of(kept, category):
    """Grade -> votes of all units of a category."""
    found = Counter()
    for unit, groups in kept.counted().items():
        if kept.category[unit] == category:
            for grades in groups.values():
                found.update(grades)
    return found


def notice_days(announced, days, working, work_calendar):
    """First and last day of a notice of calendar days, and the last of objections in working days."""
    with work_calendar.open(encoding="utf-8-sig") as file:
        exceptions = {row["日期"]: row["是否工作日"] == "是" for row in csv.DictReader(file)}

    def worked(day):
        return exceptions.get(day.isoformat(), day.weekday() < 5)

    last = announced + timedelta(days=days)
    while not worked(last):
        last += timedelta(days=1)
    until, left = announced, working
    while left:
        until += timedelta(days=1)
        left -= worked(until)
    return announced + timedelta(days=1), last, until


def numerals(text):
    """The numbers in a text, so that none is left out of the comparison."""
    return re.findall(r"\d+(?:\.\d+)?", text)


def day_of(time):
    return date.fromisoformat(time[:10])
