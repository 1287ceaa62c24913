"""Suggestions in free text by unit and theme: for the office only, and a theme from five people on.

Who wrote is counted by sheet, and across releases by sheet and by text: a corrected file may renumber its sheets. No
text is shown, only the terms that five people of a theme wrote.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import pandas as pd

from analytics.themes import FEWEST, names, themes, waits
from data.store.history import read_history
from data.store.release import Release, Round, per_round
from i18n import N_, translate
from results.missing import is_missing

KIND = "suggestion"
COLUMNS = ("unit_code", "unit_name", "theme", "people")


@dataclass(frozen=True)
class ShownTheme:
    """A theme on a unit. unit_code : "" for suggestions on no unit. sheets, texts : who wrote it, never shown; equal
    texts are numbered."""

    unit_code: str
    terms: tuple[str, ...]
    sheets: frozenset[str]
    texts: frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Suggestions:
    """Themes that may be shown. rows : COLUMNS, by unit, largest first. people : who wrote anything. waiting : themes
    of five people or more that wait, because of what an earlier release shows."""

    rows: pd.DataFrame
    people: int
    waiting: int


def suggestions(round_: Round) -> Suggestions | None:
    """Return the themes of a round; None if it has no suggestions."""
    written = _written(round_)
    if written.empty:
        return None
    shown = shown_themes(round_)
    units = dict(zip(round_.units["unit_code"], round_.units["unit_name"], strict=True)) if round_.has_units else {}
    rows = [(one.unit_code, units.get(one.unit_code, ""), " ".join(one.terms), len(one.sheets)) for one in shown]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        ["unit_code", "people", "theme"], ascending=[True, False, True], ignore_index=True
    )
    large = sum(len(one.sheets) >= FEWEST for one in _all_themes(round_))
    return Suggestions(frame, int(written["sheet_no"].nunique()), large - len(shown))


@per_round
def shown_themes(round_: Round) -> list[ShownTheme]:
    """Return the themes of a round that may be shown, given what every earlier release shows."""
    earlier = [_shown_before(round_, release) for release in _earlier(round_)]
    large = [one for one in _all_themes(round_) if len(one.sheets) >= FEWEST]
    return [one for one in large if not any(_waits(one, before) for before in earlier)]


def _waits(one: ShownTheme, before: Sequence[ShownTheme]) -> bool:
    own = [other for other in before if other.unit_code == one.unit_code]
    by_sheet = waits(one.sheets, [other.sheets for other in own])
    return by_sheet or waits(one.texts, [other.texts for other in own])


def _earlier(round_: Round) -> list[str]:
    """Return the releases of the store that came into force before this release first did, oldest first."""
    known = [event.release for event in reversed(read_history(round_.release.store)) if event.release]
    order = list(dict.fromkeys(known))
    return order[: order.index(round_.release.id)] if round_.release.id in order else order


def _shown_before(round_: Round, release_id: str) -> list[ShownTheme]:
    with closing(Release(round_.release.store / "releases" / release_id)) as release:
        return shown_themes(release.round(round_.id))


@per_round
def _all_themes(round_: Round) -> list[ShownTheme]:
    """Return every theme on every unit, with its terms; a theme has its name from all units together."""
    written = _written(round_)
    if written.empty:
        return []
    texts = written["content"].tolist()
    written = written.assign(theme=themes(texts))
    return list(_by_unit(written))


def _by_unit(written: pd.DataFrame) -> Iterator[ShownTheme]:
    for number, own in written.groupby("theme", sort=True):
        others = written.loc[written["theme"] != number, "content"].tolist()
        terms = names(own["content"].tolist(), own["sheet_no"].tolist(), others)
        for unit, rows in own.groupby("unit_code", sort=True) if terms else ():
            number_of_text = rows.groupby("content").cumcount()
            texts = frozenset(zip(rows["content"], number_of_text.tolist(), strict=True))
            yield ShownTheme(str(unit), terms, frozenset(rows["sheet_no"]), texts)


def _written(round_: Round) -> pd.DataFrame:
    """Return unit_code ("" for none), sheet_no and content of every suggestion."""
    rows = round_.records(KIND).reindex(columns=["unit_code", "sheet_no", "content"])
    return rows.map(lambda value: "" if is_missing(value) else str(value))


HIDDEN = N_(
    "People who wrote something: {people}. A theme is shown from {fewest} people on a unit, by the words that {fewest} "
    "of them use; no text is shown."
)
WAITING = N_(
    "Themes that wait: {count}. Next to an earlier release they would show what fewer than {fewest} people wrote."
)


def about(found: Suggestions, language: str) -> list[str]:
    """Return who wrote and what is not shown."""
    sentences = [translate(HIDDEN, language).format(people=f"{found.people:,}", fewest=FEWEST)]
    if found.waiting:
        sentences.append(translate(WAITING, language).format(count=found.waiting, fewest=FEWEST))
    return sentences
