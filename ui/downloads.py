"""Buttons that hand out files. What is in a file is made in results/ and data/, and kept in
ui/loaded.py.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import streamlit as st

MIME = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
}


def file_name(stem: str, kind: str, content: bytes) -> str:
    """Stem, 12 hex digits of the content's SHA-256, kind.

    Streamlit tells large files apart by length, head, middle, tail and name only: without the
    digits two
    files that differ in one score could be mistaken for each other and handed to the wrong person.
    """
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{kind}"


def download(
    label: str, stem: str, kind: str, content: bytes, key: str, *, told: Callable[[str], None] | None = None
) -> None:
    """A download button. The content comes as bytes from a cached function, since its hash is
    part of its name;
    the bytes are handed to Streamlit only on the click, so an unused button keeps nothing in
    the server's memory. `told` is called with the SHA-256 before the file goes out.
    """

    def hand_out() -> bytes:
        if told is not None:
            told(hashlib.sha256(content).hexdigest())
        return content

    st.download_button(
        label,
        data=hand_out,
        file_name=file_name(stem, kind, content),
        mime=MIME[kind],
        key=key,
        on_click="ignore",
    )


def original(label: str, name: str, sha256: str, path: Path, key: str) -> None:
    """A button for a file as it was uploaded; it is read on the click, and its SHA-256 is known since it came."""
    kind = "".join(Path(name).suffixes[-2:]) if name.lower().endswith(".gz") else Path(name).suffix
    stem = name.removesuffix(kind)
    st.download_button(
        label,
        data=path.read_bytes,
        file_name=f"{stem}-{sha256[:12]}{kind}",
        mime="application/octet-stream",
        key=key,
        on_click="ignore",
    )
