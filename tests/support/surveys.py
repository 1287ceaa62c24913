"""Surveys of matters whose true approval is known, with answers that are missing because of the opinion."""

from dataclasses import dataclass

import numpy as np

from analytics.two_thirds import ROUNDING, needed, tails


@dataclass(frozen=True)
class Matter:
    """approving of `population` approve; n are drawn; a yes is missing with one chance, a no with another."""

    population: int
    approving: int
    drawn: int
    missing_yes: float
    missing_no: float

    @property
    def reached(self):
        return self.approving >= needed(self.population)


def matters(number, seed):
    """Matters at the line, just below it, and off it; missing 0-30 %, from one side or the other."""
    rng = np.random.default_rng(seed)
    found = []
    for index in range(number):
        population = int(rng.integers(300, 5001))
        away = (0, -1, 0, -1, round(0.03 * population), -round(0.03 * population))[index % 6]
        high, low = rng.uniform(0, 0.3), rng.uniform(0, 0.1)
        lost = ((0.0, 0.0), (high, low), (low, high))[index // 2 % 3]
        drawn = int(rng.integers(60, min(600, population) + 1))
        found.append(Matter(population, needed(population) + away, drawn, *lost))
    return found


def false_claims(matter, surveys, seed):
    """Share of surveys whose verdict is false, whichever way, and share of verdicts."""
    rng = np.random.default_rng(seed)
    yes = rng.hypergeometric(matter.approving, matter.population - matter.approving, matter.drawn, surveys)
    lost_yes, lost_no = rng.binomial(yes, matter.missing_yes), rng.binomial(matter.drawn - yes, matter.missing_no)
    counted, missing = yes - lost_yes, lost_yes + lost_no
    reaches, short = tails(counted, matter.drawn, missing, matter.population)
    cleared, confirmed = reaches <= 0.05 + ROUNDING, short <= 0.05 + ROUNDING
    return float((confirmed if matter.reached else cleared).mean()), float((cleared | confirmed).mean())
