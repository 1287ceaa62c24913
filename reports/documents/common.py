"""Common parts of all documents of a round: results, title, status notes, numbering and provenance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analytics.suppression import UNIFORM, is_small
from data.model.rule_sets import Presentation, RuleSet
from data.store.release import Release, Round
from data.store.round_status import ANNOUNCED
from formats.document import Bar, Document, Form, Row, Section, Table, plain
from formats.table_kinds import KINDS
from i18n import N_, PUNCTUATION, translate
from reports.documents.official_form import printed_form, printed_labels
from reports.ranking_table import marks
from reports.verification_kit import kits_digest
from results import number_format
from results.fields import headers
from results.labels import REASONS, VERDICTS
from results.ranking.bottom_list import BottomList, bottom_list
from results.ranking.family import families
from results.ranking.ranking import Ranking, ranking_of

INTERNAL = N_("Internal")
YEAR = N_("the year {year}")
REMARKED = N_("{verdict} ({remark})")
BELOW = N_("below {count}")
FEW_VOTES = N_("too few votes to show")
DIGITS = "一二三四五六七八九十"
FOOTER = N_("Biaochi release {release} · rule set {rules}")
FOOTER_OF_CITY = N_("Biaochi, {city} · release {release} · rule set {rules}")
ORIGIN = N_("Where this comes from")
RELEASE = N_("Release {release}; round {round}; rule set {rules}; lines in the tables: {rows}.")
REPLAY = N_("These results can be checked against the evidence on file (number for the check: {short}).")
NOTE = N_("Note: the command for the check is biaochi replay {short}; it compares every table byte for byte.")
HEAD = N_(
    "Head of the audit log at the last change of state: {head}. Keep this paper: the head shows later whether the log "
    "was changed (biaochi audit verify --head {head})."
)
KITS = N_("Digest of the verification kits of this round: {digest}.")


BARE = Form()
"""No part around the text."""


@dataclass(frozen=True)
class MadeOf:
    """Provenance of a document. rounds: its main round first. rules: rule set of that round, '' without votes."""

    rounds: tuple[str, ...]
    rules: str


@dataclass(frozen=True)
class RoundResults:
    """Results of a round: its ranking, and the bottom list of each family."""

    release: Release
    ranking: Ranking
    lists: tuple[BottomList, ...]

    @property
    def rules(self) -> RuleSet:
        """Return the rule set of the round."""
        return self.lists[0].family.rules

    @property
    def of(self) -> MadeOf:
        """Return the provenance of a document on this round only."""
        return MadeOf((self.ranking.round,), self.rules.name)

    def shown_in(self, kind: str) -> Presentation:
        """Return the decimals and the smallest number of votes shown; an internal document shows every number."""
        presentation, status = self.rules.presentation, self.release.status(self.ranking.round)
        return replace(presentation, smallest_cell=0) if is_internal(kind, status) else presentation

    def only(self, category: str) -> "RoundResults":
        """Return the results of a category."""
        rows = self.ranking.rows
        own = replace(self.ranking, rows=rows[rows["category"] == category].reset_index(drop=True))
        return replace(self, ranking=own, lists=tuple(one for one in self.lists if one.family.name == category))

    @property
    def level(self) -> str:
        """Return the confidence level of intervals and verdicts, in per cent."""
        return f"{100 * self.rules.uncertainty.level:g}"


def round_results(round_: Round, category: str | None = None) -> RoundResults:
    """Return the results of a round: every category, a single category, or ALL together.

    Without votes there are no lists. Raises RoundNotFoundError.
    """
    found = families(round_, category)
    answer = ranking_of(round_, found)
    return RoundResults(round_.release, answer, tuple(bottom_list(family, answer) for family in found))


def document(
    release: Release,
    kind: str,
    title: str,
    sections: Iterable[Section],
    language: str,
    form: Form,
    made_of: MadeOf,
) -> Document:
    """Return a document with title, official form, status notes and provenance around its sections."""
    rounds, rules = made_of.rounds, plain(made_of.rules)
    parts = list(sections)
    lines = sum(len(part.table.rows) for part in parts if part.table is not None)
    comma = PUNCTUATION[language].listed
    stamps = [marks(release.round(name), language) for name in rounds]
    about = (
        translate(RELEASE, language).format(
            release=release.short, round=comma.join(map(plain, rounds)), rules=rules or number_format.NONE, rows=lines
        ),
        translate(REPLAY, language).format(short=release.short),
        *(
            [translate(KITS, language).format(digest=kits_digest(release.round(rounds[0])))]
            if kind == "bulletin"
            else []
        ),
        translate(NOTE, language).format(short=release.short),
        *head_line(release, rounds[0], language),
    )
    return Document(
        kind=kind,
        language=language,
        title=title,
        secrecy=translate(INTERNAL, language) if is_internal(kind, release.status(rounds[0])) else "",
        stamp=comma.join(dict.fromkeys(filter(None, stamps))),
        sections=numbered([*parts, Section(translate(ORIGIN, language), 1, about)], language),
        about=about,
        footer=footer_of(form, release, rules or number_format.NONE, language),
        release=release.short,
        rules=rules or number_format.NONE,
        form=printed_form(form, language),
        labels=printed_labels(language),
    )


def footer_of(form: Form, release: Release, rules: str, language: str) -> str:
    """Return the line of every page: product, city if it is set, release and rule set."""
    city = plain(form.city)
    return translate(FOOTER_OF_CITY if city else FOOTER, language).format(city=city, release=release.short, rules=rules)


def head_line(release: Release, round_id: str, language: str) -> list[str]:
    """Return the sentence with the head of the audit log; nothing for a release that was never in force."""
    head = release.head(round_id)
    return [translate(HEAD, language).format(head=head)] if head else []


def is_internal(kind: str, status: str) -> bool:
    """Return whether a document is internal: all except the bulletin and the ranking of an announced round."""
    return kind not in ("bulletin", "ranking") or status != ANNOUNCED


def round_words(round_id: str, language: str) -> str:
    """Return a yearly round in words, any other round by name."""
    name = plain(round_id)
    return translate(YEAR, language).format(year=name) if name.isascii() and name.isdigit() and len(name) == 4 else name


def numbered(sections: Iterable[Section], language: str) -> tuple[Section, ...]:
    """Number the headings: 一、 （一） 1. in Chinese, 1. 1.1. 1.1.1. in English."""
    at = [0, 0, 0]
    done = []
    for section in sections:
        if section.heading:
            level = section.level
            at[level - 1 :] = [at[level - 1] + 1, *([0] * (3 - level))]
            section = replace(section, heading=f"{_number(at[:level], language)}{section.heading}")
        done.append(section)
    return tuple(done)


def _number(at: list[int], language: str) -> str:
    if language != "zh":
        return ".".join(map(str, at)) + ". "
    if len(at) == 3:
        return f"{at[-1]}．"
    return f"{chinese(at[0])}、" if len(at) == 1 else f"（{chinese(at[1])}）"


def chinese(number: int) -> str:
    """Format 1 to 99 as 一 to 九十九, larger numbers in digits."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{DIGITS[tens - 1]}十")
    return head + (DIGITS[ones - 1] if ones else "")


