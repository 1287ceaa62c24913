"""Two months and two releases of a scheme on the public page, and somebody who kept both (schemes.md 9.12)."""

import csv
import io
import random
import shutil
import zipfile
from datetime import date, timedelta

import pytest

from data.store import ImportOptions, Store
from reports.notice_parts import NoticeParts
from reports.public_export import prepare
from reports.public_measures import judged
from schemes import OTHER_SCHEMES, scheme_of
from tests.reference.attacker_over_measures import Month, printed_measures, recovered
from tests.support.community import HEAD, registers
from tests.support.stores import BALLOTS, SMALL

ECHO = scheme_of("echo")
UNITS = ("市城市管理局", "市供水公司", "市公交公司", "市公安局", "市教育局", "市民政局", "市林业局")
MONTHS = (date(2026, 2, 28), date(2026, 3, 31))


@pytest.fixture(scope="module")
def registered(tmp_path_factory):
    """Registers of the community, and a round with votes, without which there is no page."""
    store = registers(tmp_path_factory.mktemp("registered") / "var")
    store.add_rules(SMALL)
    assert store.import_files("ballots", [("票.csv", BALLOTS.encode())], "2026").stored
    return store.path


def register(seed, day):
    """The register of opinions as of a day: few units have many, most have few; some answers are late or missing."""
    draw, rows = random.Random(seed), []
    for number in range(1, 170):
        received = date(2026, 1, 5) + timedelta(days=draw.randrange(80))
        unit = UNITS[min(int(draw.expovariate(0.5)), len(UNITS) - 1)]
        takes = draw.choice([2, 4, 6, 8, 25])
        answered = received + timedelta(days=takes)
        if received > day:
            continue
        told = answered.isoformat() if answered <= day else ""
        cells = (f"HY-2026-{number:04}", f"{received} 09:00", "热线", "", "KZ-1", "求助", "市容/路灯", unit)
        rows.append(",".join([*cells, f"{told} 15:00" if told else "", "已解决" if told else "", ""]))
    return (HEAD + "\n".join(rows) + "\n").encode("utf-8-sig")


def in_bundle(content):
    """What the table of the public bundle holds of the same measure; it has the cells of the page and no others."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lines = csv.DictReader(io.StringIO(archive.read("schemes/echo.csv").decode("utf-8-sig")))
        rows = [row for row in lines if row["measure"] == "Answered on time"]
    found = {}
    for row in rows:
        part = round(float(row["value"] or 0) * int(row["n"])) if row["n"] else None
        found[row["by"], row["key"]] = None if part is None else (part, int(row["n"]) - part)
    units = {key: pair for (by, key), pair in found.items() if by == "By unit"}
    return Month(units, next((pair for (by, _), pair in found.items() if by == "In total"), None))


def two_months(path, seed, *, corrected=()):
    """The pages of two months, and what was counted; corrected : more registers between them, by seed."""
    store, pages, truth, rows = Store(path, threads=1), [], [], []
    for day in MONTHS:
        content = register(seed, day)
        report = store.import_files("opinion", [("意见.csv", content)], "2026", ImportOptions(as_of=day.isoformat()))
        assert report.stored, [problem.message("en") for problem in report.problems]
        store.publish()
        release = store.release()
        counted = ECHO.public_rows(release, 2026)
        own = counted[(counted["measure"] == "on_time") & (counted["by"] == "unit")]
        met = [round(float(value or 0) * int(n)) for value, n in zip(own["value"].fillna(0), own["n"], strict=True)]
        truth.append({key: (m, int(n) - m) for key, m, n in zip(own["key"], met, own["n"], strict=True)})
        rows.append((counted, release.id))
        export = prepare(store, release.round("2026"), NoticeParts(), OTHER_SCHEMES)
        pages.append(export.page())
        assert in_bundle(export.bundle("en")) == printed_measures(pages[-1], "on_time")
        export.keep(store)
        release.close()
    return pages, truth, rows


def alone(rows):
    """What each month would print if it were judged by itself."""
    months = []
    for counted, release in rows:
        shown = judged(ECHO, counted, "echo-2026", release, []).rows

        def pair(key, shown=shown):
            figures = shown.get(f"on_time|{key}")
            if figures is None:
                return None
            part = round(float(figures["value"] or 0) * figures["n"])
            return part, figures["n"] - part

        units = counted[(counted["measure"] == "on_time") & (counted["by"] == "unit")]["key"]
        months.append(Month({key: pair(f"unit|{key}") for key in units}, pair("all|")))
    return months


@pytest.mark.parametrize(
    "seeds",
    [pytest.param((5, 7), marks=pytest.mark.sweep), pytest.param(range(1, 20), marks=pytest.mark.slow)],
    ids=["few", "many"],
)
def test_nothing_small_is_recovered_from_two_months_and_two_releases(registered, tmp_path, seeds):
    """Seeds of which each month by itself, judged without the other, gives a change of a few away."""
    open_, numbers, printed = 0, 0, 0
    for seed in seeds:
        shutil.copytree(registered, tmp_path / str(seed))
        pages, truth, rows = two_months(tmp_path / str(seed), seed)
        months = [printed_measures(page, "on_time") for page in pages]
        assert set(months[0].units) == set(truth[0])
        printed += sum(pair is not None for pair in months[0].units.values())
        assert recovered(months, truth) == [], seed
        open_ += len(recovered(alone(rows), truth))
        numbers += sum(0 < n < 5 for month in truth for pair in month.values() for n in pair)
    assert printed and numbers and open_, "the attacker finds nothing where nothing is guarded, so it proves nothing"
