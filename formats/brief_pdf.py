"""The brief on one page of A4, set by Typst from formats/templates/brief.typ; PDF/A like every paper."""

from pathlib import Path

from formats.brief import CELLS, CONFIRMED, MOVED_CELLS, Brief
from formats.pdf import Typeset, compiled

TEMPLATE = Path(__file__).with_name("templates") / "brief.typ"


def typeset(brief: Brief, fonts: Path | None = None) -> Typeset:
    """Return the brief as PDF of one page.

    Raises NoChineseFontError, and UsageError for a character that no font here has.
    """
    given = {"brief": brief.as_data(), "cells": CELLS, "moved": MOVED_CELLS, "confirmed": CONFIRMED}
    return compiled(TEMPLATE, given, fonts)
