"""Integrity of the ballots of a round: what is listed for two people to judge, and what the list would be without it.

Nothing is removed. A row is a finding on a batch, a unit or a group, never on a single ballot. Batches are the sites
that ballots name; ballots without a site are a batch of their group.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.integrity import MISSING, Sheets, all_equal, carelessness, copy_evidence, punished, targeted
from data.store import Store
from data.store.ballot_decisions import CORRECT, DECISIONS, KEEP, BallotDecision, Listed, decisions
from data.store.release import Round, per_round
from data.store.round_ballots import round_ballots
from i18n import N_, PUNCTUATION, join, translate
from results.missing import is_missing
from results.ranking.family import families
from results.ranking.ranking import ranking, ranking_of
from results.ranking.what_if import what_if

Array: TypeAlias = NDArray[Any]

COPIES, CARELESS, EQUAL, PUNISHED, TARGETED = "copies", "careless", "all_equal", "punished", "targeted"
CHECKS = {
    COPIES: N_("Copied ballots"),
    CARELESS: N_("Careless ballots"),
    EQUAL: N_("One grade for everybody"),
    PUNISHED: N_("Units punished together"),
    TARGETED: N_("A unit at a site"),
}
FALSE_ALARMS = {
    COPIES: N_("False alarms: in at most 5 of 100 honest years a batch of the group is listed."),
    CARELESS: N_("False alarms: at most 1 of 1,000 honest ballots is listed."),
    EQUAL: N_(
        "No test: to give everybody the same grade is an opinion too. They are counted, never listed as doubtful."
    ),
    PUNISHED: N_("False alarms: in about 5 of 100 honest years a set of units is listed."),
    TARGETED: N_("False alarms: about 5 of 100 listed cells are chance. A site can differ for an honest reason."),
}
WHY = N_("Listed for two people to judge; nothing is removed. Honest people may be listed, and the dishonest missed.")
COLUMNS = (
    *("check", "group", "site", "unit_code", "unit_name", "ballots", "of", "p"),
    *("share", "share_low", "share_high"),
)
SURE = 0.05
CARELESS_ABOVE = float(np.log(1000.0))
"""Log likelihood ratio of a listed ballot; by Markov's inequality 1 of 1,000 honest ballots passes it at most."""
MOST_GRADES = 6
"""Grades that ballots are compared by; points of a finer scale are joined."""


@dataclass(frozen=True)
class Integrity:
    """Findings on the ballots of a round.

    rows : COLUMNS, a row a finding. flagged : codes of the ballots that copies, careless and punished list. ballots :
    all ballots. turnout : group, site, issued, returned, share, score; by site, where it was reported.
    """

    rows: pd.DataFrame
    flagged: Array
    ballots: int
    turnout: pd.DataFrame


@per_round
def integrity(round_: Round) -> Integrity | None:
    """Check the ballots of a round; None for a round of counts."""
    read = round_ballots(round_)
    if read is None or read.votes.empty:
        return None
    votes = read.votes
    names = dict(zip(round_.units["unit_code"], round_.units["unit_name"], strict=True))
    rows: list[dict[str, object]] = []
    flagged: list[Array] = []
    for group, own in votes.groupby("group_name", sort=True):
        for row, ballots in _of_group(own, names):
            rows.append({"group": str(group), **row})
            flagged.append(ballots)
    codes = np.unique(np.concatenate(flagged)) if flagged else np.zeros(0, dtype=np.int64)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    counts = frame[["ballots", "of"]].astype("Int64")
    numbers = frame[["p", "share", "share_low", "share_high"]].astype(np.float64)
    texts = frame[["check", "group", "site", "unit_code", "unit_name"]].astype("string")
    frame = pd.concat([texts, counts, numbers], axis=1)[list(COLUMNS)]
    return Integrity(frame, codes, int(votes["ballot"].nunique()), _turnout(round_, votes))


def _of_group(votes: pd.DataFrame, names: Mapping[str, str]) -> Iterator[tuple[dict[str, object], Array]]:
    """Yield the findings on a group, each with the codes of its ballots where they may be left out.

    What a check lists the next does not read: careless ballots agree with one another more than honest people do, and
    40 copies of a ballot punish whatever units it punishes.
    """
    ballots, units, sheets = sheets_of(votes)
    site_of = votes.drop_duplicates("ballot").set_index("ballot")["site"].reindex(ballots).astype(str)
    sites, batch = np.unique(site_of.to_numpy(), return_inverse=True)
    none = ballots[:0]
    odd = carelessness(sheets)
    careless = np.nan_to_num(odd, nan=-np.inf) > CARELESS_ABOVE
    kept = np.flatnonzero(~careless)
    found = copy_evidence(sheets.select(kept), batch[kept])
    copied = {b: kept[found.copies[b]] for b in np.flatnonzero(found.p <= SURE).tolist()}
    for b, rows in copied.items():
        size = int((batch == b).sum())
        yield {"check": COPIES, "site": sites[b], "ballots": len(rows), "of": size, "p": found.p[b]}, ballots[rows]
    judged = int((~np.isnan(odd)).sum())
    if careless.any():
        yield {"check": CARELESS, "ballots": int(careless.sum()), "of": judged}, ballots[careless]
    equal = int(all_equal(sheets).sum())
    if equal:
        yield {"check": EQUAL, "ballots": equal, "of": len(ballots)}, none
    others = np.setdiff1d(kept, np.concatenate([kept[:0], *copied.values()]))
    yield from _together(sheets.select(others), ballots[others], units, names)
    if (sites != "").sum() > 1:
        yield from ((row, none) for row in _targets(sheets.select(others), batch[others], sites, units, names))


