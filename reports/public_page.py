"""The public page of a round: a single file for the government website, in both languages, without network.

It shows what reports.disclosure_control lets out and nothing else, and around it the notice (reports.public_parts). The
template is reports/templates/public.html; it escapes every value, so a unit whose name is markup or a formula comes out
as that text. Everything can be read without scripts; where they run, a search finds a unit.
"""

import base64
import hashlib
import shlex
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from analytics.suppression import UNIFORM
from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED
from data.model.rule_sets import Bottom
from data.store.release import Release, Round
from i18n import LANGUAGES, N_, join, translate
from reports.disclosure_control import FEWEST_UNITS, GradeTable, Published, published
from reports.disclosure_over_time import REPEATED, WAITING
from reports.documents.common import round_words
from reports.interval_leaks import step_decimals, steps_of
from reports.public_data import files_told
from reports.public_facts import PublicSet
from reports.public_measure_tables import measure_sections, wall_sections
from reports.public_numbers import HIDDEN, NONE, half_up, public_stamps
from reports.public_parts import PLAIN, PublicParts, long_day, notice_lines
from reports.public_review import figures_words
from reports.public_state import OUTCOMES
from results.labels import REASON_SENTENCES, VERDICT_COLOURS, VERDICTS
from results.method_text import in_five_sentences
from results.notes import SENTENCES
from results.ranking.bottom_list import BottomList
from results.ranking.population import about_whom
from results.ranking.rows import records
from results.ranking.statements import family_name

TEMPLATES = Path(__file__).with_name("templates")
LANG = {"zh": "zh-CN", "en": "en"}
NAMES = {"zh": "中文", "en": "English"}
WIDTH = 200
"""Size of the drawing of a range of places, in drawing units."""
TIERS = (CONFIRMED, UNDECIDED, CLEARED)

