"""All letters of a round as a ZIP: each as PDF and as Word, with the list of who gets which, to be signed."""

from collections.abc import Sequence

from data.model.progress import Progress, no_progress
from data.store.release import Round
from formats.document import Form, file_stem
from formats.docx import word_bytes
from formats.pdf import typeset
from formats.spreadsheet import Cell, Sheet, csv_bytes
from formats.zip import zip_bytes
from i18n import N_, translate
from reports.bundle import INTERNAL
from reports.documents.common import BARE, RoundResults, round_results
from reports.documents.letter import Reviewed, addressees, letter
from results.fields import headers

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


def _to_be_signed(found: RoundResults, units: Sequence[tuple[str, str]], language: str) -> Sheet:
    """Return the list of letters with empty cells for who sent and received them."""
    titles = [translate(title, language) for title in headers("deliveries").values()]
    rows: list[list[Cell]] = [[found.ranking.round, code, name, "", "", "", "", ""] for code, name in units]
    facts: list[tuple[str, Cell]] = [(translate(N_("Rows"), language), len(rows))]
    return Sheet(translate(LIST, language), titles, rows, facts, translate(N_("About"), language))
