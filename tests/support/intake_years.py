"""Simulated years as an office would hand them in: a file of ballots a year, imported, published, the bottom list read.

The units differ by a hair, so that who is last, or below the line, is known and never to be seen: whoever is confirmed
is wrongly so in nearly all cases, and whoever is cleared in some.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.store import ImportOptions, Store
from results.ranking.bottom_list import BottomList, bottom_lists
from tests.support.grades import LAWS, POINTS, Ballots, ballots
from tests.support.stores import SMALL

GRADES = ("差", "一般", "较好", "好")
GROUPS = ("普通群众", "服务对象", "两代表一委员")
WEIGHTS = (0.4, 0.3, 0.3)
HEADER = ("票号", "评议主体", "会场", "参评单位", "评价")
UNITS = 12
HAIR = 2e-4
"""Share of the best grade by which a unit differs from the next: 0.01 points or so."""


@dataclass(frozen=True)
class Panel:
    """Ballots of one evaluator group: people, and how they depend on each other."""

    people: int
    leniency: float = 0.3
    missing: float = 0.0
    sites: int = 0
    venue: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """law : of the grades. panels : by group, one or three. rule : of the bottom; k or line decides who belongs there.

    line "middle" is between the sixth and the seventh unit.
    """

    law: str
    panels: tuple[Panel, ...]
    k: int = 0

    @property
    def laws(self) -> np.ndarray:
        """Shares of the grades of each unit, the worst unit first, shape (units, grades)."""
        steps = HAIR * (np.arange(UNITS) - (UNITS - 1) / 2)
        return np.asarray(LAWS[self.law]) + np.outer(steps, [-0.5, -0.3, -0.2, 1.0])

    @property
    def truth(self) -> np.ndarray:
        return self.laws @ POINTS

    @property
    def line(self) -> float:
        """Between the two units in the middle."""
        return float(np.sort(self.truth)[UNITS // 2 - 1 : UNITS // 2 + 1].mean())

    @property
    def at_the_bottom(self) -> np.ndarray:
        """Whether each unit truly belongs there."""
        return np.arange(UNITS) < self.k if self.k else self.truth < self.line

    def rules(self, name: str) -> str:
        """The rules of the demonstration with four grades, these groups and this bottom rule."""
        weights = WEIGHTS if len(self.panels) > 1 else (1.0,)
        bottom = f'rule = "last"\nk = {self.k}' if self.k else f'rule = "below"\nline = {self.line:.6f}'
        head = SMALL[: SMALL.index("[points]")].replace('name = "demo-2025"', f'name = "{name}"')
        middle = SMALL[SMALL.index("[unscored]") : SMALL.index("[weights]")]
        minimum = SMALL[SMALL.index("[averaging]") : SMALL.index("[bottom]")]
        points = "\n".join(f'"{grade}" = {value:g}' for grade, value in zip(GRADES, POINTS, strict=True))
        shares = "\n".join(f'"{group}" = {share}' for group, share in zip(GROUPS, weights, strict=False))
        return f"{head}[points]\n{points}\n\n{middle}[weights]\n{shares}\n\n{minimum}[bottom]\n{bottom}\n"

    def file(self, rng: np.random.Generator) -> bytes:
        """One year of ballots as a CSV file."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEADER)
        for number, (panel, group) in enumerate(zip(self.panels, GROUPS, strict=False)):
            writer.writerows(lines_of(self.drawn(panel, rng), group, number))
        return text.getvalue().encode()

    def drawn(self, panel: Panel, rng: np.random.Generator) -> Ballots:
        sites = np.full(panel.sites, panel.people // panel.sites) if panel.sites else None
        more = {"leniency": panel.leniency, "missing": panel.missing, "venue": panel.venue, "sites": sites}
        return ballots(self.laws, panel.people, rng, **more)


SCENARIOS = {
    "60 people, 95% the best grade, a line": Scenario("95", (Panel(60),)),
    "12 venues of 25, the last two": Scenario("good", (Panel(300, leniency=0.2, sites=12, venue=0.05),), k=2),
    "three groups of 60, 40 and 20, the last one": Scenario(
        "even", (Panel(60, missing=0.2), Panel(40), Panel(20)), k=1
    ),
}


def lines_of(year: Ballots, group: str, number: int) -> list[tuple[str, ...]]:
    """Lines of a file: unit 0 is called 单位01."""
    grade = np.searchsorted(POINTS, year.points)
    parts = zip(year.evaluator.tolist(), year.site.tolist(), year.unit.tolist(), grade.tolist(), strict=True)
    several = bool(year.site.any())
    return [
        (f"{number}-{person}", group, f"会场{site:02}" if several else "", f"单位{unit + 1:02}", GRADES[at])
        for person, site, unit, at in parts
    ]


def years_through_intake(folder: Path, years: int, seed: int, names: Sequence[str]) -> dict[str, list[BottomList]]:
    """The bottom lists of so many years of each scenario; every year is a round of one store, and one release."""
    rng = np.random.default_rng(seed)
    store = Store(folder, threads=1)
    rounds = {name: [f"{at + 1}-{year + 1:03}" for year in range(years)] for at, name in enumerate(names)}
    for name in names:
        rules = f"rules-{rounds[name][0]}"
        store.add_rules(SCENARIOS[name].rules(rules))
        options = ImportOptions(rules=rules, accept_warnings="模拟")
        for round_id in rounds[name]:
            report = store.import_files("ballots", [("评议票.csv", SCENARIOS[name].file(rng))], round_id, options)
            assert report.stored, [problem.code for problem in report.problems]
    store.publish()
    release = store.release()
    try:
        return {name: [bottom_lists(release.round(at))[0] for at in rounds[name]] for name in names}
    finally:
        release.close()


def wrong_statements(scenario: Scenario, lists: Sequence[BottomList]) -> tuple[np.ndarray, np.ndarray]:
    """Years in which the list confirms, and in which it clears, a unit wrongly; each of shape (years,)."""
    verdicts = np.array([verdicts_of(one) for one in lists])
    belongs = scenario.at_the_bottom
    return ((verdicts == "confirmed") & ~belongs).any(axis=1), ((verdicts == "cleared") & belongs).any(axis=1)


def verdicts_of(found: BottomList) -> list[str]:
    """Verdict on each unit, in the order of the units."""
    by_name = found.rows.set_index("unit_name")["verdict"]
    return [str(by_name[f"单位{unit + 1:02}"]) for unit in range(UNITS)]