TITLE = N_("Public evaluation of departments in {round}: results")
SEARCH = "public_search.js"
UNIT_INDEX = N_("Index of units ({count})")
FOUND = N_("Matching lines: {count}")
"""Filled in by the script of the search."""
WORDS = {
    "summary": N_("Summary"),
    "index": N_("On this page"),
    "search": N_("Find a unit"),
    "groups": N_("Show votes by group, and the basis of each line"),
    "objections": N_("Objections and corrections"),
    "data": N_("The data as a file"),
    "ranking": N_("Ranking"),
    "bars": N_(
        "The bar under a name spans the places that the votes allow, the best on the left; the dot is the place by "
        "score, the dashed line the border of the bottom list."
    ),
    "not_ranked": N_("Not ranked"),
    "bottom": N_("Bottom list"),
    "bottom_why": N_(
        "A place at the end alone supports no conclusion. Only units under “Confirmed” may be described as being at "
        "the bottom; the other sentences go no further than the votes allow."
    ),
    "none": N_("None."),
    "withheld": N_("What is withheld, and why"),
    "method": N_("How the results come about"),
    "rules": N_("Rule set"),
    "recompute": N_("Recompute"),
    "recompute_how": N_(
        "The office keeps the uploaded files unchanged. These commands compute this release from them again and "
        "compare every table, and write this page again, byte for byte:"
    ),
    "basis": N_("Basis"),
}
CLASSES = ("place", "name", "n", "score", "interval", "places", "verdict")
NOT_RANKED_CLASSES = ("name", "category", "n", "reason")
SHORT = {"n": N_("Votes"), "score": N_("Score"), "places": N_("Places")}
"""Words before a number on a narrow screen, where the lines of the table have no headers."""
TALLY = N_("{category}: {ranked} ranked")
WITHDRAWN = N_("This notice was withdrawn on {day}. Its findings do not hold any more.")
REPLACES = N_("This notice corrects and replaces the notice of {day} (release {release}).")
REPLACED = N_("This notice was replaced by the notice of {day}. It shows what was published then.")
PUBLIC_REASON = N_("Reason: {reason}")
CORRECTED = N_("{unit}: published first as “{before}”, now “{after}” ({day}). {reason}")
OBJECTIONS = {
    "lifted": N_("Objections after which the figures stayed: {count}."),
    "upheld": N_("Objections that were upheld: {count}."),
    "late": N_("Objections that came too late: {count}."),
    "withdrawn": N_("Objections taken back: {count}."),
    "open": N_("Objections under examination: {count}."),
}
NO_OBJECTIONS = N_("No objection and no correction is on record.")
DATA_FILES = N_(
    "The table of units is there as a CSV file too, with a codebook of its columns. Their SHA-256 digests show that "
    "they belong to this page:"
)
HEADERS = (
    *(N_("Place"), N_("Unit"), N_("Votes"), N_("Score"), N_("Interval of the score")),
    *(N_("Places"), N_("Verdict")),
)
NOT_RANKED_HEADERS = (N_("Unit"), N_("Category"), N_("Votes"), N_("Reason"))
RUNNING = N_("Round {round} · rule set {rules} · release {release}")
CAPTION = N_("{category}: {ranked} ranked units, best first. Interval and places hold at {level}%.")
BALLOTS = N_("Ballots counted: {ballots}.")
INTRODUCTION = (
    N_("Units that took part: {units}; categories: {categories}; ranked: {ranked}."),
    N_(
        "Every score is shown with its number of votes and an interval, every place with the places that the "
        "votes allow: units whose ranges overlap may well be equally good."
    ),
)
LINE = N_("{n} votes; score {score}, interval {interval}; place {place}, allowed {places}; {verdict}; {basis}")
WITHHELD = {
    "rule": N_(
        "Withheld ({sign}) is every number of votes below {smallest}, with all that rests on it, so that nobody can "
        "find out how a few people voted; so are fewer than {uniform} votes that are all alike."
    ),
    "others": N_(
        "Further numbers are withheld because these could otherwise be worked out by subtraction. The page does "
        "not show which are which."
    ),
    "count": N_(
        "In this round: {units} units with all their figures, {groups} numbers by group, {grades} numbers by grade."
    ),
    "never": N_(
        "Never published: grades of a single unit, means and totals of groups, shares of “don't know”, and scores of "
        "units that are not ranked."
    ),
    "categories": N_(
        "No grades are published of: {names} (fewer than {fewest} units, or numbers that would follow from them)."
    ),
    "nothing": N_("No limit for small numbers is set in this rule set; no number is withheld for this reason."),
}
BECAUSE_OF_EARLIER = {
    WAITING: N_(
        "{category}: votes of at least one unit changed by fewer than {smallest} (or by a few more that are all alike) "
        "since the public page of release {release}. New and old figures together would show how these few voted, "
        "so nothing but names is shown here. The change waits until more votes change; what the page of release "
        "{release} shows is the latest that is public."
    ),
    REPEATED: N_("{category}: no vote changed since release {release}; what was published then is printed again."),
}
NO_NEW_GRADES = N_(
    "No new table of grades is printed of {names}: subtracted from the tables of an earlier page, it would show how a "
    "few voted."
)
CATEGORY_WAITS = N_("The figures of this category wait; see “What is withheld, and why”.")
BALLOTS_WAIT = N_("The number of ballots is not shown: it changed by fewer than {smallest} since an earlier page.")
OUTDATED = N_(
    "{category}: these published verdicts no longer hold, and the new ones wait as well: {units}. Write to these units "
    "separately."
)
COARSE = N_(
    "The ends of intervals are rounded outwards, to a step of {fine} points or, where few people voted, of {coarse} "
    "or {coarsest}: exact ends would show single votes."
)
EARLIER = N_("Earlier public pages of this round: {count}. Each is named by its digest, oldest first:")
FIRST = N_("This is the first public page of this round.")
METHOD = (
    N_("“Don't know”, abstained, blank and invalid answers are counted separately and never lower a score."),
    N_(
        "The interval of a score and the places that the votes allow come from the spread of the ballots; where one "
        "ballot grades several units, that is taken into account. The places hold for all units of a category at once, "
        "in {level} of 100 rounds."
    ),
    N_(
        "A unit is confirmed at the bottom, or confirmed not to be there, only by a test; the chance of even one wrong "
        "name in a category is at most {error}%. For the others the evidence is not enough either way."
    ),
    N_(
        "Units are ranked within their category only. Equal scores share a place. Draws begin from the release id, so "
        "the same release gives the same places everywhere."
    ),
)
POOLED = N_("All votes count equally, whatever the group.")
RULE_FACTS = {
    "name": N_("Name"),
    "title": N_("Title"),
    "source": N_("Source"),
    "why": N_("Reason"),
    "date": N_("Date"),
    "points": N_("Points"),
    "numeric": N_("Scale"),
    "weights": N_("Weights"),
    "per_unit": N_("Fewest votes to be ranked"),
    "per_group": N_("Fewest votes of a weighted group to be confirmed"),
    "smallest": N_("Smallest number of votes that is published"),
}
BOTTOM = {
    "last": N_("Places at the end that the rule takes: {k}."),
    "share": N_("The rule takes the last {share}% of the ranked units."),
    "below": N_("The rule takes every unit with a score below {line}."),
    "last_and_below": N_("Places at the end that the rule takes, if the score is below {line}: {k}."),
    "share_and_below": N_("The rule takes the last {share}% of the ranked units, if the score is below {line}."),
    "dissatisfied_over": N_("The rule takes every unit where more than {limit}% of the votes have the lowest grade."),
}
GRADES = N_("Votes by category and grade")
GRADES_OF = N_("Votes by category and grade: {indicator}")
IN_ALL = N_("All")
OF_GROUP = N_("of them {group}")
FULL = N_("Full id of the release: {release}")
HEAD = N_(
    "Head of the audit log at the last change of state: {head}. Whoever keeps it can have it checked later: biaochi "
    "audit verify --head {head}"
)


