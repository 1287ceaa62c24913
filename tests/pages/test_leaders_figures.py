"""The figures that a leader knows from the text are on the pages of the schemes, in both languages."""

import re

import pytest

from tests.pages.test_schemes import captions, scheme_page

pytestmark = [pytest.mark.sweep, pytest.mark.parametrize(("language", "at"), [("zh", 0), ("en", 1)])]


def plain(text):
    """A text as it is read: without the signs that keep Markdown and lines from breaking it."""
    return re.sub(r"\\(.)", r"\1", str(text)).replace("\u2060", "")


def texts_of(test):
    return [plain(item.value) for item in (*test.metric, *test.caption, *test.markdown)]


def lines_of(test):
    """The cells of every row of every table of a page, as they are read."""
    tables = [element.value for element in (*test.dataframe, *test.table)]
    return [[plain(cell) for cell in row] for table in tables for row in table.itertuples(index=False)]


@pytest.fixture
def with_document(monkeypatch, language):
    """with_document(test, name, kind): the page after the reader has chosen a document of the scheme."""

    def chosen(test, name, kind):
        # AppTest words the buttons outside of a session, where the language is the default.
        monkeypatch.setattr("ui.i18n.DEFAULT", language)
        test.segmented_control(key=f"{name}_document").set_value(kind).run()
        assert not test.exception
        return test

    return chosen


def of(rows, *first):
    """The rest of the single line that begins with these cells."""
    (found,) = [row for row in rows if tuple(row[: len(first)]) == first]
    return found[len(first) :]


def test_twelve_incidents_53_talks_and_admonitions_41_persons(schemes_path, monkeypatch, with_document, language, at):
    test = scheme_page(schemes_path, monkeypatch, language, scheme="inquiry", period="2025")
    rows = lines_of(with_document(test, "inquiry", "year"))
    for names, years in (
        (("通报责任事故", "Incidents circulated"), ["5", "4", "3", "12"]),
        (("约谈", "Summons for talks"), ["13", "10", "8", "31"]),
        (("诫勉", "Admonitions"), ["8", "8", "6", "22"]),
        (("约谈诫勉", "Talks and admonitions"), ["21", "18", "14", "53"]),
        (("追责处理人数", "Persons held responsible"), ["17", "15", "10", "41"]),
    ):
        assert [row[1:5] for row in rows if row[0] == names[at] and len(row) == 6 and row[5]] == [years], names
    assert [text for text in texts_of(test) if "41" in text and "42" in text], "why 17 + 15 + 10 is not 41"


def test_31_are_vetoed_of_240_and_two_thirds_is_a_line(schemes_path, monkeypatch, with_document, language, at):
    test = scheme_page(schemes_path, monkeypatch, language, scheme="approval", period="2025")
    assert [text for text in texts_of(test) if re.search(r"235\D+31\D|31\D+235", text)]
    assert [text for text in texts_of(test) if re.search(r"(?<!\d)240(?!\d)", text)], (
        "all that were assessed are in the register"
    )
    matters = {row[1]: row for row in lines_of(test) if len(row) == 9}
    verdicts = {"confirmed": ("确认未达标", "Line missed"), "cleared": ("确认达标", "Line reached")}
    verdicts |= {"undecided": ("证据不足", "Not enough evidence")}
    for counted, verdict in (
        *(("666 / 1,000", "confirmed"), ("667 / 1,000", "cleared"), ("213 / 290", "undecided")),
        *(("214 / 300", "cleared"), ("480 / 500", "undecided"), ("400 / 615", "undecided")),
    ):
        assert any(cell.startswith(verdicts[verdict][at]) for cell in matters[counted]), counted
    rows = lines_of(with_document(test, "approval", "year"))
    for name in ("三高招商", "城市改造", "土地征用"):
        assert of(rows, name)[0] == "3"


def test_36_messengers_93_people_in_six_grids_three_days_a_week(schemes_path, monkeypatch, language, at):
    test = scheme_page(schemes_path, monkeypatch, language, scheme="echo", period="2026Q1")
    assert test.metric[0].value == "480" and [text for text in captions(test) if re.match(r"1,042(/| of )1,116", text)]
    (people,) = [text for text in texts_of(test) if "93" in text and "36" in text]
    assert re.search(r"(?<!\d)6( ?个网格| places)", people) and "2026-03-31" in people
    grids = [row for row in lines_of(test) if len(row) == 16]
    weeks = [[row[column].split("/")[-1] for row in grids] for column in range(3, 16)]
    assert weeks[0] == ["16", "16", "16", "15", "15", "15"] and weeks[7] == ["–"] * 6
    assert all(week == weeks[0] for place, week in enumerate(weeks) if place != 7)  # 93 x 13 less the week without work
    assert sum(int(row[1].split("/")[1]) for row in grids) == 1116 == 93 * 13 - 93
    assert of(lines_of(test), ("答复期限（工作日）", "Working days for an answer")[at])[0] == "7"
    assert of(lines_of(test), ("每周走访天数", "Days of visits in a week")[at])[0] == "3"


