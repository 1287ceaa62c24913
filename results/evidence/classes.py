"""Classes instead of places as a mode of publication: units of a category by how many are better at least.

Classes are those of the category, whatever is chosen: a filter selects rows and divides nothing again.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.classes import Classes, classes
from data.store.release import Round, per_round
from i18n import N_, translate
from results.missing import is_missing
from results.ranking.family import ALL, RoundNotFoundError, families
from results.ranking.ranking import ranking

COLUMNS = ("unit_code", "unit_name", "category", "n", "class", "better_at_least", "reason")
ABOUT = N_(
    "At most five classes a category. With {level}% for all units of the category at once, nobody is in a lower class "
    "than deserved. Within a class the order is that of the register and means nothing."
)
ONE_CLASS = N_("The votes separate no unit from the others; all are in one class.")
SEPARATED = N_("{ranked} ranked units form {classes} classes: {first} in the first, {lower} in a lower class.")
FIRST_CLASS = N_("Class 1: units that the votes show to be better than these: at most {better}.")
BEST_CLASS = N_("Class 1: the votes show no unit of the category to be better than these.")
CLASS = N_("Class {number}: units of the category that are better than these: at least {better}.")


@per_round
def class_table(round_: Round, category: str | None = None) -> pd.DataFrame:
    """Return COLUMNS for every unit, by category, class and register; a category only selects rows.

    ALL selects all rows: classes stay those of the categories. Raises RoundNotFoundError.
    """
    if category not in (None, ALL):
        families(round_, category)  # refuses a category that does not exist
    rows = ranking(round_).rows
    if rows.empty:
        raise RoundNotFoundError(round_.id)
    parts = [_of_category(part) for _, part in rows.groupby("category", sort=True)]
    table = pd.concat(parts, ignore_index=True)
    return table if category in (None, ALL) else table[table["category"] == category].reset_index(drop=True)


def _of_category(rows: pd.DataFrame) -> pd.DataFrame:
    found = classes_of(rows)
    frame = rows[["unit_code", "unit_name", "category", "n", "reason", "roster_no"]].copy()
    frame["class"] = pd.array([int(value) or None for value in found.number], dtype="Int64")
    better = [int(value) if number else None for value, number in zip(found.better, found.number, strict=True)]
    frame["better_at_least"] = pd.array(better, dtype="Int64")
    frame = frame.sort_values(["class", "roster_no", "unit_code"], ignore_index=True)
    return frame[list(COLUMNS)]


def classes_of(rows: pd.DataFrame) -> Classes:
    """Return the classes of a category from its ranking rows."""
    best = rows["rank_best"].fillna(0).to_numpy(dtype=np.int64)
    score = np.where(best > 0, rows["score"].to_numpy(dtype=np.float64), np.nan)
    return classes(score, best)


def about(level: float, language: str) -> str:
    """Return what the classes promise."""
    return translate(ABOUT, language).format(level=f"{100 * level:g}")


def headline(table: pd.DataFrame, language: str) -> str:
    """Return for a leader into how many classes the units of a category fall, from its rows; "" for a single class."""
    number = table["class"].dropna()
    if number.nunique() < 2:
        return ""
    first = int((number == number.min()).sum())
    facts = {"ranked": len(number), "classes": number.nunique(), "first": first, "lower": len(number) - first}
    return translate(SEPARATED, language).format(**facts)


def meanings(table: pd.DataFrame, language: str) -> list[str]:
    """Return what each class of a category says, from its rows of `class_table`."""
    ranked = table[table["class"].notna()]
    if ranked["class"].nunique() < 2:
        return [translate(ONE_CLASS, language)] if len(ranked) else []
    sentences = []
    for number in sorted(ranked["class"].astype(int).unique()):
        part = ranked[ranked["class"] == number]
        least, most = int(part["better_at_least"].min()), int(part["better_at_least"].max())
        first = FIRST_CLASS if most else BEST_CLASS
        message = first if number == 1 else CLASS
        sentences.append(translate(message, language).format(number=int(number), better=most if number == 1 else least))
    return sentences


def word_of(row: Mapping[str, object]) -> str:
    """Return the class of a unit for a table; a dash where it is not ranked."""
    return "–" if is_missing(row["class"]) else str(int(str(row["class"])))
