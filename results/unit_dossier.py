"""The dossier of a unit: what the mass evaluation says of it, in the rows that all schemes share, and what schemes add.

There is no total over schemes and no mark for a good unit: each line says of how many it speaks, on which day, and how
sure it is. A unit of which a scheme has no record is not at zero; it is silent since the first day of that scheme.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from data.model.record_keys import year_of
from data.store.release import Release, Round
from i18n import N_
from results.missing import is_missing
from results.pledges.register import pledge_book, pledge_rounds
from results.ranking.lineage import codes_of

EVALUATION = "evaluation"
TITLE = N_("Mass evaluation and pledges")
YEARS = 3
POINTS, PLACE, SHARE, COUNTED, NOT_RANKED = "points", "place", "share", "counted", "not_ranked"
ROW = (
    *("scheme", "measure", "by", "key", "period_from", "period_to", "as_of", "value", "n", "of_what"),
    *("low", "high", "why_no_interval", "verdict", "reason", "rules", "release"),
)
EVENTS = ("day", "lane", "mark", "words", "matter_no", "best", "worst", "of")
"""An event of the picture. best, worst, of : the places that the votes allow, of a ballot round only."""
WORDS = {
    "score": N_("Score"),
    "place": N_("Place in its category"),
    "pledges_met": N_("Pledges met, as verified"),
    "votes": N_("votes"),
    "ranked_units": N_("ranked units of the category"),
    "verified_pledges": N_("pledges with a verified outcome"),
    "confirmed": N_("Confirmed at the bottom"),
    "undecided": N_("Undecided"),
    "cleared": N_("Cleared"),
    NOT_RANKED: N_("Not ranked"),
    COUNTED: N_("Counted, not sampled"),
    "round": N_("Ballot round: the places that the votes allow"),
    "pledge_check": N_("Pledges checked"),
}
COUNTS = {"score": POINTS, "place": PLACE, "pledges_met": SHARE}


@dataclass(frozen=True)
class Span:
    """Days in which a unit had a code and a name."""

    code: str
    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Line:
    """A line of the dossier. title : of the scheme, an English message. row : ROW. word : code, column -> its message.

    former : the name of the unit at that time, where it is no longer its name.
    """

    title: str
    row: Mapping[str, Any]
    counts: str
    word: Callable[..., str]
    former: str = ""


@dataclass(frozen=True)
class Silent:
    """A scheme without a record of the unit. since : its first day; None where nothing of it was imported."""

    name: str
    title: str
    since: date | None


@dataclass(frozen=True)
class Contribution:
    """What a scheme says of a unit. events : EVENTS, words already English messages."""

    name: str
    title: str
    lines: tuple[Line, ...] = ()
    events: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(EVENTS)))
    since: date | None = None


@dataclass(frozen=True)
class Dossier:
    """Everything on a unit: lines of the evaluation, then of each scheme. lanes : name -> title, from top to bottom."""

    unit: str
    name: str
    release: str
    first: date
    as_of: date
    lines: tuple[Line, ...]
    silent: tuple[Silent, ...]
    events: pd.DataFrame
    lanes: Mapping[str, str]


def dossier(
    release: Release,
    code: str,
    rounds: Sequence[Mapping[str, object]],
    contributions: Sequence[Contribution],
    as_of: date,
) -> Dossier:
    """Return the dossier of a unit. rounds : its ranking rows, newest first (`results.ranking.rows.unit_rounds`)."""
    first = first_day(as_of)
    inside = [row for row in rounds if (year_of(str(row["round"])) or as_of.year) >= first.year]
    spans = name_spans(release, code, first, as_of)
    name = spans[-1].name if spans else code
    own = [_line(row, name) for row in (*_of_rounds(release, inside), *_of_pledges(release, code, first.year))]
    events = [_events(release, code, inside, first.year), *(one.events for one in contributions)]
    known = [part.reindex(columns=list(EVENTS)).astype(object) for part in events if len(part)]
    joined = pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=list(EVENTS), dtype=object)
    return Dossier(
        code,
        name,
        release.id,
        first,
        as_of,
        (*own, *(line for one in contributions for line in one.lines)),
        tuple(Silent(one.name, one.title, one.since) for one in contributions if not one.lines),
        joined.sort_values("day", kind="stable", ignore_index=True),
        {EVALUATION: TITLE, **{one.name: one.title for one in contributions}},
    )


def first_day(as_of: date) -> date:
    """Return the first day of the dossier: of the year before last."""
    return date(as_of.year - YEARS + 1, 1, 1)


def name_spans(release: Release, code: str, first: date, last: date) -> list[Span]:
    """Return the codes and names of a unit by year, as the registers of the rounds have them, oldest first."""
    known = _names(release, codes_of(release, code))
    found: list[Span] = []
    for year in range(first.year, last.year + 1) if known else ():
        before = [own for own in known if own[0] <= year]
        _, own_code, name = before[-1] if before else known[0]
        begin, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        if found and (found[-1].code, found[-1].name) == (own_code, name):
            found[-1] = Span(own_code, name, found[-1].first, end)
        else:
            found.append(Span(own_code, name, begin, end))
    return found


def _names(release: Release, codes: Iterable[str]) -> list[tuple[int, str, str]]:
    """Return year, code and name of a unit in each register that has it, oldest first."""
    wanted, found = set(codes), []
    for name in release.rounds():
        units = release.round(name).units
        own = units[units["unit_code"].astype(str).isin(wanted)]
        year = year_of(name)
        if len(own) and year is not None:
            found.append((year, str(own["unit_code"].iloc[0]), str(own["unit_name"].iloc[0])))
    return sorted(found)


def _line(row: Mapping[str, Any], name: str) -> Line:
    then = str(row.get("unit_name") or name)
    return Line(
        TITLE,
        {column: row.get(column) for column in ROW},
        COUNTS[str(row["measure"])],
        _word,
        then if then != name else "",
    )


def _word(code: str, column: str = "") -> str:
    """Return the message of a code of the evaluation, in whatever column."""
    return WORDS.get(code, code)


def _of_rounds(release: Release, rounds: Iterable[Mapping[str, object]]) -> Iterator[dict[str, Any]]:
    """Yield score and place of a unit in each round, newest first."""
    for row in rounds:
        round_ = release.round(str(row["round"]))
        about = _about(release, round_, row)
        why = None if row["score_low"] is not None else NOT_RANKED
        score = {"value": row["score"], "n": row["n"], "of_what": "votes", "low": row["score_low"]}
        yield {**about, "measure": "score", **score, "high": row["score_high"], "why_no_interval": why}
        ranked = _ranked(row, round_)
        places = {"value": row["rank"], "n": ranked, "of_what": "ranked_units", "low": row["rank_best"]}
        yield {**about, "measure": "place", **places, "high": row["rank_worst"], "why_no_interval": why}


def _about(release: Release, round_: Round, row: Mapping[str, object]) -> dict[str, Any]:
    year = year_of(round_.id)
    days = (f"{year}-01-01", f"{year}-12-31") if year is not None else (round_.id, round_.id)
    about = dict(zip(("period_from", "period_to"), days, strict=True))
    verdict = row.get("verdict") or NOT_RANKED
    basis = {"rules": round_.rules.name if round_.rules else "", "release": release.id, "as_of": days[1]}
    named = {"scheme": EVALUATION, "by": "unit", "key": row["unit_code"], "unit_name": row["unit_name"]}
    return {**about, **basis, **named, "verdict": verdict, "reason": row.get("reason")}


def _ranked(row: Mapping[str, object], round_: Round) -> int:
    """Return the number of ranked units of its category."""
    from results.ranking.ranking import ranking

    rows = ranking(round_, str(row["category"])).rows
    return int(rows["rank"].notna().sum())


def _of_pledges(release: Release, code: str, first: int) -> Iterator[dict[str, Any]]:
    """Yield the share of pledges met, as verified, of each round with pledges."""
    codes = set(codes_of(release, code))
    for name in pledge_rounds(release):
        year = year_of(name)
        book = pledge_book(release.round(name))
        units = book.units[book.units["unit_code"].isin(codes)]
        if units.empty or year is None or year < first:
            continue
        known = pd.to_numeric(units["verified_known"]).fillna(0)
        met = (pd.to_numeric(units["verified_share_met"]).fillna(0) * known).round().sum()
        n = int(known.sum())
        about = {"scheme": EVALUATION, "measure": "pledges_met", "by": "unit", "key": units["unit_code"].iloc[0]}
        about |= {"period_from": f"{year}-01-01", "period_to": f"{year}-12-31", "as_of": book.as_of.isoformat()}
        about |= {"value": met / n if n else None, "n": n, "of_what": "verified_pledges", "release": release.id}
        why = COUNTED if n else "empty_base"
        yield {
            **about,
            "why_no_interval": why,
            "verdict": COUNTED,
            "unit_name": units["unit_name"].iloc[0],
            "rules": "",
        }


def _events(release: Release, code: str, rounds: Iterable[Mapping[str, object]], first: int) -> pd.DataFrame:
    """Return the ballot rounds with their places, and the days on which pledges were checked."""
    rows: list[dict[str, object]] = []
    for row in rounds:
        year = year_of(str(row["round"]))
        if year is not None and not is_missing(row["rank_best"]):
            places = {
                "best": row["rank_best"],
                "worst": row["rank_worst"],
                "of": _ranked(row, release.round(str(row["round"]))),
            }
            rows.append({"day": pd.Timestamp(f"{year}-12-31"), "mark": "bar", "words": WORDS["round"], **places})
    for name in pledge_rounds(release):
        if (year_of(name) or 0) >= first:
            rows += [
                {"day": pd.Timestamp(day), "mark": "check", "words": WORDS["pledge_check"]}
                for day in _checks(release.round(name), set(codes_of(release, code)))
            ]
    return pd.DataFrame([{"lane": EVALUATION, "matter_no": "", **row} for row in rows], columns=list(EVENTS))


def _checks(round_: Round, codes: set[str]) -> list[str]:
    """Return the days on which pledges of a unit were checked."""
    lines = pledge_book(round_).lines
    own = set(lines.loc[lines["unit_code"].isin(codes), "pledge_id"])
    checks = round_.records("progress")
    return sorted(set(checks.loc[checks["pledge_id"].isin(own), "check_date"].dropna().astype(str)))
