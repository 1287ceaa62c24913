"""What the evidence of a year allows for rewards and penalties, and what each of their lines rests on.

Only units that are confirmed at the bottom, inquiries upheld against a unit with a numbered decision, and pledges that
were missed after verification; a pledge that was met carries a reward. Everything else is listed as not supported.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analytics.verdicts import CONFIRMED
from data.model.record_keys import year_of
from data.store.release import Release, Round
from data.store.round_status import TRIAL, WITHDRAWN
from results.pledges.counts import KEPT, MISSED, states
from results.pledges.register import pledge_book, pledge_rounds
from results.ranking.bottom_list import bottom_lists
from schemes.chosen import Chosen
from schemes.frame import numbers, records
from schemes.inquiry.ladder import findings
from schemes.inquiry.measures import DECISION, REWARD

BALLOTS, INQUIRIES, PLEDGES = "群众评议", "两倒查", "承诺"
PENALTY = "惩处"


@dataclass(frozen=True)
class Ground:
    """What a reward or a penalty may rest on. refs : numbers by which a line may name it. n : base, of `of_what`.

    low, high : range of places of the unit, None where everything was counted. count : units ranked with it.
    """

    unit_code: str
    basis: str
    penalty: bool
    refs: tuple[str, ...]
    what: str
    n: int
    of_what: str
    low: int | None = None
    high: int | None = None
    count: int = 0


def grounds(chosen: Chosen) -> list[Ground]:
    """Return what the evidence of the year of the period allows, by unit in roster order."""
    release, year = chosen.registers.release, chosen.asked.period.first.year
    found = [*_bottom(release, year), *_inquiries(chosen), *_pledges(release, year, chosen.asked.as_of)]
    order = {code: at for at, code in enumerate(chosen.registers.plain["unit"]["unit_code"].astype(str))}
    wanted = [ground for ground in found if not chosen.unit or ground.unit_code == chosen.unit]
    return sorted(wanted, key=lambda ground: order.get(ground.unit_code, len(order)))


def _bottom(release: Release, year: int) -> Iterator[Ground]:
    """Yield the units that the evaluation of the year confirms at the bottom."""
    for round_ in _rounds(release, year):
        for listed in bottom_lists(round_):
            confirmed = listed.tier(CONFIRMED) if listed.no_list is None else listed.rows[:0]
            for row in records(confirmed):
                yield Ground(
                    *(str(row["unit_code"]), BALLOTS, True, (round_.id,), f"{listed.family.name}"),
                    *(int(row["n"]), "votes", int(row["rank_best"]), int(row["rank_worst"]), listed.count),
                )


def _rounds(release: Release, year: int) -> list[Round]:
    of_year = [name for name in release.scored_rounds if year_of(name) == year]
    return [release.round(name) for name in of_year if release.status(name) not in (TRIAL, WITHDRAWN)]


def _inquiries(chosen: Chosen) -> Iterator[Ground]:
    """Yield the inquiries of the year that were upheld against a unit, with the numbers of their decisions."""
    found = findings(chosen)
    if found.empty:
        return
    numbers_of = chosen.frames[DECISION].groupby("inquiry_no")["measure_no"].agg(tuple)
    totals = found["unit_code"].value_counts()
    for row in records(found):
        refs = tuple(numbers_of.get(row["inquiry_no"], ()))
        what = f"{row['inquiry_no']} {row['finding']}"
        yield Ground(
            str(row["unit_code"]), INQUIRIES, True, refs, what, int(totals[row["unit_code"]]), "findings_of_unit"
        )


def _pledges(release: Release, year: int, as_of: date) -> Iterator[Ground]:
    """Yield the pledges of a unit whose verified outcome meets the target, and those that miss it once it was due."""
    for name in pledge_rounds(release):
        if year_of(name) != year:
            continue
        lines = pledge_book(release.round(name), as_of).lines
        lines = lines.assign(state=states(lines, name, as_of), known=lines["verified_met"].notna())
        known = lines.groupby("unit_code")["known"].sum()
        judged = lines[lines["state"].isin((KEPT, MISSED))]
        for (unit, state), own in judged.groupby(["unit_code", "state"], sort=False):
            ids = tuple(own["pledge_id"].astype(str))
            yield Ground(str(unit), PLEDGES, state == MISSED, ids, " ".join(ids), int(known[unit]), "pledges_verified")


def reward_lines(chosen: Chosen) -> pd.DataFrame:
    """Return the rewards and penalties of the year of the period, with the ground that each rests on, or None.

    A line without a ground is not supported: another unit's, a penalty where only a reward is, a basis of other kind.
    """
    columns = ["unit_code", "line", "kind", "basis", "basis_ref", "what", "amount", "state", "doc_no", "ground"]
    if REWARD not in chosen.frames:
        return pd.DataFrame(columns=columns)
    table = chosen.frames[REWARD]
    table = table[numbers(table, "year") == chosen.asked.period.first.year]
    known = {(g.unit_code, g.basis, g.penalty, ref): g for g in grounds(chosen) for ref in g.refs}
    keys = zip(table["unit_code"], table["basis"], table["kind"] == PENALTY, table["basis_ref"], strict=True)
    found = table.assign(ground=pd.Series([known.get(key) for key in keys], table.index, dtype=object))
    return found.sort_values(["unit_code", "line"], ignore_index=True).reindex(columns=columns)
