"""Ballots to flip, by unit: how many would have to be left out, changed or added before a finding is another.

Two findings: whether the bottom rule names the unit, and its verdict. The numbers are read from the sums of the
release; for a small family also from its ballots, every set of which is then tried.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.flips import (
    ADD,
    CHANGE,
    DROP,
    GRADE,
    KINDS,
    LAST,
    LAST_AND_LINE,
    LINE,
    PLACE,
    VERDICT,
    Ballots,
    FlipRule,
    Flips,
    FlipState,
    exact_places,
    fewest_ballots,
)
from analytics.verdicts import line_claims
from data.store.release import Round, per_round
from data.store.round_ballots import round_ballots
from i18n import N_, join, translate
from results.labels import VERDICTS
from results.missing import is_missing
from results.ranking.bottom_list import BottomList, bottom_list
from results.ranking.family import BOTH, BY_GRADE, COUNTED, LINED, Family, RoundNotFoundError, families, places
from results.ranking.ranking import ranking
from results.ranking.statements import family_name

Array: TypeAlias = NDArray[Any]

COLUMNS = (
    *("unit_code", "unit_name", "category", "n", "named", "verdict"),
    *("drop_place", "change_place", "add_place", "place_is_exact"),
    *("drop_verdict", "change_verdict", "add_verdict", "group", "group_n"),
)
FEW_BALLOTS = 40
"""Ballots of a family up to which every set of them is tried."""
RULES = {"last": LAST, "share": LAST, "below": LINE, **dict.fromkeys(BOTH, LAST_AND_LINE), BY_GRADE: GRADE}
ENTERABLE = ("too_few_votes", "missing_group")
PARTS = {
    DROP: N_("{count} left out"),
    CHANGE: N_("{count} changed"),
    ADD: N_("{count} added"),
}
PLACE_EXACT = N_("So many ballots alter whether the rule names the unit: {parts} (of {n} votes).")
PLACE_BOUND = N_("Fewer ballots than these cannot alter whether the rule names the unit: {parts} (of {n} votes).")
VERDICT_BOUND = N_("Fewer ballots than these cannot alter the verdict “{verdict}”: {parts} (of {n} votes).")
MOST_WEIGHT = N_("A ballot of “{group}” weighs most; votes of this group: {group_n}.")
NOTHING_ALTERS = N_("No number of ballots alters whether the rule names the unit.")
OR = N_("{first} or {last}")
CLOSEST = N_("{category}: fewer than {fewest} ballots cannot alter which units the rule names; {unit} comes closest.")
CLOSEST_EXACT = N_("{category}: {fewest} ballots are enough to alter whether the rule names {unit}; fewer are not.")
SINGLE = N_("{category}: at {unit} a single ballot may alter whether the rule names it; act on the list with caution.")
SINGLE_EXACT = N_("{category}: a single ballot alters whether the rule names {unit}; act on the list with caution.")
FIRM = N_("{category}: no number of ballots alters which units the rule names.")


@per_round
def flips(round_: Round, category: str | None = None) -> pd.DataFrame:
    """Return COLUMNS for every unit of a round, worst first in each category; a number is NA where none alters it.

    category : a single category, or ALL. Raises RoundNotFoundError.
    """
    answer = ranking(round_, category)
    lists = [bottom_list(family, answer) for family in families(round_, category)]
    if not lists:
        raise RoundNotFoundError(round_.id)
    return pd.concat([_of_list(round_, listed) for listed in lists], ignore_index=True)


def flips_of_unit(round_: Round, code: str) -> Mapping[str, object] | None:
    """Return the row of a unit; None if it is not ranked, or if ballots are not all that makes its score."""
    if any(_not_by_ballots(family) for family in families(round_) if code in set(family.members["unit_code"])):
        return None
    rows = flips(round_)
    found = rows[(rows["unit_code"] == code) & rows["verdict"].ne("not_ranked")]
    return None if found.empty else {str(name): value for name, value in found.iloc[0].items()}


def _of_list(round_: Round, listed: BottomList) -> pd.DataFrame:
    family = listed.family
    rows = pd.concat([listed.rows, listed.not_ranked], ignore_index=True)
    rows["named"] = rows["named"].fillna(False).astype(bool) if "named" in rows else False
    frame = rows[["unit_code", "unit_name", "category", "n", "named", "verdict"]].copy()
    if not len(listed.rows) or family.scores.evidence is None or listed.no_list or _not_by_ballots(family):
        return _with_nothing(frame)
    at = {code: place for place, code in enumerate(family.members["unit_code"])}
    place = np.array([at[code] for code in frame["unit_code"]])
    named, verdict = np.zeros(len(at), dtype=bool), np.full(len(at), "not_ranked", dtype=object)
    named[place], verdict[place] = frame["named"], frame["verdict"]
    state, rule = _state(family, named, verdict), rule_of(family)
    found = fewest_ballots(state, rule)
    exact = _searched(round_, family, rule, found)
    for kind in KINDS:
        frame[f"{kind}_place"] = _numbers(exact.get(kind, found[PLACE, kind]))[place]
        frame[f"{kind}_verdict"] = _numbers(found[VERDICT, kind])[place]
    settled = np.all([exact[kind].exact | (exact[kind].number == 0) for kind in KINDS], axis=0) if exact else None
    frame["place_is_exact"] = False if settled is None else settled[place]
    heaviest = found[PLACE, CHANGE].group[place]
    names = ["" if family.weights is None or g < 0 else str(family.moments.groups[g]) for g in heaviest]
    frame["group"] = pd.array([name or None for name in names], dtype="string")
    votes = [family.moments.n[j, g] if name else None for j, g, name in zip(place, heaviest, names, strict=True)]
    frame["group_n"] = pd.array(votes, dtype="Int64")
    return _typed(frame)


def _not_by_ballots(family: Family) -> bool:
    """Return whether the score is more than a mean of votes: the bounds count in means of votes."""
    return family.others is not None or family.no_error is not None


def _with_nothing(frame: pd.DataFrame) -> pd.DataFrame:
    for name in COLUMNS:
        if name not in frame:
            frame[name] = None
    frame["place_is_exact"] = False
    return _typed(frame)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    counts = [name for name in COLUMNS if name.endswith(("_place", "_verdict", "_n"))]
    frame[counts] = frame[counts].astype("Int64")
    frame["group"] = frame["group"].astype("string")
    return frame[list(COLUMNS)]


def _numbers(flips: Flips) -> Array:
    """Return the numbers; None where no number of ballots alters the finding."""
    return np.array([int(value) or None for value in flips.number], dtype=object)


def rule_of(family: Family) -> FlipRule:
    """Return the bottom rule of a family and what it takes to be ranked."""
    rules, bottom = family.rules, family.bottom
    lowest, highest = rules.scale
    return FlipRule(
        RULES[bottom.rule],
        lambda ranked: places(bottom, ranked),
        bottom.line or 0.0,
        bottom.limit or 0.0,
        rules.uncertainty.level,
        max(1, rules.minimum.per_unit),
        0 if family.weights is None else rules.minimum.per_group,
        lowest,
        highest,
    )


def _state(family: Family, named: Array, verdict: Array) -> FlipState:
    enterable = np.array([why in ENTERABLE for why in family.reason]) & ~family.ranked
    low = family.members["lowest_votes"].fillna(0).to_numpy(dtype=np.int64)
    line = None
    if family.bottom.rule in LINED:
        claims = line_claims(family.ranked_scores, family.bottom.line or 0.0, level=family.rules.uncertainty.level)
        line = claims.confirm_raw, claims.clear_raw
    return FlipState(family.ranked_scores, enterable, low, verdict, named, line)


def _searched(
    round_: Round, family: Family, rule: FlipRule, found: Mapping[tuple[str, str], Flips]
) -> dict[str, Flips]:
    """Return the searched numbers by kind for a small family under a rule with places; else nothing."""
    cast = int(family.moments.n.max(axis=0, initial=0).sum())
    if family.bottom.rule not in COUNTED or cast > FEW_BALLOTS or family.population:
        return {}
    evidence = family.scores.evidence
    ballots = _ballots(round_, family)
    if evidence is None or ballots is None or len(ballots.group) > FEW_BALLOTS:
        return {}
    start = {kind: np.where(family.ranked, found[PLACE, kind].number, 0) for kind in KINDS}
    if any(why in ENTERABLE for why in family.reason):  # new ballots may bring further units into the ranking
        return {}
    outside = ~family.ranked
    score = ballots.score.copy()
    score[:, outside] = np.nan
    weight = np.where(outside[:, None], 1.0, evidence.weight)
    searched = exact_places(replace(ballots, score=score), weight, rule, start)
    return {kind: replace(flips, group=found[PLACE, kind].group) for kind, flips in searched.items()}


def _ballots(round_: Round, family: Family) -> Ballots | None:
    """Return the ballots that grade units of a family; None for a round of counts."""
    read = round_ballots(round_)
    if read is None:
        return None
    codes = {str(code): at for at, code in enumerate(family.members["unit_code"])}
    votes = read.counted[read.counted["unit_code"].isin(codes)]
    numbers, row = np.unique(votes["ballot"].to_numpy(), return_inverse=True)
    score = np.full((len(numbers), len(codes)), np.nan)
    score[row, votes["unit_code"].map(codes).to_numpy(dtype=np.int64)] = votes["score"].to_numpy()
    group = np.zeros(len(numbers), dtype=np.int64)
    if family.weights is not None:
        known = {str(name): at for at, name in enumerate(family.moments.groups)}
        group[row] = votes["group_name"].map(known).to_numpy(dtype=np.int64)
    return Ballots(group, score)


def headlines(rows: pd.DataFrame, language: str) -> list[str]:
    """Return for a leader how near the list of each category is to another, from rows of `flips`."""
    ranked = rows[rows["verdict"] != "not_ranked"]
    return [_headline(str(name), own, language) for name, own in ranked.groupby("category", sort=True)]


def _headline(category: str, rows: pd.DataFrame, language: str) -> str:
    fewest = rows[[f"{kind}_place" for kind in KINDS]].min(axis=1)
    name = family_name(category, language)
    if fewest.isna().all():
        return translate(FIRM, language).format(category=name)
    closest = rows.iloc[int(np.nanargmin(fewest.to_numpy(dtype=np.float64, na_value=np.nan)))]
    number = int(fewest.min())
    if number == 1:
        message = SINGLE_EXACT if closest["place_is_exact"] else SINGLE
    else:
        message = CLOSEST_EXACT if closest["place_is_exact"] else CLOSEST
    return translate(message, language).format(category=name, fewest=f"{number:,}", unit=closest["unit_name"])


def in_words(row: Mapping[str, object] | None, language: str) -> list[str]:
    """Return the sentences on a unit: the rule, the verdict, and whose ballots weigh most; nothing where unranked."""
    if row is None or is_missing(row["verdict"]) or row["verdict"] == "not_ranked":
        return []
    facts = {"n": f"{int(str(row['n'])):,}", "verdict": translate(VERDICTS[str(row["verdict"])], language)}
    sentences = []
    for finding, exact in ((PLACE, bool(row["place_is_exact"])), (VERDICT, False)):
        parts = _parts(row, finding, language)
        message = PLACE_EXACT if exact else PLACE_BOUND if finding == PLACE else VERDICT_BOUND
        if parts:
            sentences.append(translate(message, language).format(parts=parts, **facts))
        elif finding == PLACE:
            sentences.append(translate(NOTHING_ALTERS, language))
    if sentences and not is_missing(row["group"]):
        weight = translate(MOST_WEIGHT, language)
        sentences.append(weight.format(group=row["group"], group_n=f"{int(str(row['group_n'])):,}"))
    return sentences


def _parts(row: Mapping[str, object], finding: str, language: str) -> str:
    """Return the numbers of a finding in words: 3 left out, 2 changed or 3 added."""
    found = [(kind, row[f"{kind}_{finding}"]) for kind in KINDS]
    parts = [
        translate(PARTS[kind], language).format(count=f"{int(str(m)):,}") for kind, m in found if not is_missing(m)
    ]
    if len(parts) < 2:
        return "".join(parts)
    return translate(OR, language).format(first=join(parts[:-1], language), last=parts[-1])
