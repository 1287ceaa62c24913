"""Verified attainment of the pledges of each unit, as a component of the official score."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from results.pledges.counts import KEPT, MISSED, states
from results.pledges.register import pledge_book, pledge_rounds

if TYPE_CHECKING:
    from data.store.release import Release

SOURCE = "pledges.met"


def attained(release: "Release", first: date, last: date) -> Mapping[str, tuple[int, int]]:
    """Return unit code -> pledges that verified values show as kept, of those kept or missed by the last day.

    The pledges of the year of the days, whatever the first day is: they date from before it. Reported values, pledges
    without a verified outcome, adjusted and cancelled ones count nowhere.
    """
    if str(last.year) not in pledge_rounds(release):
        return {}
    round_ = release.round(str(last.year))
    lines = pledge_book(round_, last).lines
    settled = lines.assign(state=states(lines, round_.id, last))
    settled = settled[settled["state"].isin([KEPT, MISSED])]
    by_unit = settled.groupby("unit_code", sort=True)["state"]
    return {str(unit): (int((own == KEPT).sum()), len(own)) for unit, own in by_unit}
