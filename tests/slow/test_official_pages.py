"""Papers on paper: each kind in both languages, as PDF and as Word through LibreOffice, measured by GB/T 9704-2012.

Needs soffice (Debian: libreoffice-writer) and pdftoppm (poppler-utils). A page is drawn and its ink is measured.
"""

import io
import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from data.model.working_days import work_calendar
from data.store import ImportOptions, Store
from data.store.objections import corrections, register
from formats.document import Form, Section
from formats.docx import word_bytes
from formats.pdf import typeset
from reports.documents import bottom_list, bulletin, circular, dossier, full_ranking, round_results, year_on_year
from reports.documents.letter import Reviewed, addressees, letter
from reports.documents.pledge_letter import pledge_letter, to_warn
from reports.documents.scheme import ITEMS
from results.comparison.year_on_year import changes
from results.pledges.progress import quarter_report
from results.ranking.ranking import ranking
from results.ranking.unit import detail, unit
from schemes import scheme_of
from schemes.chosen import choose
from schemes.frame import Period
from tests.reports.test_scheme_documents import DOCUMENTS, PERIODS
from tests.support.papers import store_of

MISSING = [program for program in ("soffice", "pdftoppm") if shutil.which(program) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (libreoffice-writer, poppler-utils)"
    ),
]
DPI = 100
AS_OF = date(2025, 9, 30)
MM = DPI / 25.4
DIGITS = "〇一二三四五六七八九"
FORMS = {
    "zh": Form(
        office="示范市委群众工作局",
        mark="示范市委群众工作局文件",
        date="2026-01-05",
        number="示群发〔2026〕3号",
        signer="李明",
        copy_number="12",
        classification="秘密",
        term="1年",
        recipients="各县（区）委，市直各单位",
        attachments=("群众评议计分办法", "参评单位名单"),
        copies_to="市人大常委会办公室，市政府办公室，市政协办公室，市纪委监委机关，市委组织部",
        printed_by="示范市委办公室",
        printed_on="2026-01-06",
    ),
    "en": Form(
        office="Public Work Office",
        date="5 January 2026",
        number="No. 3 of 2026",
        recipients="All departments",
        attachments=("Scoring rules", "List of units"),
        copies_to="City council, audit office",
        printed_by="General Office",
        printed_on="6 January 2026",
    ),
}


@dataclass(frozen=True)
class Page:
    """A drawn page. dark, red: where there is ink, a row of truth values a line of pixels."""

    dark: np.ndarray
    red: np.ndarray

    def rows(self, ink: np.ndarray, least: float = 0.0) -> np.ndarray:
        """Millimetres from the top of the rows with ink over more than `least` millimetres."""
        return np.flatnonzero(ink.sum(axis=1) > least * MM) / MM

    def columns(self) -> np.ndarray:
        return np.flatnonzero(self.dark[round(38 * MM) : round(260 * MM)].any(axis=0)) / MM


def drawn(pdf: Path) -> list[Page]:
    subprocess.run(["pdftoppm", "-r", str(DPI), pdf, pdf.with_suffix("")], check=True)
    pages = []
    for path in sorted(pdf.parent.glob(f"{pdf.stem}-*.ppm")):
        ink = np.asarray(Image.open(path).convert("RGB")).astype(int)
        path.unlink()
        red = (ink[:, :, 0] > 140) & (ink[:, :, 1] < 110) & (ink[:, :, 2] < 110)
        pages.append(Page(ink.sum(axis=2) < 380, red))
    return pages


def papers_of(store, found, language, form):
    release, round_id = found.release, found.ranking.round
    code = str(found.lists[-1].rows["unit_code"].iloc[0])
    history = unit(release, code, [ranking(release.round(round_id))])
    before, now = release.round("2024"), release.round(round_id)
    compared = [changes(before, now, one.family.name) for one in found.lists]
    return [
        bulletin(found, language, form),
        full_ranking(found, language, form),
        bottom_list(found, language, replace(form, sealed=True, signer="")),
        dossier(found, history, detail(release.round(round_id), code), language, form),
        year_on_year(found, compared, language, form),
        circular(release, quarter_report(release.round(round_id), AS_OF), language, form),
        *letters_of(store, found, language, form),
    ]


