"""The brief for leaders says what the ranking says, on one page and on slides that can be edited."""

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pptx
import pytest
from pypdf import PdfReader

from data.store import Store
from formats import brief_pdf
from formats.brief import CELLS, Finding, Named
from formats.slides import slides_bytes
from i18n import translate
from reports.documents import Outlook, brief, round_results
from reports.documents.brief import CANNOT, WORDS, _sheets
from results import number_format
from results.comparison.year_on_year import changes, round_before
from results.home.round_cards import round_cards
from results.home.year_strip import YearFacts, year_strip
from results.labels import VERDICTS
from tests.support.categories import load_categories
from tests.support.papers import ODD_NAMES, store_of
from tests.support.real_ballots import load_real_ballots
from tests.support.stores import Biaochi

DAY = date(2026, 1, 15)


def brief_of(store, round_id="2025", language="zh", kind="brief"):
    """The brief of a round as of a day, made of what the command makes it of."""
    release = store.release()
    round_ = release.round(round_id)
    found, before = round_results(round_), round_before(round_)
    compared = [changes(release.round(before), round_, one.family.name) for one in found.lists] if before else []
    steps = year_strip(YearFacts(round_, store.history(), store.status(round_id), 0, None), DAY)
    outlook = Outlook(round_cards(round_, found.lists), before, compared, steps, DAY)
    return brief(found, outlook, language, kind=kind)


@pytest.fixture(scope="module")
def told(town_path):
    """The brief of the town by language."""
    store = Store(town_path, threads=2)
    return {language: brief_of(store, language=language) for language in ("zh", "en")}


def wanted(row, language="zh") -> tuple[str, ...]:
    """CELLS of a row of `ranking --format json`, blanks left out."""
    cells = (
        translate(VERDICTS[row["verdict"]], language),
        row["unit_name"],
        f"{row['n']:,}",
        number_format.number(row["score"], 2),
        number_format.interval(row["score_low"], row["score_high"], 2, (0, 100)),
        number_format.place(row["rank"], row["rank_tied_to"], language),
        number_format.places(row["rank_best"], row["rank_worst"]),
    )
    return tuple(re.sub(r"\s+", "", cell) for cell in cells)


def tables_of(content: bytes) -> list[list[list[str]]]:
    deck = pptx.Presentation(io.BytesIO(content))
    return [
        [[re.sub(r"\s+", "", cell.text_frame.text) for cell in row.cells] for row in shape.table.rows]
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
    ]


def charts_of(content: bytes) -> list:
    deck = pptx.Presentation(io.BytesIO(content))
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def named_in(rows):
    return [row for row in rows if row["verdict"] in ("confirmed", "undecided") and row["rank"] is not None]


LABEL = {"zh": "{name}（{n:,} 票）", "en": "{name} ({n:,} votes)"}
MORE = {"zh": r"另有(\d+)个证据不足", "en": r"and(\d+)moreundecided"}
"""Spaces are left out."""


def assert_page_and_slides_say_what_the_ranking_says(call, folder, round_id="2025", language="zh"):
    """Both are written by the command and read back by other programs."""
    page, slides = folder / f"brief-{language}.pdf", folder / f"slides-{language}.pptx"
    for kind, path in (("brief", page), ("slides", slides)):
        words = ("--round", round_id, "--kind", kind, "--as-of", "2026-01-15", "-o", path)
        call("bulletin", *words, lang=language)
    rows = named_in(call.json("ranking", "--round", round_id)["rows"])
    assert rows
    read = PdfReader(page)
    assert len(read.pages) == 1
    text = re.sub(r"\s+", "", read.pages[0].extract_text())
    lines = {tuple(line) for table in tables_of(slides.read_bytes()) for line in table}
    scores = {
        name: value
        for chart in charts_of(slides.read_bytes())
        for series in chart.plots[0].series
        for name, value in zip(chart.plots[0].categories, series.values, strict=True)
        if value is not None
    }
    hidden = 0
    for row in rows:
        verdict, name, *figures = wanted(row, language)
        confirmed = row["verdict"] == "confirmed"
        on_page = name + "".join(figures) in text
        on_slide = (name, figures[0], figures[2], figures[4])
        told = any(
            line[0].startswith(f"{'◆' if confirmed else '○'}{verdict}") and line[1:] == on_slide for line in lines
        )
        label = LABEL[language].format(name=row["unit_name"], n=row["n"])
        assert scores.get(label) == (row["score"] if told else None), label
        assert (told and on_page) or not confirmed, (row, lines)
        hidden += not told
    counted = re.findall(MORE[language], "".join(words_of(slides.read_bytes())))
    assert hidden == sum(map(int, counted))


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.sweep)])
def test_page_and_slides_say_what_the_ranking_says(own_town, tmp_path, language):
    assert_page_and_slides_say_what_the_ranking_says(own_town, tmp_path, language=language)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_so_they_do_for_1128_real_units_and_for_one_category_of_four(biaochi, tmp_path, language):
    load_real_ballots(biaochi.store)
    assert_page_and_slides_say_what_the_ranking_says(biaochi, tmp_path, "2010", language)
    four = Biaochi(tmp_path / "four", biaochi.capture)
    load_categories(four.store, 1, 4, settled=1)
    assert_page_and_slides_say_what_the_ranking_says(four, tmp_path, language=language)


def words_of(content: bytes) -> list[str]:
    deck = pptx.Presentation(io.BytesIO(content))
    texts = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    return [re.sub(r"\s+", "", text) for text in texts]