@pytest.mark.parametrize(("year", "shares"), [("2025", "472/473"), ("2026Q1", "429/432")])
def test_480_opinions_a_year_of_which_one_was_answered_late(schemes_path, monkeypatch, language, at, year, shares):
    """In 2026 two more are overdue; those that are not due yet are in no share."""
    test = scheme_page(schemes_path, monkeypatch, language, scheme="echo", period=year)
    figures = [metric.value for metric in test.metric]
    share = re.compile(shares.replace("/", "(/| of )"))
    assert figures[0] == "480" and [text for text in captions(test) if share.match(text)]
    met, base = map(int, shares.split("/"))
    assert base - met - int(figures[2]) == 1


def test_14_million_yuan_and_the_roads(schemes_path, monkeypatch, language, at):
    test = scheme_page(schemes_path, monkeypatch, language, scheme="assembly", period="2026")
    (line,) = [text for text in texts_of(test) if "14,000,000.00" in text]
    assert all(number in line for number in ("930,000.00", "1,520,000.00", "11,550,000.00", "24.0", "20.5"))
    funds = [row for row in lines_of(test) if len(row) == 10 and "/" in row[2]]
    given = {(re.search(r"[\d.]+", row[1])[0], *map(float, row[3:7])) for row in funds}
    assert given == {
        ("6.2", 3_100_000, 200_000, 400_000, 2_500_000),
        ("5.4", 2_700_000, 180_000, 320_000, 2_200_000),
        ("4.8", 2_400_000, 150_000, 250_000, 2_000_000),
        ("4.1", 2_050_000, 130_000, 220_000, 1_700_000),
        ("3.5", 1_750_000, 110_000, 140_000, 1_500_000),
        ("11.3", 1_100_000, 90_000, 110_000, 900_000),
        ("9.2", 900_000, 70_000, 80_000, 750_000),
    }


def test_500_and_100_yuan_make_200_000_within_the_month_and_the_first_paid_1_500(
    schemes_path, monkeypatch, with_document, language, at
):
    test = scheme_page(schemes_path, monkeypatch, language, scheme="assembly", period="2024")
    with_document(test, "assembly", "accounts")
    (shares,) = [text for text in texts_of(test) if "500.00" in text and "2024-04-09" in text]
    first, second = (
        ("300 人每人 500.00 元", "500 人每人 100.00 元"),
        ("300 persons with 500.00 yuan each", "500 persons with 100.00 yuan each"),
    )[at]
    assert first in shares and second in shares and shares.count("200,000.00") == 2
    test.text_input(key="address_fund_entry_text").input("FS-L1").run()
    entries = [row for row in lines_of(test) if len(row) == 7 and row[1] == "FS-L1"]
    oldest = min(entries, key=lambda row: row[2])
    assert oldest[2:4] == ["2024-03-09", "收入"] and float(oldest[5]) == 1500
    paid = [float(row[5]) for row in entries if row[4] == "集资" and row[2] <= "2024-04-09"]
    assert sum(paid) == 200_000


def test_24_posts_30_points_32_receptions_a_year_and_1240_pairings(schemes_path, monkeypatch, language, at):
    held, day = 0, "2025-12-31"
    for year in ("2023", "2024", "2025"):
        test = scheme_page(schemes_path, monkeypatch, language, scheme="contact", period=year, **{"as-of": day})
        (found,) = [text for text in captions(test) if re.fullmatch(r"(接访场次：|Receptions held: )\d+", text)]
        held += int(re.search(r"\d+", found)[0])
    assert held == 96
    posts = test.dataframe[0].value
    assert len(posts) == 24 and posts[("挂点数", "Contact points")[at]].sum() == 30
    test = scheme_page(schemes_path, monkeypatch, language, scheme="contact", period="2026")
    assert [text for text in captions(test) if text.endswith("1,240")]
