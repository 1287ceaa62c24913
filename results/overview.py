"""The first figures of a round: how many voted, what they said, and what a reader should know before the scores."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.model.rule_sets import RuleSet
from data.store.release import Release
from data.store.round_status import DRAFT
from results.notes import SENTENCES, Note
from results.quality.checks import checks
from results.ranking.family import families
from results.ranking.ranking import Ranking

KINDS = ("scored", "dont_know", "abstain", "blank", "invalid")
MANY_DONT_KNOW = 0.30


@dataclass(frozen=True)
class Overview:
    """One round at a glance.

    groups: group, evaluators, one column a kind of KINDS (lines), weight (NaN when pooled).
    not_ranked: reason -> units. rules_name is '' for a round of registers only, then rules is None.
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


def overview(release: Release, answer: Ranking) -> Overview:
    """The figures of the round of a ranking, each category ranked by itself."""
    round_id = answer.round
    rounds = release.query("rounds")
    about = rounds[rounds["round_id"] == round_id].to_dict("records")[0]
    rules = release.rules(round_id) if answer.rules else None
    units = release.query("units", round_id=round_id)
    rows = answer.rows
    groups = groups_of(release, round_id, rules)
    return Overview(
        release.id,
        round_id,
        rules,
        answer.rules,
        int(about["evaluators"]),
        int(about["lines"]),
        int(about["votes"]),
        len(units),
        int(rows["rank"].notna().sum()),
        _reasons(rows),
        _share(groups),
        groups,
        (*_notes(rows, units, rules, bool(about["has_counts"])), *checks(release, round_id, rows)),
    )


def round_rows(release: Release) -> list[dict[str, str | int | None]]:
    """Return a row for each round of the release, newest first; votes are None where only records were imported."""
    evaluated = {str(about["round_id"]): about for about in release.query("rounds").to_dict("records")}
    return [
        _round_row(release, name, status, evaluated.get(name))
        for name, status in sorted(release.statuses().items(), reverse=True)
    ]


def _round_row(
    release: Release, name: str, status: str, about: Mapping[Hashable, Any] | None
) -> dict[str, str | int | None]:
    found = families(release, name) if about else []
    return {
        "round": name,
        "status": status or DRAFT,
        "units": len(release.query("units", round_id=name)),
        "ranked": sum(int(family.ranked.sum()) for family in found),
        "votes": about["votes"] if about else None,
        "rules": about["rules_name"] if about else "",
    }


def _reasons(rows: pd.DataFrame) -> dict[str, int]:
    """How many units are not ranked, by reason."""
    counts = rows.loc[rows["rank"].isna(), "reason"].value_counts()
    return {str(reason): int(count) for reason, count in counts.items()}


def groups_of(release: Release, round_id: str, rules: RuleSet | None) -> pd.DataFrame:
    """A row a group: evaluators, lines by kind, weight."""
    ballots = release.query("ballots_by_group", round_id=round_id).set_index("group_name")["evaluators"]
    lines = release.query("lines_by_kind", round_id=round_id)
    wide = lines.pivot(index="group_name", columns="kind", values="lines")
    wide = wide.reindex(columns=list(KINDS)).fillna(0).astype(int)
    wide.insert(0, "evaluators", ballots.reindex(wide.index).astype("Int64"))
    weights = rules.weights() if rules else None
    wide["weight"] = [float("nan") if weights is None else weights.get(g, 0.0) for g in wide.index]
    order = wide.sort_values("weight", ascending=False, kind="stable", na_position="last")
    return order.rename_axis("group").reset_index()


def _share(groups: pd.DataFrame) -> float | None:
    base = int(groups["scored"].sum() + groups["dont_know"].sum())
    return int(groups["dont_know"].sum()) / base if base else None


def _notes(rows: pd.DataFrame, units: pd.DataFrame, rules: RuleSet | None, counts: bool) -> Iterator[Note]:
    """Notes in the order in which a reader needs them."""
    if counts:
        yield Note("counts_only")
    if rules is None:
        return
    by_reason = {code: _names(rows[rows["reason"] == code]) for code in rows["reason"].dropna()}
    decided = [n for code, names in by_reason.items() if code not in SENTENCES for n in names]
    found = {
        "too_few_votes": by_reason.get("too_few_votes", ()),
        "missing_group": by_reason.get("missing_group", ()),
        "not_taking_part": tuple(decided),
        "provisional": _names(units[units["provisional"].astype(bool)]),
        "border_tie": _names(rows[rows["reason"] == "border_tie"]),
        "dont_know": _names(rows[rows["dont_know_share"] > MANY_DONT_KNOW]),
    }
    facts = {"minimum": rules.minimum.per_unit, "share": round(MANY_DONT_KNOW * 100)}
    yield from (Note(code, facts, names) for code, names in found.items() if names)


def _names(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(rows["unit_name"].astype(str))
