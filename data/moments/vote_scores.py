"""Votes by score and votes by site: inputs of intervals and clusters that moments lack. No statistical method."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MOST_CELLS = 50_000_000
"""Counters held at a time; with more different scores, as of odd indicator weights, the votes are sorted instead."""


def votes_by_score(unit: Ints, group: Ints, score: Ints, votes: Ints | None, n_groups: int) -> pd.DataFrame:
    """Return the votes of each unit, group and score: columns unit, group, score, votes; ordered by the first three.

    unit, group, score : shape (rows,); positions and integers. votes : of each row; None is one each.
    """
    codes, value = pd.factorize(score, sort=True)
    value = np.asarray(value, dtype=np.int64)
    cell = unit.astype(np.int64) * n_groups + group
    key = cell * len(value) + codes
    if int(cell.max(initial=0) + 1) * len(value) <= MOST_CELLS:
        count = np.bincount(key, votes).astype(np.int64)
        found = np.flatnonzero(count)
        number = count[found]
    else:
        found, at = np.unique(key, return_inverse=True)
        number = np.bincount(at, votes).astype(np.int64)
    cell, place = np.divmod(found, max(len(value), 1))
    return pd.DataFrame({"unit": cell // n_groups, "group": cell % n_groups, "score": value[place], "votes": number})


def votes_by_site(ballot: Ints, unit: Ints, score: Ints, places: pd.DataFrame, n_units: int) -> pd.DataFrame:
    """Return the votes of each site: columns group_name, site, part, unit, votes, total; ordered by the first four.

    places : a row a ballot in the order of its code, columns group_name and site. A ballot without a site counts alone,
    as a part of site ''. Empty where no ballot names a site.
    """
    columns = ["group_name", "site", "part", "unit", "votes", "total"]
    site = places["site"].fillna("").astype(str)
    if not (site != "").any():
        return pd.DataFrame(columns=columns)
    part = np.where(site == "", (site == "").cumsum(), 0)
    keys = pd.DataFrame({"group_name": places["group_name"], "site": site, "part": part})
    row, names = pd.factorize(pd.MultiIndex.from_frame(keys), sort=True)
    key = row[ballot] * n_units + unit
    votes = np.bincount(key, minlength=len(names) * n_units)
    total = np.bincount(key, score, minlength=len(names) * n_units)  # exact below 2^53
    at = np.flatnonzero(votes)
    found = pd.DataFrame(list(names), columns=columns[:3]).iloc[at // n_units].reset_index(drop=True)
    return found.assign(unit=at % n_units, votes=votes[at], total=np.rint(total[at]).astype(np.int64))
