"""Commands `facts` and `province`: what a city publishes for its province, and what the province builds from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
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
    from data.store.release import Release

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


@facts_app.command(
    "export", help=N_("Publish the facts of a round to a shared folder: no original file, no sheet number.")
)
def export(
    round_id: RoundId,
    city: Annotated[str, typer.Option("--city", metavar="NAME", help=N_("Name of this city; its folder has it too."))],
    shared: Annotated[Path, typer.Option("--to", metavar="FOLDER", help=N_("Shared folder."))],
    release: ReleaseId = None,
) -> None:
    """`biaochi facts export`."""
    from data.store.city_facts import export_facts
    from data.store.history import now

    with open_release(release) as chosen, progress(N_("Computing")):
        folder = export_facts(chosen.round(round_id), city, shared, now())
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
    target: Annotated[Path, typer.Option("--to", metavar="FOLDER", help=N_("Folder of the releases of the province."))],
    city: Expected = None,
    until: Until = "",
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE.toml", help=N_("One rule set for all cities."))
    ] = None,
) -> None:
    """`biaochi province build`."""
    from data.model.rule_sets import parse_rules
    from data.store.province import build_province

    _refuse_missing(shared)
    chosen = parse_rules(text_of(rules)) if rules else None
    with progress(N_("Computing")):
        built = build_province(shared, target, round_id, expected=city or (), until=_end_of(until), rules=chosen)
    for gone in built.left_out:
        session.say(N_("Left out: {city}: {why}"), city=gone.city, why=_why(gone))
    session.say(N_("Cities in the release: {count}"), count=len(built.cities))
    print_line(str(built.folder))


@province_app.command("ranking", help=N_("Rank the units of a kind across cities, as one separate family."))
def ranking(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=N_("What “province build” printed."))],
    round_id: RoundId,
    category: Category = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """`biaochi province ranking`."""
    from reports.ranking_table import as_json, as_sheet
    from results.ranking.ranking import ranking as rank_units
    from results.ranking.statements import family_name

    check_form(form, output)
    with _opened(folder) as release:
        with progress(N_("Computing")):
            answer = rank_units(release.round(round_id), category, None)
        named = family_name(category, session.language) if category else ""
        if form == "json":
            emit_json(as_json(answer, release, False), output)
        else:
            emit_sheet(as_sheet(answer, release, session.language, False, category=named), form, output)


@contextmanager
def _opened(folder: Path) -> "Iterator[Release]":
    from data.store.release import RELEASE, Release

    if not (folder / RELEASE).is_file():
        raise CommandError(N_("There is no release in the folder {folder}."), folder=folder)
    release = Release(folder, folder.parent)
    try:
        yield release
    finally:
        release.close()


def _refuse_missing(shared: Path) -> None:
    if not shared.is_dir():
        raise CommandError(N_("There is no folder {folder}."), folder=shared)


def _end_of(day: str) -> str:
    """Return the end of a day as UTC, or '' for no day."""
    if not day:
        return ""
    last = datetime.combine(parsed_date("--until", day) + timedelta(days=1), time()).astimezone(UTC)
    return last.isoformat(timespec="seconds")


def _why(gone: "LeftOut") -> str:
    return translate(gone.why, session.language).format(**gone.facts)
