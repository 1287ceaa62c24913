"""Who speaks on every page: name of the product, city and logo above the menu; office and contact at the foot."""

import base64
import html
import unicodedata
from functools import lru_cache
from pathlib import Path

import streamlit as st

import settings
from ui import markup
from ui.i18n import _, language

FONTS = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC','Segoe UI',Arial,sans-serif"
WIDTH = 140
"""Pixels between the edge of the menu and the button that closes it; a wider picture is shown smaller."""
PLATE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="140" height="44" viewBox="0 0 140 44" fill="#1F2933" '
    'font-family="{fonts}">{picture}<text x="{left}" y="19" font-size="20" font-weight="700">{product}</text>'
    '<text x="{left}" y="38" font-size="{size:g}">{city}</text></svg>'
)
PICTURE = '<image x="0" y="4" width="36" height="36" href="{address}"/>'
AFTER_PICTURE = 42
"""Where the two texts begin, in pixels from the left, if there is a logo."""
LARGEST, SMALLEST = 13, 10
"""Pixels of the type of the city: a long name is set smaller."""


def above_menu() -> None:
    """Show logo, name of the product and city above the menu, and on a phone above the page."""
    chosen = settings.load()
    texts = _("Biaochi"), chosen.city or _("Public ratings")
    st.logo(plate(*texts, picture_address(chosen.logo) if chosen.logo else ""), size="large")


def plate(product: str, city: str, picture: str = "") -> str:
    """Return the picture above the menu. picture : data address of the logo; empty for none."""
    left = AFTER_PICTURE if picture else 0
    letters = sum(1 if unicodedata.east_asian_width(sign) in "WF" else 0.55 for sign in city) or 1
    return PLATE.format(
        fonts=html.escape(FONTS),
        picture=PICTURE.format(address=html.escape(picture)) if picture else "",
        left=left,
        size=round(min(LARGEST, max(SMALLEST, (WIDTH - left) / letters)), 1),
        product=html.escape(product),
        city=html.escape(city),
    )


def picture_address(logo: Path) -> str:
    """Return the logo as an address that holds its bytes; a file that was replaced is read again.

    "" where it can no longer be read: no page, and least of all the sign-in, depends on a picture.
    """
    try:
        about = logo.stat()
        return _address(logo, about.st_mtime_ns, about.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=2)
def _address(logo: Path, _changed: int, _size: int) -> str:
    content = logo.read_bytes()
    return f"data:{settings.picture_kind(content)};base64,{base64.b64encode(content).decode()}"


def foot() -> None:
    """Show the name of product and city, the office and whom to ask, at the foot of the page.

    A printed page has it at its head and a projected screen at its foot, since both have no menu.
    """
    chosen = settings.load()
    contact = _("Contact: {text}").format(text=chosen.contact) if chosen.contact else ""
    words = " · ".join(filter(None, [_("Biaochi"), chosen.city, chosen.office, contact]))
    with st.container(key="biaochi-foot"):
        markup.show(markup.tag("p", words, class_="biaochi-foot", lang=language()))
