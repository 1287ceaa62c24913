"""What the intake of one file may ask: the rules of the round, the register of units, the earlier uploads."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.intake.names import match_key
from data.progress import Watch
from data.rule_sets import RuleSet

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
    """One unit of the register of one round."""

    unit_code: str
    unit_name: str
    short_name: str
    roster_no: int
    category: str
    participation: str


@dataclass(frozen=True)
class Register:
    """The units of one round; a name is found by its code, full name or short name."""

    units: tuple[RegisteredUnit, ...]

    def codes(self) -> dict[str, str]:
        """Match key of every registered spelling -> unit code."""
        found: dict[str, str] = {}
        for unit in self.units:
            for text in (unit.unit_code, unit.unit_name, unit.short_name):
                if text:
                    found.setdefault(match_key(text), unit.unit_code)
        return found

    def names(self) -> list[str]:
        """Full names, for proposals."""
        return [unit.unit_name for unit in self.units]


@dataclass(frozen=True)
class Context:
    """The surroundings of one import."""

    con: duckdb.DuckDBPyConnection
    workdir: Path
    round_id: str
    rules: RuleSet | None
    register: Register | None
    mapping: dict[str, str] = field(default_factory=dict)
    watch: Watch = field(default_factory=Watch)
