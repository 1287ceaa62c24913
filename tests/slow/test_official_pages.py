"""Papers on paper: each kind in both languages, as PDF and as Word through LibreOffice, measured by GB/T 9704-2012.

Needs soffice (Debian: libreoffice-writer) and pdftoppm (poppler-utils). A page is drawn and its ink is measured.
"""

import io
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from formats.document import Form, Section
from formats.docx import word_bytes
from formats.pdf import typeset
from reports.documents import bottom_list, bulletin, circular, dossier, full_ranking, round_results, year_on_year
from results.comparison.year_on_year import changes
from results.pledges.progress import quarter_report
from results.ranking.ranking import ranking
from results.ranking.unit import detail, unit
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


def papers_of(found, language, form):
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
    if not 71 <= red.min() <= 73.5:
        faults.append(f"the name in red begins at {red.min():.1f} mm, not 72")
    line = first.rows(first.red, 150)
    if not line.size or not 154.5 <= first.red[round(line[0] * MM)].sum() / MM <= 157:
        faults.append("no red line as wide as the text")
    foot = last.rows(last.dark, 150)
    if not foot.size or not 260.5 <= foot.max() <= 263.5:
        faults.append(f"the last rule stands at {foot.max() if foot.size else 0:.1f} mm, not 262")
    for number, page in enumerate(pages, start=1):
        body = page.dark[round(37 * MM) : round(263 * MM)]
        if body.sum() < 400:
            faults.append(f"page {number} is blank")
        elif not (page.columns().min() >= 26.5 and page.columns().max() <= 185.5):
            faults.append(f"page {number}: text from {page.columns().min():.1f} to {page.columns().max():.1f} mm")
        if page.dark[: round(20 * MM)].any() or page.dark[round(277 * MM) :].any():
            faults.append(f"page {number}: ink in the margin")
    return faults


@pytest.mark.parametrize("count", [8, 90, 1_128])
def test_every_paper_on_paper(count, tmp_path):
    names = ["示范市第" + "".join(DIGITS[int(c)] for c in str(at)) + "街道办事处" for at in range(count)]
    release = store_of(tmp_path / "var", names, followed=True).release()
    found, told = round_results(release.round("2025")), {}
    for language, form in FORMS.items():
        for made in papers_of(found, language, form):
            pair = both(made, f"{made.kind}-{language}", tmp_path)
            pages = [drawn(path) for path in pair]
            faults = [fault for one in pages for fault in faults_of(one, language)]
            if abs(len(pages[0]) - len(pages[1])) > 1:
                faults.append(f"{len(pages[0])} pages in the PDF, {len(pages[1])} in Word")
            told[made.kind, language] = faults
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
