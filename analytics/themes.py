"""Themes of short texts: character n-grams, TF-IDF and average linkage; and which themes may be shown.

Chinese needs no words for it: pairs and triples of characters within a clause are the terms, weighted by how rare they
are (Salton and Buckley 1988), and texts are joined by the mean cosine between groups (Sokal and Michener 1958) until
it falls below CLOSE. It replaces scikit-learn, which would add 30 MB to the installation for a single call.

A theme is shown from FEWEST people on. Two releases of a round must not show by their difference what fewer people
wrote, so a theme of a later release waits unless, against each theme shown before, the people it gained and those it
lost are none or at least FEWEST (compare `waits`).
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

FEWEST = 5
"""People from which on a theme is shown, and so is a term that names it."""
CLOSE = 0.16
"""Mean cosine at which groups of texts are still joined."""
GRAMS, NAMING = (2, 3), (2, 3, 4)
"""Lengths of the terms that texts are compared by, and of those that name a theme."""
MOST_AT_ONCE = 2500
"""Distinct texts that are linked; further texts join the theme that they are closest to."""
MOST_TERMS = 4
_CLAUSE = re.compile(r"[0-9a-z一-鿿]+")
_EMPTY = frozenset("的了是在和与及也都就还很太我你他她它们这那个有没不要请希望建议应能可以对把被让给上下")
"""Characters that carry no theme by themselves; a term needs two others."""


def terms_of(text: str, lengths: Sequence[int] = GRAMS) -> Counter[str]:
    """Return the n-grams of a text, within its clauses, without those of empty characters only."""
    found: Counter[str] = Counter()
    for clause in _CLAUSE.findall(text.lower()):
        for n in lengths:
            grams = (clause[at : at + n] for at in range(len(clause) - n + 1))
            found.update(gram for gram in grams if sum(sign not in _EMPTY for sign in gram) >= 2)
    return found


@dataclass(frozen=True)
class Weighted:
    """Texts as rows of unit length. matrix : shape (texts, terms). terms : sorted."""

    matrix: csr_matrix
    terms: tuple[str, ...]


def tf_idf(texts: Sequence[str]) -> Weighted:
    """Weight the terms of texts: 1 + log(times), times log of how rare; a term of a single text is left out."""
    counted = [terms_of(text) for text in texts]
    spread = Counter(term for found in counted for term in found)
    terms = tuple(sorted(term for term, times in spread.items() if times > 1))
    at = {term: number for number, term in enumerate(terms)}
    rare = np.array([np.log((1 + len(texts)) / (1 + spread[term])) + 1 for term in terms])
    rows, columns, values = [], [], []
    for row, found in enumerate(counted):
        for term, times in found.items():
            if term in at:
                rows.append(row)
                columns.append(at[term])
                values.append((1 + np.log(times)) * rare[at[term]])
    matrix = csr_matrix((values, (rows, columns)), shape=(len(texts), len(terms)), dtype=np.float64)
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.where(length > 0, 1 / np.maximum(length, 1e-12), 0.0)
    return Weighted(csr_matrix(matrix.multiply(scale[:, None])), terms)


def themes(texts: Sequence[str]) -> Ints:
    """Return the theme of each text, 0 to themes - 1 in order of size; the same for any order of the texts."""
    distinct = sorted(set(texts), key=lambda text: (-len(terms_of(text)), text))
    if not distinct:
        return np.zeros(0, dtype=np.int64)
    weighted = tf_idf(distinct)
    first = min(len(distinct), MOST_AT_ONCE)
    label = np.zeros(len(distinct), dtype=np.int64)
    label[:first] = _linked(weighted.matrix[:first])
    if first < len(distinct):
        label[first:] = _closest(weighted.matrix[first:], weighted.matrix[:first], label[:first])
    of_text = dict(zip(distinct, label.tolist(), strict=True))
    found = [of_text[text] for text in texts]
    size = Counter(found)
    smallest = {number: min(text for text in texts if of_text[text] == number) for number in size}
    order = sorted(size, key=lambda number: (-size[number], smallest[number]))
    new = {number: at for at, number in enumerate(order)}
    return np.array([new[number] for number in found], dtype=np.int64)


def _linked(matrix: csr_matrix) -> Ints:
    """Join texts by mean cosine; a text without any shared term is a theme for itself."""
    if matrix.shape[0] == 1:
        return np.zeros(1, dtype=np.int64)
    cosine = np.asarray((matrix @ matrix.T).todense())
    upper = np.triu_indices(len(cosine), 1)
    tree = linkage(np.clip(1 - cosine[upper], 0.0, 1.0), method="average")
    return np.asarray(fcluster(tree, 1 - CLOSE, criterion="distance"), dtype=np.int64)


def _closest(matrix: csr_matrix, known: csr_matrix, label: Ints) -> Ints:
    """Return the theme with the largest mean cosine to each text; a new theme below CLOSE."""
    numbers = np.unique(label)
    member = csr_matrix((np.ones(len(label)), (np.searchsorted(numbers, label), np.arange(len(label)))))
    size = np.bincount(np.searchsorted(numbers, label))
    mean = np.asarray((matrix @ (member @ known).T).todense()) / size
    alone = label.max() + 1 + np.arange(matrix.shape[0])
    joined: Ints = np.where(mean.max(axis=1) >= CLOSE, numbers[mean.argmax(axis=1)], alone)
    return joined


def names(texts: Sequence[str], people: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Return the terms that mark a theme against other texts, each written by FEWEST people at least."""
    written: dict[str, set[str]] = {}
    for text, person in zip(texts, people, strict=True):
        for term in terms_of(text, NAMING):
            written.setdefault(term, set()).add(person)
    elsewhere = Counter(term for text in others for term in terms_of(text, NAMING))
    total, rest = len(set(people)), max(len(others), 1)
    score = {
        term: len(own) / total * np.log((1 + len(own) / total) / (1 / rest + elsewhere[term] / rest)) * len(term)
        for term, own in written.items()
        if len(own) >= FEWEST
    }
    chosen: list[str] = []
    for term in sorted(score, key=lambda term: (-score[term], term)):
        inside = term[0] not in _EMPTY and term[-1] not in _EMPTY
        if inside and not any(set(term) & set(other) for other in chosen):
            chosen.append(term)
        if len(chosen) == MOST_TERMS:
            break
    return tuple(chosen)


def waits(people: Collection[object], shown: Sequence[Collection[object]]) -> bool:
    """Return whether a theme must wait because of themes of an earlier release on the same unit.

    people : who wrote it. shown : who wrote each theme that the earlier release shows.
    """
    own = set(people)
    if len(own) < FEWEST:
        return True
    before = [set(one) for one in shown]
    known = set().union(*before) if before else set()
    changed = [own - known] if own & known else []
    for one in before:
        if own & one:
            changed += [own - one, one - own]
    return any(0 < len(part) < FEWEST for part in changed)
