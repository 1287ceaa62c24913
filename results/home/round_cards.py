"""Findings on all categories of a round, for papers and commands; pages keep them in ui/cached.py."""

from collections.abc import Iterable

from analytics.verdicts import CONFIRMED
from data.store.release import Round
from results.home.cards import HomeCard, by_weight, home_card
from results.ranking.bottom_list import BottomList
from results.ranking.ranking import ranking
from results.ranking.unit import unit
from results.ranking.unknown import units_with_bounds
from results.ranking.year_card import ballots_of, year_card


def round_cards(round_: Round, lists: Iterable[BottomList]) -> list[HomeCard]:
    """Return the card of each bottom list of a round, those with a confirmed unit first."""
    ballots = ballots_of(round_)
    cards = [year_card(found, ballots, units_with_bounds(round_, found.family)) for found in lists]
    codes = {str(code) for card in cards for code in card.bottom.tier(CONFIRMED)["unit_code"]}
    years = in_a_row(round_, codes)
    return by_weight(home_card(card, years) for card in cards)


def in_a_row(round_: Round, codes: Iterable[str]) -> dict[str, int]:
    """Return for every unit how many rounds in a row, up to this round, confirmed it; trials count among trials."""
    release = round_.release
    alike = [name for name in release.rounds() if (name in release.trial_rounds) == round_.is_trial]
    rankings = [ranking(release.round(name)) for name in alike]
    return {code: unit(release, code, rankings).up_to(round_.id).confirmed_in_a_row for code in sorted(codes)}
