"""Demonstration of assemblies: every figure of the source text comes out of the files through the real import."""

from datetime import date

import pytest

from data.sample.community import City
from data.store import ImportOptions, Store
from formats.document import Table
from reports.documents.scheme import tables_of
from schemes import checks, scheme_of
from schemes.assembly import documents
from schemes.assembly.accounts import projects_shown, sums_of
from schemes.assembly.demo import ROADS, files
from schemes.assembly.measures import decisions
from schemes.chosen import attention, choose, rows
from schemes.frame import Period
from tests.support.schemes import complete, value

LAST = date(2026, 3, 31)


def load(path):
    made = Store(path, threads=2)
    notes = []
    for file in files(City()):
        options = ImportOptions(demo=True, as_of=file.as_of)
        report = made.import_files(file.kind, [(file.name, file.content)], file.round_id, options, checks=checks(made))
        assert report.stored and report.problems == [], (file.name, [problem.code for problem in report.problems])
        notes += [problem.code for problem in report.notes]
    made.publish()
    return sorted(set(notes))


@pytest.fixture
def release(store_path, made_once):
    made_once(lambda: load(store_path))
    found = Store(store_path, threads=2).release()
    yield found
    found.close()


def asked(release, period="2026Q1", day=LAST, **narrowed):
    return choose(scheme_of("assembly"), release, Period.of(period), day, **narrowed)


@pytest.mark.sweep
def test_the_files_are_read_without_a_question(store_path):
    assert load(store_path) == ["no_quorum", "several_shares"]


@pytest.mark.sweep
def test_the_table_of_projects_is_exact(release):
    shown = projects_shown(asked(release).frames, LAST).set_index("project_no")
    table = {
        "FS-L1": (6200, 200_000, 400_000, 2_500_000, 3_100_000),
        "SQ-L1": (5400, 180_000, 320_000, 2_200_000, 2_700_000),
        "LX-L1": (4800, 150_000, 250_000, 2_000_000, 2_400_000),
        "HX-L1": (4100, 130_000, 220_000, 1_700_000, 2_050_000),
        "DP-L1": (3500, 110_000, 140_000, 1_500_000, 1_750_000),
        "BM-L1": (11300, 90_000, 110_000, 900_000, 1_100_000),
        "CL-L1": (9200, 70_000, 80_000, 750_000, 900_000),
    }
    columns = ["集资", "捐款", "项目补助", "raised"]
    got = {number: (row["metres"], *(int(row[name]) // 100 for name in columns)) for number, row in shown.iterrows()}
    assert got == table
    sums = sums_of(shown)
    assert [sums[name] // 100 for name in columns] == [930_000, 1_520_000, 11_550_000, 14_000_000]
    assert (sums["concrete"], sums["gravel"]) == (24_000, 20_500)
    assert {row["kind"] for _, row in shown.iterrows()} == {"水泥路", "泥结碎石路"}


@pytest.mark.sweep
def test_measures_give_the_sums_of_the_text(release):
    found = complete(rows(asked(release)))
    in_all = ("raised_in_all", "concrete_in_all", "gravel_in_all")
    assert [value(found, name) for name in in_all] == [1_400_000_000, 24_000, 20_500]
    by_place = rows(asked(release).by("place"))
    assert value(by_place, "raised_in_all", "FS") == 310_000_000
    years = [rows(asked(release, year)) for year in ("2023", "2024", "2025", "2026")]
    assert sum(value(year, "raised") for year in years) == 1_400_000_000


@pytest.mark.sweep
def test_the_village_raises_its_share_within_a_month_and_the_first_payment_is_of_a_household_of_three(release):
    entries = asked(release).frames["fund_entry"]
    own = entries[(entries["project_no"] == "FS-L1") & (entries["source"] == "集资")].sort_values(["date", "entry_no"])
    first = own.iloc[0]
    assert (str(first["date"])[:10], first["amount"]) == ("2024-03-09", 1500.0)
    assert own.loc[own["date"] <= "2024-04-09", "amount"].sum() == 200_000 == own["amount"].sum()
    assert len(entries) < 400  # the import stays quick
    levies = rows(asked(release, "2024").by("place"))
    shares = {key: value(levies, "levies_reached", key) for key in ("FS", "HX", "LX")}
    assert shares == {"FS": 1, "HX": 0, "LX": 1}


def test_votes_a_missed_quorum_and_an_assembly_in_parts_are_among_them(release):
    decided = decisions(asked(release).frames).set_index(["meeting_no", "item"])
    assert (
        decided.loc[("BB-2024-08", 1), "result"] == "no_quorum" and decided.loc[("BB-2024-08", 1), "printed"] == "通过"
    )
    parts = decided.loc[("BB-2025-04", 1)]
    assert (parts["entitled"], parts["present"], parts["yes"], parts["result"]) == (156, 110, 79, "passed")
    assert (decided["result"] == "passed").sum() == 11


def test_what_a_clerk_must_do_is_staged(release):
    listed = attention(asked(release))
    assert listed[["what", "key"]].values.tolist() == [
        ["not_posted", "CL-L1"],
        ["not_started", "M-0508"],
        ["no_monitors", "CL-L1"],
    ]
    earlier = attention(asked(release, "2024", date(2024, 4, 5)))
    assert earlier.empty


def test_a_village_has_its_own_page_and_no_money_of_others(release):
    village = asked(release, place="FS")
    assert value(rows(village), "raised_in_all") == 310_000_000 and value(rows(village), "held") == 0
    assert list(projects_shown(village.frames, LAST)["project_no"]) == ["FS-L1"]


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["en", "zh"])
def test_documents_say_the_test_in_integers_and_no_payer(release, language):
    year = asked(release, "2024", date(2024, 12, 31))
    minutes = documents.minutes(year, language)
    text = "\n".join(paragraph for section in minutes.sections for paragraph in section.paragraphs)
    assert all(number in text for number in ("200", "300", "214")) and "151" in text
    cells = [row.cells for table in minutes.tables() for row in table.rows]
    assert {"yes": "187", "needed": "108/214"}.items() <= next(c for c in cells if c["yes"] == "187").items()
    posted = documents.accounts(year, language)
    assert posted.secrecy == "" and "H0001" not in str(posted)
    amounts = [row.cells["amount"] for table in posted.tables() for row in table.rows]
    assert "200,000.00" in amounts and len(posted.tables()) == sum(road.held.year <= 2024 for road in ROADS)
    figures = documents.figures(year, language)
    assert figures.secrecy and isinstance(tables_of(figures)[0], Table)
