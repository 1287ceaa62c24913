"""Somebody who wants to know how a few people voted: reads the public page as it was written, and does the sums.

Knows nothing of the product but the page, the weights and points printed on it, and whatever else was published.
Every number that is not printed is searched by its own pair of linear programmes, to the end.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from math import ceil, floor

import numpy as np
from scipy import optimize

HIDDEN = "×"
VOID = {"meta", "br", "line", "circle", "link", "img", "hr", "input"}


@dataclass
class Node:
    tag: str
    attributes: dict
    children: list = field(default_factory=list)

    @property
    def text(self):
        """All text inside, without the drawings."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children) if self.tag != "svg" else ""

    def all(self, tag, **wanted):
        """Elements below with this tag and these attributes; True: any value."""
        for child in self.children:
            if isinstance(child, Node):
                given = {name.replace("_", "-"): value for name, value in wanted.items()}
                if child.tag == tag and all(
                    name in child.attributes and value in (True, child.attributes[name])
                    for name, value in given.items()
                ):
                    yield child
                yield from child.all(tag, **wanted)


class Page(HTMLParser):
    """A tree of the page; tags that do not close in order are an error."""

    def __init__(self, content):
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]
        self.comments = []
        self.feed(content)
        assert self.open == [self.root], f"not closed: {[node.tag for node in self.open[1:]]}"

    def handle_starttag(self, tag, attributes):
        node = Node(tag, dict(attributes))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attributes):
        self.open[-1].children.append(Node(tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open[-1].tag == tag, f"</{tag}> where <{self.open[-1].tag}> is open"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)

    def handle_comment(self, data):
        self.comments.append(data)

    def section(self, language):
        return next(self.root.all("section", id=language))


@dataclass
class Printed:
    """What the page prints. None is withheld.

    units: code -> {"category", "n", "score", "groups": {group: n}}; grades: category -> {grade: n}.
    """

    units: dict
    grades: dict
    decimals: int


def printed(content: bytes) -> Printed:
    section = Page(content.decode()).section("en")
    units, grades, decimals = {}, {}, 0
    category = ""
    for node in section.all("tr"):
        cells = [c for c in node.children if isinstance(c, Node) and c.tag in ("td", "th")]
        told = {c.attributes.get("data-label"): c.text.strip() for c in cells}
        if "data-unit" in node.attributes:
            groups = {name.removeprefix("of them "): n for name, n in told.items() if name.startswith("of them ")}
            score = told.get("Score")
            if score:
                decimals = len(score.partition(".")[2])
            units[node.attributes["data-unit"]] = {
                "category": told.get("Category"),
                "n": _number(told["Votes"]),
                "score": float(score) if score else None,
                "groups": {name: _number(n) for name, n in groups.items()},
            }
        elif "data-category" in node.attributes:
            category = node.attributes["data-category"]
            grades[category] = {name: _number(n) for name, n in told.items() if name not in ("Category", "All")}
    for title in section.all("h3", data_category=True):  # ranked units stand under the name of their category
        category = title.attributes["data-category"]
        table = _next_table(section, title)
        for row in table.all("tr", data_unit=True) if table else ():
            units[row.attributes["data-unit"]]["category"] = category
    return Printed(units, grades, decimals)


def _next_table(section, title):
    at = section.children.index(title)
    for child in section.children[at + 1 :]:
        if isinstance(child, Node):
            if child.tag in ("h2", "h3"):
                return None
            if child.attributes.get("class") == "table":
                return child
    return None


def _number(text):
    return None if text == HIDDEN else int(text)


class Attacker:
    """Unknowns: votes by unit, group and grade. Facts: everything printed, and `further` tables.

    weights: category -> {group: weight}, or None where all votes count alike. points: grade -> points.
    further: (function of (code, category, group, grade) -> bool, number): sums that somebody else published.
    """

    def __init__(self, page: Printed, weights, points, further=()):
        self.page, self.points = page, points
        self.groups = sorted({group for unit in page.units.values() for group in unit["groups"]})
        self.cells = [
            (code, unit["category"], group, grade)
            for code, unit in page.units.items()
            for group in self.groups
            for grade in points
        ]
        self.at = {(c[0], c[2], c[3]): position for position, c in enumerate(self.cells)}
        self.facts = []
        for code, unit in page.units.items():
            self._unit(code, unit, weights[unit["category"]])
        for category, numbers in page.grades.items():
            for grade, n in numbers.items():
                self._sum(lambda c, category=category, grade=grade: c[1] == category and c[3] == grade, n)
        for which, n in further:
            self._sum(which, n)

    def _unit(self, code, unit, weights):
        own = unit["groups"]
        self._sum(lambda c: c[0] == code, unit["n"])
        for group, n in own.items():
            self._sum(lambda c, group=group: c[0] == code and c[2] == group, n)
        if unit["score"] is None:
            return
        if weights is None:
            per_vote = dict.fromkeys(own, 1 / unit["n"])
        elif any(own[group] is None for group, weight in weights.items() if weight):
            return  # products of unknowns; no linear fact
        else:
            per_vote = {group: weights.get(group, 0) / n for group, n in own.items() if n}
        half = 0.5 * 10.0**-self.page.decimals
        row = np.zeros(len(self.cells))
        for group, value in per_vote.items():
            for grade, points in self.points.items():
                row[self.at[code, group, grade]] = value * points
        self.facts.append((row, unit["score"] - half, unit["score"] + half))

    def _sum(self, which, n):
        if n is not None:
            row = np.array([float(which(cell)) for cell in self.cells])
            self.facts.append((row, float(n), float(n)))

    def interval(self, which, code=None):
        """Smallest and largest whole number that a sum of unknowns can be; with a code: from what is printed of this
        unit alone, trying whole numbers only."""
        wanted = np.array([float(which(cell)) for cell in self.cells])
        rows, low, high = (np.array(part) for part in zip(*self.facts, strict=True))
        if code is not None:
            own = np.array([cell[0] == code for cell in self.cells])
            kept = ~rows[:, ~own].any(axis=1)
            rows, low, high = rows[kept], low[kept], high[kept]
        used = self._linked(wanted, rows)
        rows = rows[:, used]
        kept = rows.any(axis=1)
        rows, low, high = rows[kept], low[kept], high[kept]
        if not len(rows):
            return 0, 10**9  # nothing is known
        exact = low == high
        ends = []
        for sign in (1, -1):
            found = optimize.linprog(
                sign * wanted[used],
                A_ub=np.vstack([rows[~exact], -rows[~exact]]) if (~exact).any() else None,
                b_ub=np.concatenate([high[~exact], -low[~exact]]) if (~exact).any() else None,
                A_eq=rows[exact] if exact.any() else None,
                b_eq=low[exact] if exact.any() else None,
                method="highs",
                integrality=int(code is not None),
                options={"presolve": code is None},
            )
            assert found.status in (0, 3), found.message
            ends.append(found.fun * sign if found.status == 0 else np.inf)
        return ceil(ends[0] - 1e-6), floor(ends[1] + 1e-6) if np.isfinite(ends[1]) else 10**9

    @staticmethod
    def _linked(wanted, rows):
        """Unknowns that any fact ties to the wanted ones, also through others."""
        used = wanted > 0
        while True:
            touching = (rows[:, used] != 0).any(axis=1)
            grown = used | (rows[touching] != 0).any(axis=0)
            if (grown == used).all():
                return used
            used = grown


def recovered(attacker: Attacker, truth: dict, smallest: int, only=None) -> list:
    """What the attacker finds out though it should not; truth: (code, group, grade) -> votes.

    Withheld numbers must keep an interval that is `smallest` wide and reaches `smallest` if they are small; numbers
    that are nowhere printed, votes of one group on one unit with one grade, must not come out exactly if they are.
    only: how many of the latter are tried, evenly spread; None: all.
    """
    page, found = attacker.page, []

    def true(which):
        return sum(n for (code, group, grade), n in truth.items() if which((code, category_of[code], group, grade)))

    category_of = {code: unit["category"] for code, unit in page.units.items()}
    questions = []
    for code, unit in page.units.items():
        if unit["n"] is None:
            questions.append((code, lambda c, code=code: c[0] == code))
        for group, n in unit["groups"].items():
            if n is None:
                questions.append((f"{code} {group}", lambda c, code=code, group=group: (c[0], c[2]) == (code, group)))
    for category, numbers in page.grades.items():
        for grade, n in numbers.items():
            if n is None:
                name = f"{category} {grade}"
                questions.append((name, lambda c, a=category, b=grade: (c[1], c[3]) == (a, b)))
    for name, which in questions:
        value = true(which)
        if 0 < value < smallest:
            low, high = attacker.interval(which)
            assert low <= value <= high, f"{name}: the page is wrong"
            if high < smallest or high - low < smallest:
                found.append((name, value, low, high))
    inner = [cell for cell, n in truth.items() if 0 < n < smallest and _several(truth, cell[0])]
    step = max(1, len(inner) // only) if only else 1
    for cell in inner[::step]:
        for alone in (None, cell[0]):
            low, high = attacker.interval(lambda c, cell=cell: (c[0], c[2], c[3]) == cell, alone)
            assert low <= truth[cell] <= high, f"{cell}: the page is wrong"
            if low == high:
                found.append((cell, truth[cell], low, high))
    return found


def _several(truth, code):
    """Whether more than one group voted on a unit; the grades of a single group follow from any score."""
    return len({group for (own, group, _), n in truth.items() if own == code and n}) > 1