@pytest.mark.sweep
def test_every_name_on_the_page_has_its_evidence(told):
    for language, made in told.items():
        text = PdfReader(io.BytesIO(brief_pdf.typeset(made).content)).pages[0].extract_text()
        flat = re.sub(r"\s+", "", text)
        shown = next(sheet for sheet in made.sheets if all(_line(unit) in flat for unit in _units(sheet)))
        for words in (made.headline, made.promise, *(translate(said, language) for said in CANNOT)):
            assert re.sub(r"\s+", "", words) in flat
        for heading in ("confirmed", "cannot", "change", "steps"):
            assert re.sub(r"\s+", "", translate(WORDS[heading], language)) in flat
        assert made.release in flat
        assert shown.confirmed == tuple(unit for one in made.findings for unit in one.confirmed)


def _units(sheet):
    return [*sheet.confirmed, *(unit for one in sheet.findings for unit in one.undecided)]


def _line(unit) -> str:
    return re.sub(r"\s+", "", unit.cells["unit"] + unit.note + "".join(unit.cells[name] for name in CELLS[2:]))


def test_a_name_without_evidence_or_under_another_verdict_is_refused(told):
    unit = next(unit for one in told["zh"].findings for unit in (*one.confirmed, *one.undecided))
    for part in CELLS:
        with pytest.raises(ValueError, match=part):
            replace(unit, cells={**unit.cells, part: ""})
    other = Named("undecided", unit.category, unit.cells, unit.score, unit.low, unit.high)
    with pytest.raises(ValueError, match="another verdict"):
        Finding("甲", "", (other,), ())


def test_same_content_gives_the_same_bytes_without_times(told):
    made = told["zh"]
    first, again = (slides_bytes(replace(made, kind="slides")) for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest()
    assert brief_pdf.typeset(made).content == brief_pdf.typeset(made).content
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {info.date_time for info in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in parts.read("docProps/core.xml")


def test_the_chart_opens_its_figures_as_a_sheet(told):
    """What a person edits behind a chart are the scores and the lengths of the intervals that the chart draws."""
    made = told["zh"]
    for chart in charts_of(slides_bytes(made)):
        sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        heads = [cell.value for cell in sheet[1]]
        for at, series in enumerate(chart.plots[0].series):
            assert heads[1 + at] == series.name
            scores = [row[1 + at] for row in sheet.iter_rows(min_row=2, values_only=True)]
            # A sheet keeps 16 digits of a number.
            assert [value and round(value, 12) for value in scores] == [v and round(v, 12) for v in series.values]
            bars = series._element.xpath("c:errBars/c:plus/c:numRef/c:numCache/c:pt/c:v")
            drawn = [float(value.text) for value in bars]
            column = [row[4 + 2 * at] for row in sheet.iter_rows(min_row=2, values_only=True)]
            assert drawn == pytest.approx([value for value in column if value is not None], abs=1e-12)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_on_a_slide_lies_outside_it_or_over_something_else(told, language):
    deck = pptx.Presentation(io.BytesIO(slides_bytes(replace(told[language], kind="slides"))))
    for slide in deck.slides:
        boxes = [(part.left, part.top, part.left + part.width, part.top + _height(part)) for part in slide.shapes]
        for at, (left, top, right, bottom) in enumerate(boxes):
            assert left >= 0 and top >= 0 and right <= deck.slide_width and bottom <= deck.slide_height
            over = [b for b in boxes[:at] if left < b[2] and b[0] < right and top < b[3] and b[1] < bottom]
            assert not over, [part.text_frame.text for part in slide.shapes if part.has_text_frame]


def _height(part) -> int:
    return sum(row.height for row in part.table.rows) if part.has_table else part.height


@pytest.mark.slow  # two minutes: 180 units in 60 categories are ranked and set ten times
def test_any_round_fits_one_page(tmp_path):
    """Sixty categories of odd names, and changes of most of them."""
    names = [*ODD_NAMES, *(f"第{n}局" for n in range(180 - len(ODD_NAMES)))]
    made = brief_of(store_of(tmp_path / "var", names, 3, followed=True))
    read = PdfReader(io.BytesIO(brief_pdf.typeset(made).content))
    assert len(read.pages) == 1
    assert made.release in re.sub(r"\s+", "", read.pages[0].extract_text())


@pytest.mark.sweep
def test_two_hundred_confirmed_units_are_counted_where_the_page_ends(told):
    """However many units are confirmed, the page says how many it does not list; the slides have all."""
    made = told["zh"]
    unit = next(unit for one in made.findings for unit in one.confirmed)
    crowd = tuple(replace(unit, cells={**unit.cells, "unit": f"第{n}局"}) for n in range(200))
    found = replace(made.findings[0], confirmed=crowd, undecided=())
    full = replace(made, findings=(found,), sheets=tuple(_sheets([found], made.moved, "zh")))
    read = PdfReader(io.BytesIO(brief_pdf.typeset(full).content))
    assert len(read.pages) == 1
    assert re.search(r"另有1[78]\d个单位确认末位", re.sub(r"\s+", "", read.pages[0].extract_text()))
    names = {line[1] for table in tables_of(slides_bytes(full)) for line in table}
    assert {f"第{n}局" for n in range(200)} <= names


@pytest.mark.sweep
@pytest.mark.parametrize(
    "words",
    [
        ["--kind", "slides", "--format", "pdf"],
        ["--kind", "brief", "--format", "docx"],
        ["--kind", "brief", "--category", "部门"],
        ["--kind", "brief", "--as-of", "tomorrow"],
    ],
)
def test_wrong_calls_are_told(words, own_town, tmp_path):
    own_town("bulletin", "--round", "2025", *words, "-o", tmp_path / "x", code=2)
    assert own_town.err and not (tmp_path / "x").exists()
