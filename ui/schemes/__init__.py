"""Parts of the page of a scheme: its `view` puts them together and adds its picture.

    def view(chosen):
        shown = parts.rows(chosen, rows)
        parts.glance(chosen, shown, ("a_measure", "another"))
        parts.picture(figure, table, key=..., alt=..., caption=...)
        parts.attention(chosen, listed)
        parts.register(chosen, "a_table", ("a_field", "another"))

The page itself (pages/schemes/scheme.py) shows title and choices before, documents, files and settings after.
"""

from ui.schemes.address import Address, choose, of_scheme
from ui.schemes.empty import nothing_yet
from ui.schemes.files import documents, public_texts, tables
from ui.schemes.lists import attention, register
from ui.schemes.parts import glance, kept, picture, settings, worked

__all__ = [
    "Address",
    "attention",
    "choose",
    "documents",
    "glance",
    "kept",
    "nothing_yet",
    "of_scheme",
    "picture",
    "public_texts",
    "register",
    "settings",
    "tables",
    "worked",
]
