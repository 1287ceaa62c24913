"""DerSimonian and Laird's variance between units, from the textbook's sums: Q, the weights and nothing else."""

from fractions import Fraction


def dersimonian_laird(score, variance):
    """(centre, tau2) of scores with known variances."""
    weight = [1 / Fraction(v) for v in variance]
    x = [Fraction(value) for value in score]
    centre = sum(w * a for w, a in zip(weight, x, strict=True)) / sum(weight)
    q = sum(w * (a - centre) ** 2 for w, a in zip(weight, x, strict=True))
    scale = sum(weight) - sum(w * w for w in weight) / sum(weight)
    return float(centre), float(max(Fraction(0), (q - (len(x) - 1)) / scale))
