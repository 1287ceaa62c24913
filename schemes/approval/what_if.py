"""What a survey would show, from its numbers alone."""

import pandas as pd

from analytics.verdicts import CLEARED
from errors import UsageError
from schemes.approval.surveys import Answers, Sample, Settings, examine, forecast, result


def what_if(*, yes: int, n: int, population: int | None = None, missing: int = 0, settings: Settings) -> pd.DataFrame:
    """Say what a survey would show: bases, yes that lack, p, verdict, and how many more answers would prove it.

    Parameters
    ----------
    yes : answers in favour. n : people asked, who were drawn at random, or everybody. population : people concerned;
        of a census `n`, None if unknown. missing : people asked without a usable answer.
    """
    _refuse(yes, n, population, missing)
    answered = n - missing
    asked, usable = result(yes, n, settings), result(yes, answered, settings)
    drawn = (
        Sample(yes, answered, 0, population) if settings.missing == "at_random" else Sample(yes, n, missing, population)
    )
    found, more = examine(drawn, settings), forecast(Answers(yes), drawn.drawn, population, settings)
    figures = {
        **{"yes": yes, "n": n, "missing": missing, "population": population},
        **{"needed": settings.needed(n), "short": asked.short, "reached": asked.reached},
        **{"needed_of_answers": settings.needed(answered), "short_of_answers": usable.short},
        **{"reached_of_answers": usable.reached, "reaches_p": found.reaches_p, "falls_short_p": found.falls_short_p},
        **{"low": found.low, "high": found.high, "verdict": found.verdict},
        "more": 0 if found.verdict == CLEARED else _more(more.reached, more.more),
    }
    return pd.DataFrame({"figure": list(figures), "value": list(figures.values())}, dtype=object)


def _more(reached: bool, more: int | None) -> int | str:
    """Return the further answers, or why there is no number: below the line no survey of this share would prove it."""
    if not reached:
        return "below_line"
    return "everybody" if more is None else more


def _refuse(yes: int, n: int, population: int | None, missing: int) -> None:
    if min(yes, missing) < 0 or n < 1 or yes + missing > n:
        raise UsageError(
            "--yes {yes} and --missing {missing} should be parts of the people asked, --n {n}.",
            yes=yes,
            missing=missing,
            n=n,
        )
    if population is not None and population < n:
        raise UsageError(
            "--population {population} should be at least the people asked, --n {n}.", population=population, n=n
        )
