"""Votes by score and by site: inputs of intervals and clusters that moments lack. No statistical method."""

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


SITE_COLUMNS = ["group_name", "site", "part", "unit", "votes", "total"]


def clusters_of_ballots(places: pd.DataFrame) -> tuple[Ints, pd.DataFrame] | None:
    """Return the cluster of each ballot and the clusters: columns group_name, site and part. None without sites.

    places : a row a ballot in the order of its code, columns group_name and site. A ballot without a site is a cluster
    alone, as a part of site ''.
    """
    site = places["site"].fillna("").astype(str)
    if not (site != "").any():
        return None
    part = np.where(site == "", (site == "").cumsum(), 0)
    keys = pd.DataFrame({"group_name": places["group_name"], "site": site, "part": part})
    row, names = pd.factorize(pd.MultiIndex.from_frame(keys), sort=True)
    return np.asarray(row, dtype=np.int64), pd.DataFrame(list(names), columns=SITE_COLUMNS[:3])


def votes_by_cluster(cluster: Ints, unit: Ints, score: Ints, n_units: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Return cluster, unit, votes and sum of scores of every cluster and unit with votes, ordered by the first two."""
    key = cluster * n_units + unit
    votes = np.bincount(key)
    total = np.bincount(key, score)  # exact below 2^53
    at = np.flatnonzero(votes)
    return at // n_units, at % n_units, votes[at], np.rint(total[at]).astype(np.int64)


def site_table(clusters: pd.DataFrame, cluster: Ints, unit: Ints, votes: Ints, total: Ints) -> pd.DataFrame:
    """Return votes by cluster as a table with the columns of SITE_COLUMNS."""
    named = clusters.iloc[cluster].reset_index(drop=True)
    return named.assign(unit=unit, votes=votes, total=total)


def no_sites() -> pd.DataFrame:
    """Return the table of sites of ballots that name none."""
    return pd.DataFrame(columns=SITE_COLUMNS)
