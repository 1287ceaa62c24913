"""A look at a round whose ballots still come in, valid at any time: how much is decided, and no names.

It reads the uploads as they are, published or not. What it says at any look is wrong in at most 5% of rounds, however
often somebody looks. Names stay hidden until the round is finalised: a name that leaks early moves the votes to come.
"""

from dataclasses import dataclass

import numpy as np

from analytics.early_look import FEWEST, early_claims, growth_needed
from analytics.pairs import honest_pairs
from analytics.verdicts import CLEARED, CONFIRMED, BottomClaims
from data.store import Store
from data.store.audit_log import log_action
from data.store.round_status import DRAFT, TRIAL
from errors import UsageError
from i18n import N_, translate
from results import number_format
from results.ranking.family import Family, families
from results.ranking.statements import family_name

COLUMNS = ("category", "units", "votes", "fewest", "places", "confirmed", "cleared", "undecided", "needed")
SHARE_OF_RANGE = 0.05
"""Difference that matters, as a share of the range of the scores; fixed before the first vote."""
ACTION = "look"


@dataclass(frozen=True)
class Look:
    """What is decided in a category so far. votes : all votes; fewest : of a unit. places : at the bottom, 0 where the
    rule takes no number of places: nothing is looked at then. confirmed, cleared, undecided : numbers of units.
    needed : about how many votes decide all places if the differences stay as they are; None where far more, where the
    rule takes no number of places, and before each unit has FEWEST votes."""

    category: str
    units: int
    votes: int
    fewest: int
    places: int
    confirmed: int
    cleared: int
    level: float
    needed: int | None = None

    @property
    def undecided(self) -> int:
        """Return the number of units that are neither."""
        return self.units - self.confirmed - self.cleared

    @property
    def decided(self) -> bool:
        """Return whether further votes are not needed: every place at the bottom has its unit."""
        return self.places > 0 and self.confirmed >= self.places

    @property
    def is_out_of_reach(self) -> bool:
        """Return whether no number of votes within reach decides all places, as far as the votes so far show."""
        return self.needed is None and self.fewest >= FEWEST

    def row(self) -> dict[str, str | int | None]:
        """Return it as a row of COLUMNS."""
        return {name: getattr(self, name) for name in COLUMNS}

    def sentence(self, language: str) -> str:
        """Return the only statement about it while the round runs."""
        return translate(self._message(), language).format(
            category=family_name(self.category, language), **self._facts()
        )

    def outlook(self, language: str) -> str:
        """Return how many votes are still needed; "" where nothing is needed or it is too early."""
        if not self.places or self.decided or self.fewest < FEWEST:
            return ""
        return translate(OUT_OF_REACH if self.is_out_of_reach else OUTLOOK, language).format(**self._facts())

    def _message(self) -> str:
        if not self.places:
            return NO_PLACES
        if self.fewest < FEWEST:
            return TOO_FEW
        return DECIDED if self.decided else OPEN

    def _facts(self) -> dict[str, str]:
        names = [name for name in COLUMNS if name not in ("category", "needed")]
        more = (self.needed or self.votes) - self.votes
        facts = {name: number_format.count(getattr(self, name)) for name in names}
        return facts | {"start": number_format.count(FEWEST), "more": number_format.count(more)}


OPEN = N_(
    "{category}: {votes} votes so far. Of {places} places at the bottom {confirmed} are decided, {cleared} of {units} "
    "units are cleared, {undecided} are undecided. Names follow when the round is finalised."
)
DECIDED = N_(
    "{category}: {votes} votes so far. All {places} places at the bottom are decided; more votes of the same kind are "
    "not needed for them. Names follow when the round is finalised."
)
TOO_FEW = N_("{category}: a unit has {fewest} votes; nothing is stated before each has {start}.")
NO_PLACES = N_("{category}: the rule takes no fixed number of places; a look is not possible before the end.")
OUTLOOK = N_("If the differences stay as they are, about {more} more votes decide all places; this is an outlook only.")
OUT_OF_REACH = N_(
    "If the differences stay as they are, no number of votes within reach decides all places; plan with what is there."
)
CAUTION = N_(
    "However often somebody looks, a statement is wrong in at most {error}% of rounds, as long as the votes still to "
    "come are from people of the same kind. Groups and sites that are not in yet may vote otherwise."
)
ALL_DECIDED = N_("All {places} places at the bottom are decided already; more votes of the same kind are not needed.")
SOME_DECIDED = N_("{confirmed} of {places} places at the bottom are decided already; keep collecting.")
NONE_DECIDED = N_("None of {places} places at the bottom is decided yet; keep collecting.")
REST_OUT_OF_REACH = N_(
    "{confirmed} of {places} places at the bottom are decided already; votes within reach do not decide the others."
)
NOTHING_TO_DECIDE = N_("No category takes a fixed number of places at the bottom; wait for the end of the round.")


