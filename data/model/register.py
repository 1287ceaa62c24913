"""Register of the units of a round: participation, code, names and category."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.model.names import match_key

ONLY_CATEGORY = "全部"
RESERVED = frozenset({"all"})
"""Match keys of words that no category may have: all categories together are asked for as ALL."""
# participation as registers write it -> the reason code of a unit that is not ranked
PARTICIPATION = {
    "参评": "",
    "是": "",
    "免评": "exempt",
    "征求意见不排名": "consulted",
    "暂缓": "suspended",
    "撤并": "merged",
}


@dataclass(frozen=True)
class RegisteredUnit:
    """Unit in the register of a round."""

    unit_code: str
    unit_name: str
    short_name: str
    roster_no: int
    category: str
    participation: str


@dataclass(frozen=True)
class Register:
    """Units of a round, looked up by code, full name, short name or a confirmed alias.

    aliases: match key of a spelling that a person confirmed, valid in the round -> unit code.
    former: match key of a spelling in the registers of other rounds -> unit code, renamings followed; it is shown
    before it is used. successors: the same of units that were merged or split; only proposed.
    """

    units: tuple[RegisteredUnit, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    successors: Mapping[str, str] = field(default_factory=dict)

    def codes(self) -> dict[str, str]:
        """Map the match key of every spelling that needs no confirmation to the unit code."""
        found: dict[str, str] = {}
        for unit in self.units:
            for text in (unit.unit_code, unit.unit_name, unit.short_name):
                if text:
                    found.setdefault(match_key(text), unit.unit_code)
        known = set(found.values())
        confirmed = {key: code for key, code in self.aliases.items() if code in known}
        return {**confirmed, **found}

    def name_of(self, code: str) -> str:
        """Return the full name of a unit."""
        return next((unit.unit_name for unit in self.units if unit.unit_code == code), code)

    def names(self) -> list[str]:
        """Return the full names, for proposals."""
        return [unit.unit_name for unit in self.units]
