"""Leniency-adjusted scores of a family next to the official scores, and whether places and verdicts would change.

The official score is never replaced. The adjusted scores are judged by the same rule, with the same tests, and never
taken for surer than the official ones: of the model's error and that of the votes (small panels, agreeing next to
divided units, sites, skewed grades), the larger counts for each pair. So a verdict changes because scores move, and
where every ballot grades every unit none does. With the model's error alone, a unit was wrongly cleared in 20 of 100
years of 27 agreeing next to 3 divided units, and rank sets failed in 50 of 100 years of 20 halls with a correlation of
0.05; now in none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.leniency import NO_ERROR, NOT_CONNECTED, ONE_VOTE, WEAK, Adjusted, adjusted_scores
from data.store.release import Round, per_round
from i18n import N_, PUNCTUATION, join, ngettext, translate
from results.ranking.family import Family, RoundNotFoundError, families
from results.ranking.ranking import Ranking, ranking, ranking_of
from results.ranking.scoring_tables import ScoringTables, links_of, moments_of, tables_of
from results.ranking.verdicts import verdicts

Array: TypeAlias = NDArray[Any]

OFFICIAL = ("unit_code", "unit_name", "category", "n", "score", "rank", "verdict")
ADJUSTED = (
    *("adjusted", "adjusted_se", "adjusted_low", "adjusted_high", "lenient_by"),
    *("adjusted_rank", "adjusted_rank_best", "adjusted_rank_worst", "adjusted_verdict", "changed"),
)

METHOD = N_(
    "Each evaluator's leniency is estimated from ballots that grade several units and taken out of the votes, then the "
    "official formula is applied again. The official score stays as it is."
)
REFUSED: Mapping[str | None, str] = {
    ONE_VOTE: N_(
        "No ballot on record grades two units (tallies never show it), so lenient evaluators cannot be "
        "distinguished from good units. There are no adjusted scores."
    ),
    NOT_CONNECTED: N_(
        "No common ballots link {count} parts of the ranked units, so across them lenient evaluators cannot be "
        "distinguished from good units. There are no adjusted scores. The parts: {parts}."
    ),
    NO_ERROR: N_(
        "The ballots hold no more votes than the model needs, so its error cannot be estimated. There are no "
        "adjusted scores."
    ),
}
WEAKLY = N_(
    "Few ballots link some of the units with the others (strength of the weakest link {value}, doubtful below "
    "{limit}), so the adjusted scores rest on few evaluators. Read them with caution."
)
SAME = N_("No unit's verdict changes.")


@dataclass(frozen=True)
class Leniency:
    """Official and adjusted scores of a family.

    rows : in the order of the ranking, columns OFFICIAL and ADJUSTED; nulls are NA. adjusted, adjusted_se and the
        interval in points; the interval is around the common level of all units. lenient_by: score - adjusted, above
        zero where lenient evaluators graded the unit. changed: ranked, and the verdict differs.
    refused : None or a code of `analytics.leniency`; then all of ADJUSTED is NA and changed False.
    components : names of the ranked units that common ballots link, a list for each part.
    weakest : strength of the weakest link, 0 to 2; None when refused or with one unit. weak : below the limit.
    """

    family: Family
    rows: pd.DataFrame
    refused: str | None
    components: list[list[str]]
    weakest: float | None
    weak: bool

    @property
    def changed(self) -> int:
        """Return units whose verdict changes."""
        return int(self.rows["changed"].sum())

    def sentences(self, language: str) -> list[str]:
        """Return what was done, or why it is impossible, and what to keep in mind."""
        if self.refused is not None:
            return [translate(REFUSED[self.refused], language).format(**self._parts(language))]
        sentences = [translate(METHOD, language)]
        if self.changed:
            words = ngettext(
                "The verdict of {n} unit changes.", "The verdicts of {n} units change.", self.changed, language
            )
            sentences.append(words.format(n=self.changed))
        else:
            sentences.append(translate(SAME, language))
        if self.weak:
            sentences.append(translate(WEAKLY, language).format(value=f"{self.weakest:.3f}", limit=WEAK))
        return sentences

    def _parts(self, language: str) -> dict[str, object]:
        return {
            "count": len(self.components),
            "parts": PUNCTUATION[language].semicolon.join(join(names, language) for names in self.components),
        }


@per_round
def leniency(round_: Round, category: str) -> Leniency:
    """Compare official and adjusted scores of a category, or of ALL. Raises RoundNotFoundError."""
    found = families(round_, category)
    if not found:
        raise RoundNotFoundError(round_.id)
    family = found[0].of_ballots  # other parts of a score have no evaluators
    answer = ranking(round_, category) if found[0].others is None else ranking_of(round_, [family])
    return leniency_of(family, answer, tables_of(round_))


def leniency_of(family: Family, ranking: Ranking, tables: ScoringTables) -> Leniency:
    """Compare official and adjusted scores of a family, given its ranking and the tables of its round."""
    adjusted, at = _adjusted(family, tables)
    rows = _adjusted_rows(family, adjusted, at)
    official = ranking.rows[ranking.rows["unit_code"].isin(set(rows["unit_code"]))]
    rows = official[list(OFFICIAL)].merge(rows, on="unit_code", how="left", validate="one_to_one")
    rows["lenient_by"] = rows["score"] - rows["adjusted"]
    both = rows["adjusted"].notna() & rows["rank"].notna()
    rows["changed"] = (both & (rows["verdict"] != rows["adjusted_verdict"])).astype(bool)
    names = tables.units["unit_name"].tolist()
    components = [[names[unit] for unit in part] for part in adjusted.components]
    weakest = None if np.isnan(adjusted.weakest) else adjusted.weakest
    return Leniency(family, rows[[*OFFICIAL, *ADJUSTED]], adjusted.refused, components, weakest, adjusted.weak)


def _adjusted(family: Family, tables: ScoringTables) -> tuple[Adjusted, Array]:
    """Return adjusted scores of all units of the round, and the positions of the family's members among them."""
    moments = moments_of(tables)
    place = {code: position for position, code in enumerate(moments.units)}
    at = np.array([place[code] for code in family.members["unit_code"]], dtype=np.int64)
    ranked = np.zeros(len(moments.units), dtype=bool)
    ranked[at] = family.ranked
    renormalise = family.rules.minimum.missing_group == "renormalise"
    adjusted = adjusted_scores(links_of(tables), moments, family.weights, ranked, renormalise=renormalise)
    return adjusted, at


def _adjusted_rows(family: Family, adjusted: Adjusted, at: Array) -> pd.DataFrame:
    """Return unit_code and ADJUSTED without the comparison, in the order of the members."""
    scores = adjusted.scores(family.scores, at)
    low, high = scores.interval(family.rules.uncertainty.level)
    judged = verdicts(replace(family, scores=scores)).rows if adjusted.refused is None else _unjudged(len(at))
    rows = pd.DataFrame(
        {
            "unit_code": family.members["unit_code"],
            "adjusted": scores.score,
            "adjusted_se": scores.se,
            "adjusted_low": low,
            "adjusted_high": high,
        }
    )
    for name in ("rank", "rank_best", "rank_worst", "verdict"):
        rows[f"adjusted_{name}"] = judged[name]
    return rows


def _unjudged(units: int) -> pd.DataFrame:
    nothing = [pd.NA] * units
    places = {name: pd.array(nothing, dtype="Int64") for name in ("rank", "rank_best", "rank_worst")}
    return pd.DataFrame({**places, "verdict": pd.array(nothing, dtype="string")})
