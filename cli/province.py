"""Commands `facts` and `province`: what a city publishes for its province, and what the province builds from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import Category, CommandError, Format, Output, ReleaseId, RoundId, progress, session, text_of
from cli.output import check_form, emit_json, emit_rows, emit_sheet, parsed_date, print_line
from cli.results import open_release
from i18n import N_, translate

if TYPE_CHECKING:
    from data.store.province import LeftOut
    from results.province.levels import Province

facts_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(facts_app, name="facts", help=N_("Facts of a round for the province."))
province_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(province_app, name="province", help=N_("One release of the units of many cities."))

Shared = Annotated[Path, typer.Option("--from", metavar="FOLDER", help=N_("Folder to which the cities publish."))]
Expected = Annotated[
    list[str] | None, typer.Option("--city", metavar="NAME", help=N_("City that must be there; repeat for each city."))
]
Until = Annotated[
    str, typer.Option("--until", metavar="DATE", help=N_("Last day; facts that were published later are left out."))
]
Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="FOLDER", help=N_("Folder of the province, or of one of its releases; else BIAOCHI_PROVINCE.")
    ),
]


@facts_app.command(
    "export", help=N_("Publish the facts of a round to a shared folder: no original file, no sheet number.")
)
def export(
    round_id: RoundId,
    city: Annotated[str, typer.Option("--city", metavar="NAME", help=N_("Name of this city; its folder has it too."))],
    shared: Annotated[Path, typer.Option("--to", metavar="FOLDER", help=N_("Shared folder."))],
    county: Annotated[
        str,
        typer.Option("--county", metavar="NAME", help=N_("Name of this county of the city, if it publishes itself.")),
    ] = "",
    release: ReleaseId = None,
) -> None:
    """`biaochi facts export`."""
    from data.store.city_facts import export_facts
    from data.store.history import now
    from results.province.published import published_results

    with open_release(release) as chosen, progress(N_("Computing")):
        round_ = chosen.round(round_id)
        if not round_.has_units or round_.rules is None:
            raise CommandError(N_("Round {round} has no votes, so there are no facts to export."), round=round_id)
        folder = export_facts(round_, city, shared, now(), published_results(round_), county)
    print_line(str(folder))


@province_app.command("list", help=N_("List the cities, and for each whether its facts can be used."))
def list_cities(
    shared: Shared,
    round_id: RoundId,
    city: Expected = None,
    until: Until = "",
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi province list`."""
    from data.store.province import usable_cities

    check_form(form, output)
    _refuse_missing(shared)
    found, left_out = usable_cities(shared, round_id, city or (), _end_of(until))
    states = {facts.city: translate(N_("usable"), session.language) for facts in found}
    states |= {gone.city: _why(gone) for gone in left_out}
    releases = {facts.city: facts.release[:16] for facts in found}
    rows = [{"city": name, "state": states[name], "release": releases.get(name, "")} for name in sorted(states)]
    headers = {"city": N_("City"), "state": N_("State of its facts"), "release": N_("Release")}
    emit_rows(rows, headers, N_("Facts of the cities"), form, output)


@province_app.command("build", help=N_("Build one release from the facts of all cities that can be used."))
def build(
    shared: Shared,
    round_id: RoundId,
    target: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help=N_("Folder of the province; else BIAOCHI_PROVINCE."))
    ] = None,
    city: Expected = None,
    until: Until = "",
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE.toml", help=N_("A single rule set for all; else those of each city.")),
    ] = None,
) -> None:
    """`biaochi province build`."""
    from data.model.rule_sets import parse_rules
    from data.store.province import ADVICE, build_province

    _refuse_missing(shared)
    place = _folder(target)
    chosen = parse_rules(text_of(rules)) if rules else None
    with progress(N_("Computing")):
        built = build_province(shared, place, round_id, expected=city or (), until=_end_of(until), rules=chosen)
    for gone in built.left_out:
        advice = translate(ADVICE[gone.code], session.language)
        session.say(N_("Left out: {city}: {why}. {advice}"), city=gone.city, why=_why(gone), advice=advice)
    session.say(N_("Cities in the release: {count}"), count=len(built.cities))
    with _opened(built.folder, round_id) as province:
        _say_refused(province, None)
    print_line(str(built.folder))


