"""Tables as LibreOffice and WPS save them, without what no reader needs."""

import io
import zipfile
from collections.abc import Iterable

SPACES = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def opendocument(lines: Iterable[Iterable[str]], spaces: dict[str, str] = SPACES, styles: str = "") -> bytes:
    """An .ods with one sheet 票; each line holds the XML of its cells, such as CELL with a text in it."""
    body = "".join(f"<table:table-row>{''.join(line)}</table:table-row>" for line in lines)
    names = "".join(f' xmlns:{name}="{address}"' for name, address in spaces.items())
    content = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}>
        <office:automatic-styles>{styles}</office:automatic-styles><office:body>
        <office:spreadsheet><table:table table:name="票">{body}</table:table></office:spreadsheet>
        </office:body></office:document-content>"""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()