def _together(
    sheets: Sheets, ballots: Array, units: Array, names: Mapping[str, str]
) -> Iterator[tuple[dict[str, object], Array]]:
    """Yield the sets of units that are punished together."""
    together = punished(sheets)
    for at, rows in enumerate(together.units):
        codes = [str(units[j]) for j in rows]
        share = {"share": together.share[at], "share_low": together.low[at], "share_high": together.high[at]}
        named = " · ".join(names.get(code, code) for code in codes)  # names may hold spaces
        head = {"check": PUNISHED, "unit_code": " ".join(codes), "unit_name": named}
        sizes = {"ballots": len(together.ballots[at]), "of": len(ballots), "p": together.p[at]}
        yield {**head, **sizes, **share}, ballots[together.ballots[at]]


def _targets(
    sheets: Sheets, batch: Array, sites: Array, units: Array, names: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    numbers = np.cumsum(sites != "") - 1
    cells = targeted(sheets, np.where(sites[batch] != "", numbers[batch], -1))
    for c in np.flatnonzero(cells.p <= SURE):
        code = str(units[cells.unit[c]])
        row = {"check": TARGETED, "site": sites[sites != ""][cells.site[c]], "unit_code": code}
        row |= {"unit_name": names.get(code, code), "ballots": int(cells.low[c]), "of": int(cells.votes[c])}
        yield {**row, "p": cells.p[c], "share": cells.low[c] / cells.votes[c]}


def sheets_of(votes: pd.DataFrame) -> tuple[Array, Array, Sheets]:
    """Return the codes of ballots and units of a group, and its grades; a fine scale is joined to MOST_GRADES."""
    ballots, row = np.unique(votes["ballot"].to_numpy(), return_inverse=True)
    units, column = np.unique(votes["unit_code"].to_numpy(dtype=str), return_inverse=True)
    score = votes["score"].to_numpy()
    value = np.unique(score)
    if len(value) > MOST_GRADES:
        value = np.unique(np.quantile(score, np.linspace(0, 1, MOST_GRADES)))
    grade = np.full((len(ballots), len(units)), MISSING, dtype=np.int16)
    middle = (value[1:] + value[:-1]) / 2
    grade[row, column] = np.searchsorted(middle, score)
    return ballots, units, Sheets(grade, value)


def _turnout(round_: Round, votes: pd.DataFrame) -> pd.DataFrame:
    """Return turnout and mean score by group and site, from the reported numbers of issued and returned ballots."""
    empty = pd.DataFrame(columns=["group", "site", "issued", "returned", "share", "score"])
    return_rows = round_.records("issue_return")
    if return_rows.empty:
        return empty
    mean = votes.groupby(["group_name", "site"])["score"].mean()
    rows = []
    for row in return_rows.to_dict("records"):
        if any(is_missing(row[name]) for name in ("issued", "returned")):
            continue
        key = (str(row["group_code"]), "" if is_missing(row["site"]) else str(row["site"]))
        issued, returned = int(row["issued"]), int(row["returned"])
        if issued and key in mean.index:
            rows.append((*key, issued, returned, returned / issued, float(mean[key])))
    return pd.DataFrame(rows, columns=list(empty.columns)) if rows else empty


@dataclass(frozen=True)
class SideBySide:
    """The list with and without the flagged ballots.

    rows : unit_code, unit_name, category, score, score_without, rank, rank_without, verdict, verdict_without, moved.
    """

    rows: pd.DataFrame
    left_out: int


def side_by_side(store: Store, round_: Round, found: Integrity) -> SideBySide:
    """Count the round again without the flagged ballots and put both lists next to each other; nothing is stored."""
    with_all = ranking(round_).rows.set_index("unit_code")
    frame = with_all[["unit_name", "category", "score", "rank", "verdict"]].copy()
    if len(found.flagged):
        other = what_if(store, round_, round_.scored_rules, found.flagged)
        counted = families(round_, None, other)
        without = ranking_of(round_, [replace(family, release=round_.release.id) for family in counted]).rows
        without = without.set_index("unit_code").reindex(frame.index)
    else:
        without = with_all
    for name in ("score", "rank", "verdict"):
        frame[f"{name}_without"] = without[name]
    frame["moved"] = frame["verdict"].astype(str) != frame["verdict_without"].astype(str)
    frame = frame.reset_index().sort_values(["category", "rank", "unit_code"], ignore_index=True)
    return SideBySide(frame, len(found.flagged))


def headline(found: Integrity, language: str) -> str:
    """Return for a leader how many ballots are listed, and for what."""
    listed = len(found.flagged)
    kinds = [check for check in (COPIES, CARELESS, PUNISHED) if (found.rows["check"] == check).any()]
    titles = (translate(CHECKS[check], language) for check in kinds)
    parts = join([title[0].lower() + title[1:] for title in titles], language)  # within a sentence
    message = LISTED if listed else NONE_LISTED
    return translate(message, language).format(ballots=f"{found.ballots:,}", listed=f"{listed:,}", parts=parts)


LISTED = N_("Listed for two people to judge: {listed} of {ballots} ballots ({parts}).")
NONE_LISTED = N_("None of the {ballots} ballots is listed for two people to judge.")


def moved_in_words(found: SideBySide, language: str) -> str:
    """Return how many ballots are left out for comparison and which verdicts move."""
    moved = list(found.rows[found.rows["moved"]]["unit_name"].astype(str))
    message = MOVED if moved else NOT_MOVED
    return translate(message, language).format(
        ballots=f"{found.left_out:,}", count=len(moved), units=join(moved, language)
    )


MOVED = N_("Without the listed ballots ({ballots}) the verdict changes on {units} (units: {count}).")
NOT_MOVED = N_("Without the listed ballots ({ballots}) no verdict changes.")


def listed_of(round_: Round, found: Integrity, both: SideBySide) -> Listed:
    """Return what two people judge: how many ballots are listed, which, and whose verdict moves without them."""
    moved = both.rows[both.rows["moved"]]
    names = ["unit_code", "unit_name", "verdict", "verdict_without"]
    rows = [{str(name): str(value) for name, value in row.items()} for row in moved[names].to_dict("records")]
    numbers = "\n".join(map(str, found.flagged.tolist()))
    digest = hashlib.sha256(numbers.encode()).hexdigest()
    return Listed(round_.release.id, round_.id, found.ballots, len(found.flagged), digest, tuple(rows))


DECIDED = N_("Integrity of the ballots. Listed: {listed}; decided: {decision}. Reason: {reason}. {who}, {second}.")
WITHOUT = N_("Without these ballots the verdict would change on {units} (units: {count}).")
WITHOUT_NONE = N_("Without these ballots no verdict would be another.")
TAKEN_OUT = N_(
    "Ballots listed before this release: {listed}; two people decided to take them out by a corrected file. "
    "Reason: {reason}. {who}, {second}."
)
PUBLIC_DECISION = {
    KEEP: N_("The checks of the ballots listed some. Two people examined these and decided: all ballots count."),
    CORRECT: N_(
        "The checks of the ballots listed some of them. Two people examined these and decided to take them out; a "
        "corrected notice follows."
    ),
}
PUBLIC_TAKEN_OUT = N_("Ballots that the checks listed were taken out before this notice, by decision of two people.")
PUBLIC_WHY = N_("Reason: {reason}")


def decision_in_words(round_: Round, language: str) -> str:
    """Return what two people decided on listed ballots, for internal papers; "" without a decision."""
    return PUNCTUATION[language].gap.join(decided_in_words(one, language) for one in _shown(round_))


def public_decision(round_: Round, language: str) -> str:
    """Return the same for the public: no names of people or units and no numbers; "" without a decision."""
    sentences = []
    for one in _shown(round_):
        sentences.append(translate(PUBLIC_DECISION[one.decision] if one.holds else PUBLIC_TAKEN_OUT, language))
        if one.public:
            sentences.append(translate(PUBLIC_WHY, language).format(reason=one.public))
    return PUNCTUATION[language].gap.join(sentences)


def _shown(round_: Round) -> list[BallotDecision]:
    """Return the decisions that papers show: what took ballots out before, and the newest that holds."""
    known = decisions(round_)
    holding = [one for one in known if one.holds]
    return [one for one in known if not one.holds and one.decision == CORRECT] + holding[-1:]


def decided_in_words(one: BallotDecision, language: str) -> str:
    """Return one decision, with the verdicts that would move if it is about the ballots of the release."""
    facts = {"listed": f"{one.listed:,}", "reason": one.reason, "who": one.who, "second": one.second}
    if not one.holds:
        return translate(TAKEN_OUT, language).format(**facts)
    sentence = translate(DECIDED, language).format(decision=translate(DECISIONS[one.decision], language), **facts)
    units = [row["unit_name"] for row in one.moved]
    without = translate(WITHOUT if units else WITHOUT_NONE, language)
    return PUNCTUATION[language].gap.join((sentence, without.format(count=len(units), units=join(units, language))))
