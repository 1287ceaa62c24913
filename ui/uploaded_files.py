"""Uploaded files without copies: Streamlit copies the value of every widget in every run of its page.

A file of 273 MB was copied byte by byte in 0.3 to 4 s, in which no other page could run. A file that is created from
the same bytes shares them until somebody writes to it, which nobody does.
"""

import copyreg

from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec


def share_contents() -> None:
    """Let copies of an uploaded file share its bytes. Called once, when the server starts."""
    copyreg.pickle(UploadedFile, _made_again)


def _made_again(file: UploadedFile) -> tuple[type[UploadedFile], tuple[object, ...]]:
    return UploadedFile, (UploadedFileRec(file.file_id, file.name, file.type, file.getvalue()), file._file_urls)
