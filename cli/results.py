"""What a release says: ranking, bottom list, one unit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import Category, CommandError, Format, Output, ReleaseId, RoundId, progress, session, text_of
from cli.output import check_form, emit_json, emit_sheet, parsed_date
from i18n import N_

if TYPE_CHECKING:
    from data.store.release import Release, Round
    from results.ranking.family import WhatIf


@app.command(help=N_("Rank all units of a round within their category, or together with --category ALL."))
def ranking(
    round_id: RoundId,
    category: Category = None,
    release: ReleaseId = None,
    what_if: Annotated[Path | None, typer.Option("--what-if", metavar="FILE.toml", help=N_("Other rules."))] = None,
    classes: Annotated[
        bool, typer.Option("--classes", help=N_("At most five classes a category instead of places."))
    ] = False,
    rule_classes: Annotated[
        bool, typer.Option("--rule-classes", help=N_("The class of every unit by the rule set."))
    ] = False,
    parts: Annotated[
        bool, typer.Option("--parts", help=N_("What each part adds to the scores, with its evidence."))
    ] = False,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi ranking`."""
    from reports.ranking_table import as_json, as_sheet
    from results.ranking.ranking import ranking as rank_units
    from results.ranking.statements import family_name

    check_form(form, output)
    if classes:
        if what_if is not None:
            raise CommandError(N_("--classes is for published rules; leave out --what-if."))
        return _classes(round_id, category, release, form, output)
    if rule_classes or parts:
        return _further(round_id, category, release, form, output, classes=rule_classes, what_if=what_if)
    with open_release(release) as chosen:
        with progress(N_("Computing")):
            other = _what_if(chosen.round(round_id), what_if) if what_if else None
            answer = rank_units(chosen.round(round_id), category, other)
        named = family_name(category, session.language) if category else ""
        if form == "json":
            emit_json(as_json(answer, chosen, what_if is not None), output)
        else:
            sheet = as_sheet(answer, chosen, session.language, what_if is not None, category=named)
            emit_sheet(sheet, form, output)
    if what_if is not None:
        session.say(OTHER_RULES)


def _further(
    round_id: str,
    category: str | None,
    release: str | None,
    form: str,
    output: Path | None,
    *,
    classes: bool,
    what_if: Path | None,
) -> None:
    """Write the classes of a round, or the parts of its scores, instead of its ranking."""
    from reports import score_table as tables
    from results.ranking.score_classes import score_classes
    from results.ranking.score_parts import score_parts

    if what_if is not None:
        raise CommandError(N_("--what-if goes with the ranking only, not with --rule-classes or --parts."))
    with open_release(release) as chosen:
        round_ = chosen.round(round_id)
        with progress(N_("Computing")):
            classed = score_classes(round_, category) if classes else None
            found = [] if classes else score_parts(round_, category)
        if classed is not None and round_.rules is not None and not round_.rules.features.classes:
            session.say(N_("The rule set {rules} has no classes."), rules=round_.rules.name)
        elif classed is None and not found and round_.rules is not None:
            session.say(N_("In the rule set {rules} the ballots are the entire score."), rules=round_.rules.name)
        if form == "json":
            emit_json(
                tables.classes_as_json(classed, chosen) if classed else tables.parts_as_json(found, round_), output
            )
        elif classed:
            emit_sheet(tables.classes_as_sheet(classed, chosen, session.language), form, output)
        else:
            emit_sheet(tables.parts_as_sheet(found, round_, session.language), form, output)


def _classes(round_id: str, category: str | None, release: str | None, form: str, output: Path | None) -> None:
    """Write the classes of a round."""
    from reports.evidence_table import classes_sheet, evidence_json
    from results.evidence.classes import class_table

    with open_release(release) as chosen:
        round_ = chosen.round(round_id)
        with progress(N_("Computing")):
            rows = class_table(round_, category)
        if form == "json":
            emit_json(evidence_json(round_, rows, level=round_.scored_rules.uncertainty.level), output)
        else:
            emit_sheet(classes_sheet(round_, rows, session.language), form, output)


