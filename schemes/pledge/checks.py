"""What an import of pledges or hall votes checks beyond a row: a post that the other table of the year names otherwise.

Results of a hall and pledges of a year meet at the unit and the post. A post written in two ways would stand as two
posts, so a person says which it is: the cell is corrected, or the finding is accepted with a reason.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from data.model.across_tables import AcrossTables, Finding, Tables

PLEDGES, HALLS = "pledge", "report_vote"
AT = ["unit_code", "post"]


def of_pledges(keys: Set[str], tables: Tables, settings: Any = None) -> Iterator[Finding]:
    """Check pledges against the hall votes that are stored."""
    return _unmatched(PLEDGES, HALLS, keys, tables)


def of_votes(keys: Set[str], tables: Tables, settings: Any = None) -> Iterator[Finding]:
    """Check hall votes against the pledges that are stored."""
    return _unmatched(HALLS, PLEDGES, keys, tables)


def _unmatched(name: str, other: str, keys: Set[str], tables: Tables) -> Iterator[Finding]:
    """Warn once a unit and post that the other table lacks, where the unit has a post there that is missing here.

    A post of a single table, such as a post that pledges nothing, is no finding while the other has no unmatched post.
    """
    rows, theirs = tables(name, AT), _posts(tables(other, AT))
    named, seen = _posts(rows), set[tuple[str, str]]()
    for key, unit, post in zip(rows.index, rows["unit_code"], rows["post"], strict=True):
        known = theirs.get(str(unit), set())
        open_ones = known - named.get(str(unit), set())
        if key in keys and _given(post) and post not in known and open_ones and (unit, post) not in seen:
            seen.add((unit, post))
            yield Finding("post_unmatched", "warning", "post", str(key), {"posts": sorted(open_ones)})


def _given(post: object) -> bool:
    """Return whether a row names a post: one of an earlier version may hold no text."""
    return isinstance(post, str) and post != ""


def _posts(rows: Any) -> Mapping[str, set[str]]:
    """Return unit -> its posts; a row without a post names none."""
    found: dict[str, set[str]] = {}
    for unit, post in zip(rows["unit_code"], rows["post"], strict=True):
        if _given(post):
            found.setdefault(str(unit), set()).add(post)
    return found


CHECKS: Mapping[str, AcrossTables] = {PLEDGES: of_pledges, HALLS: of_votes}