def table(kind: str, rows: Iterable[Row], language: str) -> Table:
    """Return rows under the headers of their kind."""
    words = {**headers("document"), **headers(f"document_{kind}")}  # a kind of table may have another word
    heads = {own.name: own.header or words[own.name] for own in KINDS[kind].columns}
    return Table(kind, {name: translate(head, language) for name, head in heads.items()}, tuple(rows))


def few_votes(row: Mapping[str, object], shown: Presentation) -> bool:
    """Return whether a row has too few votes to be shown: its score would disclose how a few people voted."""
    n = int(str(row["n"]))
    return bool(is_small(n, shown.smallest_cell, row["se_sampling"] == 0))


def unit_cells(
    row: Mapping[str, object], shown: Presentation, language: str, scale: tuple[float, float]
) -> dict[str, str]:
    """Return the cells of a ranking row as text, without score and exact votes if the votes are few.

    scale: fewest and most points that there are; an interval stops there, as no unit can score more.
    """
    verdict, decimals = translate(VERDICTS[str(row["verdict"])], language), shown.decimals
    few = few_votes(row, shown)
    if row["reason"] or few:
        remark = translate(REASONS[str(row["reason"])] if row["reason"] else FEW_VOTES, language)
        verdict = translate(REMARKED, language).format(verdict=verdict, remark=remark)
    below = shown.smallest_cell if int(str(row["n"])) < shown.smallest_cell else UNIFORM
    return {
        "rank": number_format.place(row["rank"], row["rank_tied_to"], language),
        "unit": plain(row["unit_name"]),
        "n": translate(BELOW, language).format(count=below) if few else number_format.count(row["n"]),
        "score": number_format.NONE if few else number_format.number(row["score"], decimals),
        "interval": number_format.NONE
        if few
        else number_format.interval(row["score_low"], row["score_high"], decimals, scale),
        "places": number_format.places(row["rank_best"], row["rank_worst"]),
        "verdict": verdict,
    }


def bar(row: Mapping[str, object], listed: BottomList) -> Bar | None:
    """Return the range of places of a ranked row; None for an unranked row."""
    if row["rank_best"] is None or row["rank_best"] is pd.NA:
        return None
    best, worst, rank = (int(str(row[name])) for name in ("rank_best", "rank_worst", "rank"))
    return Bar(best, worst, rank, listed.count, listed.line, str(row["verdict"]))
