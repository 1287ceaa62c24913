"""What is asked of the database while the pledges of one round are computed, query by query."""

from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd

from data.duckdb_access import Database
from data.store.release import RESULTS, Release, Round
from reports.pledge_table import as_sheet, table
from results.pledges.by_year import pledge_year, posts_of, units_of_year
from results.pledges.counts import count_pledges, quarter_days, through_quarters
from results.pledges.progress import checks_by_quarter, quarter_report
from results.pledges.register import default_as_of, pledge_book
from results.pledges.vote_scores import vote_scores
from results.pledges.vote_vs_public import two_by_two


class CountingDatabase(Database):
    """A database that counts what is asked of it, by query and parameters."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked: Counter[tuple[str, tuple[tuple[str, object], ...]]] = Counter()

    def query(self, name: str, **params: object) -> pd.DataFrame:
        """Run one SQL file and count it."""
        self.asked[name, tuple(sorted(params.items()))] += 1
        return super().query(name, **params)


def counted(release: Release) -> CountingDatabase:
    """Open the database of a release again, counting, and let the release ask that one."""
    release.close()
    database = CountingDatabase(release.folder / RESULTS)
    release._database = database
    return database


def compute_pledges(round_: Round, today: date) -> None:
    """Compute all that the pledges page, its tables and its charts show of a round."""
    day = default_as_of(round_, today)
    pledge_book(round_, day)
    vote_scores(round_)
    two_by_two(round_)
    year = pledge_year(round_, day)
    posts_of(year)
    units_of_year(year)
    for by in ("item", "post", "unit"):
        as_sheet(table(year, by), round_.release, "zh")
    as_sheet(table(quarter_report(round_, day)), round_.release, "zh")
    checks_by_quarter(round_, day)
    count_pledges(year.book.lines, round_.id, day)
    through_quarters([pledge_book(round_, quarter) for quarter in quarter_days(round_.id, day).values()])
