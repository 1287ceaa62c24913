"""Suggestions of units for free text: a name, or a mistyped code."""

from difflib import get_close_matches

from data.model.name_proposals import MOST, proposals
from data.model.names import match_key
from data.model.register import Register, RegisteredUnit
from data.store.release import Release
from i18n import N_
from problems import Proposal

BY_NAME = N_("{unit}")
SIMILAR_CODE = N_("{unit} (similar code)")


_DIGITS = str.maketrans("oil", "011")  # letters typed in place of a digit


def meant(release: Release, text: str) -> list[Proposal]:
    """Return units that a text may mean, likeliest first, each with its code.

    Units of exactly that name come alone, else those of that code but for its letters; otherwise units with similar
    codes and names follow. The newest name of a unit counts.
    """
    units: dict[str, RegisteredUnit] = {}
    for round_id in release.rounds():
        for row in release.round(round_id).units.to_dict("records"):
            code, name = str(row["unit_code"]), str(row["unit_name"])
            units.setdefault(code, RegisteredUnit(code, name, "", int(row["roster_no"]), str(row["category"]), ""))
    key = match_key(text)
    spelled = {_spelled(unit.unit_code): unit for unit in units.values()}
    same = [unit for unit in units.values() if key == match_key(unit.unit_name)] or [
        unit for code, unit in spelled.items() if code == _spelled(text)
    ]
    if same:
        return [Proposal(unit.unit_name, BY_NAME, unit.unit_code) for unit in same[:MOST]]
    close = [spelled[found] for found in get_close_matches(_spelled(text), spelled, n=MOST, cutoff=0.75)]
    found = [Proposal(unit.unit_name, SIMILAR_CODE, unit.unit_code) for unit in close]
    known = {unit.unit_name for unit in close}
    found += [one for one in proposals(text, Register(tuple(units.values()))) if str(one) not in known]
    return found[:MOST]


def _spelled(code: str) -> str:
    return match_key(code).translate(_DIGITS)
