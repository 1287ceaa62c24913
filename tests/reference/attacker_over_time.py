"""Somebody who kept every public page and bundle of a round, and looks for the votes in which they differ.

Reads what was published and nothing else: HTML of pages, CSV of bundles. Knows the weights and points printed there,
how units were renamed, and that an office corrects as little as it must: of all changes that explain the pages the
smallest is taken to be true. Every question is put to integer programmes over all pages together.

`by_interval` is another reader, with one bundle and the votes of each group over all units by grade.
"""

import csv
import io
import zipfile
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import optimize, sparse

from analytics.laws import VoteCounts
from analytics.moments import SCALE, Moments, Pairs
from analytics.scores import scores_from_moments
from tests.reference.attacker import HIDDEN, Page, Printed

MOST_NODES = (400, 20_000)
"""Nodes of a search, and of a second one where the first did not end."""
SLACK = 1e-4
"""By how much a sum of whole votes may miss a printed number: a fiftieth of what was rounded away."""
OPTIMAL, IMPOSSIBLE = 0, 2  # states of a search, as SciPy numbers them
OPEN, GIVEN_AWAY, UNSETTLED = "open", "given away", "unsettled"


def printed_in_bundle(content: bytes) -> Printed:
    """The same as `attacker.printed`, from the CSV files of a public bundle in English."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        tables = {
            name: list(csv.DictReader(io.StringIO(packed.read(f"{name}.csv").decode("utf-8-sig"))))
            for name in ("ranking", "grades")
            if f"{name}.csv" in packed.namelist()
        }
    units, decimals = {}, 0
    for row in tables["ranking"]:
        groups = {name.removeprefix("n:"): n for name, n in row.items() if name.startswith("n:")}
        decimals = max(decimals, len(row["score"].partition(".")[2]))
        units[row["unit_code"]] = {
            "category": row["category"],
            "n": None if row["n"] == HIDDEN else int(row["n"]),
            "score": float(row["score"]) if row["score"] else None,
            "groups": {name: None if n == HIDDEN else int(n) for name, n in groups.items()},
        }
    grades = {}
    for row in tables.get("grades", []):
        number = None if row["Votes"] == HIDDEN else int(row["Votes"])
        grades.setdefault(row["Category"], {})[row["Grade"]] = number
    return Printed(units, grades, 2)


@dataclass
class Seen:
    """One release: what its files print, of which all tell of the same votes, and the names its units had first."""

    files: list[Printed]
    first_names: dict

    @property
    def codes(self) -> list[str]:
        """Units of any of the files."""
        return sorted({code for file in self.files for code in file.units})


class OverTime:
    """Unknowns: votes by page, unit, group and grade, and how they changed from page to page."""

    def __init__(self, seen: list[Seen], weights, points):
        self.seen, self.weights, self.points = seen, weights, points
        files = [file for one in seen for file in one.files]
        self.groups = sorted({g for file in files for unit in file.units.values() for g in unit["groups"]})
        self.at, self.rows, self.moves, self.moved = {}, [], [], {}
        self.unsettled, self.asked = [], 0
        for t, one in enumerate(seen):
            for code in one.codes:
                for group, grade in product(self.groups, points):
                    self.at[t, one.first_names.get(code, code), group, grade] = len(self.at)
        self.count = len(self.at)
        for t, one in enumerate(seen):
            for file in one.files:
                self._page(t, file, one.first_names)
        for t in range(1, len(seen)):
            self._step(t)

    def _page(self, t, file, first_names):
        for code, unit in file.units.items():
            name = first_names.get(code, code)
            mine = {(g, x): self.at[t, name, g, x] for g, x in product(self.groups, self.points)}
            if unit["n"] is not None:
                self._fact(dict.fromkeys(mine.values(), 1), unit["n"])
            for group, n in unit["groups"].items():
                if n is not None:
                    self._fact({mine[group, x]: 1 for x in self.points}, n)
            self._score(unit, mine)
        for category, numbers in file.grades.items():
            members = [first_names.get(c, c) for c, u in file.units.items() if u["category"] == category]
            for grade, n in numbers.items():
                if n is not None and grade in self.points:
                    self._fact({self.at[t, m, g, grade]: 1 for m, g in product(members, self.groups)}, n)

    def _score(self, unit, mine):
        weights, own = self.weights, unit["groups"]
        if unit["score"] is None:
            return
        if weights is None:
            per_vote = dict.fromkeys(own, 1 / unit["n"])
        elif any(own.get(group) is None for group, weight in weights.items() if weight and group in own):
            return
        else:
            there = {group: weights.get(group, 0) for group, n in own.items() if n}
            per_vote = {group: weight / sum(there.values()) / own[group] for group, weight in there.items()}
        worth = {mine[g, x]: per_vote.get(g, 0) * p for g in self.groups for x, p in self.points.items()}
        half = 0.005 + 1e-6  # a half may have been rounded
        self._fact(worth, unit["score"] - half, unit["score"] + half)

    def _step(self, t):
        """Changes of every unit from page to page, added and taken away apart."""
        names = {key[1] for key in self.at if key[0] == t} & {key[1] for key in self.at if key[0] == t - 1}
        for name, group, grade in product(sorted(names), self.groups, self.points):
            more, less = self.count, self.count + 1
            self.count += 2
            self.moves += [more, less]
            self.moved[more] = self.moved[less] = (t, name, group, grade)
            before, after = self.at[t - 1, name, group, grade], self.at[t, name, group, grade]
            self._fact({after: 1, before: -1, more: -1, less: 1}, 0)

    def _fact(self, terms, low, high=None):
        self.rows.append((terms, float(low), float(low if high is None else high)))

    def solve(self, truth):
        """Bring the facts together once, and add that changes are the smallest there can be; `settle` asks them.

        The true changes explain the pages, so the smallest are no more: without that a search of 20,000 nodes may find
        no votes at all, although it is only there to be quick.
        """
        self._join()
        least = []
        for part in np.unique(self.part[self.moves]).tolist() if self.moves else ():
            mine = [move for move in self.moves if self.part[move] == part]
            most = sum(
                abs(truth[t].get(tuple(key), 0) - truth[t - 1].get(tuple(key), 0))
                for t, *key in {self.moved[move] for move in mine}
            )
            within = (dict.fromkeys(mine, 1), -np.inf, most)
            found, _ = self._cheapest(self.part == part, dict.fromkeys(mine, 1.0), within)
            if found.status == OPTIMAL:
                least.append((dict.fromkeys(mine, 1), 0.0, float(round(found.fun))))
            else:
                self.unsettled.append(("changes", part))
        self.rows += least
        self._join()

    def _join(self):
        place = [(r, c, v) for r, (terms, _, _) in enumerate(self.rows) for c, v in terms.items()]
        row, column, value = zip(*place, strict=True)
        self.matrix = sparse.csr_array((value, (row, column)), shape=(len(self.rows), self.count))
        self.low, self.high = (np.array([fact[end] for fact in self.rows]) for end in (1, 2))
        used = abs(self.matrix)
        link = sparse.block_array([[None, used], [used.T, None]], format="csr")
        self.part = sparse.csgraph.connected_components(link, directed=False)[1][len(self.rows) :]

    def _cheapest(self, mine, price, beyond=None):
        """The cheapest votes that fit the facts about some unknowns; beyond: another fact, as (terms, low, high)."""
        matrix = self.matrix[:, mine]
        rows = np.flatnonzero(np.diff(matrix.indptr))
        place = np.cumsum(mine) - 1
        cost = np.zeros(int(mine.sum()))
        for unknown, by in price.items():
            cost[place[unknown]] = by
        facts = [optimize.LinearConstraint(matrix[rows], self.low[rows], self.high[rows])]
        if beyond:
            terms, low, high = beyond
            row = np.zeros((1, len(cost)))
            row[0, [place[unknown] for unknown in terms]] = list(terms.values())
            facts.append(optimize.LinearConstraint(row, low, high))
        for nodes in MOST_NODES:
            found = optimize.milp(
                cost, constraints=facts, integrality=np.ones(len(cost)), options={"node_limit": nodes}
            )
            if found.status in (OPTIMAL, IMPOSSIBLE) or (found.x is not None and not price):
                break
        return found, place

    def settle(self, asked):
        """Which of the sums of unknowns, as (terms {key: sign}, true value), can have no other value than the true one.

        A sum is open as soon as any votes that fit all facts give it another value. Such votes are searched for one sum
        and tried on all that are not settled yet, so that a few searches open most of them. A sum for which there are
        none, above or below, is given away. What no search settles is kept in `unsettled`: the caller must not take it
        for open.
        """
        terms = [{self.at[key]: sign for key, sign in wanted.items()} for wanted, _ in asked]
        values = [value for _, value in asked]
        answers = [None] * len(asked)
        for at in range(len(asked)):
            for low, high in ((values[at] + 1, np.inf), (-np.inf, values[at] - 1)):
                if answers[at] is None:
                    self._try(at, terms, values, answers, (low, high))
            if answers[at] is None:
                answers[at] = GIVEN_AWAY
        return [at for at, answer in enumerate(answers) if answer == GIVEN_AWAY]

    def _try(self, at, terms, values, answers, ends):
        """Search votes that give a sum another value, and open with them every sum that they change."""
        mine = np.isin(self.part, [self.part[unknown] for unknown in terms[at]])
        found, place = self._cheapest(mine, {}, (terms[at], *ends))
        if found.x is None:
            if found.status != IMPOSSIBLE:
                self.unsettled.append(("votes", at))
                answers[at] = UNSETTLED
            return
        votes = np.round(found.x)
        self._fit(mine, votes)
        for other, sum_ in enumerate(terms):
            if answers[other] is None and all(mine[unknown] for unknown in sum_):
                made = sum(sign * votes[place[unknown]] for unknown, sign in sum_.items())
                if made != values[other]:
                    answers[other] = OPEN

    def _fit(self, mine, votes):
        """Votes are whole and fit every fact about them: a search that only comes near has opened nothing."""
        matrix = self.matrix[:, mine]
        about = np.diff(matrix.indptr) > 0
        shown = (matrix @ votes)[about]
        assert (shown > self.low[about] - SLACK).all() and (shown < self.high[about] + SLACK).all()


def recovered_over_time(attack: OverTime, truth: list[dict], smallest: int) -> list:
    """Votes that the pages together give away; truth: a page -> {(first name, group, grade): votes}.

    That is every small change of a number of equal votes that comes out exactly, of one group or of all on a unit, and
    every small number of equal votes of one of several groups that comes out exactly.
    """
    attack.solve(truth)
    asked = [*_small_changes(attack, truth, smallest), *_small_numbers(attack, truth, smallest)]
    given_away = attack.settle([(wanted, value) for *_, wanted, value in asked])
    attack.asked = len(asked)
    return [(*asked[at][:3], asked[at][4]) for at in given_away]


def _small_changes(attack, truth, smallest):
    for t in range(1, len(truth)):
        for name, groups, grade in _questions(truth[t], truth[t - 1]):
            keys = [(name, group, grade) for group in groups]
            change = sum(truth[t].get(key, 0) - truth[t - 1].get(key, 0) for key in keys)
            wanted = {(at, *key): sign for key in keys for at, sign in ((t, 1), (t - 1, -1))}
            if 0 < abs(change) < smallest and all(one in attack.at for one in wanted):
                yield "ballot", t, (name, groups, grade), wanted, change


def _small_numbers(attack, truth, smallest):
    for t, votes in enumerate(truth):
        for key, n in sorted(votes.items()):
            several = len({group for name, group, _ in votes if name == key[0]}) > 1
            if 0 < n < smallest and (t, *key) in attack.at and several:
                yield "cell", t, key, {(t, *key): 1}, n


def _questions(after, before):
    """(unit, groups, grade): of each group, and of all groups that voted."""
    keys = sorted(set(after) | set(before))
    voted = tuple(sorted({group for _, group, _ in keys}))
    return [(name, (group,), grade) for name, group, grade in keys] + sorted({(n, voted, x) for n, _, x in keys})


# --- score and interval of one unit ------------------------------------------------------------------------------


def intervals_of(content: bytes) -> dict:
    """Code -> the printed ends of the interval as text, of a page."""
    found = {}
    for row in Page(content.decode()).section("en").all("tr", data_unit=True):
        for cell in row.all("td", data_label="Interval of the score"):
            found[row.attributes["data-unit"]] = tuple(cell.text.strip().split(" – "))
    return found


def by_interval(page: Printed, ends: dict, weights: dict, points: dict, group_votes: dict, level=0.95) -> dict:
    """Votes by (code, group, grade) that score and interval fix; group_votes: group -> grade -> votes of all units.

    ends: `intervals_of` the page. All ways to vote that make the printed score are made into intervals, and those not
    printed so are dropped.
    """
    found = {}
    groups = [group for group in weights if group in group_votes]
    value = np.array(sorted(points.values()))
    grades = sorted(points, key=lambda grade: points[grade])
    law = np.array([[group_votes[group].get(grade, 0) for grade in grades] for group in groups], dtype=float)
    for code, unit in page.units.items():
        sizes = [unit["groups"].get(group) for group in groups]
        if unit["score"] is None or code not in ends or None in sizes or 0 in sizes:
            continue
        ways = _ways_with_score(sizes, [weights[group] for group in groups], value, unit["score"])
        kept = ways[_printed_so(ways, groups, weights, value, law, ends[code], level)]
        for g, x in np.argwhere(kept.min(axis=0) == kept.max(axis=0)).tolist():
            found[code, groups[g], grades[x]] = int(kept[0, g, x])
    return found


def _ways_with_score(sizes, weights, value, score):
    parts = [
        np.array([way for way in product(range(n + 1), repeat=len(value)) if sum(way) == n], dtype=np.int64)
        for n in sizes
    ]
    worth = [part @ value * w / n for part, w, n in zip(parts, weights, sizes, strict=True)]
    sums = worth[0]
    for one in worth[1:]:
        sums = np.add.outer(sums, one)
    places = np.nonzero(np.abs(sums - score) <= 0.005 + 1e-9)
    return np.stack([part[place] for part, place in zip(parts, places, strict=True)], axis=1)


def _printed_so(ways, groups, weights, value, law, ends, level):
    """Which ways to vote have the printed interval, whatever its number of decimals and whichever way it is rounded."""
    decimals = len(ends[0].partition(".")[2])
    steps = [10.0**-decimals] + [5.0] * all(float(end) % 5 == 0 for end in ends)
    exact = np.rint(value * SCALE).astype(np.int64)
    right = []
    for first in range(0, len(ways), 200):
        own = ways[first : first + 200]
        group_sums = [law.sum(axis=1), law @ exact, law @ (exact * exact)]
        moments = Moments(
            tuple(range(len(own))),
            tuple(groups),
            own.sum(axis=2),
            own @ exact,
            own @ (exact * exact),
            Pairs.none(),
            *(tuple(int(n) for n in part) for part in group_sums),
            counts=VoteCounts(value, own.astype(float), law),
        )
        low, high = scores_from_moments(moments, weights).interval(level)
        fits = np.zeros(len(own), dtype=bool)
        for step in steps:
            nearest = decimals > 1  # to two decimals ends were rounded to the nearest, to fewer they go outwards
            below = (low / step + 0.5 + 1e-7 if nearest else low / step + 1e-7) // 1
            above = (high / step + 0.5 + 1e-7 if nearest else high / step - 1e-7 + 1) // 1
            fits |= (below == round(float(ends[0]) / step)) & (above == round(float(ends[1]) / step))
        right += fits.tolist()
    return np.array(right, dtype=bool)
