"""The verdict on a line of approval with integers and fractions: every sample is counted, nothing is rounded."""

from fractions import Fraction
from math import comb


def at_least(count, population, approving, drawn):
    """Chance of `count` yes or more among `drawn` of a population; population None: each says yes with 2/3."""
    ways = sum(
        comb(approving, k) * comb(population - approving, drawn - k) for k in range(count, min(drawn, approving) + 1)
    )
    return Fraction(ways, comb(population, drawn))


def at_least_of_many(count, drawn, share):
    ways = sum(comb(drawn, k) * share**k * (1 - share) ** (drawn - k) for k in range(count, drawn + 1))
    return Fraction(ways)


def line_of(population, share):
    count = 0
    while count < share * population:
        count += 1
    return count


def verdict(yes, drawn, missing, population, share=Fraction(2, 3), level=Fraction(95, 100)):
    """p of "reached", p of "missed", and the word."""
    if population is None:
        reaches = at_least_of_many(yes, drawn, share)
        short = 1 - at_least_of_many(yes + missing + 1, drawn, share)
    else:
        line = line_of(population, share)
        reaches = at_least(yes, population, line - 1, drawn)
        short = 1 - at_least(yes + missing + 1, population, line, drawn)
    word = "cleared" if reaches <= 1 - level else "confirmed" if short <= 1 - level else "undecided"
    return reaches, short, word


def bounds(yes, drawn, missing, population, tail):
    """Every number of approvals is tried; the smallest and the largest that are not rejected."""
    kept = [
        approving
        for approving in range(yes, population - (drawn - yes - missing) + 1)
        if at_least(yes, population, approving, drawn) > tail
        and 1 - at_least(yes + missing + 1, population, approving, drawn) > tail
    ]
    return kept[0], kept[-1]


def strata(rows, level=Fraction(95, 100)):
    ends = [bounds(*row, (1 - level) / len(rows)) for row in rows]
    low, high = (sum(end) for end in zip(*ends, strict=True))
    everybody = sum(row[3] for row in rows)
    word = "cleared" if 3 * low >= 2 * everybody else "confirmed" if 3 * high < 2 * everybody else "undecided"
    return ends, low, high, word
