"""Notes on the pledges and votes of a round: rows kept but not counted, terms that the rules do not know."""

from collections.abc import Iterable

from results.notes import Note
from results.pledges.register import PledgeBook
from results.pledges.vote_scores import VoteScores

HALL_GROUPS = frozenset({"班子成员", "两代表一委员", "党员", "群众代表", "下级党组织"})
"""Groups of a hall in the data contract. Others count alike but get a note: a typing error creates a new group."""


def pledge_notes(book: PledgeBook, votes: VoteScores | None = None) -> list[Note]:
    """Return what needs attention before the figures are read; no note changes a figure."""
    found = {"progress_unknown": _once(book.unmatched_checks["pledge_id"]), "progress_later": _dated(book)}
    if votes is not None:
        strange = votes.grades.loc[votes.grades["points"].isna(), "grade"]
        found["vote_grades"] = _once(strange) if votes.rules else ()
        found["vote_groups"] = tuple(name for name in _once(votes.groups["group"]) if name not in HALL_GROUPS)
    return [Note(code, units=units) for code, units in found.items() if units]


def _dated(book: PledgeBook) -> tuple[str, ...]:
    rows = book.late_checks.itertuples(index=False)
    return _once(f"{row.pledge_id} {row.check_date}" for row in rows)


def _once(words: Iterable[object]) -> tuple[str, ...]:
    """Return every word once, in order."""
    return tuple(sorted({str(word) for word in words}))
