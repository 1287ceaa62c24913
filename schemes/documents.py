"""Sections that documents of several schemes share."""

from collections.abc import Callable, Iterable

from formats.document import Section
from reports.documents.scheme import divided_section
from schemes.chosen import Chosen, rows


def divided_sections(
    chosen: Chosen, wanted: Iterable[tuple[str, str]], heading: Callable[[str], str], language: str
) -> list[Section]:
    """Return a section for each measure that has a base anywhere.

    wanted : pairs of a measure and what divides it. heading : measure -> heading in the language.
    """
    found = []
    for measure, by in wanted:
        own = rows(chosen.by(by), (measure,))
        own = own[(own["n"] > 0) & (own["key"] != "")]
        if len(own):
            found.append(divided_section(chosen, heading(measure), own, language))
    return found
