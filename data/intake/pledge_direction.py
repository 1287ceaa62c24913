"""The direction of a pledge that does not say whether higher or lower is better: asked, never guessed."""

from collections.abc import Sequence

from data.intake.cells import number_in
from data.intake.meaning import shortened
from data.model.contract import header_of
from problems import Problem

LOWER_IS_BETTER = "越低越好"


def suggests_lower(target: object, baseline: object) -> bool:
    """Return whether a target below the baseline suggests that lower is better.

    The default of the contract, higher is better, would call a kept pledge missed.
    """
    aim, start = (number_in("" if value is None else str(value)) for value in (target, baseline))
    return aim is not None and start is not None and aim < start


def suggests_nothing(target: object, baseline: object) -> bool:
    """Return whether a target does not tell which is better: there is no baseline, or it is the target."""
    aim, start = (number_in("" if value is None else str(value)) for value in (target, baseline))
    return aim is not None and (start is None or aim == start)


def confirm_direction(file: str, rows: Sequence[tuple[int, str]]) -> Problem:
    """Ask whether pledges are rightly read as lower is better. rows: row and code of each pledge."""
    column = header_of("pledges", "direction")
    facts = {"columns": [column], "shown": shortened([code for _, code in rows]), "count": len(rows)}
    return Problem("confirm_direction", "warning", file, None, rows[0][0], column, facts=facts)


def read_by_default(file: str, rows: Sequence[tuple[int, str]]) -> Problem:
    """Tell that pledges are read as higher is better, the default of the contract. rows: row and code of each."""
    facts = {"shown": shortened([code for _, code in rows]), "count": len(rows)}
    column = header_of("pledges", "direction")
    return Problem("direction_by_default", "note", file, None, rows[0][0], column, facts=facts)
