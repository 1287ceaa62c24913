"""Person fit in plain loops: l_z of Drasgow, Levine and Williams (1985) from the shares of grades of each unit."""

import math


def l_z(grades: list[list[int]], number: int) -> list[float]:
    """Return minus l_z of every ballot: larger is more careless."""
    people, units = len(grades), len(grades[0])
    shares = []
    for j in range(units):
        counts = [sum(row[j] == k for row in grades) for k in range(number)]
        shares.append([(c + 0.5) / (people + 0.5 * number) for c in counts])
    mean = [sum(p * math.log(p) for p in law) for law in shares]
    variance = [sum(p * math.log(p) ** 2 for p in law) - m**2 for law, m in zip(shares, mean, strict=True)]
    spread = math.sqrt(sum(variance))
    return [-sum(math.log(shares[j][k]) - mean[j] for j, k in enumerate(row)) / spread for row in grades]
