"""Export of the ballots of a release: a row per ballot line, under the headers of the contract.

An import of the exported file under the same register and rules gives the same content digest.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from data.model.contract import header_of
from data.store.ballot_lines import ballot_lines
from data.store.release import Round


@contextmanager
def ballot_file(round_: Round, language: str) -> Iterator[tuple[list[str], Iterator[list[str | None]]]]:
    """Yield headers and rows of all ballots of a round, or no headers if there are no ballots.

    Rows must be read inside the context, which closes the database on exit.
    """
    with ballot_lines(round_) as (names, rows):
        yield [header_of("ballots", name) if language == "zh" else name for name in names], rows
