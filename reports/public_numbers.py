"""Numbers and marks as a public page and its files print them."""

from decimal import ROUND_HALF_UP, Decimal

from data.store.release import Release
from data.store.round_status import ANNOUNCED, DRAFT
from i18n import PUNCTUATION, translate
from results.labels import DEMO, STAMPS

HIDDEN = "×"
"""Shown in place of a withheld number."""
NONE = "–"


def half_up(value: object, decimals: int) -> str:
    """Return a number rounded half up to the decimals of the rule set; a dash if it is missing."""
    if value is None:
        return NONE
    return f"{Decimal(repr(float(str(value)))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


def public_stamps(release: Release, round_id: str, language: str) -> list[str]:
    """Return what must not be overlooked: demonstration data, and that the results are no announced ones.

    A round that nobody gave a status is a draft here: until it is announced, nothing of it is a public notice.
    """
    demo = [translate(DEMO, language)] if release.is_demo else []
    status = release.status(round_id) or DRAFT
    return demo if status == ANNOUNCED else [*demo, translate(STAMPS[status], language)]


def public_mark(release: Release, round_id: str, language: str) -> str:
    """Return the stamps in a line; empty for announced results."""
    return PUNCTUATION[language].semicolon.join(public_stamps(release, round_id, language))
