"""A Word file with the same bytes for the same content, whenever and wherever it is written."""

import io
import zipfile
from typing import Any

from formats.document import CREATED

PROGRAM = "Biaochi"


def packed(made: Any, title: str, language: str) -> bytes:
    """A python-docx document as bytes, without the time or the machine it was written on."""
    about = made.core_properties
    about.title, about.language, about.author, about.last_modified_by = title, language, PROGRAM, PROGRAM
    about.comments = about.keywords = about.subject = about.category = ""
    about.created = about.modified = CREATED.replace(tzinfo=None)
    about.revision = 1
    first = io.BytesIO()
    made.save(first)
    out = io.BytesIO()
    with zipfile.ZipFile(first) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            entry = zipfile.ZipInfo(name, CREATED.timetuple()[:6])
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            write.writestr(entry, read.read(name))
    return out.getvalue()
