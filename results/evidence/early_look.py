"""A look at a round whose ballots still come in, valid at any time: how much is decided, and no names.

It reads the uploads as they are, published or not. What it says at any look is wrong in at most 5% of rounds, however
often somebody looks. Names stay hidden until the round is finalised: a name that leaks early moves the votes to come.
"""

from dataclasses import dataclass

import numpy as np

from analytics.early_look import FEWEST, early_claims
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

COLUMNS = ("category", "units", "votes", "fewest", "places", "confirmed", "cleared", "undecided")
SHARE_OF_RANGE = 0.05
"""Difference that matters, as a share of the range of the scores; fixed before the first vote."""
ACTION = "look"


@dataclass(frozen=True)
class Look:
    """What is decided in a category so far. votes : all votes; fewest : of a unit. places : at the bottom, 0 where the
    rule takes no number of places: nothing is looked at then. confirmed, cleared, undecided : numbers of units."""

    category: str
    units: int
    votes: int
    fewest: int
    places: int
    confirmed: int
    cleared: int
    level: float

    @property
    def undecided(self) -> int:
        """Return the number of units that are neither."""
        return self.units - self.confirmed - self.cleared

    @property
    def decided(self) -> bool:
        """Return whether further votes are not needed: every place at the bottom has its unit."""
        return self.places > 0 and self.confirmed >= self.places

    def row(self) -> dict[str, str | int]:
        """Return it as a row of COLUMNS."""
        return {name: getattr(self, name) for name in COLUMNS}

    def sentence(self, language: str) -> str:
        """Return the only statement about it while the round runs."""
        message = OPEN
        if not self.places:
            message = NO_PLACES
        elif self.fewest < FEWEST:
            message = TOO_FEW
        elif self.decided:
            message = DECIDED
        numbers = {name: number_format.count(getattr(self, name)) for name in COLUMNS if name != "category"}
        return translate(message, language).format(
            category=family_name(self.category, language), needed=FEWEST, **numbers
        )


OPEN = N_(
    "{category}: {votes} votes so far. Of {places} places at the bottom {confirmed} are decided, {cleared} of {units} "
    "units are cleared, {undecided} are undecided. Names follow when the round is finalised."
)
DECIDED = N_(
    "{category}: {votes} votes so far. All {places} places at the bottom are decided; more votes of the same kind are "
    "not needed for them. Names follow when the round is finalised."
)
TOO_FEW = N_("{category}: a unit has {fewest} votes; nothing is stated before each has {needed}.")
NO_PLACES = N_("{category}: the rule takes no fixed number of places; a look is not possible before the end.")
CAUTION = N_(
    "However often somebody looks, a statement is wrong in at most {error}% of rounds, as long as the votes still to "
    "come are from people of the same kind. Groups and sites that are not in yet may vote otherwise."
)


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
    verdict = _claims(family, places).verdict if places else np.zeros(0, dtype=object)
    confirmed, cleared = int((verdict == CONFIRMED).sum()), int((verdict == CLEARED).sum())
    fewest = int(own.min(initial=own.max(initial=0)))
    level = family.rules.uncertainty.level
    return Look(family.name, len(own), int(own.sum()), fewest, places, confirmed, cleared, level)


def _claims(family: Family, places: int) -> BottomClaims:
    low, high = family.rules.score_range
    scale, level = SHARE_OF_RANGE * (high - low), family.rules.uncertainty.level
    pairs = honest_pairs(family.ranked_scores)
    votes = family.moments.n.sum(axis=1)
    return early_claims(pairs.differences, places, votes, scale=scale, level=level)


def caution(found: list[Look], language: str) -> str:
    """Return how far the looks can be trusted."""
    level = min((one.level for one in found), default=0.95)
    return translate(CAUTION, language).format(error=f"{100 - 100 * level:g}")
