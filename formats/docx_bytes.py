"""Reproducible Word files: the same bytes for the same content, at any time and on any machine."""

import io
import zipfile
from typing import Any

from formats.document import CREATED
from formats.zip import zip_bytes

PROGRAM = "Biaochi"


def packed(made: Any, title: str, language: str) -> bytes:
    """Return a python-docx document as bytes, without the time or the machine it was written on."""
    about = made.core_properties
    about.title, about.language, about.author, about.last_modified_by = title, language, PROGRAM, PROGRAM
    about.comments = about.keywords = about.subject = about.category = ""
    about.created = about.modified = CREATED.replace(tzinfo=None)
    about.revision = 1
    first = io.BytesIO()
    made.save(first)
    with zipfile.ZipFile(first) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    return zip_bytes(files, time=CREATED.timetuple()[:6], unix_mode=None)
