"""The answer to each route, from the same functions of results and reports that the command line calls."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus

from api.answer import COUNTED, NO_INTERVAL, Answer, basis, plain_sheet
from api.asked import Asked, RefusedError
from data.store.audit_log import read_log
from data.store.round_status import STATUSES
from formats.spreadsheet import Sheet
from i18n import N_, translate
from reports import history_table, measure_table, pledge_table, ranking_table
from results.fields import columns
from results.overview import round_rows
from results.pledges.by_year import pledge_year
from results.pledges.register import default_as_of
from results.ranking.bottom_list import bottom as bottom_list
from results.ranking.ranking import Ranking
from results.ranking.ranking import ranking as rank_units
from results.ranking.rows import unit_rounds
from schemes import SCHEMES
from schemes.chosen import choose
from schemes.chosen import rows as measure_rows
from schemes.frame import Period
from schemes.of_unit import in_register
from schemes.scheme import Scheme

BY_ITEM, BY_POST = pledge_table.BY_ITEM, pledge_table.BY_POST


def rounds(asked: Asked) -> Answer:
    """Return the rounds of a release."""
    release = asked.release
    rows = round_rows(release)

    def sheet(language: str) -> Sheet:
        words = [{**row, "status": translate(STATUSES[str(row["status"])], language)} for row in rows]
        return plain_sheet(N_("Rounds of the release"), "rounds", words, language)

    head = {"release": release.id, "demo": release.is_demo}
    added = {"release": release.id, "demo": release.is_demo, **NO_INTERVAL}
    return Answer(head, rows, added, sheet, release.id)


def ranking(asked: Asked) -> Answer:
    """Return the ranking of a round."""
    return _ranked(asked, rank_units(asked.round, asked.get("category")), N_("Ranking"))


def bottom(asked: Asked) -> Answer:
    """Return the bottom list of a round."""
    count = asked.get("k")
    found = bottom_list(asked.round, asked.get("category"), int(count) if count else None)
    return _ranked(asked, found, N_("Bottom list"), what_if=count is not None)


def _ranked(asked: Asked, ranking: Ranking, title: str, what_if: bool = False) -> Answer:
    round_ = asked.round
    release = round_.release
    content = ranking_table.as_json(ranking, release, what_if)
    head, rows = _parted(content)
    added = basis(release, round_, ranking.rules) | ({"what_if": True} if what_if else {})
    return Answer(
        head,
        rows,
        added,
        lambda language: ranking_table.as_sheet(ranking, release, language, what_if, title),
        release.id,
        round_.id,
    )


def _parted(content: dict[str, object]) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return the facts and the rows of the JSON of a command."""
    rows = content["rows"]
    head = {name: value for name, value in content.items() if name != "rows"}
    return head, list(rows) if isinstance(rows, list) else []


def unit(asked: Asked) -> Answer:
    """Return a unit in every round of a release."""
    release, code = asked.release, asked.values["code"]
    rows = unit_rounds(release, code)
    if not rows and not in_register(release, code):
        raise RefusedError(HTTPStatus.NOT_FOUND, "unit", N_("The release has no unit with the code {unit}."), unit=code)
    rules = [release.round(str(row["round"])).scored_rules.name for row in rows]
    added = {
        "release": release.id,
        "rules": rules,
        "demo": release.is_demo,
        "round_status": [release.round(str(row["round"])).status or "draft" for row in rows],
    }
    head = {"release": release.id, "unit": code, "demo": release.is_demo}
    return Answer(
        head, rows, added, lambda language: ranking_table.unit_as_sheet(release, code, rows, language), release.id
    )


def pledges(asked: Asked) -> Answer:
    """Return pledges against outcomes, by item or post."""
    round_ = asked.round
    by = asked.get("by") or BY_ITEM
    day = asked.day("as_of") or default_as_of(round_, asked.desk.today())
    found = pledge_table.table(pledge_year(round_, day), by, asked.get("category"))
    head, rows = _parted(pledge_table.as_json(found, round_.release))
    added = basis(round_.release, round_, found.rules) | {"as_of": found.as_of}
    if by == BY_ITEM:  # a pledge is one promise, counted and not estimated
        added |= {"n": 1, "low": None, "high": None, "why_no_interval": COUNTED}
    return Answer(
        head, rows, added, lambda language: pledge_table.as_sheet(found, round_.release, language),
        round_.release.id, round_.id,
    )  # fmt: skip


def releases(asked: Asked) -> Answer:
    """Return the history: publications and changes of status, each with what its release was built from."""
    history = asked.desk.store.history()
    _, rows = _parted(history_table.as_json(history))
    store = asked.desk.store
    rules_of = {upload.upload_id: upload.rules_name for upload in store.uploads()}
    uploads = {name: store.uploads_of(name) for name in {event.release for event in history}}
    added = {
        "rules": [_joined(rules_of.get(upload, "") for upload in uploads[event.release]) for event in history],
        "n": [len(uploads[event.release]) for event in history],
        **NO_INTERVAL,
    }
    in_force = store.in_force() or ""
    return Answer(
        {"release": in_force}, rows, added, lambda language: history_table.as_sheet(history, language), in_force
    )


def _joined(names: Iterable[str]) -> str:
    return ", ".join(sorted(filter(None, set(names))))


def scheme_named(name: str) -> Scheme:
    """Return a scheme by its name. Raises RefusedError."""
    for scheme in SCHEMES:
        if scheme.name == name:
            return scheme
    raise RefusedError(
        HTTPStatus.NOT_FOUND,
        "scheme",
        N_("There is no scheme {name}. Known: {known}."),
        name=name,
        known=", ".join(scheme.name for scheme in SCHEMES),
    )


def measures(asked: Asked) -> Answer:
    """Return the measures of a scheme over a period."""
    scheme, release = scheme_named(asked.values["scheme"]), asked.release
    day = asked.day("as_of") or scheme.latest_day(release)
    if day is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, "no_tables", N_("The release has no tables of this scheme."))
    chosen = choose(
        scheme,
        release,
        _period(asked, day),
        day,
        by=asked.get("by") or "all",
        unit=asked.get("unit") or "",
        place=asked.get("place") or "",
    )
    found, names = measure_rows(chosen), scheme.names(release, day)
    head, rows = _parted(measure_table.as_json(found, scheme, names, release))
    return Answer(
        head,
        rows,
        {"demo": release.is_demo},
        lambda language: measure_table.as_sheet(found, scheme, names, release, language),
        release.id,
    )


def _period(asked: Asked, day: date) -> Period:
    text = asked.get("period") or str(day.year)
    try:
        return Period.of(text)
    except ValueError:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            "parameter",
            N_("A period is a month, a quarter or a year, such as 2026-03, 2026Q1 or 2026, not {value}."),
            value=text,
        ) from None


def log(asked: Asked) -> Answer:
    """Return the entries of the audit log from a day on."""
    first = asked.get("since") or ""
    entries = [entry for entry in read_log(asked.desk.store.path) if entry.time[:10] >= first]
    names = columns("audit")
    rows = [{name: getattr(entry, name) for name in names} for entry in entries]
    return Answer({}, rows, {}, lambda language: plain_sheet(N_("Audit log"), "audit", rows, language))
