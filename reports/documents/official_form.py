"""Parts of an official paper around its text, from what a person entered to what is printed (GB/T 9704-2012)."""

import re
from collections.abc import Mapping
from dataclasses import replace

from formats.document import Form, plain
from i18n import N_, translate

LABELS = {
    "signer": N_("Signed off by: "),
    "attachments": N_("Annex: "),
    "copies_to": N_("Copies to: "),
}
DAY = N_("{year}-{month}-{day}")
PRINTED = N_("Printed on {date}")
DIGITS_OF_COPY = 6
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_YEAR_OF_NUMBER = re.compile(r"[\[［【(（〔](\d{4})[\]］】)）〕]")


def printed_form(entered: Form, language: str) -> Form:
    """Return the form as printed: single lines, dates and numbers in the official way."""
    texts = {name: plain(value) for name, value in vars(entered).items() if isinstance(value, str)}
    attachments = tuple(filter(None, map(plain, entered.attachments)))
    form = Form(**texts, attachments=attachments, sealed=entered.sealed)
    day = official_day(form.printed_on, language)
    return replace(
        form,
        date=official_day(form.date, language),
        number=_YEAR_OF_NUMBER.sub(r"〔\1〕", form.number),
        copy_number=form.copy_number.zfill(DIGITS_OF_COPY) if form.copy_number.isdecimal() else form.copy_number,
        recipients=_ending(form.recipients, "：" if language == "zh" else ":"),
        copies_to=_ending(form.copies_to, "。" if language == "zh" else "."),
        printed_on=translate(PRINTED, language).format(date=day) if day else "",
        term=form.term if form.classification else "",
    )


def printed_labels(language: str) -> Mapping[str, str]:
    """Return the words before signer, attachments and copies."""
    return {name: translate(label, language) for name, label in LABELS.items()}


def official_day(text: str, language: str) -> str:
    """Return a date as 2026年1月5日, without blanks and leading zeros; any other text as it is."""
    if language != "zh":
        return text
    match = _DAY.fullmatch(re.sub(r"\s", "", text))
    if not match:
        return text
    year, month, day = match.groups()
    return translate(DAY, language).format(year=year, month=int(month), day=int(day))


def _ending(text: str, sign: str) -> str:
    """Return a text that ends with the sign once."""
    return f"{text.rstrip('：:；;，,。. ')}{sign}" if text else ""
