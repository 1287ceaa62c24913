"""Key figures of a round: how many voted, their answers, and what a reader should know before the scores."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.model.register import PARTICIPATION
from data.model.rule_sets import RuleSet
from data.store.release import Release, Round, per_round
from data.store.round_status import DRAFT
from results import number_format
from results.notes import Note
from results.quality.checks import checks
from results.ranking.family import families
from results.ranking.ranking import ranking
from results.ranking.scoring_tables import SEPARATOR

BY_REGISTER = frozenset(filter(None, PARTICIPATION.values()))
"""Reasons that the register of units gives."""
BY_PARTS = ("missing_part", "part_left_out", "vetoed", "parts_decided", "trimmed", "by_indicator")
KINDS = ("scored", "dont_know", "abstain", "blank", "invalid")
MANY_DONT_KNOW = 0.30  # chosen, not derived: a note that changes no score


@dataclass(frozen=True)
class Overview:
    """Key figures of a round.

    groups: group, evaluators, a column of lines for each of KINDS, weight (NaN when pooled).
    not_ranked: reason -> units. For a round with only registers, rules_name is '' and rules is None.
    """

    release: str
    round: str
    rules: RuleSet | None
    rules_name: str
    evaluators: int
    lines: int
    votes: int
    registered: int
    ranked: int
    not_ranked: Mapping[str, int]
    dont_know_share: float | None
    groups: pd.DataFrame
    notes: tuple[Note, ...]


@per_round
def overview(round_: Round) -> Overview:
    """Return the key figures of a round, each category ranked by itself; cached with the round."""
    about, rules, units = round_.about, round_.rules, round_.units
    rows = ranking(round_).rows
    groups = groups_of(round_)
    return Overview(
        round_.release.id,
        round_.id,
        rules,
        rules.name if rules else "",
        int(about["evaluators"]),
        int(about["lines"]),
        int(about["votes"]),
        len(units),
        int(rows["rank"].notna().sum()),
        _reasons(rows),
        _share(round_),
        groups,
        (*_notes(rows, units, rules, bool(about["has_counts"])), *checks(round_, rows)),
    )


def round_rows(release: Release) -> list[dict[str, str | int | None]]:
    """Return a row for each round of the release, newest first; votes are None where only records were imported."""
    evaluated = {str(name): about for name, about in release.rounds_table.to_dict("index").items()}
    return [
        _round_row(release.round(name), status, evaluated.get(name))
        for name, status in sorted(release.statuses().items(), reverse=True)
    ]


def _round_row(round_: Round, status: str, about: Mapping[Hashable, Any] | None) -> dict[str, str | int | None]:
    ranked = families(round_) if about else []
    return {
        "round": round_.id,
        "status": status or DRAFT,
        "units": len(round_.units),
        "ranked": sum(int(family.ranked.sum()) for family in ranked),
        "votes": about["votes"] if about else None,
        "rules": about["rules_name"] if about else "",
    }


def _reasons(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many units are not ranked, by reason."""
    counts = rows.loc[rows["rank"].isna(), "reason"].value_counts()
    return {str(reason): int(count) for reason, count in counts.items()}


def groups_of(round_: Round) -> pd.DataFrame:
    """Return a row for each group: evaluators, lines by kind, weight."""
    ballots = round_.ballots_by_group.set_index("group_name")["evaluators"]
    lines = round_.query("lines_by_kind")
    wide = lines.pivot(index="group_name", columns="kind", values="lines")
    wide = wide.reindex(columns=list(KINDS)).fillna(0).astype(int)
    wide.insert(0, "evaluators", ballots.reindex(wide.index).astype("Int64"))
    weights = round_.rules.weights() if round_.rules else None
    wide["weight"] = [float("nan") if weights is None else weights.get(g, 0.0) for g in wide.index]
    # Groups without a weight do not count in a score and come last.
    order = wide.sort_values("weight", ascending=False, kind="stable", na_position="last")
    return order.rename_axis("group").reset_index()


def _share(round_: Round) -> float | None:
    """Return the share of "don't know", of the same lines as that of a unit: results.ranking.unknown.DONT_KNOW."""
    apart = round_.rules.apart_groups if round_.rules else ()
    lines = round_.query("dont_know_lines", apart=SEPARATOR.join(apart))
    unknown, graded = int(lines["dont_know"].sum()), int(lines["scored"].sum())
    return unknown / (unknown + graded) if unknown + graded else None


def _notes(rows: pd.DataFrame, units: pd.DataFrame, rules: RuleSet | None, counts: bool) -> Iterator[Note]:
    """Return notes in the order in which a reader needs them."""
    if counts:
        yield Note("counts_only")
    if rules is None:
        return
    by_reason = {code: _names(rows[rows["reason"] == code]) for code in rows["reason"].dropna()}
    decided = [n for code, names in by_reason.items() if code in BY_REGISTER for n in names]
    tied = rows[rows["reason"] == "border_tie"]
    found = {
        "too_few_votes": by_reason.get("too_few_votes", ()),
        "missing_group": by_reason.get("missing_group", ()),
        "all_trimmed": by_reason.get("all_trimmed", ()),
        "not_taking_part": tuple(decided),
        "provisional": _names(units[units["provisional"].astype(bool)]),
        "border_tie": _names(tied),
        "dont_know": _names(rows[rows["dont_know_share"] > MANY_DONT_KNOW]),
        **{code: by_reason.get(code, ()) for code in BY_PARTS},
    }
    facts = {"minimum": rules.minimum.per_unit, "share": round(MANY_DONT_KNOW * 100)}
    verdicts = {"border_tie": _verdicts(tied, rules.presentation.decimals)}
    yield from (Note(code, facts, names, verdicts=verdicts.get(code, ())) for code, names in found.items() if names)


def _verdicts(rows: pd.DataFrame, decimals: int) -> tuple[tuple[str, str], ...]:
    """Return verdict and interval of each row."""
    cells = zip(rows["verdict"], rows["score_low"], rows["score_high"], strict=True)
    return tuple((str(verdict), number_format.interval(low, high, decimals)) for verdict, low, high in cells)


def _names(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(rows["unit_name"].astype(str))
