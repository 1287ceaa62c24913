"""Checks of a round beside its scores: returned ballots, groups, the round before, published tables.

Each finding is a note with its number and the units or rows concerned. Few votes, don't-know answers and ties across
the border are noted in `results/overview.py`.
"""

from collections.abc import Iterator

import pandas as pd

from data.model.names import match_key
from data.store.records import ALL_ROUNDS
from data.store.release import Release
from results.comparison.method_breaks import Break, rule_breaks
from results.notes import Note
from results.quality.published_tables import against, inside, lines_of
from results.ranking.family import ALL

TELLING = 10
"""Answers of a group from which on one grade for all of them is worth a note."""
JUMP = 0.15
"""Share of the scored answers: a grade that moved more than this is worth a note."""


def checks(release: Release, round_id: str, rows: pd.DataFrame) -> Iterator[Note]:
    """Every finding of a round. rows: its ranking, all categories."""
    yield from _returned(release.records(round_id, "issue_return"))
    yield from _same_grade(release.query("grades_by_group", round_id=round_id))
    yield from _same_grade_sites(release.query("site_grades", round_id=round_id))
    yield from _insiders(release, round_id)
    previous = _previous(release, round_id)
    if previous is not None:
        yield from _breaks(release, previous, round_id)
        yield from _grade_jumps(release, previous, round_id)
        yield from _unlinked(release, previous, round_id)
    printed = lines_of(release.records(round_id, "results"))
    yield from inside(printed)
    yield from against(printed, rows, _spellings(release, round_id))


def _returned(sheets: pd.DataFrame) -> Iterator[Note]:
    """Groups or sites with more ballots back than handed out."""
    over = sheets[(sheets["returned"] > sheets["issued"]).fillna(False)]
    if len(over):
        sites = over["site"].fillna("")
        names = [f"{group} {site}".strip() for group, site in zip(over["group_code"], sites, strict=True)]
        yield Note("returned_more", {"number": int((over["returned"] - over["issued"]).sum())}, tuple(names))


def _same_grade(grades: pd.DataFrame) -> Iterator[Note]:
    """Groups whose scored answers, on all units together, know one grade only."""
    by_group = grades.groupby("group_name")["lines"].agg(["size", "sum"])
    alike = by_group[(by_group["size"] == 1) & (by_group["sum"] >= TELLING)]
    if len(alike):
        yield Note("same_grade", {"number": int(alike["sum"].sum())}, tuple(map(str, alike.index)))


def _same_grade_sites(grades: pd.DataFrame) -> Iterator[Note]:
    """Sites whose scored answers, of all groups together, know one grade only."""
    by_site = grades.groupby("site").agg(grades=("grade", "nunique"), lines=("lines", "sum"))
    alike = by_site[(by_site["grades"] == 1) & (by_site["lines"] >= TELLING)]
    if len(alike):
        yield Note("same_grade_sites", {"number": int(alike["lines"].sum())}, tuple(map(str, alike.index)))


def _insiders(release: Release, round_id: str) -> Iterator[Note]:
    """Mean of the insiders' votes minus that of the others, unit by unit; each unit counts alike."""
    groups = release.records(round_id, "evaluator_group")
    marked = {match_key(str(row["group_name"])) for row in groups.to_dict("records") if row["insider"] is True}
    cells = release.query("cell_moments", round_id=round_id)
    if not marked or cells.empty:
        return
    insider = [match_key(str(name)) in marked for name in cells["group_name"]]
    sums = cells.assign(insider=insider).groupby(["unit_code", "insider"])[["total", "votes"]].sum()
    means = (sums["total"] / sums["votes"]).unstack("insider")
    if len(means.columns) < 2:
        return
    step = int(release.query("rounds").set_index("round_id")["score_step"][round_id])
    gap = ((means[True] - means[False]).dropna() * step / 10_000).sort_values(ascending=False, kind="stable")
    if len(gap):
        names = release.query("units", round_id=round_id).set_index("unit_code")["unit_name"]
        yield Note("insider_gap", {"number": f"{gap.mean():.2f}"}, tuple(str(names[code]) for code in gap.index))


def _previous(release: Release, round_id: str) -> str | None:
    """The round with votes before this one."""
    rounds = release.query("rounds")
    earlier = sorted(str(name) for name in rounds.loc[rounds["rules_name"] != "", "round_id"] if name < round_id)
    return earlier[-1] if earlier else None


def _breaks(release: Release, previous: str, round_id: str) -> Iterator[Note]:
    """Changes of the scoring that the record of the round does not declare."""
    about = release.records(round_id, "round")
    if about["method_break"].fillna(False).any():
        return
    breaks = list(rule_breaks(release.rules(previous), release.rules(round_id), ALL))
    groups = [set(release.query("grades_by_group", round_id=name)["group_name"]) for name in (previous, round_id)]
    if groups[0] != groups[1]:
        breaks.append(Break("groups", tuple(sorted(groups[0] ^ groups[1]))))
    if breaks:
        yield Note("break_not_declared", {"previous": previous}, breaks=tuple(breaks))


def _grade_jumps(release: Release, previous: str, round_id: str) -> Iterator[Note]:
    """Grades whose share of the scored answers moved by more than JUMP, where both rounds use grades."""
    if release.rules(previous).numeric or release.rules(round_id).numeric:
        return
    shares = []
    for name in (previous, round_id):
        lines = release.query("grades_by_group", round_id=name).groupby("grade")["lines"].sum().astype(float)
        shares.append(lines / max(lines.sum(), 1.0))
    moved = shares[1].sub(shares[0], fill_value=0.0).abs().sort_values(ascending=False, kind="stable")
    large = moved[moved > JUMP]
    if len(large):
        facts = {"previous": previous, "limit": round(JUMP * 100), "number": f"{large.iloc[0] * 100:.1f}"}
        yield Note("grade_jump", facts, tuple(map(str, large.index)))


def _unlinked(release: Release, previous: str, round_id: str) -> Iterator[Note]:
    """Registered units of one of the rounds only that no reform explains."""
    registered = release.query("rounds").set_index("round_id")["registered"]
    if not (registered[previous] and registered[round_id]):
        return
    before, after = (release.query("units", round_id=name).set_index("unit_code") for name in (previous, round_id))
    reforms = release.records(ALL_ROUNDS, "unit_lineage")
    known = set(reforms["from_code"]) | set(reforms["to_code"])
    came = after[~after.index.isin([*before.index, *known])]
    went = before[~before.index.isin([*after.index, *known])]
    if len(came) + len(went):
        yield Note("units_unlinked", {"previous": previous}, (*came["unit_name"], *went["unit_name"]))


def _spellings(release: Release, round_id: str) -> dict[str, str]:
    """Match key of every name and confirmed alias -> unit code."""
    aliases = release.records(ALL_ROUNDS, "unit_alias")
    units = release.query("units", round_id=round_id)
    found = {match_key(str(name)): str(code) for name, code in zip(aliases["alias"], aliases["unit_code"], strict=True)}
    for column in ("unit_code", "unit_name"):
        found |= {match_key(str(name)): str(code) for name, code in zip(units[column], units["unit_code"], strict=True)}
    return found