def letters_of(store, found, language, form):
    """The letter to the last unit, and the letter on pledges to the first that has one due or late."""
    round_id = found.ranking.round
    (code, _name), *_others = addressees(found, everyone=True)[::-1]
    reviewed = Reviewed(register(store, round_id, AS_OF), corrections(store, round_id), AS_OF)
    report = quarter_report(found.release.round(round_id), AS_OF)
    late, _name = to_warn(report)[0]
    return [
        letter(found, code, reviewed, language, form),
        pledge_letter(found.release, report, late, work_calendar(), 10, language, form),
    ]


def both(made, name: str, folder: Path) -> tuple[Path, Path]:
    """The PDF of Typst, and the Word file printed by LibreOffice."""
    pdf, word = folder / f"{name}.pdf", folder / f"{name}-word.docx"
    pdf.write_bytes(typeset(made).content)
    word.write_bytes(word_bytes(made))
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", folder, word], check=True, capture_output=True)
    return pdf, word.with_suffix(".pdf")


def faults_of(pages: list[Page], language: str) -> list[str]:
    """What is not as GB/T 9704-2012 has it; Word's first line stands lower in its line, hence 4 mm there."""
    faults = []
    first, last = pages[0], pages[-1]
    red = first.rows(first.red)
    red = red[red > 60]
    if not red.size or not 71 <= red.min() <= 73.5:
        faults.append(f"the name in red begins at {red.min() if red.size else 0:.1f} mm, not 72")
    line = first.rows(first.red, 150)
    if not line.size or not 154.5 <= first.red[round(line[0] * MM)].sum() / MM <= 157:
        faults.append("no red line as wide as the text")
    foot = last.rows(last.dark, 150)
    if not foot.size or not 260.5 <= foot.max() <= 263.5:
        faults.append(f"the last rule stands at {foot.max() if foot.size else 0:.1f} mm, not 262")
    return faults + faults_of_pages(pages)


def faults_of_pages(pages: list[Page]) -> list[str]:
    """Pages that are blank, or have ink outside of the block of text."""
    faults = []
    for number, page in enumerate(pages, start=1):
        body = page.dark[round(37 * MM) : round(263 * MM)]
        if body.sum() < 400:
            faults.append(f"page {number} is blank")
        elif not (page.columns().min() >= 26.5 and page.columns().max() <= 185.5):
            faults.append(f"page {number}: text from {page.columns().min():.1f} to {page.columns().max():.1f} mm")
        if page.dark[: round(20 * MM)].any() or page.dark[round(277 * MM) :].any():
            faults.append(f"page {number}: ink in the margin")
    return faults


def printed_pages(made, name: str, folder: Path) -> tuple[list[list[Page]], list[str]]:
    """The pages of the PDF and of the Word file, and what is wrong with their numbers."""
    pages = [drawn(path) for path in both(made, name, folder)]
    pdf, word = map(len, pages)
    return pages, [f"{pdf} pages in the PDF, {word} in Word"] if abs(pdf - word) > 1 else []


@pytest.mark.parametrize("count", [8, 90, 1_128])
def test_every_paper_on_paper(count, tmp_path):
    names = ["示范市第" + "".join(DIGITS[int(c)] for c in str(at)) + "街道办事处" for at in range(count)]
    store = store_of(tmp_path / "var", names, followed=True)
    release = store.release()
    found, told = round_results(release.round("2025")), {}
    for language, form in FORMS.items():
        for made in papers_of(store, found, language, form):
            pages, faults = printed_pages(made, f"{made.kind}-{language}", tmp_path)
            told[made.kind, language] = faults + [fault for one in pages for fault in faults_of(one, language)]
    release.close()
    assert not {key: faults for key, faults in told.items() if faults}


