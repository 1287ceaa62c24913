"""Files in one ZIP, the same bytes for the same content, whenever and wherever it is made."""

import io
import zipfile
from collections.abc import Mapping

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can hold


def zip_bytes(files: Mapping[str, bytes], comment: str = "") -> bytes:
    """A ZIP with these files, in the order given. comment: what programs show of the whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = comment.encode()
        for name, content in files.items():
            about = zipfile.ZipInfo(name, FIRST_DAY)
            about.compress_type, about.external_attr, about.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            packed.writestr(about, content)
    return out.getvalue()
