"""The figures that a leader knows from the text come out of the commands over the demonstration, not of a generator."""

import csv
import io
import re
from datetime import date

import pytest
from docx import Document

from tests.reference import plain_clock
from tests.support.stores import Biaochi

pytestmark = pytest.mark.sweep


@pytest.fixture
def city(schemes_path, capsysbinary):
    return Biaochi(schemes_path, capsysbinary)


def measured(city, name, *words):
    """(measure, key) -> value and base of the rows of a command."""
    rows = city.json("scheme", name, *words)["rows"]
    return {(row["measure"], row["key"]): (row["value"], row["n"]) for row in rows}


def exported(city, kind, round_id):
    return list(csv.DictReader(io.StringIO(city("export", kind, "--round", round_id).decode("utf-8-sig"))))


def test_twelve_incidents_53_talks_and_admonitions_41_persons(city, tmp_path):
    years = [measured(city, "inquiry", "--year", year) for year in ("2023", "2024", "2025")]
    found = {name: [year[name, ""][0] for year in years] for name in ("incidents", "talks_and_admonitions", "persons")}
    assert found == {"incidents": [5, 4, 3], "talks_and_admonitions": [21, 18, 14], "persons": [17, 15, 10]}
    assert [sum(found[name]) for name in found] == [12, 53, 41 + 1], "a person of two years counts once in three"
    target = tmp_path / "year.docx"
    city("bulletin", "--kind", "inquiry-year", "--period", "2025", "-o", target)
    lines = [[cell.text.strip() for cell in row.cells] for table in Document(str(target)).tables for row in table.rows]
    for wanted in (["5", "4", "3", "12"], ["21", "18", "14", "53"], ["17", "15", "10", "41"]):
        assert any([text for text in line if text in wanted][:4] == wanted for line in lines), wanted


def test_31_are_vetoed_666_fail_and_667_pass(city):
    years = [measured(city, "approval", "--year", year) for year in ("2023", "2024", "2025")]
    assert [year["vetoed", ""][0] for year in years] == [12, 10, 9] and 12 + 10 + 9 == 31
    assert [year["assessed", ""][0] for year in years] == [84, 80, 76]
    by_class = [measured(city, "approval", "--year", year, "--by", "class") for year in ("2023", "2024", "2025")]
    classes = ("三高招商", "城市改造", "土地征用")
    assert [[year["vetoed", name][0] for name in classes] for year in by_class] == [[5, 4, 3], [4, 4, 2], [3, 3, 3]]
    rows = city.json("scheme", "approval", "--year", "2025", "--by", "assessment")["rows"]
    asked = {(round(row["value"] * row["n"]), row["n"]): row["verdict"] for row in rows if row["measure"] == "approval"}
    assert (asked[666, 1000], asked[667, 1000]) == ("confirmed", "cleared")
    assert (asked[213, 290], asked[214, 300], asked[480, 500]) == ("undecided", "cleared", "undecided")
    assert asked[400, 615] == "undecided", "400 of 600 valid answers reach the line, 400 of 615 returned do not"
    for yes, verdict in ((666, "确认未达标"), (667, "确认达标")):
        found = city("scheme", "approval", "what-if", "--yes", yes, "--n", 1000, "--population", 1000).decode()
        assert re.search(rf"赞成 +{yes}\n", found) and re.search(rf"认定 +{verdict}\n", found)


def test_36_messengers_93_people_in_six_grids_seven_working_days_three_days_a_week(city):
    roles = [row["身份"] for row in exported(city, "person", "2025")]
    grids = [row["地点"] for row in exported(city, "person", "2025") if row["身份"] not in ("民情信使", "领导干部")]
    assert roles.count("民情信使") == 36
    assert sorted(grids.count(f"KZ-{number}") for number in range(1, 7)) == [15, 15, 15, 16, 16, 16]
    by_grid = measured(city, "echo", "--quarter", "2026Q1", "--by", "place")
    bases = [by_grid["weeks_met", f"KZ-{number}"][1] for number in range(1, 7)]
    assert bases == [192, 192, 192, 180, 180, 180] and sum(bases) == 1116
    counted = city.json("scheme", "echo", "clock", "2026-02-11")["rows"]
    assert (counted[-1]["day"], counted[-1]["number"]) == ("2026-02-27", 7)
    rules = city("scheme", "echo", "rules", "show").decode()
    assert "[days]\nvalue = 7" in rules and "[visit_days]\nvalue = 3" in rules
    assert measured(city, "echo", "--year", "2025")["received", ""] == (480, 480)