def test_a_page_has_22_lines_of_28_characters_in_both_files(tmp_path):
    release = store_of(tmp_path / "var", ["甲局", "乙局", "丙局"]).release()
    made = full_ranking(round_results(release.round("2025")), "zh")
    made = replace(made, sections=(Section("", 1, ("评" * 28 * 60,)),), about=())
    for path in both(made, "lines", tmp_path):
        text = PdfReader(io.BytesIO(path.read_bytes())).pages[1].extract_text()
        lines = [line.strip() for line in text.splitlines() if "评" in line]
        assert ({len(line) for line in lines}, len(lines)) == ({28}, 22), path.name
    release.close()


@pytest.mark.parametrize(("name", "kind"), DOCUMENTS)
def test_every_document_of_a_scheme_on_paper(name, kind, schemes_path, tmp_path):
    scheme, told = scheme_of(name), {}
    with closing(Store(schemes_path, threads=2).release()) as release:
        chosen = choose(scheme, release, Period.of(PERIODS.get(kind, "2026-03")), date(2026, 3, 31))
        for language in FORMS:
            pages, faults = printed_pages(scheme.documents[kind](chosen, language), f"{kind}-{language}", tmp_path)
            told[language] = faults + [fault for one in pages for fault in faults_of_pages(one)]
    assert not {language: faults for language, faults in told.items() if faults}


@pytest.mark.parametrize("count", [5, 60, 200])
def test_a_month_of_the_wall_with_so_many_units(count, tmp_path):
    """A unit a line and an overdue opinion a line: each page of a table has its headings, nobody is left out."""
    names = ["示范市第" + "".join(DIGITS[int(c)] for c in str(at)) + "街道办事处" for at in range(count)]
    with closing(wall_of(names, tmp_path / "var").release()) as release:
        chosen = choose(scheme_of("echo"), release, Period.of("2026-03"), date(2026, 3, 31))
        for language in FORMS:
            made = scheme_of("echo").documents["month"](chosen, language)
            paths = both(made, f"wall-{language}", tmp_path)
            pages = [drawn(path) for path in paths]
            assert not [fault for one in pages for fault in faults_of_pages(one)]
            assert abs(len(pages[0]) - len(pages[1])) <= 1
            (table,) = [one for one in made.tables() if len(one.rows) == count and one.kind == ITEMS]
            for path in paths:
                texts = ["".join(page.extract_text().split()) for page in PdfReader(path).pages]
                assert all(any(f"HY-{at:04}" in text for text in texts) for at in range(count)), path.name
                held = [text for text in texts if re.search(r"HY-\d{4}", text)]
                heading = "".join(next(iter(table.headers.values())).split())
                assert all(heading in text for text in held), path.name
                assert len(table.rows) == count


def wall_of(names: list[str], path: Path) -> Store:
    """A store with so many units, each with an opinion of 2 March that nobody has answered."""
    store = Store(path, threads=2)
    units = "单位编码,单位全称\n" + "".join(f"U{at:04},{name}\n" for at, name in enumerate(names))
    rows = "".join(f"HY-{at:04},2026-03-02,热线,KZ-1,{name}\n" for at, name in enumerate(names))
    files = {
        ("units", "2025"): units,
        ("place", "2026"): "地点编码,名称,类型\nKZ-1,康庄社区,村社区\n",
        ("opinion", "2026"): f"意见编号,收到时间,来源渠道,网格,承办单位\n{rows}",
    }
    for (kind, round_id), text in files.items():
        options = ImportOptions(as_of="2026-03-31" if kind == "opinion" else "")
        report = store.import_files(kind, [(f"{kind}.csv", text.encode())], round_id, options)
        assert report.stored, report.problems[:3]
    store.publish()
    return store
