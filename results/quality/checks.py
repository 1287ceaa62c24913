"""Checks of a round other than its scores: returned ballots, groups, the previous round, published tables.

Each finding is a note with its number and the units or rows concerned. `results/overview.py` notes few votes,
don't-know answers and ties across the border.
"""

from collections.abc import Iterator

import pandas as pd

from data.model.names import match_key
from data.store.release import Round
from results.comparison.method_breaks import Break, rule_breaks
from results.notes import Note
from results.quality.published_tables import against, inside, lines_of
from results.ranking.family import ALL

TELLING = 10
"""Fewest answers of a group that are worth a note when all have the same grade."""
JUMP = 0.15
"""Share of the scored answers: a grade is worth a note when its share moved by more."""


def checks(round_: Round, rows: pd.DataFrame) -> Iterator[Note]:
    """Return every finding of a round. rows: its ranking, all categories."""
    yield from _returned(round_.records("issue_return"))
    yield from _same_grade(round_.grades_by_group)
    yield from _same_grade_sites(round_.query("site_grades"))
    yield from _insiders(round_)
    previous = _previous(round_)
    if previous is not None:
        yield from _breaks(round_, previous)
        yield from _grade_jumps(round_, previous)
        yield from _unlinked(round_, previous)
    printed = lines_of(round_.records("results"))
    yield from inside(printed)
    yield from against(printed, rows, _spellings(round_))


def _returned(sheets: pd.DataFrame) -> Iterator[Note]:
    """Return groups or sites with more ballots returned than issued."""
    over = sheets[(sheets["returned"] > sheets["issued"]).fillna(False)]
    if len(over):
        sites = over["site"].fillna("")
        names = [f"{group} {site}".strip() for group, site in zip(over["group_code"], sites, strict=True)]
        yield Note("returned_more", {"number": int((over["returned"] - over["issued"]).sum())}, tuple(names))


def _same_grade(grades: pd.DataFrame) -> Iterator[Note]:
    """Return groups that gave the same grade in all scored answers, on all units together."""
    by_group = grades.groupby("group_name")["lines"].agg(["size", "sum"])
    alike = by_group[(by_group["size"] == 1) & (by_group["sum"] >= TELLING)]
    if len(alike):
        yield Note("same_grade", {"number": int(alike["sum"].sum())}, tuple(map(str, alike.index)))


def _same_grade_sites(grades: pd.DataFrame) -> Iterator[Note]:
    """Return sites with the same grade in all scored answers, of all groups together."""
    by_site = grades.groupby("site").agg(grades=("grade", "nunique"), lines=("lines", "sum"))
    alike = by_site[(by_site["grades"] == 1) & (by_site["lines"] >= TELLING)]
    if len(alike):
        yield Note("same_grade_sites", {"number": int(alike["lines"].sum())}, tuple(map(str, alike.index)))


def _insiders(round_: Round) -> Iterator[Note]:
    """Compare the mean of the insiders' votes with that of the others, unit by unit; each unit counts alike."""
    groups = round_.records("evaluator_group")
    marked = {match_key(str(row["group_name"])) for row in groups.to_dict("records") if row["insider"] is True}
    cells = round_.cells
    if not marked or cells.empty:
        return
    insider = [match_key(str(name)) in marked for name in cells["group_name"]]
    sums = cells.assign(insider=insider).groupby(["unit_code", "insider"])[["total", "votes"]].sum()
    means = (sums["total"] / sums["votes"]).unstack("insider")
    if len(means.columns) < 2:
        return
    step = int(round_.about["score_step"])
    gap = ((means[True] - means[False]).dropna() * step / 10_000).sort_values(ascending=False, kind="stable")
    if len(gap):
        names = round_.units.set_index("unit_code")["unit_name"]
        yield Note("insider_gap", {"number": f"{gap.mean():.2f}"}, tuple(str(names[code]) for code in gap.index))


def _previous(round_: Round) -> Round | None:
    """Return the previous round with votes."""
    newest = next((name for name in round_.release.scored_rounds if name < round_.id), None)
    return None if newest is None else round_.release.round(newest)


def _breaks(round_: Round, previous: Round) -> Iterator[Note]:
    """Return changes of the scoring that the record of the round does not declare."""
    about = round_.records("round")
    if about["method_break"].fillna(False).any():
        return
    breaks = list(rule_breaks(previous.scored_rules, round_.scored_rules, ALL))
    groups = [set(part.grades_by_group["group_name"]) for part in (previous, round_)]
    if groups[0] != groups[1]:
        breaks.append(Break("groups", tuple(sorted(groups[0] ^ groups[1]))))
    if breaks:
        yield Note("break_not_declared", {"previous": previous.id}, breaks=tuple(breaks))


def _grade_jumps(round_: Round, previous: Round) -> Iterator[Note]:
    """Return grades whose share of the scored answers moved by more than JUMP, where both rounds use grades."""
    if previous.scored_rules.numeric or round_.scored_rules.numeric:
        return
    shares = []
    for part in (previous, round_):
        lines = part.grades_by_group.groupby("grade")["lines"].sum().astype(float)
        shares.append(lines / max(lines.sum(), 1.0))
    moved = shares[1].sub(shares[0], fill_value=0.0).abs().sort_values(ascending=False, kind="stable")
    large = moved[moved > JUMP]
    if len(large):
        facts = {"previous": previous.id, "limit": round(JUMP * 100), "number": f"{large.iloc[0] * 100:.1f}"}
        yield Note("grade_jump", facts, tuple(map(str, large.index)))


def _unlinked(round_: Round, previous: Round) -> Iterator[Note]:
    """Return units registered in only one of the rounds that no reform explains."""
    if not (previous.about["registered"] and round_.about["registered"]):
        return
    before, after = (part.units.set_index("unit_code") for part in (previous, round_))
    reforms = round_.release.records("unit_lineage")
    known = set(reforms["from_code"]) | set(reforms["to_code"])
    came = after[~after.index.isin([*before.index, *known])]
    went = before[~before.index.isin([*after.index, *known])]
    if len(came) + len(went):
        yield Note("units_unlinked", {"previous": previous.id}, (*came["unit_name"], *went["unit_name"]))


def _spellings(round_: Round) -> dict[str, str]:
    """Map the match key of every name and confirmed alias to its unit code."""
    aliases = round_.release.records("unit_alias")
    units = round_.units
    found = {match_key(str(name)): str(code) for name, code in zip(aliases["alias"], aliases["unit_code"], strict=True)}
    for column in ("unit_code", "unit_name"):
        found |= {match_key(str(name)): str(code) for name, code in zip(units[column], units["unit_code"], strict=True)}
    return found
