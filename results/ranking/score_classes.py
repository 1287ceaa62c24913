"""Classes of the units of a family by the official score, and which other classes the votes allow."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.result_classes import Line, class_sizes, classes_of
from data.model.rule_features import DENSE
from data.store.release import Round
from results.ranking.family import Family, families
from results.ranking.ranking import Ranking, ranking

Array: TypeAlias = NDArray[Any]

FIELDS = (
    *("unit_code", "unit_name", "category", "n", "score", "score_low", "score_high", "rank", "place"),
    *("class_name", "class_best", "class_worst", "class_reason"),
)
CLASS_TIE, CLASS_VETO = "class_tie", "class_veto"


@dataclass(frozen=True)
class Classes:
    """Classes of a round. rows : FIELDS, in the order of the ranking. sizes : family -> class -> number of units."""

    ranking: Ranking
    rows: pd.DataFrame
    sizes: dict[str, dict[str, int]]


def score_classes(round_: Round, category: str | None = None) -> Classes:
    """Return the class of every unit of a round, each category by itself, a single category, or ALL together.

    class_best, class_worst : the classes at the ends of the range of places and of the interval of the score; the same
    as the class where the votes leave no other. class_reason : CLASS_TIE where units of equal score did not all fit,
    CLASS_VETO where a veto puts the unit into the last class. All null under rules without classes.
    Raises RoundNotFoundError.
    """
    answer = ranking(round_, category)
    parts = [_of_family(family, answer.rows) for family in families(round_, category)]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(FIELDS))
    order = {code: at for at, code in enumerate(answer.rows["unit_code"])}
    rows = rows.sort_values("unit_code", key=lambda codes: codes.map(order), ignore_index=True)
    return Classes(answer, rows, _sizes(round_, rows))


def _of_family(family: Family, ranked: pd.DataFrame) -> pd.DataFrame:
    rows = ranked.set_index("unit_code").reindex(family.members["unit_code"]).reset_index()
    score = family.ranked_score
    classes = family.rules.features.classes
    vetoed = np.zeros(len(score), dtype=bool) if family.others is None else family.others.vetoed & family.ranked
    found, tied = _placed(family, score, vetoed)
    best, worst = _possible(family, rows, found, vetoed)
    reason = [CLASS_VETO if veto else CLASS_TIE if tie else None for veto, tie in zip(vetoed, tied, strict=True)]
    return rows.assign(
        place=pd.array(places_shown(family, score), dtype="Int64"),
        class_name=_names(family, found),
        class_best=_names(family, best),
        class_worst=_names(family, worst),
        class_reason=pd.Series(reason if classes else [None] * len(score), dtype="string"),
    )[list(FIELDS)]


def places_shown(family: Family, score: Array) -> list[int | None]:
    """Return the places as the rule set prints them: with gaps after ties, or dense; None where not ranked."""
    known = np.sort(np.unique(np.round(score[~np.isnan(score)], 9)))[::-1]
    if family.rules.features.ranks == DENSE:
        return [None if np.isnan(value) else int(np.searchsorted(-known, -round(value, 9))) + 1 for value in score]
    return [None if np.isnan(value) else 1 + int((score > value + 1e-9).sum()) for value in score]


def _placed(family: Family, score: Array, vetoed: Array) -> tuple[Array, Array]:
    """Return the class of each unit, and those tied across a border. A vetoed unit is in the last class, and takes no
    place in a better class that another unit may have.
    """
    features = family.rules.features
    lines = [Line(own.from_score, own.share) for own in features.classes]
    if not lines:
        return np.full(len(score), -1), np.zeros(len(score), dtype=bool)
    sizes = class_sizes(int(family.ranked.sum()), [line.share for line in lines], features.class_rounding)
    found, tied = classes_of(np.where(vetoed, np.nan, score), lines, sizes)
    return np.where(vetoed & ~np.isnan(score), len(lines) - 1, found), tied


def _possible(family: Family, rows: pd.DataFrame, found: Array, vetoed: Array) -> tuple[Array, Array]:
    """Return the best and the worst class that the range of places and the interval of the score leave open."""
    features = family.rules.features
    if not features.classes:
        return found, found
    sizes = class_sizes(int(family.ranked.sum()), [own.share for own in features.classes], features.class_rounding)
    ends = []
    for place, score in (("rank_best", "score_high"), ("rank_worst", "score_low")):
        at = [
            _class_at(features.classes, sizes, rows[place].iloc[n], rows[score].iloc[n], best=place == "rank_best")
            if found[n] >= 0
            else -1
            for n in range(len(rows))
        ]
        ends.append(np.array(at, dtype=np.int64))
    last = len(features.classes) - 1
    best, worst = np.minimum(ends[0], found), np.maximum(ends[1], found)
    return np.where(vetoed & (found >= 0), last, best), np.where(vetoed & (found >= 0), last, worst)


def _class_at(classes: Any, sizes: list[int | None], place: Any, score: Any, *, best: bool) -> int:
    """Return the class of a unit that had this place and score; an unknown score passes no line and every line.

    A class without a number of units may take any number of those that pass its line: at best so many that the next
    class begins below this place, at worst none.
    """
    reached = 0.0
    for at, (own, size) in enumerate(zip(classes[:-1], sizes[:-1], strict=True)):
        reached += size if size is not None else np.inf if best else 0
        above = own.from_score is None or pd.isna(score) or float(score) >= own.from_score - 1e-9
        if above and (size is None or int(place) <= reached):
            return at
    return len(classes) - 1


def _names(family: Family, found: Array) -> Any:
    names = [own.name for own in family.rules.features.classes]
    return pd.array([names[at] if at >= 0 else None for at in found], dtype="string")


def _sizes(round_: Round, rows: pd.DataFrame) -> dict[str, dict[str, int]]:
    rules = round_.rules
    names = [own.name for own in rules.features.classes] if rules else []
    by_category = rows.groupby("category", sort=True)["class_name"]
    return {str(category): {name: int((own == name).sum()) for name in names} for category, own in by_category if names}
