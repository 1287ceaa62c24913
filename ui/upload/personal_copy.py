"""Offer of a copy without personal data, in place of a file that was refused for them."""

from pathlib import Path

import streamlit as st

from data.intake.personal_copy import CleanedFile, differences
from ui import downloads
from ui.i18n import _, language


def offer(copy: CleanedFile | None) -> None:
    """Say that nothing is kept, and what the copy lacks; `copy` is None for a file too large to offer."""
    st.info(_("The file identifies persons. Nothing of it is kept, and no value is shown."))
    if copy is None:
        return
    for line in differences(copy, language()):
        st.text(line)
    stem = Path(copy.name).name.split(".")[0] or "copy"
    downloads.download(_("Download the file without personal data"), stem, "csv", copy.content, "upload_clean_copy")
    st.caption(_("Look through the copy, then choose it above in place of the original."))