@dataclass(frozen=True)
class Bar:
    """A range of places as positions in the drawing; `border` is the start of the bottom.

    left, right : ends of the mark of a confirmed unit, a short thick stroke.
    """

    low: str
    high: str
    at: str
    left: str
    right: str
    border: str


def public_page(round_: Round, public_so_far: Sequence[PublicSet] = ()) -> bytes:
    """Return the page as UTF-8 bytes. public_so_far: the sets of this round that are public already, oldest first.

    Raises RoundNotFoundError, NothingPublishedError and NothingNewError.
    """
    return page_of(published(round_, public_so_far), round_)


def page_of(found: Published, round_: Round, parts: PublicParts = PLAIN) -> bytes:
    """Return the page of published tables as UTF-8 bytes. parts : what it prints around them."""
    pages = [_page(found, round_, language, parts).content() for language in LANGUAGES]
    script = (TEMPLATES / SEARCH).read_text(encoding="utf-8").strip()
    text = _template().render(
        pages=pages,
        title=" / ".join(str(page["title"]) for page in pages),
        colours=VERDICT_COLOURS,
        script=script,
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return text.encode("utf-8") + b"\n"


def public_set(found: Published, round_: Round) -> PublicSet:
    """Return what a page of these tables prints, with what was counted, to be judged with later pages."""
    decimals = found.rules.presentation.decimals
    rows = {str(row["unit_code"]): _printed(row, decimals) for row in found.rows.to_dict("records")}
    tables = [
        {
            "indicator": table.indicator,
            "grades": list(table.grades),
            "counts": {name: list(numbers) for name, numbers in table.counts.items()},
            "totals": dict(table.totals),
        }
        for table in found.grades
    ]
    shown = [one for one in found.lists if one.family.name not in found.waiting and one.count]
    pages = {language: _page(found, round_, language) for language in LANGUAGES}
    return PublicSet(
        round=found.round,
        release=found.release,
        earlier=tuple(one.digest for one in found.earlier),
        facts=found.facts,
        rows=rows,
        grades=tables,
        waiting=found.waiting,
        bottom={language: {one.family.name: page.bottom(one) for one in shown} for language, page in pages.items()},
        ballots=found.ballots,
        since={one.family.name: found.since(one.family.name) for one in found.lists},
        alone=found.alone,
    )


def notices(found: Published, language: str) -> list[str]:
    """Return what an export withholds because of earlier ones, for the office to read before the file is written."""
    return [*_over_time(found, language), *_outdated(found, language)]


def _over_time(found: Published, language: str) -> list[str]:
    smallest, sentences = found.rules.presentation.smallest_cell, []
    for name, judged in sorted(found.judgement.categories.items()):
        before = found.before(name)
        if before is None:
            continue
        release = found.since(name) if judged.how == REPEATED else before.release
        facts = {"category": family_name(name, language), "smallest": smallest, "release": release[:16]}
        sentences.append(translate(BECAUSE_OF_EARLIER[judged.how], language).format(**facts))
    names = [name for name, judged in sorted(found.judgement.categories.items()) if not judged.grades]
    if names:
        listed = join([family_name(name, language) for name in names], language)
        sentences.append(translate(NO_NEW_GRADES, language).format(names=listed))
    if found.ballots is None:
        sentences.append(translate(BALLOTS_WAIT, language).format(smallest=smallest))
    return sentences


def _outdated(found: Published, language: str) -> list[str]:
    """Return the units of waiting categories whose printed verdict is not theirs any more."""
    sentences = []
    for one in found.lists:
        before = found.before(one.family.name)
        if before is None or one.family.name not in found.waiting:
            continue
        printed = {code: row["verdict"] for code, row in before.rows.items()}
        units = [
            str(row["unit_name"])
            for row in records(one.rows)
            if printed.get(str(row["unit_code"]), row["verdict"]) != row["verdict"]
        ]
        if units:
            facts = {"category": family_name(one.family.name, language), "units": join(units, language)}
            sentences.append(translate(OUTDATED, language).format(**facts))
    return sentences


def _page(found: Published, round_: Round, language: str, parts: PublicParts = PLAIN) -> "_Page":
    return _Page(found, round_, parts, language)


def _printed(row: Mapping[Hashable, object], decimals: int) -> dict[str, object]:
    """Return a row of published tables with its score as printed, in types that JSON knows."""
    values = {str(name): value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
    return values | {"score": None if values["score"] is None else float(half_up(values["score"], decimals))}


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def _template() -> Template:
    return _environment().get_template("public.html")


class _Page:
    """The page in a single language."""

    def __init__(self, found: Published, round_: Round, parts: PublicParts, language: str) -> None:
        self._found, self._round, self._parts, self._language = found, round_, parts, language
        self._release: Release = round_.release
        self._counted = bool(round_.about["has_counts"])
        self._rows = [{str(name): value for name, value in row.items()} for row in found.rows.to_dict("records")]
        self._numbers = {str(row["unit_code"]): at for at, row in enumerate(self._rows, 1)}
        self._lists = {one.family.name: one for one in found.lists}
        self._level = f"{100 * found.rules.uncertainty.level:g}"

    def content(self) -> dict[str, object]:
        """Return all variables of the template."""
        other = next(name for name in LANGUAGES if name != self._language)
        return {
            "id": self._language,
            "lang": LANG[self._language],
            "other_id": other,
            "other_lang": LANG[other],
            "other_name": NAMES[other],
            "city": self._city(),
            "title": self._say(TITLE, round=round_words(self._found.round, self._language)),
            "stamps": self._stamps(),
            "running": self._running(),
            "rules": self._found.rules.name,
            "release": self._release.short,
            "changes": self._changes(),
            "notice": notice_lines(self._parts, self._language),
            "introduction": self._introduction(),
            "summary": self._summary(),
            "index": self._unit_index(),
            "unit_index": self._say(UNIT_INDEX, count=len(self._rows)),
            "objections": self._objections(),
            "measures": measure_sections(self._parts, self._language),
            "walls": wall_sections(self._parts, self._language),
            "about_files": self._say(DATA_FILES),
            "files": files_told(self._round, self._found, self._language),
            "words": {name: self._say(message) for name, message in WORDS.items()},
            "ranking": [self._ranking(one) for one in self._shown()],
            "not_ranked": self._not_ranked(),
            "bottom": [self.bottom(one) for one in self._shown()],
            "grades": [self._grades(table) for table in self._found.grades],
            "withheld": self._withheld(),
            "method": self._method(),
            "rule_facts": self._rule_facts(),
            "sections": self._sections(),
            "found": translate(FOUND, self._language),
            "commands": [
                f"biaochi replay {self._release.short}",
                shlex.join(self._command()),
            ],
            "full_release": self._say(FULL, release=self._release.id),
            "head": self._head(),
            "about_earlier": self._say(EARLIER if self._found.earlier else FIRST, count=len(self._found.earlier)),
            "earlier": [f"{one.digest} ({one.short})" for one in self._found.earlier],
        }

    def _city(self) -> str:
        """Return city and product, above the title; nothing where no city is set."""
        city = self._parts.notice.city
        return " · ".join([city, self._say(N_("Biaochi"))]) if city else ""

    def _head(self) -> str:
        head = self._release.head(self._found.round)
        return self._say(HEAD, head=head) if head else ""

    def _shown(self) -> list[BottomList]:
        """Return the categories with ranked units whose figures are printed."""
        return [one for one in self._found.lists if one.count and one.family.name not in self._found.waiting]

    def _say(self, message: str, **facts: object) -> str:
        return translate(message, self._language).format(**facts)

    def _category(self, name: str) -> str:
        return family_name(name, self._language)

    def _error(self) -> str:
        return f"{100 - 100 * self._found.rules.uncertainty.level:g}"

    def _running(self) -> str:
        text = self._say(RUNNING, round=self._found.round, rules=self._found.rules.name, release=self._release.short)
        return " · ".join([*self._stamps(), text])

    def _sections(self) -> list[tuple[str, str]]:
        """Return the sections that the index names: the end of their ids, and their titles."""
        found = [("ranking", self._say(WORDS["ranking"]))]
        if any(row["rank"] is None for row in self._rows):
            found.append(("not-ranked", self._say(WORDS["not_ranked"])))
        found += [(name, self._say(WORDS[name])) for name in ("bottom", "objections")]
        found += [("grades", self._say(GRADES))] if self._found.grades else []
        measured = [measures.scheme for measures in self._parts.measures]
        found += [(f"scheme-{scheme.name}", self._say(scheme.title)) for scheme in measured]
        walls = [wall for wall in self._parts.walls if self._language in wall.lists]
        found += [(f"wall-{wall.scheme.name}", wall.lists[self._language].title) for wall in walls]
        return [*found, *((name, self._say(WORDS[name])) for name in ("withheld", "method", "recompute"))]

    def _command(self) -> list[str]:
        """Return the words of the command that writes this page again: its parts are no facts of the release."""
        about = ["--round", self._found.round, "--release", self._release.short]
        return ["biaochi", "public", *about, *self._parts.notice.options()]

    def _stamps(self) -> list[str]:
        """Return the banner of a page that is not an announced result."""
        return public_stamps(self._release, self._found.round, self._language)

    def _changes(self) -> list[str]:
        """Return that the notice was withdrawn, corrected or replaced, with the reason for the public."""
        change, sentences = self._parts.change, []
        if change.withdrawn is not None:
            sentences.append(self._say(WITHDRAWN, day=long_day(change.withdrawn, self._language)))
        if change.replaces is not None:
            day, release = change.replaces
            sentences.append(self._say(REPLACES, day=long_day(day, self._language), release=release[:16]))
        if change.replaced is not None:
            sentences.append(self._say(REPLACED, day=long_day(change.replaced, self._language)))
        reason = self._parts.notice.reason
        return [*sentences, self._say(PUBLIC_REASON, reason=reason)] if sentences and reason else sentences

    def _objections(self) -> list[str]:
        """Return the corrected verdicts, old and new with the reason, and the objections by outcome."""
        state = self._parts.state
        category = {str(row["unit_code"]): str(row["category"]) for row in self._rows}
        corrected = {one.unit_code: category.get(one.unit_code, "") for one in state.corrections}
        figures = figures_words(self._found, corrected, self._language)
        sentences = [
            self._say(
                CORRECTED,
                unit=correction.unit_name,
                before=self._say(VERDICTS[correction.before]),
                after=self._say(VERDICTS[correction.after]),
                day=correction.day,
                reason=" ".join(filter(None, (correction.reason, figures[correction.unit_code]))),
            )
            for correction in state.corrections
        ]
        counts = {outcome: state.objections.get(outcome, 0) for outcome in OUTCOMES}
        sentences += [self._say(OBJECTIONS[outcome], count=count) for outcome, count in counts.items() if count]
        return sentences or [self._say(NO_OBJECTIONS)]

    def _summary(self) -> list[dict[str, object]]:
        """Return a line for each category: how many units are ranked, and how many have each verdict."""
        lines: list[dict[str, object]] = []
        for one in self._shown():
            name = one.family.name
            verdicts = Counter(str(row["verdict"]) for row in self._rows if row["category"] == name and row["verdict"])
            tally = [
                {"code": code, "text": f"{self._say(VERDICTS[code])} {verdicts.get(code, 0)}"}
                for code in TIERS
                if not one.refused or verdicts.get(code)
            ]
            text = self._say(TALLY, category=self._category(name), ranked=one.count)
            lines.append({"code": name, "text": text, "verdicts": tally})
        return lines

    def _unit_index(self) -> list[dict[str, object]]:
        """Return the units of each category in register order, to find a line without a script."""
        units = self._round.units
        order = dict(zip(map(str, units["unit_code"]), range(len(units)), strict=True))
        by_category: dict[str, list[dict[str, object]]] = {}
        for row in sorted(self._rows, key=lambda row: order[str(row["unit_code"])]):
            by_category.setdefault(str(row["category"]), []).append(row)
        return [
            {
                "title": self._category(name),
                "units": [{"id": self._id(row), "name": str(row["unit_name"])} for row in rows],
            }
            for name, rows in by_category.items()
        ]

    def _id(self, row: Mapping[str, object]) -> str:
        """Return the id of a unit's line: its number among the rows, since a code may be any text."""
        return f"{self._language}-u{self._numbers[str(row['unit_code'])]}"

    def _introduction(self) -> list[str]:
        ranked = sum(one.count for one in self._shown())
        facts = {"units": len(self._rows), "categories": len(self._lists), "ranked": ranked}
        sentences = [self._say(message, **facts) for message in INTRODUCTION]
        ballots, judged = self._found.ballots, self._parts.ballots.get(self._language)
        sentences += [self._say(BALLOTS, ballots=ballots)] if ballots else []
        return [*sentences, judged] if judged else sentences

    def _ranking(self, one: BottomList) -> dict[str, object]:
        name = one.family.name
        rows = [row for row in self._rows if row["category"] == name and row["rank"] is not None]
        groups = [self._say(OF_GROUP, group=group) for group in self._found.groups]
        headers = [*(self._say(header) for header in HEADERS), *groups]
        return {
            "code": name,
            "title": self._category(name),
            "caption": self._say(CAPTION, category=self._category(name), ranked=one.count, level=self._level),
            "headers": [*headers, self._say(WORDS["basis"])],
            "classes": [*CLASSES, *["group"] * len(groups)],
            "short": self._short(),
            "numbers": [0, 2, 3, 4, 5, *range(7, 7 + len(groups))],
            "rows": [
                {
                    "id": self._id(row),
                    "code": row["unit_code"],
                    "release": self._found.since(name)[:16],
                    "cells": self._ranked_cells(row),
                    "bar": _bar(row, one),
                    "verdict": row["verdict"],
                }
                for row in rows
            ],
        }

    def _ranked_cells(self, row: dict[str, object]) -> list[str]:
        return [
            self._place(row),
            str(row["unit_name"]),
            _count(row["n"]),
            self._score(row),
            self._interval(row),
            self._places(row),
            self._verdict(row),
            *self._by_group(row),
        ]

    def _short(self) -> dict[str, str]:
        return {name: self._say(message) for name, message in SHORT.items()}

    def _not_ranked(self) -> dict[str, object]:
        """Return the units without a place: by decision, for lack of votes, or because their numbers are withheld."""
        rows = [row for row in self._rows if row["rank"] is None]
        groups = [self._say(OF_GROUP, group=group) for group in self._found.groups]
        basis = self._say(WORDS["basis"])
        return {
            "title": "",
            "caption": self._say(N_("Units without a place, and why; no score of them is published.")),
            "headers": [*(self._say(header) for header in NOT_RANKED_HEADERS), *groups, basis],
            "classes": [*NOT_RANKED_CLASSES, *["group"] * len(groups)],
            "short": self._short(),
            "numbers": [2, *range(4, 4 + len(groups))],
            "rows": [
                {
                    "id": self._id(row),
                    "code": row["unit_code"],
                    "release": self._found.since(str(row["category"]))[:16],
                    "cells": [
                        str(row["unit_name"]),
                        self._category(str(row["category"])),
                        _count(row["n"]),
                        self._reason(row),
                        *self._by_group(row),
                    ],
                    "bar": None,
                    "verdict": "",
                }
                for row in rows
            ],
        }

    def bottom(self, one: BottomList) -> Mapping[str, Any]:
        """Return the three tiers of a category: confirmed units worst first, the others in register order.

        If no list is allowed, a sentence gives the reason and nobody is named. A cleared unit has its verdict only; its
        places are in its line of the ranking. The strength of the evidence is not printed: it is a p-value in other
        words, to three digits, and says more of the spread of the votes than the interval.
        """
        before = self._found.standing(one.family.name)
        if before is not None:
            printed: Mapping[str, Any] = before.bottom[self._language][one.family.name]
            return printed
        title, rule = self._category(one.family.name), self._rule(one.family.bottom)
        if one.refused:
            why = translate(one.refused, self._language).format(**one.facts(self._language))
            return {"title": title, "said": [rule, why], "tiers": []}
        sentences = [rule, *filter(None, [about_whom(one.family, self._language)])]
        tiers = []
        for code in TIERS:
            rows = one.tier(code)
            rows = rows[rows["unit_code"].isin(self._found.shown)]
            # Order by score would rank units whose order the votes do not show.
            if code != CONFIRMED:
                rows = rows.sort_values(["roster_no", "unit_code"])
            public = {str(row["unit_code"]): row for row in self._rows}
            tier_rows = [
                {
                    "code": row["unit_code"],
                    "name": row["unit_name"],
                    "line": self._line(public[str(row["unit_code"])]),
                    "sentences": one.sentences(row, self._language, gauged=False)[: 1 if code == CLEARED else None],
                }
                for row in records(rows)
            ]
            tiers.append({"code": code, "title": f"{self._say(VERDICTS[code])} ({len(tier_rows)})", "rows": tier_rows})
        return {"title": title, "said": sentences, "tiers": tiers}

    def _line(self, row: dict[str, object]) -> str:
        """Return the qualification printed next to every name, so that no name is quoted without it."""
        return self._say(
            LINE,
            n=row["n"],
            score=self._score(row),
            interval=self._interval(row),
            place=self._place(row),
            places=self._places(row),
            verdict=self._verdict(row),
            basis=f"{self._found.rules.name} · {self._found.since(str(row['category']))[:16]}",
        )

    def _rule(self, bottom: Bottom) -> str:
        facts = {"k": bottom.k, "line": f"{bottom.line or 0:g}"}
        shares = {"share": f"{100 * (bottom.share or 0):g}", "limit": f"{100 * (bottom.limit or 0):g}"}
        return self._say(BOTTOM[bottom.rule], **facts, **shares)

    def _grades(self, table: GradeTable) -> dict[str, object]:
        several = len(self._found.grades) > 1
        title = self._say(GRADES_OF, indicator=table.indicator) if several else self._say(GRADES)
        return {
            "title": title,
            "caption": self._say(N_("Scored votes of all units of a category together.")),
            "headers": [self._say(N_("Category")), *table.grades, self._say(IN_ALL)],
            "rows": [
                {
                    "code": name,
                    "name": self._category(name),
                    "cells": [_count(n) for n in (*counts, table.totals[name])],
                }
                for name, counts in table.counts.items()
            ],
        }

    def _withheld(self) -> list[str]:
        found, smallest = self._found, self._found.rules.presentation.smallest_cell
        if smallest <= 1:
            sentences = [self._say(WITHHELD["nothing"])]
        else:
            sentences = [
                self._say(WITHHELD["rule"], sign=HIDDEN, smallest=smallest, uniform=UNIFORM),
                self._say(WITHHELD["others"]),
                self._say(
                    WITHHELD["count"],
                    units=found.withheld_units,
                    groups=found.withheld_groups,
                    grades=found.withheld_grades,
                ),
            ]
        sentences.append(self._say(WITHHELD["never"]))
        if found.without_grades:
            names = join(map(self._category, found.without_grades), self._language)
            sentences.append(self._say(WITHHELD["categories"], names=names, fewest=FEWEST_UNITS))
        fine, coarse, coarsest = (f"{step:g}" for step in steps_of(found.rules.presentation.decimals))
        sentences.append(self._say(COARSE, fine=fine, coarse=coarse, coarsest=coarsest))
        return [*sentences, *_over_time(found, self._language)]

    def _method(self) -> list[str]:
        score, *_ = in_five_sentences(self._language)  # the others say more here: the level, the groups
        sentences = [score, *(self._say(one, level=self._level, error=self._error()) for one in METHOD)]
        return [*sentences, self._say(SENTENCES["counts_only"])] if self._counted else sentences

    def _rule_facts(self) -> list[tuple[str, str]]:
        rules = self._found.rules
        minimum, smallest = rules.minimum, rules.presentation.smallest_cell
        values: dict[str, str] = {
            name: str(getattr(rules, name)) for name in ("name", "title", "source", "why", "date")
        }
        if rules.numeric is not None:
            values["numeric"] = f"{rules.numeric.low / 100:g} – {rules.numeric.high / 100:g}"
        else:
            values["points"] = _listed((grade, f"{points / 100:g}") for grade, points in rules.points.items())
        values["weights"] = self._weights()
        values |= {"per_unit": str(minimum.per_unit), "per_group": str(minimum.per_group), "smallest": str(smallest)}
        return [(self._say(RULE_FACTS[name]), value) for name, value in values.items()]

    def _weights(self) -> str:
        rules = self._found.rules
        weights = rules.weights()
        if weights is None:
            return self._say(POOLED)
        parts = [_listed((group, f"{weight:g}") for group, weight in weights.items())]
        for category, own in rules.category_weights.items():
            parts.append(
                f"{self._category(category)}: " + _listed((group, f"{weight:g}") for group, weight in own.items())
            )
        return " · ".join(parts)

    def _score(self, row: dict[str, object]) -> str:
        return half_up(row["score"], self._found.rules.presentation.decimals)

    def _interval(self, row: dict[str, object]) -> str:
        low, high = self._found.rules.scale
        decimals = step_decimals(float(str(row["interval_step"])))
        ends = (max(float(str(row["score_low"])), low), min(float(str(row["score_high"])), high))
        return " – ".join(half_up(end, decimals) for end in ends)

    def _place(self, row: dict[str, object]) -> str:
        tied = row["rank"] != row["rank_tied_to"]
        return self._say(N_("{place}="), place=row["rank"]) if tied else str(row["rank"])

    def _places(self, row: dict[str, object]) -> str:
        best, worst = row["rank_best"], row["rank_worst"]
        return str(best) if best == worst else f"{best} – {worst}"

    def _verdict(self, row: dict[str, object]) -> str:
        return self._say(VERDICTS[str(row["verdict"])])

    def _reason(self, row: dict[str, object]) -> str:
        if row["category"] in self._found.waiting:
            return self._say(CATEGORY_WAITS)
        if row["n"] is None:
            return self._say(N_("Withheld: too few votes to publish anything of this unit."))
        return self._say(REASON_SENTENCES[str(row["reason"])]) if row["reason"] else NONE

    def _by_group(self, row: dict[str, object]) -> list[str]:
        numbers = row["n_by_group"]
        return [_count(n) for n in numbers.values()] if isinstance(numbers, dict) else []


def _count(n: object) -> str:
    return HIDDEN if n is None else str(n)


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return " · ".join(f"{name} {value}" for name, value in pairs)


def _bar(row: dict[str, object], one: BottomList) -> Bar:
    """Map places 1 to count from left to right, each to the middle of an equal share of the width."""

    def at(place: float) -> str:
        return f"{WIDTH * (place - 0.5) / one.count:.1f}"

    best, worst, rank = (int(str(row[name])) for name in ("rank_best", "rank_worst", "rank"))
    half = 0.4
    border = at(one.line) if one.line is not None else ""
    middle, reach = float(at(rank)), 3.5
    ends = (f"{middle - reach:.1f}", f"{middle + reach:.1f}")
    return Bar(at(best - half), at(worst + half), at(rank), *ends, border)