def test_14_million_yuan_24_and_20_5_km_a_share_of_500_and_100_and_200_000_within_the_month(city):
    whole = measured(city, "assembly", "--year", "2026")
    names = ("raised_in_all", "concrete_in_all", "gravel_in_all")
    assert [whole[name, ""][0] for name in names] == [1_400_000_000, 24_000, 20_500]  # fen and metres
    assert "14,000,000" in city("scheme", "assembly", "--year", "2026").decode()
    (road,) = [row for row in exported(city, "project", "2024") if row["项目编号"] == "FS-L1"]
    shares = {name: float(value) for name, value in road.items() if name.endswith("每份(元)") or "标准" in name}
    assert set(shares.values()) == {500, 100}
    payments = [
        row for row in exported(city, "fund_entry", "2024") if row["项目编号"] == "FS-L1" and row["来源"] == "集资"
    ]
    assert (min(row["日期"] for row in payments), float(payments[0]["金额(元)"])) == ("2024-03-09", 1500)
    assert sum(float(row["金额(元)"]) for row in payments if row["日期"] <= "2024-04-09") == 200_000
    assert measured(city, "assembly", "--year", "2024", "--by", "place")["levies_reached", "FS"] == (1, 1)
    lengths = {
        row["项目编号"]: int(row["长度(米)"])
        for year in ("2023", "2024", "2025")
        for row in exported(city, "project", year)
    }
    by_project = measured(city, "assembly", "--year", "2026", "--by", "project")
    assert sorted(
        (lengths[key], value // 100) for (name, key), (value, _) in by_project.items() if name == "raised_in_all"
    ) == [
        *((3_500, 1_750_000), (4_100, 2_050_000), (4_800, 2_400_000), (5_400, 2_700_000), (6_200, 3_100_000)),
        *((9_200, 900_000), (11_300, 1_100_000)),
    ]


@pytest.mark.parametrize("year", ["2025", "2026"])
def test_one_opinion_a_year_was_answered_on_its_due_day_and_one_a_day_later(city, year):
    """Seven working days by a plain walk through the calendar; the share on time of the command agrees."""
    opinions = [row for row in exported(city, "opinion", year) if row["意见编号"].startswith(f"HY-{year}")]
    assert len(opinions) == 480
    over = []
    for row in opinions:
        if row["答复时间"]:
            answered = date.fromisoformat(row["答复时间"][:10])
            over.append((answered - plain_clock.due(date.fromisoformat(row["收到时间"][:10]), 7)).days)
    assert [day for day in sorted(over) if day >= 0] == [0, 1]
    figures = measured(city, "echo", *(("--year", year) if year == "2025" else ("--quarter", f"{year}Q1")))
    value, base = figures["on_time", ""]
    assert base - round(value * base) - figures["overdue", ""][0] == 1


def test_24_posts_30_points_96_receptions_and_1240_pairings(city):
    for year in ("2023", "2024", "2025"):
        day = ("--as-of", "2025-12-31")
        assert measured(city, "contact", "--year", year, *day)["receptions", ""] == (32, 32)
    by_post = measured(city, "contact", "--year", "2025", "--by", "post")
    assert len([key for name, key in by_post if name == "visits_done"]) == 24
    assert len(exported(city, "contact_point", "2025")) == 30
    assert measured(city, "contact", "--year", "2026")["pairings", ""] == (1240, 1240)
