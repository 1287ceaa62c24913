"""Holders of a post, distinguished by the span in which they held it: a post and its dates, never a name."""

import re

import pandas as pd

DASH = "—"
_SPAN = re.compile(rf"（(?:\d{{4}}-\d\d-\d\d)?{DASH}(?:\d{{4}}-\d\d-\d\d)?）$")


def posts_with_spans(rows: pd.DataFrame) -> pd.Series:
    """Return the post of every row with the span of its holder, such as 党组书记（2025-01-01—2025-06-30）.

    rows: post, held_from and held_to; without both dates the post alone.
    """
    columns = (rows[name].astype(object).where(rows[name].notna(), "") for name in ("post", "held_from", "held_to"))
    named = [_named(*map(str, row)) for row in zip(*columns, strict=True)]
    return pd.Series(named, index=rows.index, dtype=object)


def _named(post: str, first: str, last: str) -> str:
    return f"{post}（{first[:10]}{DASH}{last[:10]}）" if first or last else post


def seat(post: str) -> str:
    """Return the post without the span of its holder."""
    return _SPAN.sub("", post)


def span(post: str) -> str:
    """Return the span of the holder with its brackets; empty where none was given."""
    found = _SPAN.search(post)
    return found[0] if found else ""