def headline(found: list[Look], language: str) -> str:
    """Return for a leader how much of the round is decided, and whether to go on collecting."""
    places, confirmed = sum(look.places for look in found), sum(min(look.confirmed, look.places) for look in found)
    message = SOME_DECIDED if confirmed else NONE_DECIDED
    if not places:
        message = NOTHING_TO_DECIDE
    elif confirmed == places:
        message = ALL_DECIDED
    elif all(look.is_out_of_reach for look in found if look.places and not look.decided):
        message = REST_OUT_OF_REACH
    numbers = {"places": number_format.count(places), "confirmed": number_format.count(confirmed)}
    return translate(message, language).format(**numbers)


def early_look(store: Store, round_id: str, who: str = "") -> list[Look]:
    """Look at a round of the store as uploaded so far, and log the look.

    Raises UsageError for a round that is finalised or has no votes.
    """
    if store.status(round_id).code not in (DRAFT, TRIAL):
        raise UsageError(
            "The round {round} is closed: an early look is for rounds whose ballots still come in.", round=round_id
        )
    with store.candidate() as release:
        round_ = release.round(round_id)
        if round_.rules is None:
            raise UsageError("The round {round} has no votes yet.", round=round_id)
        found = [look(family) for family in families(round_)]
        votes = sum(one.votes for one in found)
        log_action(store.path, ACTION, f"votes {votes}", release=release.id, round_id=round_id, who=who)
    return found


def look(family: Family) -> Look:
    """Look at a category."""
    ranked = family.ranked
    votes = family.moments.n.sum(axis=1)
    places = family.places if family.bottom.rule in ("last", "share") and not family.no_error else 0
    own = votes[ranked]
    verdict, growth = np.zeros(0, dtype=object), np.inf
    if places:
        claims, growth = _claims(family, places)
        verdict = claims.verdict
    confirmed, cleared = int((verdict == CONFIRMED).sum()), int((verdict == CLEARED).sum())
    fewest = int(own.min(initial=own.max(initial=0)))
    level = family.rules.uncertainty.level
    needed = _needed(growth, int(own.sum())) if fewest >= FEWEST else None
    return Look(family.name, len(own), int(own.sum()), fewest, places, confirmed, cleared, level, needed)


def _needed(growth: float, votes: int) -> int | None:
    """Return the votes at a growth to two digits, as exact as an outlook is; None where it is out of reach."""
    if not np.isfinite(growth):
        return None
    digit = 10 ** max(0, len(str(votes)) - 2)
    return int(np.ceil(votes * growth / digit)) * digit if growth > 1 else votes


def _claims(family: Family, places: int) -> tuple[BottomClaims, float]:
    """Return the claims, and how many times the votes so far would decide all places."""
    low, high = family.rules.score_range
    scale, level = SHARE_OF_RANGE * (high - low), family.rules.uncertainty.level
    differences = honest_pairs(family.ranked_scores).differences
    votes = family.moments.n.sum(axis=1)
    growth = growth_needed(differences, places, votes, scale=scale, level=level)
    return early_claims(differences, places, votes, scale=scale, level=level), growth


def caution(found: list[Look], language: str) -> str:
    """Return how far the looks can be trusted."""
    level = min((one.level for one in found), default=0.95)
    return translate(CAUTION, language).format(error=f"{100 - 100 * level:g}")
