"""(e) Pledges of 400 secretaries, 12 items each, five years: what a page needs, first time and warm.

Bar: everything that a page shows of one round, with one post's five years, under 300 ms once the years are kept (as
`ui/cached.py` keeps them); the first time is printed too.
"""

from functools import partial
from pathlib import Path

import numpy as np

from bench.import_ballots import WORK, seconds
from data.store import ImportOptions, Store
from i18n import ROOT
from reports.pledge_table import as_sheet, table
from results.pledges.analysis import associations, severity, shifts, trends
from results.pledges.by_year import pledge_year, post_through_years, posts_of
from results.pledges.progress import checks_by_quarter, quarter_report

UNITS, ITEMS = 400, 12
YEARS = ("2021", "2022", "2023", "2024", "2025")
CHECKS = ("03-31", "06-30", "09-30", "12-20")
GROUPS = {"普通群众": 60, "服务对象": 40, "两代表一委员": 20}
GRADES = ("好", "较好", "一般", "差")
HALL = {"班子成员": 9, "党员": 40, "群众代表": 25}


def tables(year: str) -> dict[str, str]:
    """Return register, counts, pledges, checks and votes of a year, as files."""
    rng = np.random.default_rng(int(year))
    units = [f"单位{number:03d}" for number in range(UNITS)]
    register = [f"{name},{name},第{number % 4}类" for number, name in enumerate(units)]
    counts, votes, pledges, checks = [], [], [], []
    for name in units:
        for group, n in GROUPS.items():
            good, fair, bad = rng.multinomial(n, (0.7, 0.2, 0.1))
            counts.append(f"{name},{group},{good},{fair},{bad}")
        for group, n in HALL.items():
            shares = rng.multinomial(n, (0.6, 0.25, 0.1, 0.05))
            votes += [
                f"{name},书记,{group},{grade},{m}"
                for grade, m in zip(["好", "较好", "一般", "差"], shares, strict=True)
            ]
        for seq in range(1, ITEMS + 1):
            target, key = int(rng.integers(10, 90)), f"{year}-{name}-{seq}"
            headline = "是" if seq <= 3 else "否"
            pledges.append(f"{key},{name},书记,{seq},事项{seq},{headline},{target},{target - 5},{year}-12-31")
            for at, day in enumerate(CHECKS, start=1):
                value = round(target * at / 4 * rng.uniform(0.8, 1.1), 1)
                checks.append(f"{key},{year}-{day},{value},{value if at % 2 == 0 else ''},推进中")
    heads = {
        "units": ("单位编码,单位全称,类别", register),
        "counts": ("参评单位,评议主体,满意,基本满意,不满意", counts),
        "pledges": ("承诺编号,单位,承诺人职务,序号,承诺事项,重点,目标值,基期值,完成时限", pledges),
        "progress": ("承诺编号,核查日期,自报值,核实值,完成状态", checks),
        "votes": ("单位,述职人职务,测评主体,测评等次,票数", votes),
    }
    return {kind: "\n".join([head, *rows, ""]) for kind, (head, rows) in heads.items()}


def store() -> Path:
    """Return a published store of five years, created once."""
    path = WORK / "store_pledges"
    made = Store(path)
    if made.in_force() is None:
        made.add_rules((ROOT / "rules" / "demo-2025.toml").read_text(encoding="utf-8"))
        for year in YEARS:
            for kind, text in tables(year).items():
                rules = "demo-2025" if kind == "counts" else None
                report = made.import_files(kind, [(f"{kind}.csv", text.encode())], year, ImportOptions(rules=rules))
                assert report.stored, [problem.message("en") for problem in report.problems[:3]]
        made.publish()
    return path


def main() -> None:
    """Print the first time of each part, and what a warm page computes."""
    release = Store(store()).release()
    assert release is not None
    for year in YEARS:
        print(f"(e) all of {year}, first time {1000 * seconds(partial(pledge_year, release.round(year))):6.0f} ms")
    years = [pledge_year(release.round(year)) for year in YEARS]
    last, newest = years[-1], release.round(YEARS[-1])
    unit = last.book.lines["unit_code"].iloc[0]
    first = {
        "quarter report": partial(quarter_report, newest, last.book.as_of),
        "checks by quarter": partial(checks_by_quarter, newest),
        "associations": partial(associations, last),
        "shifts": partial(shifts, last),
        "severity": partial(severity, last.votes),
    }
    for name, part in first.items():
        print(f"(e) {name}, first time {1000 * seconds(part):6.0f} ms")
    warm = {
        "posts of a round": partial(posts_of, last),
        "five years of a post": partial(post_through_years, release, years, unit, "书记"),
        "trends of a post": partial(trends, release, years, unit, "书记"),
        "sheet of 4,800 items": lambda: as_sheet(table(last), release, "zh"),
    }
    for name, part in warm.items():
        print(f"(e) {name}, warm {1000 * min(seconds(part) for _ in range(5)):6.0f} ms (bar 300 ms for a page)")
    release.close()


if __name__ == "__main__":
    main()
