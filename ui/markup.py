"""HTML of the product: lists that a screen reader reads as tables, cards and steps. Every text is escaped.

`st.html` is called here only, and takes `Markup` only: a text becomes `Markup` by being put into a tag, which escapes
it. Streamlit removes scripts besides. Classes are defined in ui/look.css.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup, escape

from i18n import N_, PUNCTUATION
from ui import finished
from ui.i18n import _, language

NOTHING = Markup()
HOME = "home"  # the first page, which is at the root address
IN_BRACKETS = re.compile(r"([（(][\d.,–\u00a0 -]+[）)])")
VOID = frozenset({"br", "hr"})


def tag(name: str, *children: object, **attributes: str | None) -> Markup:
    """Return an element; texts among the children are escaped. class_ gives class, aria_label gives aria-label.

    An attribute that is None is left out.
    """
    shown = [(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None]
    head = "".join(f' {key}="{escape(value)}"' for key, value in shown)
    if name in VOID:
        return Markup(f"<{name}{head}>")
    # Put together from escaped parts: Markup.format took 80 microseconds a tag, 150 ms for the lists of a round.
    return Markup(f"<{name}{head}>{''.join(map(escape, children))}</{name}>")


def together(children: Iterable[object], between: str = "") -> Markup:
    """Return children one after the other, texts escaped."""
    return Markup(escape(between)).join(map(escape, children))


def unseen(text: object) -> Markup:
    """Return a text for screen readers only."""
    return tag("span", text, class_="biaochi-unseen")


def unbroken(text: str) -> Markup:
    """Return a text whose figures in brackets stay on a line: "(30–" at the end of a line belongs to nothing."""
    parts = IN_BRACKETS.split(text)
    return together(tag("span", part, class_="biaochi-whole") if at % 2 else part for at, part in enumerate(parts))


def link(path: str, words: object, query: Mapping[str, str] | None = None, **attributes: str | None) -> Markup:
    """Return a link to another page by its address, in the language of the session.

    ui/host_page.js opens it without loading the dashboard again.
    """
    asked = {**(query or {}), "lang": language()}
    return tag("a", words, href=f"./{'' if path == HOME else path}?{urlencode(asked)}", **attributes)


def table(caption: str, headers: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table whose caption and headers screen readers announce; the first cell of a row names the row."""
    body = [table_row(header_cell(first), *map(cell, rest)) for first, *rest in rows]
    return tag("div", whole_table(caption, headers, body), class_="biaochi-table")


def whole_table(caption: str, headers: Iterable[object], rows: Iterable[Markup], class_: str | None = None) -> Markup:
    """Return a table of rows. The roles are spelled out: a style that lays rows out as lines would drop them."""
    head = table_row(*(tag("th", words, scope="col", role="columnheader") for words in headers))
    groups = tag("thead", head, role="rowgroup"), tag("tbody", *rows, role="rowgroup")
    return tag("table", tag("caption", caption), *groups, role="table", aria_label=caption, class_=class_)


def table_row(*cells: Markup, class_: str | None = None) -> Markup:
    """Return a row of a table."""
    return tag("tr", *cells, role="row", class_=class_)


def header_cell(content: object) -> Markup:
    """Return the cell that names its row."""
    return tag("th", content, scope="row", role="rowheader")


def cell(content: object, class_: str | None = None) -> Markup:
    """Return a cell."""
    return tag("td", content, role="cell", class_=class_)


def folded(summary: object, *children: object, opened: bool = False) -> Markup:
    """Return content that a click or the Enter key unfolds."""
    return tag("details", tag("summary", summary), *children, open="" if opened else None)


def show(markup: Markup, *, narrow: bool = False) -> None:
    """Show HTML, as wide as the page or, if narrow, as its text. Raises TypeError for a text that was not escaped."""
    if not isinstance(markup, Markup):
        raise TypeError(f"Markup is needed, got {type(markup).__name__}")
    if markup:
        finished.element(st.html, str(markup), width="content" if narrow else "stretch")


def verdict_tag(verdict: str, words: str) -> Markup:
    """Return a verdict with its shape and colour, the same in lists, charts and papers."""
    shape = tag("span", SHAPES[verdict], aria_hidden="true")
    return tag("span", shape, " ", words, class_=f"biaochi-verdict {verdict}")


SHAPES = {"confirmed": "◆", "undecided": "○", "cleared": "●", "not_ranked": "–"}


def note(text: object) -> Markup:
    """Return a line in small type."""
    return tag("p", text, class_="biaochi-note")


UNITS, VOTES = N_("Release {release} · units: {count}"), N_("Release {release} · votes: {count}")
POSTS, PLEDGES = N_("Release {release} · posts: {count}"), N_("Release {release} · pledges: {count}")
SITES, EVENTS = N_("Release {release} · sites: {count}"), N_("Release {release} · events: {count}")


def source(release: str, count: int, key: str = "", of: str = UNITS) -> Markup:
    """Return the line under a chart: what its marks are, the release, and how many units, votes ... it is of."""
    words = _(of).format(release=release, count=f"{count:,}")
    return note(PUNCTUATION[language()].gap.join(filter(None, [key, words])))
