"""The ballots of a release as a file again: one row a line, under the headers of the contract.

Imported again under the same register and rules, the file is the same content.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from data.model.contract import header_of
from data.store.ballot_lines import ballot_lines
from data.store.release import Release


@contextmanager
def ballot_file(
    release: Release, round_id: str, language: str
) -> Iterator[tuple[list[str], Iterator[list[str | None]]]]:
    """Yield headers and rows of all ballots of a round; no headers where it has none. Read within the context."""
    with ballot_lines(release.round(round_id)) as (names, rows):
        yield [header_of("ballots", name) if language == "zh" else name for name in names], rows
