"""All letters of a round or on its pledges as a ZIP: each as PDF and as Word, those of a round with a list to sign."""

from collections.abc import Sequence

from data.model.progress import Progress, no_progress
from data.model.working_days import Calendar
from data.store.release import Release, Round
from formats.document import Form, file_stem
from formats.docx import word_bytes
from formats.pdf import typeset
from formats.spreadsheet import Cell, Sheet, csv_bytes
from formats.zip import zip_bytes
from i18n import N_, translate
from reports.bundle import INTERNAL
from reports.documents.common import BARE, RoundResults, round_results
from reports.documents.letter import Reviewed, addressees, letter
from reports.documents.pledge_letter import pledge_letter, to_warn
from results.fields import headers
from results.pledges.progress import QuarterReport

LIST = N_("Delivery of letters")


def letters(
    round_: Round,
    reviewed: Reviewed,
    language: str,
    form: Form = BARE,
    *,
    everyone: bool = False,
    progress: Progress = no_progress,
) -> tuple[bytes, int]:
    """Return the ZIP of all letters of a round, and how many there are.

    everyone : all units, not only those that are named or confirmed.
    """
    found = round_results(round_)
    units = addressees(found, everyone=everyone)
    files: dict[str, bytes] = {}
    for number, (code, _) in enumerate(units, start=1):
        made = letter(found, code, reviewed, language, form)
        stem = f"{number:03d}-{file_stem(made, round_.id)}"
        files |= {f"{stem}.pdf": typeset(made).content, f"{stem}.docx": word_bytes(made)}
        progress(number / len(units), N_("Typesetting"))
    files["delivery.csv"] = csv_bytes(_to_be_signed(found, units, language))
    return zip_bytes(files, translate(INTERNAL, language)), len(units)


def pledge_letters(
    release: Release,
    report: QuarterReport,
    calendar: Calendar,
    report_days: int,
    language: str,
    form: Form = BARE,
    progress: Progress = no_progress,
) -> tuple[bytes, int]:
    """Return the ZIP of the letters on pledges of a quarter, as PDF and Word, and how many there are."""
    units = to_warn(report)
    files: dict[str, bytes] = {}
    for number, (code, _) in enumerate(units, start=1):
        made = pledge_letter(release, report, code, calendar, report_days, language, form)
        stem = f"{number:03d}-{file_stem(made, report.quarter)}"
        files |= {f"{stem}.pdf": typeset(made).content, f"{stem}.docx": word_bytes(made)}
        progress(number / len(units), N_("Typesetting"))
    return zip_bytes(files, translate(INTERNAL, language)), len(units)


def _to_be_signed(found: RoundResults, units: Sequence[tuple[str, str]], language: str) -> Sheet:
    """Return the list of letters with empty cells for who sent and received them."""
    titles = [translate(title, language) for title in headers("deliveries").values()]
    rows: list[list[Cell]] = [[found.ranking.round, code, name, "", "", "", "", ""] for code, name in units]
    facts: list[tuple[str, Cell]] = [(translate(N_("Rows"), language), len(rows))]
    return Sheet(translate(LIST, language), titles, rows, facts, translate(N_("About"), language))
