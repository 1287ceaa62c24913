"""Findings of a round at a glance: a headline, and for every category the names with their evidence.

A name never appears without its verdict, votes, interval and range of places. Pages, slides and papers take their words
from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from analytics.verdicts import CLEARED, CONFIRMED, UNDECIDED
from i18n import N_, PUNCTUATION, translate
from results import number_format
from results.ranking.rows import records
from results.ranking.statements import ENOUGH, Row, Rule, gauge, leaning, remark, withheld
from results.ranking.year_card import NOTHING, YearCard

HEADLINE = N_("{round}: of {ranked} ranked units, {counts}.")
ONE_UNIT = N_("{round}: the only ranked unit of the round is compared with no other.")
NOBODY_RANKED = N_("{round}: no unit is ranked yet.")
COUNTS = {
    CONFIRMED: N_("{count} confirmed at the bottom"),
    UNDECIDED: N_("{count} undecided"),
    CLEARED: N_("{count} cleared"),
}
WITHOUT_LIST = N_("{count} in categories without a list")
PROMISE = N_(
    "{ballots} ballots, {votes} votes that count. Confirmed means {level}% confidence for the entire list of a "
    "category; an undecided unit must not be named as the bottom."
)
PROMISE_OF_COUNTS = N_(
    "{votes} votes that count, delivered as counts. Confirmed means {level}% confidence for the entire list of a "
    "category; an undecided unit must not be named as the bottom."
)
EVIDENCE = N_("{votes} votes, {score} points ({interval}), place {place} ({places})")
EVIDENCE_SETTLED = N_("{votes} votes, {score} points ({interval}), place {place}")
IN_A_ROW = N_("confirmed {count} rounds in a row")
CLOSEST = N_("The evidence for {unit} is {strength}; {enough} is required to name a unit.")
RATHER_NOT = N_(
    "The evidence on {unit}, the lowest of the undecided units, is rather against the bottom: {strength}; {enough} is "
    "required to clear a unit. Nobody can be named."
)
WITHHELD_NAME = N_("{unit} must not be named: {reason}")
NO_DIFFERENCE = N_("The scores differ no more than chance alone would explain; nobody can be named.")
NOBODY_ASKED = N_("No unit is below the limit of the rule by a test; nobody is named.")
SETTLES = {
    "enough": N_("What would settle it: about as many ballots as there are."),
    "plan": N_("What would settle it: about {ballots} more ballots."),
    "out_of_reach": N_("What would settle it: more ballots than can be collected; not within reach."),
    "never": N_("What would settle it: no number of ballots; the units at the border are practically equal."),
}
UNKNOWN_PLAN = N_("What would settle it cannot be computed for this rule.")


@dataclass(frozen=True)
class NamedUnit:
    """A unit that may be at the bottom, with everything that has to accompany its name.

    row : its ranking row. in_a_row : rounds in a row, up to this round, that confirmed it; 0 if it is not confirmed.
    """

    code: str
    name: str
    verdict: str
    row: Row
    rule: Rule
    scale: tuple[float, float]
    in_a_row: int = 0

    def evidence(self, language: str) -> str:
        """Return votes, score with interval, and place with the range that the votes allow."""
        row, decimals = self.row, self.rule.decimals
        several = row["rank_best"] != row["rank_worst"]
        return translate(EVIDENCE if several else EVIDENCE_SETTLED, language).format(
            votes=number_format.count(row["n"]),
            score=number_format.number(row["score"], decimals),
            interval=_close(number_format.interval(row["score_low"], row["score_high"], decimals, self.scale)),
            place=number_format.place(row["rank"], row["rank_tied_to"], language),
            places=_close(number_format.places(row["rank_best"], row["rank_worst"])),
        )

    def again(self, language: str) -> str:
        """Return for how many years in a row it was confirmed; empty in the first."""
        return translate(IN_A_ROW, language).format(count=self.in_a_row) if self.in_a_row > 1 else ""


@dataclass(frozen=True)
class HomeCard:
    """The finding on a category: names, reason and cure. `card` has the figures behind it."""

    card: YearCard
    confirmed: tuple[NamedUnit, ...]
    undecided: tuple[NamedUnit, ...]
    not_ranked: tuple[str, ...] = field(default=())

    @property
    def category(self) -> str:
        """Return the code of the category."""
        return self.card.bottom.family.name

    @property
    def has_list(self) -> bool:
        """Return whether the bottom rule applies to this category."""
        return not self.card.bottom.no_list

    def why_nobody(self, language: str) -> str:
        """Return why nobody can be named; empty where a unit is confirmed."""
        if self.card.bottom.no_list:
            return translate(self.card.bottom.no_list, language).format(**self.card.bottom.facts(language))
        if self.confirmed:
            return ""
        if self.card.outcome == NOTHING:
            return translate(NO_DIFFERENCE, language)
        if not self.undecided:
            return translate(NOBODY_ASKED, language)
        first = self.undecided[0]
        if withheld(first.rule, first.row):
            return translate(WITHHELD_NAME, language).format(unit=first.name, reason=remark(first.row, language))
        message = CLOSEST if leaning(first.row) == "for" else RATHER_NOT
        return translate(message, language).format(
            unit=first.name, strength=gauge(first.row, first.rule.level, language), enough=ENOUGH
        )

    def what_settles(self, language: str) -> str:
        """Return what would settle the undecided units; empty where there are none."""
        if not self.undecided or not self.has_list:
            return ""
        more = self.card.more
        if more is None:
            return translate(UNKNOWN_PLAN, language)
        ballots = sum(extra for _now, extra in more.plan.values())
        return translate(SETTLES[more.kind], language).format(ballots=f"{ballots:,}")


@dataclass(frozen=True)
class Headline:
    """How many ranked units of a round have each verdict, over all categories."""

    round: str
    ranked: int
    confirmed: int
    undecided: int
    cleared: int
    without_list: int

    def parts(self, language: str) -> list[tuple[str, str]]:
        """Return (verdict, words) of every count; the verdict is "" for units of categories without a list."""
        counts = {CONFIRMED: self.confirmed, UNDECIDED: self.undecided, CLEARED: self.cleared}
        found = [(verdict, translate(COUNTS[verdict], language).format(count=n)) for verdict, n in counts.items()]
        if self.without_list:
            found.append(("", translate(WITHOUT_LIST, language).format(count=self.without_list)))
        return found if self.ranked > self.without_list else found[3:]

    def frame(self, language: str) -> str:
        """Return the sentence with {counts} open, for a page that marks the counts."""
        message = HEADLINE if self.ranked > 1 else ONE_UNIT if self.ranked else NOBODY_RANKED
        return translate(message, language).format(round=self.round, ranked=self.ranked, counts="{counts}")

    def sentence(self, language: str) -> str:
        """Return the finding of the round as a sentence."""
        words = PUNCTUATION[language].listed.join(words for _verdict, words in self.parts(language))
        return self.frame(language).format(counts=words)


def headline(round_id: str, cards: Iterable[HomeCard]) -> Headline:
    """Return the counts of a round from the cards of its categories."""
    shown = list(cards)
    listed = [found.card for found in shown if found.has_list]
    return Headline(
        round_id,
        sum(found.card.ranked for found in shown),
        sum(card.confirmed for card in listed),
        sum(card.undecided for card in listed),
        sum(card.cleared for card in listed),
        sum(found.card.ranked for found in shown if not found.has_list),
    )


def home_card(card: YearCard, in_a_row: dict[str, int] | None = None) -> HomeCard:
    """Return the card of a category, worst unit first. in_a_row : unit code -> rounds in a row that confirmed it."""
    bottom, years = card.bottom, in_a_row or {}
    if bottom.no_list:
        return HomeCard(card, (), (), _names(card))

    def named(verdict: str) -> tuple[NamedUnit, ...]:
        return tuple(_named(card, row, years) for row in records(bottom.tier(verdict)))

    return HomeCard(card, named(CONFIRMED), named(UNDECIDED), _names(card))


def by_weight(cards: Iterable[HomeCard]) -> list[HomeCard]:
    """Return the cards in the order of reading: with a confirmed unit, then without, then without a list.

    Inside each the order of the categories is kept.
    """
    return sorted(cards, key=lambda found: (not found.confirmed, not found.has_list))


def _close(span: str) -> str:
    """Return a range without spaces, for small type that must not break inside it."""
    return span.replace(" – ", "–")


def _named(card: YearCard, row: Row, years: dict[str, int]) -> NamedUnit:
    bottom, code = card.bottom, str(row["unit_code"])
    rules = bottom.family.rules
    return NamedUnit(
        code, str(row["unit_name"]), str(row["verdict"]), row, bottom.rule, rules.scale, years.get(code, 0)
    )


def _names(card: YearCard) -> tuple[str, ...]:
    return tuple(card.bottom.not_ranked["unit_name"].astype(str))