@province_app.command("levels", help=N_("Show the province, its cities and its counties with their figures."))
def show_levels(
    round_id: RoundId,
    folder: Folder = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi province levels`."""
    from reports.province_table import as_json, levels_sheet
    from results.province.levels import levels

    check_form(form, output)
    with _opened(folder, round_id) as province:
        rows = levels(province)
        if form == "json":
            emit_json(as_json(province, rows, session.language), output)
        else:
            emit_sheet(levels_sheet(province, rows, session.language), form, output)


@province_app.command("bottom", help=N_("Show the bottom list of every city as that city published it."))
def show_lists(
    round_id: RoundId,
    folder: Folder = None,
    category: Category = None,
    every: Annotated[bool, typer.Option("--every", help=N_("All units, not only those on the lists."))] = False,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi province bottom`."""
    from reports.province_table import as_json, lists_sheet
    from results.province.levels import as_published

    check_form(form, output)
    with _opened(folder, round_id) as province:
        rows = as_published(province, category, every=every)
        if form == "json":
            emit_json(as_json(province, rows, session.language), output)
        else:
            emit_sheet(lists_sheet(province, rows, session.language), form, output)


@province_app.command("ranking", help=N_("Rank the units of a kind across cities, as one separate family."))
def ranking(
    round_id: RoundId,
    folder: Folder = None,
    category: Category = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi province ranking`."""
    from reports.ranking_table import as_json, as_sheet
    from results.ranking.family import ALL
    from results.ranking.ranking import ranking as rank_units
    from results.ranking.statements import family_name

    check_form(form, output)
    with _opened(folder, round_id) as province:
        kind = None if category in (None, ALL) else category
        round_ = province.round if kind is None else province.round_of(kind)
        with progress(N_("Computing")):
            answer = rank_units(round_, category, None)
        _say_refused(province, kind)
        named = family_name(category, session.language) if category else ""
        if form == "json":
            refused = [{"city": own.city, "why": own.sentence(session.language)} for own in province.refused(kind)]
            emit_json({**as_json(answer, province.release, False), "refused": refused}, output)
        else:
            emit_sheet(as_sheet(answer, province.release, session.language, False, category=named), form, output)


@province_app.command(
    "public", help=N_("Write the public table of the province: sums that give no withheld number of a city away.")
)
def write_public(
    round_id: RoundId,
    folder: Folder = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi province public`."""
    from reports.province_public import keep, public_json, public_sheet, public_table

    check_form(form, output)
    with _opened(folder, round_id) as province:
        place = province.built.folder.parent.parent
        with progress(N_("Computing")):
            table = public_table(province, place)
        keep(table, place)
    for name in table.without:
        session.say(N_("Not in the table: {city}; it has no public page of the release in this province."), city=name)
    for name in table.waiting:
        session.say(N_("Too few votes changed since the last public table; this category waits: {name}."), name=name)
    if form == "json":
        emit_json(public_json(table), output)
    else:
        emit_sheet(public_sheet(table, session.language), form, output)


def _say_refused(province: "Province", kind: str | None) -> None:
    for own in province.refused(kind):
        why = own.sentence(session.language)
        session.say(N_("Not ranked with the other cities: {city}. {why}"), city=own.city, why=why)


def _folder(given: Path | None) -> Path:
    folder = given or session.settings.province
    if folder is None:
        raise CommandError(N_("Name the folder of the province, or set BIAOCHI_PROVINCE."))
    return folder


@contextmanager
def _opened(given: Path | None, round_id: str) -> "Iterator[Province]":
    from results.province.levels import province_of

    province = province_of(_folder(given), round_id)
    try:
        yield province
    finally:
        province.close()


def _refuse_missing(shared: Path) -> None:
    if not shared.is_dir():
        raise CommandError(N_("There is no folder {folder}."), folder=shared)


def _end_of(day: str) -> str:
    """Return the end of a day as UTC, or '' for no day."""
    if not day:
        return ""
    last = parsed_date("--until", day)
    if last.year == date.max.year:  # the day after has no date
        return ""
    return datetime.combine(last + timedelta(days=1), time()).astimezone(UTC).isoformat(timespec="seconds")


def _why(gone: "LeftOut") -> str:
    return translate(gone.why, session.language).format(**gone.facts)
