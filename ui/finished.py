"""Parts of a page that are finished once for all sessions: tables as the bytes that are sent, HTML as text.

A page that is shown again would otherwise build the same frames, round the same numbers and convert the same columns,
two thirds of its processor time. `part` draws a part once and afterwards only sends what came out.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from ui import address, cached, guard
from ui.i18n import language


@dataclass(frozen=True)
class Shown:
    """An element with all that it is sent with."""

    show: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]

    def again(self) -> Any:
        """Show the element and return what it answers, such as the rows that are selected."""
        return self.show(*self.arguments, **self.options)


@dataclass(frozen=True)
class Drawn:
    """A part as it was drawn: its elements, and what `draw` answers without them, as a printed table does."""

    elements: list[Shown]
    answer: object


_DRAWING: ContextVar[list[Shown] | None] = ContextVar("drawing", default=None)
"""The elements of the part that is being drawn in this thread."""


def element(show: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Show an element; while a part is drawn, keep it instead. Tables, HTML and lines of text come through here."""
    drawn = _DRAWING.get()
    if drawn is None:
        return show(*arguments, **options)
    drawn.append(Shown(show, tuple(map(_finished, arguments)), options))
    return None


def part(depends: tuple[str, ...], draw: Callable[[], object]) -> Any:
    """Show a part of a page and return what its last element answers.

    depends : release, round, name of the part, and every choice that it depends on; language, view and width of the
    screen are added here. `draw` may show only what goes through `element`, and must not ask for rights: its elements
    are those of whoever came first.
    """
    screen = "narrow" if guard.on_phone() else "wide"
    key = (language(), "print" if address.is_printed() else "", screen, *depends)
    drawn: Drawn = cached.part(key, lambda: _drawn(draw))
    answer = None
    for shown in drawn.elements:
        answer = shown.again()
    return answer if drawn.answer is None else drawn.answer


def _drawn(draw: Callable[[], object]) -> Drawn:
    if _DRAWING.get() is not None:  # the inner part would be shown to the first session alone
        raise RuntimeError("a part of a page cannot be drawn within another part")
    elements: list[Shown] = []
    before = _DRAWING.set(elements)
    try:
        return Drawn(elements, draw())
    finally:
        _DRAWING.reset(before)


def _finished(value: Any) -> Any:
    """Return a frame as the columns that are sent."""
    return pa.Table.from_pandas(value) if isinstance(value, pd.DataFrame) else value


def caption(text: str) -> None:
    """Show a line of small type."""
    element(st.caption, text)
