"""Two to four units of a round compared: their figures, and which of them the votes can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from i18n import N_, translate
from results.ranking.ranking import Ranking
from results.ranking.rows import records
from results.ranking.statements import Row

MOST = 4
"""Units that fit next to each other on a screen of 1366 pixels with names, figures and intervals."""
APART = N_("{better} is ahead of {worse}: their ranges of places do not overlap.")
ALIKE = N_("{first} and {second} cannot be separated: their ranges of places overlap.")
OTHER_CATEGORY = N_("{first} and {second} belong to different categories; places are not compared across categories.")
NOT_RANKED = N_("{unit} is not ranked, so it is not compared.")


@dataclass(frozen=True)
class Comparison:
    """Ranking rows of the compared units, in the order asked for."""

    rows: tuple[Row, ...]

    def sentences(self, language: str) -> list[str]:
        """Return for every pair whether the votes tell the two units apart, and which units are not ranked."""
        ranked = [row for row in self.rows if row["rank"] is not None]
        sentences = [_pair(first, second, language) for first, second in combinations(ranked, 2)]
        left = [row for row in self.rows if row["rank"] is None]
        return sentences + [translate(NOT_RANKED, language).format(unit=row["unit_name"]) for row in left]


def comparison(ranking: Ranking, codes: Sequence[str]) -> Comparison:
    """Return the units with these codes, at most MOST; codes without votes in the round are left out."""
    by_code = {str(row["unit_code"]): row for row in records(ranking.rows)}
    return Comparison(tuple(by_code[code] for code in dict.fromkeys(codes) if code in by_code)[:MOST])


def _pair(first: Row, second: Row, language: str) -> str:
    names = {"first": first["unit_name"], "second": second["unit_name"]}
    if first["category"] != second["category"]:
        return translate(OTHER_CATEGORY, language).format(**names)
    better, worse = sorted((first, second), key=lambda row: int(str(row["rank"])))
    if int(str(better["rank_worst"])) < int(str(worse["rank_best"])):
        return translate(APART, language).format(better=better["unit_name"], worse=worse["unit_name"])
    return translate(ALIKE, language).format(**names)
