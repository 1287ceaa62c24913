"""Page and documents of risk assessments over the demonstration, in both languages."""

from datetime import date
from fractions import Fraction

import pytest

from data.store import Store
from formats.table_kinds import KINDS
from i18n import LANGUAGES
from schemes import scheme_of
from schemes.approval import documents, page, words
from schemes.approval.surveys import forest, may_leave, printed_share
from schemes.chosen import choose
from schemes.frame import Period, records
from tests.pages.test_pages import opened
from tests.support.schemes import load_scheme

APPROVAL = scheme_of("approval")


@pytest.fixture(scope="module")
def path(once_a_run):
    return once_a_run("approval", lambda path: load_scheme(path, APPROVAL))


@pytest.fixture(scope="module")
def release(path):
    found = Store(path).release()
    yield found
    found.close()


def chosen(release, period="2025"):
    return choose(APPROVAL, release, Period.of(period), date(2026, 3, 31))


def shown(test):
    return "\n".join(
        str(part.value) for kind in ("metric", "caption", "subheader", "info") for part in getattr(test, kind)
    )


@pytest.mark.sweep
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_figures_of_the_text(path, monkeypatch, language):
    test = opened("schemes/scheme", path, monkeypatch, language, scheme="approval", period="2025")
    metrics = {part.label: part.value for part in test.metric}
    assert list(metrics.values()) == ["76", "44", "9", "1"]
    text = shown(test)
    assert ("累计" in text) == (language == "zh") and "31" in text
    assert "{" not in text and "approval_" not in text
    tables = [frame.value for frame in test.dataframe]
    forest_rows = next(frame for frame in tables if len(frame.columns) == 9)
    assert len(forest_rows) == 65
    by_base = forest_rows.set_index(forest_rows.columns[1])
    wanted = {
        "zh": {"666 / 1,000": (66.6, "差1", "确认未达标"), "667 / 1,000": (66.7, "达标", "确认达标")},
        "en": {
            "666 / 1,000": (66.6, "1 short", "Line missed"),
            "667 / 1,000": (66.7, "reached", "Line reached"),
        },
    }
    for base, cells in wanted[language].items():
        row = by_base.loc[base].tolist()
        assert [cell for cell in cells if cell not in row] == []
    more = by_base.loc["213 / 290"].iloc[-2]
    assert (
        more
        == {"zh": "按目前的比例，再有10份答卷就能证明。", "en": "At this share, 10 more answers would prove it."}[
            language
        ]
    )


@pytest.mark.sweep
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quarter_without_a_survey_and_a_store_without_tables(path, monkeypatch, store_path, language):
    test = opened("schemes/scheme", path, monkeypatch, language, scheme="approval", period="2026-02")
    assert len(test.metric) == 4 and not any(len(frame.value.columns) == 9 for frame in test.dataframe)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_forest_is_sorted_and_says_everything_in_words_as_well(release, monkeypatch, language):
    monkeypatch.setattr(page, "language", lambda: language)
    found = page.forest_of(chosen(release))
    place = {"confirmed": 0, "undecided": 1, "cleared": 2, "not_tested": 3}
    order = [(place[row["verdict"]], row["low"] if row["low"] is not None else 2) for row in records(found)]
    assert order == sorted(order)
    figure = page.forest_chart(chosen(release), found)
    names = [trace.name for trace in figure.data]
    assert len(names) == len(set(names)) == 7  # three verdicts, volunteers, three questions
    squares = [trace for trace in figure.data if trace.marker.symbol == "square-open"]
    assert len(squares) == 1 and squares[0].error_x.array is None, "volunteers have no bar"
    bars = {trace.marker.symbol for trace in figure.data if trace.error_x.array is not None}
    assert bars == {"diamond", "circle-open", "circle"}
    beside = [note.text for note in figure.layout.annotations]
    assert any(note.startswith("666/1,000") for note in beside) and "2/3" in beside


def test_a_percentage_never_reads_as_a_line_that_is_not_reached():
    line = Fraction(2, 3)
    assert printed_share(640, 1000, line) == "64.00%"
    assert printed_share(2, 3, line) == "66.67%"
    assert printed_share(66666, 100000, line) == "66.666%"
    assert printed_share(1999999, 3000000, line) == "66.6666%"
    assert printed_share(1, 1, line) == "100.00%" and printed_share(0, 7, line) == "0.00%"


@pytest.mark.sweep
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(documents.DOCUMENTS))
def test_every_document(release, kind, language):
    made = documents.DOCUMENTS[kind](chosen(release), language)
    assert made.secrecy == ("" if kind == "published" else made.secrecy) and bool(made.secrecy) == (kind != "published")
    text = str(made)
    assert "2026-03-31" in text and "{" not in "".join(p for section in made.sections for p in section.paragraphs)
    lines = {table.kind: len(table.rows) for table in made.tables()}
    if kind == "year":
        assert lines["approval_refusals"] == 9 and lines["scheme_divided"] == 9
    if kind == "quarter":
        assert lines["approval_filings"] == 68
    if kind == "published":
        columns = KINDS["approval_published"].names
        assert "unit" not in columns and lines["approval_published"] == 65


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_opinion_on_a_matter(release, language):
    question = chosen(release)
    found = forest(question.frames, question.asked, question.settings)
    (number,) = found.loc[(found["yes"] == 213) & (found["n"] == 290), "assess_no"]
    assert number in documents.matters_by_number(question)
    made = documents.opinion(question, language, item=number)
    paragraphs = "\n".join(text for section in made.sections for text in section.paragraphs)
    for part in ("213 / 290 = 73.45%", "0.050851", "ZX-"):
        assert part in paragraphs
    said = {"zh": "不能说利益相关人中有2/3认可", "en": "not that 2/3 of the people concerned do"}[language]
    assert said in paragraphs
    bases, three = (table for table in made.tables() if table.kind == "approval_bases")
    assert [row.cells["n"] for row in bases.rows] == ["286", "290", "300", "271"] and len(three.rows) == 3


def test_small_numbers_stay_inside(release):
    question = chosen(release)
    found = forest(question.frames, question.asked, question.settings).head(6)
    small = found.assign(n=[29, 30, 30, 30, 30, 30], yes=[15, 15, 4, 5, 25, 26])
    assert may_leave(small)[["yes", "n"]].values.tolist() == [[15, 30], [5, 30], [25, 30]]


def test_every_code_has_a_word():
    for measure in APPROVAL.measures:
        assert APPROVAL.word(measure.name) != measure.name and APPROVAL.word(measure.of_what) != measure.of_what
    for name in vars(APPROVAL.settings):
        assert APPROVAL.word(name) != name, name
    assert set(words.DOCUMENT_WORDS) == set(documents.DOCUMENTS)