@app.command(help=N_("List units that are in the bottom k or cannot be ruled out, worst first."))
def bottom(
    round_id: RoundId,
    category: Category = None,
    k: Annotated[int | None, typer.Option("-k", metavar="K", help=N_("The last K, in place of the rule."))] = None,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi bottom`."""
    from reports.ranking_table import as_json, as_sheet
    from results.ranking.bottom_list import bottom as not_settled
    from results.ranking.statements import family_name

    check_form(form, output)
    if k is not None and k < 1:
        raise CommandError(N_("-k must be a whole number from 1 on, not {k}."), k=k)
    with open_release(release) as chosen:
        with progress(N_("Computing")):
            answer = not_settled(chosen.round(round_id), category, k)
        if form == "json":
            emit_json(as_json(answer, chosen, k is not None), output)
        else:
            named = family_name(category, session.language) if category else ""
            title = N_("Bottom list")
            emit_sheet(as_sheet(answer, chosen, session.language, k is not None, title, named), form, output)
    if k is not None:
        session.say(OTHER_RULES)


def _what_if(round_: "Round", file: Path) -> "WhatIf":
    from data.model.rule_sets import parse_rules
    from results.ranking.family import RoundNotFoundError
    from results.ranking.what_if import what_if

    rules = parse_rules(text_of(file))
    if not round_.has_units:
        raise RoundNotFoundError(round_.id, round_.release.rounds())
    return what_if(session.store(), round_, rules)


@app.command(help=N_("Show the results of a unit in every round, and what all schemes say of it."))
def unit(
    code: Annotated[str, typer.Argument(metavar="CODE")],
    schemes: Annotated[
        bool, typer.Option("--schemes", help=N_("The table over all schemes; JSON has it in any case."))
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=N_("As it stood on this day; else the newest."))
    ] = None,
    release: ReleaseId = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi unit`."""
    from reports import unit_dossier as words_of
    from reports.ranking_table import unit_as_json, unit_as_sheet
    from results.ranking.rows import unit_rounds
    from schemes import OTHER_SCHEMES
    from schemes.of_unit import in_register, unit_dossier

    check_form(form, output)
    day = parsed_date("--as-of", as_of) if as_of else None
    with open_release(release) as chosen:
        rows = unit_rounds(chosen, code)
        if not rows and not in_register(chosen, code):
            session.say(N_("The release has no unit with the code {unit}."), unit=code)
            raise which_unit(chosen, code, chosen.rounds())
        if rows and form != "json" and not schemes:
            emit_sheet(unit_as_sheet(chosen, code, rows, session.language), form, output)
            return
        found = unit_dossier(chosen, code, rows, OTHER_SCHEMES, day)
        if form == "json":
            emit_json({**unit_as_json(chosen, code, rows), "schemes": words_of.as_json(found)}, output)
        else:
            emit_sheet(words_of.sheet(found, session.language), form, output)


def which_unit(release: "Release", text: str, rounds: Sequence[str]) -> CommandError:
    """What to try after a code that there is not: units it may mean, or where the codes of a round are listed."""
    from problems import joined
    from results.ranking.unit_search import meant

    close = meant(release, text)
    if close:
        return CommandError(N_("Did you mean {close}?"), close=joined([*close], session.language))
    return CommandError(N_("All codes: biaochi ranking --round {round}"), round=next(iter(rounds), ""))


@contextmanager
def open_release(prefix: str | None) -> "Iterator[Release]":
    """A release, open while it is read."""

    found = session.store().release(prefix)
    if found is None:
        raise CommandError(N_("Nothing is published yet."))
    try:
        if found.is_outdated:
            raise CommandError(OUTDATED, release=found.short)
        yield found
    finally:
        found.close()


OTHER_RULES = N_("Computed under other rules, not published.")
OUTDATED = N_(
    "The release {release} was built by an earlier version of this program. Run “biaochi publish” to build the "
    "same files as a release of this version; the old release stays in the history."
)
