"""Letters on pledges: what is due this quarter and what is overdue, a unit a letter, as PDF and Word."""

import csv
import io
import zipfile
from datetime import date

import pytest

from data.model.working_days import work_calendar
from reports.documents.pledge_letter import pledge_letter, to_warn
from results.pledges.progress import quarter_report

DAY = date(2025, 8, 20)


@pytest.fixture(scope="module")
def report(town_path):
    from data.store import Store

    release = Store(town_path, threads=1).release()
    yield release, quarter_report(release.round("2025"), DAY)
    release.close()


def items(made):
    return [row.cells["item"] for section in made.sections if section.table for row in section.table.rows]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_letter_lists_every_due_and_overdue_item_of_its_unit_once(report, language):
    release, found = report
    units = to_warn(found)
    assert units
    for code, name in units:
        made = pledge_letter(release, found, code, work_calendar(), 10, language)
        rows = found.warnings[found.warnings["unit_code"] == code]
        asked = rows[rows["overdue"] | rows["due_this_quarter"] | rows["not_reported"]]
        assert sorted(items(made)) == sorted(asked["item"]) and made.subject == name
        late = bool(rows["overdue"].any())
        word = {"zh": ("预警函" if late else "提醒函"), "en": ("Warning" if late else "Reminder")}[language]
        assert word in made.title and made.secrecy
        told = " ".join(text for section in made.sections for text in section.paragraphs)
        assert ("2025年10月21日" if language == "zh" else "2025-10-21") in told  # 11 October is a worked Saturday


def test_units_without_a_due_or_overdue_item_get_none(report):
    _, found = report
    quiet = found.warnings[~(found.warnings["overdue"] | found.warnings["due_this_quarter"])]
    assert set(quiet["unit_code"]) - {code for code, _ in to_warn(found)}


@pytest.mark.sweep
def test_all_letters_leave_as_pdf_and_word_and_each_alone(own_town, tmp_path):
    own_town("letters", "--round", "2025", "--pledges", "--as-of", DAY, "-o", tmp_path / "letters.zip")
    with zipfile.ZipFile(tmp_path / "letters.zip") as packed:
        names = packed.namelist()
    assert names and len(names) % 2 == 0 and {name.rpartition(".")[2] for name in names} == {"pdf", "docx"}
    entry = list(csv.DictReader(io.StringIO(own_town("audit", lang="en").decode("utf-8-sig"))))[-1]
    assert "pledge-letters.zip" in entry.values()
    words = ("bulletin", "--kind", "pledge-letter", "--round", "2025", "--unit", "NONE", "-o", tmp_path / "x.pdf")
    own_town(*words, code=2)
