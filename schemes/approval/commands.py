"""What the scheme adds to its command: what a survey would show, without a store."""

from datetime import date
from typing import Annotated

import typer

from i18n import N_
from schemes.approval.words import COLUMN_WORDS, FIGURE_WORDS, MORE_WORDS
from schemes.command import Answer, Command, Given


def what_if_call(
    given: Given,
    yes: Annotated[int, typer.Option(metavar="N", help=N_("Answers in favour."))],
    n: Annotated[int, typer.Option("--n", metavar="N", help=N_("People asked, drawn at random or everybody."))],
    population: Annotated[int | None, typer.Option(metavar="N", help=N_("People concerned; of a census --n."))] = None,
    missing: Annotated[int, typer.Option(metavar="N", help=N_("People asked without a usable answer."))] = 0,
) -> Answer:
    """Return the figures of a survey under the newest rules of the store."""
    from schemes.approval.what_if import what_if
    from schemes.words import VERDICT_WORDS

    rules = given.rules(date.max)
    found = what_if(yes=yes, n=n, population=population, missing=missing, settings=rules.settings)
    rows = [{"figure": figure, "value": value} for figure, value in found.itertuples(index=False)]
    words = {"figure": FIGURE_WORDS, "value": {**VERDICT_WORDS, **MORE_WORDS}}
    return Answer(N_("What a survey would show"), COLUMN_WORDS, rows, {N_("Rules"): rules.name}, words)


COMMANDS = {
    "what-if": Command(
        what_if_call,
        N_("Say what a survey would show, without a store."),
        ("what-if --yes 200 --n 300 --population 3000", "what-if --yes 640 --n 1000 --population 1000 --missing 40"),
    )
}
