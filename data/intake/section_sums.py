"""Lines whose numbers are exactly the sums of the lines next to them: a section's sum under its name, such as 党群部门.

No word tells such a line from a unit. In an ordinary table every unit has about as many votes, so that a line is the
sum of others by chance only where numbers are small.
"""

from collections.abc import Iterable, Sequence

from data.intake.meaning import shortened
from problems import Problem

FEWEST_LINES = 2  # of a section
FEWEST_VOTES = 10  # of a sum: 2 = 1 + 1 is no evidence
FEWEST_COLUMNS = 2  # that hold numbers; a lone column is a sum by chance more often
MOST_LINES = 5000  # of a file that are compared with each other; more are a list of units, not a printed table
Numbers = tuple[int, ...]


def sums_among(lines: Sequence[Numbers]) -> list[int]:
    """Return the places of lines that are the sum of the lines directly below or above, or of all others together."""
    if len(lines) > MOST_LINES:
        return []
    found = {at for at in range(len(lines)) if _counts(lines[at]) and _is_sum(lines, at)}
    rest = [line for at, line in enumerate(lines) if at not in found]
    whole = tuple(map(sum, zip(*rest, strict=True)))
    for at, line in enumerate(lines):
        if (
            at not in found
            and _counts(line)
            and len(rest) > FEWEST_LINES
            and all(total == 2 * number for total, number in zip(whole, line, strict=True))
        ):
            found.add(at)
    return sorted(found | _of_single_lines(lines, found))


def _counts(line: Numbers) -> bool:
    return sum(line) >= FEWEST_VOTES and sum(number > 0 for number in line) >= FEWEST_COLUMNS


def _is_sum(lines: Sequence[Numbers], at: int) -> bool:
    below, above = range(at + 1, len(lines)), range(at - 1, -1, -1)
    return any(_adds_up(lines[at], map(lines.__getitem__, places)) for places in (below, above))


def _adds_up(line: Numbers, others: Iterable[Numbers]) -> bool:
    """Return whether the first of the others, at least two, add up to a line."""
    total = tuple(0 for _ in line)
    for many, other in enumerate(others, start=1):
        total = tuple(map(int.__add__, total, other))
        if many >= FEWEST_LINES and total == line:
            return True
        if any(part > whole for part, whole in zip(total, line, strict=True)):
            return False
    return False


def _of_single_lines(lines: Sequence[Numbers], found: set[int]) -> set[int]:
    """Return the sums of sections of a single line, where other sections have a sum on the same side of their lines."""
    above = [at for at in found if _adds_up(lines[at], lines[at + 1 :])]
    if not above:
        return set()
    starts = [at for at in range(len(lines) - 1) if at not in found and at + 1 not in found]
    ends = {len(lines), *found}
    return {at for at in starts if _counts(lines[at]) and lines[at] == lines[at + 1] and at + 2 in ends}


def question(file: str, places: Sequence[tuple[int, str]]) -> list[Problem]:
    """Return the question about lines that may be sums: row and name of each; none without a line."""
    if not places:
        return []
    names = [name for _, name in places]
    facts: dict[str, object] = {"columns": names, "shown": shortened(names), "count": len(names)}
    return [Problem("confirm_sums", "warning", file, None, places[0][0], facts=facts)]
