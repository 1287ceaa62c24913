"""The review of a round as its public page tells it, and what may be printed of corrected figures."""

from collections.abc import Mapping
from datetime import date

from analytics.verdicts import NOT_RANKED
from data.store.public_state import PublicCorrection as Correction
from data.store.public_state import public_state
from data.store.store import Store
from i18n import N_, translate
from reports.disclosure_control import Published
from reports.disclosure_over_time import NEW
from reports.public_state import PublicCorrection, PublicState
from results.labels import VERDICTS

AS_FIRST = N_("Figures as first published; the corrected ones wait to be published with others.")
AS_PRINTED = N_("The corrected figures are those of this page.")


def review_of(store: Store, round_id: str, today: date | None = None) -> PublicState:
    """Return what the public page of a round says of objections and of verdicts that were corrected.

    Verdicts and reasons only; a unit whose verdict stays is not named. Raises StoreDamagedError.
    """
    found = public_state(store, round_id, today)
    return PublicState(tuple(line for made in found.corrections for line in _lines(made)), found.objections)


def _lines(made: Correction) -> list[PublicCorrection]:
    reason = "; ".join(made.reasons)
    return [
        PublicCorrection(unit.unit_code, unit.unit_name, _public(unit.before), _public(unit.after), reason, made.day)
        for unit in made.units
        if unit.changed
    ]


def _public(verdict: str) -> str:
    """Return a verdict as the page has it; a unit that a release lacks is not ranked in it."""
    return verdict if verdict in VERDICTS else NOT_RANKED


def figures_words(found: Published, corrections: Mapping[str, str], language: str) -> dict[str, str]:
    """Return for each corrected unit whether the page prints its corrected figures, or those first published.

    corrections : unit code -> category. The joint disclosure control decides by category.
    """
    remarks = {}
    for code, category in corrections.items():
        judged = found.judgement.categories.get(category)
        printed = judged is not None and judged.how == NEW
        remarks[code] = translate(AS_PRINTED if printed else AS_FIRST, language)
    return remarks
