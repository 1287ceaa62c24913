"""Reproducible ZIP archives: the same bytes for the same content, at any time and on any machine."""

import io
import zipfile
from collections.abc import Mapping

Time = tuple[int, int, int, int, int, int]
FIRST_DAY: Time = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can hold


def zip_bytes(
    files: Mapping[str, bytes], comment: str = "", *, time: Time = FIRST_DAY, unix_mode: int | None = 0o644
) -> bytes:
    """Return a ZIP with these files, in the order given.

    comment: shown by programs for the archive. unix_mode: None for files that name no system, as in Office documents.
    """
    system, attributes = (0, 0) if unix_mode is None else (3, unix_mode << 16)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = comment.encode()
        for name, content in files.items():
            about = zipfile.ZipInfo(name, time)
            about.compress_type, about.external_attr, about.create_system = zipfile.ZIP_DEFLATED, attributes, system
            packed.writestr(about, content)
    return out.getvalue()
